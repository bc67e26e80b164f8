"""What collectors of several services ask of a resource that they have seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from checks.azure.ai_services.resources import Account
from checks.azure.error_kinds import MISSING
from checks.azure.networks import asks_perimeter
from checks.azure.storage.resources import StorageAccount
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

A = TypeVar("A", Account, StorageAccount)


def is_deleted(api: AzureApi, read: str, path: str, version: str, operation: str) -> bool:
    """Whether a resource that was read a moment ago is not there any more, as what `operation` asked for is not.

    If it is there, it remains open why: a gap.
    """
    if api.call(read, path, version, absent=MISSING) is None:
        api.gone()
        return True
    api.gap(operation, CallFailed(Reason.ERROR, "not found in an account that is there"))
    return False


def with_perimeters(
    api: AzureApi, operation: str, accounts: Sequence[A], version: str, missing: Callable[[A], A | None]
) -> Iterator[A]:
    """The accounts, with the network security perimeter of those whose verdicts it bears on.

    `missing` says what to make of one that has no list of perimeters, not even an empty one.
    """
    asked = [account for account in accounts if asks_perimeter(account)]
    paths = [f"{account.id}/networkSecurityPerimeterConfigurations" for account in asked]
    firsts = api.ask_together(operation, paths, version) if paths else []
    found = {
        account.id: api.listing(operation, path, version, absent=MISSING, first=first)
        for account, path, first in zip(asked, paths, firsts, strict=True)
    }
    for account in accounts:
        listed = found.get(account.id, UNSET)
        if listed is None:
            if (made := missing(account)) is not None:
                yield made
        elif listed is UNSET:
            yield account
        else:
            # An account can belong to one perimeter; what a list shows of none is that it is absent.
            seen = api.decode(type(account), {operation: next(iter(listed), None)}, id=account.id, name=account.name)
            yield replace(account, perimeter_mode=seen.perimeter_mode, perimeter_rules=seen.perimeter_rules)
