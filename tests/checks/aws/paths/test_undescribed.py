from typing import Any

from factories.aws import (
    IMAGE,
    arn,
    chain,
    config,
    container,
    endpoint,
    from_package,
    model_folder,
    named_card,
    packaged,
    packed,
    s3_source,
    single,
    specified,
    variant,
)
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, registered

from checks.aws.paths.loose_models import own_weights
from checks.aws.s3.resources import ModelFolder
from checks.aws.sagemaker.resources import (
    DataSource,
    DeployedVariant,
    Endpoint,
    HubAccess,
    Model,
    NamedModelCard,
    S3DataSource,
)
from scanner.cards.card import Card, Entry
from scanner.cards.card_files import NAMES, Document
from scanner.model.nouns import Scope

FOLDER = "s3://northwind-example-models/moods/7"
ARTIFACT = f"{FOLDER}/model.tar.gz"
#: What runs the model `sentiment`.
RUNS = (
    config(variants=(variant(model_name="sentiment"),), shadow_variants=None),
    endpoint(
        status="InService",
        endpoint_config_name="sentiment-1",
        deployed_variants=(DeployedVariant(variant_name="main"),),
        deployed_shadow_variants=None,
    ),
)
#: An endpoint of components, and its configuration, which names no model.
OF_COMPONENTS = (config(variants=(variant(),), shadow_variants=None), RUNS[1])
LOOSE = single(container(IMAGE, model_data_url=ARTIFACT))


def text(state: str = "filled", *models: str) -> Card:
    """A card that names these models, or that of the tests by its ARN."""
    return Card(format="sagemaker", entries={"MC-2.1": Entry(state=state)}, models=models or (LOOSE.id,))


def card(**fields: Any) -> NamedModelCard:
    return named_card(**{"status": "Draft", "card": text(), **fields})


def beside(state: str = "filled", **fields: Any) -> ModelFolder:
    return model_folder(FOLDER, Document(name="README.md", card=text(state)), **fields)


def another(uri: str) -> tuple[Any, ...]:
    """A second model that serves, with this artifact."""
    return (
        single(container(IMAGE, model_data_url=uri), "fraud"),
        config(name="fraud-1", variants=(variant(model_name="fraud"),), shadow_variants=None),
        endpoint(name="fraud", status="InService", endpoint_config_name="fraud-1"),
    )


def of_hub(arn: str) -> DataSource:
    access = HubAccess(hub_content_arn=arn)
    return DataSource(s3_data_source=S3DataSource(s3_uri=ARTIFACT, hub_access_config=access))


