"""From scan to scan, by way of our SARIF: what alerts become when a resource fails, passes, is gone or not seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import mlposture
from factories.aws import notebook
from support import inventory_of
from uploading import GitHub, github

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.nouns import Resource

FAILS = notebook(direct_internet_access="Enabled")
PASSES = notebook(direct_internet_access="Disabled")
UNSEEN = notebook()
OTHER = notebook("other", direct_internet_access="Enabled")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path) as running:
        yield running


def scan(hub: GitHub, *resources: Resource, options: tuple[str, ...] = (), partly: bool = False, code: int = 0) -> str:
    """A scan that saw these, judged against the one before, and uploaded; what the two alerts are then."""
    inventory_of(*resources, incomplete=[NotebookInstance] if partly else []).save(hub.folder / "inventory.json")
    wanted = ("--check", "MLP-1001", "--fail-on", "never", "-o", "x.sarif", "-o", "report.json")
    judged = mlposture("evaluate", "inventory.json", *wanted, *options, cwd=hub.folder)
    assert judged.returncode == 0, judged.stderr
    (hub.folder / "report.json").replace(hub.folder / "before.json")
    done = hub.upload("--sarif", "x.sarif")
    assert done.returncode == code, done.stderr
    alerts = sorted(hub.world.repository().alerts.values(), key=lambda alert: "other" in alert.path)
    return " ".join(alert.state for alert in alerts)


SINCE = ("--baseline", "before.json")


def test_it_fails_is_not_seen_and_fails_again(hub: GitHub) -> None:
    assert scan(hub, FAILS, OTHER) == "open open"
    assert scan(hub, UNSEEN, OTHER, options=SINCE) == "open open"
    [carried] = [
        one.text for one in hub.world.repository().alerts.values() if one.text.startswith("Not observed since")
    ]
    assert "research" in carried
    assert scan(hub, FAILS, OTHER, options=SINCE) == "open open"
    assert not [one for one in hub.world.repository().alerts.values() if one.text.startswith("Not observed since")]


def test_without_the_earlier_report_a_scan_that_saw_less_changes_no_alert(hub: GitHub) -> None:
    assert scan(hub, FAILS, OTHER) == "open open"
    assert scan(hub, UNSEEN, OTHER, code=4) == "open open"
    assert scan(hub, OTHER, partly=True, code=4) == "open open"


def test_it_passes(hub: GitHub) -> None:
    assert scan(hub, FAILS, OTHER) == "open open"
    assert scan(hub, PASSES, OTHER, options=SINCE) == "fixed open"
    assert scan(hub, FAILS, OTHER, options=SINCE) == "open open"


def test_it_is_gone_where_all_was_listed_and_only_there(hub: GitHub) -> None:
    assert scan(hub, FAILS, OTHER) == "open open"
    assert scan(hub, OTHER, options=SINCE, partly=True) == "open open"
    assert scan(hub, OTHER, options=SINCE) == "fixed open"


def test_the_profile_for_other_readers_is_not_uploaded(hub: GitHub) -> None:
    before = scan(hub, FAILS, OTHER)
    assert scan(hub, PASSES, OTHER, options=(*SINCE, "--sarif-profile", "full", "--verdicts", "all"), code=2) == before
