"""Azure ML collectors. Lists give full properties but for computes, whose list gives identity and state only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

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
from scanner.collector import Found, collector
from scanner.errors import CallFailed
from scanner.model import Reason
from scanner.secrets import suspicious_names

if TYPE_CHECKING:
    from checks.azure.api import AzureApi

#: The first stable version that shows root access of compute instances and the access mode of system datastores.
VERSION = "2025-06-01"


@collector(Workspace, operations=(WORKSPACES,), per="account")
def workspaces(api: AzureApi) -> Iterator[Workspace]:
    path = f"/subscriptions/{api.account}/providers/Microsoft.MachineLearningServices/workspaces"
    for item in api.pages(WORKSPACES, path, VERSION):
        yield api.snapshot(Workspace, WORKSPACES, item)


@collector(Compute, operations=(COMPUTES,), per="account", follows=(Workspace,))
def computes(api: AzureApi, found: Found) -> Iterator[Compute]:
    def detail(item: Mapping[str, Any]) -> Compute | None:
        reply = api.call(COMPUTES, item["id"], VERSION, absent=("ResourceNotFound", "NotFound"))
        if reply is None:  # deleted since the list was made
            return None
        properties = item.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        fields = {
            "compute_type": _text(known.get("computeType")),
            "provisioning_state": _text(known.get("provisioningState")),
        }
        if reply is UNSET:
            return api.decode(Compute, {}, **api.identity(item), **fields)
        return api.snapshot(Compute, COMPUTES, {**item, **reply}, **fields)

    def of(workspace: Workspace) -> list[Compute]:
        made = api.each(detail, api.pages(COMPUTES, f"{workspace.id}/computes", VERSION))
        return [compute for compute in made if compute is not None]

    for batch in api.each(of, found.of(Workspace)):
        yield from batch


@collector(OnlineEndpoint, operations=(ENDPOINTS,), per="account", follows=(Workspace,))
def online_endpoints(api: AzureApi, found: Found) -> Iterator[OnlineEndpoint]:
    def of(workspace: Workspace) -> list[OnlineEndpoint]:
        items = api.pages(ENDPOINTS, f"{workspace.id}/onlineEndpoints", VERSION)
        return [api.snapshot(OnlineEndpoint, ENDPOINTS, item) for item in items]

    for batch in api.each(of, found.of(Workspace)):
        yield from batch


@collector(OnlineDeployment, operations=(DEPLOYMENTS,), per="account", follows=(OnlineEndpoint,))
def online_deployments(api: AzureApi, found: Found) -> Iterator[OnlineDeployment]:
    def of(endpoint: OnlineEndpoint) -> list[OnlineDeployment]:
        return [
            api.snapshot(
                OnlineDeployment,
                DEPLOYMENTS,
                item,
                # "blue" and "green" are the names of half the deployments there are
                name=f"{endpoint.name}/{item['id'].rpartition('/')[2]}",
                suspicious_variables=_suspicious(api, item),
            )
            for item in api.pages(DEPLOYMENTS, f"{endpoint.id}/deployments", VERSION)
        ]

    for batch in api.each(of, found.of(OnlineEndpoint)):
        yield from batch


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
