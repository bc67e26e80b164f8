"""Cases of the checks of registered versions that are in use."""

from __future__ import annotations

from factories.mlflow import (
    HELD_OUT,
    MODEL,
    TRAINED,
    data,
    logged,
    metric,
    noting,
    pairs,
    run,
    table,
    used,
    version,
)
from msgspec import UNSET
from msgspec.structs import replace
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, judged, registered

from checks.mlflow.records import Pair
from checks.mlflow.tracking.resources import EvaluationTable, LoggedModel, Run
from checks.mlflow.tracking.tables import TOO_LARGE, TOO_MANY
from scanner.store.inventory import InventoryView

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SET_ASIDE = version(aliases=(), stage="Archived")
NOBODY_SAW = version(stage="None")
TRAINING, HELD = data(TRAINED, "training"), data(HELD_OUT, "evaluation")
RUN = run(metrics=(), datasets=(TRAINING, HELD), pairs=None)
BY_SEX = "evaluation/mae_by_sex.json"
NOTED = run(metrics=(), datasets=(TRAINING, HELD), pairs=noting(BY_SEX))
CUT = replace(NOTED, pairs=(Pair(key="mlflow.loggedArtifacts", value=f'[{{"path": "{BY_SEX}", "ty'),))
COLUMNS = ("sex", "mae", "count", "model_id", "dataset_digest")


def by_sex(model: str | None = MODEL, digest: str | None = HELD_OUT) -> EvaluationTable:
    return table(BY_SEX, COLUMNS, ("1", 41.0, 90, model, digest), ("2", 39.0, 95, model, digest))


OF_2 = {"model_id": None, "source": "s3://northwind-example-models/sentiment/1"}
NONE = [
    Case("set aside", NOT_APPLICABLE, SET_ASIDE),
    Case("nobody saw whether it is in use", UNKNOWN, NOBODY_SAW),
]

