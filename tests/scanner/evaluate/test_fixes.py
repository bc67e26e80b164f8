"""What fixes most is the set of changes that closes most, and it claims no more than what failed."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import msgspec
import pytest
from factories.aws import bucket, component, endpoint, notebook, role
from support import NOW, inventory_of, registered

from scanner.evaluate import fixes
from scanner.evaluate.fixes import MOST, most_fixing
from scanner.evaluate.report import build_report
from scanner.frameworks import load as load_catalogue
from scanner.model.notes import Suppression
from scanner.model.nouns import Resource, Severity
from scanner.model.remedies import Closed, Fix
from scanner.model.reported import Finding, FindingList

MIB = 1 << 20
KNOWN = {one.id: one for one in (role("shared"), role("alone"), bucket("models"), endpoint("serving"))}
SCORES = {Severity.CRITICAL: 90.0, Severity.HIGH: 60.0, Severity.LOW: 20.0}


@pytest.fixture(scope="module")
def pattern() -> Finding:
    [check] = [check for check in registered()[0].values() if check.slug == "sagemaker_notebook_root_access_enabled"]
    resources = inventory_of(notebook("n", root_access="Enabled"))
    report = build_report(resources, [check], load_catalogue(), scan_id="x", started_at=NOW, finished_at=NOW)
    [finding] = report.findings
    return finding


@pytest.fixture(scope="module")
def make(pattern: Finding):
    def finding(
        check: str, subject: Resource, *path: str, severity: Severity = Severity.HIGH, objective: str = "one", **changes
    ) -> Finding:
        through = (subject.id, *(id for id in path)) if path else ()
        return msgspec.structs.replace(
            pattern, check_id=check, resource=subject, path=through, severity=severity, score=SCORES[severity],
            objective=objective, remediation=f"Do {check}.", fingerprint=f"{check} {subject.id}", **changes,
        )  # fmt: skip

    return finding


def most(*findings: Finding) -> tuple[Fix, ...]:
    """As a report has them: findings sorted, with their totals."""
    listed = FindingList(sorted(findings, key=lambda f: (f.severity.rank, -f.score, f.check_id, f.resource.id)))
    return most_fixing(listed, Counter(one.check_id for one in listed), KNOWN.get)


def changed(*findings: Finding) -> list[tuple[str, int]]:
    return [(fix.name, fix.count) for fix in most(*findings)]


SHARED, ALONE, MODELS, SERVING = KNOWN


def test_a_shared_resource_closes_all_paths_through_it(make) -> None:
    found = [make("MLP-9001", notebook(name), SHARED, severity=Severity.LOW) for name in "abc"]
    found += [make("MLP-9002", component(name), MODELS, SHARED, severity=Severity.LOW) for name in "d"]
    found += [make("MLP-9003", notebook("z"))]
    [first, *_] = most(*found)

    assert (first.resource, first.name, first.objective) == (SHARED, "shared", "one")
    assert first.count == 4 and first.by_severity == {"low": 4}
    assert first.checks == (Closed("MLP-9001", 3, 3), Closed("MLP-9002", 1, 1))
    assert first.remediation == "Do MLP-9001."
    assert first.examples == tuple(notebook(name).id for name in "abc")


def test_what_a_change_closes_is_not_closed_again(make) -> None:
    both = [make("MLP-9001", notebook(name), SHARED, MODELS) for name in "abc"]
    rest = [make("MLP-9001", notebook(name), MODELS) for name in "de"]

    assert changed(*both, *rest) == [("models", 5)]
    found = most(*both, *rest, *(make("MLP-9002", notebook(name), SHARED) for name in "fghij"))
    assert [(fix.name, fix.count) for fix in found] == [("shared", 8), ("models", 2)]
    assert [closed.of for fix in found for closed in fix.checks] == [5, 5, 5]


def test_paths_about_something_else_are_another_change(make) -> None:
    found = [make("MLP-9001", notebook(name), SHARED, objective="one") for name in "abc"]
    found += [make("MLP-9002", notebook(name), SHARED, objective="two") for name in "ab"]

    assert [(fix.objective, fix.count) for fix in most(*found)] == [("one", 3), ("two", 2)]


def test_own_failures_under_the_objective_are_closed_too_and_no_others(make) -> None:
    paths = [make("MLP-9001", notebook(name), SHARED) for name in "ab"]
    [fix, other] = most(*paths, make("MLP-9003", KNOWN[SHARED]), make("MLP-9004", KNOWN[SHARED], objective="two"))

    assert fix.checks == (Closed("MLP-9001", 2, 2), Closed("MLP-9003", 1, 1))
    assert [closed.check for closed in other.checks] == ["MLP-9004"] and other.examples == ()


def test_one_path_shares_nothing(make) -> None:
    assert changed(make("MLP-9001", notebook("a"), ALONE), make("MLP-9003", KNOWN[ALONE])) == [("alone", 1), ("a", 1)]


def test_what_serves_and_what_was_not_read_is_not_what_changes(make) -> None:
    stranger = "arn:aws:s3:::somebody-else"
    found = [make("MLP-9001", notebook(name), stranger, SERVING) for name in "abc"]

    assert changed(*found) == [("a", 1), ("b", 1), ("c", 1)]


def test_suppressed_failures_do_not_count(make) -> None:
    accepted = Suppression(check="MLP-9001", reason="a trial", owner="science")
    found = [make("MLP-9001", notebook(name), SHARED, suppression=accepted) for name in "abc"]
    found += [make("MLP-9001", notebook("d"), suppression=accepted)]

    assert changed(*found) == []
    assert changed(*found, make("MLP-9002", notebook("e"))) == [("e", 1)]


def test_few_grave_ones_outweigh_several_slight_ones(make) -> None:
    slight = [make("MLP-9001", notebook(name), SHARED, severity=Severity.LOW) for name in "abcd"]
    grave = make("MLP-9002", notebook("e"), severity=Severity.CRITICAL)

    assert changed(*slight, grave) == [("e", 1), ("shared", 4)]


def test_there_are_few_of_them_and_always_the_same(make) -> None:
    found = [make("MLP-9001", notebook(f"n{n}"), (SHARED, ALONE, MODELS)[n % 3]) for n in range(40)]
    found += [make("MLP-9002", notebook(f"m{n:02}")) for n in range(40)]

    assert len(most(*found)) == MOST
    assert most(*found) == most(*reversed(found))
    assert most() == ()


class Many(FindingList):
    """Findings that are made as they are read, each through a resource of its own and one that is shared."""

    def __new__(cls, pattern: Finding, count: int):
        made = super().__new__(cls)
        made.pattern, made.count = pattern, count
        return made

    def __iter__(self) -> Iterator[Finding]:
        for number in range(self.count):
            resource = msgspec.structs.replace(self.pattern.resource, id=f"notebook-{number}")
            yield msgspec.structs.replace(self.pattern, resource=resource, path=(resource.id, f"r{number}", SHARED))

    def failures(self, most: int) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        yield self.count, tuple(islice(self, most))


def test_however_many_there_are_they_take_little_memory(pattern, monkeypatch) -> None:
    monkeypatch.setattr(fixes, "_NAMED", 1_000)
    tracemalloc.start()
    found = most_fixing(Many(pattern, 20_000), Counter({pattern.check_id: 20_000}), KNOWN.get)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(fix.name, fix.count) for fix in found] == [("shared", 20_000)]
    assert peak < 2 * MIB
