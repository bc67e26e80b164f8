"""Checks of Azure ML workspaces."""

from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Workspace
from checks.azure.members import approved, identity_types
from checks.azure.storage.exposure import open_to_all_networks
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


def _of_hub(workspace: Workspace) -> Verdict | None:
    """Projects take network, keys and storage from their hub; the hub is judged instead."""
    missing = unobserved(workspace, "workspace_kind")
    if missing is None and (workspace.workspace_kind or "").lower() == "project":
        return not_applicable("a project takes this from its hub", workspace_kind=workspace.workspace_kind)
    return missing


@check(
    id="MLP-3001",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
)
def azure_ml_workspace_public_network_access(workspace: Workspace) -> Verdict:
    """Workspace is reachable from the public internet.

    ## Why it matters
    Studio, the job API and the model registry answer anyone on the internet who holds a token. A token stolen from a
    laptop or a build log is then enough to read models and start jobs; with private access it is not. Azure turns
    public access on unless told otherwise, so a workspace that never set it counts as public.

    ## How to fix
    Create a private endpoint for the workspace first, then turn public access off. Letting in selected addresses only
    is better than nothing, and still public access to this check: stable versions of the API do not report the list.

    Portal: Networking > Public access > Disabled. CLI: `az ml workspace update --public-network-access Disabled`.
    Terraform: `public_network_access_enabled = false` on `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := _of_hub(workspace) or unobserved(workspace, "public_network_access"):
        return verdict
    access = workspace.public_network_access
    if access == "Disabled":
        return passed("public network access is off", public_network_access=access)
    if access in ("Enabled", None):
        return failed("public network access is on", public_network_access=access)
    return unknown("public_network_access")


@check(id="MLP-3002", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def azure_ml_workspace_public_behind_vnet(workspace: Workspace) -> Verdict:
    """Workspace keeps public access although it sits behind a virtual network.

    ## Why it matters
    The flag reopens the public address of a workspace that was moved behind a virtual network. The network looks
    isolated in every diagram, while studio and the API still answer from outside it. Without an approved private
    endpoint the workspace is behind no network, and the flag has no effect.

    ## How to fix
    Set the flag to false, and public network access to Disabled.

    CLI: `az resource update --ids WORKSPACE_ID --set properties.allowPublicAccessWhenBehindVnet=false`.
    ARM and Bicep: `allowPublicAccessWhenBehindVnet: false`. Absent means false.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    match workspace.allow_public_access_when_behind_vnet:
        case True:
            if verdict := unobserved(workspace, "private_endpoint_connections"):
                return verdict
            connections = workspace.private_endpoint_connections or ()
            if not approved(connections):
                return not_applicable("it is behind no virtual network", private_endpoint_connections=connections)
            return failed(
                "public access behind the virtual network is allowed",
                allow_public_access_when_behind_vnet=True,
                private_endpoint_connections=connections,
            )
        case False | None as flag:
            return passed(
                "public access behind the virtual network is not allowed", allow_public_access_when_behind_vnet=flag
            )
        case _:
            return unknown("allow_public_access_when_behind_vnet")


