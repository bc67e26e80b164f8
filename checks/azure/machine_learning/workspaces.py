"""Checks of Azure ML workspaces."""

from typing import Any

from checks.azure.machine_learning.access import in_managed_network, open_to_all_networks
from checks.azure.machine_learning.hubs import of_hub
from checks.azure.machine_learning.resources import Compute, Workspace
from checks.azure.machine_learning.subnets import outside_subnets
from checks.azure.members import approved, folded, identity_types
from checks.azure.networks import judge_opening
from checks.azure.transience import on_the_way
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View


@check(
    id="MLP-3001",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace,),
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("public_network_access",),
)
def azure_ml_workspace_public_network_access(workspace: Workspace, view: View) -> Verdict:
    """Workspace is reachable from the public internet.

    ## Why it matters
    Studio, the job API and the model registry answer anyone on the internet who holds a token. A token stolen from a
    laptop or a build log is then enough to read models and start jobs; with private access it is not. Azure turns
    public access on unless told otherwise, so a workspace that never set it counts as public. One that lets in selected
    addresses only is not open to everyone, unless these make up a /8 or more.

    ## How to fix
    Create a private endpoint for the workspace first, then turn public access off; or let in selected addresses only. A
    range this wide that is your own is declared in `[[trust.addresses]]`.

    Portal: Networking > Public access > Disabled. CLI: `az ml workspace update --public-network-access Disabled`, or
    `az ml workspace network-rule add --ip-address RANGE`. Terraform: `public_network_access_enabled = false` on
    `azurerm_machine_learning_workspace`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := of_hub(workspace, view):
        return verdict
    opened = "all networks or most of them may connect"
    return judge_opening(workspace, open_to_all_networks(workspace), opened, "not all networks may connect")


@check(
    id="MLP-3002",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace,),
    blind_to=(),
    decided_by=("private_endpoint_connections", "public_network_access"),
)
def azure_ml_workspace_public_behind_vnet(workspace: Workspace, view: View) -> Verdict:
    """Workspace keeps public access although it sits behind a virtual network.

    ## Why it matters
    A private endpoint does not close the public address of a workspace. The network looks isolated in every diagram,
    while studio and the API still answer from outside it. Public network access decides; the older flag
    `allowPublicAccessWhenBehindVnet` only where that was never set. Without an approved private endpoint the workspace
    is behind no network.

    ## How to fix
    Turn public network access off, or let in selected addresses only. A range this wide that is your own is declared in
    `[[trust.addresses]]`.

    CLI: `az ml workspace update --public-network-access Disabled`. ARM and Bicep: `publicNetworkAccess: 'Disabled'`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := of_hub(workspace, view) or unobserved(workspace, "private_endpoint_connections"):
        return verdict
    connections = workspace.private_endpoint_connections or ()
    if not approved(connections):
        return not_applicable("it is behind no virtual network", private_endpoint_connections=connections)
    opened = "all networks or most of them may connect beside the private endpoint"
    closed = "not all networks may connect beside the private endpoint"
    found = open_to_all_networks(workspace)
    return judge_opening(workspace, found, opened, closed, "private_endpoint_connections")


