"""Guarantees over every collector, with real SDKs over real HTTP against the simulated clouds."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from rescanning import Calm, broken, calm_scan, connected_to
from scanning import PROVIDERS, QUICK, calm, crowd, running, take_inventory, verdicts_of, with_faults
from support import BULK, registered, why_unseen
from worlds.base import Fault, World

from checks.azure.client.api import AzureApi
from scanner.calls.client import BaseApi
from scanner.model.decode import plans
from scanner.model.nouns import Reason, Resource, Status

CHECKS, COLLECTORS = registered()
#: What a facade may ask on its own account, before any collector runs.
DISCOVERY = {
    "aws": {"sts:GetCallerIdentity", "ec2:DescribeRegions"},
    "gcp": {
        "oauth2.token",
        "aiplatform.locations.list",
        "cloudasset.assets.searchAllResources",
        "resourcemanager.projects.get",
    },
    "azure": {
        "oauth2.token",
        "oauth2.discovery",
        "batch",
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/providers/read",
        "Microsoft.ResourceGraph/resources/read",
        "Microsoft.Authorization/permissions/read",
    },
}
#: What a user would name when the credential may not even list its subscriptions.
KNOWN_SCOPE: dict[str, dict[str, Any]] = {
    "aws": {},
    "gcp": {},
    "azure": {"subscriptions": ("00000000-0000-0000-0000-000000000001",)},
}
#: For the bulk operations, a world with enough in it that they are used.
CROWDS = {"aws": crowd}
EVERY_OPERATION = [
    pytest.param(provider, operation, id=operation)
    for provider in PROVIDERS
    for operation in sorted({o for c in COLLECTORS.values() if c.provider == provider for o in c.operations})
    if operation not in BULK.get(provider, ())
]


@pytest.mark.parametrize("kind", sorted(COLLECTORS))
def test_fields_come_from_declared_operations(kind: str) -> None:
    collector = COLLECTORS[kind]
    sources = {plan.operation for plan in plans(collector.kind)}

    assert sources, "a kind without observed fields cannot be judged"
    assert {source.partition("#")[0] for source in sources} <= set(collector.operations)
    assert collector.kind.title
    assert collector.kind.__doc__


@pytest.mark.parametrize("provider", PROVIDERS)
def test_operations_called_are_those_declared(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: dict[str, set[str]] = defaultdict(set)
    ask = BaseApi.ask

    def spy(self: BaseApi, operation: str, attempt: Any) -> Any:
        called[self.collector.kind.kind].add(operation)
        return ask(self, operation, attempt)

    def spy_together(self: AzureApi, operation: str, *asked: Any) -> Any:
        called[self.collector.kind.kind].add(operation)
        return ask_together(self, operation, *asked)

    ask_together = AzureApi.ask_together
    monkeypatch.setattr(BaseApi, "ask", spy)
    monkeypatch.setattr(AzureApi, "ask_together", spy_together)
    for changed in (None, CROWDS[provider]()) if provider in CROWDS else (None,):
        with running(provider, changed):
            take_inventory(provider)

    declared = {kind: set(made.operations) for kind, made in COLLECTORS.items() if made.provider == provider}
    assert dict(called) == declared, [why_unseen(kind, COLLECTORS) for kind in declared.keys() - called.keys()]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_calm_scan_has_no_gap_and_sees_every_kind(provider: str) -> None:
    inventory, verdicts, _ = calm(provider)

    assert inventory.gaps == ()
    assert all(listing.complete for listing in inventory.listings.values())
    for kind, made in COLLECTORS.items():
        if made.provider == provider:
            assert inventory.of(made.kind), why_unseen(kind, COLLECTORS)
    assert {Status.PASS, Status.FAIL} <= set(verdicts.values())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_request_log_holds_declared_reads_only(provider: str) -> None:
    *_, log = calm(provider)
    declared = {o for made in COLLECTORS.values() if made.provider == provider for o in made.operations}

    assert log
    assert {request.operation for request in log} <= declared | DISCOVERY[provider]
    assert {request.method for request in log} <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(("provider", "operation"), EVERY_OPERATION)
def test_a_denied_operation_gives_a_gap_and_no_invented_verdict(provider: str, operation: str) -> None:
    before = calm_scan(provider).verdicts
    inventory, after, _ = broken(calm_scan(provider), Fault(operation, "deny"))

    gaps = [gap for gap in inventory.gaps if gap.operation == operation]
    assert gaps, f"{operation} was denied and nobody says so"
    assert {gap.reason for gap in gaps} == {Reason.DENIED}
    assert all(gap.permission for gap in gaps)
    assert all(gap.checks for gap in gaps)
    assert not [gap for gap in inventory.gaps if "collector stopped" in gap.detail]
    invented = {
        key: (before.get(key), status)
        for key, status in after.items()
        if status is not before.get(key) and status is not Status.UNKNOWN
    }
    assert invented == {}


@cache
def in_bulk(provider: str) -> Calm:
    """A calm scan of a crowded world."""
    with running(provider, CROWDS[provider]()), connected_to(provider) as connected:
        return Calm(provider, connected)


@cache
def calls_in_bulk(provider: str, operation: str) -> int:
    """How many calls a crowded world takes where all is asked that may use an operation."""
    with running(provider, CROWDS[provider]()) as world, connected_to(provider) as connected:
        in_bulk(provider).again(connected, frozenset({operation}))
    return len(world.log)


@pytest.mark.parametrize(("provider", "operation"), [(name, one) for name, those in BULK.items() for one in those])
@pytest.mark.parametrize("fault", ["deny", "throttle", "timeout", "malformed", "error"])
def test_a_bulk_operation_that_fails_costs_calls_and_nothing_else(provider: str, operation: str, fault: str) -> None:
    calm = in_bulk(provider)
    without, after, calls = broken(calm, Fault(operation, fault), changed=CROWDS[provider]())

    assert calls > calls_in_bulk(provider, operation)
    assert after == calm.verdicts
    assert without.gaps == calm.inventory.gaps == ()
    assert without.listings == calm.inventory.listings
    sources: set[Any] = set()
    for made in COLLECTORS.values():
        if made.provider == provider:
            for one, other in zip(calm.inventory.of(made.kind), without.of(made.kind), strict=True):
                if one != other:
                    source = getattr(other, "details_from", UNSET)
                    sources.add(getattr(one, "details_from", UNSET))
                    assert one == msgspec.structs.replace(other, details_from=operation)
                    assert source in made.operations
    assert sources == {operation}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["throttle", "timeout", "reset", "malformed", "error"])
def test_a_broken_reply_gives_a_gap_and_no_invented_verdict(provider: str, kind: str) -> None:
    """The first details of the first kinds break in each way; what could not be read is unknown, the rest unchanged."""
    before = calm_scan(provider).verdicts
    details = {
        "aws": ("sagemaker:DescribeNotebookInstance", "get"),
        "gcp": ("aiplatform.models.list", "list"),
        "azure": ("Microsoft.MachineLearningServices/workspaces/computes/read", "get"),
    }
    operation, verb = details[provider]
    inventory, after, _ = broken(calm_scan(provider), Fault(operation, kind, verb=verb))

    expected = {
        "throttle": {Reason.THROTTLED},
        "timeout": {Reason.TIMEOUT},
        "reset": {Reason.UNREACHABLE},
        "malformed": {Reason.MALFORMED},
        "error": {Reason.ERROR},
    }
    assert {gap.reason for gap in inventory.gaps if gap.operation == operation} == expected[kind]
    assert not [gap for gap in inventory.gaps if "collector stopped" in gap.detail]
    changed = {key: status for key, status in after.items() if status is not before.get(key)}
    assert changed or len(after) < len(before)
    assert set(changed.values()) <= {Status.UNKNOWN}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["throttle", "reset", "error"])
def test_a_passing_fault_is_retried_and_leaves_no_trace(provider: str, kind: str) -> None:
    pattern = {"aws": "sagemaker:*", "gcp": "aiplatform.*.list", "azure": "Microsoft.MachineLearningServices/*"}
    _, before, _ = calm(provider)
    fault = Fault(pattern[provider], kind, times=2)
    inventory, after = with_faults(provider, lambda world: world.faults.append(fault))

    assert fault.times == 0
    assert inventory.gaps == ()
    assert after == before


def _deny_lists(world: World) -> None:
    world.faults.append(Fault("*", "deny", verb="list"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_list_denied_gives_no_verdict_and_a_gap_per_kind_and_region(provider: str) -> None:
    calm_inventory, *_ = calm(provider)
    inventory, after = with_faults(provider, _deny_lists, **KNOWN_SCOPE[provider])

    judged = {key: status for key, status in after.items() if status in (Status.PASS, Status.FAIL)}
    assert judged == {}
    gaps = {(gap.kind, gap.scope.region) for gap in inventory.gaps}
    for kind, scope in calm_inventory.listings:
        if not COLLECTORS[kind].follows and calm_inventory.listings[(kind, scope)].complete:
            assert (kind, scope.region) in gaps
    assert all(gap.permission for gap in inventory.gaps)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_details_denied_leave_no_verdict_about_a_detail(provider: str) -> None:
    """Every read but List refused: what a list reply does not carry must be unknown."""
    _, before, _ = calm(provider)
    patterns = {"aws": "*:*", "gcp": "*.*.get*", "azure": "Microsoft.*"}
    fault = Fault(patterns[provider], "deny", verb="get")
    inventory, after = with_faults(provider, lambda world: world.faults.append(fault))

    assert inventory.gaps
    judged = {key: status for key, status in after.items() if status in (Status.PASS, Status.FAIL)}
    assert {key: before[key] for key in judged} == judged
    for made in COLLECTORS.values():
        for resource in inventory.of(made.kind):
            observed = {p.name: p.operation for p in plans(made.kind) if getattr(resource, p.name) is not UNSET}
            assert [name for name, operation in observed.items() if _is_detail(made.kind, name, operation)] == []


def _is_detail(kind: type[Resource], field: str, operation: str) -> bool:
    """Whether only a read of one resource by name gives this. On Azure the operation alone does not tell."""
    if kind.kind in ("azure.machine_learning.Compute", "azure.storage.StorageAccount"):
        return field not in ("compute_type", "provisioning_state")
    return operation.rpartition(":")[2].startswith(("Describe", "Get", "Head")) or ".get" in operation


@pytest.mark.parametrize("provider", PROVIDERS)
def test_concurrency_does_not_change_what_is_seen(provider: str) -> None:
    _, before, _ = calm(provider)
    with running(provider):
        alone = take_inventory(provider, manners=msgspec.structs.replace(QUICK, concurrency=1))
    with running(provider):
        crowd = take_inventory(provider, manners=msgspec.structs.replace(QUICK, concurrency=32))

    assert verdicts_of(alone, provider) == verdicts_of(crowd, provider) == before
    assert alone.gaps == crowd.gaps
    for made in COLLECTORS.values():
        assert alone.of(made.kind) == crowd.of(made.kind)
