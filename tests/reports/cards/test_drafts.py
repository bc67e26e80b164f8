"""Drafts hold what was observed, and mark the rest as open. No sentence is of anybody else's."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from drafting import ARTIFACT, CARDS, DATA, PACKAGE, card, hostile_card, sheet, written
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support import NOW

from reports.cards.croissant import render_croissant
from reports.cards.cyclonedx_draft import render_cyclonedx
from reports.cards.markdown_card import render_sheet
from reports.cards.sagemaker_draft import render_sagemaker
from scanner.cards.card import Card, completeness
from scanner.cards.card_draft import OPEN, Statement
from scanner.cards.cyclonedx_card import read_cyclonedx
from scanner.cards.huggingface_card import read_huggingface
from scanner.cards.sagemaker_card import read_sagemaker
from scanner.cards.sheet import answers_of, describes
from scanner.cards.sheet_files import read_sheet
from scanner.cards.sheet_items import QUESTION_TITLES

STATEMENT = re.compile(r"- (observed|inferred|recorded): [^`]+: `[^`]*`")
ANSWERED = {"MC-1.2", "MC-1.3", "MC-6.1"}


def test_what_was_seen_answers_items() -> None:
    made = card()

    assert made.answers["MC-1.3"] == (Statement("observed", "version", "3"),)
    assert made.answers["MC-1.2"] == (Statement("observed", "created", NOW.isoformat().replace("+00:00", "Z")),)
    assert made.answers["MC-6.1"] == (Statement("inferred", "read by the job that wrote its artifact", DATA),)
    assert Statement("recorded", "approval_status", "Approved") in made.about
    assert Statement("recorded", "items that it fills", "MC-2.1") in made.about
    assert len(made.open) == 27
    assert made.artifacts == (ARTIFACT,)


def test_a_data_set_is_read_by_jobs_and_lies_in_a_store() -> None:
    made = sheet()

    assert [one.value for one in made.answers["DS-5.1"]] == [
        "arn:aws:sagemaker:eu-west-1:111122223333:training-job/nightly"
    ]
    assert made.answers["DS-7.6"] == (Statement("observed", "versioning of its store", "not set"),)
    assert sum(len(section.questions) for section in made.sections) == 57
    assert len(made.open) == 55


@pytest.mark.parametrize("name", ["README.md", "datasheet.md", "hostile-README.md", "hostile-datasheet.md"])
def test_no_line_is_neither_observed_nor_open(name: str) -> None:
    """Of Markdown: a heading, a statement of what was seen, or the mark that something is open."""
    text = written()[name]
    body = text.split("\n---\n", 1)[1] if text.startswith("---") else text
    strange = [
        line
        for line in body.splitlines()
        if line and not line.startswith(("# ", "## ", "### ", OPEN)) and not STATEMENT.fullmatch(line)
    ]

    assert strange == []
    assert sum(line.startswith("# ") for line in body.splitlines()) == 1


def test_every_statement_is_a_value_of_the_inventory() -> None:
    seen = {ARTIFACT, DATA, PACKAGE, "3", "Approved", "eu-west-1", "aws 111122223333"}
    said = {value for one in (*card().about, *sum(card().answers.values(), ())) for value in [one.value]}

    assert seen <= said
    assert not [one for one in said if " " in one and one not in {*seen, "SageMaker model package"}]


def texts(value: Any) -> list[str]:
    """Every text in a JSON document, but for its names."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for one in inner for text in texts(one)]


@pytest.mark.parametrize("render", [render_sagemaker, render_cyclonedx])
def test_no_text_of_json_is_neither_observed_nor_open(render: Any) -> None:
    made = card()
    known = {one.value for one in (*made.about, *sum(made.answers.values(), ()))}
    strange = [
        text
        for text in texts(json.loads(render(made)))
        if " " in text and text not in known and not text.startswith((OPEN, "observed: ", "inferred: ", "recorded: "))
        and not text.startswith("mlposture:")
    ]  # fmt: skip

    assert strange == []


READERS = {"README.md": read_huggingface, "card.json": read_sagemaker, "card.cdx.json": read_cyclonedx}


@pytest.mark.parametrize("name", CARDS)
def test_what_is_open_is_open_to_who_reads_the_draft(name: str) -> None:
    """A draft that nobody filled in makes no card complete: it fills what was seen, and metrics that a card records."""
    read: Card = READERS[name](CARDS[name](card()))
    found = completeness(read)

    assert {*found.filled, "MC-1.2", "MC-1.3"} >= ANSWERED
    assert set(found.filled) <= {*ANSWERED, "MC-4.1", "MC-5.1"}
    assert [one.name for one in read.measures or ()] == ["f1"]


