"""`mlposture bom`: a bill of materials from saved inventories. What it needs is imported when it runs."""

from typing import Any

import click


@click.command("bom")
@click.argument("inventories", nargs=-1, required=True, metavar="INVENTORY...")
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, on disk or in a bucket. Default: "
              "./ai-systems.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.option("--system", metavar="NAME", help="Only what belongs to this system of the manifest. Default: all of the "
              "inventory.")  # fmt: skip
@click.option("-o", "--output", default="-", show_default=True, metavar="FILE", help="Where to write it, on disk or in "
              "a bucket. '-' is stdout.")  # fmt: skip
@click.option("--spec", type=click.Choice(["1.6", "1.7"]), default="1.6", show_default=True, help="The version of "
              "CycloneDX.")  # fmt: skip
@click.option("--elements", is_flag=True, help="Show instead which of the minimum elements of an SBOM for AI (G7) it "
              "has: present, partial, declared or missing. Markdown with -o FILE.md.")  # fmt: skip
def bom(inventories: tuple[str, ...], **options: Any) -> None:
    """Write a CycloneDX ML-BOM of saved inventories: what AI systems are made of.

    Models, data sets, containers, services, jobs and stores, and what depends on what, from what a scan saw (scan
    --save-inventory) and what you declare (mlposture systems). No cloud is asked. Each part says whether it was
    observed, is declared, or is only named by another and was not seen.

    \b
      mlposture bom inventory.json -o bom.cdx.json
      mlposture bom inventory.json --system fraud-scoring -o fraud.cdx.json
      mlposture bom inventory.json --system fraud-scoring --elements
    """
    from scanner.cli.bom_writing import write_bom
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    write_bom(inventories, options)
