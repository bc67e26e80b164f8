"""The kind of lineage in the catalog: a typed snapshot."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.lineage.run_parts import Data, Name
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

DOMAINS = "datazone:ListDomains"
EVENTS = "datazone:ListLineageEvents"
EVENT = "datazone:GetLineageEvent"


class CatalogRun(Part, frozen=True, kw_only=True, rename="camel"):
    """A run that the events of a domain record, and how many others it stands for that read and made the same."""

    id: str | None = None
    state: str | None = None
    job_namespace: str | None = None
    job_name: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    role: str | None = None
    parent_job: Name | None = None
    inputs: tuple[Data, ...] | None = None
    outputs: tuple[Data, ...] | None = None
    repeats: int | None = None


class CatalogLineage(Resource, frozen=True, kw_only=True):
    """What the latest lineage events of a domain of SageMaker Catalog record. Id: the domain's ARN.

    Events are OpenLineage. Crawlers of the catalog send them, and whoever may post events to the domain. Of a domain
    that another account manages no event is read here; its id then ends in the account that sees it.
    """

    kind: ClassVar[str] = "aws.datazone.CatalogLineage"
    title: ClassVar[str] = "lineage in SageMaker Catalog"
    holds: ClassVar[Holds] = Holds.TRAINING

    #: V1, of DataZone, or V2, of SageMaker Unified Studio
    domain_version: Annotated[Observed[str], Read(DOMAINS, "domainVersion")] = UNSET
    #: the account that manages it
    managed_by: Annotated[Observed[str], Read(DOMAINS, "managedAccountId")] = UNSET
    runs: Observed[tuple[CatalogRun, ...]] = UNSET
    #: how many events were read, where there are earlier ones; None where all were
    cut: Observed[int] = UNSET
    #: how many were no OpenLineage events
    unread: Observed[int] = UNSET
