"""SARIF as files: how many, what they are called, what is said of them, and what code scanning would not take."""

from __future__ import annotations

import gzip
import json
from itertools import chain
from pathlib import Path

import pytest
from commandline import mlposture
from factories.aws import notebook
from msgspec.structs import replace
from support import NOW

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.nouns import Listing, Scope
from scanner.store.inventory import Inventory


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """45 accounts with a failing notebook each."""
    inventory = Inventory(NOW)
    scopes = [Scope("aws", f"{number:012}", "eu-west-1") for number in range(1, 46)]
    for scope in scopes:
        id = f"arn:aws:sagemaker:eu-west-1:{scope.account}:notebook-instance/lab"
        inventory.add(replace(notebook("lab", direct_internet_access="Enabled"), id=id, scope=scope))
        inventory.listings[NotebookInstance.kind, scope] = Listing(
            kind=NotebookInstance.kind, scope=scope, complete=True, observed=1
        )
    inventory.scopes = tuple(scopes)
    path = tmp_path_factory.mktemp("saved") / "inventory.json"
    inventory.save(path)
    return path


def evaluate(saved: Path, folder: Path, *options: str):
    return mlposture("evaluate", str(saved), "--check", "MLP-1001", "--fail-on", "never", *options, cwd=folder)


def accounts(path: Path) -> list[str]:
    return [run["properties"]["account"] for run in json.loads(path.read_text())["runs"]]


def test_more_accounts_than_a_file_holds_become_several_that_are_named(saved, tmp_path):
    done = evaluate(saved, tmp_path, "-o", "out.sarif", "-o", "sarif:latest")
    assert done.returncode == 0, done.stderr
    for names in (("out.sarif", "out-2.sarif", "out-3.sarif"), ("latest", "latest-2", "latest-3")):
        parts = [accounts(tmp_path / name) for name in names]
        assert [len(part) for part in parts] == [20, 20, 5]
        assert list(chain(*parts)) == sorted(chain(*parts))
    assert "mlposture: out-2.sarif: has the accounts from 000000000021 to 000000000040\n" in done.stderr
    assert len(list(tmp_path.iterdir())) == 6


def test_categories_do_not_depend_on_which_file_a_run_is_in(saved, tmp_path):
    evaluate(saved, tmp_path, "-o", "out.sarif", "--sarif-category", "northwind/ACCOUNT")
    runs = [
        run for name in ("out.sarif", "out-2.sarif", "out-3.sarif")
        for run in json.loads((tmp_path / name).read_text())["runs"]
    ]  # fmt: skip
    categories = [run["automationDetails"]["id"].rpartition("/")[0] for run in runs]
    assert categories == [f"northwind/{number:012}" for number in range(1, 46)]


def test_accounts_with_many_failures_are_fewer_to_a_file(saved, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.sarif_style.MAX_FILE_RESULTS", 10)
    evaluate(saved, tmp_path, "-o", "out.sarif")
    assert [len(accounts(tmp_path / f"out{part}.sarif")) for part in ("", "-2", "-3", "-4", "-5")] == [
        10,
        10,
        10,
        10,
        5,
    ]
    monkeypatch.setattr("reports.sarif_style.MAX_FILE_RESULTS", 0)
    evaluate(saved, tmp_path, "-o", "one.sarif")
    assert len(list(tmp_path.glob("one*"))) == 45
    evaluate(saved, tmp_path, "-o", "few.sarif", "--sarif-group", "check")
    assert len(list(tmp_path.glob("few*"))) == 3


def test_a_file_of_an_earlier_scan_is_pointed_out_and_left_alone(saved, tmp_path):
    (tmp_path / "out-4.sarif").write_text("before")
    done = evaluate(saved, tmp_path, "-o", "out.sarif")
    assert "out-4.sarif: is not of this scan, which has 3 files" in done.stderr
    assert (tmp_path / "out-4.sarif").read_text() == "before"


def test_what_is_no_file_holds_one(saved, tmp_path):
    done = evaluate(saved, tmp_path, "-o", "sarif:/dev/null", "-o", "x.json")
    assert done.returncode == 2
    assert "/dev/null: the 45 accounts of this report need 3 files" in done.stderr
    assert (tmp_path / "x.json").exists()


def test_a_file_too_large_when_compressed_is_not_written_and_it_is_said_what_helps(saved, tmp_path, monkeypatch):
    evaluate(saved, tmp_path, "-o", "fits.sarif")
    size = len(gzip.compress((tmp_path / "fits.sarif").read_bytes()))
    monkeypatch.setattr("reports.sarif_style.MAX_COMPRESSED", size - 100)
    done = evaluate(saved, tmp_path, "-o", "out.sarif")
    assert done.returncode == 2
    assert "out.sarif: would have 0.0 MB compressed" in done.stderr
    assert "use --sarif-group check, or --min-severity, or a report for fewer accounts" in done.stderr
    assert not (tmp_path / "out.sarif").exists()
    assert evaluate(saved, tmp_path, "-o", "full.sarif", "--sarif-profile", "full").returncode == 0


def test_a_file_is_as_large_as_when_it_is_compressed_well(saved, tmp_path, monkeypatch):
    evaluate(saved, tmp_path, "-o", "fits.sarif")
    well, fast = (len(gzip.compress((tmp_path / "fits.sarif").read_bytes(), level)) for level in (6, 1))
    assert well < fast
    monkeypatch.setattr("reports.sarif_style.MAX_COMPRESSED", well + 100)
    assert well + 100 < fast
    assert evaluate(saved, tmp_path, "-o", "out.sarif").returncode == 0
    assert (tmp_path / "out.sarif").exists()


@pytest.mark.parametrize(
    ("category", "says"),
    [
        ("mlposture", "must have ACCOUNT in it"),
        ("mlposture/ACCOUNT/", "no slash at an end"),
        ("/ACCOUNT", "no slash at an end"),
        ("ACCOUNT\x1b", "printable ASCII"),
        ("Köln/ACCOUNT", "printable ASCII"),
    ],
)
def test_a_category_that_cannot_be_one_is_refused(category, says, saved, tmp_path):
    done = evaluate(saved, tmp_path, "-o", "out.sarif", "--sarif-category", category)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_style_that_there_is_not_is_refused_before_anything_is_asked(tmp_path):
    (tmp_path / "c.toml").write_text('[sarif]\nprofile = "gitlab"\n[aws]\n')
    done = mlposture("scan", "--config", "c.toml", "-o", "x.sarif", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "mlposture: --sarif-profile gitlab: use one of github, full\n"


def test_a_configuration_says_what_options_say(saved, tmp_path, monkeypatch):
    """The options of the command line count more."""
    monkeypatch.setattr("scanner.cli.commands.start", lambda _, options: seen.update(options) or 0)
    (tmp_path / "c.toml").write_text(
        'baseline = ["before.json"]\n[sarif]\nprofile = "full"\ngroup = "check"\ncategory = "x/ACCOUNT"\n'
        'incomplete = "include"\n[aws]\n'
    )
    seen: dict[str, object] = {}
    mlposture("scan", "--config", "c.toml", "--sarif-group", "resource", cwd=tmp_path)
    assert {name: seen[name] for name in seen if name.startswith(("sarif", "baseline"))} == {
        "baseline": ("before.json",), "sarif_profile": "full", "sarif_group": "resource",
        "sarif_category": "x/ACCOUNT", "sarif_incomplete": "include",
    }  # fmt: skip
