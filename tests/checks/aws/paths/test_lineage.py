from factories.aws import (
    artifact_lineage,
    bucket,
    catalog,
    catalog_run,
    config,
    endpoint,
    from_package,
    job,
    missing,
    of_sibling,
    ours,
    packaged,
    packed,
    seen_from_here,
    served_from,
    single,
)
from factories.aws import variant as runs
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, registered

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import ArtifactLineage, Endpoint, LineageStep, TrainingJob
from scanner.store.inventory import InventoryView

ARTIFACT = "s3://northwind-example-models/sentiment/nightly/output/model.tar.gz"
DATA = "s3://northwind-example-data/train/"
JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/last-year"
MODEL = served_from(ARTIFACT)
SERVES = (
    config(variants=(runs(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)
MADE = LineageStep(job=JOB, reads=(DATA,), writes=(ARTIFACT,))
FOLDER = served_from(f"{ARTIFACT}/")
PACKAGED = single(from_package("sentiment/3"))


def case(name, expected, *others, model=MODEL, **kept):
    return Case(name, expected, model, *SERVES, *others, **kept)


CASES = {
    "sagemaker_lineage_names_no_job_of_served_model": [
        case("lineage has the job", PASS, artifact_lineage(ARTIFACT, MADE)),
        case("a training job of the scan says so", PASS, job(artifact=ARTIFACT)),
        case("a package that lineage has the job of", PASS, artifact_lineage(ARTIFACT, MADE),
             packaged(packed(model_data_url=ARTIFACT)), model=PACKAGED),
        case("a folder, with a slash at the end", PASS, artifact_lineage(ARTIFACT, MADE), model=FOLDER),
        case("no record", FAIL),
        case("no record, in a bucket of the account", FAIL, ours()),
        case("no record, in a bucket of another account", UNKNOWN, seen_from_here()),
        case("no record, in a bucket of another account of the scan", UNKNOWN, seen_from_here(), of_sibling()),
        case("no record, in a bucket that was not read", UNKNOWN, incomplete=[Bucket]),
        case("no record, in a bucket of which nobody saw whose it is", UNKNOWN, bucket()),
        case("no record, in a bucket that is gone", FAIL, missing("northwind-example-models")),
        case("another account's bucket, and lineage here has the job", PASS, artifact_lineage(ARTIFACT, MADE),
             seen_from_here()),
        case("a record that nothing led to", FAIL, artifact_lineage(ARTIFACT)),
        case("what read it made something else", FAIL,
             artifact_lineage(ARTIFACT, LineageStep(job=JOB, reads=(ARTIFACT,), writes=(DATA,)))),
        case("a record that was cut: what made it is next to it", FAIL, artifact_lineage(ARTIFACT, cut=True)),
        case("a record whose steps were not read", UNKNOWN, artifact_lineage(ARTIFACT, steps=UNSET)),
        case("a record whose address was not read", UNKNOWN, artifact_lineage(UNSET, MADE)),
        case("records were not all read", UNKNOWN, incomplete=[ArtifactLineage]),
        case("jobs were not all read", UNKNOWN, artifact_lineage(ARTIFACT), incomplete=[TrainingJob]),
        case("an artifact of a job that was not read", UNKNOWN, job()),
        case("its package was not read", UNKNOWN, model=PACKAGED),
        case("what AWS publishes", NOT_APPLICABLE, model=served_from("s3://jumpstart-cache-prod-eu-west-1/x/model.tar.gz")),
        Case("nothing serves it", NOT_APPLICABLE, MODEL),
        Case("endpoints were not read", UNKNOWN, MODEL, incomplete=[Endpoint]),
    ]
}  # fmt: skip


def test_a_job_that_events_of_the_catalog_record_made_it():
    check = registered()[0]["MLP-5213"]

    def said(*others):
        return check(MODEL, InventoryView(inventory_of(MODEL, *SERVES, *others), check.needs, check.also))

    recorded = catalog(catalog_run(1, (DATA,), ARTIFACT))
    assert (said(recorded).status, said(recorded).path[0]) == (PASS, recorded.id)
    assert said(catalog(catalog_run(1, (DATA,), ARTIFACT, state="FAIL"))).status is FAIL
    assert said().status is FAIL
