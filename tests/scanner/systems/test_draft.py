"""A draft has a system for each endpoint, guesses no tier, and lacks nothing but what only people can say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from declaring import demo_graph, names, problems, read
from factories.aws import notebook
from support import inventory_of, registered

from scanner.model.errors import InputError
from scanner.systems.assign import assign
from scanner.systems.draft import draft
from scanner.systems.graph import Graph

PROVIDERS = ("aws", "gcp", "azure")


def filled_in(text: str) -> str:
    """What a person would do with each TODO that is asked for."""
    return (
        text.replace("organisation: {}", "organisation: {name: Northwind Example}")
        .replace("# TODO owner: {team: , contact: }", "owner: {team: ml, contact: ml@northwind.example}")
        .replace("# TODO purpose: {intended: , excluded_uses: [], users: , affected_persons: , decision_effect: }",
                 "purpose: {intended: A test}")
    )  # fmt: skip


@pytest.fixture(scope="module")
def text() -> str:
    return draft(demo_graph(*PROVIDERS))


def test_a_draft_lacks_what_only_people_can_say_and_nothing_else(text: str, tmp_path: Path) -> None:
    said = {problem.partition("; ")[0].rpartition(": ")[2] for problem in problems(text, tmp_path)}

    assert said == {"name is missing", "owner is missing", "purpose is missing"}
    assert problems(filled_in(text), tmp_path) == []


def test_nobody_is_classified_by_a_draft(text: str, tmp_path: Path) -> None:
    manifest, warnings = read(filled_in(text), tmp_path, date(2026, 11, 22))

    assert {system.classification.eu_ai_act.tier for system in manifest.systems} == {"unclassified"}
    assert len(warnings) == len(manifest.systems)


def test_every_endpoint_has_a_system_and_every_other_resource_is_claimed_or_listed(text: str, tmp_path: Path) -> None:
    graph = demo_graph(*PROVIDERS)
    found = assign(read(filled_in(text), tmp_path).manifest, graph)
    claimed = {key for claims in found.systems.values() for key in claims.claimed}

    for kind in ("sagemaker.Endpoint", "vertex_ai.Endpoint", "machine_learning.OnlineEndpoint", "ai_services.Account"):
        assert names(claimed, kind) == names(map(graph.names.key, range(len(graph))), kind)
    assert {key.id for key in found.unclaimed} == {
        line.split()[-1] for line in text.splitlines() if line.startswith("#   ") and "." in line.split()[1]
    }
    assert found.warnings == ()


def test_endpoints_that_serve_the_same_are_one_system() -> None:
    from factories.aws import bucket, config, endpoint, model

    from checks.aws.sagemaker.resources import Container, Variant

    served = model("m", primary_container=Container(model_data_url="s3://models/m.tar.gz"))
    inventory = inventory_of(
        *(endpoint(name, endpoint_config_name="c") for name in ("blue", "green")),
        config("c", variants=(Variant(model_name="m"),)), served, bucket("models"), endpoint("alone"),
    )  # fmt: skip
    made = yaml.safe_load(draft(Graph(inventory, registered()[1])))

    assert [(system["id"], len(system["selectors"]["include"][0]["arns"])) for system in made["systems"]] == [
        ("alone", 1),
        ("blue", 2),
    ]


def test_endpoints_whose_tags_name_the_same_are_one_system() -> None:
    from factories.aws import endpoint, tagged

    named = [endpoint(name) for name in ("blue", "green", "red")]
    tags = (tagged(named[0], ai_system="Fraud scoring"), tagged(named[1], ai_system="Fraud scoring"), tagged(named[2]))
    made = yaml.safe_load(draft(Graph(inventory_of(*named, *tags), registered()[1])))

    assert [
        (system["id"], system["name"], len(system["selectors"]["include"][0]["arns"])) for system in made["systems"]
    ] == [
        ("fraud-scoring", "Fraud scoring", 2),
        ("red", "red", 1),
    ]


def test_without_an_endpoint_an_account_is_a_system() -> None:
    made = yaml.safe_load(draft(Graph(inventory_of(notebook("nb")), registered()[1])))

    assert [system["selectors"]["include"] for system in made["systems"]] == [
        [{"provider": "aws", "accounts": ["111122223333"]}]
    ]


def test_without_ml_there_is_nothing_to_draft() -> None:
    with pytest.raises(InputError, match="the inventory holds nothing of ML"):
        draft(Graph(inventory_of(), registered()[1]))


def test_names_of_resources_cannot_change_the_draft() -> None:
    from factories.aws import endpoint

    hostile = ('x"]}\n- id: y', "ünïcödé \u202e", "x" * 200, "!!!", "!!!!")
    inventory = inventory_of(*(endpoint(name) for name in hostile))
    made = yaml.safe_load(draft(Graph(inventory, registered()[1])))
    ids = [system["id"] for system in made["systems"]]

    assert sorted(ids) == sorted({*ids})
    assert len(ids) == len(hostile)
    assert all(0 < len(id) < 64 and id.replace("-", "").isalnum() for id in ids)
