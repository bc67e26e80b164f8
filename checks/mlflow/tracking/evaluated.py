"""What is recorded behind a registered version: its run, its logged model, and what was measured of it, on which data.

An evaluation counts for the model that it names: metrics of the logged model, or of the run that made the version where
they name no other. On training data nothing was evaluated, and a run that failed or was deleted recorded nothing that
counts.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.records import Metric, Pair, tag
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.behind import logged_model_of
from checks.mlflow.tracking.resources import DatasetInput, LoggedModel, Run
from scanner.model.nouns import Verdict, joined, unknown, unobserved
from scanner.model.views import View

#: The tag of a data set that says what it was for, and how training is spelled there.
CONTEXT = "mlflow.data.context"
_TRAINING = ("training", "train", "fit")
#: How a run ended whose metrics do not count.
_FAILED = ("FAILED", "KILLED")


class Measured(NamedTuple):
    """Metrics that name data on which the model was not trained, those that name none, and what they were found in.

    `state` is what its run says of its end.
    """

    on_data: tuple[Metric, ...]
    on_none: tuple[Metric, ...]
    path: tuple[str, ...]
    state: dict[str, Any]


def run_of(version: ModelVersion, view: View) -> Run | Verdict | None:
    """The run that made a version; None where it names none, or the run is not there any more."""
    if missing := unobserved(version, "run_id"):
        return missing
    if not version.run_id:
        return None
    id = ids.run(version.scope.account, version.run_id)
    found = view.get(Run, id)
    return unknown("Run", path=(id,)) if found is UNSET else found


def logged_of(version: ModelVersion, view: View) -> LoggedModel | Verdict | None:
    """The logged model that a version was registered from; None where it names none, or it is not there any more."""
    if missing := unobserved(version, "model_id", "source"):
        return missing
    if not (model := logged_model_of(version)):
        return None
    id = ids.logged_model(version.scope.account, model)
    found = view.get(LoggedModel, id)
    return unknown("LoggedModel", path=(id,)) if found is UNSET else found


def measured(version: ModelVersion, view: View) -> Measured | Verdict:
    """What was measured of a version; an unknown verdict where that was not observed."""
    run, logged = run_of(version, view), logged_of(version, view)
    for each in (run, logged):
        if isinstance(each, Verdict):
            return each
    assert not isinstance(run, Verdict)  # noqa: S101 - seen to above
    assert not isinstance(logged, Verdict)  # noqa: S101 - seen to above
    if logged is not None and logged.metrics is UNSET:
        return unknown("LoggedModel.metrics", path=(logged.id,))
    if run is not None and (run.metrics is UNSET or run.datasets is UNSET):
        return unknown("Run.metrics", "Run.datasets", path=(run.id,))
    if run is not None and unobserved(run, "status", "lifecycle_stage"):
        return unknown("Run.status", "Run.lifecycle_stage", path=(run.id,))
    of_model = counting(logged.metrics or () if logged is not None else (), run)
    of_run = counting(run.metrics or () if run is not None else (), run)
    trained = training_digests(run.datasets or ()) if run is not None else frozenset()
    # A run may have measured other models, too. Those of the one that it logged are kept with that one.
    nameless = (None, "") if logged is None else ()
    numbers = (metric for metric in of_model if not _is_nothing(metric, of_run))
    every = (*numbers, *(metric for metric in of_run if metric.model_id in (*nameless, logged_model_of(version))))
    return Measured(
        tuple(metric for metric in every if metric.dataset_digest and metric.dataset_digest not in trained),
        tuple(metric for metric in every if not metric.dataset_digest),
        tuple(one.id for one in (version, run, logged) if one is not None),
        joined(run, "status", "lifecycle_stage") if run is not None else {},
    )


def _is_nothing(metric: Metric, of_run: Iterable[Metric]) -> bool:
    """Whether a metric of a logged model stands for no number: MLflow gives 0 there, and NaN in the run."""
    return metric.value == 0 and any(one.key == metric.key and one.value == "NaN" for one in of_run)


def is_void(run: Run) -> bool:
    """Whether a run failed, was stopped or is deleted."""
    return run.status in _FAILED or run.lifecycle_stage == "deleted"


def counting(metrics: Iterable[Metric], run: Run | None) -> list[Metric]:
    """Metrics without those that a run recorded which failed, was stopped or is deleted."""
    if run is None or not is_void(run):
        return list(metrics)
    own = run.id.rpartition("/")[2]
    return [one for one in metrics if one.run_id not in (None, "", own)]


def is_training(tags: tuple[Pair, ...] | None) -> bool:
    """Whether the tags of a data set say that a run was trained on it."""
    return (tag(tags, CONTEXT) or "").strip().lower() in _TRAINING


def training_digests(datasets: tuple[DatasetInput, ...]) -> frozenset[str]:
    """The digests of the data that a run says it trained on."""
    return frozenset(
        each.dataset.digest
        for each in datasets
        if each.dataset is not None and each.dataset.digest and is_training(each.tags)
    )
