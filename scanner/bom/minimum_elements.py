"""The minimum elements of an SBOM for AI, as elements.yaml has them, and how far a bill has each.

An element that is there is `present` where it was observed, `partial` where some of what it is about has it, and
`declared` where it is there because the manifest says so. Otherwise it is `missing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from scanner.bom.bill import Bill
from scanner.bom.kept_items import Entry
from scanner.bom.leaves import NOT_SET
from scanner.model.yaml_text import parse
from scanner.systems.manifest import Manifest, System

Word = Literal["present", "partial", "declared", "missing"]
Of = Literal["document", "system", "model", "dataset", "item"]


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the list is from, and how it was read."""

    name: str
    author: str
    publisher: str
    published: date
    read: str


class Element(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One minimum element. `missing` is what there is to say where a bill has it not."""

    id: str
    name: str
    about: str
    place: str
    of: Of | None = None
    declared: bool = False
    missing: str = ""


class Cluster(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Elements about the same."""

    name: str
    of: Of
    elements: tuple[Element, ...]


class Minimum(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them."""

    source: Source
    clusters: tuple[Cluster, ...]


class Standing(NamedTuple):
    """How far a bill has an element: how many items, systems, models or data sets have it, and of how many.

    Where it is about the document or any item, `of` is 0.
    """

    cluster: str
    element: Element
    word: Word
    have: int
    of: int
    about: Of

    @property
    def counted(self) -> str:
        """The word, with how many have it where that is to be counted."""
        if self.about == "document" or (self.about == "item" and not self.have):
            return self.word
        most = self.of or self.have
        said = f"{self.have} of {self.of}" if self.about != "item" else str(self.have)
        return f"{self.word}, {said} {self.about}{'' if most == 1 else 's'}"

    @property
    def why(self) -> str:
        """What there is to say where it is missing, or not everywhere."""
        if self.word not in ("missing", "partial"):
            return ""
        if self.of or self.about in ("document", "item"):
            return self.element.missing
        return "no system is declared" if self.about == "system" else f"the bill has no {self.about}"


@cache
def load_minimum() -> Minimum:
    """What elements.yaml says."""
    document = parse(Path(__file__).with_name("elements.yaml").read_bytes(), "it is shipped with elements")
    return msgspec.convert(document.value, Minimum)


def standings(bill: Bill) -> tuple[Standing, ...]:
    """How far a bill has each element, in the order of the list."""
    have, of = Counter(_of_document(bill)), Counter(dict[Of, int]())
    of["system"] = len(bill.systems)
    for system in bill.systems:
        have.update(_of_system(bill, system))
    for entry in bill.items.entries(bill.name):
        if entry.links:
            have["sbom-dependency-relationship"] = 1
        if entry.item.role in ("model", "dataset"):
            of[entry.item.role] += 1
        have.update(_of_item(bill, entry))
    return tuple(
        _standing(cluster, element, have[element.id], of)
        for cluster in load_minimum().clusters
        for element in cluster.elements
    )


def _standing(cluster: Cluster, element: Element, have: int, all_of: Mapping[Of, int]) -> Standing:
    about = element.of or cluster.of
    of = all_of.get(about, 0)
    if not have:
        word: Word = "missing"
    elif element.declared:
        word = "declared"
    else:
        word = "partial" if have < of else "present"
    return Standing(cluster.name, element, word, have, of, about)


def _of_document(bill: Bill) -> Iterator[str]:
    """The elements that every bill has, or not."""
    yield from ("sbom-version", "sbom-data-format-name", "sbom-data-format-version", "sbom-tool-name")
    yield from ("sbom-tool-version", "sbom-generation-context", "sbom-timestamp")
    if bill.manifest:
        yield "sbom-author"


def _of_system(bill: Bill, system: System) -> Iterator[str]:
    """The elements that there are of a declared system."""
    yield from ("system-name", "intended-application-area")
    if bill.items.count(system.id):
        yield "system-components"
    if bill.manifest and is_provider(bill.manifest, system):
        yield "system-producer"
    if system.classification.data_sensitivity and bill.items.count(system.id, "service"):
        yield "system-data-flow"
    if bill.items.has_fact(system.id, "data-use"):
        yield "system-data-usage"
    if system.frameworks:
        yield "security-compliance"
    if system.expectations.thresholds:
        yield "operational-performance-kpis"


def is_provider(manifest: Manifest, system: System) -> bool:
    """Whether the organisation made a system, and did not only put it to use."""
    return "provider" in (system.classification.roles or manifest.organisation.default_roles)


def _of_item(bill: Bill, entry: Entry) -> Iterator[str]:
    """The elements that there are of an item."""
    item = entry.item
    groups = {fact.group for fact in item.facts}
    if item.role in ("image", "platform"):
        yield "infrastructure-software"
    if "hardware" in groups:
        yield "infrastructure-hardware"
    if any(fact.group == "control" and fact.value != NOT_SET for fact in item.facts):
        yield "security-controls"
    if item.role == "model":
        yield from _of_model(bill, entry)
    elif item.role == "dataset":
        yield from ("dataset-name", "dataset-identifier", "dataset-dependency-relationship")
        if sensitivities(bill, entry):
            yield "dataset-sensitivity"


def _of_model(bill: Bill, entry: Entry) -> Iterator[str]:
    item = entry.item
    yield from ("model-name", "model-identifier")
    if item.version:
        yield "model-version"
    if item.created:
        yield "model-timestamp"
    if item.producer:
        yield "model-producer"
    if item.url:
        yield "model-external-references"
    if bill.items.trained_on(item.ref, bill.name):
        yield "model-training-properties"


def sensitivities(bill: Bill, entry: Entry) -> tuple[str, ...]:
    """What is declared of the data of the systems that have an item, each once."""
    found = (system.classification.data_sensitivity for system in bill.systems if system.id in entry.systems)
    return tuple(sorted({one for one in found if one}))