CASES = {
    "mlflow_model_version_from_uncommitted_code": [
        *NONE,
        Case("clean", PASS, used(), run(pairs=pairs(commit=COMMIT, dirty="false"))),
        Case("older MLflow, which does not say", PASS, used(), run(pairs=pairs(commit=COMMIT))),
        Case("by its stage", PASS, used(aliases=(), stage="Production"), run(pairs=pairs(commit=COMMIT))),
        Case("dirty", FAIL, used(), run(pairs=pairs(commit=COMMIT, dirty="true"))),
        Case("dirty, in capitals", FAIL, used(), run(pairs=pairs(commit=COMMIT, dirty="True"))),
        Case("no commit", FAIL, used(), run(pairs=None)),
        Case("made by no run", FAIL, used(run_id=None)),
        Case("its run is gone", FAIL, used()),
        Case("its run was not read", UNKNOWN, used(), incomplete=(Run,)),
        Case("tags were not seen", UNKNOWN, used(), run()),
    ],
    "mlflow_model_version_without_evaluation": [
        *NONE,
        Case("of the logged model", PASS, used(), RUN, logged(metrics=(metric("recall"),))),
        Case("of the run, as MLflow 2", PASS, used(**OF_2), run(metrics=(metric("recall"),), datasets=(TRAINING,))),
        Case("of the run, for this model", PASS, used(), logged(metrics=()),
             run(metrics=(metric("recall", model_id=MODEL),), datasets=())),
        Case("of the run, for another model", FAIL, used(), logged(metrics=()),
             run(metrics=(metric("recall", model_id="m-other"),), datasets=())),
        Case("no number", FAIL, used(), logged(metrics=(replace(metric("recall"), value=0.0),)),
             run(metrics=(replace(metric("recall", None), value="NaN"),), datasets=())),
        Case("nothing at all", PASS, used(), RUN, logged(metrics=(replace(metric("recall"), value=0.0),))),
        Case("on what it was trained on", FAIL, used(), RUN, logged(metrics=(metric("recall", TRAINED),))),
        Case("on nobody knows what", FAIL, used(), RUN, logged(metrics=(metric("recall", None),))),
        Case("of a run that failed", FAIL, used(**OF_2),
             run(metrics=(metric("recall"),), datasets=(TRAINING,), status="FAILED")),
        Case("of a run that is deleted", FAIL, used(), run(metrics=(), datasets=(), lifecycle_stage="deleted"),
             logged(metrics=(metric("recall"),))),
        Case("of a model whose run failed, by another run", PASS, used(), run(metrics=(), datasets=(), status="KILLED"),
             logged(metrics=(metric("recall", run_id="a" * 32),))),
        Case("nobody saw how the run ended", UNKNOWN, used(), run(metrics=(), datasets=(), status=UNSET),
             logged(metrics=(metric("recall"),))),
        Case("on what it was trained on, in capitals", FAIL, used(),
             run(metrics=(), datasets=(data(TRAINED, "Train"),)), logged(metrics=(metric("recall", TRAINED),))),
        Case("nothing", FAIL, used(), RUN, logged(metrics=None)),
        Case("by hand, from no run", FAIL, used(run_id=None, **OF_2)),
        Case("the run was not read", UNKNOWN, used(), logged(metrics=(metric("recall"),)), incomplete=(Run,)),
        Case("the logged model was not read", UNKNOWN, used(), RUN, incomplete=(LoggedModel,)),
        Case("metrics were not seen", UNKNOWN, used(), RUN, logged()),
        Case("data sets were not seen", UNKNOWN, used(), run(metrics=()), logged(metrics=())),
    ],
    "mlflow_model_version_without_metrics_by_group": [
        *NONE,
        Case("by age", PASS, used(), RUN, logged(metrics=(metric("recall"), metric("recall/age_band:60-69")))),
        Case("by two codes", PASS, used(), RUN, logged(metrics=(metric("mae__sex__1"), metric("mae__sex__2")))),
        Case("the sizes of groups alone", FAIL, used(), RUN, logged(metrics=(metric("recall"), metric("count/sex:1")))),
        Case("of all alone", FAIL, used(), RUN, logged(metrics=(metric("recall"),))),
        Case("on nobody knows what", FAIL, used(), RUN, logged(metrics=(metric("mae__sex__1", None),))),
        Case("a name that leaves doubt", FAIL, used(), RUN, logged(metrics=(metric("mae__sex"),))),
        Case("nothing", FAIL, used(), RUN, logged(metrics=None)),
        Case("metrics were not seen", UNKNOWN, used(), RUN, logged()),
        Case("in a table", PASS, used(), NOTED, logged(metrics=()), by_sex()),
        Case("in a table of the run, as MLflow 2", PASS, used(**OF_2), NOTED, by_sex(None)),
        Case("in a table of another model", FAIL, used(), NOTED, logged(metrics=()), by_sex("m-other")),
        Case("in a table of nobody knows which model", FAIL, used(), NOTED, logged(metrics=()), by_sex(None)),
        Case("in a table on nobody knows what", FAIL, used(), NOTED, logged(metrics=()), by_sex(digest=None)),
        Case("in a table on the training data", FAIL, used(), NOTED, logged(metrics=()), by_sex(digest=TRAINED)),
        Case("in a table of a run that failed", FAIL, used(), replace(NOTED, status="FAILED"), logged(metrics=()),
             by_sex()),
        Case("in a table of which nothing is kept", FAIL, used(), NOTED, logged(metrics=()),
             table(BY_SEX, None, problem="it has a row an item")),
        Case("in a table that is too large to be read", UNKNOWN, used(), NOTED, logged(metrics=()),
             table(BY_SEX, None, problem=TOO_LARGE, digest=None)),
        Case("in a table beyond the first of its run", UNKNOWN, used(), NOTED, logged(metrics=()),
             table(BY_SEX, None, problem=TOO_MANY, digest=None)),
        Case("the list of its tables was cut off", UNKNOWN, used(), CUT, logged(metrics=())),
        Case("in a table that is gone", FAIL, used(), NOTED, logged(metrics=())),
        Case("a table was not read", UNKNOWN, used(), NOTED, logged(metrics=()), incomplete=(EvaluationTable,)),
        Case("a table may not be read", UNKNOWN, used(), NOTED, logged(metrics=()),
             table(BY_SEX, UNSET, problem=UNSET)),
        Case("tags were not seen", UNKNOWN, used(), run(metrics=(), datasets=()), logged(metrics=())),
    ],
    "mlflow_model_version_training_data_not_recorded": [
        *NONE,
        Case("named", PASS, used(), run(datasets=(TRAINING,))),
        Case("for evaluation alone", FAIL, used(), run(datasets=(HELD,))),
        Case("without a digest", FAIL, used(), run(datasets=(data(None, "training"),))),
        Case("none", FAIL, used(), run(datasets=None)),
        Case("by hand, from no run", FAIL, used(run_id=None)),
        Case("its run was not read", UNKNOWN, used(), incomplete=(Run,)),
        Case("data sets were not seen", UNKNOWN, used(), run()),
    ],
}  # fmt: skip


def test_verdicts_say_what_is_recorded() -> None:
    found = judged("mlflow_model_version_without_evaluation", used(), RUN, logged(metrics=(metric("recall"),)))

    assert found.message == f"recall recorded on data {HELD_OUT}"
    assert found.path == (used().id, run().id, logged().id)


def test_metrics_of_a_run_that_name_no_model_are_not_those_of_its_logged_model() -> None:
    """MLflow 3 gives the metrics of a run without their models, so that they may be of one it was compared with."""
    run_of_two = run(metrics=(metric("mae__sex__1", None),), datasets=(TRAINING,), pairs=None)
    newer = judged("mlflow_model_version_without_metrics_by_group", used(), run_of_two, logged(metrics=()))
    older = judged("mlflow_model_version_without_metrics_by_group", used(**OF_2), run_of_two)

    assert newer.message == "no metric by group is recorded for it"
    assert older.message == "metrics by group are recorded, and none says on which data"


def test_a_table_that_nobody_asked_for_may_have_groups() -> None:
    [check] = [each for each in registered()[0].values() if each.id == "MLP-5113"]
    made = inventory_of(used(), NOTED, logged(metrics=()))
    for key in [key for key in made.listings if key[0] == EvaluationTable.kind]:
        del made.listings[key]
    found = check(used(), InventoryView(made, check.needs))

    assert found.message == f"not observed: the table {BY_SEX}, which --read-documents reads"


def test_a_table_that_does_not_count_is_said() -> None:
    slug = "mlflow_model_version_without_metrics_by_group"
    found = judged(slug, used(), NOTED, logged(metrics=()), by_sex(digest=None))

    assert found.message == (
        f"the table {BY_SEX} does not count: it has no column dataset_digest, and does not say on which data"
    )
