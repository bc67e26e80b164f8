"""Cards in each format: which items they have, and what they say they are of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.cards.card import Card, completeness
from scanner.cards.card_items import ITEMS, TITLES, items_named
from scanner.cards.cyclonedx_card import read_cyclonedx
from scanner.cards.huggingface_card import read_huggingface
from scanner.cards.registry_card import read_registry
from scanner.cards.sagemaker_card import read_sagemaker
from scanner.frameworks import load

DIGEST = "a" * 64
PACKAGE = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3"
SAGEMAKER: dict[str, Any] = {
    "model_overview": {"model_creator": "Northwind Example", "model_artifact": ["s3://models/3/model.tar.gz"]},
    "model_package_details": {
        "model_package_arn": PACKAGE,
        "model_package_version": 3.0,
        "inference_specification": {"containers": [{"image": f"registry/sentiment@sha256:{DIGEST.upper()}"}]},
    },
    "intended_uses": {"purpose_of_model": "TODO", "intended_uses": "Sorts tickets.", "risk_rating": "Unknown"},
    "training_details": {
        "training_job_details": {"training_arn": "arn:job", "training_datasets": ["s3://data/train/", "TODO"]}
    },
    "evaluation_details": [
        {
            "name": "holdout",
            "metric_groups": [
                {
                    "name": "by sex",
                    "metric_data": [
                        {"name": "mae/sex=1", "type": "number", "value": 4, "notes": "bootstrap"},
                        {"name": "rmse", "type": "number", "value": "high"},
                    ],
                }
            ],
        }
    ],
    "additional_information": {
        "custom_details": {
            "Licence": "Apache-2.0",
            "out-of-scope uses": "[More Information Needed]",
            "artifact_sha256": DIGEST,
            "training data sha256": "b" * 64,
        }
    },
}
README = f"""---
license: apache-2.0
datasets: [northwind-example/tickets]
model_artifact: s3://models/3/model.tar.gz
artifact_sha256: {DIGEST}
model-index:
- name: sentiment
  results:
  - task: {{type: text-classification}}
    dataset: {{type: tickets, name: Tickets}}
    metrics:
    - {{type: f1, value: 0.91}}
---
# Sentiment

## Uses

### Direct Use

Sorts tickets.

### Out-of-Scope Use

TODO

## Evaluation

### Preprocessing

Lower case.