@check(id="MLP-3003", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def azure_ml_workspace_without_private_endpoint(workspace: Workspace) -> Verdict:
    """Workspace has no approved private endpoint.

    ## Why it matters
    Without a private endpoint there is no way to reach the workspace other than its public address, so public access
    cannot be turned off. A connection that is pending or rejected carries no traffic and does not count.

    ## How to fix
    Create a private endpoint for the sub-resource `amlworkspace` in your virtual network and approve its connection.

    Portal: Networking > Private endpoint connections. CLI: `az network private-endpoint create --group-id
    amlworkspace`. Terraform: `azurerm_private_endpoint` with `subresource_names = ["amlworkspace"]`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := _of_hub(workspace) or unobserved(workspace, "private_endpoint_connections"):
        return verdict
    connections = workspace.private_endpoint_connections or ()
    names = approved(connections)
    if names:
        return passed(f"approved: {', '.join(names)}", private_endpoint_connections=connections)
    return failed("no private endpoint connection is approved", private_endpoint_connections=connections)


@check(id="MLP-3004", severity=Severity.MEDIUM, objective="key-management", since="0.1.0")
def azure_ml_workspace_without_customer_key(workspace: Workspace) -> Verdict:
    """Workspace metadata is not encrypted with a customer-managed key.

    ## Why it matters
    Run history, metrics and the model registry are encrypted with a key that Microsoft holds. You can neither revoke it
    when a tenant is compromised nor prove to an auditor who could use it.

    ## How to fix
    The key can be set only when a workspace is created. Make a new workspace with a key from a vault that has purge
    protection, and move the work.

    CLI: `az ml workspace create` with `customer_managed_key` in the file. Terraform: the `encryption` block of
    `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-customer-managed-keys
    """
    if verdict := _of_hub(workspace) or unobserved(workspace, "encryption_status", "key_identifier"):
        return verdict
    match workspace.encryption_status:
        case "Enabled" if workspace.key_identifier:
            return passed("a customer key is set", encryption_status="Enabled", key_identifier=workspace.key_identifier)
        case "Enabled" | "Disabled" | None as status:
            return failed("no customer key is set", encryption_status=status)
        case _:
            return unknown("encryption_status")


@check(id="MLP-3005", severity=Severity.HIGH, objective="network-isolation", since="0.1.0")
def azure_ml_workspace_managed_network_not_isolated(workspace: Workspace) -> Verdict:
    """Workspace has no managed virtual network.

    ## Why it matters
    Computes, serverless jobs and managed endpoints of the workspace then run outside any network you control, unless
    each of them is placed in a subnet one by one. Code in a job can send training data to any address.

    ## How to fix
    Set the isolation mode to allow only approved outbound, or at least to allow internet outbound. It cannot be turned
    off again later.

    Portal: Networking > Workspace managed outbound access. CLI: `az ml workspace update --managed-network
    allow_only_approved_outbound`. Terraform: `managed_network { isolation_mode = "AllowOnlyApprovedOutbound" }`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-managed-network
    """
    if verdict := _of_hub(workspace):
        return verdict
    match workspace.isolation_mode:
        case "AllowOnlyApprovedOutbound" | "AllowInternetOutbound" as mode:
            return passed(f"isolation mode is {mode}", isolation_mode=mode)
        case "Disabled" | None as mode:
            return failed("there is no managed virtual network", isolation_mode=mode)
        case _:
            return unknown("isolation_mode")


@check(id="MLP-3006", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def azure_ml_workspace_v1_legacy_mode(workspace: Workspace) -> Verdict:
    """Workspace with a managed virtual network is in v1 legacy mode.

    ## Why it matters
    Legacy mode blocks the v2 API, and with it managed online endpoints and the controls that a managed virtual network
    brings. Teams work around it with v1 deployments that the network settings do not protect. A workspace with a
    virtual network of its own may need the mode, so it is judged only beside a managed one.

    ## How to fix
    Turn the mode off once the workspace has a managed virtual network or private endpoint.

    CLI: `az ml workspace update --set v1_legacy_mode=false`. Terraform: `v1_legacy_mode_enabled = false` on
    `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-network-isolation-with-v2
    """
    if verdict := unobserved(workspace, "v1_legacy_mode"):
        return verdict
    if not workspace.v1_legacy_mode:
        return passed("v1 legacy mode is off", v1_legacy_mode=workspace.v1_legacy_mode)
    match workspace.isolation_mode:
        case "AllowOnlyApprovedOutbound" | "AllowInternetOutbound" as mode:
            return failed("v1 legacy mode is on in a managed virtual network", v1_legacy_mode=True, isolation_mode=mode)
        case "Disabled" | None as mode:
            return not_applicable("there is no managed virtual network", isolation_mode=mode)
        case _:
            return unknown("isolation_mode")


@check(
    id="MLP-3007",
    severity=Severity.HIGH,
    objective="training-data-access",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
)
def azure_ml_workspace_sensitive_data_in_public_storage(workspace: Workspace, view: View) -> Verdict:
    """Workspace flagged as high business impact keeps its data in storage open to all networks.

    ## Why it matters
    Whoever set the flag declared that the workspace handles sensitive data. Its default storage account, which holds
    datasets, snapshots of code and models, nevertheless accepts connections from any address, so one leaked key or
    token is enough to copy it.

    ## How to fix
    Set the storage account's default network action to Deny or turn its public network access off, and let the
    workspace in through a private endpoint.

    CLI: `az storage account update --default-action Deny`. Terraform: `public_network_access_enabled = false` on
    `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-data-encryption
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-network-security
    """
    if verdict := unobserved(workspace, "hbi_workspace"):
        return verdict
    if not workspace.hbi_workspace:
        return not_applicable("not flagged as high business impact", hbi_workspace=workspace.hbi_workspace)
    if not isinstance(workspace.storage_account, str):
        return unknown("storage_account")
    storage = view.get(StorageAccount, arm_id(workspace.storage_account))
    if not isinstance(storage, StorageAccount):
        return unknown("StorageAccount")
    path = (workspace.id, storage.id)
    if verdict := unobserved(storage, "exists"):
        return verdict
    if not storage.exists:
        return not_applicable("the storage account does not exist", **joined(storage, "exists"))
    is_open, fields = open_to_all_networks(storage)
    if is_open is None:
        return unknown("StorageAccount.public_network_access", "StorageAccount.network_default_action", path=path)
    if is_open:
        return failed(
            f"{storage.name} accepts connections from all or most of the internet",
            path=path,
            **joined(storage, *fields),
        )
    return passed(f"{storage.name} is closed to the internet", path=path, **joined(storage, *fields))


@check(id="MLP-3008", severity=Severity.LOW, objective="workload-identity", since="0.1.0")
def azure_ml_workspace_without_user_assigned_identity(workspace: Workspace) -> Verdict:
    """Workspace has no user-assigned managed identity.

    ## Why it matters
    A system-assigned identity gets Contributor on the resource group when the workspace is made and disappears with it.
    An identity of your own can be given just the roles it needs beforehand, and reviewed apart from the workspace.

    ## How to fix
    Create a user-assigned identity with roles on the storage account, vault and registry, and make it the primary
    identity of the workspace.

    CLI: `az ml workspace create --primary-user-assigned-identity ID`. Terraform: `identity { type = "UserAssigned" }`
    with `primary_user_assigned_identity` on `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-identity-based-service-authentication
    """
    if verdict := unobserved(workspace, "identity_type"):
        return verdict
    kinds = identity_types(workspace.identity_type or "")
    if "userassigned" in kinds:
        return passed("a user-assigned identity is set", identity_type=workspace.identity_type)
    return failed("no user-assigned identity is set", identity_type=workspace.identity_type)


@check(id="MLP-3009", severity=Severity.HIGH, objective="strong-authentication", since="0.1.0")
def azure_ml_workspace_datastores_use_access_keys(workspace: Workspace) -> Verdict:
    """Workspace reaches its own datastores with storage account keys.

    ## Why it matters
    Every member of the workspace can then ask for the account key of the default storage, and with it read, change or
    delete all datasets, code snapshots and models, past any role assignment and without a name in the log. Keys are
    what a workspace uses unless told otherwise.

    ## How to fix
    Switch the system datastores to identity-based access and give users and computes roles on the storage account.

    CLI: `az ml workspace update --system-datastores-auth-mode identity`. ARM and Bicep:
    `systemDatastoresAuthMode: 'Identity'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-disable-local-auth-storage
    """
    if verdict := _of_hub(workspace) or unobserved(workspace, "system_datastores_auth_mode"):
        return verdict
    match (workspace.system_datastores_auth_mode or "accesskey").lower():
        case "accesskey":
            return failed(
                "system datastores use access keys", system_datastores_auth_mode=workspace.system_datastores_auth_mode
            )
        case "identity" | "userdelegationsas":
            return passed(
                "system datastores use Entra identities",
                system_datastores_auth_mode=workspace.system_datastores_auth_mode,
            )
        case _:
            return unknown("system_datastores_auth_mode")
