"""From the options of a scan to its end: plan, collect, judge, report. Every command that scans starts here."""

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scanner.cli.options import spelled
from scanner.collect.stops import STOPS

if TYPE_CHECKING:
    from scanner.cli.config import Config, Output
    from scanner.cli.outcome import Outcome
    from scanner.cli.session import Session
    from scanner.collect.plan import Plan
    from scanner.model.collectors import Collector
    from scanner.store.inventory import Inventory

log = logging.getLogger("mlposture")


def merged(path: str, config: "Config", options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the command line over those of the file at `path`."""
    from msgspec.structs import asdict

    bounds = {name: value for name, value in asdict(config.bounds).items() if value is not None}
    asked = {**options, "config": path, "output_profile": config.output_profile, "bounds": bounds}
    for name, value in options.items():
        if value in (None, ()) and hasattr(config, name):
            asked[name] = getattr(config, name)
    return asked


def start(providers: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> int:
    """Plan, collect, judge, report; the exit code."""
    from datetime import UTC, datetime

    from scanner.cli.history_store import with_earlier, without_password
    from scanner.cli.judging import parse_options, read_files
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.session import Session
    from scanner.cli.sourced import with_sources
    from scanner.store.journals import new_journal

    log_to_stderr(verbose=options["verbose"], quiet=bool(options.get("quiet")))
    outputs = parse_options(options)
    options = read_files(options)
    started_at = datetime.now(UTC)
    judged = with_sources(with_earlier(options, started_at))
    plan = _plan(providers, options)
    with new_journal(options.get("journal")) as journal:
        session = Session(providers, without_password(options), plan, journal, started_at)
        session.record()
        return _run(session, judged, outputs)


def _relax_collector() -> None:
    """Look for cycles of garbage less often: a scan makes millions of objects, hardly any of them in cycles."""
    import gc

    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def go_on(options: dict[str, Any]) -> int:
    """Go on where an earlier scan was stopped; the exit code."""
    from scanner.cli.history_store import with_earlier, without_password
    from scanner.cli.judging import parse_options
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.process import say
    from scanner.cli.session import Session
    from scanner.cli.sourced import with_sources
    from scanner.objects.addresses import refuse_remote
    from scanner.store.journals import old_journal

    log_to_stderr(verbose=options["verbose"], quiet=bool(options.get("quiet")))
    refuse_remote("--journal", options.get("journal"))
    with old_journal(options.get("journal")) as journal:
        given = options
        providers, options, taken_at = Session.recorded(journal, given)
        for name in ("time_limit", "unit_time_limit", "call_time_limit"):
            if options.get(name) and not given.get(name):
                held = f"{spelled(name)} {options[name]} holds, as when the scan began"
                say(f"{held}; with --resume, {spelled(name)} sets another")
        outputs = parse_options(options, journal=journal.path)
        session = Session(providers, without_password(options), _plan(providers, options), journal, taken_at)
        # What was read before says nothing of what another scan has found since.
        earlier = with_earlier(options, taken_at, journal.accounts_read())
        return _run(session, with_sources(earlier), outputs)


def _plan(providers: Iterable[str], options: Mapping[str, Any]) -> "Plan":
    """What was asked for, of these clouds. Raises InputError."""
    from scanner.cli.declared import named, tagged
    from scanner.cli.judging import select
    from scanner.cli.undeclared import declared_or_left_out
    from scanner.collect.plan import make_plan
    from scanner.model.errors import InputError
    from scanner.model.registry import load

    checks, collectors = load(providers)
    verify = bool(options.get("verify"))
    if verify and not any(collector.opt_in == "verify" for collector in collectors.values()):
        raise InputError("--verify asks the policy simulator of AWS, and no other cloud has one; leave it out")
    chosen = declared_or_left_out(select(checks.values(), options), collectors, options)
    systems = bool(options.get("systems"))
    documents = bool(options.get("read_documents"))
    if documents:
        _say_of_documents(providers, collectors, systems=systems)
    return make_plan(
        chosen,
        collectors,
        verify=verify,
        tags=tagged(options),
        systems=systems,
        documents=documents,
        named=named(options),
    )


def _say_of_documents(providers: Iterable[str], collectors: "dict[str, Collector]", *, systems: bool) -> None:
    """Warn of what is scanned and has files that are not read. Raises InputError where there are no others."""
    from scanner.model.errors import InputError

    readers = [one for one in collectors.values() if one.opt_in == "documents"]
    free = {one.provider for one in readers if all(collectors[kind.kind].opt_in != "systems" for kind in one.follows)}
    waiting = {one.provider for one in readers} - free
    read = free | waiting if systems else free
    if not read and waiting:
        raise InputError(f"--read-documents reads files of {', '.join(sorted(waiting))} where --systems declares any")
    if not read:
        raise InputError(
            "--read-documents reads files of AWS, Google Cloud, Azure and MLflow; leave it out where none is scanned"
        )
    if rest := sorted(set(providers) - read):
        why = " without --systems" if set(rest) <= waiting else ""
        log.warning("--read-documents: no files are read of %s%s", ", ".join(rest), why)


def _run(session: "Session", options: "dict[str, Any]", outputs: "tuple[Output, ...]") -> int:
    """Collect, judge by these options, report; the exit code."""
    from scanner.cli.judging import maker, report, save
    from scanner.cli.process import leave, say
    from scanner.model.errors import CannotScan, NotKept, NotWritten

    inventory, checks = session.inventory, session.plan.checks
    _relax_collector()
    make = maker(checks, options, outputs)
    # What belongs to which AI system is known once everything is there.
    early = None if options.get("systems") else session.judge_early(make)
    session.collect()
    problems = save(inventory, options)
    session.refuse_if_out_of_reach()
    arguments = _arguments(session.providers, options)
    try:
        with session.meter.phase("evaluate and report"):
            code = report(
                inventory,
                checks,
                options,
                outputs,
                inventory.taken_at,
                early=early,
                arguments=arguments,
                problems=problems,
                decided=_decided(inventory),
            )
    except (NotWritten, NotKept) as problem:
        if not session.resume:
            raise
        inventory.store.kept = True
        session.write_profile()
        again = f"nothing is lost: {session.resume} writes it, and asks for nothing that was read"
        raise NotWritten(f"{problem}; {again}") from problem
    except OSError:  # nobody reads the text for a person, and all else is done
        session.finish()
        raise
    if inventory.unseen():
        refused = "everything was refused, so " if inventory.refused() else ""
        say(f"{refused}nothing was looked at; do what the report says")
        code = CannotScan.exit_code
    session.finish()
    if inventory.not_kept:
        raise NotKept(f"{inventory.not_kept}; {session.advice}")
    if session.stopped or STOPS.why:
        say(f"{session.stopped or STOPS.why}; {session.advice}")
        # Threads may be inside calls that time out much later.
        leave(STOPS.code if STOPS.why else code)
    return code


def _decided(inventory: "Inventory") -> "Outcome | None":
    """How a scan ends whatever was found: a signal came, or nothing was seen at all."""
    from scanner.cli.outcome import Outcome
    from scanner.model.errors import CannotScan

    if STOPS.why:
        return Outcome(STOPS.code, STOPS.why)
    return Outcome(CannotScan.exit_code, "nothing was looked at") if inventory.unseen() else None


def _arguments(providers: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> tuple[str, ...]:
    """What was asked for, as far as it changes what is judged: two equal scans have equal arguments."""
    asked: list[str] = []
    for provider, settings in providers.items():
        asked.append(provider)
        asked += [f"{name}={value}" for name, value in sorted(settings.items()) if value]
    for name in (
        "check",
        "skip_check",
        "min_severity",
        "framework",
        "verdicts",
        "shard",
        "verify",
        "read_documents",
        "as_of",
    ):
        value = options.get(name)
        if value:
            asked.append(f"{name}={','.join(value) if isinstance(value, tuple) else value}")
    if own := options.get("framework_file"):
        asked.append(f"framework_file={','.join(framework.id for framework in own)}")
    return tuple(asked)
