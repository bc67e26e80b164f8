"""Runs as one graph, which checks of lineage share: who read and wrote which data, by its one spelling."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET

from checks.lineage.openlineage.resources import LineageRun
from scanner.lineage.dataset_names import Place
from scanner.lineage.filling import job_key
from scanner.lineage.lineage_graph import Graph, Sort, What
from scanner.lineage.roles import Role
from scanner.lineage.run_parts import Data
from scanner.model.views import View

#: Ends of a run that made nothing.
MADE_NOTHING = ("FAIL", "ABORT")
COMPLETE = "COMPLETE"
#: Without these, a run is not known.
_FIELDS = ("state", "job_namespace", "job_name", "role", "inputs", "outputs", "ended_at")


class Lineage(NamedTuple):
    """The graph of all runs. It is `whole` if all runs were read, and of each all that the graph is made of."""

    graph: Graph
    whole: bool


def lineage(view: View) -> Graph:
    """The graph of the runs of an inventory, made once."""
    return view.derive(_lineage).graph


def is_whole(view: View) -> bool:
    """Whether nothing is missing in that graph, so that something may be concluded from what is not there."""
    return view.derive(_lineage).whole


def _lineage(view: View) -> Lineage:
    graph, runs = Graph(), view.all(LineageRun)
    whole = runs.complete
    for run in runs:
        whole = whole and not any(getattr(run, field) is UNSET for field in _FIELDS)
        number = graph.node(Sort.RUN, run.id, run.name, run.state or "")
        key = job_key(run.job_namespace or "", run.job_name or "")
        graph.edge(graph.node(Sort.JOB, key, run.job_name or ""), number, What.RAN)
        for data in run.inputs or ():
            graph.edge(_data(graph, data), number, What.READ)
        for data in (run.outputs or ()) if run.state not in MADE_NOTHING else ():
            graph.edge(number, _data(graph, data), What.WROTE)
    graph.seal()
    return Lineage(graph, whole)


def _data(graph: Graph, data: Data) -> int:
    number = graph.data(data.place, data.name or "", model=bool(data.model))
    for other in data.alias or ():
        graph.same(data.place, other.place)
    return graph.find(data.place) or number


def runs_of(view: View, namespace: str, name: str) -> Iterator[LineageRun]:
    """The runs of a job."""
    number = lineage(view).named(Sort.JOB, job_key(namespace, name))
    return _runs(view, lineage(view).targets(number, What.RAN) if number else ())


def readers(view: View, where: Place) -> Iterator[LineageRun]:
    """The runs that read the data at a place."""
    number = lineage(view).find(where)
    return _runs(view, lineage(view).targets(number, What.READ) if number else ())


def writers(view: View, where: Place) -> Iterator[LineageRun]:
    """The runs that wrote the data at a place, or said they would and are not at their end."""
    number = lineage(view).find(where)
    return _runs(view, lineage(view).sources(number, What.WROTE) if number else ())


def perhaps_writers(view: View, where: Place) -> Iterator[LineageRun]:
    """The runs that wrote what might be that data, hold it, or lie in it."""
    for number in lineage(view).near(where):
        yield from _runs(view, lineage(view).sources(number, What.WROTE))


def _runs(view: View, numbers: Iterable[int]) -> Iterator[LineageRun]:
    for number in numbers:
        run = view.get(LineageRun, lineage(view).at(number).key)
        if isinstance(run, LineageRun):
            yield run


def is_same(view: View, one: Place, other: Place) -> bool:
    """Whether two places hold the same data, by their names or by a symlink."""
    found = lineage(view).find(one)
    return one == other or (found is not None and found == lineage(view).find(other))


def latest(runs: Iterator[LineageRun]) -> LineageRun | None:
    """The run among these that was completed last; of those without a time, any."""
    found = [run for run in runs if run.state == COMPLETE]
    return max(found, key=lambda run: (str(run.ended_at or ""), run.id), default=None)


def data_for(run: LineageRun, role: Role) -> tuple[Data, ...]:
    """What a run read to train with, or to evaluate on. Models are neither."""
    return tuple(data for data in run.inputs or () if data.role == role and not data.model)


def models_of(run: LineageRun) -> tuple[Data, ...]:
    """The models that a run read."""
    return tuple(data for data in run.inputs or () if data.model)


def is_training(run: LineageRun) -> bool:
    return run.role == Role.TRAINING or bool(data_for(run, Role.TRAINING))
