"""Whole numbers that providers write as text."""

import pytest

from scanner.model.numbers import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("86400", 86400), ("007", 7)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "a year", "-1", "1.5", " 1", "²", "٣", "9" * 5000])
def test_all_else_is_none(text: str) -> None:
    assert whole(text) is None
