"""Joined paths: findings that no single Azure resource shows."""

from msgspec import UNSET

from checks.azure.authorization.reach import managed, written
from checks.azure.authorization.resources import RoleAssignment, RoleDefinition
from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.parts import principals
from checks.azure.storage.exposure import allows_anonymous_blobs, open_to_all_networks
from checks.azure.storage.resources import StorageAccount
from scanner.check import check
from scanner.inventory import View
from scanner.model import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved


def _storage_of(workspace: Workspace, view: View) -> StorageAccount | Verdict:
    """The linked storage account, or why there is nothing to judge."""
    if verdict := unobserved(workspace, "storage_account"):
        return verdict
    if not workspace.storage_account:
        return not_applicable("the workspace names no storage account", storage_account=None)
    found = view.get(StorageAccount, arm_id(str(workspace.storage_account)))
    return found if isinstance(found, StorageAccount) else unknown("StorageAccount")


@check(
    id="MLP-4301",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
)
def azure_ml_workspace_storage_open_to_anonymous(workspace: Workspace, view: View) -> Verdict:
    """Workspace keeps data and models in storage that the internet can be given anonymous access to.

    ## Why it matters
    The default storage account holds datasets, models, code snapshots and notebooks. It accepts connections from every
    network and lets containers be opened to readers without a sign-in, so a single container setting publishes all of
    it; neither setting looks alarming alone.

    ## How to fix
    Disallow anonymous access on the account at once, then close its network.

    CLI: `az storage account update --allow-blob-public-access false --default-action Deny`. Terraform:
    `allow_nested_items_to_be_public = false` and `public_network_access_enabled = false` on `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/anonymous-read-access-prevent
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-network-security
    """
    storage = _storage_of(workspace, view)
    if isinstance(storage, Verdict):
        return storage
    path = (workspace.id, storage.id)
    if storage.exists is UNSET:
        return unknown("StorageAccount.exists", path=path)
    if not storage.exists:
        return not_applicable("the storage account does not exist", **joined(storage, "exists"))
    anonymous = allows_anonymous_blobs(storage)
    if anonymous is None:
        return unknown("StorageAccount.allow_blob_public_access", path=path)
    if not anonymous:
        return passed("anonymous access is disallowed", path=path, **joined(storage, "allow_blob_public_access"))
    is_open, fields = open_to_all_networks(storage)
    if is_open is None:
        return unknown("StorageAccount.public_network_access", "StorageAccount.network_default_action", path=path)
    if not is_open:
        return passed(f"{storage.name} is closed to the internet", path=path, **joined(storage, *fields))
    return failed(
        f"{storage.name} is open to the internet and allows anonymous access",
        path=path,
        **joined(storage, "allow_blob_public_access", *fields),
    )


@check(
    id="MLP-4302",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
)
def azure_ml_workspace_storage_missing(workspace: Workspace, view: View) -> Verdict:
    """Workspace still names a storage account that no longer exists.

    ## Why it matters
    Names of storage accounts are global. Once the account is deleted, anybody can register its name and serve code,
    environments and model files of their own to every job and endpoint that still uses the old address. If the name is
    taken already, somebody may be doing so now, unless the account was only moved. An account that cannot be seen, for
    instance in another subscription, is reported as unknown.

    ## How to fix
    If the name is free, register it again in your own subscription at once. If it is taken, look for an account of that
    name in your other resource groups and subscriptions, and move it back. Then move the workspace: its default
    storage cannot be changed, so make a new workspace with an existing account and delete this one.

    CLI: `az storage account check-name --name NAME`, `az storage account create`, `az ml workspace delete`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-account-recover
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-workspace
    """
    storage = _storage_of(workspace, view)
    if isinstance(storage, Verdict):
        return storage
    path = (workspace.id, storage.id)
    if storage.exists is UNSET:
        return unknown("StorageAccount.exists", path=path)
    if storage.exists:
        return passed(f"{storage.name} exists", path=path, **joined(storage, "exists"))
    if storage.name_available is True:
        return failed(
            f"{storage.name} does not exist and anybody may register the name",
            path=path,
            **joined(storage, "exists", "name_available"),
        )
    if storage.name_available is False and storage.name_reason == "AlreadyExists":
        return failed(
            f"{storage.name} is not where the workspace expects it, and an account elsewhere has the name",
            path=path,
            **joined(storage, "exists", "name_available", "name_reason"),
        )
    return unknown("StorageAccount.name_available", path=path)


