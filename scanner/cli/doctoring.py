"""What `mlposture doctor` finds out of each cloud, and how it says it."""

import importlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from reports.terminal_text import wrap
from scanner.calls.client import Calls, Manners
from scanner.cli.config import refuse_undecoded
from scanner.cli.role_writing import NAMES, plan_of
from scanner.collect.facade import connect
from scanner.collect.needed import needs_of
from scanner.collect.plan import Plan
from scanner.model.credentials import Held, Source
from scanner.model.errors import CannotScan
from scanner.model.exits import Exit
from scanner.model.needs import Need
from scanner.model.sanitize import clean, redact_wholly
from scanner.store.host import home

#: Regions that a scan goes to where none is named: those that every account of AWS has, and those that Vertex AI had
#: when this was written. Azure answers for all of them at once.
_REGIONS = {"aws": 17, "gcp": 38, "azure": 1}
#: Calls a second that a scan of one account comes to, waiting included.
_PACE = 20
#: Permissions that are named in a line; the command that prints all is named beside it.
_FEW = 5
#: Options that choose what a scan needs, which `mlposture permissions` has as well.
_CHOOSING = ("check", "skip_check", "min_severity", "framework", "read_documents")


class Examined(NamedTuple):
    """What was found of one cloud: lines to show, and how a scan would end."""

    lines: list[tuple[str, str]]
    code: Exit


def examine(clouds: Iterable[str], options: Mapping[str, Any], *, named: bool) -> Exit:
    """Print what is found of each cloud. Gives the worst exit code of those named, else of those with credentials."""
    refuse_undecoded(options)
    codes = []
    for cloud in dict.fromkeys(clouds):
        found = _examined(cloud, options)
        click.echo(NAMES[cloud])
        for label, text in found.lines:
            click.echo(_laid_out(label, clean(redact_wholly(text))))
        codes.append(found.code)
    if named:
        return next((code for code in (Exit.CANNOT_SCAN, Exit.INCOMPLETE) if code in codes), Exit.DONE)
    ready = [code for code in codes if code is not Exit.CANNOT_SCAN]
    return max(ready, default=Exit.CANNOT_SCAN)


def _laid_out(label: str, text: str) -> str:
    """A row: one line in a pipe, folded between words at a terminal."""
    first = f"  {label:<18} "
    if not sys.stdout.isatty():
        return first + text
    width = max(shutil.get_terminal_size().columns - len(first), 30)
    return first + f"\n{' ' * len(first)}".join(wrap(text, width))


def _examined(cloud: str, options: Mapping[str, Any]) -> Examined:
    plan = plan_of(cloud, {**options, "verify": False, "tags": False})
    needs = needs_of(cloud, plan)
    settings = _settings(cloud, options)
    places = importlib.import_module(f"checks.{cloud}.credential_sources")
    sources = places.sources(os.environ, home(), settings, metadata=options["metadata"])
    lines = [(source.name, ("found: " if source.found else "") + source.said) for source in sources]
    alike = " with the same options" if any(options[name] for name in _CHOOSING) else ""
    needed = ("needs", f"{len(needs)} permissions; `mlposture permissions {cloud}`{alike} prints them")
    if not any(source.found for source in sources):
        return Examined([*lines, ("credentials", "none found"), needed], Exit.CANNOT_SCAN)
    if options["offline"]:
        return Examined([*lines, ("credentials", "found, not tried"), needed, _rough(cloud, plan)], Exit.INCOMPLETE)
    if not options["metadata"] and _only_tools(cloud, sources):
        os.environ.update(places.WITHOUT_METADATA)
    try:
        who, held = _asked(cloud, settings, needs)
    except CannotScan as error:
        return Examined([*lines, ("credentials", f"cannot be used: {error}"), needed], Exit.CANNOT_SCAN)
    missing = list(_missing(cloud, held))
    code = Exit.DONE if held.lacking == () else Exit.INCOMPLETE
    return Examined([*lines, ("asks as", who), needed, *missing, _rough(cloud, plan)], code)


def _settings(cloud: str, options: Mapping[str, Any]) -> dict[str, Any]:
    given = {"aws": ("profile", "profile"), "gcp": ("projects", "project"), "azure": ("subscriptions", "subscription")}
    name, option = given[cloud]
    value = options[option]
    if cloud == "aws":
        return {name: value}
    return {name: (value,) if value else ()}


def _only_tools(cloud: str, sources: Sequence[Source]) -> bool:
    """Whether to keep the SDK from the metadata service. Azure's then asks tools of developers alone."""
    return cloud != "azure" or [source.name for source in sources if source.found] == ["az"]


def _asked(cloud: str, settings: Mapping[str, Any], needs: Sequence[Need]) -> tuple[str, Held]:
    """Who asks, and what is missing. Raises CannotScan where the credentials cannot be used."""
    calls = Calls(Manners(concurrency=4))
    provider = connect(cloud, settings, calls)
    try:
        held = importlib.import_module(f"checks.{cloud}.client.standing").held(provider, needs, settings)
        return provider.principal, held
    finally:
        provider.close()


def _missing(cloud: str, held: Held) -> Iterator[tuple[str, str]]:
    if held.lacking is None:
        yield (
            "missing",
            f"not known: {held.why}. A scan names it, and `mlposture permissions {cloud} --missing` prints it",
        )
        return
    where = f" in {held.place}"
    yield "missing", (f"{_named(held.lacking)}{where}" if held.lacking else f"nothing{where}")
    if held.unasked:
        yield "not asked about", f"{_named(held.unasked)}, which cannot be found out there"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _rough(cloud: str, plan: Plan) -> tuple[str, str]:
    """Calls of an account with nothing in it, and what comes to that with what there is. A guess, and said as one."""
    lists = [collector for collector in plan.collectors if not collector.follows and collector.opt_in is None]
    calls = sum(_REGIONS[cloud] if collector.per == "region" else 1 for collector in lists)
    most = max((len(collector.operations) for collector in plan.collectors), default=0)
    seconds = 2 + calls // _PACE
    return "a scan", (
        f"roughly {calls} calls and {seconds} s for an account with little in it, and up to {most} calls more for each "
        "resource; a guess"
    )
