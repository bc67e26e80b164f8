"""From files of events and saved inventories to one graph in its place."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from checks.lineage.client.files import check_path, documents
from reports.html.lineage_chart import svg
from scanner.cli.config import check_place, refuse_undecoded
from scanner.cli.judging import load_saved, places_of, write_to
from scanner.cli.process import say
from scanner.lineage.dataset_names import place_of
from scanner.lineage.drawing import Drawing, draw
from scanner.lineage.event_writing import lines
from scanner.lineage.events import NotAnEvent, read_event
from scanner.lineage.facets import CUT
from scanner.lineage.filling import graph_of
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Graph
from scanner.lineage.observed import observed_events
from scanner.model.errors import CallFailed, InputError
from scanner.model.exits import Exit
from scanner.model.sanitize import quote
from scanner.systems.graph import Graph as Joins

_SUFFIXES = (".ndjson", ".jsonl", ".svg")
#: What an event may be about that says what was cut off.
_DATA, _RUN = "dataset", "run"


#: Problems of files that are named one by one, and names that may have been meant.
_SHOWN = 5
#: What a saved inventory has at its beginning, and how much is looked at for it.
_INVENTORY, _HEAD = b"mlposture/inventory/", 100


class _LeftOut(Struct):
    """Why what could not be read was not: the first reasons, and how many there are."""

    shown: list[str]
    count: int = 0

    def note(self, text: str) -> None:
        self.count += 1
        if self.count <= _SHOWN:  # a file may have as many as it likes
            self.shown.append(text)


def write_lineage(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """The events, or the drawing, to its place; the exit code. Raises InputError."""
    output, inventories = options["output"], options["inventories"]
    refuse_undecoded({**options, "path": paths})
    if not paths and not inventories:
        raise InputError("lineage: nothing is named; give a file or folder of events, or --inventory")
    _note_places(paths, inventories, output)
    kept = KeptEvents()
    left_out = _LeftOut([])
    _read(paths, kept, left_out)
    cut = _observe(inventories, kept, left_out) if inventories else {_DATA: set(), _RUN: set()}
    kept.seal()
    made: Iterable[bytes] = lines(kept)
    drawing: Drawing | None = None
    if output.endswith(".svg"):
        graph = graph_of(kept)
        drawing = draw(graph, _around(graph, options["around"]))
        made = [svg(drawing)]
    write_to(None if output == "-" else output, made)
    if drawing and drawing.left_out:
        say(f"drawn: {len(drawing.spots)} nodes; left out: at least {drawing.left_out} more, see --around")
    if cut[_DATA]:
        count = len(cut[_DATA])
        say(f"cut: what led to {count} of the artifacts was followed only as far as the cloud's own lineage was asked")
    for text in sorted(cut[_RUN]):
        say(f"cut: {text}")
    for text in left_out.shown:
        say(f"left out: {text}")
    if left_out.count > len(left_out.shown):
        say(f"left out: {left_out.count - len(left_out.shown)} more")
    return Exit.INCOMPLETE if left_out.count else Exit.DONE


def _note_places(paths: tuple[str, ...], inventories: tuple[str, ...], output: str) -> None:
    """Raise InputError for what cannot be read, or written, or would be both."""
    places = places_of({"output": ()}, inventories)
    for path in paths:
        places.note(path, check_path(path), written=False)
    if output == "-":
        if sys.stdout is None:
            raise InputError("-o: standard output is closed")
        return
    if not output.endswith(_SUFFIXES):
        raise InputError(f"-o {output}: name a file that ends in {', '.join(_SUFFIXES)}")
    places.note(f"-o {output}", check_place("-o", output))


def _read(paths: tuple[str, ...], kept: KeptEvents, left_out: _LeftOut) -> None:
    """Keep the events at these paths, and note those that are none."""

    def failed(failure: CallFailed) -> None:
        left_out.note(failure.detail)

    for path in paths:
        for place, content in documents(check_path(path), failed):
            try:
                kept.add(read_event(content))
            except NotAnEvent as error:
                hint = "; a saved inventory is named with --inventory" if _INVENTORY in content[:_HEAD] else ""
                left_out.note(f"{place} is no event: {error}{hint}")


def _observe(inventories: tuple[str, ...], kept: KeptEvents, left_out: _LeftOut) -> dict[str, set[str]]:
    """Keep what inventories say as events; the data of which a cloud cut off what led there, and the runs before."""
    inventory, _, collectors = load_saved(inventories)
    cut: dict[str, set[str]] = {_DATA: set(), _RUN: set()}
    for event in observed_events(inventory, Joins(inventory, collectors)):
        try:
            kept.add(read_event(event))
        except NotAnEvent as error:  # whoever makes a resource may call it by nothing
            left_out.note(f"the inventory: something in it makes no event: {error}")
            continue
        for what in (_DATA, _RUN):
            found = event.get(what, {}).get("facets", {}).get(CUT)
            if found and what == _DATA:
                cut[what].add(f"{event[what]['namespace']}/{event[what]['name']}")
            elif found:
                cut[what].add(f"of {found['source']} only the latest {found['depth']} events were read")
    return cut


def _around(graph: Graph, names: tuple[str, ...]) -> list[int]:
    """The nodes of these names. Raises InputError for a name that nothing has."""
    found: list[int] = []
    for name in names:
        some = [node.number for node in graph.nodes() if name in (node.label, node.key)]
        some += [] if some or (at := graph.find(place_of(name))) is None else [at]
        if not some:
            raise InputError(f"--around {name}: no data set, job, model or endpoint is called so{_meant(graph, name)}")
        found += some
    return found


def _meant(graph: Graph, name: str) -> str:
    """The first names that hold this one, as a sentence goes on."""
    found = sorted({node.label for node in graph.nodes() if name.lower() in node.label.lower()})
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"; there are {', '.join(map(quote, found[:_SHOWN]))}{more}" if found else ""
