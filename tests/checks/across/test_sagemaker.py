"""Cases of the checks of what MLflow records of the versions that SageMaker serves, and of artifacts in S3."""

from __future__ import annotations

from typing import Any

from factories.aws import config, endpoint, grant, ours, served_from, variant
from factories.aws import foreign as foreign_bucket
from factories.mlflow import HELD_OUT, TRAINED, data, experiment, logged, metric, pairs, run, used
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint
from checks.mlflow.tracking.resources import Run

KEPT = "s3://northwind-example-models/sentiment"
URI = f"{KEPT}/model.tar.gz"
SERVED = (
    endpoint(endpoint_config_name="sentiment-1", status="InService"),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=()),
    served_from(URI),
    ours(),
)
CLEAN = pairs(commit="0123456789abcdef0123456789abcdef01234567", dirty="false")
TRAINING = (data(TRAINED, "training"), data(HELD_OUT, "evaluation"))


def kept(location: str | None = KEPT, **fields: Any) -> tuple[Any, Any]:
    """A run and a logged model whose files are there."""
    of_run = {"pairs": CLEAN, "metrics": (), "datasets": TRAINING, "artifact_location": "mlflow-artifacts:/1/a"}
    metrics = fields.pop("recorded", (metric("recall"), metric("recall/age_band:60-69")))
    return run(**{**of_run, **fields}), logged(metrics=metrics, artifact_location=location)


def cases(wrong: dict[str, Any]) -> list[Case]:
    """What is alike in all of these checks; `wrong` makes the version lack what a check is about."""
    return [
        Case("recorded", PASS, used(), *kept(), *SERVED),
        Case("by the run's place", PASS, used(), *kept(None, artifact_location=KEPT), *SERVED),
        Case("another model of its run", NOT_APPLICABLE, used(),
             *kept("s3://northwind-example-models/other", artifact_location=KEPT), *SERVED),
        Case("by the version's place", PASS, used(source=URI), *kept(None), *SERVED),
        Case("not recorded", FAIL, used(), *kept(**wrong), *SERVED),
        Case("served from elsewhere", NOT_APPLICABLE, used(), *kept("s3://northwind-example-models/other"), *SERVED),
        # That the bucket is the same says nothing.
        Case("a neighbour", NOT_APPLICABLE, used(), *kept("s3://northwind-example-models/senti"), *SERVED),
        Case("behind the server", NOT_APPLICABLE, used(), *kept("mlflow-artifacts:/1/b"), *SERVED),
        Case("nobody saw all endpoints", UNKNOWN, used(), *kept(), incomplete=(Endpoint,)),
        Case("nobody saw the run", UNKNOWN, used(), kept()[1], *SERVED, incomplete=(Run,)),
    ]  # fmt: skip


OPEN = {
    "public_access_block": None,
    "account_public_access_block": None,
    "policy_is_public": True,
    "grants": (grant("global/AllUsers"),),
}
CLOSED = {**OPEN, "policy_is_public": None, "grants": ()}
ROOT = experiment("s3://northwind-example-models/mlflow/2")

CASES = {
    "sagemaker_serves_mlflow_version_from_uncommitted_code": cases({"pairs": pairs(dirty="true")}),
    "sagemaker_serves_mlflow_version_without_evaluation": cases({"recorded": ()}),
    "sagemaker_serves_mlflow_version_without_metrics_by_group": cases({"recorded": (metric("recall"),)}),
    "mlflow_artifact_root_in_public_s3_bucket": [
        Case("closed", PASS, ROOT, ours(**CLOSED)),
        Case("open", FAIL, ROOT, ours(**OPEN)),
        Case("behind the server", NOT_APPLICABLE, experiment("mlflow-artifacts:/2"), ours(**OPEN)),
        Case("in a bucket that nothing else names", NOT_APPLICABLE, ROOT, ours("northwind-example-data")),
        Case("nobody saw all buckets", UNKNOWN, ROOT, incomplete=(Bucket,)),
        Case("in a stranger's", NOT_APPLICABLE, experiment("s3://fabrikam-example-weights/2"), foreign_bucket()),
        Case("nobody saw who may read", UNKNOWN, ROOT, ours()),
        Case("nobody saw where", UNKNOWN, experiment()),
    ],
}


def test_the_message_says_what_serves_it_and_how_that_is_known() -> None:
    slug = "sagemaker_serves_mlflow_version_without_evaluation"
    verdict = judged(slug, used(), *kept(), *SERVED)

    assert verdict.message.endswith("; sentiment serves it, found by the artifacts of its logged model")
    assert verdict.path[0] == used().id
    assert verdict.path[-1] == SERVED[0].id
