"""`--store`: what a history knows of earlier scans, and adding this one to it."""

import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scanner.cli.baseline import with_baseline
from scanner.model.errors import InputError, NotKept, NotWritten
from scanner.model.nouns import Status
from scanner.store.places import Places

if TYPE_CHECKING:
    from scanner.history.records import Scan
    from scanner.history.store import Store
    from scanner.model.history import Account
    from scanner.model.reported import Report
    from scanner.store.inventory import Inventory


#: Parts of one scan may begin on both sides of midnight.
_A_DAY = timedelta(days=1)


def check_store(options: Mapping[str, Any], verdicts: Iterable[Status], places: Places) -> None:
    """Raise InputError for what is wrong with `--store`, as far as that can be told without opening it."""
    url = options.get("store")
    if not url:
        return
    if options.get("baseline"):
        raise InputError("--baseline: the history that --store names says what was found before; leave it out")
    if Status.FAIL not in verdicts:
        raise InputError("--verdicts: a history is about failures, and without them would say that there are none")
    note_store(url, places)


def refuse_apart(options: Mapping[str, Any], inventory: "Inventory") -> None:
    """Raise InputError for what was not seen within a day: a history would have all of it as seen when that began."""
    first, last = inventory.taken_at, inventory.last_taken_at
    if options.get("store") and last - first > _A_DAY:
        raise InputError(
            f"--store: these inventories were taken from {_shown(first)} to {_shown(last)}, and a history knows "
            "one time of a scan; judge each with --store, the oldest first"
        )


def note_store(url: str | None, places: Places) -> None:
    """Raise InputError where a history is where something else is read or written."""
    if not url:
        return
    from scanner.history.engine import path_of, shown

    if path := path_of(url):
        places.note_database(f"--store {shown(url)}", path)


def with_earlier(options: Mapping[str, Any], taken_at: datetime, accounts: "Iterable[Account]" = ()) -> dict[str, Any]:
    """The options, with what `--store` or `--baseline` know of earlier scans. Raises InputError.

    `accounts` are known to be judged, with what was seen at that time.
    """
    url = options.get("store")
    if not url:
        return with_baseline(options, taken_at)
    from scanner.history.store import open_store
    from scanner.model.registry import load

    load()  # a failure of any check may be carried forward, also of one that is not asked now
    with open_store(url, profile=options.get("output_profile")) as store:  # not kept open: a scan may take hours
        newest = store.last_scans()
        for account in accounts:
            if account in newest and newest[account] > taken_at:
                raise InputError(
                    f"--store {store.shown}: has a scan of {account[1]} of {_shown(newest[account])}, which is newer "
                    f"than what is judged, of {_shown(taken_at)}; a history is added to in the order of its scans, "
                    "so name another one"
                )
        return {**options, "earlier": store.earlier()}


def add_to_history(built: "Report", options: Mapping[str, Any]) -> list[str]:
    """Add a report to the history that it was compared with, if that was asked for. Raises NotWritten.

    Returns what to say of that: the command that shows what changed since the scan before, if there is one.
    """
    url = options.get("store")
    if not url:
        return []
    from scanner.history.store import open_store

    try:
        with open_store(url, profile=options.get("output_profile")) as store:
            return _compares(store, store.write(built))
    except InputError as error:
        raise error if isinstance(error, NotKept) else NotWritten(str(error)) from error


def _compares(store: "Store", scan: "Scan") -> list[str]:
    """The command that compares a scan with the one before it of the same accounts, if there is one."""
    from scanner.history.stored import two_of

    try:
        before, after = two_of(store, None, str(scan.number))
    except InputError:
        return []
    command = f"mlposture diff --store {shlex.quote(store.shown)} --from {before.number} --to {after.number}"
    return [f"What changed: {command}"]


def without_password(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they may be written down."""
    url = options.get("store")
    if not url:
        return dict(options)
    from scanner.history.engine import without_password

    return {**options, "store": without_password(url)}


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
