"""`mlposture systems triage`: the risk triage of an AI system. What it needs is imported when it runs."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.options import named
from scanner.model.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.systems.manifest import Manifest, System
    from scanner.systems.triage import Triage
    from scanner.systems.triage_answers import Answers
    from scanner.systems.triage_hints import Hint

_DEFAULT = "ai-systems.yaml"


@click.command("triage")
@click.argument("name", metavar="NAME")
@click.option("--systems", "file", default=_DEFAULT, show_default=True, metavar="FILE", help="Your manifest of AI "
              "systems, on disk or in a bucket. What somebody signed there counts as an answer.")  # fmt: skip
@click.option("--answers", "given", metavar="FILE", callback=named,
              help="Read the answers here, on disk or in a bucket, and ask "
              "nothing: for CI. Exits with 4, and names it, where one is missing.")  # fmt: skip
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="A saved inventory (scan "
              "--save-inventory): show what may bear on a question. It answers none. Repeatable.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="The day (2027-12-02) of the result: which reviews have passed by "
              "then, and which decisions are later. Default: today.")  # fmt: skip
@click.option("--worksheet", metavar="FILE", help="Write the questions to be printed, with the answers so far, and "
              "ask nothing: a page (.html) or Markdown (.md), on disk or in a bucket.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what the answers lead to as JSON, and ask nothing.")
@click.pass_context
def triage(
    ctx: click.Context,
    /,
    name: str,
    file: str,
    given: str | None,
    inventories: tuple[str, ...],
    as_of: str | None,
    worksheet: str | None,
    as_json: bool,
) -> None:
    """Go through the risk triage of the AI system NAME: what applies to it, and who decided that.

    Prohibited practices, the routes to high risk of the EU AI Act with their exceptions, roles, days, openness towards
    people and general-purpose models; then the impact assessment of ISO/IEC 42001 and the categories of SOC 2. The
    result is what the recorded answers lead to. What nobody has decided, a person must decide.

    At a terminal it asks what is not answered yet. Each answer is kept at once in ./triage-NAME.yaml, so that you can
    stop and go on another day. Exits with 0 if every question that is asked has an answer, be it unknown; with 4 else.

    \b
      mlposture systems triage fraud-scoring
      mlposture systems triage fraud-scoring --worksheet fraud-scoring.html
      mlposture systems triage fraud-scoring --answers triage-fraud-scoring.yaml
    """
    from scanner.cli.declared import as_of as day_of
    from scanner.cli.process import say
    from scanner.cli.triage_text import missing_text, result_text, title
    from scanner.systems.triage_questions import load_questions

    now = datetime.now(UTC)
    day = day_of({"as_of": as_of}, now)
    if worksheet is not None:
        _check_worksheet(worksheet)
    manifest, system = _declared(file, name, now.date())
    shown = _hints(inventories, manifest, system)
    answers = recorded_answers(given, name, now.date())
    found = _triage(manifest, system, answers, day, shown)
    if worksheet is not None:
        _write_worksheet(worksheet, found, system)
        say(f"{worksheet}: written")
        return
    if given is None and not as_json and found.missing and sys.stdin.isatty():
        from scanner.cli.triage_asking import Asking

        click.echo(title(found))
        asking = Asking(_path(name), now.date())
        while asking.step(found):
            found = _triage(manifest, system, recorded_answers(None, name, now.date()), day, shown)
    if as_json:
        from reports.triage_json import document

        click.echo(document(found))
    else:
        click.echo(result_text(found, load_questions()))
    if found.missing:
        say(missing_text(found, given or _path(name).name))
        ctx.exit(Exit.INCOMPLETE)


def _path(name: str) -> Path:
    """Where the answers about a system are kept."""
    return Path(f"triage-{name}.yaml")


def _declared(file: str, name: str, today: date) -> "tuple[Manifest, System]":
    """The manifest, and the system of this name in it. Raises InputError."""
    from scanner.model.errors import InputError
    from scanner.model.selection import guess
    from scanner.model.yaml_text import brief
    from scanner.objects.transfer import reading
    from scanner.systems.manifest import read_manifest

    with reading(file) as path:
        manifest = read_manifest(path, today, file, lapse=True).manifest
    systems = {system.id: system for system in manifest.systems}
    if name not in systems:
        advice = guess(name, systems, f"there are {', '.join(systems)}")
        raise InputError(f"{file}: no system is called {brief(name)!r}; {advice}")
    return manifest, systems[name]


def recorded_answers(given: str | None, name: str, today: date) -> "Answers | None":
    """The answers of the file that was named, else of the one where they are kept, if it is there."""
    from scanner.objects.transfer import reading
    from scanner.systems.triage_answers import read_answers
    from scanner.systems.triage_questions import load_questions

    if given is None and not _path(name).exists():
        return None
    with reading(given or str(_path(name))) as path:
        return read_answers(path, load_questions(), name, today, given or _path(name).name)


def _hints(inventories: "Sequence[str]", manifest: "Manifest", system: "System") -> "Mapping[str, Hint]":
    if not inventories:
        return {}
    from scanner.cli.systems_commands import graph_of, uncollected
    from scanner.systems.triage_hints import hints
    from scanner.systems.triage_questions import load_questions

    with uncollected():
        return hints(load_questions(), manifest, system, graph_of(inventories))


def _triage(
    manifest: "Manifest", system: "System", answers: "Answers | None", day: date, shown: "Mapping[str, Hint]"
) -> "Triage":
    from scanner.systems.triage import triage as go_through
    from scanner.systems.triage_questions import load_questions

    return go_through(load_questions(), manifest, system, answers, day, shown)


def _check_worksheet(file: str) -> None:
    """Raise InputError for a worksheet that cannot be written."""
    from reports.triage_worksheet import FORMATS
    from scanner.cli.config import check_place
    from scanner.model.errors import InputError

    if not file.endswith(tuple(FORMATS)):
        raise InputError(f"--worksheet {file}: name a file that ends in {' or '.join(FORMATS)}")
    check_place("--worksheet", file)


def _write_worksheet(file: str, found: "Triage", system: "System") -> None:
    from functools import partial

    from reports.triage_worksheet import FORMATS
    from scanner.objects.transfer import write
    from scanner.store.files import write_atomically
    from scanner.systems.triage_questions import load_questions
    from scanner.systems.triage_sheet import worksheet

    rendered = next(render for ending, render in FORMATS.items() if file.endswith(ending))
    write(file, partial(write_atomically, chunks=rendered(worksheet(load_questions(), found, system))))
