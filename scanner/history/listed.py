"""What a scan listed, beside what an earlier report had asked: whether a resource that was not seen is gone."""

from collections.abc import Iterable, Iterator, Mapping

from scanner.model.collectors import COLLECTORS, Collector
from scanner.model.history import Account
from scanner.model.nouns import ANYWHERE, Gap, Listing, Scope


class Listed:
    """What was listed, by kind and account, and what an earlier report had asked.

    `unread` are kinds with the account in which something of them could not be read; an empty account is any.
    """

    def __init__(
        self,
        listings: Iterable[Listing],
        before: Mapping[Account, frozenset[str]],
        unread: Iterable[tuple[str, Account]] = (),
    ) -> None:
        self._unread = frozenset(unread)
        self._complete: dict[tuple[str, Scope], bool] = {}
        self._kinds: dict[Account, set[str]] = {}
        #: what was asked, by account
        self.regions: dict[Account, set[str]] = {}
        #: kinds of which nobody had to look anywhere else in an account
        self._nowhere: set[tuple[str, Account]] = set()
        for listing in listings:
            account = (listing.scope.provider, listing.scope.account)
            self._kinds.setdefault(account, set()).add(listing.kind)
            self.regions.setdefault(account, set()).add(listing.scope.region)
            self._complete[listing.kind, listing.scope] = listing.complete
            if listing.absent and listing.scope.region == ANYWHERE:
                self._nowhere.add((listing.kind, account))
        everywhere = {account for _, account in self._nowhere}
        #: what was asked earlier and is not now
        self.left = {
            account: left
            for account, regions in sorted(before.items())
            if account not in everywhere and (left := sorted(regions - self.regions.get(account, set())))
        }

    def left_out(self, provider: str) -> str:
        """Why a path may lead on where it is not seen to; empty if all was asked that the earlier report had."""
        return next((self._left_in(account) for account in self.left if account[0] == provider), "")

    def _left_in(self, account: Account) -> str:
        if account not in self.left:
            return ""
        return f"nobody asked {account[1]} in {', '.join(self.left[account])}, where something may lead to it"

    def hides(self, kind: str, scope: Scope) -> str:
        """Why a resource that was not seen may be there all the same; empty if it is gone."""
        account = (scope.provider, scope.account)
        if account not in self._kinds:
            return "its account was not scanned"
        collector = COLLECTORS.get(kind)
        if not (regions := self._listed_in(kind, scope, collector)):
            return f"nobody asked for {kind} in {scope.region}"
        anywhere = (kind, Scope(scope.provider, scope.account, ANYWHERE))
        if not all(self._complete[kind, one] for one in regions) or not self._complete.get(anywhere, True):
            return f"the list of {kind} in {scope.region} is not complete"
        if collector is None or not collector.follows:
            return ""
        # It is found by what leads to it, which may be where nobody asked this time.
        unasked = [one.kind for one in collector.follows if one.kind not in self._kinds[account]]
        if unasked:
            return f"nobody asked for {unasked[0]}, which may lead to it"
        for one in leading(kind):
            if not self._unread.isdisjoint({(one, account), (one, (scope.provider, ""))}):
                return f"not all of {one} was read, which may lead to it"
        return self._left_in(account)

    def _listed_in(self, kind: str, scope: Scope, collector: Collector | None) -> list[Scope]:
        """Where it would have been listed: in its region, that of its zone, or the whole account.

        Google Cloud has a location of the name that stands for a whole account (`global`), and what was listed there
        says nothing of a region.
        """
        regions = [scope.region, scope.region.rpartition("-")[0]]
        nowhere = (kind, (scope.provider, scope.account)) in self._nowhere
        if collector is None or collector.per == "account" or nowhere:
            regions.append(ANYWHERE)
        scopes = [Scope(scope.provider, scope.account, region) for region in regions]
        return [one for one in scopes if (kind, one) in self._complete]


def unread(gaps: Iterable[Gap]) -> Iterator[tuple[str, Account]]:
    """What of each kind could not be read, and in which account."""
    return ((gap.kind, (gap.scope.provider, gap.scope.account)) for gap in gaps)


def leading(kind: str) -> tuple[str, ...]:
    """The kinds that lead to those of a kind, also by way of others, the nearest first."""
    found: dict[str, None] = {}
    waiting = [kind]
    while waiting:
        collector = COLLECTORS.get(waiting.pop(0))
        for one in collector.follows if collector else ():
            if one.kind not in found:
                found[one.kind] = None
                waiting.append(one.kind)
    return tuple(found)
