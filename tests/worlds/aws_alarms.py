"""What watches an AWS world: alarms of CloudWatch, topics of SNS that they go to, and rules of EventBridge.

In the world file, by region: `alarms: {eu-west-1: [{AlarmName: ..., Namespace: ..., Dimensions: [...]}]}`, composite
ones with an `AlarmRule`, `topics: {eu-west-1: [{name: ..., attributes: {...}, subscriptions: [{Protocol: ...}]}]}` and
`event_rules: {eu-west-1: [{Name: ..., EventPattern: ...}]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

ALARM_KEYS = "alarms topics event_rules"
_MOST = 100


def check_alarms(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note alarms, topics and rules that AWS could not have."""
    shape_for = known_model("cloudwatch").shape_for
    for region, alarms in (document.get("alarms") or {}).items():
        for number, alarm in enumerate(alarms):
            shape = shape_for("CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm")
            conform(alarm, shape, f"alarms.{region}[{number}]", problems)
    shape_for = known_model("sns").shape_for
    for region, topics in (document.get("topics") or {}).items():
        for number, topic in enumerate(topics):
            path = f"topics.{region}[{number}]"
            conform(topic.get("attributes", {}), shape_for("TopicAttributesMap"), f"{path}.attributes", problems)
            conform(topic.get("subscriptions", []), shape_for("SubscriptionsList"), f"{path}.subscriptions", problems)
    shape = known_model("events").shape_for("RuleResponseList")
    for region, rules in (document.get("event_rules") or {}).items():
        conform(rules, shape, f"event_rules.{region}", problems)


def answer_alarms(document: Mapping[str, Any], region: str, operation: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    if operation == "cloudwatch:DescribeAlarms":
        return _alarms((document.get("alarms") or {}).get(region, ()), str(document.get("account")), region, params)
    if operation == "events:ListRules":
        rules = (document.get("event_rules") or {}).get(region, ())
        return _page("Rules", list(rules), params, int(params.get("Limit") or _MOST))
    topics = {topic["name"]: topic for topic in (document.get("topics") or {}).get(region, ())}
    topic = topics.get(str(params.get("TopicArn")).rpartition(":")[2])
    if topic is None:
        raise AwsError(404, "NotFound", "Topic does not exist")
    if operation == "sns:GetTopicAttributes":
        return {"Attributes": {"TopicArn": params["TopicArn"], **topic.get("attributes", {})}}
    if operation == "sns:ListSubscriptionsByTopic":
        found = [{"TopicArn": params["TopicArn"], **each} for each in topic.get("subscriptions", [])]
        return _page("Subscriptions", found, params, _MOST)
    raise AwsError(400, "UnknownOperationException", f"The world has no {operation}")


def _alarms(alarms: Any, account: str, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A page has alarms of every type that was asked for, those of metrics if none was."""
    asked = params.get("AlarmTypes") or ["MetricAlarm"]
    named = [
        {"AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{each['AlarmName']}", **each} for each in alarms
    ]
    found = [each for each in named if ("CompositeAlarm" if "AlarmRule" in each else "MetricAlarm") in asked]
    page = _page("found", found, params, int(params.get("MaxRecords") or _MOST))
    items = page.pop("found")
    composite = [each for each in items if "AlarmRule" in each]
    return {"MetricAlarms": [each for each in items if each not in composite], "CompositeAlarms": composite, **page}


def _page(member: str, items: list[Any], params: Mapping[str, Any], size: int) -> dict[str, Any]:
    start = offset(params.get("NextToken"))
    more = {"NextToken": token_from(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **more}
