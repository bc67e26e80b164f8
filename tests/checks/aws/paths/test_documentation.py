from datetime import UTC, datetime
from typing import Any

from factories.aws import (
    IMAGE,
    arn,
    artifact_object,
    config,
    endpoint,
    from_package,
    job,
    model_card,
    model_folder,
    packaged,
    packed,
    s3_source,
    single,
    specified,
    variant,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import ArtifactObject, ModelFolder
from checks.aws.sagemaker.resources import (
    Channel,
    ComponentContainer,
    DeployedImage,
    DeployedVariant,
    Endpoint,
    IamIdentity,
    InstancePool,
    ModelCard,
    ModelPackage,
    UserContext,
)
from scanner.cards.card import Card, Entry, Measure
from scanner.cards.card_files import NAMES, TOO_LARGE, Document, unread_because
from scanner.cards.card_items import TITLES

#: A number that is in nothing else.
NAME, NUMBER = "sentiment/314", 314
PACKAGE = arn("model-package", NAME)
ARTIFACT = "s3://northwind-example-models/sentiment/3/model.tar.gz"
BEFORE = "s3://northwind-example-models/sentiment/2/model.tar.gz"
DATA = "s3://northwind-example-data/tickets/"
MEASURES = (Measure(name="f1", value=0.91),)
DIGEST, OTHER_DIGEST = "a" * 64, "b" * 64
MADE, LATER, EARLIER = (datetime(2026, 11, day, tzinfo=UTC) for day in (9, 12, 2))

#: A model made from the package, and an endpoint in service that runs it.
SERVES = (
    single(from_package(NAME)),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=None),
    endpoint(
        status="InService",
        endpoint_config_name="sentiment-1",
        deployed_variants=(DeployedVariant(variant_name="main"),),
        deployed_shadow_variants=None,
    ),
)


def entries(state: str = "filled", *, without: tuple[str, ...] = ()) -> dict[str, Entry]:
    return {id: Entry(state=state, where=id) for id in TITLES if id not in without}


def text(**fields: Any) -> Card:
    """A card of the package with all items filled."""
    return Card(format="sagemaker", **{"entries": entries(), "models": (PACKAGE,), "measures": MEASURES, **fields})


def package(**fields: Any) -> ModelPackage:
    """The package as it is registered: version 3, without a card of its own."""
    image = packed(IMAGE, image_digest=f"sha256:{DIGEST}", model_data_url=ARTIFACT)
    registered = {"version": NUMBER, "creation_time": MADE, "card": None, "card_status": None, "metadata": None}
    return packaged(image, name=NAME, **{**registered, **fields})


def user(identity: str = "", profile: str = "", source: str = "") -> UserContext:
    iam = IamIdentity(arn=f"arn:aws:{identity}", source_identity=source or None) if identity else None
    return UserContext(user_profile_arn=profile or None, iam_identity=iam)


def approved(by: UserContext | None, author: UserContext | None = None, **fields: Any) -> ModelCard:
    made = user("iam::111122223333:user/ada") if author is None else author
    return model_card(status="Approved", card=text(), created_by=made, approved_by=by, approved_version=3, **fields)


def standalone(**fields: Any) -> ModelCard:
    return model_card(**{"status": "Draft", "card": text(), "last_modified_time": LATER, **fields})


FOLDER = ARTIFACT.rpartition("/")[0]


def beside(*documents: Document, **fields: Any) -> ModelFolder:
    """The folder of the artifact."""
    return model_folder(FOLDER, *documents, **fields)


def readme(changed: datetime | None = None, **fields: Any) -> ModelFolder:
    """A file beside the artifact, with all items filled."""
    card = Card(**{"format": "huggingface", "entries": entries(), **fields})
    return beside(Document(name="README.md", card=card, changed=changed))


