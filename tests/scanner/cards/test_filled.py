"""Placeholders and templates are not filled; answers are, however short."""

import pytest

from scanner.cards.filled import state_of, state_of_text


@pytest.mark.parametrize(
    "text",
    [
        "TODO",
        "todo: describe",
        "TBD",
        "To be determined.",
        "[More Information Needed]",
        "More information needed",
        "- **Developed by:** [More Information Needed]",
        "**BibTeX:**\n\n[More Information Needed]",
        "{{ model_description }}",
        "[Describe the training data]",
        "<your text here>",
        "...",
        "—",
        "Lorem ipsum dolor sit amet",
        "Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model. "
        "More information needed for further recommendations.",
        "## Uses\n\nTODO",
        "# Tickets\n\n[![build](https://ci.example/b.svg)](https://ci.example) [![v](v.svg)](https://v.example)",
    ],
)
def test_a_placeholder_is_not_filled(text: str) -> None:
    assert state_of_text(text) == "placeholder"


@pytest.mark.parametrize("text", ["", " \n\t", "<!-- Describe it -->", "<!-- never closed", "**Contact:**", "# Uses"])
def test_what_says_nothing_is_empty(text: str) -> None:
    assert state_of_text(text) == "empty"


@pytest.mark.parametrize(
    "text",
    [
        "Sorts tickets.",
        "none",
        "n/a",
        "0.5",
        "[the paper](https://example.org/paper)",
        "<https://example.org>",
        "Todorov's method",
        "TODO\n\nSorts tickets.",
        "- **License:** Apache-2.0",
        "- item",
        "![who is in it](people.svg)",
        "[![build](https://ci.example/b.svg)](https://ci.example) Tickets of 2024.",
    ],
)
def test_an_answer_is_filled(text: str) -> None:
    assert state_of_text(text) == "filled"


def test_a_value_is_as_good_as_its_best_part() -> None:
    assert state_of(["TODO", {"name": "Sorts tickets."}]) == "filled"
    assert state_of({"a": "TODO", "b": None}) == "placeholder"
    assert state_of([]) == state_of({}) == state_of(None) == "empty"
    assert state_of(0.0) == state_of(False) == "filled"


def test_hostile_text_takes_no_time() -> None:
    texts = ["[" * 100_000, "{" * 100_000, "<!--" * 30_000, "*" * 100_000, " " * 100_000 + "x", "more " * 30_000]
    for text in texts:  # in quadratic time, this would take hours
        assert state_of_text(text) in ("filled", "placeholder", "empty")


def test_what_is_nested_endlessly_ends() -> None:
    value: object = "said"
    for _ in range(5_000):
        value = [value]

    assert state_of(value) == "empty"
