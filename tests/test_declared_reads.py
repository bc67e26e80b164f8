"""What is read where AI systems are declared alone: without a manifest it is neither asked, nor judged, nor missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import calm, running
from support import ROOT, registered

from scanner.cli.judging import judge, load_saved, select
from scanner.cli.undeclared import prepared
from scanner.model.checks import CHECKS
from scanner.model.reported import Report
from scanner.model.selection import without_systems

MANIFEST = str(ROOT / "examples" / "ai-systems.yaml")
KINDS = {"aws.cloudwatch.Alarm", "aws.logs.LogGroup", "aws.sagemaker.MonitoringSchedule", "aws.sns.Topic"}
JUDGED = {"MLP-5504", "MLP-5505", "MLP-5506", "MLP-5507"}
OPERATIONS = {"cloudwatch:DescribeAlarms", "logs:DescribeLogGroups", "sagemaker:ListMonitoringSchedules"}
SCAN = ("scan", "aws", "--no-cache", "--no-progress", "--fail-on", "never")
EVALUATE = ("evaluate", "--fail-on", "never", "--verdicts", "all")
MERGE = ("merge", *EVALUATE[1:])
OPTIONS: dict[str, Any] = {"check": (), "skip_check": (), "framework": (), "verdicts": "all"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with inventories of the demo organisation, taken without a manifest and with one, and their reports."""
    folder = tmp_path_factory.mktemp("declared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        for name, more in (("plain", ()), ("declared", ("--systems", MANIFEST))):
            args = (*SCAN, *more, "--verdicts", "all", "--save-inventory", f"{name}.json", "-o", f"of-{name}.json")
            with running("aws") as world:
                done = mlposture(*args, cwd=folder)
            assert done.returncode == 0, done.stderr
            assert (OPERATIONS & world.operations()) == (OPERATIONS if more else set())
        yield folder


def read(own: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((own / name).read_text())
    return found


def judged(report: dict[str, Any]) -> set[str]:
    return JUDGED & {finding["check"]["id"] for finding in report["findings"]}


def unasked(report: dict[str, Any]) -> set[str]:
    return KINDS & {gap["kind"] for gap in report["gaps"]}


def evaluated(own: Path, *args: str) -> dict[str, Any]:
    done = mlposture(*args, "-o", "again.json", cwd=own)
    assert done.returncode == 0, done.stderr
    return read(own, "again.json")


def test_a_scan_without_a_manifest_asks_judges_and_misses_none_of_it(own: Path) -> None:
    plain, declared = read(own, "of-plain.json"), read(own, "of-declared.json")

    assert (judged(plain), unasked(plain)) == (set(), set())
    assert not JUDGED & {check["id"] for check in plain["coverage"]["checks"]}
    assert not KINDS & {listing["kind"] for listing in plain["coverage"]["kinds"]}
    assert judged(declared) == JUDGED
    assert not unasked(declared)


def test_the_terminal_says_how_many_checks_are_for_declared_systems(own: Path) -> None:
    def said(*args: str) -> str:
        done = mlposture(*EVALUATE, *args, cwd=own)
        assert done.returncode == 0, done.stderr
        return done.stdout

    checks, collectors = registered()
    of_aws = [check for check in checks.values() if check.providers == {"aws"}]
    lost = len(of_aws) - len(without_systems(of_aws, collectors)) + 1  # MLP-5001, which looks for what none declares
    assert lost > len(JUDGED)
    line = f"\n{lost} checks were left out: they judge AI systems that you declare; `mlposture systems init`"
    assert line in said("plain.json")
    assert "left out" not in said("plain.json", "--systems", MANIFEST)
    assert "left out" not in said("plain.json", "--check", "MLP-1101"), "who names checks is told of those alone"
    assert "left out" not in said("plain.json", "--quiet")


def test_an_inventory_is_judged_by_what_was_read_and_by_what_is_declared_now(own: Path) -> None:
    plain = evaluated(own, *EVALUATE, "plain.json")
    assert (judged(plain), unasked(plain)) == (set(), set())

    assert judged(evaluated(own, *EVALUATE, "declared.json")) == JUDGED, (
        "it was read, and there is no reason to forget it"
    )

    later = evaluated(own, *EVALUATE, "plain.json", "--systems", MANIFEST)
    verdicts = {one["verdict"] for one in later["findings"] if one["check"]["id"] in JUDGED}
    assert unasked(later) == KINDS
    assert "pass" not in verdicts
    assert "fail" not in verdicts
    assert "unknown" in verdicts


def test_inventories_of_both_sorts_together_are_no_more_than_what_was_read(own: Path) -> None:
    text = (own / "plain.json").read_text()
    (own / "other.json").write_text(text.replace("111122223333", "999988887777"))
    both = evaluated(own, *MERGE, "other.json", "declared.json")

    of_other = {
        one["verdict"]
        for one in both["findings"]
        if one["check"]["id"] in JUDGED and one["resource"]["account"] == "999988887777"
    }
    assert of_other <= {"unknown", "not_applicable"}
    assert "unknown" in of_other
    assert {gap["scope"]["account"] for gap in both["gaps"] if gap["kind"] in KINDS} == {"999988887777"}


@pytest.mark.parametrize("command", [SCAN, (*EVALUATE, "plain.json")], ids=["scan", "evaluate"])
def test_who_asks_for_nothing_else_is_told_what_it_takes(command: tuple[str, ...], own: Path) -> None:
    alone = mlposture(*command, "--check", "MLP-5504", cwd=own)
    assert alone.returncode == 2
    assert alone.stderr.strip().endswith(
        "MLP-5504 is judged where AI systems are declared; name a manifest with --systems, or select other checks"
    )

    with running("aws"):
        beside = mlposture(*command, "--check", "MLP-5504", "--check", "MLP-1001", "-o", "two.json", cwd=own)
    assert "MLP-5504 is judged where AI systems are declared, and left out here" in beside.stderr
    assert [check["id"] for check in read(own, "two.json")["coverage"]["checks"]] == ["MLP-1001"]


def words(report: Report) -> dict[tuple[str, str], tuple[str, str]]:
    [everything] = report.assessment
    return {(of.id, row.id): (row.word, row.why) for of in everything.frameworks for row in of.controls}


@pytest.mark.parametrize("provider", ["aws", "azure"])
def test_words_without_a_manifest_are_those_of_a_version_without_such_checks(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks, collectors = registered()
    apart = {check.id for check in checks.values()} - {one.id for one in without_systems(checks.values(), collectors)}
    calm(provider)[0].save(tmp_path / "i.json")
    document = json.loads((tmp_path / "i.json").read_text())
    alone = {kind for kind, made in collectors.items() if made.opt_in == "systems"}
    document["listings"] = [one for one in document["listings"] if one["kind"] not in alone]
    document["resources"] = {kind: found for kind, found in document["resources"].items() if kind not in alone}
    (tmp_path / "i.json").write_text(json.dumps(document))

    def said() -> dict[tuple[str, str], tuple[str, str]]:
        inventory, known, _ = load_saved([str(tmp_path / "i.json")])
        chosen = prepared(inventory, select(known, OPTIONS), collectors, OPTIONS)
        assert not apart & {check.id for check in chosen}
        return words(judge(inventory, chosen, OPTIONS, inventory.taken_at, None))

    now = said()
    for id in apart:
        monkeypatch.delitem(CHECKS, id)
    assert now == said()
    assert {word for word, _ in now.values()} > {"not assessed"}
