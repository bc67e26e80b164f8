"""What MLflow records of the versions that SageMaker serves, and who may read where it keeps artifacts in S3."""

from msgspec import UNSET, UnsetType

from checks import origins
from checks.across.served import judged
from checks.across.serving_index import Loaded, Serving, place_of, serving
from checks.aws.blind_spots import ACCESS_POINTS, OBJECT_ACLS
from checks.aws.names import bucket_arn
from checks.aws.partitions import partitions
from checks.aws.paths.served_packages import served_models
from checks.aws.paths.serving import served_artifacts
from checks.aws.s3.exposure import public_grants, public_ways
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.addresses import specifications_of
from checks.aws.sagemaker.packages import contents, named_alone, package_of
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.resources import EvaluationTable, Experiment, LoggedModel, Run
from checks.mlflow.tracking.versions import TABLES, uncommitted, unevaluated, ungrouped
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_NEEDS = (ModelVersion, Run, LoggedModel, Endpoint, EndpointConfig, Model, ModelPackage, InferenceComponent, Bucket)
_WHAT = "the SageMaker endpoints of the scan"
_COPIES = "copies of the files that MLflow does not know of"
_TRUTH = "whether what is recorded is true"


def index(view: View) -> Serving:
    """The models that endpoints run, and what runs without one; each with what it, or its package, says of MLflow."""
    served, models = view.derive(served_artifacts), view.derive(served_models)
    places: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for place, path in served.paths.items():
        owner = next((id for id in path if id in models.paths), path[1])
        places.setdefault(owner, []).append((place.partition(":::")[2], path))
    loaded, complete = list[Loaded](), served.complete and models.whole.everywhere
    for id, way in models.paths.items():
        made = _of_model(view, id, way)
        complete = complete and made is not None
        loaded.append((made or Loaded((id, *way)))._replace(places=tuple(places.pop(id, ()))))
    for id, found in places.items():
        way = found[0][1][1:]
        loaded.append(Loaded(way, (id, way[-1]), tuple(found), _of_component(view, id), alone=len(found) == 1))
    return serving(loaded, complete=complete)


def _of_model(view: View, id: str, way: tuple[str, ...]) -> Loaded | None:
    """A model, and what it says of MLflow; None where that was not observed."""
    model = view.get(Model, id)
    known = contents(view, model) if isinstance(model, Model) else None
    if known is None or known.unread or not isinstance(model, Model):
        return None
    named = [origin for each in known.containers for origin in origins.origins(each.mlflow_names or {})]
    numbered, packages = "", list[str]()
    for _, arn in named_alone(model):
        package = package_of(view, model, arn)
        if not isinstance(package, ModelPackage) or package.mlflow_names is UNSET or package.source_uri is UNSET:
            return None
        named += origins.origins({**(package.mlflow_names or {}), "SourceUri": package.source_uri or ""})
        numbered = arn.partition(":model-package/")[2]
        packages.append(package.id)
    return Loaded(
        way=(id, *way),
        ids=(id, *packages, way[-1]),
        origins=tuple(dict.fromkeys(named)),
        alone=len(known.containers) == 1,
        group=numbered,
    )


def _of_component(view: View, id: str) -> tuple[origins.Origin, ...]:
    component = view.get(InferenceComponent, id)
    specifications = specifications_of(component) if isinstance(component, InferenceComponent) else None
    containers = [each.container for each in specifications or () if each.container]
    return tuple(origin for each in containers for origin in origins.origins(each.mlflow_names or {}))


