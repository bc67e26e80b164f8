"""What a CycloneDX document refers to and what of it is not there, or is there twice. Validators do not look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def wrong(document: Json) -> list[str]:
    """Everything that is wrong with the references of a document, as sentences."""
    count = Counter(_defined(document))
    twice = [f"{ref} is defined {number} times" for ref, number in count.items() if number > 1]
    return twice + [f"{place} refers to {ref}" for place, ref in _referred(document) if ref not in count]


def _defined(document: Json) -> Iterator[str]:
    metadata = document.get("metadata", {})
    for one in (metadata.get("component"), *document.get("components", ()), *document.get("services", ())):
        if one is not None:
            yield one["bom-ref"]


def _referred(document: Json) -> Iterator[tuple[str, str]]:
    for dependency in document.get("dependencies", ()):
        yield "a dependency", dependency["ref"]
        yield from ((f"dependsOn of {dependency['ref']}", ref) for ref in dependency.get("dependsOn", ()))
    for component in document.get("components", ()):
        parameters = component.get("modelCard", {}).get("modelParameters", {})
        yield from ((f"a data set of {component['bom-ref']}", one["ref"]) for one in parameters.get("datasets", ()))
    for composition in document.get("compositions", ()):
        yield from (("a composition", ref) for ref in composition.get("assemblies", ()))
