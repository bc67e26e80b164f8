"""Whose credentials are used, and where they are sent: what the environment and the configuration say."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.identity import AzureAuthorityHosts
from worlds.base import Fault

from scanner.cli.config import read_config
from scanner.model.errors import CannotScan, InputError
from scanner.objects import az
from scanner.objects.addresses import parse
from scanner.objects.transfer import check, reading, write

S3, GS, AZ = (pytest.mark.parametrize("each", [scheme], indirect=True) for scheme in ("s3", "gs", "az"))
FOREIGN = ("AWS_", "GOOGLE_", "AZURE_", "MLPOSTURE_", "CLOUDSDK_", "STORAGE_EMULATOR_HOST")


def put(address: str, profile: str | None = None) -> None:
    write(address, lambda path: path.write_bytes(b"x") and None, profile)


def said(address: str, call=put) -> str:
    with pytest.raises(InputError) as refused:
        call(address)
    assert str(refused.value).startswith(f"{address}: ")
    assert "\n" not in str(refused.value)
    return str(refused.value)


def got(address: str) -> bytes:
    with reading(address) as path:
        return path.read_bytes()


def look(address: str) -> None:
    check(parse(address))


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials anywhere."""
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


@pytest.mark.parametrize("base", ["s3://northwind-example", "gs://northwind-example", "az://northwindexample/reports"])
@pytest.mark.usefixtures("nobody")
def test_no_credentials(base: str) -> None:
    """Found out before a scan; nothing is asked, for these names lead to the real clouds."""
    assert "credentials" in said(f"{base}/x.json", look)


# -- AWS ---------------------------------------------------------------------------------------------------------------


