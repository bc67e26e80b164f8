"""Storage collector: only the accounts that machine learning refers to, each asked for by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from checks.azure.actions import NAME_CHECK
from checks.azure.ai_services.resources import Account
from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import BLOBS, STORAGE, StorageAccount
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

VERSION = "2023-05-01"
_TYPE = "/providers/microsoft.storage/storageaccounts/"
#: Codes that say that the account is not there. A subscription that cannot be seen answers with others.
_MISSING = ("ResourceNotFound", "ResourceGroupNotFound")


@collector(StorageAccount, operations=(STORAGE, BLOBS, NAME_CHECK), per="account", follows=(Workspace, Account))
def storage_accounts(api: AzureApi, found: Found) -> Iterator[StorageAccount]:
    def look(paths: list[str]) -> list[StorageAccount]:
        accounts = api.replies(STORAGE, paths, VERSION, absent=_MISSING)
        there = [path for path, account in zip(paths, accounts, strict=True) if isinstance(account, Mapping)]
        services = api.replies(BLOBS, [f"{path}/blobServices/default" for path in there], VERSION)
        blobs = dict(zip(there, services, strict=True))
        return [
            _account(api, path, account, blobs.get(path, UNSET)) for path, account in zip(paths, accounts, strict=True)
        ]

    for made in api.each(look, api.groups(_named(found))):
        yield from made


def _account(api: AzureApi, path: str, account: Reply, blobs: Reply) -> StorageAccount:
    exists: bool | UnsetType = UNSET if account is UNSET else account is not None
    name = _name_check(api, path.rpartition("/")[2]) if exists is False else UNSET
    item = account if isinstance(account, Mapping) else {"id": path}
    # Of an account that is not there nothing is observed: an absent setting would read as its default.
    replies: dict[str, Reply] = {STORAGE: account or UNSET, BLOBS: blobs, NAME_CHECK: name}
    return api.decode(StorageAccount, replies, exists=exists, **api.identity(item))


def _named(found: Found) -> list[str]:
    """Storage accounts that workspaces and AI accounts name, each once, in any spelling of theirs."""
    names: list[str | UnsetType | None] = [workspace.storage_account for workspace in found.of(Workspace)]
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
