"""Lineage that an inventory holds, as OpenLineage events: what clouds state of jobs, models and endpoints, and runs.

A job reads and writes the addresses in its fields, a model is the artifact that it is made of, and an endpoint serves
the models that its joins lead to (`scanner/systems/graph.py`). A job made a model whose artifact lies where it wrote.
All of it was observed when the inventory was taken, so that events are about jobs and not about runs of theirs. Runs
are those that a scan of lineage kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from scanner import HOME
from scanner.lineage.dataset_names import Place, place_of
from scanner.lineage.event_writing import SCHEMA
from scanner.lineage.events import instant
from scanner.lineage.filling import ENDPOINT
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph
from scanner.systems.texts import texts

_JOB_EVENT, _FACET = f"{SCHEMA}JobEvent", f"{SCHEMA}BaseFacet"
#: The kind of a run that a scan of lineage kept. This room stands below the checks and cannot import it.
_RUN = "lineage.openlineage.LineageRun"
#: Joins between an endpoint and the model that it serves.
_FAR = 6


class Told(Struct, frozen=True):
    """What a kind says of lineage: the members that hold what it reads, and what it writes. `*` is any text.

    A job writes below its own name if it is `named`. In these `states` it made nothing.
    """

    what: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    named: bool = False
    states: tuple[str, ...] = ()


_ARTIFACTS = ("*model_data_url", "*s3_data_source.s3_uri", "*additional_s3_data_source.s3_uri")
KINDS = {
    "aws.sagemaker.TrainingJob": Told(
        "job",
        ("inputs[[]].data_source.s3_data_source.s3_uri",),
        ("output.s3_output_path",),
        named=True,
        states=("Failed", "Stopped"),
    ),
    "aws.sagemaker.Model": Told("model", _ARTIFACTS),
    "aws.sagemaker.ModelPackage": Told("model", _ARTIFACTS),
    "aws.sagemaker.Endpoint": Told("endpoint"),
    "gcp.vertex_ai.CustomJob": Told("job", (), ("output_uri",), states=("JOB_STATE_FAILED", "JOB_STATE_CANCELLED")),
    "gcp.vertex_ai.Model": Told("model", ("artifact_uri",)),
    "gcp.vertex_ai.Endpoint": Told("endpoint"),
    "azure.machine_learning.OnlineDeployment": Told("model", ("model",)),
    "azure.machine_learning.OnlineEndpoint": Told("endpoint"),
}


def observed_events(inventory: Inventory, graph: Graph) -> Iterator[dict[str, Any]]:
    """The events that an inventory comes to; `graph` is that of its joins."""
    for number in range(len(graph)):
        kind = graph.kind(number)
        if kind.kind == _RUN:
            run = inventory.find(kind, graph.names.key(number).id)
            yield from _of_run(run) if run is not None else ()
        told = KINDS.get(kind.kind)
        resource = inventory.find(kind, graph.names.key(number).id) if told else None
        if told is None or resource is None:
            continue
        if told.what == "job":
            yield _event(resource, inventory.taken_at, _addresses(resource, told.reads), _written(resource, told))
        elif told.what == "model":
            for _, other in graph.joins(number):
                job = KINDS.get(graph.kind(other).kind)
                if job is not None and job.what == "job":
                    made = inventory.find(graph.kind(other), graph.names.key(other).id)
                    if made is not None and _made_something(made, job):
                        yield _event(made, inventory.taken_at, (), _artifacts(resource), model=True)
        else:
            served = [one for model in _served(graph, number) for one in _model_of(inventory, graph, model)]
            yield _event(resource, inventory.taken_at, served, (), model=True, endpoint=True)


def _event(
    resource: Resource, at: datetime, reads: Any, writes: Any, *, model: bool = False, endpoint: bool = False
) -> dict[str, Any]:
    """What is known of a job or an endpoint, as an event about the job."""
    scope = resource.scope
    job: dict[str, Any] = {"namespace": f"{scope.provider}://{scope.account}/{scope.region}", "name": resource.name}
    if endpoint:
        processing, type = ENDPOINT
        said = {"processingType": processing, "integration": scope.provider.upper(), "jobType": type}
        job["facets"] = {"jobType": _facet(said)}
    return {
        "eventTime": instant(at),
        "producer": HOME,
        "schemaURL": _JOB_EVENT,
        "job": job,
        "inputs": [_data(where, model=model) for where in reads],
        "outputs": [_data(where, model=model) for where in writes],
    }


def _facet(content: dict[str, Any]) -> dict[str, Any]:
    return {"_producer": HOME, "_schemaURL": _FACET, **content}


def _data(where: Place, *, model: bool) -> dict[str, Any]:
    facets = {"datasetType": _facet({"datasetType": "MODEL"})} if model else {}
    return {"namespace": where.namespace, "name": where.path or "/", "facets": facets}


def _of_run(run: Any) -> Iterator[dict[str, Any]]:
    """The events of a run that a scan of lineage kept, as far as it kept them."""
    common = {
        "producer": HOME,
        "schemaURL": f"{SCHEMA}RunEvent",
        "run": {"runId": run.name},
        "job": {"namespace": run.job_namespace or "", "name": run.job_name or ""},
    }
    sides = {side: [_kept(data) for data in getattr(run, side) or ()] for side in ("inputs", "outputs")}
    times = {"START": run.started_at, **({run.state: run.ended_at} if run.state else {})}
    times = {type: at for type, at in times.items() if at}
    for type, at in times.items():
        last = type == list(times)[-1]
        yield {"eventType": type, "eventTime": instant(at), **common, **(sides if last else {})}


def _kept(data: Any) -> dict[str, Any]:
    """A data set of such a run, with what was kept of its facets."""
    facets: dict[str, Any] = {}
    if data.version:
        facets["version"] = _facet({"datasetVersion": data.version})
    if data.model:
        facets["datasetType"] = _facet({"datasetType": "MODEL"})
    if data.role:
        facets["tags"] = _facet({"tags": [{"key": "role", "value": data.role, "source": "mlposture"}]})
    if data.alias:
        others = [{"namespace": one.namespace, "name": one.name, "type": "TABLE"} for one in data.alias]
        facets["symlinks"] = _facet({"identifiers": others})
    return {"namespace": data.namespace, "name": data.name, "facets": facets}


def _addresses(resource: Resource, members: tuple[str, ...]) -> tuple[Place, ...]:
    """What stands in these members, each place once."""
    found = (text for path, text, _ in texts(resource) if any(fnmatchcase(path, one) for one in members))
    return tuple(dict.fromkeys(map(place_of, found)))


def _written(resource: Resource, told: Told) -> tuple[Place, ...]:
    if not _made_something(resource, told):
        return ()
    places = _addresses(resource, told.writes)
    below = resource.name if told.named else ""
    return tuple(Place(one.store, f"{one.path}/{below}".strip("/")) for one in places)


def _made_something(resource: Resource, told: Told) -> bool:
    state = getattr(resource, "status", None) or getattr(resource, "state", None)
    return state not in told.states


def _artifacts(resource: Resource) -> tuple[Place, ...]:
    return _addresses(resource, KINDS[type(resource).kind].reads)


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
    """The artifacts of a model; of one that names none, what it is called."""
    key = graph.names.key(number)
    resource = inventory.find(graph.kind(number), key.id)
    return (_artifacts(resource) if resource is not None else ()) or (place_of(key.id),)
