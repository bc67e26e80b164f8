"""Cards of what serves and cards of something else, from what a cloud states of it, in each format that cards have."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from scanning import document, running, take_inventory
from support import registered

from scanner.cards.card_items import TITLES
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Status, Verdict

REGION, ACCOUNT = "eu-west-1", "111122223333"
BUCKET = f"sagemaker-{REGION}-{ACCOUNT}"
FOLDER = "sentiment/3"
#: The image that the endpoint of the demo runs, and the entity tag of the object that its model loads now.
RUNS, LIES = "a" * 64, "9e8d7c6b5a4f30211203f4a5b6c7d8e9-12"
OTHER, OTHER_TAG = "b" * 64, f"{'0' * 32}-12"
CHECKS = [check for check in registered()[0].values() if "MLP-5301" <= check.id <= "MLP-5309"]
Kinds = dict[str, list[dict[str, Any]]]


def judged(world: dict[str, Any], **settings: Any) -> dict[tuple[str, str], Verdict]:
    """The verdicts of a scan by check and package."""
    with running("aws", world):
        inventory = take_inventory("aws", CHECKS, **settings)
    return {(one.check.id, one.resource.name): one.verdict for one in evaluate(inventory, CHECKS)}


def world_with(*, card: str = "", readme: str = "", bill: str = "") -> dict[str, Any]:
    """The demo organisation, in which nothing but these are cards of the package: one in the registry, or a file."""
    made = document("aws")
    kinds: Kinds = made["regions"][REGION]["sagemaker"]
    kinds["ModelCard"] = []
    package = named(kinds, "ModelPackage", "sentiment/3")
    package.pop("ModelCard")
    if card:
        package["ModelCard"] = {"ModelCardStatus": "Draft", "ModelCardContent": card}
    bucket = next(one for one in made["buckets"] if one["name"] == BUCKET)
    bucket["objects"].pop(f"{FOLDER}/README.md")
    files = {"README.md": readme, "model_card.json": bill}
    bucket["objects"] |= {f"{FOLDER}/{name}": text for name, text in files.items() if text}
    return made


def named(kinds: Kinds, kind: str, name: str) -> dict[str, Any]:
    return next(one for one in kinds[kind] if one[f"{kind}Name"] == name)


def sagemaker(image: str, etag: str) -> dict[str, str]:
    containers = [{"image": f"registry.example.org/sentiment@sha256:{image}"}]
    details = {"model_package_details": {"inference_specification": {"containers": containers}}}
    custom = {"additional_information": {"custom_details": {"artifact_etag": etag}}}
    return {"card": json.dumps(details | custom)}


def huggingface(image: str, etag: str) -> dict[str, str]:
    return {"readme": f'---\nimage_digest: sha256:{image}\nmodel_etag: "{etag}"\n---\n# Sentiment\n## Licence\nMIT\n'}


def cyclonedx(image: str, etag: str) -> dict[str, str]:
    card = {
        "considerations": {"users": ["Support"]},
        "properties": [{"name": "artifact etag", "value": etag}],
    }
    container = {"type": "container", "name": "sentiment", "purl": f"pkg:oci/sentiment@sha256%3A{image}"}
    model = {"type": "machine-learning-model", "name": "m", "modelCard": card, "components": [container]}
    return {"bill": json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [model]})}


FORMATS = pytest.mark.parametrize("written", [sagemaker, huggingface, cyclonedx])


@FORMATS
@pytest.mark.parametrize(
    ("image", "etag", "message"),
    [
        (RUNS, LIES, "the card names what serves: artifact digest, image digest"),
        (OTHER, LIES, f"the card names image digest {OTHER}, and {RUNS} serves"),
        (RUNS, OTHER_TAG, f"the card names artifact digest etag:{OTHER_TAG}, and etag:{LIES} serves"),
    ],
)
def test_digests_in_each_format(written: Any, image: str, etag: str, message: str) -> None:
    verdict = judged(world_with(**written(image, etag)))["MLP-5303", "sentiment/3"]

    assert verdict.message == message
    assert verdict.status is (Status.PASS if (image, etag) == (RUNS, LIES) else Status.FAIL)


def test_what_runs_counts_whatever_the_package_states() -> None:
    world = world_with(**sagemaker(RUNS, LIES))
    kinds: Kinds = world["regions"][REGION]["sagemaker"]
    [image] = named(kinds, "Endpoint", "registry-serverless")["ProductionVariants"][0]["DeployedImages"]
    image["ResolvedImage"] = image["ResolvedImage"].replace(RUNS, OTHER)
    verdict = judged(world)["MLP-5303", "sentiment/3"]

    assert verdict.message == f"the card names image digest {RUNS}, and {OTHER} serves"


def test_where_no_systems_are_declared_nobody_can_compare_an_artifact() -> None:
    verdict = judged(world_with(**sagemaker(RUNS, LIES)), systems=False)["MLP-5303", "sentiment/3"]

    assert (verdict.status, verdict.message) == (Status.UNKNOWN, "not observed: ArtifactObject.etag")


COMPLETE = dict.fromkeys(TITLES.values(), "Somebody said so.")
SHA, OTHER_SHA = "c" * 64, "d" * 64
#: What is wrong with the card of each of four packages, by the number of its version.
FOUR = {11: "another digest", 12: "older", 13: "approved by its author", 14: "complete"}


def four() -> dict[str, Any]:
    """The demo organisation with four more versions that serve, each with a card, and SHA-256 in their metadata."""
    made = document("aws")
    kinds: Kinds = made["regions"][REGION]["sagemaker"]
    made_at = named(kinds, "ModelPackage", "sentiment/3")["CreationTime"]
    for number, what in FOUR.items():
        add(kinds, number)
        digest = OTHER_SHA if what == "another digest" else SHA
        changed = made_at + timedelta(days=-5 if what == "older" else 1)
        package = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/sentiment/{number}"
        content = {
            "model_package_details": {"model_package_arn": package, "model_package_version": number},
            "additional_information": {"custom_details": {**COMPLETE, "artifact_sha256": digest}},
        }
        latest = copy.deepcopy(named(kinds, "ModelCard", "mood-card"))
        by = latest["CreatedBy"] if what == "approved by its author" else REVIEWER
        latest |= {"ModelCardName": f"card-{number}", "ModelCardVersion": 1, "Content": json.dumps(content)}
        latest |= {"LastModifiedTime": changed, "LastModifiedBy": by}
        kinds["ModelCard"].append(latest)
    return made


REVIEWER = {
    "UserProfileArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:user-profile/d-exampledomain/grace",
    "IamIdentity": {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ml-admin/grace", "SourceIdentity": "grace"},
}


def add(kinds: Kinds, number: int) -> None:
    """Another version of the package, and a model and an endpoint of it."""
    package = copy.deepcopy(named(kinds, "ModelPackage", "sentiment/3"))
    package.pop("ModelCard")
    package |= {"ModelPackageName": f"sentiment/{number}", "ModelPackageVersion": number}
    package["CustomerMetadataProperties"] = {"artifact_sha256": SHA}
    kinds["ModelPackage"].append(package)
    model = copy.deepcopy(named(kinds, "Model", "from-registry"))
    model |= {"ModelName": f"m-{number}", "PrimaryContainer": {"ModelPackageName": f"sentiment/{number}"}}
    kinds["Model"].append(model)
    config = copy.deepcopy(named(kinds, "EndpointConfig", "registry-serverless-1"))
    config["EndpointConfigName"] = f"config-{number}"
    config["ProductionVariants"][0]["ModelName"] = f"m-{number}"
    kinds["EndpointConfig"].append(config)
    endpoint = copy.deepcopy(named(kinds, "Endpoint", "registry-serverless"))
    kinds["Endpoint"].append(endpoint | {"EndpointName": f"e-{number}", "EndpointConfigName": f"config-{number}"})


def test_four_cards_have_four_verdicts() -> None:
    """A card of another digest, one older than the model, one that its author approved, and one that is complete."""
    verdicts = judged(four(), documents=False)
    ids = ("MLP-5302", "MLP-5303", "MLP-5304", "MLP-5305")
    failing = {
        FOUR[number]: [verdicts[id, f"sentiment/{number}"].message for id in ids if not passes(verdicts, id, number)]
        for number in FOUR
    }

    assert failing == {
        "another digest": [f"the card names artifact digest sha256:{OTHER_SHA}, and sha256:{SHA} serves"],
        "older": ["its model card is older than the version"],
        "approved by its author": ["its author approved the model card"],
        "complete": [],
    }


def passes(verdicts: dict[tuple[str, str], Verdict], id: str, number: int) -> bool:
    return verdicts[id, f"sentiment/{number}"].status is Status.PASS
