"""The AWS facade: accounts, regions, and the handle through which collectors ask AWS."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

import botocore.exceptions
import botocore.session
from boto3.session import Session as Boto3Session
from botocore.utils import validate_region_name
from msgspec import UNSET, UnsetType

from checks.aws.client import clients
from checks.aws.client.clients import Clients
from checks.aws.client.failures import empty, told, unparsed
from checks.aws.client.sessions import Sessions
from checks.aws.client.shapes import find
from checks.aws.client.transport import ASSUME, Transport
from checks.aws.permissions import DOCUMENTS, is_read, permission
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls, UndeclaredOperation
from scanner.cards.card_files import LARGEST
from scanner.cards.sheet_files import DOCUMENT_NAMES
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import ANYWHERE, Reason, Reply, Scope
from scanner.model.sanitize import quote

#: Our name of an operation → (botocore's service, API operation), where they differ.
_ELSEWHERE = {
    "s3:GetAccountPublicAccessBlock": ("s3control", "GetPublicAccessBlock"),
    "tag:GetResources": ("resourcegroupstaggingapi", "GetResources"),
}
_DISCOVER = "ec2:DescribeRegions"
_GET = "s3:GetObject"


def connect(settings: Mapping[str, Any], calls: Calls) -> "AwsProvider":
    """A provider for `profile`, `role_arns` (one account each) and `regions` (all enabled ones if empty).

    `no_index` describes each resource itself.
    With `organization`, for every active account of the organisation, by assuming the role `organization_role` there.
    Raises CannotScan when there are no usable credentials.
    """
    return AwsProvider(
        calls,
        profile=settings.get("profile"),
        role_arns=tuple(settings.get("role_arns", ())),
        regions=tuple(settings.get("regions", ())),
        organization_role=str(settings.get("organization_role") or "mlposture-reader")
        if settings.get("organization")
        else "",
        no_index=bool(settings.get("no_index")),
        taken_at=settings.get("taken_at"),
    )


class AwsProvider:
    """One set of credentials, or a role in each account that they may assume."""

    name = "aws"
    opens_with = ASSUME

    def __init__(
        self,
        calls: Calls,
        *,
        profile: str | None = None,
        role_arns: tuple[str, ...] = (),
        regions: tuple[str, ...] = (),
        organization_role: str = "",
        no_index: bool = False,
        taken_at: datetime | None = None,
    ) -> None:
        self.calls = calls
        self.taken_at = taken_at or datetime.now(UTC)
        self.no_index = no_index
        self._regions = regions
        self._enabled: dict[str, tuple[tuple[str, ...], CallFailed | None]] = {}
        try:
            core = botocore.session.Session(profile=profile)
            self._session = Boto3Session(botocore_session=core)
            #: where account-wide calls go
            self.home = str(self._session.region_name or (regions[0] if regions else "us-east-1"))
            self.transport = Transport(core, calls.manners)
            self.clients = Clients(core, self.transport, calls.manners)
            self.sessions = Sessions(core, self.clients, calls, self.home)
        except botocore.exceptions.ProfileNotFound as error:
            raise CannotScan(f"AWS: {error}; `aws configure list-profiles` shows those there are") from error
        except botocore.exceptions.BotoCoreError as error:
            raise CannotScan(f"AWS: {error}") from error
        self.partition = self.sessions.partition
        if organization_role:
            self.sessions.assume_everywhere(organization_role)
        self.sessions.assume(role_arns)
        if len(role_arns) == 1 and not organization_role:
            self._open_the_only(self.accounts()[0])

    @property
    def organizations(self) -> tuple[str, ...]:
        return self.sessions.organizations

    @property
    def names(self) -> Mapping[str, str]:
        return self.sessions.names

    @property
    def principal(self) -> str:
        return self.sessions.principal

    def asks_as(self, account: str) -> str:
        return quote(self.sessions.asks_as(account))

    def accounts(self) -> tuple[str, ...]:
        return self.sessions.accounts()

    def open(self, account: str) -> None:
        """Assume the account's role, if one is needed. Raises CallFailed."""
        self.sessions.open(account)

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
        self.transport.close()

    def _open_the_only(self, account: str) -> None:
        try:
            self.open(account)
        except CallFailed as failure:
            raise CannotScan(f"AWS: {told(failure)}") from failure

    def _discover(self, account: str) -> tuple[tuple[str, ...], CallFailed | None]:
        if account not in self._enabled:
            scope = Scope(self.name, account, self.home)
            try:
                self._enabled[account] = (
                    self.calls.run(scope, "ec2", _DISCOVER, partial(self._ask_regions, account)),
                    None,
                )
            except CallFailed as failure:
                known = self._session.get_available_regions("sagemaker", partition_name=self.partition)
                self._enabled[account] = (tuple(sorted(known)), failure)
        return self._enabled[account]

    def _ask_regions(self, account: str) -> tuple[str, ...]:
        credentials = self.sessions.credentials(account)
        reply = self.transport.query("ec2", "DescribeRegions", self.home, credentials)
        found = sorted(node.text for node in reply.iterfind("{*}regionInfo/{*}item/{*}regionName") if node.text)
        if not found:
            raise empty()
        return tuple(found)


