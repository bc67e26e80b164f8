"""Which storage an assignment reaches is found without going through all of it, and is what going through gives."""

from __future__ import annotations

from factories.azure import (
    BLOB_READER,
    BLOB_WRITER,
    DATA_SCIENTIST,
    HERE,
    KEY_LISTER,
    ML,
    PRINCIPAL,
    READER,
    STORAGE_CONTRIBUTOR,
    SUBSCRIPTION,
    assignment,
    deployment,
    storage,
    workspace,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs
from support import inventory_of, registered

from checks.azure.actions import allows
from checks.azure.authorization.grants import ASSIGN_ROLES, covers, may
from checks.azure.authorization.writes import written
from checks.azure.ids import arm_id
from scanner.store.inventory import InventoryView

NEEDS = registered()[0]["MLP-4304"].needs
GROUPS = ["/subscriptions/s1/resourceGroups/rg", "/subscriptions/s1/resourceGroups/rg-1", "/subscriptions/S2"]
ACCOUNTS = [f"{group}/providers/Microsoft.Storage/storageAccounts/{name}" for group in GROUPS for name in ("a", "b")]
SCOPES = [
    "/",
    "/providers/Microsoft.Management/managementGroups/g",
    "/subscriptions/s1",
    "/subscriptions/s2/",
    *GROUPS,
    *ACCOUNTS,
    *(f"{account}/blobServices/default/containers/c" for account in ACCOUNTS),
    f"{ACCOUNTS[0]}x",
    *(f"{ML}/w{number}" for number in range(2)),
    f"{ML}/w0/datastores/d",
    f"{ML}/retina",
    f"{ML}/retina/onlineEndpoints/score/deployments/d0",
    f"{ML}/retina/onlineEndpoints/other",
]
ROLES = {
    role.name: role for role in (READER, BLOB_READER, BLOB_WRITER, KEY_LISTER, STORAGE_CONTRIBUTOR, DATA_SCIENTIST)
}
PEOPLE = frozenset({PRINCIPAL})
KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"


def world(keys, modes, made):
    """Storage with these settings for keys, each holding a model being served, and role assignments.

    Each belongs to a workspace, with one of the modes in turn.
    """
    for number, (place, shared) in enumerate(keys.items()):
        yield structs.replace(storage(allow_shared_key_access=shared), id=arm_id(place))
        mode = modes[number % len(modes)]
        yield workspace(f"w{number}", storage_account=place, workspace_kind="Default", system_datastores_auth_mode=mode)
        yield deployment(f"d{number}", model=f"{workspace(f'w{number}').id}/models/m/versions/1")
    for number, (role, scope, condition) in enumerate(made):
        yield structs.replace(assignment(role, scope, condition=condition), id=f"a{number}", scope=HERE)
    yield from ROLES.values()


def by_secrets(keys, modes, scope):
    """The first storage that the secrets of a workspace open, else what was not observed."""
    doubts = set()
    for number, place in enumerate(keys):
        mode = modes[number % len(modes)]
        if arm_id(scope).startswith(f"{ML}/w{number}/"):
            doubts.add("RoleAssignment.assigned_scope")
        elif covers(scope, f"{ML}/w{number}"):
            if mode is UNSET:
                doubts.add("Workspace.system_datastores_auth_mode")
            elif mode != "Identity" and keys[place] is UNSET:
                doubts.add("StorageAccount.allow_shared_key_access")
            elif mode != "Identity" and keys[place] is not False:
                return arm_id(place), set()
    return "", doubts


def deploys(keys, scope):
    """Whether the scope holds some deployment."""
    return any(covers(scope, deployment(f"d{number}").id) for number in range(len(keys)))


def one_by_one(keys, modes, made):
    """The first storage that some assignment lets its holder write, else what was not observed."""
    doubts = set()
    for number, (role, scope, condition) in enumerate(made):
        permissions = ROLES[role].permissions
        blobs = may(permissions, BLOBS, condition, data=True)
        roles = may(permissions, ASSIGN_ROLES, condition)
        for place in sorted(keys, key=arm_id):
            if covers(scope, place):
                lists = allows(permissions, KEYS)
                turns_on = allows(permissions, "Microsoft.Storage/storageAccounts/write")
                opens = lists and (True if turns_on else None if keys[place] is UNSET else keys[place] is not False)
                if blobs or roles or opens:
                    return f"a{number}", arm_id(place), set()
                if blobs is None or roles is None:
                    doubts.add("RoleAssignment.condition")
                elif opens is None:
                    doubts.add("StorageAccount.allow_shared_key_access")
            elif arm_id(scope).startswith(f"{arm_id(place)}/") and blobs is not False:
                doubts.add("RoleAssignment.assigned_scope")
        if role == "scientist":
            opened, unclear = by_secrets(keys, modes, scope)
            if opened or deploys(keys, scope):
                return f"a{number}", opened, set()
            doubts |= unclear
    return "", "", doubts


@given(
    st.dictionaries(st.sampled_from(ACCOUNTS), st.sampled_from([True, False, False, None, UNSET])),
    st.lists(st.sampled_from(["AccessKey", None, "Identity", UNSET]), min_size=1, max_size=3),
    st.lists(
        st.tuples(st.sampled_from(sorted(ROLES)), st.sampled_from(SCOPES), st.sampled_from([None, None, "x"])),
        max_size=4,
    ),
)
def test_all_at_once_is_as_one_by_one(keys, modes, made):
    reach = written(PEOPLE, SUBSCRIPTION, InventoryView(inventory_of(*world(keys, modes, made)), NEEDS))

    assert (reach.assignment, reach.storage, reach.doubts) == one_by_one(keys, modes, made)
