"""What reports and dossiers say of checks that go by what people or pipelines recorded."""

from __future__ import annotations

from typing import Any

import pytest
from support import registered

from scanner.evaluate.judge import NOT_VERIFIED, Judgement, shown
from scanner.evidence.compiling import bears_of
from scanner.model.checks import Check
from scanner.model.nouns import ANYWHERE, Resource, Scope, Severity, Status, Verdict, failed, passed

SOME = next(c for c in registered()[0].values() if c.severity is Severity.CRITICAL and not c.needs)
RECORDED = Check(
    SOME.function, id="MLP-9999", severity=Severity.LOW, objective=SOME.objective, since=SOME.since, needs=(),
    exposure=SOME.exposure, blind_to=(), recorded=True,
)  # fmt: skip
SUBJECT = Resource(id="a", name="a", scope=Scope("aws", "1", ANYWHERE))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [(passed("a card is there"), f"a card is there; {NOT_VERIFIED}"), (failed("no card"), "no card")],
)
def test_every_report_says_of_a_pass_that_nobody_verified_it(verdict: Verdict, said: str) -> None:
    assert shown(Judgement(RECORDED, SUBJECT, verdict)).message == said


@pytest.mark.parametrize(
    ("status", "trust", "bears"),
    [
        (Status.PASS, [], "recorded"),
        (Status.PASS, [{"name": "ours"}], "unknown"),
        (Status.FAIL, [], "missing"),
        (Status.UNKNOWN, [], "unknown"),
        (Status.NOT_APPLICABLE, [], "not applicable"),
    ],
)
def test_in_a_dossier_it_is_neither_for_nor_against(status: Status, trust: list[Any], bears: str) -> None:
    assert bears_of(status, {"trust": trust}, recorded=True) == bears
    if status is not Status.PASS and status is not Status.FAIL:
        assert bears_of(status, {"trust": trust}, recorded=False) == bears
