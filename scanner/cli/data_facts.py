"""What is written of data sets where registries and catalogues have them. No text of that is kept, only whether it says
something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from scanner.bom.items import Fact, Item
from scanner.cards.card_draft import Statement
from scanner.cards.sheet import Sheet, answers_of
from scanner.cards.sheet_files import folders_beside
from scanner.systems.texts import location

if TYPE_CHECKING:
    from scanner.model.collectors import Collector
    from scanner.store.inventory import Inventory

#: Data sets that a bill of materials does not have, with the jobs that read them and the field that names these there.
_REGISTERED = {
    "gcp.vertex_ai.Dataset": ("gcp.vertex_ai.TrainingPipeline", "dataset"),
    "azure.machine_learning.DataVersion": ("azure.machine_learning.Job", "data"),
}
#: The field that says where such a data set lies: one address or several.
_ADDRESS = {"gcp.vertex_ai.Dataset": "sources", "azure.machine_learning.DataVersion": "data_uri"}
#: Folders of data with the files beside it, and what their addresses begin with.
_FOLDERS = {"aws.s3.DataFolder": "s3://", "gcp.storage.DataFolder": "gs://"}
_BIGQUERY = "gcp.bigquery.Table"
_TABLE, _GROUP = "aws.glue.Table", "aws.sagemaker.FeatureGroup"


def described_data(inventory: Inventory, collectors: Mapping[str, Collector]) -> Iterator[Item]:
    """The data sets of registries that jobs read which made what serves, with whether somebody described each."""
    for kind in _REGISTERED:
        for found in _all(inventory, collectors, kind):
            said = found["description"]
            yield Item(
                ref=found["id"],
                role="dataset",
                name=found["name"],
                basis="observed",
                kind=kind,
                title=collectors[kind].kind.title,
                scope=found["scope"],
                version=found["id"].rpartition("/versions/")[2] if "/versions/" in found["id"] else "",
                facts=(
                    *(Fact("setting", "address", one) for one in _texts(found[_ADDRESS[kind]])),
                    *(Fact("setting", "description", one) for one in _texts(said)),
                ),
            )


def _texts(value: Any) -> tuple[str, ...]:
    """A text, or several, as several; what was not observed is none."""
    found = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    return tuple(one for one in found if one)


def is_id(ref: str, name: str) -> bool:
    """Whether a name is an id, as people write it: in Azure in any capitals, in Google Cloud without the service."""
    if ref.startswith("/subscriptions/"):
        return name.lower() == ref
    return name == ref or (ref.startswith("//") and name == ref[2:].partition("/")[2])


def readers_of(inventory: Inventory, collectors: Mapping[str, Collector], item: Item) -> Iterator[str]:
    """The jobs that read a data set of a registry."""
    kind, field = _REGISTERED.get(item.kind, ("", ""))
    for job in _all(inventory, collectors, kind):
        named = job[field]
        if item.ref == named or (isinstance(named, tuple) and item.ref in named):
            yield job["id"]


def written_over(inventory: Inventory, collectors: Mapping[str, Collector], url: str) -> Iterator[Statement]:
    """The tables and feature groups over data in S3, and how far each is described."""
    for table in _all(inventory, collectors, _TABLE):
        if _is_over(table["location"], url):
            yield Statement("recorded", "table over it", table["id"])
            yield Statement("recorded", "description of the table", str(table["description"]))
            commented = f"{table['described_columns']} of {table['columns']}"
            yield Statement("recorded", "columns of it with a comment", commented)
    for group in _all(inventory, collectors, _GROUP):
        if _is_over(getattr(group["offline_storage"], "resolved_output_s3_uri", None), url):
            yield Statement("recorded", "feature group over it", group["id"])
            yield Statement("recorded", "description of the feature group", str(group["description"]))


def answered(
    inventory: Inventory, collectors: Mapping[str, Collector], addresses: Sequence[str]
) -> Iterator[tuple[str, Statement]]:
    """Which questions files beside data answer, and entries of its tables in a catalogue, with where each does."""
    for kind, scheme in _FOLDERS.items():
        beside = {f"{scheme}{one}" for address in addresses for one in _folders(address, scheme)}
        for folder in _all(inventory, collectors, kind):
            address = f"{scheme}{folder['name']}"
            for file in folder["documents"] or () if address in beside else ():
                yield from _answers(f"{address}/{file.name}", file.sheet)
    for table in _all(inventory, collectors, _BIGQUERY):
        if any(_is_table(table["id"], address) for address in addresses):
            yield from _answers(table["id"], table["catalog"])


def of_tables(
    inventory: Inventory, collectors: Mapping[str, Collector], addresses: Sequence[str]
) -> Iterator[Statement]:
    """The tables of BigQuery that addresses name, and how far each is described."""
    for table in _all(inventory, collectors, _BIGQUERY):
        if any(_is_table(table["id"], address) for address in addresses):
            yield Statement("recorded", "description of its table", f"{table['id']}: {table['description']}")


def _folders(address: str, scheme: str) -> tuple[str, ...]:
    """Where files beside data may lie, if it is in a store of that scheme: `s3a://` is S3, too."""
    place = location(address) if address.startswith(scheme[:2]) else ""
    return folders_beside(place) if place else ()


def _answers(place: str, sheet: Any) -> Iterator[tuple[str, Statement]]:
    if isinstance(sheet, Sheet):
        for id in answers_of(sheet).filled:
            where = (sheet.entries or {})[id].where
            yield id, Statement("recorded", f"answered in {place}", where or "its text")


def _is_table(id: str, address: str) -> bool:
    """Whether `bq://project.dataset.table` is the table with this id."""
    steps = id.partition("#")[0].split("/")[3:]
    return address == f"bq://{'.'.join(steps[1::2])}"


def _is_over(above: Any, url: str) -> bool:
    """Whether a place is that of a data set, or a folder above it."""
    place, over = location(url).rstrip("/"), location(above).rstrip("/") if isinstance(above, str) else ""
    return bool(place and over) and f"{place}/".startswith(f"{over}/")


def _all(inventory: Inventory, collectors: Mapping[str, Collector], kind: str) -> Iterator[dict[str, Any]]:
    """The fields of each resource of a kind."""
    if kind in inventory.store.kinds():
        yield from map(asdict, inventory.all(collectors[kind].kind))
