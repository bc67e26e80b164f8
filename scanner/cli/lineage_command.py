"""`mlposture lineage`: events and inventories to one graph, as OpenLineage events or drawn. Asks nobody."""

from typing import Any

import click


@click.command("lineage")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="A saved inventory, on disk or in a "
              "bucket: what clouds state of jobs, models and endpoints, and runs of lineage. Repeatable.")  # fmt: skip
@click.option("--around", multiple=True, metavar="NAME", help="Draw what is around the data set, job or endpoint of "
              "this name. Repeatable. Default: around all models and endpoints.")  # fmt: skip
@click.option("-o", "--output", default="-", show_default=True, metavar="FILE", help="Where to write it, on disk or in "
              "a bucket: .ndjson for OpenLineage events, a line each, or .svg. '-' is events to stdout.")  # fmt: skip
@click.pass_context
def lineage(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Join OpenLineage events and inventories to one graph: data set, job, model, endpoint.

    A PATH is a file or folder of events, as for `scan lineage`. Events of one run are joined, those that came twice are
    written once, and nothing in them is lost. What only might be the same data is drawn dotted. Where something could
    not be read, the command ends with 4.

    \b
      mlposture lineage events/ -o merged.ndjson
      mlposture lineage events/ --inventory inventory.json -o lineage.svg
    """
    from scanner.cli.lineage_writing import write_lineage
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    ctx.exit(write_lineage(paths, options))
