"""The pieces that a collection is made of: opening an account, and one collector in one scope.

Whatever goes wrong in one becomes gaps and incomplete listings, never an exception and never an empty list.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from scanner.calls.client import Calls
from scanner.calls.replies import Received
from scanner.collect.plan import Plan
from scanner.collect.recorder import GapRecorder
from scanner.model.collectors import Collector, Found, Provider
from scanner.model.documents import Many
from scanner.model.errors import CallFailed, NotKept
from scanner.model.nouns import ANYWHERE, Reason, Resource, Scope
from scanner.store.journal import Facts, Journal

#: Resources that are kept in memory before they are written.
BATCH = 200
#: Bytes of replies after which they are written sooner: then they may be large.
_MUCH = 8 * 2**20

#: Resources of a kind in an account, seen by earlier units.
Seen = Callable[[type[Resource], str], Many[Resource]]


class Unit(Struct, frozen=True):
    """One collector in one scope."""

    collector: Collector
    scope: Scope
    #: whether everything that refers to this kind was itself seen completely
    sources_complete: bool = True

    @property
    def key(self) -> tuple[str, Scope]:
        return self.collector.kind.kind, self.scope

    @property
    def label(self) -> str:
        return f"{self.scope.account} {self.scope.region} {self.collector.kind.kind}"


def open_account(account: str, collectors: Iterable[Collector], provider: Provider, plan: Plan) -> Facts:
    """Where each collector is to be asked in this account; an account that cannot be opened is a gap of each kind."""
    recorder = GapRecorder(plan)
    scopes: dict[str, tuple[Scope, ...]] = {}
    anywhere = Scope(provider.name, account, ANYWHERE)
    failure: Exception | None = None
    try:
        provider.open(account)
    except Exception as error:
        failure = error
    for collector in collectors:
        kind = collector.kind.kind
        if failure is not None:
            _not_opened(recorder, collector, anywhere, provider, failure)
        elif collector.per == "account":
            scopes[kind] = (anywhere,)
        else:
            try:
                scopes[kind] = provider.scopes(collector, account, recorder)
            except Exception as error:
                recorder.broke(collector, anywhere, error)
    asked = {(kind, scope) for kind, places in scopes.items() for scope in places}
    listings = tuple(listing for listing in recorder.listings() if (listing.kind, listing.scope) not in asked)
    return Facts(listings=listings, gaps=recorder.gaps(), scopes=scopes)


def refused(unit: Unit, provider: Provider, plan: Plan, failure: Exception) -> Facts:
    """What is to be said of a unit whose account could not be opened."""
    recorder = GapRecorder(plan)
    _not_opened(recorder, unit.collector, unit.scope, provider, failure)
    return Facts(listings=recorder.listings(), gaps=recorder.gaps())


def lost(unit: Unit, plan: Plan, why: str) -> Facts:
    """What is to be said of a unit that somebody else was to do, and of which nothing came that counts."""
    recorder = GapRecorder(plan)
    recorder.lost(unit.collector, unit.scope, why)
    return Facts(listings=recorder.listings(), gaps=recorder.gaps())


def _not_opened(
    recorder: GapRecorder, collector: Collector, scope: Scope, provider: Provider, failure: Exception
) -> None:
    if isinstance(failure, CallFailed):
        kind, opens_with = collector.kind.kind, provider.opens_with
        recorder.gap(kind, scope, opens_with, failure.reason, failure.remedy(opens_with), failure.detail)
        recorder.listed(kind, scope, complete=False)
    else:
        recorder.broke(collector, scope, failure)


def record(unit: Unit, provider: Provider, plan: Plan, seen: Seen, journal: Journal, calls: Calls | None) -> Facts:
    """Run a unit and keep what it finds in a journal."""
    number = journal.begin(*unit.key)
    rest, facts = work(unit, provider, plan, seen, lambda resources: journal.write(number, resources))
    if calls is not None and calls.memory is not None:
        calls.memory.flush()
    journal.finish(number, rest, facts, whole=is_whole(facts))
    return facts


def work(
    unit: Unit, provider: Provider, plan: Plan, seen: Seen, write: Callable[[Sequence[Resource]], None]
) -> tuple[list[Resource], Facts]:
    """Run a unit: its last resources (`write` got those before them), and its listing and gaps."""
    recorder = GapRecorder(plan)
    collector, scope = unit.collector, unit.scope
    waiting: list[Resource] = []
    observed, before = 0, Received.bytes
    try:
        api = provider.api(collector, scope, recorder)
        if collector.follows:
            recorder.listed(*unit.key, complete=unit.sources_complete)
        if collector.follows or collector.named:
            found = Found(lambda kind: seen(kind, scope.account), collector.follows, plan.named)
            generator = collector.function(api, found)
        else:
            generator = collector.function(api)
        for resource in generator:
            if len(waiting) >= BATCH or Received.bytes - before > _MUCH:
                write(waiting)
                waiting, before = [], Received.bytes
            waiting.append(resource)
            observed += 1
    except NotKept:  # no fault of what was asked
        raise
    except Exception as error:
        recorder.broke(collector, scope, error)
    # A facade may also report on places that nobody can be sent to, such as a folder that may not be listed.
    elsewhere = tuple(listing for listing in recorder.listings() if (listing.kind, listing.scope) != unit.key)
    listings = (recorder.listing(*unit.key, observed), *elsewhere)
    return waiting, Facts(listings=listings, gaps=recorder.gaps(), asked_as=provider.asks_as(scope.account))


def left_out(unit: Unit, plan: Plan, why: str) -> Facts:
    """What is to be said of a unit that was not done because the scan was stopped."""
    recorder = GapRecorder(plan)
    recorder.left_out(unit.collector, unit.scope, why)
    return Facts(listings=(recorder.listing(*unit.key, 0),), gaps=recorder.gaps())


def is_whole(facts: Facts) -> bool:
    """Whether a unit was done to its end; if not, a resumed scan does it again."""
    return all(gap.reason is not Reason.STOPPED for gap in facts.gaps)
