"""The kinds of tables of logs: typed snapshots."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

TABLES = "Microsoft.OperationalInsights/workspaces/tables/read"


class LogTable(Resource, frozen=True, kw_only=True):
    """A table of a Log Analytics workspace that logs of online endpoints go to. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.operational_insights.LogTable"
    title: ClassVar[str] = "Log Analytics table of online endpoints"
    holds: ClassVar[Holds] = Holds.SERVING

    #: days, with those of long-term retention; the workspace's own where the table has no other
    total_retention_in_days: Annotated[Observed[int], Read(TABLES, "properties.totalRetentionInDays")] = UNSET


class DeclaredLogTable(Resource, frozen=True, kw_only=True):
    """A table that an AI system names as one of its logs, whether or not it exists. Id: its resource id in lower case.

    One of whose name the capitals are not right does not exist, as Azure tells names of tables by these.
    """

    kind: ClassVar[str] = "azure.operational_insights.DeclaredLogTable"
    title: ClassVar[str] = "Log Analytics table that an AI system names"
    holds: ClassVar[Holds] = Holds.SERVING

    exists: Observed[bool] = UNSET
    #: days, with those of long-term retention; the workspace's own where the table has no other
    retention_days: Annotated[Observed[int], Read(TABLES, "properties.totalRetentionInDays")] = UNSET
