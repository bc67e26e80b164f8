"""What a dossier has on Annex IV(2) and on cards, evaluations, lineage and monitoring: four kinds, never mixed."""

from __future__ import annotations

from typing import Any

import pytest
from dossiers import compiled
from made_dossiers import claim, observation, page, system
from msgspec.structs import replace

from scanner.evidence.dossier_types import ControlPage, Lineage, Piece, Question, Row
from scanner.evidence.instruments import instruments_of, items_of
from scanner.evidence.standing import RECORDS_ALONE
from scanner.model.claims import Evidence, Kind, Word
from scanner.systems.manifest import Expectations, IncidentRoute, Oversight, Threshold

ACT = "eu-ai-act"
ITEMS = [f"Annex IV(2)({letter})" for letter in "abcdefgh"]
PLAN = Evidence(kind=Kind.DECLARED, text="How it was made, version 3", by="prrc", source="docs/made.pdf")
GATE = Piece(kind=Kind.RECORDED, text="the gate answered “met”", by="Ada Example", source="gate.json", sha256="ab" * 32)


def question(objective: str, **changes: Any) -> Question:
    fields = {"supporting": 0, "against": 0, "unknown": 0, "excepted": 0, "why": "", **changes}
    return Question(objective=objective, title=objective, statement="", relationship="subset-of", reason="", core=True,
                    cannot_prove="", claim=claim(objective=objective, **fields))  # fmt: skip


def told(row: Row) -> dict[str, list[str]]:
    return {str(kind): [one.text for one in row.of(kind)] for kind in Kind if row.of(kind)}


def by_id(rows: Any) -> dict[str, Row]:
    return {row.id: row for row in rows}


# -- the demo's diagnostic system --------------------------------------------------------------------------------------


def test_the_diagnostic_system_shows_which_items_of_annex_iv_2_exist_are_declared_and_are_missing() -> None:
    [act] = [part for part in compiled("retina-diagnosis").parts if part.framework == ACT]

    assert [row.id for row in act.items] == ITEMS
    found = {row.id[-2]: told(row) for row in act.items}
    assert {letter for letter, kinds in found.items() if "observed" in kinds} == {"d", "h"}
    # the model is described, and so is the data that it was trained with
    assert [letter for letter, kinds in found.items() if "recorded" in kinds] == ["b", "d"]
    assert found["g"]["declared"] == ["2 thresholds are set"]
    assert all("no document is declared that fills it" in " ".join(kinds["missing"]) for kinds in found.values())
    assert found["f"] == {"missing": ["no document is declared that fills it, and only people can show it"]}
    assert "no dated result of the evaluation gate is here" in found["g"]["missing"]
    assert "the manifest asks for a signed test report, and none is here" in found["g"]["missing"]
    assert any(text.startswith("data-quality") for text in found["d"]["missing"])


def test_what_is_observed_leads_to_claims_of_the_dossier() -> None:
    dossier = compiled("retina-diagnosis")
    claims = {one.claim: one for one in dossier.observations}
    bears = {"observed": ("for", "against"), "recorded": ("recorded",), "missing": ("missing", "unknown")}
    rows = [row for part in dossier.parts for row in (*part.items, *part.instruments)]
    led = [(one.kind, claims[id].bears) for row in rows for one in row.pieces for id in one.claims]

    assert len(led) > 20
    assert [pair for pair in led if pair[1] not in bears[pair[0]]] == []


@pytest.mark.parametrize("framework", ["nist-ai-rmf-1.0", "iso-42001", ACT])
def test_each_framework_says_which_of_its_controls_ask_for_what(framework: str) -> None:
    [part] = [part for part in compiled("retina-diagnosis").parts if part.framework == framework]
    rows = by_id(part.instruments)

    watched = ["monitoring", "oversight", "incident-route", "logs"]
    assert list(rows) == ["model-card", "data-sheet", "evaluation", "gate", "run", "lineage", *watched]
    applying = {one.id for one in part.state.controls if one.word is not Word.NOT_APPLICABLE}
    assert all(row.controls and set(row.controls) <= applying for row in rows.values())
    assert told(rows["monitoring"])["declared"] == ["expected are data-quality, model-quality, bias"]
    assert told(rows["monitoring"])["observed"] == ["model-monitoring: 1 for, 1 against"]
    if framework == "nist-ai-rmf-1.0":
        assert "MEASURE 2.11" in rows["evaluation"].controls


