"""The kind of coverage: a typed snapshot."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

BUCKETS = "macie2:DescribeBuckets"


def coverage_id(partition: str, region: str, account: str, bucket: str) -> str:
    """The id of what Macie of an account and region does with a bucket."""
    return f"arn:{partition}:macie2:{region}:{account}:bucket/{bucket}"


class BucketCoverage(Resource, frozen=True, kw_only=True):
    """What Macie does with a bucket that training jobs read. Id: see `coverage_id`, as Macie has none for it.

    There is none where Macie is not enabled. What was found, and the score that Macie makes of it, is not read.
    """

    kind: ClassVar[str] = "aws.macie.BucketCoverage"
    title: ClassVar[str] = "Macie's coverage of a bucket"
    holds: ClassVar[Holds] = Holds.TRAINING

    #: MONITORED or NOT_MONITORED, by automated discovery
    automated: Annotated[Observed[str], Read(BUCKETS, "automatedDiscoveryMonitoringStatus")] = UNSET
    last_automated: Annotated[Observed[datetime], Read(BUCKETS, "lastAutomatedDiscoveryTime")] = UNSET
    #: TRUE, FALSE or UNKNOWN: whether a job names it, or has criteria that it fits
    in_job: Annotated[Observed[str], Read(BUCKETS, "jobDetails.isDefinedInJob")] = UNSET
    last_job_run: Annotated[Observed[datetime], Read(BUCKETS, "jobDetails.lastJobRunTime")] = UNSET
    #: why Macie cannot read it, such as ACCESS_DENIED
    error_code: Annotated[Observed[str], Read(BUCKETS, "errorCode")] = UNSET
