"""From the options of a command to its reports: which checks, which outputs, judging, writing.

With `commands` the composition root. What only judging needs is imported when it begins: by then, a scan has asked its
provider.
"""

import io
import logging
import os
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import FORMATS, NEED_FAILURES, SUFFIXES, preparation
from scanner.cli.config import (
    Output,
    check_place,
    parse_outputs,
    parse_severity,
    parse_verdicts,
    read_trust,
    refuse_undecoded,
)
from scanner.cli.declared import (
    as_of,
    assess,
    manifest_path,
    named_frameworks,
    ownership,
    read_systems,
    too_little,
    with_room,
)
from scanner.cli.history_store import add_to_history, check_store, refuse_apart, with_earlier
from scanner.cli.notifying import check_notify, notified
from scanner.cli.options import spelled
from scanner.cli.outcome import Outcome, check_fail_on, outcome, show
from scanner.cli.report_files import write_report
from scanner.cli.sarif_files import settled, style_of
from scanner.cli.sourced import warn_of_unused, with_sources
from scanner.cli.suppressed import read_suppressions, suppressing, suppressions_path, warn_of_suppressions
from scanner.cli.trusted import warn_of_needless_trust
from scanner.cli.undeclared import left_out, prepared
from scanner.model.checks import CHECKS, Check
from scanner.model.errors import CannotScan, InputError, NotWritten
from scanner.model.nouns import Severity, Status
from scanner.model.selection import select as select_checks
from scanner.objects.addresses import parse, refuse_remote
from scanner.objects.transfer import reading, write
from scanner.store.cache import default_path
from scanner.store.files import write_atomically
from scanner.store.places import Places

if TYPE_CHECKING:
    from scanner.evaluate.early import Early
    from scanner.evaluate.verdicts import Verdicts
    from scanner.frameworks import Catalogue, Framework
    from scanner.model.collectors import Collector
    from scanner.model.reported import Report
    from scanner.model.trust import Entry
    from scanner.store.inventory import Inventory
    from scanner.systems.ownership import Ownership

log = logging.getLogger("mlposture")

Options = Mapping[str, Any]
#: What prepares for verdicts on an inventory.
Maker = Callable[["Inventory"], "Verdicts"]


def parse_options(
    options: Options, *, inventories: Iterable[str] = (), journal: Path | None = None
) -> tuple[Output, ...]:
    """Where reports go. Raises InputError for whatever is wrong with options about judging and reports.

    All of that is found out before a cloud is asked for an hour. `inventories` are read, and `journal` is resumed.
    """
    refuse_undecoded(options)
    if options.get("keep_replies") and not options.get("save_inventory"):
        raise InputError("--keep-replies: replies are kept in the saved inventory; say where with --save-inventory")
    verdicts = parse_verdicts(options.get("verdicts") or "all")
    check_fail_on(options, verdicts)
    as_of(options, datetime.now(UTC))
    style_of(options)
    if (least := options.get("min_coverage")) is not None and not 0 <= least <= 100:  # which `nan` is not
        raise InputError(f"--min-coverage {least:g}: give a number from 0 to 100")
    for name in ("journal", "journal_store"):
        refuse_remote(spelled(name), options.get(name))
    places = places_of(options, inventories, journal)
    check_store(options, verdicts, places)
    check_notify(options, verdicts)
    outputs = parse_outputs(options["output"], FORMATS, SUFFIXES, places=places, profile=options.get("output_profile"))
    if Status.FAIL not in verdicts and (named := [one.format for one in outputs if one.format in NEED_FAILURES]):
        raise InputError(f"--verdicts: {named[0]} is about failures, and without them would say that there are none")
    if sys.stdout is None and any(output.path is None for output in outputs):
        raise InputError("-o: standard output is closed")
    return outputs


