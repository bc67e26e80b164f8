"""The collector of tables: those of workspaces of the subscription that online endpoints send logs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from checks.azure.error_kinds import MISSING
from checks.azure.ids import arm_id, subscription
from checks.azure.insights.resources import DiagnosticSetting
from checks.azure.operational_insights.resources import OF_ENDPOINTS, TABLES, LogTable
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

    named = {arm_id(one.log_analytics) for one in found.of(DiagnosticSetting) if isinstance(one.log_analytics, str)}
    here = sorted(each for each in named if subscription(each) == api.account.lower())
    for made in api.each(of, api.groups(f"{each}/tables/{table}" for each in here for table in OF_ENDPOINTS.values())):
        yield from made


def _table(api: AzureApi, path: str, reply: Reply) -> LogTable:
    if isinstance(reply, Mapping):
        return api.snapshot(LogTable, TABLES, {**reply, "id": path})
    return api.decode(LogTable, {}, {}, **api.identity({"id": path}))