class AwsApi(BaseApi):
    """The handle of one collector. Operations are `service:ApiOperation`; parameters are the API's own."""

    documents = DOCUMENTS

    def __init__(self, provider: AwsProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.account = scope.account
        self.partition = provider.partition
        #: "now" of the whole scan, for listings that are limited in time
        self.taken_at = provider.taken_at
        #: whether Search is not to be believed
        self.no_index = provider.no_index

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

    def document(
        self, bucket: str, key: str, region: str, *, codes: tuple[str, ...]
    ) -> Mapping[str, Any] | str | UnsetType:
        """A file with one of the names of model cards and data sheets, its `Body` as bytes; else as `answer` gives it.

        Of a file that is larger than a card may be, one byte more than that is read.
        """
        if key.rpartition("/")[2] not in DOCUMENT_NAMES:
            raise UndeclaredOperation(f"{key} has none of the names of documents")
        ranged = {"Bucket": bucket, "Key": key, "Range": f"bytes=0-{LARGEST}"}
        attempt = self._attempt(_GET, region, ranged)

        try:
            return self.ask_for_content(_GET, attempt)
        except CallFailed as failure:
            if failure.code in codes:
                return failure.code
            self.gap(_GET, failure)
            return UNSET

    def pages(
        self,
        operation: str,
        *,
        absent: tuple[str, ...] = (),
        none_if_off: str = "",
        region: str = "",
        **parameters: Any,
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing, page by page. A failure ends it, leaves a gap and marks the listing incomplete.

        One of the `absent` error codes ends it too: what the items were in is gone, and is counted. So does that the
        service is not enabled, if `none_if_off` says why there are none then.
        """
        try:
            strict = self._speaks_json(operation)
            yield from self._items(operation, parameters, region, strict=strict, counted=True)
        except CallFailed as failure:
            if failure.code in absent:
                self.gone()
                return
            if none_if_off and failure.reason is Reason.NOT_ENABLED:
                self.recorder.listed(self.collector.kind.kind, self.scope, complete=True, absent=none_if_off)
                return
            self.gap(operation, failure)
            self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)

    def members(
        self, operation: str, *, absent: tuple[str, ...] = (), most: int | None = None, **parameters: Any
    ) -> tuple[Mapping[str, Any], ...] | UnsetType | None:
        """All items of a listing that describes one resource; `UNSET` and a gap unless every page of it was read.

        None for one of the `absent` error codes. With `most`, no more items than that are read.
        """
        try:
            return tuple(islice(self._items(operation, parameters, "", strict=True, counted=False), most))
        except CallFailed as failure:
            if failure.code in absent:
                return None
            self.gap(operation, failure)
            return UNSET

    def _items(
        self, operation: str, parameters: Mapping[str, Any], region: str, *, strict: bool, counted: bool
    ) -> Iterator[Mapping[str, Any]]:
        results, asks, gives = self._paging(operation)
        listing = Listing(self.calls.manners.bounds)
        page = self.ask(operation, self._attempt(operation, region, parameters))
        while True:
            if counted:
                self.paged()
            if strict and not any(result in page for result in results):
                raise CallFailed(Reason.MALFORMED, f"the reply has no {' or '.join(results)}")
            lists = [page.get(result, []) for result in results]
            if not all(isinstance(each, list) for each in lists):
                raise unparsed()
            items = lists[0] if len(lists) == 1 else [item for each in lists for item in each]
            token = page.get(gives)
            endless = listing.endless(token, items) if token else None
            following = None
            if token and endless is None:
                # The next page is under way while the items of this one are described.
                parameters = {**parameters, asks: token}
                following = self.soon(operation, self._attempt(operation, region, parameters))
            yield from items
            if endless is not None:
                raise endless
            if following is None:
                return
            page = following()

    def _paging(self, operation: str) -> tuple[Sequence[str], str, str]:
        """The members of a listing that hold the items, the token asked with and the token given."""
        service, name = _split(operation)
        shape = find(service, name)
        if shape is not None:
            return shape.items.split(), "NextToken", "NextToken"
        found = self._provider.clients.paging(service, name)
        return (found["result_key"],), found["input_token"], found["output_token"]

    def _speaks_json(self, operation: str) -> bool:
        service, name = _split(operation)
        return find(service, name) is not None or clients.speaks_json(self._client(service, ""))

    def _client(self, service: str, region: str) -> Any:
        return self._provider.clients.get(service, self._place(region))

    def _place(self, region: str) -> str:
        """The region that is meant. Raises CallFailed if one that a reply named can be none."""
        try:
            validate_region_name(region or None)
        except botocore.exceptions.InvalidRegionError as error:
            raise CallFailed(Reason.MALFORMED, f"there is no region {quote(region)}, which a reply names") from error
        return region or (self.scope.region if self.scope.region != ANYWHERE else self._provider.home)

    def _attempt(self, operation: str, region: str, parameters: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
        service, name = _split(operation)
        provider, account = self._provider, self.account
        if find(service, name) is not None:
            return lambda: provider.transport.json(
                service, name, self._place(region), provider.sessions.credentials(account), parameters
            )
        return lambda: provider.clients.call(
            self._client(service, region), name, provider.sessions.credentials(account), parameters
        )


def _split(operation: str) -> tuple[str, str]:
    """Botocore's service and the API operation: `sagemaker:ListModels` → ("sagemaker", "ListModels")."""
    service, _, name = operation.partition(":")
    return _ELSEWHERE.get(operation, (service, name))
