"""What an inventory shows that may bear on a question: names and tags of what the system claims, and no more."""

from __future__ import annotations

import pytest
from declaring import TODAY, demo_graph
from factories.aws import endpoint, tagged
from support import ROOT, inventory_of, registered
from triaging import QUESTIONS, answers, silent

from scanner.model.nouns import Resource
from scanner.systems.graph import Graph
from scanner.systems.manifest import read_manifest
from scanner.systems.triage import triage
from scanner.systems.triage_hints import Hint, hints


def shown(*resources: Resource) -> dict[str, Hint]:
    manifest = silent()
    return dict(hints(QUESTIONS, manifest, manifest.systems[0], Graph(inventory_of(*resources), registered()[1])))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("face-match", "face-or-voice"),
        ("speechToText", "face-or-voice"),
        ("CVScreening", "work"),
        ("support-llm-2", "generative"),
        ("prompt_guardrail", "guardrail"),
    ],
)
def test_a_word_of_a_name_is_a_hint(name: str, rule: str) -> None:
    found = shown(endpoint(name))

    assert [*found] == [rule]
    assert found[rule].resources == (f"aws.sagemaker.Endpoint {name}",)


@pytest.mark.parametrize("name", ["interface-1", "surface", "chrome", "preface-b", "score"])
def test_a_part_of_a_word_is_none(name: str) -> None:
    assert shown(endpoint(name)) == {}


def test_a_tag_that_records_a_class_is_shown_with_what_it_says() -> None:
    found = shown(endpoint("a"), tagged(endpoint("a"), AI_Risk_Tier="low"))

    assert str(found["recorded-class"]) == (
        "the inventory shows a tag that records a class, which is nobody's decision under the Act "
        "(aws.sagemaker.Endpoint a: AI-Risk-Tier=low), which may bear on this"
    )


def test_of_many_resources_a_few_are_named() -> None:
    found = shown(*(endpoint(f"face-{number}") for number in range(5)))["face-or-voice"]

    assert (len(found.resources), found.more) == (3, 2)
    assert str(found).endswith("aws.sagemaker.Endpoint face-2 and 2 more), which may bear on this")


def test_what_another_system_claims_shows_nothing() -> None:
    manifest = read_manifest(ROOT / "examples" / "ai-systems.yaml", TODAY).manifest
    graph = demo_graph("aws", "gcp")
    found = {system.id: {*hints(QUESTIONS, manifest, system, graph)} for system in manifest.systems}

    assert "fraud" in found["fraud-scoring"] and "fraud" not in found["ticket-sentiment"]
    assert found["retina-diagnosis"] == set()


def test_a_hint_prompts_and_answers_nothing() -> None:
    manifest = silent()
    found = shown(endpoint("face-match"))
    with_hint, without = (triage(QUESTIONS, manifest, manifest.systems[0], answers({}), TODAY, seen)
                          for seen in (found, {}))  # fmt: skip

    assert str(found["face-or-voice"]) in with_hint.prompts["prohibited-emotions"]
    assert (with_hint.headline, with_hint.conclusions, with_hint.open) == (
        without.headline, without.conclusions, without.open
    )  # fmt: skip
