"""What lineage records, joined to Azure: training data in accounts that may let everyone in."""

from checks.across.lineage_joins import said_of_place, training_run
from checks.azure.ai_services.resources import Account
from checks.azure.blind_spots import STATIC_WEBSITE
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.accounts import azure_ml_storage_anonymous_access_allowed
from checks.azure.storage.resources import StorageAccount
from checks.lineage.openlineage.resources import LineageDataset, LineageRun
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, not_applicable, unknown, unobserved
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
    name = data.place.store.partition("@")[2].partition(".")[0]
    known = view.derive(_accounts)
    if known is None:  # the ids of accounts do not follow from their names
        return unknown(f"storage account {name}")
    account = view.get(StorageAccount, known[name]) if name in known else None
    if not isinstance(account, StorageAccount):
        return not_applicable(f"no workspace or AI account names {name}, so that the scan did not look at it")
    return said_of_place(azure_ml_storage_anonymous_access_allowed(account), account, data, used)


def _accounts(view: View) -> dict[str, str] | None:
    """The ids of storage accounts by their names, which are unique in Azure; None unless all were listed."""
    found = view.all(StorageAccount)
    return {one.id.rpartition("/")[2]: one.id for one in found} if found.complete else None
