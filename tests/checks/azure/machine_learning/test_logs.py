from factories.azure import LOGS, endpoint, log_table, setting
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.insights.resources import DiagnosticSetting, LogCategory, sent
from checks.azure.operational_insights.resources import LogTable

SERVES = endpoint()
TRAFFIC, CONSOLE = "AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointConsoleLog"
CENTRAL = LOGS.replace("000000000001", "000000000009")


def sends(*categories: str, **fields):
    logs = tuple(LogCategory(category=each, enabled=True) for each in categories)
    nothing = dict.fromkeys(("storage_account_id", "event_hub_rule", "partner"))
    workspace = fields.pop("workspace", LOGS)
    tables = tuple(f"{workspace}/tables/{each}" for each in sent(fields.get("logs", logs))) if workspace else ()
    return setting(**{"table_ids": tables, "logs": logs, **nothing, **fields})


def kept(days: int | None, category: str = TRAFFIC, **fields):
    return log_table(category, **{"total_retention_in_days": days, **fields})


OFF = (LogCategory(category=TRAFFIC, enabled=False), LogCategory(category="AuditLog", enabled=True))
ALL = (LogCategory(category_group="allLogs", enabled=True),)

CASES = {
    "azure_ml_online_endpoint_logs_expire_early": [
        Case("a year", PASS, SERVES, sends(TRAFFIC), kept(365)),
        Case("184 days", PASS, SERVES, sends(TRAFFIC), kept(184)),
        Case("of two workspaces one keeps them", PASS, SERVES, sends(TRAFFIC), kept(365), sends(TRAFFIC, name="b")),
        Case("another table is short, and not sent to", PASS, SERVES, sends(TRAFFIC), kept(365), kept(30, CONSOLE)),
        Case("180 days are no six months", FAIL, SERVES, sends(TRAFFIC), kept(180)),
        Case("one of two tables", FAIL, SERVES, sends(TRAFFIC, CONSOLE), kept(365), kept(30, CONSOLE)),
        Case("all logs", FAIL, SERVES, sends(logs=ALL), kept(365), kept(30, CONSOLE)),
        Case("a copy in a storage account", UNKNOWN, SERVES, sends(TRAFFIC, storage_account_id="/x"), kept(30)),
        Case("an event hub alone", UNKNOWN, SERVES, sends(TRAFFIC, workspace=None, event_hub_rule="/x")),
        Case("a workspace elsewhere", UNKNOWN, SERVES, sends(TRAFFIC, workspace=CENTRAL)),
        Case("the table says nothing", UNKNOWN, SERVES, sends(TRAFFIC), kept(None)),
        Case("the table was not read", UNKNOWN, SERVES, sends(TRAFFIC), log_table(TRAFFIC)),
        Case("tables were not read", UNKNOWN, SERVES, sends(TRAFFIC), incomplete=[LogTable]),
        Case("settings were not read", UNKNOWN, SERVES, incomplete=[DiagnosticSetting]),
        Case("a setting was not read", UNKNOWN, SERVES, setting()),
        Case("nothing was written yet", NOT_APPLICABLE, SERVES, sends(TRAFFIC)),
        Case("its logs are off", NOT_APPLICABLE, SERVES, sends(logs=OFF), kept(30)),
        Case("no setting", NOT_APPLICABLE, SERVES, kept(30)),
        Case("a setting of another endpoint", NOT_APPLICABLE, SERVES, sends(TRAFFIC, of="other"), kept(30)),
        Case("is being deleted", NOT_APPLICABLE, endpoint(provisioning_state="Deleting"), sends(TRAFFIC), kept(30)),
    ]
}
