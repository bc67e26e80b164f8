"""`mlposture scan lineage`: OpenLineage events, from files or from a server of lineage."""

from typing import Any

import click

from scanner.cli.grouped import Grouped
from scanner.cli.options import common, scanning
from scanner.cli.scan_run import start


@click.command("lineage", cls=Grouped)
@click.argument("places", metavar="[PATH|URL]...", nargs=-1)
@common
@scanning
@click.pass_context
def scan_lineage(ctx: click.Context, /, places: tuple[str, ...], **options: Any) -> None:
    """Scan OpenLineage events: which jobs read which data and made which models.

    A PATH is a file or a folder of events in JSON (lines, arrays, single ones, .gz of each), a URL the address of a
    server that speaks the HTTP API of Marquez. Without any, OPENLINEAGE_URL names one. OPENLINEAGE_API_KEY is sent to
    these addresses alone, over https unless it is this machine.
    """
    ctx.exit(start({"lineage": {"places": places}}, options))
