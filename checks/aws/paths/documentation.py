"""Whether model cards document what serves. What cards say was recorded: a pass says that, not that it is true."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from checks.aws.paths.card_agreement import compared
from checks.aws.paths.documented import Served, of
from checks.aws.s3.resources import ArtifactObject, ModelFolder
from checks.aws.sagemaker.people import different_people
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelCard,
    ModelPackage,
    TrainingJob,
)
from checks.blind_spots import CARDS
from scanner.cards.card import Card, Completeness, completeness, open_items
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_JOINS = (Model, Endpoint, EndpointConfig, InferenceComponent, ModelCard)
_FILES = (ModelPackage, ModelFolder)


@check(
    id="MLP-5301",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(*_JOINS, *_FILES),
    blind_to=CARDS,
    recorded=True,
)
def sagemaker_served_package_without_model_card(package: ModelPackage, view: View) -> Verdict:
    """Model package that serves has no model card in the registry.

    A card is one in the registry, as a part of the package, or one of SageMaker Model Cards that names the package,
    or a model made from it. One that holds nothing but the text of a template is none. With `--read-documents` a file
    counts too that is called README.md or model_card and lies beside the artifact, if it fills an item of a card, and
    no artifact of another group of packages lies there. That there is one was recorded by whoever wrote it; it is no
    evidence that it is right. Models that are made from no package are left to MLP-5310.

    ## Why it matters
    Whoever takes over the endpoint, reviews it or answers a complaint has to find out what the model is for, what it
    was trained on and where it fails. Without a card they ask people who may have left.

    ## How to fix
    Write a card for the version, in Studio under Models, the model group, the version, or as JSON. `mlposture card`
    drafts one from what a scan saw, and marks what only people can answer. A card that lies in a file beside the
    artifact is read by a scan with `--read-documents`.

    CLI: `aws sagemaker update-model-package --model-package-arn … --model-card
    ModelCardContent=…,ModelCardStatus=Draft`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html
    """
    served = Served(package, view)
    if served.verdict:
        return served.verdict
    if not served.complete:
        return served.unseen()
    if any(completeness(card).filled for card in served.cards):
        return passed("a model card was recorded", path=served.path, **served.evidence())
    if any(completeness(card).filled for card in served.documents.cards):
        said = "a document beside its artifact was recorded"
        return passed(said, path=served.path, card=package.card, **served.documented())
    if not served.documents.complete:
        return served.unread()
    evidence = served.documented() | served.evidence()
    if served.cards:
        return failed("its model card holds nothing but a template", path=served.path, **evidence)
    beside = ", and the document beside its artifact fills no item of one" if served.documents.found else ""
    return failed(
        f"no model card in the registry is of it{beside}", path=served.path, **{"card": package.card, **evidence}
    )


@check(
    id="MLP-5302",
    severity=Severity.INFORMATIONAL,
    objective="model-documentation",
    since="0.1.0",
    needs=(*_JOINS, *_FILES),
    blind_to=CARDS[1:],
    recorded=True,
)
def sagemaker_model_card_incomplete(package: ModelPackage, view: View) -> Verdict:
    """Model card of what serves leaves items open.

    The items are the 30 of Mitchell et al. (2019). One is there where a member of the card, a custom detail or a
    metadata property that speaks of it holds more than a placeholder such as `TODO`. Date and version of the package
    are in the registry itself. Of several cards, and of documents that `--read-documents` read, the fullest is judged.
    Licence, citation, thresholds and uses out of
    scope have no member of their own: they are looked for in `custom_details`, by their names.

    ## Why it matters
    What a card leaves out is mostly what it is read for: whom the model fails, on what data it was tested, and what
    it must not be used for. A template that nobody filled in looks like a card in every list.

    ## How to fix
    Fill in the items that the finding lists. Write "none" or "not known" where that is the answer: it tells the
    reader that somebody asked.

    ## References
    - https://arxiv.org/abs/1810.03993
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html
    """
    served = Served(package, view)
    if verdict := served.undescribed():
        return verdict
    if not served.complete:
        return served.unseen()
    if missing := unobserved(package, "creation_time", "version", "metadata"):
        return missing
    registry = [id for id, value in (("MC-1.2", package.creation_time), ("MC-1.3", package.version)) if value]
    registry += completeness(package.metadata).filled if package.metadata else ()
    evidence = {**served.evidence(), "metadata": package.metadata, "creation_time": package.creation_time}
    best = _fullest(served.cards, registry)
    if best.missing:
        best = max(best, _fullest(served.documents.cards, registry), key=lambda one: len(one.filled))
        evidence |= served.documented()
    if not best.missing:
        return passed("all 30 items were recorded", path=served.path, **evidence)
    if not served.documents.complete:
        return served.unread()
    counted = {"filled": len(best.filled), "placeholder": best.placeholder, "empty": best.empty}
    return failed(open_items(best), path=served.path, **{**evidence, "card": counted})


@check(
    id="MLP-5303",
    severity=Severity.MEDIUM,
    objective="model-documentation",
    since="0.1.0",
    needs=(*_JOINS, *_FILES, TrainingJob),
    blind_to=("metrics in files",),
    recorded=True,
    also=(ArtifactObject,),
)
def sagemaker_model_card_of_another_model(package: ModelPackage, view: View) -> Verdict:
    """Model card names another version, artifact, image or training data than what serves.

    Compared is what both name: the number of the version, the addresses of artifacts, the digests of images and of
    artifacts, and the training data where the job that the card names is one of the last thirty days. A document beside
    the artifact, which `--read-documents` reads, is compared as well; its version where that is one number, as those of
    the registry are. Metrics of packages are in files that no scan opens.

    Of images that is what endpoints run, whatever their tag is now. Of artifacts SageMaker and S3 state entity tags
    alone (ETag), which are read where AI systems are declared. An MD5 may be the same as one. A SHA-256, or an MD5 that
    is not, is compared with what the metadata of the package note, by a name such as `artifact_sha256`. A digest that
    nothing can be compared with leaves the verdict open.

    ## Why it matters
    A card that was copied from an earlier version describes a model that nobody runs. Its metrics and limits are
    believed of the one that serves, which was trained on other data.

    ## How to fix
    Write the card anew for the version that serves, or move the endpoint to the version that the card is of. Let the
    pipeline that registers a version fill in the artifact, the image and the data, and note the digest of the artifact
    in the metadata of the package too.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageContainerDefinition.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeployedImage.html
    - https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    """
    served = Served(package, view)
    if verdict := served.undescribed():
        return verdict
    cards = [*served.cards, *map(_as_of_registry, served.documents.cards)]
    found = [compared(card, package, view, served.path[1]) for card in cards]
    agreed = [what for one in found for what in one.compared]
    differences = [said for one in found for said in one.differences]
    missing = [name for one in found for name in one.missing]
    stated = {"version": package.version, "inference_specification": package.inference_specification}
    evidence = served.documented() | served.evidence()
    evidence |= {name: value for name, value in stated.items() if value is not UNSET}
    evidence |= {name: value for one in found for name, value in one.evidence.items()}
    if differences:
        return failed(f"the card names {differences[0]}", path=served.path, **evidence)
    missing += [name for name in (*stated, "metadata") if getattr(package, name) is UNSET]
    if missing:
        return unknown(*dict.fromkeys(missing), path=served.path)
    if not served.complete:
        return served.unseen()
    if not served.documents.complete:
        return served.unread()
    if left := [name for one in found for name in one.open]:
        return unknown(*dict.fromkeys(left), path=served.path)
    if not agreed:
        return not_applicable("its card names no version, artifact, image or training data that could be compared")
    return passed(f"the card names what serves: {', '.join(dict.fromkeys(agreed))}", path=served.path, **evidence)


@check(
    id="MLP-5304",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(*_JOINS, *_FILES),
    blind_to=CARDS[1:],
    recorded=True,
)
def sagemaker_model_card_older_than_model(package: ModelPackage, view: View) -> Verdict:
    """Model card was last changed before the version that serves was registered.

    A card that is a part of the package has no date of its own. Of several cards the newest is judged. A document
    beside the artifact, which `--read-documents` reads, is newer where the file was put there later. One that was put
    there before says nothing: pipelines write the file, then the artifact, and register both at last.

    ## Why it matters
    A card that is older than the model cannot know it: what it says of data, metrics and limits is about a model
    before.

    ## How to fix
    Review the card against the version that serves, and save it: Governance, Model cards in the console, or
    `aws sagemaker update-model-card`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards-manage.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelCard.html
    """
    served = Served(package, view)
    if verdict := served.undescribed():
        return verdict
    dates = [_changed(one) for one in served.others]
    if not served.complete:
        return served.unseen()
    if package.creation_time is UNSET or UNSET in dates:
        return unknown("creation_time", "ModelCard.last_modified_time", path=served.path)
    known = [date for date in dates if isinstance(date, datetime)]
    if package.creation_time is None:
        return not_applicable("the registry does not say when it was made")
    evidence = {"creation_time": package.creation_time}
    if known and max(known) >= package.creation_time:
        evidence["ModelCard.last_modified_time"] = max(known)
        return passed("its model card was changed after the version was made", path=served.path, **evidence)
    put = [one.changed for one in served.documents.found if one.card and one.card.entries]
    if any(date >= package.creation_time for date in put if date):
        evidence |= served.documented()
        return passed("the document beside its artifact was put there later", path=served.path, **evidence)
    if None in put or not served.documents.complete:
        return served.unread()
    if not known:
        return not_applicable("neither a card in it nor a file from before has a date that says whether it is older")
    evidence["ModelCard.last_modified_time"] = max(known)
    return failed("its model card is older than the version", path=served.path, **evidence)


@check(
    id="MLP-5305",
    severity=Severity.MEDIUM,
    objective="human-approval",
    since="0.1.0",
    needs=_JOINS,
    blind_to=("whether one person has several identities", "whether the approver read it"),
    recorded=True,
)
def sagemaker_model_card_not_approved_by_another(package: ModelPackage, view: View) -> Verdict:
    """Model card of what serves is not approved, or by nobody but its author.

    The approver is who edited the version in which the status became Approved, and not who edited the card last. The
    author is who created it. People are told apart by their user profile in Studio, the source identity of a role, or
    different identities of IAM; two sessions of one role without a source identity may be anybody. Who approved a
    card that is a part of a package is not recorded.

    ## Why it matters
    A card that its author approves was reviewed by nobody, whatever its status says. An approval by somebody else is
    what a reader of the status believes there was.

    ## How to fix
    Let somebody else than the author review the card and set its status, with an identity of their own: a user
    profile, or a role that must be assumed with a source identity.

    CLI: `aws sagemaker update-model-card --model-card-name … --model-card-status Approved`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards-manage.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserContext.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    served = Served(package, view)
    if verdict := served.without_cards():
        return verdict
    if not served.complete:
        return served.unseen()
    answers = [_by_another(one) for one in served.others]
    if served.own is not None:
        answers.append(None if package.card_status == "Approved" else False)
    evidence = of(ModelCard, served.others, "status", "created_by", "approved_by", "approved_version")
    evidence["card_status"] = package.card_status
    if True in answers:
        return passed("approved by somebody else than its author", path=served.path, **evidence)
    if None in answers:
        return unknown("ModelCard.approved_by", "ModelCard.created_by", path=served.path)
    approved = any(one.status == "Approved" for one in served.others)
    said = "its author approved the model card" if approved else "its model card is not approved"
    return failed(said, path=served.path, **evidence)


def _by_another(one: ModelCard) -> bool | None:
    """Whether somebody else than its author approved a card; None where that is not known."""
    if one.status is UNSET:
        return None
    if one.status != "Approved":
        return False
    return None if one.approved_version is UNSET else different_people(one.created_by, one.approved_by)


def _fullest(cards: Iterable[Card], elsewhere: list[str]) -> Completeness:
    """Of the items that cards have, those of the card that has most; nothing of none."""
    found = (completeness(card, elsewhere) for card in cards)
    return max(found, key=lambda one: len(one.filled), default=completeness(Card()))


def _as_of_registry(card: Card) -> Card:
    """A document without a version that is none of the registry's, whose versions are numbers: `1.2.0`."""
    number = (card.version or "").strip().removeprefix("v").isdigit()
    return card if number else replace(card, version=None)


def _changed(one: ModelCard) -> Any:
    return one.last_modified_time if one.last_modified_time is not None else one.creation_time
