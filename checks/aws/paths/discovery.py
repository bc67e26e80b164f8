"""Whether somebody looks for personal data in what models are trained with. What was found is not read."""

from msgspec import UNSET, Struct

from checks.aws.macie.resources import BucketCoverage, coverage_id
from checks.aws.names import location, partition_of
from checks.aws.s3.buckets import not_ours
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.addresses import INPUTS, addresses
from checks.aws.sagemaker.resources import TrainingJob
from scanner.model.checks import check
from scanner.model.nouns import (
    Resource,
    Scope,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View

_FIELDS = ("automated", "last_automated", "in_job", "last_job_run", "error_code")


class _Read(Struct, frozen=True):
    """A training job that reads each bucket, by the bucket's name; `complete` unless there may be more."""

    by: dict[str, str]
    complete: bool


@check(
    id="MLP-5611",
    severity=Severity.MEDIUM,
    objective="data-classification",
    since="0.1.0",
    needs=(TrainingJob, BucketCoverage),
    blind_to=("discovery by other tools", "objects that a sample did not touch"),
)
def s3_training_bucket_outside_macie(bucket: Bucket, view: View) -> Verdict:
    """Bucket with training data is left out where Macie looks for sensitive data.

    Macie looks at it where automated discovery monitors it and has analysed it, or a job names it, or has criteria that
    it fits, and has run. Judged are buckets that training jobs of the last thirty days read, in regions where Macie is
    enabled: where it is not, nothing says that personal data is looked for, or has to be. What Macie found is not read.

    ## Why it matters
    A model remembers what it was trained with. Personal data that nobody knew of in a training set is found by a person
    who asks about it, or by whoever gets the model to repeat it. Where discovery is on, its reports are believed to
    speak of all that there is.

    ## How to fix
    Let automated discovery monitor the bucket: remove it from the excluded buckets, and see to it that Macie's role may
    read it and use its key. Or create a job whose buckets it is one of.

    Console: Macie, Settings, Automated sensitive data discovery, S3 buckets. CLI: `aws macie2
    update-classification-scope`, `aws macie2 create-classification-job`.

    ## References
    - https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html
    - https://docs.aws.amazon.com/macie/latest/user/discovery-asdd-account-configure.html
    - https://docs.aws.amazon.com/macie/latest/APIReference/datasources-s3.html
    """
    if verdict := not_ours(bucket):
        return verdict
    read = view.derive(_read)
    job = read.by.get(bucket.name)
    if job is None:
        return not_applicable("no training job reads it") if read.complete else unknown("TrainingJob.inputs")
    if missing := unobserved(bucket, "region"):
        return missing
    id = coverage_id(partition_of(bucket.id), str(bucket.region), bucket.scope.account, bucket.name)
    coverage = view.get(BucketCoverage, id, Scope("aws", bucket.scope.account, str(bucket.region)))
    if coverage is None:
        nothing = not_applicable("Macie does not look at buckets here, or does not know it yet", owned=bucket.owned)
        return nothing if read.complete else unknown("TrainingJob")
    path = (bucket.id, job)
    if not isinstance(coverage, Resource):
        return unknown("BucketCoverage.automated", path=path)
    return _covered(coverage, path, complete=read.complete)


def _covered(coverage: BucketCoverage, path: tuple[str, ...], *, complete: bool) -> Verdict:
    """The verdict on what Macie does with a bucket."""
    if missing := unobserved(coverage, *_FIELDS):
        return unknown(*(f"BucketCoverage.{field}" for field in missing.missing), path=path)
    seen = joined(coverage, *_FIELDS)
    if coverage.error_code:
        return failed("Macie cannot read it", path=path, **seen)
    automated = coverage.automated == "MONITORED"
    if automated and coverage.last_automated:
        verdict = passed("automated discovery looks at it", path=path, **seen)
    elif coverage.in_job == "TRUE" and coverage.last_job_run:
        verdict = passed("a job that looks for sensitive data looked at it", path=path, **seen)
    elif automated:
        return failed("automated discovery has it in scope, and has not looked at it yet", path=path, **seen)
    elif coverage.automated == "NOT_MONITORED" and coverage.in_job in ("FALSE", "TRUE", None):
        return failed("Macie is enabled, and neither automated discovery nor a job looks at it", path=path, **seen)
    else:
        odd = "in_job" if coverage.automated == "NOT_MONITORED" else "automated"
        return unknown(f"BucketCoverage.{odd}", path=(*path, coverage.id))
    return verdict if complete else unknown("TrainingJob", path=path)


def _read(view: View) -> _Read:
    """An index of buckets with training data, to be derived once."""
    found = view.all(TrainingJob)
    by: dict[str, str] = {}
    complete = found.complete
    for job in found:
        complete = complete and job.inputs is not UNSET
        for place in map(location, addresses(job, INPUTS)):
            if place is not None:
                by.setdefault(place[0], job.id)
    return _Read(by, complete)
