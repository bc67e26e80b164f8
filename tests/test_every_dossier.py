"""Guarantees over every dossier: it says no more than was seen, and no other thing than what was judged."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from dossiers import MANIFEST, SYSTEMS, all_judged, compiled, parts
from rescanning import broken, calm_scan
from scanning import running, take_inventory
from support import BULK, NOW, fail_with
from test_every_collector import COLLECTORS, KNOWN_SCOPE, deny_lists
from worded import SAYS
from worlds.base import Fault

from reports.dossier import render, render_record
from scanner.cli.evidence_building import dossier_of, judged
from scanner.cli.evidence_files import make
from scanner.evidence.dossier_types import ControlPage, Dossier, Observation
from scanner.evidence.replay import replay
from scanner.evidence.sections import what_is
from scanner.frameworks import known, load
from scanner.model.claims import STATEMENT
from scanner.store.inventory import Inventory

#: What of an observation is decided by the manifest, suppressions, `[trust]` or a history, and not by the check.
_NOT_REPLAYED = {"excepted", "suppressed", "trusted", "first_seen"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_an_observation_says_otherwise_than_the_check_is_named(system: str) -> None:
    checks, kinds = parts()
    told = next(one for one in compiled(system).observations if one.path)
    other = compiled(SYSTEMS[SYSTEMS.index(system) - 1]).observations[-1]
    changed: dict[str, Any] = {
        **{name: f"{getattr(told, name)}x" for name, kind in get_type_hints(Observation).items() if kind is str},
        "bears": "for",
        "check": next(check.id for check in checks.values() if check.kind.kind == told.kind and check.id != told.check),
        "kind": other.kind,
        "resource": next(one.resource for one in compiled(system).observations if one.kind == told.kind
                         and one.resource != told.resource),
        "scope": other.scope, "evidence": {**told.evidence, "more": 1}, "path": told.path[1:],
        "origins": other.origins, "trusted": True, "first_seen": NOW,
    }  # fmt: skip
    assert changed.keys() == set(Observation.__struct_fields__)
    assert replay(told, all_judged().inventory, checks, kinds, ()).problems == ()
    for name in changed.keys() - _NOT_REPLAYED:
        forged = msgspec.structs.replace(told, **{name: changed[name]})
        found = replay(forged, all_judged().inventory, checks, kinds, ())
        assert found.problems, name
    unlike = replay(msgspec.structs.replace(told, evidence={}), all_judged().inventory, checks, kinds, ())
    assert all(name in " ".join(unlike.problems) for name in told.evidence)


#: What nobody may read about a control, whatever file of a dossier it stands in.
_PROMISES = re.compile(
    r"satisf|complian|compliant|conform|certif|fulfil|\bimplemented\b|\bmeets\b|\bpass(?:ed|es)\b", re.IGNORECASE
)


def texts(value: Any) -> Iterator[str]:
    """All texts in a value of JSON, also those that are keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def said_in(path: str, content: bytes) -> str:
    """What a file of a dossier says: of a page also the titles and descriptions of charts, and all attributes."""
    if path.endswith(".json"):
        return "\n".join(texts(json.loads(content)))
    text = content.decode()
    return html.unescape(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)) if path.endswith(".html") else text


def of_others() -> list[str]:
    """What frameworks, objectives and checks are called and ask, and our denials, the longest first.

    Those alone that would be taken for promises: to take the thousands of others out would excuse nothing.
    """
    catalogue = load(known())
    found = {STATEMENT, *(what_is(one) for one in catalogue.frameworks.values())}
    for framework in catalogue.frameworks.values():
        found |= {row.title for row in framework.controls} | {edge.reason for edge in framework.mappings}
    for objective in catalogue.objectives.values():
        found |= {objective.title, objective.statement, objective.cannot_prove}
    found |= {check.title for check in parts()[0].values()} | {"implemented-requirements"}
    found |= {
        "conformity assessment",
        "Conformity assessment",
        ">Implemented</th>",
    }  # which a rollout, a worksheet asks
    found |= {
        "and whether it is implemented",
        "is implemented is for people to judge",
        "head of compliance",
    }  # who approved something in the demo
    return sorted((" ".join(text.split()) for text in found if _PROMISES.search(text)), key=len, reverse=True)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_file_promises_anything_of_a_control(system: str) -> None:
    made = make(system, all_judged(), "auditor", signed=True)
    others = of_others()
    for path, chunks in made.files.items():
        if path in ("inventory.json", "trust.json") or "catalog-" in path or "mapping-" in path:
            continue  # what providers say, and the words of frameworks alone
        text = " ".join(said_in(path, b"".join(chunks)).split())
        for other in others:
            text = text.replace(other, "")
        fail_with(f"{path}: …{text[max(0, at.start() - 60) : at.end() + 40]}…" for at in _PROMISES.finditer(text))


