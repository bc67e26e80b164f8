"""The pipelines of GitLab and Azure DevOps: their scripts run, and leave the files that they hand over."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from composite import environment
from federated import FederatedAws
from google.auth import identity_pool
from linting import linted, needs_linters
from scanning import document, running
from support import ROOT

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
    assert judged.returncode == 1, judged.stdout + judged.stderr
    assert gate["needs"] == ["posture"]


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
    install, scan, results, alerts = steps(
        tmp_path, serviceConnection="posture", source=str(ROOT), scan="azure --check MLP-3001", advancedSecurity="true"
    )
    (tmp_path / "temp" / "mlposture" / "bin").mkdir(parents=True)
    (tmp_path / "temp" / "mlposture" / "bin" / "mlposture").symlink_to(Path(sys.executable).with_name("mlposture"))
    (tmp_path / "staging").mkdir()
    with running("azure") as world:
        for step in (install, {"bash": scan["inputs"]["inlineScript"]}):
            done = run([step["bash"]], tmp_path, {**environment(world), **step.get("env", {})})
            assert done.returncode == 0, done.stdout + done.stderr
    assert Path(results["inputs"]["testResultsFiles"]).is_file()
    assert [path.suffix for path in Path(alerts["inputs"]["SarifsInputDirectory"]).iterdir()] == [".sarif"]
    assert set(alerts["inputs"]) == ADVANCED_SECURITY
    assert alerts["condition"] == "and(succeededOrFailed(), eq('true', 'true'))"


@needs_linters
def test_azure_devops_knows_all_that_is_in_the_template(tmp_path: Path) -> None:
    """But for the task of Advanced Security, which is newer than the schema. To it, every default is a text."""
    template = yaml.safe_load(AZURE.read_text(encoding="utf-8"))
    template["parameters"] = [{name: str(value) for name, value in one.items()} for one in template["parameters"]]
    assert template["steps"].pop()["task"] == "AdvancedSecurity-Publish@1"
    (tmp_path / "template.yml").write_text(yaml.safe_dump(template), encoding="utf-8")
    linted("check-jsonschema", "--builtin-schema", "vendor.azure-pipelines", tmp_path / "template.yml")
