"""The collector of data lineage: from each version that serves, from its files and its data, link by link upwards.

A link says that data was made from other data, and is kept where the process ran: asked are the location of the model
and the continent around it.
https://docs.cloud.google.com/dataplex/docs/reference/data-lineage/rest/v1/projects.locations/searchLinks
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, ValidationError, convert, to_builtins

from checks.gcp.data_lineage.names import address_of, qualified
from checks.gcp.data_lineage.resources import LINKS, PROCESS, PROCESSES, DataLineage, DataStep
from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import AIPLATFORM, DATA_LINEAGE, full_name
from checks.gcp.vertex_ai.collect import served_models
from checks.gcp.vertex_ai.resources import Dataset, Endpoint, Model, ModelLineage, TrainingPipeline
from scanner.calls.bounds import Listing
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply
from scanner.model.patterns import pattern

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: How many processes one after the other are looked for, and at how many data sets on the way for one version.
HOPS, MOST = 5, 60
#: The API takes no more links in one question.
_LINKS = 100
_PAGE = 100
#: What is kept of each process; attributes may hold queries.
_FIELDS = "name,displayName,origin"
_PROCESS = pattern(r"projects/[^/\s?#]+/locations/[a-z0-9-]+/processes/[^/\s?#]+")
#: Locations that take in the regions whose names begin so.
_CONTINENTS = {"europe": "eu", "us": "us"}


class _Link(Struct, frozen=True):
    """That data was made from other data, both by fully qualified names; `parent` is where the link is kept."""

    name: str
    parent: str
    source: str
    target: str


class _End(Struct, frozen=True, rename="camel"):
    fully_qualified_name: str
    field: tuple[str, ...] = ()


class _Item(Struct, frozen=True):
    """A link as Google has it."""

    name: str
    source: _End
    target: _End


class _Start(Struct, frozen=True):
    """A version, and the addresses of the data that it was trained with."""

    model: Model
    data: tuple[str, ...]

    @property
    def version(self) -> str:
        """Its address, which has the version where its id may leave that out."""
        return f"{self.model.id.partition('@')[0]}@{self.model.version}"

    @property
    def names(self) -> set[str]:
        """The fully qualified names to begin with: its own, those of its files and of its data."""
        found = map(qualified, (self.version, self.model.artifact_uri or "", *self.data))
        return {name for name in found if name}


@collector(
    DataLineage,
    operations=(LINKS, PROCESSES, PROCESS),
    follows=(Dataset, Endpoint, Model, ModelLineage, TrainingPipeline),
    opt_in="systems",
)
def data_lineage(api: GcpApi, found: Found) -> Iterator[DataLineage]:
    """That of each version of this location which an endpoint serves."""
    served = sorted(served_models(api, found), key=lambda one: one.id)
    data, whole = _data(served, found)
    if not whole:
        api.recorder.listed(DataLineage.kind, api.scope, complete=False)  # some was not sought
    starts = [_Start(one, tuple(sorted(data[one.id]))) for one in served]
    for made in api.each(partial(_lineage, api), starts):
        if made is not None:
            yield made


def _data(served: list[Model], found: Found) -> tuple[dict[str, set[str]], bool]:
    """The addresses of the data behind each version, and whether all that name some were read."""
    data: dict[str, set[str]] = {one.id: set() for one in served}
    whole = all(one.artifact_uri is not UNSET and one.training_pipeline is not UNSET for one in served)
    for record in found.of(ModelLineage):
        whole = whole and record.steps is not UNSET
        uris = {each.uri for step in record.steps or () for each in step.reads or () if each.uri}
        for id in data.keys() & set(record.models or ()):
            data[id] |= {uri for uri in uris if qualified(uri)}
    pipelines = {one.id: one.dataset for one in found.of(TrainingPipeline)}
    sources = {one.id: one.sources for one in found.of(Dataset)}
    for one in served:
        dataset = pipelines.get(full_name(AIPLATFORM, one.training_pipeline)) if one.training_pipeline else None
        known = sources.get(dataset) if dataset else None
        whole = whole and dataset is not UNSET and known is not UNSET
        data[one.id] |= {dataset, *(known or ())} if dataset else set()
    return data, whole


def _lineage(api: GcpApi, start: _Start) -> DataLineage | None:
    place, _, number = start.version.partition(f"{AIPLATFORM}/")[2].rpartition("/models/")
    known: dict[str, Any] = {
        "id": full_name(DATA_LINEAGE, f"{place}/lineage/{number.replace('@', '-')}"),
        "name": start.model.name,
        "model": start.model.id,
        "data": start.data,
    }
    try:
        links, cut = _upstream(api, start.names)
    except CallFailed as failure:
        if api.is_off(LINKS, failure):
            return None
        api.gap(LINKS, failure)
        return api.decode(DataLineage, {}, **known)
    said: dict[str, Reply] = {LINKS: {"links": [to_builtins(one) for one in links]}}
    try:
        makers = _makers(api, links)
    except CallFailed as failure:
        api.gap(PROCESSES, failure)
        return api.decode(DataLineage, {}, said, **known, cut=cut)
    steps = tuple(_step(api, process, makers[process]) for process in sorted(makers))
    return api.decode(DataLineage, {}, said, **known, cut=cut, steps=steps)


def _upstream(api: GcpApi, names: Iterable[str]) -> tuple[list[_Link], int | None]:
    """The links that lead to these names, in the order of theirs, and how far they were followed, if not to the end."""
    seen, edge = set(names), sorted(names)
    links: dict[str, _Link] = {}
    for hop in range(HOPS):
        for found in api.each(partial(_into, api), edge):
            links.update((one.name, one) for one in found)
        ahead = {one.source for one in links.values()} - seen
        if not ahead or len(seen) + len(ahead) > MOST:
            return [links[name] for name in sorted(links)], hop + 1 if ahead else None
        seen |= ahead
        edge = sorted(ahead)
    return [links[name] for name in sorted(links)], HOPS


def _into(api: GcpApi, name: str) -> list[_Link]:
    """The links that lead to one name, asked for once in a project. Raises CallFailed."""
    around = _CONTINENTS.get(api.scope.region.partition("-")[0])
    parents = [f"projects/{api.project}/locations/{one}" for one in dict.fromkeys((api.scope.region, around)) if one]
    return [one for parent in parents for one in api.once(f"{parent} {name}", partial(_asked, api, parent, name))]


def _asked(api: GcpApi, parent: str, name: str) -> list[_Link]:
    question = {"target": {"fullyQualifiedName": name}, "pageSize": _PAGE}
    links: list[_Link] = []
    for item in _pages(api, LINKS, f"{parent}:searchLinks", "links", question):
        try:
            found = convert(item, _Item)
        except ValidationError as error:
            raise CallFailed(Reason.MALFORMED, "a link has no name, source or target") from error
        if not (found.source.field or found.target.field):  # those are of columns
            links.append(
                _Link(found.name, parent, found.source.fully_qualified_name, found.target.fully_qualified_name)
            )
    return links


def _makers(api: GcpApi, links: list[_Link]) -> dict[str, list[_Link]]:
    """The processes that made these links, by name, with theirs. Raises CallFailed, as where a link has none."""
    made: dict[str, list[_Link]] = {}
    found = set[str]()
    for parent in sorted({one.parent for one in links}):
        names = {one.name: one for one in links if one.parent == parent}
        waiting = iter(names)
        while batch := tuple(islice(waiting, _LINKS)):
            question = {"links": list(batch), "pageSize": _PAGE}
            for item in _pages(api, PROCESSES, f"{parent}:batchSearchLinkProcesses", "processLinks", question):
                process, own = item.get("process"), item.get("links")
                if not isinstance(process, str) or not _PROCESS.fullmatch(process) or not isinstance(own, list):
                    raise CallFailed(Reason.MALFORMED, "a process has no name or no links")
                known = [name for each in own if isinstance(each, Mapping) and (name := each.get("link")) in batch]
                made.setdefault(process, []).extend(names[name] for name in dict.fromkeys(known))
                found.update(known)
    if any(one.name not in found for one in links):
        raise CallFailed(Reason.MALFORMED, "a link has no process")
    return made


def _pages(
    api: GcpApi, operation: str, path: str, member: str, question: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The items of an answer, whose pages are asked for in the question itself. Raises CallFailed."""
    listing = Listing(api.calls.manners.bounds)
    while True:
        page = api.fetch(operation, f"{DATA_LINEAGE}/v1/{path}", body=question)
        found = page.get(member, [])
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            raise CallFailed(Reason.MALFORMED, f"{member} is not a list of objects")
        yield from found
        if not (token := page.get("nextPageToken")):
            return
        if endless := listing.endless(token, found):
            raise endless
        question = {**question, "pageToken": token}


def _step(api: GcpApi, process: str, links: list[_Link]) -> DataStep:
    """What a process read and made, and what it is called; its number where that may not be read."""
    item = api.call(PROCESS, f"{DATA_LINEAGE}/v1/{process}", absent=(NOT_FOUND,), fields=_FIELDS) or {}
    shown, origin = item.get("displayName"), item.get("origin")
    type = origin.get("sourceType") if isinstance(origin, Mapping) else None
    return DataStep(
        process=full_name(DATA_LINEAGE, process),
        name=shown if isinstance(shown, str) and shown else process.rpartition("/")[2],
        origin=type if isinstance(type, str) else None,
        reads=tuple(sorted({address_of(one.source) for one in links})),
        writes=tuple(sorted({address_of(one.target) for one in links})),
    )
