"""The command line. With `scanner.cli.judging` the composition root: they bring engine, checks and reports together.

At the top, click and what a process begins and ends with are all that is imported: `--help` and `--version` must answer
at once, and no cloud SDK is imported before a scan of that cloud begins.
"""

from typing import Any

import click

from scanner import __version__
from scanner.cli.bom_commands import bom
from scanner.cli.card_commands import card, datasheet
from scanner.cli.catalogue_commands import explain, list_command
from scanner.cli.diff_command import diff
from scanner.cli.doctor_commands import doctor
from scanner.cli.evidence_commands import evidence
from scanner.cli.gate_commands import gate
from scanner.cli.grouped import Grouped, GroupedGroup, Sections
from scanner.cli.history_commands import history
from scanner.cli.init_command import init
from scanner.cli.lineage_command import lineage
from scanner.cli.options import common, scanning, spelled
from scanner.cli.permission_commands import permissions
from scanner.cli.process import run, verify_packages
from scanner.cli.report_commands import report
from scanner.cli.scan_lineage import scan_lineage
from scanner.cli.scan_mlflow import scan_mlflow
from scanner.cli.scan_run import go_on, merged, start
from scanner.cli.serve_command import serve
from scanner.cli.suppress_commands import suppress
from scanner.cli.systems_commands import systems
from scanner.cli.trend_command import trend
from scanner.cli.triage_commands import triage
from scanner.cli.upload_commands import upload
from scanner.cli.upload_security_hub import security_hub
from scanner.cli.upload_webhook import webhook
from scanner.collect.stops import STOPS


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mlposture")
@click.pass_context
def cli(ctx: click.Context, /) -> None:
    """Find the ML systems in your cloud accounts and judge how they are secured.

    Reads AWS, Google Cloud and Azure through read-only APIs. A verdict is given only on what was observed; what
    could not be read is reported as a gap, with the permission that would close it.

    \b
    See which credentials are found, and the role that a scan needs:
      mlposture doctor
      mlposture permissions aws --format terraform
    Scan the account of your current AWS credentials, all regions:
      mlposture scan aws
    Google Cloud, as SARIF for code scanning and a page for people:
      mlposture scan gcp --project ml-prod -o ml.sarif -o ml.html
    Several clouds, and MLflow, in one report:
      mlposture scan --config mlposture.toml
    Why a finding matters, and how to fix it:
      mlposture explain MLP-1001
    What is new since the last scan:
      mlposture scan aws --store sqlite:///history.db
    Go on with a scan that was stopped or killed:
      mlposture scan --resume
    Judge a saved inventory again, without a cloud:
      mlposture evaluate inventory.json
    """
    if ctx.invoked_subcommand != "scan":  # which has something to report
        STOPS.interrupt()


@cli.group(invoke_without_command=True, cls=GroupedGroup)
@click.option("--config", metavar="FILE", help="Scan every cloud that this TOML file, on disk or in a bucket, "
              "names, into one report.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with the last scan that was stopped or killed, as it was started; "
              "options given here count more, and --engine only counts if given here. --journal names another one: say "
              "again what is written where (-o, --save-inventory, --profile-run), and --engine.")  # fmt: skip
@common
@scanning
@click.pass_context
def scan(ctx: click.Context, /, config: str | None, resume: bool, **options: Any) -> None:
    """Scan one cloud or other source, or all that a configuration file names."""
    if ctx.invoked_subcommand is not None:
        given = [name for name, value in options.items() if value]
        if config is not None:
            raise click.UsageError(f"--config names the clouds itself; leave `{ctx.invoked_subcommand}` out", ctx)
        if resume:
            raise click.UsageError(f"--resume knows what was scanned; leave `{ctx.invoked_subcommand}` out", ctx)
        if given:
            raise click.UsageError(f"put {spelled(given[0])} after `{ctx.invoked_subcommand}`", ctx)
        return
    if resume:
        if config is not None:
            raise click.UsageError("--resume knows what was scanned; leave --config out", ctx)
        ctx.exit(go_on(options))
    if config is None:
        raise click.UsageError(
            "name what to scan (aws, gcp, azure, mlflow, lineage), a file (--config), or --resume", ctx
        )
    from scanner.cli.config import read_config
    from scanner.objects.transfer import reading

    with reading(config) as path:
        read = read_config(path)
    ctx.exit(start(read.providers(), merged(config, read, options)))


@scan.command("aws", cls=Grouped)
@click.option("--profile", metavar="P", help="A profile of your AWS configuration.")
@click.option("--role-arn", "role_arns", multiple=True, metavar="ARN", help="Assume this role and scan its account. "
              "Repeatable.")  # fmt: skip
