"""Which of the chosen checks there are: some judge by what is read where AI systems are declared alone."""

import logging
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scanner.evaluate.unasked import asked_kinds, note_unasked
from scanner.model.checks import Check
from scanner.model.errors import InputError
from scanner.model.selection import without_systems

if TYPE_CHECKING:
    from scanner.model.collectors import Collector
    from scanner.store.inventory import Inventory

log = logging.getLogger("mlposture")


def declared_or_left_out(
    chosen: tuple[Check, ...],
    collectors: "Mapping[str, Collector]",
    options: Mapping[str, Any],
    read: Container[str] = (),
) -> tuple[Check, ...]:
    """All of them where AI systems are declared, else those of `without_systems`, of which some kinds were `read`.

    Says so of one that was asked for by its name. Raises InputError if none is left.
    """
    if options.get("systems"):
        return chosen
    kept = without_systems(chosen, collectors, read)
    named = {*options["check"]}
    lost = [check.id for check in chosen if check not in kept and (not kept or named & {check.id, check.slug})]
    told = f"{', '.join(lost)} {'is' if len(lost) == 1 else 'are'} judged where AI systems are declared"
    if not kept:
        raise InputError(f"{told}; name a manifest with --systems, or select other checks")
    if lost:
        log.warning("%s, and left out here; name a manifest with --systems", told)
    return kept


def left_out(kept: Container[Check], wanted: Iterable[Check], options: Mapping[str, Any]) -> list[str]:
    """A line for a person on how many of the wanted checks there are with a manifest alone; none where all are kept.

    Who selected checks by name was told already.
    """
    lost = 0 if options.get("systems") or options["check"] else sum(check not in kept for check in wanted)
    if not lost:
        return []
    are = "check was left out: it judges" if lost == 1 else "checks were left out: they judge"
    return [f"{lost} {are} AI systems that you declare; `mlposture systems init` begins a manifest for --systems"]


def prepared(
    inventory: "Inventory",
    chosen: tuple[Check, ...],
    collectors: "Mapping[str, Collector]",
    options: Mapping[str, Any],
) -> tuple[Check, ...]:
    """The chosen checks that a saved inventory is judged by; what they need and nobody read becomes a gap of it.

    Raises InputError if there is none.
    """
    kept = declared_or_left_out(chosen, collectors, options, asked_kinds(inventory.listings, inventory.gaps))
    note_unasked(inventory, kept, collectors)
    return kept
