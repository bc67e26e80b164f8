"""Which AI accounts the principals of a resource can get keys of, worked out once for those that share them."""

from collections.abc import Sequence

from msgspec import UNSET, Struct

from checks.azure.actions import Permission, allows
from checks.azure.ai_services.resources import Account
from checks.azure.authorization.grants import ASSIGN_ROLES, grants, may, permissions_of, readable
from checks.azure.authorization.reach import Reach, with_groups
from checks.azure.authorization.resources import RoleAssignment
from checks.azure.authorization.serving import covered
from checks.azure.ids import arm_id
from scanner.model.views import View, remembered

_KEYS = tuple(f"Microsoft.CognitiveServices/accounts/{name}/action" for name in ("listKeys", "regenerateKey"))
_ACCOUNT_WRITE = "Microsoft.CognitiveServices/accounts/write"


class Accounts(Struct, frozen=True):
    """The ids of AI accounts of the scan, sorted; not complete if some were not seen."""

    names: tuple[str, ...]
    complete: bool


def accounts(view: View) -> Accounts:
    """For `view.derive`."""
    seen = view.all(Account)
    return Accounts(tuple(sorted(account.id for account in seen)), seen.complete)


class Keyed(Struct, frozen=True):
    """The AI accounts that accept keys, and those of which that was not observed, sorted."""

    names: tuple[str, ...]
    unclear: tuple[str, ...]


def keyed(view: View) -> Keyed:
    """For `view.derive`, where somebody may list keys. They are accepted unless they were turned off."""
    modes = {account.id: account.disable_local_auth for account in view.all(Account)}
    found = (name for name, off in modes.items() if off is not UNSET and not off)
    return Keyed(tuple(sorted(found)), tuple(sorted(name for name, off in modes.items() if off is UNSET)))


def listed(people: frozenset[str], home: str, view: View) -> Reach:
    """The assignment that lets these principals, which a subscription uses, get a key of an AI account."""
    return with_groups(people, home, _lists, view)


def lists(permissions: Sequence[Permission]) -> bool:
    """Whether a role gives keys of AI accounts, wherever it is assigned."""
    return any(allows(permissions, action) for action in _KEYS)


def _lists(person: str, view: View) -> Reach:
    return remembered(view, _list, person)


def _list(person: str, view: View) -> Reach:
    found = view.derive(grants)
    doubts = set() if found.complete else {"RoleAssignment"}
    doubts |= set() if view.derive(accounts).complete else {"Account"}
    for assignment in found.of(person, view):
        if not readable(assignment):
            doubts.add("RoleAssignment")
            continue
        account, unclear = _opens(assignment, view)
        if account:
            return Reach(assignment.id, account=account)
        doubts |= unclear
    return Reach(doubts=frozenset(doubts))


def _opens(assignment: RoleAssignment, view: View) -> tuple[str, set[str]]:
    """The first account that an assignment lets its holder get a key of, else what was not observed to tell."""
    there, scope = view.derive(accounts), arm_id(str(assignment.assigned_scope))
    first = next(covered(scope, there.names), "")
    if not first:
        return "", set()
    permissions = permissions_of(assignment, view)
    if permissions is None:
        return "", {"RoleDefinition.permissions"}
    roles = may(permissions, ASSIGN_ROLES, assignment.condition)
    gives = lists(permissions)
    if roles or (gives and allows(permissions, _ACCOUNT_WRITE)):
        return first, set()  # may give itself the right, or turn keys on where they are off
    doubts = {"RoleAssignment.condition"} if roles is None else set()
    if not gives:
        return "", doubts
    modes = view.derive(keyed)
    if accepting := next(covered(scope, modes.names), ""):
        return accepting, set()
    return "", doubts | ({"Account.disable_local_auth"} if next(covered(scope, modes.unclear), "") else set())