def places_of(options: Options, inventories: Iterable[str], journal: Path | None = None) -> Places:
    """All that a command reads and writes besides its reports. Raises InputError where two of these are one."""
    places = Places()
    read = [(f"--{name} {options[name]}", options[name]) for name in ("config", "trust") if _is_path(options.get(name))]
    read += [(f"--framework-file {text}", text) for text in options.get("framework_file") or () if _is_path(text)]
    read += [(f"--baseline {text}", text) for text in options.get("baseline") or ()]
    read += [(f"--tfstate {text}", text) for text in options.get("tfstate") or () if _is_path(text)]
    if manifest := manifest_path(options):
        read.append((f"--systems {manifest}", manifest))
    if suppressions := suppressions_path(options):
        read.append((f"--suppressions {suppressions}", suppressions))
    for said, text in (*read, *((text, text) for text in inventories)):
        places.note(said, Path(text) if parse(text) is None else text, written=False)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or no file of the operating system
            places.note_open("standard output or error, for which -o has the name -", stream.fileno())
    if not options.get("no_cache", True):
        places.note_database("the cache", default_path())
    if journal is not None:
        places.note_database("the journal of the scan", journal)
    elif options.get("journal"):
        places.note_database(f"--journal {options['journal']}", Path(options["journal"]))
    for name in ("save_inventory", "profile_run"):
        if text := options.get(name):
            option = spelled(name)
            places.note(f"{option} {text}", check_place(option, text, options.get("output_profile")))
    return places


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def read_trusted(options: Options) -> "tuple[Entry, ...]":
    """The entries of the file that --trust names, else those of the configuration. Raises InputError."""
    given = options.get("trust")
    if not isinstance(given, str):
        return given or ()
    with reading(given) as path:
        return read_trust(path)


def read_own_frameworks(options: Options) -> "tuple[Framework, ...]":
    """The user's frameworks, of the files that --framework-file or the configuration names. Raises InputError."""
    paths = options.get("framework_file") or ()
    if not paths:
        return ()
    from scanner.frameworks import load
    from scanner.frameworks.source import read_framework
    from scanner.model.registry import load as load_checks

    objectives, (checks, _) = load().objectives.values(), load_checks()
    found: dict[str, Framework] = {}
    for text in paths:
        with reading(text) as path:
            framework = read_framework(path, objectives, checks, shown=text)
        if framework.id in found:
            raise InputError(f"--framework-file {text}: another file has the id {framework.id} too; give one another")
        found[framework.id] = framework
    return tuple(found.values())


def read_files(options: Options) -> dict[str, Any]:
    """The options, with what is in the files of the user's own that they name. Raises InputError."""
    read = {**options, "trust": read_trusted(options), "framework_file": read_own_frameworks(options)}
    return {**read, "systems": read_systems(read), "suppressions": read_suppressions(read)}


def select(checks: Iterable[Check], options: Options) -> tuple[Check, ...]:
    """The checks that were asked for. Raises InputError for a name that nothing has, and if none is left."""
    from scanner.evaluate.unclaimed import UNCLAIMED

    wanted = _chosen(checks, options)
    chosen = tuple(check for check in wanted if check is not UNCLAIMED)
    if wanted and not chosen:
        raise InputError(f"{UNCLAIMED.id} looks at what is read for other checks: select one of them as well")
    if not chosen:
        raise InputError("no check is left after selection; see --check, --skip-check, --min-severity and --framework")
    return chosen


def _chosen(checks: Iterable[Check], options: Options) -> tuple[Check, ...]:
    """Of these checks and of that of what belongs to no AI system, those that were asked for. Raises InputError."""
    from scanner.evaluate.unclaimed import UNCLAIMED

    least = parse_severity("--min-severity", options.get("min_severity") or Severity.INFORMATIONAL)
    chosen = select_checks((*checks, UNCLAIMED), wanted=options["check"], skipped=options["skip_check"], least=least)
    if options["framework"]:
        known = catalogue(options)
        named = {id for framework in known.frameworks.values() for row in framework.controls for id in row.checks}
        chosen = tuple(check for check in chosen if check.id in named or known.controls_for(check.objective))
    return chosen


