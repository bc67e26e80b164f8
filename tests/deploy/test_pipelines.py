"""The pipelines of GitLab and Azure DevOps: their scripts run, and leave the files that they hand over."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from buckets import BUCKET
from composite import environment
from federated import FederatedAws
from google.auth import identity_pool
from linting import linted, needs_linters
from scanning import document, running
from support import ROOT
from worlds.receiver import KEY, Receiver

from scanner.cli.notifying import URL
from scanner.upload.webhook import KEY as WEBHOOK_KEY

GITLAB = ROOT / "deploy" / "gitlab" / "mlposture.yml"
AZURE = ROOT / "deploy" / "azure-devops" / "mlposture.yml"
ROLE = "arn:aws:iam::111122223333:role/posture-reader"
#: Of Microsoft's documentation, as far as the steps use it.
ADVANCED_SECURITY = {"SarifsInputDirectory", "Category", "WaitForProcessing"}


def parts(**inputs: str) -> tuple[Any, dict[str, Any], str]:
    """What GitLab makes of the component with these inputs: its header, its jobs and their text."""
    head, _, body = GITLAB.read_text(encoding="utf-8").partition("\n---\n")
    header = yaml.safe_load(head)
    declared = header["spec"]["inputs"]
    given = {name.replace("_", "-"): text for name, text in inputs.items()}
    assert given.keys() <= declared.keys()
    values = {name: given.get(name, about.get("default")) for name, about in declared.items()}
    assert None not in values.values(), "an input without a default has to be given"
    text = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: values[found[1]], body)
    return header, yaml.safe_load(text), text


def run(script: list[str], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-eo", "pipefail", "-c", "\n".join(script)]
    return subprocess.run(command, cwd=folder, env=dict(env), capture_output=True, text=True, check=False)


def beside_python(env: Mapping[str, str]) -> dict[str, str]:
    """With `mlposture` on the path, as the image has it."""
    return {**env, "PATH": f"{Path(sys.executable).parent}:{env['PATH']}"}


def test_gitlabs_jobs_scan_with_their_own_identity_and_the_second_fails_for_findings(tmp_path: Path) -> None:
    scan = "aws --region eu-west-1 --check MLP-1001"
    _, jobs, _ = parts(image="registry/mlposture:aws", scan=scan, aws_role_arn=ROLE)
    job, gate = jobs["posture"], jobs["posture-gate"]
    made = document("aws")
    made["assumable"] = {ROLE: "111122223333"}
    with FederatedAws(made) as world:
        tokens = {name: f"token-for:{about['aud']}" for name, about in job["id_tokens"].items()}
        own = {**job["variables"], **tokens, "CI_JOB_ID": "4711", "TMPDIR": str(tmp_path / "tmp")}
        (tmp_path / "tmp").mkdir()
        done = run(job["script"], tmp_path, beside_python({**environment(world), **own}))
        assert done.returncode == 0, done.stdout + done.stderr
    assert not list((tmp_path / "tmp").iterdir()), "no token outlives the job"
    handed = {*job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]}
    assert {path.name for path in tmp_path.iterdir()} == {*handed, "tmp"}
    assert isinstance(json.loads((tmp_path / "gl-code-quality-report.json").read_bytes()), list)

    judged = run(gate["script"], tmp_path, beside_python(environment()))
    assert (judged.returncode, judged.stderr) == (1, "failures: 2 high\n")
    assert gate["needs"] == ["posture"]


@pytest.mark.parametrize(
    ("least", "more", "code"),
    [
        ("high", "", 1),
        ("low", "", 1),
        ("critical", "", 0),
        ("never", "", 0),
        ("low", "--suppressions ours.yaml", 0),  # what the scan was told counts, and nothing else
    ],
)
def test_gitlabs_second_job_fails_for_what_the_first_one_reports(
    least: str, more: str, code: int, tmp_path: Path
) -> None:
    entry = {
        "check": "MLP-1001",
        "resource": "arn:aws:sagemaker:*:111122223333:*",
        "reason": "They are moved this week.",
        "owner": "ml-platform",
        "until": datetime.now(UTC).date() + timedelta(30),
    }
    text = yaml.safe_dump({"schema": "suppressions/1", "suppressions": [entry]})
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    scan = f"aws --region eu-west-1 --check MLP-1001 {more}"
    _, jobs, _ = parts(image="registry/mlposture:aws", scan=scan, fail_on=least)
    with running("aws") as world:
        done = run(jobs["posture"]["script"], tmp_path, beside_python({**environment(world), "CI_JOB_ID": "4711"}))
        assert done.returncode == 0, done.stdout + done.stderr
    judged = run(jobs["posture-gate"]["script"], tmp_path, beside_python(environment()))
    assert judged.returncode == code, judged.stdout + judged.stderr


def test_gitlabs_job_signs_in_to_the_other_clouds(tmp_path: Path) -> None:
    provider = "projects/4711/locations/global/workloadIdentityPools/gitlab/providers/northwind"
    given = {"gcp_workload_identity_provider": provider, "azure_client_id": "client", "azure_tenant_id": "tenant"}
    _, jobs, _ = parts(image="registry/mlposture:all", **given)
    stub = tmp_path / "mlposture"  # keeps what it was given
    stub.write_text(
        '#!/bin/sh\nenv > environment; cp "$GOOGLE_APPLICATION_CREDENTIALS" gcp.json; cp -r "$tokens" kept\n'
    )
    stub.chmod(0o755)
    tokens = {name: f"token-for:{about['aud']}" for name, about in jobs["posture"]["id_tokens"].items()}
    own = {**environment(), **jobs["posture"]["variables"], **tokens, "CI_JOB_ID": "4711"}
    script = ["set -a", *jobs["posture"]["script"]]
    done = run(script, tmp_path, {**own, "PATH": f"{tmp_path}:{own['PATH']}"})
    assert done.returncode == 0, done.stderr
    seen = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines() if "=" in line)
    place = Path(seen["AZURE_FEDERATED_TOKEN_FILE"]).parent
    assert (seen["AZURE_CLIENT_ID"], seen["AZURE_TENANT_ID"]) == ("client", "tenant")
    assert (tmp_path / "kept" / "azure").read_text() == "token-for:api://AzureADTokenExchange"
    assert "AWS_ROLE_ARN" not in seen
    text = (tmp_path / "gcp.json").read_text().replace(str(place), str(tmp_path / "kept"))
    credentials = identity_pool.Credentials.from_info(json.loads(text))
    assert credentials.retrieve_subject_token(None) == f"token-for:https://iam.googleapis.com/{provider}"


def test_gitlabs_last_job_says_what_is_new_since_the_night_before(tmp_path: Path) -> None:
    """Each job has a folder of its own, but for what an earlier one hands over; the history is in the bucket."""
    made = document("aws")
    made["assumable"] = {ROLE: "111122223333"}
    made["buckets"].append({"name": BUCKET, "region": "eu-west-1"})
    scan = f"aws --region eu-west-1 --check MLP-1001 --store s3://{BUCKET}/history"
    with FederatedAws(made) as world, Receiver({}) as receiver:
        world.writable = (BUCKET,)
        given = {"notify": receiver.address, "notify_key": KEY}
        _, jobs, _ = parts(image="registry/mlposture:aws", scan=scan, aws_role_arn=ROLE, **given)
        first, last = jobs["posture"], jobs["posture-notify"]
        tokens = {name: f"token-for:{about['aud']}" for name, about in first["id_tokens"].items()}
        # Variables of the project are there for every job.
        own = {**receiver.env(), "CI_JOB_ID": "4711"}
        for night in ("1", "2"):
            folder = tmp_path / night
            folder.mkdir()
            env = beside_python({**environment(world), **own, **first["variables"], **tokens})
            done = run(first["script"], folder, env)
            assert done.returncode == 0, done.stdout + done.stderr
            assert len(receiver.log) == int(night) - 1, "the message comes last"
            (tmp_path / f"{night}-last").mkdir()
            shutil.copy(folder / "report.json", tmp_path / f"{night}-last")
            assert "report.json" in first["artifacts"]["paths"]
            told = run(
                last["script"], tmp_path / f"{night}-last", beside_python({**environment(), **last["variables"]})
            )
            assert told.returncode == 0, told.stdout + told.stderr
        texts = [message["text"] for message in receiver.taken]
    assert [text.split(":")[0] for text in texts] == ["This scan", "Since the last scan"]
    assert texts[1].startswith("Since the last scan: nothing new")


def test_gitlabs_last_job_is_there_where_somebody_is_to_be_told(tmp_path: Path) -> None:
    """Also after a scan that failed, but one that left no report has nothing to say."""
    _, jobs, _ = parts(image="registry/mlposture:aws")
    job = jobs["posture-notify"]
    assert job["variables"] == {URL: "", WEBHOOK_KEY: ""}
    [rule] = job["rules"]
    assert rule == {"if": f'${URL} && $CI_PIPELINE_SOURCE != "merge_request_event"', "when": "always"}
    assert job["needs"] == [{"job": "posture", "optional": True}]
    done = run(job["script"], tmp_path, beside_python(environment()))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_linters
def test_gitlab_knows_all_that_is_in_the_component(tmp_path: Path) -> None:
    header, _, text = parts(image="registry/mlposture:all")
    (tmp_path / "header.yml").write_text(yaml.safe_dump(header), encoding="utf-8")
    (tmp_path / "jobs.yml").write_text(text, encoding="utf-8")
    linted("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / "header.yml", tmp_path / "jobs.yml")


def steps(folder: Path, **given: str) -> list[dict[str, Any]]:
    """The steps with these parameters and the agent's folders filled in."""
    text = AZURE.read_text(encoding="utf-8")
    defaults = {each["name"]: each.get("default") for each in yaml.safe_load(text)["parameters"]}
    values = {**defaults, **given}
    text = re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda found: str(values[found[1]]), text)
    folders = {"Build.SourcesDirectory": ROOT.parent, "Agent.TempDirectory": folder / "temp"}
    for name, place in {**folders, "Build.ArtifactStagingDirectory": folder / "staging"}.items():
        text = text.replace(f"$({name})", str(place))
    return yaml.safe_load(text)["steps"]  # type: ignore[no-any-return]


