"""From saved inventories and a manifest to what people take to an auditor or a board. No cloud is asked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.cli.declared import DEFAULT, manifest_path, ownership
from scanner.cli.judging import catalogue, judge, load_saved, read_files
from scanner.model.collectors import COLLECTORS
from scanner.model.errors import InputError
from scanner.model.sanitize import redact

if TYPE_CHECKING:
    from scanner.evidence.dossier_types import Dossier
    from scanner.frameworks import Catalogue
    from scanner.model.reported import Report
    from scanner.model.trust import Entry
    from scanner.store.inventory import Inventory
    from scanner.systems.ownership import Ownership


class Judged(msgspec.Struct, frozen=True):
    """Saved inventories as one, judged with all verdicts, and what the manifest says of them.

    `trust` are the entries of `[trust]` that verdicts may rest on. `answers` is the file that answers about the risk of
    a system are read from, by default that where triage keeps them. `gates` are files with results of the gate.
    `history` are the options that name a history, and days of it.
    """

    inventory: "Inventory"
    report: "Report"
    owners: "Ownership"
    catalogue: "Catalogue"
    manifest_sha256: str
    trust: "tuple[Entry, ...]" = ()
    answers: str | None = None
    gates: tuple[str, ...] = ()
    history: Mapping[str, Any] = {}


def judged(paths: Sequence[str], options: Mapping[str, Any]) -> Judged:
    """Load saved inventories and judge them by all checks. Raises InputError.

    `options` are those of `evaluate` that matter here: systems, framework, framework_file, trust, suppressions, as_of.
    Without `framework` all frameworks are shown that a declared system names, and the headline ones.
    """
    from scanner.evaluate.unasked import note_unasked

    if manifest_path(options) is None:
        raise InputError(
            f"there is no ./{DEFAULT}; name a manifest with --systems, or draft one: mlposture systems init"
        )
    options = read_files({"check": (), "skip_check": (), **options, "verdicts": "all"})
    # What is written of a dossier is without credentials, and its claims are to be the same from there.
    trust = tuple(msgspec.structs.replace(entry, reason=redact(entry.reason)) for entry in options["trust"])
    inventory, checks, collectors = load_saved(paths)
    note_unasked(inventory, checks, collectors)
    owners = ownership(inventory, options)
    assert owners is not None  # noqa: S101 - there is a manifest
    report = judge(inventory, tuple(checks), {**options, "trust": trust}, inventory.taken_at, owners)
    sha256 = options["systems"].sha256
    gates = tuple(options.get("gate") or ())
    history = {name: options.get(name) for name in ("store", "from_day", "to_day")}
    return Judged(inventory, report, owners, catalogue(options), sha256, trust, options.get("answers"), gates, history)


def dossier_of(name: str, found: Judged) -> "Dossier":
    """The dossier of one system. Raises InputError if the manifest declares none of this id."""
    from scanner.cli.evidence_fallbacks import fallbacks_of
    from scanner.cli.evidence_gates import gates_of
    from scanner.cli.evidence_history import with_history
    from scanner.cli.evidence_lineage import lineage_of
    from scanner.cli.evidence_served import served_of
    from scanner.cli.triage_commands import recorded_answers
    from scanner.evidence.compiling import compile_dossier

    systems = {system.id: system for system in found.owners.manifest.systems}
    if name not in systems:
        raise InputError(f"{found.owners.path} declares no system {name!r}; it declares {', '.join(systems)}")
    system = systems[name]
    state = next(state for state in found.report.assessment if state.id == name)
    made = compile_dossier(
        system,
        found.report,
        state,
        found.owners,
        found.inventory,
        found.catalogue,
        found.manifest_sha256,
        recorded_answers(found.answers, name, datetime.now(UTC).date()),
        gates_of(system, found.owners.path, found.gates, partial(served_of, name, found.inventory, found.owners)),
        partial(lineage_of, inventory=found.inventory, collectors=COLLECTORS),
        fallbacks_of(system, found.inventory, found.owners),
    )
    return with_history(made, state, found.owners, found.history)
