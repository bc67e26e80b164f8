"""The collector of diagnostic settings: those of Azure ML online endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from checks.azure.ids import arm_id
from checks.azure.insights.resources import SETTINGS, DiagnosticSetting, sent
from checks.azure.machine_learning.resources import OnlineEndpoint
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

#: The only version that knows groups of categories.
_VERSION = "2021-05-01-preview"


@collector(DiagnosticSetting, operations=(SETTINGS,), per="account", follows=(OnlineEndpoint,), opt_in="systems")
def diagnostic_settings(api: AzureApi, found: Found) -> Iterator[DiagnosticSetting]:
    def of(endpoints: list[OnlineEndpoint]) -> list[DiagnosticSetting]:
        paths = [f"{endpoint.id}/providers/Microsoft.Insights/diagnosticSettings" for endpoint in endpoints]
        listed = api.listings(SETTINGS, paths, _VERSION)
        return [
            _setting(api, endpoint, item) for endpoint, items in zip(endpoints, listed, strict=True) for item in items
        ]

    for made in api.each(of, api.groups(found.of(OnlineEndpoint))):
        yield from made


def _setting(api: AzureApi, endpoint: OnlineEndpoint, item: Mapping[str, Any]) -> DiagnosticSetting:
    made = api.snapshot(DiagnosticSetting, SETTINGS, item, endpoint_id=endpoint.id)
    if made.logs is UNSET:
        return made
    workspace = item["properties"].get("workspaceId")
    if not isinstance(workspace, str | None):
        api.gap(SETTINGS, CallFailed(Reason.MALFORMED, "workspaceId is no text"))
        return made
    tables = tuple(f"{arm_id(workspace)}/tables/{category}" for category in sent(made.logs or ())) if workspace else ()
    return msgspec.structs.replace(made, table_ids=tables)
