"""What is said of verdicts that could not be given, and when a report is complete."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from factories.aws import grant, notebook, ours, tagged
from msgspec import UNSET
from support import FAIL, NOW, UNKNOWN, all_cases, inventory_of, registered
from watching import observe

from scanner.evaluate.judge import evaluate, explained, shown
from scanner.evaluate.report import build_report
from scanner.frameworks import load as load_catalogue
from scanner.model.checks import Check
from scanner.model.nouns import Status, Verdict

CHECKS = registered()[0]
INTERNET = CHECKS["MLP-1001"]
FUTURE = "ValueOfALaterVersion"


def message(check: Check, *resources: Any) -> str:
    [judgement] = [j for j in evaluate(inventory_of(*resources), [check]) if j.resource.id == resources[0].id]
    assert judgement.verdict.status is UNKNOWN
    return judgement.verdict.message


def test_a_value_that_was_seen_is_shown_and_never_called_unobserved() -> None:
    assert message(INTERNET, notebook(direct_internet_access=FUTURE)) == (
        f"saw `{FUTURE}` in direct_internet_access, which this version does not know"
    )
    assert message(INTERNET, notebook()) == "not observed: direct_internet_access"


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.slug)
def test_no_check_calls_a_value_of_a_later_version_unobserved(check: Check) -> None:
    """Each word that a case of the check rests on is replaced by one that nobody knows."""
    for case in all_cases().get(check.slug, ()):
        inventory = case.inventory()
        _, seen = observe(check, case.resource, inventory)
        for kind, id, field in seen.fields:
            resource = next(r for r in (case.resource, *case.others) if (type(r).kind, r.id) == (kind, id))
            if not isinstance(getattr(resource, field), str) or "/" in getattr(resource, field):
                continue  # addresses are no words of the provider's
            inventory.add(msgspec.structs.replace(resource, **{field: FUTURE}))
            for judgement in evaluate(inventory, [check]):
                if judgement.resource.id == case.resource.id and judgement.verdict.status is UNKNOWN:
                    said = judgement.verdict.message
                    unseen = said.partition("not observed: ")[2].split("; ")[0].split(", ")
                    own = field if kind == check.kind.kind else f"{kind.rpartition('.')[2]}.{field}"
                    assert own not in unseen, f"{check.slug}, {case.name}: {own} was seen; name it in `unknown(...)`"
            inventory.add(resource)


def test_a_report_does_not_count_tags_as_resources() -> None:
    given = {"scan_id": "x", "started_at": NOW, "finished_at": NOW}
    inventory = inventory_of(notebook(), ours(), tagged(notebook(), team="ml"), tagged(ours()))

    assert build_report(inventory, [INTERNET], load_catalogue(), **given).resources == 2


def test_a_report_with_an_unknown_verdict_is_not_complete() -> None:
    def report(**fields: Any) -> Any:
        given = {"scan_id": "x", "started_at": NOW, "finished_at": NOW}
        return build_report(inventory_of(notebook(**fields)), [INTERNET], load_catalogue(), **given)

    assert report(direct_internet_access="Enabled").complete
    assert report(direct_internet_access="Enabled").unanswered == ()
    for fields in ({}, {"direct_internet_access": FUTURE}):
        made = report(**fields)
        assert not made.complete
        [why] = made.unanswered
        assert (why.provider, why.account, why.count, why.checks) == ("aws", "111122223333", 1, ("MLP-1001",))


def test_an_absence_that_decides_nothing_is_said_to_be_one() -> None:
    verdict = Verdict(Status.UNKNOWN, "not observed: direct_internet_access", missing=("direct_internet_access",))
    for value, said in (
        (UNSET, "not observed: direct_internet_access"),
        (None, "the provider says nothing in direct_internet_access"),
        (FUTURE, f"saw `{FUTURE}` in direct_internet_access, which this version does not know"),
    ):
        assert explained(verdict, INTERNET, notebook(direct_internet_access=value), None).message == said


def test_evidence_holds_only_what_was_observed() -> None:
    """A report cannot hold anything else, and one such verdict must not cost the others."""
    bucket = ours(grants=(grant("global/AllUsers"),), public_access_block=None, account_public_access_block=None)
    [verdict] = map(shown, evaluate(inventory_of(bucket), [CHECKS["MLP-1407"]]))

    assert verdict.status is FAIL
    assert set(verdict.evidence) == {"grants"}


def test_a_pass_says_what_nobody_can_see() -> None:
    made = Check(
        INTERNET.function,
        id="MLP-1999",
        severity=INTERNET.severity,
        objective=INTERNET.objective,
        since="0.1.0",
        needs=(),
        exposure=INTERNET.exposure,
        blind_to=("policies of the organisation (SCPs)",),
    )
    said = {
        value: shown(next(evaluate(inventory_of(notebook(direct_internet_access=value)), [made]))).message
        for value in ("Disabled", "Enabled")
    }

    assert said["Disabled"].endswith("; not seen: policies of the organisation (SCPs)")
    assert "not seen" not in said["Enabled"]
