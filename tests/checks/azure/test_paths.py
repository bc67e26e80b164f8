from factories.azure import (
    ACCESS_ADMINISTRATOR,
    BLOB_READER,
    BLOB_WRITER,
    CONTRIBUTOR,
    GROUP,
    KEY_LISTER,
    OWNER,
    PRINCIPAL,
    READER,
    RETINA_STORAGE,
    ROOT,
    STORAGE,
    STORAGE_CONTRIBUTOR,
    UPPER_PRINCIPAL,
    assignment,
    cluster,
    deployment,
    endpoint,
    instance,
    role,
    rules,
    storage,
    user_identity,
    workspace,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.authorization.resources import Permission, RoleAssignment, RoleDefinition
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.storage.resources import StorageAccount

LINKED = workspace(storage_account=RETINA_STORAGE)
MODEL = f"{LINKED.id}/models/retina/versions/7"
SERVING = (LINKED, deployment(model=MODEL))
CONDITION = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'other'"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/northwind-example"


def scoring(principal: str | None = PRINCIPAL, **fields: object) -> OnlineEndpoint:
    return endpoint(**{"principal_id": principal, "user_assigned_identities": None, **fields})


def exposed(**fields: object) -> Compute:
    given = {"enable_node_public_ip": True, "principal_id": PRINCIPAL, "user_assigned_identities": None}
    return instance(**{**given, **fields})


def open_storage(**fields: object) -> StorageAccount:
    return storage(
        **{
            "allow_blob_public_access": True,
            "public_network_access": "Enabled",
            "network_default_action": "Allow",
            **fields,
        }
    )


CONTAINER = f"{RETINA_STORAGE}/blobServices/default/containers/azureml-blobstore"
LINK_SIGNER = role("links", Permission(actions=("Microsoft.Storage/storageAccounts/listServiceSas/action",)))
# As the built-in role Azure AI Account Owner is: the condition is that of the role, not of its assignment.
SOME_ROLES = role("some", Permission(actions=("Microsoft.Authorization/roleAssignments/write",), condition=CONDITION))
SIGNED = (exposed(), *SERVING, assignment("links", GROUP), LINK_SIGNER)

CASES = {
    "azure_ml_workspace_storage_open_to_anonymous": [
        Case("both", FAIL, LINKED, open_storage()),
        Case("never set", FAIL, LINKED, open_storage(allow_blob_public_access=None, public_network_access=None)),
        Case("anonymous access disallowed", PASS, LINKED, open_storage(allow_blob_public_access=False)),
        Case("network closed", PASS, LINKED, open_storage(network_default_action="Deny", network_ip_rules=None)),
        Case(
            "half of the internet let in",
            FAIL,
            LINKED,
            open_storage(network_default_action="Deny", network_ip_rules=rules("128.0.0.0/1")),
        ),
        Case("network closed, the other unseen", UNKNOWN, LINKED, storage(public_network_access="Disabled")),
        Case("network unseen", UNKNOWN, LINKED, storage(allow_blob_public_access=True)),
        Case("the account is gone", NOT_APPLICABLE, LINKED, storage(exists=False)),
        Case("the account was not seen", UNKNOWN, LINKED, storage(exists=UNSET)),
        Case("not among those collected", UNKNOWN, LINKED),
        Case("no account linked", NOT_APPLICABLE, workspace(storage_account=None)),
        Case("link not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_storage_missing": [
        Case("there", PASS, LINKED, storage()),
        Case("name is free", FAIL, LINKED, storage(exists=False, name_available=True)),
        Case(
            "name is taken",
            FAIL,
            LINKED,
            storage(exists=False, name_available=False, name_reason="AlreadyExists"),
        ),
        Case(
            "name is invalid",
            UNKNOWN,
            LINKED,
            storage(exists=False, name_available=False, name_reason="AccountNameInvalid"),
        ),
        Case("name was not checked", UNKNOWN, LINKED, storage(exists=False)),
        Case("in a subscription that cannot be seen", UNKNOWN, LINKED, storage(exists=UNSET)),
        Case("storage not collected", UNKNOWN, LINKED, incomplete=[StorageAccount]),
        Case("no account linked", NOT_APPLICABLE, workspace(storage_account=None)),
        Case("link not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_endpoint_identity_privileged": [
        Case("owner of the subscription", FAIL, scoring(), assignment("owner", ROOT), OWNER),
        Case("contributor of a group", FAIL, scoring(), assignment("contributor", GROUP), CONTRIBUTOR),
        Case("hands out roles", FAIL, scoring(), assignment("access", GROUP), ACCESS_ADMINISTRATOR),
        Case("at a management group", FAIL, scoring(), assignment("owner", MANAGEMENT_GROUP), OWNER),
        Case("at the root", FAIL, scoring(), assignment("owner", "/"), OWNER),
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
        Case("role not seen", UNKNOWN, scoring(), assignment("owner", ROOT), incomplete=[RoleDefinition]),
        Case("role gone", UNKNOWN, scoring(), assignment("owner", ROOT)),
        Case("assignments not seen", UNKNOWN, scoring(), incomplete=[RoleAssignment]),
        Case("an identity without object id", UNKNOWN, scoring(None, user_assigned_identities=user_identity(None))),
        Case("no identity", NOT_APPLICABLE, scoring(None)),
        Case("identity not observed", UNKNOWN, endpoint()),
    ],
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
        Case("reads one container", PASS, exposed(), *SERVING, assignment("blob-reader", CONTAINER), BLOB_READER),
        Case("lists keys, account not seen", UNKNOWN, exposed(), *SERVING, assignment("keys", GROUP), KEY_LISTER),
        Case(
            "SSH open, address not said",
            FAIL,
            exposed(enable_node_public_ip=None, public_ip_address=None, ssh_public_access="Enabled"),
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
        Case(
            "address not said, SSH closed",
            UNKNOWN,
            exposed(enable_node_public_ip=None, public_ip_address=None, ssh_public_access="Disabled"),
        ),
        Case("no identity", NOT_APPLICABLE, exposed(principal_id=None)),
        Case("a cluster", NOT_APPLICABLE, cluster()),
        Case("detail was denied", UNKNOWN, instance()),
    ],
}