def test_the_steps_of_azure_devops_leave_the_files_that_later_ones_publish(tmp_path: Path) -> None:
    (tmp_path / "temp" / "mlposture" / "bin").mkdir(parents=True)
    (tmp_path / "temp" / "mlposture" / "bin" / "mlposture").symlink_to(Path(sys.executable).with_name("mlposture"))
    (tmp_path / "staging").mkdir()
    with running("azure") as world, Receiver({}) as receiver:
        install, scan, results, alerts, notify = steps(
            tmp_path, serviceConnection="posture", source=str(ROOT), scan="azure --check MLP-3001",
            advancedSecurity="true", notify=receiver.address, notifyKey=KEY,
        )  # fmt: skip
        for step in (install, {"bash": scan["inputs"]["inlineScript"]}, notify):
            folder = Path(step.get("workingDirectory", tmp_path))
            done = run([step["bash"]], folder, {**environment(world), **step.get("env", {})})
            assert done.returncode == 0, done.stdout + done.stderr
        [message] = receiver.taken
    assert message["text"].startswith("This scan: ")
    assert notify["condition"] == f"and(succeededOrFailed(), ne('{notify['env'][URL]}', ''))"
    assert notify["env"].keys() == {URL, WEBHOOK_KEY}
    assert Path(results["inputs"]["testResultsFiles"]).is_file()
    assert [path.suffix for path in Path(alerts["inputs"]["SarifsInputDirectory"]).iterdir()] == [".sarif"]
    assert set(alerts["inputs"]) == ADVANCED_SECURITY
    assert alerts["condition"] == "and(succeededOrFailed(), eq('true', 'true'))"


def test_the_last_step_of_azure_devops_tells_nobody_unless_asked_to() -> None:
    *_, notify = steps(Path("/nowhere"), serviceConnection="posture")
    assert notify["condition"] == "and(succeededOrFailed(), ne('', ''))"


@needs_linters
def test_azure_devops_knows_all_that_is_in_the_template(tmp_path: Path) -> None:
    """But for the task of Advanced Security, which is newer than the schema. To it, every default is a text."""
    template = yaml.safe_load(AZURE.read_text(encoding="utf-8"))
    template["parameters"] = [{name: str(value) for name, value in one.items()} for one in template["parameters"]]
    known = [step for step in template["steps"] if step.get("task") != "AdvancedSecurity-Publish@1"]
    assert len(known) == len(template["steps"]) - 1
    template["steps"] = known
    (tmp_path / "template.yml").write_text(yaml.safe_dump(template), encoding="utf-8")
    linted("check-jsonschema", "--builtin-schema", "vendor.azure-pipelines", tmp_path / "template.yml")
