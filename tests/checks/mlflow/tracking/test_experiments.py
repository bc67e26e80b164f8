"""Cases of the checks of experiments."""

from __future__ import annotations

from factories.mlflow import experiment, server
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.mlflow.server.resources import Server

BUCKET = "s3://northwind-example-models/mlflow/2"
CLOSED, OPEN = server(anonymous_status=401), server(anonymous_status=200)

CASES = {
    "mlflow_artifacts_reached_around_server": [
        Case("through the server", PASS, experiment("mlflow-artifacts:/2", lifecycle_stage="active"), CLOSED),
        Case("in a bucket", FAIL, experiment(BUCKET, lifecycle_stage="active"), CLOSED),
        Case("in a bucket, of an open server", NOT_APPLICABLE, experiment(BUCKET, lifecycle_stage="active"), OPEN),
        Case("deleted", NOT_APPLICABLE, experiment(BUCKET, lifecycle_stage="deleted"), CLOSED),
        Case("on a platform", NOT_APPLICABLE, experiment("dbfs:/mlflow/2", lifecycle_stage="active"), CLOSED),
        Case("on a disk", NOT_APPLICABLE, experiment("/srv/mlflow/2", lifecycle_stage="active"), CLOSED),
        Case("nobody saw the server", UNKNOWN, experiment(BUCKET, lifecycle_stage="active"), incomplete=(Server,)),
        Case("nobody saw whom it answers", UNKNOWN, experiment(BUCKET, lifecycle_stage="active"), server()),
        Case("nobody saw where", UNKNOWN, experiment(lifecycle_stage="active")),
    ],
}
