"""The kind of tables: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.cards.sheet import Sheet
from scanner.model.nouns import Holds, Observed, Read, Resource

TABLE = "bigquery.tables.get"
ENTRY = "dataplex.locations.lookupEntry"


class Table(Resource, frozen=True, kw_only=True):
    """A table or view of BigQuery that a dataset names which a version that serves was trained with.

    What is written of it is not kept: `description` says whether that is `filled`, a `placeholder` or `empty`, and
    `catalog` what its entry in Dataplex Universal Catalog has beside: an overview, contacts and aspects that people
    made. None where it has no entry, or the API is off. Rows are not read. Id: //bigquery.googleapis.com/…/tables/…,
    with the project that saw it where it is in another.
    """

    kind: ClassVar[str] = "gcp.bigquery.Table"
    title: ClassVar[str] = "BigQuery table with training data"
    holds: ClassVar[Holds] = Holds.TRAINING

    description: Observed[str] = UNSET
    catalog: Observed[Sheet] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(TABLE, "labels")] = UNSET
