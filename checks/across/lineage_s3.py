"""What lineage records, joined to AWS: training data in buckets that others may write, and models that no job made."""

from msgspec import UNSET, Struct, UnsetType

from checks.across.lineage_joins import PERHAPS, maker, said_of_place, training_run
from checks.across.serving_index import Loaded, Serving, serving
from checks.aws.blind_spots import ACCESS_POINTS, ORGANISATION
from checks.aws.datazone.resources import CatalogLineage
from checks.aws.names import bucket_arn
from checks.aws.partitions import partitions
from checks.aws.paths.catalog_lineage import catalog_maker
from checks.aws.paths.lineage import makers
from checks.aws.paths.serving import served_artifacts
from checks.aws.s3.resources import Bucket
from checks.aws.s3.sharing import s3_ml_bucket_writable_by_other_accounts
from checks.aws.sagemaker.addresses import containers_of, model_uris
from checks.aws.sagemaker.resources import (
    ArtifactLineage,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from checks.lineage.openlineage.joins import is_whole
from checks.lineage.openlineage.resources import LineageDataset, LineageRun
from scanner.lineage.dataset_names import Place, place_of
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_SERVED = (Endpoint, EndpointConfig, ModelPackage, InferenceComponent, Bucket)


@check(
    id="MLP-5211",
    severity=Severity.HIGH,
    objective="training-data-integrity",
    since="0.1.0",
    needs=(LineageRun, Bucket, TrainingJob, Model),  # which lead to buckets
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION, ACCESS_POINTS),
)
def lineage_training_data_in_s3_bucket_others_write(data: LineageDataset, view: View) -> Verdict:
    """Data that a recorded run trained with lies in an S3 bucket that other accounts may write.

    Who may write counts as in MLP-1408, for the buckets that the scan of AWS came to. That a run trained with the data
    is what OpenLineage events record.

    ## Why it matters
    Whoever writes there decides what the model learns. Poisoned records need not be many, look like any others, and
    stay in the model after they are gone from the bucket.

    ## How to fix
    Take the right to write from all but the role of the pipeline that fills the bucket, and turn bucket owner enforced
    on. Let partners deliver to a bucket of its own, from which a job copies what it has checked. An account that has to
    write there is declared in `[[trust.accounts]]`.

    CLI: `aws s3api put-bucket-policy`, `aws s3api put-bucket-ownership-controls`.

    At the end of `mlposture.toml`:

        [[trust.accounts]]
        value = "444455556666"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    - https://openlineage.io/docs/spec/naming
    """
    if missing := unobserved(data, "namespace"):
        return missing
    if data.place.scheme != "s3":
        return not_applicable("it does not lie in S3", namespace=data.namespace)
    used = training_run(data, view)
    if isinstance(used, Verdict):
        return used
    name = data.place.store.removeprefix("s3://")
    bucket = _bucket(view, name)
    if bucket is UNSET:
        return unknown(f"bucket {name}")
    if bucket is None:
        return not_applicable(f"nothing of SageMaker names {name}, so that the scan did not look at it")
    return said_of_place(s3_ml_bucket_writable_by_other_accounts(bucket), bucket, data, used)


def _bucket(view: View, name: str) -> Bucket | UnsetType | None:
    """The bucket of this name; None if nothing that was scanned led to it."""
    otherwise: UnsetType | None = None
    for partition in sorted(partitions()):  # "aws" before the others
        bucket = view.get(Bucket, bucket_arn(partition, name))
        if isinstance(bucket, Bucket):
            return bucket
        otherwise = UNSET if bucket is UNSET else otherwise
    return otherwise


@check(
    id="MLP-5212",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(LineageRun, TrainingJob, Model, *_SERVED),
    blind_to=("training jobs of more than 30 days ago that sent no events",),
    recorded=True,
    also=(ArtifactLineage, CatalogLineage),
)
def sagemaker_serves_model_that_no_recorded_job_made(model: Model, view: View) -> Verdict:
    """SageMaker serves a model whose artifact no recorded job made.

    A run that OpenLineage events record, or a training job of the scan, made it where it wrote exactly that object, or
    where SageMaker puts what a training job makes. So did a job that SageMaker's own lineage has as what produced it,
    and one that events of SageMaker Catalog record, which are read where AI systems are declared. Where one wrote what
    only might be the artifact, such as the folder that it lies in, the verdict stays open.

    ## Why it matters
    Nobody can say what the model was trained with, by which code, or who started it: it may be a file that somebody
    uploaded. What answers customers then has no history that an audit, or the search for a fault, could follow.

    ## How to fix
    Deploy from a pipeline that sends events for training and for registration, and let those name the object that is
    deployed as their output. Where a model was bought or downloaded, record the job that copied it.

    Python: `RunEvent(…, outputs=[OutputDataset(namespace="s3://BUCKET", name="PATH/model.tar.gz")])`.

    ## References
    - https://openlineage.io/docs/spec/naming
    - https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
    """
    if containers_of(model) is None:
        return unknown("primary_container", "containers")
    uris = [uri for uri in model_uris(model) if uri.startswith("s3://")]
    shown = {"primary_container": model.primary_container, "containers": model.containers}
    if not uris:
        return not_applicable("it loads nothing from S3", **shown)
    served = view.derive(_serving)
    path = next(filter(None, (served.path(uri.removeprefix("s3://").rstrip("/")) for uri in uris)), ())
    if not path:
        return (
            not_applicable("no endpoint in service loads it", **shown) if served.complete else unknown("all endpoints")
        )
    if not is_whole(view) or not view.all(TrainingJob).complete:
        return unknown("every run and training job")
    outputs = view.derive(_outputs)
    found = [_produced(uri, view) or maker(place_of(uri), outputs.made, view) for uri in uris]
    if not all(found) and outputs.unread:
        return unknown("TrainingJob.output", "TrainingJob.status", path=path)
    if not all(found):
        return failed("no recorded run and no training job made what it loads", path=path, **shown)
    if PERHAPS in found:
        return unknown("whether what a run wrote is what it loads", path=path)
    if not served.complete:
        return unknown("all endpoints", path=path)
    return passed("a job made what it loads", path=(*(one for one in found if one), *path), **shown)


def _produced(uri: str, view: View) -> str:
    """What SageMaker's lineage or its catalog has as what produced an artifact, if that was read; else empty."""
    found = next(iter(view.derive(makers).path(place_of(uri))), "") if view.asked(ArtifactLineage) else ""
    return found or (catalog_maker(place_of(uri), view) if view.asked(CatalogLineage) else "")


def _serving(view: View) -> Serving:
    served = view.derive(served_artifacts)
    found = (Loaded(way, places=((place.partition(":::")[2], way),)) for place, way in served.paths.items())
    return serving(found, complete=served.complete)


class _Outputs(Struct, frozen=True):
    """Where SageMaker puts what each training job makes, and whether that was not observed of some."""

    made: dict[Place, str]
    unread: bool


def _outputs(view: View) -> _Outputs:
    """Of all training jobs; as SageMaker's documentation has it, below `PATH/NAME/output/`."""
    made: dict[Place, str] = {}
    unread = False
    for job in view.all(TrainingJob):
        unread = unread or job.output is UNSET or job.status is UNSET
        if job.output and job.output.s3_output_path and job.status in ("Completed", "Stopped"):
            made[place_of(f"{job.output.s3_output_path}/{job.name}/output")] = job.id
    return _Outputs(made, unread)
