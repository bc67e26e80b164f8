"""`mlposture report`: pages for people, from saved inventories. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.grouped import Commands
from scanner.cli.options import named


@click.group(cls=Commands)
def report() -> None:
    """Write pages for people from saved inventories, with no cloud and no credentials."""


@report.command("board")
@click.option("--inventory", "inventories", multiple=True, required=True, metavar="FILE", help="A saved inventory "
              "(scan --save-inventory), on disk or in a bucket. Repeatable.")  # fmt: skip
@click.option("-o", "--output", required=True, metavar="PATH", help="Where to write the page, on disk or in a bucket. "
              "'-' is stdout.")  # fmt: skip
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, on disk or in a bucket. Default: "
              "./ai-systems.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="The day (2027-12-02) as of which duties apply and reviews are due. "
              "Default: the day of the scan.")  # fmt: skip
@click.option("--trust", metavar="FILE", help="What belongs to you or to a partner, as for a scan.")
@click.option("--suppressions", metavar="FILE", help="Failures that somebody answers for, as for a scan. Default: "
              "./mlposture-suppressions.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.option("--store", callback=named, metavar="URL", help="A history of scans (scan --store), which is only read: "
              "since when the worst paths are there, and for SOC 2 on how many days systems were seen.")  # fmt: skip
@click.option("--from", "from_day", metavar="DATE", help="With --store: the first day of that period. Default: that of "
              "the first scan.")  # fmt: skip
@click.option("--to", "to_day", metavar="DATE", help="With --store: its last day. Default: that of the last scan.")
def board(inventories: tuple[str, ...], output: str, **options: Any) -> None:
    """Write one page for a board: AI systems, how they stand, what is worst, what nobody answers for.

    It is HTML without scripts that asks for nothing, and one page when printed. It is evidence for people to judge.
    """
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.pages import write_board

    log_to_stderr(verbose=False)
    write_board(inventories, output, options)


@report.command("html")
@click.option("--inventory", "inventories", multiple=True, required=True, metavar="FILE", help="A saved inventory "
              "(scan --save-inventory), on disk or in a bucket. Repeatable.")  # fmt: skip
@click.option("-o", "--output", required=True, metavar="PATH", help="Where to write the page, on disk or in a bucket. "
              "'-' is stdout.")  # fmt: skip
@click.option("--store", callback=named, metavar="URL", help="A history (scan --store), which is only read: the page "
              "shows how it went until this inventory was taken.")  # fmt: skip
@click.option("--verdicts", metavar="LIST", help="Verdicts that become findings, as for a scan. Default: "
              "fail,unknown.")  # fmt: skip
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, on disk or in a bucket. Default: "
              "./ai-systems.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="The day (2027-12-02) as of which duties apply and suppressions count. "
              "Default: the day of the scan.")  # fmt: skip
@click.option("--trust", metavar="FILE", help="What belongs to you or to a partner, as for a scan.")
@click.option("--suppressions", metavar="FILE", help="Failures that somebody answers for, as for a scan. Default: "
              "./mlposture-suppressions.yaml, where there is one; none leaves it out.")  # fmt: skip
def html(inventories: tuple[str, ...], output: str, store: str | None, **options: Any) -> None:
    """Write the page of a scan, with a table to filter, from what it saved; with --store, with how it went before.

    Nothing is added to the history: that is for scan --store and evaluate --store.
    """
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.pages import write_html

    log_to_stderr(verbose=False)
    write_html(inventories, output, store, options)