def catalogue(options: Options) -> "Catalogue":
    """The frameworks that the reports show: those that were asked for, else the headline ones and the user's own.

    Raises InputError for an id that no framework has.
    """
    from scanner.frameworks import HEADLINE, load

    own = {framework.id: framework for framework in options.get("framework_file") or ()}
    named = options["framework"]
    if not named:
        return load(named_frameworks(options, HEADLINE), own=tuple(own.values()))
    try:
        return load([name for name in named if name not in own], [own[name] for name in named if name in own])
    except InputError as error:
        raise InputError(f"--framework: {error}") from error


def maker(checks: tuple[Check, ...], options: Options, outputs: tuple[Output, ...]) -> Maker:
    """What prepares for the verdicts that the reports will show."""

    def make(inventory: "Inventory") -> "Verdicts":
        from scanner.evaluate.report import make_verdicts

        return make_verdicts(inventory, checks, catalogue(options), **_shown(options, outputs, inventory.taken_at))

    return make


def report(
    inventory: "Inventory",
    checks: tuple[Check, ...],
    options: Options,
    outputs: tuple[Output, ...],
    started_at: datetime,
    *,
    early: "Early | None" = None,
    arguments: tuple[str, ...] = (),
    problems: Iterable[Exception] = (),
    decided: Outcome | None = None,
) -> int:
    """Have all judged that was not judged `early`, write every report, print for a person unless one went to stdout.

    Returns the exit code, which may be `decided` whatever was found. Raises what could not be written, before
    (`problems`) or here, once all else is: OSError if that is nothing but the text for a person.
    """
    owners = ownership(inventory, options)
    built = judge(inventory, checks, options, started_at, owners, outputs=outputs, early=early, arguments=arguments)
    problems = list(problems)
    notes: list[str] = []
    for output in outputs:
        problems += _attempt(lambda: notes.extend(write_report(output, built, options, write_to)))  # noqa: B023
    # Once the reports say what is new.
    problems += _attempt(lambda: notes.extend(add_to_history(built, options)))
    notes += left_out(checks, _chosen(_of(inventory.providers()), options), options)
    to_stdout = any(output.path is None for output in outputs)
    end = decided or outcome(built, options, to_stdout=to_stdout)
    end = notified(built, options, end, kept=not problems and not inventory.not_kept)
    if not to_stdout and sys.stdout is not None:
        last = "" if problems or inventory.not_kept else end.line  # else an error is, and says how this ends
        problems += _attempt(partial(show, built, options, last, notes), sys.stdout.flush)
    warn_of_needless_trust(built.trust)
    warn_of_suppressions(built.suppressions)
    warn_of_unused(built)
    if problems:
        raise _together(problems)
    if short := too_little(built, options.get("min_coverage")):
        log.error("%s", short)
    return end.code


def _of(providers: set[str]) -> list[Check]:
    """The checks of these clouds, as far as they are loaded."""
    return [check for check in CHECKS.values() if check.providers <= providers]


def judge(
    inventory: "Inventory",
    checks: tuple[Check, ...],
    options: Options,
    started_at: datetime,
    owners: "Ownership | None",
    *,
    outputs: tuple[Output, ...] = (),
    early: "Early | None" = None,
    arguments: tuple[str, ...] = (),
) -> "Report":
    """The report on an inventory, with what it says of AI systems; what was judged `early` is not judged again."""
    from scanner.evaluate.unclaimed import UNCLAIMED

    if owners is not None:
        wanted = _chosen(CHECKS.values(), options)
        checks = (*checks, *(check for check in wanted if check is UNCLAIMED))
    shown = catalogue(options)
    built = _build(
        inventory,
        checks,
        early,
        catalogue=shown,
        owners=owners,
        scan_id=uuid.uuid4().hex,
        started_at=started_at,
        finished_at=max(started_at, datetime.now(UTC)),  # of clocks, one may be behind, or set back
        arguments=arguments,
        **_shown(options, outputs, started_at),
    )
    return assess(settled(built, options), shown, options, owners, inventory.accounts)


