"""Checks of the log buckets that AI systems name as their logs."""

from typing import Any

from checks.gcp.logging.resources import DeclaredLogBucket
from checks.retention import NOT_THERE, SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved


@check(
    id="MLP-5517",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    blind_to=("who may delete the log bucket", "whether a sink takes what the system logs there"),
)
def cloud_logging_declared_bucket_expires_early(bucket: DeclaredLogBucket) -> Verdict:
    """Log bucket that an AI system names deletes logs within six months.

    Six months are up to 184 days. One that is being deleted is gone within a week, whatever it was set to. How long one
    would keep logs that does not exist is unknown.

    ## Why it matters
    The manifest of AI systems says that this is where the system logs to. A wrong decision often comes to light months
    later. Who provides or uses a system that weighs heavily has to keep the logs that it generates for six months at
    least, and the law of a sector may ask for more: whether it does is for you to answer. The bucket `_Default` deletes
    after 30 days unless it is told otherwise.

    ## How to fix
    Let the bucket keep logs for 365 days. Once it is locked, nobody can shorten that. Name in the manifest where logs
    are kept, not where they pass through: one that may go early, since a copy of it is kept, is better left out.

    CLI: `gcloud logging buckets update … --location=… --retention-days=365`. Terraform: `retention_days` of
    `google_logging_project_bucket_config`.

    ## References
    - https://cloud.google.com/logging/docs/buckets
    - https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets
    """
    if missing := unobserved(bucket, "exists"):
        return missing
    if not bucket.exists:
        return unknown(NOT_THERE.format("log bucket"))
    if missing := unobserved(bucket, "lifecycle_state", "retention_days"):
        return missing
    state, days = bucket.lifecycle_state, bucket.retention_days
    if state == "DELETE_REQUESTED":
        return failed("it is being deleted, with all that it keeps", lifecycle_state=state)
    if state != "ACTIVE":
        return unknown("lifecycle_state")
    if not isinstance(days, int):
        return unknown("retention_days")
    shown: dict[str, Any] = {"retention_days": days, "lifecycle_state": state}
    if days >= SIX_MONTHS:
        return passed(f"it keeps logs for {days} days", **shown)
    return failed(f"it keeps logs for {days} days, fewer than {SIX_MONTHS}", **shown)
