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
    assignee,
    assignment,
    cluster,
    deployment,
    instance,
    role,
    storage,
    to_group,
    workspace,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.actions import Permission
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, Workspace

LINKED = workspace(storage_account=RETINA_STORAGE)
MODEL = f"{LINKED.id}/models/retina/versions/7"
SERVING = (LINKED, deployment(model=MODEL))
CONDITION = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'other'"


def exposed(**fields: object) -> Compute:
    given = {"enable_node_public_ip": True, "ssh_public_access": "Enabled"}
    return instance(**{**given, "principal_id": PRINCIPAL, "user_assigned_identities": None, **fields})


CONTAINER = f"{RETINA_STORAGE}/blobServices/default/containers/azureml-blobstore"
LINK_SIGNER = role("links", Permission(actions=("Microsoft.Storage/storageAccounts/listServiceSas/action",)))
# As the built-in role Azure AI Account Owner is: the condition is that of the role, not of its assignment.
SOME_ROLES = role("some", Permission(actions=("Microsoft.Authorization/roleAssignments/write",), condition=CONDITION))
SIGNED = (exposed(), *SERVING, assignment("links", GROUP), LINK_SIGNER)


def scientist(scope: str = LINKED.id, *, accepts: object = True, **fields: object) -> tuple[Any, ...]:
    """Works in a workspace that keeps keys of the storage which a served model lies in."""
    given = {"workspace_kind": "Default", "system_datastores_auth_mode": "AccessKey", **fields}
    linked = workspace(storage_account=RETINA_STORAGE, **given)
    held = storage(allow_shared_key_access=accepts)
    return (exposed(), linked, SERVING[1], held, assignment("scientist", scope), DATA_SCIENTIST)


KEPT = role("kept", Permission(actions=("Microsoft.MachineLearningServices/workspaces/listKeys/action",)))
NO_SECRETS = role(
    "none",
    Permission(
        actions=("Microsoft.MachineLearningServices/*",),
        not_actions=("Microsoft.MachineLearningServices/workspaces/*/action",),
    ),
)


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
        Case("lists keys of the workspace", FAIL, *scientist()[:4], assignment("kept", LINKED.id), KEPT),
        Case("lists no secrets", PASS, *scientist()[:4], assignment("none", LINKED.id), NO_SECRETS),
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
        Case("no identity", NOT_APPLICABLE, exposed(principal_id=None)),
        Case("a cluster", NOT_APPLICABLE, cluster()),
        Case("detail was denied", UNKNOWN, instance()),
    ],
}
