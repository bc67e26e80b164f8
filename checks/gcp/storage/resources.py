"""Cloud Storage kinds: typed snapshots. Each field names the operation and member it comes from."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.gcp.iam.resources import Binding
from scanner.model.nouns import Holds, Observed, Read, Resource

BUCKET = "storage.buckets.get"
LIST = "storage.buckets.list"
POLICY = "storage.buckets.getIamPolicy"


class Bucket(Resource, frozen=True, kw_only=True):
    """A bucket that an ML resource refers to, whether or not it exists. Id: //storage.googleapis.com/NAME"""

    kind: ClassVar[str] = "gcp.storage.Bucket"
    title: ClassVar[str] = "Cloud Storage bucket"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    exists: Observed[bool] = UNSET
    #: id of the scanned project that owns it; None where it is another's, or nobody's
    project: Observed[str] = UNSET
    public_access_prevention: Annotated[Observed[str], Read(BUCKET, "iamConfiguration.publicAccessPrevention")] = UNSET
    uniform_access: Annotated[Observed[bool], Read(BUCKET, "iamConfiguration.uniformBucketLevelAccess.enabled")] = UNSET
    versioning: Annotated[Observed[bool], Read(BUCKET, "versioning.enabled")] = UNSET
    retention_period: Annotated[Observed[str], Read(BUCKET, "retentionPolicy.retentionPeriod")] = UNSET
    soft_delete: Annotated[Observed[str], Read(BUCKET, "softDeletePolicy.retentionDurationSeconds")] = UNSET
    kms_key: Annotated[Observed[str], Read(BUCKET, "encryption.defaultKmsKeyName")] = UNSET
    log_bucket: Annotated[Observed[str], Read(BUCKET, "logging.logBucket")] = UNSET
    bindings: Annotated[Observed[tuple[Binding, ...]], Read(POLICY, "bindings")] = UNSET