@S3
def test_the_profile_of_the_configuration_writes_and_the_others_ask(bucket, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "credentials").write_text(
        "[reports]\naws_access_key_id = ASIAEXAMPLEWRITER000\naws_secret_access_key = invented\n"
    )
    (tmp_path / "c.toml").write_text(
        f'[output]\npaths = ["{bucket.at("x.json")}"]\nprofile = "reports"\n[aws]\nregions = ["eu-west-1"]\n'
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    bucket.world.log.clear()
    command = [Path(sys.executable).with_name("mlposture"), "scan", "--config", tmp_path / "c.toml", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (1, "")
    assert set(bucket.contents()) == {"x.json"}
    keys = {
        ("ASIAEXAMPLEWRITER000" in request.headers.get("authorization", ""), request in bucket.touched())
        for request in bucket.world.log
    }
    assert keys == {(True, True), (False, False)}


@S3
def test_a_profile_that_is_not_there(bucket) -> None:
    assert "nowhere" in said(bucket.at("x.json"), lambda address: put(address, "nowhere"))


@S3
def test_credentials_that_expired(bucket) -> None:
    [(key, _)] = bucket.world.sessions.items()
    bucket.world.expiries[key] = datetime.now(UTC) - timedelta(minutes=1)
    try:
        refused = [said(bucket.at("x.json"), call) for call in (look, got, put)]
    finally:
        del bucket.world.expiries[key]
    assert all("have expired" in text for text in refused)
    assert not any(key in text for text in refused)


# -- Google Cloud ------------------------------------------------------------------------------------------------------


@GS
@pytest.mark.parametrize("scheme", ["http://", ""])
@pytest.mark.usefixtures("nobody")
def test_an_emulator_is_asked_and_gets_no_credentials(bucket, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", bucket.cloud.objects.replace("http://", scheme))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
    look(bucket.at("x.json"))
    put(bucket.at("x.json"))
    assert bucket.contents() == {"x.json": b"x"}
    assert "there is no bucket" in said(bucket.missing, look)


@GS
def test_the_token_is_sent_to_the_endpoint_alone(bucket, caplog: pytest.LogCaptureFixture) -> None:
    put(bucket.at("x.json"))
    sent = [request for request in bucket.world.log if request.operation != "oauth2.token"]
    assert sent
    assert all(request.headers["authorization"].startswith("Bearer ") for request in sent)
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == []  # what cannot be reached is warned of


@GS
def test_a_google_token_that_expired(bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket.cloud.token, "accepts", lambda _: False)
    assert "have expired" in said(bucket.at("x.json"))


@pytest.mark.usefixtures("nobody")
def test_a_google_endpoint_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPOSTURE_GCP_ENDPOINT", "http://gateway.example")
    assert "must be https" in said("gs://northwind-example/x.json", look)


@GS
@pytest.mark.parametrize(("kind", "says"), [("deny", "no access token"), ("reset", "connection")])
def test_google_credentials_that_give_no_token(bucket, kind: str, says: str) -> None:
    bucket.world.faults.append(Fault("oauth2.token", kind))
    assert says in said(bucket.at("x.json"))


# -- Azure -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        (None, "https://northwindexample.blob.core.windows.net"),
        (AzureAuthorityHosts.AZURE_PUBLIC_CLOUD, "https://northwindexample.blob.core.windows.net"),
        (AzureAuthorityHosts.AZURE_GOVERNMENT, "https://northwindexample.blob.core.usgovcloudapi.net"),
        ("https://login.microsoftonline.us/", "https://northwindexample.blob.core.usgovcloudapi.net"),
        (AzureAuthorityHosts.AZURE_CHINA, "https://northwindexample.blob.core.chinacloudapi.cn"),
        ("https://login.partner.microsoftonline.cn", "https://northwindexample.blob.core.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_its_own_addresses(authority: str | None, expected: str, monkeypatch) -> None:
    monkeypatch.delenv("AZURE_AUTHORITY_HOST", raising=False)
    if authority is not None:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", authority)
    address = parse("az://northwindexample/reports/x.json")
    assert address is not None
    assert az._account(address) == expected


@pytest.mark.usefixtures("nobody")
def test_a_blob_endpoint_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPOSTURE_AZURE_BLOB_ENDPOINT", "http://ana:pw@127.0.0.1:1/account?sig=pw")
    refused = said("az://northwindexample/reports/x.json", look)
    assert "must begin with https://" in refused
    assert "pw" not in refused


@AZ
def test_an_azure_credential_that_is_refused(bucket) -> None:
    bucket.cloud.faults.append(Fault("oauth2.token", "deny"))
    refused = said(bucket.at("x.json"))
    assert "no usable credentials for Azure" in refused
    assert "7000222" in refused


@AZ
def test_an_azure_token_that_expired(bucket) -> None:
    bucket.fail("*", "expired")
    assert "have expired" in said(bucket.at("x.json"))


# -- set-up ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "module", "extra"),
    [("s3", "boto3", "aws"), ("gs", "google.cloud", "gcp"), ("az", "azure.storage", "azure")],
)
def test_an_sdk_that_is_not_installed(scheme: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name == module or name.startswith((f"{module}.", f"scanner.objects.{scheme}")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    address = f"{scheme}://northwindexample/reports/x.json"
    with pytest.raises(CannotScan, match=rf"pip install '\.\[{extra}\]'") as refused:
        look(address)
    assert str(refused.value).startswith(f"{address}: the SDK is not installed")


@pytest.mark.parametrize(
    ("text", "paths", "profile"),
    [
        ("", (), None),
        ('output = ["x.json", "s3://northwind-example/x.json"]', ("x.json", "s3://northwind-example/x.json"), None),
        ('[output]\npaths = ["x.json"]', ("x.json",), None),
        ('[output]\nprofile = "reports"', (), "reports"),
    ],
)
def test_outputs_in_the_configuration(text: str, paths: tuple[str, ...], profile: str | None, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f"{text}\n[aws]\n")
    config = read_config(tmp_path / "c.toml")
    assert (config.output, config.output_profile) == (paths, profile)
