from datetime import UTC, datetime
from typing import Any

from factories.azure import (
    ACCESS_ADMINISTRATOR,
    BLOB_READER,
    BLOB_WRITER,
    CONTRIBUTOR,
    DATA_SCIENTIST,
    GROUP,
    KEY_LISTER,
    MEMBERS,
    ML,
    PRINCIPAL,
    RETINA_STORAGE,
    ROOT,
    STORAGE,
    STORAGE_CONTRIBUTOR,
    account,
    assignee,
    assignment,
    cluster,
    deployment,
    instance,
    role,
    storage,
    to_group,
    user_identity,
    workspace,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.actions import Permission
from checks.azure.ai_services.resources import Account
from checks.azure.authorization.resources import RoleAssignment, RoleDefinition
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, Workspace

LINKED = workspace(storage_account=RETINA_STORAGE)
MODEL = f"{LINKED.id}/models/retina/versions/7"
SERVING = (LINKED, deployment(model=MODEL))
CONDITION = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'other'"


def exposed(**fields: object) -> Compute:
    given = {"enable_node_public_ip": True, "ssh_public_access": "Enabled", "subnet_id": None}
    return instance(**{**given, "principal_id": PRINCIPAL, "user_assigned_identities": None, **fields})


CONTAINER = f"{RETINA_STORAGE}/blobServices/default/containers/azureml-blobstore"
LINK_SIGNER = role("links", Permission(actions=("Microsoft.Storage/storageAccounts/listServiceSas/action",)))
# As the built-in role Azure AI Account Owner is: the condition is that of the role, not of its assignment.
SOME_ROLES = role("some", Permission(actions=("Microsoft.Authorization/roleAssignments/write",), condition=CONDITION))
SIGNED = (exposed(), *SERVING, assignment("links", GROUP), LINK_SIGNER)


SFTP = role("sftp", Permission(actions=("Microsoft.Storage/storageAccounts/localUsers/write",)))


def lists(action: str, scope: str = RETINA_STORAGE, condition: str | None = None, **fields: object) -> tuple[Any, ...]:
    """May do this with the access lists of files in the storage of a served model."""
    allowed = f"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/{action}/action"
    held = assignment("lists", scope, condition=condition)
    accessed = storage(**{"is_hns_enabled": True, **fields})
    return exposed(), *SERVING, accessed, held, role("lists", Permission(data_actions=(allowed,)))


def scientist(scope: str = LINKED.id, *, accepts: object = True, **fields: object) -> tuple[Any, ...]:
    """Works in a workspace that keeps keys of the storage which a served model lies in."""
    given = {"workspace_kind": "Default", "system_datastores_auth_mode": "AccessKey", **fields}
    linked = workspace(storage_account=RETINA_STORAGE, **given)
    held = storage(allow_shared_key_access=accepts)
    return (exposed(), linked, SERVING[1], held, assignment("datastores", scope), DATASTORES)


#: Lists secrets of datastores, and deploys nothing.
DATASTORES = role("datastores", Permission(actions=("Microsoft.MachineLearningServices/workspaces/*/action",)))
KEPT = role("kept", Permission(actions=("Microsoft.MachineLearningServices/workspaces/listKeys/action",)))
NO_SECRETS = role(
    "none",
    Permission(
        actions=("Microsoft.MachineLearningServices/*",),
        not_actions=(
            "Microsoft.MachineLearningServices/workspaces/*/action",
            "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/*/write",
        ),
    ),
)
DEPLOYER = role(
    "deployer",
    Permission(actions=("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write",)),
)


def deployer(scope: str, *, held: RoleDefinition = DEPLOYER, **fields: object) -> tuple[Any, ...]:
    """May write deployments, such as score/blue, and nothing where their models are kept."""
    return (exposed(), LINKED, deployment(**{"model": MODEL, **fields}), assignment(held.name, scope), held)


EARLIER, LATER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
AT_ONCE: dict[str, object] = {"provisioning_state": "Failed", "created_at": EARLIER, "last_modified_at": EARLIER}
CHANGED = {**AT_ONCE, "last_modified_at": LATER}
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/retina"
_SECRETS = ("Microsoft.KeyVault/vaults/secrets/getSecret/action",)
SECRETS_USER = role("secrets", Permission(data_actions=_SECRETS))
VAULT_KEEPER = role("keeper", Permission(actions=("Microsoft.KeyVault/vaults/accessPolicies/write",)))
NO_KEYS = {"system_datastores_auth_mode": "Identity"}
VAULT_OWNER = role("vaults", Permission(actions=("Microsoft.KeyVault/vaults/*",), data_actions=_SECRETS))


def vaulted(held: Any, scope: str = VAULT, *, vault: object = VAULT, **fields: object) -> tuple[Any, ...]:
    """Has a role on the vault that keeps the key of the storage which a served model lies in."""
    return (*scientist(**{"key_vault": vault, **fields})[:4], assignment(held.name, scope), held)


TO_DEPLOYERS = to_group("deployer", LINKED.id)
KEYED, KEYLESS = account(disable_local_auth=False), account(disable_local_auth=True)
AI_KEYS = role("openai-keys", Permission(actions=("Microsoft.CognitiveServices/accounts/listKeys/action",)))
SHARED = to_group("openai-keys", GROUP)
LISTS = assignment("openai-keys", GROUP)
NAMELESS: dict[str, object] = {"principal_id": None, "user_assigned_identities": user_identity(None)}


CASES = {
    "azure_ml_compute_exposed_and_can_replace_serving_model": [
        Case("writes blobs", FAIL, exposed(), *SERVING, assignment("blob-writer", RETINA_STORAGE), BLOB_WRITER),
        Case("manages the group", FAIL, exposed(), *SERVING, assignment("contributor", GROUP), CONTRIBUTOR),
        Case("manages storage", FAIL, exposed(), *SERVING, assignment("storage", ROOT), STORAGE_CONTRIBUTOR),
        Case(
            "lists keys that work",
            FAIL,
            exposed(),
            *SERVING,
            storage(allow_shared_key_access=None),
            assignment("keys", GROUP),
            KEY_LISTER,
        ),
        Case(
            "lists keys that do not work",
            PASS,
            exposed(),
            *SERVING,
            storage(allow_shared_key_access=False),
            assignment("keys", GROUP),
            KEY_LISTER,
        ),
        Case("links signed with a key that works", FAIL, *SIGNED, storage(allow_shared_key_access=True)),
        Case("links signed with a key that does not work", PASS, *SIGNED, storage(allow_shared_key_access=False)),
        Case(
            "may give itself a role",
            FAIL,
            exposed(),
            *SERVING,
            assignment("access", GROUP),
            ACCESS_ADMINISTRATOR,
        ),
        Case(
            "may give itself a role on a condition",
            UNKNOWN,
            exposed(),
            *SERVING,
            assignment("access", GROUP, condition=CONDITION),
            ACCESS_ADMINISTRATOR,
        ),
        Case(
            "writes one container, perhaps that of the model",
            UNKNOWN,
            exposed(),
            *SERVING,
            assignment("blob-writer", CONTAINER),
            BLOB_WRITER,
        ),
        Case(
            "may give itself some roles only",
            UNKNOWN,
            exposed(),
            *SERVING,
            assignment("some", GROUP),
            SOME_ROLES,
        ),
        Case(
            "in a group that writes blobs",
            FAIL,
            exposed(),
            *SERVING,
            to_group("blob-writer", GROUP),
            BLOB_WRITER,
            assignee(MEMBERS),
        ),
        Case("not in the group", PASS, exposed(), *SERVING, to_group("blob-writer", GROUP), BLOB_WRITER, assignee()),
        Case("groups not asked for", UNKNOWN, exposed(), *SERVING, to_group("blob-writer", GROUP), BLOB_WRITER),
        Case("lists secrets of datastores", FAIL, *scientist()),
        Case("lists secrets, mode never set", FAIL, *scientist(GROUP, system_datastores_auth_mode=None)),
        Case("lists secrets of another workspace", PASS, *scientist(f"{ML}/other")),
        Case("lists secrets of a storage that refuses keys", PASS, *scientist(accepts=False)),
        Case("lists secrets, account not observed", UNKNOWN, *scientist(accepts=UNSET)),
        Case("datastores that keep no keys", PASS, *scientist(system_datastores_auth_mode="Identity")),
        Case("datastores that sign links", UNKNOWN, *scientist(system_datastores_auth_mode="UserDelegationSAS")),
        Case("datastores not observed", UNKNOWN, *scientist(system_datastores_auth_mode=UNSET)),
        Case("lists secrets of one datastore", UNKNOWN, *scientist(f"{LINKED.id}/datastores/models")),
        Case("works on one endpoint", PASS, *scientist(f"{LINKED.id}/onlineEndpoints/score")),
        Case("deploys in the workspace", FAIL, *deployer(LINKED.id)),
        Case("deploys in the group", FAIL, *deployer(GROUP)),
        Case("deploys to the endpoint", FAIL, *deployer(f"{LINKED.id}/onlineEndpoints/score")),
        Case("writes the deployment", FAIL, *deployer(f"{LINKED.id}/onlineEndpoints/score/deployments/blue")),
        Case("deploys, the model being in the image", FAIL, *deployer(LINKED.id, model=None)),
        Case("deploys, the model not being observed", FAIL, *deployer(LINKED.id, model=UNSET)),
        Case("works in the workspace", FAIL, *deployer(LINKED.id, held=DATA_SCIENTIST)),
        Case("deploys what is being deleted", PASS, *deployer(LINKED.id, provisioning_state="Deleting")),
        Case("deploys what never ran", PASS, *deployer(LINKED.id, **AT_ONCE)),
        Case("deploys what failed to be changed", UNKNOWN, *deployer(LINKED.id, **CHANGED)),
        Case("deploys, state not observed", UNKNOWN, *deployer(LINKED.id, provisioning_state=UNSET)),
        Case(
            "writes blobs of a model named as the command line does",
            FAIL,
            *(exposed(), LINKED, deployment(model=f"azureml:{MODEL}"), assignment("blob-writer", RETINA_STORAGE)),
            BLOB_WRITER,
        ),
        Case("deploys to another endpoint", PASS, *deployer(f"{LINKED.id}/onlineEndpoints/other")),
        Case("deploys in another workspace", PASS, *deployer(f"{ML}/other")),
        Case("in a group that deploys", FAIL, *deployer(LINKED.id)[:3], TO_DEPLOYERS, DEPLOYER, assignee(MEMBERS)),
        Case("perhaps in a group that deploys", UNKNOWN, *deployer(LINKED.id)[:3], TO_DEPLOYERS, DEPLOYER),
        Case("lists keys of the workspace", FAIL, *scientist()[:4], assignment("kept", LINKED.id), KEPT),
        Case("lists no secrets", PASS, *scientist()[:4], assignment("none", LINKED.id), NO_SECRETS),
        *(
            Case(f"{action}: {hierarchical}", status, *lists(action, is_hns_enabled=hierarchical))
            for action in ("manageOwnership", "modifyPermissions", "runAsSuperUser")
            for hierarchical, status in ((True, FAIL), (False, PASS), (None, PASS), (UNSET, UNKNOWN))
        ),
        Case("may change access lists on a condition", UNKNOWN, *lists("modifyPermissions", condition=CONDITION)),
        Case("may change access lists of a container", UNKNOWN, *lists("modifyPermissions", scope=CONTAINER)),
        Case("makes users for SFTP", UNKNOWN, exposed(), *SERVING, assignment("sftp", RETINA_STORAGE), SFTP),
        Case("makes users elsewhere", PASS, exposed(), *SERVING, assignment("sftp", f"{STORAGE}/other"), SFTP),
        *(
            Case(name, UNKNOWN, exposed(subnet_id=subnet), *SERVING, assignment("contributor", GROUP), CONTRIBUTOR)
            for name, subnet in (("in a subnet with rules of its own", f"{GROUP}/…/compute"), ("subnet unseen", UNSET))
        ),
        Case("in a subnet, without such a role", PASS, exposed(subnet_id=f"{GROUP}/…/compute"), *SERVING),
        Case(
            "stopped", NOT_APPLICABLE, exposed(state="Stopped"), *SERVING, assignment("contributor", GROUP), CONTRIBUTOR
        ),
        Case("reads one container", PASS, exposed(), *SERVING, assignment("blob-reader", CONTAINER), BLOB_READER),
        Case("lists keys, account not seen", UNKNOWN, exposed(), *SERVING, assignment("keys", GROUP), KEY_LISTER),
        Case(
            "SSH open, address not said",
            FAIL,
            exposed(enable_node_public_ip=None),
            *SERVING,
            assignment("blob-writer", GROUP),
            BLOB_WRITER,
        ),
        Case("reads blobs", PASS, exposed(), *SERVING, assignment("blob-reader", GROUP), BLOB_READER),
        Case(
            "writes another account", PASS, exposed(), *SERVING, assignment("blob-writer", f"{STORAGE}/x"), BLOB_WRITER
        ),
        Case(
            "writes an account whose name begins alike",
            PASS,
            exposed(),
            *SERVING,
            assignment("blob-writer", f"{STORAGE}/retin"),
            BLOB_WRITER,
        ),
        Case(
            "nothing is served from the account",
            PASS,
            exposed(),
            LINKED,
            deployment(model="azureml://registries/public-example/models/retina/versions/1"),
            assignment("blob-writer", GROUP),
            BLOB_WRITER,
        ),
        Case("no public address", PASS, exposed(enable_node_public_ip=False)),
        Case(
            "on a condition",
            UNKNOWN,
            exposed(),
            *SERVING,
            assignment("blob-writer", GROUP, condition=CONDITION),
            BLOB_WRITER,
        ),
        Case(
            "model of an unseen workspace",
            UNKNOWN,
            exposed(),
            deployment(model=MODEL),
            assignment("blob-writer", GROUP),
            BLOB_WRITER,
        ),
        Case("role not seen", UNKNOWN, exposed(), *SERVING, assignment("blob-writer", GROUP)),
        Case("deployments not seen", UNKNOWN, exposed(), LINKED, incomplete=[OnlineDeployment]),
        Case("workspaces not seen", UNKNOWN, exposed(), incomplete=[Workspace]),
        Case("a public address, SSH closed", PASS, exposed(ssh_public_access="Disabled")),
        Case("address not said, SSH closed", PASS, exposed(enable_node_public_ip=None, ssh_public_access=None)),
        Case("SSH not observed", UNKNOWN, exposed(ssh_public_access=UNSET)),
        Case("address not observed", UNKNOWN, exposed(enable_node_public_ip=UNSET)),
        Case("being deleted", NOT_APPLICABLE, exposed(provisioning_state="Deleting")),
        Case("everything about the vault", FAIL, *vaulted(VAULT_OWNER)),
        Case("everything about vaults of the group", FAIL, *vaulted(VAULT_OWNER, GROUP)),
        Case("everything about vaults, without one", PASS, *vaulted(VAULT_OWNER, GROUP, vault=None)),
        Case("everything about another vault", PASS, *vaulted(VAULT_OWNER, f"{VAULT}-dev")),
        Case(
            "everything about the vault of identities",
            PASS,
            *vaulted(VAULT_OWNER, system_datastores_auth_mode="Identity"),
        ),
        Case("everything about the vault, no key works", PASS, *vaulted(VAULT_OWNER, accepts=False)),
        Case("reads secrets of the vault", UNKNOWN, *vaulted(SECRETS_USER)),
        Case("writes policies of the vault", UNKNOWN, *vaulted(VAULT_KEEPER)),
        Case("everything about vaults, which of them is not known", UNKNOWN, *vaulted(VAULT_OWNER, GROUP, vault=UNSET)),
        Case("no identity", NOT_APPLICABLE, exposed(principal_id=None)),
        Case("a cluster", NOT_APPLICABLE, cluster()),
        Case("detail was denied", UNKNOWN, instance()),
    ],
    "azure_ml_compute_exposed_and_can_get_ai_account_keys": [
        Case("in a subnet", UNKNOWN, exposed(subnet_id="x"), KEYED, assignment("openai-keys", KEYED.id), AI_KEYS),
        Case("stopped", NOT_APPLICABLE, exposed(state="Stopped"), KEYED, assignment("openai-keys", KEYED.id), AI_KEYS),
        Case("lists keys", FAIL, exposed(), KEYED, assignment("openai-keys", KEYED.id), AI_KEYS),
        Case("lists keys in the group", FAIL, exposed(), KEYED, assignment("openai-keys", GROUP), AI_KEYS),
        Case("of keys never turned off", FAIL, exposed(), account(disable_local_auth=None), LISTS, AI_KEYS),
        Case("in a group that does", FAIL, exposed(), KEYED, SHARED, AI_KEYS, assignee(MEMBERS)),
        Case("in a group, or not", UNKNOWN, exposed(), KEYED, SHARED, AI_KEYS),
        Case("hands out roles", FAIL, exposed(), KEYLESS, assignment("access", GROUP), ACCESS_ADMINISTRATOR),
        Case("turns keys on", FAIL, exposed(), KEYLESS, assignment("contributor", GROUP), CONTRIBUTOR),
        Case("keys are refused", PASS, exposed(), KEYLESS, LISTS, AI_KEYS),
        Case("of another account", PASS, exposed(), KEYED, assignment("openai-keys", f"{KEYED.id}-dev"), AI_KEYS),
        Case("lists keys of storage", PASS, exposed(), KEYED, assignment("keys", GROUP), KEY_LISTER),
        Case("whether keys are refused is not known", UNKNOWN, exposed(), account(), LISTS, AI_KEYS),
        Case("hands out some roles", UNKNOWN, exposed(), KEYED, assignment("some", GROUP), SOME_ROLES),
        Case("role not seen", UNKNOWN, exposed(), KEYED, LISTS, incomplete=[RoleDefinition]),
        Case("accounts not seen", UNKNOWN, exposed(), incomplete=[Account]),
        Case("assignments not seen", UNKNOWN, exposed(), KEYED, incomplete=[RoleAssignment]),
        Case("without an address", PASS, exposed(enable_node_public_ip=False), KEYED, LISTS, AI_KEYS),
        Case("without SSH", PASS, exposed(ssh_public_access="Disabled"), KEYED, LISTS, AI_KEYS),
        Case("a cluster", NOT_APPLICABLE, cluster(), KEYED),
        Case("no identity", NOT_APPLICABLE, exposed(principal_id=None), KEYED),
        Case("an identity without object id", UNKNOWN, exposed(**NAMELESS), KEYED),
        Case("identity not observed", UNKNOWN, exposed(principal_id=UNSET), KEYED),
    ],
}
