"""Details a hundred at a time: SageMaker's Search in place of one Describe per resource.

Search reads an index that lags behind. The list stays the authority on what exists, and a record is used only if it is
whole, agrees with the list, and Search was seen to say what Describe says. All else is described. So a Search that is
denied, fails, stops early or forgets costs calls and no verdict.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from checks.aws.client.aside import aside
from checks.aws.sagemaker.details import Source, Summary, detail, keep, recalled, there
from scanner.model.decode import decode
from scanner.model.nouns import Part, Resource

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

log = logging.getLogger("mlposture")

#: From a time of creation on, and up to another, in whole seconds.
Span = tuple[datetime | None, datetime | None]

SEARCH = "sagemaker:Search"
PAGE = 100
#: Resources of a kind and region that are described as well, to see whether Search tells the truth about them.
SPOT_CHECKS = 5
#: Records that these are chosen from.
_LOOKED_AT = 500
#: Pages that are worth a span of their own, and how many spans there are at most.
_PAGES, _SPANS = 5, 8
#: Two replies may round a time differently; a resource made anew under the same name is further away.
_SAME_TIME = timedelta(seconds=1)


class Searched(Source):
    """A kind that Search knows.

    `path` leads from a result of Search to what has the members of a Describe reply. `required` are members that
    Describe always gives; of several in one tuple one is enough.
    """

    def __init__(self, *args: Any, path: tuple[str, ...], required: tuple[tuple[str, ...], ...], **more: Any) -> None:
        super().__init__(*args, **more)
        self.path = path
        self.required = required

    def record(self, result: Any) -> Mapping[str, Any]:
        for step in self.path:
            result = result.get(step) if isinstance(result, Mapping) else None
        return result if isinstance(result, Mapping) else {}

    def is_whole(self, record: Mapping[str, Any]) -> bool:
        return all(any(record.get(member) is not None for member in members) for members in self.required)

    def agrees(self, record: Mapping[str, Any], summary: Summary) -> bool:
        """Whether a record is of the resource that was listed, and as it was listed."""
        made = record.get("CreationTime")
        if not isinstance(made, datetime) or abs(made - summary["CreationTime"]) >= _SAME_TIME:
            return False
        return all(record.get(name) == summary.get(name) for name in self.members if name != "CreationTime")


def searched(api: AwsApi, source: Searched, *, since: datetime | None = None, **parameters: Any) -> Iterator[Any]:
    """Every resource that the list names, with its detail from the cache, Search or Describe, whatever costs least.

    What was made before `since` and is settled is left out, and Search is limited to what was made after it. None
    leaves both unlimited.
    """
    waiting: dict[str, Summary] = {}  # settled, by ARN
    moving: list[Summary] = []
    times: list[datetime] = []
    for listed in api.pages(source.listing, MaxResults=PAGE, **parameters):
        summary = {name: listed[name] for name in source.members if name in listed}
        if not source.settled(summary):
            moving.append(summary)
            continue
        if since is not None and summary["CreationTime"] < since:
            continue
        times.append(summary["CreationTime"])
        kept = recalled(api, source, summary)
        if kept is None:
            waiting[summary[f"{source.noun}Arn"]] = summary
        else:
            yield kept
    if since is not None and waiting:
        since = max(since, min(summary["CreationTime"] for summary in waiting.values()))
        times = [time for time in times if time >= since]
    if not api.no_index and -(-len(times) // PAGE) + SPOT_CHECKS < len(waiting):
        yield from _from_search(api, source, waiting, spans(times, since))
    yield from there(api.each(lambda summary: detail(api, source, summary), chain(moving, waiting.values())))


def _from_search(api: AwsApi, source: Searched, waiting: dict[str, Summary], asked: list[Span]) -> Iterator[Resource]:
    """What Search says if it can be trusted, and the resources described to find that out; these wait no more."""
    found: dict[str, Resource] = {}
    for some in api.each(lambda span: _search(api, source, waiting, span), asked):
        found.update(some)
    sample = _sample(found)
    probes = dict(zip(sample, api.each(lambda arn: detail(api, source, waiting[arn]), sample), strict=True))
    trusted = _says_the_same(source, found, list(there(probes.values())))
    for id, probe in probes.items():
        del waiting[id], found[id]
        if probe is not None:
            yield probe
    if not trusted:
        log.debug("%s %s: Search is not trusted for %s", api.scope.account, api.scope.region, source.kind.kind)
        return
    for id, resource in found.items():
        keep(api, source, waiting.pop(id), resource)
        yield resource


def spans(times: list[datetime], since: datetime | None) -> list[Span]:
    """From `since` on, spans of time with about as many of these in each: one for a few pages, else several.

    A page names the next, so that one span of a hundred pages would take a hundred times as long as a call. Without
    `since`, Search is not known to go by time, and there is one span.
    """
    if since is None:
        return [(None, None)]
    ordered = sorted(times)
    count = min(_SPANS, len(ordered) // (PAGE * _PAGES))
    marks = {ordered[turn * len(ordered) // count].replace(microsecond=0) for turn in range(1, count)}
    return list(pairwise([since, *sorted(mark for mark in marks if mark > since), None]))


def _search(api: AwsApi, source: Searched, waiting: Mapping[str, Summary], span: Span) -> dict[str, Resource]:
    """Waiting resources by ARN, as far as Search has a whole record of them that agrees with the list."""
    made = [
        {"Name": "CreationTime", "Operator": comparison, "Value": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        for comparison, moment in zip(("GreaterThanOrEqualTo", "LessThan"), span, strict=True)
        if moment is not None
    ]
    expression: dict[str, Any] = {"SearchExpression": {"Filters": made}} if made else {}
    found: dict[str, Resource] = {}
    # Decoded one by one: a page of results is many times as large as what is kept of it.
    for result in aside(api).pages(SEARCH, Resource=source.noun, MaxResults=PAGE, **expression):
        record = source.record(result)
        summary = waiting.get(record.get(f"{source.noun}Arn", ""))
        if summary is None or not source.is_whole(record) or not source.agrees(record, summary):
            continue
        identity = source.identity(api, summary) | source.details(record) | source.noted(SEARCH)
        kept = source.forget(record)
        identity["read"] = api.seen({source.listing: summary, SEARCH: kept})
        resource, problems = decode(source.kind, {source.listing: summary, source.describe: kept}, **identity)
        if not problems:
            found[resource.id] = source.without_running(resource, summary)
    return found


def _sample(found: Mapping[str, Resource]) -> list[str]:
    """ARNs to be described: one of each set of absent members in turn, the commonest first, spread over the names.

    Absence is what Search could be wrong about without anybody noticing, so records that lack nothing come last.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for id in _spread(sorted(found), _LOOKED_AT):
        alike.setdefault(tuple(sorted(set(_absent(found[id])))), []).append(id)
    groups = sorted(alike.items(), key=lambda item: (not item[0], -len(item[1]), item[0]))
    turns = zip_longest(*(_spread(ids, SPOT_CHECKS) for _, ids in groups))
    return [id for id in chain.from_iterable(turns) if id is not None][:SPOT_CHECKS]


def _spread(ids: list[str], most: int) -> list[str]:
    """No more of these than so many, at even distances: neighbours in name are often copies of each other."""
    count = min(most, len(ids))
    return [ids[turn * len(ids) // count] for turn in range(count)]


def _absent(value: Any, name: str = "") -> Iterator[str]:
    """Names of the fields, also of nested ones, that were observed absent."""
    if value is None:
        yield name
    elif isinstance(value, Resource | Part):
        for field in value.__struct_fields__:
            yield from _absent(getattr(value, field), f"{name}.{field}")
    elif isinstance(value, tuple):
        for item in value:
            yield from _absent(item, name)


def _says_the_same(source: Searched, found: Mapping[str, Resource], probes: list[Resource]) -> bool:
    """Whether Describe answered for at least one probe, and Search told the same of all it answered for."""
    answered = [probe for probe in probes if source.complete(probe)]
    return bool(answered) and all(
        replace(found[probe.id], read=probe.read, **source.noted(source.describe)) == probe for probe in answered
    )
