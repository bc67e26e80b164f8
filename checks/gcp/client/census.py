"""Where Vertex AI is used at all: one search of Cloud Asset Inventory instead of three lists for each of 38 regions.

The inventory lags by minutes; what follows from that is in docs/decisions/0014-fewer-and-cheaper-google-calls.md.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping

from checks.gcp.client.discovery import Discovery, items
from checks.gcp.client.locations import is_region
from checks.gcp.names import AIPLATFORM
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

log = logging.getLogger("mlposture")

SEARCH = "cloudasset.assets.searchAllResources"
ASSETS = "cloudasset.googleapis.com"
#: What a listing says of locations that were not asked.
NONE_ELSEWHERE = "Cloud Asset Inventory, minutes old, lists no endpoint, model or custom job in other locations"
NONE_AT_ALL = "Cloud Asset Inventory, minutes old, lists no endpoint, model or custom job"

#: Said once a scan, see docs/decisions/0028-an-index-is-no-absence.md.
LAGS = (
    "Google Cloud: asked only where Cloud Asset Inventory lists anything (projects: %d); what was made in the last "
    "minutes may be missing; --no-index asks everywhere"
)

_TYPES = tuple(f"{AIPLATFORM}/{kind}" for kind in ("CustomJob", "Endpoint", "Model"))
_NAME = pattern(rf"//{AIPLATFORM}/projects/([^/]+)/locations/([^/]+)/.+")

#: Project (mostly its number) and location of everything found.
_Places = frozenset[tuple[str, str]]


class _Longer(CallFailed):
    """A search that has more pages than were wanted."""

    def __init__(self, most: int) -> None:
        super().__init__(Reason.ERROR, f"more than {most} pages")


class Census:
    """Taken once, when it is first asked for. `parents` says for each account what is searched to know of it:

    `projects/ID`, or a folder or organisation above it, so that one search serves many. `numbers` are the projects'.
    """

    def __init__(self, discovery: Discovery, parents: Mapping[str, str], numbers: Mapping[str, str]) -> None:
        self._discovery = discovery
        self._parents = parents
        self._accounts = {number: account for account, number in numbers.items()}
        self._lock = threading.Lock()
        self._places: dict[str, _Places] | None = None

    def locations(self, account: str) -> tuple[str, ...] | None:
        """The regions of an account that hold anything; None where the inventory could not be searched."""
        with self._lock:
            if self._places is None:
                self._places = self._take()
        parent = self._parents.get(account, "")
        places = self._places.get(parent)
        if places is None:
            return None
        # What a search in one project finds is that project's, by whatever number its name says so.
        alone = parent == f"projects/{account}"
        here = {place for project, place in places if alone or self._accounts.get(project, project) == account}
        return tuple(sorted(filter(is_region, here)))

    def _take(self) -> dict[str, _Places]:
        """One page of every search. Where there are more, type by type, all at once: pages come one by one.

        A page more costs about the time of asking a project everywhere, so no more than a few are worth their while.
        """
        taken: dict[str, _Places] = {}
        sizes = Counter(self._parents.values())
        first = {parent: self._discovery.start(self._search, parent, _TYPES, 1) for parent in sorted(sizes)}
        long = {}
        for parent, answer in first.items():
            try:
                taken[parent] = answer.result()
            except _Longer:
                most = 2 + 2 * sizes[parent]
                long[parent] = [self._discovery.start(self._search, parent, (type,), most) for type in _TYPES]
            except CallFailed as failure:
                _tell(parent, failure)
        for parent, answers in long.items():
            try:
                taken[parent] = frozenset().union(*(answer.result() for answer in answers))
            except CallFailed as failure:
                _tell(parent, failure)
        if believed := sum(sizes[parent] for parent in taken):
            log.warning(LAGS, believed)
        return taken

    def _search(self, parent: str, types: tuple[str, ...], most: int) -> _Places:
        """What is where. Raises CallFailed, also where that takes more than `most` pages."""
        found: set[tuple[str, str]] = set()
        path = f"{ASSETS}/v1/{parent}:searchAllResources"
        # The quota is of the project that asks, whatever it asks about: all searches share one pace.
        pages = self._discovery.pages("", "cloudasset", SEARCH, path, assetTypes=types, pageSize=500, readMask="name")
        for number, page in enumerate(pages):
            if number == most:
                raise _Longer(most)
            found.update(_place(str(item.get("name"))) for item in items(page, "results"))
        return frozenset(found)


def _place(name: str) -> tuple[str, str]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise CallFailed(Reason.MALFORMED, "a name says neither project nor location")
    return match[1], match[2]


def _tell(parent: str, failure: CallFailed) -> None:
    """Nothing is lost but time: every location is asked instead."""
    log.info("no census of %s, so every location is asked: %s: %s", parent, SEARCH, failure.detail)
