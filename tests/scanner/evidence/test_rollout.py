"""What the stage of a rollout asks for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from worded import demo_manifest

from scanner.evidence.rollout import requirements
from scanner.evidence.standing import Stand, Standing
from scanner.model.claims import Claim, Evidence, Kind, Word
from scanner.systems.manifest import Classification, EuAiAct, System

OBJECTIVES = (
    *("human-oversight", "rollback-kill-switch", "data-capture", "audit-logging", "performance-evaluation"),
    *("model-monitoring", "detection-and-alerting", "log-retention-integrity"),
)
PILOT = ["human oversight", "a way to stop", "logging"]
LIMITED = ["evaluation", "monitoring", "alarms that reach somebody"]
GENERAL = ["logs that are kept", "conformity assessment"]


def system(stage: Any, tier: Any = "minimal") -> System:
    return replace(demo_manifest().systems[0], stage=stage, classification=Classification(eu_ai_act=EuAiAct(tier=tier)))


def standings(**stands: Stand) -> dict[str, Standing]:
    """Nobody asks about these objectives but for those given, with underscores."""
    found = {}
    for objective in OBJECTIVES:
        stand = stands.get(objective.replace("-", "_"), Stand.UNCHECKED)
        claim = Claim(
            objective=objective, checks=(), supporting=0, against=0, unknown=0, excepted=0, coverage=0.0,
            complete=False, why=stand.value,
        )  # fmt: skip
        found[objective] = Standing(claim, stand, False, False)
    return found


def asked(of: System, *, documents: tuple[str, ...] = (), **stands: Stand) -> dict[str, Word]:
    plan = {part: (Evidence(kind=Kind.DECLARED, text=part),) for part in documents}
    return {one.name: one.word for one in requirements(of, standings(**stands), plan)}


@pytest.mark.parametrize(
    ("stage", "expected", "ahead"),
    [
        (None, [], []),
        ("pilot", PILOT, LIMITED),
        ("limited", [*PILOT, *LIMITED], GENERAL),
        ("general", [*PILOT, *LIMITED, *GENERAL], []),
    ],
)
def test_each_stage_asks_for_what_those_before_it_ask_for(
    stage: str | None, expected: list[str], ahead: list[str]
) -> None:
    found = list(requirements(system(stage), standings(), {}))

    assert [one.name for one in found if not one.ahead] == expected
    assert [one.name for one in found if one.ahead] == ahead


def test_words_follow_the_rules_of_controls() -> None:
    pilot = system("pilot")
    assert asked(pilot)["logging"] is Word.NOT_ASSESSED
    assert asked(pilot, data_capture=Stand.FOR)["logging"] is Word.NOT_ASSESSED, "nobody asks about the other"
    assert asked(pilot, data_capture=Stand.FOR, audit_logging=Stand.FOR)["logging"] is Word.FOR
    assert asked(pilot, data_capture=Stand.AGAINST)["logging"] is Word.AGAINST
    assert asked(pilot, data_capture=Stand.AGAINST, audit_logging=Stand.FOR)["logging"] is Word.MIXED
    assert asked(pilot, data_capture=Stand.EMPTY, audit_logging=Stand.EMPTY)["logging"] is Word.NOT_ASSESSED


def test_an_assessment_is_declared_and_so_never_more_than_that() -> None:
    assert asked(system("general"))["conformity assessment"] is Word.NOT_APPLICABLE
    risky = system("general", "high-risk")
    assert asked(risky)["conformity assessment"] is Word.NOT_ASSESSED
    assert asked(risky, documents=("Art. 43(3)",))["conformity assessment"] is Word.NOT_ASSESSED
    [found] = [
        one
        for one in requirements(risky, standings(), {"Art. 43(3)": (Evidence(kind=Kind.DECLARED, text="x"),)})
        if one.name == "conformity assessment"
    ]
    assert ([one.kind for one in found.other], found.why) == ([Kind.DECLARED], "declared, and not looked into")
