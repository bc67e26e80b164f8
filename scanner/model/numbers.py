"""Whole numbers that providers write as text."""

#: Digits of the longest that is one: longer than any count of seconds or versions.
_LONGEST = 18


def whole(text: str) -> int | None:
    """The number that is written in digits; None for any other text, and for one too long to be meant.

    Python takes `²` for a digit and for no number, and refuses to read thousands of digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
