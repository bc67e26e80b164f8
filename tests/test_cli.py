"""The command line as a user meets it: real SDKs, simulated clouds, and a real process where it may matter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commandline import MLPOSTURE, mlposture
from factories.aws import notebook
from scanning import PROVIDERS, all_running, document, running
from support import inventory_of, registered
from worlds.base import Fault, World

CHECKS, COLLECTORS = registered()


def process(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same as `mlposture`, in a process of its own."""
    return subprocess.run([MLPOSTURE, *arguments], capture_output=True, text=True, cwd=cwd, check=False, timeout=120)


@pytest.fixture(params=PROVIDERS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with running(request.param) as world:
        world.name = request.param  # type: ignore[attr-defined]
        yield world


def scan(world: World, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return mlposture("scan", world.name, *arguments, cwd=cwd)  # type: ignore[attr-defined]


def settled(report: dict[str, Any]) -> dict[str, Any]:
    """A JSON report without what may differ between two equal scans."""
    own = ("id", "started_at", "finished_at", "inventories")
    return {**report, "scan": {k: v for k, v in report["scan"].items() if k not in own}}


def settled_sarif(text: str) -> dict[str, Any]:
    log = json.loads(text)
    for run in log["runs"]:
        run["automationDetails"].clear()
        for invocation in run["invocations"]:
            invocation.pop("startTimeUtc", None)
            invocation.pop("endTimeUtc", None)
    return log  # type: ignore[no-any-return]


def test_scan_writes_json_and_sarif(world: World, tmp_path: Path) -> None:
    done = process("scan", world.name, "-o", "x.json", "-o", "x.sarif", "--verdicts", "all", cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "x.json").read_text())
    sarif = json.loads((tmp_path / "x.sarif").read_text())
    assert report["schema"] == "mlposture/report/v1"
    assert report["gaps"] == []
    assert report["scan"]["complete"] is (report["summary"]["verdicts"]["unknown"] == 0)
    assert report["summary"]["verdicts"]["fail"] == sum(len(run["results"]) for run in sarif["runs"]) > 0
    assert {finding["verdict"] for finding in report["findings"]} >= {"pass", "fail"}
    assert all(finding["controls"] for finding in report["findings"])
    for finding in report["findings"]:
        bearings = [report["controls"][key]["objectives"][finding["objective"]] for key in finding["controls"]]
        assert all(one["relationship"] and one["reason"] for one in bearings)
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", "x.sarif"}
    assert "\x1b" not in done.stdout
    assert "critical" in done.stdout or "high" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("scan",), ("explain", "MLP-1001"), ("evaluate", "a\n.json"), ("list", "x")], ids=str
)
def test_a_process_says_what_the_other_tests_here_see(arguments: tuple[str, ...], tmp_path: Path) -> None:
    inside, outside = (run(*arguments, cwd=tmp_path) for run in (mlposture, process))

    assert (inside.returncode, inside.stdout, inside.stderr) == (outside.returncode, outside.stdout, outside.stderr)


