"""What SageMaker's own lineage says of what serves, for estates that record none in OpenLineage."""

from msgspec import UNSET, Struct

from checks.aws.datazone.resources import CatalogLineage
from checks.aws.glue.places import place_of as bucket_and_key
from checks.aws.names import is_aws_content, location
from checks.aws.paths.catalog_lineage import catalog_maker
from checks.aws.paths.datasheets import training_jobs
from checks.aws.paths.served_packages import served_models
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import (
    ArtifactLineage,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from scanner.lineage.dataset_names import Place, place_of
from scanner.model.checks import check
from scanner.model.nouns import Severity, Status, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View


class Makers(Struct, frozen=True):
    """What SageMaker's lineage says made each artifact: its record and the job. `unread` are those not observed."""

    made: dict[Place, tuple[str, str]]
    unread: frozenset[Place]
    complete: bool

    def path(self, artifact: Place) -> tuple[str, ...]:
        """The ids of what made an artifact; none where nothing is known to have."""
        record, job = self.made.get(artifact, ("", ""))
        return (job, record) if record else ()


def makers(view: View) -> Makers:
    """An index of all that lineage says of what serves, to be derived once."""
    found = view.all(ArtifactLineage)
    made: dict[Place, tuple[str, str]] = {}
    unread: set[Place] = set()
    complete = found.complete
    for one in found:
        if not one.uri:
            complete = False
            continue
        artifact = place_of(one.uri)
        if one.steps is UNSET:
            unread.add(artifact)
        for step in one.steps or ():
            if step.job and artifact in map(place_of, step.writes or ()):
                made.setdefault(artifact, (one.id, step.job))
    return Makers(made, frozenset(unread - made.keys()), complete)


@check(
    id="MLP-5213",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage, TrainingJob, ArtifactLineage, Bucket),
    blind_to=("records of lineage that were deleted", "whether what is recorded is true"),
    recorded=True,
    also=(CatalogLineage,),
)
def sagemaker_lineage_names_no_job_of_served_model(model: Model, view: View) -> Verdict:
    """SageMaker serves a model whose artifact no job made, as far as its lineage and its training jobs say.

    A job made it where SageMaker's lineage has that it produced the artifact, where a training job of the last thirty
    days names it as what it made, or where the events that were read of SageMaker Catalog record it. Where OpenLineage
    events are scanned as well, MLP-5212 judges it with those, and this check does not. What AWS publishes is left out.
    Of a file in a bucket of another account, which may be the one that trains, the lineage there is not read: where
    nothing here has what made it, the verdict stays open.

    ## Why it matters
    Nobody can say what the model was trained with, by which code, or who started it: it may be a file that somebody
    uploaded. What answers customers then has no history that an audit, or the search for a fault, could follow.

    ## How to fix
    Deploy what a training job, a processing job or a pipeline of SageMaker made, from where it put it. Where a model
    was bought, downloaded or copied, record that: an artifact of lineage for the file, and an association from the job
    that brought it.

    CLI: `aws sagemaker create-artifact`, `aws sagemaker add-association`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-manual-creation.html
    """
    if "lineage" in view.sources:
        return not_applicable("OpenLineage events are scanned as well, and MLP-5212 judges it with those")
    served = view.derive(served_models)
    path = served.paths.get(model.id)
    if path is None:
        return (
            not_applicable("no endpoint in service runs it")
            if served.whole.at(model.scope)
            else unknown("all endpoints")
        )
    verdict = _made(model, view, path)
    if verdict.status is not Status.FAIL and not served.whole.at(model.scope):
        return unknown("all endpoints", path=verdict.path)
    return verdict


def _made(model: Model, view: View, path: tuple[str, ...]) -> Verdict:
    loaded = artifacts(view, model)
    if loaded is None:
        return unknown("primary_container", "containers")
    shown = {"primary_container": model.primary_container, "containers": model.containers}
    uris = [uri for uri in loaded.uris if (found := location(uri)) and not is_aws_content(found[0], model.scope.region)]
    if not uris:
        return unknown(*loaded.unread) if loaded.unread else not_applicable("it loads nothing of ours from S3", **shown)
    known, jobs = view.derive(makers), view.derive(training_jobs)
    ways = [_job(view, uri) or known.path(place_of(uri)) or _recorded(view, uri) for uri in uris]
    way = (*dict.fromkeys(id for one in ways for id in one), model.id, *path)
    if not all(ways):
        missing = [place_of(uri) for uri, one in zip(uris, ways, strict=True) if not one]
        if not known.complete or jobs.unread or not known.unread.isdisjoint(missing):
            return unknown("ArtifactLineage.steps", "TrainingJob.artifact", path=way)
        if doubts := [
            doubt for uri, one in zip(uris, ways, strict=True) if not one and (doubt := _far(model, uri, view))
        ]:
            return unknown(*doubts, path=way)
        return failed("neither lineage nor a training job has what made the file that it loads", path=way, **shown)
    if loaded.unread or not known.complete or jobs.unread:
        return unknown(*loaded.unread, "ArtifactLineage", "TrainingJob", path=way)
    return passed("a job made what it loads", path=way, **shown)


def _far(model: Model, uri: str, view: View) -> str:
    """What to ask where an artifact is in a bucket that may be another account's; empty of one that is not."""
    found = location(uri)
    bucket = bucket_of(view, model, found[0]) if found else None
    if bucket is None or (isinstance(bucket, Bucket) and (bucket.exists is False or _is_own(model, bucket))):
        return ""
    return f"lineage of the account that owns {found[0]}" if found else ""


def _is_own(model: Model, bucket: Bucket) -> bool:
    return bucket.owned is True and bucket.scope.account == model.scope.account


def _recorded(view: View, uri: str) -> tuple[str, ...]:
    """The domain of SageMaker Catalog whose events say which job made this, if they were read."""
    found = catalog_maker(place_of(uri), view) if view.asked(CatalogLineage) else ""
    return (found,) if found else ()


def _job(view: View, uri: str) -> tuple[str, ...]:
    """A training job of the scan that says it made this."""
    found = view.derive(training_jobs).by.get(bucket_and_key(uri), ())
    return tuple(job.id for job in found[:1])
