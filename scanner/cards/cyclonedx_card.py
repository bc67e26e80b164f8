"""The model card of a component of a CycloneDX bill of materials, with what the component says of itself.

Source: `modelCard` and `component` of the JSON schema of CycloneDX 1.6.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import unquote

import msgspec

from scanner.cards.card import Card, Entries, Measure, below, listed, name, names, number
from scanner.cards.digests import artifact_digests, digest, image_digests, sha256_in

#: Members of the component, and the items that they speak of.
_MEMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("supplier", ("MC-1.1",)),
    ("manufacturer", ("MC-1.1",)),
    ("authors", ("MC-1.1",)),
    ("author", ("MC-1.1",)),
    ("version", ("MC-1.3",)),
    ("licenses", ("MC-1.8",)),
    ("supplier.contact", ("MC-1.9",)),
    ("modelCard.modelParameters.task", ("MC-1.4",)),
    ("modelCard.modelParameters.architectureFamily", ("MC-1.4",)),
    ("modelCard.modelParameters.modelArchitecture", ("MC-1.4",)),
    ("modelCard.modelParameters.approach", ("MC-1.5",)),
    ("modelCard.modelParameters.datasets", ("MC-6.1",)),
    ("modelCard.considerations.useCases", ("MC-2.1",)),
    ("modelCard.considerations.users", ("MC-2.2",)),
    ("modelCard.considerations.fairnessAssessments", ("MC-3.1",)),
    ("modelCard.considerations.technicalLimitations", ("MC-9.1",)),
    ("modelCard.considerations.performanceTradeoffs", ("MC-9.1",)),
)


def read_cyclonedx(content: str, ref: str = "") -> Card:
    """The card of a component of a bill: the one of this reference, or the first model that has one."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return Card(format="cyclonedx", problem="it is no JSON")
    for component in _components(document):
        if below(component, "bom-ref") == ref if ref else isinstance(below(component, "modelCard"), dict):
            return _card(component)
    return Card(format="cyclonedx", problem="it has no component with a model card")


def _components(document: Any) -> Iterator[Any]:
    """Components, and those within them."""
    waiting = [below(document, "metadata", "component"), *listed(below(document, "components"))]
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting += listed(below(one, "components"))


def _card(component: Any) -> Card:
    found = Entries()
    for path, items in _MEMBERS:
        found.note(items, below(component, *path.split(".")), path)
    considerations = below(component, "modelCard", "considerations")
    ethical = listed(below(considerations, "ethicalConsiderations"))
    where = "modelCard.considerations.ethicalConsiderations"
    found.note(("MC-8.4",), [below(one, "name") for one in ethical], where)
    found.note(("MC-8.3",), [below(one, "mitigationStrategy") for one in ethical], where)
    measured = listed(below(component, "modelCard", "quantitativeAnalysis", "performanceMetrics"))
    measures = tuple(_measures(measured))
    where = "modelCard.quantitativeAnalysis.performanceMetrics"
    found.measures(measures, where)
    found.note(("MC-7.1",), [below(one, "slice") for one in measured], where)
    found.note(("MC-4.3",), [below(one, "confidenceInterval") for one in measured], where)
    properties = list(_properties(component))
    for one in properties:
        found.by_names(one, "modelCard.properties")
    references = listed(below(component, "externalReferences"))
    version = below(component, "version")
    return Card(
        format="cyclonedx",
        entries=found.made(),
        models=names(below(component, "name"), below(component, "bom-ref"), below(component, "purl")),
        version=name(version) if isinstance(version, str) else None,
        artifacts=names(*(below(one, "url") for one in references if below(one, "type") == "distribution")),
        digests=tuple(dict.fromkeys(chain(_hashes(component), *map(artifact_digests, properties)))),
        image_digests=tuple(dict.fromkeys(chain(_images(component), *map(image_digests, properties)))),
        training_data=names(*_datasets(component)),
        measures=measures,
    )


def _measures(measured: list[Any]) -> Iterator[Measure]:
    for one in measured:
        if found := names(below(one, "type")):
            text = below(one, "value")
            yield Measure(name=found[0], value=_number(text) if isinstance(text, str) else number(text))


def _number(text: str) -> float | None:
    try:
        return number(float(text))
    except ValueError:
        return None


def _properties(component: Any) -> Iterator[dict[str, Any]]:
    """Those of its card, by their names: one may be there several times."""
    for one in listed(below(component, "modelCard", "properties")):
        yield {str(below(one, "name")).removeprefix("mlposture:"): below(one, "value")}


def _hashes(component: Any) -> Iterator[str]:
    for one in listed(below(component, "hashes")):
        algorithm, content = below(one, "alg"), below(one, "content")
        if isinstance(algorithm, str) and isinstance(content, str) and (made := digest(algorithm, content)):
            yield made


def _images(component: Any) -> Iterator[str]:
    """Images that the model is delivered in, by the digest that their package URL or their version is."""
    for one in listed(below(component, "components")):
        if below(one, "type") == "container":
            named = (below(one, "purl"), below(one, "version"))
            yield from sha256_in(*(unquote(text) for text in named if isinstance(text, str)))


def _datasets(component: Any) -> Iterator[Any]:
    for one in listed(below(component, "modelCard", "modelParameters", "datasets")):
        yield below(one, "ref")
        yield below(one, "name")
        yield below(one, "contents", "url")