# -- less data ---------------------------------------------------------------------------------------------------------

#: The cloud whose operations are denied one by one, and what a denial may not add to.
_DENIED = "gcp"
_OPERATIONS = sorted({name for made in COLLECTORS.values() if made.provider == _DENIED for name in made.operations})


def seen(inventory: Inventory, folder: Path) -> Dossier:
    """The dossier of the system in that cloud, by this inventory."""
    inventory.save(folder / "inventory.json")
    found = judged([str(folder / "inventory.json")], {"systems": str(MANIFEST), "framework": ()})
    return dossier_of("fraud-scoring", found)


def pages_of(dossier: Dossier) -> dict[tuple[str, str], ControlPage]:
    return {
        (part.framework, page.state.id): page
        for part in dossier.parts
        for section in part.sections
        for page in section.pages
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    return seen(calm_scan(_DENIED).inventory, tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("operation", [name for name in _OPERATIONS if name not in BULK.get(_DENIED, ())])
def test_less_data_makes_no_better_looking_dossier(operation: str, whole: Dossier, tmp_path: Path) -> None:
    less = seen(broken(calm_scan(_DENIED), Fault(operation, "deny"))[0], tmp_path)
    fail_with(f"{operation} denied: {wrong}" for wrong in better(whole, less))

    named = [one for one in less.cover.not_seen if one.operation == operation]
    assert named and less.cover.blind
    page = render(less).decode()
    first = page[: page.index("<h2>Cover</h2>")]
    assert operation in first
    assert "no call was refused" not in first


def better(whole: Dossier, less: Dossier) -> Iterator[str]:
    """Where a dossier of less says more for its system, or asks less, than the one of all."""
    before = {one.claim: one.bears for one in whole.observations}
    for one in less.observations:
        if one.bears in ("for", "against") and before.get(one.claim) != one.bears:
            yield f"{one.check} of {one.resource} bears {one.bears} and was {before.get(one.claim)}"
    yield from (f"“{text}” is no longer open" for text in set(whole.cover.open) - set(less.cover.open))
    pages = pages_of(whole)
    for place, page in pages_of(less).items():
        if more := SAYS.get(page.state.word, frozenset()) - SAYS.get(pages[place].state.word, frozenset()):
            yield f"{place} says {', '.join(more)}"
        if len(page.open) < len(pages[place].open):
            yield f"{place} has fewer open questions"
    for old, new in zip(whole.parts, less.parts, strict=True):
        if lost := {page.state.id for page in old.missing} - {page.state.id for page in new.missing}:
            yield f"{', '.join(lost)} of {old.framework} is no longer missing"
    scores = [(old.state.score, new.state.score) for old, new in zip(whole.parts, less.parts, strict=True)]
    for high, low in ((whole.state.score, less.state.score), *scores):
        if low.coverage > high.coverage or low.lower > high.lower:
            yield f"its coverage or lower bound grew: {high}, {low}"


def test_where_nothing_was_seen_every_file_says_so_first(tmp_path: Path) -> None:
    with running(_DENIED) as world:
        deny_lists(world)
        inventory = take_inventory(_DENIED, logs=(), **KNOWN_SCOPE[_DENIED])
    less = seen(inventory, tmp_path)
    assert not [one for one in less.observations if one.bears in ("for", "against")]
    for made in (render, render_record):
        page = html.unescape(made(less).decode())
        assert "Nothing was observed that could." in page
        assert "nothing was found that belongs to it" in page
        assert "Coverage 0 %" in page
        assert "no call was refused" not in page
