"""Who may replace what is being served."""

from checks.azure.authorization.resources import Assignee, RoleAssignment, RoleDefinition
from checks.azure.authorization.writes import written
from checks.azure.blind_spots import GROUPS, SUBSCRIPTIONS
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded, principals
from checks.azure.paths.roles import evidence
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


def _no_way_in(compute: Compute) -> Verdict | None:
    """A verdict if the compute cannot be reached from the internet, or if that was not observed.

    Without SSH an instance with a public address takes traffic from Azure's own service only; people open its
    applications through the workspace, which asks them to sign in.
    """
    match compute.enable_node_public_ip:
        case True | None:
            pass
        case False:
            return passed("it has no public address", enable_node_public_ip=False)
        case _:
            return unknown("enable_node_public_ip")
    access = compute.ssh_public_access
    match folded(access):
        case "enabled":
            return None
        case "disabled" | None:
            return passed("SSH access is off", ssh_public_access=access)
        case _:
            return unknown("ssh_public_access")


@check(
    id="MLP-4304",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Workspace, OnlineEndpoint, OnlineDeployment, StorageAccount, RoleAssignment, RoleDefinition, Assignee),
    exposure=Exposure.INTERNET,
    blind_to=(GROUPS, SUBSCRIPTIONS, "what its user may do", "models outside the default storage of their workspace"),
    decided_by=("enable_node_public_ip", "ssh_public_access"),
)
def azure_ml_compute_exposed_and_can_replace_serving_model(compute: Compute, view: View) -> Verdict:
    """Compute instance on the internet can overwrite a model that an endpoint serves.

    ## Why it matters
    The instance takes SSH connections at a public address, and its identity may write to the storage account that holds
    the files of a deployed model, or ask for a key of it: from the account itself, or from a workspace whose datastores
    keep one. Whoever takes the instance over replaces the model, and with an unsafe model format runs code inside the
    endpoint, without any right to deploy. Models are taken to be in the default storage of their workspace. Roles that
    the identity holds in subscriptions that are not scanned are not seen.

    ## How to fix
    Give development instances no SSH access or no public address, and let their identity read but not write the storage
    that production serves from; keep workspaces for development and production apart. Let datastores use identities and
    storage accounts refuse keys.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope STORAGE_ACCOUNT`; `enable_node_public_ip: false` in the
    compute's file. Terraform: `node_public_ip_enabled = false` on `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-enterprise-security
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    if verdict := unobserved(compute, "compute_type"):
        return verdict
    if folded(compute.compute_type) != "computeinstance":
        return not_applicable("only compute instances are judged", compute_type=compute.compute_type)
    if (
        verdict := not_in_use(compute)
        or _no_way_in(compute)
        or unobserved(compute, "principal_id", "user_assigned_identities")
    ):
        return verdict
    people, known = principals(compute.principal_id or None, compute.user_assigned_identities or None)
    if not people and known:
        return not_applicable("the instance has no identity", principal_id=compute.principal_id)
    found = written(people, compute.scope.account, view)
    assignment = view.get(RoleAssignment, found.assignment) if found.assignment else None
    if isinstance(assignment, RoleAssignment):
        return failed(
            f"its identity can write {found.storage.rpartition('/')[2]}, which holds a model being served",
            path=(compute.id, assignment.id, found.storage, found.deployment),
            enable_node_public_ip=compute.enable_node_public_ip,
            ssh_public_access=compute.ssh_public_access,
            **evidence(found, view),
        )
    if found.doubts or not known:
        return unknown(*sorted(found.doubts), *(() if known else ("user_assigned_identities",)))
    return passed(
        "its identity cannot write storage that holds a model being served",
        principal_id=compute.principal_id,
        user_assigned_identities=compute.user_assigned_identities,
    )
