"""Objects of Azure Blob Storage. Imports the SDK."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import AzureAuthorityHosts, ClientSecretCredential, DefaultAzureCredential
from azure.storage.blob import BlobServiceClient, ContentSettings

from scanner.model import own
from scanner.objects.addresses import Address
from scanner.objects.failures import broken, failed, refused
from scanner.objects.object_logs import Protection

_NEEDS = {
    "check": "the role Storage Blob Data Reader",
    "list": "the role Storage Blob Data Reader",
    "protection": "the role Storage Blob Data Reader",
    "read": "the role Storage Blob Data Reader",
    "write": "the role Storage Blob Data Contributor",
}
_LOGIN = "run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
#: Where the accounts of each cloud are, by the host that signs their users in.
_SUFFIXES = {
    AzureAuthorityHosts.AZURE_PUBLIC_CLOUD: "blob.core.windows.net",
    AzureAuthorityHosts.AZURE_GOVERNMENT: "blob.core.usgovcloudapi.net",
    AzureAuthorityHosts.AZURE_CHINA: "blob.core.chinacloudapi.cn",
    "login.partner.microsoftonline.cn": "blob.core.chinacloudapi.cn",
}
#: A redirect could lead a report, or a reader, to a host of anybody's.
_STAYS: dict[str, Any] = {"permit_redirects": False}
#: What is said where there is a blob of the name already.
_THERE = ("BlobAlreadyExists", "BlobImmutableDueToPolicy", "ConditionNotMet")
_PATIENCE: dict[str, Any] = {"connection_timeout": 10, "read_timeout": 60, "retry_total": 4, "initial_backoff": 1}
#: Larger files are sent and read in pieces of this size, each of which is in memory.
_SIZES: dict[str, Any] = dict.fromkeys(
    ("max_single_put_size", "max_block_size", "max_single_get_size", "max_chunk_get_size"), 8 << 20
)


def check(address: Address, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    with _client(address, "check") as client:
        try:
            client.get_container_client(address.bucket).get_container_properties()
        except HttpResponseError as error:
            if error.status_code == 404:
                raise failed(address, "check", f"there is no container {address.bucket}") from error
            if error.status_code != 403:
                raise


def fetch(address: Address, path: Path, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    with _client(address, "read") as client, path.open("wb") as file:
        client.get_blob_client(address.bucket, address.key).download_blob().readinto(file)


def put(address: Address, path: Path, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    kind = ContentSettings(content_type=address.content_type)
    with _client(address, "write") as client, path.open("rb") as file:
        client.get_blob_client(address.bucket, address.key).upload_blob(file, overwrite=True, content_settings=kind)


def connect(address: Address, _: str | None, stack: ExitStack) -> BlobServiceClient:
    """A client for many calls, which the stack closes."""
    with _told(address, "list"):
        return stack.enter_context(_connected(address, "list"))


def names(client: BlobServiceClient, address: Address) -> Iterator[str]:
    prefix = f"{address.key}/"
    with _told(address, "list"):
        for blob in client.get_container_client(address.bucket).list_blobs(name_starts_with=prefix):
            yield blob.name.removeprefix(prefix)


def load(client: BlobServiceClient, address: Address, path: Path) -> None:
    with _told(address, "read"), path.open("wb") as file:
        client.get_blob_client(address.bucket, address.key).download_blob().readinto(file)


def create(client: BlobServiceClient, address: Address, path: Path) -> bool:
    kind = ContentSettings(content_type=address.content_type)
    with _told(address, "write"), path.open("rb") as file:
        try:
            client.get_blob_client(address.bucket, address.key).upload_blob(file, content_settings=kind)
        except HttpResponseError as error:
            if _code(error) not in _THERE:
                raise
            return False
    return True


def protection(client: BlobServiceClient, address: Address) -> Protection:
    with _told(address, "protection"):
        found = client.get_container_client(address.bucket).get_container_properties()
    if not (found.has_immutability_policy or found.immutable_storage_with_versioning_enabled):
        return Protection(False, "the container has no immutability policy")
    which = "an immutability policy" if found.has_immutability_policy else "immutable versions"
    return Protection(
        False, f"the container has {which}, and does not say here whether that is locked, and for how long"
    )


@contextmanager
def _client(address: Address, doing: str) -> Iterator[BlobServiceClient]:
    with _told(address, doing), _connected(address, doing) as client:
        yield client


@contextmanager
def _connected(address: Address, doing: str) -> Iterator[BlobServiceClient]:
    """With a service principal from the environment, else what the SDK's usual chain finds."""
    # The SDK warns of every credential it tries and may quote replies; what matters is in our own errors.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    endpoint = os.environ.get("MLPOSTURE_AZURE_BLOB_ENDPOINT", "").rstrip("/") or _account(address)
    if urlsplit(endpoint).scheme != "https" or not urlsplit(endpoint).hostname:
        # It is not shown: a login or a signature may be in it.
        why = "MLPOSTURE_AZURE_BLOB_ENDPOINT must begin with https://, because a bearer token must not travel"
        raise failed(address, doing, f"{why} in the clear")
    token = _Token(_token(address, doing))
    with BlobServiceClient(endpoint, credential=token, **_PATIENCE, **_SIZES, **_STAYS) as client:
        yield client


@contextmanager
def _told(address: Address, doing: str) -> Iterator[None]:
    """Around calls of the SDK: what goes wrong becomes InputError."""
    try:
        yield
    except HttpResponseError as error:
        if not error.status_code:  # a reply that broke off
            raise broken(address, doing, error) from error
        raise refused(address, doing, error.status_code, _code(error), _NEEDS[doing]) from error
    except AzureError as error:
        raise broken(address, doing, error.inner_exception or error) from error


def _code(error: HttpResponseError) -> str:
    return str(getattr(error.response, "headers", {}).get("x-ms-error-code", ""))


class _Token:
    """A token that is there already: left to itself, the SDK tries credentials that do not work again and again."""

    def __init__(self, token: AccessToken) -> None:
        own.note(token.token)
        self._token = token

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ARG002 - the SDK's protocol
        return self._token


def _authority() -> str:
    given = os.environ.get("AZURE_AUTHORITY_HOST", "").removeprefix("https://").rstrip("/").lower()
    return given or AzureAuthorityHosts.AZURE_PUBLIC_CLOUD


def _account(address: Address) -> str:
    return f"https://{address.account}.{_SUFFIXES.get(_authority(), 'blob.core.windows.net')}"


def _token(address: Address, doing: str) -> AccessToken:
    try:
        elsewhere: dict[str, Any] = {"disable_instance_discovery": _authority() not in _SUFFIXES}
        named = [os.environ.get(f"AZURE_{name}", "") for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")]
        credential = (
            ClientSecretCredential(*named, **elsewhere)
            if all(named)
            else DefaultAzureCredential(exclude_interactive_browser_credential=True, **elsewhere)
        )
        return credential.get_token("https://storage.azure.com/.default")
    except (AzureError, ValueError) as error:
        # The first line says what was wrong; what follows lists every credential that was tried, with links.
        said = str(error).strip().partition("\n")[0].partition(" Trace ID")[0].rstrip(".")
        raise failed(address, doing, f"no usable credentials for Azure ({said}); {_LOGIN}") from error
