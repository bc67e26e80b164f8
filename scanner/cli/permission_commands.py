"""`mlposture permissions`: the role that a scan needs, or what one was refused."""

from typing import Any

import click

from scanner.cli.options import each_named

#: Those of providers with roles; `scanner.model.registry` has them too, which `--help` need not import.
CLOUDS = ("aws", "gcp", "azure")
#: Forms that `--format` takes, beside those of one cloud alone.
TEXT = "text"
FORMATS = (TEXT, "json", "terraform", "cloudformation", "gcloud", "az")


@click.command("permissions")
@click.argument("cloud", type=click.Choice(CLOUDS))
@click.option("--format", "form", type=click.Choice(FORMATS), default=TEXT, show_default=True, help="text: each "
              "permission and what it is for. JSON and terraform are there for each cloud, cloudformation for AWS, "
              "gcloud and az for theirs.")  # fmt: skip
@click.option("--check", multiple=True, metavar="ID|SLUG", help="Only what this check needs. Repeatable.")
@click.option("--skip-check", multiple=True, metavar="ID|SLUG", help="Leave this check out. Repeatable.")
@click.option("--min-severity", metavar="SEVERITY", help="Only what checks of at least this severity need.")
@click.option("--framework", multiple=True, metavar="ID", help="Only what checks of this framework need. Repeatable.")
@click.option("--verify", is_flag=True, help="Also what a scan with --verify needs.")
@click.option("--read-documents", is_flag=True, help="Also what a scan with --read-documents needs.")
@click.option("--tags", is_flag=True, help="Also what AI systems that are selected by tags need.")
@click.option("--causes", is_flag=True, help="Also what `mlposture diff --causes` needs to read logs of changes.")
@click.option("--organization", is_flag=True, help="For a scan of an organisation, a folder or a management group.")
@click.option("--required", is_flag=True, help="Leave out what only saves calls.")
@click.option("--missing", multiple=True, metavar="REPORT", callback=each_named, help="Instead: what a scan was "
              "refused, by its JSON report or saved inventory, on disk or in a bucket. Repeatable.")  # fmt: skip
@click.option("-o", "--output", default="-", show_default=True, metavar="FILE", help="Where to write it, on disk or in "
              "a bucket. '-' is stdout.")  # fmt: skip
@click.pass_context
def permissions(ctx: click.Context, /, cloud: str, **options: Any) -> None:
    """Print the read-only role that a scan needs, ready to be granted.

    No cloud is asked. All of it lists, describes and gets. With exactly this role a scan of all it can reach has no
    gaps. What is optional only saves calls. With --missing: one block with all that scans were refused.

    \b
      mlposture permissions aws
      mlposture permissions aws --format terraform -o mlposture-reader.tf
      mlposture permissions gcp --check MLP-2201 --format gcloud
      mlposture permissions azure --missing report.json --format az
    """
    if options["missing"]:
        names = (
            "check",
            "skip_check",
            "min_severity",
            "framework",
            "verify",
            "read_documents",
            "tags",
            "causes",
            "required",
        )
        given = next((name for name in names if options[name]), None)
        if given is not None:
            raise click.UsageError(f"--missing takes what the report says; leave --{given.replace('_', '-')} out", ctx)
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.role_writing import write_role

    log_to_stderr(verbose=False)
    write_role(cloud, options)
