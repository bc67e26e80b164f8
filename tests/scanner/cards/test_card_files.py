"""Model cards in files: each format by its members, and what is no card says why."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cards.card_files import LARGEST, NAMES, TOO_LARGE, is_plain, is_unread, made_of, read_document

DIGEST = "a" * 64


def filled(name: str, text: str) -> set[str]:
    card = read_document(name, text.encode())
    return {id for id, entry in (card.entries or {}).items() if entry.state == "filled"}


def test_a_readme_with_yaml_headings_and_labels() -> None:
    text = "\ufeff---\nlicense: mit\n---\n# Model\n## Limitations\nNot for children.\n- **Developed by:** Northwind\n"

    assert filled("README.md", text) == {"MC-1.1", "MC-1.8", "MC-9.1"}


def test_the_json_of_sagemaker() -> None:
    card = {"intended_uses": {"purpose_of_model": "Sorts tickets."}, "model_overview": {"model_version": 3}}

    assert filled("model_card.json", json.dumps(card)) == {"MC-1.3", "MC-2.1"}


def test_a_bill_of_materials_with_a_model_card() -> None:
    hashes = [{"alg": "SHA-256", "content": DIGEST}]
    component = {"bom-ref": "m", "name": "m", "hashes": hashes, "modelCard": {"considerations": {"users": ["Clerks"]}}}
    text = json.dumps({"bomFormat": "CycloneDX", "components": [component]})

    assert filled("model_card.json", text) == {"MC-2.2"}
    assert read_document("model_card.json", text.encode()).digests == (f"sha256:{DIGEST}",)


@pytest.mark.parametrize("name", ["model_card.json", "model_card.yaml", "model_card.yml"])
def test_members_are_read_by_their_names(name: str) -> None:
    text = json.dumps(
        {
            "model_details": {"owners": "Northwind", "licence": "MIT"},
            "considerations": {"limitations": ["Not for children."], "out-of-scope uses": "TODO"},
            "model_version": 3,
            "model_sha256": DIGEST,
            "datasets": ["northwind-example/tickets"],
        }
    )
    card = read_document(name, text.encode())

    assert filled(name, text) >= {"MC-1.8", "MC-6.1", "MC-9.1"}
    assert card.entries and card.entries["MC-2.3"].state == "placeholder"
    assert (card.version, card.training_data) == ("3", ("northwind-example/tickets",))
    assert card.digests == (f"sha256:{DIGEST}",)


def test_a_version_that_is_a_truth_value_is_none() -> None:
    assert read_document("model_card.yaml", b"model_version: true").version is None


@pytest.mark.parametrize("name", NAMES)
def test_a_link_that_was_copied_as_a_file_fills_nothing(name: str) -> None:
    assert filled(name, "../../README.md") == set()


@pytest.mark.parametrize("content", [b"a" * (LARGEST + 1), b"\xff", b"a\x00b"])
def test_what_was_not_read_may_be_a_card(content: bytes) -> None:
    assert is_unread(read_document("README.md", content))


@pytest.mark.parametrize("content", [b"", b"# Licence\nMIT", b"---\n[\n---\n"])
def test_what_was_read_is_what_it_is(content: bytes) -> None:
    assert not is_unread(read_document("README.md", content))


def test_of_a_file_that_is_too_large_there_is_no_digest() -> None:
    one = made_of("README.md", b"a" * (LARGEST + 1))

    assert one.card and (one.card.problem, one.digest) == (TOO_LARGE, None)


@given(st.sampled_from(NAMES), st.binary(max_size=2000))
def test_no_content_breaks_a_reader(name: str, content: bytes) -> None:
    read_document(name, content)


@pytest.mark.parametrize("name", ["model_card.json", "model_card.yaml"])
@pytest.mark.parametrize("text", ['{"a":' * 5000, "[" * 5000 + "]" * 5000, '{"model_details": ' * 40 + "1" + "}" * 40])
def test_depth_breaks_no_reader(name: str, text: str) -> None:
    read_document(name, text.encode())


def test_steps_in_a_key_are_not_plain() -> None:
    assert is_plain("a/b.c/..d") and is_plain("")
    assert not is_plain("a/../b") and not is_plain("./a")