def _build(inventory: "Inventory", checks: tuple[Check, ...], early: "Early | None", **how: Any) -> "Report":
    """The report. Where temporary files have no room, its findings are kept beside the journal."""
    from scanner.evaluate.report import build_report

    # What was judged early was lost with the file that it was in.
    def build(folder: Path | None) -> "Report":
        return build_report(inventory, checks, early=None if folder else early, folder=folder, **how)

    return with_room(inventory, build)


def write_to(place: str | None, chunks: Iterable[bytes], profile: str | None = None) -> None:
    """What was made to its place, None for standard output. Raises NotWritten, InputError, BrokenPipeError."""
    if place is not None:
        write(place, partial(write_atomically, chunks=chunks), profile)
        return
    stream = sys.stdout.buffer
    # With PYTHONUNBUFFERED it writes as much of a chunk as is taken at once, which a signal may make less than all.
    buffer = os.fdopen(stream.fileno(), "wb", closefd=False) if isinstance(stream, io.RawIOBase) else stream
    try:
        buffer.writelines(chunks)
        buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotWritten(f"output: {error.strerror or error}") from error


def _attempt(*steps: Callable[[], object]) -> list[Exception]:
    """What went wrong, if anything did: what cannot be written, or a defect there, must not cost what else is."""
    try:
        for step in steps:
            step()
    except Exception as problem:
        return [problem]
    return []


def _together(problems: Sequence[Exception]) -> Exception:
    """One error for all of them. A defect keeps its traceback, and what is missing is named before who went away."""
    worst, *_ = sorted(problems, key=_weight)
    said = "; ".join(str(problem) for problem in problems if _weight(problem) == 1)
    return NotWritten(said) if isinstance(worst, NotWritten) else worst


def _weight(problem: Exception) -> int:
    """The lower, the more there is to say of it: a defect, a report that is missing, a text that nobody reads."""
    return 1 if isinstance(problem, InputError | CannotScan) else 2 if isinstance(problem, OSError) else 0


def evaluate_saved(paths: tuple[str, ...], options: Options) -> int:
    """Load saved inventories, judge them together, report; the exit code."""
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False, quiet=bool(options.get("quiet")))
    outputs = parse_options(options, inventories=paths)
    options = with_sources(read_files(options))
    inventory, checks, collectors = load_saved(paths)
    refuse_apart(options, inventory)
    options = with_earlier(options, inventory.taken_at, inventory.accounts)
    problems = save(inventory, options)
    chosen = prepared(inventory, select(checks, options), collectors, options)
    return report(inventory, chosen, options, outputs, inventory.taken_at, problems=problems)


def load_saved(paths: Sequence[str]) -> "tuple[Inventory, list[Check], dict[str, Collector]]":
    """Saved inventories as one, the checks of its clouds, and all collectors. Raises InputError."""
    from scanner.model.registry import kinds, load
    from scanner.store.merge import load_all

    _, collectors = load()
    with ExitStack() as files:
        inventory = load_all(
            [files.enter_context(reading(path)) for path in paths], kinds(collectors.values()), collectors=collectors
        )
    return inventory, _of(inventory.providers()), collectors


def save(inventory: "Inventory", options: Options) -> list[Exception]:
    """Save the inventory if that was asked for. Returns what went wrong: it must not cost the reports."""
    path, before = options.get("save_inventory"), inventory.digests
    problems = _attempt(partial(write, path, inventory.save, options.get("output_profile"))) if path else []
    if problems:
        inventory.digests = before
    return problems


def _shown(options: Options, outputs: tuple[Output, ...], taken_at: datetime) -> dict[str, Any]:
    """What the reports show, as `build_report` and `make_verdicts` want to know it."""
    return {
        "verdicts": parse_verdicts(options.get("verdicts") or "fail,unknown"),
        "frameworks": options["framework"],
        "prepare": preparation([output.format for output in outputs]),
        "trust": options.get("trust") or (),
        "suppressing": suppressing(options, taken_at),
        "earlier": options.get("earlier"),
        "sources": options.get("sources"),
    }