#: Members of the card of a model package and the longest texts that they hold, as "Model package model card schema" in
#: the SageMaker Developer Guide has them. A list is of such texts; the member None stands for one of any name.
LIMITS: dict[str, Any] = {
    "model_overview": {"model_creator": 1024, "model_artifact": [1024]},
    "intended_uses": {
        "purpose_of_model": 2048,
        "factors_affecting_model_efficiency": 2048,
        "risk_rating": len("Unknown"),
        "explanations_for_risk_rating": 2048,
    },
    "business_details": {"business_stakeholders": 2048},
    "training_details": {
        "training_observations": 1024,
        "training_job_details": {"training_arn": 1024, "training_datasets": [1024]},
    },
    "evaluation_details": [
        {
            "name": 63,
            "metric_groups": [{"name": 63, "metric_data": [{"name": 255, "type": len("number"), "value": float}]}],
        }
    ],
    "additional_information": {
        "ethical_considerations": 2048,
        "caveats_and_recommendations": 2048,
        "custom_details": {None: 1024},
    },
}


def beyond(value: Any, limit: Any, path: str = "") -> list[str]:
    """Where a value is none that the schema allows."""
    if isinstance(limit, dict) and isinstance(value, dict):
        known = {key: limit.get(key, limit.get(None)) for key in value}
        return [place for key, one in value.items() for place in beyond(one, known[key], f"{path}.{key}")]
    if isinstance(limit, list) and isinstance(value, list):
        return [place for one in value for place in beyond(one, limit[0], f"{path}[]")]
    fits = isinstance(value, str) and len(value) <= limit if isinstance(limit, int) else isinstance(value, float)
    return [] if fits and limit is not None else [path]


@pytest.mark.parametrize("made", [card, hostile_card])
def test_a_card_of_a_package_is_what_sagemaker_takes(made: Any) -> None:
    long = replace(
        made(),
        artifacts=("s3://" + "y" * 2000, *(f"s3://models/{number}/{'x' * 900}" for number in range(40))),
        about=tuple(Statement("observed", f"fact {number} {'z' * 2000}", "v" * 2000) for number in range(3)),
    )
    for draft in (made(), long):
        document = render_sagemaker(draft)

        assert beyond(json.loads(document), LIMITS) == []
        assert len(json.loads(document)["model_overview"].get("model_artifact", ())) <= 15
        assert len(document) <= 100_000


def test_what_was_seen_has_members_of_its_own() -> None:
    document = json.loads(render_sagemaker(card()))

    assert document["model_overview"]["model_artifact"] == [ARTIFACT]
    assert document["training_details"]["training_job_details"]["training_datasets"] == [DATA]
    assert document["intended_uses"]["risk_rating"] == "Unknown"
    assert document["evaluation_details"][0]["metric_groups"][0]["metric_data"][0]["value"] == 0.91


def test_croissant_says_where_the_data_is_and_what_is_open() -> None:
    document = json.loads(render_croissant(sheet()))

    assert (document["url"], document["license"]) == (DATA, OPEN)
    assert document["description"] == render_sheet(sheet())


def test_nothing_is_written_that_looks_like_a_credential() -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    leaking = replace(card(), about=(*card().about, Statement("recorded", "tag", secret)))

    assert [name for name, render in CARDS.items() if secret in render(leaking)] == []


def test_the_same_inventory_gives_the_same_drafts() -> None:
    assert written() == written()


@given(st.sets(st.sampled_from(sorted(QUESTION_TITLES))))
def test_a_data_sheet_that_was_written_is_read_back_with_the_same_answers(ids: set[str]) -> None:
    said = {
        id: (Statement("inferred", "read by", "arn:aws:sagemaker:eu-west-1:111122223333:job/nightly"),) for id in ids
    }
    draft = replace(sheet(), answers=said)
    read = [
        read_sheet("datasheet.md", render_sheet(draft).encode()),
        read_sheet("croissant.json", render_croissant(draft).encode()),
    ]

    assert [set(answers_of(one).filled) for one in read] == [ids, ids]
    assert [len(answers_of(one).placeholder) for one in read] == [57 - len(ids)] * 2
    assert [one.description for one in read] == ["placeholder", "placeholder"]


def test_a_draft_that_nobody_filled_in_describes_nothing() -> None:
    assert not describes(read_sheet("datasheet.md", render_sheet(sheet()).encode()))
    assert not describes(read_sheet("metadata.json", render_croissant(sheet()).encode()))
