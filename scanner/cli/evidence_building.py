"""From saved inventories and a manifest to what people take to an auditor or a board. No cloud is asked."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.cli.declared import DEFAULT, assess, manifest_path, ownership
from scanner.cli.judging import load_saved, read_files
from scanner.model.errors import InputError
from scanner.model.sanitize import redact
from scanner.objects.transfer import reading

if TYPE_CHECKING:
    from scanner.evidence.dossier import Dossier
    from scanner.frameworks import Catalogue
    from scanner.model.nouns import Report
    from scanner.model.trust import Entry
    from scanner.store.inventory import Inventory
    from scanner.systems.ownership import Ownership


class Judged(msgspec.Struct, frozen=True):
    """Saved inventories as one, judged with all verdicts, and what the manifest says of them.

    `trust` are the entries of `[trust]` that verdicts may rest on. `answers` is the file that answers about the risk of
    a system are read from, by default that where triage keeps them.
    """

    inventory: "Inventory"
    report: "Report"
    owners: "Ownership"
    catalogue: "Catalogue"
    manifest_sha256: str
    trust: "tuple[Entry, ...]" = ()
    answers: str | None = None


def judged(paths: Sequence[str], options: Mapping[str, Any]) -> Judged:
    """Load saved inventories and judge them by all checks. Raises InputError.

    `options` are those of `evaluate` that matter here: systems, framework, framework_file, trust, as_of. Without
    `framework` all frameworks are shown that a declared system names, and the headline ones.
    """
    from scanner.cli.judging import catalogue as chosen_catalogue
    from scanner.evaluate.report import build_report
    from scanner.evaluate.unasked import note_unasked
    from scanner.evaluate.unclaimed import UNCLAIMED
    from scanner.model.nouns import Status

    name = manifest_path(options)
    if name is None:
        raise InputError(
            f"there is no ./{DEFAULT}; name a manifest with --systems, or draft one: mlposture systems init"
        )
    options = read_files(options)
    # What is written of a dossier is without credentials, and its claims are to be the same from there.
    trust = tuple(msgspec.structs.replace(entry, reason=redact(entry.reason)) for entry in options["trust"])
    with reading(name) as path:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    inventory, asked, collectors = load_saved(paths)
    note_unasked(inventory, asked, collectors)
    owners = ownership(inventory, options)
    assert owners is not None  # noqa: S101 - there is a manifest
    shown = chosen_catalogue(options)
    built = build_report(
        inventory,
        (*asked, UNCLAIMED),
        shown,
        scan_id="",
        started_at=inventory.taken_at,
        finished_at=inventory.taken_at,
        verdicts=frozenset(Status),
        trust=trust,
        owners=owners,
    )
    assessed = assess(built, shown, options, owners, inventory.accounts)
    return Judged(inventory, assessed, owners, shown, sha256, trust, options.get("answers"))


def dossier_of(name: str, found: Judged) -> "Dossier":
    """The dossier of one system. Raises InputError if the manifest declares none of this id."""
    from scanner.cli.triage_commands import recorded_answers
    from scanner.evidence.compiling import compile_dossier

    systems = {system.id: system for system in found.owners.manifest.systems}
    if name not in systems:
        raise InputError(f"{found.owners.path} declares no system {name!r}; it declares {', '.join(systems)}")
    state = next(state for state in found.report.assessment if state.id == name)
    return compile_dossier(
        systems[name],
        found.report,
        state,
        found.owners,
        found.inventory,
        found.catalogue,
        found.manifest_sha256,
        recorded_answers(found.answers, name, datetime.now(UTC).date()),
    )
