"""`mlposture upload webhook`: tells how a scan went. What it needs is imported when it runs."""

import click

from scanner.cli.options import named


@click.command("webhook")
@click.option("--report", required=True, metavar="FILE", callback=named, help="The JSON report of a scan, on disk or "
              "in a bucket.")  # fmt: skip
@click.option("--url", metavar="URL", callback=named, help="Where to send it (https). Default: the address in "
              "MLPOSTURE_NOTIFY_URL.")  # fmt: skip
@click.option("--counts", is_flag=True, help="Leave out what names anything that was scanned.")
def webhook(report: str, url: str | None, counts: bool) -> None:
    """Tell a webhook how a scan went: one line, and the counts, as --notify does at the end of a scan.

    For whoever uploads findings between a scan and its message. Signed with the key in MLPOSTURE_NOTIFY_KEY. Exits with
    2 where it was refused, with 3 where nobody took it.
    """
    from scanner.cli.notifying import notify_of

    notify_of(report, {"url": url, "counts": counts})
