"""The collectors of log groups: only those of endpoints that are there, and those that AI systems name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.logs.resources import GROUPS, OF_ENDPOINTS, DeclaredLogGroup, LogGroup
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
        forwarded = _forwarded(api, group["logGroupName"], everywhere) if _is_short(group) else UNSET
        if forwarded is None:
            api.gone()
            return None
        name = group["logGroupName"]
        arn = f"arn:{api.partition}:logs:{api.scope.region}:{api.account}:log-group:{name}"
        endpoint = name.removeprefix(OF_ENDPOINTS)
        return api.decode(LogGroup, {GROUPS: group}, id=arn, name=name, endpoint_name=endpoint, forwarded_by=forwarded)

    yield from (made for made in api.each(look, groups) if made is not None)


@collector(DeclaredLogGroup, operations=(GROUPS, _FILTERS, _POLICIES), opt_in="systems", named=True)
def declared_log_groups(api: AwsApi, found: Found) -> Iterator[DeclaredLogGroup]:
    """Of one that could not be looked for, only its name is known."""
    here = f"arn:{api.partition}:logs:{api.scope.region}:{api.account}:log-group:"
    names = [id.removeprefix(here) for id in found.named if id.startswith(here)]
    groups = {name: _group(api, name) for name in names}
    asked = any(isinstance(group, Mapping) and _is_short(group) for group in groups.values())
    everywhere = _policies(api) if asked else ()
    for name, group in groups.items():
        short = isinstance(group, Mapping) and _is_short(group)
        forwarded = _forwarded(api, name, everywhere) if short else UNSET
        if forwarded is None:
            api.gone()
            continue
        exists = UNSET if isinstance(group, UnsetType) else group is not None
        yield api.decode(
            DeclaredLogGroup, {GROUPS: group}, id=here + name, name=name, exists=exists, forwarded_by=forwarded
        )


def _group(api: AwsApi, name: str) -> Mapping[str, Any] | UnsetType | None:
    """The group of exactly this name; None if there is none. Others may begin with it."""
    listed = api.members(GROUPS, logGroupNamePrefix=name, limit=50)
    if listed is None or isinstance(listed, UnsetType):
        return listed
    return next((group for group in listed if group.get("logGroupName") == name), None)


def _is_short(group: Mapping[str, Any]) -> bool:
    days = group.get("retentionInDays")
    return isinstance(days, int) and days < SIX_MONTHS


def _forwarded(api: AwsApi, group: str, everywhere: _Names) -> _Names | None:
    """What forwards events of a group, beside what does everywhere; None where it was deleted since it was listed."""
    own = _filters(api, group)
    if own is None:
        return None
    return UNSET if isinstance(own, UnsetType) or isinstance(everywhere, UnsetType) else own + everywhere


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
