"""Why there may be more of an AI system, or of a whole scan, than an inventory holds. What is hidden may fail."""

from collections.abc import Iterator, Sequence

from scanner.model.nouns import Gap, Listing
from scanner.systems.manifest import Include, System
from scanner.systems.ownership import Ownership
from scanner.systems.selectors import places

#: The region of what is not of one.
_GLOBAL = "global"


class Unseen:
    """What was asked, by these listings, and what was not. `accounts` are all that the scan knew, with providers."""

    def __init__(
        self, listings: Sequence[Listing], gaps: Sequence[Gap], accounts: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.providers = frozenset(listing.scope.provider for listing in listings)
        self._gaps = gaps
        self._kinds = frozenset(listing.kind for listing in listings)
        self._accounts = {(one.scope.provider, one.scope.account.lower()) for one in listings}
        self._left = sorted(account for key in accounts if (key[0], (account := key[1]).lower()) not in self._accounts)
        self._regions: dict[str, set[str]] = {provider: set() for provider in self.providers}
        #: of which an index says in which regions there is anything: nobody asks in the others
        self._indexed = frozenset(one.scope.provider for one in listings if one.absent)
        for listing in listings:
            self._regions[listing.scope.provider].add(listing.scope.region)

    def of_all(self) -> str:
        """Why there may be more than was scanned; empty if nothing hides it."""
        return self._of_parts()

    def of_system(self, system: System, owners: Ownership, clouds: frozenset[str]) -> str:
        """Why there may be more of a system in these clouds than was found; empty if nothing hides it."""
        return next(filter(None, self.reasons(system, owners, clouds)), "")

    def reasons(self, system: System, owners: Ownership, clouds: frozenset[str]) -> Iterator[str]:
        """All of why there may be more of a system in these clouds than was found. Some are empty."""
        if unasked := sorted(clouds - self.providers):
            yield f"{' and '.join(unasked)} was not scanned"
        for include in system.selectors.include:
            if include.provider in clouds:
                yield from (f"{place}, which it names, was not scanned" for place in self._unasked(include))
        yield self._of_parts()
        if owners.undecided.get(system.id, frozenset()) & clouds:
            yield "it selects by tags or labels, and not all of them were observed"
        gaps = sum(gap.scope.provider in clouds for gap in self._gaps)
        if gaps:
            yield f"what {gaps} {'gap hides' if gaps == 1 else 'gaps hide'} may belong to it"
        if left := sorted(kind for kind in owners.leading - self._kinds if kind.partition(".")[0] in clouds):
            yield f"nobody asked for {left[0]}, which may lead to more of it"
        if not owners.held(system.id)[0]:
            yield "nothing was found that belongs to it"

    def _of_parts(self) -> str:
        if not self._left:
            return ""
        more = f" and {len(self._left) - 1} more" if len(self._left) > 1 else ""
        return f"the scan knew of account {self._left[0]}{more}, of which nothing is here"

    def _unasked(self, include: Include) -> Iterator[str]:
        """The accounts and regions that a selector names and nobody asked."""
        provider = include.provider
        accounts, regions = places(include)
        yield from sorted(one for one in accounts if (provider, one.lower()) not in self._accounts)
        known = self._regions.get(provider, set())
        if known <= {_GLOBAL} or provider in self._indexed:
            return
        yield from sorted(
            one for one in regions if not any(one == asked or one.startswith(f"{asked}-") for asked in known)
        )
