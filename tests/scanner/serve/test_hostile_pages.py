"""What hostile folders, reports and histories may do to pages: nothing, and never to the process that serves them."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from nights import Nights, lab
from scanning import calm
from served import report_of, serving

from scanner.model.errors import InputError
from scanner.serve.dossiers import pages_in, read_page
from scanner.serve.from_history import site_of_history


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dossiers"
    (made / "fraud").mkdir(parents=True)
    (made / "fraud" / "dossier.html").write_text("Fraud scoring", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "dossier.html").write_text("not named", encoding="utf-8")
    return made


def test_pipes_and_folders_are_no_pages(folder: Path) -> None:
    os.mkfifo(folder / "pipe.html")
    (folder / "folder.html").mkdir()

    assert list(pages_in(folder)) == ["fraud/dossier.html"]


@pytest.mark.parametrize("now", ["pipe", "folder", "link", "folder that is a link", "gone"])
def test_what_takes_the_place_of_a_page_is_not_shown_and_holds_nobody_up(now: str, folder: Path) -> None:
    page = pages_in(folder)["fraud/dossier.html"]
    assert read_page(page) == b"Fraud scoring"
    page.unlink()
    if now == "pipe":
        os.mkfifo(page)
    elif now == "folder":
        page.mkdir()
    elif now == "link":
        page.symlink_to(folder.parent / "elsewhere" / "dossier.html")
    elif now == "folder that is a link":
        page.parent.rmdir()
        page.parent.symlink_to(folder.parent / "elsewhere")

    assert read_page(page) is None


def test_a_page_that_is_written_anew_is_shown_also_in_a_folder_that_a_link_names(folder: Path) -> None:
    (folder.parent / "named").symlink_to(folder)
    page = pages_in(folder.parent / "named")["fraud/dossier.html"]
    (folder / "new").write_text("Written anew", encoding="utf-8")
    (folder / "new").replace(folder / "fraud" / "dossier.html")

    assert read_page(page) == b"Written anew"


def test_a_name_that_is_no_text_is_listed_and_shown(folder: Path, tmp_path: Path) -> None:
    with open(os.fsencode(folder) + b"/caf\xe9.html", "w", encoding="utf-8") as file:  # noqa: PTH123 - a name in bytes
        file.write("Coffee")
    report_of(calm("aws")[0], tmp_path)
    with serving("report.json", "--dossiers", "dossiers", cwd=tmp_path) as made:
        assert "caf\ufffd.html" in made.ask("/dossiers").text
        assert made.ask("/dossiers/caf%EF%BF%BD.html").text == "Coffee"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(fingerprint="../../dossiers?x#y"),
        lambda one: one["check"].update(id="MLP-1\u202e001"),
        lambda one: one.update(state="\u202enew"),
    ],
)
def test_a_report_with_ids_that_are_none_is_refused(change: Any, tmp_path: Path) -> None:
    report = report_of(calm("aws")[0], tmp_path)
    change(report["findings"][0])
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    done = mlposture("serve", "report.json", "--port", "0", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "not a report of mlposture" in done.stderr


def test_what_a_file_is_called_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    report_of(calm("aws")[0], tmp_path)
    (tmp_path / "report.json").rename(tmp_path / "a\x1b[31m\u202e.json")
    with serving("a\x1b[31m\u202e.json", "--host", "LOCALHOST", cwd=tmp_path) as made:
        assert "\x1b" not in made.place and "\u202e" not in made.place


def test_a_history_with_a_check_of_a_hostile_name_has_all_its_pages(tmp_path: Path) -> None:
    Nights(f"sqlite:///{tmp_path / 'h.db'}").scan(lab("a"))
    with sqlite3.connect(tmp_path / "h.db") as database:
        database.execute("UPDATE mlposture_findings SET subject = ?", ('["MLP-\u202e1001","x","y"]',))
    database.close()
    with serving("--store", "sqlite:///h.db", cwd=tmp_path) as made:
        text = made.ask("/").text
        assert "\u202e" not in text and "Checks that fail" in text


def test_a_scan_that_asked_an_account_twice_is_not_understood(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'h.db'}"
    Nights(url).scan(lab("a"))
    with sqlite3.connect(tmp_path / "h.db") as database:
        [(record,)] = database.execute("SELECT record FROM mlposture_scans")
        scan = json.loads(record)
        changed = json.dumps({**scan, "accounts": scan["accounts"] * 2}).encode()
        database.execute("UPDATE mlposture_scans SET record = ?", (changed,))
    database.close()

    with pytest.raises(InputError, match="holds what mlposture did not write so"):
        site_of_history(url)


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "before it was recorded"])
def test_a_scan_that_did_not_see_all_never_says_that_no_call_failed(recorded: bool, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'h.db'}"
    Nights(url).scan(lab("a"), complete=False)
    with sqlite3.connect(tmp_path / "h.db") as database:
        [(record,)] = database.execute("SELECT record FROM mlposture_scans")
        scan = json.loads(record)
        assert scan["accounts"][0]["looked"] and scan["accounts"][0]["blind"]
        for account in scan["accounts"]:
            account.update(blind=[], settled=True, looked=account["looked"] if recorded else [])
        database.execute("UPDATE mlposture_scans SET record = ?", (json.dumps(scan).encode(),))
    database.close()
    site = site_of_history(url)

    assert site.unseen and not site.complete
    assert [one.complete for one in site.accounts] == [False]
