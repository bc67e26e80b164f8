"""What a dossier shows of a way back from what a system serves, and of people before it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from worded import demo_manifest

from checks.across import fallbacks
from checks.across.fallbacks import APPROVED, EARLIER_PACKAGE, SECOND_MODEL, Fact
from scanner.cli.evidence_fallbacks import fallbacks_of
from scanner.evidence.rollout import with_fallbacks
from scanner.model.claims import Kind, Requirement, Word
from scanner.systems.manifest import Oversight
from scanner.systems.names import Key

SYSTEM = demo_manifest().systems[0]
PACKAGE, OTHERS = ("aws.sagemaker.ModelPackage", "mine"), ("aws.sagemaker.ModelPackage", "theirs")


class Owners:
    """All resources are those of the system, but for that of others."""

    def of_key(self, key: Key) -> tuple[str, ...]:
        return () if key == Key(*OTHERS) else (SYSTEM.id,)


def pieces(monkeypatch: pytest.MonkeyPatch, *found: Fact, people: tuple[str, ...] = ()) -> Any:
    monkeypatch.setattr(fallbacks, "fallbacks", lambda *_: iter(found))
    inventory: Any = type("Seen", (), {"scopes": (), "taken_at": None})()
    system = replace(SYSTEM, oversight=Oversight(people=people))
    return fallbacks_of(system, inventory, Owners())  # type: ignore[arg-type]


def test_they_are_counted_and_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = Fact(SECOND_MODEL, (("gcp.vertex_ai.Endpoint", "a"),)), Fact(EARLIER_PACKAGE, (PACKAGE,))
    found = pieces(monkeypatch, one, one, two)

    assert {name: [(each.kind, each.text) for each in some] for name, some in found.items()} == {
        "rollback-kill-switch": [
            (
                Kind.OBSERVED,
                "an earlier approved version with a model made of it: for 1 of its model packages that serve",
            ),
            (Kind.OBSERVED, "more than one model deployed: on 2 of its Vertex AI endpoints"),
        ]
    }


def test_what_rests_on_resources_of_others_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pieces(monkeypatch, Fact(EARLIER_PACKAGE, (PACKAGE, OTHERS))) == {}


def test_whether_the_manifest_names_who_changed_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = Fact(APPROVED, (PACKAGE,), frozenset({"grace"}))
    [named] = pieces(monkeypatch, fact, people=("Grace", "support lead"))["human-approval"]
    [unnamed] = pieces(monkeypatch, fact, people=("ada",))["human-approval"]

    assert "and 1 by one whom `oversight` names; who approved is not recorded" in named.text
    assert "oversight" not in unnamed.text
    assert unnamed.text.endswith("its model packages that serve; who approved is not recorded")


def test_it_stands_beside_what_a_stage_asks_for_and_changes_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = pieces(monkeypatch, Fact(APPROVED, (PACKAGE,)), Fact(SECOND_MODEL, (PACKAGE,)))
    asked = [
        Requirement(name=name, stage="pilot", word=Word.NOT_ASSESSED, why="no check", objectives=(objective,))
        for name, objective in (
            ("human oversight", "human-oversight"),
            ("a way to stop", "rollback-kill-switch"),
            ("logging", "audit-logging"),
        )
    ]
    oversight, stop, logging = with_fallbacks(asked, shown)

    assert [one.text for one in oversight.other] == [piece.text for piece in shown["human-approval"]]
    assert [one.text for one in stop.other] == [piece.text for piece in shown["rollback-kill-switch"]]
    assert logging == asked[2]
    assert {one.word for one in (oversight, stop)} == {Word.NOT_ASSESSED}
