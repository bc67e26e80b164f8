"""Kinds of lineage: what OpenLineage events record of jobs, their runs, and the data sets that these read and made.

All of it was written down by pipelines and people. It proves that it was recorded, and not that it happened so.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.lineage.permissions import DATASETS, EVENTS, JOBS
from scanner.lineage.dataset_names import Place, place
from scanner.lineage.run_parts import Data, Name
from scanner.model.nouns import Holds, Observed, Read, Resource


class LineageRun(Resource, frozen=True, kw_only=True):
    """A run, and how many others it stands for that read and made the same. Id: its place and its run id."""

    kind: ClassVar[str] = "lineage.openlineage.LineageRun"
    title: ClassVar[str] = "run in OpenLineage"
    holds: ClassVar[Holds] = Holds.TRAINING

    state: Annotated[Observed[str], Read(EVENTS, "state")] = UNSET
    job_namespace: Annotated[Observed[str], Read(EVENTS, "jobNamespace")] = UNSET
    job_name: Annotated[Observed[str], Read(EVENTS, "jobName")] = UNSET
    started_at: Annotated[Observed[datetime], Read(EVENTS, "startedAt")] = UNSET
    ended_at: Annotated[Observed[datetime], Read(EVENTS, "endedAt")] = UNSET
    #: what it was done for, as far as something says so: training or evaluation
    role: Annotated[Observed[str], Read(EVENTS, "role")] = UNSET
    parent_job: Annotated[Observed[Name], Read(EVENTS, "parentJob")] = UNSET
    inputs: Annotated[Observed[tuple[Data, ...]], Read(EVENTS, "inputs")] = UNSET
    outputs: Annotated[Observed[tuple[Data, ...]], Read(EVENTS, "outputs")] = UNSET
    repeats: Annotated[Observed[int], Read(EVENTS, "repeats")] = UNSET


class LineageJob(Resource, frozen=True, kw_only=True):
    """A job that a server lists, or that events name. Id: its place, namespace and name.

    What it is said to read is there where a server lists it, or an event that is about the job alone.
    """

    kind: ClassVar[str] = "lineage.openlineage.LineageJob"
    title: ClassVar[str] = "job in OpenLineage"
    holds: ClassVar[Holds] = Holds.TRAINING

    namespace: Observed[str] = UNSET
    inputs: Annotated[Observed[tuple[Name, ...]], Read(JOBS, "inputs")] = UNSET


class LineageDataset(Resource, frozen=True, kw_only=True):
    """A data set that a server lists, or that events name. Id: its place, namespace and name.

    `described` are facets that say where it comes from, what it is or who answers for it.
    """

    kind: ClassVar[str] = "lineage.openlineage.LineageDataset"
    title: ClassVar[str] = "data set in OpenLineage"
    holds: ClassVar[Holds] = Holds.TRAINING

    namespace: Observed[str] = UNSET
    description: Annotated[Observed[str], Read(DATASETS, "description")] = UNSET
    deleted: Annotated[Observed[bool], Read(DATASETS, "deleted")] = UNSET
    described: Observed[tuple[str, ...]] = UNSET
    alias: Observed[tuple[Name, ...]] = UNSET
    model: Observed[bool] = UNSET

    @property
    def place(self) -> Place:
        return place(self.namespace or "", self.name)
