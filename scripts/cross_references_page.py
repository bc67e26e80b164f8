"""The page that compares our mappings to ATLAS, OWASP's risks and CWE with what these publish about each other.

An objective that addresses a technique agrees with ATLAS where ATLAS uses a mitigation that the objective stands for
against that technique. A reference of OWASP agrees where some objective addresses both ends of it. Whatever differs has
a reason in cross_references.yaml, unless ATLAS has no mitigation at all to compare with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scanner.frameworks import Catalogue
from scripts.markdown import table

PUBLISHED = Path(__file__).with_name("cross_references.yaml")
_INTRO = """# Cross references

ATLAS says which mitigation it uses against which technique, and OWASP's texts refer to techniques of ATLAS and
weaknesses of CWE. This page compares our mappings with both. Neither side is taken for right: where they differ, it
says why.
[The file](../../scripts/cross_references.yaml) has what was published, as ids, with source and version."""
_ATLAS = """## Objectives and ATLAS

*Agrees*: techniques that the objective addresses, and ATLAS answers by a mitigation that the objective stands for.
*Nothing to compare*: ATLAS answers these by no mitigation. *Differs*: ATLAS answers these by mitigations of other
objectives alone; the reasons are below. The other way round, ATLAS uses these mitigations against more techniques: an
objective addresses those that its checks could bear on."""


def cross_references_page(catalogue: Catalogue, published: dict[str, Any] | None = None) -> str:
    """The page. Raises SystemExit for a difference without a reason, and for a reason without a difference."""
    found = published or yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    techniques = [_techniques(name, catalogue, found["mitigations"]) for name in catalogue.objectives]
    differing = [(row[0], technique) for row in techniques for technique in row[3]]
    why = _reasons(found["techniques_differ"], ("objective", "technique"), differing)
    pairs = [(risk, id) for risk, ids in found["risks"].items() for id in ids]
    shared = {pair: _shared(*pair, catalogue) for pair in pairs}
    apart = [pair for pair in pairs if not shared[pair]]
    reasons = _reasons(found["risks_differ"], ("risk", "reference"), apart)
    compared = ("Objective", "Agrees", "Nothing to compare", "Differs")
    return "\n\n".join(
        [
            _INTRO,
            _ATLAS,
            table(compared, ((row[0], *map(", ".join, row[1:])) for row in techniques if any(row[1:]))),
            table(("Objective", "Technique", "Why we say so"), ((*pair, why[pair]) for pair in differing)),
            "## References of OWASP Top 10 for LLM Applications",
            table(
                ("Risk", "Refers to", "Objectives that address both, or why none does"),
                ((*pair, ", ".join(shared[pair]) or reasons[pair]) for pair in pairs),
            ),
        ]
    )


def _techniques(
    name: str, catalogue: Catalogue, mitigations: dict[str, list[str]]
) -> tuple[str, list[str], list[str], list[str]]:
    """An objective, and the techniques that it addresses: as ATLAS has it, with nothing to compare, differing."""
    edges = [edge for edge in catalogue.controls_for(name) if edge.framework == "mitre-atlas"]
    own = {technique for edge in edges for technique in mitigations.get(edge.control, ())}
    answered = {technique for techniques in mitigations.values() for technique in techniques}
    parts: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.relationship == "addresses":
            kind = "agrees" if edge.control in own else "differs" if edge.control in answered else "nothing"
            parts[kind].append(edge.control)
    return name, parts["agrees"], parts["nothing"], parts["differs"]


def _shared(risk: str, reference: str, catalogue: Catalogue) -> list[str]:
    """The objectives that address both ends of a reference."""
    return [name for name in catalogue.objectives if {risk, reference} <= {*_addressed(name, catalogue)}]


def _addressed(name: str, catalogue: Catalogue) -> Iterator[str]:
    return (edge.control for edge in catalogue.controls_for(name) if edge.relationship == "addresses")


def _reasons(given: list[dict[str, str]], keys: tuple[str, str], wanted: list[tuple[str, str]]) -> dict[Any, str]:
    reasons = {(entry[keys[0]], entry[keys[1]]): entry["reason"] for entry in given}
    for pair in sorted({*wanted} ^ reasons.keys()):
        problem = "differs and has no reason" if pair in wanted else "has a reason and does not differ"
        raise SystemExit(f"{PUBLISHED.name}: {' and '.join(pair)}: {problem}; correct the file, or the mapping")
    return reasons
