"""The kind of diagnostic settings: a typed snapshot."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

SETTINGS = "Microsoft.Insights/diagnosticSettings/read"
#: The tables of the logs of online endpoints, by category in lower case; their names are the categories.
OF_ENDPOINTS = {
    name.lower(): name
    for name in ("AmlOnlineEndpointConsoleLog", "AmlOnlineEndpointEventLog", "AmlOnlineEndpointTrafficLog")
}
_EVERYTHING = "alllogs"


class LogCategory(Part, frozen=True, kw_only=True, rename="camel"):
    """A category of logs, or a group of them, and whether it is sent."""

    category: str | None = None
    category_group: str | None = None
    enabled: bool | None = None


class DiagnosticSetting(Resource, frozen=True, kw_only=True):
    """A diagnostic setting of an Azure ML online endpoint. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.insights.DiagnosticSetting"
    title: ClassVar[str] = "diagnostic setting of an online endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    #: the resource id, in lower case, of what it is a setting of
    endpoint_id: Observed[str] = UNSET
    #: resource ids, in lower case, of the tables of Log Analytics that logs of endpoints go to
    table_ids: Observed[tuple[str, ...]] = UNSET
    storage_account_id: Annotated[Observed[str], Read(SETTINGS, "properties.storageAccountId")] = UNSET
    event_hub_rule: Annotated[Observed[str], Read(SETTINGS, "properties.eventHubAuthorizationRuleId")] = UNSET
    partner: Annotated[Observed[str], Read(SETTINGS, "properties.marketplacePartnerId")] = UNSET
    logs: Annotated[Observed[tuple[LogCategory, ...]], Read(SETTINGS, "properties.logs")] = UNSET


def sent(logs: Iterable[LogCategory]) -> list[str]:
    """The categories of logs of endpoints, in lower case, that a setting with these sends."""
    on = [one for one in logs if one.enabled]
    if any((one.category_group or "").lower() == _EVERYTHING for one in on):
        return sorted(OF_ENDPOINTS)
    return sorted({(one.category or "").lower() for one in on} & OF_ENDPOINTS.keys())
