"""What lineage records, joined to Google Cloud: training data that everyone may use, and models that no job made."""

from msgspec import UNSET, Struct

from checks.across.lineage_joins import PERHAPS, folders, maker, said_of_place, training_run
from checks.gcp.data_lineage.resources import DataLineage
from checks.gcp.names import bucket_id
from checks.gcp.paths.artifacts import ours
from checks.gcp.paths.data_origin import maker_of
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.paths.lineage import makers_of
from checks.gcp.storage.buckets import gcp_ml_bucket_public
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, Endpoint, Model, ModelLineage
from checks.lineage.openlineage.joins import is_whole
from checks.lineage.openlineage.resources import LineageDataset, LineageRun
from scanner.lineage.dataset_names import Place, place_of
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_MADE_SOMETHING = ("JOB_STATE_SUCCEEDED", "JOB_STATE_PARTIALLY_SUCCEEDED")


@check(
    id="MLP-5221",
    severity=Severity.CRITICAL,
    objective="training-data-integrity",
    since="0.1.0",
    needs=(LineageRun, Bucket, Endpoint, Model, CustomJob),  # which lead to buckets
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("LineageRun.inputs", "Bucket.public_access_prevention"),
)
def lineage_training_data_in_public_gcs_bucket(data: LineageDataset, view: View) -> Verdict:
    """Data that a recorded run trained with lies in a Cloud Storage bucket that is open to everyone.

    Who may use it counts as in MLP-2401, for the buckets of the scanned projects that models and jobs of Vertex AI
    name. That a run trained with the data is what OpenLineage events record.

    ## Why it matters
    Where the role writes, anyone decides what the model learns: poisoned records need not be many, and stay in the
    model after they are gone from the bucket. Where it only reads, anyone has the data, and knows whom they are about.

    ## How to fix
    Remove allUsers and allAuthenticatedUsers from the bucket's policy and turn public access prevention on. Data that
    is published on purpose belongs in a bucket of its own, from which a job copies what it has checked.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    - https://openlineage.io/docs/spec/naming
    """
    if missing := unobserved(data, "namespace"):
        return missing
    if data.place.scheme != "gs":
        return not_applicable("it does not lie in Cloud Storage", namespace=data.namespace)
    used = training_run(data, view)
    if isinstance(used, Verdict):
        return used
    name = data.place.store.removeprefix("gs://")
    bucket = view.get(Bucket, bucket_id(name))
    if bucket is UNSET:
        return unknown(f"bucket {name}")
    if not isinstance(bucket, Bucket):
        return not_applicable(f"nothing of Vertex AI names {name}, so that the scan did not look at it")
    return said_of_place(gcp_ml_bucket_public(bucket), bucket, data, used)


@check(
    id="MLP-5222",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(LineageRun, CustomJob, Endpoint),
    blind_to=("custom jobs of more than 30 days ago that sent no events",),
    recorded=True,
    also=(DataLineage, ModelLineage),
)
def vertex_serves_model_that_no_recorded_job_made(model: Model, view: View) -> Verdict:
    """Vertex AI serves a model version whose artifact no recorded job made.

    A run that OpenLineage events record, or a custom job of the scan, made it where it wrote exactly that folder, or
    where Vertex AI has a job put its model: `model` in the job's output. So did an execution that Vertex ML Metadata
    has as what made it, and a process that Google's data lineage has, which are read where AI systems are declared.
    Where one wrote what only might be the artifact, such as a file in it or the folder that it lies in, the verdict
    stays open. What Google publishes is left out, and so are models without an artifact, such as those of AutoML.

    ## Why it matters
    Nobody can say what the model was trained with, by which code, or who started it: it may be a file that somebody
    uploaded. What answers customers then has no history that an audit, or the search for a fault, could follow.

    ## How to fix
    Upload models from a pipeline that sends events for training and for registration, and let those name the folder
    that is uploaded as their output. Where a model was bought or downloaded, record the job that copied it.

    Python: `RunEvent(…, outputs=[OutputDataset(namespace="gs://BUCKET", name="PATH/model")])`.

    ## References
    - https://openlineage.io/docs/spec/naming
    - https://cloud.google.com/vertex-ai/docs/training/code-requirements
    """
    if missing := unobserved(model, "version", "artifact_uri"):
        return missing
    uri = model.artifact_uri or ""
    if not uri.startswith("gs://"):
        return not_applicable("it has no artifact in Cloud Storage", artifact_uri=model.artifact_uri)
    artifact = place_of(uri)
    if not ours([artifact.store.removeprefix("gs://")]):
        return not_applicable("Google publishes what it loads", artifact_uri=uri)
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    if not is_whole(view) or not view.all(CustomJob).complete:
        return unknown("every run and custom job")
    outputs = view.derive(_outputs)
    made, path = _executed(model, view) or maker(artifact, outputs.made, view), (model.id, endpoint)
    if not made and outputs.held.intersection((*folders(artifact), Place(artifact.store, ""))):
        return unknown("which of the files that a custom job wrote it loads", path=path)
    if not made and outputs.unread:
        return unknown("CustomJob.output_uri", "CustomJob.state", path=path)
    shown = {"version": model.version, "artifact_uri": uri}
    if not made:
        return failed("no recorded run and no custom job made what it loads", path=path, **shown)
    if made == PERHAPS:
        return unknown("whether what a run wrote is what it loads", path=path)
    return passed("a job made what it loads", path=(made, *path), **shown)


def _executed(model: Model, view: View) -> str:
    """What Vertex ML Metadata, or data lineage, has as what made the model, if that was read; else empty."""
    found = makers_of(model, view) if view.asked(ModelLineage) else ""
    return found or (maker_of(model, view) if view.asked(DataLineage) else "")


class _Outputs(Struct, frozen=True):
    """The folder of the model that each custom job made, those that it may have filled, and whether some is unread."""

    made: dict[Place, str]
    held: frozenset[Place]
    unread: bool


def _outputs(view: View) -> _Outputs:
    """Of all custom jobs: Vertex AI tells each to write its model to `model` in the output, as `AIP_MODEL_DIR`."""
    made: dict[Place, str] = {}
    held: set[Place] = set()
    unread = False
    for job in view.all(CustomJob):
        unread = unread or job.output_uri is UNSET or job.state is UNSET
        if job.output_uri and job.state in _MADE_SOMETHING:
            held.add(place_of(job.output_uri))
            made[place_of(f"{job.output_uri.rstrip('/')}/model")] = job.id
    return _Outputs(made, frozenset(held), unread)
