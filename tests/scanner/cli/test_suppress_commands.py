"""`mlposture suppress` writes an entry that reads back as what was meant, and keeps all that was there."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import calm

from scanner.cli.suppressed import all_checks
from scanner.model.errors import InputError
from scanner.model.notes import Suppression
from scanner.suppress.adding import Decision, Subject, with_entry
from scanner.suppress.register import parse_register, read_register

CHECKS = all_checks()
DEFAULT = "mlposture-suppressions.yaml"
NOTEBOOK = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/research"
WHO = ("--reason", "built on it", "--owner", "ml-platform")
KEPT = """\
# ours, in our order
suppressions:
    # the first
    - check: MLP-1001
      resource: arn:aws:sagemaker:*:notebook-instance/a
      reason: "a: #b"    # as agreed
      owner: x
      accept_risk: true
    # the end
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved inventory of the demo organisation, and the report on it."""
    made = tmp_path_factory.mktemp("suppress")
    calm("aws")[0].save(made / "inventory.json")
    options = ("--verdicts", "all", "--fail-on", "never", "--suppressions", "none")
    assert mlposture("evaluate", "inventory.json", "-o", "report.json", *options, cwd=made).returncode == 0
    return made


@pytest.fixture(scope="module")
def failures(folder: Path) -> list[dict[str, Any]]:
    found = json.loads((folder / "report.json").read_text())["findings"]
    return [one for one in found if one["verdict"] == "fail"]


def suppress(folder: Path, fingerprint: str, *options: str, file: Path) -> subprocess.CompletedProcess[str]:
    return mlposture("suppress", fingerprint, *WHO, "-f", str(file), *options, cwd=folder)


def subject(**fields: Any) -> Subject:
    given = {"fingerprint": "a1" * 16, "check": "MLP-1003", "resource": NOTEBOOK, "account": "111122223333"}
    return Subject(**(given | fields))


def added(content: str | None, *, decision: Decision | None = None, **fields: Any) -> tuple[str, Suppression]:
    given = decision or Decision(reason="built on it", owner="ml-platform")
    new, entry = with_entry(content.encode() if content else None, subject(**fields), given, CHECKS, "s.yaml")
    return new.decode(), entry


def test_a_file_is_begun_and_goes_on(folder: Path, failures: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    first, second = failures[0], failures[-1]
    done = suppress(folder, first["fingerprint"], "--report", "report.json", "--until", "2099-12-31", file=file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{file}:5: {first['check']['id']} on {first['resource']['id']} is suppressed, until 2099-12-31 (ml-platform)\n"
    )
    again = suppress(folder, second["fingerprint"][:8], "--inventory", "inventory.json", "--accept-risk",
                     "--approver", "ciso", "--ticket", "SEC-1", file=file)  # fmt: skip
    assert (again.returncode, again.stderr) == (0, "")
    entries = read_register(file, CHECKS).entries
    assert [(one.check, one.resource, one.account, one.until, one.approver, one.ticket) for one in entries] == [
        (first["check"]["id"], first["resource"]["id"], "111122223333", date(2099, 12, 31), "", ""),
        (second["check"]["id"], second["resource"]["id"], "111122223333", None, "ciso", "SEC-1"),
    ]

    judged = mlposture("evaluate", "inventory.json", "--suppressions", str(file), "-o", str(tmp_path / "r.json"),
                       "--fail-on", "never", cwd=folder)  # fmt: skip
    assert (judged.returncode, judged.stderr) == (0, "")
    found = [one for one in json.loads((tmp_path / "r.json").read_text())["findings"] if one["suppression"]]
    assert [one["fingerprint"] for one in found] == [first["fingerprint"], second["fingerprint"]]

    for where in (("--report", str(tmp_path / "r.json")), ("--report", "report.json")):
        twice = suppress(folder, first["fingerprint"], *where, "--accept-risk", file=file)
        assert twice.returncode == 2
        assert f"{file}:5" in twice.stderr and "change it there" in twice.stderr


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--report", "report.json"), "say how long it holds, by either --until or --accept-risk"),
        (("--report", "report.json", "--until", "2099-01-01", "--accept-risk"), "say how long it holds"),
        (("--accept-risk",), "say where the finding is, by either --report or --inventory"),
        (("--report", "report.json", "--inventory", "inventory.json", "--accept-risk"), "say where the finding is"),
        (("--report", "report.json", "--until", "2020-01-01"), "--until 2020-01-01: is over; give a day that is to"),
        (("--report", "report.json", "--until", "soon"), "--until soon: give a day as year, month and day, such as"),
        (("--report", "absent.json", "--accept-risk"), "absent.json: No such file or directory"),
        (("--report", "inventory.json", "--accept-risk"), "inventory.json: is no JSON report of mlposture"),
        (("--inventory", "report.json", "--accept-risk"), "report.json: "),
        (("--report", "report.json", "--accept-risk", "--reason", " "), "reason is missing; add reason: text"),
        (("--report", "report.json", "--accept-risk", "--owner", "\u202eme"), "owner has characters that cannot be"),
        (("--report", "report.json", "--accept-risk", "-f", "absent/s.yaml"), "-f absent/s.yaml: the folder absent"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(folder, failures, options, problem, tmp_path) -> None:
    done = suppress(folder, failures[0]["fingerprint"], *options, file=tmp_path / "s.yaml")
    assert done.returncode == 2
    assert problem in done.stderr
    assert not (tmp_path / "s.yaml").exists()


def test_a_fingerprint_that_nothing_or_no_failure_has_is_refused(folder: Path, tmp_path: Path) -> None:
    found = json.loads((folder / "report.json").read_text())["findings"]
    passed = next(one for one in found if one["verdict"] == "pass")
    for fingerprint, problem in (
        ("0" * 32, f"report.json: no finding has a fingerprint that begins with {'0' * 32}; reports show it of each"),
        ("abc", "abc: give at least 6 characters of the fingerprint"),
        (passed["fingerprint"], "is pass; only a failure can be suppressed"),
    ):
        done = suppress(folder, fingerprint, "--report", "report.json", "--accept-risk", file=tmp_path / "s.yaml")
        assert done.returncode == 2
        assert problem in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_used_stays_as_it_is(
    folder: Path, failures: list[dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("schema: suppressions/1\nsuppressions: none\n")
    done = suppress(folder, failures[0]["fingerprint"], "--report", "report.json", "--accept-risk", file=file)
    assert (done.returncode, done.stderr) == (2, f"mlposture: {file}:2:15: suppressions: write a list, such as [none], "
                                                 "not 'none'\n")  # fmt: skip
    assert file.read_text() == "schema: suppressions/1\nsuppressions: none\n"
    assert [path.name for path in tmp_path.iterdir()] == ["s.yaml"]


def test_what_stands_in_the_file_is_kept_with_its_order_and_comments() -> None:
    begun = "schema: suppressions/1\n" + KEPT
    text, entry = added(begun)
    assert text.startswith(begun.rstrip())
    assert text.endswith("\n\n    - check: MLP-1003\n      resource: " + text.rpartition("resource: ")[2])
    assert entry.place == "s.yaml:12"
    windows, _ = added(begun.replace("\n", "\r\n"))
    assert "\n" not in windows.replace("\r\n", "")
    assert windows.replace("\r\n", "\n") == text


@pytest.mark.parametrize("empty", ["suppressions: []\n", "suppressions: [ ] # none yet\n"])
def test_an_empty_list_goes_on(empty: str) -> None:
    text, _ = added("schema: suppressions/1\n" + empty)
    assert text.startswith("schema: suppressions/1\nsuppressions:")
    assert len(parse_register(text.encode(), CHECKS, "s.yaml").entries) == 1


@pytest.mark.parametrize(
    "text",
    [
        KEPT + "schema: suppressions/1\n",
        "schema: suppressions/1\nsuppressions: [{check: MLP-1001, resource: 'arn:x', reason: x, owner: x, "
        "accept_risk: true}]\n",
        "schema: suppressions/1\n" + KEPT + "...\n",
        '{"schema": "suppressions/1", "suppressions": []}',
    ],
)
def test_a_file_that_does_not_end_with_its_list_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"s\.yaml: does not end with its list of suppressions"):
        added(text)


@pytest.mark.parametrize(
    "said",
    ["a: b", "# no comment", "- a", "'quoted\"", "yes", "2027-01-01", "null", "a\nb", "ü 模型", "{x: y}",
     "x" * 500 + " y", "tab\there", "*anchor", "&x", "%directive", "trailing:"],
)  # fmt: skip
def test_whatever_is_said_reads_back_as_it_was_meant(said: str) -> None:
    decision = Decision(reason=said, owner=said, approver=said, ticket=said, until=date(2027, 1, 31))
    _, entry = added("schema: suppressions/1\n" + KEPT, decision=decision)
    plain = " ".join(said.split())
    assert (entry.reason, entry.owner, entry.approver, entry.ticket) == (plain,) * 4


@pytest.mark.parametrize("id", [f"{NOTEBOOK}*", f"{NOTEBOOK}?x", "no full id", f"{NOTEBOOK}\u202e", f"{NOTEBOOK}\n# x"])
def test_an_id_that_would_be_a_glob_or_is_none_goes_by_its_fingerprint(id: str) -> None:
    text, entry = added(None, resource=id)
    assert (entry.resource, entry.fingerprint) == ("", "a1" * 16)
    assert len(parse_register(text.encode(), CHECKS, "s.yaml").entries) == 1
