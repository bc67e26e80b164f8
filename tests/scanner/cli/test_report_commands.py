"""`mlposture report board`: what it writes, where to, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import mlposture
from scanning import calm
from support import ROOT

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