@check(
    id="MLP-5121",
    severity=Severity.MEDIUM,
    objective="experiment-traceability",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def sagemaker_serves_mlflow_version_from_uncommitted_code(version: ModelVersion, view: View) -> Verdict:
    """SageMaker serves a model version that comes from code that no commit has.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    What answers requests cannot be built again, and nobody can review the code that made it: the commit beside it, if
    there is one, is not what ran.

    ## How to fix
    Train again from a clean check-out, in a pipeline, register what that made, and serve that version.

    ## References
    - https://mlflow.org/docs/latest/ml/tracking/
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
    """
    return judged(version, view, index, _WHAT, uncommitted)


@check(
    id="MLP-5122",
    severity=Severity.MEDIUM,
    objective="performance-evaluation",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def sagemaker_serves_mlflow_version_without_evaluation(version: ModelVersion, view: View) -> Verdict:
    """SageMaker serves a model version without a recorded evaluation on data other than its training data.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    The endpoint answers with a model of which nobody recorded how it does on data that it did not learn from. Nobody
    can say later what was known when it was let loose.

    ## How to fix
    Evaluate that very version on data set aside for it, and log each metric with the data set and the model's id.

    ## References
    - https://mlflow.org/docs/latest/ml/evaluation/
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
    """
    return judged(version, view, index, _WHAT, unevaluated)


@check(
    id="MLP-5123",
    severity=Severity.LOW,
    objective="bias-fairness",
    since="0.1.0",
    needs=(*_NEEDS, EvaluationTable),
    blind_to=(_COPIES, _TRUTH, TABLES),
    recorded=True,
)
def sagemaker_serves_mlflow_version_without_metrics_by_group(version: ModelVersion, view: View) -> Verdict:
    """SageMaker serves a model version without a recorded metric by group.

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
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
    """
    return judged(version, view, index, _WHAT, ungrouped)


@check(
    id="MLP-5124",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket, Model, TrainingJob),
    exposure=Exposure.INTERNET,
    blind_to=(ACCESS_POINTS, OBJECT_ACLS),
)
def mlflow_artifact_root_in_public_s3_bucket(experiment: Experiment, view: View) -> Verdict:
    """MLflow keeps the artifacts of an experiment in an S3 bucket that is open to the public.

    Counts what is in effect, as MLP-4101 does of what is served.

    ## Why it matters
    Every run of the experiment keeps its models, data samples and plots there. Anybody can download them, and with a
    grant that includes writing anybody can replace a model that people load by its alias. MLflow's own permissions do
    not hold in the bucket.

    ## How to fix
    Turn on Block Public Access for the bucket and the account, and let the server hand artifacts out
    (`mlflow server --artifacts-destination`), so that one role alone reads the bucket.

    CLI: `aws s3api put-public-access-block --bucket …`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    - https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
    """
    if missing := unobserved(experiment, "artifact_location"):
        return missing
    location = experiment.artifact_location or ""
    seen = {"artifact_location": experiment.artifact_location}
    if not location.startswith(("s3://", "s3a://", "s3n://")):
        return not_applicable("its artifacts are not at an address of S3", **seen)
    name = place_of(location).partition("/")[0]
    bucket = _bucket(view, name)
    if isinstance(bucket, UnsetType):
        return unknown(f"bucket {name}")
    if bucket is None:
        return not_applicable(f"nothing of SageMaker names {name}, so that the scan did not look at it", **seen)
    path = (experiment.id, bucket.id)
    if missing := unobserved(bucket, "owned"):
        return unknown("Bucket.owned", path=path)
    if not bucket.owned:
        return not_applicable(f"{name} is no bucket of an account of the scan", **seen, **joined(bucket, "owned"))
    ways, unread = public_ways(bucket)
    found = {**seen, **joined(bucket, "policy_is_public", "owned"), "Bucket.grants": public_grants(bucket)}
    if ways:
        return failed(f"{name} is public by {' and '.join(ways)}", path=path, **found)
    if unread:
        return unknown(*(f"Bucket.{name}" for name in unread), path=path)
    return passed(f"{name} is not public", path=path, **found)


def _bucket(view: View, name: str) -> Bucket | UnsetType | None:
    """The bucket of this name; None if nothing that was scanned led to it."""
    otherwise: UnsetType | None = None
    for partition in sorted(partitions()):  # "aws" before the others
        bucket = view.get(Bucket, bucket_arn(partition, name))
        if isinstance(bucket, Bucket):
            return bucket
        otherwise = UNSET if bucket is UNSET else otherwise
    return otherwise
