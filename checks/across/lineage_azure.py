"""What lineage records, joined to Azure: training data that may be open to all, and models that no job made."""

from msgspec import UNSET

from checks.across.lineage_joins import PERHAPS, maker, said_of_place, training_run
from checks.azure.ai_services.resources import Account
from checks.azure.blind_spots import STATIC_WEBSITE
from checks.azure.machine_learning.assets import job_id
from checks.azure.machine_learning.resources import Job, ModelVersion, OnlineDeployment, Workspace
from checks.azure.paths.documentation import deployment_of
from checks.azure.storage.accounts import azure_ml_storage_anonymous_access_allowed
from checks.azure.storage.naming import account_in, accounts_by_name
from checks.azure.storage.resources import StorageAccount
from checks.lineage.openlineage.joins import is_whole
from checks.lineage.openlineage.resources import LineageDataset, LineageRun
from scanner.lineage.dataset_names import place_of
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-5231",
    severity=Severity.HIGH,
    objective="training-data-integrity",
    since="0.1.0",
    needs=(LineageRun, StorageAccount, Workspace, Account),  # which lead to storage accounts
    exposure=Exposure.INTERNET,
    blind_to=(STATIC_WEBSITE,),
    decided_by=("LineageRun.inputs", "StorageAccount.allow_blob_public_access"),
)
def lineage_training_data_in_azure_storage_open_to_all(data: LineageDataset, view: View) -> Verdict:
    """Data that a recorded run trained with is in a storage account that may be opened to everyone.

    What the account allows counts as in MLP-3401, for the accounts that workspaces and AI accounts name. What its
    containers allow is not read. That a run trained with the data is what OpenLineage events record.

    ## Why it matters
    One wrong click on a container publishes the training data to everyone, with no sign-in and no name in the log.

    ## How to fix
    Disallow anonymous access for the whole account; it overrides every container. Data that is published on purpose
    belongs in an account of its own.

    CLI: `az storage account update --allow-blob-public-access false`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/anonymous-read-access-prevent
    - https://openlineage.io/docs/spec/naming
    """
    if missing := unobserved(data, "namespace"):
        return missing
    if data.place.scheme != "abfss":
        return not_applicable("it does not lie in Azure Storage", namespace=data.namespace)
    used = training_run(data, view)
    if isinstance(used, Verdict):
        return used
    name = account_in(data.place)
    known = view.derive(accounts_by_name)
    if known is None:  # the ids of accounts do not follow from their names
        return unknown(f"storage account {name}")
    account = view.get(StorageAccount, known[name]) if name in known else None
    if not isinstance(account, StorageAccount):
        return not_applicable(f"no workspace or AI account names {name}, so that the scan did not look at it")
    return said_of_place(azure_ml_storage_anonymous_access_allowed(account), account, data, used)


@check(
    id="MLP-5232",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(LineageRun, OnlineDeployment, Job),
    blind_to=("whether the job that it names made it",),
    decided_by=("job_name",),
    recorded=True,
)
def azure_ml_serves_model_that_no_recorded_job_made(version: ModelVersion, view: View) -> Verdict:
    """Azure ML serves a model version that no recorded job made.

    A job made it where the version names one that the workspace still has, or where a run that OpenLineage events
    record wrote exactly the place where its files are. Where a run wrote what only might be that place, such as the
    folder that it lies in, the verdict stays open. Models that a deployment takes from a registry are not looked at.

    ## Why it matters
    Nobody can say what the model was trained with, by which code, or who started it: it may be a file that somebody
    uploaded. What answers customers then has no history that an audit, or the search for a fault, could follow.

    ## How to fix
    Register models from the output of the job that made them, which notes the job, or let a pipeline send events for
    training and registration. Keep jobs of what serves. Where a model was bought or downloaded, record the job that
    copied it.

    CLI: `az ml model create --name … --path azureml://jobs/JOB/outputs/artifacts/paths/model`.

    ## References
    - https://openlineage.io/docs/spec/naming
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-manage-models
    """
    if missing := unobserved(version, "job_name", "model_uri"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    path, shown = (version.id, deployment), {"job_name": version.job_name, "model_uri": version.model_uri}
    job = view.get(Job, job_id(version)) if version.job_name else None
    if isinstance(job, Job):
        return passed("a job of the workspace made it", path=(job.id, *path), job_name=version.job_name)
    if job is UNSET or not is_whole(view):
        return unknown("Job" if job is UNSET else "every run", path=path)
    made = maker(place_of(version.model_uri), {}, view) if version.model_uri else ""
    if made == PERHAPS:
        return unknown("whether what a run wrote is what it loads", path=path)
    if made:
        return passed("a run made what it loads", path=(made, *path), **shown)
    return failed("no recorded run made what it loads, and it names no job that is there", path=path, **shown)