@check(
    id="MLP-4303",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition),
)
def azure_ml_endpoint_identity_privileged(endpoint: OnlineEndpoint, view: View) -> Verdict:
    """Online endpoint serves with an identity that manages a whole resource group or more.

    ## Why it matters
    Code in the serving container, or an unsafe model file that it loads, can ask for a token of this identity and with
    it delete, read or re-role everything in the group, subscription or above: one bad model takes over the estate.
    Scoring needs to read one model and one image. Roles that the identity holds through a group, or in subscriptions
    that are not scanned, are not seen.

    ## How to fix
    Remove the assignment and give the identity only Storage Blob Data Reader on the workspace storage and AcrPull on
    the registry.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope SCOPE`. Terraform: narrow `scope` and
    `role_definition_name` of the `azurerm_role_assignment`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-access-resources-from-endpoints-managed-identities
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    if verdict := unobserved(endpoint, "principal_id", "user_assigned_identities"):
        return verdict
    people, known = principals(endpoint.principal_id or None, endpoint.user_assigned_identities or None)
    if not people and known:
        return not_applicable("the endpoint has no identity", principal_id=endpoint.principal_id)
    found = managed(people, view)
    assignment = view.get(RoleAssignment, found.assignment) if found.assignment else None
    if isinstance(assignment, RoleAssignment):
        return failed(
            f"its identity manages {assignment.assigned_scope}",
            path=(endpoint.id, assignment.id),
            **joined(assignment, "principal_id", "assigned_scope", "role_definition_id"),
        )
    if doubts := found.doubts | (frozenset() if known else {"user_assigned_identities"}):
        return unknown(*sorted(doubts))
    return passed(
        "its identity manages no resource group, subscription or management group",
        principal_id=endpoint.principal_id,
        user_assigned_identities=endpoint.user_assigned_identities,
    )


def _no_way_in(compute: Compute) -> Verdict | None:
    """A verdict if the compute cannot be reached from the internet, or if that was not observed."""
    match compute.enable_node_public_ip:
        case True:
            return None
        case False:
            return passed("it has no public address", enable_node_public_ip=False)
        case None:
            if verdict := unobserved(compute, "public_ip_address", "ssh_public_access"):
                return verdict
            reachable = compute.public_ip_address or compute.ssh_public_access == "Enabled"
            return None if reachable else unknown("enable_node_public_ip")
        case _:
            return unknown("enable_node_public_ip")


@check(
    id="MLP-4304",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Workspace, OnlineEndpoint, OnlineDeployment, StorageAccount, RoleAssignment, RoleDefinition),
    exposure=Exposure.INTERNET,
)
def azure_ml_compute_exposed_and_can_replace_serving_model(compute: Compute, view: View) -> Verdict:
    """Compute instance on the internet can overwrite a model that an endpoint serves.

    ## Why it matters
    The instance has a public address, and its identity may write to the storage account that holds the files of a
    deployed model. Whoever takes the instance over replaces the model, and with an unsafe model format runs code inside
    the endpoint, without any right to deploy. Models are taken to be in the default storage of their workspace. Roles
    that the identity holds through a group, or in subscriptions that are not scanned, are not seen.

    ## How to fix
    Give development instances no public address, and let their identity read but not write the storage that production
    serves from; keep workspaces for development and production apart.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope STORAGE_ACCOUNT`; `enable_node_public_ip: false` in the
    compute's file. Terraform: `node_public_ip_enabled = false` on `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-enterprise-security
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    if verdict := unobserved(compute, "compute_type"):
        return verdict
    if compute.compute_type != "ComputeInstance":
        return not_applicable("only compute instances are judged", compute_type=compute.compute_type)
    if verdict := _no_way_in(compute) or unobserved(compute, "principal_id", "user_assigned_identities"):
        return verdict
    people, known = principals(compute.principal_id or None, compute.user_assigned_identities or None)
    if not people and known:
        return not_applicable("the instance has no identity", principal_id=compute.principal_id)
    found = written(people, view)
    assignment = view.get(RoleAssignment, found.assignment) if found.assignment else None
    if isinstance(assignment, RoleAssignment):
        return failed(
            f"its identity can write {found.storage.rpartition('/')[2]}, which holds a model being served",
            path=(compute.id, assignment.id, found.storage, found.deployment),
            enable_node_public_ip=compute.enable_node_public_ip,
            **joined(assignment, "principal_id", "assigned_scope", "role_definition_id"),
        )
    if found.doubts or not known:
        return unknown(*sorted(found.doubts), *(() if known else ("user_assigned_identities",)))
    return passed(
        "its identity cannot write storage that holds a model being served",
        principal_id=compute.principal_id,
        user_assigned_identities=compute.user_assigned_identities,
    )
