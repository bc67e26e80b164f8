"""`mlposture init`: a configuration from flags or a few questions. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.permission_commands import CLOUDS

#: Where a configuration is written unless it is said.
DEFAULT = "mlposture.toml"


@click.command("init")
@click.option("--cloud", "clouds", multiple=True, type=click.Choice(CLOUDS), help="Scan this cloud. Repeatable.")
@click.option("--profile", metavar="P", help="AWS: a profile of your configuration.")
@click.option("--region", "regions", multiple=True, metavar="R", help="AWS: only this region. Repeatable.")
@click.option("--organization", is_flag=True, help="AWS: all accounts of the organisation, through a role in each.")
@click.option("--project", "projects", multiple=True, metavar="P", help="Google Cloud: this project. Repeatable.")
@click.option("--subscription", "subscriptions", multiple=True, metavar="S", help="Azure: only this subscription. "
              "Repeatable.")  # fmt: skip
@click.option("--report", "reports", multiple=True, metavar="PATH", help="Write a report there, on disk or in a "
              "bucket; the format follows from the suffix. Repeatable.")  # fmt: skip
@click.option("--fail-on", metavar="SEVERITY", help="Exit with 1 on a failure of at least this severity, or never.")
@click.option("-o", "--output", default=DEFAULT, show_default=True, metavar="FILE", help="Where to write it, on disk "
              "or in a bucket. '-' is stdout. A file that is there already is left alone.")  # fmt: skip
def init(output: str, **options: Any) -> None:
    """Write a configuration for `mlposture scan --config`.

    What is asked at a terminal can be given by options, and without a terminal nothing is asked. No cloud is, ever.

    \b
      mlposture init
      mlposture init --cloud aws --profile security-audit --report mlposture.html
      mlposture init --cloud gcp --project example-ml --cloud azure -o clouds.toml
    """
    from scanner.cli.init_writing import write_config
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    write_config(output, options)
