"""`mlposture history`: what a store holds. What it needs is imported when it runs."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from scanner.cli.grouped import Commands
from scanner.cli.options import named

F = TypeVar("F", bound=Callable[..., Any])


def _store(function: F) -> F:
    return click.option(
        "--store", required=True, callback=named, metavar="URL", help="The history: sqlite:///PATH, "
        "postgresql://USER@HOST/DATABASE, or an address in a bucket (s3://BUCKET/PREFIX, gs://…, az://…).",
    )(function)  # fmt: skip


@click.group(cls=Commands)
def history() -> None:
    """Look at the history that `scan --store` and `evaluate --store` keep. Asks no cloud."""


@history.command("list")
@_store
def list_scans(store: str) -> None:
    """List the scans of a history, the oldest first, with what became of findings in each."""
    from scanner.cli.history_text import scans_as_text
    from scanner.history.store import open_store

    with open_store(store, make=False) as opened:
        for line in scans_as_text(opened.scans()):
            click.echo(line)


@history.command("verify")
@_store
@click.option("--digest", metavar="SHA256", help="A digest that an earlier `history verify` printed: it has to be in "
              "the chain still, so that nobody has cut off its end, or made it anew.")  # fmt: skip
@click.pass_context
def verify(ctx: click.Context, /, store: str, digest: str | None) -> None:
    """Say whether a history is as it was written: no scan is missing, and nothing in it was changed.

    The record of each scan has the SHA-256 of the one before and of what it found. Prints the last one: keep it
    elsewhere, and give it to --digest later. Says too whether the store itself keeps scans from being changed. Ends
    with 1 where something does not fit.
    """
    from scanner.cli.history_text import verified
    from scanner.history.store import open_store

    with open_store(store, make=False) as opened:
        ctx.exit(verified(opened, digest))
