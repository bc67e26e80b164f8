"""What SageMaker's own lineage has of an artifact, as OpenLineage events: one for each job that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner import HOME
from scanner.lineage.dataset_names import place_of
from scanner.lineage.event_writing import SCHEMA
from scanner.lineage.events import instant
from scanner.lineage.facets import data_at, facet
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory

#: The facet of ours that says that what led to some data was not followed to its beginning.
CUT = "mlposture_cut"
_TRAINING = "training-job"


def artifact_lineage(one: Any, inventory: Inventory, _: Mapping[str, type[Resource]]) -> Iterator[dict[str, Any]]:
    """The events of a record: its jobs, each once, and the artifact, where something is left out."""
    said = {"eventTime": instant(inventory.taken_at), "producer": HOME}
    for step in one.steps or ():
        reads = [data_at(place_of(uri)) for uri in step.reads or ()]
        writes = [data_at(place_of(uri), model=uri == one.uri) for uri in step.writes or ()]
        job = {"namespace": f"aws://{one.scope.account}/{one.scope.region}", "name": _called(step.job or one.name)}
        yield {**said, "schemaURL": f"{SCHEMA}JobEvent", "job": job, "inputs": reads, "outputs": writes}
    if one.uri and one.cut:
        data = data_at(place_of(one.uri), model=True)
        data["facets"][CUT] = facet({"depth": 10, "source": "SageMaker lineage"})
        yield {**said, "schemaURL": f"{SCHEMA}DatasetEvent", "dataset": data}


def _called(arn: str) -> str:
    """The name of a training job, as its own event has it; of anything else its type and name."""
    type, _, name = arn.rpartition(":")[2].partition("/")
    return name if type == _TRAINING and name else arn.rpartition(":")[2]
