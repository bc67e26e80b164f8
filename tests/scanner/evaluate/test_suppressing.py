"""Which failures the file of suppressions is about, and what is counted then."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from factories.aws import HERE, notebook
from support import NOW, inventory_of, registered

from scanner.evaluate.early import Early
from scanner.evaluate.report import build_report, make_verdicts
from scanner.evaluate.suppressing import Suppressing
from scanner.frameworks import load as load_catalogue
from scanner.model.documents import document
from scanner.model.globs import matcher
from scanner.model.notes import Suppression
from scanner.model.nouns import Resource, Scope, Status
from scanner.model.reported import FindingList, Report
from scanner.store.inventory import Inventory

TODAY = NOW.date()
CHECKS = [
    check
    for check in registered()[0].values()
    if check.kind.kind == "aws.sagemaker.NotebookInstance" and not check.needs
]
ROOT_ACCESS = "MLP-1003"
CATALOGUE = load_catalogue()


def entry(resource: str = "*", **fields) -> Suppression:
    given = {"check": ROOT_ACCESS, "reason": "research", "owner": "ml-platform", "place": "s.yaml:1", **fields}
    return Suppression(resource=resource, **given)


def exposed(count: int = 9, account: str = HERE.account) -> list[Resource]:
    scope = Scope("aws", account, HERE.region)
    made = (notebook(f"n{turn}", root_access="Enabled") for turn in range(count))
    return [msgspec.structs.replace(one, scope=scope, id=one.id.replace(HERE.account, account)) for one in made]


def built(inventory: Inventory, *entries: Suppression, day: date = TODAY, early: Early | None = None) -> Report:
    return build_report(
        inventory, CHECKS, CATALOGUE, scan_id="x", started_at=NOW, finished_at=NOW + timedelta(seconds=1),
        verdicts=frozenset(Status), suppressing=Suppressing(entries, day), early=early,
    )  # fmt: skip


def named(report: Report) -> list[str]:
    """Which notebooks have a suppressed finding."""
    return sorted(finding.resource.name for finding in report.findings.suppressed())


def states(report: Report) -> list[tuple[str, int, bool]]:
    return [(use.state, use.findings, use.ends_soon) for use in report.suppressions]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n1", ["n1"]),
        ("ARN:aws:sagemaker:eu-west-1:111122223333:notebook-instance/N1", ["n1"]),
        ("arn:aws:sagemaker:*:notebook-instance/n?", [f"n{turn}" for turn in range(9)]),
        ("*/n1", ["n1"]),
        ("n1", []),
        ("arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n", []),
        ("sagemaker", []),
        ("arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/[n]1", []),
    ],
)
def test_a_glob_matches_all_of_an_id_and_not_a_part(glob: str, expected: list[str]) -> None:
    assert named(built(inventory_of(*exposed()), entry(glob))) == expected


def test_account_provider_and_fingerprint_narrow_what_an_entry_is_about() -> None:
    inventory = inventory_of(*exposed(2), *exposed(2, "444455556666"))
    everything = list(built(inventory).findings)
    [one, *_] = [each for each in everything if each.open and each.check_id == ROOT_ACCESS]

    def accounts(**fields) -> list[str]:
        found = built(inventory, entry(**fields)).findings.suppressed()
        return [finding.resource.scope.account for finding in found]

    assert accounts(account="444455556666") == ["444455556666"] * 2
    assert accounts(account="444455556667") == []
    assert accounts(provider="aws") == ["111122223333"] * 2 + ["444455556666"] * 2
    assert accounts(provider="gcp") == []
    assert accounts(check="MLP-1001") == []
    [found] = built(inventory, entry("", fingerprint=one.fingerprint)).findings.suppressed()
    assert found.fingerprint == one.fingerprint


def test_a_suppressed_failure_stays_a_failure_and_is_counted_apart() -> None:
    inventory = inventory_of(*exposed())
    before, after = built(inventory), built(inventory, entry("*/n1"), entry("*/n2"))
    assert before.counts["suppressed"] == 0
    assert after.counts == {**before.counts, "fail": before.counts["fail"] - 2, "suppressed": 2}
    assert sum(after.by_severity.values()) == after.counts["fail"]
    assert sum(after.findings.failures_by_account().values()) == after.counts["fail"]
    assert sum(total for total, _ in after.findings.failures(1)) == after.counts["fail"]
    assert after.check_counts[ROOT_ACCESS].failed == before.check_counts[ROOT_ACCESS].failed
    assert after.score == before.score
    assert {finding.verdict for finding in after.findings.suppressed()} == {Status.FAIL}
    assert len(after.findings) == len(before.findings)


def test_what_did_not_fail_is_not_suppressed() -> None:
    report = built(inventory_of(notebook("tidy", root_access="Disabled"), notebook("hidden")), entry("*"))
    assert named(report) == []
    assert {finding.suppression for finding in report.findings} == {None}
    assert states(report) == [("not judged", 0, False)]


def test_the_first_entry_in_force_decides_and_names_the_others() -> None:
    report = built(
        inventory_of(*exposed(1)),
        entry("*/n0", reason="over", until=TODAY - timedelta(1), place="s.yaml:3"),
        entry("*/n0", reason="first", place="s.yaml:7"),
        entry("*n0", reason="second", place="s.yaml:12"),
    )
    [finding] = report.findings.suppressed()
    assert finding.suppression is not None
    assert (finding.suppression.reason, finding.suppression.also) == ("first", ("s.yaml:12",))
    assert states(report) == [("expired", 0, False), ("used", 1, False), ("used", 1, False)]


@pytest.mark.parametrize(
    ("left", "state", "suppressed"),
    [
        (-1, ("expired", 1, False), 0),
        (0, ("used", 1, True), 1),
        (14, ("used", 1, True), 1),
        (15, ("used", 1, False), 1),
    ],
)
def test_an_entry_counts_to_its_last_day_and_then_the_finding_is_open(left, state, suppressed) -> None:
    report = built(inventory_of(*exposed(1)), entry(until=TODAY + timedelta(left)))
    assert states(report) == [state]
    assert report.counts["suppressed"] == suppressed


def test_what_an_entry_did_not_match_is_only_unused_where_all_was_seen() -> None:
    seen = inventory_of(*exposed(1))
    assert states(built(seen, entry("*/gone"))) == [("unused", 0, False)]
    assert states(built(seen, entry("*", account="444455556666"))) == [("not judged", 0, False)]
    assert states(built(seen, entry("arn:aws:sagemaker:*:444455556666:*/gone"))) == [("not judged", 0, False)]
    assert states(built(seen, entry("*/gone", check="MLP-2001"))) == [("not judged", 0, False)]
    partly = inventory_of(*exposed(1), incomplete=[type(exposed(1)[0])])
    assert states(built(partly, entry("*/gone"))) == [("not judged", 0, False)]


def test_suppressed_ones_come_after_those_of_their_check_that_are_open() -> None:
    report = built(inventory_of(*exposed(4)), entry("*/n0"), entry("*/n2"))
    order = [(finding.resource.name) for finding in report.findings if finding.check_id == ROOT_ACCESS]
    assert order == ["n1", "n3", "n0", "n2"]
    listed = FindingList(report.findings)
    assert list(listed.suppressed()) == list(report.findings.suppressed())
    assert list(listed.failures(3)) == list(report.findings.failures(3))
    assert listed.severities_by_account() == report.findings.severities_by_account()


def test_judging_early_suppresses_the_same() -> None:
    entries = (entry("*/n1"), entry("*/n2", until=TODAY - timedelta(1)), entry("*/gone"))
    inventory = inventory_of(*exposed())
    suppressing = Suppressing(entries, TODAY)
    whole = built(inventory, *entries)
    for halfway in (False, True):  # what was judged by half is judged again
        early = Early(
            CHECKS,
            lambda: make_verdicts(inventory, CHECKS, CATALOGUE, verdicts=frozenset(Status), suppressing=suppressing),
        )
        early.offer("aws.sagemaker.NotebookInstance", [document(one) for one in exposed()][: 5 if halfway else None])
        report = built(inventory, *entries, early=early)
        assert list(report.findings) == list(whole.findings)
        assert (report.counts, report.suppressions) == (whole.counts, whole.suppressions)


@pytest.mark.parametrize("glob", ["arn:" + "*" * 10_000 + "b", "arn:" + "*a" * 5_000 + "*b", "arn:" + "?*" * 500 + "b"])
def test_no_glob_takes_for_ever(glob: str) -> None:
    assert not matcher(glob).fullmatch("arn:aws:s3:::" + "a" * 10_000)


def test_only_stars_and_question_marks_are_wild() -> None:
    assert matcher("arn:*[ab]{x}.!").fullmatch("ARN:1[AB]{x}.!")
    assert not matcher("arn:[ab]").fullmatch("arn:a")
    assert not matcher("arn:a").fullmatch("arn:a\n")
