"""Data sheets in files: Croissant in each of its spellings, dataset cards, and what is none says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cards.card_files import LARGEST, TOO_LARGE
from scanner.cards.sheet import answers_of, describes
from scanner.cards.sheet_files import SHEET_NAMES, is_sheet, may_describe, read_sheet, sheet_of
from scanner.cards.sheet_items import QUESTION_TITLES, questions_named
from scanner.frameworks import load

DIGEST, MD5 = "a" * 64, "b" * 32
SAYS = {"conformsTo": "http://mlcommons.org/croissant/1.1"}
#: What Hugging Face writes of a data set that has no card.
NOBODY = "northwind-example/tickets dataset hosted on Hugging Face and contributed by the HF Datasets community"


def croissant(**members: Any) -> bytes:
    return json.dumps({"@context": {"@vocab": "https://schema.org/"}, "@type": "Dataset", **SAYS, **members}).encode()


def filled(name: str, content: str | bytes) -> set[str]:
    sheet = read_sheet(name, content if isinstance(content, bytes) else content.encode())
    return set(answers_of(sheet).filled)


def test_the_questions_are_those_of_the_framework() -> None:
    controls = load(("datasheets",)).frameworks["datasheets"].controls

    assert {one.id: one.title for one in controls if one.level == "question"} == QUESTION_TITLES


def test_every_question_is_known_by_its_title() -> None:
    assert all(questions_named(title) == (id,) for id, title in QUESTION_TITLES.items())


@pytest.mark.parametrize(
    ("context", "key"),
    [
        ({"rai": "http://mlcommons.org/croissant/RAI/"}, "rai:dataBiases"),
        ({"r": {"@id": "https://www.mlcommons.org/croissant/RAI/", "@prefix": True}}, "r:dataBiases"),
        ({"biases": "rai:dataBiases", "rai": "http://mlcommons.org/croissant/RAI/"}, "biases"),
        ({"dataBiases": "cr:dataBiases", "cr": "http://mlcommons.org/croissant/"}, "dataBiases"),  # of Hugging Face
        ([{"@vocab": "https://schema.org/"}, {"dataBiases": {"@id": "rai:dataBiases"}}], "dataBiases"),
        ("http://mlcommons.org/croissant/1.0", "rai:dataBiases"),
        ({}, "http://mlcommons.org/croissant/RAI/dataBiases"),
    ],
)
def test_a_member_of_responsible_ai_in_each_spelling(context: Any, key: str) -> None:
    sheet = read_sheet("croissant.json", croissant(**{"@context": context, key: ["Few callers are old."]}))

    assert answers_of(sheet).filled == ("DS-5.4",)
    assert sheet.rai == (key,)
    assert describes(sheet)


@pytest.mark.parametrize("key", ["x:license", "https://example.com/terms/license", "loop", "licence"])
def test_what_only_looks_alike_is_no_member(key: str) -> None:
    context = {"x": "https://example.com/", "loop": "pool", "pool": "loop"}

    assert filled("croissant.json", croissant(**{"@context": context, key: "MIT"})) == set()


@pytest.mark.parametrize(
    "creator",
    [
        "Northwind",
        {"@type": "sc:Organization", "name": "Northwind"},
        [{"@value": "Northwind", "@language": "en"}],
        {"@list": [{"@id": "https://northwind.example.com"}]},
        {"en": "Northwind"},
    ],
)
def test_a_value_in_each_wrapping(creator: Any) -> None:
    assert filled("croissant.json", croissant(creator=creator)) == {"DS-1.2"}


@pytest.mark.parametrize(
    "creator", ["", "TODO", [], {"@type": "sc:Person"}, {"@type": "sc:Person", "@id": "_:b0"}, None]
)
def test_a_type_alone_says_nothing(creator: Any) -> None:
    assert filled("croissant.json", croissant(creator=creator)) == set()


def test_a_whole_file() -> None:
    made = croissant(
        name="tickets",
        version="1.2.0",
        description="Tickets of our help desk.\n## Consent\nCallers agreed.\n## Errata\nTODO\n",
        license="https://spdx.org/licenses/MIT",
        dateModified="2026-11-01",
        distribution=[
            {"@type": "cr:FileObject", "name": "all.csv", "sha256": DIGEST.upper(), "md5": MD5},
            {
                "@type": "cr:FileObject",
                "name": "more.csv",
                "sha256": "https://github.com/mlcommons/croissant/issues/80",
            },
        ],
        **{"cr:recordSet": [{"field": [{"@id": "f", "dataType": ["sc:Text", "cr:Label"]}]}, {"dataType": "cr:Split"}]},
    )
    sheet = read_sheet("croissant.json", made)

    assert answers_of(sheet).filled == ("DS-2.4", "DS-2.5", "DS-2.8", "DS-3.9", "DS-6.2", "DS-6.4")
    assert answers_of(sheet).placeholder == ("DS-7.3",)
    assert (sheet.name, sheet.version, sheet.date, sheet.description) == ("tickets", "1.2.0", "2026-11-01", "filled")
    assert sheet.digests == (f"sha256:{DIGEST}", f"md5:{MD5}")
    assert sheet.specifications == ("1.1",)
    assert "help desk" not in str(sheet) and "Callers" not in str(sheet)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"description": "Tickets of our help desk."}, True),
        ({"description": NOBODY, "license": "MIT", "recordSet": [{"field": ["a"]}]}, False),
        ({"name": "tickets", "creator": "Northwind", "distribution": [{"name": "a"}]}, False),
        ({"description": "[More Information Needed]"}, False),
        ({"rai:dataCollection": "By phone."}, True),
    ],
)
def test_a_name_a_licence_and_fields_describe_nothing(members: dict[str, Any], said: bool) -> None:
    assert describes(read_sheet("croissant.json", croissant(**members))) is said


def test_a_graph_and_a_list_of_expanded_json_ld() -> None:
    node = {"@type": ["https://schema.org/Dataset"], "https://schema.org/license": [{"@value": "MIT"}]}

    assert filled("croissant.json", json.dumps([{"@type": "Person"}, node])) == {"DS-6.4"}
    assert filled("croissant.json", json.dumps({"@graph": [node]})) == {"DS-6.4"}


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (croissant(), True),
        (croissant(conformsTo=["http://mlcommons.org/croissant/RAI/1.0"]), True),
        (croissant(conformsTo="https://w3id.org/ro/crate/1.1"), False),
        (b'{"version": 3}', False),
        (b"{", False),
        (b"\xff", True),  # nobody knows what it is
    ],
)
def test_metadata_counts_where_it_says_that_it_is_croissant(content: bytes, counts: bool) -> None:
    assert is_sheet(sheet_of("metadata.json", content)) is counts
    assert is_sheet(sheet_of("croissant.json", content))


CARD = """---
license: cc-by-4.0
pretty_name: Tickets
task_categories: [text-classification]
dataset_info:
  features: [{name: text, dtype: string}]
  splits: [{name: train, num_examples: 900}]
