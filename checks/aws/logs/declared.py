"""Checks of the log groups that AI systems name as their logs."""

from typing import Any

from msgspec import UNSET

from checks.aws.logs.resources import DeclaredLogGroup
from checks.retention import NOT_THERE, SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved


@check(
    id="MLP-5509",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    blind_to=("who may delete the log group", "whether the system logs there"),
    decided_by=("exists", "retention_days", "log_group_class"),
)
def cloudwatch_declared_log_expires_early(group: DeclaredLogGroup) -> Verdict:
    """Log group that an AI system names deletes events within six months.

    Six months are up to 184 days, so that the setting of 180 is too short. A group that names no retention keeps events
    for ever, unless it is of the class DELIVERY, which keeps them for a day and sends them elsewhere. Where a
    subscription filter, of the group or of the account, sends events elsewhere, they may be kept there, which is
    unknown. So is how long a group would keep them that does not exist.

    ## Why it matters
    The manifest of AI systems says that this is where the system logs to. A wrong decision often comes to light months
    later. Who provides or uses a system that weighs heavily has to keep the logs that it generates for six months at
    least, and the law of a sector may ask for more: whether it does is for you to answer.

    ## How to fix
    Keep events for 365 days, the next setting after 180. Name in the manifest where logs are kept, not where they pass
    through: one that may go early, since a copy of it is kept, is better left out, or suppressed with where that is.

    Terraform: `retention_in_days = 365` of `aws_cloudwatch_log_group`. CLI: `aws logs put-retention-policy
    --log-group-name … --retention-in-days 365`.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/CloudWatch_Logs_Log_Classes.html
    """
    if missing := unobserved(group, "exists"):
        return missing
    if not group.exists:
        return unknown(NOT_THERE.format("log group"))
    if missing := unobserved(group, "retention_days", "log_group_class"):
        return missing
    days, of_class = group.retention_days, group.log_group_class
    shown: dict[str, Any] = {"retention_days": days, "log_group_class": of_class}
    if of_class not in (None, "STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS"):
        return unknown("log_group_class", "how long what is delivered elsewhere is kept")
    if days is None or days is UNSET:
        return passed("its events never expire", **shown)
    if days >= SIX_MONTHS:
        return passed(f"its events are kept for {days} days", **shown)
    if missing := unobserved(group, "forwarded_by"):
        return missing
    if group.forwarded_by:
        return unknown("how long what subscription filters forward is kept")
    shown["forwarded_by"] = group.forwarded_by
    return failed(f"its events are kept for {days} days, fewer than {SIX_MONTHS}", **shown)
