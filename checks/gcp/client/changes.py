"""Google Cloud's Admin Activity audit logs: what changed in one project in the last 400 days, and who did that.

They are always written, cannot be switched off, and hold no reads. The filter names that log alone: those of access to
data take another permission. What was asked with is in the entries, and goes nowhere. Source: entries.list,
https://docs.cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from checks.gcp.client.api import GcpProvider
from checks.gcp.client.discovery import items
from checks.gcp.names import STORAGE
from checks.gcp.permissions import permission
from scanner.calls.bounds import Listing
from scanner.model.changes import Answer, Budget, Change, Question, Sought, moment, stamp, unread
from scanner.model.errors import CallFailed
from scanner.model.nouns import ANYWHERE, Reason, Scope
from scanner.model.patterns import pattern
from scanner.model.sanitize import quote

LOG = "Google Cloud Admin Activity log"
KEPT = timedelta(days=400)
_LIST = "logging.logEntries.list"
_PATH = "logging.googleapis.com/v2/entries:list"
_PAGE = 200
#: Resources that one filter names; it may have 20,000 characters.
_AT_ONCE = 25
_LONGEST = 400
_PROJECT = pattern(r"[a-z0-9:.-]{1,80}")
_OF_PROJECT = pattern(r"projects/[^/]+(?:/(.+))?")
_MOMENT = pattern(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*Z")
#: What changes what an account may do, or whether it may do anything at all.
_ACCESS = (
    "SetIamPolicy",
    "google.iam.admin.v1.UpdateRole",
    "google.iam.admin.v1.DeleteRole",
    "google.iam.admin.v1.DisableServiceAccount",
    "google.iam.admin.v1.DeleteServiceAccount",
    "google.api.serviceusage.v1.ServiceUsage.DisableService",
)


def places(provider: GcpProvider, one: Sought, region: str, asked: Iterable[str]) -> tuple[str, ...]:  # noqa: ARG001 - as of the others
    """A project has one log."""
    return (ANYWHERE,)


def home(provider: GcpProvider) -> str:  # noqa: ARG001 - as of the others
    """Where changes of who may do what are recorded."""
    return ANYWHERE


def recorded(provider: GcpProvider, question: Question, budget: Budget) -> Answer:
    """What the log says. What could not be asked is in it, and raises nothing."""
    answer = Answer()
    log = _Log(provider, question, budget)
    try:
        if not _PROJECT.fullmatch(question.account):
            raise CallFailed(Reason.MALFORMED, "there is no project of that name, which a finding names")
        if question.access:
            answer.access = list(log.access())
            answer.whole_access = True
        for start in range(0, len(question.sought), _AT_ONCE):
            some = question.sought[start : start + _AT_ONCE]
            for id, change in log.of(some):
                answer.changes.setdefault(id, []).append(change)
            # A bucket's name does not say whose it is: its changes may be in the log of another project.
            answer.whole |= {one.id for one in some if (tail := _tail(one)) and not tail.startswith("buckets/")}
    except CallFailed as failure:
        answer.unread.append(unread("gcp", question, LOG, failure, permission(_LIST)))
    return answer


class _Log:
    """One project's log, as one question reads it."""

    def __init__(self, provider: GcpProvider, question: Question, budget: Budget) -> None:
        self._provider = provider
        self._question = question
        self._budget = budget
        self._scope = Scope("gcp", question.account, ANYWHERE)
        #: operations that took long and failed: their last entry, which says so, comes before their first
        self._failed: set[str] = set()

    def of(self, some: Sequence[Sought]) -> Iterator[tuple[str, Change]]:
        """Changes of resources, by the id of each. An operation that takes long has two entries, and is one change."""
        tails = {one.id: tail for one in some if (tail := _tail(one))}
        if not tails:
            return
        for entry, payload in self._entries(f"({' OR '.join(map(_clause, tails.values()))})"):
            if (change := self._change(entry, payload)) is None:
                continue
            response = payload.get("response")
            made = response.get("name") if isinstance(response, dict) else None
            for id, tail in tails.items():
                if any(_is_of(name, tail) for name in (payload.get("resourceName"), made)):
                    yield id, change

    def access(self) -> Iterator[Change]:
        """Changes of what the scanner may do in the project; of anybody, where it is not known who it is."""
        identity = self._question.scanner or self._provider.asks_as(self._question.account)
        names = " OR ".join(map(_quoted, _ACCESS))
        for entry, payload in self._entries(f"protoPayload.methodName=({names})"):
            change = self._change(entry, payload)
            if change is not None and _may_concern(payload, identity):
                yield change

    def _entries(self, which: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Entries of the log with their payloads, the newest first. Raises CallFailed where not all can be had."""
        project, listing = self._question.account, Listing(self._provider.calls.manners.bounds)
        between = (f'timestamp>="{stamp(self._question.since)}"', f'timestamp<="{stamp(self._question.until)}"')
        log = f'logName="projects/{project}/logs/cloudaudit.googleapis.com%2Factivity"'
        body = {
            "resourceNames": [f"projects/{project}"],
            "filter": " AND ".join((log, *between, which)),
            "orderBy": "timestamp desc",
            "pageSize": _PAGE,
        }
        timeless = False
        while True:
            self._budget.take()
            ask = partial(self._provider.send, _LIST, "POST", _PATH, {}, body)
            page = self._provider.calls.run(self._scope, "logging", _LIST, ask)
            entries = items(page, "entries")
            for entry in entries:
                timeless |= moment(_MOMENT, entry.get("timestamp")) is None
                if isinstance(payload := entry.get("protoPayload"), dict):
                    yield entry, payload
            token = page.get("nextPageToken")
            if not token and timeless:  # it may have been in between
                raise CallFailed(Reason.MALFORMED, "it has an entry that does not say when it was")
            if not token:
                return
            if endless := listing.endless(token, entries):
                raise endless
            body = {**body, "pageToken": token}

    def _change(self, entry: Mapping[str, Any], payload: Mapping[str, Any]) -> Change | None:
        """What happened; None for what failed, for what has no time, and for what is outside of what is asked about."""
        at, status, operation = moment(_MOMENT, entry.get("timestamp")), payload.get("status"), entry.get("operation")
        id = str(operation.get("id") or "") if isinstance(operation, dict) else ""
        if isinstance(status, dict) and status.get("code"):
            self._failed.add(id)
            return None
        if (id and id in self._failed) or at is None or not self._question.spans(at):
            return None
        who = payload.get("authenticationInfo")
        who = who if isinstance(who, dict) else {}
        principal = who.get("principalEmail") or who.get("principalSubject")
        return Change(
            at=at,
            action=quote(str(payload.get("methodName", ""))),
            principal=quote(principal) if isinstance(principal, str) else "not said",
            via=tuple(_delegates(who)),
            log=LOG,
            id=quote(str(id or entry.get("insertId", ""))),
        )


def _tail(one: Sought) -> str:
    """What the log's names of a resource end in. They spell its project by id or number, and buckets in their own way.

    Empty for what the log of a project has by another name or not at all: service accounts, folders and what is above.
    """
    service, _, name = one.id.removeprefix("//").partition("/")
    if service == STORAGE:
        return f"buckets/{name}"
    found = _OF_PROJECT.fullmatch(name)
    tail = found[1] or name if found else ""
    return "" if tail.startswith("serviceAccounts/") or len(tail) > _LONGEST else tail


def _clause(tail: str) -> str:
    """The part of a filter that is about one resource. All that is in a project would have its name, too."""
    if tail.startswith("projects/"):
        return f"protoPayload.resourceName={_quoted(tail)}"
    return f"protoPayload.resourceName:{_quoted(tail)} OR protoPayload.response.name:{_quoted(tail)}"


def _is_of(name: Any, tail: str) -> bool:
    """Whether a name in the log is that of the resource, or of something inside of it."""
    if not isinstance(name, str) or tail.startswith("projects/"):
        return bool(name == tail)
    return f"/{tail}/" in f"/{name.strip('/')}/"


def _quoted(text: str) -> str:
    """A text as filters have it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _may_concern(payload: Mapping[str, Any], identity: str) -> bool:
    """Whether a change of who may do what names the scanner; roles and services name nobody, and may concern all."""
    if payload.get("methodName") != "SetIamPolicy" or not identity:
        return True
    data = payload.get("serviceData")
    delta = data.get("policyDelta") if isinstance(data, dict) else None
    deltas = delta.get("bindingDeltas") if isinstance(delta, dict) else None
    if not isinstance(deltas, list):
        return True
    members = [str(one.get("member", "")) for one in deltas if isinstance(one, dict)]
    return any(member.partition(":")[2] == identity or member.startswith("group:") for member in members)


def _delegates(who: Mapping[str, Any]) -> Iterator[str]:
    """For whom a service account acted, as far as the log says it."""
    given = who.get("serviceAccountDelegationInfo")
    for one in given if isinstance(given, list) else ():
        given_by = one if isinstance(one, dict) else {}
        first = given_by.get("firstPartyPrincipal")
        found = first.get("principalEmail") if isinstance(first, dict) else given_by.get("principalSubject")
        if isinstance(found, str):
            yield quote(found)
