from collections.abc import Callable
from typing import Any

from factories.azure import (
    ACCESS_ADMINISTRATOR,
    CONTRIBUTOR,
    GROUP,
    MEMBERS,
    OWNER,
    PRINCIPAL,
    READER,
    ROOT,
    STORAGE,
    UPPER_PRINCIPAL,
    account,
    assignee,
    assignment,
    cluster,
    endpoint,
    role,
    to_group,
    user_identity,
    workspace,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, judged, registered

from checks.azure.actions import Permission
from checks.azure.authorization.resources import Assignee, RoleAssignment, RoleDefinition
from checks.azure.machine_learning.resources import OnlineEndpoint
from checks.azure.paths.identity import azure_ml_endpoint_identity_privileged
from scanner.model.nouns import Status
from scanner.store.inventory import InventoryView

CONDITION = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'other'"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/northwind-example"


def scoring(principal: str | None = PRINCIPAL, **fields: object) -> OnlineEndpoint:
    return endpoint(**{"principal_id": principal, "user_assigned_identities": None, **fields})


# As the built-in role Azure AI Account Owner is: the condition is that of the role, not of its assignment.
SOME_ROLES = role("some", Permission(actions=("Microsoft.Authorization/roleAssignments/write",), condition=CONDITION))
WILDCARDS = role(
    "wildcards",
    Permission(
        actions=("*/read", "*/write", "*/delete", "*/action"),
        not_actions=("Microsoft.Authorization/*/write", "Microsoft.Authorization/*/delete"),
    ),
)


def few(make: Callable[..., Any], by_a_way: Status = FAIL) -> list[Case]:
    """What the checks of all kinds of resources have in common; endpoints have a longer table."""

    def acting(principal: str | None = PRINCIPAL, **fields: object) -> Any:
        return make(**{"principal_id": principal, "user_assigned_identities": None, **fields})

    shared = {"user_assigned_identities": user_identity()}
    return [
        Case("owner of the subscription", FAIL, acting(), assignment("owner", ROOT), OWNER),
        Case("contributor of a group", FAIL, acting(), assignment("contributor", GROUP), CONTRIBUTOR),
        Case("hands out roles", FAIL, acting(), assignment("access", MANAGEMENT_GROUP), ACCESS_ADMINISTRATOR),
        Case("through one of yours", FAIL, acting("another", **shared), assignment("owner", ROOT), OWNER),
        Case("owner of one account", PASS, acting(), assignment("owner", f"{STORAGE}/retina"), OWNER),
        Case("reader of the subscription", PASS, acting(), assignment("reader", ROOT), READER),
        Case("no role", PASS, acting()),
        Case("runs commands on machines", by_a_way, acting(), assignment("commands", GROUP), COMMANDS),
        Case("in a group that owns", FAIL, acting(), to_group("owner", GROUP), OWNER, assignee(MEMBERS)),
        Case("not in the group", PASS, acting(), to_group("owner", GROUP), OWNER, assignee()),
        Case("groups not known", UNKNOWN, acting(), to_group("owner", GROUP), OWNER, assignee(roles=UNSET)),
        Case("role not seen", UNKNOWN, acting(), assignment("owner", ROOT), incomplete=[RoleDefinition]),
        Case("assignments not seen", UNKNOWN, acting(), incomplete=[RoleAssignment]),
        Case("an identity without object id", UNKNOWN, acting(None, user_assigned_identities=user_identity(None))),
        Case("no identity", NOT_APPLICABLE, acting(None)),
        Case("identity not observed", UNKNOWN, make()),
    ]


ASSIGNS_ANY = role("any", Permission(actions=("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",)))
MACHINES = role("machines", Permission(actions=("Microsoft.Compute/virtualMachines/write",)))
COMMANDS = role("commands", Permission(actions=("Microsoft.Compute/virtualMachines/runCommand/action",)))
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/jump"

CASES = {
    "azure_ml_endpoint_identity_privileged": [
        Case("owner of the subscription", FAIL, scoring(), assignment("owner", ROOT), OWNER),
        Case("contributor of a group", FAIL, scoring(), assignment("contributor", GROUP), CONTRIBUTOR),
        Case("hands out roles", FAIL, scoring(), assignment("access", GROUP), ACCESS_ADMINISTRATOR),
        Case("at a management group", FAIL, scoring(), assignment("owner", MANAGEMENT_GROUP), OWNER),
        Case("at the root", FAIL, scoring(), assignment("owner", "/"), OWNER),
        Case("writes everything by wildcards", FAIL, scoring(), assignment("wildcards", GROUP), WILDCARDS),
        Case("object id in other case", FAIL, scoring(UPPER_PRINCIPAL), assignment("owner", ROOT), OWNER),
        Case(
            "through a user-assigned identity",
            FAIL,
            scoring(None, user_assigned_identities=user_identity()),
            assignment("owner", ROOT),
            OWNER,
        ),
        Case("owner of one account", PASS, scoring(), assignment("owner", f"{STORAGE}/retina"), OWNER),
        Case("reader of the subscription", PASS, scoring(), assignment("reader", ROOT), READER),
        Case("no role", PASS, scoring()),
        Case("somebody else's role", PASS, scoring(), assignment("owner", ROOT, principal_id="other"), OWNER),
        Case(
            "hands out roles on a condition",
            UNKNOWN,
            scoring(),
            assignment("access", ROOT, condition=CONDITION),
            ACCESS_ADMINISTRATOR,
        ),
        Case("hands out some roles only", UNKNOWN, scoring(), assignment("some", ROOT), SOME_ROLES),
        Case(
            "manages everything, hands out roles on a condition",
            FAIL,
            scoring(),
            assignment("owner", ROOT, condition=CONDITION),
            OWNER,
        ),
        Case(
            "on a condition here, without one there",
            FAIL,
            scoring(),
            assignment("access", ROOT, condition=CONDITION),
            assignment("access", GROUP, name="a2"),
            ACCESS_ADMINISTRATOR,
        ),
        Case("in a group that owns", FAIL, scoring(), to_group("owner", ROOT), OWNER, assignee(MEMBERS.upper())),
        Case("in a group, from above", FAIL, scoring(), to_group("owner", MANAGEMENT_GROUP), OWNER, assignee(MEMBERS)),
        Case("not in the group", PASS, scoring(), to_group("owner", ROOT), OWNER, assignee("another")),
        Case("the group reads", PASS, scoring(), to_group("reader", ROOT), READER),
        Case("the group owns one account", PASS, scoring(), to_group("owner", f"{STORAGE}/retina"), OWNER),
        Case("groups not asked for", UNKNOWN, scoring(), to_group("owner", ROOT), OWNER),
        Case("groups not known", UNKNOWN, scoring(), to_group("owner", ROOT), OWNER, assignee(roles=UNSET)),
        Case("groups not seen", UNKNOWN, scoring(), to_group("owner", ROOT), OWNER, incomplete=[Assignee]),
        Case("role of the group not seen", UNKNOWN, scoring(), to_group("owner", ROOT), incomplete=[RoleDefinition]),
        Case("perhaps a group", UNKNOWN, scoring(), to_group("owner", ROOT, principal_type=None), OWNER),
        Case(
            "in a group that owns another subscription",
            FAIL,
            scoring(),
            to_group("owner", GROUP, principal_id="another"),
            to_group("owner", "/subscriptions/another", name="g2"),
            OWNER,
            assignee(MEMBERS),
        ),
        Case("a group of another subscription", PASS, scoring(), to_group("owner", "/subscriptions/another"), OWNER),
        Case("role not seen", UNKNOWN, scoring(), assignment("owner", ROOT), incomplete=[RoleDefinition]),
        Case("role gone", UNKNOWN, scoring(), assignment("owner", ROOT)),
        Case("assignments not seen", UNKNOWN, scoring(), incomplete=[RoleAssignment]),
        Case("an identity without object id", UNKNOWN, scoring(None, user_assigned_identities=user_identity(None))),
        Case("no identity", NOT_APPLICABLE, scoring(None)),
        Case("identity not observed", UNKNOWN, endpoint()),
        Case("runs commands on machines", FAIL, scoring(), assignment("commands", GROUP), COMMANDS),
        Case("runs commands on one machine", PASS, scoring(), assignment("commands", MACHINE), COMMANDS),
        Case("its group does", FAIL, scoring(), to_group("commands", GROUP), COMMANDS, assignee(MEMBERS)),
        Case("groups not known, which do", UNKNOWN, scoring(), to_group("commands", GROUP), COMMANDS),
        Case(
            "makes machines with other identities, by a role here and one above",
            FAIL,
            scoring(),
            assignment("machines", GROUP),
            assignment("any", ROOT, name="a2"),
            MACHINES,
            ASSIGNS_ANY,
        ),
        Case(
            "makes machines in one group, and assigns in another",
            PASS,
            scoring(),
            assignment("machines", GROUP),
            assignment("any", f"{ROOT}/resourcegroups/rg-other", name="a2"),
            MACHINES,
            ASSIGNS_ANY,
        ),
        Case("makes machines", PASS, scoring(), assignment("machines", GROUP), MACHINES),
    ],
    "azure_ml_workspace_identity_privileged": few(workspace, by_a_way=PASS),  # no code of yours acts as it
    "azure_ml_compute_identity_privileged": [
        *few(cluster),
        Case("being deleted", NOT_APPLICABLE, cluster(provisioning_state="Deleting")),
    ],
    "azure_ai_account_identity_privileged": few(account),
}


def test_what_is_not_known_of_a_group_names_its_role() -> None:
    others = (to_group("owner", ROOT), OWNER, assignee(roles=UNSET))
    view = InventoryView(inventory_of(scoring(), *others), registered()[0]["MLP-4303"].needs)

    assert azure_ml_endpoint_identity_privileged(scoring(), view).missing == (
        f"whether it is in the group {MEMBERS}, which has owner on {ROOT}",
    )


def test_a_failure_shows_the_role_and_the_way_to_it() -> None:
    held = to_group("owner", ROOT)
    view = InventoryView(inventory_of(scoring(), held, OWNER, assignee(MEMBERS)), registered()[0]["MLP-4303"].needs)

    verdict = azure_ml_endpoint_identity_privileged(scoring(), view)
    assert verdict.path == (scoring().id, held.id)
    assert verdict.evidence["RoleAssignment.principal_type"] == "Group"
    assert verdict.evidence["RoleDefinition.role_name"] == "owner"


def test_a_failure_by_two_roles_shows_both() -> None:
    here, above = assignment("machines", GROUP), assignment("any", ROOT, name="a2")
    verdict = judged("azure_ml_endpoint_identity_privileged", scoring(), here, above, MACHINES, ASSIGNS_ANY)

    assert verdict.path == (scoring().id, above.id, here.id)
    assert verdict.evidence["RoleAssignment.assigned_scope"] == {here.id: GROUP, above.id: ROOT}
    assert verdict.evidence["RoleDefinition.role_name"] == {here.id: "machines", above.id: "any"}
    assert "virtualMachines/write" in verdict.message
