"""Units of work on the workers of a Dask cluster. The only module that imports Dask.

What is to be done and in which order is decided here, by the same loop as ever; workers run one account and region at
a time, and what they found comes back through a folder that both sides share. Only what was taken over from there
counts: a worker may vanish at any moment, and what it had not delivered is done again by another.
"""

import logging
import os
import shutil
import tempfile
import threading
import uuid
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec

from scanner import __version__
from scanner.calls.client import Manners
from scanner.calls.meter import Meter
from scanner.collect import remote
from scanner.collect.extras import needs
from scanner.collect.plan import Plan
from scanner.collect.work import Unit, broken
from scanner.model.errors import CannotScan, InputError
from scanner.store.files import write_atomically
from scanner.store.journal import Facts, Journal

log = logging.getLogger("mlposture")

#: Tasks that were sent beyond those that can run, so that no worker waits for us.
_AHEAD = 2
#: Seconds between looks at how many workers there are, and for how long there may be none.
_LOOK, _PATIENCE = 2.0, 60.0
#: How often a unit is sent again after workers died of it, or with it.
_DEATHS = 3
#: Seconds in which a file that was written elsewhere must appear here.
_APPEARS = 10.0
_THREADS = 4


def address(engine: str) -> str | None:
    """The scheduler's address in Dask's terms, None for a cluster of our own. Raises InputError."""
    if engine == "dask":
        return None
    for ours, theirs in (("dask://", "tcp://"), ("dask+tls://", "tls://")):
        if engine.startswith(ours) and engine.removeprefix(ours):
            return theirs + engine.removeprefix(ours)
    raise InputError(f"--engine {engine}: use local, dask, dask://HOST:PORT or dask+tls://HOST:PORT")


@contextmanager
def connected(engine: str, store: str | None, journal: Journal) -> Iterator["Cluster"]:
    """A cluster, for one scan. Raises InputError or CannotScan.

    `store` is the folder that client and workers share; a cluster of our own takes one beside the journal.
    """
    where = address(engine)
    if store is None and where is not None:
        raise InputError("--engine dask://: name a folder that this process and all workers share (--journal-store)")
    distributed = _distributed()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(store, journal))
        try:
            cluster = where or stack.enter_context(_own(distributed))
            client = stack.enter_context(distributed.Client(cluster, set_as_default=False, timeout=30))
            if where is not None:
                client.wait_for_workers(1, timeout=30)
        except (OSError, TimeoutError) as error:
            raise CannotScan(f"{engine}: no scheduler with workers answers there: {error}") from error
        yield Cluster(client, engine, folder)


def _distributed() -> Any:
    with needs("dask", "--engine: Dask"):
        import dask

        # What goes wrong is said by us, once; Dask's own account of it is no use to who started the scan.
        warnings.filterwarnings("ignore", module="distributed")
        dask.config.set({"logging": dict.fromkeys(("distributed", "distributed.client", "tornado"), "critical")})
        import cryptography  # noqa: F401 - for a cluster of our own
        import distributed
    return distributed


def _own(distributed: Any) -> Any:
    # Whoever can talk to a scheduler can run programs as its user, and any user of this machine can reach its port.
    security = distributed.security.Security.temporary()
    return distributed.LocalCluster(
        security=security,
        n_workers=os.cpu_count() or 2,
        threads_per_worker=_THREADS,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # None would mean port 8787, on which another may listen
        scheduler_kwargs={"dashboard": False},
        memory_limit=0,  # a worker that Dask thinks too large would be paused, and the scan with it
        silence_logs=logging.CRITICAL,
        preload="scanner.collect.remote",
    )


@contextmanager
def _folder(store: str | None, journal: Journal) -> Iterator[Path]:
    """A folder of this scan alone. The one of an earlier process, that was killed, is removed.

    Its name follows from the journal's and the user's key: nothing that a file says decides what is removed.
    """
    parent = Path(store) if store is not None else (journal.path.parent if journal.path is not None else None)
    try:
        if parent is not None and journal.tag:
            folder = parent.resolve() / f".mlposture-{journal.tag}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        else:
            folder = Path(tempfile.mkdtemp(prefix=".mlposture-", dir=parent)).resolve()
    except OSError as error:
        raise InputError(f"--journal-store {parent}: {error.strerror}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """A Dask cluster that can do the units of several providers, one after the other."""

    def __init__(self, client: Any, engine: str, folder: Path) -> None:
        self.client = client
        self.engine = engine
        self.folder = folder

    def workers(
        self,
        provider: str,
        settings: Mapping[str, Any],
        *,
        plan: Plan,
        journal: Journal,
        manners: Manners,
        meter: Meter,
        taken_at: datetime,
        cached: bool,
    ) -> "DaskWorkers":
        """Those who do the units of a provider. Raises InputError or CannotScan if some worker cannot."""
        order = remote.Order(
            version=__version__,
            python=remote.this_python(),
            provider=provider,
            settings=settings,
            taken_at=taken_at,
            manners=manners,
            checks=tuple(check.id for check in plan.checks if check.provider == provider),
            verify=plan.verifies,
            cached=cached,
        )
        path = self.folder / f"{provider}.order"
        write_atomically(path, msgspec.json.encode(order))
        self._probe(path)
        return DaskWorkers(self.client, self.engine, path, plan, journal, meter)

    def _probe(self, order: Path) -> None:
        """Have every worker connect, so that what does not fit is known before anything is asked."""
        probes = {
            worker: self.client.submit(
                remote.probe, str(order), pure=False, workers=[worker], allow_other_workers=False
            )
            for worker in self.client.nthreads()
        }
        for worker, future in probes.items():
            try:
                future.result()
            except (InputError, CannotScan) as error:
                raise type(error)(f"{self.engine}: worker {worker}: {error}") from error
            except CancelledError as error:
                raise CannotScan(f"{self.engine}: the cluster is gone") from error
            except Exception as error:
                if type(error).__name__ == "KilledWorker":
                    continue
                said = f"{type(error).__name__}: {error}"
                raise InputError(
                    f"{self.engine}: worker {worker} cannot work for us; is mlposture {__version__} installed there, "
                    f"with Python {remote.this_python()}? ({said})"
                ) from error


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
        self._threads: int = sum(client.nthreads().values())
        self._looked = monotonic()
        self._look: Future[None] | None = None
        self._deserted: float | None = None

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
                retries=2,
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
            worker, costs = task.result()
        except (InputError, CannotScan) as error:  # a worker that joined later and does not fit
            raise type(error)(f"{self._engine}: {error}") from error
        except CancelledError as error:
            raise self._gone("the scheduler does not answer") from error
        except Exception as error:
            if type(error).__name__ == "KilledWorker" and batch.deaths < _DEATHS:
                # One of them may be the cause; alone, it costs none of the others.
                for unit, future in zip(batch.units, batch.futures, strict=True):
                    self._send_later(_Batch([unit], [future], batch.deaths + 1))
                return
            for unit, future in zip(batch.units, batch.futures, strict=True):
                future.set_result(broken(unit, self._plan, error))
            return
        self._known[batch.place] = worker
        self._meter.add(costs)
        for unit, future in zip(batch.units, batch.futures, strict=True):
            path = remote.unit_path(self._order, *unit.key)
            _wait_for(path)
            future.set_result(self._journal.absorb(path, *unit.key))
            path.unlink(missing_ok=True)

    # -- the cluster -------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        threads = 0
        with suppress(Exception):
            threads = sum(self._client.nthreads().values())
        self._threads = threads
        self._deserted = None if threads else self._deserted or monotonic()

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
