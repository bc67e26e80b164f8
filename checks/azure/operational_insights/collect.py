"""The collectors of tables: those that online endpoints send logs to, and those that AI systems name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET

from checks.azure.error_kinds import MISSING
from checks.azure.ids import subscription
from checks.azure.insights.resources import OF_ENDPOINTS, DiagnosticSetting
from checks.azure.operational_insights.resources import TABLES, DeclaredLogTable, LogTable
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

_VERSION = "2022-10-01"


@collector(LogTable, operations=(TABLES,), per="account", follows=(DiagnosticSetting,), opt_in="systems")
def log_tables(api: AzureApi, found: Found) -> Iterator[LogTable]:
    """A table that is not there was never written to, or its workspace is gone. All tables would be a long listing."""

    def of(paths: list[str]) -> list[LogTable]:
        replies = api.replies(TABLES, paths, _VERSION, absent=MISSING)
        return [_table(api, path, reply) for path, reply in zip(paths, replies, strict=True) if reply is not None]

    named = {id for one in found.of(DiagnosticSetting) for id in one.table_ids or ()}
    here = sorted(each for each in named if subscription(each) == api.account.lower())
    for made in api.each(of, api.groups(map(_path, here))):
        yield from made


def _path(id: str) -> str:
    """The path of a table, whose name Azure tells by its capitals."""
    above, _, name = id.rpartition("/")
    return f"{above}/{OF_ENDPOINTS.get(name, name)}"


def _table(api: AzureApi, path: str, reply: Reply) -> LogTable:
    if isinstance(reply, Mapping):
        return api.snapshot(LogTable, TABLES, {**reply, "id": path})
    return api.decode(LogTable, {}, {}, **api.identity({"id": path}))


@collector(DeclaredLogTable, operations=(TABLES,), per="account", opt_in="systems", named=True)
def declared_log_tables(api: AzureApi, found: Found) -> Iterator[DeclaredLogTable]:
    """Each by its name."""
    here = [id for id in found.named if subscription(id) == api.account.lower()]

    def of(paths: list[str]) -> list[DeclaredLogTable]:
        replies = api.replies(TABLES, paths, _VERSION, absent=MISSING)
        return [_declared(api, path, reply) for path, reply in zip(paths, replies, strict=True)]

    for made in api.each(of, api.groups(here)):
        yield from made


def _declared(api: AzureApi, path: str, reply: Reply) -> DeclaredLogTable:
    if isinstance(reply, Mapping):
        return api.snapshot(DeclaredLogTable, TABLES, {**reply, "id": path}, exists=True)
    exists = False if reply is None else UNSET
    return api.decode(DeclaredLogTable, {TABLES: reply}, **api.identity({"id": path}), exists=exists)
