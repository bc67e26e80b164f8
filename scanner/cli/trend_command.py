"""`mlposture trend`: how a history went. What it needs is imported when it runs."""

import click

from scanner.cli.options import named


@click.command("trend")
@click.option("--store", required=True, callback=named, metavar="URL", help="The history (scan --store).")
@click.option("--last", type=click.IntRange(min=1), default=30, show_default=True, metavar="N", help="Show so many of "
              "the last scans. How long failures stayed is over all.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON, which has more of each scan.")
@click.option("--width", type=click.IntRange(min=40), metavar="N", help="Fold tables at so many columns. Default: "
              "those of the terminal; elsewhere nothing is folded.")  # fmt: skip
def trend(store: str, last: int, as_json: bool, width: int | None) -> None:
    """Say how a history went: failures by severity, posture with its bounds, coverage, time to fix, by AI system.

    \b
    The last thirty nights:
      mlposture trend --store sqlite:///history.db
    For a chart of your own:
      mlposture trend --store sqlite:///history.db --last 365 --json
    """
    from scanner.cli.catalogue_commands import columns
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.trend_running import run_trend

    log_to_stderr(verbose=False)
    run_trend(store, last, as_json=as_json, width=width or columns())
