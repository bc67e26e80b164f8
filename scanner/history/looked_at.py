"""What scans looked at, so that nothing is new because it was looked at for the first time."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from scanner.history.records import Scan
from scanner.model.collectors import COLLECTORS
from scanner.model.history import Account
from scanner.model.nouns import ANYWHERE, Scope


class Place(NamedTuple):
    """What a verdict is about: its check, and the kind and scope of its resource. `joined`: it rests on others, too."""

    check: str
    kind: str
    scope: Scope
    joined: bool


class View(NamedTuple):
    """The checks that a scan ran, the regions that it asked, and the checks that could not judge all of an account."""

    checks: frozenset[str]
    regions: frozenset[tuple[Account, str]]
    blind: frozenset[tuple[Account, str]]

    def misses(self, place: Place, asked: Mapping[Account, Collection[str]]) -> str:
        """Why the scan may have missed a failure; empty if it was none then, or one that it had.

        `asked` are the regions, by account, from which it was found now. That its account was asked then is known.
        """
        scope = place.scope
        account = (scope.provider, scope.account)
        if place.check not in self.checks:
            return "its check was not run"
        if (account, place.check) in self.blind:
            return f"not all of {scope.account} could be judged by {place.check}"
        if not any((account, region) in self.regions for region in _listed_in(place)):
            return f"nobody asked {scope.account} in {scope.region}"
        return self._path_hidden(scope.provider, asked) if place.joined else ""

    def _path_hidden(self, provider: str, asked: Mapping[Account, Collection[str]]) -> str:
        known = {account for account, _ in self.regions}
        for account, regions in asked.items():
            missed = sorted(region for region in regions if (account, region) not in self.regions)
            if account[0] == provider and account in known and missed:
                return f"nobody asked {account[1]} in {', '.join(missed)}, where something may lead to it"
        return ""


def view_of(scan: Scan) -> View:
    """What a scan of a history looked at."""
    return View(
        frozenset(scan.checks),
        frozenset((one.key, region) for one in scan.accounts for region in one.looked),
        frozenset((one.key, check) for one in scan.accounts for check in one.blind),
    )


def listed_at(kind: str, scope: Scope) -> Scope:
    """Where a scan lists what is of a kind and in a scope: there, or in no region what it lists by account."""
    collector = COLLECTORS.get(kind)
    by_region = collector is not None and collector.per != "account"
    return scope if by_region else Scope(scope.provider, scope.account, ANYWHERE)


def _listed_in(place: Place) -> tuple[str, ...]:
    """The regions of which one lists a resource, as of `Listed`: its own, that of its zone, or the whole account."""
    region = place.scope.region
    collector = COLLECTORS.get(place.kind)
    everywhere = (ANYWHERE,) if collector is None or collector.per == "account" else ()
    return (region, region.rpartition("-")[0], *everywhere)
