"""Evaluations of registered versions, by group, as logged models and runs record them.

Metrics of a logged model that name the same data are one evaluation of it, as old as the oldest of them. Those of the
run that made a version name no data. MLflow keeps what is no number as 0 in a logged model, and as text in its run: a 0
that the run does not have as well is not believed.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import UNSET
from msgspec.structs import replace

from checks.mlflow.records import Metric, Pair, moment
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.behind import logged_model_of
from checks.mlflow.tracking.evaluated import counting, is_void, logged_of, run_of, training_digests
from checks.mlflow.tracking.resources import EvaluationTable, LoggedModel, Run
from scanner.model.evaluations import EvaluatedOn, Evaluation, Measured, subgroup
from scanner.model.nouns import Verdict
from scanner.model.views import View

#: What of an inventory is looked at, and what else where it was asked for.
NEEDS = (ModelVersion, Run, LoggedModel)
ALSO = (EvaluationTable,)

#: How MLflow writes what is infinite.
_INFINITE = 1.7976931348623157e308
_DIGEST = re.compile("(?:sha256:)?[0-9a-f]{64}", re.IGNORECASE)
_DIGEST_NAME = re.compile("digest|sha256", re.IGNORECASE)


def evaluations_of(version: ModelVersion, view: View, facets: Collection[str]) -> tuple[Evaluation, ...] | str:
    """What was measured of a version, data set by data set; or why that was not seen."""
    run, logged = run_of(version, view), logged_of(version, view)
    for found in (run, logged):
        if isinstance(found, Verdict):
            return found.message
    assert not isinstance(run, Verdict)  # noqa: S101 - seen to above
    assert not isinstance(logged, Verdict)  # noqa: S101 - seen to above
    if (logged is not None and logged.metrics is UNSET) or (
        run is not None and UNSET in (run.metrics, run.datasets, run.status, run.lifecycle_stage)
    ):
        return "not observed: its metrics or data sets, or how its run ended"
    of_run = [
        one
        for one in counting(run.metrics or () if run else (), run)
        if one.model_id in (None, "", logged_model_of(version))
    ]
    of_model = [_believed(one, of_run) for one in counting(logged.metrics or () if logged else (), run)]
    if run is not None and is_void(run) and not (of_run or of_model):
        return "its run failed, was stopped or is deleted, so that what it recorded does not count"
    by_data: dict[str, list[Metric]] = {}
    # What a run logs for its model is in both, and only the model says of which data it is.
    for metric in (*(one for one in of_run if one.dataset_digest or not of_model), *of_model):
        by_data.setdefault(metric.dataset_digest or "", []).append(metric)
    return tuple(_evaluation(version, run, logged, metrics, facets) for _, metrics in sorted(by_data.items()))


def names_of(version: ModelVersion) -> tuple[str, ...]:
    """What the model of a version is called: the id of its logged model, the version, and a digest that a tag has."""
    digest = digest_of(version.pairs or ())
    return tuple(name for name in (logged_model_of(version), version.name, digest) if name)


def _evaluation(
    version: ModelVersion, run: Run | None, logged: LoggedModel | None, metrics: list[Metric], facets: Collection[str]
) -> Evaluation:
    last: dict[str, Metric] = {}
    for metric in sorted(metrics, key=lambda one: (one.timestamp or 0, one.step or 0)):
        if metric.key:
            last[metric.key] = metric
    times = [at for one in last.values() if (at := moment(one.timestamp))]
    known = bool(times) and len(times) == len(last)
    trained = training_digests(run.datasets or ()) if run is not None else frozenset()
    first = metrics[0]
    return Evaluation(
        source=(logged or run or version).id,
        values=tuple(_values(last.values(), facets)),
        model=logged_model_of(version) or version.name,
        model_digest=digest_of((*(version.pairs or ()), *(logged.pairs or () if logged else ()))),
        data=EvaluatedOn(digest=first.dataset_digest or "", name=first.dataset_name or ""),
        trained_on=tuple(sorted(trained)) or None,
        at=min(times) if known else None,
        by=(run.user if run else None) or version.user or "",
    )


def _values(metrics: Iterable[Metric], facets: Collection[str]) -> Iterator[Measured]:
    seen: dict[tuple[str, frozenset[tuple[str, str]]], Measured] = {}
    for metric in metrics:
        of = subgroup(metric.key or "", facets)
        name, group = (of.metric, of.group) if of else (metric.key or "", {})
        place = (name, frozenset(group.items()))
        value = _finite(metric.value)
        if place in seen and seen[place].value != value:  # two spellings of one group: nobody knows which counts
            value = None
        seen[place] = Measured(metric=name, value=value, group=group)
    yield from seen.values()


def _believed(metric: Metric, of_run: Iterable[Metric]) -> Metric:
    """A metric of a logged model, without a 0 that may stand for what is no number."""
    if metric.value != 0 or any(one.key == metric.key and one.value == 0 for one in of_run):
        return metric
    return replace(metric, value=None)


def _finite(value: float | str | None) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if math.isfinite(value) and abs(value) < _INFINITE else None


def digest_of(pairs: Iterable[Pair]) -> str:
    """The digest of the artifact, where one tag alone has one by its name and its form; empty otherwise."""
    found = {
        pair.value.lower().removeprefix("sha256:")
        for pair in pairs
        if pair.key and pair.value and _DIGEST_NAME.search(pair.key) and _DIGEST.fullmatch(pair.value)
    }
    return found.pop() if len(found) == 1 else ""
