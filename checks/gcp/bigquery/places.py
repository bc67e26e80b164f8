"""How tables of BigQuery are addressed: `bq://project.dataset.table`, and the names that follow from it."""

from typing import NamedTuple

from checks.gcp.names import BIGQUERY, full_name
from scanner.model.patterns import pattern

#: A project of before domains had rules has its domain before it: `example.com:project`.
_ADDRESS = pattern(r"bq://((?:[a-z0-9.-]+:)?[a-z0-9-]+)\.([\w-]+)\.([^./*\s]+)")


class Place(NamedTuple):
    """Where a table is."""

    project: str
    dataset: str
    table: str

    @property
    def name(self) -> str:
        return f"projects/{self.project}/datasets/{self.dataset}/tables/{self.table}"


def place_of(uri: str) -> Place | None:
    """The table of an address; None for what is none, or names several."""
    found = _ADDRESS.fullmatch(uri)
    return Place(*found.groups()) if found else None


def table_id(place: Place, project: str) -> str:
    """The id of a table as a project sees it: several may see one of another, and differently."""
    name = full_name(BIGQUERY, place.name)
    return name if place.project == project else f"{name}#seen-from-{project}"
