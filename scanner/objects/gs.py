"""Objects of Google Cloud Storage. Imports the SDK."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.auth
import requests
from google.api_core.exceptions import Forbidden, GoogleAPICallError, PreconditionFailed, RetryError
from google.auth._cloud_sdk import get_application_default_credentials_path
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.auth.transport.requests import Request
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY

from scanner.model import own
from scanner.objects.addresses import Address
from scanner.objects.failures import broken, failed, refused
from scanner.objects.object_logs import Protection

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
_NEEDS = {
    "check": "storage.buckets.get",
    "create": "storage.objects.create",
    "list": "storage.objects.list",
    "protection": "storage.buckets.get",
    "read": "storage.objects.get",
    "write": "storage.objects.create, and storage.objects.delete to replace an object,",
}
_LOGIN = "run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or attach a service account"
_RETRY = DEFAULT_RETRY.with_timeout(60)
#: Larger files are sent in pieces of this size, each of which is in memory.
_PIECE = 8 << 20
_DAY = 86_400


def check(address: Address, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    with _client(address, "check") as client:
        try:
            there = client.bucket(address.bucket).exists(retry=_RETRY)
        except Forbidden:
            return
    if not there:
        raise failed(address, "check", f"there is no bucket {address.bucket}")


def fetch(address: Address, path: Path, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    with _client(address, "read") as client, path.open("wb") as file:
        client.bucket(address.bucket).blob(address.key).download_to_file(file, retry=_RETRY)


def put(address: Address, path: Path, profile: str | None) -> None:  # noqa: ARG001 - profiles are of AWS
    with _client(address, "write") as client:
        blob = client.bucket(address.bucket).blob(address.key, chunk_size=_PIECE)
        blob.upload_from_filename(str(path), content_type=address.content_type, retry=_RETRY)


def connect(address: Address, _: str | None, stack: ExitStack) -> Client:
    """A client for many calls, which the stack closes."""
    with _told(address, "list"):
        return stack.enter_context(_connected(address))


def names(client: Client, address: Address) -> Iterator[str]:
    prefix = f"{address.key}/"
    with _told(address, "list"):
        fields = "items(name),nextPageToken"
        for blob in client.list_blobs(address.bucket, prefix=prefix, fields=fields, retry=_RETRY):
            yield blob.name.removeprefix(prefix)


def load(client: Client, address: Address, path: Path) -> None:
    with _told(address, "read"), path.open("wb") as file:
        client.bucket(address.bucket).blob(address.key).download_to_file(file, retry=_RETRY)


def create(client: Client, address: Address, path: Path) -> bool:
    pieces = _PIECE if path.stat().st_size > _PIECE else None  # what is small is sent with its name, in one request
    blob = client.bucket(address.bucket).blob(address.key, chunk_size=pieces)
    with _told(address, "write", "create"):
        try:
            blob.upload_from_filename(str(path), content_type=address.content_type, if_generation_match=0, retry=_RETRY)
        except PreconditionFailed:
            return False
        except Forbidden as error:
            # Who may create and not delete, or a policy that keeps what is there, may be told so first.
            if _NEEDS["create"] in str(error) or not blob.exists(retry=_RETRY):
                raise
            return False
    return True


def protection(client: Client, address: Address) -> Protection:
    with _told(address, "protection"):
        bucket = client.get_bucket(address.bucket, retry=_RETRY)
    seconds = bucket.retention_period
    if not seconds:
        return Protection(False, "the bucket has no retention policy")
    time = f"{seconds // _DAY} days" if seconds >= _DAY else f"{seconds} seconds"
    kept = f"the retention policy of the bucket keeps each object for {time}"
    if not bucket.retention_policy_locked:
        return Protection(False, f"{kept}, and is not locked: whoever administers the bucket may lift it")
    return Protection(True, f"{kept}, and is locked")


@contextmanager
def _client(address: Address, doing: str) -> Iterator[Client]:
    with _told(address, doing), _connected(address) as client:
        yield client


@contextmanager
def _connected(address: Address) -> Iterator[Client]:
    """With application default credentials, with none at an emulator."""
    logging.getLogger("google.auth").setLevel(logging.ERROR)  # it warns of a project that is not needed here
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")  # nobody else looks at the bucket
    endpoint, anonymous = _endpoint(address)
    nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
    credentials = nobody if anonymous else google.auth.default(scopes=[_SCOPE])[0]
    # google-auth's own session would also look up where the account may work, at an address of its own choice.
    with _Session() as session:
        session.auth = partial(_sign, credentials)
        session.hooks["response"].append(_read_refusal)
        options = {"api_endpoint": endpoint} if endpoint else None
        yield Client(project=None, credentials=nobody, _http=session, client_options=options)


@contextmanager
def _told(address: Address, doing: str, needs: str = "") -> Iterator[None]:
    """Around calls of the SDK: what goes wrong becomes InputError. `needs` names what it takes, if not by `doing`."""
    try:
        yield
    except DefaultCredentialsError as error:
        raise failed(address, doing, f"no credentials found for Google Cloud ({error.args[0]}); {_LOGIN}") from error
    except (TransportError, requests.RequestException) as error:
        raise broken(address, doing, error) from error
    except GoogleAuthError as error:
        raise failed(address, doing, f"the credentials gave no access token ({error.args[0]}); {_LOGIN}") from error
    except DataCorruption as error:
        raise failed(address, doing, "it arrived damaged; try again") from error
    except (GoogleAPICallError, InvalidResponse, RetryError) as error:
        response = getattr(error.cause if isinstance(error, RetryError) else error, "response", None)
        if response is None:
            raise broken(address, doing, error.__cause__ or error) from error
        raise refused(address, doing, response.status_code, _said(response), _NEEDS[needs or doing]) from error


class _Session(requests.Session):
    """Goes nowhere else than it is sent: a redirect could lead a report, or a reader, to a host of anybody's."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - what it overrides has it
        return None


def _sign(credentials: Credentials, request: requests.PreparedRequest) -> requests.PreparedRequest:
    if not credentials.valid:
        credentials.refresh(Request())  # type: ignore[no-untyped-call]
        own.note(credentials.token)
    credentials.apply(request.headers)  # type: ignore[no-untyped-call]
    return request


def _read_refusal(response: requests.Response, **_options: Any) -> None:
    """The SDK leaves the body of a refused download unread, and with it the connection open."""
    if not response.ok:
        _ = response.content


def _endpoint(address: Address) -> tuple[str, bool]:
    """Where Cloud Storage is asked (empty: where Google has it), and whether without credentials, as in a scan."""
    emulator = os.environ.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
    if emulator:
        return emulator if "://" in emulator else f"http://{emulator}", True
    gateway = os.environ.get("MLPOSTURE_GCP_ENDPOINT", "").rstrip("/")
    if not gateway:
        return "", False
    plain = urlsplit(gateway).scheme == "http"
    if plain and urlsplit(gateway).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise failed(address, "check", "MLPOSTURE_GCP_ENDPOINT must be https, or http on this machine")
    login = Path(get_application_default_credentials_path()).is_file()  # type: ignore[no-untyped-call]
    configured = bool(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")) or login
    return f"{gateway}/storage.googleapis.com", plain and not configured


def _said(response: Any) -> str:
    """The reason that a reply gives. The SDK's own text has the address of the call, which may hold an upload's key."""
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return "" if "html" in response.headers.get("Content-Type", "") else response.text
