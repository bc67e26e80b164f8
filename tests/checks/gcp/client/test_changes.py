"""What Google Cloud's Admin Activity log says of resources, against a simulated Cloud Logging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scanning import document, quick_calls, running
from support import NOW
from worlds.base import Fault, World

from checks.gcp.client.api import connect
from checks.gcp.client.changes import LOG, recorded
from scanner.model.changes import Answer, Budget, Question, Sought
from scanner.model.nouns import ANYWHERE, Reason

PROJECT, NUMBER = "example-fraud-prod", "123456789012"
SCANNER = "posture-reader@example-fraud-prod.iam.gserviceaccount.com"
LIST = "logging.logEntries.list"
HERE = "locations/europe-west4/endpoints/1000000000000000001"
ENDPOINT = Sought(f"//aiplatform.googleapis.com/projects/{PROJECT}/{HERE}", "gcp.vertex_ai.Endpoint", "scoring")
BUCKET = Sought("//storage.googleapis.com/example-models", "gcp.storage.Bucket", "example-models")
POLICY = Sought(
    f"//cloudresourcemanager.googleapis.com/projects/{PROJECT}", "gcp.resourcemanager.ProjectPolicy", PROJECT
)


def entry(method: str, name: str, minutes: int = 0, **more: Any) -> dict[str, Any]:
    """An entry as Cloud Logging has it, with nine digits of a second."""
    at = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "methodName": method,
        "resourceName": name,
        "authenticationInfo": {"principalEmail": "alice@northwind.example"},
        "request": {"password": "hunter2-of-the-request"},
        **more,
    }
    return {"insertId": f"{method}-{minutes}", "timestamp": at, "protoPayload": payload}


def ask(entries: list[Any], *sought: Sought, most: int = 40, faults: tuple[Fault, ...] = (), **more: Any) -> Answer:
    question = Question(
        account=more.pop("project", PROJECT),
        region=ANYWHERE,
        since=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=1),
        sought=sought,
        **more,
    )
    with running("gcp", {**document("gcp"), "audit_log": {PROJECT: entries}}) as world:
        assert isinstance(world, World)
        world.faults += faults
        provider = connect({"projects": (question.account,)}, quick_calls())
        try:
            return recorded(provider, question, Budget(most))
        finally:
            provider.close()


def actions(answer: Answer, one: Sought) -> list[str]:
    return [change.action for change in answer.changes.get(one.id, ())]


def test_changes_are_found_however_a_log_spells_the_project() -> None:
    own = entry("google.cloud.aiplatform.v1.EndpointService.UpdateEndpoint", f"projects/{NUMBER}/{HERE}")
    made = entry(
        "google.cloud.aiplatform.v1.EndpointService.CreateEndpoint",
        f"projects/{NUMBER}/locations/europe-west4",
        1,
        response={"name": f"projects/{NUMBER}/{HERE}"},
    )
    longer = entry("Other", f"projects/{NUMBER}/{HERE}99", 2)
    answer = ask([own, made, longer], ENDPOINT)

    changes = answer.changes[ENDPOINT.id]
    assert [change.action.rpartition(".")[2] for change in changes] == ["CreateEndpoint", "UpdateEndpoint"]
    assert {(change.principal, change.log) for change in changes} == {("alice@northwind.example", LOG)}
    assert changes[1].at == datetime(NOW.year, NOW.month, NOW.day, NOW.hour, NOW.minute, NOW.second, 123456, UTC)
    assert answer.whole == {ENDPOINT.id}
    assert "hunter2" not in str(vars(answer))


def test_buckets_and_projects_have_the_names_of_their_logs() -> None:
    bucket = entry("storage.setIamPermissions", "projects/_/buckets/example-models")
    other = entry("storage.setIamPermissions", "projects/_/buckets/example-models-2")
    project = entry("SetIamPolicy", f"projects/{PROJECT}", 1)
    inside = entry("storage.buckets.update", f"projects/{PROJECT}/anything", 2)
    answer = ask([bucket, other, project, inside], BUCKET, POLICY)

    assert actions(answer, BUCKET) == ["storage.setIamPermissions"]
    assert actions(answer, POLICY) == ["SetIamPolicy"]
    assert answer.whole == {POLICY.id}, "a bucket may be another project's, whose log has its changes"


def test_what_a_log_of_a_project_does_not_name_so_is_not_said_to_have_no_changes() -> None:
    account = Sought(f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/a@b.example", "gcp.iam.Account", "a")
    folder = Sought("//cloudresourcemanager.googleapis.com/folders/1", "gcp.iam.FolderPolicy", "folders/1")
    answer = ask([], account, folder, ENDPOINT)

    assert answer.whole == {ENDPOINT.id}
    assert answer.unread == []


def test_what_failed_has_no_time_or_is_from_another_changed_nothing() -> None:
    name = f"projects/{PROJECT}/{HERE}"
    failed = entry("Failed", name, status={"code": 7, "message": "denied"})
    timeless = {**entry("Timeless", name), "timestamp": f"{NOW:%Y-%m-%dT%H:%M:%S}.x"}
    answer = ask([failed, timeless, entry("Worked", name, status={})], ENDPOINT)

    assert actions(answer, ENDPOINT) == ["Worked"]
    assert answer.whole == set(), "what has no time may have been in between"
    assert [one.detail for one in answer.unread] == ["it has an entry that does not say when it was"]


def test_an_operation_that_takes_long_is_one_change() -> None:
    name = f"projects/{PROJECT}/{HERE}"
    both = [{**entry("DeployModel", name, minutes), "operation": {"id": "operations/1"}} for minutes in (0, 4)]
    [first, second] = ask(both, ENDPOINT).changes[ENDPOINT.id]

    assert first.id == second.id == "operations/1"
    failed = {**entry("DeployModel", name, 5, status={"code": 13}), "operation": {"id": "operations/1"}}
    assert ask([*both, failed], ENDPOINT).changes == {}


def test_names_cannot_leave_the_quotes_of_a_filter() -> None:
    strange = Sought('//storage.googleapis.com/x" OR logName:"data_access\\', "gcp.storage.Bucket", "x")
    answer = ask([entry("storage.buckets.update", "projects/_/buckets/x")], strange)

    assert answer.unread == []
    assert answer.changes == {}


def test_pages_are_read_as_far_as_calls_are_allowed() -> None:
    name = f"projects/{PROJECT}/{HERE}"
    many = [entry("Update", name, second % 50) | {"insertId": str(second)} for second in range(250)]

    whole, cut = ask(many, ENDPOINT), ask(many, ENDPOINT, most=2)
    assert len(whole.changes[ENDPOINT.id]) == 250
    assert len(cut.changes[ENDPOINT.id]) == 200, "what was read before the limit is kept"
    assert (cut.whole, [one.reason for one in cut.unread]) == (set(), [Reason.STOPPED])


def test_a_log_that_is_denied_off_or_throttled_says_so() -> None:
    denied = ask([], ENDPOINT, faults=(Fault(LIST, "deny"),))
    off = ask([], ENDPOINT, faults=(Fault(LIST, "disabled"),))
    again = ask([], ENDPOINT, faults=(Fault(LIST, "throttle", times=2),))
    nowhere = ask([], ENDPOINT, project='x" OR "y')

    assert [(one.reason, one.permission) for one in denied.unread] == [(Reason.DENIED, LIST)]
    assert [(one.reason, one.permission) for one in off.unread] == [(Reason.NOT_ENABLED, "")]
    assert [one.reason for one in nowhere.unread] == [Reason.MALFORMED]
    assert again.unread == []
    assert (denied.whole, off.whole, nowhere.whole, again.whole) == (set(), set(), set(), {ENDPOINT.id})


def granting(member: str, minutes: int) -> dict[str, Any]:
    delta = {"policyDelta": {"bindingDeltas": [{"action": "REMOVE", "role": "roles/viewer", "member": member}]}}
    return entry("SetIamPolicy", f"projects/{PROJECT}", minutes, serviceData=delta)


def test_changes_of_access_are_those_that_may_concern_the_scanner() -> None:
    entries = [
        granting(f"serviceAccount:{SCANNER}", 0),
        granting("user:bob@northwind.example", 1),
        granting("group:scanners@northwind.example", 2),
        entry("google.iam.admin.v1.UpdateRole", f"projects/{PROJECT}/roles/reader", 3),
        entry("google.api.serviceusage.v1.ServiceUsage.DisableService", f"projects/{PROJECT}/services/aiplatform", 4),
        entry("google.iam.admin.v1.CreateServiceAccount", f"projects/{PROJECT}", 5),
    ]
    answer = ask(entries, access=True, scanner=SCANNER)

    assert [change.at.minute - NOW.minute for change in answer.access] == [4, 3, 2, 0]
    assert answer.whole_access


def test_for_whom_a_service_account_acted_is_said() -> None:
    who: Mapping[str, Any] = {
        "principalEmail": SCANNER,
        "serviceAccountDelegationInfo": [{"firstPartyPrincipal": {"principalEmail": "alice@northwind.example"}}, 7],
    }
    strange = entry("Other", f"projects/{PROJECT}/{HERE}", 1, authenticationInfo=[])
    answer = ask([entry("Update", f"projects/{PROJECT}/{HERE}", authenticationInfo=who), strange], ENDPOINT)

    changes = [(change.principal, change.via) for change in answer.changes[ENDPOINT.id]]
    assert changes == [("not said", ()), (SCANNER, ("alice@northwind.example",))]
