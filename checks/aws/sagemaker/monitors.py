"""Checks of the schedules that monitor SageMaker endpoints.

That an endpoint has none is no failure: Model Monitor is closed to new customers, and other tools monitor too.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.sagemaker.resources import Endpoint, MonitoringSchedule
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View, Whole

#: One that was never made has nothing to monitor; one that is being deleted is judged no more.
_NEVER = ("Failed", "Creating", "Deleting")
_RUNS, _HALTED, _WAITS, _OPEN = "runs", "is halted", "waits", "is open"
_GOES_ON, _AT_REST = ("Scheduled", "Pending"), ("Stopped", "Failed")
_ENDED_WELL = ("Completed", "CompletedWithViolations")
_UNDER_WAY = ("Pending", "InProgress", "Stopping")
_ENDED_BADLY = ("Failed", "Stopped")


class Schedules(Struct, frozen=True):
    """Ids of schedules by account, region and endpoint in lower case; `whole` where none is missing."""

    ids: dict[tuple[str, str, str], list[str]]
    whole: Whole


def schedules(view: View) -> Schedules:
    """An index of what monitors what, to be derived once."""
    found = view.all(MonitoringSchedule)
    ids: dict[tuple[str, str, str], list[str]] = {}
    whole = Whole(found)
    for one in found:
        if one.endpoint_name is UNSET:
            whole.doubt(one.scope)
        if isinstance(one.endpoint_name, str):
            ids.setdefault((one.scope.account, one.scope.region, one.endpoint_name.lower()), []).append(one.id)
    return Schedules(ids, whole)


@check(
    id="MLP-5505",
    severity=Severity.MEDIUM,
    objective="model-monitoring",
    since="0.1.0",
    needs=(MonitoringSchedule,),
    blind_to=("whether constraints are sensible",),
)
def sagemaker_endpoint_monitor_halted(endpoint: Endpoint, view: View) -> Verdict:
    """A monitor of the endpoint is stopped, or its last run failed.

    Of several schedules of one type one that works is enough: others are left behind. A run that had no data, as the
    endpoint was asked nothing, says neither that the monitor works nor that it does not. An endpoint without a schedule
    is not judged.

    ## Why it matters
    Somebody set the monitor up and relies on its silence. Since it was stopped, or since its runs fail, drift of data,
    quality or bias goes unnoticed, and no alarm says that none can come.

    ## How to fix
    Read why the run failed, often the role of the job, its baseline or the captured data, correct it and start the
    schedule. Delete it if something else monitors the endpoint.

    Where Model Monitor is closed to the account, as it is to new customers, run the comparison as a scheduled pipeline
    of your own, over what the application keeps of requests and answers, with an open library, and let it publish a
    metric with an alarm.

    CLI: `aws sagemaker list-monitoring-executions --monitoring-schedule-name …` shows why, and
    `aws sagemaker start-monitoring-schedule --monitoring-schedule-name …` starts it.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeMonitoringSchedule.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringExecutionSummary.html
    """
    found = _monitors(endpoint, view)
    if isinstance(found, Verdict):
        return found
    complete = view.derive(schedules).whole.at(endpoint.scope) and all(
        one.monitoring_type is not UNSET for one in found
    )
    states = {one.id: _state(one) for one in found}
    by_type: dict[str, list[MonitoringSchedule]] = {}
    for one in found:
        by_type.setdefault(str(one.monitoring_type), []).append(one)
    best = {kind: _best(states[one.id] for one in group) for kind, group in by_type.items()}
    halted = sorted(kind for kind, state in best.items() if state == _HALTED)
    if halted and complete:
        group = by_type[halted[0]]
        told = "no type" if halted == ["None"] else ", ".join(halted)
        return failed(f"the monitor of {told} is halted", path=(endpoint.id, group[0].id), **_shown(group))
    for one in found:
        if states[one.id] == _OPEN or one.last_run is UNSET:
            return _open(one, endpoint)
    if not complete:
        return unknown("MonitoringSchedule", "MonitoringSchedule.monitoring_type", path=(endpoint.id,))
    if not (running := [one for one in found if states[one.id] == _RUNS]):
        return not_applicable("no monitor has looked at data yet")
    return passed("its monitors run", path=(endpoint.id, running[0].id), **_shown(running))


@check(
    id="MLP-5506",
    severity=Severity.MEDIUM,
    objective="model-monitoring",
    since="0.1.0",
    needs=(MonitoringSchedule,),
    blind_to=("whether constraints are sensible", "violations before the last run"),
)
def sagemaker_endpoint_monitor_found_violations(endpoint: Endpoint, view: View) -> Verdict:
    """The last run of a monitor of the endpoint found violations.

    Schedules that are stopped are not judged here: what they found is old, and MLP-5505 speaks of them.

    ## Why it matters
    The data that the model is asked about, its quality or its bias are outside what was measured when it was approved.
    Its answers may be worse than anybody answered for, and differently so for different people.

    ## How to fix
    Read the report of violations beside the output of the run. Retrain, take the endpoint back to an earlier version,
    or, if the world has changed and the model copes, make a new baseline and record who decided that.

    An account that Model Monitor is closed to, as it is to new customers, does the same with what its own comparison
    found.

    CLI: `aws sagemaker list-monitoring-executions --monitoring-schedule-name …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringExecutionSummary.html
    """
    found = _monitors(endpoint, view)
    if isinstance(found, Verdict):
        return found
    active = [one for one in found if one.status not in _AT_REST]
    ended = {one.id: _ended(one) for one in active}
    if violated := [one for one in active if ended[one.id] == "CompletedWithViolations" and one.status == "Scheduled"]:
        path = (endpoint.id, violated[0].id)
        return failed("the last run found violations", path=path, **_shown(violated))
    for one in active:
        if one.status not in _GOES_ON or _is_untold(one):
            return _open(one, endpoint)
    if not view.derive(schedules).whole.at(endpoint.scope):
        return unknown("MonitoringSchedule", path=(endpoint.id,))
    if clean := [one for one in active if ended[one.id] == "Completed"]:
        return passed("the last run found no violation", path=(endpoint.id, clean[0].id), **_shown(active))
    return not_applicable("no run of a monitor that goes on has ended")


def _monitors(endpoint: Endpoint, view: View) -> list[MonitoringSchedule] | Verdict:
    """The schedules of an endpoint that may be asked, or why there is nothing to judge."""
    if missing := unobserved(endpoint, "status"):
        return missing
    if endpoint.status in _NEVER:
        return not_applicable(f"the status is {endpoint.status}", status=endpoint.status)
    index = view.derive(schedules)
    ids = index.ids.get((endpoint.scope.account, endpoint.scope.region, endpoint.name.lower()), [])
    found = [view.get(MonitoringSchedule, id) for id in ids]
    seen = [one for one in found if isinstance(one, MonitoringSchedule)]
    if len(seen) < len(ids) or (not seen and not index.whole.at(endpoint.scope)):
        return unknown("MonitoringSchedule", path=(endpoint.id,))
    return seen or not_applicable("no schedule monitors it")


def _state(one: MonitoringSchedule) -> str:
    if one.status in _AT_REST:
        return _HALTED
    if one.status == "Pending":
        return _WAITS
    if one.status != "Scheduled" or one.last_run is UNSET:
        return _OPEN
    ended = _ended(one)
    if ended is None or ended in _UNDER_WAY:
        return _WAITS if one.last_run is None or ended else _OPEN
    if ended in _ENDED_WELL:
        return _RUNS
    if ended == "Failed" and one.had_no_data is not False:
        return _WAITS if one.had_no_data else _OPEN
    return _HALTED if ended in _ENDED_BADLY else _OPEN


def _best(states: Iterable[str]) -> str:
    """The state of a type: one that runs is enough, and only where all are halted it is."""
    found = set(states)
    return next(state for state in (_RUNS, _OPEN, _WAITS, _HALTED) if state in found)


def _open(one: MonitoringSchedule, endpoint: Endpoint) -> Verdict:
    """What of a schedule is not known: what it is doing, or else how its last run ended."""
    field = "last_run" if one.status in (*_GOES_ON, *_AT_REST) else "status"
    return unknown(f"MonitoringSchedule.{field}", path=(endpoint.id, one.id))


def _is_untold(one: MonitoringSchedule) -> bool:
    """Whether nobody says how the last run ended, or in a word that this version does not know."""
    told = (*_ENDED_WELL, *_ENDED_BADLY, *_UNDER_WAY)
    return one.last_run is UNSET or (one.last_run is not None and _ended(one) not in told)


def _ended(one: MonitoringSchedule) -> str | None:
    return one.last_run.monitoring_execution_status if one.last_run else None


def _shown(found: Iterable[MonitoringSchedule]) -> dict[str, Any]:
    found = list(found)
    named = {name: {one.id: getattr(one, name) for one in found} for name in ("status", "last_run")}
    return {
        f"MonitoringSchedule.{name}": {id: value for id, value in of.items() if value is not UNSET}
        for name, of in named.items()
    }
