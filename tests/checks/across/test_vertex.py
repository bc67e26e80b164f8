"""Cases of the checks of what MLflow records of the versions that Vertex AI serves, and of its artifacts."""

from __future__ import annotations

from typing import Any

from factories.gcp import binding, bucket, deployed, endpoint, granting, own_bucket, stored
from factories.mlflow import HELD_OUT, TRAINED, data, experiment, logged, metric, pairs, run, used
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model

KEPT = "gs://example-fraud-models/scorer/7"
SERVED = (endpoint(deployed_models=(deployed(),)), stored(KEPT, version="1", labels=None, mlflow_names=None))
CLEAN = pairs(commit="0123456789abcdef0123456789abcdef01234567", dirty="false")
TRAINING = (data(TRAINED, "training"), data(HELD_OUT, "evaluation"))
VIEWER = "roles/storage.objectViewer"


def kept(location: str | None = KEPT, **fields: Any) -> tuple[Any, Any]:
    """A run and a logged model whose files are there."""
    of_run = {"pairs": CLEAN, "metrics": (), "datasets": TRAINING, "artifact_location": "mlflow-artifacts:/1/a"}
    metrics = fields.pop("recorded", (metric("recall"), metric("recall/age_band:60-69")))
    return run(**{**of_run, **fields}), logged(metrics=metrics, artifact_location=location)


def cases(wrong: dict[str, Any]) -> list[Case]:
    """What is alike in all of these checks; `wrong` makes the version lack what a check is about."""
    return [
        Case("recorded", PASS, used(), *kept(), *SERVED),
        Case("not recorded", FAIL, used(), *kept(**wrong), *SERVED),
        Case("served from elsewhere", NOT_APPLICABLE, used(), *kept("gs://example-fraud-models/scorer/8"), *SERVED),
        Case("nobody saw all endpoints", UNKNOWN, used(), *kept(), incomplete=(Endpoint,)),
        Case("nobody saw what is deployed", UNKNOWN, used(), *kept(), endpoint(), SERVED[1]),
        Case("nobody saw the model", UNKNOWN, used(), *kept(), SERVED[0], incomplete=(Model,)),
    ]


ROOT = experiment("gs://example-fraud-models/mlflow/1")

CASES = {
    "vertex_serves_mlflow_version_from_uncommitted_code": cases({"pairs": pairs(dirty="true")}),
    "vertex_serves_mlflow_version_without_evaluation": cases({"recorded": ()}),
    "vertex_serves_mlflow_version_without_metrics_by_group": cases({"recorded": (metric("recall"),)}),
    "mlflow_artifact_root_in_public_gcs_bucket": [
        Case("prevented", PASS, ROOT, own_bucket(public_access_prevention="enforced")),
        Case("open", FAIL, ROOT, granting(binding(VIEWER, "allUsers"))),
        Case("behind the server", NOT_APPLICABLE, experiment("mlflow-artifacts:/1")),
        Case("in a bucket that nothing else names", NOT_APPLICABLE, ROOT, own_bucket("example-fraud-data")),
        Case("nobody saw all buckets", UNKNOWN, ROOT, incomplete=(Bucket,)),
        Case("gone", NOT_APPLICABLE, ROOT, bucket(exists=False, project=None)),
        Case("nobody saw who may read", UNKNOWN, ROOT, own_bucket()),
        Case("nobody saw whether it is there", UNKNOWN, ROOT, bucket()),
        Case("nobody saw where", UNKNOWN, experiment()),
    ],
}
