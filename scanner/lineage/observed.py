"""Lineage that an inventory holds, as OpenLineage events: what clouds state of jobs, models and endpoints, and runs.

A job reads and writes the addresses in its fields, a model is the artifact that it is made of, and an endpoint serves
the models that its joins lead to (`scanner/systems/graph.py`). A job made a model that names it, or whose artifact lies
where it wrote. All of it was observed when the inventory was taken, so that events are about jobs and not about runs
of theirs. Runs are those that a scan of lineage kept, or that MLflow records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scanner import HOME
from scanner.lineage.dataset_names import Place
from scanner.lineage.event_writing import SCHEMA
from scanner.lineage.events import instant
from scanner.lineage.facets import data_at, facet
from scanner.lineage.filling import ENDPOINT
from scanner.lineage.observed_runs import catalog_lineage, mlflow_run, mlflow_version, recorded_run
from scanner.lineage.observed_steps import artifact_lineage, data_lineage, model_lineage
from scanner.lineage.told import (
    KINDS,
    Told,
    addresses,
    job_called,
    made_something,
    names_of_model,
    workspace,
    written,
)
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph

#: Joins between an endpoint and the model that it serves.
_FAR = 6
#: Kinds that tell of runs, or of several jobs. This room stands below the checks and cannot import them.
_RUNS = {
    "aws.datazone.CatalogLineage": catalog_lineage,
    "aws.sagemaker.ArtifactLineage": artifact_lineage,
    "gcp.data_lineage.DataLineage": data_lineage,
    "gcp.vertex_ai.ModelLineage": model_lineage,
    "lineage.openlineage.LineageRun": recorded_run,
    "mlflow.tracking.Run": mlflow_run,
    "mlflow.registry.ModelVersion": mlflow_version,
}


def observed_events(inventory: Inventory, graph: Graph) -> Iterator[dict[str, Any]]:
    """The events that an inventory comes to; `graph` is that of its joins."""
    for number in range(len(graph)):
        kind = graph.kind(number)
        told, of_run = KINDS.get(kind.kind), _RUNS.get(kind.kind)
        resource = inventory.find(kind, graph.names.key(number).id) if told or of_run else None
        if resource is None:
            continue
        if of_run is not None:
            yield from of_run(resource, inventory, graph.kinds)
        elif told is not None:
            yield from _OF[told.what](resource, told, inventory, graph, number)


def _of_job(job: Resource, told: Told, inventory: Inventory, _: Graph, __: int) -> Iterator[dict[str, Any]]:
    made = addresses(job, told.made) if made_something(job, told) else ()
    data = [data_at(one, model=True) for one in made] or [data_at(one) for one in written(job, told)]
    yield _event(job, inventory.taken_at, map(data_at, addresses(job, told.reads)), data)


def _of_model(model: Resource, told: Told, inventory: Inventory, graph: Graph, number: int) -> Iterator[dict[str, Any]]:
    """Which jobs made it, and by which other names its files are known."""
    data = [data_at(one, model=True) for one in names_of_model(model)]
    if called := addresses(model, told.called):
        data = [data_at(one, model=True, alias=called) for one in names_of_model(model)]
        yield from (_of_data(one, inventory.taken_at) for one in data)
    for _, other in graph.joins(number):
        makes = KINDS.get(graph.kind(other).kind)
        if makes is None or makes.what != "job":
            continue
        job = inventory.find(graph.kind(other), graph.names.key(other).id)
        if job is not None and made_something(job, makes) and _is_reached(model, job):
            yield _event(job, inventory.taken_at, (), data)


def _is_reached(model: Resource, job: Resource) -> bool:
    """Whether a job can be the one that a model names: in Azure ML a name holds in one workspace alone."""
    return model.scope.provider != "azure" or workspace(model.id) == workspace(job.id)


def _of_endpoint(
    endpoint: Resource, _: Told, inventory: Inventory, graph: Graph, number: int
) -> Iterator[dict[str, Any]]:
    served = [one for model in _served(graph, number) for one in _model_of(inventory, graph, model)]
    processing, type = ENDPOINT
    said = {"processingType": processing, "integration": endpoint.scope.provider.upper(), "jobType": type}
    facets = {"jobType": facet(said)}
    yield _event(endpoint, inventory.taken_at, [data_at(one, model=True) for one in served], (), facets)


_OF = {"job": _of_job, "model": _of_model, "endpoint": _of_endpoint}


def _event(
    resource: Resource,
    at: datetime,
    inputs: Iterable[Any],
    outputs: Iterable[Any],
    facets: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What is known of a job or an endpoint, as an event about the job."""
    namespace, name = job_called(resource.scope, resource.id, resource.name)
    job: dict[str, Any] = {"namespace": namespace, "name": name}
    return {
        "eventTime": instant(at),
        "producer": HOME,
        "schemaURL": f"{SCHEMA}JobEvent",
        "job": job | ({"facets": facets} if facets else {}),
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def _of_data(data: dict[str, Any], at: datetime) -> dict[str, Any]:
    """An event that says by which names some data is known."""
    return {"eventTime": instant(at), "producer": HOME, "schemaURL": f"{SCHEMA}DatasetEvent", "dataset": data}


def _served(graph: Graph, endpoint: int) -> list[int]:
    """The models that an endpoint leads to, by way of its configuration or its deployments."""
    found: dict[int, None] = {}
    seen, edge = {endpoint}, [endpoint]
    for _ in range(_FAR):
        ahead = [other for one in edge for _, other in (*graph.joins(one), *graph.parts(one))]
        edge = []
        for other in ahead:
            if other in seen or graph.category(other) != "lineage":
                continue
            seen.add(other)
            told = KINDS.get(graph.kind(other).kind)
            if told is None:
                edge.append(other)
            elif told.what == "model":
                found[other] = None
    return list(found)


def _model_of(inventory: Inventory, graph: Graph, number: int) -> tuple[Place, ...]:
    """What a model is known by."""
    resource = inventory.find(graph.kind(number), graph.names.key(number).id)
    return names_of_model(resource) if resource is not None else ()
