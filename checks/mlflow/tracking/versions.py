"""Checks of registered versions that an alias or a stage leads to: what is recorded behind them.

All of it is recorded: it proves that somebody, or some pipeline, wrote it down on that server, and nothing else.
"""

from collections.abc import Iterable

from msgspec import UNSET

from checks.mlflow.records import Metric, tag
from checks.mlflow.registry.resources import ModelVersion, RegisteredModel
from checks.mlflow.tracking.behind import is_stage_of_use
from checks.mlflow.tracking.evaluated import is_training, measured, run_of
from checks.mlflow.tracking.resources import EvaluationTable, LoggedModel, Run
from checks.mlflow.tracking.tabled import tables_of
from scanner.model.checks import check
from scanner.model.evaluations import subgroup
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

COMMIT, DIRTY = "mlflow.source.git.commit", "mlflow.source.git.dirty"
#: Metrics that evidence names.
_NAMED = 5
_ELSEWHERE = "what is recorded on other servers or in no server"
_TRUTH = "whether what is recorded is true"
#: What checks of results by group do not see.
TABLES = "results by group in artifacts that no run notes as a table of groups"
_NO_DATA = "metrics by group are recorded, and none says on which data"
_NOTHING = "no metric by group is recorded for it"


def unused(version: ModelVersion) -> Verdict | None:
    """Why nothing is asked of a version: nobody is led to it, or nobody saw that. None if it is in use.

    Its aliases are those of its registered model, which is why checks that ask this need that kind.
    """
    if missing := unobserved(version, "stage"):
        return missing
    if is_stage_of_use(version.stage):
        return None
    if missing := unobserved(version, "aliases"):
        return missing
    if version.aliases:
        return None
    return not_applicable("no alias and no stage leads to it", aliases=version.aliases, stage=version.stage)


@check(
    id="MLP-5111",
    severity=Severity.MEDIUM,
    objective="experiment-traceability",
    since="0.1.0",
    needs=(RegisteredModel, Run),
    blind_to=(_TRUTH, "builds that the code host keeps"),
    recorded=True,
)
def mlflow_model_version_from_uncommitted_code(version: ModelVersion, view: View) -> Verdict:
    """Model version in use comes from code that no commit has.

    Its run records that the working tree had changes that were not committed, or no commit at all, or the version names
    no run that is still there.

    ## Why it matters
    A commit that is recorded beside a changed working tree does not identify the code that ran. Nobody can build the
    model again, and nobody can review what made it: what serves is what somebody had on a disk.

    ## How to fix
    Train from a clean check-out, in a pipeline, and register what that made. MLflow writes `mlflow.source.git.commit`
    where it runs inside a repository, and `mlflow.source.git.dirty` with newer versions; a pipeline that has no
    repository at hand sets both tags itself.

    ## References
    - https://mlflow.org/docs/latest/ml/tracking/
    """
    return unused(version) or uncommitted(version, view)


@check(
    id="MLP-5112",
    severity=Severity.MEDIUM,
    objective="performance-evaluation",
    since="0.1.0",
    needs=(RegisteredModel, Run, LoggedModel),
    blind_to=(_TRUTH, _ELSEWHERE),
    recorded=True,
)
def mlflow_model_version_without_evaluation(version: ModelVersion, view: View) -> Verdict:
    """Model version in use has no recorded evaluation on data other than its training data.

    An evaluation counts for the model that it names, and where it names the data by a digest that is not one of those
    that the run was trained on. What the run recorded does not count if it failed, was stopped or is deleted.

    ## Why it matters
    Metrics that name no data, or the data that the model was trained on, do not tell how it does on what it will meet.
    Without a recorded result for this version nobody can say later what was known when it was let loose.

    ## How to fix
    Log the evaluation data with `mlflow.log_input(dataset, context="evaluation")`, and each metric with
    `mlflow.log_metric(name, value, dataset=dataset, model_id=…)`, or use `mlflow.evaluate`, which does both.

    ## References
    - https://mlflow.org/docs/latest/ml/evaluation/
    - https://mlflow.org/docs/latest/ml/dataset/
    """
    return unused(version) or unevaluated(version, view)


@check(
    id="MLP-5113",
    severity=Severity.LOW,
    objective="bias-fairness",
    since="0.1.0",
    needs=(RegisteredModel, Run, LoggedModel, EvaluationTable),
    blind_to=(_TRUTH, _ELSEWHERE, TABLES),
    recorded=True,
)
def mlflow_model_version_without_metrics_by_group(version: ModelVersion, view: View) -> Verdict:
    """Model version in use has no recorded metric by group.

    A metric is one by group where its name says which group, in a spelling that leaves no doubt, such as
    `mae/age_band:60-69`, `mae__sex__1`, and it names the data that it was measured on. A table that the run notes
    counts, too, if its name says that it has groups and its columns name model and data: `--read-documents` reads it.

    ## Why it matters
    One number over all people hides that a model fails some of them. Where it decides about people, the EU AI Act and
    NIST's framework ask for results by the groups that it is used on.

    ## How to fix
    Evaluate by group, with Fairlearn's `MetricFrame` for example, and log each result under a name that says its group,
    on the evaluation data, for the version that is to serve.

    ## References
    - https://fairlearn.org/main/user_guide/assessment/index.html
    - https://mlflow.org/docs/latest/ml/tracking/
    """
    return unused(version) or ungrouped(version, view)


