"""Which hosts are sent a token for storage, and the real emulator behind the client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest import mock

import pytest
from azure.core.credentials import AccessToken
from azure.storage.blob import BlobServiceClient
from scanning import QUICK, running
from worlds.azure import AzureWorld
from worlds.azure_blobs import AZURITE, AzureBlobs

from checks.azure.client.blobs import Blobs
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

CLOUDS = {
    "https://management.azure.com": "blob.core.windows.net",
    "https://management.usgovcloudapi.net": "blob.core.usgovcloudapi.net",
    "https://management.chinacloudapi.cn": "blob.core.chinacloudapi.cn",
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a token is sent to, which answer that there is nothing."""
    addresses: list[str] = []

    def note(_: object, address: str, *__: object) -> None:
        addresses.append(address)
        raise CallFailed(Reason.ERROR, "there is nothing")

    monkeypatch.delenv("MLPOSTURE_AZURE_BLOB_ENDPOINT", raising=False)
    monkeypatch.setattr(Blobs, "_exchange", note)
    monkeypatch.setattr(Blobs, "_bearer", lambda *_, **__: "token")
    return addresses


@pytest.mark.parametrize(("endpoint", "suffix"), CLOUDS.items())
def test_storage_of_the_cloud_is_sent_one(endpoint: str, suffix: str, sent: list[str]) -> None:
    with pytest.raises(CallFailed, match="there is nothing"):
        Blobs(endpoint, QUICK).get(f"https://example0.{suffix}", "models/a b/README.md", 9)

    assert sent == [f"https://example0.{suffix}/models/a%20b/README.md"]


@pytest.mark.parametrize(
    "account",
    [
        "https://example0.blob.core.windows.net.attacker.example",
        "https://attacker.example/.blob.core.windows.net",
        "https://attacker.example#.blob.core.windows.net",
        "https://user@example0.blob.core.windows.net",
        "https://example0.blob.core.windows.net:8443",
        "http://example0.blob.core.windows.net",
        "https://example0.file.core.windows.net",
        "https://example0.blob.core.chinacloudapi.cn",
        "https://a/b.blob.core.windows.net",
        "https://.blob.core.windows.net",
        "https://example0.blob.core.windows.net\n",
    ],
)
def test_nothing_else_is_sent_one(account: str, sent: list[str]) -> None:
    with pytest.raises(CallFailed, match="is sent no token"):
        Blobs("https://management.azure.com", QUICK).get(account, "models/README.md", 9)

    assert sent == []


def test_an_account_in_a_dns_zone(sent: list[str]) -> None:
    with pytest.raises(CallFailed, match="there is nothing"):
        Blobs("https://management.azure.com", QUICK).get("https://example0.z07.blob.storage.azure.net", "m/a", 9)

    assert sent == ["https://example0.z07.blob.storage.azure.net/m/a"]


def test_storage_of_a_cloud_that_is_not_known_has_to_be_named(sent: list[str]) -> None:
    with pytest.raises(CallFailed, match="set MLPOSTURE_AZURE_BLOB_ENDPOINT"):
        Blobs("https://management.local.example", QUICK).get("https://example0.blob.local.example", "m/a", 9)

    assert sent == []


def test_a_token_does_not_travel_in_the_clear(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPOSTURE_AZURE_BLOB_ENDPOINT", "http://127.0.0.1:1/account")
    with pytest.raises(CallFailed, match="must begin with https://"):
        Blobs("https://management.azure.com", QUICK).get("https://example0.blob.core.windows.net", "m/a", 9)

    assert sent == []


def test_an_account_whose_name_nobody_knows_says_what_that_may_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("azure") as world, mock.patch.dict(os.environ, clear=False):
        monkeypatch.setenv("MLPOSTURE_AZURE_BLOB_ENDPOINT", "https://private-account.invalid")
        with pytest.raises(CallFailed, match="private endpoints alone") as found:
            Blobs(world.url, QUICK).get("https://example0.blob.core.windows.net", "m/a", 9)

    assert found.value.reason is Reason.UNREACHABLE


class _Issued:
    """A credential of the simulated tenant, for the SDK that fills the emulator."""

    def __init__(self, world: AzureWorld) -> None:
        self._world = world

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken(self._world.entra._issue("https://storage.azure.com"), 2**31)


@pytest.fixture
def blobs() -> Iterator[Blobs]:
    """A client of Azurite with a container `models`."""
    if AZURITE is None:
        pytest.skip("Azurite is not installed: npm install --prefix tests/npm, or set MLPOSTURE_AZURITE")
    with running("azure") as cloud, AzureBlobs(cloud) as world, mock.patch.dict(os.environ, world.env()):
        service = BlobServiceClient(world.account_url, credential=_Issued(cloud), connection_verify=cloud.ca_path)
        with service as made:
            made.create_container("models").upload_blob("a/README.md", b"# Licence\nMIT")
            made.get_container_client("models").upload_blob("a/model_card.md", b"")
        yield Blobs(cloud.url, QUICK)


def test_the_emulator_gives_as_much_of_a_blob_as_was_asked_for(blobs: Blobs) -> None:
    headers, content = blobs.get("https://example0.blob.core.windows.net", "models/a/README.md", 9)

    assert (content, headers["Content-Range"]) == (b"# Licence", "bytes 0-8/13")
    assert headers["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize(
    ("path", "code"),
    [("models/a/x.md", "BlobNotFound"), ("none/x.md", "ContainerNotFound"), ("models/a/model_card.md", "InvalidRange")],
)
def test_what_the_emulator_says_is_not_there(path: str, code: str, blobs: Blobs) -> None:
    with pytest.raises(CallFailed) as found:
        blobs.get("https://example0.blob.core.windows.net", path, 9)

    assert found.value.code == code
