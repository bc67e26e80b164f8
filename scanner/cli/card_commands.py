"""`mlposture card` and `mlposture datasheet`: drafts from saved inventories. What they need is imported when run."""

from typing import Any

import click

_INVENTORY = click.option("--inventory", "inventories", multiple=True, required=True, metavar="FILE", help="A saved "
                          "inventory (scan --save-inventory), on disk or in a bucket. Repeatable.")  # fmt: skip
_OUTPUT = click.option("-o", "--output", default="-", show_default=True, metavar="FILE", help="Where to write it, on "
                       "disk or in a bucket. '-' is stdout.")  # fmt: skip


@click.command("card")
@click.argument("model", metavar="MODEL")
@_INVENTORY
@click.option("--format", "how", type=click.Choice(["hf", "sagemaker", "cyclonedx"]), default="hf", show_default=True,
              help="A README for Hugging Face, JSON for SageMaker, or a CycloneDX bill of one model.")  # fmt: skip
@_OUTPUT
def card(model: str, inventories: tuple[str, ...], how: str, output: str) -> None:
    """Draft a model card of MODEL, by its id or name, from what a scan saw. No cloud is asked.

    It has the 30 items of model cards. What was observed, inferred from a join or recorded by people is said as such,
    and all else is marked as open, for people to answer.

    \b
      mlposture card sentiment/3 --inventory inventory.json -o README.md
      mlposture card sentiment/3 --inventory inventory.json --format sagemaker -o card.json
    """
    from scanner.cli.card_writing import write_card

    _write(write_card, model, inventories, how, output)


@click.command("datasheet")
@click.argument("dataset", metavar="[DATASET]", required=False)
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="A saved inventory "
              "(scan --save-inventory), on disk or in a bucket. Repeatable.")  # fmt: skip
@click.option("--from", "sheet", metavar="FILE", help="Instead of drafting one, show which questions a data sheet "
              "leaves open: Croissant, a dataset card or Markdown.")  # fmt: skip
@click.option("--format", "how", type=click.Choice(["markdown", "croissant"]), default=None,
              help="The questions as Markdown, or metadata as Croissant (JSON-LD).  [default: markdown]")  # fmt: skip
@_OUTPUT
def datasheet(
    dataset: str | None, inventories: tuple[str, ...], sheet: str | None, how: str | None, output: str
) -> None:
    """Draft a data sheet of DATASET, by its address, id or name, from what a scan saw. No cloud is asked.

    A data set is an address that a job reads, a bucket, a feature group of SageMaker, a dataset of Vertex AI, or a
    version of a data asset of Azure ML. The 57 questions of data sheets are answered as far as something was seen, and
    all else is marked as open, for people to answer.

    With --from a data sheet that there is, such as a croissant.json or the README of a data set, is read instead, and
    the questions that it answers and leaves open are listed. No text of it is shown.

    \b
      mlposture datasheet s3://my-bucket/train/ --inventory inventory.json -o datasheet.md
      mlposture datasheet --from datasheet.md
    """
    from scanner.cli.card_writing import write_sheet
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.sheet_reading import show_open

    if sheet is not None:
        if how:
            raise click.UsageError("--format is of drafts; leave it out with --from")
        log_to_stderr(verbose=False)
        show_open(sheet, dataset, inventories, output)
        return
    if dataset is None or not inventories:
        raise click.UsageError("name a DATASET and its --inventory, or a data sheet with --from")
    _write(write_sheet, dataset, inventories, how or "markdown", output)


def _write(write: Any, name: str, inventories: tuple[str, ...], how: str, output: str) -> None:
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    write(name, inventories, how, output)
