"""Guarantees over every row of the tables of refusals, with real SDKs over real HTTP against the simulated clouds."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from rescanning import connected_to
from scanning import QUICK, running, take_inventory
from support import registered
from worlds.base import Fault, World

from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.model.checks import Check
from scanner.model.errors import CannotScan
from scanner.model.nouns import Extent, Gap, Reason
from scanner.model.refusals import Refusal
from scanner.store.inventory import Inventory

ALONE = msgspec.structs.replace(QUICK, concurrency=1)
TABLES: dict[str, tuple[Refusal, ...]] = {
    provider: importlib.import_module(f"checks.{provider}.client.refusals").REFUSALS
    for provider in ("aws", "gcp", "azure", "mlflow", "lineage")
}
#: What is refused: an operation, and a kind that is asked for with it.
ASKED = {
    "aws": ("sagemaker:DescribeNotebookInstance", "aws.sagemaker.NotebookInstance"),
    "gcp": ("aiplatform.endpoints.list", "gcp.vertex_ai.Endpoint"),
    "azure": ("Microsoft.MachineLearningServices/workspaces/computes/read", "azure.machine_learning.Compute"),
    "mlflow": ("mlflow:GetRun", "mlflow.tracking.Run"),
    "lineage": ("lineage:ListEvents", "lineage.openlineage.LineageRun"),
}
#: The code of a refusal that only its message explains.
DENIAL = {
    "aws": "AccessDeniedException",
    "gcp": "",
    "azure": "AuthorizationFailed",
    "mlflow": "BAD_REQUEST",
    "lineage": "",
}
SIGN_IN = "AADSTS"
ROWS = [
    pytest.param(provider, row, id=f"{provider}: {row.cause}") for provider, table in TABLES.items() for row in table
]
WIDE = [param for param in ROWS if param.values[1].extent < Extent.OPERATION]


def said(provider: str, row: Refusal) -> Iterator[tuple[str, str]]:
    """Code and message of each way in which a refusal is said."""
    for code in row.codes:
        yield code, "The request was refused."
    for message in row.says:
        yield "InvalidSignatureException" if message.startswith("Signature") else DENIAL[provider], f"User: x {message}"


def status(provider: str, row: Refusal) -> int:
    return 429 if row.reason is Reason.THROTTLED and provider != "aws" else 403


def spelled(provider: str, operation: str) -> str:
    """What an operation takes, as the provider calls it."""
    return str(importlib.import_module(f"checks.{provider}.permissions").permission(operation))


def checks_of(*kinds: str) -> list[Check]:
    """One check of each kind, or that joins it."""
    every = [check for check in registered()[0].values() if len(check.providers) == 1]
    return [
        next(check for check in every if kind in {one.kind for one in (check.kind, *check.needs)}) for kind in kinds
    ]


def gaps_of(provider: str, *faults: Fault) -> tuple[Gap, ...]:
    with running(provider) as world:
        world.faults += faults
        return take_inventory(provider, checks_of(ASKED[provider][1])).gaps


@pytest.mark.parametrize(("provider", "row"), [param for param in ROWS if SIGN_IN not in str(param.values[1].codes)])
def test_a_refusal_leaves_a_gap_with_its_own_cause_and_remedy(provider: str, row: Refusal) -> None:
    operation, kind = ASKED[provider]
    for code, message in said(provider, row):
        fault = Fault(operation, "say", says=(status(provider, row), code, message))
        gaps = [gap for gap in gaps_of(provider, fault) if gap.operation == operation]

        assert gaps, f"{code} {message}"
        for gap in gaps:
            assert (gap.kind, gap.reason) == (kind, row.reason)
            assert gap.detail.startswith(row.cause)
            assert row.remedy in gap.detail
            assert gap.permission == (spelled(provider, operation) if row.permission is None else row.permission)


@pytest.mark.parametrize(("provider", "row"), ROWS)
def test_a_row_says_how_to_tell_it_and_where_that_is_written(provider: str, row: Refusal) -> None:
    assert list(said(provider, row))
    assert bool(row.words) == bool(row.says)
    assert all(row.words.search(message) for message in row.says if row.words)
    assert row.source.startswith("https://")
    assert row.permission != "" or row.remedy != "grant the permission"
    assert row.reason in (Reason.DENIED, Reason.NOT_ENABLED, Reason.UNSUPPORTED_REGION, Reason.THROTTLED)


@pytest.mark.parametrize("provider", TABLES)
def test_a_way_to_say_it_has_one_cause_and_documentation_has_every_row(provider: str) -> None:
    codes = [code for row in TABLES[provider] for code in row.codes]
    shown = list(importlib.import_module(f"checks.{provider}.client.refusals").refusals())

    assert len(codes) == len(set(codes))
    assert [(cause, remedy, source) for cause, _, remedy, source in shown] == [
        (row.cause, row.remedy, row.source) for row in TABLES[provider]
    ]
    for (_, how, _, _), row in zip(shown, TABLES[provider], strict=True):
        assert all(part in how for part in (*row.codes, *row.says))


#: Requests that a wide refusal meets, and kinds of one account that make them.
BROADLY: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws": (
        "sagemaker:*",
        ("aws.sagemaker.NotebookInstance", "aws.sagemaker.Endpoint", "aws.sagemaker.TrainingJob"),
    ),
    "azure": (
        "Microsoft.[MC]*[Ss]ervices/*",
        ("azure.machine_learning.Workspace", "azure.ai_services.Account"),
    ),
    "mlflow": ("mlflow:Search*", ("mlflow.registry.RegisteredModel", "mlflow.registry.ModelVersion")),
    "lineage": ("lineage:List*", ("lineage.openlineage.LineageRun", "lineage.openlineage.LineageJob")),
}
SETTINGS: dict[str, dict[str, Any]] = {"aws": {"regions": ("eu-west-1",)}, "azure": {}, "mlflow": {}, "lineage": {}}


@pytest.mark.parametrize(("provider", "row"), WIDE)
def test_a_refusal_of_more_than_an_operation_is_asked_for_once(provider: str, row: Refusal) -> None:
    operations, kinds = BROADLY[provider]
    code, message = next(said(provider, row))
    token = code.startswith(SIGN_IN)
    with running(provider) as world:
        if token:
            world.entra.token_time = 200  # type: ignore[attr-defined]
        inventory, asked = _refused_later(
            provider, world, kinds, "oauth2.token" if token else operations, code, message
        )

    hosts = len({kind.split(".")[1] for kind in kinds})
    assert asked == (hosts if row.extent is Extent.SERVICE else 1)
    gaps = [gap for gap in inventory.gaps if gap.kind in kinds]
    assert {gap.kind for gap in gaps} == set(kinds)
    assert all(row.remedy in gap.detail and gap.reason is row.reason for gap in gaps)
    assert not any(listing.complete for (kind, _), listing in inventory.listings.items() if kind in kinds)


def _refused_later(
    provider: str, world: World, kinds: tuple[str, ...], operations: str, code: str, message: str
) -> tuple[Inventory, int]:
    """What a scan sees that is refused once it has begun, and how often that was said."""
    with connected_to(provider, ALONE) as connected:
        connected._regions = SETTINGS[provider].get("regions", ())
        accounts = connected.accounts()
        connected.accounts = lambda: accounts
        world.faults.append(Fault(operations, "say", says=(403, code, message)))
        inventory = Inventory(datetime.now(UTC))
        plan = make_plan(checks_of(*kinds), registered()[1])
        before = len(world.log)
        collect(plan, connected, inventory, concurrency=1, calls=connected.calls)
    asked = [request for request in world.log[before:] if request.status in (400, 401, 403)]
    return inventory, len(asked)


@pytest.mark.parametrize(
    "row", [row for row in TABLES["azure"] if SIGN_IN in str(row.codes)], ids=lambda row: row.cause
)
def test_a_sign_in_that_is_refused_ends_the_scan_with_the_remedy(row: Refusal) -> None:
    for code in row.codes:
        with running("azure") as world:
            world.faults.append(Fault("oauth2.token", "say", says=(400, code, "Refused.")))
            with pytest.raises(CannotScan) as caught:
                take_inventory("azure")

        assert row.remedy in str(caught.value)
        assert code in str(caught.value)


@pytest.mark.parametrize("provider", [name for name in TABLES if name != "lineage"])  # which says no more than a status
@pytest.mark.parametrize("status", [400, 403])
def test_an_unknown_refusal_is_told_in_the_providers_own_words(provider: str, status: int) -> None:
    operation, _ = ASKED[provider]
    fault = Fault(operation, "say", says=(status, "NovelReason", "The moon is full."))
    gaps = [gap for gap in gaps_of(provider, fault) if gap.operation == operation]

    assert gaps
    for gap in gaps:
        assert "NovelReason" in gap.detail or "INVALID_ARGUMENT" in gap.detail
        assert "The moon is full." in gap.detail
        assert gap.permission == "", "nobody knows that it would help"
