"""The action of GitHub, from its first step to its last, against simulated clouds and a simulated GitHub."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from actions import ROLE, aws, job
from composite import environment
from federated import FederatedAzure, Issuer
from google.auth import identity_pool
from scanning import document
from support import ROOT, wait_until
from worlds.azure_entra import CLIENT_ID
from worlds.base import Fault, Response
from worlds.receiver import KEY, Receiver

SENDER = "arn:aws:iam::111122223333:role/posture-sender"
TOKENS = str(ROOT / "deploy" / "github" / "tokens.py")
AWS = {"scan": "aws --region eu-west-1", "extra": "aws", "aws_role_arn": ROLE}


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


def told(receiver: Receiver) -> dict[str, str]:
    """The inputs that have a receiver told."""
    return {"notify": receiver.address, "notify_key": KEY}


def test_whoever_listens_is_told_last(tmp_path: Path) -> None:
    with Receiver({}) as receiver, job(tmp_path, aws()) as here:
        ended = here.run(**{**AWS, "scan": f"{AWS['scan']} --check MLP-1001"}, fail_on="never", **told(receiver))
        [message] = receiver.taken
        assert here.hub.repository().uploads
    assert ended.code == 0, ended.log
    assert ended.ran[-2:] == ["Notify", "End as the scan did"]
    report = json.loads((Path(ended.outputs["reports"]) / "report.json").read_bytes())
    assert (message["id"], message["by_severity"]) == (report["scan"]["id"], report["summary"]["by_severity"])
    assert message["text"].startswith("This scan: 2 failures, ")
    assert KEY not in ended.log + ended.summary


def test_in_public_whoever_listens_is_told_counts(tmp_path: Path) -> None:
    with Receiver({}) as receiver, job(tmp_path, aws(), visibility="public") as here:
        scan = f"{AWS['scan']} --check MLP-1001"
        ended = here.run(**{**AWS, "scan": scan}, allow_public="true", fail_on="never", **told(receiver))
        [message] = receiver.taken
    assert ended.code == 0, ended.log
    assert "Notify" not in ended.ran
    assert (message["by_severity"]["high"], message["worst"]) == (2, None)
    text = json.dumps(message)
    assert not [name for name in ("111122223333", "eu-west-1", "MLP-1001", "notebook") if name in text]


def test_that_nobody_was_told_is_a_warning_and_fails_a_strict_job(tmp_path: Path) -> None:
    with Receiver({}) as receiver, job(tmp_path, aws()) as here:
        receiver.faults.append(Fault("message", "answer", answer=lambda _, __: Response(410)))
        scan = {**AWS, "scan": f"{AWS['scan']} --check MLP-1001"}
        ended = here.run(**scan, fail_on="never", **told(receiver))
    assert ended.code == 0
    assert "answered 410 (Gone): it wants no message any more" in ended.log
    assert "::warning::not all was observed, uploaded or told" in ended.log
    assert "of-nobody-else" not in ended.log


def test_findings_are_sent_to_security_hub_by_a_role_of_its_own(tmp_path: Path) -> None:
    """Which is asked for them after the scan, by a token of its own, and before anybody is told."""
    world = aws()
    world.document["assumable"][SENDER] = "111122223333"
    with job(tmp_path, world) as here:
        scan = {**AWS, "scan": f"{AWS['scan']} --check MLP-1001"}
        ended = here.run(**scan, fail_on="never", security_hub_role_arn=SENDER, security_hub="--region eu-west-1")
        became = [request.params["RoleArn"] for request in world.log if request.operation.endswith("WebIdentity")]
    assert became == [ROLE, SENDER]
    order = [name for name in ended.ran if name.startswith(("Scan", "Upload", "Send"))]
    assert order == ["Scan", "Upload to code scanning", "Send to Security Hub"]
    findings = json.loads((Path(ended.outputs["reports"]) / "report.asff.json").read_bytes())["Findings"]
    assert sum("/MLP-1001" in one["GeneratorId"] for one in findings) == 2
    assert ended.code == 2, "the simulated account has no Security Hub"
    assert "mlposture: Security Hub of 111122223333 eu-west-1: " in ended.log


@pytest.mark.parametrize(
    ("scan", "upload", "hub", "told", "code", "strict"),
    [
        (0, 0, None, None, 0, 0),
        (0, None, None, 0, 0, 0),
        (1, 0, 0, 0, 1, 1),
        (1, 3, 3, 3, 1, 1),
        (2, 0, None, None, 2, 2),
        (0, 2, 0, None, 2, 2),
        (0, 3, None, 0, 3, 3),
        (4, 3, None, None, 3, 3),
        (0, 4, 2, None, 2, 2),
        (0, None, 3, 2, 3, 3),
        (4, 0, 0, None, 0, 4),
        (0, 4, None, None, 0, 4),
        (0, 0, 4, None, 0, 4),
        (0, 0, None, 3, 0, 4),
        (4, None, None, 2, 0, 4),
    ],
)
def test_the_job_ends_as_the_scan_or_else_as_the_uploads(
    scan: int, upload: int | None, hub: int | None, told: int | None, code: int, strict: int
) -> None:
    """`strict` is the code with fail-on-incomplete. What did not run has none."""
    given = {"SCAN_CODE": scan, "UPLOAD_CODE": upload, "SECURITY_HUB_CODE": hub, "NOTIFY_CODE": told}
    env = {name: "" if value is None else str(value) for name, value in given.items()}
    for fails, expected in (("false", code), ("true", strict)):
        done = subprocess.run(
            ["bash", ROOT / "deploy" / "github" / "end.sh"],
            env={**environment(), **env, "FAIL_ON_INCOMPLETE": fails}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == expected
        assert ("::warning::not all was observed" in done.stdout) is (expected == 0 and strict == 4)


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
