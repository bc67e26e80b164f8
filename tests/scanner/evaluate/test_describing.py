"""What is said of a resource beside verdicts is what was observed, recorded and declared, and says which."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from factories.aws import model, notebook, tagged
from support import inventory_of, registered

from scanner.evaluate.describing import Describing
from scanner.model.described import Answers
from scanner.model.nouns import Resource


@pytest.fixture(scope="module", autouse=True)
def collectors() -> None:
    registered()


def describe(resource: Resource, *others: Resource):
    return Describing(inventory_of(resource, *others), None).of(resource)


def test_tags_are_known_only_where_they_were_read() -> None:
    one, other = notebook("a"), notebook("b")

    assert describe(one).tags is None
    assert describe(one, tagged(one, stage="prod")).tags == {"stage": "prod"}
    assert describe(one, tagged(one)).tags == {}
    assert describe(one, tagged(other, stage="prod")).tags is None


@pytest.mark.parametrize("name", ["owner", "Owner", "OWNER"])
def test_a_tag_records_who_answers_for_it(name: str) -> None:
    one = notebook("a")

    assert describe(one, tagged(one, **{name: "science", "owners": "no"})).owners == (Answers("science", "recorded"),)
    assert describe(one, tagged(one, **{name: ""})).owners == ()
    assert describe(one).owners == ()


def test_when_it_was_made_is_said_where_its_kind_says_it() -> None:
    made = datetime(2026, 6, 27, 11, tzinfo=UTC)

    assert describe(model(creation_time=made)).created_at == made
    assert describe(model(creation_time=None)).created_at is None
    assert describe(model()).created_at is None
    assert describe(notebook()).created_at is None
