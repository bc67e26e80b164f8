"""An inventory judged by several processes gives the report that one process gives."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from factories.aws import HERE, notebook
from support import NOW, registered

from checks.aws.sagemaker.resources import NotebookInstance
from reports.json_v1 import prepare, render
from scanner import parts
from scanner.frameworks import load as load_catalogue
from scanner.inventory import Inventory
from scanner.journal import Journal
from scanner.model import Listing, Resource, Scope, Status
from scanner.parts import Parts
from scanner.report import build_report, make_verdicts
from scanner.verdicts import Verdicts

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    # The command forks before it has threads; the runner of these tests has some.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

CHECKS = tuple(check for check in registered()[0].values() if check.kind.kind == NotebookInstance.kind)
ACCOUNTS = [f"{number:012}" for number in range(3)]
Make = Callable[[Inventory, Path | None], Verdicts]


def make(inventory: Inventory, path: Path | None) -> Verdicts:
    return make_verdicts(
        inventory, CHECKS, load_catalogue(), verdicts=frozenset(Status), prepare=prepare, path=path
    )  # fmt: skip


def notebooks(count: int) -> list[Resource]:
    """So many in each account; some were seen by two units."""
    made: list[Resource] = []
    for account in ACCOUNTS:
        for turn in range(count):
            seen: dict[str, Any] = {"root_access": ("Enabled", "Disabled")[turn % 2]} if turn % 3 else {}
            bare = notebook(f"n{turn:04}", direct_internet_access="Enabled", **seen)
            made.append(msgspec.structs.replace(bare, id=f"{bare.id}-{account}", scope=Scope("aws", account, "r")))
    return made


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    made = Inventory(NOW, Journal(tmp_path / "journal"))
    made.store.put(notebooks(101))
    made.scopes = tuple(Scope("aws", account, "r") for account in ACCOUNTS)
    for scope in made.scopes:
        listing = Listing(kind=NotebookInstance.kind, scope=scope, complete=True, observed=101)
        made.listings[listing.kind, scope] = listing
    yield made
    made.store.close()


def report(inventory: Inventory, processes: int, make: Make = make) -> bytes:
    found = build_report(
        inventory, CHECKS, load_catalogue(), scan_id="x", started_at=NOW, finished_at=NOW,
        verdicts=frozenset(Status), prepare=prepare, judge=Parts(inventory, CHECKS, make, processes),
    )  # fmt: skip
    assert found.findings.accounts() == tuple(("aws", account) for account in ACCOUNTS)
    return b"".join(render(found))


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_the_report_is_the_same(inventory: Inventory, processes: int) -> None:
    alone = report(inventory, 1)
    assert report(inventory, processes) == alone
    assert len(msgspec.json.decode(alone)["findings"]) == 303 * len(CHECKS)


def test_parts_hold_each_resource_once(inventory: Inventory) -> None:
    for of in (1, 2, 5, 303, 400):
        ids = [resource.id for number in range(of) for resource in inventory.all(NotebookInstance, part=(number, of))]
        assert ids == [resource.id for resource in inventory.all(NotebookInstance)]


def test_parts_of_what_several_units_saw_hold_it_once(inventory: Inventory) -> None:
    again = [msgspec.structs.replace(made, scope=HERE) for made in inventory.of(NotebookInstance)[::2]]
    inventory.store.put(again)
    whole = list(inventory.all(NotebookInstance))
    for of in (2, 7, 455):
        found = [made for number in range(of) for made in inventory.all(NotebookInstance, part=(number, of))]
        assert found == whole


def breaks(how: Callable[[], None]) -> Make:
    """Like `make`, but one of the other processes comes to this."""

    def broken(inventory: Inventory, path: Path | None) -> Verdicts:
        if path is not None and path.name == "1":
            how()
        return make(inventory, path)

    return broken


@pytest.mark.parametrize(
    "how", [lambda: os._exit(9), lambda: os.kill(os.getpid(), 9), [].pop], ids=["ended", "killed", "raised"]
)
def test_a_process_that_fails_costs_no_verdict(inventory: Inventory, how: Callable[[], None]) -> None:
    assert report(inventory, 3, breaks(how)) == report(inventory, 1)


def test_accounts_that_nobody_announced_cost_no_verdict(inventory: Inventory) -> None:
    inventory.scopes = inventory.scopes[:1]
    assert report(inventory, 3) == report(inventory, 1)


def test_many_processes_are_for_large_inventories_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(parts.sys, "platform", "linux")
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert (parts.how_many(1000), parts.how_many(10**9)) == (1, 8)
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert parts.how_many(10**9) == 1
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(parts.sys, "platform", "darwin")
    assert parts.how_many(10**9) == 1


def test_nothing_is_left_behind(inventory: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    report(inventory, 2)
    with parts.store(2) as journal:
        assert journal.path is not None
        assert journal.path.exists()
    with parts.store(1) as journal:
        assert journal.path is None
    assert list((tmp_path / "tmp").iterdir()) == []
