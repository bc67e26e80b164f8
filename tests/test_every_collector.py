"""Guarantees over every collector, with real SDKs over real HTTP against the simulated clouds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest
from flipping import COMPUTED
from msgspec import UNSET
from rescanning import Calm, broken, calm_scan, connected_to
from scanning import PROVIDERS, QUICK, Verdicts, calm, crowd, running, take_inventory, verdicts_of, with_faults
from support import BULK, fail_with, registered, why_unseen
from worded import Place, added, said, states, tidied
from worlds.base import Fault, World

from checks.azure.client.api import AzureApi
from scanner.calls.client import BaseApi
from scanner.frameworks import HEADLINE, known
from scanner.model.collectors import Collector
from scanner.model.decode import plans
from scanner.model.nouns import Gap, Reason, Resource, Scope, Status
from scanner.store.inventory import Inventory

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
        "Microsoft.Network/networkSecurityPerimeters/read",
    },
    "mlflow": set(),
    "lineage": set(),
}
#: What a user would name when the credential may not even list its subscriptions.
KNOWN_SCOPE: dict[str, dict[str, Any]] = {
    "aws": {},
    "gcp": {},
    "azure": {"subscriptions": ("00000000-0000-0000-0000-000000000001",)},
    "mlflow": {},
    "lineage": {},
}
#: Kinds of which nothing is kept but what they are called.
NAMES = {"aws.s3.AccountBucket"}
#: Collectors that a scan of one account, as that of the demo organisation, does not run; see test_siblings.py.
OF_ONE = {kind: made for kind, made in COLLECTORS.items() if made.opt_in != "accounts"}
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
    fail_with(f"{kind}: {problem}" for problem in undeclared(collector))


def undeclared(collector: Collector) -> Iterator[str]:
    """What a kind or its collector does not say of itself, and what to do about it."""
    sources = {plan.operation.partition("#")[0] for plan in plans(collector.kind)}
    sources |= {of for (kind, _), made_of in COMPUTED.items() if kind == collector.kind.kind for of, _ in made_of}
    if not sources and collector.kind.kind not in NAMES:
        yield "no field is read from a reply, so that no check can judge it: declare one with `Read(operation, path)`"
    for source in sorted(sources - set(collector.operations)):
        yield f"a field is read from {source}, which its collector does not declare: add it to `operations`"
    if not collector.kind.title:
        yield "it has no `title`: give it one, as a report calls it"
    if not collector.kind.__doc__:
        yield "it has no docstring: say what it is, and what its id is"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_operations_called_are_those_declared(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: dict[str, set[str]] = defaultdict(set)
    ask, ask_for_content = BaseApi.ask, BaseApi.ask_for_content

    def spy(self: BaseApi, operation: str, attempt: Any) -> Any:
        called[self.collector.kind.kind].add(operation)
        return ask(self, operation, attempt)

    def spy_content(self: BaseApi, operation: str, attempt: Any, service: str = "") -> Any:
        called[self.collector.kind.kind].add(operation)
        return ask_for_content(self, operation, attempt, service)

    def spy_together(self: AzureApi, operation: str, *asked: Any) -> Any:
        called[self.collector.kind.kind].add(operation)
        return ask_together(self, operation, *asked)

    ask_together = AzureApi.ask_together
    monkeypatch.setattr(BaseApi, "ask", spy)
    monkeypatch.setattr(BaseApi, "ask_for_content", spy_content)
    monkeypatch.setattr(AzureApi, "ask_together", spy_together)
    for changed in (None, CROWDS[provider]()) if provider in CROWDS else (None,):
        with running(provider, changed):
            take_inventory(provider)

    declared = {kind: set(made.operations) for kind, made in OF_ONE.items() if made.provider == provider}
    fail_with(called_otherwise(called, declared))


def called_otherwise(called: Mapping[str, set[str]], declared: Mapping[str, set[str]]) -> Iterator[str]:
    """Operations that collectors declare and do not call, or the other way round, and what to do about each."""
    for kind, operations in declared.items():
        if kind not in called:
            yield why_unseen(kind, COLLECTORS)
            continue
        for operation in sorted(operations - called[kind]):
            yield (
                f"{kind}: its collector declares {operation} and never calls it: remove it from `operations`, or give "
                f"the demo organisation in tests/worlds/data/{kind.partition('.')[0]}.yaml what makes it be called"
            )
    for kind, operations in called.items():
        for operation in sorted(operations - declared.get(kind, set())):
            yield f"{kind}: its collector calls {operation} and does not declare it: add it to `operations`"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_calm_scan_has_no_gap_and_sees_every_kind(provider: str) -> None:
    inventory, verdicts, _ = calm(provider)
    mine = [made for made in OF_ONE.values() if made.provider == provider]

    fail_with(
        f"{gap.kind}: nothing is denied or broken, and {gap.operation} gives a gap ({gap.reason}: {gap.detail}): have "
        f"tests/worlds/{provider}.py answer it, or name the error code that means absence with `absent=`"
        for gap in inventory.gaps
    )
    fail_with(
        f"{kind}: its listing in {scope.region} is not complete, without a gap: have its collector note why"
        for (kind, scope), listing in inventory.listings.items()
        if not listing.complete
    )
    fail_with(why_unseen(made.kind.kind, COLLECTORS) for made in mine if not inventory.of(made.kind))
    assert {Status.PASS, Status.FAIL} <= set(verdicts.values()), (
        f"the demo organisation has to be good and bad: correct tests/worlds/data/{provider}.yaml"
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_request_log_holds_declared_reads_only(provider: str) -> None:
    *_, log = calm(provider)
    declared = {o for made in COLLECTORS.values() if made.provider == provider for o in made.operations}

    assert log, "a scan asked nothing: does the environment point at the world?"
    fail_with(
        f"{operation} is asked, and no collector of {provider} declares it: add it to `operations` of the one that "
        "does, or to DISCOVERY and to the permissions of scripts/build_docs.py if the facade does"
        for operation in sorted({request.operation for request in log} - declared - DISCOVERY[provider])
    )
    fail_with(
        f"{request.operation} is asked with {request.method}: a scan only reads, so take the call that does"
        for request in log
        if request.method not in ("GET", "HEAD", "POST")
    )


@pytest.mark.parametrize(("provider", "operation"), EVERY_OPERATION)
def test_a_denied_operation_gives_a_gap_and_no_invented_verdict(provider: str, operation: str) -> None:
    before = calm_scan(provider).verdicts
    inventory, after, _ = broken(calm_scan(provider), Fault(operation, "deny"))

    wrong = [*gaps_wrong(inventory.gaps, operation, {Reason.DENIED}), *invented(before, after, operation)]
    for tidy in (False, True):
        words = said(states(provider, inventory, tidied(after) if tidy else after, HEADLINE))
        wrong += added(calm_words(provider, HEADLINE, tidy=tidy), words, f"when {operation} is denied")
    if not all(listing.complete for listing in inventory.listings.values()):
        words = said(states(provider, inventory, tidied(after), known(), systems=False))
        wrong += added(calm_words(provider, known(), tidy=True), words, f"when {operation} is denied")
    fail_with(wrong)


@cache
def calm_words(provider: str, frameworks: tuple[str, ...], *, tidy: bool) -> dict[Place, frozenset[str]]:
    """What is said of controls in a calm scan, or would be if nothing had failed there."""
    calm = calm_scan(provider)
    return said(states(provider, calm.inventory, tidied(calm.verdicts) if tidy else calm.verdicts, frameworks))


def gaps_wrong(gaps: Iterable[Gap], operation: str, reasons: set[Reason]) -> Iterator[str]:
    """What is wrong with the gaps of a scan in which one operation failed, and what to do about it."""
    of_it = [gap for gap in gaps if gap.operation == operation]
    if not of_it:
        yield f"{operation} failed and no gap says so: call it through `api`, and do not name this error as `absent`"
    for reason in sorted({gap.reason for gap in of_it} - reasons):
        yield f"{operation}: its gap says {reason} and not {', '.join(reasons)}: correct the errors of the client"
    for gap in of_it:
        if gap.reason is Reason.DENIED and not gap.permission:
            yield f"{operation}: its gap names no permission: add it to checks/{gap.scope.provider}/permissions.py"
        if not gap.checks and COLLECTORS[gap.kind].opt_in != "tags":  # which no check needs
            yield f"{operation}: its gap blinds no check: no field needs it, so remove it from {gap.kind}'s collector"
    for gap in gaps:
        if "collector stopped" in gap.detail:
            yield f"{gap.kind}: its collector breaks ({gap.detail}): never index a member that a reply may omit"


def invented(before: Verdicts, after: Verdicts, operation: str) -> Iterator[str]:
    """Verdicts that nothing supports once an operation fails, and what to do about each."""
    for (slug, id), status in after.items():
        was = before.get((slug, id))
        if status is not was and status is not Status.UNKNOWN:
            yield (
                f"{slug} says {status} and no more {was} of {id} when {operation} fails: have the collector leave "
                "UNSET what was not read, and the check return `unknown` then"
            )


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

    remedy = f"read in another way what {operation} does not say, or take it out of BULK in tests/support.py"
    assert calls > calls_in_bulk(provider, operation), f"no call stands in for {operation}: {remedy}"
    assert after == calm.verdicts, f"other verdicts when {operation} fails: {remedy}"
    assert without.gaps == calm.inventory.gaps == (), f"a gap when {operation} fails: {remedy}"
    assert without.listings == calm.inventory.listings, f"other listings when {operation} fails: {remedy}"
    pairs = list(differing(provider, calm.inventory, without))
    assert pairs, f"all details come from elsewhere anyhow: let CROWDS have so much that {operation} is asked"
    fail_with(
        f"{one.id} is seen otherwise when {operation} fails, and not only from elsewhere: {remedy}"
        for one, other in pairs
        if not hasattr(one, "details_from") or one != msgspec.structs.replace(other, details_from=operation)
    )
    fail_with(
        f"{other.id}: its `details_from` is {other.details_from}: let it be the operation that was asked instead"
        for _, other in pairs
        if other.details_from not in COLLECTORS[other.kind].operations
    )


def differing(provider: str, one: Inventory, other: Inventory) -> Iterator[tuple[Any, Any]]:
    """The same resources of a provider as two scans saw them, where that is not the same."""
    for made in COLLECTORS.values():
        if made.provider == provider:
            pairs = zip(one.of(made.kind), other.of(made.kind), strict=True)
            yield from (pair for pair in pairs if pair[0] != pair[1])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["throttle", "timeout", "reset", "malformed", "error"])
def test_a_broken_reply_gives_a_gap_and_no_invented_verdict(provider: str, kind: str) -> None:
    """The first details of the first kinds break in each way; what could not be read is unknown, the rest unchanged."""
    before = calm_scan(provider).verdicts
    details = {
        "aws": ("sagemaker:DescribeNotebookInstance", "get"),
        "gcp": ("aiplatform.models.list", "list"),
        "azure": ("Microsoft.MachineLearningServices/workspaces/computes/read", "get"),
        "mlflow": ("mlflow:GetRun", "get"),
        "lineage": ("lineage:ListEvents", "list"),
    }
    operation, verb = details[provider]
    inventory, after, _ = broken(calm_scan(provider), Fault(operation, kind, verb=verb))

    expected = {
        "throttle": Reason.THROTTLED,
        "timeout": Reason.TIMEOUT,
        "reset": Reason.UNREACHABLE,
        "malformed": Reason.MALFORMED,
        "error": Reason.ERROR,
    }
    fail_with([*gaps_wrong(inventory.gaps, operation, {expected[kind]}), *invented(before, after, operation)])
    assert after != before, f"no verdict rests on {operation}: break another operation of {provider} in this test"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", ["throttle", "reset", "error"])
def test_a_passing_fault_is_retried_and_leaves_no_trace(provider: str, kind: str) -> None:
    pattern = {
        "aws": "sagemaker:*",
        "gcp": "aiplatform.*.list",
        "azure": "Microsoft.MachineLearningServices/*",
        "mlflow": "mlflow:Get*",
        "lineage": "lineage:List*",
    }
    _, before, _ = calm(provider)
    fault = Fault(pattern[provider], kind, times=2)
    inventory, after = with_faults(provider, lambda world: world.faults.append(fault))

    assert fault.times == 0, f"{fault.operation} was not asked twice: take another pattern for {provider}"
    fail_with(
        f"{gap.operation} failed twice and was given up: have the client of {provider} retry a {kind}, and for longer"
        for gap in inventory.gaps
    )
    assert after == before, f"other verdicts after a {kind} that passed: a reply was judged before it was whole"


def deny_lists(world: World) -> None:
    world.faults.append(Fault("*", "deny", verb="list"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_list_denied_gives_no_verdict_and_a_gap_per_kind_and_region(provider: str) -> None:
    calm_inventory, *_ = calm(provider)
    inventory, after = with_faults(provider, deny_lists, logs=(), **KNOWN_SCOPE[provider])  # named ones are in no list

    fail_with(
        f"{slug} says {status} of {id} although nothing could be listed: return `unknown` for what is UNSET"
        for (slug, id), status in after.items()
        if status in (Status.PASS, Status.FAIL)
    )
    gaps = {(gap.kind, gap.scope.region) for gap in inventory.gaps}
    fail_with(
        f"{kind}: all lists are denied, and no gap says so in {scope.region}: list it through `api`"
        for (kind, scope), listing in calm_inventory.listings.items()
        if not (COLLECTORS[kind].follows or COLLECTORS[kind].named)
        if listing.complete and (kind, scope.region) not in gaps
    )
    fail_with(
        f"{gap.operation}: its gap names no permission: add it to checks/{provider}/permissions.py"
        for gap in inventory.gaps
        if not gap.permission
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_details_denied_leave_no_verdict_about_a_detail(provider: str) -> None:
    """Every read but List refused: what a list reply does not carry must be unknown."""
    _, before, _ = calm(provider)
    patterns = {"aws": "*:*", "gcp": "*.*.get*", "azure": "Microsoft.*", "mlflow": "mlflow:*", "lineage": "lineage:*"}
    fault = Fault(patterns[provider], "deny", verb="get")
    inventory, after = with_faults(provider, lambda world: world.faults.append(fault))

    assert inventory.gaps, f"no detail was denied: correct the pattern for {provider}"
    fail_with(
        f"{slug} says {status} of {id} and no more {before.get((slug, id))} without details: return `unknown` there"
        for (slug, id), status in after.items()
        if status in (Status.PASS, Status.FAIL) and before.get((slug, id)) is not status
    )
    fail_with(
        f"{made.kind.kind}.{plan.name} is {getattr(resource, plan.name)!r} although {plan.operation} was denied: have "
        "the collector leave it UNSET"
        for made in COLLECTORS.values()
        for resource in inventory.of(made.kind)
        for plan in plans(made.kind)
        if getattr(resource, plan.name) is not UNSET and _is_detail(made.kind, plan.name, plan.operation)
    )


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

    remedy = "have the collector yield what `api.each` gives, in its order, and keep nothing between calls"
    fail_with(
        f"{made.kind.kind} is seen otherwise with one call at a time than with 32: {remedy}"
        for made in COLLECTORS.values()
        if alone.of(made.kind) != crowd.of(made.kind)
    )
    assert alone.gaps == crowd.gaps, f"other gaps with one call at a time: {remedy}"
    assert verdicts_of(alone, provider) == verdicts_of(crowd, provider) == before, f"other verdicts: {remedy}"


# -- these tests can fail ----------------------------------------------------------------------------------------------

NOTEBOOKS = COLLECTORS["aws.sagemaker.NotebookInstance"]
DESCRIBE = "sagemaker:DescribeNotebookInstance"
GAP = Gap(
    kind=NOTEBOOKS.kind.kind,
    operation=DESCRIBE,
    scope=Scope("aws", "111122223333", "eu-west-1"),
    reason=Reason.ERROR,
    permission="",
    detail="collector stopped: KeyError",
)


def test_operations_that_are_not_declared_or_not_called_are_named() -> None:
    kind, listing = NOTEBOOKS.kind.kind, "sagemaker:ListNotebookInstances"
    bare = Collector(NOTEBOOKS.function, NOTEBOOKS.kind, (listing,), NOTEBOOKS.per, ())
    said = [f"a field is read from {DESCRIBE}, which its collector does not declare: add it to `operations`"]

    assert set(undeclared(bare)) == set(said)
    assert "never calls it: remove it" in next(called_otherwise({kind: {listing}}, {kind: set(NOTEBOOKS.operations)}))
    assert "does not declare it: add it" in next(called_otherwise({kind: {listing, DESCRIBE}}, {kind: {listing}}))
    assert "tests/worlds/data/aws.yaml" in next(called_otherwise({}, {kind: {listing}}))


def test_gaps_that_do_not_help_and_verdicts_that_nothing_supports_are_named() -> None:
    found = "\n".join(gaps_wrong([GAP], DESCRIBE, {Reason.DENIED}))
    verdicts = {("slug", "seen"): Status.FAIL, ("slug", "gone"): Status.UNKNOWN}

    assert "no gap says so" in next(gaps_wrong([], DESCRIBE, {Reason.DENIED}))
    for problem in ("says error and not denied", "blinds no check", "collector breaks"):
        assert problem in found
    denied = msgspec.structs.replace(GAP, reason=Reason.DENIED)
    assert "names no permission" in "\n".join(gaps_wrong([denied], DESCRIBE, {Reason.DENIED}))
    assert list(invented(verdicts, verdicts, DESCRIBE)) == []
    [line] = invented(verdicts, dict.fromkeys(verdicts, Status.PASS) | {("slug", "seen"): Status.FAIL}, DESCRIBE)
    assert line.startswith(f"slug says pass and no more unknown of gone when {DESCRIBE} fails: ")
