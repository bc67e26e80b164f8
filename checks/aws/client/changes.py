"""AWS CloudTrail's event history: what changed in one account and region in the last 90 days, and who did that.

Two requests a second are taken, each of one attribute and 50 events. Events of data are not there. What was asked with
is in them: it is read to find names, and goes nowhere. Source: LookupEvents,
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import botocore.exceptions
import msgspec
from botocore.utils import validate_region_name

from checks.aws.client.api import AwsProvider
from checks.aws.names import account_of, region_of
from checks.aws.permissions import permission
from scanner.calls.bounds import Listing
from scanner.model.changes import Answer, Budget, Change, Question, Sought, unread
from scanner.model.errors import CallFailed
from scanner.model.nouns import ANYWHERE, Reason, Scope
from scanner.model.patterns import pattern
from scanner.model.sanitize import quote

LOG = "AWS CloudTrail"
KEPT = timedelta(days=90)
_LOOKUP = "cloudtrail:LookupEvents"
_ATTACHED = "iam:ListAttachedRolePolicies"
_PAGE = 50
#: Where what is of no region is recorded, by partition.
_GLOBAL = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
#: Resources that are asked for by name before all that changed in the region is.
_FEW = 10
_LEVELS = 6
#: Services that are told of the resources of others, and change nothing of them: findings name what they are about.
_TOLD = ("access-analyzer", "auditmanager", "config", "guardduty", "inspector2", "securityhub")
_ROLE = pattern(r"arn:[a-z-]+:(?:sts::\d{12}:assumed-role/([\w+=,.@-]+)|iam::\d{12}:role/(?:.+/)?([\w+=,.@-]+))")


def _strange() -> CallFailed:
    return CallFailed(Reason.MALFORMED, "it has an event that cannot be read, and may be about any of these")


def places(provider: AwsProvider, one: Sought, region: str, asked: Iterable[str]) -> tuple[str, ...]:
    """The regions whose logs may have changes of a resource; of a bucket, where it is, which a finding does not say."""
    if region != ANYWHERE:
        return (region,)
    if (named := region_of(one.id)) or _service(one) != "s3":
        return (named or home(provider),)
    return tuple(sorted({*asked, home(provider)} - {ANYWHERE}))


def home(provider: AwsProvider) -> str:
    """The region whose log has what is of no region, as all that IAM does."""
    return _GLOBAL.get(provider.partition, "us-east-1")


def recorded(provider: AwsProvider, question: Question, budget: Budget) -> Answer:
    """What the log says. What could not be asked is in it, and raises nothing."""
    answer = Answer()
    try:
        if question.account not in (*provider.accounts(), provider.sessions.own):
            raise CallFailed(Reason.DENIED, "no credentials for it: name its role with --role-arn", permission="")
        validate_region_name(question.region)
        _Trail(provider, question, budget, answer).read()
    except CallFailed as failure:
        answer.unread.append(unread("aws", question, LOG, failure, permission(_LOOKUP)))
    except botocore.exceptions.InvalidRegionError:
        strange = CallFailed(Reason.MALFORMED, "there is no region of that name, which a finding names")
        answer.unread.append(unread("aws", question, LOG, strange, permission(_LOOKUP)))
    return answer


class _Trail:
    """One region's log, as one question reads it."""

    def __init__(self, provider: AwsProvider, question: Question, budget: Budget, answer: Answer) -> None:
        self._provider = provider
        self._question = question
        self._budget = budget
        self._answer = answer
        self._scope = Scope("aws", question.account, question.region)
        #: an event that cannot be read may be about anything
        self._strange = False

    def read(self) -> None:
        """First the cheaper way: by name where there are few, else all that was written."""
        sought = self._question.sought
        if self._question.access:
            self._access()
        # A bucket is in one of many regions, whose events name it: to read all of each would cost too much.
        buckets = [one for one in sought if _service(one) == "s3"]
        self._by_name(buckets)
        rest = [one for one in sought if _service(one) != "s3"]
        if len(rest) <= _FEW:
            self._by_name(rest)
            rest = [one for one in rest if one.id not in self._answer.changes]
        if rest:
            self._by_window(rest)

    def _by_name(self, sought: Iterable[Sought]) -> None:
        """What names a resource beside. Not every event does, so that nothing follows from there being none."""
        for one in sought:
            for term in dict.fromkeys((one.name, one.id)):
                self._note([one], self._events("ResourceName", term))

    def _by_window(self, sought: list[Sought]) -> None:
        self._note(sought, self._events("ReadOnly", "false"))
        if self._strange:
            raise _strange()
        # What is of another account is changed there.
        self._answer.whole |= {one.id for one in sought if account_of(one.id) in ("", self._question.account)}

    def _note(self, sought: Iterable[Sought], events: Iterable[Mapping[str, Any]]) -> None:
        known: dict[str, list[Sought]] = {}
        for one in sought:
            for text in {one.id, one.name}:
                known.setdefault(text, []).append(one)
        for event in events:
            record = self._record(event)
            if (change := _change(event, record)) is None or not self._question.spans(change.at):
                continue
            service = str(event.get("EventSource", "")).partition(".")[0]
            touched = {
                one.id
                for key, text in _named(event, record)
                for one in known.get(text, ())
                if (text == one.id and service not in _TOLD) or _fits(one, key, service)
            }
            for id in touched:
                self._answer.changes.setdefault(id, []).append(change)

    def _access(self) -> None:
        """What happened to the role that scanned, and to the policies that it has now."""
        asks = self._question.scanner or self._provider.asks_as(self._question.account)
        found = _ROLE.match(asks)
        if found is None:
            why = "the scanner asks as no role, so that changes of what it may do are not looked for"
            self._answer.unread.append(
                unread("aws", self._question, LOG, CallFailed(Reason.ERROR, why), permission(_LOOKUP))
            )
            return
        role = found[1] or found[2]
        for term in (role, *self._policies(role)):
            for event in self._events("ResourceName", term):
                change = _change(event, self._record(event))
                of_iam = str(event.get("EventSource", "")).partition(".")[0] == "iam"
                if change is not None and of_iam and self._question.spans(change.at):
                    self._answer.access.append(change)
        if self._strange:
            self._answer.unread.append(unread("aws", self._question, LOG, _strange(), permission(_LOOKUP)))
        self._answer.whole_access = not self._answer.unread

    def _record(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The event as CloudTrail keeps it; empty where it cannot be read."""
        record = _record(event)
        if str(event.get("ReadOnly", "")).lower() != "true":
            self._strange |= not record or not isinstance(event.get("EventTime"), datetime)
        return record

    def _policies(self, role: str) -> list[str]:
        asked = {"RoleName": role, "MaxItems": 100}
        try:
            page = self._call("iam", _ATTACHED, asked)
            attached = page.get("AttachedPolicies", ())
            found = [str(one.get("PolicyArn")) for one in attached]
            own = [arn for arn in found if arn.split(":")[4:5] == [self._question.account]]  # nobody changes AWS' own
        except CallFailed as failure:
            self._answer.unread.append(unread("aws", self._question, LOG, failure, permission(_ATTACHED)))
            return []
        return own

    def _events(self, key: str, value: str) -> Iterator[Mapping[str, Any]]:
        """Events with an attribute, the newest first. Raises CallFailed where not all of them can be had."""
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "StartTime": self._question.since,
            "EndTime": self._question.until,
            "MaxResults": _PAGE,
        }
        listing = Listing(self._provider.calls.manners.bounds)
        while True:
            page = self._call("cloudtrail", _LOOKUP, asked)
            events = page.get("Events", [])
            yield from events
            token = page.get("NextToken")
            if not token:
                return
            if endless := listing.endless(token, events):
                raise endless
            asked = {**asked, "NextToken": token}

    def _call(self, service: str, operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        self._budget.take()
        return self._provider.calls.run(self._scope, service, operation, partial(self._ask, service, operation, asked))

    def _ask(self, service: str, operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        provider = self._provider
        client = provider.clients.get(service, self._question.region)
        credentials = provider.sessions.credentials(self._question.account)
        return provider.clients.call(client, operation.partition(":")[2], credentials, asked)


def _service(one: Sought) -> str:
    """The service of an ARN."""
    return one.id.split(":")[2] if one.id.count(":") > 2 else ""


def _record(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event as CloudTrail keeps it; empty where it cannot be read."""
    try:
        found = msgspec.json.decode(str(event.get("CloudTrailEvent") or "{}"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _change(event: Mapping[str, Any], record: Mapping[str, Any]) -> Change | None:
    """What happened; None for what only read, or failed, and for what has no time."""
    at = event.get("EventTime")
    failed = record.get("errorCode") or record.get("errorMessage")
    if failed or str(event.get("ReadOnly", "")).lower() == "true" or not isinstance(at, datetime):
        return None
    who = _part(record, "userIdentity")
    issuer = _part(_part(who, "sessionContext"), "sessionIssuer").get("arn")
    via = tuple(quote(one) for one in (issuer, who.get("invokedBy")) if isinstance(one, str) and one)
    principal = next(
        (name for name in (who.get("arn"), event.get("Username"), who.get("principalId"), who.get("invokedBy"))
         if isinstance(name, str) and name), "not said",
    )  # fmt: skip
    service = str(event.get("EventSource", "")).partition(".")[0]
    return Change(
        at=at.astimezone(UTC),
        action=quote(f"{service}:{event.get('EventName', '')}"),
        principal=quote(principal),
        via=tuple(one for one in via if one != principal),
        log=LOG,
        id=quote(str(event.get("EventId", ""))),
    )


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _named(event: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an event names, and as what: the kind of a resource, or the member that holds it; in lower case."""
    for resource in event.get("Resources") or ():
        yield str(resource.get("ResourceType", "")).rpartition(":")[2].lower(), str(resource.get("ResourceName", ""))
    for part in ("requestParameters", "responseElements"):
        yield from _texts("", record.get(part), _LEVELS)


def _texts(key: str, value: Any, levels: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict) and levels:
        for name, inner in value.items():
            yield from _texts(name.lower(), inner, levels - 1)
    elif isinstance(value, list) and levels:
        for inner in value:
            yield from _texts(key, inner, levels - 1)


def _fits(one: Sought, key: str, service: str) -> bool:
    """Whether a name that stands there is that of this resource, and not of another kind that is called alike."""
    kind = one.short_kind
    return service == _service(one) and key in (kind, f"{kind}name", f"{kind}id")
