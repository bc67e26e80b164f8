"""Whether a model card is of the package that serves: what it names, against what AWS states."""

from typing import Any, NamedTuple

from msgspec import UNSET

from checks.aws.paths.artifact_objects import Source, artifact_sources
from checks.aws.paths.running_images import images_of, shown_images
from checks.aws.s3.resources import ArtifactObject
from checks.aws.sagemaker.addresses import INPUTS, addresses, unread_inputs
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import Model, ModelPackage, TrainingJob
from scanner.cards.agreement import Serving, compare
from scanner.cards.card import Card
from scanner.cards.digests import ETAG, digest
from scanner.model.nouns import Resource
from scanner.model.views import View

#: What is not known where a digest of a card could not be compared.
_OPEN = {
    "image": "Endpoint.deployed_variants",
    ETAG: "ArtifactObject.etag",
    "md5": "an MD5 of the artifact, which an ETag need not be",
}


class Compared(NamedTuple):
    """What of a card could be compared, where it says something else, and what was not observed of what it names.

    `open` are digests of it that nobody could compare, `evidence` is what was stated of artifacts and images.
    """

    compared: tuple[str, ...]
    differences: tuple[str, ...]
    missing: tuple[str, ...]
    open: tuple[str, ...]
    evidence: dict[str, Any]


def compared(card: Card, package: ModelPackage, view: View, model: str) -> Compared:
    """A card against what AWS states of what it names."""
    missing, loaded, evidence = [], None, dict[str, Any]()
    version = str(package.version) if isinstance(package.version, int) else None
    if card.artifacts:
        made = view.get(Model, model)
        found = artifacts(view, made) if isinstance(made, Model) else None
        if found is None or found.unread:
            missing.append("inference_specification")
        else:
            loaded = frozenset(found.uris)
    read, unseen = _training_data(card, view)
    known, whole = frozenset[str](), frozenset[str]()
    if card.digests:
        known, whole, evidence = _digests(package, view)
    images: tuple[frozenset[str] | None, ...] = ()
    if card.image_digests:
        images = images_of(view, package)
        evidence |= shown_images(view, package)
    said = compare(card, Serving(version, loaded, known, whole, images, read))
    open = tuple(_OPEN.get(one, f"a digest of the artifact by {one}") for one in said.open)
    return Compared(said.compared, said.differences, (*missing, *unseen), open, evidence)


def _digests(package: ModelPackage, view: View) -> tuple[frozenset[str], frozenset[str], dict[str, Any]]:
    """The digests that are known of what a package loads, the algorithms in which all are, and what says so.

    SageMaker and S3 state entity tags alone. What else is known somebody noted in the metadata of the package; of one
    that loads several objects, it is not said of which.
    """
    sources = view.derive(artifact_sources).of.get(package.id, ())
    objects = {one.object: found for one in sources if (found := _object(one, view))}
    tags = [found.etag for found in objects.values() if isinstance(found.etag, str)]
    known, whole, evidence = set[str](), set[str](), dict[str, Any]()
    if tags:
        evidence["ArtifactObject.etag"] = {id: one.etag for id, one in objects.items() if isinstance(one.etag, str)}
        known |= {digest(ETAG, one) for one in tags} | {digest("md5", one) for one in tags}
        whole |= {ETAG} if len(tags) == len({one.uri for one in sources}) else set()
    if isinstance(package.metadata, Card) and package.metadata.digests:
        noted = [one for one in package.metadata.digests if not one.startswith(f"{ETAG}:")]  # of which day nobody knows
        evidence["metadata"] = package.metadata
        known |= set(noted)
        whole |= {one.partition(":")[0] for one in noted} if len(sources) == 1 else set()
    return frozenset(known - {""}), frozenset(whole), evidence


def _object(source: Source, view: View) -> ArtifactObject | None:
    """What lies there now, as far as it was asked for and seen."""
    if not source.object or not view.asked(ArtifactObject):
        return None
    found = view.get(ArtifactObject, source.object)
    return found if isinstance(found, ArtifactObject) else None


def _training_data(card: Card, view: View) -> tuple[frozenset[str] | None, list[str]]:
    """What the job read that a card names; None for one that is not there any more."""
    job = view.get(TrainingJob, card.training_job) if card.training_job and card.training_data else None
    if job is None:
        return None, []
    if not isinstance(job, Resource) or job.inputs is UNSET or unread_inputs(job):
        return None, ["TrainingJob.inputs"]
    return frozenset(addresses(job, INPUTS)), []
