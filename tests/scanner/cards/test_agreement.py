"""A card of what serves, and one of another model."""

import pytest

from scanner.cards.agreement import Serving, compare
from scanner.cards.approving import Who, same_person
from scanner.cards.card import Card

DIGEST, OTHER = "a" * 64, "b" * 64
MD5, ETAG = f"md5:{'c' * 32}", "etag:d41d8cd9-12"
SERVING = Serving(
    version="3",
    artifacts=frozenset({"s3://models/3/"}),
    digests=frozenset({f"sha256:{DIGEST}", MD5, ETAG}),
    whole=frozenset({"sha256", "etag"}),
    training_data=frozenset({"s3://data/a/", "s3://data/b/"}),
)


@pytest.mark.parametrize("named", [OTHER, f"sha256:{OTHER}"])
def test_a_card_of_another_artifact_digest_differs(named: str) -> None:
    found = compare(Card(digests=(named,), version="v3"), SERVING)

    assert found.compared == ("version", "artifact digest")
    assert found.differences == (f"artifact digest sha256:{OTHER}, and sha256:{DIGEST} serves",)


def test_a_card_of_what_serves_agrees() -> None:
    card = Card(version="3", artifacts=("s3://models/3",), digests=(DIGEST, MD5), training_data=("s3://data/a",))

    assert compare(card, SERVING).differences == ()
    assert compare(card, SERVING).compared == ("version", "artifact", "training data", "artifact digest")


def test_what_one_of_them_does_not_name_is_not_compared() -> None:
    assert compare(Card(version="3", training_data=("s3://data/a",)), Serving()).compared == ()


def test_a_digest_that_nobody_can_compare_is_said() -> None:
    card = Card(digests=(f"md5:{'e' * 32}", f"sha512:{'f' * 128}", ETAG), image_digests=(OTHER,))
    found = compare(card, SERVING)

    assert (found.compared, found.differences) == (("artifact digest",), ())
    assert found.open == ("md5", "sha512", "image")


ONE, TWO = frozenset({DIGEST}), frozenset({OTHER})


@pytest.mark.parametrize(
    ("named", "images", "differs", "open"),
    [
        ((DIGEST,), (ONE,), False, False),
        ((DIGEST,), (ONE | TWO,), False, False),  # a pipeline of two containers
        ((DIGEST, OTHER), (ONE, TWO), False, False),  # one image for each type of instances
        ((DIGEST,), (ONE, TWO), True, False),
        ((OTHER,), (ONE, None), True, False),  # whatever runs in the other place
        ((DIGEST, OTHER), (ONE,), True, False),
        ((DIGEST, OTHER), (ONE, None), False, True),
        ((DIGEST,), (ONE, None), False, True),
        ((DIGEST,), (None,), False, True),
        ((DIGEST,), (), False, True),
    ],
)
def test_images_where_they_run(
    named: tuple[str, ...], images: tuple[frozenset[str] | None, ...], *, differs: bool, open: bool
) -> None:
    found = compare(Card(image_digests=named), Serving(images=images))

    assert (bool(found.differences), found.open) == (differs, ("image",) if open else ())
    assert found.compared == (() if open else ("image digest",))


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
