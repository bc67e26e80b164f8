"""Suppressions are the same to a scan, a scan that is resumed, its parts and a judgement without a cloud."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture, said
from scanning import PROVIDERS, calm, running

from scanner.cli.session import Session
from scanner.cli.suppressed import read_suppressions
from scanner.collect.plan import Plan
from scanner.model.errors import InputError
from scanner.store.journals import new_journal

NOTEBOOKS = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/"
#: Two expire, of which one is needed; one ends soon; one is for another cloud; one is not needed.
FILE = """\
schema: suppressions/1
suppressions:
- {check: MLP-1003, resource: "%(n)slegacy-*", reason: built on it, owner: ml-platform, accept_risk: true}
- {check: MLP-1003, resource: "%(n)sstopped-nb", reason: to go, owner: ml-platform, until: %(soon)s}
- {check: MLP-1001, resource: "%(n)slegacy-nb", reason: the move, owner: ml-platform, until: 2026-01-31}
- {check: MLP-1001, resource: "%(n)sgone", reason: the move, owner: ml-platform, until: 2026-01-31}
- {check: MLP-2101, account: example-fraud-prod, resource: "*", reason: public, owner: fraud, accept_risk: true}
- {check: MLP-1003, resource: "%(n)sgone", reason: to go, owner: ml-platform, accept_risk: true}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Inventories of the demo organisation, and a file of suppressions in force where commands run."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for provider in PROVIDERS[:2]:
        calm(provider)[0].save(tmp_path / f"{provider}.json")
    return tmp_path


def write(own: Path, taken_at: Any, name: str = "mlposture-suppressions.yaml") -> str:
    soon = taken_at.date() + timedelta(days=3)
    (own / name).write_text(FILE % {"n": NOTEBOOKS, "soon": soon})
    return str(soon)


def reported(own: Path, name: str) -> dict[str, Any]:
    """What a report says that suppressions may change."""
    found = json.loads((own / f"{name}.json").read_text())
    return {part: found[part] for part in ("findings", "summary", "scores", "suppressions", "evidence")}


def test_a_scan_and_a_judgement_of_what_it_saved_suppress_the_same(own: Path) -> None:
    soon = write(own, calm("aws")[0].taken_at)
    with running("aws"):
        scanned = mlposture("scan", "aws", "--no-cache", "--no-progress", "--save-inventory", "saved.json", "-o",
                            "scan.json", "--fail-on", "never", cwd=own)  # fmt: skip
    evaluated = mlposture("evaluate", "saved.json", "-o", "evaluated.json", "--fail-on", "never", cwd=own)
    bare = mlposture(
        "evaluate", "saved.json", "-o", "bare.json", "--suppressions", "none", "--fail-on", "never", cwd=own
    )

    lead = "mlposture: mlposture-suppressions.yaml"
    warnings = (
        f"{lead}:5: the suppression of MLP-1001 ended on 2026-01-31, and 1 finding is open again; remove it, or have "
        "it approved anew\n"
        f"{lead}:6: the suppression of MLP-1001 ended on 2026-01-31; remove it, or have it approved anew\n"
        f"{lead}:4: the suppression of MLP-1003 ends on {soon}; fix what it is about, or have ml-platform decide anew\n"
        f"{lead}:8: the suppression of MLP-1003 matches no failure; remove it, or correct what it names\n"
    )
    assert [said(each.stderr) for each in (scanned, evaluated, bare)] == [warnings, warnings, ""]
    assert reported(own, "scan") == reported(own, "evaluated")
    counts = reported(own, "scan")["summary"]["verdicts"]
    assert counts["suppressed"] == 2
    assert reported(own, "bare")["summary"]["verdicts"] == {**counts, "suppressed": 0, "fail": counts["fail"] + 2}
    assert reported(own, "bare")["scores"] == reported(own, "scan")["scores"]
    states = [one["state"] for one in reported(own, "scan")["suppressions"]]
    assert states == ["used", "used", "expired", "expired", "not judged", "unused"]


