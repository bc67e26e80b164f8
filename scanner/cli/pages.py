"""From saved inventories to the report that a page is made of, and from the page to its place."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scanner.cli.config import check_place, parse_verdicts, refuse_undecoded
from scanner.cli.declared import as_of, ownership
from scanner.cli.history_store import note_store
from scanner.cli.judging import judge, load_saved, places_of, read_files, select, write_to
from scanner.cli.undeclared import prepared
from scanner.model.errors import InputError
from scanner.model.nouns import Status

if TYPE_CHECKING:
    from scanner.model.reported import Report
    from scanner.systems.manifest import Manifest

#: What commands that judge are asked, and those that write pages are not.
_UNASKED: Mapping[str, Any] = {"check": (), "skip_check": (), "framework": (), "framework_file": ()}


def judged_saved(
    inventories: tuple[str, ...], output: str, given: Mapping[str, Any]
) -> "tuple[Report, Manifest | None]":
    """The report on saved inventories, and the manifest. Raises InputError, also for where the page is to go."""
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
    report = judge(inventory, chosen, options, inventory.taken_at, ownership(inventory, options))
    return report, declared.manifest if declared else None


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
        built, _ = judged_saved(inventories, output, options)
        course = None
    else:
        with open_store(url, make=False) as store:
            built, _ = judged_saved(inventories, output, options)
            course = course_until(store, built)
    write_to(None if output == "-" else output, render(built, course))


def write_page(output: str, page: bytes) -> None:
    """A page to its place, `-` for standard output. Raises NotWritten, InputError, BrokenPipeError."""
    write_to(None if output == "-" else output, [page])
