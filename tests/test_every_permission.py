"""Guarantees over every permission, with real SDKs over real HTTP against clouds that admit a role and no more.

What is printed suffices; what is taken out of it is named by a gap; and `--missing` prints what gaps name.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import document, running, take_inventory, verdicts_of
from support import BULK, NOW, fail_with, registered
from worlds.base import Fault, Request

from scanner.cli.role_writing import forms_of, missing_role
from scanner.collect.needed import needs_of
from scanner.collect.plan import make_plan
from scanner.model.checks import Check
from scanner.model.errors import CannotScan
from scanner.model.nouns import Gap, Reason
from scanner.store.inventory import Inventory

CLOUDS = ("aws", "gcp", "azure")
#: What everybody may ask, and what is no operation of its own: tokens, and batches of other calls.
FREE = {"oauth2.token", "oauth2.discovery", "batch", "sts:GetCallerIdentity"}
#: What to scan when the credential may not list its subscriptions.
NAMED: dict[str, dict[str, Any]] = {
    "aws": {},
    "gcp": {},
    "azure": {"subscriptions": ("00000000-0000-0000-0000-000000000001",)},
}


class Admitting(Fault):
    """Denies whatever a role does not hold. A permission of the role is enough, whatever operations it allows."""

    def __init__(self, provider: str, role: Iterable[str]) -> None:
        super().__init__("*", "deny")
        self._spelled = importlib.import_module(f"checks.{provider}.permissions").permission
        self._role = frozenset(role)

    def strikes(self, request: Request) -> bool:
        return request.operation not in FREE and self._spelled(request.operation) not in self._role


def held(document: Any) -> set[str]:
    """The permissions in a printed document of any cloud, or a list of them."""
    if isinstance(document, list):
        return {name for one in document for name in held(one)}
    statements = document.get("Statement", [])
    names = [name for statement in statements for name in statement["Action"]]
    return {
        *names,
        *document.get("includedPermissions", []),
        *document.get("Actions", []),
        *document.get("DataActions", []),
    }


@cache
def printed(provider: str, *options: str) -> frozenset[str]:
    """The permissions of the role that the command prints."""
    done = mlposture("permissions", provider, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return frozenset(held(json.loads(done.stdout)))


def scan_with(provider: str, role: Iterable[str], changed: dict[str, Any] | None = None, **settings: Any) -> Inventory:
    """What a scan sees with a role, of the demo organisation or a changed copy of it."""
    settings = {"verify": False, "tags": False, "documents": False, **settings}
    with running(provider, changed) as world:
        world.faults.append(Admitting(provider, role))
        return take_inventory(provider, **settings)


def spelled(provider: str, operation: str) -> str:
    return str(importlib.import_module(f"checks.{provider}.permissions").permission(operation))


@pytest.mark.parametrize("provider", CLOUDS)
@pytest.mark.parametrize(
    "options", [(), ("--required",), ("--verify", "--tags", "--read-documents")], ids=["all", "required", "more"]
)
def test_with_exactly_the_printed_role_a_scan_has_no_gaps(provider: str, options: tuple[str, ...]) -> None:
    verify, tags = "--verify" in options, "--tags" in options
    role, documents = printed(provider, *options), "--read-documents" in options
    inventory = scan_with(provider, role, verify=verify, tags=tags, documents=documents)

    fail_with(f"{gap.operation}: {gap.permission}: {gap.detail}" for gap in inventory.gaps)
    assert all(listing.complete for listing in inventory.listings.values())
    assert any(verdicts_of(inventory, provider).values())


@cache
def required(provider: str) -> frozenset[str]:
    """All that any scan needs, but for what only saves calls: with it, what stands in for that is never asked."""
    return printed(provider, "--required", "--verify", "--tags")


@cache
def gaps_without(provider: str) -> dict[str, tuple[Gap, ...]]:
    """The gaps of scans whose role lacks one permission, by that permission."""
    found = {}
    with running(provider) as world:
        for permission in sorted(required(provider)):
            world.faults[:] = [Admitting(provider, required(provider) - {permission})]
            found[permission] = take_inventory(provider, documents=False, **NAMED[provider]).gaps
    return found


#: Where subscriptions are named, nobody asks which there are; where none is, there is no scan without.
UNASKED = {"Microsoft.Resources/subscriptions/read"}


@pytest.mark.parametrize("provider", CLOUDS)
def test_a_gap_names_each_permission_that_the_role_lacks(provider: str) -> None:
    for permission, gaps in gaps_without(provider).items():
        denied = {gap.permission for gap in gaps if gap.reason is Reason.DENIED}
        allowed = {permission, *ALSO.get(permission, ())}
        assert permission in UNASKED or permission in denied <= allowed, permission
        # What is asked instead may be more than there is, which is none of the role's.
        assert {gap.reason for gap in gaps} <= {Reason.DENIED, Reason.UNSUPPORTED_REGION}, permission


#: Where buckets cannot be listed, those of others are asked for by name, and may not be read.
ALSO = {"storage.buckets.list": ("storage.buckets.get",)}


@pytest.mark.parametrize("permission", sorted(UNASKED))
def test_a_scan_that_cannot_begin_says_the_permission(permission: str) -> None:
    with pytest.raises(CannotScan, match=permission):
        scan_with("azure", required("azure") - {permission})


@pytest.mark.parametrize("provider", CLOUDS)
def test_missing_prints_what_gaps_name_in_every_form(provider: str, tmp_path: Path) -> None:
    """Of each permission on its own in the form that is read back most easily, and of all of them in each."""
    for permission, gaps in gaps_without(provider).items():
        if permission not in UNASKED:
            role = missing_role(provider, {"missing": [saved(gaps, tmp_path)], "organization": False})
            assert {need.permission for need in role.needs} == {gap.permission for gap in gaps} - {""}
            assert held(json.loads(forms_of(provider)["json"](role))) == {need.permission for need in role.needs}
    every = required(provider) - UNASKED
    inventory = saved((gap for gaps in gaps_without(provider).values() for gap in gaps), tmp_path)
    report = str(tmp_path / "report.json")
    assert mlposture("evaluate", inventory, "-o", report, "--fail-on", "never").returncode == 0
    for file in (inventory, report):
        for form in forms_of(provider):
            done = mlposture("permissions", provider, "--missing", file, "--format", form)
            assert done.returncode == 0, done.stderr
            fail_with(f"{form} of {Path(file).name} lacks {name}" for name in sorted(every) if name not in done.stdout)


def saved(gaps: Iterable[Gap], folder: Path) -> str:
    """An inventory that holds these gaps and nothing else."""
    made = Inventory(NOW)
    made.gaps = tuple(sorted(set(gaps)))
    made.scopes = tuple(sorted({gap.scope for gap in made.gaps}))
    path = folder / "inventory.json"
    made.save(path)
    return str(path)


@pytest.mark.parametrize("provider", CLOUDS)
def test_the_role_for_each_selection_of_checks_suffices(provider: str) -> None:
    """Of checks that need the same, one. What the provider asks on its own account is asked for; the rest is declared
    by collectors, and whether it is asked depends on what there is.
    """
    wrong = []
    known = importlib.import_module(f"checks.{provider}.permissions")
    with running(provider) as world:
        for role, check in selections(provider).items():
            world.faults[:] = [Admitting(provider, role)]
            before = len(world.log)
            inventory = take_inventory(provider, [check], verify=False, tags=False, documents=False)
            asked = {spelled(provider, request.operation) for request in world.log[before:]}
            wrong += [f"{check.id}: {gap.operation}: {gap.detail}" for gap in inventory.gaps]
            wrong += [
                f"{check.id}: {name} is in its role and was not asked for"
                for name in sorted(role & known.DISCOVERY.keys() - asked)
            ]
    fail_with(wrong)


def selections(provider: str) -> dict[frozenset[str], Check]:
    """By what it needs: a check of each."""
    checks, collectors = registered()
    found: dict[frozenset[str], Check] = {}
    for check in checks.values():
        if check.providers == {provider}:
            needs = needs_of(provider, make_plan([check], collectors))
            found.setdefault(frozenset(need.permission for need in needs if not need.optional), check)
    return found


#: What is asked only where an optional permission shows that there is something to ask for.
LED_TO = {"azure": ("Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read",)}


@pytest.mark.parametrize("provider", CLOUDS)
def test_what_is_optional_is_what_these_tests_know_to_save_calls(provider: str) -> None:
    known = importlib.import_module(f"checks.{provider}.permissions")

    assert frozenset((*BULK.get(provider, ()), *LED_TO.get(provider, ()))) == known.OPTIONAL
    assert all(known.is_read(name) or name == "sts:AssumeRole" for name in printed(provider, "--organization"))


#: A world with accounts below something, and what to scan of it.
WIDE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "aws": (
        {
            "organization": [
                {"id": "111122223333", "name": "Northwind", "status": "ACTIVE"},
                {"id": "444455556666", "name": "Research", "status": "ACTIVE"},
            ],
            "assumable": {
                f"arn:aws:iam::{account}:role/mlposture-reader": account for account in ("111122223333", "444455556666")
            },
        },
        {"organization": True},
    ),
    "gcp": ({}, {"organizations": ("500000000001",)}),
    "azure": (
        {"management_groups": {"northwind": ["00000000-0000-0000-0000-000000000001"]}},
        {"management_groups": ("northwind",)},
    ),
}


@pytest.mark.parametrize("provider", CLOUDS)
def test_the_wide_role_is_what_an_organisation_takes(provider: str) -> None:
    changed, settings = WIDE[provider]
    world = {**document(provider), **changed}
    wide = printed(provider, "--organization")
    fail_with(f"{gap.operation}: {gap.detail}" for gap in scan_with(provider, wide, world, **settings).gaps)

    more = wide - printed(provider)
    assert more == importlib.import_module(f"checks.{provider}.permissions").ENUMERATION.keys()
    for permission in sorted(more):
        try:
            said = {gap.permission for gap in scan_with(provider, wide - {permission}, world, **settings).gaps}
        except CannotScan as error:
            said = {name for name in more if name in str(error)}
        assert permission in said
