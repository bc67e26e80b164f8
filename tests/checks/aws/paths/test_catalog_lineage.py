"""Cases of the check on what the data behind a served model was made from, as SageMaker Catalog records it."""

from factories.aws import (
    ACCOUNT,
    catalog,
    catalog_run,
    config,
    endpoint,
    foreign,
    job,
    missing,
    ours,
    s3_source,
    served_from,
)
from factories.aws import variant as runs
from msgspec import UNSET, structs
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.datazone.resources import CatalogLineage
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Channel, Endpoint, TrainingJob
from scanner.lineage.run_parts import Name

ARTIFACT = "s3://northwind-example-models/sentiment/nightly/output/model.tar.gz"
DATA, CLEAN = "s3://northwind-example-data/train/", "s3://northwind-example-data/clean"
RAW = "s3://northwind-example-landing/raw"
MODEL = served_from(ARTIFACT)
SERVES = (
    config(variants=(runs(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)
JOB = job(artifact=ARTIFACT, inputs=(Channel(channel_name="train", data_source=s3_source(DATA)),))
CLOSED = {
    "policy": None,
    "grants": (),
    "owner_id": "an-owner",
    "policy_is_public": None,
    "public_access_block": None,
    "account_public_access_block": None,
}
LETS_WRITE = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::northwind-example-landing/*",
    }
}
LANDING = ours("northwind-example-landing", **CLOSED)
OPEN = ours("northwind-example-landing", **{**CLOSED, "policy": LETS_WRITE})
#: Two jobs, one after the other.
IMPORT, SPLIT = catalog_run(1, (RAW,), CLEAN), catalog_run(2, (CLEAN,), DATA)
HERE = ours("northwind-example-data", **CLOSED)
LED = catalog(IMPORT, SPLIT)


def case(name, expected, *others, trained=JOB, **kept):
    return Case(name, expected, MODEL, *SERVES, trained, HERE, *others, **kept)


def ended(state):
    """The second job, which ended so."""
    return catalog_run(2, (CLEAN,), DATA, state=state)


def symlinked():
    """The second job reads the table that the first one's output is a symlink of."""
    [output] = IMPORT.outputs
    table = Name(namespace=f"arn:aws:glue:eu-west-1:{ACCOUNT}", name="table/claims/clean")
    made = structs.replace(output, alias=(table,))
    read = structs.replace(output, namespace=table.namespace, name=table.name)
    return structs.replace(IMPORT, outputs=(made,)), structs.replace(SPLIT, inputs=(read,))


CASES = {
    "sagemaker_served_model_data_from_s3_bucket_others_write": [
        case("another account writes where it was two jobs before", FAIL, LED, OPEN),
        case("by way of a table that is a symlink", FAIL, catalog(*symlinked()), OPEN),
        case("open, and a job is not at its end", FAIL, catalog(IMPORT, ended("START")), OPEN),
        case("open, and there are earlier events", FAIL, catalog(IMPORT, SPLIT, cut=500), OPEN),
        case("open, and another bucket was not seen", FAIL, catalog(IMPORT, catalog_run(2, (CLEAN, "s3://a/x"), DATA)),
             OPEN, incomplete=[Bucket]),
        case("in two domains", FAIL, catalog(IMPORT), catalog(SPLIT, name="other"), OPEN),
        case("nobody else writes", PASS, LED, LANDING),
        case("a ring of jobs", PASS, catalog(IMPORT, SPLIT, catalog_run(3, (DATA,), CLEAN)), LANDING),
        case("closed, and there are earlier events", UNKNOWN, catalog(IMPORT, SPLIT, cut=500), LANDING),
        case("closed, and one was no event", UNKNOWN, catalog(IMPORT, SPLIT, unread=1), LANDING),
        case("closed, and not all domains were listed", UNKNOWN, LED, LANDING, incomplete=[CatalogLineage]),
        case("closed, and one domain was not read", UNKNOWN, LED, catalog(name="other", runs=UNSET), LANDING),
        case("a file in the folder was written", UNKNOWN, catalog(catalog_run(1, (RAW,), f"{DATA}1.csv")), LANDING),
        case("nobody read the policy", UNKNOWN, LED, ours("northwind-example-landing", **{**CLOSED, "policy": UNSET})),
        case("nobody read the bucket", UNKNOWN, LED, incomplete=[Bucket]),
        case("nothing of SageMaker names the bucket", UNKNOWN, LED),
        case("its events were not read", UNKNOWN, catalog(runs=UNSET)),
        case("inputs were not read", UNKNOWN, LED, OPEN, trained=job(artifact=ARTIFACT)),
        case("jobs were not all read", UNKNOWN, LED, LANDING, incomplete=[TrainingJob]),
        case("the job that made it failed", NOT_APPLICABLE, catalog(IMPORT, ended("FAIL")), OPEN),
        case("another account's bucket", UNKNOWN, LED, foreign("northwind-example-landing")),
        case("a bucket that is gone", PASS, LED, missing("northwind-example-landing")),
        case("from a database", NOT_APPLICABLE, catalog(catalog_run(1, ("postgres://db/d.s.t",), DATA))),
        case("of other data", NOT_APPLICABLE, catalog(IMPORT), OPEN),
        case("no domain", NOT_APPLICABLE),
        Case("no job is known", NOT_APPLICABLE, MODEL, *SERVES, LED, OPEN),
        Case("nothing serves it", NOT_APPLICABLE, MODEL, JOB, LED, OPEN),
        Case("endpoints were not read", UNKNOWN, MODEL, JOB, LED, OPEN, incomplete=[Endpoint]),
    ]
}  # fmt: skip
