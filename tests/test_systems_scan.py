"""AI systems in reports: a real command, against the simulated clouds, with the manifest of the demo organisation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture, said
from declaring import VALID
from interrupting import interrupted
from scanning import calm, running
from support import ROOT
from worlds.base import Fault

MANIFEST = ROOT / "examples" / "ai-systems.yaml"
REPORT = ("--no-cache", "--no-progress", "--fail-on", "never", "-o")


def read(own: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((own / name).read_text())
    return found


def system(report: dict[str, Any], id: str | None) -> dict[str, Any]:
    """What a report says of one system."""
    [found] = [one for one in report["evidence"]["systems"] if one["id"] == id]
    return found  # type: ignore[no-any-return]


def controls(report: dict[str, Any], id: str | None, framework: str) -> dict[str, dict[str, Any]]:
    """The controls of a framework for one system, by id."""
    [found] = [one for one in system(report, id)["frameworks"] if one["framework"] == framework]
    return {row["id"]: row for row in found["controls"]}


def test_findings_and_controls_belong_to_systems_with_a_cloud_and_without(own: Path) -> None:
    with running("aws"):
        scanned = mlposture(
            "scan", "aws", "--systems", str(MANIFEST), "--save-inventory", "i.json", *REPORT, "scan.json",
            "-o", "scan.sarif", cwd=own,
        )  # fmt: skip
    evaluated = mlposture(
        "evaluate", "i.json", "--systems", str(MANIFEST), "--fail-on", "never", "-o", "again.json", cwd=own
    )

    assert (scanned.returncode, evaluated.returncode) == (0, 0), scanned.stderr + evaluated.stderr
    report = read(own, "scan.json")
    assert report["evidence"] == read(own, "again.json")["evidence"]
    assert report["findings"] == read(own, "again.json")["findings"]
    sentiment = system(report, "ticket-sentiment")
    of_it = [finding for finding in report["findings"] if "ticket-sentiment" in finding["systems"]]
    assert of_it
    failing = [finding for finding in of_it if finding["verdict"] == "fail"]
    assert sum(sentiment["failures"].values()) == len(failing) > 0
    unclaimed = [finding for finding in report["findings"] if finding["check"]["id"] == "MLP-5001"]
    assert unclaimed
    assert not any(finding["systems"] for finding in unclaimed)
    assert len(unclaimed) <= report["evidence"]["unclaimed"]
    assert system(report, "fraud-scoring")["resources"] == 0
    assert "ticket-sentiment" in scanned.stdout
    assert "AI system: ticket-sentiment." in (own / "scan.sarif").read_text()


def test_a_control_that_a_dashboard_does_not_have_says_why_and_who_decided_it(own: Path) -> None:
    with running("aws"):
        mlposture("scan", "aws", "--systems", str(MANIFEST), *REPORT, "scan.json", cwd=own)
    report = read(own, "scan.json")
    rows = controls(report, "ticket-sentiment", "eu-ai-act")
    assert rows["Art. 15(5)"]["word"] == rows["Art. 55(1)(d)"]["word"] == "not applicable"
    assert rows["Art. 15(5)"]["why"] == "binds high-risk systems, and its declared tier is minimal"
    decided = system(report, "ticket-sentiment")["rests_on"]
    assert (decided["kind"], decided["by"], decided["on"]) == ("declared", "data protection officer", "2026-09-01")
    everything = controls(report, None, "eu-ai-act")
    assert everything["Art. 15(5)"]["word"] == "applicability not decided"


def test_what_does_not_apply_yet_is_readiness_until_the_day_comes(own: Path) -> None:
    with running("azure"):
        now = mlposture(
            "scan", "azure", "--systems", str(MANIFEST), "--save-inventory", "i.json", "--as-of", "2028-08-01",
            *REPORT, "now.json", cwd=own,
        )  # fmt: skip
    later = mlposture(
        "evaluate", "i.json", "--systems", str(MANIFEST), "--as-of", "2028-08-02", "--fail-on", "never",
        "-o", "then.json", cwd=own,
    )  # fmt: skip
    # Its classification was to be reviewed by then: what it rests on has lapsed, and nothing is decided.
    assert (now.returncode, later.returncode) == (0, 0), now.stderr + later.stderr
    lapsed = controls(read(own, "then.json"), "retina-diagnosis", "eu-ai-act")["Art. 15(5)"]
    assert (lapsed["word"], lapsed["why"]) == (
        "applicability not decided",
        "its classification was to be reviewed by 2027-06-30",
    )
    today = mlposture(
        "evaluate", "i.json", "--systems", str(MANIFEST), "--as-of", "2026-12-01", "--fail-on", "never",
        "-o", "today.json", cwd=own,
    )  # fmt: skip
    assert today.returncode == 0
    row = controls(read(own, "today.json"), "retina-diagnosis", "eu-ai-act")["Art. 15(5)"]
    assert (row["word"], row["readiness"], row["applies_from"]) == ("evidence against", True, "2028-08-02")


def test_a_manifest_in_the_folder_is_used_unless_none_is_asked_for(own: Path) -> None:
    shutil.copy(MANIFEST, own / "ai-systems.yaml")
    with running("aws"):
        mlposture("scan", "aws", *REPORT, "found.json", cwd=own)
        mlposture("scan", "aws", "--systems", "none", *REPORT, "none.json", cwd=own)
    assert read(own, "found.json")["evidence"]["manifest"] == "ai-systems.yaml"
    assert read(own, "none.json")["evidence"]["manifest"] == ""
    assert [one["id"] for one in read(own, "none.json")["evidence"]["systems"]] == [None]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--systems", "missing.yaml"), "missing.yaml: No such file or directory"),
        (("--as-of", "soon"), "--as-of soon: give a day as year, month and day, such as 2027-12-02"),
        (("--as-of", "2027-13-01"), "--as-of 2027-13-01: give a day as year, month and day, such as 2027-12-02"),
    ],
)
def test_what_cannot_be_used_is_said_before_a_cloud_is_asked(
    own: Path, arguments: tuple[str, ...], problem: str
) -> None:
    with running("aws") as world:
        done = mlposture("scan", "aws", *arguments, *REPORT, "r.json", cwd=own)
        assert not world.log
    assert (done.returncode, done.stderr) == (2, f"mlposture: {problem}\n")
    assert not (own / "r.json").exists()


def test_a_manifest_that_is_wrong_is_named_with_line_and_column(own: Path) -> None:
    text = MANIFEST.read_text().replace("    stage: general\n", "    stages: general\n", 1)
    (own / "ai-systems.yaml").write_text(text)
    with running("aws") as world:
        done = mlposture("scan", "aws", *REPORT, "r.json", cwd=own)
        assert not world.log
    assert done.returncode == 2
    assert done.stderr.startswith("mlposture: ai-systems.yaml:17:5: system ticket-sentiment: no field 'stages'")


def test_what_has_expired_is_left_out_with_a_warning(own: Path) -> None:
    glob = "arn:aws:sagemaker:*:111122223333:endpoint/*"
    excluded = f"      exclude:\n        - {{arn: '{glob}', reason: x, expires: 2020-01-01}}\n"
    text = MANIFEST.read_text()
    start = text.index("    expectations: {monitoring: [data-quality]}")
    (own / "ai-systems.yaml").write_text(text[:start] + excluded + text[start:])
    with running("aws"):
        done = mlposture("scan", "aws", *REPORT, "r.json", cwd=own)
    assert done.returncode == 0
    assert "this exclusion expired on 2020-01-01" in done.stderr
    assert system(read(own, "r.json"), "ticket-sentiment")["resources"] > 0


def test_a_build_whose_permissions_were_taken_away_fails(own: Path) -> None:
    common = ("scan", "aws", "--systems", str(MANIFEST), "--min-severity", "low", "--min-coverage", "90")
    with running("aws") as world:
        fine = mlposture("scan", "aws", "--systems", "none", "--min-coverage", "90", *REPORT, "fine.json", cwd=own)
        world.faults.append(Fault("sagemaker:Describe*", "deny"))
        short = mlposture(*common, *REPORT, "short.json", cwd=own)
    assert (fine.returncode, short.returncode) == (0, 4), fine.stderr + short.stderr
    assert "fraud-scoring" not in said(short.stderr), "it is in a cloud that was not scanned"
    assert "--min-coverage 90: less was judged (all " in said(short.stderr)


def test_a_resumed_scan_goes_on_with_the_systems_that_it_began_with(own: Path) -> None:
    manifest = own / "systems.yaml"
    shutil.copy(MANIFEST, manifest)
    with running("aws") as world:
        common = ("scan", "aws", "--systems", str(manifest), *REPORT)
        calm = mlposture(*common, str(own / "calm.json"), cwd=own)
        code = interrupted(world, "sagemaker:DescribeEndpoint", *common, str(own / "resumed.json"))
        manifest.unlink()
        refused = mlposture("scan", "--resume", "--systems", str(MANIFEST), cwd=own)
        resumed = mlposture("scan", "--resume", cwd=own)

    assert (calm.returncode, code, resumed.returncode) == (0, 130, 0), resumed.stderr
    assert (refused.returncode, refused.stderr) == (
        2, "mlposture: --systems: a resumed scan judges what it set out to judge\n"
    )  # fmt: skip
    assert read(own, "resumed.json")["evidence"] == read(own, "calm.json")["evidence"]
    assert read(own, "resumed.json")["findings"] == read(own, "calm.json")["findings"]


def test_a_selection_of_checks_leaves_out_what_belongs_to_no_system(own: Path) -> None:
    with running("aws"):
        done = mlposture("scan", "aws", "--systems", str(MANIFEST), "--check", "MLP-1001", *REPORT, "one.json", cwd=own)
        skipped = mlposture(
            "scan", "aws", "--systems", str(MANIFEST), "--skip-check", "MLP-5001", *REPORT, "skipped.json", cwd=own
        )
    assert (done.returncode, skipped.returncode) == (0, 0), done.stderr + skipped.stderr
    for name in ("one.json", "skipped.json"):
        assert "MLP-5001" not in {finding["check"]["id"] for finding in read(own, name)["findings"]}
    words = {row["word"] for row in controls(read(own, "one.json"), "ticket-sentiment", "nist-ai-rmf-1.0").values()}
    assert words == {"not assessed"}


def test_where_a_listing_was_refused_nothing_is_called_unclaimed(own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:ListEndpoints", "deny"))
        mlposture("scan", "aws", "--systems", str(MANIFEST), *REPORT, "r.json", cwd=own)
    own_check = [finding for finding in read(own, "r.json")["findings"] if finding["check"]["id"] == "MLP-5001"]
    assert {finding["verdict"] for finding in own_check} == {"unknown"}


def test_a_scan_is_not_buried_under_warnings_of_many_systems(own: Path) -> None:
    head, entry = VALID.replace("minimal", "unclassified").split("- id:")
    entries = "".join(f"- id:{entry.replace('sentiment', f'system-{n}', 1)}" for n in range(30))
    (own / "ai-systems.yaml").write_text(head + entries, encoding="utf-8")
    calm("aws")[0].save(own / "i.json")
    judged = mlposture("evaluate", "i.json", "--fail-on", "never", cwd=own)
    checked = mlposture("systems", "check", cwd=own)

    said = judged.stderr.splitlines()
    assert len(said) == 11
    assert said[-1] == "mlposture: ai-systems.yaml: 20 more to know; `mlposture systems check` lists all"
    assert len(checked.stderr.splitlines()) == 30
