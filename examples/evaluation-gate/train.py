"""Train a model of how diabetes progresses, evaluate it by group, log that to MLflow, and write it for the gate.

Needs mlflow, scikit-learn and fairlearn. `--features age` is a model that knows the age of a person alone; the gate
stops it. `--features all` is one that knows what was measured.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import mlflow
import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split


def standard_error(true: Any, predicted: Any) -> float:
    """The standard error of the mean absolute error."""
    errors = np.abs(np.asarray(true) - np.asarray(predicted))
    return float(errors.std(ddof=1) / np.sqrt(len(errors)))


#: The names by which the gate knows that the second and third say something of the first.
METRICS = {"mae": mean_absolute_error, "mae_standard_error": standard_error, "count": count}


def main() -> None:
    """Train, evaluate, log and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", choices=["age", "all"], default="all")
    parser.add_argument("--tracking-uri", default="sqlite:///mlflow.db")
    parser.add_argument("--output", type=Path, default=Path())
    asked = parser.parse_args()
    mlflow.set_tracking_uri(asked.tracking_uri)
    if mlflow.get_experiment_by_name("progression") is None:
        mlflow.create_experiment("progression", artifact_location=(asked.output / "artifacts").absolute().as_uri())
    mlflow.set_experiment("progression")

    diabetes = load_diabetes(scaled=False, as_frame=True)
    training, test = train_test_split(diabetes.frame, test_size=0.6, random_state=1)
    features = ["age"] if asked.features == "age" else diabetes.feature_names
    model = LinearRegression().fit(training[features], training["target"])
    with mlflow.start_run():
        record(model, features, training, test, asked.output)


def record(
    model: LinearRegression, features: list[str], training: pd.DataFrame, test: pd.DataFrame, output: Path
) -> None:
    """Log the model and its evaluation by group, and write both."""
    data = {name: mlflow.data.from_pandas(frame, name=name) for name, frame in (("training", training), ("test", test))}
    mlflow.log_input(data["training"], context="training")
    mlflow.log_input(data["test"], context="evaluation")
    predicted = model.predict(test[features])
    logged = mlflow.sklearn.log_model(
        model,
        name="model",
        registered_model_name="progression",
        signature=infer_signature(test[features], predicted),
        pip_requirements=["scikit-learn"],
    )
    values = evaluated(test, predicted)
    named = {spelled(one): one["value"] for one in values}
    mlflow.log_metrics(named, dataset=data["test"], model_id=logged.model_id)
    joblib.dump(model, output / "model.joblib")
    document = {
        "schema": "mlposture/evaluation/v1",
        "model": logged.model_id,
        "model_digest": hashlib.sha256((output / "model.joblib").read_bytes()).hexdigest(),
        "data": {"digest": data["test"].digest, "name": "test", "context": "evaluation"},
        "trained_on": [data["training"].digest],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": "the pipeline of the example",
        "values": values,
    }
    (output / "evaluation.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def evaluated(test: pd.DataFrame, predicted: Any) -> list[dict[str, Any]]:
    """Each metric of all persons, by the two codes of sex and by age band."""
    facets = {
        "sex": test["sex"].astype(int).astype(str),
        "age_band": pd.cut(test["age"], [0, 50, 120], right=False, labels=["under 50", "50 and over"]).astype(str),
    }
    values: list[dict[str, Any]] = []
    for facet, groups in facets.items():
        frame = MetricFrame(metrics=METRICS, y_true=test["target"], y_pred=predicted, sensitive_features=groups)
        for group, row in frame.by_group.iterrows():
            values += [{"metric": name, "value": float(row[name]), "group": {facet: str(group)}} for name in METRICS]
    return values + [{"metric": name, "value": float(frame.overall[name])} for name in METRICS]


def spelled(one: dict[str, Any]) -> str:
    """The name of a metric of a group, as MLflow takes it and the gate reads it: `mae/sex:1`."""
    return "".join([one["metric"], *(f"/{facet}:{value}" for facet, value in one.get("group", {}).items())])


if __name__ == "__main__":
    main()
