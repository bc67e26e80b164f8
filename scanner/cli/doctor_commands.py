"""`mlposture doctor`: what a scan would begin with. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.permission_commands import CLOUDS


@click.command("doctor")
@click.argument("clouds", metavar="[CLOUD]...", nargs=-1, type=click.Choice(CLOUDS))
@click.option("--profile", metavar="P", help="A profile of your AWS configuration.")
@click.option("--project", metavar="P", help="The project of Google Cloud to ask about. Default: the configured one.")
@click.option("--subscription", metavar="S", help="The subscription of Azure to ask about. Default: the first.")
@click.option("--check", multiple=True, metavar="ID|SLUG", help="Only what this check needs. Repeatable.")
@click.option("--skip-check", multiple=True, metavar="ID|SLUG", help="Leave this check out. Repeatable.")
@click.option("--min-severity", metavar="SEVERITY", help="Only what checks of at least this severity need.")
@click.option("--framework", multiple=True, metavar="ID", help="Only what checks of this framework need. Repeatable.")
@click.option("--read-documents", is_flag=True, help="Also what a scan with --read-documents needs.")
@click.option("--metadata", is_flag=True, help="Also ask the metadata service of this machine for credentials.")
@click.option("--offline", is_flag=True, help="Ask nobody: only look where credentials may come from.")
@click.pass_context
def doctor(ctx: click.Context, /, clouds: tuple[str, ...], **options: Any) -> None:
    """Say which credentials are found and why others are not, what a scan needs, and what is missing.

    Where credentials are found, it finds out who asks and what is missing there: by one call to AWS' policy simulator,
    to testIamPermissions of Google Cloud, or to Azure's list of what is permitted. Nothing is written, and no secret is
    shown. Without CLOUD, all three.

    Ends with 0 where nothing is missing of what could be asked about, with 4 where something is or nobody could say,
    and with 3 where a scan could not begin.

    \b
      mlposture doctor
      mlposture doctor aws --profile security-audit
      mlposture doctor gcp --project example-ml --check MLP-2201
    """
    from scanner.cli.doctoring import examine
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False, quiet=True)
    ctx.exit(examine(clouds or CLOUDS, options, named=bool(clouds)))
