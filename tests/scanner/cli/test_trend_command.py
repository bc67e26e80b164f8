"""`mlposture trend`, and `mlposture diff` of a history: what they print and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from commandline import mlposture
from nights import CLOSED, UNSEEN, Nights, lab
from support import ROOT

SCHEMAS = ROOT / "docs" / "reference"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    made = Nights(f"sqlite:///{tmp_path}/posture.db")
    made.scan(lab("a"), lab("b"))
    made.scan(lab("a", CLOSED), lab("b", UNSEEN), lab("c"))
    return made


def test_the_trend_has_a_row_for_each_scan(nights: Nights) -> None:
    done = mlposture("trend", "--store", nights.url)
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert lines[0] == f"{nights.url}: 2 scans"
    first, second = (line.split() for line in lines if line.startswith(("1  2026", "2  2026")))
    assert [line.split() for line in lines if line.startswith("scan ")] == [
        ["scan", "critical", "high", "medium", "low", "info", "new", "not", "compared", "fixed", "unknown", "posture",
         "%", "bounds", "coverage", "%", "unlike"]
    ]  # fmt: skip
    assert first[3:12] == ["0", "2", "0", "0", "0", "0", "2", "0", "0"]
    assert second[3:13] == ["partial", "0", "1", "0", "0", "0", "1", "0", "1", "1"]
    assert any(line.startswith("soc2") for line in lines)


@pytest.mark.parametrize("width", [45, 80, 200])
def test_tables_are_folded_and_no_column_is_lost(nights: Nights, width: int) -> None:
    done = mlposture("trend", "--store", nights.url, "--width", str(width))
    lines = done.stdout.splitlines()[1:]
    heads = [line for line in lines if line.startswith("scan ")]

    assert max(map(len, lines)) <= width
    assert " ".join(" ".join(head.split()[1:]) for head in heads) == (
        "critical high medium low info new not compared fixed unknown posture % bounds coverage % unlike"
    )
    assert sum(line.startswith("2  2026") for line in lines) == len(heads)
    assert (len(heads) == 1) == (width == 200)


def test_the_trend_as_json_is_what_its_schema_says(nights: Nights) -> None:
    done = mlposture("trend", "--store", nights.url, "--last", "1", "--json")
    found = json.loads(done.stdout)

    jsonschema.validate(found, json.loads((SCHEMAS / "trend-v1.schema.json").read_bytes()))
    [scan] = found["scans"]
    assert (scan["number"], scan["states"]) == (2, {"fixed": 1, "new": 1, "unknown": 1})
    assert found["frameworks"]["soc2"] == [2]
    assert {one["severity"]: one["at_least"] for one in found["time_to_fix"]}["high"] == 1


def test_two_scans_of_a_history_are_compared(nights: Nights) -> None:
    done = mlposture("diff", "--store", nights.url, "--json", "--fail-on", "new:high")
    found = json.loads(done.stdout)

    assert done.returncode == 1
    jsonschema.validate(found, json.loads((SCHEMAS / "diff-v1.schema.json").read_bytes()))
    assert [(one["resource"]["name"], one["state"], one["after"]) for one in found["findings"]] == [
        ("c", "new", "fail"), ("b", "unknown", "unknown"), ("a", "fixed", "pass")
    ]  # fmt: skip
    assert found["findings"][0]["check"]["title"] == "Notebook instance has a direct route to the internet"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("trend", "--store", "sqlite:///absent.db"), "absent.db"),
        (("trend", "--store", "mysql://host/db"), "--store mysql:…: use sqlite:///PATH"),
        (("diff", "--store", "sqlite:///absent.db"), "absent.db"),
        (("diff", "a.json", "b.json", "--store", "sqlite:///absent.db"), "a.json: --store names what to compare"),
        (("diff", "a.json", "b.json", "--from", "1"), "--from and --to are scans of a history; name it with --store"),
    ],
)
def test_what_is_no_history_is_said_in_a_sentence(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = mlposture(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []
