"""`mlposture systems`: the manifest of AI systems, checked and drafted. What it needs is imported when it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from scanner.cli.grouped import Commands
from scanner.model.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.systems.graph import Graph

_DEFAULT = "ai-systems.yaml"


@click.group(cls=Commands)
def systems() -> None:
    """Declare AI systems, and see what belongs to them.

    A manifest, ai-systems.yaml, says which AI systems there are: who owns each, what it is for, how it is classified,
    and by which selectors its resources are found. Whoever claims an endpoint claims what it serves from: its model,
    artifacts, role and data, and the jobs that made them.

    \b
    Draft one from a scan, fill in what it marks with TODO, check it:
      mlposture scan aws --save-inventory inventory.json
      mlposture systems init --inventory inventory.json
      mlposture systems check --inventory inventory.json

    \b
    What the EU AI Act and others ask of one of them, as far as people have decided:
      mlposture systems triage fraud-scoring
    """


@systems.command("check")
@click.argument("file", metavar="[FILE]", default=_DEFAULT)
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="A saved inventory (scan "
              "--save-inventory): show which of its resources each system claims. Repeatable.")  # fmt: skip
@click.option("--details", is_flag=True, help="List every resource and how it is claimed, not the kinds alone.")
@click.pass_context
def check(ctx: click.Context, /, file: str, inventories: tuple[str, ...], details: bool) -> None:
    """Check a manifest: ./ai-systems.yaml, or FILE, on disk or in a bucket.

    Names all that is wrong in it, with line and column and what to do, and exits with 2; with 0 if nothing is.
    """
    from datetime import UTC, datetime

    from scanner.cli.process import say
    from scanner.cli.systems_text import assignment_text, summary
    from scanner.objects.transfer import reading
    from scanner.systems.assign import assign
    from scanner.systems.manifest import ManifestError, read_manifest

    try:
        with reading(file) as path:
            manifest, warnings = read_manifest(path, datetime.now(UTC).date(), file)
    except ManifestError as error:
        for line in error.lines:
            say(line)
        count = len(error.lines)
        say(f"{file}: {count} {'problem' if count == 1 else 'problems'}, and nothing was assigned")
        ctx.exit(Exit.USAGE)
    for warning in warnings:
        say(warning)
    click.echo(summary(file, manifest))
    if inventories:
        with uncollected():
            found = assign(manifest, graph_of(inventories))
        for warning in found.warnings:
            say(f"{file}: {warning}")
        click.echo(assignment_text(manifest, found, details=details))


@systems.command("init")
@click.option("--inventory", "inventories", multiple=True, required=True, metavar="FILE", help="A saved inventory "
              "(scan --save-inventory). Repeatable.")  # fmt: skip
@click.option("-o", "--output", default=_DEFAULT, show_default=True, metavar="FILE", help="Where to write the draft, "
              "on disk or in a bucket. '-' is stdout. A file that is there already is left alone.")  # fmt: skip
def init(inventories: tuple[str, ...], output: str) -> None:
    """Draft a manifest from what a scan saw: a system for each endpoint, and what its joins lead to.

    What only people can say is marked with TODO, and `mlposture systems check` asks for what cannot be left open. No
    tier is guessed: every system begins as unclassified.
    """
    from functools import partial

    from scanner.cli.config import check_place
    from scanner.cli.process import say
    from scanner.model.errors import InputError
    from scanner.objects.transfer import exists, write
    from scanner.store.files import write_atomically
    from scanner.systems.draft import draft

    if output != "-":
        check_place("-o", output)
        if exists(output):
            raise InputError(f"-o {output}: is there already, and may be yours; name another file, or - to print it")
    with uncollected():
        text = draft(graph_of(inventories))
    if output == "-":
        click.echo(text, nl=False)
        return
    write(output, partial(write_atomically, chunks=text.encode()))
    say(
        f"{output}: drafted; do what each TODO says, then run mlposture systems check {output}".replace(
            f" {_DEFAULT}", ""
        )
    )


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for cycles of garbage: of a million objects that are all kept, that takes a third of the time."""
    import gc

    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def graph_of(paths: "Sequence[str]") -> "Graph":
    """Saved inventories as one, and what joins their resources."""
    from scanner.cli.judging import load_saved
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.process import say
    from scanner.systems.graph import Graph

    log_to_stderr(verbose=False)
    inventory, _, collectors = load_saved(paths)
    if inventory.gaps or not all(listing.complete for listing in inventory.listings.values()):
        say("the inventory is incomplete: what could not be read belongs to no system here, and joins may be missing")
    return Graph(inventory, collectors)
