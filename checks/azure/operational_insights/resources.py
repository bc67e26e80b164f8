"""The kind of tables of logs: a typed snapshot."""

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
