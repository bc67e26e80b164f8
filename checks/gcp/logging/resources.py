"""Cloud Logging kinds: typed snapshots."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

SINKS, BUCKETS, BUCKET = "logging.sinks.list", "logging.buckets.list", "logging.buckets.get"


class LogSink(Resource, frozen=True, kw_only=True):
    """A sink of a project with endpoints. Id: //logging.googleapis.com/projects/…/sinks/…

    `takes` says whether it takes `all` that endpoints log, `some` of it or `none`, by its filter and its exclusions,
    which are not kept. What is not understood is `some`.
    """

    kind: ClassVar[str] = "gcp.logging.LogSink"
    title: ClassVar[str] = "Cloud Logging sink"
    holds: ClassVar[Holds] = Holds.SERVING

    destination: Annotated[Observed[str], Read(SINKS, "destination")] = UNSET
    #: on where it is left out
    disabled: Annotated[Observed[bool], Read(SINKS, "disabled")] = UNSET
    takes: Observed[str] = UNSET


class LogBucket(Resource, frozen=True, kw_only=True):
    """A log bucket of a project with endpoints. Id: //logging.googleapis.com/projects/…/locations/…/buckets/…"""

    kind: ClassVar[str] = "gcp.logging.LogBucket"
    title: ClassVar[str] = "Cloud Logging bucket"
    holds: ClassVar[Holds] = Holds.SERVING

    retention_days: Annotated[Observed[int], Read(BUCKETS, "retentionDays")] = UNSET


class DeclaredLogBucket(Resource, frozen=True, kw_only=True):
    """A log bucket that an AI system names as one of its logs, whether or not it exists. Id as of others."""

    kind: ClassVar[str] = "gcp.logging.DeclaredLogBucket"
    title: ClassVar[str] = "Cloud Logging bucket that an AI system names"
    holds: ClassVar[Holds] = Holds.SERVING

    exists: Observed[bool] = UNSET
    retention_days: Annotated[Observed[int], Read(BUCKET, "retentionDays")] = UNSET
    #: ACTIVE, or DELETE_REQUESTED for the week before it is gone
    lifecycle_state: Annotated[Observed[str], Read(BUCKET, "lifecycleState")] = UNSET
