"""Cases of the checks that join lineage to AWS: who may write training data, and who made what is served."""

from __future__ import annotations

from factories.aws import artifact_lineage, catalog, catalog_run, config, endpoint, job, ours, served_from, variant
from factories.lineage import data, data_set, run
from factories.lineage import training as trained
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, registered

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import ArtifactLineage, Endpoint, LineageStep, TrainingJob, TrainingOutput
from checks.lineage.openlineage.resources import LineageRun
from scanner.model.nouns import Resource, Verdict
from scanner.store.inventory import InventoryView

BUCKET = "s3://northwind-example-models"
DATA = data_set("claims/train.csv", BUCKET)
USED = trained(inputs=(data("claims/train.csv", BUCKET, role="training"),))
OTHER = "arn:aws:iam::999988887777:root"
LETS_WRITE = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": OTHER},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::northwind-example-models/*",
        }
    ]
}
CLOSED = {
    "policy": None,
    "grants": (),
    "owner_id": "an-owner",
    "policy_is_public": None,
    "public_access_block": None,
    "account_public_access_block": None,
}
ARTIFACT = "sentiment/model.tar.gz"
SERVED = (
    endpoint(endpoint_config_name="sentiment-1", status="InService"),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=()),
    ours(),
)
MODEL = served_from(f"{BUCKET}/{ARTIFACT}")
JOB = job("job-1", status="Completed", output=TrainingOutput(s3_output_path=f"{BUCKET}/out"))
OUT = served_from(f"{BUCKET}/out/job-1/output/model.tar.gz")
ELSEWHERE = data("x", "gs://b", role="training")


def made(name: str = ARTIFACT, state: str = "COMPLETE") -> LineageRun:
    """A run that wrote something into the bucket."""
    return run(3, "sentiment.train", outputs=(data(name, BUCKET),), state=state)


MAKER = made()
CASES = {
    "lineage_training_data_in_s3_bucket_others_write": [
        Case("nobody else writes", PASS, DATA, USED, ours(**CLOSED)),
        Case("another account writes", FAIL, DATA, USED, ours(**{**CLOSED, "policy": LETS_WRITE})),
        Case("nobody read the policy", UNKNOWN, DATA, USED, ours(**{**CLOSED, "policy": UNSET})),
        Case("nobody read the bucket", UNKNOWN, DATA, USED, incomplete=(Bucket,)),
        Case("not all runs were read", UNKNOWN, DATA, USED, ours(**CLOSED), incomplete=(LineageRun,)),
        Case("nothing of SageMaker names it", NOT_APPLICABLE, DATA, USED, endpoint()),
        Case("it trains nothing", NOT_APPLICABLE, DATA, run(inputs=(data("claims/train.csv", BUCKET),)), ours()),
        Case("it lies elsewhere", NOT_APPLICABLE, data_set("x", "gs://b"), trained(inputs=(ELSEWHERE,)), ours()),
    ],
    "sagemaker_serves_model_that_no_recorded_job_made": [
        Case("a run made it", PASS, MODEL, MAKER, *SERVED),
        Case("a training job made it", PASS, OUT, run(),
             JOB, *SERVED),
        Case("nobody made it", FAIL, MODEL, run(), *SERVED),
        Case("a failed run made it", FAIL, MODEL, made(state="FAIL"), *SERVED),
        Case("another was made", FAIL, MODEL, made("sentiment/other"), *SERVED),
        Case("its folder was written", UNKNOWN, MODEL, made("sentiment"), *SERVED),
        Case("who makes it is not done", UNKNOWN, MODEL, made(state="START"), *SERVED),
        Case("not served", NOT_APPLICABLE, MODEL, MAKER, ours()),
        Case("nobody saw all endpoints", UNKNOWN, MODEL, MAKER, ours(), incomplete=(Endpoint,)),
        Case("not all runs were read", UNKNOWN, MODEL, MAKER, *SERVED, incomplete=(LineageRun,)),
        Case("not all jobs were listed", UNKNOWN, MODEL, MAKER, *SERVED, incomplete=(TrainingJob,)),
    ],
}  # fmt: skip


def said(slug: str, *others: Resource) -> Verdict:
    """The verdict of a check on the model, with what it may join besides where that was asked for."""
    check = next(check for check in registered()[0].values() if check.slug == slug)
    inventory = inventory_of(MODEL, *SERVED, run(), *others)
    return check(MODEL, InventoryView(inventory, check.needs, check.also))


def test_where_events_are_scanned_too_one_check_alone_judges_it_by_all_that_is_known() -> None:
    own, other = "sagemaker_lineage_names_no_job_of_served_model", "sagemaker_serves_model_that_no_recorded_job_made"
    uri = f"{BUCKET}/{ARTIFACT}"
    made_it = artifact_lineage(uri, LineageStep(job="arn:of:a:job", reads=(), writes=(uri,)))

    assert said(own, made_it).status is NOT_APPLICABLE
    assert said(other).status is FAIL
    assert (said(other, made_it).status, said(other, made_it).path[0]) == (PASS, "arn:of:a:job")


def test_a_job_that_events_of_the_catalog_record_made_it() -> None:
    uri = f"{BUCKET}/{ARTIFACT}"
    other = "sagemaker_serves_model_that_no_recorded_job_made"
    recorded = catalog(catalog_run(1, ("s3://raw/x",), uri))

    assert (said(other, recorded).status, said(other, recorded).path[0]) == (PASS, recorded.id)
    for wrote in (
        catalog_run(1, (), uri, state="FAIL"),
        catalog_run(1, (), uri, state="START"),
        catalog_run(1, (uri,)),
    ):
        assert said(other, catalog(wrote)).status is FAIL


def test_lineage_of_sagemaker_that_was_not_asked_for_is_not_missed() -> None:
    check = registered()[0]["MLP-5212"]
    inventory = inventory_of(MODEL, *SERVED, MAKER)
    inventory.listings = {key: one for key, one in inventory.listings.items() if key[0] != ArtifactLineage.kind}

    assert check(MODEL, InventoryView(inventory, check.needs, check.also)).status is PASS
