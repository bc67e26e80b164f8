"""The job that made a model version which serves, as far as the version names one."""

from checks.azure.machine_learning.assets import job_id
from checks.azure.machine_learning.resources import Job, ModelVersion
from checks.azure.paths.documentation import deployment_of
from scanner.model.nouns import Resource, Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def job_behind(version: ModelVersion, view: View) -> tuple[Job, tuple[str, ...]] | Verdict:
    """The job, of which it is known what data it reads, and the path from it to a deployment that serves the version.

    A verdict where there is none, or that is not known.
    """
    if missing := unobserved(version, "job_name"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    if not version.job_name:
        return not_applicable("it names no job that made it", job_name=version.job_name)
    job = view.get(Job, job_id(version), version.scope)
    if job is None:
        return not_applicable("the job that made it is gone", job_name=version.job_name)
    if not isinstance(job, Resource):
        return unknown("Job", path=(version.id, deployment))
    path = (job.id, version.id, deployment)
    return unknown("Job.data", path=path) if unobserved(job, "data", "plain_data", "unclear_data") else (job, path)
