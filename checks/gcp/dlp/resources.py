"""The kinds of discovery configurations and job triggers: typed snapshots."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

CONFIGS = "dlp.discoveryConfigs.list"
TRIGGERS = "dlp.jobTriggers.list"


class BucketRegex(Part, frozen=True, kw_only=True, rename="camel"):
    """Which buckets of which projects: all where a pattern is left out."""

    bucket_name_regex: str | None = None


class StoreRegex(Part, frozen=True, kw_only=True, rename="camel"):
    """One pattern of a collection."""

    cloud_storage_regex: BucketRegex | None = None


class StoreRegexes(Part, frozen=True, kw_only=True):
    """The patterns of a collection, of which one has to fit."""

    patterns: tuple[StoreRegex, ...] | None = None


class StoreCollection(Part, frozen=True, kw_only=True, rename="camel"):
    """Buckets by patterns of their names, by tags of Resource Manager, or both."""

    include_regexes: StoreRegexes | None = None
    include_tags: dict[str, Any] | None = None


class BucketReference(Part, frozen=True, kw_only=True, rename="camel"):
    """One bucket."""

    bucket_name: str | None = None


class StoreFilter(Part, frozen=True, kw_only=True, rename="camel"):
    """The buckets that a target is for. `others` are all that no target above it is for."""

    collection: StoreCollection | None = None
    cloud_storage_resource_reference: BucketReference | None = None
    others: dict[str, Any] | None = None


class ObjectConditions(Part, frozen=True, kw_only=True, rename="camel"):
    """Attributes of buckets and objects that are looked at: all where none are given."""

    included_bucket_attributes: tuple[str, ...] | None = None
    included_object_attributes: tuple[str, ...] | None = None


class Conditions(Part, frozen=True, kw_only=True, rename="camel"):
    """What else has to hold before anything is looked at."""

    created_after: str | None = None
    min_age: str | None = None
    cloud_storage_conditions: ObjectConditions | None = None


class StoreTarget(Part, frozen=True, kw_only=True):
    """Buckets, and whether they are looked at: not where it is `disabled`."""

    filter: StoreFilter | None = None
    conditions: Conditions | None = None
    disabled: dict[str, Any] | None = None


class DatasetReference(Part, frozen=True, kw_only=True, rename="camel"):
    """One dataset of Vertex AI."""

    dataset_resource_name: str | None = None


class DatasetFilter(Part, frozen=True, kw_only=True, rename="camel"):
    """The datasets that a target is for. What a collection says has no effect in the configuration of a project."""

    collection: dict[str, Any] | None = None
    vertex_dataset_resource_reference: DatasetReference | None = None
    others: dict[str, Any] | None = None


class DatasetTarget(Part, frozen=True, kw_only=True):
    """Datasets of Vertex AI, and whether they are looked at: not where it is `disabled`."""

    filter: DatasetFilter | None = None
    conditions: Conditions | None = None
    disabled: dict[str, Any] | None = None


class DiscoveryTarget(Part, frozen=True, kw_only=True, rename="camel"):
    """One target. Those of databases, secrets and other clouds are not read."""

    cloud_storage_target: StoreTarget | None = None
    vertex_dataset_target: DatasetTarget | None = None


class DiscoveryConfig(Resource, frozen=True, kw_only=True):
    """What discovery looks at in a project. Id: //dlp.googleapis.com/projects/…/discoveryConfigs/…

    Those of folders and of the organisation are not read.
    """

    kind: ClassVar[str] = "gcp.dlp.DiscoveryConfig"
    title: ClassVar[str] = "Sensitive Data Protection discovery configuration"
    holds: ClassVar[Holds] = Holds.TRAINING

    status: Annotated[Observed[str], Read(CONFIGS, "status")] = UNSET
    last_run_time: Annotated[Observed[datetime], Read(CONFIGS, "lastRunTime")] = UNSET
    #: the first one that fits decides
    targets: Annotated[Observed[tuple[DiscoveryTarget, ...]], Read(CONFIGS, "targets")] = UNSET


class RegexFileSet(Part, frozen=True, kw_only=True, rename="camel"):
    """The objects of a bucket, all where no patterns are given."""

    bucket_name: str | None = None
    include_regex: tuple[str, ...] | None = None
    exclude_regex: tuple[str, ...] | None = None


class FileSet(Part, frozen=True, kw_only=True, rename="camel"):
    """The objects that a job inspects: an address, with a wildcard at its end, or a bucket with patterns."""

    url: str | None = None
    regex_file_set: RegexFileSet | None = None


class JobTrigger(Resource, frozen=True, kw_only=True):
    """A schedule of jobs that inspect data. Id: //dlp.googleapis.com/projects/…/jobTriggers/…

    What it looks for, and what it found, is not read.
    """

    kind: ClassVar[str] = "gcp.dlp.JobTrigger"
    title: ClassVar[str] = "Sensitive Data Protection job trigger"
    holds: ClassVar[Holds] = Holds.TRAINING

    status: Annotated[Observed[str], Read(TRIGGERS, "status")] = UNSET
    last_run_time: Annotated[Observed[datetime], Read(TRIGGERS, "lastRunTime")] = UNSET
    #: absent where it inspects something else than Cloud Storage
    file_set: Annotated[Observed[FileSet], Read(TRIGGERS, "inspectJob.storageConfig.cloudStorageOptions.fileSet")] = (
        UNSET
    )
