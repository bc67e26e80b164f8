from factories.azure import SCORE, action_group, endpoint, group_id, log_alert, metric_alert, processing_rule
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.insights.resources import ActionGroup, LogAlert, MetricAlert, ProcessingRule

SERVES = endpoint()
OTHER = "00000000-0000-0000-0000-000000000009"
ELSEWHERE = group_id("central").replace("00000000-0000-0000-0000-000000000001", OTHER)


def reads(name: str = "on-call", *readers: str, programs: tuple[str, ...] = (), **fields):
    known = {"enabled": True, "readers": readers or ("emailReceivers",), "programs": programs}
    return action_group(name, **{**known, **fields})


def perhaps(*groups: str, **fields):
    return log_alert("any", *groups, **{"endpoint_ids": (), "may_watch": (SCORE,), **fields})


MUTES, ADDS = "RemoveAllActionGroups", "AddActionGroups"
EMPTY = reads(readers=())
TOLD = metric_alert("errors", "on-call")

CASES = {
    "azure_ml_online_endpoint_alert_reaches_nobody": [
        Case("somebody is mailed", PASS, SERVES, TOLD, reads()),
        Case("by a query", PASS, SERVES, log_alert("lines", "on-call"), reads("on-call", "smsReceivers")),
        Case("on where nobody said so", PASS, SERVES, log_alert("lines", "on-call", enabled=None), reads()),
        Case("one of two groups", PASS, SERVES, metric_alert("errors", "on-call", "gone"), reads()),
        Case("one was left behind", PASS, SERVES, TOLD, metric_alert("old", enabled=False), reads()),
        Case("another that may watch it tells, too", PASS, SERVES, TOLD, perhaps("on-call"), reads()),
        Case("a rule mutes it at times", PASS, SERVES, TOLD, reads(), processing_rule(MUTES, always=False)),
        Case("a rule mutes another", PASS, SERVES, TOLD, reads(), processing_rule(MUTES, scopes=(f"{SCORE}-2",))),
        Case("a rule that is off mutes it", PASS, SERVES, TOLD, reads(), processing_rule(MUTES, enabled=False)),
        Case("no group", FAIL, SERVES, metric_alert()),
        Case("no group of a query", FAIL, SERVES, log_alert()),
        Case("the group is gone", FAIL, SERVES, TOLD),
        Case("the group is off", FAIL, SERVES, TOLD, reads(enabled=False)),
        Case("nobody is left in the group", FAIL, SERVES, TOLD, EMPTY),
        Case("the alert is off", FAIL, SERVES, metric_alert("errors", "on-call", enabled=False), reads()),
        Case("one of two", FAIL, SERVES, TOLD, log_alert(), reads()),
        Case("one, and others were not read", FAIL, SERVES, metric_alert(), incomplete=[LogAlert]),
        Case("a rule mutes it", FAIL, SERVES, TOLD, reads(), processing_rule(MUTES, enabled=None)),
        Case("a rule mutes it alone", FAIL, SERVES, TOLD, reads(), processing_rule(MUTES, scopes=(SCORE.upper(),))),
        Case("a rule that is off adds groups", FAIL, SERVES, TOLD, EMPTY, processing_rule(ADDS, enabled=False)),
        Case("a rule adds groups", UNKNOWN, SERVES, TOLD, EMPTY, processing_rule(ADDS)),
        Case("a rule mutes its queries", UNKNOWN, SERVES, log_alert("q", "on-call"), reads(), processing_rule(MUTES)),
        Case("rules were not read", UNKNOWN, SERVES, TOLD, EMPTY, incomplete=[ProcessingRule]),
        Case("a function hears it", UNKNOWN, SERVES, TOLD, reads(readers=(), programs=("azureFunctionReceivers",))),
        Case("a group of another subscription", UNKNOWN, SERVES, metric_alert("errors", ELSEWHERE)),
        Case("whether the group is on is not said", UNKNOWN, SERVES, TOLD, reads(enabled=None)),
        Case("whether one watches it", UNKNOWN, SERVES, perhaps("on-call"), reads()),
        Case("one that may watch it tells nobody", UNKNOWN, SERVES, TOLD, perhaps(), reads()),
        Case("off, and another may watch it", UNKNOWN, SERVES, log_alert(enabled=False), perhaps("on-call"), reads()),
        Case("off, and others were not read", UNKNOWN, SERVES, log_alert(enabled=False), incomplete=[MetricAlert]),
        Case("the group was not read", UNKNOWN, SERVES, TOLD, action_group()),
        Case("groups were not read", UNKNOWN, SERVES, TOLD, incomplete=[ActionGroup]),
        Case("alerts were not read", UNKNOWN, SERVES, incomplete=[MetricAlert]),
        Case("some were not read", UNKNOWN, SERVES, TOLD, reads(), incomplete=[LogAlert]),
        Case("its state was not read", UNKNOWN, SERVES, metric_alert(enabled=UNSET)),
        Case("no alert", NOT_APPLICABLE, SERVES),
        Case("an alert on another", NOT_APPLICABLE, SERVES, metric_alert(endpoint_ids=(f"{SCORE}-2",))),
        Case("is being deleted", NOT_APPLICABLE, endpoint(provisioning_state="Deleting"), metric_alert()),
    ]
}
