"""What Azure's Activity Log says of resources, against a simulated Resource Manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scanning import document, quick_calls, running
from support import NOW
from worlds.base import Fault

from checks.azure.client.api import connect
from checks.azure.client.changes import LOG, recorded
from scanner.model.changes import Answer, Budget, Question, Sought
from scanner.model.nouns import ANYWHERE, Reason

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
LIST = "Microsoft.Insights/eventtypes/values/read"
ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-retina/providers/Microsoft.Storage/storageAccounts/nwretinaprod"
)
STORAGE = Sought(ACCOUNT.lower(), "azure.storage.StorageAccount", "nwretinaprod")


def event(action: str, id: str = ACCOUNT, minutes: int = 0, status: str = "Succeeded", **more: Any) -> dict[str, Any]:
    """An event as Azure has it, with seven digits of a second."""
    at = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
    return {
        "caller": "alice@northwind.example",
        "correlationId": f"{action}-{minutes}",
        "eventDataId": f"{status}-{minutes}",
        "eventTimestamp": at,
        "operationName": {"value": action, "localizedValue": "Something was written"},
        "resourceId": id,
        "status": {"value": status, "localizedValue": status},
        "properties": {"requestbody": "hunter2-of-the-request"},
        "claims": {"name": "Alice"},
        **more,
    }


def ask(
    events: list[Any], *sought: Sought, most: int = 40, faults: tuple[Fault, ...] = (), **more: Any
) -> tuple[Answer, Any]:
    """The answer, and what was asked of the log."""
    question = Question(
        account=more.pop("subscription", SUBSCRIPTION),
        region=ANYWHERE,
        since=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=1),
        sought=sought,
        **more,
    )
    with running("azure", {**document("azure"), "activity_log": events}) as world:
        world.faults += faults
        provider = connect({"subscriptions": (question.account,)}, quick_calls())
        try:
            answer = recorded(provider, question, Budget(most))
        finally:
            provider.close()
        return answer, [request.query for request in world.log if request.operation == LIST]


def actions(answer: Answer, one: Sought = STORAGE) -> list[str]:
    return [change.action for change in answer.changes.get(one.id, ())]


def test_what_has_no_time_may_have_been_in_between() -> None:
    write = "Microsoft.Storage/storageAccounts/write"
    answer, _ = ask([event(write, eventTimestamp=f"{NOW:%Y-%m-%dT%H:%M:%S}.x"), event(write)], STORAGE)

    assert actions(answer) == [write]
    assert answer.whole == set()
    assert [one.detail for one in answer.unread] == ["it has an event that does not say when it was"]


def test_changes_of_a_resource_and_of_what_is_inside_are_found_and_nothing_else_is_asked_for() -> None:
    events = [
        event("Microsoft.Storage/storageAccounts/write"),
        event("Microsoft.Storage/storageAccounts/blobServices/write", f"{ACCOUNT}/blobServices/default", 1),
        event("Microsoft.Storage/storageAccounts/write", f"{ACCOUNT}2", 2),
        event("Microsoft.Storage/storageAccounts/write", minutes=3, status="Failed"),
        event("Microsoft.Storage/storageAccounts/write", minutes=4, status="Started"),
        event("Microsoft.Storage/storageAccounts/listKeys/action", minutes=6, caller=None),
    ]
    answer, asked = ask(events, STORAGE)

    assert actions(answer) == [
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/blobServices/write",
        "Microsoft.Storage/storageAccounts/write",
    ]
    changes = answer.changes[STORAGE.id]
    assert [change.principal for change in changes] == ["not said", *["alice@northwind.example"] * 2]
    assert {change.log for change in changes} == {LOG}
    assert answer.whole == {STORAGE.id}
    assert all("properties" not in query["$select"] and "claims" not in query["$select"] for query in asked)
    assert "resourceGroupName eq 'rg-retina'" in asked[0]["$filter"]


def test_many_groups_are_asked_for_at_once() -> None:
    groups = [
        Sought(f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-{n}/providers/x.y/z/a", "azure.x.Z", "a")
        for n in range(11)
    ]
    answer, asked = ask([event("X.Y/z/write", groups[3].id)], *groups)

    assert actions(answer, groups[3]) == ["X.Y/z/write"]
    assert len(answer.whole) == 11
    assert not any("resourceGroupName" in query["$filter"] for query in asked)


def test_names_cannot_leave_the_quotes_of_a_filter() -> None:
    strange = Sought(f"/subscriptions/{SUBSCRIPTION}/resourcegroups/a' or '1/providers/x.y/z/a", "azure.x.Z", "a")
    answer, asked = ask([], strange)

    assert answer.unread == []
    assert asked[0]["$filter"].endswith("resourceGroupName eq 'a'' or ''1'")


def test_pages_are_read_as_far_as_calls_are_allowed() -> None:
    many = [event("Microsoft.Storage/storageAccounts/write", minutes=n) for n in range(10)]

    (whole, _), (cut, _) = ask(many, STORAGE), ask(many, STORAGE, most=2)
    assert len(actions(whole)) == 10
    assert len(actions(cut)) == 6, "what was read before the limit is kept"
    assert (cut.whole, [one.reason for one in cut.unread]) == (set(), [Reason.STOPPED])


def test_a_log_that_is_denied_or_throttled_says_so() -> None:
    denied, _ = ask([], STORAGE, faults=(Fault(LIST, "deny"),))
    again, _ = ask([], STORAGE, faults=(Fault(LIST, "throttle", times=2),))
    nowhere, asked = ask([], STORAGE, subscription="x/../y")

    assert [(one.reason, one.permission) for one in denied.unread] == [(Reason.DENIED, LIST)]
    assert again.unread == []
    assert [one.reason for one in nowhere.unread] == [Reason.MALFORMED]
    assert asked == []
    assert (denied.whole, nowhere.whole, again.whole) == (set(), set(), {STORAGE.id})


def test_changes_of_access_are_all_of_who_may_do_what() -> None:
    assignment = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/1"
    events = [
        event("Microsoft.Authorization/roleAssignments/delete", assignment),
        event("Microsoft.Storage/storageAccounts/write", minutes=1),
    ]
    answer, _ = ask(events, access=True)

    assert [change.action for change in answer.access] == ["Microsoft.Authorization/roleAssignments/delete"]
    assert answer.whole_access
