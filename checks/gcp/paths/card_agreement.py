"""Whether a model card is of the model version that serves: what it names, against what Vertex AI states."""

from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from checks.blind_spots import CARDS
from checks.documents import Documents
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.paths.documents import documents_of, folder_id, folder_of
from checks.gcp.storage.resources import ArtifactFile, ArtifactFiles, ModelFolder
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.cards.agreement import Serving, compare
from scanner.cards.card import Card
from scanner.cards.digests import digest, sha256_in
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


class _Known(NamedTuple):
    """The digests that are known of what was uploaded, the algorithms in which all are, and the files that say so;
    `seen` unless nobody saw these.
    """

    digests: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    files: ArtifactFiles | None = None
    seen: bool = True


@check(
    id="MLP-5316",
    severity=Severity.MEDIUM,
    objective="model-documentation",
    since="0.1.0",
    needs=(Endpoint, ModelFolder, ArtifactFiles),
    blind_to=CARDS,
    recorded=True,
)
def vertex_model_card_of_another_model(model: Model, view: View) -> Verdict:
    """Model card names another version, artifact or image than the model version that serves.

    Compared is what both name. Of a card in the registry, which is descriptions and labels, that may be a digest in a
    label such as `artifact_md5`. A document beside the artifact, which `--read-documents` reads, may name the version,
    where that is one number, the address of the artifact, and digests of artifact and image.

    Vertex AI states no digest of an artifact. Cloud Storage states MD5 and CRC32C of each file, which are listed where
    AI systems are declared. Containers read a copy that Vertex AI manages: a file says what that is only if it was
    written before the version was made, and the version is no copy of another. Where several files lie there, nobody
    says which a digest is of: it may be the same as one, and else the verdict stays open. So it does for a digest that
    nothing can be compared with, such as a SHA-256, or that of an image that was uploaded by its tag.

    ## Why it matters
    A card that was copied from an earlier version describes a model that nobody runs. Its metrics and limits are
    believed of the one that serves, which was trained on other data.

    ## How to fix
    Write the card anew for the version that serves, or deploy the version that the card is of. Let the pipeline that
    uploads a version write the card, with the MD5 of the file and the digest of the image, beside the artifact.

    CLI: `gcloud storage hash FILE`, `gcloud ai models upload --container-image-uri=IMAGE@sha256:…`.

    ## References
    - https://cloud.google.com/storage/docs/data-validation
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/ModelContainerSpec
    - https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements
    """
    if missing := unobserved(model, "version", "card", "artifact_uri", "image_uri", "create_time", "copy_of"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    documents = documents_of(model, view)
    cards = [model.card or Card(), *map(_as_of_registry, documents.cards)]
    cards = [replace(one, artifacts=_in_buckets(one, model)) for one in cards]
    known = _known(model, view) if any(one.digests for one in cards) else _Known()
    found = [compare(one, _serving(model, known)) for one in cards]
    evidence = _shown(model, known, documents)
    path = (model.id, endpoint)
    if differences := [said for one in found for said in one.differences]:
        return failed(f"the card names {differences[0]}", path=path, **evidence)
    if not documents.complete:
        return unknown("ModelFolder.documents", "ModelFolder.refused", path=path)
    if not known.seen:
        return unknown("ArtifactFiles.files", "ArtifactFiles.more", path=path)
    if left := [algorithm for one in found for algorithm in one.open]:
        return unknown(*(_of(algorithm) for algorithm in dict.fromkeys(left)), path=path)
    agreed = dict.fromkeys(what for one in found for what in one.compared)
    if not agreed:
        return not_applicable("no card of it names a version, artifact or image that could be compared")
    return passed(f"the card names what serves: {', '.join(agreed)}", path=path, **evidence)


def _as_of_registry(card: Card) -> Card:
    """A document without a version that is none of the registry's, whose versions are numbers: `1.2.0`."""
    number = (card.version or "").strip().removeprefix("v").isdigit()
    return card if number else replace(card, version=None)


def _in_buckets(card: Card, model: Model) -> tuple[str, ...]:
    """The addresses that a card names in Cloud Storage; what is a file of the artifact is the artifact."""
    folder = (model.artifact_uri or "").rstrip("/")
    named = [one for one in card.artifacts or () if one.startswith("gs://")]
    return tuple(dict.fromkeys(folder if folder and one.startswith(f"{folder}/") else one for one in named))


def _serving(model: Model, known: _Known) -> Serving:
    artifacts = frozenset({model.artifact_uri}) if model.artifact_uri else None
    image = frozenset(sha256_in((model.image_uri or "").partition("@")[2])) or None
    return Serving(model.version or None, artifacts, known.digests, known.whole, (image,))


def _known(model: Model, view: View) -> _Known:
    """What Cloud Storage states of the files that were uploaded as this version."""
    address = folder_of(model.artifact_uri or "")
    listed = view.get(ArtifactFiles, folder_id(address, model.scope.account)) if address else None
    if listed is None:
        return _Known()
    if not isinstance(listed, ArtifactFiles) or UNSET in (listed.files, listed.more):
        return _Known(seen=False)
    files = listed.files or ()
    since = [
        one for one in files if not (one.time_created and model.create_time) or one.time_created > model.create_time
    ]
    if since or model.copy_of:
        return _Known()
    hashes = [("md5", one.md5_hash) for one in files] + [("crc32c", one.crc32c) for one in files]
    digests = frozenset(digest(algorithm, text) for algorithm, text in hashes if text) - {""}
    alone = len(files) == 1 and not listed.more
    return _Known(digests, frozenset(one.partition(":")[0] for one in digests if alone), listed)


def _was_there(file: ArtifactFile, model: Model) -> bool:
    """Whether a file was written before the version was made, and not since."""
    return bool(file.time_created and model.create_time and file.time_created <= model.create_time)


def _shown(model: Model, known: _Known, documents: Documents) -> dict[str, Any]:
    evidence = {name: getattr(model, name) for name in ("card", "version", "artifact_uri", "image_uri", "create_time")}
    evidence |= documents.evidence()
    if known.files:
        evidence["ArtifactFiles.files"] = {known.files.id: known.files.files}
    return evidence


def _of(algorithm: str) -> str:
    """What is not known where a digest could not be compared."""
    return "a digest of the image" if algorithm == "image" else f"a digest of what was uploaded, by {algorithm}"