@check(
    id="MLP-3003",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace,),
    blind_to=(),
)
def azure_ml_workspace_without_private_endpoint(workspace: Workspace, view: View) -> Verdict:
    """Workspace has no approved private endpoint.

    ## Why it matters
    Without a private endpoint the public address is the only way to studio, jobs and data of the workspace. Who turns
    public access off first shuts everybody out, so it tends to stay on. A connection that is pending or rejected
    carries no traffic and does not count.

    ## How to fix
    Create a private endpoint for the sub-resource `amlworkspace` in your virtual network and approve its connection.

    Portal: Networking > Private endpoint connections. CLI: `az network private-endpoint create --group-id
    amlworkspace`. Terraform: `azurerm_private_endpoint` with `subresource_names = ["amlworkspace"]`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := of_hub(workspace, view) or unobserved(workspace, "private_endpoint_connections"):
        return verdict
    connections = workspace.private_endpoint_connections or ()
    names = approved(connections)
    if names:
        return passed(f"approved: {', '.join(names)}", private_endpoint_connections=connections)
    return failed("no private endpoint connection is approved", private_endpoint_connections=connections)


@check(
    id="MLP-3004", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", needs=(Workspace,), blind_to=()
)
def azure_ml_workspace_without_customer_key(workspace: Workspace, view: View) -> Verdict:
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
    if verdict := of_hub(workspace, view) or unobserved(workspace, "encryption_status", "key_identifier"):
        return verdict
    status = workspace.encryption_status
    match folded(status):
        case "enabled" if workspace.key_identifier:
            return passed("a customer key is set", encryption_status=status, key_identifier=workspace.key_identifier)
        case "enabled" | "disabled" | None:
            return failed("no customer key is set", encryption_status=status)
        case _:
            return unknown("encryption_status")


@check(
    id="MLP-3005",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace, Compute),
    blind_to=(),
    decided_by=("isolation_mode",),
)
def azure_ml_workspace_managed_network_not_isolated(workspace: Workspace, view: View) -> Verdict:
    """Workspace has no managed virtual network, and runs outside subnets of yours.

    ## Why it matters
    Computes, serverless jobs and managed endpoints of the workspace then run in a network of Microsoft's that you
    neither see nor control. Code in a job can send training data to any address. The other supported design, a subnet
    of yours for serverless jobs and for every compute, excludes a managed network and passes.

    ## How to fix
    Modes cannot be changed at will: a managed network cannot be turned off again, and one that allows internet outbound
    cannot be changed to approved outbound only. Before a network is turned on, all computes and managed online
    endpoints of the workspace have to be deleted. So choose approved outbound only, best when the workspace is made.

    Portal: Networking > Workspace managed outbound access. CLI: `az ml workspace update --managed-network
    allow_only_approved_outbound`. Terraform: `managed_network { isolation_mode = "AllowOnlyApprovedOutbound" }`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-managed-network
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-secure-training-vnet
    """
    if verdict := of_hub(workspace, view):
        return verdict
    match in_managed_network(workspace):
        case True:
            mode = workspace.isolation_mode
            return passed(f"isolation mode is {mode}", isolation_mode=mode)
        case None:
            return unknown("isolation_mode")
    if verdict := unobserved(workspace, "serverless_subnet"):
        return verdict
    evidence: dict[str, Any] = {
        "isolation_mode": workspace.isolation_mode,
        "serverless_subnet": workspace.serverless_subnet,
    }
    if not workspace.serverless_subnet:
        return failed("there is no managed virtual network", **evidence)
    outside = outside_subnets(workspace, view)
    if outside.compute:
        return failed(
            f"there is no managed virtual network, and {outside.compute.rpartition('/')[2]} is in no subnet",
            path=(workspace.id, outside.compute),
            **evidence,
        )
    if outside.doubts:
        return unknown(*sorted(outside.doubts))
    return passed("serverless jobs and every compute run in subnets", **evidence)


@check(
    id="MLP-3006",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    blind_to=(),
    decided_by=("v1_legacy_mode",),
)
def azure_ml_workspace_v1_legacy_mode(workspace: Workspace) -> Verdict:
    """Workspace with a managed virtual network is in v1 legacy mode.

    ## Why it matters
    Legacy mode blocks the v2 API, and with it managed online endpoints and the controls that a managed virtual network
    brings. Teams work around it with v1 deployments that the network settings do not protect. A workspace with a
    virtual network of its own may need the mode, so it is judged only beside a managed one.

    ## How to fix
    Turn the mode off once the workspace has a managed virtual network or private endpoint.

    The current command line has no parameter for it. `az rest --method patch --url WORKSPACE_ID?api-version=2025-06-01
    --body '{"properties": {"v1LegacyMode": false}}'` turns it off; allow an hour for it to take effect. Terraform:
    `v1_legacy_mode_enabled = false` on `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-network-isolation-with-v2
    """
    if verdict := on_the_way(workspace) or unobserved(workspace, "v1_legacy_mode"):
        return verdict
    if not workspace.v1_legacy_mode:
        return passed("v1 legacy mode is off", v1_legacy_mode=workspace.v1_legacy_mode)
    mode = workspace.isolation_mode
    match in_managed_network(workspace):
        case True:
            return failed("v1 legacy mode is on in a managed virtual network", v1_legacy_mode=True, isolation_mode=mode)
        case False:
            return not_applicable("there is no managed virtual network", isolation_mode=mode)
        case _:
            return unknown("isolation_mode")


@check(
    id="MLP-3008",
    severity=Severity.LOW,
    objective="workload-identity",
    since="0.1.0",
    blind_to=(),
    decided_by=("identity_type",),
)
def azure_ml_workspace_without_user_assigned_identity(workspace: Workspace) -> Verdict:
    """Workspace does not act as a user-assigned managed identity.

    ## Why it matters
    A system-assigned identity is given a role on the whole resource group, and disappears with the workspace. The role
    is Azure AI Administrator for workspaces made since 19 November 2024 and Contributor for older ones, which can be
    converted; none is given where `allowRoleAssignmentOnRG` is false. An identity of your own can be given just the
    roles it needs beforehand, and reviewed apart from the workspace. A workspace that has both kinds acts as its own
    unless one of yours is named as the primary one.

    ## How to fix
    Create a user-assigned identity with roles on the storage account, vault and registry, and make it the primary
    identity of the workspace.

    CLI: `az ml workspace create --primary-user-assigned-identity ID`. Terraform: `identity { type = "UserAssigned" }`
    with `primary_user_assigned_identity` on `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-identity-based-service-authentication
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-assign-roles
    """
    if verdict := on_the_way(workspace) or unobserved(workspace, "identity_type"):
        return verdict
    kinds = identity_types(workspace.identity_type or "")
    if "userassigned" not in kinds:
        return failed("no user-assigned identity is set", identity_type=workspace.identity_type)
    if "systemassigned" not in kinds:
        return passed("only a user-assigned identity is set", identity_type=workspace.identity_type)
    if verdict := unobserved(workspace, "primary_user_assigned_identity"):
        return verdict
    evidence: dict[str, Any] = {
        "identity_type": workspace.identity_type,
        "primary_user_assigned_identity": workspace.primary_user_assigned_identity,
    }
    if workspace.primary_user_assigned_identity:
        return passed("a user-assigned identity is the primary one", **evidence)
    return failed("its own identity is the primary one", **evidence)
