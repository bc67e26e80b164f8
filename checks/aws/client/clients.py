"""SDK clients for the services that are asked seldom: one a service and region, shared by all accounts."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import botocore.config
import botocore.credentials
import msgspec
from boto3.session import Session as Boto3Session
from botocore import xform_name
from botocore.session import Session

from checks.aws.client.failures import unparsed
from checks.aws.client.transport import Credentials, Transport, frozen
from scanner.calls.client import Manners


class Clients:
    """Makes clients, under a lock because making one is not thread-safe. Using one is."""

    def __init__(self, core: Session, transport: Transport, manners: Manners) -> None:
        self._transport = transport
        self._current = _Current()
        # Clients take their credentials from their session: those of the account that is asked, see `acting_as`. So it
        # is not the user's session, and has its configuration and its models alone.
        acting = Session(profile=core.profile)
        acting.register_component("credential_provider", self._current)
        acting.register_component("data_loader", core.get_component("data_loader"))
        self._session = Boto3Session(botocore_session=acting)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._config = botocore.config.Config(
            connect_timeout=manners.connect_timeout,
            read_timeout=manners.read_timeout,
            retries={"total_max_attempts": 1, "mode": "standard"},  # retries are ours, see scanner.calls.client
            user_agent_extra="mlposture",
        )

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    @contextmanager
    def acting_as(self, credentials: Credentials) -> Iterator[None]:
        """Sign what this thread calls in the meantime with these credentials.

        May be entered again inside: signing a call may take a new session of a role, and with it a call of another.
        """
        thread = self._current.of_thread
        before = getattr(thread, "credentials", None)
        thread.credentials = credentials
        try:
            yield
        finally:
            thread.credentials = before

    def _make(self, service: str, region: str) -> Any:
        client = self._session.client(service, region_name=region, config=self._config)
        client.meta.events.register("before-send.*", self._transport.prepared)
        client.meta.events.register("response-received.*", _refuse_broken_bodies)
        if service == "s3control":
            client.meta.events.register_first("before-sign.s3-control.*", _keep_custom_host)
        return client


class _Current(botocore.credentials.Credentials):
    """The credentials of whatever account the thread is asking, and what provides them to a session."""

    def __init__(self) -> None:
        super().__init__("", "")  # type: ignore[no-untyped-call]
        self.of_thread = threading.local()

    def load_credentials(self) -> "_Current":
        return self

    def get_frozen_credentials(self) -> Any:
        return frozen(self.of_thread.credentials)


def method(client: Any, name: str) -> Any:
    """The method for an API operation: ListBuckets → client.list_buckets."""
    return getattr(client, xform_name(name))


def speaks_json(client: Any) -> bool:
    return str(client.meta.service_model.protocol).endswith("json")


def paging(client: Any, operation: str) -> dict[str, str]:
    """Token and result members of a listing, from the SDK's own paginator models."""
    paginator = client.get_paginator(xform_name(operation))
    # There is no public name for it, and the alternative is a table of our own.
    config = paginator._pagination_cfg  # noqa: SLF001
    return {key: str(config[key]) for key in ("input_token", "output_token", "result_key")}


def _refuse_broken_bodies(response_dict: Mapping[str, Any] | None, event_name: str = "", **_: Any) -> None:
    """botocore makes an empty result of a body that is cut short or missing, and an empty result reads as absence."""
    reply = response_dict or {}  # there is none when the connection broke
    if reply.get("status_code") != 200 or event_name.rpartition(".")[2].startswith("Head"):
        return
    body = reply.get("body", b"")
    if not body:
        raise unparsed()
    if "json" in str(reply.get("headers", {}).get("content-type", "")):
        try:
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except msgspec.MsgspecError as error:
            raise unparsed() from error


def _keep_custom_host(request: Any, **_: Any) -> None:
    """S3 Control puts the account id in front of the host; behind a custom endpoint that name does not exist."""
    url = urlsplit(request.url)
    first, _, rest = url.netloc.partition(".")
    if len(first) == 12 and first.isdigit() and not rest.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        request.url = urlunsplit(url._replace(netloc=rest))
