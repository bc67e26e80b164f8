"""YAML becomes plain values with places. What would make a reader guess is a problem, and no file is too much."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
import yaml

from scanner.model.yaml_text import Document
from scanner.model.yaml_text import parse as parse_file


def parse(content: bytes) -> Document:
    return parse_file(content, "`mlposture systems init` drafts one")


def said(text: str | bytes) -> list[str]:
    found = parse(text.encode() if isinstance(text, str) else text).problems
    return [f"{line}:{column}: {problem}" for line, column, problem in found]


def test_values_know_their_place() -> None:
    document = parse(b"a:\n  b: [1, x, 2027-03-31]\n")

    assert document.value == {"a": {"b": [1, "x", date(2027, 3, 31)]}}
    assert document.problem(("a", "b", 2), "x")[:2] == (2, 13)
    assert document.problem(("a", "b"), "x", key=True)[:2] == (2, 3)
    assert document.problem(("a", "b", 7, "c"), "of what is not there")[:2] == (2, 6)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; `mlposture systems init` drafts one"),
        ("a: 1\nb: 2\na: 3\n", "3:1: a stands here twice, first in line 1; remove one"),
        ("a: 2026-02-30\n", "1:4: there is no such date as 2026-02-30; correct it, or put it in quotes"),
        ("a: !!python/name:os.system x\n", "1:4: tags such as python/name:os.system are not read"),
        ("a: !secret x\n", "1:4: tags such as !secret are not read; write the plain value"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "2:5: merge keys (<<) are not read; write out what they stand for"),
        ("? [a, b]\n: c\n", "1:3: a key must be text; a list is none"),
        ("a: [1, 2\nb: 3\n", "2:2: is no YAML here"),
        ("a: b: c\n", "1:5: is no YAML here (mapping values are not allowed"),
        (b"a: 1\nb: \xff\n", "2:4: is no text in UTF-8; save the file as UTF-8"),
        ("a: 1\nb: c\x07c\n", "2:5: holds a character here that YAML does not allow; remove it"),
    ],
)  # fmt: skip
def test_what_is_no_plain_data_is_said_with_its_place(text: str | bytes, problem: str) -> None:
    [found] = said(text)

    assert problem in found


def test_anchors_may_repeat_a_little() -> None:
    assert parse(b"a: &x {b: 1}\nc: *x\n").value == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise("abcdefgh")),
        "a: &a [*a]\n",
        "a: " + "[" * 200 + "]" * 200,
        "[" * 100_000,
        "{a: " * 100_000,
        "- x\n" * 500_000,
    ],
    ids=["a billion laughs", "inside itself", "deep", "lists without end", "mappings without end", "long"],
)  # fmt: skip
def test_a_few_lines_cannot_stand_for_millions(text: str) -> None:
    [found] = said(text)

    assert "holds too much, or is nested too deeply" in found


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)

    assert parse(b"a: {b: [1, x]}\n").value == {"a": {"b": [1, "x"]}}
    assert said("a: 1\na: 2\n") == ["2:1: a stands here twice, first in line 1; remove one"]
    assert "holds too much" in said("a: " + "[" * 2000 + "]" * 2000)[0]
