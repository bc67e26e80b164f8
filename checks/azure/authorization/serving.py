"""Where the models that are being served lie, and the workspaces that hold keys to it: an index that checks share."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, Struct

from checks.azure.authorization.grants import covers, is_above
from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.assets import model_path
from checks.azure.machine_learning.hubs import network_of
from checks.azure.machine_learning.resources import OnlineDeployment, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from checks.azure.storage.resources import StorageAccount
from scanner.model.nouns import Status
from scanner.model.views import View

#: The first storage that a scope lets its holder open, and what was not observed of others.
Opened = tuple[str, frozenset[str]]
_BROKEN = "what deployments serve whose last change came to nothing"


class Serving(Struct, frozen=True):
    """Storage accounts that hold models being served, with a deployment each; `doubts` are why there may be more.

    `deployed` are all deployments that serve, wherever their models are. `workspaces` are those whose default storage
    is one of the storage accounts, or was not observed. `keys`, `secrets` and `kept` fill with what there is to say
    about the storage accounts, the workspaces and the vaults that a scope covers.
    """

    deployments: dict[str, str]
    deployed: tuple[str, ...]
    storages: tuple[str, ...]
    workspaces: tuple[str, ...]
    doubts: frozenset[str]
    keys: dict[str, Opened]
    secrets: dict[str, Opened]
    kept: dict[str, Opened]

    def container(self, scope: str) -> bool:
        """Whether a scope is a part of one of the storage accounts, such as a container."""
        parts = scope.split("/")
        return any("/".join(parts[:length]) in self.deployments for length in range(1, len(parts)))

    def datastore(self, scope: str) -> bool:
        """Whether a scope is a datastore of one of the workspaces."""
        workspace, inside, _ = scope.partition("/datastores/")
        return bool(inside) and next(covered(workspace, self.workspaces), "") == workspace

    def with_keys(self, scope: str, view: View) -> Opened:
        """Storage that the keys of the accounts open that a scope covers."""
        if scope not in self.keys:
            self.keys[scope] = _first(covered(scope, self.storages), view)
        return self.keys[scope]

    def with_secrets(self, scope: str, view: View) -> Opened:
        """Storage that the secrets of the datastores open whose workspaces a scope covers."""
        if scope not in self.secrets:
            self.secrets[scope] = self._by_secrets(covered(scope, self.workspaces), view)
        return self.secrets[scope]

    def with_vaults(self, scope: str, view: View) -> Opened:
        """Storage that the secrets open which are kept in the vaults that a scope covers."""
        if scope not in self.kept:
            kept_in = view.derive(vaults)
            names = (name for vault in covered(scope, tuple(kept_in)) for name in kept_in[vault])
            storage, unclear = self._by_secrets(names, view)
            unread = {"Workspace.key_vault"} if "" in kept_in and not storage else set()
            self.kept[scope] = storage, unclear | unread
        return self.kept[scope]

    def _by_secrets(self, workspaces: Iterable[str], view: View) -> Opened:
        doubts: set[str] = set()
        for name in workspaces:
            workspace = view.get(Workspace, name)
            keyed = keeps_keys(name, view)
            if keyed is None or not isinstance(workspace, Workspace):
                deciding = network_of(name, view)
                mode = deciding.system_datastores_auth_mode if deciding is not None else UNSET
                known = "Workspace.system_datastores_auth_mode"
                doubts.add(f"what `{mode}` in {known} means" if isinstance(mode, str) else known)
            elif keyed and workspace.storage_account is UNSET:
                doubts.add("Workspace.storage_account")
            elif keyed:
                storage, unclear = _first(iter((arm_id(str(workspace.storage_account)),)), view)
                if storage:
                    return storage, frozenset()
                doubts |= unclear
        return "", frozenset(doubts)


def serving(view: View) -> Serving:
    """Where the models of online deployments are kept, for `view.derive`."""
    deployments, workspaces = view.all(OnlineDeployment), view.all(Workspace)
    doubts = set() if workspaces.complete and deployments.complete else {"OnlineDeployment.model"}
    found: dict[str, str] = {}
    deployed: list[str] = []
    for deployment in deployments:
        if verdict := not_in_use(deployment):
            if verdict.status is Status.UNKNOWN:
                unread = deployment.provisioning_state is UNSET
                doubts.add("OnlineDeployment.provisioning_state" if unread else _BROKEN)
            continue
        deployed.append(deployment.id)
        model = deployment.model
        if model is None or (isinstance(model, str) and folded(model).startswith("azureml://registries/")):
            continue  # in the image, or in a registry with storage of its own
        path = (model_path(model) or model) if isinstance(model, str) else ""
        workspace = view.get(Workspace, workspace_of(path)) if path else None
        if not isinstance(workspace, Workspace) or workspace.storage_account is UNSET:
            doubts.add("OnlineDeployment.model")
        elif workspace.storage_account:
            found.setdefault(arm_id(str(workspace.storage_account)), deployment.id)
    holding = _holding(found, workspaces)
    return Serving(found, tuple(sorted(deployed)), tuple(sorted(found)), holding, frozenset(doubts), {}, {}, {})


def _holding(found: dict[str, str], workspaces: Iterable[Workspace]) -> tuple[str, ...]:
    """The workspaces whose default storage is among those found, or was not observed."""
    return tuple(
        workspace.id
        for workspace in (workspaces if found else ())
        if workspace.storage_account is UNSET or arm_id(str(workspace.storage_account or "")) in found
    )


def vaults(view: View) -> dict[str, list[str]]:
    """The vaults that keep the secrets of such workspaces, sorted, with these; under no name those not observed."""
    found: dict[str, list[str]] = {}
    for name in view.derive(serving).workspaces:
        workspace = view.get(Workspace, name)
        vault = workspace.key_vault if isinstance(workspace, Workspace) else UNSET
        if vault is not None:
            found.setdefault("" if vault is UNSET else arm_id(vault), []).append(name)
    return dict(sorted(found.items()))


def covered(scope: str, places: Sequence[str]) -> Iterator[str]:
    """Those of some ids, given in order, that what is assigned at a scope holds for."""
    prefix = "" if is_above(scope) else scope
    at = bisect_left(places, prefix)
    while at < len(places) and places[at].startswith(prefix):
        if covers(scope, places[at]):
            yield places[at]
        at += 1


def keeps_keys(workspace: str, view: View) -> bool | None:
    """Whether the datastores that a workspace makes by itself have keys of its storage; None if that is not known."""
    deciding = network_of(workspace, view)
    match folded(deciding.system_datastores_auth_mode) if deciding is not None else UNSET:
        case "accesskey" | None:
            return True
        case "identity":
            return False
        case _:
            return None


def _first(storages: Iterator[str], view: View) -> Opened:
    """The first of some storage accounts that accepts keys."""
    unclear: set[str] = set()
    for storage in storages:
        account = view.get(StorageAccount, storage)
        if not isinstance(account, StorageAccount) or account.allow_shared_key_access is UNSET:
            unclear.add("StorageAccount.allow_shared_key_access")
        elif account.allow_shared_key_access is not False:
            return storage, frozenset()
    return "", frozenset(unclear)
