"""What people declared, as a command is told of it: the manifest of AI systems, and the day that duties go by."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from scanner.model.checks import CHECKS
from scanner.model.collectors import COLLECTORS
from scanner.model.errors import InputError, NotKept
from scanner.model.selection import without_systems
from scanner.objects.transfer import reading

if TYPE_CHECKING:
    from scanner.frameworks import Catalogue
    from scanner.model.reported import Report
    from scanner.store.inventory import Inventory
    from scanner.systems.manifest import Manifest
    from scanner.systems.ownership import Ownership

log = logging.getLogger("mlposture")

T = TypeVar("T")

#: The manifest that is used where none is named, and the word for using none.
DEFAULT, NONE = "ai-systems.yaml", "none"
#: Warnings about a manifest that a scan gives: of hundreds of systems, each may have one.
_MOST = 10


class Declared(msgspec.Struct, frozen=True):
    """A manifest, where it was read, and the digest of the file."""

    path: str
    manifest: "Manifest"
    sha256: str


def manifest_path(options: Mapping[str, Any]) -> str | None:
    """Where the manifest is read: what `--systems` names, else ./ai-systems.yaml if there is one."""
    return named_or_found(options, "systems", DEFAULT)


def named_or_found(options: Mapping[str, Any], name: str, default: str) -> str | None:
    """The file that an option names, else the default one if it is in the working folder; `none` leaves it out."""
    given = options.get(name)
    if given is None:
        return default if Path(default).is_file() else None
    return None if given == NONE or not isinstance(given, str) else given or default


def read_systems(options: Mapping[str, Any]) -> Declared | None:
    """The manifest that is to be read, if there is one. The user's frameworks have been. Raises InputError."""
    name = manifest_path(options)
    if name is None:
        return None
    from scanner.systems.manifest import read_manifest

    with reading(name) as path:
        manifest, warnings = read_manifest(
            path, as_of(options, datetime.now(UTC)), name, lapse=True, own=options.get("framework_file") or ()
        )
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    for warning in warnings[:_MOST]:
        log.warning("%s", warning)
    if len(warnings) > _MOST:
        log.warning("%s: %d more to know; `mlposture systems check` lists all", name, len(warnings) - _MOST)
    return Declared(name, manifest, sha256)


def tagged(options: Mapping[str, Any]) -> frozenset[str]:
    """The providers of which a declared system selects by tags."""
    declared = options.get("systems")
    if not isinstance(declared, Declared):
        return frozenset()
    from scanner.systems.tags import providers_by_tags

    return providers_by_tags(declared.manifest)


def named(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the logs and pipelines that declared systems name."""
    declared = options.get("systems")
    if not isinstance(declared, Declared):
        return ()
    from scanner.systems.own_logs import named as of

    return of(declared.manifest)


def recall(kept: Any) -> Declared | None:
    """What `read_systems` gave, as the journal of a scan has it."""
    if kept is None:
        return None
    from scanner.systems.manifest import Manifest

    return Declared(kept["path"], msgspec.convert(kept["manifest"], Manifest), kept["sha256"])


def as_of(options: Mapping[str, Any], otherwise: datetime) -> date:
    """The day that `--as-of` names, else that of the scan. Raises InputError."""
    given = options.get("as_of")
    if given is None:
        return otherwise.astimezone(UTC).date()
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InputError(f"--as-of {given}: give a day as year, month and day, such as 2027-12-02") from error


def ownership(inventory: "Inventory", options: Mapping[str, Any]) -> "Ownership | None":
    """What the manifest says of an inventory, if there is one."""
    declared = options.get("systems")
    if not isinstance(declared, Declared):
        return None
    from scanner.systems.graph import Graph
    from scanner.systems.ownership import Ownership

    graph = with_room(inventory, lambda folder: Graph(inventory, COLLECTORS, folder))
    return Ownership(declared.manifest, declared.path, graph)


def with_room(inventory: "Inventory", make: Callable[[Path | None], T]) -> T:
    """What is made with a file in a folder: that for temporary files, or, where it is full, that of the journal."""
    try:
        return make(None)
    except NotKept as problem:
        if inventory.store.path is None:
            raise
        folder = inventory.store.path.parent
        log.warning("%s; using %s", problem, folder)
        return make(folder)


def assess(
    built: "Report",
    catalogue: "Catalogue",
    options: Mapping[str, Any],
    owners: "Ownership | None",
    accounts: Iterable[tuple[str, str]],
) -> "Report":
    """The report, of a scan that knew these accounts, with what it says of AI systems and controls."""
    from scanner.evaluate.unasked import asked_kinds
    from scanner.evaluate.unclaimed import UNCLAIMED
    from scanner.evidence.assess import Assessed, counted

    asked = {scope.provider for scope in built.scopes}
    known = tuple(check for _, check in sorted(CHECKS.items()) if check.providers <= asked)
    if owners:
        known = (*known, UNCLAIMED)
    else:  # a check that there is not leaves no control open
        read = asked_kinds(((one.kind, one.scope) for one in built.listings), built.gaps)
        known = without_systems(known, COLLECTORS, read)
    day = as_of(options, built.started_at)
    said = Assessed(counted(built, accounts), known, catalogue, tuple(catalogue.frameworks), day, owners)
    return msgspec.structs.replace(built, assessment=said)


def named_frameworks(options: Mapping[str, Any], otherwise: Sequence[str]) -> tuple[str, ...]:
    """What reports show where no option says it: those, and those that a declared system names."""
    from scanner.frameworks import known

    declared = options.get("systems")
    systems = declared.manifest.systems if isinstance(declared, Declared) else ()
    named = (name for system in systems for name in system.frameworks)
    return tuple(dict.fromkeys((*otherwise, *(name for name in named if name in known()))))


def too_little(report: "Report", least: float | None) -> str:
    """Why what was judged is less than `--min-coverage` asks for; empty if it is not."""
    if least is None:
        return ""
    of_systems = ((f"AI system {one.id}", one.score) for one in report.assessment if one.id and one.asked)
    scores = [("all", report.score), *of_systems]
    short = [f"{name} {score.coverage} %" for name, score in scores if score.coverage < least]
    more = f" and {len(short) - 3} more" if len(short) > 3 else ""
    return f"--min-coverage {least:g}: less was judged ({', '.join(short[:3])}{more})" if short else ""
