"""Bills of materials for tests: of the demo organisation, scanned once, and of inventories made by hand."""

from __future__ import annotations

import atexit
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from declaring import TODAY
from scanning import calm
from support import ROOT, registered

from reports.cyclonedx import Spec, render
from scanner.bom.bill import Bill, bill_of, read_items
from scanner.bom.minimum_elements import standings
from scanner.cli.bom_writing import read_bill
from scanner.model.registry import CLOUDS
from scanner.store.inventory import Inventory
from scanner.systems.assign import assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import Manifest, read_manifest

EXAMPLE = ROOT / "examples" / "ai-systems.yaml"
SYSTEMS = ("ticket-sentiment", "fraud-scoring", "retina-diagnosis")


@cache
def saved() -> tuple[str, ...]:
    """Saved inventories of the demo organisation, one a cloud."""
    folder = tempfile.TemporaryDirectory(prefix="mlposture-tests-")
    atexit.register(folder.cleanup)
    paths = [Path(folder.name, f"{provider}.json") for provider in CLOUDS]
    for provider, path in zip(CLOUDS, paths, strict=True):
        calm(provider)[0].save(path)
    return tuple(map(str, paths))


@cache
def demo(system: str | None = None, manifest: str = str(EXAMPLE)) -> Bill:
    """The bill of the demo organisation, or of one of its systems."""
    return read_bill(saved(), {"systems": manifest, "system": system})


def made(inventory: Inventory, manifest: Manifest | None = None, system: str | None = None) -> Bill:
    """The bill of an inventory that was made by hand."""
    collectors = registered()[1]
    graph = Graph(inventory, collectors)
    items = read_items(inventory, graph, collectors, assign(manifest, graph) if manifest else None)
    systems = {one.id: one for one in manifest.systems} if manifest else {}
    return bill_of(inventory, items, manifest, "", systems[system] if system else None)


def written(bill: Bill, spec: Spec = "1.6") -> bytes:
    return b"".join(render(bill, standings(bill), spec))


def document(bill: Bill, spec: Spec = "1.6") -> Any:
    return json.loads(written(bill, spec))


def parts(bill: Bill) -> dict[str, Any]:
    """The components and services of a bill, by their references."""
    content = document(bill)
    return {one["bom-ref"]: one for one in (*content["components"], *content["services"])}


def properties(part: Any) -> dict[str, list[str]]:
    """The values of the properties of a part, by their names without `mlposture:`."""
    found: dict[str, list[str]] = {}
    for one in part["properties"]:
        found.setdefault(one["name"].removeprefix("mlposture:"), []).append(one["value"])
    return found


def words(bill: Bill) -> dict[str, str]:
    """What is said of each minimum element, by its id."""
    return {standing.element.id: standing.counted for standing in standings(bill)}


@cache
def manifest() -> Manifest:
    return read_manifest(EXAMPLE, TODAY).manifest


def declaring(**changes: Any) -> Manifest:
    """A manifest of the first system of the example, changed."""
    [system, *_] = manifest().systems
    return msgspec.structs.replace(manifest(), systems=(msgspec.structs.replace(system, **changes),))