def test_where_annex_iv_does_not_apply_there_is_no_table_of_it() -> None:
    assert [row for part in compiled("fraud-scoring").parts for row in part.items] == []


def test_what_clouds_state_of_lineage_is_drawn_and_observed() -> None:
    dossier = compiled("retina-diagnosis")
    rows = [row for part in dossier.parts for row in part.instruments if row.id == "lineage"]

    assert dossier.lineage is not None
    assert [node.sort for node in dossier.lineage.nodes].count("endpoint") >= 2
    assert dossier.lineage.recorded == 0
    drawn = (
        f"a cloud states of {dossier.lineage.stated} jobs and endpoints what they read, wrote or serve: see the drawing"
    )
    assert {tuple(told(row)["observed"]) for row in rows} == {("data-lineage: 1 for, 0 against", drawn)}


def test_a_description_that_pipelines_wrote_is_recorded_and_one_that_lacks_is_missing() -> None:
    [row] = [row for part in compiled("fraud-scoring").parts if part.framework == "soc2" for row in part.instruments
             if row.id == "model-card"]  # fmt: skip

    undescribed = "“Model version that serves says nothing in the registry of what it is for”"
    assert told(row) == {
        "recorded": [f"{undescribed} is not so of 1, by what is recorded"],
        "missing": [
            "“Model card names another version, artifact or image than the model version that serves” is so of 1, by "
            "what is recorded",
            f"{undescribed} is so of 4, by what is recorded",
            "“Model version that serves is described, and the description leaves items of a model card open” is so of "
            "1, by what is recorded",
        ],
    }


# -- one with everything -----------------------------------------------------------------------------------------------

OBJECTIVES = {
    "a": "experiment-traceability", "b": "model-documentation", "c": "ai-bom", "d": "dataset-documentation",
    "e": "human-oversight", "f": "", "g": "bias-fairness", "h": "public-exposure",
}  # fmt: skip


def everything() -> tuple[list[ControlPage], dict[str, list[Any]]]:
    """All items, each with evidence of all four kinds."""
    pages = [
        page(
            f"Annex IV(2)({letter})", Word.MIXED, other=(PLAN,),
            questions=(question(objective, supporting=2, against=1, unknown=1),) if objective else (),
        )
        for letter, objective in OBJECTIVES.items()
    ]  # fmt: skip
    found = {
        objective: [
            observation(f"{objective}-{bears}", bears, objective=objective, check="MLP-5199", title="No run made it")
            for bears in ("against", "missing", "unknown", "recorded", "for")
        ]
        for objective in OBJECTIVES.values()
    }
    return pages, found


def test_a_system_with_everything_has_all_four_kinds_of_each_item_beside_each_other() -> None:
    pages, found = everything()
    own = system(expectations=Expectations(test_report_signed=True, thresholds=(Threshold(metric="f", at_least=1),)))
    rows = by_id(items_of(ACT, pages, own, found, (GATE,)))

    assert list(rows) == ITEMS
    run = told(rows["Annex IV(2)(a)"])
    assert run == {
        "observed": ["experiment-traceability: 2 for, 1 against"],
        "recorded": ["“No run made it” is not so of 1, by what is recorded"],
        "declared": ["How it was made, version 3"],
        "missing": ["“No run made it” is so of 1, by what is recorded",
                    "experiment-traceability: 1 verdict could not be given"],
    }  # fmt: skip
    assert told(rows["Annex IV(2)(f)"]) == {"declared": ["How it was made, version 3"]}
    gated = rows["Annex IV(2)(g)"]
    assert GATE in gated.of(Kind.RECORDED)
    assert "1 threshold is set" in told(gated)["declared"]
    assert not [text for text in told(gated)["missing"] if "gate" in text or "signed" in text]
    assert [row.id for row in rows.values() if GATE in row.pieces] == ["Annex IV(2)(g)"]


