"""What MLflow records of the versions that Azure ML serves, and who may read where it keeps artifacts in Azure.

Both have the address of a model in the workspace.
"""

from msgspec import UNSET, UnsetType, structs

from checks import origins
from checks.across.served import judged
from checks.across.serving_index import Loaded, Serving, place_of, serving
from checks.azure.ai_services.resources import Account
from checks.azure.blind_spots import STATIC_WEBSITE
from checks.azure.ids import arm_id
from checks.azure.machine_learning.assets import job_id, model_path
from checks.azure.machine_learning.resources import ModelVersion as AzureVersion
from checks.azure.machine_learning.resources import OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.storage.accounts import azure_ml_storage_anonymous_access_allowed
from checks.azure.storage.naming import account_in, accounts_by_name
from checks.azure.storage.resources import StorageAccount
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.resources import EvaluationTable, Experiment, LoggedModel, Run
from checks.mlflow.tracking.versions import TABLES, uncommitted, unevaluated, ungrouped
from scanner.lineage import dataset_names
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Status, Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View

_NEEDS = (ModelVersion, Run, LoggedModel, OnlineDeployment, OnlineEndpoint, Workspace)
_WHAT = "the Azure ML deployments of the scan"
_COPIES = "copies of the files that MLflow does not know of"
_TRUTH = "whether what is recorded is true"


def index(view: View) -> Serving:
    """The models of deployments, each by its address, and what the workspace says of where they come from."""
    deployments = view.all(OnlineDeployment)
    complete = deployments.complete
    found: list[Loaded] = []
    for deployment in deployments:
        idle = not_in_use(deployment)
        if idle is not None and idle.status is Status.NOT_APPLICABLE:
            continue
        if idle is not None or isinstance(deployment.model, UnsetType):
            complete = False
        elif deployment.model:
            made = _loaded(deployment, deployment.model, view)
            complete = complete and made is not None
            place = place_of(deployment.model)
            places = ((place, (deployment.id,)),) if place else ()
            found.append((made or Loaded((deployment.id,)))._replace(places=places))
    return serving(found, complete=complete)


def _loaded(deployment: OnlineDeployment, model: str, view: View) -> Loaded | None:
    """What the workspace says of a model; nothing of one of a registry, and None where that was not observed."""
    id = arm_id(model_path(model))
    version = view.get(AzureVersion, id) if id and view.asked(AzureVersion) else None
    ids = (deployment.id, deployment.id.partition("/deployments/")[0])
    if version is None:  # of a registry, deleted, or not asked for, as where no AI systems are declared
        return Loaded((deployment.id,), ids)
    if not isinstance(version, AzureVersion) or UNSET in (version.tags, version.job_name):
        return None
    named = list(origins.origins(version.tags or {}))
    if version.job_name:  # which is a run, on the server of the workspace
        named.append(origins.Origin("job", job_id(version), "the job"))
    short = f"azureml:{version.name.replace('/', ':')}"
    return Loaded((deployment.id, version.id), (*ids, id, short), origins=tuple(dict.fromkeys(named)))


@check(
    id="MLP-5141",
    severity=Severity.MEDIUM,
    objective="experiment-traceability",
    since="0.1.0",
    needs=_NEEDS,
    also=(AzureVersion,),
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def azure_ml_serves_mlflow_version_from_uncommitted_code(version: ModelVersion, view: View) -> Verdict:
    """Azure ML serves a model version that comes from code that no commit has.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    What answers requests cannot be built again, and nobody can review the code that made it: the commit beside it, if
    there is one, is not what ran.

    ## How to fix
    Train again from a clean check-out, in a pipeline, register what that made, and serve that version.

    ## References
    - https://mlflow.org/docs/latest/ml/tracking/
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-deploy-mlflow-models
    """
    return judged(version, view, index, _WHAT, uncommitted)


@check(
    id="MLP-5142",
    severity=Severity.MEDIUM,
    objective="performance-evaluation",
    since="0.1.0",
    needs=_NEEDS,
    also=(AzureVersion,),
    blind_to=(_COPIES, _TRUTH),
    recorded=True,
)
def azure_ml_serves_mlflow_version_without_evaluation(version: ModelVersion, view: View) -> Verdict:
    """Azure ML serves a model version without a recorded evaluation on data other than its training data.

    That an endpoint in service runs the version is told by where its files are, by what names it, or by a digest; the
    verdict says by which, and is open where they differ.

    ## Why it matters
    The endpoint answers with a model of which nobody recorded how it does on data that it did not learn from. Nobody
    can say later what was known when it was let loose.

    ## How to fix
    Evaluate that very version on data set aside for it, and log each metric with the data set and the model's id.

    ## References
    - https://mlflow.org/docs/latest/ml/evaluation/
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-deploy-mlflow-models
    """
    return judged(version, view, index, _WHAT, unevaluated)


@check(
    id="MLP-5143",
    severity=Severity.LOW,
    objective="bias-fairness",
    since="0.1.0",
    needs=(*_NEEDS, EvaluationTable),
    also=(AzureVersion,),
    blind_to=(_COPIES, _TRUTH, TABLES),
    recorded=True,
)
def azure_ml_serves_mlflow_version_without_metrics_by_group(version: ModelVersion, view: View) -> Verdict:
    """Azure ML serves a model version without a recorded metric by group.

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
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-deploy-mlflow-models
    """
    return judged(version, view, index, _WHAT, ungrouped)


@check(
    id="MLP-5144",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    needs=(StorageAccount, Workspace, Account),  # which lead to storage accounts
    exposure=Exposure.INTERNET,
    blind_to=(STATIC_WEBSITE,),
    decided_by=("artifact_location", "StorageAccount.allow_blob_public_access"),
)
def mlflow_artifact_root_in_azure_storage_open_to_all(experiment: Experiment, view: View) -> Verdict:
    """MLflow keeps the artifacts of an experiment in a storage account that may be opened to everyone.

    What the account allows counts as in MLP-3401, for the accounts that workspaces and AI accounts name. What its
    containers allow is not read.

    ## Why it matters
    One wrong click on the container publishes the models, data samples and plots of every run of the experiment, with
    no sign-in and no name in the log. MLflow's own permissions do not hold in the account.

    ## How to fix
    Disallow anonymous access for the whole account, which overrides every container, and let the server hand artifacts
    out (`mlflow server --artifacts-destination`), so that one identity alone reads the account.

    CLI: `az storage account update --allow-blob-public-access false`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/anonymous-read-access-prevent
    - https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
    """
    if missing := unobserved(experiment, "artifact_location"):
        return missing
    seen = {"artifact_location": experiment.artifact_location}
    place = dataset_names.place_of(experiment.artifact_location or "")
    name = account_in(place) if place.scheme == "abfss" else ""
    if not name:
        return not_applicable("its artifacts are not at an address of Azure Storage", **seen)
    known = view.derive(accounts_by_name)
    if known is None:  # the ids of accounts do not follow from their names
        return unknown(f"storage account {name}")
    account = view.get(StorageAccount, known[name]) if name in known else None
    if not isinstance(account, StorageAccount):
        return not_applicable(f"no workspace or AI account names {name}, so that the scan did not look at it", **seen)
    verdict = azure_ml_storage_anonymous_access_allowed(account)
    return structs.replace(
        verdict,
        evidence={**seen, **{f"StorageAccount.{field}": value for field, value in verdict.evidence.items()}},
        path=(experiment.id, account.id),
        missing=tuple(
            f"StorageAccount.{field}" if field in account.__struct_fields__ else field for field in verdict.missing
        ),
    )
