"""Whether what serves now is the model that a result of the gate is of: the same, another, or nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checks.across.serving_now import Served, ServedNow
from scanner.cli.evidence_served import compared
from scanner.gate.gate_types import Answer, GateResult
from scanner.model.claims import Kind

OLD, NEW = "5" * 64, "6" * 64
PACKAGE = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3"


def gate(model: str) -> GateResult:
    return GateResult(
        tool="mlposture 0.0.0",
        system="sentiment",
        name="Ticket sentiment",
        made_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        answer=Answer.MET,
        why=(),
        model=model,
        model_known_by="--model-digest",
        manifest="ai-systems.yaml",
        manifest_sha256="ef" * 32,
        correction="none",
    )


def serving(*models: set[str], complete: bool = True) -> ServedNow:
    by = ("aws.sagemaker.Endpoint", "endpoint/sentiment")
    return ServedNow(tuple(Served("aws.sagemaker.Model", "m", names, by) for names in models), complete)


@pytest.mark.parametrize(
    ("model", "served"),
    [
        (OLD, serving({OLD})),
        (f"sha256:{OLD.upper()}", serving({OLD})),
        (f"m-{'0' * 32}, sentiment/3", serving({PACKAGE, "sentiment/3"})),
        (PACKAGE, serving({"other/1"}, {PACKAGE}, complete=False)),
    ],
)
def test_the_model_that_it_is_of_serves(model: str, served: ServedNow) -> None:
    found = compared(gate(model), "gate.json", served)

    assert found is not None
    assert (found.kind, found.source) == (Kind.RECORDED, "gate.json")
    assert found.text == "the model that it is of serves now, behind endpoint/sentiment"


@pytest.mark.parametrize(
    ("model", "served", "named"),
    [
        (OLD, serving({NEW, "sentiment/4"}), NEW),
        ("sentiment/3", serving({"sentiment/4", PACKAGE}), "sentiment/4"),
        (PACKAGE, serving({PACKAGE.replace("/3", "/4")}), PACKAGE.replace("/3", "/4")),
    ],
)
def test_another_model_serves(model: str, served: ServedNow, named: str) -> None:
    found = compared(gate(model), "gate.json", served)

    assert found is not None
    assert found.kind is Kind.MISSING
    assert found.text == f"what serves now is {named}, and this result is of {model}: of another model"


@pytest.mark.parametrize(
    ("model", "served", "why"),
    [
        (OLD, serving({"sentiment/4"}), "they share no kind of name"),
        (OLD, serving({NEW}, {"sentiment/4"}), "they share no kind of name"),
        (OLD, serving({NEW}, complete=False), "not all that serves was seen"),
    ],
)
def test_nobody_knows(model: str, served: ServedNow, why: str) -> None:
    found = compared(gate(model), "gate.json", served)

    assert found is not None
    assert (found.kind, found.text.endswith(why), "not known" in found.text) == (Kind.MISSING, True, True)


def test_where_nothing_serves_nothing_is_said() -> None:
    assert compared(gate(OLD), "gate.json", serving()) is None
    assert compared(gate(""), "gate.json", serving({NEW})) is None
