"""What identity.sh makes for Google's libraries: a scan signs in with it, at a simulated security token service."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from commandline import MLPOSTURE
from composite import environment
from federated import FederatedGcp, Issuer
from scanning import document
from support import ROOT

#: Signs in as the job does, has Google's addresses lead to the simulated ones, and scans.
_SCAN = f"""
. "{ROOT}/deploy/github/identity.sh"
sed -i -E "s#https://(sts|iamcredentials)\\.googleapis\\.com#$WORLD#" "$GOOGLE_APPLICATION_CREDENTIALS"
grep -c "$WORLD" "$GOOGLE_APPLICATION_CREDENTIALS"
{MLPOSTURE} scan gcp --check MLP-2001 --fail-on never --no-progress -o report.json
"""


def scanned(folder: Path, world: FederatedGcp, account: str, token: str = "") -> subprocess.CompletedProcess[str]:
    own = {"RUNNER_TEMP": str(folder), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_RUN_ID": "1"}
    nothing = dict.fromkeys(("ROLE_ARN", "TENANT_ID", "CLIENT_ID"), "")
    with Issuer({}) as issuer, world:
        here = {"PROVIDER": world.provider + token, "SERVICE_ACCOUNT": account, "WORLD": world.url}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _SCAN], cwd=folder, capture_output=True, text=True, check=False,
            env={**environment(issuer, world), **own, **nothing, **here},
        )  # fmt: skip


@pytest.mark.parametrize("account", ["", FederatedGcp.account])
def test_a_scan_signs_in_with_the_jobs_token(account: str, tmp_path: Path) -> None:
    world = FederatedGcp(document("gcp"))
    done = scanned(tmp_path, world, account)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2\n" if account else "1\n"), "both addresses lead to the world"
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["summary"]["verdicts"]["fail"] + report["summary"]["verdicts"]["pass"]
    [principal] = report["scan"]["principals"]
    assert principal["name"] == (account or None), "a pool has no name of its own"
    asked = [request.operation for request in world.log]
    assert asked[0] == "sts.token"
    assert ("iamcredentials.generateAccessToken" in asked) is bool(account)
    written = (tmp_path / "report.json").read_text(encoding="utf-8") + done.stdout + done.stderr
    assert "invented-of-the" not in written and "token-for:" not in written


def test_a_provider_that_does_not_take_the_token_is_said(tmp_path: Path) -> None:
    done = scanned(tmp_path, FederatedGcp(document("gcp")), "", token="-of-others")
    assert done.returncode == 3
    assert "the credentials gave no access token" in done.stderr
    assert done.stderr.count("\n") == 1
