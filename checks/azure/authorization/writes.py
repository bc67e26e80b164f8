"""Which models being served the principals of a resource can change, worked out once for those that share them."""

from collections.abc import Sequence

from msgspec import UNSET

from checks.azure.actions import Permission, allows
from checks.azure.authorization.grants import ASSIGN_ROLES, grants, is_wide, may, permissions_of, readable
from checks.azure.authorization.reach import Reach, with_groups
from checks.azure.authorization.resources import RoleAssignment
from checks.azure.authorization.serving import Serving, covered, serving
from checks.azure.ids import arm_id
from checks.azure.storage.resources import StorageAccount
from scanner.model.views import View, remembered

_BLOB_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
# Actions that give a key of the account, or a link signed with one.
_KEYS = tuple(
    f"Microsoft.Storage/storageAccounts/{name}/action"
    for name in ("listKeys", "regenerateKey", "listAccountSas", "listServiceSas")
)
_ACCOUNT_WRITE = "Microsoft.Storage/storageAccounts/write"
_LIST_SECRETS = "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action"
# Actions that give the key of the account with which the datastores of a workspace are reached.
_SECRETS = (
    _LIST_SECRETS,
    "Microsoft.MachineLearningServices/workspaces/listKeys/action",
    "Microsoft.MachineLearningServices/workspaces/listStorageAccountKeys/action",
)
#: Puts another model, or an image of its own, in the place of what a deployment serves.
_DEPLOY = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write"
#: With a hierarchical namespace: says who may write a file, or writes as a superuser.
_OWNING = tuple(
    f"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/{name}/action"
    for name in ("manageOwnership", "modifyPermissions", "runAsSuperUser")
)
#: Makes a user who signs in over SFTP, where the account answers that.
_LOCAL_USERS = "Microsoft.Storage/storageAccounts/localUsers/write"
#: Reads the secrets of a vault that goes by roles, and gives rights in one that goes by access policies.
_READ_VAULT = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_POLICIES = ("Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/write")


def written(people: frozenset[str], home: str, view: View) -> Reach:
    """The assignment that lets these principals, which a subscription uses, change what a deployment serves.

    They change the storage of its model or, where none is named, the deployment itself.
    """
    return with_groups(people, home, _changes, view)


def opens(permissions: Sequence[Permission]) -> bool:
    """Whether a role may let its holder change what a deployment serves, wherever it is assigned."""
    if allows(permissions, _BLOB_WRITE, data=True) or allows(permissions, ASSIGN_ROLES):
        return True
    if any(allows(permissions, action, data=True) for action in (_READ_VAULT, *_OWNING)):
        return True
    return any(allows(permissions, action) for action in (*_KEYS, *_SECRETS, *_POLICIES, _LOCAL_USERS, _DEPLOY))


def _changes(person: str, view: View) -> Reach:
    return remembered(view, _write, person)


def _write(person: str, view: View) -> Reach:
    found, served = view.derive(grants), view.derive(serving)
    doubts = set() if found.complete else {"RoleAssignment"}
    doubts |= served.doubts
    for assignment in found.of(person, view):
        if not readable(assignment):
            doubts.add("RoleAssignment")
            continue
        place, unclear = _writes(assignment, served, view)
        if place in served.deployments:
            return Reach(assignment.id, place, served.deployments[place])
        if place:
            return Reach(assignment.id, deployment=place)
        doubts |= unclear
    return Reach(doubts=frozenset(doubts))


def _writes(assignment: RoleAssignment, served: Serving, view: View) -> tuple[str, set[str]]:
    """The first storage whose blobs, or deployment which, an assignment lets its holder change.

    Else what was not observed to tell.
    """
    scope = arm_id(str(assignment.assigned_scope))
    ways = (_directly, _with_keys, _with_secrets, _with_vaults, _with_lists, _over_sftp, _by_deploying)
    inside = served.container(scope) or served.datastore(scope)
    kept = bool(served.workspaces) and (is_wide(scope) or "/providers/microsoft.keyvault/vaults/" in scope)
    around = any(next(covered(scope, some), "") for some in (served.storages, served.workspaces, served.deployed))
    if not inside and not around and not kept:
        return "", set()
    permissions = permissions_of(assignment, view)
    if permissions is None:
        return "", {"RoleDefinition.permissions"}
    doubts: set[str] = set()
    for way in ways:
        place, unclear = way(permissions, assignment.condition, scope, served, view)
        if place:
            return place, set()
        doubts |= unclear
    return "", doubts


