"""CloudTrail's event history of an AWS world. moto has none: LookupEvents is answered here, on loopback.

In the world file: `trail: {eu-west-1: [{EventId: ..., EventName: UpdateEndpoint, EventTime: ..., Resources: [...]}]}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

_MOST = 50
_ATTRIBUTES = {"EventName": "EventName", "EventSource": "EventSource", "ReadOnly": "ReadOnly", "Username": "Username"}


def check_trail(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note events that AWS could not have; their times become UTC."""
    shape = known_model("cloudtrail").shape_for("Event")
    for region, events in (document.get("trail") or {}).items():
        events[:] = [conform(event, shape, f"trail.{region}[{n}]", problems) for n, event in enumerate(events)]


def trail_event(name: str, at: datetime, who: Mapping[str, Any], *resources: tuple[str, str], **more: Any) -> Any:
    """An event as CloudTrail has it: `name` is `service:Operation`, `more` are members of its record."""
    service, _, operation = name.partition(":")
    record = {"eventVersion": "1.11", "userIdentity": dict(who), "eventName": operation, **more}
    return {
        "EventId": f"{operation}-{at:%Y%m%dT%H%M%S}-{len(json.dumps(more))}",
        "EventName": operation,
        "EventSource": f"{service}.amazonaws.com",
        "EventTime": at,
        "ReadOnly": "false",
        "Username": str(who.get("userName", "")),
        "Resources": [{"ResourceType": kind, "ResourceName": of} for kind, of in resources],
        "CloudTrailEvent": json.dumps(record),
    }


def answer_trail(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation, the newest event first; raises AwsError."""
    if name != "LookupEvents":
        raise AwsError(400, "UnknownOperationException", f"The world has no cloudtrail:{name}")
    if len(params.get("LookupAttributes", ())) > 1 or int(params.get("MaxResults", _MOST)) > _MOST:
        raise AwsError(400, "InvalidLookupAttributesException", "One attribute, and 50 events, are the most.")
    since, until = (datetime.fromtimestamp(params[member], UTC) for member in ("StartTime", "EndTime"))
    found = [
        event
        for event in (document.get("trail") or {}).get(region, ())
        if since <= event["EventTime"] <= until and all(_has(event, one) for one in params.get("LookupAttributes", ()))
    ]
    found.sort(key=lambda event: event["EventTime"], reverse=True)
    start, size = offset(params.get("NextToken")), int(params.get("MaxResults", _MOST))
    more = {"NextToken": token_from(start + size)} if start + size < len(found) else {}
    return {"Events": found[start : start + size], **more}


def _has(event: Mapping[str, Any], attribute: Mapping[str, str]) -> bool:
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    if key == "ResourceName":
        return value in [one["ResourceName"] for one in event.get("Resources", ())]
    return bool(event.get(_ATTRIBUTES[key]) == value)
