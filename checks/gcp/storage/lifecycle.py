"""For how long a bucket with versions keeps those that are no longer current. Pure.

Source: https://cloud.google.com/storage/docs/lifecycle
"""

from collections.abc import Iterable

from checks.gcp.storage.resources import LifecycleRule, RuleCondition

#: What narrows a rule to some of the versions, or to those of some time.
_NARROWING = (
    *("age", "created_before", "custom_time_before", "days_since_custom_time", "noncurrent_time_before"),
    *("matches_prefix", "matches_suffix", "matches_storage_class"),
)


def kept_for(rules: Iterable[LifecycleRule], least: int) -> int | None:
    """Days that earlier versions are surely kept, no more than `least`; None where that depends on the object.

    A rule by age deletes old objects alone, and those as soon as they are overwritten. One that leaves another version
    beside the current one leaves something to go back to.
    """
    days, depends = least, False
    for condition in (rule.condition or RuleCondition() for rule in rules if _deletes(rule)):
        found = 0 if condition.days_since_noncurrent_time is None else condition.days_since_noncurrent_time
        if condition.is_live or (condition.num_newer_versions or 0) > 1 or found >= least:
            continue
        if any(getattr(condition, name) for name in _NARROWING):
            depends = True
        else:
            days = min(days, found)
    return None if depends and days == least else days


def _deletes(rule: LifecycleRule) -> bool:
    return rule.action is not None and rule.action.type == "Delete"
