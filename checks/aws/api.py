"""The AWS facade: sessions, regions, and every call that mlposture makes to AWS. The only module that imports boto3."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import msgspec
from botocore import xform_name
from msgspec import UNSET, UnsetType

from checks.aws.permissions import is_read, permission
from scanner.calls import Calls, Unit
from scanner.collector import Collector, Recorder
from scanner.errors import CallFailed, CannotScan
from scanner.model import ANYWHERE, Reason, Reply, Scope

#: Our name of an operation → (boto3 service, API operation), where they differ.
_ELSEWHERE = {"s3:GetAccountPublicAccessBlock": ("s3control", "GetPublicAccessBlock")}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403", "Forbidden"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
}
# With credentials that STS accepted, these mean that the region is not enabled for the account.
_OTHER_REGION = {"UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "AuthFailure"}
_DISCOVER = "ec2:DescribeRegions"
#: What botocore's parsers raise: their own error, or whatever they stumble over in JSON that is no object.
_UNPARSED = (botocore.parsers.ResponseParserError, AttributeError, KeyError, TypeError, ValueError)


class _BrokenBody(Exception):
    """A successful reply whose body is missing or cut short."""


def connect(settings: Mapping[str, Any], calls: Calls) -> "AwsProvider":
    """A provider for `profile`, `role_arns` (one account each) and `regions` (all enabled ones if empty).

    Raises CannotScan when there are no usable credentials.
    """
    return AwsProvider(
        calls,
        profile=settings.get("profile"),
        role_arns=tuple(settings.get("role_arns", ())),
        regions=tuple(settings.get("regions", ())),
        taken_at=settings.get("taken_at"),
    )


class AwsProvider:
    """One set of credentials, or one assumed role per account."""

    name = "aws"

    def __init__(
        self,
        calls: Calls,
        *,
        profile: str | None = None,
        role_arns: tuple[str, ...] = (),
        regions: tuple[str, ...] = (),
        taken_at: datetime | None = None,
    ) -> None:
        self.calls = calls
        self.taken_at = taken_at or datetime.now(UTC)
        self._regions = regions
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._enabled: dict[str, tuple[tuple[str, ...], CallFailed | None]] = {}
        manners = calls.manners
        self._config = botocore.config.Config(  # type: ignore[no-untyped-call]
            connect_timeout=manners.connect_timeout,
            read_timeout=manners.read_timeout,
            max_pool_connections=manners.concurrency,
            retries={"total_max_attempts": 1, "mode": "standard"},  # retries are ours, see scanner.calls
            user_agent_extra="mlposture",
        )
        try:
            base = boto3.session.Session(profile_name=profile)  # type: ignore[no-untyped-call]
            self.partition = str(base.get_partition_for_region(base.region_name or "us-east-1"))  # type: ignore[no-untyped-call]
            sessions = [self._assume(base, arn) for arn in role_arns] or [base]
            self._sessions = {self._account(session): session for session in sessions}
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise CannotScan(f"AWS: {_advice(error)}") from error

    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted(self._sessions))

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:
        """The regions asked for, else all that are enabled; failing that, all that have SageMaker, and a gap."""
        regions, failure = (self._regions, None) if self._regions else self._discover(account)
        if failure is not None:
            recorder.gap(
                collector.kind.kind,
                Scope(self.name, account, ANYWHERE),
                _DISCOVER,
                failure.reason,
                permission(_DISCOVER),
                f"{failure.detail} (asked every region that has SageMaker instead)",
            )
        return tuple(Scope(self.name, account, region) for region in regions)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "AwsApi":
        return AwsApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()

    def client(self, account: str, service: str, region: str) -> Any:
        """A shared client; making one is slow and not thread-safe, using one is both fast and safe."""
        key = (account, service, region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make_client(self._sessions[account], service, region)
            return self._clients[key]

    def home(self, account: str) -> str:
        """The region that account-wide calls go to."""
        session = self._sessions[account]
        return session.region_name or (self._regions[0] if self._regions else "us-east-1")

    def _make_client(self, session: boto3.session.Session, service: str, region: str) -> Any:
        client = session.client(service, region_name=region, config=self._config)  # type: ignore[no-untyped-call]
        client.meta.events.register("response-received.*", _refuse_broken_bodies)
        if service == "s3control":
            client.meta.events.register_first("before-sign.s3-control.*", _keep_custom_host)
        return client

    def _assume(self, base: boto3.session.Session, arn: str) -> boto3.session.Session:
        sts = self._make_client(base, "sts", base.region_name or "us-east-1")
        reply = sts.assume_role(RoleArn=arn, RoleSessionName="mlposture")["Credentials"]
        return boto3.session.Session(  # type: ignore[no-untyped-call]
            aws_access_key_id=reply["AccessKeyId"],
            aws_secret_access_key=reply["SecretAccessKey"],
            aws_session_token=reply["SessionToken"],
            region_name=base.region_name,
        )

    def _account(self, session: boto3.session.Session) -> str:
        """Account of a session. No policy can deny this call; should a proxy do so, the refusal names the account."""
        region = session.region_name or "us-east-1"
        sts = self._make_client(session, "sts", region)
        ask = partial(_translated, sts.get_caller_identity)
        try:
            return str(self.calls.run(Scope(self.name, "", region), "sts", "sts:GetCallerIdentity", ask)["Account"])
        except CallFailed as failure:
            named = re.search(r"arn:aws[a-z-]*:(?:sts|iam)::(\d{12}):", str(failure.__cause__))
            if failure.reason is Reason.DENIED and named:
                return named[1]
            raise CannotScan(f"AWS: {_advice(failure.__cause__ or failure)}") from failure

    def _discover(self, account: str) -> tuple[tuple[str, ...], CallFailed | None]:
        if account not in self._enabled:
            home = self.home(account)
            client = self.client(account, "ec2", home)
            scope = Scope(self.name, account, home)
            try:
                reply = self.calls.run(scope, "ec2", _DISCOVER, lambda: _translated(client.describe_regions))
                regions = tuple(sorted(region["RegionName"] for region in reply.get("Regions", ())))
                self._enabled[account] = (regions, None)
            except CallFailed as failure:
                session = self._sessions[account]
                known = session.get_available_regions("sagemaker", self.partition)  # type: ignore[no-untyped-call]
                self._enabled[account] = (tuple(sorted(known)), failure)
        return self._enabled[account]


class AwsApi(Unit):
    """The handle of one collector. Operations are `service:ApiOperation`; parameters are the API's own."""

    def __init__(self, provider: AwsProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.account = scope.account
        self.partition = provider.partition
        #: "now" of the whole scan, for listings that are limited in time
        self.taken_at = provider.taken_at

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    def call(self, operation: str, *, absent: tuple[str, ...] = (), region: str = "", **parameters: Any) -> Reply:
        """The reply; `None` for one of the `absent` error codes; `UNSET` and a gap for any other failure."""
        return self.reply(operation, self._attempt(operation, region, parameters), absent)

    def answer(
        self, operation: str, *, codes: tuple[str, ...], region: str = "", **parameters: Any
    ) -> Mapping[str, Any] | str | UnsetType:
        """The reply; the error code if it is one of `codes` (it is an answer then); `UNSET` and a gap for any other."""
        try:
            return self.ask(operation, self._attempt(operation, region, parameters))
        except CallFailed as failure:
            if failure.code in codes:
                return failure.code
            self.gap(operation, failure)
            return UNSET

    def pages(self, operation: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """Items of a listing, page by page. A failure ends it, leaves a gap and marks the listing incomplete."""
        try:
            yield from self._items(operation, parameters, strict=self._speaks_json(operation))
        except CallFailed as failure:
            self.gap(operation, failure)
            self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)

    def members(
        self, operation: str, *, absent: tuple[str, ...] = (), **parameters: Any
    ) -> tuple[Mapping[str, Any], ...] | UnsetType:
        """All items of a listing that describes one resource; `UNSET` and a gap unless every page of it was read.

        One of the `absent` error codes means that there are none.
        """
        try:
            return tuple(self._items(operation, parameters, strict=True))
        except CallFailed as failure:
            if failure.code in absent:
                return ()
            self.gap(operation, failure)
            return UNSET

    def _items(self, operation: str, parameters: Mapping[str, Any], *, strict: bool) -> Iterator[Mapping[str, Any]]:
        service, name = _ELSEWHERE.get(operation) or operation.split(":")
        paging = _paging(self._client(service, ""), name)
        while True:
            page = self.ask(operation, self._attempt(operation, "", parameters))
            if strict and paging["result_key"] not in page:
                raise CallFailed(Reason.MALFORMED, f"the reply has no {paging['result_key']}")
            yield from page.get(paging["result_key"], ())
            token = page.get(paging["output_token"])
            if not token:
                return
            if token == parameters.get(paging["input_token"]):
                raise CallFailed(Reason.MALFORMED, "the same page came twice")
            parameters = {**parameters, paging["input_token"]: token}

    def _speaks_json(self, operation: str) -> bool:
        service = (_ELSEWHERE.get(operation) or operation.split(":"))[0]
        return _speaks_json(self._client(service, ""))

    def _client(self, service: str, region: str) -> Any:
        if not region:
            region = self.scope.region if self.scope.region != ANYWHERE else self._provider.home(self.account)
        return self._provider.client(self.account, service, region)

    def _attempt(self, operation: str, region: str, parameters: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
        service, name = _ELSEWHERE.get(operation) or operation.split(":")
        client = self._client(service, region)
        method = getattr(client, xform_name(name))  # type: ignore[no-untyped-call]

        def attempt() -> Mapping[str, Any]:
            reply = _translated(method, **parameters)
            if len(reply) <= 1 and _speaks_json(client):
                raise CallFailed(Reason.MALFORMED, "the reply is empty")
            return reply

        return attempt


def _translated(method: Callable[..., Mapping[str, Any]], **parameters: Any) -> Mapping[str, Any]:
    """Call an SDK method; its failures become CallFailed."""
    try:
        return method(**parameters)
    except botocore.exceptions.ClientError as error:
        raise _from_reply(error) from error
    except (botocore.exceptions.ReadTimeoutError, botocore.exceptions.ConnectTimeoutError) as error:
        late = isinstance(error, botocore.exceptions.ReadTimeoutError)
        reason = Reason.TIMEOUT if late else Reason.UNREACHABLE
        raise CallFailed(reason, _no_url(error), retry=True) from error
    except botocore.exceptions.HTTPClientError as error:
        raise CallFailed(Reason.UNREACHABLE, _no_url(error), retry=True) from error
    except botocore.exceptions.BotoCoreError as error:
        raise CallFailed(Reason.ERROR, type(error).__name__) from error
    except (*_UNPARSED, _BrokenBody) as error:
        raise CallFailed(Reason.MALFORMED, "the reply does not parse") from error


def _from_reply(error: Any) -> CallFailed:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = str(error.response.get("Error", {}).get("Message", ""))
    if code in _THROTTLED or status == 429:
        return CallFailed(Reason.THROTTLED, code, code=code, retry=True)
    if code in _DENIED or code in _EXPIRED:
        return CallFailed(Reason.DENIED, code, code=code)
    if code in _OTHER_REGION:
        return CallFailed(Reason.UNSUPPORTED_REGION, f"{code}: is the region enabled for this account?", code=code)
    if status >= 500:
        return CallFailed(Reason.ERROR, f"{code or 'HTTP'} {status}", code=code, retry=True)
    return CallFailed(Reason.ERROR, f"{code}: {message}" if message else code, code=code)


def _no_url(error: Exception) -> str:
    # The SDK's text holds the URL, which differs from run to run behind a custom endpoint.
    return type(error).__name__


def _speaks_json(client: Any) -> bool:
    return str(client.meta.service_model.protocol).endswith("json")


def _paging(client: Any, operation: str) -> dict[str, str]:
    """Token and result members of a listing, from the SDK's own paginator models."""
    paginator = client.get_paginator(xform_name(operation))  # type: ignore[no-untyped-call]
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
        raise _BrokenBody
    if "json" in str(reply.get("headers", {}).get("content-type", "")):
        try:
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except msgspec.MsgspecError as error:
            raise _BrokenBody from error


def _keep_custom_host(request: Any, **_: Any) -> None:
    """S3 Control puts the account id in front of the host; behind a custom endpoint that name does not exist."""
    from urllib.parse import urlsplit, urlunsplit

    url = urlsplit(request.url)
    first, _, rest = url.netloc.partition(".")
    if len(first) == 12 and first.isdigit() and not rest.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        request.url = urlunsplit(url._replace(netloc=rest))


def _advice(error: BaseException) -> str:
    if isinstance(error, botocore.exceptions.NoCredentialsError):
        return "no credentials found; set AWS_PROFILE, pass --profile, or run where a role is attached"
    return str(error)
