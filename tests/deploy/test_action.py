"""The action of GitHub, from its first step to its last, against simulated clouds and a simulated GitHub."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from composite import Ended, Runner, environment
from federated import FederatedAws, FederatedAzure, Issuer
from google.auth import identity_pool
from scanning import document
from support import ROOT, fail_with, wait_until
from worlds.azure_entra import CLIENT_ID
from worlds.base import Fault, World
from worlds.github import DOCUMENT, HEAD, GitHubWorld, violations

ROLE = "arn:aws:iam::111122223333:role/posture-reader"
TOKENS = str(ROOT / "deploy" / "github" / "tokens.py")
AWS = {"scan": "aws --region eu-west-1", "extra": "aws", "aws_role_arn": ROLE}


class Job:
    """A runner, and the worlds that it reaches."""

    def __init__(self, runner: Runner, hub: GitHubWorld, worlds: list[World]) -> None:
        self.runner = runner
        self.hub = hub
        self.worlds = worlds

    def run(self, **inputs: str) -> Ended:
        ended = self.runner.run(**inputs)
        fail_with(violations(self.hub))
        assert not list(self.runner.temp.glob("mlposture-tokens*")), "no token outlives the scan"
        return ended


@contextmanager
def job(folder: Path, *worlds: World, visibility: str = "private", **more: str) -> Iterator[Job]:
    """A job in which mlposture is installed already: it is the one that is tested."""
    with ExitStack() as stack:
        hub = stack.enter_context(GitHubWorld(json.loads(json.dumps(DOCUMENT))))
        hub.repository().visibility = visibility
        hub.pending = 0
        started = [stack.enter_context(world) for world in (Issuer({}), *worlds)]
        workflow = {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": HEAD}
        runner = Runner(ROOT / "action.yml", folder, environment(hub, *started) | workflow | more)
        for extra in ("aws", "azure", "gcp"):
            (runner.temp / f"mlposture-{extra}" / "bin").mkdir(parents=True)
            (runner.temp / f"mlposture-{extra}" / "bin" / "mlposture").symlink_to(
                Path(sys.executable).with_name("mlposture")
            )
        yield Job(runner, hub, started)


def aws() -> FederatedAws:
    """The demonstration's organisation, with the role that a job may become."""
    made = document("aws")
    made["assumable"] = {ROLE: "111122223333"}
    return FederatedAws(made)


