"""SDK clients for the services that are asked seldom: one a service and region, shared by all accounts."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import botocore.config
import botocore.credentials
from boto3.session import Session as Boto3Session
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.response import StreamingBody
from botocore.session import Session

from checks.aws.client.bodies import refuse_foreign
from checks.aws.client.failures import translated
from checks.aws.client.transport import Credentials, Transport, frozen
from scanner.calls.client import Manners
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason


class Clients:
    """Makes clients, under a lock because making one is not thread-safe. Using one is."""

    def __init__(self, core: Session, transport: Transport, manners: Manners) -> None:
        self._core = core
        self._transport = transport
        self._current = _Current()
        # Clients take their credentials from their session: those of the account that is asked, see `acting_as`. So it
        # is not the user's session, and has its configuration and its models alone.
        acting = Session(profile=core.profile)
        acting.register_component("credential_provider", self._current)
        acting.register_component("data_loader", core.get_component("data_loader"))
        self._session = Boto3Session(botocore_session=acting)
        self._clients: dict[tuple[str, str], Any] = {}
        #: by the name that events have
        self._models: dict[str, ServiceModel] = {}
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

    def paging(self, service: str, operation: str) -> dict[str, str]:
        """Token and result members of a listing, from the SDK's own paginator models."""
        with self._lock:
            config = self._core.get_paginator_model(service).get_paginator(operation)
        return {key: str(config[key]) for key in ("input_token", "output_token", "result_key")}

    def call(self, client: Any, name: str, credentials: Credentials, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to an API operation, signed with these credentials. Raises CallFailed."""
        turn = self._current.of_thread
        turn.signed = turn.examined = False
        with self.acting_as(credentials):
            reply: dict[str, Any] = translated(getattr(client, xform_name(name)), **parameters)
        if not (turn.signed and turn.examined):
            # A version that no longer asks us may have asked another account, or read an absence from a broken body.
            raise CallFailed(Reason.ERROR, "this version of botocore does not let its calls be signed and examined")
        reply.pop("ResponseMetadata", None)  # which the SDK adds, and which is about the call and not about the reply
        # Content comes as a stream, which a broken connection ends early.
        return {name: translated(one.read) if isinstance(one, StreamingBody) else one for name, one in reply.items()}

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
        try:
            client = self._session.client(service, region_name=region, config=self._config)
        except ValueError as error:
            where = (
                "AWS_DEFAULT_REGION and the profile" if "region_name" in str(error) else "AWS_ENDPOINT_URL and its like"
            )
            raise CannotScan(f"AWS: {error}; look at {where}") from error
        self._models[client.meta.service_model.service_id.hyphenize()] = client.meta.service_model
        client.meta.events.register("before-send.*", self._transport.prepared)
        client.meta.events.register("response-received.*", self._examine)
        if service == "s3control":
            client.meta.events.register_first("before-sign.s3-control.*", _keep_custom_host)
        return client

    def _examine(self, *, event_name: str, **response: Any) -> None:
        self._current.of_thread.examined = True
        _, service, operation = event_name.split(".")
        refuse_foreign(self._models[service].operation_model(operation), **response)


class _Current(botocore.credentials.Credentials):
    """The credentials of whatever account the thread is asking, and what provides them to a session."""

    def __init__(self) -> None:
        super().__init__("", "")  # type: ignore[no-untyped-call]
        self.of_thread = threading.local()

    def load_credentials(self) -> "_Current":
        return self

    def get_frozen_credentials(self) -> Any:
        self.of_thread.signed = True
        return frozen(self.of_thread.credentials)


def speaks_json(client: Any) -> bool:
    return str(client.meta.service_model.protocol).endswith("json")


def _keep_custom_host(request: Any, **_: Any) -> None:
    """S3 Control puts the account id in front of the host; behind a custom endpoint that name does not exist."""
    url = urlsplit(request.url)
    first, _, rest = url.netloc.partition(".")
    if len(first) == 12 and first.isdigit() and not rest.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        request.url = urlunsplit(url._replace(netloc=rest))
