"""SageMaker Catalog of an AWS world: domains of DataZone with their lineage events.

In the world file: `datazone: {eu-west-1: [{id: dzd_one, name: one, domainVersion: V2, events: [...]}]}`. Events are
OpenLineage; one with `processingStatus` has it beside the event, and one that is text is given out as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def check_datazone(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note domains that DataZone could not have; what every domain has is filled in."""
    shape = known_model("datazone").shape_for("DomainSummary")
    for region, domains in (document.get("datazone") or {}).items():
        for number, domain in enumerate(domains):
            owner = domain.setdefault("managedAccountId", document["account"])
            domain.setdefault("arn", f"arn:aws:datazone:{region}:{owner}:domain/{domain['id']}")
            domain.setdefault("status", "AVAILABLE")
            domain.setdefault("createdAt", _LONG_AGO)
            own = {key: value for key, value in domain.items() if key != "events"}
            domains[number] = {
                **conform(own, shape, f"datazone.{region}[{number}]", problems),
                "events": domain.get("events") or [],
            }


def answer_datazone(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    domains = (document.get("datazone") or {}).get(region) or []
    if name == "ListDomains":
        wanted = [one for one in domains if params.get("status") in (None, one["status"])]
        return _page([{key: one[key] for key in one if key != "events"} for one in wanted], params)
    domain = next((one for one in domains if one["id"] == params["domainIdentifier"]), None)
    if domain is None:
        raise AwsError(403, "AccessDeniedException", "User is not permitted to perform operation")
    events = {f"event{number:09d}": event for number, event in enumerate(domain["events"])}
    if name == "ListLineageEvents":
        found = [_summary(domain, id, event) for id, event in events.items()]
        found = [one for one in found if params.get("processingStatus") in (None, one["processingStatus"])]
        found.sort(key=lambda one: (one["eventTime"], one["id"]), reverse=params.get("sortOrder") == "DESCENDING")
        return _page(found, params)
    event = events.get(params["identifier"])
    if event is None:
        raise AwsError(404, "ResourceNotFoundException", "There is no such event.")
    content = event if isinstance(event, str) else json.dumps(_own(event), default=str)
    return {"domainId": domain["id"], "id": params["identifier"], "event": content.encode()}


def _own(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "processingStatus"}


def _summary(domain: Mapping[str, Any], id: str, event: Any) -> dict[str, Any]:
    made = {"id": id, "domainId": domain["id"], "processingStatus": "SUCCESS", "eventTime": _LONG_AGO}
    if isinstance(event, str):
        return made
    made["processingStatus"] = event.get("processingStatus", "SUCCESS")
    made["eventTime"] = datetime.fromisoformat(str(event["eventTime"]))
    sides = {side: [_named(one) for one in event.get(side) or ()] for side in ("inputs", "outputs")}
    said = {"eventType": event["eventType"], "runId": event["run"]["runId"], "job": _named(event["job"]), **sides}
    return {**made, "eventSummary": {"openLineageRunEventSummary": said}}


def _named(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"namespace": one["namespace"], "name": one["name"]}


def _page(found: list[dict[str, Any]], params: Mapping[str, Any]) -> dict[str, Any]:
    start, size = offset(params.get("nextToken")), int(params.get("maxResults") or 10)
    more = {"nextToken": token_from(start + size)} if start + size < len(found) else {}
    return {"items": found[start : start + size], **more}
