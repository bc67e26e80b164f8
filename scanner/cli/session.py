"""One scan from its start to its end, however often it is interrupted in between.

What was asked for is recorded in the journal, so that a scan which was stopped or killed can be resumed as it was
started. The journal is removed when the scan is done.
"""

import logging
import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from scanner import __version__
from scanner.calls.bounds import Bounds
from scanner.calls.client import LEFT_ALONE, Calls, Manners
from scanner.calls.meter import Meter
from scanner.cli.config import parse_duration, parse_shard
from scanner.cli.declared import recall
from scanner.cli.notifying import URL, without_secret
from scanner.cli.options import spelled
from scanner.cli.suppressed import recall_suppressions
from scanner.collect.facade import connect
from scanner.collect.plan import Plan
from scanner.collect.progress import bar
from scanner.collect.run import GRACE, collect, leave_out
from scanner.collect.stops import STOPS
from scanner.collect.workers import Workers
from scanner.evaluate.early import Early
from scanner.evaluate.verdicts import Verdicts
from scanner.frameworks import Framework
from scanner.model.collectors import Provider
from scanner.model.errors import CannotScan, InputError, NotKept
from scanner.model.trust import Entry
from scanner.objects.transfer import write
from scanner.store.cache import default_path, namespace, open_cache
from scanner.store.inventory import Inventory
from scanner.store.journal import Journal
from scanner.store.piecewise import UNREADABLE
from scanner.store.state import is_in_state

log = logging.getLogger("mlposture")

#: Options that say what is judged: a resumed scan cannot change them.
_FIXED = (
    "check", "skip_check", "min_severity", "framework", "framework_file", "systems", "suppressions", "trust", "shard",
    "verify", "read_documents",
)  # fmt: skip
#: Who does the work, and where: that is always said by who goes on.
_WORK = ("engine", "journal_store")
#: What is written where, and read beside the clouds. A journal in the user's state folder may say so, and no other.
_PLACES = ("output", "save_inventory", "profile_run", "store", "notify", "tfstate", "source_root")


