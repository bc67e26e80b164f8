"""The tables that AI systems name: what verdict each configuration gets."""

from factories.azure import declared_log_table
from support import FAIL, PASS, UNKNOWN, Case


def table(**fields):
    return declared_log_table(**{"exists": True, "retention_days": 365, **fields})


CASES = {
    "log_analytics_declared_table_expires_early": [
        Case("a year in all", PASS, table()),
        Case("184 days", PASS, table(retention_days=184)),
        Case("180 days are no six months", FAIL, table(retention_days=180)),
        Case("it says nothing of days", UNKNOWN, table(retention_days=None)),
        Case("it stands for what the workspace says", UNKNOWN, table(retention_days=-1)),
        Case("there is no such table", UNKNOWN, table(exists=False, retention_days=None)),
        Case("nobody could look", UNKNOWN, declared_log_table()),
    ]
}
