"""A suppression changes nothing that is evidence: no word of any control, and no score of any framework."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

import pytest
from msgspec.structs import replace
from scanning import PROVIDERS, calm
from support import NOW, registered
from worded import TODAY, added, demo_manifest, said

from scanner.evaluate.report import build_report
from scanner.evaluate.suppressing import Suppressing
from scanner.evaluate.unclaimed import UNCLAIMED
from scanner.evidence.assess import Assessed, counted
from scanner.frameworks import known, load
from scanner.model.claims import SystemState
from scanner.model.notes import Suppression
from scanner.model.reported import Report
from scanner.systems.graph import Graph
from scanner.systems.ownership import Ownership

FRAMEWORKS = tuple(known())


@cache
def owners(provider: str) -> Ownership:
    return Ownership(demo_manifest(), "ai-systems.yaml", Graph(calm(provider)[0], registered()[1]))


def judged(provider: str, entries: Iterable[Suppression] = ()) -> tuple[Report, list[SystemState]]:
    """The report on the demo organisation, and what it says of each system and control of every framework."""
    checks = [check for check in registered()[0].values() if check.providers == {provider}]
    catalogue = load(FRAMEWORKS)
    report = build_report(
        calm(provider)[0], [*checks, UNCLAIMED], catalogue, scan_id="x", started_at=NOW,
        finished_at=NOW + timedelta(seconds=1), owners=owners(provider), suppressing=Suppressing(entries, TODAY),
    )  # fmt: skip
    known_checks = [*checks, UNCLAIMED]
    return report, list(Assessed(counted(report), known_checks, catalogue, FRAMEWORKS, TODAY, owners(provider)))


@cache
def bare(provider: str) -> tuple[Report, list[SystemState]]:
    return judged(provider)


def entries_of(provider: str, chance: random.Random | None = None) -> list[Suppression]:
    """An entry for each failure, or for a part of them that is left to chance."""
    failures = (finding for finding in bare(provider)[0].findings if finding.open)
    return [
        Suppression(check=one.check_id, resource=one.resource.id, reason="accepted", owner="ml-platform")
        for one in failures
        if chance is None or chance.random() < chance.choice((0.1, 0.5, 0.9))
    ]


def evidence(states: Iterable[SystemState]) -> list[SystemState]:
    """The same without the numbers that say how much is suppressed."""
    return [
        replace(state, suppressed=0, claims={id: replace(claim, suppressed=0) for id, claim in state.claims.items()})
        for state in states
    ]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_no_suppression_adds_a_word_or_raises_a_score(provider: str, seed: int | None) -> None:
    before, states = bare(provider)
    after, suppressed = judged(provider, entries_of(provider, None if seed is None else random.Random(seed)))

    assert not list(added(said(iter(states)), said(iter(suppressed)), "when failures are suppressed"))
    assert evidence(suppressed) == evidence(states)
    assert after.score == before.score
    assert after.counts["suppressed"] > 0
    assert after.counts["fail"] + after.counts["suppressed"] == before.counts["fail"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_where_all_is_suppressed_nothing_is_open_and_everything_is_still_there(provider: str) -> None:
    before, _ = bare(provider)
    after, states = judged(provider, entries_of(provider))

    assert after.counts["fail"] == sum(after.by_severity.values()) == 0
    assert len(list(after.findings.suppressed())) == before.counts["fail"]
    assert len(after.findings) == len(before.findings)
    assert {use.state for use in after.suppressions} == {"used"}
    assert states[0].suppressed == before.counts["fail"] == sum(states[0].failures.values())
    recorded = {check.id for check in registered()[0].values() if check.recorded}  # which decide nothing
    failed = sum(one.check_id not in recorded and one.verdict == "fail" for one in before.findings)
    assert sum(claim.suppressed for claim in states[0].claims.values()) == failed
