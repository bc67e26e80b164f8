"""Azure ML collectors. Lists give full properties but for computes, whose list gives identity and state only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from checks.azure.error_kinds import MISSING
from checks.azure.machine_learning.resources import (
    COMPUTES,
    DEPLOYMENTS,
    ENDPOINTS,
    WORKSPACES,
    Compute,
    OnlineDeployment,
    OnlineEndpoint,
    Workspace,
)
from scanner.model.collectors import Found, collector
from scanner.model.decode import plans
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply
from scanner.model.secrets.detect import suspicious_names

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

#: The first stable version that shows root access of compute instances and the access mode of system datastores.
VERSION = "2025-06-01"


@collector(Workspace, operations=(WORKSPACES,), per="account")
def workspaces(api: AzureApi) -> Iterator[Workspace]:
    path = f"/subscriptions/{api.account}/providers/Microsoft.MachineLearningServices/workspaces"
    if api.none_here(WORKSPACES):
        return
    for item in api.pages(WORKSPACES, path, VERSION):
        yield api.snapshot(Workspace, WORKSPACES, item)


@collector(Compute, operations=(COMPUTES,), per="account", follows=(Workspace,))
def computes(api: AzureApi, found: Found) -> Iterator[Compute]:
    def of(workspaces: list[Workspace]) -> list[list[Mapping[str, Any]]]:
        return api.listings(COMPUTES, [f"{workspace.id}/computes" for workspace in workspaces], VERSION)

    def details(items: list[Mapping[str, Any]]) -> list[Compute | None]:
        paths = [item["id"] for item in items]
        replies = api.replies(COMPUTES, paths, VERSION, absent=MISSING)
        return [_compute(api, item, reply) for item, reply in zip(items, replies, strict=True)]

    listed = chain.from_iterable(chain.from_iterable(api.each(of, api.groups(found.of(Workspace)))))
    for made in api.each(details, api.groups(listed)):
        yield from (compute for compute in made if compute is not None)


def _compute(api: AzureApi, item: Mapping[str, Any], reply: Reply) -> Compute | None:
    if reply is None:  # deleted since the list was made
        api.gone()
        return None
    properties = item.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    fields = {
        "compute_type": _text(known.get("computeType")),
        "provisioning_state": _text(known.get("provisioningState")),
    }
    if reply is UNSET:
        return api.decode(Compute, {}, {COMPUTES: item}, **api.identity(item), **fields)
    made = api.snapshot(Compute, COMPUTES, {**item, **reply}, **fields)
    shown = reply.get("properties")
    if isinstance(shown, Mapping) and not isinstance(shown.get("properties"), Mapping):
        # As while it is created: of settings that are not there yet nothing was said, not even that they are absent.
        inner = [plan.name for plan in plans(Compute) if plan.path[:2] == ("properties", "properties")]
        return msgspec.structs.replace(made, **dict.fromkeys(inner, UNSET))
    return made


@collector(OnlineEndpoint, operations=(ENDPOINTS,), per="account", follows=(Workspace,))
def online_endpoints(api: AzureApi, found: Found) -> Iterator[OnlineEndpoint]:
    def of(workspaces: list[Workspace]) -> list[OnlineEndpoint]:
        paths = [f"{workspace.id}/onlineEndpoints" for workspace in workspaces]
        listed = api.listings(ENDPOINTS, paths, VERSION)
        return [api.snapshot(OnlineEndpoint, ENDPOINTS, item) for items in listed for item in items]

    for made in api.each(of, api.groups(found.of(Workspace))):
        yield from made


@collector(OnlineDeployment, operations=(DEPLOYMENTS,), per="account", follows=(OnlineEndpoint,))
def online_deployments(api: AzureApi, found: Found) -> Iterator[OnlineDeployment]:
    def of(endpoints: list[OnlineEndpoint]) -> list[OnlineDeployment]:
        listed = api.listings(DEPLOYMENTS, [f"{endpoint.id}/deployments" for endpoint in endpoints], VERSION)
        return [
            _deployment(api, endpoint, item)
            for endpoint, items in zip(endpoints, listed, strict=True)
            for item in items
        ]

    for made in api.each(of, api.groups(found.of(OnlineEndpoint))):
        yield from made


def _deployment(api: AzureApi, endpoint: OnlineEndpoint, item: Mapping[str, Any]) -> OnlineDeployment:
    return api.snapshot(
        OnlineDeployment,
        DEPLOYMENTS,
        item,
        # "blue" and "green" are the names of half the deployments there are
        name=f"{endpoint.name}/{item['id'].rpartition('/')[2]}",
        suspicious_variables=_suspicious(api, item),
    )


def _suspicious(api: AzureApi, item: Mapping[str, Any]) -> tuple[str, ...] | UnsetType:
    """Names of environment variables that hold secrets. The values go no further than this function."""
    properties = item.get("properties")
    if not isinstance(properties, Mapping):
        return UNSET
    variables = properties.get("environmentVariables")
    if variables is None:
        return ()
    if not isinstance(variables, Mapping):
        api.gap(DEPLOYMENTS, CallFailed(Reason.MALFORMED, "properties.environmentVariables is not an object"))
        return UNSET
    return suspicious_names(variables)


def _text(value: Any) -> str | UnsetType:
    return value if isinstance(value, str) else UNSET
