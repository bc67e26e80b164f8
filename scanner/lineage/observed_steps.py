"""What SageMaker, Vertex ML Metadata and Google's data lineage have of an artifact, as OpenLineage events.

There is one for each job that led to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner import HOME
from scanner.lineage.dataset_names import Place, place_of
from scanner.lineage.event_writing import SCHEMA
from scanner.lineage.events import instant
from scanner.lineage.facets import CUT, data_at, facet
from scanner.lineage.observed_runs import everywhere
from scanner.lineage.told import job_called, names_of_model
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory

Kinds = Mapping[str, type[Resource]]

_TRAINING = "training-job"
_JOBS = {"customJobs": "gcp.vertex_ai.CustomJob", "trainingPipelines": "gcp.vertex_ai.TrainingPipeline"}
#: States in which an execution made nothing. One from the cache stands for that whose result it took.
_MADE_NOTHING = ("FAILED", "CANCELLED")
#: What writes an artifact down that was there: steps of pipelines that import one, or look one up.
_FOUND = ("system.ImporterExecution", "system.ResolverExecution")


def artifact_lineage(one: Any, inventory: Inventory, _: Kinds) -> Iterator[dict[str, Any]]:
    """The events of a record of SageMaker: its jobs, each once, and the artifact, where something is left out."""
    for step in one.steps or ():
        reads = [data_at(place_of(uri)) for uri in step.reads or ()]
        writes = [data_at(place_of(uri), model=uri == one.uri) for uri in step.writes or ()]
        job = f"aws://{one.scope.account}/{one.scope.region}", _called(step.job or one.name)
        yield _of_job(inventory, job, reads, writes)
    if one.uri and one.cut:
        yield _cut(inventory, place_of(one.uri), 10, "SageMaker lineage")


def _called(arn: str) -> str:
    """The name of a training job, as its own event has it; of anything else its type and name."""
    type, _, name = arn.rpartition(":")[2].partition("/")
    return name if type == _TRAINING and name else arn.rpartition(":")[2]


def made_something(step: Any) -> bool:
    """Whether an execution in Vertex ML Metadata made what is noted as its output, and neither failed nor found it."""
    return step.state not in _MADE_NOTHING and step.type not in _FOUND


def model_lineage(one: Any, inventory: Inventory, kinds: Kinds) -> Iterator[dict[str, Any]]:
    """The events of what Vertex ML Metadata has of a version: its executions, each once, and by which names it goes.

    An execution that registers files as a version reads and writes the same, and is no step on the way.
    """
    found = (inventory.find(kinds["gcp.vertex_ai.Model"], id) for id in one.models or ())
    models = [model for model in found if model is not None]
    own = tuple(dict.fromkeys(place for model in models for place in names_of_model(model))) or (place_of(one.id),)
    version = one.uri if one.uri and one.uri.startswith("//") and "@" in one.uri else None
    if version:  # other lineage knows the version by its name
        yield _of_data(inventory, data_at(own[0], model=True, alias=[place_of(version)]))
    for step in one.steps or ():
        reads = dict.fromkeys(place for each in step.reads or () for place in _places(each, one.id, own))
        made = step.writes if made_something(step) else ()
        writes = dict.fromkeys(place for each in made or () for place in _places(each, one.id, own))
        models_of = {place for each in made or () if is_model_type(each.type) for place in _places(each, one.id, own)}
        registers = writes and writes.keys() <= set(own) and set(own) & reads.keys()
        if registers or not (reads or writes):
            continue
        outputs = [data_at(place, model=place in own or place in models_of) for place in writes]
        yield _of_job(inventory, _job(step, one, inventory, kinds), [data_at(place) for place in reads], outputs)
    if one.cut:
        yield _cut(inventory, own[0], one.cut, "Vertex ML Metadata")


def data_lineage(one: Any, inventory: Inventory, kinds: Kinds) -> Iterator[dict[str, Any]]:
    """The events of what Google's data lineage has of a version: its processes, each once, and its names.

    A process that reads the folder and writes the version has registered it, and is no step on the way.
    """
    found: Any = inventory.find(kinds["gcp.vertex_ai.Model"], one.model) if one.model else None
    version = place_of(f"{found.id.partition('@')[0]}@{found.version}" if found is not None else one.model or one.id)
    own = names_of_model(found) if found is not None else (version,)
    if version not in own:
        yield _of_data(inventory, data_at(own[0], model=True, alias=[version]))
    own = (*own, version)
    for step in one.steps or ():
        reads, writes = (dict.fromkeys(map(place_of, side or ())) for side in (step.reads, step.writes))
        if writes.keys() <= set(own) and set(own) & reads.keys():
            continue
        outputs = [data_at(place, model=place in own) for place in writes]
        yield _of_job(inventory, _process(step), [data_at(place) for place in reads], outputs)
    if one.cut:
        yield _cut(inventory, own[0], one.cut, "data lineage")


def _process(step: Any) -> tuple[str, str]:
    """What a process is called: in the project and location that keep it, with what reported it and its number."""
    _, project, _, location, _, number = step.process.partition(".com/")[2].split("/")
    said = f"{step.name} ({step.origin})" if step.origin else step.name
    return f"gcp://{project}/{location}", said if step.name == number else f"{said}/{number}"


def is_model_type(type: str | None) -> bool:
    """Whether the title of a schema in Vertex ML Metadata is one of models, such as `google.VertexModel`."""
    return (type or "").endswith("Model")


def _places(artifact: Any, start: str, own: tuple[Place, ...]) -> tuple[Place, ...]:
    """What an artifact is known by: that which the lineage is of as its model, what is not certain by its record.

    The name of a model without a version might be that of any, and an address of a machine means nothing elsewhere.
    """
    uri = artifact.uri or ""
    if artifact.id == start:
        return own
    if uri.startswith(("//", "/gcs/")) and ("@" in uri or "/models/" not in uri):
        return (place_of(uri),)
    return (everywhere(uri) or place_of(artifact.id or start),)


def _job(step: Any, one: Any, inventory: Inventory, kinds: Kinds) -> tuple[str, str]:
    """What the job of Vertex AI is called that an execution ran, else the execution."""
    kind = kinds.get(_JOBS.get((step.job or "/").split("/")[-2], ""))
    job = inventory.find(kind, step.job) if kind is not None else None
    if job is not None:
        return job_called(job.scope, job.id, job.name)
    return job_called(one.scope, step.job or step.execution or one.id, step.name or one.name)


def _of_job(
    inventory: Inventory, job: tuple[str, str], inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]
) -> dict[str, Any]:
    named = {"namespace": job[0], "name": job[1]}
    return {**_said(inventory, "JobEvent"), "job": named, "inputs": inputs, "outputs": outputs}


def _cut(inventory: Inventory, where: Place, depth: int, source: str) -> dict[str, Any]:
    data = data_at(where, model=True)
    data["facets"][CUT] = facet({"depth": depth, "source": source})
    return _of_data(inventory, data)


def _of_data(inventory: Inventory, data: dict[str, Any]) -> dict[str, Any]:
    return {**_said(inventory, "DatasetEvent"), "dataset": data}


def _said(inventory: Inventory, type: str) -> dict[str, Any]:
    return {"eventTime": instant(inventory.taken_at), "producer": HOME, "schemaURL": f"{SCHEMA}{type}"}
