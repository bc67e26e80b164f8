"""The Azure facade: whom it trusts, what it refuses, and what it makes of replies that are not as they should be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.core.exceptions import ClientAuthenticationError
from msgspec import UNSET
from scanning import document, manners_for, quick_calls, running, take_inventory
from support import registered
from worlds.azure import AzureWorld
from worlds.base import Fault, Request

from checks.azure.client.api import AzureProvider, connect
from checks.azure.client.transport import _advice, _credential
from checks.azure.machine_learning.resources import COMPUTES, WORKSPACES, Compute, OnlineDeployment, Workspace
from checks.azure.permissions import is_read
from checks.azure.storage.resources import STORAGE, StorageAccount
from scanner.calls.client import UndeclaredOperation
from scanner.collect.recorder import GapRecorder
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason, Scope

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
SCOPE = Scope("azure", SUBSCRIPTION)
PATH = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/workspaces"
COLLECTORS = registered()[1]


@pytest.fixture
def world() -> Iterator[AzureWorld]:
    with running("azure") as made:
        assert isinstance(made, AzureWorld)
        made.hold_seconds = 5
        yield made


@pytest.fixture
def provider(world: AzureWorld, request: pytest.FixtureRequest) -> Iterator[AzureProvider]:
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    made = connect({}, quick_calls(manners_for(parameters.get("kind"))))
    yield made
    made.close()


def gaps(recorder: GapRecorder) -> list[tuple[str, Reason, str]]:
    return [(gap.operation, gap.reason, gap.detail) for gap in recorder.gaps()]


def workspaces(provider: AzureProvider) -> tuple[list[Mapping[str, Any]], list[tuple[str, Reason, str]], bool, str]:
    """Items, gaps, completeness and reason of absence of a listing of workspaces."""
    recorder = GapRecorder()
    api = provider.api(COLLECTORS["azure.machine_learning.Workspace"], SCOPE, recorder)
    items = list(api.pages(WORKSPACES, PATH, "2025-06-01"))
    listing = recorder.listing("azure.machine_learning.Workspace", SCOPE, len(items))
    return items, gaps(recorder), listing.complete, listing.absent


def answering(monkeypatch: pytest.MonkeyPatch, provider: AzureProvider, *pages: Mapping[str, Any]) -> list[str]:
    """Let the provider give these pages; returns the list of addresses that were then asked for."""
    asked: list[str] = []

    def send(operation: str, method: str, url: str, query: object, body: object = None) -> Mapping[str, Any]:
        asked.append(url)
        return pages[len(asked) - 1]

    monkeypatch.setattr(provider, "send", send)
    return asked


# -- connecting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MLPOSTURE_AZURE_ENDPOINT", "http://127.0.0.1:1", "must begin with https://"),
        ("MLPOSTURE_AZURE_ENDPOINT", "management.azure.com", "must begin with https://"),
        ("AZURE_AUTHORITY_HOST", "http://127.0.0.1:1", "https"),
        ("AZURE_CLIENT_SECRET", "wrong", "check AZURE_CLIENT_SECRET"),
        ("REQUESTS_CA_BUNDLE", "", "REQUESTS_CA_BUNDLE"),
    ],
)
def test_an_unusable_environment_is_refused_with_advice(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(CannotScan, match=said):
        connect({}, quick_calls())


def test_subscriptions_are_those_enabled_or_those_asked_for(provider: AzureProvider) -> None:
    assert provider.accounts() == (SUBSCRIPTION,)

    given = connect({"subscriptions": [SUBSCRIPTION.upper()]}, quick_calls())
    assert given.accounts() == (SUBSCRIPTION,)
    given.close()


def test_a_subscription_that_cannot_be_seen_is_named(world: AzureWorld) -> None:
    provider = connect({"subscriptions": ["00000000-0000-0000-0000-0000000000ff"]}, quick_calls())

    with pytest.raises(CannotScan, match="0000000000ff"):
        provider.accounts()
    provider.close()


@pytest.mark.parametrize("state", ["Warned", "PastDue"])
def test_a_subscription_that_is_late_in_paying_is_still_scanned(state: str) -> None:
    changed = document("azure")
    changed["subscription"]["state"] = state

    with running("azure", changed):
        provider = connect({}, quick_calls())
        assert provider.accounts() == (SUBSCRIPTION,)
        provider.close()


@pytest.mark.parametrize("form", ["{0}", "{0}/", "{1}", "{1}/"])
def test_the_authority_may_be_a_host_or_an_address(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    address = os.environ["AZURE_AUTHORITY_HOST"].rstrip("/")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", form.format(address, address.removeprefix("https://")))

    provider = connect({}, quick_calls())
    assert provider.accounts() == (SUBSCRIPTION,)
    provider.close()


def test_an_empty_authority_is_none(world: AzureWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "")

    assert authority("https://management.azure.com") == "https://login.microsoftonline.com"


def authority(endpoint: str) -> str:
    return str(vars(_credential(endpoint, 1, 1))["_authority"])


def test_each_cloud_signs_in_where_it_does(world: AzureWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    assert authority("https://management.usgovcloudapi.net") == world.url

    monkeypatch.delenv("AZURE_AUTHORITY_HOST")
    assert authority("https://management.usgovcloudapi.net") == "https://login.microsoftonline.us"
    assert authority("https://management.chinacloudapi.cn") == "https://login.chinacloudapi.cn"
    assert authority("https://resources.invented.example") == "https://login.microsoftonline.com"


def test_credentials_that_fail_in_another_cloud_name_where_they_were_tried() -> None:
    error = ClientAuthenticationError("Unknown client.")

    assert "AZURE_AUTHORITY_HOST" in _advice(error, "https://resources.invented.example")
    assert "AZURE_AUTHORITY_HOST" not in _advice(error, "https://management.azure.com")


def test_no_enabled_subscription_is_an_error_that_says_so() -> None:
    changed = document("azure")
    changed["subscription"]["state"] = "Disabled"

    with running("azure", changed):
        provider = connect({}, quick_calls())
        with pytest.raises(CannotScan, match="no enabled subscription"):
            provider.accounts()
        provider.close()


def test_subscriptions_that_cannot_be_listed_are_an_error_that_says_why(
    world: AzureWorld, provider: AzureProvider
) -> None:
    world.faults.append(Fault("Microsoft.Resources/subscriptions/read", "deny"))

    with pytest.raises(CannotScan, match="AuthorizationFailed"):
        provider.accounts()


def test_one_token_serves_all_threads_and_another_is_for_storage(world: AzureWorld) -> None:
    take_inventory("azure")

    forms = [parse_qs(request.body.decode()) for request in world.log if request.operation == "oauth2.token"]
    scopes = [form["scope"][0].split()[0] for form in forms]
    assert scopes == [f"{world.url}/.default", "https://storage.azure.com/.default"]


# -- guarding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        (WORKSPACES, True),
        ("Microsoft.Storage/checknameavailability/read", True),
        ("Microsoft.Storage/storageAccounts/listKeys/action", False),
        ("Microsoft.CognitiveServices/accounts/listKeys/action", False),
        ("Microsoft.MachineLearningServices/workspaces/connections/listsecrets/action", False),
        ("Microsoft.MachineLearningServices/workspaces/write", False),
        ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", False),
    ],
)
def test_only_reads_of_metadata_are_permitted(operation: str, read: bool) -> None:
    assert is_read(operation) is read


def test_nothing_is_posted_but_the_name_check(provider: AzureProvider) -> None:
    api = provider.api(COLLECTORS["azure.storage.StorageAccount"], SCOPE, GapRecorder())

    with pytest.raises(UndeclaredOperation, match="POST"):
        api.call(STORAGE, "/x", "2023-05-01", method="POST")


# -- listing ---------------------------------------------------------------------------------------------------------


def test_all_pages_are_read(provider: AzureProvider) -> None:
    items, found, complete, _ = workspaces(provider)

    assert len(items) == 4
    assert complete
    assert found == []


@pytest.mark.parametrize(
    ("pages", "detail"),
    [
        ([{}], "the page has no list `value`"),
        ([{"value": None}], "the page has no list `value`"),
        ([{"value": [{"name": "x"}]}], "an item of the page has no id"),
        ([{"value": [], "nextLink": "https://elsewhere.example/x"}], "nextLink leads to another host"),
        ([{"value": [], "nextLink": 7}], "the token of the next page is no text"),
    ],
)
def test_a_page_that_is_not_a_page_leaves_the_listing_incomplete(
    provider: AzureProvider, monkeypatch: pytest.MonkeyPatch, pages: list[dict[str, Any]], detail: str
) -> None:
    asked = answering(monkeypatch, provider, *pages)
    _, found, complete, _ = workspaces(provider)

    assert found == [(WORKSPACES, Reason.MALFORMED, detail)]
    assert not complete
    assert len(asked) == 1


def test_a_circle_of_pages_ends(provider: AzureProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    link = f"{provider.endpoint}/next"
    asked = answering(monkeypatch, provider, *[{"value": [], "nextLink": link}] * 3)
    _, found, complete, _ = workspaces(provider)

    assert len(asked) == 2
    assert [reason for _, reason, _ in found] == [Reason.MALFORMED]
    assert not complete


def test_an_unregistered_provider_is_an_observed_absence(world: AzureWorld, provider: AzureProvider) -> None:
    world.faults.append(Fault(WORKSPACES, "disabled"))
    items, found, complete, absent = workspaces(provider)

    assert items == []
    assert found == []
    assert complete
    assert absent == "resource provider Microsoft.MachineLearningServices is not registered in the subscription"


@pytest.mark.parametrize(
    "operation",
    [
        COMPUTES,
        "Microsoft.Authorization/roleAssignments/read",
        STORAGE,
    ],
)
def test_what_cannot_be_unregistered_is_a_gap(world: AzureWorld, operation: str) -> None:
    world.faults.append(Fault(operation, "disabled"))
    found = take_inventory("azure").gaps

    assert {(gap.operation, gap.reason) for gap in found} == {(operation, Reason.NOT_ENABLED)}


NO_ROLE = (
    "no role of the credential allows it (AuthorizationFailed): grant a role with the permission there, such as Reader"
)
LIMITED = (
    "Azure limits how often this may be asked (TooManyRequests): scan again with a lower --concurrency, "
    "or when less else is going on in the tenant"
)


@pytest.mark.parametrize(
    ("kind", "reason", "detail"),
    [
        ("deny", Reason.DENIED, NO_ROLE),
        ("throttle", Reason.THROTTLED, LIMITED),
        ("error", Reason.ERROR, "HTTP 500 InternalServerError"),
        ("timeout", Reason.TIMEOUT, None),
        ("reset", Reason.UNREACHABLE, None),
        ("malformed", Reason.MALFORMED, "the reply is not JSON"),
    ],
)
def test_failures_say_nothing_that_differs_from_run_to_run(
    world: AzureWorld, provider: AzureProvider, kind: str, reason: Reason, detail: str | None
) -> None:
    world.faults.append(Fault(WORKSPACES, kind))
    _, [found], complete, _ = workspaces(provider)

    assert found[1] is reason
    assert detail in (None, found[2])
    assert str(world.port) not in found[2]
    assert not complete


def test_the_wait_that_a_throttled_reply_asks_for_is_known(world: AzureWorld, provider: AzureProvider) -> None:
    world.faults.append(Fault(WORKSPACES, "throttle"))

    with pytest.raises(CallFailed) as failure:
        provider.send(WORKSPACES, "GET", PATH, {"api-version": "2025-06-01"})
    assert failure.value.retry
    assert failure.value.retry_after == 1.0


# -- resources -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [{}, {"id": 7}, {"name": "ci-good"}])
def test_an_object_without_an_id_is_no_resource(
    provider: AzureProvider, monkeypatch: pytest.MonkeyPatch, reply: dict[str, Any]
) -> None:
    answering(monkeypatch, provider, reply)
    recorder = GapRecorder()
    api = provider.api(COLLECTORS["azure.machine_learning.Compute"], SCOPE, recorder)

    assert api.call(COMPUTES, "/x", "2025-06-01") is UNSET
    assert gaps(recorder) == [(COMPUTES, Reason.MALFORMED, "the reply has no id")]


def test_a_resource_without_properties_keeps_its_identity_alone(provider: AzureProvider) -> None:
    recorder = GapRecorder()
    api = provider.api(COLLECTORS["azure.machine_learning.Workspace"], SCOPE, recorder)
    item = {"id": f"{PATH}/WS-One", "location": "West Europe", "kind": "Default"}
    workspace = api.snapshot(Workspace, WORKSPACES, item)

    assert workspace.id == f"{PATH}/WS-One".lower()
    assert workspace.name == "WS-One"
    assert workspace.scope == Scope("azure", SUBSCRIPTION, "westeurope")
    assert workspace.console_url == f"https://portal.azure.com/#resource{PATH}/WS-One"
    assert workspace.public_network_access is UNSET
    assert workspace.workspace_kind is UNSET
    assert [reason for _, reason, _ in gaps(recorder)] == [Reason.MALFORMED]


def test_the_values_of_environment_variables_are_forgotten(world: AzureWorld) -> None:
    inventory = take_inventory("azure")
    deployments = [d for d in inventory.of(OnlineDeployment) if d.suspicious_variables]

    assert [d.suspicious_variables for d in deployments] == [("DB_PASSWORD",)]
    assert "not-a-real-password" not in repr(deployments)


def test_a_compute_deleted_while_it_is_looked_at_is_left_out(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: Callable[[Request], Any] = world._answer

    def gone(request: Request) -> Any:
        return world._not_found(request.path) if request.params["name"] == "ci-open" else answer(request)

    monkeypatch.setattr(world, "_answer", gone)
    inventory = take_inventory("azure")

    assert "ci-open" not in {compute.name for compute in inventory.of(Compute)}
    assert inventory.gaps == ()


def test_a_compute_whose_detail_is_denied_keeps_what_the_list_said(world: AzureWorld) -> None:
    world.faults.append(Fault(COMPUTES, "deny", verb="get"))
    inventory = take_inventory("azure")
    instance = next(compute for compute in inventory.of(Compute) if compute.name == "ci-good")

    assert instance.compute_type == "ComputeInstance"
    assert instance.provisioning_state == "Succeeded"
    assert instance.disable_local_auth is UNSET


def test_storage_is_looked_for_where_it_is_named(world: AzureWorld) -> None:
    accounts = {account.name: account for account in take_inventory("azure").of(StorageAccount)}

    assert {name: account.exists for name, account in accounts.items()} == {
        "nwretinaprod": True,
        "nwretinadev": True,
        "nwretinaold": True,
        "nwretinapilot": False,
        "nwretinaarchive": False,
        "nwprompts": True,
    }
    assert accounts["nwretinapilot"].name_available is True
    assert accounts["nwretinaarchive"].name_reason == "AlreadyExists"
    assert accounts["nwretinapilot"].allow_blob_public_access is UNSET
    assert accounts["nwretinaold"].allow_blob_public_access is None


def test_a_name_is_checked_as_azure_would_spell_it() -> None:
    changed = document("azure")
    for resource in changed["resources"]:
        if resource["id"].endswith("/workspaces/ws-pilot"):
            linked = resource["properties"]["storageAccount"]
            resource["properties"]["storageAccount"] = linked.replace("nwretinapilot", "NWRetinaPilot")
    with running("azure", changed):
        accounts = {account.id.rpartition("/")[2]: account for account in take_inventory("azure").of(StorageAccount)}

    assert accounts["nwretinapilot"].exists is False
    assert accounts["nwretinapilot"].name_available is True


def test_storage_in_a_subscription_that_cannot_be_seen_is_not_called_missing() -> None:
    changed = document("azure")
    elsewhere = "/subscriptions/00000000-0000-0000-0000-0000000000ff/resourceGroups/rg/providers/Microsoft.Storage"
    for resource in changed["resources"]:
        if resource["id"].endswith("/workspaces/ws-pilot"):
            resource["properties"]["storageAccount"] = f"{elsewhere}/storageAccounts/nwelsewhere"
    with running("azure", changed):
        inventory = take_inventory("azure")
    account = next(account for account in inventory.of(StorageAccount) if account.name == "nwelsewhere")

    assert account.exists is UNSET
    assert [gap.reason for gap in inventory.gaps] == [Reason.DENIED]
