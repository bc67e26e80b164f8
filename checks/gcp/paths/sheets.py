"""What is written of the data of a dataset beside the dataset: files in Cloud Storage, and tables in BigQuery."""

from typing import Any, NamedTuple

from msgspec import UNSET

from checks.gcp.bigquery.places import place_of, table_id
from checks.gcp.bigquery.resources import Table
from checks.gcp.names import bucket_of, owned_by_google
from checks.gcp.paths.documents import folder_id
from checks.gcp.storage.resources import DataFolder
from scanner.cards.sheet import describes
from scanner.cards.sheet_files import Sheets, folders_beside, sheets_in
from scanner.model.views import View


class TableSheet(NamedTuple):
    """What is written of a table, as a view has it: None for one that is not there, UNSET for one that was not seen."""

    table: Any

    @property
    def describe(self) -> bool:
        """Whether its description says something, or what the catalogue has of it says what it is."""
        if not isinstance(self.table, Table) or self.table.description is UNSET:
            return False
        if self.table.description == "filled":
            return True
        catalog = self.table.catalog
        return catalog is not UNSET and catalog is not None and describes(catalog)

    @property
    def complete(self) -> bool:
        """Whether all of it was read."""
        if not isinstance(self.table, Table):
            return self.table is None
        return self.table.description is not UNSET and self.table.catalog is not UNSET


def data_folders_of(uri: str) -> tuple[str, ...]:
    """Addresses of the folders where data sheets of what is at an address may lie.

    None for what is in no bucket, and for what Google publishes.
    """
    bucket = bucket_of(uri)
    if bucket is None or owned_by_google(bucket) or not uri.startswith(f"gs://{bucket}"):
        return ()
    return tuple(f"gs://{one}" for one in folders_beside(uri.removeprefix("gs://")))


def written_of(view: View, uri: str, project: str) -> Sheets | TableSheet:
    """What there is of data at an address: of a table in BigQuery, or in files if a scan was told to read these."""
    if place := place_of(uri):
        return TableSheet(view.get(Table, table_id(place, project)))
    if not view.asked(DataFolder):
        return Sheets({})
    folders = (folder_id(one, project) for one in data_folders_of(uri))
    return sheets_in({id: view.get(DataFolder, id) for id in folders})
