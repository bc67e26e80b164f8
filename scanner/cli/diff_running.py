"""From two files, or two scans of a store, to what has become of each failure, in its places."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from scanner.cli.config import NEVER, NEW, new_severity, parse_duration, parse_outputs, refuse_undecoded
from scanner.cli.diff_sides import side_of
from scanner.cli.judging import places_of, write_to
from scanner.cli.options import spelled
from scanner.cli.outcome import Outcome
from scanner.history.comparing import Comparing, What
from scanner.history.comparison import Compared, Comparison
from scanner.history.differences import differences
from scanner.history.engine import path_of
from scanner.history.sides import Side, Sides
from scanner.model.checks import CHECKS
from scanner.model.errors import InputError
from scanner.model.exits import Exit
from scanner.model.registry import load

_FORMATS = {"json": "reports.diff_json", "md": "reports.diff_markdown"}
_SUFFIXES = {".json": "json", ".md": "md"}


def run_diff(before: str | None, after: str | None, options: Mapping[str, Any]) -> int:
    """Compare, write what was asked for, and print it unless one goes to stdout; the exit code. Raises InputError."""
    from reports.diff_text import diff_text

    refuse_undecoded({"before": before, "after": after, **options})
    texts = (*options["output"], *(["-"] if options["as_json"] else []))
    read = tuple(filter(None, (before, after)))
    places = places_of(options, read)
    if options["store"] and (path := path_of(options["store"])):
        places.note_database(f"--store {options['store']}", path)
    outputs = parse_outputs(texts, _FORMATS, _SUFFIXES, places)
    if sys.stdout is None and any(output.path is None for output in outputs):
        raise InputError("-o: standard output is closed")
    fail_on = options["fail_on"] or NEVER
    if fail_on != NEVER and new_severity(fail_on) is None:
        raise InputError(f"--fail-on {fail_on}: a comparison knows what is new; give {NEW}SEVERITY, or {NEVER}")
    aws = _credentials(options)
    found = _of_store(read, options) if options["store"] else _of_files(read, options)
    if aws is not None:
        from scanner.cli.diff_causes import find_causes

        found.causes = find_causes(found, aws, options)
    for output in outputs:
        write_to(output.path, importlib.import_module(_FORMATS[output.format]).render(found))
    end = _outcome(found, fail_on, incomplete=options["fail_on_incomplete"])
    if sys.stdout is not None and not any(output.path is None for output in outputs):
        for line in diff_text(found, details=options["details"]):
            click.echo(line)
        click.echo(f"\n{end.line}")
    return end.code


def _credentials(options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Whose credentials are used in AWS; None where no cloud is asked, and none would be of use. Raises InputError."""
    if options["causes"]:
        from scanner.cli.diff_causes import aws_settings

        parse_duration("--time-limit", options["time_limit"])
        return aws_settings(options)
    given = next((spelled(name) for name in ("profile", "role_arn", "config") if options[name]), None)
    if given:
        raise InputError(f"{given}: a comparison asks no cloud; add --causes, or leave it out")
    return None


def _of_store(read: Sequence[str], options: Mapping[str, Any]) -> Comparison:
    if read:
        raise InputError(f"{read[0]}: --store names what to compare; leave files out, or leave --store out")
    from scanner.history.store import open_store
    from scanner.history.stored import compare_stored, two_of

    load()
    with open_store(options["store"], make=False) as store:
        return compare_stored(store, *two_of(store, options["from_scan"], options["to_scan"]), _joined)


def _of_files(read: Sequence[str], options: Mapping[str, Any]) -> Comparison:
    if options["from_scan"] or options["to_scan"]:
        raise InputError("--from and --to are scans of a history; name it with --store")
    if len(read) < 2:
        raise InputError("name two files to compare, BEFORE and AFTER, or a history with --store")
    before, after = read
    return comparison_of(before, after, options)


def comparison_of(before: str, after: str, options: Mapping[str, Any]) -> Comparison:
    """What has become of each failure between two files. Raises InputError."""
    load()  # the checks say which of them look at more than one resource
    sides = Sides()
    former, latter = side_of(before, sides, 0, options), side_of(after, sides, 1, options)
    if former.when() > latter.when():
        raise InputError(f"{before} is newer than {after}, by when they began; give the earlier one first")
    found = Comparison(_compared(former), _compared(latter))
    comparing = Comparing(former, latter, _joined)
    found.add(comparing.fates(sides))
    found.differences = differences(former, latter, comparing.rescored)
    return found


def _joined(check: str) -> bool:
    """Whether a check looks at more than its resource; of one that this version does not have, nobody knows."""
    return check not in CHECKS or CHECKS[check].joins


def _compared(side: Side) -> Compared:
    return Compared(
        said=side.said,
        form=side.form,
        scan_id=side.scan_id,
        made_at=side.when(),
        version=side.version,
        complete=side.complete,
        ended_at=side.ended_at,
        regions={account: frozenset(regions) for account, regions in side.regions.items()},
        denied=None if side.denied is None else {one: tuple(sorted(names)) for one, names in side.denied.items()},
        asked_as=side.asked_as,
    )


def _outcome(found: Comparison, fail_on: str, *, incomplete: bool) -> Outcome:
    """How it ends, and why: what is new counts, and what nobody can tell is said."""
    least = new_severity(fail_on)
    tally = found.tally
    counts = {what: tally.at_least(what, least) if least else 0 for what in (What.NEW, What.REOPENED)}
    if any(counts.values()):
        said = " and ".join(f"{count} {what}" for what, count in counts.items() if count)
        return Outcome(Exit.FINDINGS, f"{said}, at or above --fail-on {fail_on}")
    none = f"--fail-on {NEVER}" if least is None else f"nothing new or reopened at or above --fail-on {fail_on}"
    unseen = [(tally.of(what), what) for what in (What.NOT_COMPARED, What.UNKNOWN) if tally.of(what)]
    said = ", ".join(f"{count} {what}" for count, what in unseen)
    lacking = any(
        one.lacks != "neither" and one.what not in ("trust", "sarif", "verdicts") for one in found.differences
    )
    if incomplete and (unseen or lacking):
        return Outcome(Exit.INCOMPLETE, f"{said or 'one did not look at all of the other'}, and --fail-on-incomplete")
    return Outcome(Exit.DONE, f"{none}; --fail-on-incomplete would count {said}" if said else none)
