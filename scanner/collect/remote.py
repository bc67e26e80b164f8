"""What a process of a cluster does for a scan: units of work, one account and region at a time.

Nothing but names travels: what is to be done stands in an *order* in a folder that client and workers share, and what
was found goes there, one file for each unit, written under another name first. A unit that was done already is not
done again: a task that runs a second time, because its first worker was lost, only does the rest. A task raises nothing
and answers with bytes, so that the client needs nobody's pickles.
"""

import contextlib
import hashlib
import platform
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import msgspec

from scanner import __version__
from scanner.calls.client import Calls, Manners
from scanner.calls.meter import Cost, Meter
from scanner.collect.facade import connect
from scanner.collect.plan import Plan, make_plan
from scanner.collect.work import Unit, record, refused
from scanner.model.decode import decoder_of
from scanner.model.documents import Many
from scanner.model.errors import CannotScan, InputError, NotKept
from scanner.model.nouns import Resource, Scope
from scanner.model.registry import load
from scanner.store.cache import Cache, default_path, namespace, open_cache
from scanner.store.journal import Journal

P = ParamSpec("P")

#: what a unit of a task is: its kind, whether all that refers to it was seen, and the kinds it takes references from
Item = tuple[str, bool, tuple[str, ...]]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What all tasks of one provider in one scan have in common."""

    version: str
    python: str
    provider: str
    settings: Mapping[str, Any]
    taken_at: datetime
    manners: Manners
    checks: tuple[str, ...]
    verify: bool
    tags: tuple[str, ...]
    systems: bool
    named: tuple[str, ...]
    cached: bool


#: Errors that are the client's to raise again. The first that fits is meant.
FAULTS: Mapping[str, type[Exception]] = {kind.__name__: kind for kind in (NotKept, InputError, CannotScan)}


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a task says of itself: by whom it was done and what its calls have cost, or what went wrong."""

    worker: str = ""
    costs: dict[str, Cost] = {}
    #: one of FAULTS, or the name of an error that nobody expected; empty if nothing went wrong
    fault: str = ""
    detail: str = ""


def this_python() -> str:
    """The version of Python, as far as both sides must have the same."""
    return ".".join(platform.python_version_tuple()[:2])


def unit_path(order: Path, kind: str, scope: Scope) -> Path:
    """Where a worker leaves what it found in a unit."""
    return order.with_name(f"{_digest(kind, scope.provider, scope.account, scope.region)}.unit")


def found_path(order: Path, kind: str, provider: str, account: str) -> Path:
    """Where the client leaves resources that others follow."""
    return order.with_name(f"{_digest(kind, provider, account)}.found")


# -- what the client has workers run -----------------------------------------------------------------------------------


def _answering(do: "Callable[P, Answer]") -> "Callable[P, bytes]":
    """A function whose answer, whatever becomes of it, is bytes that hold an Answer."""

    @wraps(do)
    def answer(*args: P.args, **named: P.kwargs) -> bytes:
        try:
            said = do(*args, **named)
        except Exception as error:
            fault = next((name for name, kind in FAULTS.items() if isinstance(error, kind)), type(error).__name__)
            said = Answer(fault=fault, detail=str(error))
        return msgspec.msgpack.encode(said)

    return answer


@_answering
def probe(order: str) -> Answer:
    """Make sure that this process can do the scan."""
    path = Path(order)
    _hired(path)
    written = path.with_name(f".{uuid.uuid4().hex}")
    try:
        written.touch()
        written.unlink()
    except OSError as error:
        raise InputError(f"cannot write to {path.parent} ({error.strerror}), which --journal-store is for") from error
    return Answer()


@_answering
def perform(order: str, account: str, region: str, items: Sequence[Item]) -> Answer:
    """Do units of one place, all at a time."""
    from distributed import get_worker

    hired = _hired(Path(order))
    failure: Exception | None = None
    try:
        hired.provider.open(account)
    except Exception as error:
        failure = error
    scope = Scope(hired.order.provider, account, region)
    with ThreadPoolExecutor(min(len(items), 2 * hired.order.manners.concurrency), "unit") as pool:
        list(pool.map(lambda item: hired.do(item, scope, failure), items))
    return Answer(worker=str(get_worker().address), costs=hired.meter.take())


