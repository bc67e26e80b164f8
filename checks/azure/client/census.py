"""Which resources there are at all, from Azure Resource Graph, and where that may be believed.

See docs/decisions/0015-azure-asks-less.md for when "it lists none" is an answer.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from checks.azure.actions import Permission, allows
from checks.azure.ids import arm_id, subscription
from scanner.model.decode import decoder_of
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

log = logging.getLogger("mlposture")

QUERY = "Microsoft.ResourceGraph/resources/read"
QUERY_PATH = "/providers/Microsoft.ResourceGraph/resources"
QUERY_VERSION = "2024-04-01"
PERMISSIONS = "Microsoft.Authorization/permissions/read"
PERMISSIONS_VERSION = "2022-04-01"

_ML = "Microsoft.MachineLearningServices/workspaces"
#: What is counted. What a credential may read of these decides in which subscriptions the count is believed.
TYPES = (
    _ML,
    f"{_ML}/onlineEndpoints",
    f"{_ML}/onlineEndpoints/deployments",
    "Microsoft.CognitiveServices/accounts",
)
_SUBSCRIPTION = "microsoft.resources/subscriptions"
#: subscriptions named by one query, and rows of a page
_MOST = 1000
_NAMED = ", ".join(f"'{name.lower()}'" for name in TYPES)
_ROWS = (
    f"resources | where type in~ ({_NAMED}) | project id, type"
    f" | union (resourcecontainers | where type =~ '{_SUBSCRIPTION}' | project id, type)"
    " | order by id asc"
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
        self._seen: set[str] = set()
        self._parents: dict[str, set[str]] = {name.lower(): set() for name in TYPES}
        for identifier, kind in rows:
            self._seen.add(arm_id(identifier))
            if kind.lower() in self._parents:
                self._parents[kind.lower()].add(_parent(identifier, kind))
        self._believed = {
            kind: {account for account, permissions in (readers or {}).items() if _reads(permissions, kind)}
            for kind in self._parents
        }
        self._nowhere = {
            kind
            for kind in self._parents
            if accounts and all(self.holds(kind, f"/subscriptions/{account}") is False for account in accounts)
        }

    def nowhere(self, kind: str) -> bool:
        """Whether surely none of the counted subscriptions holds anything of this type."""
        return kind.lower() in self._nowhere

    def holds(self, kind: str, parent: str) -> bool | None:
        """Whether a subscription or resource has a child of this type; None if that is not known.

        It has none only if Resource Graph shows the parent itself, and the credential may read such children anywhere
        in the subscription: what it may not read, Resource Graph leaves out without a word.
        """
        kind, parent = kind.lower(), arm_id(parent)
        if parent in self._parents[kind]:
            return True
        return False if parent in self._seen and subscription(parent) in self._believed[kind] else None


def rows(query: Query, accounts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Id and type of everything counted in these subscriptions. Raises CallFailed."""
    for start in range(0, len(accounts), _MOST):
        body = {"query": _ROWS, "subscriptions": list(accounts[start : start + _MOST])}
        token, count = "", 0
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
            following = page.get("$skipToken")
            if not following:
                break
            if not isinstance(following, str) or following == token:
                raise CallFailed(Reason.MALFORMED, "$skipToken leads in a circle")
            token = following
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


def _parent(identifier: str, kind: str) -> str:
    """The resource that one is inside; the subscription for one that is inside none."""
    if kind.count("/") > 1:
        return arm_id(identifier).rsplit("/", 2)[0]
    return f"/subscriptions/{subscription(identifier)}"
