"""What is known of the data behind model versions that serve: whether the job that made one names any."""

from checks.azure.machine_learning.assets import job_id
from checks.azure.machine_learning.resources import Job, ModelVersion, OnlineDeployment
from checks.azure.paths.documentation import deployment_of
from checks.azure.paths.made_by import job_behind
from scanner.model.checks import check
from scanner.model.nouns import (
    Resource,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View

#: Jobs whose own inputs are all that they read. Of a pipeline, steps have inputs of their own.
_ALONE = frozenset({"command", "sweep", "spark"})


@check(
    id="MLP-5233",
    severity=Severity.LOW,
    objective="data-lineage",
    since="0.1.0",
    needs=(OnlineDeployment, Job),
    blind_to=("data that is named in values of parameters", "whether the job that it names made it"),
    decided_by=("Job.data", "Job.plain_data", "Job.unclear_data"),
)
def azure_ml_served_model_of_job_without_data(version: ModelVersion, view: View) -> Verdict:
    """A job that names no data made a model version that an online deployment serves.

    Judged is the job that the version names, where it is a command, a sweep or a Spark job: an input of the type
    `uri_file`, `uri_folder` or `mltable` is data. An address that is given as a plain value is none, as Azure ML does
    not know that it is data. Of pipelines and other jobs that name none the verdict stays open.

    ## Why it matters
    The code fetched its data by itself. Nobody can say from the job what the model has learnt, whether that was
    allowed, or what else is wrong once a source turns out to be.

    ## How to fix
    Register the data as a data asset and give it to the job as an input, so that Azure ML notes the version of it with
    the job.

    CLI: `az ml job create --file job.yml`, with `inputs` of the type `uri_folder` in the file.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-read-write-data-v2
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-job-command
    """
    behind = job_behind(version, view)
    if isinstance(behind, Verdict):
        return behind
    job, path = behind
    shown = joined(job, "data", "plain_data", "unclear_data")
    if job.data or job.plain_data or job.unclear_data:
        return passed("the job that made it names data", path=path, **shown)
    if str(job.job_type or "").lower() not in _ALONE:
        return unknown("what data such a job reads", path=path)
    found = joined(job, "job_type", "data", "plain_data", "unclear_data")
    return failed("the job that made it names no data", path=path, **found)


@check(
    id="MLP-5234",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(OnlineDeployment, Job),
    blind_to=("whether the job that it names made it", "records of how it was made that are kept elsewhere"),
    decided_by=("job_name",),
    recorded=True,
)
def azure_ml_served_model_names_no_job(version: ModelVersion, view: View) -> Verdict:
    """An online deployment serves a model version that names no job which made it, or one that is gone.

    The job is the one that the version was registered from, as whoever registered it said. Models that a deployment
    takes from a registry are not looked at. Where OpenLineage events are scanned as well, MLP-5232 judges it with
    those, and this check does not.

    ## Why it matters
    Nobody can say what the model was trained with, by which code, or who started it: it may be a file that somebody
    uploaded. What answers customers then has no history that an audit, or the search for a fault, could follow.

    ## How to fix
    Register models from the output of the job that made them, which notes the job, and keep jobs of what serves. Where
    a model was bought or downloaded, let a job copy it, and register what that wrote.

    CLI: `az ml model create --name … --path azureml://jobs/JOB/outputs/artifacts/paths/model`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-manage-models
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-model
    """
    if "lineage" in view.sources:
        return not_applicable("OpenLineage events are scanned as well, and MLP-5232 judges it with those")
    if missing := unobserved(version, "job_name"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    path = (version.id, deployment)
    if not version.job_name:
        return failed("it names no job that made it", path=path, job_name=version.job_name)
    job = view.get(Job, job_id(version))
    if job is None:
        return failed("the job that it names is gone", path=path, job_name=version.job_name)
    if not isinstance(job, Resource):
        return unknown("Job", path=path)
    return passed("a job of the workspace made it", path=(job.id, *path), job_name=version.job_name)
