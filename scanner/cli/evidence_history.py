"""What a history (`--store`) adds to a dossier or a board. It is only read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from scanner.model.errors import InputError
from scanner.model.nouns import Scope
from scanner.model.sanitize import clean

if TYPE_CHECKING:
    from scanner.evidence.dossier_types import Dossier
    from scanner.evidence.recalling import Asked
    from scanner.history.records import Scan
    from scanner.history.store import Store
    from scanner.model.claims import SystemState
    from scanner.store.inventory import Inventory
    from scanner.systems.ownership import Ownership

#: Days that a period has at most: ten years.
_LONGEST = 3660


def check_period(options: Mapping[str, Any]) -> None:
    """Raise InputError for a period that is none, or of which no history could say anything."""
    days = _day(options, "from"), _day(options, "to")
    for name, day in zip(("from", "to"), days, strict=True):
        if day is not None and not options.get("store"):
            raise InputError(f"--{name} {day}: only a history knows a period; name it with --store")
    first, last = days
    if first and last:
        _refuse_odd(first, last)


class Opened(NamedTuple):
    """A history that is open, its scans, and the days that are asked about."""

    store: "Store"
    scans: "tuple[Scan, ...]"
    first: date
    last: date

    def asked(self, owners: "Ownership | None") -> "Asked":
        """What it says of AI systems; `owners` are those of what is there now. Raises InputError."""
        from scanner.evidence.recalling import Asked
        from scanner.history.damage import legible
        from scanner.history.period import Watched
        from scanner.systems.names import Key

        def claims(kind: str, id: str) -> tuple[str, ...] | None:
            key = Key(kind, id)
            return owners.of_key(key) if owners is not None and owners.knows(key) else None

        with legible(self.store.shown):
            watched = Watched(self.scans, self.store.spans(), claims)
        return Asked(self.store.shown, self.scans, watched, self.first, self.last)


@contextmanager
def history_of(options: Mapping[str, Any]) -> "Iterator[Opened | None]":
    """The history that `--store` names, open, and the days that are asked about; None without one. Raises InputError.

    By default these are the days from its first scan to its last.
    """
    url = options.get("store")
    if not url:
        yield None
        return
    from scanner.history.period import span_of
    from scanner.history.store import open_store

    with open_store(url, make=False) as store:
        scans = store.scans()
        if (found := span_of(scans)) is None:
            raise InputError(f"--store {store.shown}: holds no scan; write one with scan --store")
        first, last = _day(options, "from") or found[0], _day(options, "to") or found[1]
        if first > last and not (options.get("from_day") and options.get("to_day")):
            raise InputError(
                f"--store {store.shown}: has scans from {found[0]} to {found[1]}; give both --from and --to"
            )
        _refuse_odd(first, last)
        if span_of(scans, first, last) is None:
            _warn_of_none(store.shown, first, last, f"; its scans are of {found[0]} to {found[1]}")
        yield Opened(store, scans, first, last)


def with_history(
    dossier: "Dossier", state: "SystemState", owners: "Ownership", options: Mapping[str, Any]
) -> "Dossier":
    """A dossier, with what the history says that `--store` names. Raises InputError."""
    from scanner.evidence.recalling import recalled
    from scanner.history.looked_at import listed_at
    from scanner.history.period import span_of

    with history_of(options) as found:
        if found is None:
            return dossier
        against = {one.claim for one in dossier.observations if one.bears == "against"}
        since = first_seen(found.store, dossier.cover.taken_at, against)
        observations = (
            msgspec.structs.replace(one, first_seen=since[one.claim]) if one.claim in since else one
            for one in dossier.observations
        )
        held = (listed_at(one.kind, one.scope) for one in dossier.resources)
        history = recalled(found.asked(owners), state, held)
        if (period := history.period) and not period.scans and span_of(found.scans, period.first, period.last):
            _warn_of_none(found.store.shown, period.first, period.last, f" that asked an account of {state.id}")
        return msgspec.structs.replace(dossier, observations=tuple(observations), history=history)


def first_seen(store: "Store", until: datetime, wanted: Collection[str]) -> dict[str, datetime]:
    """When failures of these fingerprints were first seen, as the last scan by then of each account has it."""
    last = {one.key: scan.id for scan in store.scans() if scan.started_at <= until for one in scan.accounts}
    return {
        one.fingerprint: one.first_seen
        for id in dict.fromkeys(last.values())
        for one in store.findings(id)
        if one.fingerprint in wanted and last[one.scope.provider, one.scope.account] == id
    }


def days_in_words(
    asked: "Asked", scopes: Mapping[str, Collection[Scope]], known: "Iterable[SystemState]"
) -> dict[str, str]:
    """By the id of each system, a sentence on the days of the period."""
    from scanner.evidence.recalling import days_of

    said = {}
    for state in known:
        if state.id and (days := days_of(asked, state, scopes.get(state.id, ()))):
            said[state.id] = (
                f"SOC 2, {asked.first} to {asked.last}, by snapshots: {len(days.observed)} days observed, "
                f"{len(days.not_seen)} not in full, {len(days.without_scan)} without a scan; "
                f"evidence against on {len(days.against)}."
            )
    return said


def scopes_of(owners: "Ownership", inventory: "Inventory") -> dict[str, set[Scope]]:
    """Where the resources of each declared system are listed."""
    from scanner.evidence.compiling import held_scopes

    found: dict[str, set[Scope]] = {}
    for system, scope in held_scopes(owners, inventory):
        found.setdefault(system, set()).add(scope)
    return found


def _warn_of_none(store: str, first: date, last: date, more: str) -> None:
    """Say of which days nothing is known, before somebody hands out that nothing was found on them."""
    said = f"--store {store}: holds no scan of the days {first} to {last}{more}; no day of this period was observed"
    click.echo(f"mlposture: {clean(said)}", err=True)


def _refuse_odd(first: date, last: date) -> None:
    if first > last:
        raise InputError(f"--from {first} --to {last}: give the earlier day as --from")
    if (last - first).days >= _LONGEST:
        raise InputError(f"--from {first} --to {last}: a period has ten years at most")


def _day(options: Mapping[str, Any], name: str) -> date | None:
    text = options.get(f"{name}_day")
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--{name} {text}: give a day as year, month and day, such as 2027-03-31") from error
