"""Checks of the schedules that monitor online deployments.

That a deployment has none is no failure: other tools monitor too.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET, Struct

from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import MonitorSchedule, OnlineDeployment
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View, Whole

_ON, _OFF, _OPEN = "on", "off", "open"
_MADE, _MONITORS = "succeeded", "createmonitor"
#: The zones of the earth are this far apart at most.
_DAY = timedelta(days=1)


class Schedules(Struct, frozen=True):
    """Ids of schedules by the id of the deployment that they monitor; `whole` where none is missing."""

    ids: dict[str, list[str]]
    whole: Whole


def schedules(view: View) -> Schedules:
    """An index of what monitors what, to be derived once."""
    found = view.all(MonitorSchedule)
    ids: dict[str, list[str]] = {}
    whole = Whole(found)
    for one in found:
        if UNSET in (one.action_type, one.deployment_id):
            whole.doubt(one.scope)
        if isinstance(one.deployment_id, str) and folded(one.action_type) == _MONITORS:
            ids.setdefault(arm_id(one.deployment_id), []).append(one.id)
    return Schedules(ids, whole)


@check(
    id="MLP-5522",
    severity=Severity.MEDIUM,
    objective="model-monitoring",
    since="0.1.0",
    needs=(MonitorSchedule,),
    blind_to=("how the last runs of monitors ended", "whether thresholds are sensible"),
)
def azure_ml_online_deployment_monitor_stopped(deployment: OnlineDeployment, view: View) -> Verdict:
    """Monitors of the online deployment are off, or their time is over.

    Of several schedules one that is on is enough: others are left behind. One that could not be made, and one whose end
    was reached a day ago or more, are off. A deployment without a schedule is not judged.

    ## Why it matters
    Somebody set the monitor up and relies on its silence. Since it was turned off, or since its last day, drift of what
    the model is asked and a loss of quality go unnoticed, and no mail says that none can come.

    ## How to fix
    Enable the schedule, or give its trigger a later end. Delete it if something else monitors the deployment.

    CLI: `az ml schedule list --include-disabled -w … -g …` shows it, and `az ml schedule enable -n … -w … -g …` enables
    it.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-model-performance
    - https://learn.microsoft.com/en-us/azure/templates/microsoft.machinelearningservices/workspaces/schedules
    """
    if verdict := not_in_use(deployment):
        return verdict
    index = view.derive(schedules)
    complete = index.whole.in_account(deployment.scope.account)
    ids = index.ids.get(arm_id(deployment.id), [])
    found = [one for id in ids if isinstance(one := view.get(MonitorSchedule, id), MonitorSchedule)]
    if len(found) < len(ids) or (not found and not complete):
        return unknown("MonitorSchedule", path=(deployment.id,))
    if not found:
        return not_applicable("no schedule monitors it")
    states = {one.id: _state(one, view.taken_at) for one in found}
    if undecided := [one for one in found if states[one.id] == _OPEN]:
        return _open(undecided[0], (deployment.id, undecided[0].id))
    if not complete:
        return unknown("MonitorSchedule", path=(deployment.id,))
    if on := [one for one in found if states[one.id] == _ON]:
        return passed("a monitor of it is on", path=(deployment.id, on[0].id), **_shown(found))
    return failed("no monitor of it is on", path=(deployment.id, found[0].id), **_shown(found))


def _state(one: MonitorSchedule, now: datetime) -> str:
    if UNSET in (one.is_enabled, one.provisioning_state, one.end_time):
        return _OPEN
    if one.is_enabled is False or folded(one.provisioning_state) in ("failed", "canceled"):
        return _OFF
    if folded(one.provisioning_state) != _MADE:
        return _OPEN
    if one.end_time is None:
        return _ON
    try:
        end = datetime.fromisoformat(str(one.end_time)).replace(tzinfo=UTC)
    except ValueError:
        return _OPEN
    return _OFF if end + _DAY < now else _ON if end - _DAY > now else _OPEN


def _open(one: MonitorSchedule, path: tuple[str, ...]) -> Verdict:
    fields = ("is_enabled", "provisioning_state", "end_time")
    missing = [f"MonitorSchedule.{name}" for name in fields if getattr(one, name) is UNSET]
    return unknown(*(missing or ["whether MonitorSchedule goes on"]), path=path)


def _shown(found: Iterable[MonitorSchedule]) -> dict[str, Any]:
    found = list(found)
    named = {
        name: {one.id: getattr(one, name) for one in found} for name in ("is_enabled", "provisioning_state", "end_time")
    }
    return {
        f"MonitorSchedule.{name}": {id: value for id, value in of.items() if value is not UNSET}
        for name, of in named.items()
    }