REGISTERED = package()
DENIED = beside(documents=UNSET, refused=NAMES)
UNREAD = beside(Document(name="README.md", card=unread_because(TOO_LARGE)))
#: Another group of packages whose artifact lies beside, which an endpoint runs as well.
OTHERS = (
    packaged(packed(IMAGE, model_data_url=f"{FOLDER}/fraud.tar.gz"), name="fraud/1"),
    single(from_package("fraud/1"), name="fraud"),
    config(name="fraud-1", variants=(variant(model_name="fraud"),), shadow_variants=None),
    endpoint(name="fraud", status="InService", endpoint_config_name="fraud-1"),
)
#: What every check says where it does not serve, or where nobody knows.
NOT_SERVED = (
    Case("nothing serves it", NOT_APPLICABLE, REGISTERED, single(from_package(NAME))),
    Case("its endpoint is down", NOT_APPLICABLE, REGISTERED, *SERVES[:2], endpoint(status="OutOfService")),
    Case("endpoints were not read", UNKNOWN, REGISTERED, incomplete=[Endpoint]),
    Case("the model was not described", UNKNOWN, REGISTERED, *SERVES[1:]),
    Case("the configuration is not seen", UNKNOWN, REGISTERED, SERVES[0], SERVES[2]),
)
NO_CARD = (
    Case("no card", NOT_APPLICABLE, REGISTERED, *SERVES),
    Case("cards were not read", UNKNOWN, REGISTERED, *SERVES, incomplete=[ModelCard]),
    Case("an archived card alone", NOT_APPLICABLE, REGISTERED, *SERVES, standalone(status="Archived")),
)
ETAG, MULTIPART, OTHER_ETAG = "c" * 32, f"{'c' * 32}-5", f"{'d' * 32}-5"


def named(*digests: str) -> ModelCard:
    """A card that names these digests of the artifact, and nothing else."""
    return standalone(card=text(digests=digests))


def noted(*digests: str) -> ModelPackage:
    """The package with digests in its metadata."""
    return package(metadata=Card(format="metadata", digests=digests))


def running(*digests: str, asked: str = f"{IMAGE}:1.4", **fields: Any) -> Endpoint:
    """The endpoint, which runs images of these digests."""
    images = tuple(DeployedImage(specified_image=asked, resolved_image=f"{IMAGE}@sha256:{one}") for one in digests)
    deployed = (DeployedVariant(variant_name="main", deployed_images=images),)
    known = {"status": "InService", "endpoint_config_name": "sentiment-1", "deployed_shadow_variants": None}
    return endpoint(**{**known, "deployed_variants": deployed, **fields})


#: A second endpoint of the same model.
SECOND = config(name="second-1", variants=(variant(model_name="sentiment"),), shadow_variants=None)
OF_IMAGE = standalone(card=text(image_digests=(DIGEST,)))
#: An endpoint that nothing but inference components run on.
EMPTY = config(variants=(variant(model_name=None),), shadow_variants=None)


def on_component(digest: str, status: str = "InService") -> Any:
    image = DeployedImage(specified_image=IMAGE, resolved_image=f"{IMAGE}@sha256:{digest}")
    return specified(ComponentContainer(deployed_image=image), "sentiment", status=status)


NAMED_JOB = arn("training-job", "nightly")
TRAINED = job(inputs=(Channel(channel_name="train", data_source=s3_source(DATA)),))
SAME_ROLE = (
    user("sts::111122223333:assumed-role/data-science/ada"),
    user("sts::111122223333:assumed-role/data-science/grace"),
)
WITH_SOURCES = (
    user("sts::111122223333:assumed-role/data-science/one", source="ada"),
    user("sts::111122223333:assumed-role/data-science/two", source="grace"),
)
PROFILE = arn("user-profile", "d-exampledomain/")

