"""From saved inventories to a bill of materials in its place."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner.cli.config import check_place, refuse_undecoded
from scanner.cli.declared import DEFAULT, Declared, read_systems, with_room
from scanner.cli.judging import load_saved, places_of, write_to
from scanner.cli.process import say
from scanner.model.errors import InputError

if TYPE_CHECKING:
    from scanner.bom.bill import Bill
    from scanner.bom.minimum_elements import Standing
    from scanner.systems.manifest import System


def write_bom(inventories: tuple[str, ...], options: Mapping[str, Any]) -> None:
    """The bill of the inventories, or what it has of the minimum elements, to its place. Raises InputError."""
    output, elements = options["output"], options["elements"]
    refuse_undecoded({**options, "inventory": inventories})
    places = places_of(options, inventories)
    if output != "-":
        places.note(f"-o {output}", check_place("-o", output))
    elif sys.stdout is None:
        raise InputError("-o: standard output is closed")
    if elements and output != "-" and not output.endswith(".md"):
        raise InputError(f"-o {output}: --elements writes Markdown; name a file that ends in .md")
    from scanner.bom.minimum_elements import standings

    bill = read_bill(inventories, options)
    found = standings(bill)
    made = _table(bill, found, output) if elements else _document(bill, found, options["spec"])
    write_to(None if output == "-" else output, made)
    if output != "-" and not elements:
        say(f"{output}: {_counted(bill, found)}")


def read_bill(inventories: tuple[str, ...], options: Mapping[str, Any]) -> "Bill":
    """The bill of saved inventories. Raises InputError."""
    from scanner.bom.bill import bill_of, read_items
    from scanner.systems.assign import assign
    from scanner.systems.graph import Graph

    inventory, _, collectors = load_saved(inventories)
    # What a manifest allows until a day counts as of the scan: the same inventory gives the same bill on any day.
    declared = read_systems({**options, "as_of": inventory.taken_at.date().isoformat()})
    system = _system(options["system"], declared)
    graph = with_room(inventory, lambda folder: Graph(inventory, collectors, folder))
    assigned = assign(declared.manifest, graph) if declared else None
    items = with_room(inventory, lambda folder: read_items(inventory, graph, collectors, assigned, folder))
    manifest, sha256 = (declared.manifest, declared.sha256) if declared else (None, "")
    return bill_of(inventory, items, manifest, sha256, system)


def _system(name: str | None, declared: Declared | None) -> "System | None":
    """The declared system of this id. Raises InputError where there is none."""
    if name is None:
        return None
    if declared is None:
        raise InputError(f"--system {name}: there is no ./{DEFAULT}; name a manifest with --systems")
    systems = {system.id: system for system in declared.manifest.systems}
    if name not in systems:
        raise InputError(f"{declared.path} declares no system {name!r}; it declares {', '.join(systems)}")
    return systems[name]


def _document(bill: "Bill", found: "Sequence[Standing]", spec: Any) -> Iterator[bytes]:
    from reports.cyclonedx import render

    return render(bill, found, spec)


def _table(bill: "Bill", found: "Sequence[Standing]", output: str) -> list[bytes]:
    """Which minimum elements there are, for a terminal or as Markdown."""
    from reports.minimum_elements_text import as_markdown, as_text

    return [(as_text if output == "-" else as_markdown)(bill.name, found).encode()]


def _counted(bill: "Bill", found: "Sequence[Standing]") -> str:
    """What was written, in a line."""
    words = Counter(standing.word for standing in found)
    said = ", ".join(f"{words[word]} {word}" for word in ("present", "partial", "declared", "missing"))
    return f"{bill.items.count(bill.name)} items; minimum elements of an SBOM for AI: {said} (--elements lists them)"
