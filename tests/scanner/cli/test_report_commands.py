"""`mlposture report`: what it writes, where to, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import mlposture
from nights import CLOSED, day, inventory_of, lab
from scanning import calm
from support import ROOT

from scanner.cli.html_history import course_beside

EXAMPLE = str(ROOT / "examples" / "ai-systems.yaml")


@pytest.fixture(scope="module")
def inventories(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("inventories")
    for provider in ("aws", "gcp"):
        calm(provider)[0].save(folder / f"{provider}.json")
    return [part for provider in ("aws", "gcp") for part in ("--inventory", str(folder / f"{provider}.json"))]


def board(*arguments: str, cwd: Path):
    return mlposture("report", "board", *arguments, cwd=cwd)


def test_it_writes_a_page_about_all_inventories(inventories: list[str], tmp_path: Path) -> None:
    done = board(*inventories, "--systems", EXAMPLE, "-o", "board.html", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    page = (tmp_path / "board.html").read_text(encoding="utf-8")
    assert "Ticket sentiment" in page and "Card fraud scoring" in page and "its cloud was not scanned" in page
    assert page.count('<svg class="path"') == 4
    assert [path.name for path in tmp_path.iterdir()] == ["board.html"]


def test_it_takes_the_manifest_that_is_there_and_none_if_told_so(inventories: list[str], tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(Path(EXAMPLE).read_text(encoding="utf-8"), encoding="utf-8")

    assert "Ticket sentiment" in board(*inventories, "-o", "-", cwd=tmp_path).stdout
    assert "No AI system is declared" in board(*inventories, "--systems", "none", "-o", "-", cwd=tmp_path).stdout


def test_the_same_inventories_give_the_same_page(inventories: list[str], tmp_path: Path) -> None:
    first, second = (board(*inventories, "--systems", EXAMPLE, "-o", "-", cwd=tmp_path).stdout for _ in range(2))

    assert first == second and first.startswith("<!doctype html>")


def test_a_day_on_which_a_review_is_over_is_said(inventories: list[str], tmp_path: Path) -> None:
    done = board(*inventories, "--systems", EXAMPLE, "--as-of", "2027-09-02", "-o", "-", cwd=tmp_path)

    assert "ticket-sentiment: its classification was to be reviewed by 2027-09-01" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "soon"], "--as-of soon: give a day as year, month and day, such as 2027-12-02"),
        (["--systems", "gone.yaml"], "gone.yaml: No such file or directory"),
        (["--inventory", "gone.json"], "gone.json: No such file or directory"),
        (["--trust", "gone.toml"], "gone.toml: No such file or directory"),
        (["-o", "no/such/folder.html"], "-o no/such/folder.html: "),
        (["-o", "kept.html", "--trust", "kept.html"], "-o kept.html: something else is to be read there too"),
    ],
)
def test_bad_input_gets_one_sentence_and_nothing_is_written(
    inventories: list[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "kept.html").write_text("kept")
    done = board(*inventories, "-o", "board.html", *arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith(f"mlposture: {said}") and done.stderr.count("\n") == 1
    assert (tmp_path / "kept.html").read_text() == "kept" and not (tmp_path / "board.html").exists()


# -- report html -------------------------------------------------------------------------------------------------------


def html(*arguments: str, cwd: Path):
    return mlposture("report", "html", *arguments, cwd=cwd)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """Three inventories, of which a history has the first two."""
    for number, state in ((1, "Enabled"), (4, "Enabled"), (5, CLOSED)):
        inventory_of(day(number), lab("a", state)).save(tmp_path / f"{number}.json")
    for number in (1, 4):
        done = mlposture("evaluate", f"{number}.json", "--check", "MLP-1001", "--store", "sqlite:///history.db", "-q",
                         "-o", f"{number}.html", "--fail-on", "never", cwd=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
    return tmp_path


def test_a_scan_with_a_history_shows_how_it_went_itself_included(night: Path) -> None:
    first, second = ((night / name).read_text(encoding="utf-8") for name in ("1.html", "4.html"))

    assert "1 scan from 2026-11-23 to 2026-11-23" in first
    assert "2 scans from 2026-11-23 to 2026-11-26" in second and "this one among them" in second
    assert "2 days have no scan" in second


def test_the_page_is_made_later_with_the_history_until_then_and_adds_nothing(night: Path) -> None:
    before = (night / "history.db").read_bytes()
    store = ("--store", "sqlite:///history.db")
    for number, says in (
        (4, "2 scans from 2026-11-23 to 2026-11-26 in <span"),
        (5, "this one among them"),
        (1, "1 scan"),
    ):
        done = html("--inventory", f"{number}.json", "-o", "later.html", *store, cwd=night)
        assert (done.returncode, done.stdout) == (0, "")
        assert says in (night / "later.html").read_text(encoding="utf-8")
    assert (night / "history.db").read_bytes() == before
    assert html("--inventory", "5.json", "-o", "later.html", cwd=night).returncode == 0
    assert 'id="history"' not in (night / "later.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--store", "sqlite:///absent.db"], "absent.db: there is no such file"),
        (["--store", "sqlite:///out.html"], "out.html"),
        (["--verdicts", "pass"], "--verdicts: html is about failures"),
    ],
)
def test_a_page_that_cannot_be_made_is_refused(night: Path, arguments: list[str], said: str) -> None:
    done = html("--inventory", "1.json", "-o", "out.html", *arguments, cwd=night)

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert said in done.stderr and not (night / "out.html").exists()


def test_a_history_that_cannot_be_read_now_costs_no_report(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nowhere/history.db"

    assert course_beside(None, {"store": url}) is None  # type: ignore[arg-type] - it is not looked at
    assert "the page is written without its history" in caplog.text
