"""A framework of the user's own is judged like one that is shipped: by a scan, a resumed one, and without a cloud."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commandline import MLPOSTURE, mlposture
from declaring import with_lines
from factories.aws import notebook
from interrupting import interrupted
from scanning import calm, running
from support import ROOT, inventory_of

from scanner.frameworks import HEADLINE

EXAMPLE = ROOT / "examples" / "house-rules.yaml"


@pytest.fixture
def own(own: Path) -> Path:
    """State and cache folders of this test alone, and the example."""
    (own / "rules.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return own


def reported(own: Path, name: str) -> dict[str, Any]:
    """What a report says that frameworks may change."""
    found = json.loads((own / f"{name}.json").read_text())
    return {part: found[part] for part in ("controls", "findings", "scores")}


REPORT = ("--verdicts", "all", "--fail-on", "never", "-o")


def test_it_is_shown_beside_those_that_are_shipped_with_a_cloud_and_without(own: Path) -> None:
    with running("aws"):
        scanned = mlposture(
            "scan", "aws", "--framework-file", "rules.yaml", "--save-inventory", "i.json", "--no-cache",
            *REPORT, "scan.json", "-o", "scan.sarif", cwd=own,
        )  # fmt: skip
    evaluated = mlposture("evaluate", "i.json", "--framework-file", "rules.yaml", *REPORT, "again.json", cwd=own)
    bare = mlposture("evaluate", "i.json", *REPORT, "bare.json", cwd=own)

    assert [done.returncode for done in (scanned, evaluated, bare)] == [0, 0, 0], scanned.stderr
    arguments = json.loads((own / "scan.json").read_text())["scan"]["arguments"]
    assert "framework_file=house-rules" in arguments
    report = reported(own, "scan")
    assert report == reported(own, "again")
    frameworks = report["scores"]["frameworks"]
    assert frameworks.keys() == {*HEADLINE, "house-rules"}
    assert frameworks["house-rules"]["controls"] == 6
    states = json.loads((own / "scan.json").read_text())["evidence"]["systems"][0]["frameworks"]
    [rules] = [one["controls"] for one in states if one["framework"] == "house-rules"]
    words = {row["id"]: row["word"] for row in rules}
    assert words["HR-1.1"] == "evidence against"
    assert {words[id] for id in ("HR-1.3", "HR-2.2", "HR-2.3")} == {"not assessed"}
    controls = {
        (control["id"], bearing["relationship"], bearing["reason"])
        for finding in report["findings"]
        for control in map(report["controls"].get, finding["controls"])
        for bearing in [control["objectives"][finding["objective"]]]
        if control["framework"] == "house-rules"
    }
    assert ("HR-1.1", "subset-of", "Anonymous reach is the other.") in controls
    assert ("HR-1.2", "intersects-with", "") in controls
    assert "house-rules" in (own / "scan.sarif").read_text()
    assert "house-rules" not in json.dumps(reported(own, "bare"))


def test_alone_it_narrows_the_checks_to_those_that_bear_on_it(own: Path) -> None:
    (own / "c.toml").write_text('framework-file = ["rules.yaml"]\nframework = ["house-rules"]\n[aws]\n')
    with running("aws"):
        done = mlposture("scan", "--config", "c.toml", "--no-cache", *REPORT, "own.json", cwd=own)
        other = mlposture(
            "scan", "--config", "c.toml", "--framework", "cwe", "--no-cache", *REPORT, "cwe.json", cwd=own
        )

    assert (done.returncode, other.returncode) == (0, 0), (done.stderr, other.stderr)
    report = reported(own, "own")
    assert tuple(report["scores"]["frameworks"]) == ("house-rules",)
    assert {finding["objective"] for finding in report["findings"]} == {
        "network-isolation", "public-exposure", "hardened-workspaces", "least-privilege", "model-documentation"
    }  # fmt: skip
    assert tuple(reported(own, "cwe")["scores"]["frameworks"]) == ("cwe",)


def test_a_row_of_a_benchmark_brings_the_checks_that_it_names(own: Path) -> None:
    head = EXAMPLE.read_text(encoding="utf-8").partition("controls:")[0]
    row = "{id: B-1, title: No direct way, level: row, parent: null, assessable: automated, checks: [MLP-1001]}"
    (own / "b.yaml").write_text(f"{head.rstrip()}\n  benchmark: true\ncontrols:\n  - {row}\n", encoding="utf-8")
    inventory_of(notebook("a", direct_internet_access="Enabled")).save(own / "i.json")
    options = ("--framework-file", "b.yaml", "--framework", "house-rules")
    done = mlposture("evaluate", "i.json", *options, *REPORT, "x.json", cwd=own)

    assert done.returncode == 0, done.stderr
    assert [finding["check"]["id"] for finding in reported(own, "x")["findings"]] == ["MLP-1001"]


def test_a_resumed_scan_judges_by_the_framework_that_it_began_with(own: Path) -> None:
    rules = own / "rules.yaml"
    with running("aws") as world:
        common = ("--framework-file", str(rules), "--no-cache", *REPORT)
        calm = subprocess.run([MLPOSTURE, "scan", "aws", *common, str(own / "calm.json")], check=False, timeout=120)
        code = interrupted(world, "sagemaker:DescribeEndpoint", "scan", "aws", *common, str(own / "resumed.json"))
        rules.unlink()
        refused = mlposture("scan", "--resume", "--framework-file", str(EXAMPLE), cwd=own)
        resumed = mlposture("scan", "--resume", cwd=own)

    assert (calm.returncode, code, resumed.returncode) == (0, 130, 0), resumed.stderr
    assert (refused.returncode, refused.stderr) == (
        2, "mlposture: --framework-file: a resumed scan judges what it set out to judge\n"
    )  # fmt: skip
    assert reported(own, "resumed") == reported(own, "calm")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--framework-file", "wrong.yaml"),
         "mlposture: wrong.yaml:28:17: objectives.network-isolation.subset-of 1: no control has the id HR-1.9; "
         "did you mean HR-1."),
        (("--framework-file", "absent.yaml"), "mlposture: absent.yaml: No such file or directory"),
        (("--framework-file", "rules.yaml", "--framework-file", "rules.yaml"),
         "mlposture: --framework-file rules.yaml: another file has the id house-rules too; give one another"),
        (("--framework", "house-rule", "--framework-file", "rules.yaml"),
         "mlposture: --framework: no framework is called 'house-rule'; `mlposture list frameworks` has them"),
        (("--framework", "owasp-llm-2026"),
         "mlposture: --framework: no framework is called 'owasp-llm-2026'; did you mean owasp-llm-2025?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_a_cloud_is_asked(arguments: tuple[str, ...], problem: str, own: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    (own / "wrong.yaml").write_text(
        text.replace("    subset-of: [HR-1.1]\n  public", "    subset-of: [HR-1.9]\n  public")
    )
    with running("aws") as world:
        done = mlposture("scan", "aws", *arguments, "-o", "x.json", cwd=own)
        assert world.log == []

    assert done.returncode == 2
    assert done.stderr.startswith(problem), done.stderr
    assert not (own / "x.json").exists()


def test_each_problem_has_a_line(own: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("[HR-1.2]", "[HR-1.9]").replace("version: '3'", "version: 3")
    (own / "rules.yaml").write_text(text.replace("parent: HR-2,", "parent: HR-1,"), encoding="utf-8")
    typed = mlposture("scan", "aws", "--framework-file", "rules.yaml", cwd=own)
    (own / "rules.yaml").write_text(text.replace("version: 3", "version: '3'"), encoding="utf-8")
    ruled = mlposture("scan", "aws", "--framework-file", "rules.yaml", cwd=own)

    assert (typed.returncode, ruled.returncode) == (2, 2)
    assert typed.stderr == "mlposture: rules.yaml:7:12: framework.version: write text, not 3; put quotes around it\n"
    assert [line.partition(": rules.yaml:")[2].partition(": ")[0] for line in ruled.stderr.splitlines()] == [
        "17:5", "33:23",
    ]  # fmt: skip


def test_a_manifest_may_name_it(own: Path) -> None:
    excluded = "excluded_controls: [{framework: house-rules, control: HR-2.1, reason: One person deploys}]"
    text = with_lines(frameworks=f"frameworks: [house-rules]\n{excluded}")
    (own / "ai-systems.yaml").write_text(text, encoding="utf-8")
    calm("aws")[0].save(own / "i.json")
    how = ("evaluate", "i.json", *REPORT, "r.json", "--as-of", "2026-11-22")
    with_it = mlposture(*how, "--framework-file", "rules.yaml", cwd=own)
    [states] = [one["frameworks"] for one in json.loads((own / "r.json").read_text())["evidence"]["systems"][1:]]
    without = mlposture(*how, cwd=own)
    (own / "ai-systems.yaml").write_text(text.replace("HR-2.1", "HR-2.9"), encoding="utf-8")
    unknown = mlposture(*how, "--framework-file", "rules.yaml", cwd=own)

    assert (with_it.returncode, with_it.stderr) == (0, "")
    words = {row["id"]: row["word"] for one in states if one["framework"] == "house-rules" for row in one["controls"]}
    assert words["HR-2.1"] == "not applicable"
    assert words["HR-1.1"] == "evidence against"
    assert without.stderr.count("this version maps nothing to house-rules; if it is your own, name its file") == 2
    assert (unknown.returncode, "house-rules has no control 'HR-2.9'; did you mean HR-" in unknown.stderr) == (2, True)


def test_what_it_says_gives_no_secret_away_and_commands_no_terminal(own: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("strangers,", "AKIAIOSFODNN7EXAMPLE,")
    text = text.replace("Private paths", "Private \\e[2J AKIAIOSFODNN7EXAMPLE paths").replace("HR-1.1", '"HR\\e[2J"')
    (own / "rules.yaml").write_text(re.sub("reason: (Private .*)", r'reason: "\1"', text), encoding="utf-8")
    calm("aws")[0].save(own / "i.json")
    reports = ("-o", "r.json", "-o", "r.sarif")
    done = mlposture(
        "evaluate", "i.json", "--framework-file", "rules.yaml", "--details", "--controls", *reports, cwd=own
    )
    written = (own / "r.json").read_text() + (own / "r.sarif").read_text()

    assert done.returncode == 1, done.stderr
    assert "house-rules HR\\x1b[2J" in " ".join(done.stdout.split())
    assert "[looks like a credential; redacted]" in written
    for text in (written, done.stdout):
        assert "\x1b" not in text
        assert "AKIA" not in text
