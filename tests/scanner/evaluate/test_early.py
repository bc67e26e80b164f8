"""What is judged while a scan goes on is what would have been judged at its end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import msgspec
import pytest
from factories.aws import HERE, allow, notebook, ours
from factories.aws import document as document_of
from support import NOW, registered

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import NotebookInstance
from reports.json_v1 import prepare, render
from scanner import frameworks
from scanner.evaluate.early import Early
from scanner.evaluate.findings import StoredFindings
from scanner.evaluate.report import build_report, make_verdicts
from scanner.evaluate.verdicts import Verdicts
from scanner.frameworks import load as load_catalogue
from scanner.model.documents import document, documents
from scanner.model.nouns import Resource, Scope, Status
from scanner.model.trust import Entry
from scanner.store.inventory import Inventory
from scanner.store.journal import Facts

CHECKS = [check for check in registered()[0].values() if check.kind.kind == NotebookInstance.kind]
ALONE = {check.id for check in CHECKS if not check.needs}
EVERYTHING = frozenset(Status)


def some(count: int = 40) -> list[Resource]:
    seen: list[dict[str, Any]] = [{"root_access": "Enabled"}, {"root_access": "Disabled"}, {}]
    return [notebook(f"n{turn:03}", direct_internet_access="Enabled", **seen[turn % 3]) for turn in range(count)]


class Scan:
    """An inventory that is filled while it is judged."""

    def __init__(self, made: Callable[[Verdicts], Verdicts] = lambda verdicts: verdicts) -> None:
        self.inventory = Inventory(NOW)
        self.early = Early(CHECKS, lambda: made(self.verdicts()))
        self.inventory.store.watch = self.early.offer

    def verdicts(self) -> Verdicts:
        return make_verdicts(self.inventory, CHECKS, load_catalogue(), verdicts=EVERYTHING, prepare=prepare)

    def unit(self, resources: list[Resource], region: str = HERE.region) -> None:
        store = self.inventory.store
        number = store.begin(NotebookInstance.kind, Scope("aws", HERE.account, region))
        store.write(number, resources[:-3])
        store.finish(number, resources[-3:], Facts(), whole=True)

    def report(self, *, early: bool) -> bytes:
        report = build_report(
            self.inventory, CHECKS, load_catalogue(), scan_id="x", started_at=NOW, finished_at=NOW,
            verdicts=EVERYTHING, prepare=prepare, early=self.early if early else None,
        )  # fmt: skip
        return b"".join(render(report))


def test_the_report_is_the_same() -> None:
    scan = Scan()
    scan.unit(some())
    judged_early = scan.report(early=True)

    assert judged_early == scan.report(early=False)
    assert len(msgspec.json.decode(judged_early)["findings"]) == 40 * len(CHECKS)


def test_checks_that_join_nothing_are_done_and_others_are_not() -> None:
    scan = Scan()
    scan.unit(some())
    verdicts, done = scan.early.finish(scan.inventory.store)

    assert done == ALONE != {check.id for check in CHECKS}
    assert {id for id, count in verdicts.counts.items() if count.passed or count.failed or count.unknown} <= ALONE
    assert sum(verdicts.totals().values()) == len(verdicts.findings) == 40 * len(ALONE)


def test_what_two_units_saw_is_judged_as_the_journal_has_it() -> None:
    scan = Scan()
    first = [msgspec.structs.replace(made, root_access="Enabled") for made in some()]
    scan.unit(first, "eu-west-1")
    scan.unit([msgspec.structs.replace(made, root_access="Disabled") for made in first[:5]], "us-east-1")
    judged_early = scan.report(early=True)

    assert judged_early == scan.report(early=False)
    assert scan.inventory.store.sizes(NotebookInstance.kind) == (45, 40)


def test_what_an_earlier_run_left_in_the_journal_is_judged_too() -> None:
    scan = Scan()
    scan.inventory.store.watch = None
    scan.unit(some()[:10], "eu-west-1")
    scan.inventory.store.watch = scan.early.offer
    scan.unit(some()[10:], "us-east-1")
    judged_early = scan.report(early=True)

    assert judged_early == scan.report(early=False)
    assert len(msgspec.json.decode(judged_early)["findings"]) == 40 * len(CHECKS)


def test_nothing_found_is_nothing_judged() -> None:
    scan = Scan()
    assert scan.report(early=True) == scan.report(early=False)


def test_what_was_written_twice_after_a_unit_was_begun_again_counts_once() -> None:
    scan = Scan()
    scan.unit(some())
    scan.unit(some())
    assert scan.report(early=True) == scan.report(early=False)


def test_a_disk_that_is_full_costs_no_verdict() -> None:
    class Full(StoredFindings):
        def flush(self) -> None:
            raise sqlite3.OperationalError("database or disk is full")

    made = []

    def full_at_first(verdicts: Verdicts) -> Verdicts:
        if not made:
            verdicts.findings.__class__ = Full
        made.append(verdicts)
        return verdicts

    scan = Scan(full_at_first)
    scan.unit(some(400))
    judged_early = scan.report(early=True)

    assert len(made) == 2
    assert judged_early == scan.report(early=False)


def test_what_cannot_be_prepared_is_told_at_the_end() -> None:
    def broken(_: Verdicts) -> Verdicts:
        raise LookupError("no such framework")

    scan = Scan(broken)
    scan.unit(some())
    with pytest.raises(LookupError):
        scan.report(early=True)


def test_it_judges_what_is_kept_not_what_was_seen() -> None:
    """A verdict on a saved inventory must be that of the scan, so credentials are gone before a check sees them."""
    secret = notebook("n", role_arn="AKIAIOSFODNN7EXAMPLE")
    scan = Scan()
    scan.unit([secret, *some()])
    assert b"AKIAIOSFODNN7EXAMPLE" not in document(secret)
    judged_early = scan.report(early=True)

    assert judged_early == scan.report(early=False)
    assert b"AKIAIOSFODNN7EXAMPLE" not in judged_early


def test_what_comes_too_late_keeps_nobody_waiting() -> None:
    scan = Scan()
    scan.unit(some())
    scan.early.finish(scan.inventory.store)
    for _ in range(100):
        scan.early.offer(NotebookInstance.kind, [document(made) for made in some(3)])


def test_what_is_trusted_or_of_the_scan_is_settled_early_too() -> None:
    """A bucket that a partner, an account of another part of the scan, and a former partner may write to."""
    partner, sibling, former = "444455556666", "555566667777", "666677778888"
    checks = [check for check in registered()[0].values() if check.kind.kind == Bucket.kind]
    trust = [
        Entry(table="accounts", value=partner, reason="labels"),
        Entry(table="accounts", value=former, reason="labels", until=date(2026, 1, 1)),
    ]
    inventory = Inventory(NOW)
    inventory.accounts = {("aws", HERE.account), ("aws", sibling)}
    options: dict[str, Any] = {"verdicts": EVERYTHING, "prepare": prepare, "trust": trust}
    early = Early(checks, lambda: make_verdicts(inventory, checks, load_catalogue(), **options))
    inventory.store.watch = early.offer
    policy = [document_of(allow("s3:PutObject", Principal={"AWS": id})) for id in (partner, sibling, former)]
    found = [
        ours(f"bucket-{n}", policy=each, policy_is_public=False, grants=(), owner_id="0a1b" * 16)
        for n, each in enumerate(policy)
    ]
    inventory.store.finish(inventory.store.begin(Bucket.kind, HERE), found, Facts(), whole=True)

    def report(early: Early | None) -> bytes:
        made = build_report(
            inventory, checks, load_catalogue(), scan_id="x", started_at=NOW, finished_at=NOW, early=early, **options
        )
        assert (made.trusted, [(use.matched, use.passes) for use in made.trust]) == (1, [(True, 1), (True, 0)])
        return b"".join(render(made))

    assert report(early) == report(None)


def test_the_catalogue_is_read_by_one_thread_while_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """msgspec crashes where two threads show it a new type at once: the early judge and the report both want it."""
    reading, most, decode = [0], [0], msgspec.json.decode

    def slowly(*given: Any, **options: Any) -> Any:
        reading[0] += 1
        most[0] = max(most[0], reading[0])
        time.sleep(0.1)
        reading[0] -= 1
        return decode(*given, **options)

    monkeypatch.setattr(msgspec.json, "decode", slowly)
    for cached in (frameworks._shipped, frameworks._framework, frameworks._objectives):
        cached.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda _: load_catalogue(), range(4)))
    assert most == [1]
    assert all(each is read[0] for each in read)


def test_what_is_kept_of_a_resource_does_not_depend_on_those_beside_it() -> None:
    beside = [notebook("a"), notebook("n", role_arn="AKIAIOSFODNN7EXAMPLE"), notebook("z")]

    assert documents(beside) == [document(each) for each in beside]
    assert b"AKIAIOSFODNN7EXAMPLE" not in b"".join(documents(beside))
