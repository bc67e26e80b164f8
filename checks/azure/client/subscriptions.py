"""Which subscriptions are scanned: those named, those below management groups, else all that are in use."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from checks.azure.client.management import Management
from checks.azure.ids import subscription
from checks.azure.members import folded
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason

SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"
DESCENDANTS = "Microsoft.Management/managementGroups/descendants/read"
_DESCENDANTS_VERSION = "2020-05-01"
# States in which nothing runs; in Warned and PastDue, which come before them, resources keep serving.
_CLOSED = {"disabled", "deleted"}

#: Items of a listing: operation, path, api-version. Raises CallFailed.
Walk = Callable[[str, str, str], Iterator[Mapping[str, Any]]]


class Chosen(Struct, frozen=True):
    """Subscriptions to scan, sorted; which are below each group; groups that could not be looked into; names."""

    accounts: tuple[str, ...]
    groups: dict[str, frozenset[str]] = {}
    unread: dict[str, CallFailed] = {}
    names: dict[str, str] = {}


def group_path(group: str) -> str:
    """The id of a management group, from its name or id."""
    return f"/providers/Microsoft.Management/managementGroups/{group.rstrip('/').rpartition('/')[2]}"


def choose(
    management: Management, walk: Walk, wanted: tuple[str, ...], groups: tuple[str, ...], endpoint: str
) -> Chosen:
    """The subscriptions to scan. Raises CannotScan, with advice, when there is none or one named cannot be seen.

    One below a group that cannot be seen is scanned all the same, so that its gaps say so. A group that cannot be
    looked into is passed over if anything else was named that can be.
    """
    visible = _visible(management, endpoint, needed=not (wanted or groups))
    named = {name.lower() for name in wanted}
    for name in sorted(named):
        if visible is not None and name not in visible:
            raise CannotScan(
                f"Azure: subscription {name!r} is not visible to this credential; "
                "check the id, or give the credential the Reader role there"
            )
    below, unread, names = _below(walk, groups)
    if unread and not named and not any(below.values()):
        group, failure = next(iter(sorted(unread.items())))
        raise CannotScan(
            f"Azure: management group {group!r} could not be looked into: {failure.detail}; "
            f"check the name, or give the credential the Management Group Reader role there, or {DESCENDANTS}"
        ) from failure
    seen = visible or {}
    states = {name: item.get("state") for name, item in seen.items()}
    found = named.union(*below.values()) if named or groups else set(states)
    accounts = {name for name in found if name in named or folded(states.get(name)) not in _CLOSED}
    names |= {name: item["displayName"] for name, item in seen.items() if item.get("displayName")}
    if not accounts:
        raise CannotScan(
            f"Azure: the credential sees no enabled subscription{_in_tenants(management)}; give it the Reader role on "
            "one, or sign in to the tenant that has it"
        )
    return Chosen(tuple(sorted(accounts)), below, unread, names)


def _in_tenants(management: Management) -> str:
    """The tenants that the credential is known to, as far as that can be found out: the wrong one is easily taken."""
    try:
        names = sorted(str(tenant.get("tenantId")) for tenant in management.tenants())
    except CallFailed:
        return ""
    return f" in tenant {', '.join(names)}" if names else ""


def _visible(management: Management, endpoint: str, *, needed: bool) -> dict[str, Mapping[str, Any]] | None:
    """The subscriptions that the credential sees, by id; None if it may not ask but others were named."""
    try:
        return {subscription(item["id"]): item for item in management.subscriptions()}
    except CallFailed as failure:
        if not needed and failure.reason is Reason.DENIED:
            return None
        raise CannotScan(
            f"Azure: subscriptions could not be listed at {endpoint}: {failure.detail}; try --subscription"
            + (f", or grant {SUBSCRIPTIONS}" if failure.reason is Reason.DENIED else "")
        ) from failure


def _below(
    walk: Walk, groups: tuple[str, ...]
) -> tuple[dict[str, frozenset[str]], dict[str, CallFailed], dict[str, str]]:
    """Subscriptions below each group, why a group could not be looked into, and what the subscriptions are called."""
    below: dict[str, frozenset[str]] = {}
    unread: dict[str, CallFailed] = {}
    names: dict[str, str] = {}
    for group in sorted(set(groups)):
        try:
            listed = list(walk(DESCENDANTS, f"{group_path(group)}/descendants", _DESCENDANTS_VERSION))
        except CallFailed as failure:
            unread[group] = failure
        else:
            found = {name: item.get("properties") for item in listed if (name := subscription(item["id"]))}
            below[group] = frozenset(found)
            names |= {
                name: properties["displayName"]
                for name, properties in found.items()
                if isinstance(properties, Mapping) and properties.get("displayName")
            }
    return below, unread, names