class Asked(msgspec.Struct, frozen=True):
    """What was asked for when a scan began, as its journal has it."""

    version: str
    providers: dict[str, dict[str, Any]]
    options: dict[str, Any]
    taken_at: datetime


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
        """Write down what was asked for, so that it can be resumed; of an address that may be a secret, its host."""
        options = dict(self.options)
        if options.get("notify"):
            options["notify"] = without_secret(options["notify"])
        asked = Asked(__version__, self.providers, options, self.inventory.taken_at)
        self._keep("scan", asked)

    def _keep(self, name: str, value: Any) -> None:
        """Write down what it takes to resume this scan. Without room for it, the scan cannot be resumed."""
        journal = self.inventory.store
        try:
            journal.set_meta(name, msgspec.json.encode(value).decode())
        except NotKept:
            if self.options.get("journal"):
                raise
            journal.close(remove=True)
            self.inventory.store = Journal()  # as where there is no folder for journals
            self.inventory.store.watch = journal.watch

    @classmethod
    def recorded(cls, journal: Journal, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], datetime]:
        """Providers, options and time of the scan that a journal is of; options `given` now count more.

        Raises InputError if another version wrote it, and for an option that would change what is judged or is missing.
        """
        asked = _asked(journal)
        for name in _FIXED:
            if given.get(name):
                raise InputError(f"{spelled(name)}: a resumed scan judges what it set out to judge")
        if given.get("keep_replies") and not asked.options.get("keep_replies"):
            raise InputError("--keep-replies: of what a scan has read before it is resumed, the replies are gone")
        given = {name: value for name, value in given.items() if value not in (None, (), False)}
        kept = {name: value for name, value in asked.options.items() if name not in _WORK}
        if journal.path is not None and not is_in_state(journal.path):
            _refuse_without(asked, given, journal.path)
        if (host := kept.pop("notify", None)) and "notify" not in given and not os.environ.get(URL, "").strip():
            raise InputError(
                f"--notify: no journal keeps an address that may be a secret; give again that of {host}, or in {URL}"
            )
        if (engine := asked.options.get("engine") or "local") != "local" and "engine" not in given:
            log.warning("this scan began with --engine %s; the threads of this process go on with it", engine)
        options = {
            name: tuple(value) if isinstance(value, list) else value for name, value in {**kept, **given}.items()
        }
        for name, type_ in (("trust", Entry), ("framework_file", Framework)):  # what files held when the scan began
            options[name] = msgspec.convert(options.get(name, ()), tuple[type_, ...])  # type: ignore[valid-type]
        options["systems"] = recall(options.get("systems"))
        options["suppressions"] = recall_suppressions(options.get("suppressions"))
        providers = {
            name: {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
            for name, settings in asked.providers.items()
        }
        return providers, options, asked.taken_at

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
            keep_replies=bool(self.options.get("keep_replies")),
        )
        cache = None
        if self._remembers:
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
            self._take_over(connected)
            with self.meter.phase("collect"):
                self._ask(connected, calls, manners, share)
            self.inventory.store.seal()
        finally:
            for provider in connected.values():
                provider.close()
            if cache is not None:
                cache.close()

    @property
    def _remembers(self) -> bool:
        """Whether what an earlier scan read may be used. Its replies were not kept, so who wants these reads anew."""
        return not (self.options.get("no_cache") or self.options.get("keep_replies"))

    def _connect(self, connected: dict[str, Provider], calls: Mapping[str, Calls]) -> None:
        for name, settings in self.providers.items():
            connected[name] = connect(name, {**settings, "taken_at": self.inventory.taken_at}, calls[name])

    def _take_over(self, connected: Mapping[str, Provider]) -> None:
        """Write down whose credentials a scan begins with. Raises InputError if it goes on with those of another.

        Nothing was asked of a cloud that a signal came before, so whoever goes on with the scan begins with that one.
        """
        journal = self.inventory.store
        known = journal.meta("principals")
        if known is None and not journal.is_empty():
            raise InputError(f"{journal.path}: does not say whose credentials began the scan; start it anew")
        began = msgspec.json.decode(known or "{}", type=dict[str, str])
        asking = {name: provider.principal for name, provider in connected.items()}
        for name, principal in asking.items():
            if began.get(name, principal) != principal:
                raise InputError(
                    f"{journal.path}: {began[name]} began this scan of {name}, and these are the credentials of "
                    f"{principal}; go on with those of the former, or start it anew"
                )
        journal.take_over()
        if known is None or asking.keys() - began.keys():
            self._keep("principals", {**began, **asking})

    def _ask(
        self, connected: Mapping[str, Provider], calls: Mapping[str, Calls], manners: Manners, share: Share
    ) -> None:
        """Ask one cloud after the other. Of those that a signal came before, say that they were not asked."""
        enabled = not (self.options.get("no_progress") or self.options.get("quiet"))
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
            cached=self._remembers,
        )
        return made

    def refuse_if_out_of_reach(self) -> None:
        """Raise CannotScan if there was nobody to ask."""
        if self.inventory.out_of_reach():
            gaps = self.inventory.gaps
            first = next((gap for gap in gaps if gap.detail != LEFT_ALONE), gaps[0])
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
        """The command that goes on with this scan; empty where no journal can be kept.

        An address that may be a secret is shown up to its host, and is to be given in full: no journal has it.
        """
        path = self.inventory.store.path
        if path is None or not self.inventory.store.resumable:
            return ""
        names = ("notify", *_WORK) if is_in_state(path) else ("journal", *_PLACES, *_WORK)
        words = ["mlposture", "scan", "--resume"]
        for name in names:
            value = path if name == "journal" else self.options.get(name) or ()
            for each in value if isinstance(value, list | tuple) else (value,):
                words += [spelled(name), without_secret(each) if name == "notify" else str(each)]
        return f"`{shlex.join(words)}`"


def _asked(journal: Journal) -> Asked:
    text = journal.meta("scan") or "{}"
    try:
        version = msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get("version", msgspec.Raw(b'""'))
        if msgspec.json.decode(version) == __version__:
            return msgspec.json.decode(text, type=Asked)
    except UNREADABLE as error:
        raise InputError(f"{journal.path}: does not say what was asked for ({error}); start the scan anew") from error
    raise InputError(f"{journal.path}: another version of mlposture began this scan; start it anew")


def _refuse_without(asked: Asked, given: Mapping[str, Any], path: Path) -> None:
    """Raise InputError unless all is given again that is not taken from this journal."""
    began = {name: value for name, value in asked.options.items() if value and value != "local"}
    missing = [name for name in (*_PLACES, "engine") if name in began and name not in given]
    if "engine" in missing and "journal_store" in began and "journal_store" not in given:
        missing.append("journal_store")
    if missing:
        raise InputError(
            f"{path}: a journal outside the state folder does not decide what is written where and who does the work; "
            f"give again what the scan began with: {', '.join(map(spelled, missing))}"
        )


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
    return None if text is None else parse_duration(spelled(name), text)