def _directly(
    permissions: tuple[Permission, ...], condition: object, scope: str, served: Serving, _: View
) -> tuple[str, set[str]]:
    """As its role on the data says, or as one says that it may give itself."""
    blobs = may(permissions, _BLOB_WRITE, condition, data=True)
    if served.container(scope):
        # which container holds the model was not observed
        return "", set() if blobs is False else {"RoleAssignment.assigned_scope"}
    first = next(covered(scope, served.storages), "")
    roles = may(permissions, ASSIGN_ROLES, condition)
    if not first or blobs or roles:
        return first, set()
    return "", {"RoleAssignment.condition"} if blobs is None or roles is None else set()


def _with_keys(
    permissions: tuple[Permission, ...], _: object, scope: str, served: Serving, view: View
) -> tuple[str, set[str]]:
    """With keys of the account, which work unless it refuses them."""
    if not any(allows(permissions, action) for action in _KEYS):
        return "", set()
    if allows(permissions, _ACCOUNT_WRITE):
        return next(covered(scope, served.storages), ""), set()  # may turn keys on where they are off
    storage, unclear = served.with_keys(scope, view)
    return storage, set(unclear)


def _with_secrets(
    permissions: tuple[Permission, ...], _: object, scope: str, served: Serving, view: View
) -> tuple[str, set[str]]:
    """With the key that a workspace keeps for its datastores."""
    if served.datastore(scope):
        # which datastore the model came from was not observed
        return "", {"RoleAssignment.assigned_scope"} if allows(permissions, _LIST_SECRETS) else set()
    if not any(allows(permissions, action) for action in _SECRETS):
        return "", set()
    storage, unclear = served.with_secrets(scope, view)
    return storage, set(unclear)


def _with_vaults(
    permissions: tuple[Permission, ...], _: object, scope: str, served: Serving, view: View
) -> tuple[str, set[str]]:
    """With the key that a vault keeps for the datastores of a workspace.

    A vault goes by roles or by access policies, and it is not read by which: certain is who may use both.
    """
    reads = allows(permissions, _READ_VAULT, data=True)
    lets_in = any(allows(permissions, action) for action in _POLICIES)
    if not reads and not lets_in:
        return "", set()
    storage, unclear = served.with_vaults(scope, view)
    if not storage or (reads and lets_in):
        return storage, set(unclear)
    return "", {"whether the vault of the workspace goes by roles or by access policies"}


def _with_lists(
    permissions: tuple[Permission, ...], condition: object, scope: str, served: Serving, view: View
) -> tuple[str, set[str]]:
    """By the access lists of files, which accounts with a hierarchical namespace have."""
    answers = {may(permissions, action, condition, data=True) for action in _OWNING}
    if answers == {False} or allows(permissions, _BLOB_WRITE, data=True):
        return "", set()  # who may write is seen without
    if served.container(scope):
        return "", {"RoleAssignment.assigned_scope"}  # which container holds the model was not observed
    doubts: set[str] = set()
    for name in covered(scope, served.storages):
        account = view.get(StorageAccount, name)
        hierarchical = account.is_hns_enabled if isinstance(account, StorageAccount) else UNSET
        if hierarchical is UNSET:
            doubts.add("StorageAccount.is_hns_enabled")
        elif hierarchical and True in answers:
            return name, set()
        elif hierarchical:
            doubts.add("RoleAssignment.condition")
    return "", doubts


def _over_sftp(
    permissions: tuple[Permission, ...], _: object, scope: str, served: Serving, __: View
) -> tuple[str, set[str]]:
    """As a local user of the account. Whether it answers SFTP is not read."""
    some = allows(permissions, _LOCAL_USERS) and next(covered(scope, served.storages), "")
    return "", {"whether the storage answers SFTP, for which it may make users"} if some else set()


def _by_deploying(
    permissions: tuple[Permission, ...], _: object, scope: str, served: Serving, __: View
) -> tuple[str, set[str]]:
    """By writing the deployment anew, whatever it serves until then."""
    return (next(covered(scope, served.deployed), "") if allows(permissions, _DEPLOY) else ""), set()
