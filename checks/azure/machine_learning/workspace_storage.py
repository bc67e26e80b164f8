"""Checks of the default storage account of Azure ML workspaces."""

from typing import Any

from checks.azure.blind_spots import DATASTORES, FAR_PERIMETERS
from checks.azure.ids import arm_id
from checks.azure.machine_learning.hubs import of_hub
from checks.azure.machine_learning.resources import Workspace
from checks.azure.members import folded
from checks.azure.networks import of_joined
from checks.azure.storage import exposure
from checks.azure.storage.absence import joined_absence
from checks.azure.storage.resources import StorageAccount
from checks.azure.transience import on_the_way
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    failed_unless_known,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View


@check(
    id="MLP-3007",
    severity=Severity.HIGH,
    objective="training-data-access",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
    blind_to=(DATASTORES, FAR_PERIMETERS),
    decided_by=(
        "StorageAccount.perimeter_mode",
        "StorageAccount.perimeter_rules",
        "StorageAccount.public_network_access",
    ),
)
def azure_ml_workspace_sensitive_data_in_public_storage(workspace: Workspace, view: View) -> Verdict:
    """Workspace flagged as high business impact keeps its data in storage open to all networks.

    ## Why it matters
    Whoever set the flag declared that the workspace handles sensitive data. Its default storage account, which holds
    datasets, snapshots of code and models, nevertheless accepts connections from any address, so one leaked key or
    token is enough to copy it.

    ## How to fix
    Set the storage account's default network action to Deny or turn its public network access off, and let the
    workspace in through a private endpoint. A range this wide that is your own is declared in `[[trust.addresses]]`.

    CLI: `az storage account update --default-action Deny`. Terraform: `public_network_access_enabled = false` on
    `azurerm_storage_account`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-data-encryption
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-network-security
    """
    if verdict := on_the_way(workspace) or unobserved(workspace, "hbi_workspace"):
        return verdict
    if not workspace.hbi_workspace:
        return not_applicable("not flagged as high business impact", hbi_workspace=workspace.hbi_workspace)
    if not isinstance(workspace.storage_account, str):
        return unknown("storage_account")
    storage = view.get(StorageAccount, arm_id(workspace.storage_account))
    if not isinstance(storage, StorageAccount):
        return unknown("StorageAccount")
    path = (workspace.id, storage.id)
    if verdict := joined_absence(storage, path):
        return verdict
    found = exposure.open_to_all_networks(storage)
    if found.to_all is None:
        return unknown(*of_joined("StorageAccount", found.fields), path=path)
    if found.to_all:
        return failed_unless_known(
            found.foreign,
            f"{storage.name} accepts connections from all or most of the internet",
            known=f"{storage.name}: {found.known}",
            path=path,
            missing=found.missing,
            **joined(storage, *found.fields),
        )
    return passed(f"{storage.name} is closed to the internet", path=path, **joined(storage, *found.fields))


@check(
    id="MLP-3009",
    severity=Severity.HIGH,
    objective="strong-authentication",
    since="0.1.0",
    needs=(Workspace, StorageAccount),
    blind_to=(),
)
def azure_ml_workspace_datastores_use_access_keys(workspace: Workspace, view: View) -> Verdict:
    """Workspace reaches its own datastores with storage account keys.

    ## Why it matters
    Every member of the workspace can then ask for the account key of the default storage, and with it read, change or
    delete all datasets, code snapshots and models, past any role assignment and without a name in the log. Keys are
    what a workspace uses unless told otherwise. Where the storage account refuses keys, they open nothing.

    ## How to fix
    Switch the system datastores to identity-based access and give users and computes roles on the storage account.

    CLI: `az ml workspace update --system-datastores-auth-mode identity`. ARM and Bicep:
    `systemDatastoresAuthMode: 'Identity'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-disable-local-auth-storage
    - https://learn.microsoft.com/en-us/azure/storage/common/shared-key-authorization-prevent
    """
    if verdict := of_hub(workspace, view) or unobserved(workspace, "system_datastores_auth_mode"):
        return verdict
    mode = workspace.system_datastores_auth_mode
    match folded(mode):
        case "identity" | "userdelegationsas":
            return passed("system datastores use Entra identities", system_datastores_auth_mode=mode)
        case "accesskey" | None:
            return _keys_that_work(workspace, view)
        case _:
            return unknown("system_datastores_auth_mode")


def _keys_that_work(workspace: Workspace, view: View) -> Verdict:
    """The verdict on system datastores with access keys: whether their storage accepts these."""
    used: dict[str, Any] = {"system_datastores_auth_mode": workspace.system_datastores_auth_mode}
    if verdict := unobserved(workspace, "storage_account"):
        return verdict
    if not workspace.storage_account:
        return failed("system datastores use access keys", **used)
    storage = view.get(StorageAccount, arm_id(str(workspace.storage_account)))
    if not isinstance(storage, StorageAccount):
        return unknown("StorageAccount")
    path = (workspace.id, storage.id)
    if verdict := joined_absence(storage, path):
        return verdict
    evidence = {**used, **joined(storage, "allow_shared_key_access")}
    match storage.allow_shared_key_access:
        case False:
            return passed(f"{storage.name} refuses access keys", path=path, **evidence)
        case True | None:
            return failed("system datastores use access keys", path=path, **evidence)
        case _:
            return unknown("StorageAccount.allow_shared_key_access", path=path)
