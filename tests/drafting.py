"""Drafts of a card and of a data sheet, made of an inventory by hand."""

from __future__ import annotations

from functools import cache

from factories.aws import HERE, IMAGE, arn, job, model_card, packaged, packed, s3_source, single
from factories.aws import from_package as named
from support import NOW, inventory_of, registered

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Channel, TrainingOutput
from reports.cards.croissant import render_croissant
from reports.cards.cyclonedx_draft import render_cyclonedx
from reports.cards.huggingface_draft import render_huggingface
from reports.cards.markdown_card import render_sheet
from reports.cards.sagemaker_draft import render_sagemaker
from scanner.bom.bill import read_items
from scanner.cards.card import Card, Entry, Measure
from scanner.cards.card_draft import Draft
from scanner.cli.card_facts import Saved, card_draft, sheet_draft
from scanner.cli.card_writing import sheet_sections
from scanner.model.nouns import Resource
from scanner.systems.graph import Graph

PACKAGE = arn("model-package", "sentiment/3")
ARTIFACT = "s3://northwind-example-models/sentiment/output/model.tar.gz"
DATA = "s3://northwind-example-data/tickets/"
CARD = Card(
    format="sagemaker",
    models=(PACKAGE,),
    entries={"MC-2.1": Entry(state="filled", where="intended_uses")},
    measures=(Measure(name="f1", value=0.91), Measure(name="verdict", value=None)),
)


def saved(*resources: Resource) -> Saved:
    """What a saved inventory of these would be."""
    inventory, collectors = inventory_of(*resources), registered()[1]
    graph = Graph(inventory, collectors)
    return Saved(inventory, collectors, read_items(inventory, graph, collectors))


@cache
def organisation(name: str = "sentiment/3") -> Saved:
    """A package, a model made from it, the job that wrote its artifact, the data it read, and a card."""
    return saved(
        packaged(
            packed(IMAGE, model_data_url=ARTIFACT), name=name, version=3, creation_time=NOW, approval_status="Approved"
        ),
        single(named(name)),
        job(
            inputs=(Channel(channel_name="train", data_source=s3_source(DATA)),),
            output=TrainingOutput(s3_output_path="s3://northwind-example-models/sentiment/"),
        ),
        Bucket(id="arn:aws:s3:::northwind-example-data", name="northwind-example-data", scope=HERE, versioning=None),
        model_card(status="Draft", card=CARD),
    )


def card() -> Draft:
    return card_draft(organisation(), "sentiment/3")


def sheet() -> Draft:
    return sheet_draft(organisation(), DATA, sheet_sections())


#: Each format with the ending of its file.
CARDS = {"README.md": render_huggingface, "card.json": render_sagemaker, "card.cdx.json": render_cyclonedx}
SHEETS = {"datasheet.md": render_sheet, "croissant.json": render_croissant}
HOSTILE = 'x"]`|<b>\n---\n# No *heading* \u202e{{ 7*7 }}: "'


def hostile_card() -> Draft:
    """A model whose name is markup of each format."""
    odd = packaged(packed(IMAGE, model_data_url=f"s3://northwind-example-models/{HOSTILE}"), name=HOSTILE, version=3)
    return card_draft(saved(odd), odd.id)


def hostile_sheet() -> Draft:
    """A data set of such a name."""
    read = job(inputs=(Channel(channel_name="train", data_source=s3_source(f"s3://data/{HOSTILE}")),))
    return sheet_draft(saved(read), f"s3://data/{HOSTILE}", sheet_sections())


def written() -> dict[str, str]:
    """Every draft in every format, by the name of its file."""
    made = {name: render(card()) for name, render in CARDS.items()}
    made |= {name: render(sheet()) for name, render in SHEETS.items()}
    made |= {f"hostile-{name}": render(hostile_card()) for name, render in CARDS.items()}
    return made | {f"hostile-{name}": render(hostile_sheet()) for name, render in SHEETS.items()}
