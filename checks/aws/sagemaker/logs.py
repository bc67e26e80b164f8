"""Checks of what the containers of SageMaker endpoints log."""

from msgspec import UNSET

from checks.aws.logs.resources import OF_ENDPOINTS, LogGroup
from checks.aws.names import partition_of
from checks.aws.sagemaker.references import components
from checks.aws.sagemaker.resources import Endpoint, InferenceComponent
from checks.retention import SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: One that was never made has nothing to log; one that is being deleted is judged no more.
_NEVER = ("Failed", "Creating", "Deleting")


@check(
    id="MLP-5504",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    needs=(InferenceComponent, LogGroup),
    blind_to=("who may delete the log group",),
    decided_by=("LogGroup.retention_in_days",),
)
def sagemaker_endpoint_logs_expire_early(endpoint: Endpoint, view: View) -> Verdict:
    """Log group of the endpoint deletes events within six months.

    Six months are up to 184 days, so that the setting of 180 is too short. A group that names no retention keeps events
    for ever, and an endpoint whose containers never logged anything has no group. Inference components log to groups of
    their own, which are not read. Where a subscription filter, of the
    group or of the account, sends events elsewhere, they may be kept there, which is unknown.

    ## Why it matters
    What a container prints is the log that the system makes of itself: when it was asked, what it could not do, which
    version it loaded. A wrong decision often comes to light months later. Who provides or uses a system that weighs
    heavily has to keep the logs that it generates for six months at least, and the law of a sector may ask for more:
    whether it does is for you to answer.

    ## How to fix
    Keep events for 365 days, the next setting after 180. Copies that are exported before they expire are a reason to
    suppress this, with where they are; so is a system that owes no such log.

    Terraform: `aws_cloudwatch_log_group` with `name = "/aws/sagemaker/Endpoints/…"` and `retention_in_days = 365`. CLI:
    `aws logs put-retention-policy --log-group-name /aws/sagemaker/Endpoints/… --retention-in-days 365`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """
    if missing := unobserved(endpoint, "status"):
        return missing
    if endpoint.status in _NEVER:
        return not_applicable(f"the status is {endpoint.status}", status=endpoint.status)
    scope = endpoint.scope
    group_id = f"arn:{partition_of(endpoint.id)}:logs:{scope.region}:{scope.account}:log-group:{OF_ENDPOINTS}"
    group = view.get(LogGroup, group_id + endpoint.name, scope)
    if group is None:
        return _unless_components(
            endpoint, view, not_applicable("it has no log group, as its containers logged nothing")
        )
    if not isinstance(group, LogGroup):
        return unknown("LogGroup", path=(endpoint.id,))
    path = (endpoint.id, group.id)
    days = group.retention_in_days
    if days is UNSET:
        return unknown("LogGroup.retention_in_days", path=path)
    if days is None or days >= SIX_MONTHS:
        said = "its logs never expire" if days is None else f"its logs are kept for {days} days"
        return _unless_components(endpoint, view, passed(said, path=path, **joined(group, "retention_in_days")))
    if unobserved(group, "forwarded_by"):
        return unknown("LogGroup.forwarded_by", path=path)
    if group.forwarded_by:
        return unknown("how long what subscription filters forward is kept", path=path)
    shown = joined(group, "retention_in_days", "forwarded_by")
    return failed(f"its logs are kept for {days} days, fewer than {SIX_MONTHS}", path=path, **shown)


def _unless_components(endpoint: Endpoint, view: View, verdict: Verdict) -> Verdict:
    """The verdict, unless inference components run there, or nobody saw whether any do."""
    index = view.derive(components)
    if index.of(endpoint) or not index.whole.at(endpoint.scope):
        return unknown("log groups of its inference components", path=(endpoint.id,))
    return verdict