```
## Bias, Risks, and Limitations
```
"""


def states(card: Card) -> dict[str, str | None]:
    return {id: entry.state for id, entry in (card.entries or {}).items()}


def test_the_items_are_those_of_the_framework() -> None:
    controls = load(("model-cards",)).frameworks["model-cards"].controls

    assert [(one.id, one.title) for one in controls if one.level == "field"] == [(one.id, one.title) for one in ITEMS]


def test_every_title_speaks_of_its_item() -> None:
    assert {id: id in items_named(title) for id, title in TITLES.items()} == dict.fromkeys(TITLES, True)


def test_a_card_of_sagemaker() -> None:
    card = read_sagemaker(json.dumps(SAGEMAKER))

    assert states(card) == {
        "MC-1.1": "filled",
        "MC-1.3": "filled",
        "MC-1.8": "filled",
        "MC-2.1": "filled",
        "MC-2.3": "placeholder",
        "MC-4.1": "filled",
        "MC-4.3": "filled",
        "MC-6.1": "filled",
        "MC-7.1": "filled",
    }
    assert (card.models, card.version, card.training_job) == ((PACKAGE,), "3", "arn:job")
    assert (card.artifacts, card.training_data) == (("s3://models/3/model.tar.gz",), ("s3://data/train/",))
    assert (card.digests, card.image_digests) == ((f"sha256:{DIGEST}",), (DIGEST,))
    assert [(one.name, one.value) for one in card.measures or ()] == [("mae/sex=1", 4.0), ("rmse", None)]


def test_a_readme() -> None:
    card = read_huggingface(README)

    assert states(card) == {
        "MC-1.8": "filled",
        "MC-2.1": "filled",
        "MC-2.3": "placeholder",
        "MC-4.1": "filled",
        "MC-5.1": "filled",
        "MC-5.3": "filled",
        "MC-6.1": "filled",
    }
    assert card.entries and card.entries["MC-2.1"].where == "Direct Use"
    assert (card.digests, card.artifacts) == ((f"sha256:{DIGEST}",), ("s3://models/3/model.tar.gz",))
    assert [(one.name, one.value) for one in card.measures or ()] == [("f1", 0.91)]


def test_yaml_that_cannot_be_read_leaves_the_headings() -> None:
    card = read_huggingface("---\nlicense: [\n---\n## Contact\n\nml@example.org\n")

    assert card.problem == "the YAML at its top cannot be read"
    assert states(card) == {"MC-1.9": "filled"}


def test_a_card_of_cyclonedx() -> None:
    component = {
        "type": "machine-learning-model",
        "bom-ref": "sentiment",
        "name": "sentiment",
        "version": "3",
        "hashes": [{"alg": "SHA-256", "content": DIGEST}, {"alg": "MD5", "content": "c" * 32}],
        "modelCard": {
            "modelParameters": {"task": "classification", "datasets": [{"ref": "tickets"}]},
            "quantitativeAnalysis": {"performanceMetrics": [{"type": "f1", "value": "0.91", "slice": "women"}]},
            "considerations": {
                "useCases": ["Sorts tickets."],
                "users": ["TODO"],
                "ethicalConsiderations": [{"name": "Sarcasm is missed.", "mitigationStrategy": "TBD"}],
            },
        },
    }
    card = read_cyclonedx(json.dumps({"components": [{"type": "file"}, component]}))

    assert states(card) == {
        "MC-1.3": "filled",
        "MC-1.4": "filled",
        "MC-2.1": "filled",
        "MC-2.2": "placeholder",
        "MC-4.1": "filled",
        "MC-6.1": "filled",
        "MC-7.1": "filled",
        "MC-8.3": "placeholder",
        "MC-8.4": "filled",
    }
    assert (card.models, card.version) == (("sentiment",), "3")
    assert card.digests == (f"sha256:{DIGEST}", f"md5:{'c' * 32}")
    assert read_cyclonedx("{}").problem == "it has no component with a model card"


def test_what_registries_keep_in_place_of_a_card() -> None:
    tags = {"licence": "Apache-2.0", "owner": "TODO", "mlflow.note.content": "## Contact\nml@example.org", "run": "7"}
    card = read_registry({"description": "Sorts tickets.", "version.description": None}, tags)

    assert states(card) == {"MC-1.1": "placeholder", "MC-1.8": "filled", "MC-1.9": "filled", "MC-2.1": "filled"}


def test_an_item_is_missing_unless_it_is_filled() -> None:
    found = completeness(read_sagemaker(json.dumps(SAGEMAKER)), ["MC-1.2"])

    assert len(found.filled) == 9
    assert found.placeholder == ("MC-2.3",)
    assert len(found.empty) == 20
    assert set(found.missing) == {*found.placeholder, *found.empty}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "[" * 100_000,
        '{"evaluation_details": {"a": [1]}, "model_overview": [], "x": 1e999}',
        '{"additional_information": {"custom_details": [{"x": {}}]}, "evaluation_details": [[], {"datasets": 1}]}',
        '{"model_overview": {"model_version": true, "model_artifact": "\\ud800"}}',
        '{"evaluation_details": [{"metric_groups": [{"metric_data": [{"name": "x", "value": ' + "9" * 400 + "}]}]}]}",
    ],
)
def test_hostile_content_breaks_nothing(content: str) -> None:
    for read in (read_sagemaker, read_huggingface, read_cyclonedx):
        assert completeness(read(content)).missing


def test_no_credential_of_a_card_is_kept() -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    card = read_sagemaker(json.dumps({"model_overview": {"model_artifact": [f"s3://models/?key={secret}"]}}))

    assert secret not in str(card)
