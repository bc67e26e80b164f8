"""Neutralising text of others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.writing import Pieces, clean, dump, first_paragraph, redact, sentence, stream, without_secrets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb", r"a\nb"),
        ("\u202eexe", r"\u202eexe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("::error::x", ": :error::x"),
        ("  ::error::x", "  : :error::x"),
        ("a ::error::x", "a : :error::x"),
        ("arn:aws:s3:::models", "arn:aws:s3:::models"),
        ("x##[error]y", "x# #[error]y"),
        ("模型", "模型"),
        ("\ud800", r"\ud800"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


def test_clean_keeps_lines_when_asked_and_still_breaks_commands():
    assert clean("a\n::error::b\r\n", lines=True) == "a\n: :error::b\\r\n"


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_is_printable_and_commands_nothing(text):
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert "##[" not in cleaned
    assert not cleaned.lstrip().startswith("::")
    assert clean(cleaned) == cleaned
    cleaned.encode()


@given(st.text(st.characters(exclude_categories=())))
def test_dump_loses_nothing_that_utf8_can_hold(text):
    dumped = dump({text: [text]}).decode()
    assert "##[" not in dumped
    assert not [c for c in dumped if ord(c) in range(0x7F, 0xA0) or c in "\u202e\u2066\u200b"]
    expected = text.encode("utf-8", "backslashreplace").decode()
    assert json.loads(dumped) == {expected: [expected]}


def _taken_apart(value):
    """The same value as `stream` gets it: objects in pieces, arrays as iterators, some things as JSON already."""
    if isinstance(value, dict):
        return Pieces({key: _taken_apart(item) for key, item in value.items()})
    if isinstance(value, list):
        return iter([_taken_apart(item) for item in value])
    return dump(value) if isinstance(value, str) and len(value) % 2 else value


_ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from('#[:\n"\x7f\u202e'))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | _ANY_TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(_ANY_TEXT, inner),
        max_leaves=20,
    )
)
def test_what_is_streamed_is_what_is_dumped(value):
    assert b"".join(stream(_taken_apart(value))) == dump(value)


@pytest.mark.parametrize("text", ["arn:aws:iam::111122223333:role/x", "https://models.example/a?b=c", "password", ""])
def test_redact_leaves_what_is_no_credential(text):
    assert redact(text) == text


def test_secrets_and_surrogates_are_found_however_deep():
    value = {"a": ({"b": ["AKIAIOSFODNN7EXAMPLE"]}, ("\ud800",))}
    assert without_secrets(value) == {"a": [{"b": ["[looks like a credential; redacted]"]}, ["\ud800"]]}
    assert json.loads(dump(value))["a"][1] == [r"\ud800"]


def test_redact_takes_out_the_word_alone():
    assert redact("key 'AKIAIOSFODNN7EXAMPLE' is old") == "key '[looks like a credential; redacted]' is old"


def test_prose():
    assert first_paragraph("One\ntwo.\n\nThree.") == "One two."
    assert [sentence("a"), sentence("a."), sentence("a! ")] == ["a.", "a.", "a!"]