def of_the_readme() -> dict[str, str]:
    """What the workflow that the README shows gives the action."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    [step] = yaml.safe_load(text)["jobs"]["posture"]["steps"]
    return {name.replace("-", "_"): given for name, given in step["with"].items()}


def test_the_job_of_the_readme_scans_with_its_own_identity_and_its_findings_land_everywhere(tmp_path: Path) -> None:
    accepted = {
        "check": "sagemaker_notebook_root_access_enabled",
        "resource": "arn:aws:sagemaker:eu-west-1:111122223333:*",
        "reason": "Its drivers need it.",
    }
    until = (datetime.now(UTC) + timedelta(30)).date()
    entries = {"schema": "suppressions/1", "suppressions": [{**accepted, "owner": "ml-platform", "until": until}]}
    (tmp_path / "mlposture-suppressions.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    # Keys of an earlier step are not what the scan is to use.
    with job(tmp_path, aws(), AWS_ACCESS_KEY_ID="AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY="x") as here:
        ended = here.run(**of_the_readme())

    assert ended.code == 1, ended.log
    assert ended.outputs["exit-code"] == "1"
    reports = Path(ended.outputs["reports"])
    assert {path.name for path in reports.iterdir()} == {"report.json", "report.sarif", "report.html", "summary.md"}
    report = json.loads((reports / "report.json").read_bytes())
    assert report["summary"]["verdicts"]["fail"] > 50
    verdicts = report["summary"]["verdicts"]
    assert here.hub.states() == {"open": verdicts["fail"], "dismissed": verdicts["suppressed"]}
    assert verdicts["suppressed"]
    assert ended.summary == (reports / "summary.md").read_text(encoding="utf-8")
    assert ended.used["actions/upload-artifact"]["path"] == str(reports)
    assert f"{ROLE.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/mlposture-4711" in ended.log


def test_azure_takes_the_identity_of_the_job(tmp_path: Path) -> None:
    azure = FederatedAzure(document("azure"))
    ids = {"azure_tenant_id": azure.tenant, "azure_client_id": CLIENT_ID}
    with job(tmp_path, azure, AZURE_CLIENT_SECRET="of-an-earlier-step") as here:
        ended = here.run(scan="azure --check MLP-3001", extra="azure", upload="false", fail_on="never", **ids)
    assert (ended.code, ended.outputs["exit-code"]) == (0, "0"), ended.log
    assert "Upload to code scanning" not in ended.ran


@pytest.mark.parametrize("account", ["", "posture@example-fraud-prod.iam.gserviceaccount.com"])
def test_googles_library_finds_the_identity_of_the_job(account: str, tmp_path: Path) -> None:
    provider = "projects/4711/locations/global/workloadIdentityPools/github/providers/northwind"
    source = f'. "{ROOT}/deploy/github/identity.sh"; cp -r "$tokens" kept; echo "$GOOGLE_APPLICATION_CREDENTIALS"'
    nothing = dict.fromkeys(("ROLE_ARN", "TENANT_ID", "CLIENT_ID"), "")
    own = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_RUN_ID": "1"}
    with Issuer({}) as issuer:
        said = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", source], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**environment(issuer), **nothing, **own, "PROVIDER": provider, "SERVICE_ACCOUNT": account},
        )  # fmt: skip
    place = Path(said.stdout.strip())
    assert not place.exists()
    text = (
        (tmp_path / "kept" / "gcp.json").read_text(encoding="utf-8").replace(str(place.parent), str(tmp_path / "kept"))
    )
    credentials = identity_pool.Credentials.from_info(json.loads(text))
    assert credentials.retrieve_subject_token(None) == f"token-for:https://iam.googleapis.com/{provider}"
    assert credentials.service_account_email == (account or None)


@pytest.mark.parametrize("visibility", ["public", "internal", None])
def test_a_repository_that_others_may_read_is_refused_before_anything_is_asked(
    visibility: str | None, tmp_path: Path
) -> None:
    with job(tmp_path, aws(), visibility=visibility or "private") as here:
        if visibility is None:
            here.hub.repositories.clear()  # GitHub does not say
        ended = here.run(**AWS)
        asked = [len(world.log) for world in here.worlds]
    assert ended.code == 2
    assert f"this repository is {visibility or 'of unknown visibility (HTTPError)'}: others could read" in ended.log
    assert (ended.ran, asked) == (["See who may read what this job writes"], [0, 0])


def test_in_public_there_are_counts_and_nothing_else(tmp_path: Path) -> None:
    with job(tmp_path, aws(), visibility="public") as here:
        ended = here.run(**{**AWS, "scan": f"{AWS['scan']} --check MLP-1001"}, allow_public="true")
        assert not here.hub.repository().uploads
    assert ended.code == 1
    assert not ended.used
    assert ended.summary == ended.log
    kept = [path for path in here.runner.temp.rglob("*") if path.is_file() and path.name != "mlposture"]
    assert (kept, ended.outputs["reports"]) == ([], "")
    lines = ended.log.splitlines()
    assert lines[:2] == ["| ML posture | |", "|---|---|"]
    assert all(re.fullmatch(r"\| [a-z, ]+ \| \d+ \|", line) for line in lines[2:])
    assert "| fail | 2 |" in lines


def test_what_was_not_seen_is_said_and_is_no_pass(tmp_path: Path) -> None:
    world = aws()
    world.faults.append(Fault("sagemaker:ListNotebookInstances", "deny"))
    with job(tmp_path, world) as here:
        scan = f"{AWS['scan']} --check MLP-1001 --check MLP-1407"
        ended = here.run(**{**AWS, "scan": scan}, fail_on="never", fail_on_incomplete="true")
        assert not here.hub.repository().uploads, "alerts of what was not seen stay open"
    assert (ended.code, ended.outputs["exit-code"]) == (4, "4"), ended.log
    assert "actions/upload-artifact" in ended.used


@pytest.mark.parametrize(
    ("scan", "upload", "code", "strict"),
    [
        (0, 0, 0, 0),
        (0, None, 0, 0),
        (1, 0, 1, 1),
        (1, 3, 1, 1),
        (2, 0, 2, 2),
        (0, 2, 2, 2),
        (0, 3, 3, 3),
        (4, 3, 3, 3),
        (4, 0, 0, 4),
        (0, 4, 0, 4),
        (4, None, 0, 4),
    ],
)
def test_the_job_ends_as_the_scan_or_else_as_the_upload(scan: int, upload: int | None, code: int, strict: int) -> None:
    """`strict` is the code with fail-on-incomplete. An upload that did not run has none."""
    given = {"SCAN_CODE": str(scan), "UPLOAD_CODE": "" if upload is None else str(upload)}
    for fails, expected in (("false", code), ("true", strict)):
        done = subprocess.run(
            ["bash", ROOT / "deploy" / "github" / "end.sh"],
            env={**environment(), **given, "FAIL_ON_INCOMPLETE": fails}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == expected
        assert ("::warning::not all was observed" in done.stdout) is (expected == 0 and 4 in (scan, upload))


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        ({"scan": "aws --no-such-option"}, 2, "::error::the scan ended with 2 and without a report"),
        ({"extra": "oracle"}, 2, "there is no extra 'oracle'; it is one of aws, gcp, azure and all"),
        ({"aws_role_arn": f"{ROLE}-of-nobody"}, 3, "::error::the scan ended with 3 and without a report"),
    ],
)
def test_what_cannot_run_ends_the_job_with_its_reason(
    inputs: dict[str, str], code: int, words: str, tmp_path: Path
) -> None:
    with job(tmp_path, aws()) as here:
        ended = here.run(**{**AWS, **inputs})
    assert ended.code == code
    assert words in ended.log
    assert not ended.used


def test_a_job_without_the_permission_for_tokens_is_told_which(tmp_path: Path) -> None:
    with job(tmp_path, aws(), ACTIONS_ID_TOKEN_REQUEST_TOKEN="of-another-job") as here:
        refused = here.run(**AWS)
    assert refused.code == 3
    assert "::error::GitHub gave no token for sts.amazonaws.com (HTTPError: HTTP Error 401" in refused.log
    done = subprocess.run([sys.executable, TOKENS, "a=b"], env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (
        3, "::error::GitHub gives this job no token of OpenID Connect; give it the permission id-token: write\n",
    )  # fmt: skip


def test_tokens_are_renewed_and_one_that_is_not_to_be_had_leaves_the_last(tmp_path: Path) -> None:
    with Issuer({}) as issuer:
        first = [sys.executable, TOKENS, f"{tmp_path}/aws=sts.amazonaws.com"]
        subprocess.run(first, env=environment(issuer), check=True)
        renewing = subprocess.Popen([*first[:2], "--every", "0.01", *first[2:]], env=environment(issuer))
        try:
            wait_until(lambda: len(issuer.log) > 3)
            issuer.faults.append(Fault("token", "error", times=3))
            wait_until(lambda: not issuer.faults[0].times and issuer.log[-1].status == 200)
        finally:
            renewing.kill()
            renewing.wait()
    assert (tmp_path / "aws").read_text(encoding="utf-8") == "token-for:sts.amazonaws.com"
    assert (tmp_path / "aws").stat().st_mode & 0o777 == 0o600