ELSEWHERE = Scope("aws", "111122223333", "us-east-1")
HUB = "arn:aws:sagemaker:eu-west-1:aws:hub-content/SageMakerPublicHub/Model/example/1.0.0"
CACHE = "s3://jumpstart-cache-prod-eu-west-1/example/infer.tar.gz"
PACKAGED = (
    packaged(packed(IMAGE, model_data_url=f"{FOLDER}/fraud.tar.gz"), name="fraud/1"),
    single(from_package("fraud/1"), "fraud"),
    *another("")[1:],
)
CASES = {
    "sagemaker_served_model_without_model_card": [
        Case("a card names it by its ARN", PASS, LOOSE, *RUNS, card()),
        Case("a card names it by its name", PASS, LOOSE, *RUNS, card(card=text("filled", "sentiment"))),
        Case("no card", FAIL, LOOSE, *RUNS),
        Case("a card of another model", FAIL, LOOSE, *RUNS, card(card=text("filled", "fraud"))),
        Case("a template", FAIL, LOOSE, *RUNS, card(card=text("placeholder"))),
        Case("an archived card", FAIL, LOOSE, *RUNS, card(status="Archived")),
        Case("a card of another region", FAIL, LOOSE, *RUNS,
             card(card=text("filled", "sentiment"), scope=ELSEWHERE)),
        Case("it loads nothing, and is in the image", FAIL, single(container(IMAGE)), *RUNS),
        Case("one of its containers has weights of its own", FAIL,
             chain(container(IMAGE, model_data_url=CACHE), container(IMAGE, model_data_url=ARTIFACT)), *RUNS),
        Case("its weights are behind an access point", FAIL,
             single(container(IMAGE, model_data_url="s3://arn:aws:s3:eu-west-1:1:accesspoint/a/m.tar.gz")), *RUNS),
        Case("a component has it", FAIL, LOOSE, *OF_COMPONENTS, specified(model_name="sentiment")),
        Case("a document beside its artifact", PASS, LOOSE, *RUNS, beside()),
        Case("a document beside the same artifact of two models", PASS, LOOSE, *RUNS, *another(ARTIFACT), beside()),
        Case("a document beside several artifacts", FAIL, LOOSE, *RUNS, *another(f"{FOLDER}/b.tar.gz"), beside()),
        Case("a document beside the artifact of a package", FAIL, LOOSE, *RUNS, *PACKAGED, beside()),
        Case("a template beside its artifact", FAIL, LOOSE, *RUNS, beside("placeholder")),
        Case("no document is there", FAIL, LOOSE, *RUNS, model_folder(FOLDER)),
        Case("documents are denied", UNKNOWN, LOOSE, *RUNS, model_folder(FOLDER, documents=UNSET, refused=NAMES)),
        Case("a template, and other names are refused", UNKNOWN, LOOSE, *RUNS,
             beside("placeholder", refused=NAMES[1:])),
        Case("cards were not read", UNKNOWN, LOOSE, *RUNS, incomplete=[NamedModelCard]),
        Case("what the card says was not seen", UNKNOWN, LOOSE, *RUNS, card(card=UNSET)),
        Case("it loads many models", UNKNOWN,
             single(container(IMAGE, model_data_url=f"{FOLDER}/", mode="MultiModel")), *RUNS),
        Case("it loads many models, and has a card", PASS,
             single(container(IMAGE, model_data_url=f"{FOLDER}/", mode="MultiModel")), *RUNS, card()),
        Case("AWS publishes what it loads", NOT_APPLICABLE, single(container(IMAGE, model_data_url=CACHE)), *RUNS),
        Case("a hub of SageMaker has what it loads", NOT_APPLICABLE,
             single(container(IMAGE, model_data_source=of_hub(HUB))), *RUNS),
        Case("it loads a model of the Hub", NOT_APPLICABLE,
             single(container(IMAGE, environment={"HF_MODEL_ID": "example/tiny"})), *RUNS),
        Case("an uncompressed model of its own", FAIL,
             single(container(IMAGE, model_data_source=s3_source(f"{FOLDER}/"))), *RUNS),
        Case("it is made from a package", NOT_APPLICABLE, single(from_package()), *RUNS),
        Case("nothing runs it", NOT_APPLICABLE, LOOSE),
        Case("its endpoint is down", NOT_APPLICABLE, LOOSE, RUNS[0], endpoint(status="OutOfService")),
        Case("endpoints were not read", UNKNOWN, LOOSE, incomplete=[Endpoint]),
        Case("it was not described", UNKNOWN, single(UNSET), *RUNS),  # type: ignore[arg-type]
        Case("another model was not described", UNKNOWN, LOOSE, *RUNS, single(UNSET, "fraud"),  # type: ignore[arg-type]
             *another("")[1:], beside("placeholder")),
    ],
}  # fmt: skip
CHECKS = [check for check in registered()[0].values() if check.id == "MLP-5310"]


def world_with(*cards: dict[str, Any]) -> dict[str, Any]:
    made = document("aws")
    made["regions"]["eu-west-1"]["sagemaker"]["ModelCard"] += [
        {"ModelCardVersion": 1, "ModelCardStatus": "Draft", "CreationTime": "2026-10-01T09:00:00Z", **one}
        for one in cards
    ]
    return made


def test_cards_are_read_that_name_a_model_without_a_package() -> None:
    content = '{"model_overview": {"model_name": "NAME"}, "intended_uses": {"purpose_of_model": "Sort."}}'
    cards = [
        {"ModelCardName": f"of-{name}", "Content": content.replace("NAME", name)}
        for name in ("sentiment-good", "another", "from-registry")
    ]
    with running("aws", world_with(*cards)):
        inventory = take_inventory("aws", CHECKS)

    found = {one.name: one.card and one.card.models for one in inventory.of(NamedModelCard)}
    assert found == {"of-sentiment-good": ("sentiment-good",), "weights-card": (arn("model", "borrowed-weights"),)}
    assert not inventory.gaps


def test_files_beside_the_artifact_of_such_a_model_are_asked_for() -> None:
    with running("aws"):
        inventory = take_inventory("aws", CHECKS)
    loaded = {uri for one in inventory.of(Model) if one.name == "sentiment-good" for uri in own_weights(one)}

    folders = {uri.removeprefix("s3://").rpartition("/")[0] for uri in loaded}
    assert folders
    assert folders <= {one.name for one in inventory.of(ModelFolder)}


def test_without_declared_systems_nothing_is_asked() -> None:
    with running("aws") as world:
        take_inventory("aws", CHECKS, systems=False)
        assert "sagemaker:ListModelCards" not in world.operations()
