"""A card of what serves, and one of another model."""

import pytest

from scanner.cards.agreement import Serving, compare
from scanner.cards.approving import Who, same_person
from scanner.cards.card import Card

DIGEST, OTHER = "a" * 64, "b" * 64
SERVING = Serving(
    version="3",
    artifacts=frozenset({"s3://models/3/"}),
    digests=frozenset({DIGEST}),
    image_digests=None,
    training_data=frozenset({"s3://data/a/", "s3://data/b/"}),
)


def test_a_card_of_another_artifact_digest_differs() -> None:
    found = compare(Card(digests=(OTHER,), version="v3"), SERVING)

    assert found.compared == ("version", "artifact digest")
    assert found.differences == (f"artifact digest {OTHER}, and {DIGEST} serves",)


def test_a_card_of_what_serves_agrees() -> None:
    card = Card(version="3", artifacts=("s3://models/3",), digests=(DIGEST,), training_data=("s3://data/a",))

    assert compare(card, SERVING).differences == ()
    assert compare(card, SERVING).compared == ("version", "artifact", "artifact digest", "training data")


def test_what_one_of_them_does_not_name_is_not_compared() -> None:
    assert compare(Card(image_digests=(OTHER,)), SERVING).compared == ()
    assert compare(Card(version="3", digests=(OTHER,)), Serving()).compared == ()


ROLE = "arn:aws:sts::111122223333:assumed-role/data-science/"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Who(profile="ada"), Who(profile="ada"), True),
        (Who(profile="ada"), Who(profile="grace"), False),
        (Who(profile="ada", source="ada"), Who(profile="grace", source="ada"), True),
        (Who(identity=ROLE + "ada"), Who(identity=ROLE + "ada"), None),
        (Who(identity=ROLE + "ada"), Who(identity=ROLE + "grace"), None),
        (Who(identity=ROLE + "x", source="ada"), Who(identity=ROLE + "x"), None),
        (Who(identity=ROLE + "x", source="ada"), Who(identity=ROLE + "x", source="grace"), False),
        (Who(identity="arn:aws:iam::111122223333:user/ada"), Who(identity="arn:aws:iam::111122223333:user/ada"), True),
        (Who(identity="arn:aws:iam::111122223333:user/ada"), Who(identity=ROLE + "ada"), False),
        (Who(), Who(), None),
        (Who(profile="ada"), Who(identity=ROLE + "ada"), None),
    ],
)
def test_who_is_the_same_person(one: Who, other: Who, expected: bool | None) -> None:
    assert same_person(one, other) is expected
    assert same_person(other, one) is expected
