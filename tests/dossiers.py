"""Dossiers of the demo organisation for tests: inventories taken once, written by the real command."""

from __future__ import annotations

import atexit
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from commandline import mlposture
from scanning import QUICK, running, take_inventory
from support import ROOT, all_kinds, registered
from worlds.base import World

from scanner.cli.evidence_building import Judged, dossier_of, judged
from scanner.evidence.dossier_types import Dossier, Observation
from scanner.model.registry import CLOUDS

MANIFEST = ROOT / "examples" / "ai-systems.yaml"
SYSTEMS = ("ticket-sentiment", "fraud-scoring", "retina-diagnosis")
CLOUD = dict(zip(SYSTEMS, CLOUDS, strict=True))
#: One framework makes a smaller dossier.
SOC2 = ("--framework", "soc2")
KEEPING = msgspec.structs.replace(QUICK, keep_replies=True)


@cache
def folder() -> Path:
    """Where what is made once is kept while the tests run."""
    made = tempfile.TemporaryDirectory(prefix="mlposture-tests-")
    atexit.register(made.cleanup)
    return Path(made.name)


@cache
def inventory(provider: str, *, keeping: bool = True) -> str:
    """A saved inventory of the demo organisation in one cloud."""
    path = folder() / f"{provider}-{keeping}.json"
    with running(provider):
        take_inventory(provider, manners=KEEPING if keeping else QUICK).save(path)
    return str(path)


def saved_after(path: Path, provider: str, prepare: Callable[[World], object], **settings: Any) -> str:
    """The same after something was broken, saved to a path."""
    with running(provider) as world:
        prepare(world)
        take_inventory(provider, manners=KEEPING, **settings).save(path)
    return str(path)


@cache
def all_judged() -> Judged:
    """The whole demo organisation, judged."""
    return judged([inventory(name) for name in CLOUDS], {"systems": str(MANIFEST), "framework": ()})


@cache
def compiled(system: str) -> Dossier:
    return dossier_of(system, all_judged())


def parts() -> tuple[Any, Any]:
    """All checks by id, and kinds by name."""
    return registered()[0], all_kinds()


def build(target: Path, system: str, *options: str, inventories: tuple[str, ...] | None = None) -> str:
    """Write a dossier by the command; what it said on standard error, but for the manifest's own warning."""
    given = inventories if inventories is not None else (inventory(CLOUD[system]),)
    done = mlposture(
        "evidence", system, "--systems", str(MANIFEST), *(word for path in given for word in ("--inventory", path)),
        "-o", str(target), *options,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return "".join(line for line in done.stderr.splitlines(keepends=True) if "Risk management file" not in line)


def read(target: Path, name: str = "dossier.json") -> Any:
    return json.loads((target / name).read_text())


def files(target: Path) -> dict[str, bytes]:
    """All files of a folder by their path there."""
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


@cache
def soc2_dossier() -> Path:
    """The dossier of the fraud service by SOC 2, which no test changes."""
    target = folder() / "fraud"
    build(target, "fraud-scoring", *SOC2)
    return target


def observations(target: Path) -> tuple[Observation, ...]:
    """What a dossier says that was observed."""
    return msgspec.convert(read(target)["observations"], tuple[Observation, ...])


def endpoints(value: Any) -> list[Any]:
    """The endpoints of a world, wherever they are."""
    found: list[Any] = []
    todo = [value]
    for each in todo:  # grows while it is gone through
        if isinstance(each, dict):
            found += [one for one in each.get("endpoints", ()) if isinstance(one, dict)]
            todo += each.values()
        elif isinstance(each, list):
            todo += each
    return found
