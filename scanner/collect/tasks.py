"""Units of work as tasks of a Dask cluster: how they are sent, and what is believed of what came of them.

A worker answers with bytes of a known type and leaves a file for each unit. What does not fit is a gap. Errors of
Dask's own come pickled and are not loaded; their name is all that is told.
"""

import threading
import uuid
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec

from scanner.calls.meter import Meter
from scanner.collect import remote
from scanner.collect.pickles import error_name
from scanner.collect.plan import Plan
from scanner.collect.work import Unit, lost
from scanner.model.errors import CannotScan, InputError, NotKept
from scanner.model.sanitize import quote
from scanner.store.journal import Facts, Journal

#: Tasks that were sent beyond those that can run, so that no worker waits for us.
_AHEAD = 2
#: Seconds between looks at how many workers there are, and for how long there may be none.
_LOOK, _PATIENCE = 2.0, 60.0
#: How often a unit is sent again after workers died of it or failed, or with it.
_DEATHS = 3
#: Letters of what a worker says of an error.
_LONGEST = 1000
#: Seconds in which a file that was written elsewhere must appear here.
_APPEARS = 10.0


class NoAnswer(Exception):
    """Dask has an error of its own instead of an answer, or what came is none."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def answer_of(task: Any) -> remote.Answer:
    """What a task that has ended says. Raises NoAnswer, or CancelledError when the cluster is gone."""
    try:
        content = task.result()
    except CancelledError:
        raise
    except Exception as error:
        # Dask puts the bytes of an error that was not loaded into another.
        pickled = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
        name = error_name(pickled) if pickled else type(error).__name__
        raise NoAnswer(name, "told by Dask" if pickled else str(error)) from error
    try:
        return msgspec.msgpack.decode(content, type=remote.Answer)
    except (msgspec.DecodeError, TypeError, RecursionError) as error:
        raise NoAnswer(type(error).__name__, f"its answer is none: {error}") from error


def in_short(words: str) -> str:
    """What a worker says of an error, in one line and without credentials."""
    return quote(words, _LONGEST)


def said(answer: remote.Answer) -> str:
    """What went wrong, by its name."""
    return in_short(f"{answer.fault}: {answer.detail}")


class _Batch:
    """Units of one account and region that go to one worker together."""

    def __init__(self, units: Sequence[Unit], futures: Sequence["Future[Facts]"], deaths: int = 0) -> None:
        self.units = units
        self.futures = futures
        self.deaths = deaths

    @property
    def place(self) -> tuple[str, str]:
        return self.units[0].scope.account, self.units[0].scope.region

    def fail(self, error: BaseException) -> None:
        for future in self.futures:
            if not future.done():
                future.set_exception(error)


class DaskWorkers:
    """The workers of a cluster, for the units of one provider."""

    def __init__(self, client: Any, engine: str, order: Path, plan: Plan, journal: Journal, meter: Meter) -> None:
        self._client = client
        self._engine = engine
        self._order = order
        self._plan = plan
        self._journal = journal
        self._meter = meter
        self._kinds = {collector.kind.kind for collector in plan.collectors}
        self._lock = threading.Lock()
        self._tasks: dict[Any, _Batch] = {}
        self._waiting = 0
        self._exported: set[tuple[str, str]] = set()
        #: which worker has asked a place before, and knows its limits
        self._known: dict[tuple[str, str], str] = {}
        self._closing = False
        # One thread each: resources are exported once, and a look at the cluster may take long when it is gone.
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="send")
        self._watcher = ThreadPoolExecutor(1, thread_name_prefix="watch")
        self._threads = 0
        self._addresses: frozenset[str] = frozenset()
        self._deserted: float | None = None
        self._count()
        self._looked = monotonic()
        self._look: Future[None] | None = None

    # -- for the loop ------------------------------------------------------------------------------------------------

    def has_room(self, under_way: int) -> bool:  # noqa: ARG002 - threads of this process count otherwise
        now = monotonic()
        if now - self._looked > _LOOK and (self._look is None or self._look.done()):
            self._looked = now
            self._look = self._watcher.submit(self._count)
        if self._deserted is not None and now - self._deserted > _PATIENCE:
            raise self._gone("no worker is left")
        return self._waiting + len(self._tasks) < _AHEAD * max(self._threads, 1)

    def take(self, units: "deque[Unit]") -> list[Unit]:
        region = units[0].scope.region
        taken = [unit for unit in units if unit.scope.region == region]
        rest = [unit for unit in units if unit.scope.region != region]
        units.clear()
        units.extend(rest)
        return taken

    def start(self, units: Sequence[Unit]) -> "list[Future[Facts]]":
        futures: list[Future[Facts]] = [Future() for _ in units]
        self._send_later(_Batch(units, futures))
        return futures

    def stop(self, why: str) -> None:
        self._watcher.submit(self._tell, remote.stop, why)

    def close(self) -> None:
        self._closing = True
        self._sender.shutdown(wait=True, cancel_futures=True)
        with suppress(Exception):
            self._client.cancel(list(self._tasks), force=True)
        with suppress(Exception):
            self._watcher.submit(self._tell, remote.dismiss).result(timeout=5)
        self._watcher.shutdown(wait=False, cancel_futures=True)

    # -- sending -----------------------------------------------------------------------------------------------------

    def _send_later(self, batch: _Batch) -> None:
        with self._lock:
            self._waiting += 1
        self._sender.submit(self._send, batch)

    def _send(self, batch: _Batch) -> None:
        try:
            items = [self._item(unit) for unit in batch.units]
            known = self._known.get(batch.place)
            task = self._client.submit(
                remote.perform,
                str(self._order),
                *batch.place,
                items,
                key=f"mlposture-{uuid.uuid4().hex}",
                pure=False,
                workers=None if known is None else [known],
                allow_other_workers=known is not None,
            )
            with self._lock:
                self._tasks[task] = batch
            task.add_done_callback(partial(self._ended, batch))
        except Exception as error:
            batch.fail(error)
        finally:
            with self._lock:
                self._waiting -= 1

    def _item(self, unit: Unit) -> remote.Item:
        kinds = tuple(kind.kind for kind in unit.collector.follows if kind.kind in self._kinds)
        account, provider = unit.scope.account, unit.scope.provider
        for kind in kinds:
            if (kind, account) not in self._exported:
                self._journal.export(remote.found_path(self._order, kind, provider, account), kind, account)
                self._exported.add((kind, account))
        return unit.collector.kind.kind, unit.sources_complete, kinds

    # -- what came of it ---------------------------------------------------------------------------------------------

    def _ended(self, batch: _Batch, task: Any) -> None:
        """Called by Dask in a thread of its own."""
        with self._lock:
            self._tasks.pop(task, None)
        if self._closing:
            return
        try:
            self._take_over(batch, task)
        except BaseException as error:
            batch.fail(error)

    def _take_over(self, batch: _Batch, task: Any) -> None:
        try:
            answer = answer_of(task)
        except CancelledError as error:
            raise self._gone("the scheduler does not answer") from error
        except NoAnswer as error:
            answer = remote.Answer(fault=error.name, detail=str(error))
        if answer.fault in remote.FAULTS:  # a worker that joined later and does not fit
            raise remote.FAULTS[answer.fault](f"{self._engine}: {in_short(answer.detail)}")
        if answer.fault:
            self._try_again(batch, answer)
            return
        if answer.worker in self._addresses:
            self._known[batch.place] = answer.worker
        self._meter.add(answer.costs)
        for unit, future in zip(batch.units, batch.futures, strict=True):
            path = remote.unit_path(self._order, *unit.key)
            _wait_for(path)
            try:
                facts = self._journal.absorb(path, unit.collector.kind, unit.scope)
            except NotKept:
                raise
            except InputError as error:
                facts = lost(unit, self._plan, f"what a worker left is not believed: {error}")
            future.set_result(facts)
            with suppress(OSError):  # not a file, perhaps; the folder goes when the scan ends
                path.unlink()

    def _try_again(self, batch: _Batch, answer: remote.Answer) -> None:
        """One of the units may be the cause; alone, it costs none of the others."""
        for unit, future in zip(batch.units, batch.futures, strict=True):
            if batch.deaths < _DEATHS:
                self._send_later(_Batch([unit], [future], batch.deaths + 1))
            else:
                future.set_result(lost(unit, self._plan, f"no worker of the cluster could do it: {said(answer)}"))

    # -- the cluster -------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        found: dict[str, int] = {}
        with suppress(Exception):
            found = self._client.nthreads()
        self._threads, self._addresses = sum(found.values()), frozenset(found)
        self._deserted = None if self._threads else self._deserted or monotonic()

    def _tell(self, what: Any, *words: str) -> None:
        self._client.run(what, str(self._order), *words, on_error="ignore")

    def _gone(self, why: str) -> CannotScan:
        go_on = f"; `mlposture scan --resume` goes on from {self._journal.path}" if self._journal.path else ""
        return CannotScan(f"{self._engine}: the cluster is gone, {why}{go_on}")


def _wait_for(path: Path) -> None:
    """A file that another machine has just written may take a moment to appear on this one."""
    until = monotonic() + _APPEARS
    while not path.exists() and monotonic() < until:
        sleep(0.05)
