"""Collectors of lineage. Events of runs come first; jobs and data sets are those listed, and those that runs name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import UNSET, UnsetType

from checks.lineage.openlineage.resources import LineageDataset, LineageJob, LineageRun
from checks.lineage.permissions import DATASETS, EVENTS, JOBS, NAMESPACES
from scanner.lineage.filling import is_model
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.run_parts import Data, Name
from scanner.lineage.summaries import DESCRIBING, aliases, run_summaries
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.lineage.client.api import LineageApi

#: What a name may be written with in an id.
_PLAIN = ":.@-_~"
Key = tuple[str, str]


def _id(api: LineageApi, what: str, *names: str) -> str:
    """The id of a job, run or data set: below the address of its server, or the name of its file or folder."""
    account = api.scope.account
    top = account if "://" in account else f"//{quote(account, safe=_PLAIN)}"
    return "/".join((top, what, *(quote(name, safe=_PLAIN) for name in names)))


@collector(LineageRun, operations=(EVENTS,), per="account")
def runs(api: LineageApi) -> Iterator[LineageRun]:
    kept = KeptEvents()
    for event in api.events():
        kept.add(event)
    kept.seal()
    for run in run_summaries(kept):
        yield api.decode(LineageRun, {EVENTS: run}, id=_id(api, "runs", run["id"]), name=run["id"])
    kept.close()


@collector(LineageJob, operations=(JOBS, NAMESPACES), per="account", follows=(LineageRun,))
def jobs(api: LineageApi, found: Found) -> Iterator[LineageJob]:
    def job(key: Key, reply: Mapping[str, Any] | UnsetType | None) -> LineageJob:
        id = _id(api, "jobs", *key)
        return api.decode(LineageJob, {JOBS: reply}, id=id, name=key[1], namespace=key[0])

    seen: set[Key] = set()
    for key, item in _listed(api, JOBS):
        if key not in seen:
            seen.add(key)
            yield job(key, item)
    rest = api.absent()
    for run in found.of(LineageRun):
        key = run.job_namespace or "", run.job_name or ""
        if all(key) and key not in seen:
            seen.add(key)
            yield job(key, rest)


@collector(LineageDataset, operations=(DATASETS, NAMESPACES), per="account", follows=(LineageRun,))
def data_sets(api: LineageApi, found: Found) -> Iterator[LineageDataset]:
    def data_set(key: Key, reply: Mapping[str, Any] | UnsetType | None) -> LineageDataset:
        facts: dict[str, Any] = {}
        if reply is not UNSET:
            facets = (reply or {}).get("facets")
            facets = facets if isinstance(facets, Mapping) else {}
            facts = {
                "described": tuple(sorted(DESCRIBING & facets.keys())),
                "alias": tuple(Name(**other) for other in aliases(facets)),
                "model": is_model(facets),
            }
        id = _id(api, "datasets", *key)
        return api.decode(LineageDataset, {DATASETS: reply}, id=id, name=key[1], namespace=key[0], **facts)

    seen: set[Key] = set()
    for key, item in _listed(api, DATASETS):
        if key not in seen:
            seen.add(key)
            yield data_set(key, item)
    rest = api.absent()
    for run in found.of(LineageRun):
        for data in _data(run):
            key = data.namespace or "", data.name or ""
            if all(key) and key not in seen:
                seen.add(key)
                yield data_set(key, rest)


def _listed(api: LineageApi, operation: str) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """What is listed, with its namespace and name; what has none is left out, with a gap."""
    for item in api.listed(operation):
        namespace, name = item.get("namespace"), item.get("name")
        if isinstance(namespace, str) and isinstance(name, str) and namespace and name:
            yield (namespace, name), item
        else:
            api.malformed(operation, "what is listed has no namespace or no name")


def _data(run: LineageRun) -> Iterator[Data]:
    for side in (run.inputs, run.outputs):
        yield from side or ()
