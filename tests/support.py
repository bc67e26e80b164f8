"""What the tests share: the shape of a case, and inventories made by hand."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterable, Mapping, Sized
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.collect.plan import make_plan
from scanner.model.nouns import Listing, Resource, Status, Verdict
from scanner.model.registry import PROVIDERS, kinds, load
from scanner.store.inventory import Inventory, InventoryView
from scanner.systems.manifest import read_manifest
from scanner.systems.own_logs import named as all_named

TESTS = Path(__file__).parent
ROOT = TESTS.parent
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

#: Operations that only save calls. What they do not say is read in another way, so that their failure is no gap. It may
#: change the source that a resource notes, and nothing else at all.
BULK = {"aws": ("sagemaker:Search", "iam:GetAccountAuthorizationDetails")}

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE


class Case:
    """One row of a check's table: what it judges, what it may join, and the verdict expected.

    `others` are the joined resources; `incomplete` the kinds whose listing failed somewhere (all others are complete).
    """

    def __init__(
        self,
        name: str,
        expected: Status,
        resource: Resource,
        *others: Resource,
        incomplete: Iterable[type[Resource]] = (),
    ) -> None:
        self.name = name
        self.expected = expected
        self.resource = resource
        self.others = others
        self.incomplete = tuple(incomplete)

    def inventory(self, without: tuple[str, str] = ("", "")) -> Inventory:
        """What was observed, without the resource of this kind and id."""
        return inventory_of(self.resource, *self.others, incomplete=self.incomplete, without=without)

    def __repr__(self) -> str:
        return self.name


def inventory_of(
    *resources: Resource, incomplete: Iterable[type[Resource]] = (), without: tuple[str, str] = ("", "")
) -> Inventory:
    """An inventory holding these resources, with every known kind listed completely but for `incomplete`.

    The places of all of them were asked, also that of the one that is left out: `without` names its kind and id.
    """
    made = Inventory(NOW)
    broken = {kind.kind for kind in incomplete}
    scopes = {resource.scope for resource in resources}
    for kind in all_kinds():
        for scope in scopes:
            if kind.startswith(scope.provider + "."):
                made.listings[(kind, scope)] = Listing(kind=kind, scope=scope, complete=kind not in broken)
    made.store.put(resource for resource in resources if (type(resource).kind, resource.id) != without)
    made.scopes = tuple(sorted(scopes))
    return made


def judged(slug: str, subject: Resource, *others: Resource) -> Verdict:
    """The verdict of a check on a resource, beside others."""
    check = next(check for check in registered()[0].values() if check.slug == slug)
    return check(subject, InventoryView(inventory_of(subject, *others), check.needs))


def fail_with(problems: Iterable[str]) -> None:
    """Fail with all of these, one a line. Each says of what it is, what is wrong with it, and what to do."""
    found = list(problems)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@cache
def registered() -> tuple[dict[str, Any], dict[str, Any]]:
    """All checks by id and all collectors by kind."""
    return load()


@cache
def all_kinds() -> dict[str, type[Resource]]:
    return kinds(registered()[1].values())


@cache
def named() -> tuple[str, ...]:
    """What the AI systems of the demo organisation name: their logs, and the pipelines that release them."""
    return all_named(read_manifest(ROOT / "examples" / "ai-systems.yaml", date(2026, 10, 1)).manifest)


def unneeded(collectors: Mapping[str, Any]) -> list[str]:
    """Kinds that no check judges or joins, nor needs on the way to another, and that hold no tags: no scan has them."""
    planned = make_plan(
        list(registered()[0].values()), collectors, verify=True, tags=PROVIDERS, documents=True
    ).collectors
    return sorted(collectors.keys() - {collector.kind.kind for collector in planned})


def why_unseen(kind: str, collectors: Mapping[str, Any]) -> str:
    """What to do about a kind of which a scan of the demo organisation has nothing."""
    if kind in unneeded(collectors):
        return f"no check judges or joins {kind}, so no scan collects it: write a check or remove the kind"
    return f"the demo organisation has no {kind}: give it one in tests/worlds/data/{kind.partition('.')[0]}.yaml"


@cache
def all_cases() -> dict[str, list[Case]]:
    """Cases by check slug, gathered from the `CASES` tables of tests/checks/**/test_*.py."""
    found: dict[str, list[Case]] = {}
    for path in sorted((TESTS / "checks").rglob("test_*.py")):
        if "CASES" not in path.read_text(encoding="utf-8"):
            continue
        name = "cases_" + "_".join(path.relative_to(TESTS).with_suffix("").parts)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for slug, cases in getattr(module, "CASES", {}).items():
            assert slug not in found, f"{slug} has two case tables, one in {path}"
            found[slug] = cases
    return found


def wait_until(condition: Callable[[], object]) -> None:
    """Return once it holds. A busy machine is no defect, so it has long."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def wait_until_quiet(log: Sized) -> None:
    """Return once nothing has come for a second and a half: a scan has then read whatever is answered."""
    seen, since = len(log), time.monotonic()
    while time.monotonic() - since < 1.5:
        time.sleep(0.02)
        if len(log) != seen:
            seen, since = len(log), time.monotonic()
