"""The collector of alarms: those on endpoints that are there, and composite alarms that go by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.cloudwatch.resources import ALARMS, RULES, Alarm, asked_of
from checks.aws.sagemaker.resources import Endpoint
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_TYPES = ["MetricAlarm", "CompositeAlarm"]
#: What SageMaker's metrics, and those of its monitors, call an endpoint.
_DIMENSIONS = ("EndpointName", "Endpoint")
_SOURCE, _CHANGE = "aws.cloudwatch", "CloudWatch Alarm State Change"


@collector(Alarm, operations=(ALARMS, RULES), follows=(Endpoint,), opt_in="systems")
def alarms(api: AwsApi, found: Found) -> Iterator[Alarm]:
    """Those of a region with endpoints. A rule of a composite alarm may go by other composite alarms."""
    endpoints, rolling_back = _endpoints(api, found)
    if not endpoints:
        return
    listed: dict[str, Mapping[str, Any]] = {}
    below: dict[str, frozenset[str]] = {}
    watched: dict[str, set[str]] = {}
    for alarm in api.pages(ALARMS, AlarmTypes=_TYPES, MaxRecords=100):
        name, rule = str(alarm.get("AlarmName")), alarm.get("AlarmRule")
        below[name] = asked_of(rule) if isinstance(rule, str) else frozenset()
        watched[name] = _watched(alarm) & endpoints
        if watched[name] or below[name] or name in rolling_back:
            listed[name] = alarm
    _spread(watched, below)
    kept = sorted(name for name in listed if watched[name] or name in rolling_back)
    forwarded = _rules(api) if kept else ()
    for name in kept:
        arn = f"arn:{api.partition}:cloudwatch:{api.scope.region}:{api.account}:alarm:{name}"
        yield api.decode(
            *(Alarm, {ALARMS: listed[name]}),
            id=arn,
            name=name,
            endpoint_names=tuple(sorted(watched[name])),
            alarm_names=tuple(sorted(below[name])),
            forwarded_by=forwarded,
        )


def _spread(watched: Mapping[str, set[str]], below: Mapping[str, frozenset[str]]) -> None:
    """Let composite alarms watch what the alarms do that they are made of, which may be composite too."""
    grown = True
    while grown:
        grown = False
        for name, parts in below.items():
            more = set[str]().union(*(watched.get(part, ()) for part in parts)) - watched[name]
            watched[name].update(more)
            grown = grown or bool(more)


def _endpoints(api: AwsApi, found: Found) -> tuple[set[str], set[str]]:
    """Names of the endpoints of a region, and of the alarms that roll their deployments back."""
    here = [(one.name, one.rollback_alarms) for one in found.of(Endpoint) if one.scope.region == api.scope.region]
    named = {alarm.alarm_name for _, alarms in here for alarm in alarms or () if alarm.alarm_name}
    return {name for name, _ in here}, named


def _watched(alarm: Mapping[str, Any]) -> set[str]:
    """What endpoints the metrics of an alarm are of. Metrics of other services of AWS are of other things."""
    metrics = [alarm, *(_within(each, "MetricStat", "Metric") for each in _members(alarm.get("Metrics")))]
    return {
        str(dimension.get("Value"))
        for metric in metrics
        if _is_ours(metric.get("Namespace"))
        for dimension in _members(metric.get("Dimensions"))
        if dimension.get("Name") in _DIMENSIONS
    }


def _is_ours(namespace: Any) -> bool:
    return isinstance(namespace, str) and (not namespace.startswith("AWS/") or namespace.startswith("AWS/SageMaker"))


def _within(value: Any, *names: str) -> Mapping[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _members(value: Any) -> Iterable[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _rules(api: AwsApi) -> tuple[str, ...] | UnsetType:
    """Rules of the bus that alarms are sent to which are on, and may let them through."""
    found = api.members(RULES)
    if found is None or isinstance(found, UnsetType):
        return UNSET
    on = (each for each in found if each.get("State") != "DISABLED")
    return tuple(sorted(str(each.get("Name")) for each in on if _may_hear(each.get("EventPattern"))))


def _may_hear(pattern: Any) -> bool:
    """Whether a pattern of events may fit those of alarms; a schedule has none. What is not understood may."""
    if not isinstance(pattern, str):
        return False
    try:
        asked = json.loads(pattern)
    except ValueError:
        return True
    if not isinstance(asked, Mapping):
        return True
    return all(_fits(asked.get(member), value) for member, value in (("source", _SOURCE), ("detail-type", _CHANGE)))


def _fits(allowed: Any, value: str) -> bool:
    """Whether one member of a pattern lets a value through. All but plain texts is some matcher, which may."""
    return not isinstance(allowed, list) or value in allowed or not all(isinstance(each, str) for each in allowed)
