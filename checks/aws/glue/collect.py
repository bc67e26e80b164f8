"""The collector of tables: only those over data that training jobs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.aws.glue.places import place_of, places_above
from checks.aws.glue.resources import TABLES, Table
from checks.aws.sagemaker.addresses import INPUTS, addresses
from checks.aws.sagemaker.resources import TrainingJob
from scanner.cards.filled import state_of
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_DATABASES = "glue:GetDatabases"
_GONE = ("EntityNotFoundException",)


@collector(Table, operations=(_DATABASES, TABLES), follows=(TrainingJob,), opt_in="systems")
def tables(api: AwsApi, found: Found) -> Iterator[Table]:
    """A region is asked only if a training job there reads data from S3. Of links to other accounts nothing is read."""
    jobs = (job for job in found.of(TrainingJob) if job.scope.region == api.scope.region)
    inputs = (place_of(uri) for job in jobs for uri in addresses(job, INPUTS))
    above = {folder for place in inputs for folder in places_above(place)}
    if not above:
        return
    databases = (database["Name"] for database in api.pages(_DATABASES, MaxResults=100))
    for listed in api.each(partial(_over, api, above), databases):
        yield from listed


def _over(api: AwsApi, above: set[str], database: str) -> list[Table]:
    """The tables of a database over one of these places."""
    listed = api.pages(TABLES, absent=_GONE, DatabaseName=database, MaxResults=100)
    return [_table(api, database, table) for table in listed if place_of(_location(table)) in above]


def _location(table: Mapping[str, Any]) -> str:
    descriptor = table.get("StorageDescriptor")
    found = descriptor.get("Location") if isinstance(descriptor, Mapping) else None
    return found if isinstance(found, str) else ""


def _table(api: AwsApi, database: str, table: Mapping[str, Any]) -> Table:
    name = table["Name"]
    arn = f"arn:{api.partition}:glue:{api.scope.region}:{api.account}:table/{database}/{name}"
    return api.decode(Table, {TABLES: table}, id=arn, name=f"{database}.{name}", **_written(api, table))


def _written(api: AwsApi, table: Mapping[str, Any]) -> dict[str, Any]:
    """How far the table and its columns are described; nothing where that is not what AWS says it is."""
    text, columns = table.get("Description"), table["StorageDescriptor"].get("Columns") or []
    if not isinstance(text, str | None) or not _are_columns(columns):
        api.gap(TABLES, CallFailed(Reason.MALFORMED, "a description is no text, or columns are no list of columns"))
        return {"description": UNSET}
    said = [column for column in columns if state_of(column.get("Comment")) == "filled"]
    return {"description": state_of(text), "columns": len(columns), "described_columns": len(said)}


def _are_columns(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