@check(
    id="MLP-5114",
    severity=Severity.LOW,
    objective="data-lineage",
    since="0.1.0",
    needs=(RegisteredModel, Run),
    blind_to=(_TRUTH, "data that the code of the run reads and does not name"),
    recorded=True,
)
def mlflow_model_version_training_data_not_recorded(version: ModelVersion, view: View) -> Verdict:
    """Model version in use does not say which data it was trained on.

    Its run has no data set with a digest that is recorded as training data, or the version names no run that is still
    there.

    ## Why it matters
    Whoever has to answer whose data a model learnt from, or has to take a poisoned or withdrawn data set out of use,
    finds no way from the model to the data.

    ## How to fix
    Log each data set of the training run: `mlflow.log_input(dataset, context="training")`, made with a `source` that
    names the version of the data.

    ## References
    - https://mlflow.org/docs/latest/ml/dataset/
    """
    if without := unused(version):
        return without
    run = run_of(version, view)
    if isinstance(run, Verdict):
        return run
    if run is None:
        return failed("names no run that is still there", run_id=version.run_id)
    if run.datasets is UNSET:
        return unknown("Run.datasets", path=(run.id,))
    named = [
        each.dataset.name or each.dataset.digest
        for each in run.datasets or ()
        if each.dataset is not None and each.dataset.digest and is_training(each.tags)
    ]
    seen = joined(run, "datasets")
    if named:
        return passed(f"its run records the training data {_list(named)}", path=(version.id, run.id), **seen)
    return failed("its run records no training data with a digest", path=(version.id, run.id), **seen)


# -- what checks across providers ask as well --------------------------------------------------------------------------


def uncommitted(version: ModelVersion, view: View) -> Verdict:
    """Whether the run of a version records code that no commit has."""
    run = run_of(version, view)
    if isinstance(run, Verdict):
        return run
    if run is None:
        return failed("names no run that is still there", run_id=version.run_id)
    if run.pairs is UNSET:
        return unknown("Run.pairs", path=(run.id,))
    commit, dirty = (tag(run.pairs, name) for name in (COMMIT, DIRTY))
    path = (version.id, run.id)
    if dirty is not None and dirty.lower() == "true":
        said = f"{COMMIT} {commit} and " if commit else ""
        return failed(f"its run records {said}changes that were not committed", path=path, run_id=version.run_id)
    if not commit:
        return failed("its run records no commit", path=path, run_id=version.run_id)
    clean = "and a clean tree" if dirty is not None else "and not whether the tree was clean"
    return passed(f"its run records commit {commit} {clean}", path=path, run_id=version.run_id)


def unevaluated(version: ModelVersion, view: View) -> Verdict:
    """Whether nothing was measured of a version on data that it was not trained on."""
    found = measured(version, view)
    if isinstance(found, Verdict):
        return found
    seen = {"run_id": version.run_id, "model_id": version.model_id, **found.state}
    if found.on_data:
        names, digests = _names(found.on_data), _list(sorted({str(one.dataset_digest) for one in found.on_data}))
        return passed(f"{names} recorded on data {digests}", path=found.path, **seen)
    if found.on_none:
        return failed(f"{_names(found.on_none)} recorded, and none says on which data", path=found.path, **seen)
    return failed("no metric is recorded for it on data that it was not trained on", path=found.path, **seen)


def ungrouped(version: ModelVersion, view: View) -> Verdict:
    """Whether nothing was measured of a version group by group."""
    found = measured(version, view)
    if isinstance(found, Verdict):
        return found
    seen = {"run_id": version.run_id, "model_id": version.model_id, **found.state}
    grouped = [metric for metric in found.on_data if _is_by_group(metric)]
    if grouped:
        return passed(f"{_names(grouped)} recorded by group", path=found.path, **seen)
    tabled = tables_of(version, view)
    if isinstance(tabled, Verdict):
        return tabled
    if tabled.on_data:
        path = (*found.path, *(table.id for table in tabled.on_data))
        shown = {
            f"EvaluationTable.{field}": {table.id: getattr(table, field) for table in tabled.on_data}
            for field in ("columns", "digest")
        }
        names = _list([table.name for table in tabled.on_data])
        return passed(f"results by group recorded in the table {names}", path=path, **seen, **shown)
    by_name = any(map(_is_by_group, found.on_none))
    return failed(tabled.without or (_NO_DATA if by_name else _NOTHING), path=found.path, **seen)


def _is_by_group(metric: Metric) -> bool:
    """Whether it says how a model does on a group. How many items that has, says nothing of it."""
    found = subgroup(metric.key or "")
    return found is not None and found.metric != "count"


def _names(metrics: Iterable[Metric]) -> str:
    return _list(sorted({str(metric.key) for metric in metrics}))


def _list(names: list[str] | list[str | None]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(str, names[:_NAMED])) + more
