"""Batches save calls and change nothing of what is seen."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from scanning import QUICK, document, quick_calls, running, take_inventory
from support import registered
from worlds.azure import AzureWorld
from worlds.base import Fault, Request

from checks.azure.client.api import connect
from checks.azure.client.batch import Batches
from checks.azure.machine_learning.resources import COMPUTES, Compute
from checks.azure.storage.resources import STORAGE
from scanner.calls.client import UndeclaredOperation
from scanner.collect.recorder import GapRecorder
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Scope
from scanner.store.inventory import Inventory

COLLECTORS = registered()[1]
SCOPE = Scope("azure", "00000000-0000-0000-0000-000000000001")
ALONE = msgspec.structs.replace(QUICK, concurrency=1)
#: For faults that are nothing but a late reply.
HASTY = msgspec.structs.replace(ALONE, read_timeout=1)


@pytest.fixture
def world() -> Iterator[AzureWorld]:
    with running("azure") as made:
        assert isinstance(made, AzureWorld)
        made.hold_seconds = 5
        yield made


def everything(inventory: Inventory) -> tuple[Any, ...]:
    kinds = [made.kind for made in COLLECTORS.values() if made.provider == "azure"]
    return [inventory.of(kind) for kind in kinds], inventory.gaps, inventory.listings


def with_computes(number: int) -> dict[str, Any]:
    """The demo organisation with this many computes more in one workspace."""
    changed = document("azure")
    pattern = next(one for one in changed["resources"] if one["id"].endswith("/computes/ci-open"))
    for index in range(number):
        made = copy.deepcopy(pattern)
        made["id"] = f"{pattern['id']}-{index:04}"
        made.pop("name", None)
        changed["resources"].append(made)
    return changed


def test_twenty_computes_take_one_call() -> None:
    with running("azure", with_computes(100)) as world:
        assert isinstance(world, AzureWorld)
        world.page_size = 1000
        inventory = take_inventory("azure")
        calls = world.sent()

    assert len(inventory.of(Compute)) == 106
    assert sum(r.operation == COMPUTES for r in world.log) == 106 + 4
    assert sum(r.operation == COMPUTES for r in calls) == 0
    assert sum(r.operation == "batch" for r in calls) <= 5 + 1 + 17
    assert inventory.gaps == ()


@pytest.mark.parametrize("fault", [None, "deny", "error", "malformed", "throttle", "timeout", "reset"])
@pytest.mark.parametrize("verb", ["get", "list"])
def test_what_is_seen_is_the_same_without_batches(world: AzureWorld, fault: str | None, verb: str) -> None:
    world.faults += [Fault(COMPUTES, fault, verb=verb)] if fault else []
    # What a service that is left alone was not asked depends on which collector was faster.
    manners = HASTY if fault == "timeout" else ALONE
    manners = msgspec.structs.replace(manners, breaker_threshold=1000) if fault == "reset" else manners
    together = take_inventory("azure", manners=manners)
    world.faults.insert(0, Fault("batch", "deny"))
    singly = take_inventory("azure", manners=manners)

    if fault == "timeout":
        # Singly, the service may be left alone after a few of these, before the last of all was asked for.
        assert {c.id for c in singly.of(Compute)} <= {c.id for c in together.of(Compute)}
        assert {gap.reason for gap in singly.gaps} == {gap.reason for gap in together.gaps}
    else:
        assert everything(together) == everything(singly)
    assert bool(together.gaps) is bool(fault)


@pytest.mark.parametrize("kind", ["deny", "error", "malformed", "throttle", "timeout", "reset"])
def test_batches_that_fail_are_given_up_and_leave_no_gap(world: AzureWorld, kind: str) -> None:
    calm = take_inventory("azure")
    world.log.clear()
    world.faults.append(Fault("batch", kind))
    inventory = take_inventory("azure", manners=HASTY if kind == "timeout" else ALONE)

    assert everything(inventory) == everything(calm)
    assert "batch" in world.operations()
    assert len(world.sent()) == len(world.log) or kind == "malformed"  # half of its answer came, and is not used


def test_a_cloud_without_batches_is_scanned_as_well(world: AzureWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = take_inventory("azure")
    world.log.clear()
    answer = world._answer

    def unknown(request: Request) -> Any:
        return world._not_found("/batch") if request.operation == "batch" else answer(request)

    monkeypatch.setattr(world, "_answer", unknown)

    assert everything(take_inventory("azure")) == everything(calm)
    assert {request.status for request in world.log if request.operation == "batch"} == {404}


@pytest.mark.parametrize("failure", [CallFailed(Reason.ERROR, "HTTP 404"), CallFailed(Reason.DENIED, "HTTP 403")])
def test_one_failure_ends_batches_for_every_subscription(failure: CallFailed) -> None:
    asked: list[Mapping[str, Any]] = []

    def send(body: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(body)
        raise failure

    batches = Batches(quick_calls(), send)

    assert [len(group) for group in batches.groups("one", range(21))] == [20, 1]
    for account in ("one", "another"):
        assert batches.get(Scope("azure", account), COMPUTES, ["/a", "/b"]) == [None, None]
        assert [len(group) for group in batches.groups(account, range(3))] == [1, 1, 1]
    assert len(asked) == 1


def test_what_is_throttled_within_a_batch_is_seen_all_the_same(world: AzureWorld) -> None:
    fault = Fault(COMPUTES, "throttle", verb="get", times=2)
    world.faults.append(fault)
    inventory = take_inventory("azure")

    assert fault.times == 0
    assert inventory.gaps == ()


def test_a_subscription_that_throttles_within_a_batch_is_asked_singly() -> None:
    replies = [
        {"name": "0", "httpStatusCode": 429, "content": None},
        {"name": "1", "httpStatusCode": 200, "content": {"id": "/b"}},
    ]
    batches = Batches(quick_calls(), lambda body: {"responses": replies})

    assert batches.get(Scope("azure", "one"), COMPUTES, ["/a", "/b"]) == [None, {"id": "/b"}]
    assert batches.get(Scope("azure", "one"), COMPUTES, ["/a", "/b"]) == [None, None]
    assert [len(group) for group in batches.groups("one", range(3))] == [1, 1, 1]
    assert [len(group) for group in batches.groups("another", range(21))] == [20, 1]


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"responses": None},
        {"responses": [{"name": "0", "httpStatusCode": 200, "content": {"id": "/a"}}]},
        {"responses": [{"name": "0", "httpStatusCode": 200}, 7]},
        {"responses": [{"name": "0", "httpStatusCode": "200"}, {"name": "1", "httpStatusCode": 200}]},
        {"responses": [{"httpStatusCode": 200}, {"name": "1", "httpStatusCode": 200}]},
    ],
)
def test_a_reply_that_is_none_of_a_batch_ends_them(page: Mapping[str, Any]) -> None:
    asked: list[Mapping[str, Any]] = []

    def send(body: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(body)
        return page

    batches = Batches(quick_calls(), send)

    assert batches.get(SCOPE, COMPUTES, ["/a", "/b"]) == [None, None]
    assert batches.get(SCOPE, COMPUTES, ["/a", "/b"]) == [None, None]
    assert len(asked) == 1


def test_replies_are_told_apart_by_name_and_judged_each() -> None:
    replies = [
        {"name": "3", "httpStatusCode": 503, "content": None},
        {"name": "2", "httpStatusCode": 200, "content": "not an object"},
        {"name": "1", "httpStatusCode": 404, "content": {"error": {"code": "ResourceNotFound"}}},
        {"name": "0", "httpStatusCode": 200, "content": {"id": "/a"}},
        {"name": "elsewhere", "httpStatusCode": 200, "content": {"id": "/z"}},
    ]
    batches = Batches(quick_calls(), lambda body: {"responses": replies})
    first, missing, odd, again, lost = batches.get(SCOPE, COMPUTES, ["/a", "/b", "/c", "/d", "/e"])

    assert first == {"id": "/a"}
    assert isinstance(missing, CallFailed) and (missing.reason, missing.code) == (Reason.ERROR, "ResourceNotFound")
    assert odd is None
    assert again is None
    assert lost is None


def test_an_object_without_an_id_is_no_resource_in_a_batch_either(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = connect({}, quick_calls())
    replies = [{"name": name, "httpStatusCode": 200, "content": {"name": "x"}} for name in "01"]
    monkeypatch.setattr(provider, "send", lambda *asked: {"responses": replies})
    recorder = GapRecorder()
    api = provider.api(COLLECTORS["azure.machine_learning.Compute"], SCOPE, recorder)

    assert api.replies(COMPUTES, ["/x", "/y"], "2025-06-01") == [msgspec.UNSET, msgspec.UNSET]
    provider.close()


@pytest.mark.parametrize("operation", [STORAGE, "Microsoft.MachineLearningServices/workspaces/computes/write"])
def test_only_declared_reads_go_into_a_batch(world: AzureWorld, operation: str) -> None:
    provider = connect({}, quick_calls())
    api = provider.api(COLLECTORS["azure.machine_learning.Compute"], SCOPE, GapRecorder())
    world.log.clear()

    with pytest.raises(UndeclaredOperation):
        api.replies(operation, ["/x", "/y"], "2025-06-01")
    assert world.log == []
    provider.close()
