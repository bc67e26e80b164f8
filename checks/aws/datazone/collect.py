"""The collector of lineage in SageMaker Catalog: of each domain in a region with endpoints, the latest events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType, convert

from checks.aws.datazone.resources import DOMAINS, EVENT, EVENTS, CatalogLineage, CatalogRun
from checks.aws.names import seen_from
from checks.aws.sagemaker.resources import Endpoint
from scanner.lineage.events import Event, NotAnEvent, instant, read_event
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.summaries import run_summaries
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: Events of a domain that are looked at, the latest first.
MOST = 500
#: Pages are no larger.
_DOMAINS, _PAGE = 25, 50
_GONE = ("ResourceNotFound",)


@collector(CatalogLineage, operations=(DOMAINS, EVENTS, EVENT), follows=(Endpoint,), opt_in="systems")
def catalog_lineage(api: AwsApi, found: Found) -> Iterator[CatalogLineage]:
    """That of the domains of this region, if an endpoint of the account is in it."""
    if any(endpoint.scope.region == api.scope.region for endpoint in found.of(Endpoint)):
        for domain in api.pages(DOMAINS, status="AVAILABLE", maxResults=_DOMAINS):
            yield _lineage(api, domain)


def _lineage(api: AwsApi, domain: Mapping[str, Any]) -> CatalogLineage:
    arn, name = str(domain["arn"]), str(domain["name"])
    if (manager := domain.get("managedAccountId")) != api.account:
        # What it recorded is the scan's of the account that manages it.
        if not isinstance(manager, str):
            api.gap(DOMAINS, CallFailed(Reason.MALFORMED, "a domain does not say which account manages it"))
        return api.decode(CatalogLineage, {DOMAINS: domain}, id=seen_from(arn, api.account), name=name)
    events = api.members(
        EVENTS,
        most=MOST + 1,
        domainIdentifier=domain["id"],
        processingStatus="SUCCESS",
        sortOrder="DESCENDING",
        maxResults=_PAGE,
    )
    if isinstance(events, UnsetType) or events is None:
        return api.decode(CatalogLineage, {DOMAINS: domain}, id=arn, name=name)
    return _read(api, domain, events)


def _read(api: AwsApi, domain: Mapping[str, Any], listed: tuple[Mapping[str, Any], ...]) -> CatalogLineage:
    """A domain with the runs of these events; without them, where some event was not read."""
    known: dict[str, Any] = {"id": str(domain["arn"]), "name": str(domain["name"])}
    known["cut"] = MOST if len(listed) > MOST else None
    kept, unread = KeptEvents(), 0
    for event in api.each(partial(_event, api, str(domain["id"])), listed[:MOST]):
        if event is UNSET:
            kept.close()
            return api.decode(CatalogLineage, {DOMAINS: domain}, **known)
        if isinstance(event, Event):
            kept.add(event)
        unread += isinstance(event, NotAnEvent)
    kept.seal()
    found = list(run_summaries(kept))
    kept.close()
    said = {DOMAINS: domain, EVENT: {"runs": found}}  # and no event as it was, which may hold queries
    runs = convert(found, tuple[CatalogRun, ...])
    return api.decode(CatalogLineage, {DOMAINS: domain}, said, runs=runs, unread=unread, **known)


def _event(api: AwsApi, domain: str, listed: Mapping[str, Any]) -> Event | NotAnEvent | UnsetType | None:
    """One event; None for one that is gone. What is no event is noted in a gap, and `UNSET` what may not be read."""
    try:
        if (short := _short(listed)) is not None:
            return read_event(short)
        reply = api.call(EVENT, absent=_GONE, domainIdentifier=domain, identifier=str(listed.get("id")))
        if reply is UNSET:
            return UNSET
        if reply is None:
            return None
        content = reply.get("event")
        if not isinstance(content, bytes):
            raise NotAnEvent("the reply has none")
        return read_event(content)
    except NotAnEvent as error:
        api.gap(EVENT, CallFailed(Reason.MALFORMED, f"an event is none: {error}"))
        return error


def _short(listed: Mapping[str, Any]) -> dict[str, Any] | None:
    """An event that names no data, which the list says all of; None for one that has to be read."""
    summary = listed.get("eventSummary")
    said = summary.get("openLineageRunEventSummary") if isinstance(summary, Mapping) else None
    at = listed.get("eventTime")
    if not isinstance(said, Mapping) or said.get("inputs") or said.get("outputs") or not isinstance(at, datetime):
        return None
    run = {"runId": said.get("runId")}
    return {"eventTime": instant(at), "eventType": said.get("eventType"), "run": run, "job": said.get("job")}
