"""Whoever reads a path sees what allows each step of it that rests on the right of an identity.

On AWS that is a statement, on Google Cloud a binding with the place it is granted on, on Azure an assignment. Shown are
facts of the inventory and no more than these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from support import FAIL, Case, all_cases, fail_with, registered

from checks.aws.iam.resources import Role
from checks.azure.authorization.resources import RoleAssignment
from checks.gcp.iam.resources import FolderPolicy, OrganizationPolicy, ProjectPolicy
from checks.gcp.storage.resources import Bucket
from scanner.model.checks import Check
from scanner.model.nouns import Verdict
from scanner.store.inventory import InventoryView

#: What an identity has its rights from, by provider.
RIGHTS = {"aws": Role, "gcp": ProjectPolicy, "azure": RoleAssignment}
#: Checks of identities whose failures lead somewhere, beside the paths.
ESCALATIONS = ("MLP-1509", "MLP-2503")


def rests_on_rights(check: Check) -> bool:
    return RIGHTS.get(check.provider) in (*check.needs, check.kind) and (check.id[4] == "4" or check.id in ESCALATIONS)


EVERY_PATH = [pytest.param(check, id=check.slug) for check in registered()[0].values() if rests_on_rights(check)]


def statements(case: Case, verdict: Verdict) -> Iterator[str]:
    fields = ("Role.inline_policies", "Role.attached_policies", "inline_policies", "attached_policies")
    shown = [statement for field in fields for statement in verdict.evidence.get(field, {}).values()]
    shown += [verdict.evidence["Bucket.policy"]] if "Bucket.policy" in verdict.evidence else []
    if not shown:
        yield "shows no statement"
    for statement in shown:
        if statement.get("Effect") != "Allow" or not {"Action", "NotAction"} & set(statement):
            yield f"shows {statement}, which allows nothing"


def bindings(case: Case, verdict: Verdict) -> Iterator[str]:
    kinds = {kind.kind.rpartition(".")[2]: kind for kind in (ProjectPolicy, FolderPolicy, OrganizationPolicy, Bucket)}
    there = [found for found in (case.resource, *case.others) if isinstance(found, tuple(kinds.values()))]
    shown = {field: verdict.evidence[field] for field in verdict.evidence if field.endswith(".bindings")}
    if not shown:
        yield "shows no binding"
    for field, places in shown.items():
        for place, granted in places.items():
            found = next(each for each in there if each.id.endswith(f"/{place}"))
            yield from untrue(found, field, granted)
            if not all(f"{one['role']} on {place}" in verdict.message for one in granted):
                yield f"does not say {granted} on {place} in words"
            if found.id not in verdict.path:
                yield f"does not lead over {found.id}, where {granted} is"


def untrue(found: Any, field: str, granted: list[Mapping[str, Any]]) -> Iterator[str]:
    if type(found).__name__ != field.partition(".")[0]:
        yield f"shows {found.id} under {field}"
    for one in granted:
        alike = [
            real for real in found.bindings if real.role == one["role"] and set(one["members"]) <= set(real.members)
        ]
        if not any((real.condition is not None) == ("condition" in one) for real in alike):
            yield f"shows {one}, which is not in {found.id}"


def assignments(case: Case, verdict: Verdict) -> Iterator[str]:
    held = {found.id: found for found in (*case.others,) if isinstance(found, RoleAssignment)}
    hops = [held[id] for id in verdict.path if id in held]
    if not hops:
        yield "leads over no assignment"
    for field in ("principal_id", "principal_type", "assigned_scope", "condition", "role_definition_id"):
        real = {hop.id: getattr(hop, field) for hop in hops}
        shown = verdict.evidence.get(f"RoleAssignment.{field}", "nothing")
        if shown not in (real, *real.values()) or (len(real) > 1 and shown != real):
            yield f"shows {shown!r} for {field}"
    if "RoleDefinition.role_name" not in verdict.evidence:
        yield "does not name the role"
    for hop in hops:
        if f" on {hop.assigned_scope}" not in verdict.message:
            yield f"does not say the role on {hop.assigned_scope} in words"


LOOKS: dict[str, Callable[[Case, Verdict], Iterator[str]]] = {
    "aws": statements,
    "gcp": bindings,
    "azure": assignments,
}


def test_there_are_paths_of_every_provider() -> None:
    found = {check.provider for check in registered()[0].values() if rests_on_rights(check)}
    assert found == set(LOOKS)


@pytest.mark.parametrize("check", EVERY_PATH)
def test_each_hop_shows_what_allows_it(check: Check) -> None:
    failing = [case for case in all_cases()[check.slug] if case.expected is FAIL]
    assert failing
    fail_with(
        f"{check.slug}: case {case.name!r} {problem}"
        for case in failing
        for problem in LOOKS[check.provider](case, verdict_of(check, case))
    )


def verdict_of(check: Check, case: Case) -> Verdict:
    return check(case.resource, InventoryView(case.inventory(), check.needs))
