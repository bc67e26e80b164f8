"""Whether a model card is of the model version that serves: what it names, against what Azure ML states."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from checks.azure.ids import workspace_of
from checks.azure.machine_learning.assets import data_version, job_id
from checks.azure.machine_learning.resources import Job, ModelVersion, OnlineDeployment
from checks.azure.members import folded
from checks.azure.paths.documentation import deployment_of
from checks.azure.paths.documents import documents_of, place_of
from checks.azure.storage.resources import ModelFolder
from checks.blind_spots import CARDS
from scanner.cards.agreement import Serving, compare
from scanner.cards.card import Card
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: Jobs whose own inputs are all that Azure ML knows them to read. Of a pipeline, steps have inputs of their own.
_ALONE = frozenset({"command", "sweep", "spark"})


@check(
    id="MLP-5334",
    severity=Severity.MEDIUM,
    objective="model-documentation",
    since="0.1.0",
    needs=(ModelVersion, OnlineDeployment, Job, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def azure_ml_model_card_of_another_model(version: ModelVersion, view: View) -> Verdict:
    """Model card names another version, artifact or training data than the model version that serves.

    Compared is what both name, in tags such as `model_artifact` and `training_data` and in a document beside the
    artifact, which `--read-documents` reads. The version is, where both are one number; addresses are that name a
    datastore or the output of a job, as what is registered; and data assets and addresses in datastores are, where the
    job that made the version is a command, a sweep or a Spark job and says which data it read. Azure ML states no
    digest of a model: one that a card names leaves the verdict open.

    ## Why it matters
    A card that was copied from an earlier version describes a model that nobody runs. Its metrics and limits are
    believed of the one that serves, which was trained on other data.

    ## How to fix
    Write the card anew for the version that serves, or deploy the version that the card is of. Let the job that makes
    the model write the card beside it, with the version and the data that it was given.

    CLI: `az ml model update --name … --version … --set tags.training_data=azureml:…`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-manage-models
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-model
    """
    if missing := unobserved(version, "card", "model_uri", "job_name"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    documents = documents_of(version, view)
    cards = [_as_registered(one, version) for one in (version.card or Card(), *documents.cards)]
    job = view.get(Job, job_id(version)) if version.job_name and any(one.training_data for one in cards) else None
    if job is UNSET or (isinstance(job, Job) and UNSET in (job.job_type, job.data, job.plain_data, job.unclear_data)):
        return unknown("Job.data", "Job.plain_data", "Job.unclear_data")
    serving = _serving(version, job if isinstance(job, Job) else None)
    found = [compare(_within(one, serving.training_data or frozenset()), serving) for one in cards]
    path: tuple[str, ...] = (version.id, deployment)
    evidence: dict[str, Any] = {name: getattr(version, name) for name in ("card", "model_uri", "job_name")}
    evidence |= documents.evidence()
    if isinstance(job, Job):
        path = (job.id, *path)
        evidence |= {f"Job.{name}": getattr(job, name) for name in ("job_type", "data", "plain_data", "unclear_data")}
    if differences := [said for one in found for said in one.differences]:
        return failed(f"the card names {differences[0]}", path=path, **evidence)
    if not documents.complete:
        return unknown("ModelFolder.documents", "ModelFolder.refused", path=path)
    if any(one.open for one in found):
        return unknown("a digest of what was registered, or of its image", path=path)
    agreed = dict.fromkeys(what for one in found for what in one.compared)
    if not agreed:
        return not_applicable("no card of it names a version, artifact or training data that could be compared")
    return passed(f"the card names what serves: {', '.join(agreed)}", path=path, **evidence)


def _as_registered(card: Card, version: ModelVersion) -> Card:
    """What of a card can be compared: the version as one number, and addresses that Azure ML knows, spelled alike."""
    number = (card.version or "").strip().removeprefix("v")
    workspace = workspace_of(version.id)
    artifacts = tuple(filter(None, (_artifact(uri, version) for uri in card.artifacts or ())))
    named = [_data(uri, workspace) for uri in card.training_data or ()]
    return replace(
        card,
        version=number if number.isdigit() else None,
        artifacts=artifacts,
        training_data=tuple(filter(None, named)) if all(named) else (),
    )


def _within(card: Card, read: frozenset[str]) -> Card:
    """The card with what was read in the place of what lies in it: a card may name one file of a folder."""
    named = [next((one for one in read if f"{data}/".startswith(f"{one}/")), data) for data in card.training_data or ()]
    return replace(card, training_data=tuple(dict.fromkeys(named)))


def _serving(version: ModelVersion, job: Job | None) -> Serving:
    number = version.id.rpartition("/")[2]
    uri = version.model_uri if isinstance(version.model_uri, str) else ""
    place = place_of(uri, workspace_of(version.id))
    read = None
    if job is not None and folded(str(job.job_type)) in _ALONE and not job.unclear_data:
        named = [*(job.data or ()), *(_data(one, workspace_of(job.id)) for one in job.plain_data or ())]
        read = frozenset(named) if named and all(named) else None
    return Serving(
        version=number if number.isdigit() else None,
        artifacts=frozenset({place.id}) if place else None,
        images=(None,),
        training_data=read,
    )


def _artifact(uri: str, version: ModelVersion) -> str:
    """The place of an address in a card: that of the version for what lies in it; empty for one that is not known."""
    workspace = workspace_of(version.id)
    named = place_of(uri, workspace)
    known = place_of(version.model_uri, workspace) if isinstance(version.model_uri, str) else None
    # An output of a job lies in a datastore: of two ways to say where, nobody knows here whether they are one.
    if named is None or known is None or bool(named.datastore) is not bool(known.datastore):
        return ""
    return known.id if f"{named.id}/".startswith(f"{known.id}/") else named.id


def _data(uri: str, workspace: str) -> str:
    """A data asset by its id, or a place in a datastore; empty for what is neither, or may be another asset."""
    asset = data_version(uri, f"{workspace}/jobs/any", {})
    if asset is None or not uri.lower().startswith("azureml:"):
        return ""
    place = place_of(uri, workspace)
    return asset or (place.id if place and place.datastore else "")
