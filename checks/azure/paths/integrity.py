"""Who may replace what is being served, or use it in the name of nobody."""

from checks.azure.ai_services.resources import Account
from checks.azure.authorization.keys import listed
from checks.azure.authorization.reach import Reach
from checks.azure.authorization.resources import Assignee, RoleAssignment, RoleDefinition
from checks.azure.authorization.writes import written
from checks.azure.blind_spots import GROUPS, SUBSCRIPTIONS
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.machine_learning.states import behind_rules, not_in_use, standing_still
from checks.azure.members import folded, principals
from checks.azure.paths.roles import evidence, in_words
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
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


def _closed(compute: Compute) -> Verdict | None:
    """A verdict unless it is an instance that can be reached from the internet and has an identity."""
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
    if not compute.principal_id and not compute.user_assigned_identities:
        return not_applicable("the instance has no identity", principal_id=compute.principal_id)
    return standing_still(compute)


def _out_of_reach(compute: Compute, found: Reach, known: bool, what: str) -> Verdict:
    """A pass, if it was observed what all identities of an instance reach; `known` says whether all identities are."""
    if found.doubts or not known:
        return unknown(*sorted(found.doubts), *(() if known else ("user_assigned_identities",)))
    return passed(what, principal_id=compute.principal_id, user_assigned_identities=compute.user_assigned_identities)


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
    """Compute instance on the internet can replace a model that an endpoint serves.

    ## Why it matters
    The instance takes SSH connections at a public address, and its identity may write to the storage account that holds
    the files of a deployed model, or ask for a key of it: from the account itself, from a workspace whose datastores
    keep one, or from the vault where they do. Whoever takes the instance over replaces the model, and with an unsafe
    model format runs code inside the endpoint, without any right to deploy. Or the identity has that right, as AzureML
    Data Scientist does, and may write the deployment anew. Models are taken to be in the default
    storage of their workspace. Roles that the identity holds in subscriptions that are not scanned are not seen. In a
    subnet of yours its security rules, which are not read, say who reaches the instance, and the verdict is open.

    ## How to fix
    Give development instances no SSH access or no public address, and let their identity read but not write the storage
    that production serves from, nor deploy there; keep workspaces for development and production apart. Let datastores
    use identities and storage accounts refuse keys.

    CLI: `az role assignment delete --assignee PRINCIPAL --scope STORAGE_ACCOUNT`; `enable_node_public_ip: false` in the
    compute's file. Terraform: `node_public_ip_enabled = false` on `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-enterprise-security
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices
    """
    if verdict := _closed(compute):
        return verdict
    people, known = principals(compute.principal_id or None, compute.user_assigned_identities or None)
    found = written(people, compute.scope.account, view)
    assignment = view.get(RoleAssignment, found.assignment) if found.assignment else None
    if isinstance(assignment, RoleAssignment):
        return behind_rules(compute) or failed(
            f"the roles of its identity let it {_replaced(found)}: {in_words(found, view)}",
            path=(compute.id, assignment.id, *filter(None, (found.storage,)), found.deployment),
            enable_node_public_ip=compute.enable_node_public_ip,
            ssh_public_access=compute.ssh_public_access,
            **evidence(found, view),
        )
    return _out_of_reach(compute, found, known, "its identity cannot write or deploy a model that is being served")


def _replaced(found: Reach) -> str:
    """In words, how a model being served is replaced."""
    if found.storage:
        return f"write {found.storage.rpartition('/')[2]}, which holds a model being served"
    endpoint, _, deployment = found.deployment.partition("/deployments/")
    return f"deploy another model as {endpoint.rpartition('/')[2]}/{deployment}"


@check(
    id="MLP-4308",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(Account, RoleAssignment, RoleDefinition, Assignee),
    exposure=Exposure.INTERNET,
    blind_to=(GROUPS, SUBSCRIPTIONS, "what its user may do"),
    decided_by=("enable_node_public_ip", "ssh_public_access"),
)
def azure_ml_compute_exposed_and_can_get_ai_account_keys(compute: Compute, view: View) -> Verdict:
    """Compute instance on the internet can get the keys of an AI account.

    ## Why it matters
    The instance takes SSH connections at a public address, and its identity may list or renew the keys of an Azure
    OpenAI or AI Services account that accepts keys, turn them on, or give itself the right to. A key opens everything
    that the account serves and holds: fine-tuned models, files of training and evaluation, stored conversations. It
    works from anywhere until it is renewed, and a log of its use names nobody. Roles that the identity holds in
    subscriptions that are not scanned are not seen. In a subnet of yours its security rules, which are not read, say
    who reaches the instance, and the verdict is open.

    ## How to fix
    Let the account refuse keys, and give the identity Cognitive Services OpenAI User on it. Give development instances
    no SSH access or no public address.

    CLI: `az resource update --ids ACCOUNT --set properties.disableLocalAuth=true`. Terraform: `local_auth_enabled =
    false` on `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/disable-local-auth
    - https://learn.microsoft.com/en-us/azure/role-based-access-control/permissions/ai-machine-learning
    """
    if verdict := _closed(compute):
        return verdict
    people, known = principals(compute.principal_id or None, compute.user_assigned_identities or None)
    found = listed(people, compute.scope.account, view)
    if found.assignment:
        account = view.get(Account, found.account)
        return behind_rules(compute) or failed(
            f"the roles of its identity let it get keys of {found.account.rpartition('/')[2]}: {in_words(found, view)}",
            path=(compute.id, found.assignment, found.account),
            enable_node_public_ip=compute.enable_node_public_ip,
            ssh_public_access=compute.ssh_public_access,
            **(joined(account, "disable_local_auth") if isinstance(account, Account) else {}),
            **evidence(found, view),
        )
    return _out_of_reach(compute, found, known, "its identity can get keys of no AI account")
