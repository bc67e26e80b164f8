"""The storage behind a workspace: for the joined checks."""

from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import StorageAccount
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def storage_of(workspace: Workspace, view: View) -> StorageAccount | Verdict:
    """The linked storage account, or why there is nothing to judge."""
    if verdict := unobserved(workspace, "storage_account"):
        return verdict
    if not workspace.storage_account:
        return not_applicable("the workspace names no storage account", storage_account=None)
    found = view.get(StorageAccount, arm_id(str(workspace.storage_account)))
    return found if isinstance(found, StorageAccount) else unknown("StorageAccount")
