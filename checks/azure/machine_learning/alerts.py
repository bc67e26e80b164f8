"""Checks of the alerts of Azure Monitor on online endpoints.

That an endpoint has none is no failure: other tools watch too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import UNSET, Struct

from checks.azure.ids import arm_id, subscription
from checks.azure.insights.resources import ActionGroup, LogAlert, MetricAlert, ProcessingRule
from checks.azure.machine_learning.resources import OnlineEndpoint
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from scanner.model.checks import check
from scanner.model.nouns import Scope, Severity, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View

Alert = LogAlert | MetricAlert

_TOLD, _OPEN, _NOBODY = "told", "open", "nobody"
_ADDS, _MUTES = "addactiongroups", "removeallactiongroups"
_OF_GROUPS = ("enabled", "readers", "programs")


class Alerts(Struct, frozen=True):
    """Kinds and ids of alerts by the endpoint that they watch, or may; `complete` unless some were not seen."""

    on: dict[str, list[tuple[type[Alert], str]]]
    maybe: dict[str, list[tuple[type[Alert], str]]]
    complete: bool


class Rules(Struct, frozen=True):
    """What alert processing rules do; `complete` unless some were not seen.

    `adding` are the subscriptions in which alerts may go to groups that they do not name, and `muting` the scopes in
    which nobody is told of any alert, each with the id of the rule.
    """

    adding: frozenset[str]
    muting: dict[str, str]
    complete: bool


class Reach(NamedTuple):
    """Whom an alert reaches, what of it is not known, and the groups that were seen."""

    word: str
    open: str = ""
    groups: tuple[ActionGroup, ...] = ()


def alerts(view: View) -> Alerts:
    """An index of what watches what, to be derived once."""
    on: dict[str, list[tuple[type[Alert], str]]] = {}
    maybe: dict[str, list[tuple[type[Alert], str]]] = {}
    complete = True
    kinds: tuple[type[Alert], ...] = (LogAlert, MetricAlert)
    for kind in kinds:
        found = view.all(kind)
        complete = complete and found.complete
        for one in found:
            open_ids = one.may_watch if isinstance(one, LogAlert) else ()
            complete = complete and UNSET not in (one.endpoint_ids, open_ids)
            for ids, by_endpoint in ((one.endpoint_ids, on), (open_ids, maybe)):
                for id in ids or ():
                    by_endpoint.setdefault(arm_id(id), []).append((kind, one.id))
    return Alerts(on, maybe, complete)


def rules(view: View) -> Rules:
    """An index of what is done to alerts on their way, to be derived once."""
    found = view.all(ProcessingRule)
    complete, adding = found.complete, set()
    muting: dict[str, str] = {}
    for rule in found:
        complete = complete and UNSET not in (rule.enabled, rule.actions, rule.scopes, rule.always)
        does = {folded(each.action_type) for each in rule.actions or ()} if rule.enabled is not False else set()
        if _ADDS in does:
            adding.add(rule.scope.account)
        if _MUTES in does and rule.always:
            muting.update((arm_id(scope), rule.id) for scope in rule.scopes or ())
    return Rules(frozenset(adding), muting, complete)


@check(
    id="MLP-5524",
    severity=Severity.MEDIUM,
    objective="detection-and-alerting",
    since="0.1.0",
    needs=(LogAlert, MetricAlert, ActionGroup, ProcessingRule),
    blind_to=(
        "alerts on the activity log and in Application Insights",
        "alert processing rules that mute at times",
        "whether anybody reads what action groups bring",
        "whether thresholds are sensible",
    ),
)
def azure_ml_online_endpoint_alert_reaches_nobody(endpoint: OnlineEndpoint, view: View) -> Verdict:
    """An alert on the online endpoint reaches nobody.

    It names no action group, all of its groups are off, gone or without a receiver that is on, an alert processing rule
    mutes it at any time, or all alerts on the endpoint are off. One that is off beside others that are on was left
    behind, and is not counted. Metric alerts belong to an endpoint by their scope. A query over logs that names no
    endpoint may watch any, and then it is unknown whether it should reach somebody. Whom functions, logic apps,
    runbooks and event hubs tell, and what a group of another subscription does, is unknown, and so is an alert that
    reaches nobody by itself where alert processing rules add action groups. An endpoint without an alert is not judged.

    ## Why it matters
    Somebody set the alert up and relies on its silence. It fires, when the endpoint fails or slows down, and nobody
    hears of it: it waits in the portal until somebody happens to look. Somebody who unsubscribed from a group by the
    link in a mail, and was the last one in it, is the usual cause.

    ## How to fix
    Add an action group with a receiver that is enabled, turn the alert on, and turn off the rule that mutes it. Delete
    alerts that nobody needs.

    CLI: `az monitor metrics alert update -n … -g … --add-action … --enabled true`, and
    `az monitor action-group show -n … -g …` for `enabled` and the status of receivers. Terraform: `action` and
    `enabled` of `azurerm_monitor_metric_alert` and `azurerm_monitor_scheduled_query_rules_alert_v2`.

    ## References
    - https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/action-groups
    - https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-processing-rules
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-online-endpoints
    """
    if verdict := not_in_use(endpoint):
        return verdict
    index, id = view.derive(alerts), arm_id(endpoint.id)
    on, maybe = _seen(index.on.get(id, ()), view), _seen(index.maybe.get(id, ()), view)
    if on is None or maybe is None or not (index.complete or on or maybe):
        return unknown("MetricAlert", "LogAlert", path=(endpoint.id,))
    for one in (*on, *maybe):
        if UNSET in (one.enabled, _named(one)):
            return unknown(f"{type(one).__name__}.enabled or its actions", path=(endpoint.id, one.id))
    if not on and not maybe:
        return not_applicable("no alert watches it")
    if index.complete and on and not _live((*on, *maybe)):
        return failed("all alerts on it are off", path=(endpoint.id, on[0].id), **_shown(on))
    if not _live(on):
        return unknown("whether an alert watches it", path=(endpoint.id,))
    return _of_those_on(endpoint, _live(on), _live(maybe), view)


def _of_those_on(endpoint: OnlineEndpoint, on: list[Alert], maybe: list[Alert], view: View) -> Verdict:
    ruled = view.derive(rules)
    if not ruled.complete:
        return unknown("ProcessingRule", path=(endpoint.id, on[0].id))
    reaches = {one.id: _reach(one, view) for one in (*on, *maybe)}
    for one in on:
        if (found := reaches[one.id]).word == _NOBODY:
            path = (endpoint.id, one.id, *(group.id for group in found.groups))
            if one.scope.account in ruled.adding:
                return unknown("whom alert processing rules tell", path=path)
            return failed("an alert reaches nobody", path=path, **_shown(on), **_of_groups(found.groups))
    for one in on:
        if (found := reaches[one.id]).word == _OPEN:
            return unknown(found.open, path=(endpoint.id, one.id))
    for one in maybe:
        if reaches[one.id].word != _TOLD:
            return unknown("whether an alert watches it", path=(endpoint.id, one.id))
    if not view.derive(alerts).complete:
        return unknown("MetricAlert", "LogAlert", path=(endpoint.id,))
    return _muted(endpoint, on, view) or _told(endpoint, on, reaches)


def _muted(endpoint: OnlineEndpoint, on: list[Alert], view: View) -> Verdict | None:
    """What to say where a rule keeps all alerts on an endpoint from everybody: those on metrics are on itself."""
    muting, parts = view.derive(rules).muting, arm_id(endpoint.id).split("/")
    above = ("/".join(parts[:count]) for count in range(len(parts), 2, -1))
    id = next((muting[scope] for scope in above if scope in muting), None)
    if id is None:
        return None
    rule, path = view.get(ProcessingRule, id), (endpoint.id, on[0].id, id)
    if not isinstance(rule, ProcessingRule) or any(isinstance(one, LogAlert) for one in on):
        return unknown("whether an alert processing rule mutes it", path=path)
    shown = {**_shown(on), **joined(rule, "actions", "scopes")}
    return failed("an alert processing rule mutes its alerts", path=path, **shown)


def _told(endpoint: OnlineEndpoint, on: list[Alert], reaches: Mapping[str, Reach]) -> Verdict:
    groups = {group.id: group for one in on for group in reaches[one.id].groups}
    path = (endpoint.id, on[0].id, *(group.id for group in reaches[on[0].id].groups if group.readers))
    return passed("its alerts reach somebody", path=path, **_shown(on), **_of_groups(groups.values()))


def _reach(alert: Alert, view: View) -> Reach:
    names = [arm_id(name) for name in _named(alert) or ()]
    found = {name: view.get(ActionGroup, name, Scope("azure", subscription(name))) for name in names}
    groups = tuple(one for one in found.values() if isinstance(one, ActionGroup))
    for one in groups:
        if missing := [name for name in _OF_GROUPS if getattr(one, name) is UNSET]:
            return Reach(_OPEN, f"ActionGroup.{missing[0]}", groups)
    if UNSET in found.values():
        return Reach(_OPEN, "ActionGroup", groups)
    live = [one for one in groups if one.enabled]
    if any(one.readers for one in live):
        return Reach(_TOLD, "", groups)
    if any(one is None and subscription(name) != alert.scope.account for name, one in found.items()):
        return Reach(_OPEN, "what an action group of another subscription does", groups)
    if any(one.enabled is None for one in groups):
        return Reach(_OPEN, "ActionGroup.enabled", groups)
    if any(one.programs for one in live):
        return Reach(_OPEN, "whom the programs that an action group calls tell", groups)
    return Reach(_NOBODY, "", groups)


def _named(alert: Alert) -> Any:
    """The ids of the action groups of an alert; None where it has none, UNSET where that was not seen."""
    if isinstance(alert, LogAlert):
        return alert.action_groups
    if alert.actions is UNSET or alert.actions is None:
        return alert.actions
    return tuple(each.action_group_id for each in alert.actions if each.action_group_id)


def _live(found: Iterable[Alert]) -> list[Alert]:
    return [one for one in found if one.enabled is not False]


def _seen(ids: Iterable[tuple[type[Alert], str]], view: View) -> list[Alert] | None:
    """The alerts with these ids; None where one was not seen."""
    found = [one for kind, id in ids if isinstance(one := view.get(kind, id), LogAlert | MetricAlert)]
    return found if len(found) == len(list(ids)) else None


def _shown(found: Iterable[Alert]) -> dict[str, Any]:
    shown: dict[str, dict[str, Any]] = {}
    for one in found:
        fields = ("enabled", "action_groups") if isinstance(one, LogAlert) else ("enabled", "actions")
        for name in fields:
            shown.setdefault(f"{type(one).__name__}.{name}", {})[one.id] = getattr(one, name)
    return shown


def _of_groups(groups: Iterable[ActionGroup]) -> dict[str, Any]:
    groups = list(groups)
    return {f"ActionGroup.{name}": {one.id: getattr(one, name) for one in groups} for name in _OF_GROUPS if groups}
