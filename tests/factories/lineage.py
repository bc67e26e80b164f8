"""Kinds of lineage with everything observed: one place, one training job, what it read and made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from checks.lineage.openlineage.resources import LineageDataset, LineageJob, LineageRun
from scanner.lineage.run_parts import Data
from scanner.model.nouns import Scope

SCOPE = Scope("lineage", "events.ndjson")
TOP = "//events.ndjson"
CLAIMS, MODELS = "s3://northwind-claims", "s3://northwind-models"


def at(day: int, hour: int = 10) -> datetime:
    """A time in the month that cases lie in."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def data(name: str, namespace: str = CLAIMS, **fields: Any) -> Data:
    """A data set of a run."""
    observed: dict[str, Any] = {"role": None, "model": False, "part": False, "alias": (), "described": ()}
    return Data(namespace=namespace, name=name, **{**observed, **fields})


def trained_with(name: str, **fields: Any) -> Data:
    return data(name, role="training", **fields)


def evaluated_on(name: str, **fields: Any) -> Data:
    return data(name, role="evaluation", **fields)


def model(name: str = "churn-7", **fields: Any) -> Data:
    return data(name, MODELS, model=True, **fields)


def run(number: int = 1, job: str = "churn.train", **fields: Any) -> LineageRun:
    """A completed run."""
    id = f"0190c7a2-0000-7000-8000-{number:012}"
    observed: dict[str, Any] = {
        "state": "COMPLETE",
        "started_at": at(1, 9),
        "ended_at": at(1),
        "role": None,
        "parent_job": None,
        "inputs": (),
        "outputs": (),
        "repeats": 1,
    }
    return LineageRun(
        id=f"{TOP}/runs/{id}", name=id, scope=SCOPE, job_namespace="airflow", job_name=job, **{**observed, **fields}
    )


def training(number: int = 1, **fields: Any) -> LineageRun:
    """A completed run that trained a model."""
    made: dict[str, Any] = {"role": "training", "inputs": (trained_with("train.csv"),), "outputs": (model(),)}
    return run(number, **{**made, **fields})


def loading(name: str, namespace: str = CLAIMS, **fields: Any) -> LineageRun:
    """A completed run of another job, that wrote some data."""
    return run(2, "claims.load", **{"outputs": (data(name, namespace),), **fields})


def job(name: str = "churn.train", **fields: Any) -> LineageJob:
    observed: dict[str, Any] = {"namespace": "airflow", "inputs": None}
    return LineageJob(id=f"{TOP}/jobs/airflow/{name}", name=name, scope=SCOPE, **{**observed, **fields})


def data_set(name: str = "train.csv", namespace: str = CLAIMS, **fields: Any) -> LineageDataset:
    observed: dict[str, Any] = {
        "description": None,
        "deleted": None,
        "described": (),
        "alias": (),
        "model": False,
    }
    return LineageDataset(
        id=f"{TOP}/datasets/{namespace}/{name}", name=name, namespace=namespace, scope=SCOPE, **{**observed, **fields}
    )
