"""Azure's Activity Log: what changed in one subscription in the last 90 days, and who did that.

Reads are not in it. Only what is needed is asked for: replies have no properties and no claims of tokens.
Source: Activity Logs - List, https://learn.microsoft.com/en-us/rest/api/monitor/activity-logs/list
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from checks.azure.client.api import AzureProvider
from checks.azure.client.replies import following
from checks.azure.ids import arm_id
from checks.azure.permissions import permission
from scanner.calls.bounds import Listing
from scanner.model.changes import Answer, Budget, Change, Question, Sought, moment, stamp, unread
from scanner.model.errors import CallFailed
from scanner.model.nouns import ANYWHERE, Reason, Scope
from scanner.model.patterns import pattern
from scanner.model.sanitize import quote

LOG = "Azure Activity Log"
KEPT = timedelta(days=90)
_LIST = "Microsoft.Insights/eventtypes/values/read"
_VERSION = "2015-04-01"
_SELECT = "caller,correlationId,eventDataId,eventTimestamp,operationName,resourceId,status"
#: Groups that are asked for one by one before the whole subscription is.
_FEW = 10
_SUBSCRIPTION = pattern(r"[0-9A-Za-z-]{1,64}")
_MOMENT = pattern(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(?:Z|\+00:00)")
_AUTHORIZATION = "Microsoft.Authorization"


def places(provider: AzureProvider, one: Sought, region: str, asked: Iterable[str]) -> tuple[str, ...]:  # noqa: ARG001 - as of the others
    """A subscription has one log."""
    return (ANYWHERE,)


def home(provider: AzureProvider) -> str:  # noqa: ARG001 - as of the others
    """Where changes of who may do what are recorded."""
    return ANYWHERE


def recorded(provider: AzureProvider, question: Question, budget: Budget) -> Answer:
    """What the log says. What could not be asked is in it, and raises nothing."""
    answer = Answer()
    log = _Log(provider, question, budget)
    try:
        if not _SUBSCRIPTION.fullmatch(question.account):
            raise CallFailed(Reason.MALFORMED, "there is no subscription of that name, which a finding names")
        if question.access:
            answer.access = [change for _, change in log.events(f"resourceProvider eq '{_AUTHORIZATION}'")]
            answer.whole_access = True
        for which, some in _grouped(question.sought):
            for touched, change in log.events(which):
                for one in some:
                    if f"{touched}/".startswith(f"{arm_id(one.id)}/"):
                        answer.changes.setdefault(one.id, []).append(change)
            answer.whole |= {one.id for one in some}
    except CallFailed as failure:
        answer.unread.append(unread("azure", question, LOG, failure, permission(_LIST)))
    return answer


class _Log:
    """One subscription's log, as one question reads it."""

    def __init__(self, provider: AzureProvider, question: Question, budget: Budget) -> None:
        self._provider = provider
        self._question = question
        self._budget = budget
        self._scope = Scope("azure", question.account, ANYWHERE)
        self._timeless = False

    def events(self, which: str) -> Iterator[tuple[str, Change]]:
        """What happened to which resource. Raises CallFailed where not all of it can be had."""
        provider, listing = self._provider, Listing(self._provider.calls.manners.bounds)
        since, until = (stamp(at) for at in (self._question.since, self._question.until))
        between = f"eventTimestamp ge '{since}' and eventTimestamp le '{until}'"
        path = f"/subscriptions/{self._question.account}/providers/Microsoft.Insights/eventtypes/management/values"
        query = {
            "api-version": _VERSION,
            "$filter": f"{between} and {which}" if which else between,
            "$select": _SELECT,
        }
        while True:
            self._budget.take()
            ask = partial(provider.send, _LIST, "GET", path, query)
            page = provider.calls.run(self._scope, "Microsoft.Insights", _LIST, ask)
            yield from self._page(page)
            path, query = following(page, provider.endpoint, listing), {}
            if not path and self._timeless:  # it may have been in between
                raise CallFailed(Reason.MALFORMED, "it has an event that does not say when it was")
            if not path:
                return

    def _page(self, page: Mapping[str, Any]) -> Iterator[tuple[str, Change]]:
        events = page.get("value")
        if not isinstance(events, list):
            raise CallFailed(Reason.MALFORMED, "the page has no list `value`")
        for event in events:
            if not isinstance(event, dict) or moment(_MOMENT, event.get("eventTimestamp")) is None:
                self._timeless = True
                continue
            change = _change(event)
            if change is not None and self._question.spans(change.at):
                yield arm_id(str(event.get("resourceId") or "")), change


def _grouped(sought: Iterable[Sought]) -> Iterator[tuple[str, list[Sought]]]:
    """What to ask for, and which resources that is about: a group at a time, or all where there are many groups."""
    groups: dict[str, list[Sought]] = {}
    for one in sought:
        groups.setdefault(_group(one), []).append(one)
    if len(groups) > _FEW or "" in groups:
        yield "", [one for some in groups.values() for one in some]
        return
    for group, some in groups.items():
        yield f"resourceGroupName eq '{group}'", some


def _group(one: Sought) -> str:
    """The group of a resource, as filters have it; empty for one that is in none."""
    parts = arm_id(one.id).split("/")
    inside = len(parts) > 4 and parts[1:4:2] == ["subscriptions", "resourcegroups"]
    return parts[4].replace("'", "''") if inside else ""


def _change(event: Mapping[str, Any]) -> Change | None:
    """What happened; None for what only began, was read, or failed, and for what has no time."""
    at, action = moment(_MOMENT, event.get("eventTimestamp")), _value(event, "operationName")
    if at is None or _value(event, "status") != "Succeeded" or action.lower().endswith("/read"):
        return None
    caller = event.get("caller")
    id = str(event.get("correlationId") or event.get("eventDataId") or "")
    return Change(
        at=at,
        action=quote(action),
        principal=quote(caller) if isinstance(caller, str) and caller else "not said",
        log=LOG,
        id=quote(f"{id} {action}"),
    )


def _value(event: Mapping[str, Any], name: str) -> str:
    """The part of a text that is not translated."""
    found = event.get(name)
    value = found.get("value") if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
