"""Guarantees over every dossier: it says no more than was seen, and no other thing than what was judged."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import msgspec
import pytest
from dossiers import SYSTEMS, all_judged, compiled, parts
from support import fail_with

from scanner.cli.evidence_files import make
from scanner.evidence.dossier_types import Observation
from scanner.evidence.replay import replay
from scanner.evidence.sections import what_is
from scanner.frameworks import known, load
from scanner.model.claims import STATEMENT

#: What of an observation is decided by the manifest and by `[trust]`, and not by the check that is run anew.
_NOT_REPLAYED = {"excepted", "trusted"}


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
        "origins": other.origins, "trusted": True,
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
    """What frameworks, objectives and checks are called and ask, and our denials, the longest first."""
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
    return sorted(found - {""}, key=len, reverse=True)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_file_promises_anything_of_a_control(system: str) -> None:
    made = make(system, all_judged(), "auditor", signed=True)
    others = of_others()
    for path, chunks in made.files.items():
        if path in ("inventory.json", "trust.json") or "catalog-" in path or "mapping-" in path:
            continue  # what providers say, and the words of frameworks alone
        text = " ".join(said_in(path, b"".join(chunks)).split())
        for other in others:
            text = text.replace(" ".join(other.split()), "")
        fail_with(f"{path}: …{text[max(0, at.start() - 60) : at.end() + 40]}…" for at in _PROMISES.finditer(text))
