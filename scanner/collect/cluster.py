"""Units of work on the workers of a Dask cluster. The only module that imports Dask.

What is to be done and in which order is decided here, by the same loop as ever; workers run one account and region at
a time, and what they found comes back through a folder that both sides share. Only what was taken over from there
counts: a worker may vanish at any moment, and what it had not delivered is done again by another. What a worker says is
data of known types, and what does not fit is a gap; nothing that it sends is unpickled.
"""

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec

from scanner import __version__
from scanner.calls.client import Manners
from scanner.calls.meter import Meter
from scanner.collect import remote
from scanner.collect.extras import needs
from scanner.collect.pickles import nothing_loaded
from scanner.collect.plan import Plan
from scanner.collect.tasks import DaskWorkers, NoAnswer, answer_of, in_short, said
from scanner.model.errors import CannotScan, InputError
from scanner.store.files import write_atomically
from scanner.store.journal import Journal

_THREADS = 4


def address(engine: str) -> str | None:
    """The scheduler's address in Dask's terms, None for a cluster of our own. Raises InputError."""
    if engine == "dask":
        return None
    scheme, _, place = engine.partition("://")
    if scheme not in ("dask", "dask+tls") or not place:
        raise InputError(
            f"--engine {engine}: use local, dask, dask+tls://HOST:PORT or, on this machine, dask://HOST:PORT"
        )
    if scheme == "dask" and not _is_here(place):
        raise InputError(
            f"--engine {engine}: without TLS anybody on the way could speak for the cluster; give all sides "
            f"certificates of Dask's and use dask+tls://{place}"
        )
    return ("tcp://" if scheme == "dask" else "tls://") + place


def _is_here(place: str) -> bool:
    """Whether HOST:PORT is on this machine, whoever is asked what the name means."""
    host = place.rpartition(":")[0].strip("[]") if ":" in place else place
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def connected(engine: str, store: str | None, journal: Journal) -> Iterator["Cluster"]:
    """A cluster, for one scan. Raises InputError or CannotScan.

    `store` is the folder that client and workers share; a cluster of our own takes one beside the journal.
    """
    where = address(engine)
    if store is None and where is not None:
        raise InputError(f"--engine {engine}: name a folder that this process and all workers share (--journal-store)")
    distributed = _distributed()
    security = _security(distributed, engine) if where is not None else None
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(store, journal))
        if where is not None:  # the scheduler of a cluster of our own is in this process, and has to load what we send
            stack.enter_context(nothing_loaded())
        try:
            cluster = where or stack.enter_context(_own(distributed))
            asked = {"set_as_default": False, "timeout": 30, "deserializers": ["msgpack"], "security": security}
            client = stack.enter_context(distributed.Client(cluster, **asked))
            for topic in ("print", "warn"):  # what workers would say on this terminal
                client.unsubscribe_topic(topic)
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
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # what it cannot load is critical to it
    return distributed


def _security(distributed: Any, engine: str) -> Any:
    """Dask's own configuration of certificates. Raises InputError where it does not fit the engine."""
    try:
        security = distributed.Security()
        if not engine.startswith("dask+tls:"):
            if security.require_encryption:
                raise InputError(
                    f"--engine {engine}: Dask's configuration requires encryption; use dask+tls://HOST:PORT"
                )
            return security
        security.require_encryption = True
        if security.get_connection_args("client")["ssl_context"] is None:
            raise InputError(
                f"--engine {engine}: configure Dask's certificates: distributed.comm.tls.ca-file, client.cert and "
                "client.key below it"
            )
    except (OSError, ValueError) as error:
        raise InputError(f"--engine {engine}: Dask's certificates cannot be used: {error}") from error
    return security


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
            checks=tuple(check.id for check in plan.checks if provider in check.providers),
            verify=plan.verifies,
            tags=plan.tags,
            systems=plan.systems,
            named=plan.named,
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
                answer = answer_of(future)
            except CancelledError as error:
                raise CannotScan(f"{self.engine}: the cluster is gone") from error
            except NoAnswer as error:
                if error.name == "KilledWorker":
                    continue
                answer = remote.Answer(fault=error.name, detail=str(error))
            if answer.fault in remote.FAULTS:
                raise remote.FAULTS[answer.fault](f"{self.engine}: worker {worker}: {in_short(answer.detail)}")
            if answer.fault:
                raise InputError(
                    f"{self.engine}: worker {worker} cannot work for us; is mlposture {__version__} installed there, "
                    f"with Python {remote.this_python()}? ({said(answer)})"
                )
