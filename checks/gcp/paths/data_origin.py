"""What Google's data lineage says of the data behind what serves: where it comes from, and who may write there."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct

from checks.gcp.data_lineage.resources import DataLineage
from checks.gcp.names import bucket_of
from checks.gcp.paths.artifacts import observed, ours, unread
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.storage.buckets import gcp_ml_bucket_public
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, Dataset, Endpoint, Model, ModelLineage, TrainingPipeline
from scanner.lineage.dataset_names import place_of
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Status,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View


class Origins(Struct, frozen=True):
    """What data lineage has of each version, by its id; `complete` unless some was not seen."""

    of: dict[str, DataLineage]
    complete: bool


def origins(view: View) -> Origins:
    """An index of all data lineage, to be derived once."""
    found = view.all(DataLineage)
    of = {one.model: one for one in found if one.model}
    return Origins(of, found.complete and all(one.model is not UNSET for one in found))


def maker_of(model: Model, view: View) -> str:
    """The process that wrote the folder which a version loads; empty where none is known to have."""
    record = view.derive(origins).of.get(model.id)
    folder = place_of(model.artifact_uri or "")
    for step in (record.steps or ()) if record else ():
        reads, writes = (set(map(place_of, side or ())) for side in (step.reads, step.writes))
        if folder in writes - reads:  # what reads it as well has registered or copied it
            return step.process or ""
    return ""


@check(
    id="MLP-5224",
    severity=Severity.HIGH,
    objective="training-data-integrity",
    since="0.1.0",
    # The last four lead to data, the others to buckets.
    needs=(DataLineage, Bucket, CustomJob, Endpoint, Dataset, ModelLineage, TrainingPipeline),
    exposure=Exposure.INTERNET,
    blind_to=("lineage of projects that the scan may not read", "data that no service of Google's saw being made"),
    decided_by=("DataLineage.data", "DataLineage.steps", "DataLineage.cut", "Bucket.public_access_prevention"),
)
def vertex_served_model_data_from_public_gcs_bucket(model: Model, view: View) -> Verdict:
    """Data behind a model that serves comes from a Cloud Storage bucket that is open to everyone.

    The data is what Vertex ML Metadata and the dataset of a training pipeline name, and what that was made from: five
    processes one after the other, as Google's data lineage has them (BigQuery, Dataflow, Data Fusion, Composer,
    Dataproc, Vertex AI, or events of one's own). Who may use a bucket counts as in MLP-2401, for the buckets of the
    scanned projects that models and jobs of Vertex AI name; where another was not looked at, the verdict stays open.

    ## Why it matters
    Where the role writes, anyone decides what goes into the data, long before it reaches the training: what a pipeline
    cleaned and joined looks like one's own. Poisoned records stay in the model after they are gone from the bucket.

    ## How to fix
    Remove allUsers and allAuthenticatedUsers from the bucket's policy and turn public access prevention on. Data that
    is published on purpose belongs in a bucket of its own, from which a job copies what it has checked.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`.

    ## References
    - https://cloud.google.com/dataplex/docs/about-data-lineage
    - https://cloud.google.com/storage/docs/public-access-prevention
    """
    if missing := unobserved(model, "version", "artifact_uri"):
        return missing
    endpoint = endpoint_of(model, view)
    return endpoint if isinstance(endpoint, Verdict) else _judged(model, endpoint, view)


def _judged(model: Model, endpoint: str, view: View) -> Verdict:
    known = view.derive(origins)
    record = known.of.get(model.id)
    if record is None:
        return not_applicable("data lineage has nothing of it") if known.complete else unknown("DataLineage")
    path = (record.id, model.id, endpoint)
    if record.data is UNSET or record.steps is UNSET:
        return unknown("DataLineage.data", "DataLineage.steps", path=path)
    shown = joined(record, "data", "steps", "cut")
    closed: dict[str, Verdict] = {}
    unseen: Verdict | None = None
    for bucket in observed(ours(_buckets(model, record)), view):
        verdict = unread(bucket) if isinstance(bucket, str) else gcp_ml_bucket_public(bucket)
        if isinstance(bucket, Bucket) and verdict.status is Status.FAIL:
            said = f"data behind it lies in {bucket.name}, which is open: {verdict.message}"
            return failed(said, path=(bucket.id, *path), **shown, **_of_buckets({bucket.id: verdict}))
        if isinstance(bucket, Bucket) and verdict.status is Status.PASS:
            closed[bucket.id] = verdict
        if verdict.status is Status.UNKNOWN:
            unseen = unseen or _unseen(bucket, verdict, path)
        if isinstance(bucket, Bucket) and verdict.status is Status.NOT_APPLICABLE and bucket.exists is not False:
            unseen = unseen or unknown(f"who may use {bucket.name}", path=path)
    if unseen or not known.complete or record.cut is not None:
        return unseen or unknown("what was before that", path=path)
    if not closed:
        return not_applicable("none of it is known to come from buckets of these projects")
    said = "no bucket that data behind it lies in is open to everyone"
    return passed(said, path=(*closed, *path), **shown, **_of_buckets(closed))


def _unseen(bucket: Bucket | str, verdict: Verdict, path: tuple[str, ...]) -> Verdict:
    """The unknown verdict on a bucket, as one on the data in it."""
    if isinstance(bucket, str):
        return unknown(*verdict.missing, path=path)
    return unknown(*(f"Bucket.{one}" for one in verdict.missing), path=(bucket.id, *path))


def _of_buckets(verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    """What verdicts on buckets rest on, by field and bucket."""
    shown: dict[str, Any] = {}
    for id, verdict in verdicts.items():
        for field, value in verdict.evidence.items():
            shown.setdefault(f"Bucket.{field}", {})[id] = value
    return shown


def _buckets(model: Model, record: DataLineage) -> list[str]:
    """Names of the buckets that the data lies in, and what it was made from. The model's own files are no data."""
    own = place_of(model.artifact_uri) if model.artifact_uri else None
    return sorted({name for uri in _addresses(record) if place_of(uri) != own and (name := bucket_of(uri))})


def _addresses(record: DataLineage) -> Iterator[str]:
    yield from record.data or ()
    for step in record.steps or ():
        yield from step.reads or ()
