"""`list` shows what was asked for, and `explain` fits the terminal; both say the same as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from support import registered

from scanner.cli.catalogue_commands import CLOUDS, SEVERITIES, explain, list_command
from scanner.cli.catalogue_text import explanation
from scanner.evaluate.unclaimed import UNCLAIMED
from scanner.frameworks import load as load_catalogue
from scanner.model.errors import InputError
from scanner.model.nouns import Severity
from scanner.model.registry import PROVIDERS

CHECKS = {**registered()[0], UNCLAIMED.id: UNCLAIMED}


def listed(*arguments: str) -> Any:
    done = CliRunner().invoke(list_command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_choices_are_those_of_the_model() -> None:
    assert CLOUDS == PROVIDERS
    assert tuple(map(str, Severity)) == SEVERITIES


def test_json_lists_every_check() -> None:
    assert [row["id"] for row in listed("checks")] == list(CHECKS)
    assert all(row["objective"] == CHECKS[row["id"]].objective for row in listed("checks"))


@pytest.mark.parametrize(
    ("arguments", "passes"),
    [
        (("--cloud", "gcp"), lambda check: check.provider == "gcp"),
        (("--severity", "critical", "--severity", "low"), lambda check: check.severity in ("critical", "low")),
        (("--kind", "aws.s3.Bucket"), lambda check: check.kind.kind == "aws.s3.Bucket"),
        (("--kind", "bucket"), lambda check: check.kind.kind in ("aws.s3.Bucket", "gcp.storage.Bucket")),
        (("--cloud", "aws", "--kind", "Bucket", "--severity", "critical"), lambda check: check.id == "MLP-1407"),
        (("NOTEBOOK", "internet"), lambda check: check.id in ("MLP-1001", "MLP-4104", "MLP-4204")),
    ],
)
def test_checks_are_filtered(arguments: tuple[str, ...], passes: Any) -> None:
    found = {row["id"] for row in listed("checks", *arguments)}

    assert found == {check.id for check in CHECKS.values() if passes(check)} != set()


def test_checks_and_objectives_of_a_framework() -> None:
    soc2 = load_catalogue(["soc2"])
    objectives = {id for id in soc2.objectives if soc2.controls_for(id)}

    assert {row["id"] for row in listed("objectives", "--framework", "soc2")} == objectives
    assert {row["id"] for row in listed("checks", "--framework", "soc2")} == {
        check.id for check in CHECKS.values() if check.objective in objectives
    }


def test_nothing_is_like_that() -> None:
    assert listed("checks", "no such word") == []
    assert CliRunner().invoke(list_command, ["checks", "no such word"]).output.split() == [
        "ID", "SEVERITY", "SLUG", "TITLE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kinds", "--severity", "high"], "--severity: kinds have none; they are filtered by --cloud, --kind"),
        (["frameworks", "--cloud", "aws"], "--cloud: frameworks have none; they are filtered by words alone"),
        (["checks", "--framework", "soc3"], "soc3"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused(arguments: list[str], says: str) -> None:
    with pytest.raises(InputError) as refused:
        CliRunner().invoke(list_command, arguments, catch_exceptions=False)

    assert says in str(refused.value)


@pytest.mark.parametrize("what", ["checks", "kinds", "frameworks", "objectives"])
def test_lines_are_cut_where_that_is_asked_for(what: str) -> None:
    whole = CliRunner().invoke(list_command, [what]).output.splitlines()
    cut = CliRunner().invoke(list_command, [what, "--width", "70"]).output.splitlines()

    assert max(map(len, whole)) > 70
    assert max(map(len, cut)) <= 70
    assert [line.split()[0] for line in cut] == [line.split()[0] for line in whole]


def test_a_narrow_terminal_shows_titles_of_checks_and_no_slugs() -> None:
    narrow = CliRunner().invoke(list_command, ["checks", "--width", "80"]).output.splitlines()
    wide = CliRunner().invoke(list_command, ["checks", "--width", "160"]).output.splitlines()

    assert max(map(len, narrow)) <= 80
    assert narrow[0].split() == ["ID", "SEVERITY", "TITLE"]
    assert "Notebook instance has a direct route to the internet" in narrow[1]
    assert wide[0].split() == ["ID", "SEVERITY", "SLUG", "TITLE"]


@pytest.mark.parametrize("name", ["MLP-1001", "MLP-4104", "MLP-5001", "network-isolation", "soc2:CC6.6", "Art. 50(2)"])
@pytest.mark.parametrize("width", [60, 110])
def test_explanations_fit_and_lose_no_word(name: str, width: int) -> None:
    text = explanation(name, width)
    longest = [line for line in text.splitlines() if len(line) > width]

    assert [line for line in longest if len(line.split()) > 3] == [], "only what is one word is longer"
    assert text.split() == explanation(name, 100_000).split()


def test_every_check_is_explained_in_lists_as_it_was_written() -> None:
    for check in CHECKS.values():
        lines = explanation(check.id, 100).splitlines()
        for line in check.section("References").splitlines():
            assert f"  {line}" in lines
        for section in ("Why it matters", "How to fix"):
            written = check.section(section)
            assert " ".join(written.split()) in " ".join(" ".join(lines).split())


def test_explanations_are_json_too() -> None:
    def explained(name: str) -> Any:
        return json.loads(CliRunner().invoke(explain, [name, "--json"], catch_exceptions=False).output)

    check = explained("mlp-1001")["check"]
    assert (check["id"], check["severity"]) == ("MLP-1001", "high")
    assert check["remediation"] == CHECKS["MLP-1001"].section("How to fix")
    assert explained("network-isolation")["objective"] == check["objective"]
    [control] = explained("soc2:CC6.6")["controls"]
    assert (control["framework"], control["id"]) == ("soc2", "CC6.6")
    assert "MLP-1001" in {id for objective in control["objectives"] for id in objective["checks"]}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("MLP-10", "these begin so: MLP-1001, MLP-1002, MLP-1003 or one of"),
        ("soc2:CC6.", "these begin so: soc2:CC6.1, soc2:CC6.2, soc2:CC6.3 or one of"),
        ("netwrk-isolation", "close to it: network-isolation"),
    ],
)
def test_what_may_be_meant_is_said(name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        explanation(name)


def test_what_is_judged_for_declared_systems_alone_is_explained_so() -> None:
    for name, declared in (("MLP-1001", False), ("MLP-5213", True), ("MLP-5001", True)):
        made = json.loads(CliRunner().invoke(explain, [name, "--json"], catch_exceptions=False).output)

        assert ("where AI systems are declared (--systems)" in explanation(name)) is declared
        assert made["check"]["declared_systems"] is declared
