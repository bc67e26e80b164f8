"""The exit code has a reason, and the reason is the one for the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from commandline import mlposture
from factories.aws import notebook
from support import NOW, inventory_of, registered

from scanner.cli.outcome import Outcome, outcome
from scanner.evaluate.report import build_report
from scanner.frameworks import load as load_catalogue
from scanner.model.errors import NotWritten
from scanner.model.exits import Exit
from scanner.model.history import AsBefore
from scanner.model.reported import Report

CHECKS = [check for check in registered()[0].values() if check.slug == "sagemaker_notebook_root_access_enabled"]


def made(*notebooks: Any, **changes: Any) -> Report:
    report = build_report(
        inventory_of(*notebooks), CHECKS, load_catalogue(), scan_id="x", started_at=NOW, finished_at=NOW
    )
    return msgspec.structs.replace(report, **changes)


BAD = (notebook("a", root_access="Enabled"), notebook("b", root_access="Enabled"))
GOOD = (notebook("c", root_access="Disabled"),)
HIDDEN = (notebook("d"),)
[SEVERITY] = {str(check.severity) for check in CHECKS}


@pytest.mark.parametrize(
    ("seen", "options", "code", "why"),
    [
        (BAD, {"fail_on": "low"}, Exit.FINDINGS, f"2 {SEVERITY} failures, at or above --fail-on low"),
        (BAD[:1], {"fail_on": "low"}, Exit.FINDINGS, f"1 {SEVERITY} failure, at or above --fail-on low"),
        (BAD, {"fail_on": "critical"}, Exit.DONE, "no failure at or above --fail-on critical"),
        (BAD, {"fail_on": "never"}, Exit.DONE, "--fail-on never"),
        (GOOD, {}, Exit.DONE, "no failure at or above --fail-on high"),
        (HIDDEN, {}, Exit.DONE, "no failure at or above --fail-on high; --fail-on-incomplete would count "
                                "1 unknown verdict"),
        (HIDDEN, {"fail_on_incomplete": True}, Exit.INCOMPLETE, "1 unknown verdict, and --fail-on-incomplete"),
        (BAD + HIDDEN, {"fail_on": "low", "fail_on_incomplete": True}, Exit.FINDINGS,
         f"2 {SEVERITY} failures, at or above --fail-on low"),
        (HIDDEN, {"min_coverage": 80.0}, Exit.INCOMPLETE, "--min-coverage 80: less was judged (all 0.0 %)"),
    ],
)  # fmt: skip
def test_each_code_has_its_reason(seen: tuple[Any, ...], options: dict[str, Any], code: Exit, why: str) -> None:
    assert outcome(made(*seen), options, to_stdout=False) == Outcome(code, why)


@pytest.mark.parametrize(
    ("before", "end"),
    [
        (AsBefore(), Outcome(Exit.INCOMPLETE, "1 unknown verdict that the last scan did not have, and "
                                              "--fail-on-newly-incomplete")),
        (AsBefore(unknown=1), Outcome(Exit.INCOMPLETE, "incomplete lists that the last scan did not have, and "
                                                       "--fail-on-newly-incomplete")),
        (AsBefore(unknown=1, whole=True),
         Outcome(Exit.DONE, "--fail-on never; as before, not seen: 1 unknown verdict")),
    ],
)  # fmt: skip
def test_what_is_not_seen_as_before_ends_no_scan(before: AsBefore, end: Outcome) -> None:
    options = {"fail_on": "never", "fail_on_newly_incomplete": True}

    assert outcome(made(*HIDDEN, as_before=before), options, to_stdout=False) == end
    assert outcome(made(*GOOD), options, to_stdout=False) == Outcome(Exit.DONE, "--fail-on never")
    everything = outcome(made(*HIDDEN, as_before=before), {**options, "fail_on_incomplete": True}, to_stdout=False)
    assert everything == Outcome(Exit.INCOMPLETE, "1 unknown verdict, and --fail-on-incomplete")


def test_a_report_on_standard_output_fails_nothing_by_default() -> None:
    report = made(*BAD, by_severity={"critical": 1, "high": 2, "medium": 3, "low": 0, "informational": 0})

    assert outcome(report, {}, to_stdout=True) == Outcome(Exit.DONE, "--fail-on never")
    assert outcome(report, {}, to_stdout=False).line == (
        "Exit code 1: 1 critical and 2 high failures, at or above --fail-on high."
    )


def test_a_command_ends_with_its_reason(tmp_path: Path) -> None:
    inventory_of(*BAD).save(tmp_path / "i.json")
    asked = ("evaluate", "i.json", "--check", CHECKS[0].slug, "--fail-on", "low")
    whole, quiet = mlposture(*asked, cwd=tmp_path), mlposture(*asked, "-q", cwd=tmp_path)
    coloured = mlposture(*asked, "--color", "always", cwd=tmp_path)
    line = f"Exit code 1: 2 {SEVERITY} failures, at or above --fail-on low.\n"

    assert (whole.returncode, quiet.returncode, coloured.returncode) == (1, 1, 1)
    assert whole.stdout.endswith(f"\n{line}") and "\x1b" not in whole.stdout
    assert (quiet.stdout, quiet.stderr) == (line, "")
    assert "\x1b[" in coloured.stdout


def test_where_something_is_not_written_the_error_says_how_it_ends(tmp_path: Path) -> None:
    inventory_of(*BAD).save(tmp_path / "i.json")
    with mock.patch("scanner.cli.judging.write_to", side_effect=NotWritten("x.json: no space left")):
        done = mlposture("evaluate", "i.json", "-o", "x.json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (2, "mlposture: x.json: no space left\n")
    assert "Verdicts:" in done.stdout
    assert "Exit code" not in done.stdout
