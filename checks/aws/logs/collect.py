"""The collector of log groups: only those of endpoints that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.logs.resources import GROUPS, OF_ENDPOINTS, LogGroup
from checks.aws.sagemaker.resources import Endpoint
from checks.retention import SIX_MONTHS
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_FILTERS, _POLICIES = "logs:DescribeSubscriptionFilters", "logs:DescribeAccountPolicies"
_GONE = ("ResourceNotFound",)

#: Names of what forwards events; UNSET where that was not read.
_Names = tuple[str, ...] | UnsetType


@collector(LogGroup, operations=(GROUPS, _FILTERS, _POLICIES), follows=(Endpoint,), opt_in="systems")
def log_groups(api: AwsApi, found: Found) -> Iterator[LogGroup]:
    """Groups outlive their endpoints, and those of endpoints that are gone are left out."""
    names = {OF_ENDPOINTS + each.name for each in found.of(Endpoint) if each.scope.region == api.scope.region}
    if not names:
        return
    listed = api.pages(GROUPS, logGroupNamePrefix=OF_ENDPOINTS, limit=50)
    groups = [group for group in listed if group["logGroupName"] in names]
    everywhere = _policies(api) if any(map(_is_short, groups)) else ()

    def look(group: Mapping[str, Any]) -> LogGroup | None:
        forwarded: _Names = UNSET
        if _is_short(group):
            own = _filters(api, group["logGroupName"])
            if own is None:  # deleted since it was listed
                api.gone()
                return None
            forwarded = UNSET if isinstance(own, UnsetType) or isinstance(everywhere, UnsetType) else own + everywhere
        name = group["logGroupName"]
        arn = f"arn:{api.partition}:logs:{api.scope.region}:{api.account}:log-group:{name}"
        endpoint = name.removeprefix(OF_ENDPOINTS)
        return api.decode(LogGroup, {GROUPS: group}, id=arn, name=name, endpoint_name=endpoint, forwarded_by=forwarded)

    yield from (made for made in api.each(look, groups) if made is not None)


def _is_short(group: Mapping[str, Any]) -> bool:
    days = group.get("retentionInDays")
    return isinstance(days, int) and days < SIX_MONTHS


def _filters(api: AwsApi, group: str) -> _Names | None:
    found = api.members(_FILTERS, absent=_GONE, logGroupName=group, limit=50)
    if found is None or isinstance(found, UnsetType):
        return found
    return tuple(str(each.get("filterName")) for each in found)


def _policies(api: AwsApi) -> _Names:
    """Policies that give groups of the account a subscription filter; to which groups is not looked into."""
    reply = api.call(_POLICIES, policyType="SUBSCRIPTION_FILTER_POLICY")
    if not isinstance(reply, Mapping):
        return UNSET
    policies = reply.get("accountPolicies", [])
    if not isinstance(policies, list) or not all(isinstance(each, Mapping) for each in policies):
        api.gap(_POLICIES, CallFailed(Reason.MALFORMED, "accountPolicies is no list of policies"))
        return UNSET
    return tuple(str(each.get("policyName")) for each in policies)
