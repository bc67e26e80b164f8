"""The Glue Data Catalog of an AWS world.

In the world file: `glue_tables: {eu-west-1: {support: [{Name: tickets, StorageDescriptor: {...}}]}}`, by database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

_MOST = 100


def check_glue(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note tables that AWS could not have."""
    shape = known_model("glue").shape_for("Table")
    for region, databases in (document.get("glue_tables") or {}).items():
        for database, tables in databases.items():
            for number, table in enumerate(tables):
                conform(table, shape, f"glue_tables.{region}.{database}[{number}]", problems)


def answer_glue(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    databases = (document.get("glue_tables") or {}).get(region, {})
    if name == "GetDatabases":
        return _page("DatabaseList", [{"Name": each} for each in sorted(databases)], params)
    if name == "GetTables":
        if params["DatabaseName"] not in databases:
            raise AwsError(400, "EntityNotFoundException", f"Database {params['DatabaseName']} not found.")
        tables = [{**table, "DatabaseName": params["DatabaseName"]} for table in databases[params["DatabaseName"]]]
        return _page("TableList", tables, params)
    raise AwsError(400, "UnknownOperationException", f"The world has no glue:{name}")


def _page(member: str, items: list[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    start, size = offset(params.get("NextToken")), int(params.get("MaxResults") or _MOST)
    if size > _MOST:
        raise AwsError(400, "InvalidInputException", f"MaxResults must be less than or equal to {_MOST}")
    more = {"NextToken": token_from(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **more}
