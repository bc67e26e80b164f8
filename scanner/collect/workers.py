"""Where units of work run: in threads of this process, or elsewhere."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from scanner.calls.client import Calls
from scanner.collect.plan import Plan
from scanner.collect.work import Unit, record
from scanner.model.collectors import Provider
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory
from scanner.store.journal import Facts


class Workers(Protocol):
    """Those who do the units of one provider. What they find is in the journal once a future has its result."""

    def has_room(self, under_way: int) -> bool:
        """Whether more would be begun at once, with so much under way. Raises CannotScan if nobody is there."""
        ...

    def take(self, units: "deque[Unit]") -> list[Unit]:
        """Remove from the front what is best done together."""
        ...

    def start(self, units: Sequence[Unit]) -> list[Future[Facts]]:
        """Begin these units, of one account and region; a future for each."""
        ...

    def stop(self, why: str) -> None:
        """Let no further call begin."""
        ...

    def close(self) -> None:
        """Wait for nothing that is still under way."""
        ...


class Threads:
    """Threads of this process."""

    def __init__(
        self,
        plan: Plan,
        provider: Provider,
        inventory: Inventory,
        calls: Calls | None,
        pool: ThreadPoolExecutor,
        most: int,
    ) -> None:
        self._plan = plan
        self._provider = provider
        self._inventory = inventory
        self._calls = calls
        self._pool = pool
        self._most = most

    def has_room(self, under_way: int) -> bool:
        return under_way < self._most

    def take(self, units: "deque[Unit]") -> list[Unit]:
        return [units.popleft()]

    def start(self, units: Sequence[Unit]) -> list[Future[Facts]]:
        return [self._pool.submit(self._work, unit) for unit in units]

    def stop(self, why: str) -> None:
        """The calls were stopped already."""

    def close(self) -> None:
        """The pool is somebody else's."""

    def _work(self, unit: Unit) -> Facts:
        return record(unit, self._provider, self._plan, self._seen, self._inventory.store, self._calls)

    def _seen(self, kind: type[Resource], account: str) -> Any:
        return self._inventory.all(kind, account)
