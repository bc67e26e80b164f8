"""One scan from its start to its end, however often it is interrupted in between.

What was asked for is recorded in the journal, so that a scan which was stopped or killed can be resumed as it was
started. The journal is removed when the scan is done.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from scanner import __version__
from scanner.calls.bounds import Bounds
from scanner.calls.client import Calls, Manners
from scanner.calls.meter import Meter
from scanner.cli.config import parse_duration, parse_shard
from scanner.collect.facade import connect
from scanner.collect.plan import Plan
from scanner.collect.progress import bar
from scanner.collect.run import GRACE, collect, leave_out
from scanner.collect.stops import STOPS
from scanner.collect.workers import Workers
from scanner.evaluate.early import Early
from scanner.evaluate.verdicts import Verdicts
from scanner.model.collectors import Provider
from scanner.model.errors import CannotScan, InputError, NotKept
from scanner.model.trust import Entry
from scanner.objects.transfer import write
from scanner.store.cache import default_path, namespace, open_cache
from scanner.store.inventory import Inventory
from scanner.store.journal import Journal

#: Options that say what is judged: a resumed scan cannot change them.
_FIXED = ("check", "skip_check", "min_severity", "framework", "trust", "shard", "verify")


class Share:
    """The time limit of a scan, in fair parts: clouds are asked one after another, and no slow one takes it all.

    What one of them leaves goes to those after it.
    """

    def __init__(self, limit: float | None, clouds: int) -> None:
        #: when all of it is over
        self.until = None if limit is None else time.monotonic() + limit
        self._left = clouds

    def next(self) -> float | None:
        """Until when the next cloud may be asked, on the monotonic clock; None where there is no limit."""
        if self.until is None:
            return None
        now = time.monotonic()
        part = (self.until - now) / self._left
        self._left -= 1
        return now + part


class Session:
    """One scan: from `providers` with their settings, with `options` of the command line, into an inventory."""

    def __init__(
        self,
        providers: Mapping[str, Mapping[str, Any]],
        options: dict[str, Any],
        plan: Plan,
        journal: Journal,
        taken_at: datetime,
    ) -> None:
        more = {"no_index": True} if options.get("no_index") else {}
        self.providers = {name: {**settings, **more} for name, settings in providers.items()}
        self.options = options
        self.plan = plan
        self.inventory = Inventory(taken_at, journal)
        self.meter = Meter()
        self.stopped = ""
        self.inventory.shard = parse_shard(options["shard"], providers) if options.get("shard") else None
        self.engine = options.get("engine") or "local"
        if self.engine != "local":
            from scanner.collect.cluster import address

            address(self.engine)
        self._time_limit = _seconds(options, "time_limit")
        self._unit_time_limit = _seconds(options, "unit_time_limit")
        self._bounds = _bounds(options)
        grace = _seconds(options, "grace")
        self._grace = GRACE if grace is None else grace

    def record(self) -> None:
        """Write down what was asked for, so that it can be resumed."""
        asked = {
            "version": __version__,
            "providers": self.providers,
            "options": self.options,
            "taken_at": self.inventory.taken_at,
        }
        try:
            self.inventory.store.set_meta("scan", msgspec.json.encode(asked).decode())
        except NotKept:
            if self.options.get("journal"):
                raise
            self.inventory.store.close(remove=True)
            self.inventory.store = Journal()  # as where there is no folder for journals

    @classmethod
    def recorded(cls, journal: Journal, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], datetime]:
        """Providers, options and time of the scan that a journal is of; options `given` now count more.

        Raises InputError if another version wrote it, or an option would change what is judged.
        """
        asked = msgspec.json.decode(journal.meta("scan") or "{}")
        if asked.get("version") != __version__:
            raise InputError(f"{journal.path}: version {asked.get('version')} began this scan; start it anew")
        for name in _FIXED:
            if given.get(name):
                raise InputError(f"--{name.replace('_', '-')}: a resumed scan judges what it set out to judge")
        options = {
            **asked["options"],
            **{name: value for name, value in given.items() if value not in (None, (), False)},
        }
        options = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        options["trust"] = msgspec.convert(options.get("trust", ()), tuple[Entry, ...])
        providers = {
            name: {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
            for name, settings in asked["providers"].items()
        }
        return providers, options, datetime.fromisoformat(asked["taken_at"])

    def judge_early(self, make: Callable[[Inventory], Verdicts]) -> Early:
        """Let what is found be judged while the scan goes on; `make` prepares for the verdicts."""
        early = Early(self.plan.checks, lambda: make(self.inventory))
        self.inventory.store.watch = early.offer
        return early

    def collect(self) -> None:
        """Ask the clouds. Raises CannotScan or InputError if that cannot even begin."""
        manners = Manners(
            concurrency=self.options.get("concurrency") or Manners().concurrency,
            unit_timeout=self._unit_time_limit,
            bounds=self._bounds,
        )
        cache = None
        if not self.options.get("no_cache"):
            cache = open_cache(
                default_path(), namespace(self.providers.get("aws", {}).get("profile")), self.inventory.taken_at
            )
        calls = {name: Calls(manners, cache, self.meter) for name in self.providers}
        share = Share(self._time_limit, len(calls))
        for of_provider in calls.values():
            of_provider.until = share.until
        connected: dict[str, Provider] = {}
        try:
            with self.meter.phase("connect"):
                STOPS.unless_told(partial(self._connect, connected, calls))
            with self.meter.phase("collect"):
                self._ask(connected, calls, manners, share)
            self.inventory.store.seal()
        finally:
            for provider in connected.values():
                provider.close()
            if cache is not None:
                cache.close()

    def _connect(self, connected: dict[str, Provider], calls: Mapping[str, Calls]) -> None:
        for name, settings in self.providers.items():
            connected[name] = connect(name, {**settings, "taken_at": self.inventory.taken_at}, calls[name])

    def _ask(
        self, connected: Mapping[str, Provider], calls: Mapping[str, Calls], manners: Manners, share: Share
    ) -> None:
        """Ask one cloud after the other. Of those that a signal came before, say that they were not asked."""
        enabled = not self.options.get("no_progress")
        with ExitStack() as stack:
            cluster = STOPS.unless_told(lambda: stack.enter_context(self._cluster()))
            progress = stack.enter_context(bar(enabled=enabled, meter=self.meter))
            for name, of_provider in calls.items():
                if STOPS.why:
                    of_provider.stop(STOPS.why)
                if name in connected:
                    collect(
                        self.plan,
                        connected[name],
                        self.inventory,
                        concurrency=manners.concurrency,
                        calls=of_provider,
                        shard=self.inventory.shard,
                        until=share.next(),
                        grace=self._grace,
                        workers=self._workers(cluster, name, manners),
                        progress=progress,
                    )
                else:
                    leave_out(self.plan, name, self.inventory, of_provider.stopped)
                self.stopped = of_provider.stopped or self.stopped

    @contextmanager
    def _cluster(self) -> Iterator[Any]:
        """The cluster that works for this scan, None if the threads of this process do."""
        if self.engine == "local":
            yield None
            return
        from scanner.collect.cluster import connected

        with connected(self.engine, self.options.get("journal_store"), self.inventory.store) as cluster:
            yield cluster

    def _workers(self, cluster: Any, provider: str, manners: Manners) -> Workers | None:
        if cluster is None or STOPS.why:
            return None
        made: Workers = cluster.workers(
            provider,
            self.providers[provider],
            plan=self.plan,
            journal=self.inventory.store,
            manners=manners,
            meter=self.meter,
            taken_at=self.inventory.taken_at,
            cached=not self.options.get("no_cache"),
        )
        return made

    def refuse_if_out_of_reach(self) -> None:
        """Raise CannotScan if there was nobody to ask."""
        if self.inventory.out_of_reach():
            first = self.inventory.gaps[0]
            self.inventory.store.close(remove=True)
            raise CannotScan(f"nothing could be reached: {first.operation} in {first.scope.region}: {first.detail}")

    def finish(self) -> None:
        """The reports are written: nothing is left to be resumed, unless the scan was stopped."""
        self.inventory.store.kept = bool(self.stopped)
        self.inventory.store.close(remove=not self.stopped)
        self.write_profile()

    def write_profile(self) -> None:
        """Say where time and calls went, if that was asked for. Raises NotWritten."""
        if path := self.options.get("profile_run"):
            from scanner.collect.profile import write_profile

            concurrency = self.options.get("concurrency") or Manners().concurrency
            write(path, lambda file: write_profile(file, self.meter, concurrency), self.options.get("output_profile"))

    @property
    def advice(self) -> str:
        """How to go on with a scan that was stopped."""
        if not self.stopped:
            return "all was read by then, and is reported"
        return "reported what was seen by then" + (f"; {self.resume} goes on" if self.resume else "")

    @property
    def resume(self) -> str:
        """The command that goes on with this scan; empty where no journal can be kept."""
        path = self.inventory.store.path
        journal = f" --journal {path}" if self.options.get("journal") else ""
        return f"`mlposture scan --resume{journal}`" if path is not None else ""


def _bounds(options: Mapping[str, Any]) -> Bounds:
    """The bounds of calls and listings: the defaults, but for what was asked for. Raises InputError."""
    asked = dict(options.get("bounds") or {})
    if (mib := asked.pop("reply_mib", None)) is not None:
        asked["reply_bytes"] = mib * 2**20
    if (seconds := _seconds(options, "call_time_limit")) is not None:
        asked["call_seconds"] = seconds
    return Bounds(**asked)


def _seconds(options: Mapping[str, Any], name: str) -> float | None:
    text = options.get(name)
    return None if text is None else parse_duration(f"--{name.replace('_', '-')}", text)