@click.option(
    "--region", "regions", multiple=True, metavar="R", help="Only this region. Repeatable. Default: all enabled."
)
@click.option("--organization", is_flag=True, help="All active accounts of the organisation, through a role in each.")
@click.option("--organization-role", metavar="NAME", help="That role. Default: mlposture-reader.")
@common
@scanning
@click.pass_context
def scan_aws(ctx: click.Context, /, profile: str | None, role_arns: tuple[str, ...], regions: tuple[str, ...],
             organization: bool, organization_role: str | None, **options: Any) -> None:  # fmt: skip
    """Scan AWS: SageMaker, and the S3 buckets and IAM roles that its resources refer to.

    Uses the credentials that the AWS CLI would use. AWS_ENDPOINT_URL is honoured.
    """
    if organization_role is not None and not organization:
        raise click.UsageError("--organization-role goes with --organization", ctx)
    settings = {"profile": profile, "role_arns": role_arns, "regions": regions, "organization": organization}
    if organization_role is not None:
        settings["organization_role"] = organization_role
    ctx.exit(start({"aws": settings}, options))


@scan.command("gcp", cls=Grouped)
@click.option(
    "--project", "projects", multiple=True, metavar="P", help="Project id. Repeatable. Default: the configured one."
)
@click.option(
    "--location", "locations", multiple=True, metavar="L", help="Only this location. Repeatable. Default: all."
)
@click.option("--folder", "folders", multiple=True, metavar="F", help="All projects below this folder (its number). "
              "Repeatable.")  # fmt: skip
@click.option("--organization", "organizations", multiple=True, metavar="O", help="All projects of this organisation "
              "(its number). Repeatable.")  # fmt: skip
@common
@scanning
@click.pass_context
def scan_gcp(ctx: click.Context, /, projects: tuple[str, ...], locations: tuple[str, ...], folders: tuple[str, ...],
             organizations: tuple[str, ...], **options: Any) -> None:  # fmt: skip
    """Scan Google Cloud: Vertex AI and Workbench, and the buckets and service accounts that they use.

    Uses application default credentials. MLPOSTURE_GCP_ENDPOINT replaces the address of all Google APIs.
    """
    settings = {"projects": projects, "locations": locations, "folders": folders, "organizations": organizations}
    ctx.exit(start({"gcp": settings}, options))


@scan.command("azure", cls=Grouped)
@click.option(
    "--subscription",
    "subscriptions",
    multiple=True,
    metavar="S",
    help="Subscription id. Repeatable. Default: all that the credential sees.",
)
@click.option("--management-group", "management_groups", multiple=True, metavar="G", help="All subscriptions below "
              "this management group (its id). Repeatable.")  # fmt: skip
@common
@scanning
@click.pass_context
def scan_azure(ctx: click.Context, /, subscriptions: tuple[str, ...], management_groups: tuple[str, ...],
               **options: Any) -> None:  # fmt: skip
    """Scan Azure: Azure ML, Azure OpenAI and Foundry, and the storage accounts and identities that they use.

    Uses a client secret from the environment, else what the Azure CLI would use. MLPOSTURE_AZURE_ENDPOINT replaces the
    address of Resource Manager.
    """
    ctx.exit(start({"azure": {"subscriptions": subscriptions, "management_groups": management_groups}}, options))


@cli.command("evaluate", cls=Grouped)
@click.argument("inventory", metavar="INVENTORY")
@common
@click.pass_context
def evaluate_command(ctx: click.Context, /, inventory: str, **options: Any) -> None:
    """Judge a saved inventory (scan --save-inventory) as a scan would, with no cloud and no credentials.

    INVENTORY may be in a bucket, which takes credentials for that.
    """
    from scanner.cli.judging import evaluate_saved

    ctx.exit(evaluate_saved((inventory,), options))


@cli.command("merge", cls=Grouped)
@click.argument("inventories", metavar="INVENTORY...", nargs=-1, required=True)
@common
@click.option("--save-inventory", metavar="PATH", help="Keep what they hold together.")
@click.pass_context
def merge(ctx: click.Context, /, inventories: tuple[str, ...], **options: Any) -> None:
    """Judge several saved inventories together, such as those of all parts of a scan (--shard)."""
    from scanner.cli.judging import evaluate_saved

    ctx.exit(evaluate_saved(inventories, options))


cli.add_command(explain)
cli.add_command(list_command)
cli.add_command(diff)
cli.add_command(trend)
cli.add_command(evidence)
cli.add_command(gate)
cli.add_command(bom)
cli.add_command(lineage)
cli.add_command(card)
cli.add_command(datasheet)
cli.add_command(systems)
cli.add_command(report)
cli.add_command(upload)
cli.add_command(suppress)
cli.add_command(permissions)
cli.add_command(history)
cli.add_command(serve)
cli.add_command(doctor)
cli.add_command(init)
scan.add_command(scan_mlflow)
scan.add_command(scan_lineage)
systems.add_command(triage)
upload.add_command(security_hub)
upload.add_command(webhook)


def main() -> None:
    """Entry point of the `mlposture` command."""
    verify_packages()
    run(cli)


if __name__ == "__main__":
    main()
