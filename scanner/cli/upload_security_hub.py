"""`mlposture upload security-hub`: sends findings to AWS Security Hub. What it needs is imported when it runs."""

from typing import TYPE_CHECKING

import click

from scanner.cli.options import named
from scanner.model.exits import Exit

if TYPE_CHECKING:
    from checks.aws.client.security_hub import Hubs
    from scanner.cli.asff_file import AsffFile

#: Findings that were not taken and are shown, of each destination.
_SHOWN = 10


@click.command("security-hub")
@click.option("--asff", "path", required=True, metavar="FILE", callback=named, help="Findings that -o asff:FILE wrote, "
              "on disk or in a bucket.")  # fmt: skip
@click.option("--profile", metavar="P", help="A profile of your AWS configuration.")
@click.option("--role-arn", "roles", multiple=True, metavar="ARN", help="Assume this role for its account, which takes "
              "findings of its own from itself alone. Repeatable.")  # fmt: skip
@click.option("--region", metavar="R", help="Send everything to Security Hub in this region. Default: that of each "
              "resource, and us-east-1 for what has none.")  # fmt: skip
@click.option("--account", metavar="A", help="The account of AWS that takes findings on Google Cloud and Azure.")
@click.pass_context
def security_hub(ctx: click.Context, /, path: str, profile: str | None, roles: tuple[str, ...],
                 region: str | None, account: str | None) -> None:  # fmt: skip
    """Send findings to AWS Security Hub, and archive there what a complete scan did not find any more.

    What may only not have been seen stays as it is. Suppressed findings are suppressed there, and opened again when
    their suppression ends. Takes securityhub:BatchImportFindings, GetFindings and BatchUpdateFindings.
    """
    from scanner.cli.asff_file import AsffFile
    from scanner.objects.transfer import reading

    with reading(path, profile) as local:
        ctx.exit(_upload(AsffFile(local, account, region), path, profile, roles))


def _upload(file: "AsffFile", path: str, profile: str | None, roles: tuple[str, ...]) -> Exit:
    from reports.asff import NOWHERE
    from scanner.cli.process import say
    from scanner.cli.security_hub import synchronise
    from scanner.model.errors import InputError

    if any(destination.account == NOWHERE for destination in file.destinations):
        raise InputError(f"{path}: has findings on Google Cloud or Azure; say with --account which account takes them")
    hubs = _hubs(profile, roles)
    if others := sorted({destination.account for destination in file.destinations} - hubs.accounts):
        more = "" if len(others) == 1 else f" and {len(others) - 1} more"
        raise InputError(
            f"{path}: has findings of account {others[0]}{more}, which takes them from itself alone; "
            f"the credentials are of {hubs.account}: give a role in it with --role-arn"
        )
    code = Exit.DONE
    for destination in file.destinations:
        hub = hubs.hub(destination.account, destination.region)
        outcome = synchronise(file, destination, hub)
        counted = f"{outcome.imported} findings sent, {outcome.archived} archived, {len(outcome.refused)} refused"
        click.echo(f"{hub.name}: {counted}")
        for one in outcome.refused[:_SHOWN]:
            say(f"{hub.name}: {one.id}: {one.code}: {one.message}")
        if outcome.refused:
            code = Exit.INCOMPLETE
    return code


def _hubs(profile: str | None, roles: tuple[str, ...]) -> "Hubs":
    """The Security Hubs that there are credentials for. Raises CannotScan where the SDK is not installed."""
    from scanner.model.errors import CannotScan, how_to_install

    try:
        from checks.aws.client.security_hub import Hubs
    except ImportError as error:
        if (error.name or "").startswith(("scanner", "checks")):
            raise
        raise CannotScan(f"the SDK of AWS is not installed ({error}); {how_to_install('aws')}") from error
    return Hubs(profile, roles)
