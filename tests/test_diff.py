"""`mlposture diff`: what has become of failures between two files, and what nobody can say of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commandline import MLPOSTURE, mlposture
from comparing import CHECK, FORMS, Scanned, lab, states
from factories.aws import HERE
from msgspec import UNSET
from support import ROOT
from test_bounded_memory import peak_of

from scanner.model.nouns import Scope

SCHEMA = ROOT / "docs" / "reference" / "diff-v1.schema.json"
EVERY_CHECK: tuple[str, ...] = ()
ELSEWHERE = Scope("aws", HERE.account, "us-east-1")
STRANGER = Scope("aws", "444455556666", HERE.region)
BEFORE = (lab("stays"), lab("fixed"), lab("deleted"), lab("hidden"), lab("was unseen", UNSET), lab("good", "Disabled"))
AFTER = (
    lab("stays"), lab("fixed", "Disabled"), lab("hidden", UNSET), lab("appeared"), lab("was unseen"), lab("good"),
)  # fmt: skip


@pytest.fixture
def scanned(tmp_path: Path) -> Scanned:
    return Scanned(tmp_path)


def pair(scanned: Scanned, form: str, **changes: Any) -> tuple[str, str]:
    return scanned.scan(1, *BEFORE, form=form), scanned.scan(2, *AFTER, form=form, **changes)


KNOWN = {
    "stays": "persisting", "fixed": "fixed", "deleted": "gone", "hidden": "unknown", "appeared": "new",
    "was unseen": "not compared", "good": "new",
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "differs"),
    [
        ("all", {}),
        ("inventory", {}),
        ("default", {"fixed": "not failing", "deleted": "not failing"}),
        # Nobody knows of which resources the verdicts are that it leaves out.
        ("failures", {"appeared": "not compared", "good": "not compared", "fixed": "unknown", "deleted": "unknown"}),
        ("sarif", {"appeared": "not compared", "good": "not compared", "fixed": "unknown", "deleted": "unknown"}),
        ("grouped", {"appeared": "not compared", "good": "not compared", "fixed": "unknown", "deleted": "unknown"}),
        # It says which resources pass, and of no kind whether it was listed.
        ("full", {"appeared": "not compared", "deleted": "unknown"}),
    ],
)
def test_each_form_says_as_much_as_it_knows(form: str, differs: dict[str, str], scanned: Scanned) -> None:
    found = scanned.compared(*pair(scanned, form))

    assert states(found) == {**KNOWN, **differs}
    jsonschema.validate(found, json.loads(SCHEMA.read_bytes()))
    why = {one["resource"]["name"]: one["why"] for one in found["findings"]}
    assert {name for name, said in why.items() if said} == {
        name for name, state in states(found).items() if state in ("unknown", "not compared")
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_scan_beside_itself_changes_nothing(form: str, scanned: Scanned) -> None:
    name = scanned.scan(1, *BEFORE, form=form)

    assert set(states(scanned.compared(name, name)).values()) == {"persisting"}


@pytest.mark.parametrize("form", ["sarif", "full"])
def test_what_sarif_of_whole_accounts_lacks_is_new_or_does_not_fail(form: str, scanned: Scanned) -> None:
    before = scanned.scan(1, lab("fixed"), lab("stays"), form=form)
    after = scanned.scan(2, lab("fixed", "Disabled"), lab("stays"), lab("appeared"), form=form)
    ended = "fixed" if form == "full" else "not failing"

    assert states(scanned.compared(before, after)) == {"fixed": ended, "stays": "persisting", "appeared": "new"}


# -- what only one of them looked at -----------------------------------------------------------------------------------


def told(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["what"], one["lacks"]) for one in found["differences"]}


@pytest.mark.parametrize(("scope", "what"), [(STRANGER, "account"), (ELSEWHERE, "region")])
@pytest.mark.parametrize("form", FORMS)
def test_what_was_not_scanned_is_neither_new_nor_gone(form: str, scope: Scope, what: str, scanned: Scanned) -> None:
    """Scans of two accounts, or regions, beside one of one of them: in both directions."""
    here, there = lab("here"), lab("there", scope=scope)
    one, both = {"scopes": (HERE,)}, {"scopes": (HERE, scope)}
    narrow, wide = scanned.scan(1, here, form=form, **one), scanned.scan(2, here, there, form=form, **both)
    later = scanned.scan(3, here, form=form, **one)
    widened, narrowed = scanned.compared(narrow, wide), scanned.compared(wide, later)

    assert states(widened) == {"here": "persisting", "there": "not compared"}
    assert states(narrowed) == {"here": "persisting", "there": "unknown"}
    assert (what, "before") in told(widened)
    assert (what, "after") in told(narrowed)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "inventory"])
def test_what_no_check_judged_is_neither_new_nor_fixed(form: str, scanned: Scanned) -> None:
    other = ("--check", "MLP-1002")
    first, second = scanned.scan(1, lab("a"), form=form, options=other), scanned.scan(2, lab("a"), form=form)
    third = scanned.scan(3, lab("a", "Disabled"), form=form, options=other)
    appeared, left = scanned.compared(first, second), scanned.compared(second, third)

    assert states(appeared) == {"a": "not compared"}
    assert states(left) == {"a": "unknown"}
    assert {one["why"] for one in left["findings"] if one["check"]["id"] == CHECK} == {"its check was not run"}
    assert {one["what"]: one["items"] for one in left["differences"] if one["lacks"] == "after"}["check"] == [CHECK]


@pytest.mark.parametrize("form", FORMS)
def test_what_no_complete_list_lacks_is_not_gone(form: str, scanned: Scanned) -> None:
    whole, part = scanned.scan(1, lab("a"), form=form), scanned.scan(2, form=form, complete=False)
    again = scanned.scan(3, lab("b"), form=form)
    lost, back = scanned.compared(whole, part), scanned.compared(part, again)

    assert states(lost) == {"a": "unknown"}
    assert states(back) == {"b": "not compared"}
    if FORMS[form][0] != "sarif":
        assert ("list", "after") in told(lost)


def test_a_failure_that_is_carried_forward_stays_open(scanned: Scanned) -> None:
    first = scanned.scan(1, lab("a"))
    second = scanned.scan(2, lab("a", UNSET), options=("--check", CHECK, "--baseline", first))
    third = scanned.scan(3, lab("a"))

    assert states(scanned.compared(first, second)) == {"a": "unknown"}
    assert states(scanned.compared(second, third)) == {"a": "persisting"}
    assert states(scanned.compared(second, scanned.scan(3))) == {"a": "gone"}


def test_what_is_accepted_is_no_new_failure(scanned: Scanned) -> None:
    decided = "reason: a demonstration, owner: research, until: 2026-12-31"
    entry = f"{{check: {CHECK}, account: '{HERE.account}', resource: '*', {decided}}}"
    (scanned.folder / "accepted.yaml").write_text(f"schema: suppressions/1\nsuppressions:\n- {entry}\n")
    options = ("--check", CHECK, "--suppressions", "accepted.yaml")
    before, after = scanned.scan(1, lab("a")), scanned.scan(2, lab("a"), lab("b"), options=options)
    found = scanned.compared(before, after, "--fail-on", "new:low")

    assert states(found) == {"a": "suppressed", "b": "suppressed"}
    assert states(scanned.compared(after, scanned.scan(3, lab("a"), lab("b")))) == {
        "a": "persisting",
        "b": "persisting",
    }


# -- how it ends, and what is written ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "last"),
    [
        ((), 0, "Exit code 0: --fail-on never; --fail-on-incomplete would count 1 not compared, 1 unknown."),
        (("--fail-on", "new:high"), 1, "Exit code 1: 2 new, at or above --fail-on new:high."),
        (("--fail-on", "new:critical", "--fail-on-incomplete"), 4,
         "Exit code 4: 1 not compared, 1 unknown, and --fail-on-incomplete."),
    ],
)  # fmt: skip
def test_it_ends_by_what_is_new(options: tuple[str, ...], code: int, last: str, scanned: Scanned) -> None:
    done = scanned.diff(*pair(scanned, "all"), *options)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, last)
    assert "New (2): fails, and did not before" in done.stdout


def test_a_summary_and_json_are_written_beside_what_is_printed(scanned: Scanned) -> None:
    done = scanned.diff(*pair(scanned, "default"), "-o", "diff.json", "-o", "md:summary.txt")
    summary = (scanned.folder / "summary.txt").read_text()

    assert done.returncode == 0, done.stderr
    assert json.loads((scanned.folder / "diff.json").read_bytes())["counts"]["new"]["high"] == 2
    assert "# What changed: 2 new, 0 fixed or gone" in summary
    assert "AFTER leaves out verdicts (pass); write it with --verdicts all" in summary
    assert "No longer failing; AFTER holds no passes, so that nobody knows whether it is fixed or gone." in summary


def test_names_of_others_are_no_markup_and_reach_no_terminal(scanned: Scanned) -> None:
    name = "a`|<b>\x1b[31m@everyone"
    done = scanned.diff(scanned.scan(1), scanned.scan(2, lab(name)), "-o", "summary.md")
    rows = [line for line in (scanned.folder / "summary.md").read_text().splitlines() if "everyone" in line]

    assert "\x1b" not in done.stdout + "".join(rows)
    assert [row.count("`") for row in rows] == [6]


def test_sarif_of_a_scan_may_come_after_its_json_which_has_microseconds(scanned: Scanned) -> None:
    report = scanned.folder / scanned.scan(1, lab("a"))
    text = report.read_text()
    report.write_text(re.sub(r'("started_at": "[^"Z.]*)Z', r"\1.000999Z", text, count=1))
    assert report.read_text() != text
    done = scanned.diff("1.json", scanned.scan(1, lab("a"), form="sarif"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("form", ["all", "inventory"])
def test_a_credential_in_a_name_is_shown_to_nobody(form: str, scanned: Scanned) -> None:
    """Also where a line would be broken in the middle of it. JSON has names as they are, to tell resources apart."""
    secret = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0{'a1B2c3D4' * 20}.{'Zx9Yw8Vu7T' * 4}abc"
    names = [f"{'x' * length} {secret}" for length in range(40, 100, 4)]
    before, after = scanned.scan(1, form=form), scanned.scan(2, *map(lab, names), form=form)
    done = scanned.diff(before, after, "--details", "-o", "diff.md")
    written = done.stdout + (scanned.folder / "diff.md").read_text()

    assert done.returncode == 0, done.stderr
    assert "xxxx" in written
    assert "".join(written.split()).count(secret[60:72]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2.json", "1.json"), "2.json is newer than 1.json, by when they began; give the earlier one first"),
        (("1.json",), "name two files to compare, BEFORE and AFTER, or a history with --store"),
        (("1.json", "absent.json"), "absent.json: No such file or directory"),
        (("1.json", "other.json"), "other.json: is no JSON report, no SARIF and no inventory of mlposture"),
        (("1.json", "half.json"), "half.json: not a report of mlposture: "),
        (("1.json", "passes.json"), "passes.json: leaves out 1 of its failures; write it with fail among --verdicts"),
        (("1.json", "2.json", "--fail-on", "high"), "--fail-on high: a comparison knows what is new"),
        (("1.json", "2.json", "--fail-on", "new:worst"), "--fail-on new:worst: after new: use one of critical, high"),
        (("1.json", "2.json", "-o", "1.json"), "-o 1.json"),
        (("1.json", "2.json", "--json", "-o", "-"), "only one report can go to standard output"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(arguments: tuple[str, ...], says: str, scanned: Scanned) -> None:
    scanned.scan(1, lab("a"))
    report = (scanned.folder / scanned.scan(2, lab("a"))).read_text()
    (scanned.folder / "half.json").write_text(report[: len(report) // 2])
    (scanned.folder / "other.json").write_text('{"schema": "else"}')
    passes = {**json.loads(report), "findings": []}
    (scanned.folder / "passes.json").write_text(json.dumps(passes))
    done = scanned.diff(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


# -- the same threshold where a scan is judged -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "options", "code", "says"),
    [
        ((lab("a"),), ("--baseline", "1.json", "--fail-on", "new:low"), 0,
         "Exit code 0: no new or reopened failure at or above --fail-on new:low."),
        ((lab("a"), lab("b")), ("--baseline", "1.json", "--fail-on", "new:high"), 1,
         "Exit code 1: 1 high new or reopened failure, at or above --fail-on new:high."),
        ((lab("a"), lab("b")), ("--baseline", "1.json", "--fail-on", "new:critical"), 0,
         "Exit code 0: no new or reopened failure at or above --fail-on new:critical."),
        ((lab("b"),), ("--fail-on", "new:high"), 2,
         "mlposture: --fail-on new:high: an earlier scan says what is new; give its report with --baseline, or a "
         "--store"),
        ((lab("b"),), ("--baseline", "1.json", "--fail-on", "new:high", "--verdicts", "pass"), 2,
         "mlposture: --fail-on new:high: is about failures; leave fail among --verdicts"),
        ((lab("b"),), ("--baseline", "cut.sarif", "--fail-on", "new:high"), 2,
         "mlposture: --baseline cut.sarif: leaves failures out, so that nobody knows what is new; give JSON"),
    ],
)  # fmt: skip
def test_a_scan_fails_on_what_its_baseline_did_not_have(
    after: tuple[Any, ...], options: tuple[str, ...], code: int, says: str, scanned: Scanned
) -> None:
    scanned.scan(1, lab("a"))
    sarif = json.loads((scanned.folder / scanned.scan(1, lab("a"), form="sarif")).read_bytes())
    sarif["runs"][0]["properties"]["leftOut"] = 1
    (scanned.folder / "cut.sarif").write_text(json.dumps(sarif))
    scanned.scan(2, *after, form="inventory")
    done = mlposture("evaluate", "2.inventory.json", "--check", CHECK, "-q", *options, cwd=scanned.folder)

    assert done.returncode == code, done.stderr
    assert (done.stdout + done.stderr).splitlines()[-1] == says


# -- however much there is ---------------------------------------------------------------------------------------------


def blown_up(report: Path, findings: int, to: Path) -> None:
    """The report with its one finding so many times, each about another resource."""
    head, _, rest = report.read_text().partition('"findings": [\n')
    one, _, tail = rest.partition("\n ],")
    mark = json.loads(one)["fingerprint"]
    with to.open("w") as file:
        file.write(f'{head}"findings": [\n')
        for number in range(findings):
            file.write(one.replace(mark, f"{number:032x}") + (",\n" if number < findings - 1 else ""))
        file.write("\n ]," + tail.replace('"failed": 1', f'"failed": {findings}'))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the peak of a process")
def test_large_reports_are_not_in_memory(scanned: Scanned) -> None:
    report = scanned.folder / scanned.scan(1, lab("a"))
    peaks = []
    for findings in (1_000, 10_000):
        big = scanned.folder / f"{findings}.json"
        blown_up(report, findings, big)
        process = subprocess.Popen([MLPOSTURE, "diff", big, big, "-o", f"{big}.diff.json"], stdout=subprocess.DEVNULL)
        peaks.append(peak_of(process))
        assert process.returncode == 0
        assert json.loads(Path(f"{big}.diff.json").read_bytes())["counts"]["persisting"]["total"] == findings

    assert peaks[1] - peaks[0] < big.stat().st_size
    assert peaks[1] - peaks[0] < 20 * 10**6


# -- less data never says more -----------------------------------------------------------------------------------------


def without_check(report: dict[str, Any]) -> None:
    report["findings"] = []
    report["coverage"]["checks"] = [{**one, "id": "MLP-1002", "failed": 0} for one in report["coverage"]["checks"]]


def without_the_end_of_a_list(report: dict[str, Any]) -> None:
    for one in report["coverage"]["kinds"]:
        one["complete"] = False


def without_lists(report: dict[str, Any]) -> None:
    report["coverage"]["kinds"] = []


def without_passes(report: dict[str, Any]) -> None:
    report["findings"] = [one for one in report["findings"] if one["verdict"] in ("fail", "unknown")]


def without_what_is_not_a_failure(report: dict[str, Any]) -> None:
    report["findings"] = [one for one in report["findings"] if one["verdict"] == "fail"]


def with_all_unknown(report: dict[str, Any]) -> None:
    for one in report["findings"]:
        one["verdict"] = "unknown"
    for one in report["coverage"]["checks"]:
        verdicts = one["passed"] + one["failed"] + one["unknown"] + one["not_applicable"]
        one.update(passed=0, failed=0, unknown=verdicts, not_applicable=0)


LESS = (
    without_check, without_the_end_of_a_list, without_lists, without_passes, without_what_is_not_a_failure,
    with_all_unknown,
)  # fmt: skip


def certain(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(name, state) for name, state in states(found).items() if state in ("new", "fixed", "gone", "reopened")}


@pytest.mark.parametrize("less", LESS, ids=[one.__name__ for one in LESS])
@pytest.mark.parametrize("number", [0, 1], ids=["before", "after"])
def test_less_data_never_says_more(number: int, less: Callable[[dict[str, Any]], None], scanned: Scanned) -> None:
    names = list(pair(scanned, "all"))
    whole = certain(scanned.compared(*names))
    report = json.loads((scanned.folder / names[number]).read_bytes())
    less(report)
    names[number] = "less.json"
    (scanned.folder / "less.json").write_text(json.dumps(report))
    found = scanned.compared(*names)

    assert len(whole) == 4
    assert certain(found) <= whole
    lost = {name for name, state in states(found).items() if state in ("unknown", "not compared", "not failing")}
    assert len(certain(found)) == 4 or lost
