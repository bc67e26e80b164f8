"""What the identities of workloads may do beyond their work."""

from collections.abc import Callable

from checks.azure.ai_services.resources import Account
from checks.azure.authorization.reach import Reach, managed, managed_or_taken
from checks.azure.authorization.resources import Assignee, RoleAssignment, RoleDefinition
from checks.azure.blind_spots import GROUPS, SINGLE, SUBSCRIPTIONS, TOGETHER
from checks.azure.machine_learning.resources import Compute, OnlineEndpoint, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import principals
from checks.azure.paths.roles import assignments, evidence, in_words
from checks.azure.transience import on_the_way
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4303",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition, Assignee),
    blind_to=(GROUPS, SUBSCRIPTIONS, TOGETHER, SINGLE),
)
def azure_ml_endpoint_identity_privileged(endpoint: OnlineEndpoint, view: View) -> Verdict:
    """Online endpoint serves with an identity that manages a resource group or more, or can come to.

    Asked are published ways as well: it runs commands on machines, writes the code of apps or runbooks, or gives itself
    another identity, anywhere in a resource group or above it. They are looked for in the roles of the identity, or of
    one group, together.

    ## Why it matters
    Code in the serving container, or an unsafe model file that it loads, can ask for a token of this identity and with
    it delete, read or re-role everything in the group, subscription or above: one bad model takes over the estate.
    Scoring needs to read one model and one image. Roles that the identity holds in subscriptions that are not scanned
    are not seen.

    ## How to fix
    Remove the assignment and give the identity only Storage Blob Data Reader on the workspace storage and AcrPull on
    the registry.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope SCOPE`. Terraform: narrow `scope` and
    `role_definition_name` of the `azurerm_role_assignment`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-access-resources-from-endpoints-managed-identities
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    return on_the_way(endpoint) or _judge(endpoint, managed_or_taken, view)


@check(
    id="MLP-4305",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition, Assignee),
    blind_to=(GROUPS, SUBSCRIPTIONS),
)
def azure_ml_workspace_identity_privileged(workspace: Workspace, view: View) -> Verdict:
    """Workspace acts with an identity that manages a whole resource group or more.

    ## Why it matters
    The service uses this identity for everybody who works in the workspace: to build images, to read datastores, to set
    up computes. Whoever may change the workspace, attach a compute or an image to it, or abuses a flaw of the service,
    does so with the rights of the identity, on things that have nothing to do with the workspace. Older workspaces gave
    their own identity Contributor on the resource group. Roles that the identity holds in subscriptions that are not
    scanned are not seen.

    ## How to fix
    Replace the assignment by roles on the storage account, vault, registry and Application Insights of the workspace.
    An older workspace can be converted to the narrower role Azure AI Administrator.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope SCOPE`. Terraform: narrow `scope` and
    `role_definition_name` of the `azurerm_role_assignment`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-assign-roles
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    return on_the_way(workspace) or _judge(workspace, managed, view)


@check(
    id="MLP-4306",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition, Assignee),
    blind_to=(GROUPS, SUBSCRIPTIONS, TOGETHER, SINGLE),
    decided_by=("provisioning_state",),
)
def azure_ml_compute_identity_privileged(compute: Compute, view: View) -> Verdict:
    """Compute runs code with an identity that manages a resource group or more, or can come to.

    Asked are published ways as well: it runs commands on machines, writes the code of apps or runbooks, or gives itself
    another identity, anywhere in a resource group or above it. They are looked for in the roles of the identity, or of
    one group, together.

    ## Why it matters
    Every notebook, job and package that runs on the compute can ask for a token of this identity, and with it change,
    delete or hand out what the group, subscription or management group holds. Whoever may run a job has these rights,
    whatever roles they have themselves. Roles that the identity holds in subscriptions that are not scanned are not
    seen.

    ## How to fix
    Remove the assignment and give the identity roles on the data and the registry that its jobs need.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope SCOPE`. Terraform: narrow `scope` and
    `role_definition_name` of the `azurerm_role_assignment`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-identity-based-service-authentication
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    return not_in_use(compute) or _judge(compute, managed_or_taken, view)


@check(
    id="MLP-4307",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition, Assignee),
    blind_to=(GROUPS, SUBSCRIPTIONS, TOGETHER, SINGLE),
)
def azure_ai_account_identity_privileged(account: Account, view: View) -> Verdict:
    """AI account acts with an identity that manages a resource group or more, or can come to.

    Asked are published ways as well: it runs commands on machines, writes the code of apps or runbooks, or gives itself
    another identity, anywhere in a resource group or above it. They are looked for in the roles of the identity, or of
    one group, together.

    ## Why it matters
    The account reads files, search indexes and keys with this identity, and agents and tools that it runs for its
    callers act with it too: what a prompt talks them into, they may do. The account needs to read a few resources, not
    to manage a group, a subscription or more. Roles that the identity holds in subscriptions that are not scanned are
    not seen.

    ## How to fix
    Remove the assignment and give the identity roles on the storage, the search service and the vault that it uses.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope SCOPE`. Terraform: narrow `scope` and
    `role_definition_name` of the `azurerm_role_assignment`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/managed-identity
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    return on_the_way(account) or _judge(account, managed_or_taken, view)


def _judge(
    resource: Workspace | Compute | OnlineEndpoint | Account,
    reached: Callable[[frozenset[str], str, View], Reach],
    view: View,
) -> Verdict:
    """Whether an identity of a resource manages a whole resource group or more, or may come to."""
    if verdict := unobserved(resource, "principal_id", "user_assigned_identities"):
        return verdict
    people, known = principals(resource.principal_id or None, resource.user_assigned_identities or None)
    if not people and known:
        return not_applicable("it has no identity", principal_id=resource.principal_id)
    found = reached(people, resource.scope.account, view)
    assignment = view.get(RoleAssignment, found.assignment) if found.assignment else None
    if isinstance(assignment, RoleAssignment):
        what = f"may take over others by {found.way}" if found.way else f"manages {assignment.assigned_scope}"
        said = f"its identity {what}, as {in_words(found, view)}"
        return failed(said, path=(resource.id, *assignments(found)), **evidence(found, view))
    if doubts := found.doubts | (frozenset() if known else {"user_assigned_identities"}):
        return unknown(*sorted(doubts))
    return passed(
        "its identity manages no resource group, subscription or management group",
        principal_id=resource.principal_id,
        user_assigned_identities=resource.user_assigned_identities,
    )
