"""Kinds of Azure Monitor: what sends logs of online endpoints, what alerts on these, and whom that tells."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

SETTINGS = "Microsoft.Insights/diagnosticSettings/read"
METRIC_ALERTS = "Microsoft.Insights/metricAlerts/read"
LOG_ALERTS = "Microsoft.Insights/scheduledQueryRules/read"
GROUPS = "Microsoft.Insights/actionGroups/read"
PROCESSING = "Microsoft.AlertsManagement/actionRules/read"
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


class AlertAction(Part, frozen=True, kw_only=True, rename="camel"):
    """What a metric alert does when it fires."""

    action_group_id: str | None = None


class MetricAlert(Resource, frozen=True, kw_only=True):
    """A rule of metric alerts on an Azure ML online endpoint. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.insights.MetricAlert"
    title: ClassVar[str] = "metric alert on an online endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    #: resource ids, in lower case, of the endpoints that it watches: by themselves, by a deployment, or all in a group
    endpoint_ids: Observed[tuple[str, ...]] = UNSET
    enabled: Annotated[Observed[bool], Read(METRIC_ALERTS, "properties.enabled")] = UNSET
    actions: Annotated[Observed[tuple[AlertAction, ...]], Read(METRIC_ALERTS, "properties.actions")] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(METRIC_ALERTS, "tags")] = UNSET


class LogAlert(Resource, frozen=True, kw_only=True):
    """A rule of log search alerts on an Azure ML online endpoint, or that may be. Id: its resource id in lower case.

    Its query is not kept.
    """

    kind: ClassVar[str] = "azure.insights.LogAlert"
    title: ClassVar[str] = "log search alert on an online endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    endpoint_ids: Observed[tuple[str, ...]] = UNSET
    #: endpoints of which its query leaves open whether it watches them
    may_watch: Observed[tuple[str, ...]] = UNSET
    enabled: Annotated[Observed[bool], Read(LOG_ALERTS, "properties.enabled")] = UNSET
    action_groups: Annotated[Observed[tuple[str, ...]], Read(LOG_ALERTS, "properties.actions.actionGroups")] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(LOG_ALERTS, "tags")] = UNSET


class ActionGroup(Resource, frozen=True, kw_only=True):
    """An action group that alerts on online endpoints go to. Id: its resource id in lower case.

    Addresses of people are not kept, only how they are reached.
    """

    kind: ClassVar[str] = "azure.insights.ActionGroup"
    title: ClassVar[str] = "action group of alerts"
    holds: ClassVar[Holds] = Holds.SERVING

    enabled: Annotated[Observed[bool], Read(GROUPS, "properties.enabled")] = UNSET
    #: how it reaches people, or services that somebody connected: `emailReceivers` and others, those that are on
    readers: Observed[tuple[str, ...]] = UNSET
    #: receivers of which nobody knows whom they tell, such as `azureFunctionReceivers`
    programs: Observed[tuple[str, ...]] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(GROUPS, "tags")] = UNSET


class ProcessingAction(Part, frozen=True, kw_only=True, rename="camel"):
    """What an alert processing rule does to alerts: AddActionGroups or RemoveAllActionGroups."""

    action_type: str | None = None


class ProcessingRule(Resource, frozen=True, kw_only=True):
    """An alert processing rule of a subscription with alerts on online endpoints. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.insights.ProcessingRule"
    title: ClassVar[str] = "alert processing rule"
    holds: ClassVar[Holds] = Holds.SERVING

    #: on where it is left out
    enabled: Annotated[Observed[bool], Read(PROCESSING, "properties.enabled")] = UNSET
    actions: Annotated[Observed[tuple[ProcessingAction, ...]], Read(PROCESSING, "properties.actions")] = UNSET
    scopes: Annotated[Observed[tuple[str, ...]], Read(PROCESSING, "properties.scopes")] = UNSET
    #: whether it holds at any time, and for any alert in its scopes: it has neither a schedule nor conditions
    always: Observed[bool] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(PROCESSING, "tags")] = UNSET


def sent(logs: Iterable[LogCategory]) -> list[str]:
    """The categories of logs of endpoints, in lower case, that a setting with these sends."""
    on = [one for one in logs if one.enabled]
    if any((one.category_group or "").lower() == _EVERYTHING for one in on):
        return sorted(OF_ENDPOINTS)
    return sorted({(one.category or "").lower() for one in on} & OF_ENDPOINTS.keys())
