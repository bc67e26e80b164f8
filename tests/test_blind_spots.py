"""No pass stands while something that could make its title true was left unread.

What could make it true is what the check joins, and what its failures show. Of a pass that shows nothing but the fields
in `decided_by` those settle it. Nothing is excused from being observed either: not by a parent that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import msgspec
import pytest
from factories.aws import notebook
from msgspec import UNSET
from scanning import calm
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, all_cases, fail_with, registered
from test_every_check import blanked_fields, incomplete_listings, leave_incomplete, missing_joins
from watching import observe

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.checks import Check, check
from scanner.model.nouns import Exposure, Resource, Severity, Verdict, failed, not_applicable, passed
from scanner.store.inventory import Inventory, InventoryView

CHECKS = registered()[0]
EVERY_CHECK = [pytest.param(check, id=check.slug) for check in CHECKS.values()]


#: Passes that rest on what their evidence cannot name, with the reason.
EXCUSED = {
    (
        "sagemaker_notebook_writes_served_artifact",
        "another account, whose bucket lets it in, which its own policies do not",
    ): "across accounts it takes both policies, and that of the role does not let it",
    (
        "sagemaker_model_card_of_another_model",
        "an inference component runs it",
    ): "an endpoint says nothing of the images of its inference components",
}


#: Kinds that matter to a check for some resources alone, with the reason.
SELDOM = {
    **dict.fromkeys(
        (
            ("vertex_custom_job_default_service_account", "gcp.iam.ServiceAccount"),
            ("vertex_endpoint_default_service_account", "gcp.iam.ServiceAccount"),
            ("vertex_endpoint_identity_can_take_over_project", "gcp.iam.ServiceAccount"),
            ("vertex_workbench_default_service_account", "gcp.iam.ServiceAccount"),
            ("vertex_workbench_public_with_write_to_served_artifacts", "gcp.iam.ServiceAccount"),
        ),
        "whether an account is disabled matters where it could do something; one that was not read counts as enabled",
    ),
    **dict.fromkeys(
        (
            ("sagemaker_model_card_of_another_model", "aws.sagemaker.InferenceComponent"),
            ("sagemaker_notebook_writes_served_artifact", "aws.sagemaker.InferenceComponent"),
            ("sagemaker_served_model_without_model_card", "aws.sagemaker.InferenceComponent"),
        ),
        "components serve variants without a model, and no others",
    ),
}


class Spot(NamedTuple):
    """What has to be read: a field of a kind, or all of the kind where no field is named."""

    kind: type[Resource]
    field: str = ""

    def __str__(self) -> str:
        return f"{self.kind.kind}.{self.field}" if self.field else self.kind.kind


@cache
def readable(check: Check) -> tuple[Spot, ...]:
    """What a pass takes to have been read."""
    shown = {key for case in all_cases().get(check.slug, []) if case.expected is FAIL for key in evidence(check, case)}
    kinds = {kind.kind.rpartition(".")[2]: kind for kind in check.needs}
    parts = [name.rpartition(".") for name in observed(shown)]
    fields = [Spot(kinds[name] if name else check.kind, field) for name, _, field in parts]
    return tuple(sorted([*fields, *(Spot(kind) for kind in check.needs if kind is not check.kind)], key=str))


def evidence(check: Check, case: Case) -> set[str]:
    return set(check(case.resource, InventoryView(case.inventory(), check.needs)).evidence)


def unread(check: Check, spot: Spot, inventory: Inventory, subject: Resource) -> tuple[Inventory, Resource]:
    """The same inventory, as far as a check may see it, without what a spot names, and the subject in it."""
    made = Inventory(inventory.taken_at)
    made.listings, made.scopes = dict(inventory.listings), inventory.scopes
    kinds = [kind for kind in (check.kind, *check.needs) if spot.field or kind is not spot.kind]
    made.store.put(without(spot, each) for kind in dict.fromkeys(kinds) for each in inventory.of(kind))
    if not spot.field:
        leave_incomplete(made, spot.kind.kind)
    return made, without(spot, subject)


def without(spot: Spot, resource: Resource) -> Resource:
    return (
        msgspec.structs.replace(resource, **{spot.field: UNSET})
        if spot.field and isinstance(resource, spot.kind)
        else resource
    )


@cache
def listed(check: Check) -> frozenset[str]:
    """Kinds that it goes through all of. Others it looks up where something refers to them."""
    cases = all_cases().get(check.slug, [])
    return frozenset().union(*(observe(check, case.resource, case.inventory())[1].listings for case in cases))


def rash_passes(check: Check, subject: Resource, inventory: Inventory) -> Iterator[str]:
    """What a pass on this resource leaves unread."""
    _, seen = observe(check, subject, inventory)
    looked_up = {kind for kind, _ in seen.joins} | {check.kind.kind}
    for spot in readable(check):
        if not spot.field and (check.slug, spot.kind.kind) in SELDOM:
            continue
        if spot.kind.kind not in (looked_up if spot.field else looked_up | listed(check)):
            continue  # nothing refers to one
        other, blinded = unread(check, spot, inventory, subject)
        given = check(blinded, InventoryView(other, check.needs))
        if given.status is PASS and not observed(given.evidence) <= set(check.decided_by):
            shown = ", ".join(given.evidence)
            yield f"passes by {shown} with {spot} unread: return `unknown`, or say in `decided_by` what settles it"


def observed(names: Iterable[str]) -> set[str]:
    """Those of these fields that are not a resource's identity."""
    return {name for name in names if name.rpartition(".")[2] not in Resource.__struct_fields__}


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_no_case_passes_with_something_unread(check: Check) -> None:
    passing = [case for case in all_cases()[check.slug] if case.expected is PASS]

    assert passing
    fail_with(
        f"{check.slug}: case {case.name!r} {problem}"
        for case in passing
        if (check.slug, case.name) not in EXCUSED
        for problem in rash_passes(check, case.resource, case.inventory())
    )


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_nothing_in_the_demo_passes_with_something_unread(check: Check) -> None:
    inventory = calm(check.provider)[0]
    view = InventoryView(inventory, check.needs)
    passing = [each for each in inventory.of(check.kind) if check(each, view).status is PASS]

    fail_with(
        f"{check.slug}: {each.id} {problem}" for each in passing[:5] for problem in rash_passes(check, each, inventory)
    )


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_nothing_is_excused_by_what_nobody_saw(check: Check) -> None:
    excused = [case for case in all_cases()[check.slug] if case.expected is NOT_APPLICABLE]

    fail_with(
        f"{check.slug}: case {case.name!r} {problem}" for case in excused for problem in rash_excuses(check, case)
    )


