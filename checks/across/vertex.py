"""What MLflow records of the versions that Vertex AI serves, and who may read its artifacts in Cloud Storage."""

from msgspec import UNSET, UnsetType

from checks import origins
from checks.across.served import judged
from checks.across.serving_index import Loaded, Serving, place_of, serving
from checks.gcp.names import bucket_id
from checks.gcp.reach import deployed_model
from checks.gcp.storage.public import openness
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, Endpoint, Model
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.resources import EvaluationTable, Experiment, LoggedModel, Run
from checks.mlflow.tracking.versions import TABLES, uncommitted, unevaluated, ungrouped
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_NEEDS = (ModelVersion, Run, LoggedModel, Endpoint, Model)
_WHAT = "the Vertex AI endpoints of the scan"
_COPIES = "copies of the files that MLflow does not know of"
_TRUTH = "whether what is recorded is true"


def index(view: View) -> Serving:
    """What deployed models were uploaded from, of which Vertex AI keeps a copy, and what they say of MLflow."""
    endpoints = view.all(Endpoint)
    complete = endpoints.complete and view.all(Model).complete
    found: list[Loaded] = []
    for endpoint in endpoints:
        if isinstance(endpoint.deployed_models, UnsetType):
            complete = False
            continue
        for deployed in endpoint.deployed_models or ():
            model = deployed_model(view, deployed.model or "", deployed.model_version_id)
            if model is None or UNSET in (model.artifact_uri, model.labels, model.mlflow_names):
                complete = False
            if model is not None:
                found.append(_loaded(model, endpoint))
    return serving(found, complete=complete)


def _loaded(model: Model, endpoint: Endpoint) -> Loaded:
    way, place = (model.id, endpoint.id), place_of(model.artifact_uri or "")
    named = (*origins.origins(model.labels or {}), *origins.origins(model.mlflow_names or {}))
    ids = (model.id, f"{model.id.partition('@')[0]}@{model.version or ''}", endpoint.id)
    return Loaded(way, tuple(dict.fromkeys(ids)), ((place, way),) if place else (), tuple(dict.fromkeys(named)))


@check(
    id="MLP-5131",
    severity=Severity.MEDIUM,
    objective="experiment-traceability",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def vertex_serves_mlflow_version_from_uncommitted_code(version: ModelVersion, view: View) -> Verdict:
    """Vertex AI serves a model version that comes from code that no commit has.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    What answers requests cannot be built again, and nobody can review the code that made it: the commit beside it, if
    there is one, is not what ran.

    ## How to fix
    Train again from a clean check-out, in a pipeline, register what that made, and serve that version.

    ## References
    - https://mlflow.org/docs/latest/ml/tracking/
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    return judged(version, view, index, _WHAT, uncommitted)


@check(
    id="MLP-5132",
    severity=Severity.MEDIUM,
    objective="performance-evaluation",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def vertex_serves_mlflow_version_without_evaluation(version: ModelVersion, view: View) -> Verdict:
    """Vertex AI serves a model version without a recorded evaluation on data other than its training data.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    The endpoint answers with a model of which nobody recorded how it does on data that it did not learn from. Nobody
    can say later what was known when it was let loose.

    ## How to fix
    Evaluate that very version on data set aside for it, and log each metric with the data set and the model's id.

    ## References
    - https://mlflow.org/docs/latest/ml/evaluation/
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    return judged(version, view, index, _WHAT, unevaluated)


@check(
    id="MLP-5133",
    severity=Severity.LOW,
    objective="bias-fairness",
    since="0.1.0",
    needs=(*_NEEDS, EvaluationTable),
    blind_to=(_COPIES, _TRUTH, TABLES),
    recorded=True,
)
def vertex_serves_mlflow_version_without_metrics_by_group(version: ModelVersion, view: View) -> Verdict:
    """Vertex AI serves a model version without a recorded metric by group.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    One number over all people hides that a model fails some of them. Of what serves people there should be results by
    the groups that it is used on, of that very version.

    ## How to fix
    Evaluate that version by group, and log each result under a name that says its group, such as
    `recall/age_band:60-69`, with the data set and the model's id.

    ## References
    - https://fairlearn.org/main/user_guide/assessment/index.html
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    return judged(version, view, index, _WHAT, ungrouped)


@check(
    id="MLP-5134",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket, Endpoint, Model, CustomJob),
    exposure=Exposure.INTERNET,
    blind_to=("access lists of single objects",),
    decided_by=("artifact_location", "Bucket.public_access_prevention"),
)
def mlflow_artifact_root_in_public_gcs_bucket(experiment: Experiment, view: View) -> Verdict:
    """MLflow keeps the artifacts of an experiment in a Cloud Storage bucket that is open to everyone.

    ## Why it matters
    Every run of the experiment keeps its models, data samples and plots there. Anyone can download them, and where the
    public role writes, anyone can replace a model that people load by its alias. MLflow's own permissions do not hold
    in the bucket.

    ## How to fix
    Remove allUsers and allAuthenticatedUsers from the bucket's policy, turn public access prevention on, and let the
    server hand artifacts out (`mlflow server --artifacts-destination`), so that one account alone reads the bucket.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    - https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
    """
    if missing := unobserved(experiment, "artifact_location"):
        return missing
    location = experiment.artifact_location or ""
    seen = {"artifact_location": location}
    if not location.startswith("gs://"):
        return not_applicable("its artifacts are not at an address of Cloud Storage", **seen)
    name = place_of(location).partition("/")[0]
    bucket = view.get(Bucket, bucket_id(name))
    if isinstance(bucket, UnsetType):
        return unknown(f"bucket {name}", path=(experiment.id, bucket_id(name)))
    if bucket is None:
        return not_applicable(f"nothing of Vertex AI names {name}, so that the scan did not look at it", **seen)
    path = (experiment.id, bucket.id)
    if missing := unobserved(bucket, "exists"):
        return unknown("Bucket.exists", path=path)
    if not bucket.exists:
        return not_applicable("the bucket does not exist", **seen)
    found = openness(bucket, name)
    if found.missing:
        return unknown(*(f"Bucket.{each}" for each in found.missing), path=path)
    shown = {f"Bucket.{each}": value for each, value in found.shown.items()}
    return (failed if found.open else passed)(found.message, path=path, **seen, **shown)
