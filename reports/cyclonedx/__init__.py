"""A bill of materials as CycloneDX 1.6 or 1.7, in JSON: an ML-BOM.

Documents are made here and not by cyclonedx-python-lib, which leaves out model cards and data. It judges them in the
tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any, Literal

from reports.cyclonedx.components import component, service, system_component
from reports.cyclonedx.texts import Json, prop
from reports.writing import Pieces, stream, without_secrets
from scanner import __version__
from scanner.bom.bill import Bill, system_ref
from scanner.bom.minimum_elements import Standing, load_minimum

#: Versions of CycloneDX. What is written is the same in both.
Spec = Literal["1.6", "1.7"]
SPECS: tuple[Spec, ...] = ("1.6", "1.7")


def render(bill: Bill, found: Iterable[Standing], spec: Spec) -> Iterator[bytes]:
    """The document, in pieces: of a large inventory, not all of it is in memory.

    `found` is how far the bill has each of the minimum elements.
    """
    document = Pieces(
        bomFormat="CycloneDX",
        specVersion=spec,
        serialNumber=f"urn:uuid:{bill.serial}",
        version=1,
        metadata=without_secrets(_metadata(bill, found)),
        components=_components(bill),
        services=(service(bill, entry) for entry in bill.items.entries(bill.name, service=True)),
        dependencies=_dependencies(bill),
        compositions=[_composition(bill)],
    )
    yield from stream(document)
    yield b"\n"


def _metadata(bill: Bill, found: Iterable[Standing]) -> Json:
    """Who made the bill, of what, when and with what, and which minimum elements it has."""
    made: Json = {
        "timestamp": bill.taken_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "lifecycles": [{"phase": "operations"}],
        "tools": {"components": [{"type": "application", "name": "mlposture", "version": __version__}]},
    }
    if bill.manifest:
        made["manufacturer"] = {"name": bill.manifest.organisation.name}
    if bill.system:
        made["component"] = system_component(bill, bill.system)
    return {**made, "properties": [*_about(bill), *_elements(found)]}


def _about(bill: Bill) -> Iterator[Json]:
    """What the bill was made from, and what could not be read."""
    for digest in bill.inventories:
        yield prop("inventory-sha256", digest)
    for gap in bill.gaps:
        scope = " ".join(part for part in (gap.scope.provider, gap.scope.account, gap.scope.region) if part)
        closing = f"; {gap.permission} would show it" if gap.permission else ""
        yield prop("not-seen", f"{gap.kind}: {gap.operation} in {scope}: {gap.reason}{closing}")


def _elements(found: Iterable[Standing]) -> Iterator[Json]:
    """The minimum elements of an SBOM for AI, and how far each is there."""
    source = load_minimum().source
    yield prop("minimum-elements", f"{source.name}, {source.author}, {source.published}")
    for standing in found:
        why = f": {standing.why}" if standing.why else ""
        yield prop(f"minimum-element:{standing.element.id}", standing.counted + why)


def _components(bill: Bill) -> Iterator[Json]:
    if bill.system is None:
        for system in bill.systems:
            yield without_secrets(system_component(bill, system))
    for entry in bill.items.entries(bill.name, service=False):
        yield component(bill, entry)


def _dependencies(bill: Bill) -> Iterator[Json]:
    """What depends on what. Of what has no entry, nothing is known to depend on."""
    for system in bill.systems:
        ref = system_ref(system.id)
        if targets := bill.items.links(ref, bill.name):
            yield {"ref": ref, "dependsOn": list(targets)}
    for entry in bill.items.entries(bill.name):
        if entry.links:
            yield {"ref": entry.item.ref, "dependsOn": list(dict.fromkeys(link.target for link in entry.links))}


def _composition(bill: Bill) -> Json:
    """Whether the bill is whole. What was not looked for nobody knows, so that none is said to be complete."""
    made: dict[str, Any] = {"aggregate": "unknown" if bill.complete else "incomplete"}
    return {**made, "assemblies": [system_ref(bill.system.id)]} if bill.system else made
