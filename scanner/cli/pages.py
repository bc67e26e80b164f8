"""From saved inventories to the report that a page is made of, and from the page to its place."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.cli.config import check_place, parse_verdicts, refuse_undecoded
from scanner.cli.declared import as_of, ownership
from scanner.cli.history_store import note_store
from scanner.cli.judging import judge, load_saved, places_of, read_files, select, write_to
from scanner.cli.undeclared import prepared
from scanner.model.errors import InputError
from scanner.model.nouns import Status

if TYPE_CHECKING:
    from scanner.model.reported import Report
    from scanner.store.inventory import Inventory
    from scanner.systems.manifest import Manifest
    from scanner.systems.ownership import Ownership

#: What commands that judge are asked, and those that write pages are not.
_UNASKED: Mapping[str, Any] = {"check": (), "skip_check": (), "framework": (), "framework_file": ()}


class Saved(NamedTuple):
    """The report on saved inventories, these, the manifest, and whose resources are by it."""

    report: "Report"
    inventory: "Inventory"
    manifest: "Manifest | None"
    owners: "Ownership | None"


def judged_saved(inventories: tuple[str, ...], output: str, given: Mapping[str, Any]) -> Saved:
    """Judge saved inventories for a page. Raises InputError, also for where the page is to go."""
    options = {**_UNASKED, **given}
    refuse_undecoded({**options, "inventory": inventories, "output": output})
    as_of(options, datetime.now(UTC))
    places = places_of(options, inventories)
    note_store(options.get("store"), places)
    if output != "-":
        places.note(f"-o {output}", check_place("-o", output))
    elif sys.stdout is None:
        raise InputError("-o: standard output is closed")
    options = read_files(options)
    inventory, checks, collectors = load_saved(inventories)
    chosen = prepared(inventory, select(checks, options), collectors, options)
    declared = options["systems"]
    owners = ownership(inventory, options)
    report = judge(inventory, chosen, options, inventory.taken_at, owners)
    return Saved(report, inventory, declared.manifest if declared else None, owners)


def write_board(inventories: tuple[str, ...], output: str, options: Mapping[str, Any]) -> None:
    """The page for a board on saved inventories, with what a history adds, to its place. Raises InputError."""
    from reports.board import Past, render_board
    from scanner.cli.evidence_history import check_period, days_in_words, first_seen, history_of, scopes_of

    check_period(options)
    refuse_undecoded({"store": options.get("store")})
    with history_of(options) as history:
        saved = judged_saved(inventories, output, options)
        past = None
        if history is not None:
            scopes = scopes_of(saved.owners, saved.inventory) if saved.owners else {}
            days = days_in_words(history.asked(saved.owners), scopes, saved.report.assessment)
            past = Past(history.store.shown, days, partial(first_seen, history.store, saved.report.started_at))
        page = render_board(saved.report, saved.manifest, past)
    write_to(None if output == "-" else output, [page])


def write_html(inventories: tuple[str, ...], output: str, url: str | None, options: Mapping[str, Any]) -> None:
    """The HTML report on saved inventories, with the history at `url`, to its place. Raises InputError."""
    from reports.html_report import render
    from scanner.cli.html_history import course_until
    from scanner.history.store import open_store

    refuse_undecoded({"store": url})
    options = {**options, "store": url}
    verdicts = parse_verdicts(options.get("verdicts") or "fail,unknown")
    if Status.FAIL not in verdicts:
        raise InputError("--verdicts: html is about failures, and without them would say that there are none")
    if url is None:
        built = judged_saved(inventories, output, options).report
        course = None
    else:
        with open_store(url, make=False) as store:
            built = judged_saved(inventories, output, options).report
            course = course_until(store, built)
    write_to(None if output == "-" else output, render(built, course))
