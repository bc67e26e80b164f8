"""The log groups that AI systems name: what verdict each configuration gets."""

from factories.aws import declared_log_group
from support import FAIL, PASS, UNKNOWN, Case


def group(**fields):
    known = {"exists": True, "retention_days": 365, "log_group_class": "STANDARD", **fields}
    return declared_log_group(**known)


CASES = {
    "cloudwatch_declared_log_expires_early": [
        Case("a year", PASS, group()),
        Case("184 days", PASS, group(retention_days=184)),
        Case("for ever, as no retention is set", PASS, group(retention_days=None)),
        Case("long enough, whoever gets a copy", PASS, group(forwarded_by=("to-archive",))),
        Case("infrequent access", PASS, group(log_group_class="INFREQUENT_ACCESS")),
        Case("essentials", PASS, group(log_group_class="ESSENTIALS")),
        Case("no class, as before there were any", PASS, group(log_group_class=None)),
        Case("180 days are no six months", FAIL, group(retention_days=180, forwarded_by=())),
        Case(
            "infrequent access is short, too",
            FAIL,
            group(retention_days=30, forwarded_by=(), log_group_class="INFREQUENT_ACCESS"),
        ),
        Case("a copy elsewhere", UNKNOWN, group(retention_days=30, forwarded_by=("to-archive",))),
        Case("filters were not read", UNKNOWN, group(retention_days=30)),
        Case(
            "delivered elsewhere after a day, though it names no retention",
            UNKNOWN,
            group(retention_days=None, log_group_class="DELIVERY"),
        ),
        Case("a class of tomorrow", UNKNOWN, group(log_group_class="FLEETING")),
        Case("there is no such group", UNKNOWN, group(exists=False, retention_days=None, log_group_class=None)),
        Case("nobody could look", UNKNOWN, declared_log_group()),
    ]
}
