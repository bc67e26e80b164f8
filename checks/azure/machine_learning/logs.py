"""Checks of what Azure ML online endpoints log."""

from typing import Any

from msgspec import UNSET, Struct

from checks.azure.ids import arm_id, subscription
from checks.azure.insights.resources import DiagnosticSetting, sent
from checks.azure.machine_learning.resources import OnlineEndpoint
from checks.azure.machine_learning.states import not_in_use
from checks.azure.operational_insights.resources import LogTable
from checks.retention import SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import (
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved_joined,
)
from scanner.model.views import View, Whole


class Settings(Struct, frozen=True):
    """Ids of diagnostic settings by the id of their endpoint; `whole` where none is missing."""

    ids: dict[str, list[str]]
    whole: Whole


def settings(view: View) -> Settings:
    """An index of what sends the logs of what, to be derived once."""
    found = view.all(DiagnosticSetting)
    ids: dict[str, list[str]] = {}
    whole = Whole(found)
    for one in found:
        if one.endpoint_id is UNSET:
            whole.doubt(one.scope)
        if isinstance(one.endpoint_id, str):
            ids.setdefault(arm_id(one.endpoint_id), []).append(one.id)
    return Settings(ids, whole)


@check(
    id="MLP-5523",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    needs=(DiagnosticSetting, LogTable),
    blind_to=("who may delete the workspace of the logs", "rules that export tables"),
)
def azure_ml_online_endpoint_logs_expire_early(endpoint: OnlineEndpoint, view: View) -> Verdict:
    """Logs of the online endpoint are deleted within six months.

    Six months are up to 184 days, so that the setting of 180 is too short. The total retention of each table counts,
    long-term retention with it, whatever the workspace says for others. An endpoint without a diagnostic setting is not
    judged, nor is a table that nothing was written to. Where logs also go to a storage account, an event hub or a
    partner, they may be kept there, which is unknown.

    ## Why it matters
    What the containers print, and who asked what of which deployment, is the log that the system makes of itself. A
    wrong decision often comes to light months later. Who provides or uses a system that weighs heavily has to keep the
    logs that it generates for six months at least, and the law of a sector may ask for more: whether it does is for you
    to answer.

    ## How to fix
    Give the tables a total retention of 365 days. Analytics of the last 30 days may stay as they are: long-term
    retention costs less. Copies that are exported before they expire are a reason to suppress this, with where they
    are; so is a system that owes no such log.

    CLI: `az monitor log-analytics workspace table update -g … --workspace-name … -n AmlOnlineEndpointTrafficLog
    --total-retention-time 365`. Terraform: `total_retention_in_days` of `azurerm_log_analytics_workspace_table`.

    ## References
    - https://learn.microsoft.com/en-us/azure/azure-monitor/logs/data-retention-configure
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-online-endpoints
    """
    if verdict := not_in_use(endpoint):
        return verdict
    index = view.derive(settings)
    ids = index.ids.get(arm_id(endpoint.id), [])
    found = [one for id in ids if isinstance(one := view.get(DiagnosticSetting, id), DiagnosticSetting)]
    if len(found) < len(ids) or not index.whole.in_account(endpoint.scope.account):
        return unknown("DiagnosticSetting", path=(endpoint.id,))
    sending: list[DiagnosticSetting] = []
    for one in found:
        fields = ("logs", "table_ids", "storage_account_id", "event_hub_rule", "partner")
        if missing := unobserved_joined(one, *fields, path=(endpoint.id, one.id)):
            return missing
        if one.table_ids or sent(one.logs or ()):
            sending.append(one)
    if not sending:
        return not_applicable("no diagnostic setting sends its logs anywhere")
    return _of_tables(endpoint, sending, view)


def _of_tables(endpoint: OnlineEndpoint, sending: list[DiagnosticSetting], view: View) -> Verdict:
    kept = _kept(endpoint, sending, view)
    if isinstance(kept, Verdict):
        return kept
    elsewhere = [one for one in sending if one.storage_account_id or one.event_hub_rule or one.partner]
    if not kept and not elsewhere:
        return not_applicable("nothing was written to a table yet")
    if not kept:
        return unknown("how long logs are kept elsewhere", path=(endpoint.id, elsewhere[0].id))
    least = min(kept.values(), key=_days)
    path = (endpoint.id, sending[0].id, least.id)
    shown: dict[str, Any] = {
        **joined(least, "total_retention_in_days"),
        "DiagnosticSetting.logs": {one.id: one.logs for one in sending},
    }
    if least.total_retention_in_days is None:
        return unknown("LogTable.total_retention_in_days", path=path)
    if _days(least) >= SIX_MONTHS:
        return passed(f"its logs are kept for {_days(least)} days", path=path, **shown)
    if elsewhere:
        return unknown("how long logs are kept elsewhere", path=path)
    return failed(f"a log of it is kept for {_days(least)} days, fewer than {SIX_MONTHS}", path=path, **shown)


def _kept(endpoint: OnlineEndpoint, sending: list[DiagnosticSetting], view: View) -> dict[str, LogTable] | Verdict:
    """The table that keeps a category longest, by category; or what of it is not known."""
    kept: dict[str, LogTable] = {}
    for one in sending:
        way = (endpoint.id, one.id)
        for id in one.table_ids or ():
            if subscription(id) != subscription(endpoint.id):
                return unknown("how long a workspace of another subscription keeps logs", path=way)
            table = view.get(LogTable, arm_id(id), endpoint.scope)
            if table is UNSET:
                return unknown("LogTable", path=way)
            if isinstance(table, LogTable):
                if missing := unobserved_joined(table, "total_retention_in_days", path=(*way, table.id)):
                    return missing
                category = arm_id(id).rpartition("/")[2]
                kept[category] = max(kept.get(category, table), table, key=_days)
    return kept


def _days(table: LogTable) -> int:
    return table.total_retention_in_days or 0