def test_instruments_have_what_their_objectives_have_and_a_card_who_approved_it() -> None:
    pages, found = everything()
    found["human-approval"] = [
        observation("card", "recorded", check="MLP-5305", title="Approved by its author"),
        observation("other", "recorded", check="MLP-1101", title="Nobody approved it"),
    ]
    drawn = Lineage(nodes=(), edges=(), left_out=0, stated=2, recorded=3)
    lineage = page("Annex IV(3)", Word.MIXED, questions=(question("data-lineage"),))
    rows = by_id(instruments_of([*pages, lineage], system(), found, (GATE,), drawn))

    assert "“Approved by its author” is not so of 1, by what is recorded" in told(rows["model-card"])["recorded"]
    assert "Nobody approved it" not in str(told(rows["model-card"]))
    assert told(rows["model-card"])["declared"] == ["How it was made, version 3, which fills Annex IV(2)(b)"]
    assert told(rows["lineage"]) == {
        "observed": ["a cloud states of 2 jobs and endpoints what they read, wrote or serve: see the drawing"],
        "recorded": ["runs in OpenLineage or MLflow: 3, see the drawing"],
        "missing": ["data-lineage: nothing was found of it"],
    }
    assert rows["gate"].of(Kind.RECORDED) == (GATE,)
    assert rows["evaluation"].controls == rows["gate"].controls == ("Annex IV(2)(g)",)


def test_what_nobody_wrote_is_missing_and_no_reason_for_words_is_repeated() -> None:
    pages = [page("Annex IV(2)(b)", Word.NOT_ASSESSED, questions=(question("model-documentation", why=RECORDS_ALONE),))]
    [row] = items_of(ACT, pages, system(), {})

    assert told(row) == {
        "missing": ["model-documentation: nothing of it was found in records", "no document is declared that fills it"]
    }


def test_an_item_that_does_not_apply_is_in_no_table() -> None:
    pages, found = everything()
    pages = [replace(one, state=replace(one.state, word=Word.NOT_APPLICABLE)) for one in pages]

    assert list(items_of(ACT, pages, system(), found)) == []
    assert list(instruments_of(pages, system(), found)) == []


def test_an_unsigned_result_of_the_gate_is_no_signed_test_report() -> None:
    pages, found = everything()
    own = system(expectations=Expectations(test_report_signed=True))
    rows = by_id(items_of(ACT, pages, own, found, (replace(GATE, by=""),)))

    assert "the manifest asks for a signed test report, and none is here" in told(rows["Annex IV(2)(g)"])["missing"]


# -- oversight and the incident route ----------------------------------------------------------------------------------

TOPIC = "arn:aws:sns:eu-west-1:111122223333:ml-on-call"
ALERTS = "detection-and-alerting"


def routed(*paths: tuple[str, tuple[str, ...]], addresses: tuple[str, ...] = (TOPIC,)) -> dict[str, list[str]]:
    """What a dossier says of the incident route, with observations that bear so on alerting and lead so far."""
    asked = page("A.1", Word.FOR, questions=(question(ALERTS),))
    route = IncidentRoute(contact="on-call@northwind.example", addresses=addresses)
    found = {ALERTS: [observation("x", bears, objective=ALERTS, path=path) for bears, path in paths]}
    rows = by_id(instruments_of([asked], replace(system(), incident_route=route), found))
    return told(rows["incident-route"])


def test_a_declared_topic_that_an_alarm_reaches_somebody_by_is_observed() -> None:
    assert f"alarms go to {TOPIC} and reach somebody" in routed(("for", ("endpoint", "alarm", TOPIC)))["observed"]


def test_a_declared_topic_that_nobody_reads_is_observed_to_reach_nobody() -> None:
    both = routed(("for", ("a", TOPIC)), ("against", ("b", TOPIC.upper())))
    assert f"alarms go to {TOPIC} and reach nobody" in both["observed"]


def test_a_declared_topic_that_no_alarm_was_seen_to_reach_is_missing() -> None:
    text = f"no alarm was seen to reach {TOPIC}, which the manifest declares"
    assert text in routed(("for", ("endpoint", "alarm", "arn:aws:sns:eu-west-1:111122223333:other")))["missing"]
    assert text in routed(("unknown", ("endpoint", "alarm", TOPIC)))["missing"]


def test_a_route_that_nobody_declared_and_a_review_without_a_place_are_missing() -> None:
    asked = page("A.1", Word.FOR, questions=(question(ALERTS), question("human-oversight")))
    bare = replace(system(), expectations=Expectations(human_review="required"))
    rows = by_id(instruments_of([asked], bare, {}))
    said = "the manifest asks that people review outputs, and does not say where"

    assert "the manifest declares no incident route" in told(rows["incident-route"])["missing"]
    assert said in told(rows["oversight"])["missing"]
    declared = replace(bare, oversight=Oversight(review="a queue"))
    assert said not in told(by_id(instruments_of([asked], declared, {}))["oversight"])["missing"]
