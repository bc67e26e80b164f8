"""Globs over ids: all of an id and nothing less, in time that grows with its length alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.globs import matcher, needle, place_of

GLOBS = st.text("ab:/.[*?\n", max_size=12)
IDS = st.text("abAB:/.[\n", max_size=16)


def plain(glob: str) -> re.Pattern[str]:
    """The same in the simplest words."""
    words = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in glob)
    return re.compile("".join(words), re.IGNORECASE | re.DOTALL)


@given(GLOBS, IDS)
def test_a_glob_matches_what_its_simplest_pattern_does(glob: str, id: str) -> None:
    assert bool(matcher(glob).fullmatch(id)) == bool(plain(glob).fullmatch(id))


@given(GLOBS, IDS)
def test_whatever_matches_holds_the_longest_text_of_the_glob(glob: str, id: str) -> None:
    if matcher(glob).fullmatch(id):
        assert needle(glob) in id.lower()


def test_many_stars_are_not_tried_again_and_again() -> None:
    assert not matcher("*a" * 40 + "*b").fullmatch("a" * 4000 + "c")


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/a", ("111122223333", "eu-west-1")),
        ("arn:aws:s3:::models", ("", "")),
        ("arn:*", ("", "")),
        ("//aiplatform.googleapis.com/projects/p/locations/l/endpoints/1", ("p", "l")),
        ("/subscriptions/S/resourceGroups/r", ("S", "")),
        ("*", ("", "")),
    ],
)
def test_an_id_names_its_account_and_region(id: str, expected: tuple[str, str]) -> None:
    assert place_of(id) == expected
