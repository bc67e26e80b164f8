"""Manifests of AI systems for tests: one that is valid, changed at will."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from scanning import calm
from support import registered

from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph
from scanner.systems.manifest import (
    Classification,
    EuAiAct,
    Include,
    Loaded,
    Manifest,
    ManifestError,
    Organisation,
    Owner,
    Purpose,
    Selectors,
    System,
    read_manifest,
)
from scanner.systems.names import Key

TODAY = date(2026, 11, 22)
VALID = """\
schema: ai-systems/1
organisation: {name: Northwind Example}
systems:
- id: sentiment
  name: Ticket sentiment
  status: production
  stage: limited
  owner: {team: support, contact: ml@northwind.example}
  purpose: {intended: Rank tickets}
  classification:
    eu_ai_act: {tier: minimal, rationale: Text alone, decided_by: dpo, decided_on: 2026-09-01, review_by: 2027-09-01}
  frameworks: [nist-ai-rmf-1.0]
  selectors:
    include:
    - {provider: aws, accounts: ["111122223333"]}
"""


def with_lines(**changes: str) -> str:
    """The valid manifest with other lines: `stage="stage: pilot"` for the one that begins with `stage:`."""
    lines = VALID.splitlines()
    for name, text in changes.items():
        [number] = [at for at, line in enumerate(lines) if line.strip().startswith(f"{name}:")]
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines[number] = textwrap.indent(text, indent)
    return "\n".join(lines) + "\n"


def read(text: str | bytes, folder: Path, today: date = TODAY) -> Loaded:
    """A manifest of this text."""
    path = folder / "ai-systems.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_manifest(path, today, "ai-systems.yaml")


def problems(text: str | bytes, folder: Path, today: date = TODAY) -> list[str]:
    """What is wrong with a manifest of this text: each line without the name of the file."""
    try:
        read(text, folder, today)
    except ManifestError as error:
        return [line.removeprefix("ai-systems.yaml:") for line in error.lines]
    return []


def declared(**selectors: Selectors) -> Manifest:
    """A manifest of systems of which only the selectors matter."""
    act = EuAiAct(tier="unclassified")
    systems = tuple(
        System(
            id=name.replace("_", "-"),
            name=name,
            status="production",
            owner=Owner(team="ml", contact="ml@northwind.example"),
            purpose=Purpose(intended="A test"),
            classification=Classification(eu_ai_act=act),
            selectors=chosen,
        )
        for name, chosen in selectors.items()
    )
    return Manifest(schema="ai-systems/1", organisation=Organisation(name="Northwind Example"), systems=systems)


def selecting(*includes: Include, **more: Any) -> Selectors:
    """Selectors that include these."""
    return Selectors(include=includes, **more)


@cache
def demo_graph(*providers: str) -> Graph:
    """The joins of the demo organisation in these clouds."""
    merged = Inventory(calm(providers[0])[0].taken_at)
    for provider in providers:
        seen = calm(provider)[0]
        for collector in registered()[1].values():
            merged.store.put(seen.of(collector.kind))
    return Graph(merged, registered()[1])


def names(claimed: Iterable[Key], kind: str) -> set[str]:
    """The last parts of the ids of one kind, given without the provider."""
    return {re.split("[/:]", key.id)[-1] for key in claimed if key.kind.partition(".")[2] == kind}
