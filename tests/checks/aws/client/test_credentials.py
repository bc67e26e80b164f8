"""Everything that can go wrong before the first call ends the scan with one sentence that names the cause."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from scanning import QUICK, running

from checks.aws.client.api import connect
from scanner.calls.client import Calls
from scanner.cli.logs import log_to_stderr
from scanner.model.errors import CannotScan

CONFIG = """
[profile process]
credential_process = /bin/echo hello
[profile nothing]
credential_process = /nonexistent/program
[profile sso]
sso_session = northwind
sso_account_id = 111122223333
sso_role_name = reader
[sso-session northwind]
sso_start_url = https://northwind.example/start
sso_region = eu-west-1
[profile mfa]
role_arn = arn:aws:iam::111122223333:role/reader
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/somebody
[profile list]
credential_process = /bin/echo []
[profile date]
credential_process = /bin/echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"soon"}'
[profile quote]
credential_process = /bin/echo 'open
[profile silent]
credential_process = /bin/false
[profile halfway]
sso_start_url = https://northwind.example/start
[profile federated]
role_arn = arn:aws:iam::111122223333:role/reader
web_identity_token_file = /nonexistent/token
[profile base]
aws_access_key_id = AKIAEXAMPLEEXAMPLE00
aws_secret_access_key = invented
[profile twisted]
role_arn = arn:aws:iam::111122223333:role/reader
source_profile = missing
"""
ROLE = {"AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/reader"}
BROKEN = {
    "a process that prints something else": (
        {"AWS_PROFILE": "process"},
        "profile process.*credential_process.*JSON",
    ),
    "a process that is not there": ({"AWS_PROFILE": "nothing"}, "/nonexistent/program"),
    "a login that was never made": ({"AWS_PROFILE": "sso"}, "`aws sso login --profile sso`"),
    "a code that nobody can type": ({"AWS_PROFILE": "mfa"}, "MFA code"),
    "a profile that refers to none": ({"AWS_PROFILE": "twisted"}, "missing"),
    "a token file that is gone": (
        {**ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/token"},
        "AWS_WEB_IDENTITY_TOKEN_FILE names /nonexistent/token, which is not there$",
    ),
    "a token file that holds nothing": (
        {**ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "{empty}"},
        "AWS_WEB_IDENTITY_TOKEN_FILE names .*/empty, which is empty$",
    ),
    "a token file of a profile that is gone": (
        {"AWS_PROFILE": "federated"},
        "of profile federated.*: web_identity_token_file names /nonexistent/token, which is not there$",
    ),
    "a token file of a container that is gone": (
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/role",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nonexistent/token",
        },
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names /nonexistent/token, which is not there",
    ),
    "a token file that is empty": ({**ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null"}, "WebIdentityToken"),
    "a token file that is no text": (
        {**ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "/bin/true"},
        "cannot be read.*AWS_WEB_IDENTITY_TOKEN_FILE",
    ),
    **{
        f"a process that {what}": ({"AWS_PROFILE": name}, f"credential_process of profile {name}")
        for name, what in (
            ("list", "prints a list"),
            ("date", "prints no date"),
            ("quote", "is no command"),
            ("silent", "fails without a word"),
        )
    },
    "a login of which half is set": ({"AWS_PROFILE": "halfway"}, "no credentials.*sso_start_url of profile halfway"),
    "a container whose address is none": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "container"},
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "a service whose address is none": (
        {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "no address"},
        "no address.*AWS_ENDPOINT_URL",
    ),
    "a region that is none": (
        {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "the one in Ireland"},
        "the one in Ireland.*AWS_DEFAULT_REGION",
    ),
    "a proxy whose address is none": (
        {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "HTTP_PROXY": "http://no proxy:80", "NO_PROXY": ""},
        "address.*proxy.*no proxy",
    ),
    "a container whose host may not be asked": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://credentials.northwind.example/role"},
        "credentials.northwind.example",
    ),
    "none at all": ({}, "no credentials found"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_credentials_that_cannot_be_used_are_said_to_be(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment, said = BROKEN[case]
    (tmp_path / "config").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "empty").touch()
    environment = {name: value.replace("{empty}", str(tmp_path / "empty")) for name, value in environment.items()}
    with running("aws"):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        files = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        for name, value in {**files, "AWS_EC2_METADATA_DISABLED": "true", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody is there
        with pytest.raises(CannotScan, match=said) as caught:
            connect({}, Calls(QUICK))

    assert "\n" not in str(caught.value)
    printed = capfd.readouterr().err
    assert "Traceback" not in printed
    assert printed == "" or case == "a code that nobody can type", "only the SDK's own prompt may stand there"


def test_sdks_are_silent_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    root, ours = logging.getLogger(), logging.getLogger("mlposture")
    monkeypatch.setattr(root, "handlers", [])
    before = root.level, ours.level
    for verbose, theirs in ((False, logging.CRITICAL), (True, logging.INFO)):
        root.handlers.clear()
        log_to_stderr(verbose=verbose)
        assert logging.getLogger("botocore").getEffectiveLevel() == theirs
        assert ours.level == (logging.DEBUG if verbose else logging.WARNING)
    root.setLevel(before[0])
    ours.setLevel(before[1])
