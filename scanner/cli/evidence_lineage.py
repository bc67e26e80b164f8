"""What lies around an AI system in the lineage that an inventory holds, for a dossier to draw."""

from collections.abc import Mapping, Sequence

from scanner.cli.declared import with_room
from scanner.evidence.dossier_types import Held, Lineage, LineageEdge, LineageNode
from scanner.lineage.dataset_names import Place, place
from scanner.lineage.drawing import draw
from scanner.lineage.events import NotAnEvent, read_event
from scanner.lineage.facets import CUT
from scanner.lineage.filling import graph_of, job_key
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Sort
from scanner.lineage.observed import observed_events
from scanner.lineage.observed_runs import mlflow_run_id
from scanner.lineage.told import KINDS, job_called
from scanner.model.collectors import Collector
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph as Joins

_RECORDED, _MLFLOW = "lineage.openlineage.LineageRun", "mlflow.tracking.Run"
_SORTS = {"job": Sort.JOB, "endpoint": Sort.ENDPOINT}


def lineage_of(held: Sequence[Held], inventory: Inventory, collectors: Mapping[str, Collector]) -> Lineage | None:
    """The drawing around the jobs, runs and endpoints among these resources; None where nothing is known of any."""
    runs = {one.name for one in held if one.kind == _RECORDED}
    runs |= {mlflow_run_id(one.id) for one in held if one.kind == _MLFLOW}
    keys = {
        (_SORTS[told.what], job_key(*job_called(one.scope, one.id, one.name)))
        for one in held
        if (told := KINDS.get(one.kind)) is not None and told.what in _SORTS
    }
    if not runs and not keys:
        return None
    kept = KeptEvents()
    stated: set[tuple[Sort, str]] = set()
    cut: set[Place] = set()
    joins = with_room(inventory, lambda folder: Joins(inventory, collectors, folder))
    for event in observed_events(inventory, joins):
        try:
            kept.add(read_event(event))
        except NotAnEvent:  # of what has no name, nothing can be drawn
            continue
        if CUT in event.get("dataset", {}).get("facets", {}):
            cut.add(place(event["dataset"]["namespace"], event["dataset"]["name"]))
        if "run" not in event and (event.get("inputs") or event.get("outputs")):
            job = event["job"]  # which has facets if it is an endpoint
            sort = Sort.ENDPOINT if "facets" in job else Sort.JOB
            stated.add((sort, job_key(job["namespace"], job["name"])))
    kept.seal()
    graph = graph_of(kept)
    starts = [graph.named(Sort.RUN, name) for name in sorted(runs)] + [graph.named(*key) for key in sorted(keys)]
    there = [number for number in starts if number is not None]
    if not there:
        return None
    drawing = draw(graph, there)
    return Lineage(
        nodes=tuple(
            LineageNode(sort=str(one.node.sort), label=one.node.label, state=one.node.state, column=one.column)
            for one in drawing.spots
        ),
        edges=tuple(LineageEdge(source=one.source, target=one.target, perhaps=one.perhaps) for one in drawing.lines),
        left_out=drawing.left_out,
        stated=len(keys & stated),
        recorded=len(runs),
        cut=sum(1 for one in drawing.spots if cut.intersection(graph.places(one.node.number))),
    )
