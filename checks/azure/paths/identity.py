"""What a workload that serves may do."""

from checks.azure.authorization.reach import managed
from checks.azure.authorization.resources import RoleAssignment, RoleDefinition
from checks.azure.blind_spots import GROUPS, SUBSCRIPTIONS
from checks.azure.machine_learning.resources import OnlineEndpoint
from checks.azure.members import principals
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4303",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition),
    blind_to=(GROUPS, SUBSCRIPTIONS),
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