---
# Dataset Card for personal data of callers
<!-- Provide a quick summary of the dataset. -->
## Dataset Details
### Dataset Description
Tickets of our help desk.
- **Curated by:** Northwind
- **Funded by [optional]:** [More Information Needed]
### Out-of-Scope Use
Nobody is to be scored by it.
#### Also
Nor by what is made of it.
"""


def test_a_dataset_card() -> None:
    sheet = read_sheet("README.md", CARD.encode())

    assert set(answers_of(sheet).filled) == {"DS-1.2", "DS-2.2", "DS-2.4", "DS-2.8", "DS-5.3", "DS-5.5", "DS-6.4"}
    assert answers_of(sheet).placeholder == ("DS-1.3",)
    assert (sheet.name, sheet.description, describes(sheet)) == ("Tickets", "filled", True)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("# Tickets\nCollected by phone.", "filled"),
        ("Collected by phone.", "filled"),
        ("# Tickets\n## Overview\nCollected by phone.", "filled"),
        ("# Tickets\n## Layout\nA folder a month.", "empty"),
        ("# Tickets\nTODO", "placeholder"),
        ("# Licence\nMIT", "empty"),
        ("", "empty"),
    ],
)
def test_own_words_stand_below_the_title(text: str, state: str) -> None:
    assert read_sheet("datasheet.md", text.encode()).description == state


def test_the_card_of_a_model_is_no_data_sheet() -> None:
    sheet = read_sheet("README.md", b"---\npipeline_tag: text-classification\n---\n# A model\nIt sorts tickets.\n")

    assert (describes(sheet), sheet.problem) == (False, "it is the card of a model")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("croissant.json", b"a" * (LARGEST + 1), TOO_LARGE),
        ("croissant.json", "Größe".encode("latin-1"), "it is no text in UTF-8"),
        ("croissant.json", b"{", "it is no JSON"),
        ("croissant.json", b"[" * 100_000, "it is no JSON"),
        ("croissant.json", b'{"a":' * 40_000, "it is no JSON"),
        ("croissant.json", b"[]", "it is no data set in JSON-LD"),
        ("croissant.json", b"3", "it is no data set in JSON-LD"),
        ("croissant.json", b'{"@type": "Person", "@graph": 3}', "it is no data set in JSON-LD"),
        ("README.md", b"---\nlicense: [\n---\n# Tickets\nCollected.", "the YAML at its top cannot be read"),
        ("metadata.json", b"{}", "it does not say that it is Croissant"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, problem: str) -> None:
    file = sheet_of(name, content)

    assert file.sheet and file.sheet.problem == problem
    assert may_describe(file) == (problem in (TOO_LARGE, "it is no text in UTF-8"))


def test_deep_and_wide_values_are_bounded() -> None:
    deep = b'{"@type": "Dataset", "license": ' + b"[" * 400 + b'"MIT"' + b"]" * 400 + b"}"
    wide = croissant(
        **{"rai:dataBiases": "few", **{f"http://mlcommons.org/croissant/RAI/dataBiases#{n}": "" for n in range(3000)}}
    )

    assert filled("croissant.json", deep) == set()
    assert filled("croissant.json", wide) == {"DS-5.4"}


_MEMBERS = st.sampled_from(
    (
        *("@id", "@type", "@context", "@graph", "@value", "@list", "description", "license", "distribution", "sha256"),
        *("recordSet", "field", "dataType", "conformsTo", "creator", "name", "version", "rai:dataBiases", "a:b", ""),
    )
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_MEMBERS, _JSON, max_size=6))
def test_no_json_ld_breaks_the_reader(members: dict[str, Any]) -> None:
    sheet = read_sheet("croissant.json", json.dumps({**members, "@type": "Dataset"}).encode())

    assert sheet.problem in (None, "it is no data set in JSON-LD", "it is no JSON")


@given(st.binary(max_size=200), st.sampled_from(SHEET_NAMES))
def test_no_bytes_break_the_reader(content: bytes, name: str) -> None:
    read_sheet(name, content)
