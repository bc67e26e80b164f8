"""The collector of diagnostic settings: those of Azure ML online endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.azure.insights.resources import SETTINGS, DiagnosticSetting
from checks.azure.machine_learning.resources import OnlineEndpoint
from scanner.model.collectors import Found, collector

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
            api.snapshot(DiagnosticSetting, SETTINGS, item, endpoint_id=endpoint.id)
            for endpoint, items in zip(endpoints, listed, strict=True)
            for item in items
        ]

    for made in api.each(of, api.groups(found.of(OnlineEndpoint))):
        yield from made
