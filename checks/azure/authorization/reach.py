"""What the principals of a resource reach through their role assignments, worked out once for those that share them."""

from bisect import bisect_left
from collections.abc import Iterator

from msgspec import UNSET, Struct

from checks.azure.actions import Permission, allows
from checks.azure.authorization.grants import (
    ASSIGN_ROLES,
    controls,
    covers,
    grants,
    is_above,
    is_wide,
    may,
    permissions_of,
    readable,
)
from checks.azure.authorization.resources import RoleAssignment
from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import OnlineDeployment, Workspace
from checks.azure.members import folded
from checks.azure.storage.resources import StorageAccount
from scanner.model.views import View

_BLOB_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
# Actions that give a key of the account, or a link signed with one.
_KEYS = tuple(
    f"Microsoft.Storage/storageAccounts/{name}/action"
    for name in ("listKeys", "regenerateKey", "listAccountSas", "listServiceSas")
)
_ACCOUNT_WRITE = "Microsoft.Storage/storageAccounts/write"


class Reach(Struct, frozen=True):
    """The first assignment by which some principals reach what was asked about, or what was not observed to tell.

    `assignment` is its id, empty if there is none; `storage` and `deployment` what it reaches.
    """

    assignment: str = ""
    storage: str = ""
    deployment: str = ""
    doubts: frozenset[str] = frozenset()


def managed(people: frozenset[str], view: View) -> Reach:
    """The assignment that lets these principals manage a whole resource group or more."""
    known = view.derive(_managed)
    if people not in known:
        known[people] = _manage(people, view)
    return known[people]


def _managed(_: View) -> dict[frozenset[str], Reach]:
    return {}


def _manage(people: frozenset[str], view: View) -> Reach:
    found = view.derive(grants)
    doubts = set() if found.complete else {"RoleAssignment"}
    for assignment in found.of(people, view):
        if not readable(assignment):
            doubts.add("RoleAssignment")
        elif is_wide(scope := str(assignment.assigned_scope)):
            permissions = permissions_of(assignment, view)
            privileged = controls(permissions, scope, assignment.condition) if permissions is not None else False
            if permissions is None:
                doubts.add("RoleDefinition.permissions")
            elif privileged is None:
                doubts.add("RoleAssignment.condition")
            elif privileged:
                return Reach(assignment.id)
    return Reach(doubts=frozenset(doubts))


def written(people: frozenset[str], view: View) -> Reach:
    """The assignment that lets these principals change blobs in the storage of a model being served."""
    known = view.derive(_written)
    if people not in known:
        known[people] = _write(people, view)
    return known[people]


def _written(_: View) -> dict[frozenset[str], Reach]:
    return {}


def _write(people: frozenset[str], view: View) -> Reach:
    found, serving = view.derive(grants), view.derive(_serving)
    doubts = set() if found.complete else {"RoleAssignment"}
    doubts |= set() if serving.complete else {"OnlineDeployment.model"}
    for assignment in found.of(people, view):
        if not readable(assignment):
            doubts.add("RoleAssignment")
            continue
        storage, doubt = _writes(assignment, serving, view)
        if storage:
            return Reach(assignment.id, storage, serving.deployments[storage])
        doubts |= {doubt} if doubt else set()
    return Reach(doubts=frozenset(doubts))


class _Serving(Struct, frozen=True):
    """Storage accounts that hold models being served, with a deployment each; not complete if some were not seen.

    `keys` fills with what there is to say about the keys of those that a scope covers.
    """

    deployments: dict[str, str]
    storages: tuple[str, ...]
    complete: bool
    keys: dict[str, tuple[str, bool]]

    def covered(self, scope: str) -> Iterator[str]:
        """Those that what is assigned at a scope holds for, in order."""
        prefix = "" if is_above(scope) else scope
        place = bisect_left(self.storages, prefix)
        while place < len(self.storages) and self.storages[place].startswith(prefix):
            if covers(scope, self.storages[place]):
                yield self.storages[place]
            place += 1

    def around(self, scope: str) -> bool:
        """Whether a scope is a part of one of them, such as a container."""
        parts = scope.split("/")
        return any("/".join(parts[:length]) in self.deployments for length in range(1, len(parts)))


def _serving(view: View) -> _Serving:
    """Where the models of online deployments are kept, for `view.derive`."""
    deployments = view.all(OnlineDeployment)
    complete = view.all(Workspace).complete and deployments.complete
    found: dict[str, str] = {}
    for deployment in deployments:
        model = deployment.model
        if model is None or (isinstance(model, str) and folded(model).startswith("azureml://registries/")):
            continue  # in the image, or in a registry with storage of its own
        workspace = view.get(Workspace, workspace_of(model)) if isinstance(model, str) else None
        if not isinstance(workspace, Workspace) or workspace.storage_account is UNSET:
            complete = False
        elif workspace.storage_account:
            found.setdefault(arm_id(str(workspace.storage_account)), deployment.id)
    return _Serving(found, tuple(sorted(found)), complete, {})


def _writes(assignment: RoleAssignment, serving: _Serving, view: View) -> tuple[str, str]:
    """The first storage whose blobs an assignment lets its holder change, else what was not observed to tell."""
    scope = arm_id(str(assignment.assigned_scope))
    first = next(serving.covered(scope), "")
    around = serving.around(scope)
    if not first and not around:
        return "", ""
    permissions = permissions_of(assignment, view)
    if permissions is None:
        return "", "RoleDefinition.permissions"
    blobs = may(permissions, _BLOB_WRITE, assignment.condition, data=True)
    if not first:
        # which container holds the model was not observed
        return "", "" if blobs is False else "RoleAssignment.assigned_scope"
    roles = may(permissions, ASSIGN_ROLES, assignment.condition)  # to itself, say
    if blobs or roles:
        return first, ""
    keyed, unclear = _keys_write(permissions, scope, first, serving, view)
    if keyed:
        return keyed, ""
    if blobs is None or roles is None:
        return "", "RoleAssignment.condition"
    return "", "StorageAccount.allow_shared_key_access" if unclear else ""


def _keys_write(
    permissions: tuple[Permission, ...], scope: str, first: str, serving: _Serving, view: View
) -> tuple[str, bool]:
    """The first storage in a scope that a role lets its holder change with keys, and whether some are unclear."""
    if not any(allows(permissions, action) for action in _KEYS):
        return "", False
    if allows(permissions, _ACCOUNT_WRITE):
        return first, False  # may turn keys on where they are off
    if scope not in serving.keys:
        serving.keys[scope] = _keys(serving.covered(scope), view)
    return serving.keys[scope]


def _keys(storages: Iterator[str], view: View) -> tuple[str, bool]:
    unclear = False
    for storage in storages:
        account = view.get(StorageAccount, storage)
        if not isinstance(account, StorageAccount) or account.allow_shared_key_access is UNSET:
            unclear = True
        elif account.allow_shared_key_access is not False:
            return storage, unclear
    return "", unclear
