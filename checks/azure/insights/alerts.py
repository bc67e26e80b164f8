"""The collectors of alerts on online endpoints, of the action groups that they go to, and of what is added to these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.azure.error_kinds import MISSING
from checks.azure.ids import arm_id, subscription
from checks.azure.insights.resources import (
    GROUPS,
    LOG_ALERTS,
    METRIC_ALERTS,
    PROCESSING,
    ActionGroup,
    LogAlert,
    MetricAlert,
    ProcessingRule,
)
from checks.azure.insights.watching import Watched, watched_by_metrics, watched_by_query
from checks.azure.machine_learning.resources import OnlineEndpoint
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

_METRIC_VERSION, _LOG_VERSION = "2018-03-01", "2021-08-01"
_GROUP_VERSION, _PROCESSING_VERSION = "2023-01-01", "2021-08-08"
#: Receivers that end at a person, or at a service that somebody connected; those of the first two have to be enabled.
_CONFIRMED = ("emailReceivers", "smsReceivers")
_READERS = (
    *("armRoleReceivers", "azureAppPushReceivers", "itsmReceivers", "voiceReceivers", "webhookReceivers"),
    *_CONFIRMED,
)


@collector(MetricAlert, operations=(METRIC_ALERTS,), per="account", follows=(OnlineEndpoint,), opt_in="systems")
def metric_alerts(api: AzureApi, found: Found) -> Iterator[MetricAlert]:
    """Those on endpoints of a subscription that has any."""
    endpoints = [arm_id(one.id) for one in found.of(OnlineEndpoint)]
    for item in _listed(api, METRIC_ALERTS, _METRIC_VERSION) if endpoints else ():
        on = watched_by_metrics(item, endpoints)
        if on is None:
            api.gap(METRIC_ALERTS, CallFailed(Reason.MALFORMED, "scopes is no list of texts"))
            yield api.snapshot(MetricAlert, METRIC_ALERTS, item)
        elif on.surely:
            yield api.snapshot(MetricAlert, METRIC_ALERTS, item, endpoint_ids=on.surely)


@collector(LogAlert, operations=(LOG_ALERTS,), per="account", follows=(OnlineEndpoint,), opt_in="systems")
def log_alerts(api: AzureApi, found: Found) -> Iterator[LogAlert]:
    """Those on endpoints of a subscription that has any, and those that may be. A rule that counts metrics is none."""
    endpoints = [arm_id(one.id) for one in found.of(OnlineEndpoint)]
    for item in _listed(api, LOG_ALERTS, _LOG_VERSION) if endpoints else ():
        if str(item.get("kind", "")).lower() == "logtometric":
            continue
        on = watched_by_query(item, endpoints)
        if on is None:
            api.gap(LOG_ALERTS, CallFailed(Reason.MALFORMED, "scopes or queries are no texts"))
            yield api.snapshot(LogAlert, LOG_ALERTS, item)
        elif on != Watched():
            yield api.snapshot(LogAlert, LOG_ALERTS, item, endpoint_ids=on.surely, may_watch=on.perhaps)


@collector(ActionGroup, operations=(GROUPS,), per="account", follows=(LogAlert, MetricAlert), opt_in="systems")
def action_groups(api: AzureApi, found: Found) -> Iterator[ActionGroup]:
    """Those of the subscription that alerts go to. One that is not there any more is left out."""

    def of(paths: list[str]) -> list[ActionGroup]:
        replies = api.replies(GROUPS, paths, _GROUP_VERSION, absent=MISSING)
        return [_group(api, path, reply) for path, reply in zip(paths, replies, strict=True) if reply is not None]

    named = {id for alert in found.of(LogAlert) for id in alert.action_groups or ()}
    named |= {
        one.action_group_id for alert in found.of(MetricAlert) for one in alert.actions or () if one.action_group_id
    }
    here = sorted({arm_id(each) for each in named if subscription(each) == api.account.lower()})
    for made in api.each(of, api.groups(here)):
        yield from made


@collector(ProcessingRule, operations=(PROCESSING,), per="account", follows=(LogAlert, MetricAlert), opt_in="systems")
def processing_rules(api: AzureApi, found: Found) -> Iterator[ProcessingRule]:
    """Those of a subscription with alerts on endpoints: they may add action groups, or mute alerts."""
    if not any(True for kind in (LogAlert, MetricAlert) for _ in found.of(kind)):
        return
    for item in _listed(api, PROCESSING, _PROCESSING_VERSION):
        known = properties if isinstance(properties := item.get("properties"), Mapping) else None
        always = UNSET if known is None else not known.get("schedule") and not known.get("conditions")
        yield api.snapshot(ProcessingRule, PROCESSING, item, always=always)


def _listed(api: AzureApi, operation: str, version: str) -> Iterator[Mapping[str, Any]]:
    return api.pages(operation, f"/subscriptions/{api.account}/providers/{operation.removesuffix('/read')}", version)


def _group(api: AzureApi, path: str, reply: Reply) -> ActionGroup:
    if not isinstance(reply, Mapping):
        return api.decode(ActionGroup, {}, {}, **api.identity({"id": path}))
    readers: tuple[str, ...] | UnsetType = UNSET
    programs: tuple[str, ...] | UnsetType = UNSET
    properties = reply.get("properties")
    if isinstance(properties, Mapping):
        readers, programs = _receivers(properties)
        if readers is UNSET:
            api.gap(GROUPS, CallFailed(Reason.MALFORMED, "receivers are no list of objects"))
    return api.snapshot(ActionGroup, GROUPS, {**reply, "id": path}, readers=readers, programs=programs)


def _receivers(properties: Mapping[str, Any]) -> tuple[tuple[str, ...] | UnsetType, tuple[str, ...] | UnsetType]:
    """How a group reaches people, and what else it calls; receivers that are off are neither."""
    readers, programs = set(), set()
    for name, value in properties.items():
        if not name.endswith("Receivers") or not value:
            continue
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            return UNSET, UNSET
        statuses = {str(each.get("status")).lower() for each in value}
        if name in _READERS and (name not in _CONFIRMED or "enabled" in statuses):
            readers.add(name)
        elif name not in _READERS or statuses != {"disabled"}:
            programs.add(name)
    return tuple(sorted(readers)), tuple(sorted(programs))
