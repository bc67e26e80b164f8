"""The demonstration: what it prints of a report, that it fails when the scanner does, and what it needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import ROOT

from examples import demo

COMMAND = Path(sys.executable).with_name("mlposture")


def finding(check: str = "MLP-1001", **changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "check": {"id": check, "title": f"Title of {check}"},
        "verdict": "fail",
        "severity": "high",
        "score": 50.0,
        "message": "root access is on",
        "resource": {"id": "arn:nb", "kind": "aws.sagemaker.NotebookInstance", "name": "nb", "provider": "aws"},
        "path": [],
        "remediation": "Turn it off.\n\nCLI: `aws`.",
    }
    return {**made, **changed}


def named(name: str) -> dict[str, Any]:
    return {"resource": {**finding()["resource"], "id": f"arn:{name}", "name": name}}


def report(*findings: dict[str, Any], gaps: int = 0) -> dict[str, Any]:
    verdicts = {name: sum(one["verdict"] == name for one in findings) for name in ("pass", "fail", "unknown")}
    return {
        "summary": {"resources": 7, "verdicts": {**verdicts, "not_applicable": 0}},
        "findings": list(findings),
        "coverage": {"kinds": [{"provider": "aws", "observed": 3}, {"provider": "aws", "observed": 4}]},
        "gaps": [{"scope": {"provider": "aws"}}] * gaps,
    }


def shown(made: dict[str, Any]) -> list[str]:
    """The lines about AWS."""
    lines = [text for _, text in demo.cloud(made, "aws", "AWS")]
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 100
    return lines


def test_sums_and_a_finding_are_shown() -> None:
    assert shown(report(finding(), finding(verdict="pass"), finding(verdict="unknown"))) == [
        "AWS: 7 resources, all of them seen",
        "1 fail (1 high), 1 pass, 1 unknown, 0 not applicable",
        " high      Title of MLP-1001",
        " MLP-1001  NotebookInstance nb: root access is on",
        "           fix: Turn it off.",
    ]


def test_the_five_checks_that_found_the_worst_are_shown_worst_first() -> None:
    lines = shown(
        report(
            finding("MLP-0006", severity="low", score=99.0),
            finding("MLP-0005", severity="medium", score=10.0),
            finding("MLP-0003", score=60.0),
            finding("MLP-0000", severity="critical", verdict="pass"),
            finding("MLP-0002", severity="critical", score=70.0),
            finding("MLP-0004", score=40.0),
            finding("MLP-0001", severity="critical", score=90.0),
        )
    )
    assert re.findall(r"^ (MLP-\d+)", "\n".join(lines), re.MULTILINE) == [f"MLP-000{n}" for n in range(1, 6)]


def test_what_one_check_found_is_shown_once_with_the_worst_of_it() -> None:
    lines = shown(
        report(
            finding(score=1.0, **named("a")),
            finding(score=9.0, **named("b")),
            finding(score=5.0, **named("c")),
        )
    )
    assert lines[3] == " MLP-1001  NotebookInstance b and 2 more: root access is on"
    assert len(lines) == 5


def test_a_path_is_shown_by_name_where_it_says_more_than_its_ends() -> None:
    made = report(
        finding(path=["arn:nb", "arn:aws:iam::1:role/admin", "arn:x/bucket"]), finding(verdict="pass", **named("nb"))
    )
    assert shown(made)[4] == "           path: nb → admin → bucket"
    assert not [line for line in shown(report(finding(path=["arn:nb", "arn:x/bucket"]))) if "path" in line]


def test_gaps_are_told() -> None:
    assert shown(report(finding(), gaps=2))[0] == "AWS: 7 resources, 2 gaps: not all could be seen"


def test_where_nothing_is_wrong_there_is_nothing_to_explain() -> None:
    assert len(shown(report())) == 2
    steps = [text for _, text in demo.next_steps(report(), "bin/mlposture", "out")]
    assert "explain" not in "\n".join(steps)


@pytest.mark.parametrize("length", [1, 88, 89, 90, 1000])
def test_long_texts_are_cut_and_stay_within_the_lines(length: int) -> None:
    for text in ("x" * length, "word " * length):
        made = [
            finding(
                f"MLP-{number}", message=text, remediation=text, path=[text] * 5, **named(text),
            ) | {"check": {"id": f"MLP-{number}", "title": text}}
            for number in range(1001, 1010)
        ]  # fmt: skip
        lines = shown(report(*made))
        assert ("…" in "".join(lines)) == (length > 1)
        assert len(lines) == 2 + 5 * 4


def test_a_text_is_cut_at_a_word_unless_that_loses_much() -> None:
    assert demo.fold("one two three", 10, 1) == ["one two …"]
    assert demo.fold("one two three", 8, 2) == ["one two", "three"]
    assert demo.cut("informational", 9) == "informat…"
    assert demo.fold("see arn:aws:s3:::a-bucket-with-a-long-name", 30, 1) == ["see arn:aws:s3:::a-bucket-wit…"]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
        ("a\n::error::b", r"a\n::error::b"),
        ("::error::b", ": :error::b"),
        ("##[group]b", "# #[group]b"),
        ("\u202eevil", r"\u202eevil"),
        ("a\u2028b\rc", r"a\u2028b\rc"),
    ],
)
def test_names_and_messages_can_neither_command_nor_hide(hostile: str, harmless: str) -> None:
    made = finding(message=hostile, path=[hostile, "b", "c"], **named(hostile)) | {
        "check": {"id": hostile, "title": hostile}
    }
    lines = shown(report(made))
    assert harmless in lines[2]
    assert f"{harmless}: {harmless}" in lines[3]
    for line in (*lines, *(text for _, text in demo.next_steps(report(made), "m", "out"))):
        assert line.isprintable()
        assert not line.lstrip().startswith(("::", "##["))


def test_no_line_begins_inside_a_word() -> None:
    """A runner obeys a line that begins with `::`; `x::error::` is harmless as long as it is not torn apart."""
    for start in range(60, 100):
        lines = demo.fold("x " * (start // 2) + "x" * 10 + "::error::y " * 3, 89, 9)
        assert not [line for line in lines if line.startswith("::")]


@pytest.mark.parametrize("verbose", [False, True])
def test_a_scan_that_fails_is_shown_in_full_and_fails_the_demonstration(
    verbose: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="exited with 2"):
        demo.scan(COMMAND, ["scan", "--config", "nowhere.toml"], dict(os.environ), verbose=verbose)
    assert "mlposture: nowhere.toml: " in "".join(capfd.readouterr())


def test_a_world_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(demo.World):
        def prepare(self) -> None:
            raise demo.WorldError("regions.nowhere: unknown key")

    monkeypatch.setattr(demo, "WORLDS", {"gcp": Wrong})
    with demo.ExitStack() as stack, pytest.raises(SystemExit, match=r"gcp\.yaml:\nregions\.nowhere: unknown key"):
        demo.start_worlds(stack)


def test_three_clouds_are_scanned_with_the_real_command(tmp_path: Path) -> None:
    """Under settings that a demonstration must not heed, and with output that knows no arrows."""
    theirs = {
        "AWS_PROFILE": "nobody",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "PYTHONIOENCODING": "ascii",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", "out"],
        cwd=tmp_path, env={**os.environ, **theirs}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # nothing is left in the user's folders
    made = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "out" / "report.sarif").read_text(encoding="utf-8"))["runs"]
    assert "<title>ML posture report" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for name, (framework, page) in demo.PAPERS.items():
        assert name in (tmp_path / "out" / name / page).read_text(encoding="utf-8")
        dossier = json.loads((tmp_path / "out" / name / "dossier.json").read_text(encoding="utf-8"))
        assert framework in {part["framework"] for part in dossier["parts"]}
        assert json.loads((tmp_path / "out" / f"{name}.cdx.json").read_bytes())["bomFormat"] == "CycloneDX"
        assert f"{name}/{page}: {dossier['triage']['headline'][0][:30]}" in done.stdout
    assert "\n  Annex IV(2): observed of d, h; recorded of b, d; declared of g; nothing of a, c, e, f\n" in done.stdout
    assert "fraud-scoring" in (tmp_path / "out" / "board.html").read_text(encoding="utf-8")
    assert {scope["provider"] for scope in made["scan"]["scopes"]} == set(demo.WORLDS)
    assert made["summary"]["verdicts"]["fail"] > 200
    assert len(done.stdout.splitlines()) <= 95  # make says up to five lines more
    for provider, title in demo.TITLES.items():
        lines = [text for _, text in demo.cloud(made, provider, title)]
        assert len(lines) == len(shown_of(done.stdout, title))
        assert max(map(len, lines)) <= 100
        failures = [one for one in made["findings"] if one["resource"]["provider"] == provider]
        failures = [one for one in failures if one["verdict"] == "fail"]
        ids = set(re.findall(r"^ (MLP-\d+)", "\n".join(shown_of(done.stdout, title)), re.MULTILINE))
        left = [one["score"] for one in failures if one["severity"] == "critical" and one["check"]["id"] not in ids]
        best = [one["score"] for one in failures if one["severity"] == "critical" and one["check"]["id"] in ids]
        assert len(ids) == 5
        assert max(left, default=0) <= min(best)


def shown_of(output: str, title: str) -> list[str]:
    """The lines of an output about one cloud."""
    lines = output[output.index(f"\n{title}: ") + 1 :].partition("\n\n")[0].splitlines()
    assert len(lines) <= 25
    return lines


def test_the_demonstration_runs_what_the_tests_run() -> None:
    """Its environment is a part of the developers' one, without what only developers need."""
    pins = {
        name: set(re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("demo", "dev")
    }
    assert pins["demo"] < pins["dev"]
    names = {pin.partition("==")[0] for pin in pins["demo"]}
    needless = ("azure-mgmt-machine", "azure-mgmt-storage", "types-", "dask", "distributed", "pytest")
    assert not {name for name in names if name.startswith(needless)}
    assert "--index" not in (ROOT / "requirements" / "demo.txt").read_text()
