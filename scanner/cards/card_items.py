"""The 30 items of a model card (Mitchell et al., 2019), and the words by which formats without own fields name them.

The items are those of `scanner/frameworks/model-cards.yaml`, as a test holds.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from scanner.model.patterns import pattern

_OTHER = pattern(r"[\W_]+")
#: Headings and names of tags that are longer are texts.
_LONGEST = 120


class Item(NamedTuple):
    """One item: its id in the framework, its title, and phrases of headings, tags and labels that speak of it."""

    id: str
    title: str
    phrases: tuple[str, ...] = ()


ITEMS = (
    Item(
        "MC-1.1",
        "Person or organisation that developed it",
        (
            "who built it",
            "developed by",
            "developers",
            "model creator",
            "model owner",
            "owner",
            "author",
            "authors",
            "created by",
        ),
    ),
    Item(
        "MC-1.2",
        "When it was made",
        (
            "model date",
            "release date",
        ),
    ),
    Item("MC-1.3", "Which version this is", ("model version",)),
    Item(
        "MC-1.4",
        "What kind of model it is",
        (
            "model type",
            "problem type",
            "algorithm type",
            "model architecture",
            "model architecture and objective",
        ),
    ),
    Item(
        "MC-1.5",
        "How it was trained, with which settings and features",
        (
            "training procedure",
            "training hyperparameters",
            "training regime",
            "hyperparameters",
            "features",
        ),
    ),
    Item(
        "MC-1.6",
        "Where to read more",
        (
            "reference material",
            "model sources",
            "repository",
            "paper",
            "references",
            "documentation",
        ),
    ),
    Item(
        "MC-1.7",
        "How to cite it",
        (
            "citation",
            "bibtex",
            "apa",
        ),
    ),
    Item(
        "MC-1.8",
        "Terms of its licence",
        (
            "licence",
            "license",
        ),
    ),
    Item(
        "MC-1.9",
        "Where questions go",
        (
            "contact",
            "model card contact",
        ),
    ),
    Item(
        "MC-2.1",
        "Uses it was made for",
        (
            "primary uses",
            "intended use",
            "intended uses",
            "direct use",
            "purpose",
            "primary intended uses",
            "downstream use",
        ),
    ),
    Item(
        "MC-2.2",
        "People it was made for",
        (
            "primary users",
            "intended users",
            "primary intended users",
            "users",
            "stakeholders",
        ),
    ),
    Item(
        "MC-2.3",
        "Uses it was not made for",
        (
            "out of scope uses",
            "out of scope",
            "out of scope use",
            "excluded uses",
            "misuse",
        ),
    ),
    Item(
        "MC-3.1",
        "Groups, instruments and surroundings that matter",
        (
            "relevant factors",
            "bias risks and limitations",
        ),
    ),
    Item(
        "MC-3.2",
        "Groups, instruments and surroundings that were tested",
        (
            "evaluation factors",
            "factors",
        ),
    ),
    Item(
        "MC-4.1",
        "Measures of performance, and why these",
        (
            "performance measures",
            "metrics",
            "model performance measures",
        ),
    ),
    Item(
        "MC-4.2",
        "Thresholds for decisions",
        (
            "decision thresholds",
            "decision threshold",
            "threshold",
            "thresholds",
        ),
    ),
    Item(
        "MC-4.3",
        "How the spread of the measures was estimated",
        (
            "variation approaches",
            "uncertainty",
            "confidence intervals",
        ),
    ),
    Item(
        "MC-5.1",
        "Data sets it was evaluated on",
        (
            "evaluation data sets",
            "evaluation data",
            "evaluation datasets",
            "testing data",
            "test data",
        ),
    ),
    Item("MC-5.2", "Why it was evaluated on them", ("evaluation data motivation",)),
    Item("MC-5.3", "How they were prepared", ("evaluation data preprocessing",)),
    Item(
        "MC-6.1",
        "Data sets it was trained on",
        (
            "training data sets",
            "training data",
            "training datasets",
        ),
    ),
    Item(
        "MC-6.2",
        "Why it was trained on them, and their preparation",
        (
            "preprocessing",
            "training data preprocessing",
            "training observations",
        ),
    ),
    Item(
        "MC-7.1",
        "Results for each factor",
        (
            "unitary results",
            "results by group",
            "disaggregated results",
        ),
    ),
    Item(
        "MC-7.2",
        "Results for factors combined",
        (
            "intersectional results",
            "intersectional result",
            "results by combined groups",
        ),
    ),
    Item(
        "MC-8.1",
        "Whether sensitive data went in",
        (
            "sensitive data used",
            "sensitive data",
            "personal data",
        ),
    ),
    Item(
        "MC-8.2",
        "Whether it decides on matters of life and welfare",
        (
            "human life",
            "effect on people",
            "risk rating",
        ),
    ),
    Item(
        "MC-8.3",
        "What was done against harm",
        (
            "mitigations",
            "mitigation",
            "risk mitigations",
        ),
    ),
    Item(
        "MC-8.4",
        "Harm it may do",
        (
            "risks and harms",
            "risks",
            "harms",
            "ethical considerations",
            "bias risks and limitations",
        ),
    ),
    Item(
        "MC-8.5",
        "Uses that are especially troubling",
        (
            "fraught use cases",
            "fraught uses",
            "fraught use",
        ),
    ),
    Item(
        "MC-9.1",
        "What else a user should know",
        (
            "caveats and recommendations",
            "caveats",
            "recommendations",
            "limitations",
        ),
    ),
)

TITLES = {item.id: item.title for item in ITEMS}


def plain_words(text: str) -> str:
    """A heading or a name as its words in lower case, with a space between them."""
    return _OTHER.sub(" ", text).strip().lower()


@lru_cache(maxsize=4096)  # tags and headings recur
def items_named(text: str) -> tuple[str, ...]:
    """The items that a heading, or the name of a tag, speaks of: those of the longest phrase in it."""
    return longest_named(text, _phrases())


def longest_named(text: str, phrases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What the longest of the phrases in a heading or a name stands for; nothing where none is in it."""
    if len(text) > _LONGEST:
        return ()
    words = f" {plain_words(text)} "
    held = [phrase for phrase in phrases if f" {phrase} " in words]
    return phrases[max(held, key=len)] if held else ()


def phrases_of(items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Each phrase, titles among them, with the items that it speaks of."""
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        for phrase in dict.fromkeys((plain_words(item.title), *item.phrases)):
            found[phrase] = (*found.get(phrase, ()), item.id)
    return found


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    return phrases_of(ITEMS)
