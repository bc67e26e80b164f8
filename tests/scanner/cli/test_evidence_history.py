"""`evidence` and `report board` with a history: days of a period, since when, and the register over time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commandline import mlposture
from dossiers import MANIFEST, SOC2, build, inventory, read
from paging import words
from support import ROOT

STORE = ("--store", "sqlite:///history.db")
SYSTEM = "fraud-scoring"
BOARD = ("report", "board", "--systems", str(MANIFEST), "--inventory", "3.json", "-o", "board.html")


def taken(path: Path, day: int, provider: str = "gcp") -> None:
    """An inventory of the demo organisation, as of a day."""
    saved = json.loads(Path(inventory(provider)).read_text())
    path.write_text(json.dumps({**saved, "taken_at": f"2026-10-{day:02}T03:00:00Z"}))


def kept(folder: Path, file: str, *options: str) -> None:
    done = mlposture("evaluate", file, "--systems", str(MANIFEST), "--as-of", "2026-10-05", "--fail-on", "never", "-q",
                     *STORE, *options, cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans of three days, and a day without: the second left one check out and had one failure accepted."""
    folder = tmp_path_factory.mktemp("evidence-history")
    for number, day in enumerate((1, 2, 4), 1):
        taken(folder / f"{number}.json", day)
    kept(folder, "1.json")
    found = mlposture("evaluate", "1.json", "--systems", str(MANIFEST), "-o", "-", "-q", cwd=folder)
    failing = [one for one in json.loads(found.stdout)["findings"] if one["verdict"] == "fail"]
    one = next(each for each in failing if SYSTEM in each["systems"])
    (folder / "accepted.yaml").write_text(
        f"schema: suppressions/1\nsuppressions:\n- check: {one['check']['id']}\n  fingerprint: {one['fingerprint']}\n"
        "  reason: by design\n  owner: risk-ml\n  until: 2099-01-01\n"
    )
    kept(folder, "2.json", "--suppressions", "accepted.yaml", "--skip-check", "MLP-2001")
    kept(folder, "3.json")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, in which the tests run."""
    copy = tmp_path / "made"
    shutil.copytree(made, copy)
    monkeypatch.chdir(copy)
    return copy


def dossier(folder: Path, *options: str) -> dict[str, Any]:
    build(folder / "d", SYSTEM, *SOC2, *options, inventories=(str(folder / "3.json"),))
    return read(folder / "d")  # type: ignore[no-any-return]


def test_a_dossier_counts_the_days_of_each_control(folder: Path) -> None:
    found = dossier(folder, *STORE)
    period = found["history"]["period"]
    by_check = {check: one for one in period["controls"] for check in one["checks"]}

    jsonschema.validate(found, json.loads((ROOT / "docs/reference/dossier-v1.schema.json").read_bytes()))
    assert (period["first"], period["last"], period["scans"]) == ("2026-10-01", "2026-10-04", 3)
    assert period["without_scan"] == ["2026-10-03"]
    assert "2026-10-02" in by_check["MLP-2001"]["not_seen"]
    for one in period["controls"]:
        days = sorted(one["observed"] + one["not_seen"] + period["without_scan"])
        assert days == ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"]
        assert set(one["against"]) <= set(one["observed"] + one["not_seen"])
    assert "CC1.1" in period["unasked"]


def test_it_says_since_when_and_what_was_suppressed_then(folder: Path) -> None:
    found = dossier(folder, *STORE)
    since = {one["first_seen"] for one in found["observations"] if one["bears"] == "against"}
    [spell] = found["history"]["suppressed"]

    assert since == {"2026-10-01T03:00:00Z"}
    assert (spell["since"], spell["until"]) == ("2026-10-02", "2026-10-04")
    assert not [one for one in found["observations"] if one["bears"] != "against" and one.get("first_seen")]


def test_its_page_says_snapshot_and_never_that_a_control_operated(folder: Path) -> None:
    dossier(folder, *STORE)
    text = words((folder / "d" / "dossier.html").read_bytes())

    assert "Days of the period 2026-10-01 to 2026-10-04" in text and "On 1 day there was none" in text
    assert "A scan is a snapshot" in text and "operated effectively" not in text.lower()
    assert mlposture("evidence", "verify", "d").returncode == 0
    digest = read(folder / "d")["history"]["digest"]
    assert digest in text
    assert mlposture("history", "verify", *STORE, "--digest", digest).returncode == 0


def test_another_period_is_asked_for_by_its_days(folder: Path) -> None:
    period = dossier(folder, *STORE, "--from", "2026-09-30", "--to", "2026-10-02")["history"]["period"]

    assert (period["scans"], period["without_scan"]) == (2, ["2026-09-30"])


@pytest.mark.parametrize("days", [("2026-08-01", "2026-08-31"), ("2026-10-03", "2026-10-03")])
def test_a_period_without_a_scan_is_said_on_stderr_and_in_the_dossier(days: tuple[str, str], folder: Path) -> None:
    asked = (*STORE, "--from", days[0], "--to", days[1])
    said = build(folder / "d", SYSTEM, *SOC2, *asked, inventories=("3.json",))
    board = mlposture(*BOARD, *asked)
    history = read(folder / "d")["history"]

    assert board.returncode == 0
    for one in (said, board.stderr):
        assert f"holds no scan of the days {days[0]} to {days[1]}; its scans are of 2026-10-01 to 2026-10-04; " \
               "no day of this period was observed" in one  # fmt: skip
    assert history["period"]["scans"] == 0 and history["limits"][0].startswith("No scan of the history asked an")
    text = words((folder / "d" / "dossier.html").read_bytes())
    assert text.count("nothing is known of its days") == 2


def test_of_a_system_that_no_scan_asked_it_is_said_too(folder: Path) -> None:
    """The scans are of one cloud, and the system of another."""
    store = ("--store", "sqlite:///aws.db")
    assert mlposture("evaluate", inventory("aws"), "--fail-on", "never", "-q", *store).returncode == 0
    said = build(folder / "d", SYSTEM, *SOC2, *store, inventories=("3.json",))

    assert f"that asked an account of {SYSTEM}; no day of this period was observed" in said
    assert read(folder / "d")["history"]["limits"][0].startswith("No scan of the history asked an account")


def test_a_period_with_a_scan_warns_of_nothing(folder: Path) -> None:
    assert build(folder / "d", SYSTEM, *SOC2, *STORE, inventories=("3.json",)) == ""


def test_without_a_history_there_is_no_period(folder: Path) -> None:
    assert dossier(folder)["history"] is None
    assert 'id="period"' not in (folder / "d" / "dossier.html").read_text()


def test_a_customer_is_not_told_where_the_history_is(folder: Path) -> None:
    found = dossier(folder, *STORE, "--audience", "customer")
    [spell] = found["history"]["suppressed"]

    assert "history.db" not in (folder / "d" / "dossier.json").read_text()
    assert spell["resource"].startswith("id-") and spell["account"].startswith("id-")
    assert found["history"]["period"]["controls"][0]["checks"]


def test_the_board_has_a_line_of_days_and_since_when(folder: Path) -> None:
    done = mlposture(*BOARD, *STORE)
    text = words((folder / "board.html").read_bytes())

    assert done.returncode == 0, done.stderr
    assert (
        "SOC 2, 2026-10-01 to 2026-10-04, by snapshots: " in text
        and " 1 without a scan; evidence against on 3." in text
    )
    assert "(since 2026-10-01)" in text and "a scan is a snapshot" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "2026-10-01"), "--from 2026-10-01: only a history knows a period; name it with --store"),
        ((*STORE, "--to", "soon"), "--to soon: give a day as year, month and day"),
        ((*STORE, "--from", "2026-10-02", "--to", "2026-10-01"), "give the earlier day as --from"),
        ((*STORE, "--from", "2026-11-02"), "has scans from 2026-10-01 to 2026-10-04; give both --from and --to"),
        ((*STORE, "--from", "1999-11-02"), "a period has ten years at most"),
        (("--store", "sqlite:///absent.db"), "absent.db: there is no such file"),
    ],
)
@pytest.mark.parametrize("command", ["evidence", "board"])
def test_what_is_no_period_is_said_in_a_sentence(
    command: str, options: tuple[str, ...], said: str, folder: Path
) -> None:
    evidence = ("evidence", SYSTEM, "--systems", str(MANIFEST), *SOC2, "--inventory", "3.json", "-o", "d")
    done = mlposture(*(evidence if command == "evidence" else BOARD), *options)
    lines = [line for line in done.stderr.splitlines() if "Risk management file" not in line]

    assert (done.returncode, done.stdout, len(lines)) == (2, "", 1)
    assert said in lines[0] and not (folder / "d").exists() and not (folder / "board.html").exists()
