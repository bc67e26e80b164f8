"""Checks of the tables that AI systems name as their logs."""

from checks.azure.operational_insights.resources import DeclaredLogTable
from checks.retention import NOT_THERE, SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved


@check(
    id="MLP-5525",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    blind_to=(
        "who may delete the workspace of the logs",
        "rules that export tables",
        "whether the system logs there",
    ),
)
def log_analytics_declared_table_expires_early(table: DeclaredLogTable) -> Verdict:
    """Table that an AI system names deletes logs within six months.

    Six months are up to 184 days, so that the setting of 180 is too short. The total retention of the table counts,
    long-term retention with it, whatever its workspace says for others. How long one would keep logs that does not
    exist is unknown.

    ## Why it matters
    The manifest of AI systems says that this is where the system logs to. A wrong decision often comes to light months
    later. Who provides or uses a system that weighs heavily has to keep the logs that it generates for six months at
    least, and the law of a sector may ask for more: whether it does is for you to answer.

    ## How to fix
    Give the table a total retention of 365 days. Analytics of the last 30 days may stay as they are: long-term
    retention costs less. Name in the manifest where logs are kept, not where they pass through: one that may go early,
    since a copy of it is kept, is better left out.

    CLI: `az monitor log-analytics workspace table update -g … --workspace-name … -n … --total-retention-time 365`.
    Terraform: `total_retention_in_days` of `azurerm_log_analytics_workspace_table`.

    ## References
    - https://learn.microsoft.com/en-us/azure/azure-monitor/logs/data-retention-configure
    - https://learn.microsoft.com/en-us/rest/api/loganalytics/tables/get
    """
    if missing := unobserved(table, "exists"):
        return missing
    if not table.exists:
        return unknown(NOT_THERE.format("table"))
    if missing := unobserved(table, "retention_days"):
        return missing
    days = table.retention_days
    if not isinstance(days, int) or days < 1:  # -1 stands for what the workspace says, and is never shown
        return unknown("retention_days")
    if days >= SIX_MONTHS:
        return passed(f"it keeps logs for {days} days", retention_days=days)
    return failed(f"it keeps logs for {days} days, fewer than {SIX_MONTHS}", retention_days=days)
