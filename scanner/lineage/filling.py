"""From records of events to the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.lineage.dataset_names import Place, place
from scanner.lineage.events import EventKind
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Graph, Sort, What
from scanner.lineage.merging import Named, Record

#: What an endpoint is in OpenLineage: a job of this processing type and type.
ENDPOINT = ("SERVICE", "ENDPOINT")


def graph_of(kept: KeptEvents, folder: Path | None = None) -> Graph:
    """The graph of all events."""
    graph = Graph(folder)
    for record in kept.records(EventKind.DATASET):
        if record.dataset is not None:
            add_data(graph, record.dataset)
    for record in kept.records(EventKind.JOB):
        _add_job(graph, record)
    for record in kept.records(EventKind.RUN):
        _add_run(graph, record)
    graph.seal()
    return graph


def add_data(graph: Graph, named: Named) -> int:
    """A data set with the other names that a symlink gives it."""
    where = place(named.namespace, named.name)
    number = graph.data(where, label_of(named.name, where), model=is_model(named.facets))
    for other in symlinks(named.facets):
        graph.same(where, place(*other))
    return graph.find(where) or number


def label_of(name: str, where: Place) -> str:
    """What data is called where people read it: of the id of a resource that which they know it by."""
    if where.scheme == "azureml":
        return name.rpartition("/workspaces/")[2]
    if where.store.endswith(".googleapis.com"):
        return "/".join(where.parts[-2:])
    return str(where) if name == "/" else name


def symlinks(facets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The other namespaces and names of a data set. What is no name in such a facet counts for nothing."""
    for one in _items(facets, "symlinks", "identifiers"):
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(namespace, str) and isinstance(name, str) and namespace and name.strip("/. "):
            yield namespace, name


def is_model(facets: Mapping[str, Any]) -> bool:
    """Whether a data set says that it is a model."""
    facet = facets.get("datasetType")
    said = facet.get("datasetType") if isinstance(facet, Mapping) else None
    return isinstance(said, str) and said.upper() == "MODEL"


def parent_of(facets: Mapping[str, Any]) -> tuple[str, tuple[str, str]] | None:
    """The run that began a run, and its job."""
    facet = facets.get("parent")
    if not isinstance(facet, Mapping):
        return None
    run, job = facet.get("run"), facet.get("job")
    if not isinstance(run, Mapping) or not isinstance(job, Mapping):
        return None
    match run.get("runId"), job.get("namespace"), job.get("name"):
        case str(id), str(namespace), str(name) if id and namespace and name:
            return id, (namespace, name)
    return None


def _items(facets: Mapping[str, Any], facet: str, member: str) -> Iterator[Mapping[str, Any]]:
    """The objects in a list of a facet."""
    found = facets.get(facet)
    items = found.get(member) if isinstance(found, Mapping) else None
    return (item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else iter(())


def job_key(namespace: str, name: str) -> str:
    """What a job is known by in the graph."""
    return f"{namespace}\0{name}"


def _add_job(graph: Graph, record: Record) -> None:
    serves = record.job is not None and is_endpoint(record.job.facets)
    job = graph.node(Sort.ENDPOINT if serves else Sort.JOB, job_key(*record.key), record.key[1])
    if serves:
        for named in record.inputs.values():
            graph.edge(add_data(graph, named), job, What.SERVES)
    else:
        _join(graph, job, record.inputs.values(), record.outputs.values())


def is_endpoint(facets: Mapping[str, Any]) -> bool:
    """Whether a job is an endpoint: it runs for ever, and serves what it reads."""
    facet = facets.get("jobType")
    return isinstance(facet, Mapping) and (facet.get("processingType"), facet.get("jobType")) == ENDPOINT


def _add_run(graph: Graph, record: Record) -> None:
    run = graph.node(Sort.RUN, record.key[0], record.key[0], record.state)
    if record.job is not None:
        job = graph.node(Sort.JOB, job_key(*record.job.key), record.job.name)
        graph.edge(job, run, What.RAN)
    if (parent := parent_of(record.facets)) is not None:
        before = graph.node(Sort.RUN, parent[0], parent[0])
        graph.edge(graph.node(Sort.JOB, job_key(*parent[1]), parent[1][1]), before, What.RAN)
        graph.edge(before, run, What.BEGAN)
    # What failed or was stopped made nothing, whatever it set out to make.
    _join(graph, run, record.inputs.values(), () if record.state in ("FAIL", "ABORT") else record.outputs.values())


def _join(graph: Graph, number: int, inputs: Iterable[Named], outputs: Iterable[Named]) -> None:
    for named in inputs:
        graph.edge(add_data(graph, named), number, What.READ)
    for named in outputs:
        graph.edge(number, add_data(graph, named), What.WROTE)