def rash_excuses(check: Check, case: Case) -> Iterator[str]:
    """What a verdict of not applicable leaves unread: its own fields, and the resources that excuse this one."""
    inventory = case.inventory()
    _, seen = observe(check, case.resource, inventory)
    seldom = [kind for slug, kind in SELDOM if slug == check.slug]
    for what, given in blanked_fields(check, case, seen, inventory):
        if given.status in (PASS, FAIL) and not any(kind in what for kind in seldom):
            yield f"says {given.status} when {what}: return `unknown` there"
    for what, given in (*missing_joins(check, case, seen), *incomplete_listings(check, case, seen, inventory)):
        if given.status is not UNKNOWN and not any(kind in what for kind in seldom):
            yield f"says {given.status} when {what}: return `unknown` there"


# -- these tests can fail ----------------------------------------------------------------------------------------------


def made(function: object, **metadata: object) -> Check:
    """A check of notebooks that is registered nowhere."""
    return Check(
        function,
        id="MLP-1999",
        severity=Severity.LOW,
        objective="none",
        since="0.1.0",
        needs=(),
        exposure=Exposure.INTERNAL,
        **{"blind_to": (), **metadata},
    )


def short_sighted(notebook: NotebookInstance) -> Verdict:
    """Takes a subnet for the end of all ways to the internet."""
    if notebook.subnet_id:
        return passed("in a subnet", subnet_id=notebook.subnet_id)
    if notebook.status == "Deleting":
        return not_applicable("it goes away")
    return failed("direct internet access", direct_internet_access=notebook.direct_internet_access)


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of the invented check."""
    table = [
        Case("in a subnet", PASS, notebook(subnet_id="subnet-1", direct_internet_access="Disabled")),
        Case("direct", FAIL, notebook(subnet_id=None, direct_internet_access="Enabled")),
        Case("going", NOT_APPLICABLE, notebook(subnet_id=None, status="Deleting")),
    ]
    monkeypatch.setitem(all_cases(), "short_sighted", table)


@pytest.mark.usefixtures("cases")
def test_a_pass_that_leaves_something_unread_is_caught() -> None:
    subject = all_cases()["short_sighted"][0]
    unread = "passes by subnet_id with aws.sagemaker.NotebookInstance.direct_internet_access unread"

    [problem] = rash_passes(made(short_sighted), subject.resource, subject.inventory())
    assert problem.startswith(unread)
    assert not [*rash_passes(made(short_sighted, decided_by=("subnet_id",)), subject.resource, subject.inventory())]


@pytest.mark.usefixtures("cases")
def test_an_excuse_that_nobody_saw_is_caught() -> None:
    assert list(rash_excuses(made(short_sighted), all_cases()["short_sighted"][2])) == [
        "says fail when aws.sagemaker.NotebookInstance.status is unobserved: return `unknown` there",
    ]


def test_whoever_adds_a_check_decides_what_it_is_blind_to() -> None:
    with pytest.raises(TypeError, match="blind_to"):
        check(id="MLP-1999", severity=Severity.LOW, objective="none", since="0.1.0")
