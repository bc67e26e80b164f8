"""The collector of schedules that monitor what online deployments are asked and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.collect import VERSION
from checks.azure.machine_learning.resources import SCHEDULES, MonitorSchedule, OnlineDeployment
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

#: Without it, only those that are on are listed.
_ALL = "listViewType=All"
_ACTION = ("properties", "action")
_PREFIX = "azureml:"


@collector(MonitorSchedule, operations=(SCHEDULES,), per="account", follows=(OnlineDeployment,), opt_in="systems")
def monitor_schedules(api: AzureApi, found: Found) -> Iterator[MonitorSchedule]:
    """Those of workspaces with a deployment, of the one kind that monitors: others train or call something."""

    def of(workspaces: list[str]) -> list[MonitorSchedule]:
        listed = api.listings(SCHEDULES, [f"{workspace}/schedules?{_ALL}" for workspace in workspaces], VERSION)
        return [_schedule(api, item) for items in listed for item in items if _monitors(item)]

    for made in api.each(of, api.groups(sorted({workspace_of(one.id) for one in found.of(OnlineDeployment)}))):
        yield from made


def monitored(target: str, workspace: str) -> str:
    """The id of the deployment that a schedule of a workspace names: as `azureml:ENDPOINT:DEPLOYMENT`, or in full."""
    name = target.lower().removeprefix(_PREFIX)
    if "/" in name:
        return arm_id(name)
    endpoint, _, deployment = name.partition(":")
    return f"{workspace}/onlineendpoints/{endpoint}/deployments/{deployment}"


def _schedule(api: AzureApi, item: Mapping[str, Any]) -> MonitorSchedule:
    target = (
        UNSET
        if item.get("properties") is None
        else _within(item, *_ACTION, "monitorDefinition", "monitoringTarget", "deploymentId")
    )
    if not isinstance(target, str | None | UnsetType):
        api.gap(SCHEDULES, CallFailed(Reason.MALFORMED, "deploymentId is no text"))
    known = (
        monitored(target, workspace_of(item["id"])) if isinstance(target, str) else None if target is None else UNSET
    )
    return api.snapshot(MonitorSchedule, SCHEDULES, item, deployment_id=known)


def _monitors(item: Mapping[str, Any]) -> bool:
    """Whether a schedule starts a monitor, or does not say what it starts."""
    found = _within(item, *_ACTION, "actionType")
    return found.lower() == "createmonitor" if isinstance(found, str) else True


def _within(item: Mapping[str, Any], *members: str) -> Any:
    """What is inside; None where there is nothing, and UNSET where something else than an object is on the way."""
    found: Any = item
    for member in members:
        if found is None:
            return None
        if not isinstance(found, Mapping):
            return UNSET
        found = found.get(member)
    return found
