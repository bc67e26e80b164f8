"""Guarantees over every check that fails because something is foreign: what `[trust]` changes, and what it does not.

The failing cases of the checks are judged again, with trust in exactly what they name.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from support import FAIL, NOW, PASS, ROOT, UNKNOWN, Case, all_cases, fail_with, registered
from watching import observe

from scanner.cli.config import read_config, read_trust
from scanner.cli.trusted import FORMS
from scanner.evaluate.trusting import Trusting
from scanner.model.checks import Check
from scanner.model.nouns import Verdict
from scanner.model.trust import Entry, Foreign, few
from scanner.store.inventory import Inventory, InventoryView

CHECKS, COLLECTORS = registered()
GUIDE = (ROOT / "docs" / "guides" / "trust.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "examples" / "mlposture.toml").read_text(encoding="utf-8")
NAMING = "failed_unless_known"
REASON = "a partner of Northwind Example"
#: Values of each table that no case names.
ELSE = {
    "accounts": "123412341234",
    "organizations": "o-nobodyshere",
    "projects": "nobodys-project",
    "addresses": "192.0.2.0/24",
    "registries": "registry.nobody.example",
    "buckets": "nobodys-bucket",
}


class Naming(msgspec.Struct, frozen=True):
    """A case of a check that fails because something is foreign."""

    check: Check
    case: Case
    foreign: tuple[Foreign, ...]


@cache
def naming() -> tuple[Naming, ...]:
    found = []
    for check in CHECKS.values():
        for case in all_cases().get(check.slug, ()):
            if case.expected is not FAIL:
                continue
            raw = check(case.resource, InventoryView(case.inventory(), check.needs))
            if raw.foreign:
                found.append(Naming(check, case, raw.foreign))
    return tuple(found)


EVERY_NAMING = [pytest.param(each, id=f"{each.check.slug}-{each.case.name}") for each in naming()]


def entry(name: tuple[str, str], **fields: Any) -> Entry:
    table, value = name
    return Entry(table=table, value=value.partition("@")[0], reason=REASON, **fields)


def settled(naming: Naming, *entries: Entry, inventory: Inventory | None = None) -> Verdict:
    seen = inventory or naming.case.inventory()
    subject = seen.find(naming.check.kind, naming.case.resource.id)
    assert subject is not None
    raw = naming.check(subject, InventoryView(seen, naming.check.needs))
    return Trusting(seen, entries).settle(raw)


def ways(naming: Naming) -> Iterator[tuple[Entry, ...]]:
    """Trust in exactly what is foreign, by each of the names that it has."""
    for turn in range(max(len(thing.names) for thing in naming.foreign)):
        yield tuple(entry(thing.names[turn % len(thing.names)]) for thing in naming.foreign)


def test_there_are_such_checks() -> None:
    assert {each.check.provider for each in naming()} == {"aws", "gcp", "azure", "lineage"}


@pytest.mark.parametrize("naming", EVERY_NAMING)
def test_trust_in_all_that_is_foreign_makes_it_pass_and_is_shown(naming: Naming) -> None:
    trusting = [entries for entries in ways(naming) if _owned(entries)]
    if not trusting:  # all the internet, say, which no entry may hold
        return
    for entries in trusting:
        verdict = settled(naming, *entries)
        missing = bool(observe(naming.check, naming.case.resource, naming.case.inventory())[0].missing)
        assert verdict.status is (UNKNOWN if missing else PASS)
        assert set(verdict.trust) == set(entries)
        if not missing:
            assert [shown["value"] for shown in verdict.evidence["trust"]] == [e.value for e in dict.fromkeys(entries)]
            known, _, because = verdict.message.partition("; trusted by ")
            first = list(dict.fromkeys(entries))[:5]
            assert because == few([f"{e.table} {e.value} ({REASON})" for e in dict.fromkeys(entries)])
            assert all(any(_bare(name) in known for _, name in thing.names) for thing in naming.foreign[: len(first)])
            assert not re.search("all networks|everywhere|internet$", known)  # no such thing was seen


def _bare(name: str) -> str:
    """A bucket without its scheme."""
    return name.rpartition("://")[2]


@pytest.mark.parametrize("naming", EVERY_NAMING)
def test_trust_in_something_else_changes_nothing(naming: Naming) -> None:
    verdict = settled(naming, *(entry(name) for name in ELSE.items()))

    assert verdict.status is FAIL
    assert verdict == settled(naming)
    assert "trust" not in verdict.evidence


@pytest.mark.parametrize("naming", EVERY_NAMING)
def test_trust_that_ended_changes_nothing_and_is_said(naming: Naming) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    for entries in ways(naming):
        ended = [msgspec.structs.replace(e, until=yesterday) for e in entries]
        verdict = settled(naming, *ended)
        assert verdict.status is FAIL
        assert all(f"trust in {e.value} ended on {yesterday}" in verdict.message for e in ended)
        assert all(shown["expired"] for shown in verdict.evidence["trust"])
        lasting = [msgspec.structs.replace(e, until=NOW.date()) for e in entries]
        assert settled(naming, *lasting).status is settled(naming, *entries).status


@pytest.mark.parametrize("naming", [p for p in EVERY_NAMING if len(set(p.values[0].foreign)) > 1])  # type: ignore[attr-defined]
def test_trust_in_a_part_of_what_is_foreign_does_not_suffice(naming: Naming) -> None:
    entries = next(ways(naming))
    for left_out in (entries[0], entries[-1]):
        assert settled(naming, *(e for e in entries if e != left_out)).status is FAIL


@pytest.mark.parametrize("naming", EVERY_NAMING)
def test_no_such_pass_survives_a_missing_observation(naming: Naming) -> None:
    """As without trust: blank in turn every field, and take away every resource, that the verdict rests on."""
    _, seen = observe(naming.check, naming.case.resource, naming.case.inventory())
    for entries in islice(ways(naming), 1):
        fail_with(_passing_without(naming, entries, seen))


def _passing_without(naming: Naming, entries: tuple[Entry, ...], seen: Any) -> Iterator[str]:
    inventory = naming.case.inventory()
    for kind, id, field in sorted(seen.fields):
        whole = inventory.find(COLLECTORS[kind].kind, id)
        assert whole is not None
        inventory.add(msgspec.structs.replace(whole, **{field: UNSET}))
        if settled(naming, *entries, inventory=inventory).status is PASS:
            yield f"{naming.check.slug}, {naming.case.name}: passes when {kind}.{field} is unobserved"
        inventory.add(whole)
    not_all_seen = {key[0] for key, listing in inventory.listings.items() if not listing.complete}
    judged = (naming.check.kind.kind, naming.case.resource.id)  # which is there, or nothing would be judged
    for kind, id in sorted(seen.joins - {judged}):
        if kind in not_all_seen and inventory.find(COLLECTORS[kind].kind, id) is None:
            continue  # the case is already one where nobody saw it
        left = naming.case.inventory(without=(kind, id))
        for key, listing in left.listings.items():
            if key[0] == kind:
                left.listings[key] = msgspec.structs.replace(listing, complete=False)
        if settled(naming, *entries, inventory=left).status is PASS:
            yield f"{naming.check.slug}, {naming.case.name}: passes when {kind} {id} was not observed"


def _owned(entries: tuple[Entry, ...]) -> bool:
    return not any(e.table == "addresses" and int(e.value.partition("/")[2] or 32) < 8 for e in entries)


@pytest.mark.parametrize("slug", sorted({each.check.slug for each in naming()}))
def test_each_such_check_has_a_case_that_trust_can_turn(slug: str) -> None:
    assert any(_owned(entries) for each in naming() if each.check.slug == slug for entries in ways(each))


@pytest.mark.parametrize("slug", sorted({each.check.slug for each in naming()}))
def test_its_fix_shows_an_entry_that_can_be_copied_to_the_end_of_a_configuration(slug: str, tmp_path: Path) -> None:
    tables = {
        table for each in naming() if each.check.slug == slug for thing in each.foreign for table, _ in thing.names
    }
    [check] = {each.check for each in naming() if each.check.slug == slug}
    before, said, example = check.section("How to fix").partition("At the end of `mlposture.toml`:\n\n")
    path = tmp_path / "mlposture.toml"
    path.write_text(f"{CONFIGURATION}\n{textwrap.dedent(example)}", encoding="utf-8")
    [read] = read_config(path).trust

    assert said
    assert read.table in tables
    assert all(table in tables for table in re.findall(r"`\[\[trust\.(\w+)\]\]`", before))
    assert f"`[[trust.{read.table}]]`" in before.partition("\n\n")[0]  # all that the terminal shows


def test_no_fix_shows_an_entry_in_another_form() -> None:
    """One that is written `trust.x = […]` belongs to the table before it."""
    fail_with(
        f"{check.slug}: write `[[trust.…]]` for `{found}`"
        for check in CHECKS.values()
        for found in re.findall(r"(?<!\[\[)\btrust\.\w+", check.section("How to fix"))
    )


# -- the guide ---------------------------------------------------------------------------------------------------------


def test_the_example_of_the_guide_is_read(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    path = tmp_path / "trust.toml"
    path.write_text(example, encoding="utf-8")

    assert [entry.table for entry in read_trust(path)] == ["accounts", "buckets", "registries", "addresses"]


def test_the_guide_names_the_checks_that_use_each_table() -> None:
    used: dict[str, set[str]] = {}
    for each in naming():
        for table, _ in (name for thing in each.foreign for name in thing.names):
            used.setdefault(table, set()).add(each.check.id)
    rows = re.findall(r"^\| (`[a-z`, ]+`) \|.*\| *(.*?) *\|$", GUIDE, re.MULTILINE)
    said = {table: set(re.findall(r"MLP-\d+", ids)) for cell, ids in rows for table in re.findall(r"[a-z]+", cell)}

    assert said.keys() == FORMS.keys()
    assert said == used


@pytest.mark.parametrize("table", FORMS)
def test_each_table_that_may_be_written_turns_a_verdict(table: str) -> None:
    trusting = (
        (each, entries) for each in naming() for entries in ways(each) if {entry.table for entry in entries} == {table}
    )
    assert any(settled(each, *entries).status is PASS for each, entries in trusting)


# -- everything that names something foreign has such a case -----------------------------------------------------------


def test_each_place_that_names_something_foreign_has_a_failing_case(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[tuple[str, int]] = set()

    def noted(real: Any) -> Any:
        def call(foreign: tuple[Foreign, ...], *args: Any, **fields: Any) -> Verdict:
            frame: FrameType = sys._getframe(1)
            if foreign:
                reached.add((frame.f_code.co_filename, frame.f_lineno))
            return real(foreign, *args, **fields)  # type: ignore[no-any-return]

        return call

    modules = [m for name, m in sys.modules.items() if name.startswith("checks.") and hasattr(m, NAMING)]
    for module in modules:
        monkeypatch.setattr(module, NAMING, noted(getattr(module, NAMING)))
    for each in naming():
        each.check(each.case.resource, InventoryView(each.case.inventory(), each.check.needs))

    assert modules
    fail_with(
        f"{path}:{line}: no failing case of a check comes here with something foreign: add one"
        for module in modules
        for path in [str(module.__file__)]
        for line in _calls(path)
        if (path, line) not in reached
    )


def _calls(path: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == NAMING:
            yield node.lineno