CASES = {
    "sagemaker_served_package_without_model_card": [
        Case("a part of the package", PASS, package(card=text(), card_status="Draft"), *SERVES),
        Case("a card that names the package", PASS, REGISTERED, *SERVES, standalone()),
        Case("a card that names the model", PASS, REGISTERED, *SERVES, standalone(card=text(models=(SERVES[0].id,)))),
        Case("none", FAIL, REGISTERED, *SERVES),
        Case("a template", FAIL, package(card=text(entries=entries("placeholder"))), *SERVES),
        Case("no JSON", FAIL, package(card=Card(format="sagemaker", problem="its content is no JSON")), *SERVES),
        Case("a card of another model", FAIL, REGISTERED, *SERVES, standalone(card=text(models=("fraud",)))),
        Case("an archived card", FAIL, REGISTERED, *SERVES, standalone(status="Archived")),
        Case("a document beside its artifact", PASS, REGISTERED, *SERVES, readme()),
        Case("a document that fills nothing", FAIL, REGISTERED, *SERVES, readme(entries=None)),
        Case("a template beside its artifact", FAIL, REGISTERED, *SERVES,
             readme(entries=entries("placeholder"))),
        Case("a document that is no JSON", FAIL, REGISTERED, *SERVES,
             readme(format="json", entries=None, problem="it is no JSON")),
        Case("no document is there", FAIL, REGISTERED, *SERVES, beside()),
        Case("documents are denied", UNKNOWN, REGISTERED, *SERVES, DENIED),
        Case("a document that was not read", UNKNOWN, REGISTERED, *SERVES, UNREAD),
        Case("not all documents were asked for", UNKNOWN, REGISTERED, *SERVES, incomplete=[ModelFolder]),
        Case("a document, and other names are refused", PASS, REGISTERED, *SERVES,
             beside(Document(name="README.md", card=text()), refused=NAMES[1:])),
        Case("a template, and other names are refused", UNKNOWN, REGISTERED, *SERVES,
             beside(Document(name="README.md", card=text(entries=entries("placeholder"))), refused=NAMES[1:])),
        Case("a document beside two models", FAIL, REGISTERED, *SERVES, *OTHERS, readme()),
        Case("a document of another folder", FAIL, REGISTERED,
             *SERVES, model_folder("s3://northwind-example-models", *readme().documents)),
        Case("cards were not read", UNKNOWN, REGISTERED, *SERVES, incomplete=[ModelCard]),
        Case("a card was not described", UNKNOWN, REGISTERED, *SERVES, model_card(status="Draft")),
        Case("the package was not described", UNKNOWN, packaged(name=NAME), *SERVES),
        *NOT_SERVED,
    ],
    "sagemaker_model_card_incomplete": [
        Case("all 30 items", PASS, REGISTERED, *SERVES, standalone()),
        Case(
            "date and version are in the registry",
            PASS,
            REGISTERED,
            *SERVES,
            standalone(card=text(entries=entries(without=("MC-1.2", "MC-1.3")))),
        ),
        Case(
            "the licence is in the metadata",
            PASS,
            package(metadata=Card(format="metadata", entries={"MC-1.8": Entry(state="filled")})),
            *SERVES,
            standalone(card=text(entries=entries(without=("MC-1.8",)))),
        ),
        Case("an item is open", FAIL, package(card=text(entries=entries(without=("MC-8.5",)))), *SERVES),
        Case("a document that is full", PASS, package(card=text(entries={})), *SERVES, readme()),
        Case("a document that is not", FAIL, REGISTERED, *SERVES,
             readme(entries=entries(without=("MC-8.5",)))),
        Case("a document may be full", UNKNOWN, package(card=text(entries={})), *SERVES, DENIED),
        Case("a full card, and documents are denied", PASS, package(card=text()), *SERVES, DENIED),
        Case("nothing but a document that is denied", UNKNOWN, REGISTERED, *SERVES, DENIED),
        Case("nothing but placeholders", FAIL, package(card=text(entries=entries("placeholder"))), *SERVES),
        Case("another card may be full", UNKNOWN, package(card=text(entries={})), *SERVES, incomplete=[ModelCard]),
        *NOT_SERVED,
        *NO_CARD,
    ],
    "sagemaker_model_card_of_another_model": [
        Case(
            "the same version, artifact and image",
            PASS,
            REGISTERED,
            *SERVES,
            beside(),
            standalone(card=text(version="314", artifacts=(ARTIFACT,), image_digests=(DIGEST,))),
        ),
        Case("another version", FAIL, REGISTERED, *SERVES, standalone(card=text(version="2"))),
        Case("a document that names the artifact", PASS, REGISTERED, *SERVES,
             readme(entries=entries(), artifacts=(ARTIFACT,))),
        Case("a document that names another", FAIL, REGISTERED, *SERVES,
             readme(entries=entries(), artifacts=(BEFORE,))),
        Case("a document of another version", FAIL, REGISTERED, *SERVES,
             readme(entries=entries(), version="v2")),
        Case("a document with versions of its own", NOT_APPLICABLE, REGISTERED, *SERVES,
             readme(entries=entries(), version="1.2.0")),
        Case("a document that is denied", UNKNOWN, package(card=text(version="314")), *SERVES, DENIED),
        Case("another artifact", FAIL, package(card=text(artifacts=(BEFORE,))), *SERVES),
        Case("another image digest", FAIL, REGISTERED, *SERVES, standalone(card=text(image_digests=(OTHER_DIGEST,)))),
        Case(
            "the data that the job read",
            PASS,
            REGISTERED,
            *SERVES,
            TRAINED,
            beside(),
            standalone(card=text(training_job=NAMED_JOB, training_data=(DATA.rstrip("/"),))),
        ),
        Case(
            "other data than the job read",
            FAIL,
            REGISTERED,
            *SERVES,
            TRAINED,
            standalone(card=text(training_job=NAMED_JOB, training_data=("s3://northwind-example-data/other/",))),
        ),
        Case(
            "the job was not described",
            UNKNOWN,
            REGISTERED,
            *SERVES,
            job(),
            standalone(card=text(training_job=NAMED_JOB, training_data=(DATA,))),
        ),
        Case(
            "the job is gone",
            NOT_APPLICABLE,
            REGISTERED,
            *SERVES,
            standalone(card=text(training_job=NAMED_JOB, training_data=(DATA,))),
        ),
        Case("names nothing", NOT_APPLICABLE, REGISTERED, *SERVES, standalone()),
        # digests of artifacts
        Case("the entity tag of the object", PASS, REGISTERED, *SERVES, beside(), named(f"etag:{MULTIPART}"),
             artifact_object(ARTIFACT, MULTIPART)),
        Case("another entity tag", FAIL, REGISTERED, *SERVES, beside(), named(f"etag:{OTHER_ETAG}"),
             artifact_object(ARTIFACT, MULTIPART)),
        Case("the MD5 of an object that was put in one piece", PASS, REGISTERED, *SERVES, beside(),
             named(f"md5:{ETAG}"), artifact_object(ARTIFACT, ETAG)),
        Case("another MD5, and the object may be encrypted with a key of KMS", UNKNOWN, REGISTERED, *SERVES, beside(),
             named(f"md5:{'e' * 32}"), artifact_object(ARTIFACT, ETAG)),
        Case("an MD5, of an object that was put in parts", UNKNOWN, REGISTERED, *SERVES, beside(),
             named(f"md5:{ETAG}"), artifact_object(ARTIFACT, MULTIPART)),
        Case("a SHA-256 that nobody states", UNKNOWN, REGISTERED, *SERVES, beside(),
             standalone(card=text(version="314", digests=(f"sha256:{DIGEST}",))), artifact_object(ARTIFACT, ETAG)),
        Case("a SHA-256 that nobody states, of another version", FAIL, REGISTERED, *SERVES, beside(),
             standalone(card=text(version="2", digests=(f"sha256:{DIGEST}",)))),
        Case("the SHA-256 that the package notes", PASS, noted(f"sha256:{DIGEST}"), *SERVES, beside(), named(DIGEST)),
        Case("another SHA-256 than the package notes", FAIL, noted(f"sha256:{DIGEST}"), *SERVES, beside(),
             named(f"sha256:{OTHER_DIGEST}")),
        Case("an entity tag that the package notes, and the object has another", FAIL, noted(f"etag:{OTHER_ETAG}"),
             *SERVES, beside(), named(f"etag:{OTHER_ETAG}"), artifact_object(ARTIFACT, ETAG)),
        Case("a document with the SHA-256 of another model", FAIL, noted(f"sha256:{DIGEST}"), *SERVES,
             readme(digests=(f"sha256:{OTHER_DIGEST}",))),
        Case("the objects were not listed", UNKNOWN, REGISTERED, *SERVES, beside(), named(f"etag:{ETAG}"),
             incomplete=[ArtifactObject]),
        Case("the object is gone", UNKNOWN, REGISTERED, *SERVES, beside(), named(f"etag:{ETAG}"),
             artifact_object(ARTIFACT, None, exists=False)),
        Case("what is in the metadata was not seen", UNKNOWN, package(metadata=UNSET), *SERVES, beside(),
             named(DIGEST)),
        # digests of images
        Case("the image that runs", PASS, REGISTERED, *SERVES[:2], running(DIGEST), beside(), OF_IMAGE),
        Case("another image runs than the package states", FAIL, REGISTERED, *SERVES[:2], running(OTHER_DIGEST),
             beside(), OF_IMAGE),
        Case("one of a pipeline of two", PASS, REGISTERED, *SERVES[:2], running(OTHER_DIGEST, DIGEST), beside(),
             OF_IMAGE),
        Case("the digest that was asked for, which is a list of images", PASS, REGISTERED, *SERVES[:2],
             running(OTHER_DIGEST, asked=f"{IMAGE}@sha256:{DIGEST}"), beside(), OF_IMAGE),
        Case("the endpoint is in update", UNKNOWN, REGISTERED, *SERVES[:2], running(DIGEST, status="Updating"),
             beside(), OF_IMAGE),
        Case("what runs was not seen", UNKNOWN, REGISTERED, *SERVES[:2], running(deployed_variants=UNSET), beside(),
             OF_IMAGE),
        Case("what runs is of no variant of the configuration", UNKNOWN, REGISTERED, *SERVES[:2],
             running(deployed_variants=(DeployedVariant(variant_name="other"),)), beside(), OF_IMAGE),
        Case("another endpoint runs another image", FAIL, REGISTERED, *SERVES[:2], running(DIGEST), beside(), SECOND,
             running(OTHER_DIGEST, name="second", endpoint_config_name="second-1"), OF_IMAGE),
        Case("what another endpoint runs is not known", UNKNOWN, REGISTERED, *SERVES[:2], running(DIGEST), beside(),
             SECOND, running(name="second", endpoint_config_name="second-1", status="Updating"), OF_IMAGE),
        Case("a model for each type of instances", UNKNOWN, REGISTERED, SERVES[0], running(DIGEST), beside(), OF_IMAGE,
             config(variants=(variant(model_name="sentiment", instance_pools=(
                 InstancePool(instance_type="ml.g5.xlarge"),
                 InstancePool(instance_type="ml.m5.xlarge", model_name="other"))),), shadow_variants=None),
             single(from_package("other/1"), name="other")),
        Case("an inference component runs it", PASS, REGISTERED, SERVES[0], EMPTY, SERVES[2], beside(),
             on_component(DIGEST), OF_IMAGE),
        Case("an inference component runs another image", FAIL, REGISTERED, SERVES[0], EMPTY, SERVES[2], beside(),
             on_component(OTHER_DIGEST), OF_IMAGE),
        Case("an inference component that changes", UNKNOWN, REGISTERED, SERVES[0], EMPTY, SERVES[2], beside(),
             on_component(DIGEST, "Updating"), OF_IMAGE),
        Case("an image by tag, of which nobody states a digest", UNKNOWN,
             packaged(packed(f"{IMAGE}:1.4", model_data_url=ARTIFACT), name=NAME, version=NUMBER, card=None,
                      card_status=None, metadata=None), *SERVES, beside(), OF_IMAGE),
        *NOT_SERVED,
        *NO_CARD,
    ],
    "sagemaker_model_card_older_than_model": [
        Case("changed later", PASS, REGISTERED, *SERVES, standalone()),
        Case("made later and never changed", PASS, REGISTERED, *SERVES,
             standalone(last_modified_time=None, creation_time=LATER)),
        Case("older", FAIL, REGISTERED, *SERVES, standalone(last_modified_time=EARLIER)),
        Case("one of two is newer", PASS, REGISTERED, *SERVES, standalone(),
             model_card("old", status="Draft", card=text(), last_modified_time=EARLIER)),
        Case("a document that was put there later", PASS, REGISTERED, *SERVES, readme(LATER)),
        Case("a document from before", NOT_APPLICABLE, REGISTERED, *SERVES, readme(EARLIER)),
        Case("an older card and a newer document", PASS, REGISTERED, *SERVES,
             standalone(last_modified_time=EARLIER), readme(LATER)),
        Case("an older card and a document that is denied", UNKNOWN, REGISTERED, *SERVES,
             standalone(last_modified_time=EARLIER), DENIED),
        Case("when a document was put there was not seen", UNKNOWN, REGISTERED, *SERVES, readme()),
        Case("a part of the package", NOT_APPLICABLE, package(card=text()), *SERVES),
        Case("its date was not seen", UNKNOWN, REGISTERED, *SERVES, model_card(status="Draft", card=text())),
        *NOT_SERVED,
        *NO_CARD,
    ],
    "sagemaker_model_card_not_approved_by_another": [
        Case("by another user", PASS, REGISTERED, *SERVES, approved(user("iam::111122223333:user/grace"))),
        Case("by its author", FAIL, REGISTERED, *SERVES, approved(user("iam::111122223333:user/ada"))),
        Case("by another profile", PASS, REGISTERED, *SERVES,
             approved(user(profile=PROFILE + "grace"), user(profile=PROFILE + "ada"))),
        Case("by the same profile", FAIL, REGISTERED, *SERVES,
             approved(user(profile=PROFILE + "ada"), user(profile=PROFILE + "ada"))),
        Case("by the same role", UNKNOWN, REGISTERED, *SERVES, approved(*SAME_ROLE)),
        Case("by the same role with source identities", PASS, REGISTERED, *SERVES, approved(*WITH_SOURCES)),
        Case("by the same source identity", FAIL, REGISTERED, *SERVES, approved(WITH_SOURCES[0], WITH_SOURCES[0])),
        Case("who approved it was not recorded", UNKNOWN, REGISTERED, *SERVES, approved(None)),
        Case("nobody is named", UNKNOWN, REGISTERED, *SERVES, approved(UserContext())),
        Case("a draft", FAIL, REGISTERED, *SERVES, standalone()),
        Case("its versions were not read", UNKNOWN, REGISTERED, *SERVES,
             model_card(status="Approved", card=text(), created_by=user("iam::111122223333:user/ada"))),
        Case("a part of the package, approved", UNKNOWN, package(card=text(), card_status="Approved"), *SERVES),
        Case("a part of the package, a draft", FAIL, package(card=text(), card_status="Draft"), *SERVES),
        *NOT_SERVED,
        *NO_CARD,
    ],
}  # fmt: skip
