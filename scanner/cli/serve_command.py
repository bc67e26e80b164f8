"""`mlposture serve`: pages over a report or a history. What it needs is imported when it runs."""

from pathlib import Path

import click

from scanner.cli.options import named


@click.command("serve")
@click.argument("report", metavar="[REPORT]", required=False, callback=named)
@click.option("--store", callback=named, metavar="URL", help="A history (scan --store) instead of a report: what the "
              "last scan of each account says, and all scans there are. It is opened read-only.")  # fmt: skip
@click.option("--dossiers", callback=named, metavar="DIR", help="A folder with dossiers (mlposture evidence), whose "
              "pages are listed and shown.")  # fmt: skip
@click.option("--host", callback=named, metavar="ADDRESS", help="An address of this machine alone: 127.0.0.1 (the "
              "default), ::1 or localhost. Any other is refused.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="Default: 8765; 0 for any that is "
              "free.")  # fmt: skip
@click.option("--socket", callback=named, metavar="PATH", help="A Unix socket that only you may open, instead of a "
              "port.")  # fmt: skip
def serve(
    report: str | None, store: str | None, dossiers: str | None, host: str | None, port: int | None, socket: str | None
) -> None:
    """Show a JSON report, or a history of scans, as pages on this machine: to be filtered, paged and looked at.

    REPORT is on disk or in a bucket, and holds what -o report.json wrote. It, and the history, are read once, at the
    start, and never changed: start it again to see what is newer. Nothing can be changed in the pages. Ctrl-C ends it.

    Every user of this machine can reach a port of it. Where others have a login, use --socket: only you may open it,
    and `ssh -L 8765:/run/user/1000/mlposture.sock HOST` brings it to a browser elsewhere.

    \b
    The report of the last scan:
      mlposture serve report.json
    A history, with the dossiers made from it, on any free port:
      mlposture serve --store sqlite:///history.db --dossiers dossiers --port 0
    Where others use the machine, too:
      mlposture serve report.json --socket /run/user/1000/mlposture.sock
    """
    from scanner.cli.serving import Where, run_serve

    if (report is None) == (store is None):
        raise click.UsageError("name what to show: a REPORT, or a history with --store")
    if socket is not None and (host is not None or port is not None):
        raise click.UsageError("--socket takes the place of --host and --port; leave these out")
    where = Where(host or "127.0.0.1", 8765 if port is None else port, Path(socket) if socket else None)
    run_serve(report, store, Path(dossiers) if dossiers else None, where)
