"""`mlposture list` and `mlposture explain`: what there is to find, without a cloud. Imported when they run."""

import shutil
import sys

import click

#: Those of `scanner.model`, whose import `--help` need not pay for.
CLOUDS = ("aws", "gcp", "azure", "mlflow", "lineage")
SEVERITIES = ("critical", "high", "medium", "low", "informational")
_WIDTH = click.IntRange(min=40)


@click.command("list")
@click.argument("what", type=click.Choice(["checks", "kinds", "frameworks", "objectives"]))
@click.argument("words", metavar="[TEXT]...", nargs=-1)
@click.option(
    "--cloud", multiple=True, type=click.Choice(CLOUDS), help="Only of this cloud or other source. Repeatable."
)
@click.option(
    "--severity", multiple=True, type=click.Choice(SEVERITIES), help="Only checks of this severity. Repeatable."
)
@click.option("--kind", multiple=True, metavar="KIND", help="Only of this kind of resource, in full (aws.s3.Bucket) or "
              "by its last part. Repeatable.")  # fmt: skip
@click.option("--framework", multiple=True, metavar="ID", help="Only what controls of this framework ask for. "
              "Repeatable.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON, which has more of each.")
@click.option("--width", type=_WIDTH, metavar="N", help="Cut lines to so many columns. Default: those of the terminal; "
              "elsewhere nothing is cut.")  # fmt: skip
def list_command(
    what: str, words: tuple[str, ...], as_json: bool, width: int | None, **wanted: tuple[str, ...]
) -> None:
    """List the checks, the kinds of resources, the frameworks or the control objectives.

    Only those are shown that hold each TEXT: mlposture list checks bucket public --cloud aws --severity critical
    """
    from scanner.cli import catalogue_lists

    rows = catalogue_lists.listed(what, wanted, words)
    click.echo(catalogue_lists.as_json(rows) if as_json else catalogue_lists.as_table(what, rows, width or columns()))


@click.command("explain")
@click.argument("name", metavar="ID|SLUG|CONTROL")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--width", type=_WIDTH, metavar="N", help="Fold lines at so many columns. Default: those of the "
              "terminal, 110 at most.")  # fmt: skip
def explain(name: str, as_json: bool, width: int | None) -> None:
    """Explain a check (MLP-1001, or its slug), an objective or a control (CC6.6, or soc2:CC6.6)."""
    if as_json:
        from scanner.cli.catalogue_json import explained
        from scanner.cli.catalogue_lists import as_json as made

        click.echo(made(explained(name)))
        return
    from scanner.cli.catalogue_text import WIDTH, explanation

    click.echo(explanation(name, width or min(columns() or WIDTH, WIDTH)))


def columns() -> int | None:
    """The columns of the terminal; None where the output goes elsewhere."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns
