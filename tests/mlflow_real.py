"""Two real MLflow servers, one of which wants credentials, and what is evaluated by group and logged to the other.

Run by the Python of `.venv-mlflow`, with a folder as its argument. It prints one line of JSON, and stops the servers
when its standard input ends. MLflow is imported once for all: that is most of what a start costs.
"""

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # nine processes that nobody here needs
os.environ["MLFLOW_FLASK_SERVER_SECRET_KEY"] = "invented-secret-key"

import mlflow.cli
import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count
from mlflow import MlflowClient
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

NAME = "progression"
BUCKET = "s3://northwind-example-models"
BANDS = {"19-39": 39, "40-49": 49, "50-59": 59, "60-69": 69, "70-79": 79}
AUTH = """[mlflow]
default_permission = NO_PERMISSIONS
database_uri = sqlite:///users.db
admin_username = northwind-admin
admin_password = invented-admin-password
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"""


def start(folder: Path, *options: str) -> int:
    """Have a process run `mlflow server`, which chooses a free port."""
    folder.mkdir()
    if child := os.fork():
        return child
    os.chdir(folder)
    log = os.open("log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["MLFLOW_AUTH_CONFIG_PATH"] = str(folder / "auth.ini")
    Path("auth.ini").write_text(AUTH, encoding="utf-8")
    where = ("--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./artifacts")
    mlflow.cli.cli(["server", "--host", "127.0.0.1", "--port", "0", "--workers", "1", *where, *options])
    os._exit(1)


def address(folder: Path, child: int) -> str:
    """Where a server listens, as it says itself: nobody else can have the port then."""
    log = folder / "log"
    for _ in range(9000):  # a quarter of an hour, for machines that are busy with other tests
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        if found := re.search(r"Uvicorn running on (http://\S+)", said):
            return found[1]
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            break
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{said}")


def by_group(model: Ridge, people: pd.DataFrame) -> dict[str, float]:
    """The mean absolute error with its standard error and the number of people: of all, by sex and by age band."""
    bands = pd.cut(people.age, [0, *BANDS.values()], labels=list(BANDS)).astype(str)
    facets = {"sex": people.sex.astype(int).astype(str), "age_band": bands}  # the data does not say which code is which
    measures = {"mae": mean_absolute_error, "mae_standard_error": standard_error, "count": count}
    predicted = model.predict(people.drop(columns="target"))
    found: dict[str, float] = {}
    for facet, groups in facets.items():
        frame = MetricFrame(metrics=measures, y_true=people.target, y_pred=predicted, sensitive_features=groups)
        found |= {metric: float(value) for metric, value in frame.overall.items()}
        for metric, column in frame.by_group.items():
            found |= {f"{metric}/{facet}:{group}": float(value) for group, value in column.items()}
    return found


def standard_error(truth: pd.Series, predicted: np.ndarray) -> float:
    return float(np.abs(truth - predicted).std(ddof=1) / np.sqrt(len(truth)))


def log_tables(of: str, model: Ridge, people: pd.DataFrame, digest: str) -> None:
    """Results by sex as a table of the run, which ends, and tables with a row an item."""
    measures = {"mae": mean_absolute_error, "mae_standard_error": standard_error, "count": count}
    predicted = model.predict(people.drop(columns="target"))
    sex = people.sex.astype(int).astype(str)
    frame = MetricFrame(metrics=measures, y_true=people.target, y_pred=predicted, sensitive_features=sex)
    table = frame.by_group.reset_index().assign(model_id=of, dataset_digest=digest)
    mlflow.log_table(table, "evaluation/mae_by_sex.json")
    mlflow.log_table({"who": ["Ana of nowhere"], "answer": ["invented"]}, "eval_results_table.json")
    mlflow.log_table({"who": ["Ben of nowhere"], "answer": ["invented"]}, "answers_by_person.json")
    mlflow.end_run()


def log_versions() -> dict[str, object]:
    """Versions of one model, and what was logged of each."""
    frame = load_diabetes(scaled=False, as_frame=True).frame
    training, evaluation = train_test_split(frame, test_size=0.5, random_state=2)
    sets = {
        context: mlflow.data.from_pandas(part, source=f"s3://northwind-example/{context}.csv", name=context)
        for context, part in (("training", training), ("evaluation", evaluation))
    }
    mislabelled = training.assign(target=training.target / training.sex)
    client = MlflowClient()
    versions: dict[str, dict[str, object]] = {}
    mlflow.set_experiment(NAME)
    client.create_registered_model(NAME, tags={"ai-system": "retina"}, description="Progression after a year")

    def version(alias: str, rows: pd.DataFrame, *, dirty: bool = False) -> tuple[str, Ridge]:
        """A new version with an alias, and its model; the run stays open."""
        run = mlflow.start_run(
            run_name=alias,
            tags={"mlflow.source.git.commit": "c0ffee" * 7, "mlflow.source.git.dirty": str(dirty).lower()},
        )
        for context, data in sets.items():
            mlflow.log_input(data, context=context)
        mlflow.log_param("alpha", 1.0)
        model = Ridge(alpha=1.0).fit(rows.drop(columns="target"), rows.target)
        info = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"])
        made = mlflow.register_model(info.model_uri, NAME, tags={"approved-by": "clinical-ai lead"})
        client.set_registered_model_alias(NAME, alias, made.version)
        versions[alias] = {"version": made.version, "run": run.info.run_id, "model": info.model_id}
        return info.model_id, model

    def log(of: str, metrics: dict[str, float]) -> None:
        mlflow.log_metrics(metrics, dataset=sets["evaluation"], model_id=of)

    first, model = version("champion", training)
    versions["champion"]["metrics"] = measured = by_group(model, evaluation)
    # Of a band that nobody is in there is no mean.
    log(first, measured | {"mean_error/age_band:80-89": float("nan")})
    mlflow.end_run()

    second, other = version("challenger", training.head(150), dirty=True)
    overall = by_group(other, evaluation)
    log(second, {"mae": overall["mae"], "mae_standard_error": overall["mae_standard_error"]})
    log(first, measured)  # for comparison, in this run
    mlflow.end_run()

    third, unfair = version("unfair", mislabelled)
    versions["unfair"]["metrics"] = by_group(unfair, evaluation)
    log(third, by_group(unfair, evaluation))
    mlflow.end_run()

    fourth, tabled = version("tabled", training)
    log_tables(fourth, tabled, evaluation, sets["evaluation"].digest)

    # As MLflow 2 did: files below the run, and metrics of the run alone.
    with mlflow.start_run(run_name="legacy") as run:
        for key, value in measured.items():
            client.log_metric(run.info.run_id, key, value)
        made = client.create_model_version(NAME, f"{run.info.artifact_uri}/model", run.info.run_id)
        client.set_registered_model_alias(NAME, "legacy", made.version)
        versions["legacy"] = {"version": made.version, "run": run.info.run_id, "model": ""}
    # One that a cloud serves: MLflow knows where its files are, and nobody looks there.
    elsewhere = mlflow.create_experiment("served", artifact_location=f"{BUCKET}/mlflow/served")
    with mlflow.start_run(experiment_id=elsewhere) as run:
        for context, data in sets.items():
            mlflow.log_input(data, context=context)
        logged = client.create_logged_model(elsewhere, "model", run.info.run_id)
        client.finalize_logged_model(logged.model_id, "READY")
        log(logged.model_id, measured)
        made = mlflow.register_model(logged.model_uri, NAME)
        versions["served"] = {"version": made.version, "place": logged.artifact_location}
    return {"versions": versions, "data": {context: data.digest for context, data in sets.items()}}


def main() -> None:
    folder = Path(sys.argv[1])
    # The open one lets any page read, so that both answers of a server to a strange origin are met.
    children = {
        "open": start(folder / "open", "--cors-allowed-origins", "*"),
        "guarded": start(folder / "guarded", "--app-name", "basic-auth"),
    }
    found: dict[str, object] = {name: address(folder / name, child) for name, child in children.items()}
    mlflow.set_tracking_uri(str(found["open"]))
    sys.stdout, talk = sys.stderr, sys.stdout  # MLflow prints where its pages are
    found |= log_versions()
    talk.write(json.dumps(found) + "\n")
    talk.flush()
    sys.stdin.read()


if __name__ == "__main__":
    try:
        main()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
