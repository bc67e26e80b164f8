"""Cloud Storage kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.gcp.iam.resources import Binding
from scanner.cards.card_files import Document
from scanner.cards.sheet_files import SheetFile
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

BUCKET = "storage.buckets.get"
LIST = "storage.buckets.list"
FILE = "storage.objects.get"
FILES = "storage.objects.list"
POLICY = "storage.buckets.getIamPolicy"
FOLDERS = "storage.managedFolders.list"
FOLDER_POLICY = "storage.managedFolders.getIamPolicy"


class PublicNetworks(Part, frozen=True, kw_only=True, rename="camel"):
    """Public addresses that an IP filter admits."""

    allowed_ip_cidr_ranges: tuple[str, ...] | None = None


class IpFilter(Part, frozen=True, kw_only=True, rename="camel"):
    """From where a bucket may be used; it counts only while its mode is `Enabled`."""

    mode: str | None = None
    public_network_source: PublicNetworks | None = None


class RuleAction(Part, frozen=True, kw_only=True):
    """What a rule of a lifecycle does."""

    type: str | None = None


class RuleCondition(Part, frozen=True, kw_only=True, rename="camel"):
    """Which objects it does that to: those for which all of it holds."""

    is_live: bool | None = None
    age: int | None = None
    days_since_noncurrent_time: int | None = None
    num_newer_versions: int | None = None
    days_since_custom_time: int | None = None
    created_before: str | None = None
    custom_time_before: str | None = None
    noncurrent_time_before: str | None = None
    matches_prefix: tuple[str, ...] | None = None
    matches_suffix: tuple[str, ...] | None = None
    matches_storage_class: tuple[str, ...] | None = None


class LifecycleRule(Part, frozen=True, kw_only=True):
    """A rule by which Cloud Storage changes or deletes objects by itself."""

    action: RuleAction | None = None
    condition: RuleCondition | None = None


class Bucket(Resource, frozen=True, kw_only=True):
    """A bucket that an ML resource refers to, whether or not it exists. Id: //storage.googleapis.com/NAME"""

    kind: ClassVar[str] = "gcp.storage.Bucket"
    title: ClassVar[str] = "Cloud Storage bucket"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    exists: Observed[bool] = UNSET
    #: id of the scanned project that owns it; None where it is another's, or nobody's
    project: Observed[str] = UNSET
    #: of another's: whether its project was seen to be below a folder or organisation that the scanned one is below
    shares_parent: Observed[bool] = UNSET
    #: of another's: its project by number and id, and its organisation, as far as these may be read: `projects/…`
    owners: Observed[tuple[str, ...]] = UNSET
    public_access_prevention: Annotated[Observed[str], Read(BUCKET, "iamConfiguration.publicAccessPrevention")] = UNSET
    #: whether an organisation policy prevents public access to all buckets of its project; asked where it inherits it
    prevented_by_policy: Observed[bool] = UNSET
    ip_filter: Annotated[Observed[IpFilter], Read(BUCKET, "ipFilter")] = UNSET
    uniform_access: Annotated[Observed[bool], Read(BUCKET, "iamConfiguration.uniformBucketLevelAccess.enabled")] = UNSET
    versioning: Annotated[Observed[bool], Read(BUCKET, "versioning.enabled")] = UNSET
    lifecycle: Annotated[Observed[tuple[LifecycleRule, ...]], Read(BUCKET, "lifecycle.rule")] = UNSET
    retention_period: Annotated[Observed[str], Read(BUCKET, "retentionPolicy.retentionPeriod")] = UNSET
    #: whether each new object is held, and so can be neither overwritten nor deleted until somebody releases it
    event_based_hold: Annotated[Observed[bool], Read(BUCKET, "defaultEventBasedHold")] = UNSET
    soft_delete: Annotated[Observed[str], Read(BUCKET, "softDeletePolicy.retentionDurationSeconds")] = UNSET
    kms_key: Annotated[Observed[str], Read(BUCKET, "encryption.defaultKmsKeyName")] = UNSET
    #: whether new objects may be encrypted with Google's key; NotRestricted or FullyRestricted
    google_key_restriction: Annotated[
        Observed[str], Read(BUCKET, "encryption.googleManagedEncryptionEnforcementConfig.restrictionMode")
    ] = UNSET
    log_bucket: Annotated[Observed[str], Read(BUCKET, "logging.logBucket")] = UNSET
    bindings: Annotated[Observed[tuple[Binding, ...]], Read(POLICY, "bindings")] = UNSET
    #: `folder: role: member` of managed folders in it that are open to everyone; none are where a policy prevents it
    open_folders: Observed[tuple[str, ...]] = UNSET
    #: who has which role on managed folders in it, whichever folder it is; not asked where no model names the bucket
    folder_bindings: Observed[tuple[Binding, ...]] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(BUCKET, "labels")] = UNSET


class ModelFolder(Resource, frozen=True, kw_only=True):
    """Where the artifact of a model that an endpoint serves lies, with the files there that may be model cards.

    Read with `--read-documents` alone: nothing is listed, and files are asked for by the names that model cards have.
    `refused` are the names of which it is not known whether there is one: without the right to list a bucket's objects
    Cloud Storage refuses one that is not there. Id: its address, without a slash at the end, with the project that saw
    it.
    """

    kind: ClassVar[str] = "gcp.storage.ModelFolder"
    title: ClassVar[str] = "model cards in files beside an artifact in Cloud Storage"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    documents: Observed[tuple[Document, ...]] = UNSET
    refused: Observed[tuple[str, ...]] = UNSET


class DataFolder(Resource, frozen=True, kw_only=True):
    """Where a dataset's data lies that a version which serves was trained with, with files that may be data sheets.

    Read with `--read-documents` alone, by the names that data sheets have. `refused` are the names of which it is not
    known whether there is one, as of `ModelFolder`. Id: its address, without a slash at the end, with the project that
    saw it.
    """

    kind: ClassVar[str] = "gcp.storage.DataFolder"
    title: ClassVar[str] = "data sheets in files beside training data in Cloud Storage"
    holds: ClassVar[Holds] = Holds.TRAINING

    documents: Observed[tuple[SheetFile, ...]] = UNSET
    refused: Observed[tuple[str, ...]] = UNSET


class ArtifactFile(Part, frozen=True, kw_only=True, rename="camel"):
    """A file of an artifact: what Cloud Storage knows of its content, in base64, and when it was written.

    One that was composed of others has no MD5.
    """

    md5_hash: str | None = None
    crc32c: str | None = None
    time_created: datetime | None = None


class ArtifactFiles(Resource, frozen=True, kw_only=True):
    """The files of the artifact of a model that an endpoint serves, but for those that may be model cards.

    Listed where AI systems are declared, which takes no right to content. Their names are not kept. `more` says that
    there are others than these. Id: the address of the folder, without a slash at the end, with the project that saw
    it.
    """

    kind: ClassVar[str] = "gcp.storage.ArtifactFiles"
    title: ClassVar[str] = "files of an artifact in Cloud Storage"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    files: Annotated[Observed[tuple[ArtifactFile, ...]], Read(FILES, "items")] = UNSET
    more: Observed[bool] = UNSET
