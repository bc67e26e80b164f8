"""Storage collector: only the accounts that machine learning refers to, each asked for by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType

from checks.azure.actions import NAME_CHECK
from checks.azure.ai_services.resources import Account
from checks.azure.associations import is_asked, perimeters
from checks.azure.error_kinds import MISSING, UNREGISTERED
from checks.azure.ids import arm_id, subscription
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import BLOBS, PERIMETERS, STORAGE, StorageAccount
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

VERSION = "2023-05-01"
#: The first version that shows firewall rules for IPv6, which sovereign clouds offer neither.
_WITH_IPV6 = "2025-06-01"
PERIMETERS_VERSION = "2024-01-01"
_TYPE = "/providers/microsoft.storage/storageaccounts/"


@collector(
    StorageAccount, operations=(STORAGE, BLOBS, PERIMETERS, NAME_CHECK), per="account", follows=(Workspace, Account)
)
def storage_accounts(api: AzureApi, found: Found) -> Iterator[StorageAccount]:
    def look(paths: list[str]) -> list[StorageAccount]:
        version = VERSION if api.is_sovereign() else _WITH_IPV6
        accounts = api.replies(STORAGE, paths, version, absent=MISSING)
        there = [path for path, account in zip(paths, accounts, strict=True) if isinstance(account, Mapping)]
        services = api.replies(BLOBS, [f"{path}/blobServices/default" for path in there], VERSION, absent=MISSING)
        blobs = dict(zip(there, services, strict=True))
        asked = [
            path
            for path, account in zip(paths, accounts, strict=True)
            if isinstance(account, Mapping) and is_asked(account, there=api.has_perimeters())
        ]
        inside = perimeters(api, PERIMETERS, asked, PERIMETERS_VERSION)
        return [
            _account(api, path, account, blobs.get(path, UNSET), inside)
            for path, account in zip(paths, accounts, strict=True)
        ]

    taken: list[StorageAccount] = []
    for made in api.each(look, api.groups(_named(found))):
        for account in made:
            if account.exists is False and account.name_available is False:
                taken.append(account)
            else:
                yield account
    yield from _elsewhere(api, taken, look)


def _account(
    api: AzureApi, path: str, account: Reply, blobs: Reply, inside: Mapping[str, Reply | bool]
) -> StorageAccount:
    """`inside` has how accounts are in a perimeter, for those that were asked."""
    if blobs is None:
        account, blobs = (None if _deleted(api, path, BLOBS) else account), UNSET
    perimeter = inside.get(path)
    if isinstance(perimeter, bool):
        account, perimeter = (None if _deleted(api, path, PERIMETERS) else account), UNSET
    exists: bool | UnsetType = UNSET if account is UNSET else account is not None
    name = _name_check(api, path.rpartition("/")[2]) if exists is False else UNSET
    item = account if isinstance(account, Mapping) else {"id": path}
    # Of an account that is not there nothing is observed: an absent setting would read as its default.
    replies: dict[str, Reply] = {STORAGE: account or UNSET, BLOBS: blobs, NAME_CHECK: name}
    said = {**replies, STORAGE: account}
    if isinstance(account, Mapping):
        replies[PERIMETERS] = perimeter
    if isinstance(account, Mapping) and path in inside:
        said[PERIMETERS] = perimeter
    return api.decode(StorageAccount, replies, said, exists=exists, **api.identity(item))


def _deleted(api: AzureApi, path: str, operation: str) -> bool:
    """Whether an account that was read a moment ago is not there any more, as what `operation` asked for is not.

    If it is there, it remains open why: a gap.
    """
    if api.call(STORAGE, path, VERSION, absent=MISSING) is None:
        api.gone()
        return True
    api.gap(operation, CallFailed(Reason.ERROR, "not found in an account that is there"))
    return False


def _elsewhere(
    api: AzureApi, taken: list[StorageAccount], look: Callable[[list[str]], list[StorageAccount]]
) -> Iterator[StorageAccount]:
    """Accounts that are not where they are named, but whose name somebody has: looked for in all scanned subscriptions.

    Names are global, so an account of that name there was moved. It keeps the id that it is named by.
    """
    wanted = {account.name.lower() for account in taken}
    own = sorted({subscription(account.id) for account in taken})
    places, unread = _listed(api, own, wanted)
    if wanted - places.keys():
        more, unread_elsewhere = _listed(api, [name for name in api.accounts if name.lower() not in own], wanted)
        places, unread = more | places, unread or unread_elsewhere
    for account in taken:
        place = places.get(account.name.lower())
        moved = look([place]) if place else []
        if moved and moved[0].exists:
            yield msgspec.structs.replace(moved[0], id=account.id, scope=account.scope, moved_to=moved[0].id)
        elif unread:
            yield account
        else:
            yield msgspec.structs.replace(account, moved_to=None)


def _listed(api: AzureApi, subscriptions: Sequence[str], wanted: set[str]) -> tuple[dict[str, str], bool]:
    """Where accounts of these names are in some subscriptions, and whether one of these was not listed."""
    paths = [f"/subscriptions/{name}/providers/Microsoft.Storage/storageAccounts" for name in subscriptions]
    found: dict[str, str] = {}
    unread = False
    for items in api.each(lambda path: api.listing(STORAGE, path, VERSION, absent=UNREGISTERED), paths):
        unread = unread or items is UNSET
        for path in (str(item["id"]) for item in items or ()):
            if (name := arm_id(path).rpartition("/")[2]) in wanted:
                found[name] = path
    return found, unread


def _named(found: Found) -> list[str]:
    """Storage accounts that workspaces, hubs and AI accounts name, each once, in any spelling of theirs."""
    names: list[str | UnsetType | None] = []
    for workspace in found.of(Workspace):
        names.append(workspace.storage_account)
        names += workspace.additional_storage_accounts or ()
    for account in found.of(Account):
        owned = account.user_owned_storage
        names += [storage.resource_id for storage in owned] if isinstance(owned, tuple) else []
    paths = {arm_id(name): name.rstrip("/") for name in sorted(n for n in names if isinstance(n, str) and n)}
    return [path for key, path in sorted(paths.items()) if _TYPE in key]


def _name_check(api: AzureApi, name: str) -> Reply:
    return api.call(
        NAME_CHECK,
        f"/subscriptions/{api.account}/providers/Microsoft.Storage/checkNameAvailability",
        VERSION,
        method="POST",
        # Names of accounts are lower case; the id in which this one was found may be spelled otherwise.
        body={"name": name.lower(), "type": "Microsoft.Storage/storageAccounts"},
    )