def stop(order: str, why: str) -> None:
    """Let no further call of this scan begin here."""
    hired = _HIRED.get(order)
    if hired is not None:
        hired.calls.stop(why)


def dismiss(order: str) -> None:
    """Forget a scan."""
    with _LOCK:
        hired = _HIRED.pop(order, None)
    if hired is not None:
        hired.close()


def dask_setup(_: Any) -> None:
    """Called as a worker of our own cluster starts: Ctrl-C goes to all processes of a terminal, and is the client's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


# -- in the worker -----------------------------------------------------------------------------------------------------


class Hired:
    """A connected provider, shared by all tasks of a scan in this process."""

    def __init__(self, path: Path, order: Order) -> None:
        self.path = path
        self.order = order
        checks, collectors = load()  # of all providers: some checks join kinds of several
        chosen = tuple(checks[id] for id in order.checks)
        self.plan: Plan = make_plan(
            chosen, collectors, verify=order.verify, tags=order.tags, systems=order.systems, named=order.named
        )
        self.collectors = {collector.kind.kind: collector for collector in self.plan.collectors}
        self.meter = Meter()
        self.cache: Cache | None = None
        if order.cached:
            self.cache = open_cache(default_path(), namespace(order.settings.get("profile")), order.taken_at)
        self.calls = Calls(order.manners, self.cache, self.meter)
        self.provider = connect(order.provider, {**order.settings, "taken_at": order.taken_at}, self.calls)
        self.provider.accounts()  # what is known of all of them decides how one is asked

    def do(self, item: Item, scope: Scope, failure: Exception | None) -> None:
        kind, sources_complete, sources = item
        unit = Unit(self.collectors[kind], scope, sources_complete)
        target = unit_path(self.path, kind, scope)
        if target.exists():
            return
        temporary = target.with_name(f".{uuid.uuid4().hex}")
        journal = Journal(temporary, alone=True)
        try:
            with self._sources(sources, scope) as seen:
                if failure is None:
                    record(unit, self.provider, self.plan, seen, journal, self.calls)
                else:
                    facts = refused(unit, self.provider, self.plan, failure)
                    journal.finish(journal.begin(*unit.key), (), facts, whole=False)
            journal.close()
            temporary.replace(target)
        finally:
            journal.close()
            temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _sources(self, kinds: Sequence[str], scope: Scope) -> Iterator[Any]:
        """What earlier units found in the account, as the client left it here."""
        with contextlib.ExitStack() as stack:
            found: dict[str, Journal] = {}
            for kind in kinds:
                path = found_path(self.path, kind, scope.provider, scope.account)
                if not path.exists():  # SQLite would make an empty one
                    raise FileNotFoundError(f"{path} is not there")
                found[kind] = Journal(path, alone=True)
                stack.callback(found[kind].close)

            def seen(kind: type[Resource], account: str) -> Many[Resource]:
                source = found.get(kind.kind)
                return source.all(kind, account) if source is not None else Many(lambda: iter(()), lambda: 0)

            yield seen

    def close(self) -> None:
        self.provider.close()
        if self.cache is not None:
            self.cache.close()


_HIRED: dict[str, Hired] = {}
_LOCK = threading.Lock()


def _hired(path: Path) -> Hired:
    """The provider for an order, connected at the first one's. Raises InputError or CannotScan."""
    with _LOCK:
        for other in [other for other in _HIRED if not Path(other).exists()]:  # their client was killed
            _HIRED.pop(other).close()
        if str(path) not in _HIRED:
            _HIRED[str(path)] = Hired(path, _read(path))
        return _HIRED[str(path)]


def _read(path: Path) -> Order:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path} ({error.strerror}); --journal-store must be a folder that client and workers share"
        ) from error
    named = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    for name, ours in (("version", __version__), ("python", this_python())):
        theirs = msgspec.json.decode(named[name])
        if theirs != ours:
            what = "mlposture" if name == "version" else "Python"
            raise InputError(f"runs {what} {ours}, and the client {theirs}; both must have the same")
    order: Order = decoder_of(Order).decode(content)
    return order


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
