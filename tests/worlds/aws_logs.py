"""CloudWatch Logs of an AWS world: log groups with their subscription filters, and policies of the account.

In the world file: `log_groups: {eu-west-1: [{logGroupName: ..., retentionInDays: 30, subscriptionFilters: [...]}]}` and
`log_policies: {eu-west-1: [{policyName: ..., policyType: SUBSCRIPTION_FILTER_POLICY}]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

_MOST = 50
_FILTERS = "subscriptionFilters"


def check_logs(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note groups, filters and policies that AWS could not have."""
    shape_for = known_model("logs").shape_for
    for region, groups in (document.get("log_groups") or {}).items():
        for number, group in enumerate(groups):
            path = f"log_groups.{region}[{number}]"
            own = {key: value for key, value in group.items() if key != _FILTERS}
            conform(own, shape_for("LogGroup"), path, problems)
            conform(group.get(_FILTERS, []), shape_for("SubscriptionFilters"), f"{path}.{_FILTERS}", problems)
    for region, policies in (document.get("log_policies") or {}).items():
        conform(policies, shape_for("AccountPolicies"), f"log_policies.{region}", problems)


def answer_logs(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    groups = {group["logGroupName"]: group for group in (document.get("log_groups") or {}).get(region, ())}
    if name == "DescribeLogGroups":
        prefix = params.get("logGroupNamePrefix", "")
        found = [groups[each] for each in sorted(groups) if each.startswith(prefix)]
        shown = [{key: value for key, value in group.items() if key != _FILTERS} for group in found]
        return _page("logGroups", shown, params)
    if name == "DescribeSubscriptionFilters":
        if params["logGroupName"] not in groups:
            raise AwsError(400, "ResourceNotFoundException", "The specified log group does not exist.")
        return _page(_FILTERS, groups[params["logGroupName"]].get(_FILTERS, []), params)
    if name == "DescribeAccountPolicies":
        policies = (document.get("log_policies") or {}).get(region, ())
        return {"accountPolicies": [each for each in policies if each["policyType"] == params["policyType"]]}
    raise AwsError(400, "UnknownOperationException", f"The world has no logs:{name}")


def _page(member: str, items: list[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    start, size = offset(params.get("nextToken")), int(params.get("limit") or _MOST)
    if size > _MOST:
        raise AwsError(400, "InvalidParameterException", f"limit must be less than or equal to {_MOST}")
    more = {"nextToken": token_from(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **more}
