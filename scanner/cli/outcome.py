"""How a command that judges ends: its exit code, and why, in the words of the last line that it prints."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.cli.config import NEVER, NEW, fails, new_severity, parse_severity
from scanner.cli.declared import too_little
from scanner.model.errors import InputError
from scanner.model.exits import Exit
from scanner.model.nouns import Severity, Status

if TYPE_CHECKING:
    from scanner.model.reported import Report


class Outcome(NamedTuple):
    """The exit code, and why it is that one."""

    code: int
    why: str

    @property
    def line(self) -> str:
        return f"Exit code {int(self.code)}: {self.why}."


def check_fail_on(options: Mapping[str, Any], verdicts: Collection[Status]) -> None:
    """Raises InputError for a threshold that is none, or that these options cannot tell: what is new, against what?"""
    fail_on = options.get("fail_on") or NEVER
    fails({}, fail_on)
    if options.get("fail_on_newly_incomplete") and not options.get("store"):
        raise InputError("--fail-on-newly-incomplete: what was not seen before, a history says; give a --store")
    if not fail_on.startswith(NEW):
        return
    if not options.get("baseline") and not options.get("store"):
        raise InputError(
            f"--fail-on {fail_on}: an earlier scan says what is new; give its report with --baseline, or a --store"
        )
    if Status.FAIL not in verdicts:
        raise InputError(f"--fail-on {fail_on}: is about failures; leave fail among --verdicts")


def outcome(report: "Report", options: Mapping[str, Any], *, to_stdout: bool) -> Outcome:
    """What the options make of a report; by default, failures do not count where one goes to standard output."""
    fail_on = options.get("fail_on") or (NEVER if to_stdout else Severity.HIGH)
    counts = _new(report) if fail_on.startswith(NEW) else report.by_severity
    if fails(counts, fail_on):
        return Outcome(Exit.FINDINGS, f"{_failed(counts, fail_on)}, at or above --fail-on {fail_on}")
    none = "--fail-on never" if fail_on == NEVER else f"no {_about(fail_on)}failure at or above --fail-on {fail_on}"
    if fail_on.startswith(NEW) and (unseen := (report.states or {}).get("not compared")):
        none += f" ({unseen} not compared: no earlier scan looked there)"
    if short := too_little(report, options.get("min_coverage")):
        return Outcome(Exit.INCOMPLETE, short)
    if report.complete and not _carried(report):
        return Outcome(Exit.DONE, none)
    if options.get("fail_on_incomplete"):
        return Outcome(Exit.INCOMPLETE, f"{_unseen(report)}, and --fail-on-incomplete")
    if not options.get("fail_on_newly_incomplete"):
        return Outcome(Exit.DONE, f"{none}; --fail-on-incomplete would count {_unseen(report)}")
    if newly := _newly_unseen(report):
        return Outcome(Exit.INCOMPLETE, f"{newly} that the last scan did not have, and --fail-on-newly-incomplete")
    return Outcome(Exit.DONE, f"{none}; as before, not seen: {_unseen(report)}")


def show(built: "Report", options: Mapping[str, Any], last: str, notes: Sequence[str] = ()) -> None:
    """Print the text for a person, with its last line; the options say how much of it, and in which colour.

    `notes` say before that line what was written where.
    """
    from reports.notification import message
    from reports.terminal import print_report

    told = "" if built.states is None else message(built).text  # without an earlier scan, the sums say it all
    print_report(
        built,
        colour=options.get("color") or "auto",
        quiet=bool(options.get("quiet")),
        details=bool(options.get("details")),
        controls=bool(options.get("controls") or options.get("framework")),
        notes=notes,
        ending="\n".join(filter(None, (told, last))),
    )


def _new(report: "Report") -> Mapping[str, int]:
    """How many failures of each severity an earlier scan did not have, or had ended by it."""
    return Counter(one.severity for one in report.findings if one.open and one.state in ("new", "reopened"))


def _failed(by_severity: Mapping[str, int], fail_on: str) -> str:
    """How many failures count, by severity."""
    least = (new_severity(fail_on) or parse_severity("--fail-on", fail_on, NEVER)).rank
    counts = [(str(one), by_severity.get(one, 0)) for one in Severity if one.rank <= least and by_severity.get(one)]
    total = sum(count for _, count in counts)
    words = " and ".join(f"{count} {name}" for name, count in counts)
    return f"{words} {_about(fail_on)}{'failure' if total == 1 else 'failures'}"


def _about(fail_on: str) -> str:
    """Which failures a threshold is about, all if nothing is said."""
    return "new or reopened " if fail_on.startswith(NEW) else ""


def _unseen(report: "Report") -> str:
    lists = sum(not listing.complete for listing in report.listings)
    counted = _counted(len(report.gaps), report.counts["unknown"], _carried(report))
    return counted or f"{lists} incomplete lists"


def _newly_unseen(report: "Report") -> str:
    """What was not seen and is not as before; empty where all of it is."""
    before = report.as_before
    carried = _carried(report) - report.earlier.carried_as_before()
    if before.whole and not carried:
        return ""
    gaps, unknown = len(report.gaps) - before.gaps, report.counts["unknown"] - before.unknown
    return _counted(gaps, unknown, carried) or "incomplete lists"


def _counted(gaps: int, unknown: int, carried: int) -> str:
    counted = (
        (gaps, "gap", "gaps"),
        (unknown, "unknown verdict", "unknown verdicts"),
        (carried, "earlier failure that was not seen now", "earlier failures that were not seen now"),
    )
    return " and ".join(f"{number} {one if number == 1 else many}" for number, one, many in counted if number)


def _carried(report: "Report") -> int:
    """How many failures of earlier scans are open because nobody knows of them now."""
    return sum(report.earlier.carried_by_account().values())
