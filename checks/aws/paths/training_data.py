"""What is known of the data behind models that serve: whether the job names any, and whether it was set aside."""

from collections.abc import Callable
from functools import partial

from msgspec import UNSET

from checks.aws.paths.datasheets import jobs_behind, judged_in_service
from checks.aws.sagemaker.resources import (
    Channel,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from scanner.model.checks import check
from scanner.model.nouns import Severity, Status, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View

_NEEDS = (Model, Endpoint, EndpointConfig, InferenceComponent, ModelPackage, TrainingJob)
_OLDER = "training jobs of more than 30 days ago"
#: Channels with what a job goes on from, and no data.
_NO_DATA = frozenset({"model", "code", "checkpoint"})
_TRAINING = frozenset({"train", "training"})
_EVALUATION = frozenset({"validation", "valid", "val", "test", "testing", "eval", "evaluation"})
#: Of several jobs, the first of these counts.
_ORDER = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)

Judge = Callable[[TrainingJob, tuple[str, ...]], Verdict]


@check(
    id="MLP-5214",
    severity=Severity.LOW,
    objective="data-lineage",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_OLDER, "data that is named in hyperparameters"),
)
def sagemaker_served_model_of_job_without_data(model: Model, view: View) -> Verdict:
    """A training job that names no data made a model that serves.

    Judged are training jobs of the last thirty days whose artifact an endpoint in service loads. A channel names data,
    in S3 or in a file system; one called `model`, `code` or `checkpoint` alone may hold no data, so that the verdict
    stays open.

    ## Why it matters
    The container fetched its data by itself, or has it in its image. Nobody can say from the job what the model has
    learnt, whether that was allowed, or what else is wrong once a source turns out to be.

    ## How to fix
    Give the data to the job as a channel, so that SageMaker notes it with the job and in its lineage. Where the code
    has to download it, let a processing job do so first, and train from what that wrote.

    CLI: `aws sagemaker create-training-job --input-data-config`. SDK: `inputs` of `ModelTrainer.train`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html
    """
    return _judged(model, view, _names_data)


@check(
    id="MLP-5215",
    severity=Severity.LOW,
    objective="performance-evaluation",
    since="0.1.0",
    needs=_NEEDS,
    blind_to=(_OLDER, "records that two places have both", "what code sets aside by itself"),
)
def sagemaker_served_model_validated_on_training_data(model: Model, view: View) -> Verdict:
    """A training job that made a model that serves reads the same data to train and to validate.

    Judged are training jobs of the last thirty days whose artifact an endpoint in service loads, by their channels:
    `train` or `training` against `validation`, `test`, `eval` and such names. Where one place lies in the other, the
    verdict stays open: the code may leave it out.

    ## Why it matters
    What the job reports as validation is how well the model remembers. Early stopping, tuning and whoever approves the
    model go by numbers that say nothing of data that it has not seen.

    ## How to fix
    Split the data before training, write both parts to places of their own, and give each to its channel. Where the
    code splits one place by itself, give it as one channel.

    CLI: `aws sagemaker create-training-job --input-data-config`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
    """
    return _judged(model, view, _sets_aside)


def _judged(model: Model, view: View, judge: Judge) -> Verdict:
    """The verdict on the jobs that made what a served model loads: that on the first that fails or is open."""
    return judged_in_service(model, view, partial(_of_jobs, judge=judge))


def _of_jobs(model: Model, view: View, path: tuple[str, ...], *, judge: Judge) -> Verdict:
    jobs = jobs_behind(model, view)
    if isinstance(jobs, Verdict):
        return jobs
    verdicts: list[Verdict] = []
    for job in jobs:
        way = (job.id, model.id, *path)
        verdicts.append(unknown("TrainingJob.inputs", path=way) if job.inputs is UNSET else judge(job, way))
    return min(verdicts, key=lambda one: _ORDER.index(one.status))


def _names_data(job: TrainingJob, path: tuple[str, ...]) -> Verdict:
    names = [channel.channel_name or "" for channel in job.inputs or ()]
    if not names:
        return failed("the job that made it names no data", path=path, **joined(job, "inputs"))
    if _NO_DATA.issuperset(names):
        return unknown("whether a channel holds data", path=path)
    return passed("the job that made it names data", path=path, **joined(job, "inputs"))


def _sets_aside(job: TrainingJob, path: tuple[str, ...]) -> Verdict:
    training, evaluation = _places(job, _TRAINING), _places(job, _EVALUATION)
    if not training or not evaluation:
        return not_applicable("the job that made it has no channels for both", **joined(job, "inputs"))
    if both := sorted(training & evaluation):
        said = f"the job that made it reads {both[0]} to train and to validate"
        return failed(said, path=path, **joined(job, "inputs"))
    if any(one.startswith(other) or other.startswith(one) for one in training for other in evaluation):
        return unknown("whether the data of one channel is left out of the other", path=path)
    return passed("the job that made it validates on other data", path=path, **joined(job, "inputs"))


def _places(job: TrainingJob, names: frozenset[str]) -> set[str]:
    """The places in S3 that channels of these names read. What begins with a place is read, too."""
    return {uri.rstrip("/") for channel in job.inputs or () if channel.channel_name in names for uri in _uris(channel)}


def _uris(channel: Channel) -> tuple[str, ...]:
    source = channel.data_source.s3_data_source if channel.data_source else None
    return (source.s3_uri,) if source and source.s3_uri else ()
