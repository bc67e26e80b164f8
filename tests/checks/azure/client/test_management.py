"""Subscriptions, tenants and providers through the SDK's clients: with our manners, and without its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scanning import document, quick_calls, running, take_inventory
from support import registered
from worlds.azure import AzureWorld
from worlds.azure_entra import reply
from worlds.base import Fault, Request, Response

from checks.azure.client.api import AzureProvider, connect
from checks.azure.client.management import PROVIDERS, SUBSCRIPTIONS
from checks.azure.machine_learning.resources import Workspace
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

FULL, SPARE = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
WORKSPACES = "Microsoft.MachineLearningServices/workspaces/read"


@pytest.fixture
def world() -> Iterator[Any]:
    changed = document("azure")
    changed["more_subscriptions"] = [{"subscriptionId": SPARE, "displayName": "Northwind Example Spare"}]
    with running("azure", changed) as made:
        made.page_size = 1
        yield made


@pytest.fixture
def provider(world: AzureWorld) -> Iterator[AzureProvider]:
    made = connect({}, quick_calls())
    yield made
    made.close()


def test_pages_are_followed_and_every_call_is_a_read_of_ours(world: AzureWorld, provider: AzureProvider) -> None:
    found = [item["subscriptionId"] for item in provider.management.subscriptions()]
    state = provider.management.registration(FULL, "Microsoft.MachineLearningServices")

    assert found == [FULL, SPARE]
    assert state == "Registered"
    asked = [request for request in world.log if request.operation in (SUBSCRIPTIONS, PROVIDERS)]
    assert [request.method for request in asked] == ["GET"] * 3
    assert {request.headers["user-agent"] for request in asked} == {"mlposture"}


@pytest.mark.parametrize(
    ("kind", "reason"), [("deny", Reason.DENIED), ("malformed", Reason.MALFORMED), ("error", Reason.ERROR)]
)
def test_failures_are_those_of_every_call(
    kind: str, reason: Reason, world: AzureWorld, provider: AzureProvider
) -> None:
    world.faults.append(Fault(SUBSCRIPTIONS, kind))
    with pytest.raises(CallFailed) as caught:
        list(provider.management.subscriptions())

    assert caught.value.reason is reason


def test_a_passing_fault_is_tried_again_by_us(world: AzureWorld, provider: AzureProvider) -> None:
    world.faults.append(Fault(SUBSCRIPTIONS, "error", times=2))

    assert len(list(provider.management.subscriptions())) == 2


@pytest.mark.parametrize(
    "page",
    [
        {"value": "none"},
        {"value": [{"state": "Enabled"}]},
        {"value": ["x"]},
        {},
        {"value": [], "nextLink": "https://evil.example/subscriptions"},
        {"value": [], "nextLink": 7},
    ],
)
def test_an_odd_page_is_malformed_and_leads_nowhere(
    page: dict[str, Any], world: AzureWorld, provider: AzureProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = world.respond

    def respond(request: Request) -> Response:
        return reply(200, page) if request.operation == SUBSCRIPTIONS else answer(request)

    monkeypatch.setattr(world, "respond", respond)
    with pytest.raises(CallFailed) as caught:
        list(provider.management.subscriptions())

    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("unregistered", [True, False])
def test_a_list_that_is_denied_is_an_absence_only_where_the_service_is_not_used(unregistered: bool) -> None:
    changed = document("azure")
    if unregistered:
        changed = {key: changed[key] for key in ("tenant", "subscription")}
        changed["unregistered"] = ["Microsoft.MachineLearningServices"]
    check = next(c for c in registered()[0].values() if c.kind is Workspace and not c.needs)
    with running("azure", changed) as world:
        world.faults.append(Fault(WORKSPACES, "deny"))
        world.faults.append(Fault("Microsoft.ResourceGraph/resources/read", "deny"))
        inventory = take_inventory("azure", [check])

    [listing] = [one for (kind, _), one in inventory.listings.items() if kind == Workspace.kind]
    assert listing.complete is unregistered
    assert ("is not registered" in listing.absent) is unregistered
    assert [gap.operation for gap in inventory.gaps] == ([] if unregistered else [WORKSPACES])