def test_two_scans_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    for name, concurrency in (("a", "1"), ("b", "32")):
        done = scan(
            world, "-o", f"{name}.json", "-o", f"{name}.sarif", "--verdicts", "all", "--concurrency", concurrency,
            "--fail-on", "never", "--no-cache", cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    first, second = (json.loads((tmp_path / f"{name}.json").read_text()) for name in "ab")
    assert json.dumps(settled(first)) == json.dumps(settled(second))
    first, second = (settled_sarif((tmp_path / f"{name}.sarif").read_text()) for name in "ab")
    assert json.dumps(first) == json.dumps(second)


def test_every_list_denied_is_incomplete_and_judges_nothing(world: World, tmp_path: Path) -> None:
    world.faults.append(Fault("*", "deny", verb="list"))
    extra = {
        "aws": [],
        "gcp": [],
        # the subscription itself has to be known, and listing subscriptions is denied too
        "azure": ["--subscription", "00000000-0000-0000-0000-000000000001"],
        "mlflow": [],
        "lineage": [],
    }[world.name]  # type: ignore[attr-defined]
    done = scan(world, *extra, "-o", "x.json", "--verdicts", "all", "--fail-on-incomplete", cwd=tmp_path)

    # A server of MLflow that refuses is seen to refuse; of clouds nothing is seen then.
    alone = world.name != "mlflow"  # type: ignore[attr-defined]
    assert done.returncode == (3 if alone else 4), done.stderr + done.stdout
    assert ("everything was refused" in done.stderr) is alone
    report = json.loads((tmp_path / "x.json").read_text())
    assert report["summary"]["verdicts"]["pass"] == report["summary"]["verdicts"]["fail"] == 0
    assert report["scan"]["complete"] is False
    assert report["gaps"]
    assert all(gap["permission"] for gap in report["gaps"])
    for gap in report["gaps"]:
        assert gap["permission"] in done.stdout


def test_saved_inventory_evaluates_to_the_same_report(world: World, tmp_path: Path) -> None:
    scanned = scan(world, "-o", "a.json", "--save-inventory", "inv.json", "--verdicts", "all", cwd=tmp_path)
    judged = mlposture("evaluate", "inv.json", "-o", "b.json", "--verdicts", "all", cwd=tmp_path)

    assert scanned.returncode == judged.returncode == 1, scanned.stderr + judged.stderr
    first, second = (settled(json.loads((tmp_path / f"{name}.json").read_text())) for name in "ab")
    first["scan"].pop("arguments")
    second["scan"].pop("arguments")
    assert first == second


def test_no_report_ends_before_it_began(tmp_path: Path) -> None:
    """The clock may have been set back, or the inventory be of a machine whose clock is ahead."""
    ahead = inventory_of(notebook("a"))
    ahead.taken_at = datetime(2999, 1, 1, tzinfo=UTC)
    ahead.save(tmp_path / "i.json")
    outputs = ("-o", "x.json", "-o", "x.sarif", "--fail-on", "never")
    assert mlposture("evaluate", "i.json", *outputs, cwd=tmp_path).returncode == 0

    scan = json.loads((tmp_path / "x.json").read_text())["scan"]
    [run] = json.loads((tmp_path / "x.sarif").read_text())["runs"]
    assert scan["started_at"] == scan["finished_at"] == "2999-01-01T00:00:00Z"
    assert run["invocations"][0]["startTimeUtc"] == run["invocations"][0]["endTimeUtc"]


def test_one_check_asks_only_what_it_needs(tmp_path: Path) -> None:
    with running("aws") as world:
        done = mlposture(
            "scan", "aws", "--check", "sagemaker_notebook_direct_internet_access", "--region", "eu-west-1", cwd=tmp_path
        )
        asked = world.operations()

    assert done.returncode == 1, done.stderr
    assert asked == {"sts:GetCallerIdentity", "sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"}


def test_config_scans_all_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        'verdicts = "all"\noutput = ["x.json", "x.sarif"]\n[aws]\n[gcp]\n[azure]\n[mlflow]\n[lineage]\n'
    )
    with all_running():
        done = mlposture("scan", "--config", "c.toml", cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "x.json").read_text())
    assert {finding["resource"]["provider"] for finding in report["findings"]} == set(PROVIDERS)
    assert len(json.loads((tmp_path / "x.sarif").read_text())["runs"]) == len(PROVIDERS)
    joined = {finding["check"]["id"] for finding in report["findings"]}
    assert {"MLP-5121", "MLP-5131", "MLP-5141"} <= joined, "what MLflow records is joined to what each cloud serves"


def test_nothing_found_still_writes_reports(tmp_path: Path) -> None:
    empty = document("aws")
    empty = {"account": empty["account"], "regions": {"eu-west-1": {}}}
    with running("aws", empty):
        done = mlposture("scan", "aws", "-o", "x.json", "-o", "x.sarif", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "x.json").read_text())["findings"] == []
    assert [run["results"] for run in json.loads((tmp_path / "x.sarif").read_text())["runs"]] == [[]]


