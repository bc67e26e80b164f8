"""Guarantees over every check. A new check needs no test of its own here, only its table of cases."""

from __future__ import annotations

import inspect
import re

import msgspec
import pytest
from msgspec import UNSET
from support import FAIL, PASS, UNKNOWN, Case, all_cases, registered
from watching import observe

from scanner.evaluate.judge import evaluate
from scanner.frameworks import load as load_catalogue
from scanner.model.checks import SECTIONS, Check
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory, InventoryView

CHECKS, COLLECTORS = registered()
EVERY_CHECK = [pytest.param(check, id=check.slug) for check in CHECKS.values()]
EVERY_CASE = [
    pytest.param(check, case, id=f"{check.slug}: {case.name}")
    for check in CHECKS.values()
    for case in all_cases().get(check.slug, [])
]
EVERY_JUDGED_CASE = [p for p in EVERY_CASE if p.values[1].expected in (PASS, FAIL)]
RANGES = {"aws": "1", "gcp": "2", "azure": "3"}
# A slug that ends like this states the cure, not the problem.
CURES = ("_enabled_ok", "_restricted", "_secure", "_compliant", "_required", "_disallowed", "_not_public", "_private")


def without_field(inventory: Inventory, kind: str, id: str, field: str) -> Inventory:
    resource = next(r for r in inventory.of(_kind(kind)) if r.id == id)
    inventory.add(msgspec.structs.replace(resource, **{field: UNSET}))
    return inventory


def _kind(name: str) -> type[Resource]:
    return COLLECTORS[name].kind  # type: ignore[no-any-return]


def test_there_are_checks() -> None:
    assert CHECKS


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_metadata(check: Check) -> None:
    path = check.id[4] == "4"
    assert re.fullmatch(r"MLP-[1-5]\d{3}", check.id)
    assert path or check.id[4] == RANGES[check.provider], "1xxx AWS, 2xxx Google Cloud, 3xxx Azure, 4xxx joined paths"
    assert path <= bool(check.needs), "a joined path joins something"
    assert check.objective in load_catalogue().objectives
    assert re.fullmatch(r"\d+\.\d+\.\d+", check.since)
    assert check.kind.kind in COLLECTORS
    assert all(kind.kind in COLLECTORS for kind in check.needs)


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_name_states_the_problem(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", check.slug)
    assert not check.slug.endswith(CURES)
    assert sum(other.slug == check.slug for other in CHECKS.values()) == 1


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_documentation(check: Check) -> None:
    assert check.title and check.title[0].isupper() and len(check.title) <= 100
    for section in SECTIONS:
        assert check.section(section), f"`## {section}` is missing or empty"
    assert len(check.section("Why it matters").split()) >= 12
    assert all(re.match(r"https://\S+$", reference) for reference in check.references)


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_is_pure(check: Check) -> None:
    banned = {"boto3", "botocore", "google", "azure", "requests", "time", "random", "os", "socket"}
    module = inspect.getmodule(check.function)
    assert module is not None
    imported = {value.__name__.partition(".")[0] for value in vars(module).values() if inspect.ismodule(value)}
    assert not imported & banned


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_has_a_case_for_each_outcome(check: Check) -> None:
    assert {PASS, FAIL, UNKNOWN} <= {case.expected for case in all_cases().get(check.slug, [])}


def test_every_case_table_belongs_to_a_check() -> None:
    assert set(all_cases()) <= {check.slug for check in CHECKS.values()}


@pytest.mark.parametrize(("check", "case"), EVERY_CASE)
def test_verdict(check: Check, case: Case) -> None:
    judgements = [j for j in evaluate(case.inventory(), [check]) if j.resource.id == case.resource.id]

    assert [j.verdict.status for j in judgements] == [case.expected], judgements[0].verdict.message
    assert judgements[0].verdict.message


@pytest.mark.parametrize(("check", "case"), EVERY_CASE)
def test_evidence_names_real_fields(check: Check, case: Case) -> None:
    own = set(check.kind.__struct_fields__)
    joined = {f"{k.kind.rpartition('.')[2]}.{field}" for k in check.needs for field in k.__struct_fields__}
    verdict, _ = observe(check, case.resource, case.inventory())

    assert set(verdict.evidence) <= own | joined
    if case.expected in (PASS, FAIL):
        assert verdict.evidence, "a pass or fail shows what it rests on"
        msgspec.json.encode(verdict.evidence)


@pytest.mark.parametrize(("check", "case"), EVERY_JUDGED_CASE)
def test_nothing_observed_gives_unknown(check: Check, case: Case) -> None:
    """Blank in turn every field that a pass or fail read, and take away every join it made: it must become unknown."""
    _, seen = observe(check, case.resource, case.inventory())
    assert seen.fields or seen.joins or seen.listings

    for kind, id, field in sorted(seen.fields):
        inventory = without_field(case.inventory(), kind, id, field)
        subject = inventory.find(check.kind, case.resource.id)
        assert subject is not None
        verdict = check(subject, InventoryView(inventory, check.needs))
        if case.expected is PASS:
            assert verdict.status is UNKNOWN, f"says {verdict.status} when {kind}.{field} is unobserved"
        else:
            assert verdict.status in (UNKNOWN, FAIL), f"says {verdict.status} when {kind}.{field} is unobserved"
    if case.expected is not PASS:
        return
    for kind, id in sorted(seen.joins):
        inventory = case.inventory(without=(kind, id))
        for key, listing in inventory.listings.items():
            if key[0] == kind:
                inventory.listings[key] = msgspec.structs.replace(listing, complete=False)
        verdict = check(case.resource, InventoryView(inventory, check.needs))
        assert verdict.status is UNKNOWN, f"says {verdict.status} when {kind} {id} was not observed"
    for kind in sorted(seen.listings):
        inventory = case.inventory()
        for key, listing in inventory.listings.items():
            if key[0] == kind:
                inventory.listings[key] = msgspec.structs.replace(listing, complete=False)
        verdict = check(case.resource, InventoryView(inventory, check.needs))
        assert verdict.status is UNKNOWN, f"says {verdict.status} when not all of {kind} was seen"
