"""Which subscriptions hold anything to judge, from Azure Resource Graph, and where that may be believed.

See docs/decisions/0015-azure-asks-less.md for when "it lists none" is an answer, and 0027 for what is asked anyway.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from checks.azure.actions import Permission, allows
from checks.azure.ids import subscription
from scanner.calls.bounds import Bounds, Listing
from scanner.model.decode import decoder_of
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

log = logging.getLogger("mlposture")

QUERY = "Microsoft.ResourceGraph/resources/read"
QUERY_PATH = "/providers/Microsoft.ResourceGraph/resources"
QUERY_VERSION = "2024-04-01"
PERMISSIONS = "Microsoft.Authorization/permissions/read"
PERMISSIONS_VERSION = "2022-04-01"

#: What is counted. What a credential may read of these decides in which subscriptions the count is believed.
TYPES = ("Microsoft.MachineLearningServices/workspaces", "Microsoft.CognitiveServices/accounts")
_SUBSCRIPTION = "microsoft.resources/subscriptions"
#: subscriptions named by one query, and rows of a page
_MOST = 1000
#: What shows whether there is a perimeter: without any, no resource is asked which one it is in.
PERIMETERS = "Microsoft.Network/networkSecurityPerimeters/read"
PERIMETERS_VERSION = "2024-07-01"
_PERIMETER = PERIMETERS.removesuffix("/read").lower()
_NAMED = ", ".join(f"'{name.lower()}'" for name in (*TYPES, _PERIMETER))
_ROWS = (
    f"resources | where type in~ ({_NAMED}) | project id, type"
    f" | union (resourcecontainers | where type =~ '{_SUBSCRIPTION}' | project id, type)"
    " | order by id asc"
)

#: Said once a scan: an absence that rests on an index is no silent one.
LAGS = (
    "Azure: %d subscriptions were not asked for workspaces, or for AI accounts, as Resource Graph lists none there; "
    "what was made in the last minutes may be missing; --no-index asks everywhere"
)

#: What a credential may do at a scope.
Allowed = tuple[Permission, ...]
#: Sends a query and gives the JSON object that came back. Raises CallFailed.
Query = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Census:
    """What Resource Graph listed. Without rows and readers it knows nothing, and everything has to be asked."""

    def __init__(
        self,
        accounts: Sequence[str] = (),
        rows: Iterable[tuple[str, str]] = (),
        readers: Mapping[str, Allowed] | None = None,
    ) -> None:
        """`rows` are id and type; `readers` what the credential may do in a subscription, by its id."""
        #: whether there is a count at all
        self.taken = bool(accounts)
        self._seen: set[str] = set()
        self._holders: dict[str, set[str]] = {name.lower(): set() for name in TYPES}
        #: whether some subscription is seen to have a network security perimeter
        self.has_perimeters = False
        for identifier, kind in rows:
            if kind.lower() == _SUBSCRIPTION:
                self._seen.add(subscription(identifier))
            elif kind.lower() == _PERIMETER:
                self.has_perimeters = True
            elif kind.lower() in self._holders:
                self._holders[kind.lower()].add(subscription(identifier))
        self._believed = {
            kind: {account for account, permissions in (readers or {}).items() if _reads(permissions, kind)}
            for kind in self._holders
        }
        self._nowhere = {
            kind
            for kind in self._holders
            if accounts and all(self.holds(kind, account) is False for account in accounts)
        }
        #: how many subscriptions are taken to hold nothing to judge, or nothing of some type
        self.without = sum(any(self.holds(kind, account) is False for kind in self._holders) for account in accounts)

    def nowhere(self, kind: str) -> bool:
        """Whether surely none of the counted subscriptions holds anything of this type."""
        return kind.lower() in self._nowhere

    def holds(self, kind: str, account: str) -> bool | None:
        """Whether a subscription has a resource of this type; None if that is not known.

        It has none only if Resource Graph shows the subscription itself, and the credential may read such resources
        anywhere in it: what it may not read, Resource Graph leaves out without a word.
        """
        kind, account = kind.lower(), account.lower()
        if account in self._holders[kind]:
            return True
        return False if account in self._seen and account in self._believed[kind] else None


def rows(query: Query, accounts: Sequence[str], bounds: Bounds) -> Iterator[tuple[str, str]]:
    """Id and type of everything counted in these subscriptions. Raises CallFailed."""
    for start in range(0, len(accounts), _MOST):
        body = {"query": _ROWS, "subscriptions": list(accounts[start : start + _MOST])}
        token, count, listing = "", 0, Listing(bounds)
        while True:
            options = {"resultFormat": "objectArray", "$top": _MOST} | ({"$skipToken": token} if token else {})
            page = query({**body, "options": options})
            found = page.get("data")
            if not isinstance(found, list):
                raise CallFailed(Reason.MALFORMED, "the page has no list `data`")
            for row in found:
                if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) for key in ("id", "type")):
                    raise CallFailed(Reason.MALFORMED, "a row has no id or type")
                yield row["id"], row["type"]
            count += len(found)
            token = page.get("$skipToken") or ""
            if not token:
                break
            if endless := listing.endless(token, found):
                raise endless
        if page.get("totalRecords") != count:
            raise CallFailed(Reason.MALFORMED, "Resource Graph gave fewer rows than it counted")


def permissions(page: Mapping[str, Any]) -> Allowed:
    """What the credential may do at a scope, less what it may do on a condition only; nothing if it is not clear."""
    try:
        decoder_of(Allowed)  # several threads may be the first
        found = msgspec.convert(page.get("value"), Allowed)
    except msgspec.ValidationError:
        log.debug("Azure: permissions that do not fit their form")
        return ()
    return tuple(permission for permission in found if not permission.condition)


def reads_all(allowed: Allowed) -> bool:
    """Whether everything that is counted may be read."""
    return all(_reads(allowed, name) for name in TYPES)


def _reads(allowed: Allowed, kind: str) -> bool:
    return allows(allowed, f"{kind}/read")
