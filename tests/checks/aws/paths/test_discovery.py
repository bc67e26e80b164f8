from datetime import UTC, datetime

from factories.aws import bucket, coverage, job, ours, s3_source
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.macie.resources import BucketCoverage
from checks.aws.sagemaker.resources import Channel, TrainingJob

BUCKET = ours(region="eu-west-1")
READS = job(inputs=(Channel(channel_name="train", data_source=s3_source("s3://northwind-example-models/reviews/")),))
LOOKED = datetime(2026, 11, 20, tzinfo=UTC)


def case(name, expected, *others, **kept):
    return Case(name, expected, BUCKET, READS, *others, **kept)


CASES = {
    "s3_training_bucket_outside_macie": [
        case("automated discovery", PASS, coverage(automated="MONITORED", last_automated=LOOKED)),
        case("a job", PASS, coverage(in_job="TRUE", last_job_run=LOOKED)),
        case("not analysed yet", FAIL, coverage(automated="MONITORED")),
        case("a job that never ran", FAIL, coverage(in_job="TRUE")),
        case("excluded", FAIL, coverage()),
        case("Macie may not read it", FAIL,
             coverage(automated="MONITORED", last_automated=LOOKED, error_code="ACCESS_DENIED")),
        case("nobody knows whether a job has it", UNKNOWN, coverage(in_job="UNKNOWN")),
        case("a status of tomorrow", UNKNOWN, coverage(automated="PARTLY")),
        case("its status was not read", UNKNOWN, coverage(automated=UNSET)),
        case("Macie is not enabled", NOT_APPLICABLE),
        case("Macie may not be asked", UNKNOWN, incomplete=[BucketCoverage]),
        Case("nobody trains with it", NOT_APPLICABLE, BUCKET, coverage()),
        Case("jobs were not read", UNKNOWN, BUCKET, coverage(), incomplete=[TrainingJob]),
        Case("what a job reads was not read", UNKNOWN, BUCKET, job(), coverage()),
        Case("of another account", NOT_APPLICABLE, bucket(exists=True, owned=False), READS, coverage()),
        Case("nobody knows where it is", UNKNOWN, ours(), READS, coverage()),
        Case("nobody knows whose it is", UNKNOWN, bucket(), READS, coverage()),
    ]
}  # fmt: skip