def test_inventories_that_are_merged_use_what_is_about_any_of_them(own: Path) -> None:
    write(own, calm("aws")[0].taken_at)
    merged = mlposture("merge", "aws.json", "gcp.json", "-o", "merged.json", "--fail-on", "never", cwd=own)
    assert merged.returncode == 0
    states = [one["state"] for one in reported(own, "merged")["suppressions"]]
    assert states == ["used", "used", "expired", "expired", "used", "unused"]
    assert reported(own, "merged")["summary"]["verdicts"]["suppressed"] == 3


def test_what_is_suppressed_does_not_fail_a_build(own: Path) -> None:
    only = ("--check", "MLP-1003", "--fail-on", "high")
    assert mlposture("evaluate", "aws.json", *only, cwd=own).returncode == 1
    text = "schema: suppressions/1\nsuppressions:\n- {check: MLP-1003, account: '111122223333', resource: '*', {}}\n"
    (own / "all.yaml").write_text(text.replace("{}", "reason: x, owner: y, until: 2099-12-31"))
    assert mlposture("evaluate", "aws.json", *only, "--suppressions", "all.yaml", cwd=own).returncode == 0
    later = mlposture("evaluate", "aws.json", *only, "--suppressions", "all.yaml", "--as-of", "2100-01-01", cwd=own)
    assert later.returncode == 1
    assert "ended on 2099-12-31, and 3 findings are open again" in later.stderr


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("suppressions: []\n", "s.yaml:1:1: schema is missing; add schema: suppressions/1\n"),
        (
            FILE.replace("MLP-2101", "MLP-9999"),
            "s.yaml:7:11: suppression 5: no check is called 'MLP-9999'; did you mean",
        ),
        (None, "s.yaml: No such file or directory\n"),
    ],
)
def test_what_is_wrong_is_said_before_a_cloud_is_asked(content: str | None, problem: str, own: Path) -> None:
    if content is not None:
        (own / "s.yaml").write_text(content % {"n": NOTEBOOKS, "soon": "2027-01-31"} if "%" in content else content)
    with running("aws") as world:
        done = mlposture("scan", "aws", "--suppressions", "s.yaml", "-o", "r.json", cwd=own)
        assert not world.operations()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mlposture: {problem}")
    assert not (own / "r.json").exists()


def test_a_configuration_may_name_the_file(own: Path) -> None:
    write(own, calm("aws")[0].taken_at, "other.yaml")
    (own / "mlposture.toml").write_text('suppressions = "other.yaml"\n[aws]\n')
    with running("aws"):
        done = mlposture("scan", "--config", "mlposture.toml", "--no-cache", "--no-progress", "-o", "r.json",
                         "--check", "MLP-1003", "--fail-on", "never", cwd=own)  # fmt: skip
    assert done.returncode == 0
    assert reported(own, "r")["suppressions"][0]["decision"]["entry"] == "other.yaml:3"
    refused = mlposture("evaluate", "aws.json", "--suppressions", "other.yaml", "-o", "json:other.yaml", cwd=own)
    assert refused.returncode == 2
    assert "other.yaml" in refused.stderr


def test_a_scan_that_is_resumed_has_the_entries_that_it_began_with(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(own, calm("aws")[0].taken_at)
    monkeypatch.chdir(own)
    register = read_suppressions({})
    with new_journal(str(own / "kept.journal")) as journal:
        options = {"suppressions": register, "no_cache": True, "journal": str(own / "kept.journal")}
        session = Session({"aws": {}}, options, Plan((), ()), journal, calm("aws")[0].taken_at)
        session.record()
        _, kept, _ = Session.recorded(journal, {})
        with pytest.raises(InputError, match="--suppressions: a resumed scan judges what it set out to judge"):
            Session.recorded(journal, {"suppressions": "other.yaml"})
    assert register is not None
    assert kept["suppressions"] == register
    assert kept["suppressions"].entries[0].place == "mlposture-suppressions.yaml:3"