def test_json_on_stdout_is_all_of_stdout(tmp_path: Path) -> None:
    with running("aws"):
        done = mlposture("scan", "aws", "-o", "-", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == "mlposture/report/v1"


def test_nothing_reachable_exits_3(tmp_path: Path) -> None:
    with running("aws"):
        done = mlposture("scan", "aws", "--region", "eu-north-9", "-o", "x.json", cwd=tmp_path)

    assert done.returncode == 3, done.stdout
    assert "nothing could be reached" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_made_does_not_cost_the_others(tmp_path: Path) -> None:
    """SARIF on standard output holds 20 accounts at most; the JSON report of more is written all the same."""
    with running("aws"):
        mlposture("scan", "aws", "--save-inventory", "one.json", cwd=tmp_path)
    saved = json.loads((tmp_path / "one.json").read_text())
    saved["scopes"] = [{"provider": "aws", "account": f"{n:012}", "region": "global"} for n in range(1, 22)]
    (tmp_path / "many.json").write_text(json.dumps(saved))
    done = mlposture("evaluate", "many.json", "-o", "sarif:-", "-o", "x.json", cwd=tmp_path)

    assert done.returncode == 2
    assert "the 22 accounts of this report need 2 files" in done.stderr
    assert json.loads((tmp_path / "x.json").read_text())["findings"]
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scan"], "name what to scan"),
        (["scan", "aws", "-o", "x.docx"], ".docx"),
        (["scan", "aws", "-o", "nowhere/x.json"], "nowhere"),
        (["scan", "aws", "--check", "sagemaker_notebok_direct_internet_access"], "Did you mean"),
        (["scan", "aws", "--min-severity", "urgent"], "urgent"),
        (["scan", "aws", "--fail-on", "bad"], "informational, new:SEVERITY, never"),
        (["scan", "aws", "-o", "sarif:"], "-o sarif: names no file; sarif:PATH is expected"),
        (["scan", "aws", "--time-limit", "0s"], "a whole number from 1"),
        (["scan", "gcp", "--organization", "northwind.example"], "`gcloud organizations list`"),
        (["explain", "soc3"], "`mlposture list objectives`"),
        (["explain", "soc2"], "soc2 is a framework; name a control of it, such as soc2:CC1.1"),
        (["scan", "aws", "--verdicts", "maybe"], "maybe"),
        (["scan", "aws", "--min-coverage", "nan"], "--min-coverage nan: give a number from 0 to 100"),
        (["scan", "aws", "--framework", "hipaa"], "hipaa"),
        (["scan", "--config", "absent.toml"], "absent.toml"),
        (["scan", "--config", "wrong.toml"], "wrong.toml"),
        (["scan", "--config", "empty.toml"], "names nothing to scan"),
        (["evaluate", "absent.json"], "absent.json"),
        (["evaluate", "wrong.toml"], "not an inventory"),
        (["explain", "MLP-0000"], "MLP-0000"),
        (["evaluate", "good.json", "--check", "MLP-1004", "--skip-check", "MLP-1004"], "no check is left"),
        (["evaluate", "good.json", "--check", "MLP-5001"], "MLP-5001 looks at what is read for other checks"),
        (["evaluate", "good.json", "--check", "MLP-2001"], "MLP-2001"),
        (["evaluate", "good.json", "--verdicts", "unknown", "-o", "x.sarif"], "sarif is about failures"),
        (["evaluate", "good.json", "--verdicts", "unknown", "-o", "md:-"], "md is about failures"),
        (["evaluate", "good.json", "--verdicts", "unknown", "-o", "x.xml"], "junit is about failures"),
        (["evaluate", "good.json", "-o", "good.json/x.json"], "not a folder"),
        (["scan", "aws", "--save-inventory", "nowhere/x.json"], "nowhere"),
        (["scan", "aws", "-o", "x.json", "--save-inventory", "x.json"], "something else"),
        (["scan", "--config", "empty.toml", "aws"], "leave `aws` out"),
        (["list", "everything"], "everything"),
    ],
)
def test_wrong_usage_is_said_in_one_line_and_exits_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[aws]\nregion = 'eu-west-1'\n")
    (tmp_path / "empty.toml").write_text("")
    inventory_of(notebook("a")).save(tmp_path / "good.json")
    before = sorted(tmp_path.iterdir())
    done = mlposture(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_no_credentials_exits_3_with_advice(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_", "MLPOSTURE_", "CLOUDSDK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = process("scan", provider, cwd=tmp_path)

    assert done.returncode == 3, done.stderr
    assert "credential" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_starting_up_imports_no_sdk(tmp_path: Path) -> None:
    """One command after the other in one process: none of them imports an SDK."""
    inventory = str(tmp_path / "inv.json")
    with running("aws"):
        mlposture("scan", "aws", "--save-inventory", inventory, cwd=tmp_path)
    commands = [["--version"], ["--help"], ["list", "checks"], ["explain", "MLP-1001"], ["evaluate", inventory]]
    code = (
        "import os, sys\nos._exit = sys.exit\n"
        "from scanner.cli.commands import main\n"
        f"for arguments in {commands!r}:\n"
        "    sys.argv = ['mlposture', *arguments]\n"
        "    try:\n        main()\n    except SystemExit as ended:\n        print(ended.code, file=sys.stderr)\n"
        "    heavy = {'boto3', 'botocore', 'google', 'azure', 'requests', 'yaml'} & set(sys.modules)\n"
        "    assert not heavy, (arguments, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.split()) == (0, ["0", "0", "0", "0", "1"]), done.stderr


@pytest.mark.parametrize("what", ["checks", "kinds", "frameworks", "objectives"])
def test_list_names_them_all(what: str) -> None:
    from scanner.evaluate.unclaimed import UNCLAIMED
    from scanner.frameworks import known, load

    expected = {
        "checks": {*CHECKS, UNCLAIMED.id},
        "kinds": COLLECTORS,
        "frameworks": known(),
        "objectives": load().objectives,
    }
    done = mlposture("list", what)

    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()[1:]} == set(expected[what])


@pytest.mark.parametrize(
    ("control", "lines"),
    [
        ("eu-ai-act:Art. 43(3)",
         ["At best: a document that people declare to fill it. A scan sees nothing of it, and no word is given.",
          "It binds: provider", "It applies from: 2026-08-02 (Annex I)",
          "Before the amendment: 2027-08-02 (Annex I)"]),
        ("Art. 50(2)", ["It applies from: 2026-08-02 (all systems), 2026-12-02 (placed before 2026-08-02)"]),
        ("soc2:A1.2", ["Category: availability"]),
        ("CCC.Core.CN13",
         ["At best: counts. What bears on it is wider than it is, or nothing does, so that no word is given.",
          "No objective asks how long certificates are valid."]),
        ("CWE-324", ["key-management addresses it: no reason is given"]),
    ],
)  # fmt: skip
def test_explain_says_whom_a_control_binds_since_when_and_why_it_is_not_mapped(control: str, lines: list[str]) -> None:
    done = mlposture("explain", control)

    assert done.returncode == 0, done.stderr
    assert [line for line in lines if line not in done.stdout.splitlines()] == []


def test_explain_knows_checks_objectives_and_controls() -> None:
    by_id, by_slug = mlposture("explain", "mlp-1001"), mlposture("explain", CHECKS["MLP-1001"].slug)
    control = mlposture("explain", "soc2:CC6.6")
    objective = mlposture("explain", "network-isolation")

    assert mlposture("explain", "LLM01:2025").stdout == mlposture("explain", "owasp-llm-2025:LLM01:2025").stdout != ""
    assert max(len(line) for line in control.stdout.splitlines()) <= 110
    assert by_id.stdout == by_slug.stdout
    assert "soc2: CC6.6" in by_id.stdout
    assert "MLP-1001" in control.stdout
    assert "MLP-1001" in objective.stdout
