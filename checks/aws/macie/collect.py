"""The collector of coverage: only of this account's buckets that training jobs read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from checks.aws.macie.resources import BUCKETS, BucketCoverage, coverage_id
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.addresses import INPUTS, addresses
from checks.aws.sagemaker.resources import TrainingJob
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: So many buckets are asked about in one call.
_MOST = 50
#: What Macie makes of what it found, which is nobody's business here, not even with kept replies.
_FOUND = "sensitivityScore"


@collector(BucketCoverage, operations=(BUCKETS,), follows=(Bucket, TrainingJob), opt_in="systems")
def bucket_coverage(api: AwsApi, found: Found) -> Iterator[BucketCoverage]:
    """A region is asked only if it has such a bucket. Macie answers for those in its own region."""
    read = {
        uri.partition("://")[2].partition("/")[0] for job in found.of(TrainingJob) for uri in addresses(job, INPUTS)
    }
    here = (one.name for one in found.of(Bucket) if one.owned is True and one.region == api.scope.region)
    names = iter(sorted(read.intersection(here)))
    while batch := list(islice(names, _MOST)):
        for item in api.pages(BUCKETS, none_if_off="Macie is not enabled", criteria={"bucketName": {"eq": batch}}):
            name, known = item["bucketName"], {key: item[key] for key in item if key != _FOUND}
            id = coverage_id(api.partition, api.scope.region, api.account, name)
            yield api.decode(BucketCoverage, {BUCKETS: known}, id=id, name=name)
