"""Checks of the alarms on SageMaker endpoints: whether anybody hears of them, and what rolls a deployment back.

That an endpoint has no alarm is no failure: other tools watch too.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import UNSET, Struct

from checks.aws.cloudwatch.resources import Alarm, any_will_do
from checks.aws.names import account_of, partition_of, scope_of
from checks.aws.sagemaker.references import components
from checks.aws.sagemaker.resources import Endpoint, InferenceComponent
from checks.aws.sns.resources import Topic
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View, Whole

#: One that was never made has nothing to watch; one that is being deleted is judged no more.
_NEVER = ("Failed", "Creating", "Deleting")
#: Subscriptions that end at a person, or at a service that somebody connected, and those that end at a program.
_READ = ("application", "email", "email-json", "http", "https", "sms")
#: Actions that scale, stop or repair something, and tell nobody.
_MACHINES = ("autoscaling", "automate", "swf", "ec2")
#: The key of SNS that nobody can let CloudWatch use.
_DEFAULT_KEY = "alias/aws/sns"
_TOLD, _OPEN, _NOBODY, _MACHINE = "told", "open", "nobody", "machine"


class Alarms(Struct, frozen=True):
    """Ids of alarms by account, region and endpoint, and of composite alarms by account, region and alarm; `whole`
    where none is missing."""

    on: dict[tuple[str, str, str], list[str]]
    above: dict[tuple[str, str, str], list[str]]
    whole: Whole


class Reach(NamedTuple):
    """Whom an alarm reaches, what of it is not known, and the ids that lead there."""

    word: str
    open: str = ""
    path: tuple[str, ...] = ()


def alarms(view: View) -> Alarms:
    """An index of what watches what, to be derived once."""
    found = view.all(Alarm)
    index = Alarms({}, {}, Whole(found))
    for one in found:
        if UNSET in (one.endpoint_names, one.alarm_names):
            index.whole.doubt(one.scope)
        place = (one.scope.account, one.scope.region)
        # Of a composite alarm it is asked whether it tells of its parts: it may be there for something else.
        for names, ids in ((() if one.alarm_names else one.endpoint_names, index.on), (one.alarm_names, index.above)):
            for name in names or ():
                ids.setdefault((*place, name), []).append(one.id)
    return index


@check(
    id="MLP-5507",
    severity=Severity.MEDIUM,
    objective="detection-and-alerting",
    since="0.1.0",
    needs=(Alarm, InferenceComponent, Topic),
    blind_to=(
        "whether thresholds are sensible",
        "whether anybody reads what subscriptions bring",
        "filters of subscriptions",
        "policies of topics and of their keys",
    ),
    # Whether an alarm rolls a component back is asked of one that tells nobody.
    decided_by=(
        *("Alarm.actions_enabled", "Alarm.alarm_actions", "Alarm.forwarded_by"),
        *("Topic.confirmed", "Topic.pending", "Topic.kms_key"),
    ),
)
def sagemaker_endpoint_alarm_reaches_nobody(endpoint: Endpoint, view: View) -> Verdict:
    """An alarm on the endpoint reaches nobody.

    It has no action, its actions are off, or all of them go to topics that are gone, that no confirmed subscription
    reads, or that are encrypted with the default key of SNS, which CloudWatch cannot use. Alarms that only scale
    something, or that roll deployments back, need to tell nobody. Whom functions, queues, response plans, topics of
    other accounts, composite alarms with a rule other than any of, and rules of EventBridge tell is unknown. An
    endpoint without an alarm is not judged.

    ## Why it matters
    Somebody set the alarm up and relies on its silence. It goes off, when the endpoint fails, slows down or drifts from
    what was approved, and nobody hears it. A subscription that was never confirmed, as the mail with the link expired
    after two days, is the usual cause.

    ## How to fix
    Let the alarm go to a topic that a person on duty, or a tool that calls one, is subscribed to, and confirm the
    subscription. Encrypt the topic with a key of your own whose policy lets `cloudwatch.amazonaws.com` use it, or with
    none. Delete alarms that nobody needs.

    CLI: `aws sns list-subscriptions-by-topic --topic-arn …` shows `PendingConfirmation`,
    `aws sns subscribe --topic-arn … --protocol email --notification-endpoint …` adds one, and
    `aws cloudwatch enable-alarm-actions --alarm-names …` turns actions on. Terraform: `alarm_actions` and
    `actions_enabled` of `aws_cloudwatch_metric_alarm`, and `aws_sns_topic_subscription`.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
    - https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    - https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    found = _alarms_on(endpoint, view)
    if isinstance(found, Verdict):
        return found
    complete = view.derive(alarms).whole.at(endpoint.scope)
    reaches = {one.id: _reach(one, endpoint, view) for one in found}
    shown = _shown(found)
    for id, reach in reaches.items():
        if reach.word == _NOBODY and complete:
            return failed(
                "an alarm reaches nobody", path=(endpoint.id, id, *reach.path), **shown, **_topics(reach, view)
            )
    for id, reach in reaches.items():
        if reach.word == _OPEN:
            return unknown(reach.open, path=(endpoint.id, id))
    if not complete:
        return unknown("Alarm", path=(endpoint.id,))
    for id, reach in reaches.items():
        if reach.word == _TOLD:
            more = _topics(reach, view)
            return passed("its alarms reach somebody", path=(endpoint.id, id, *reach.path), **shown, **more)
    return not_applicable("its alarms do something else than tell people")


@check(
    id="MLP-5508",
    severity=Severity.LOW,
    objective="rollback-kill-switch",
    since="0.1.0",
    needs=(Alarm,),
    blind_to=("whether thresholds are sensible",),
)
def sagemaker_endpoint_rollback_alarms_watch_another(endpoint: Endpoint, view: View) -> Verdict:
    """Alarms that roll the endpoint back are gone, or watch other endpoints.

    One alarm on metrics of the endpoint, or one made of such alarms, is enough. What an alarm on other metrics, or on
    none that names an endpoint, says of it is unknown. Endpoints without such alarms are for MLP-1251.

    ## Why it matters
    A deployment that goes wrong is taken back only if one of its alarms goes off. Those copied from another endpoint,
    or deleted since, stay silent, and the bad version takes all of the traffic.

    ## How to fix
    Name alarms on errors and latency of this endpoint, with its name in the dimension `EndpointName`, and update the
    endpoint with them.

    CLI: `AutoRollbackConfiguration` in `--deployment-config` of `aws sagemaker update-endpoint`. Terraform:
    `deployment_config { auto_rollback_configuration { alarms { alarm_name = … } } }` on `aws_sagemaker_endpoint`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    if missing := unobserved(endpoint, "status", "rollback_alarms"):
        return missing
    names = [alarm.alarm_name for alarm in endpoint.rollback_alarms or () if alarm.alarm_name]
    if endpoint.status in _NEVER or not names:
        return not_applicable(
            "no alarm rolls it back", status=endpoint.status, rollback_alarms=endpoint.rollback_alarms
        )
    found = [view.get(Alarm, _arn(endpoint, name), endpoint.scope) for name in names]
    seen = [one for one in found if isinstance(one, Alarm)]
    shown = {"rollback_alarms": endpoint.rollback_alarms, **_of_each(seen, "endpoint_names")}
    for one in seen:
        if isinstance(one.endpoint_names, tuple) and endpoint.name in one.endpoint_names:
            return passed("an alarm on it rolls it back", path=(endpoint.id, one.id), **shown)
    if UNSET in found:
        return unknown("Alarm", path=(endpoint.id,))
    if any(not one.endpoint_names for one in seen):
        return unknown("what the alarms watch", path=(endpoint.id, *(one.id for one in seen)))
    said = "watch other endpoints" if seen else "are not there"
    return failed(f"its alarms {said}", path=(endpoint.id, *(one.id for one in seen)), **shown)


def _alarms_on(endpoint: Endpoint, view: View) -> list[Alarm] | Verdict:
    """The alarms on an endpoint that may be asked, or why there is nothing to judge."""
    if missing := unobserved(endpoint, "status"):
        return missing
    if endpoint.status in _NEVER:
        return not_applicable(f"the status is {endpoint.status}", status=endpoint.status)
    index = view.derive(alarms)
    ids = index.on.get((endpoint.scope.account, endpoint.scope.region, endpoint.name), [])
    found = [view.get(Alarm, id) for id in ids]
    seen = [one for one in found if isinstance(one, Alarm)]
    if len(seen) < len(ids) or (not seen and not index.whole.at(endpoint.scope)):
        return unknown("Alarm", path=(endpoint.id,))
    return seen or not_applicable("no alarm watches it")


def _reach(alarm: Alarm, endpoint: Endpoint, view: View, below: tuple[str, ...] = ()) -> Reach:
    """Whom an alarm reaches, by itself, by composite alarms, or by what hears of every alarm."""
    for field in ("actions_enabled", "alarm_actions", "forwarded_by"):
        if getattr(alarm, field) is UNSET:
            return Reach(_OPEN, f"Alarm.{field}")
    actions = alarm.alarm_actions or () if alarm.actions_enabled is not False else ()
    reaches = [_by_action(action, alarm, view) for action in actions]
    reaches += _by_composites(alarm, endpoint, view, (*below, alarm.id))
    best = next((one for word in (_TOLD, _OPEN) for one in reaches if one.word == word), None)
    if best is not None:
        return best
    if reaches and all(one.word == _MACHINE for one in reaches):
        return Reach(_MACHINE)
    if not actions and not below:
        rolling = _rolling_back(endpoint, view)
        if None in rolling:
            return Reach(_OPEN, "rollback_alarms")
        if alarm.name in rolling:
            return Reach(_MACHINE)
    if alarm.forwarded_by:
        return Reach(_OPEN, "whom rules of EventBridge tell")
    return Reach(_NOBODY, path=tuple(id for one in reaches for id in one.path))


def _rolling_back(endpoint: Endpoint, view: View) -> set[str | None]:
    """Alarms that take a deployment back, of the endpoint or of a component on it; None among them for the unread."""
    index = view.derive(components)
    found = [endpoint, *(view.get(InferenceComponent, id) for id in index.of(endpoint))]
    seen = [one.rollback_alarms for one in found if isinstance(one, (Endpoint, InferenceComponent))]
    is_read = index.whole.at(endpoint.scope) and len(seen) == len(found) and UNSET not in seen
    unread: set[str | None] = set() if is_read else {None}
    return unread | {one.alarm_name for alarms in seen for one in alarms or ()}


def _by_action(action: str, alarm: Alarm, view: View) -> Reach:
    service = action.split(":")[2] if action.count(":") > 4 else ""
    if service in _MACHINES:
        return Reach(_MACHINE)
    if service != "sns":
        return Reach(_OPEN, f"whom an action of {service or 'an unknown service'} tells")
    if account_of(action) != alarm.scope.account:
        return Reach(_OPEN, "who reads a topic of another account")
    topic = view.get(Topic, action, scope_of(action))
    if topic is None:
        return Reach(_NOBODY)
    if not isinstance(topic, Topic):
        return Reach(_OPEN, "Topic")
    for field in ("confirmed", "pending", "kms_key"):
        if getattr(topic, field) is UNSET:
            return Reach(_OPEN, f"Topic.{field}")
    if not topic.confirmed or (topic.kms_key or "").endswith(_DEFAULT_KEY):
        return Reach(_NOBODY, path=(topic.id,))
    if any(protocol in _READ for protocol in topic.confirmed):
        return Reach(_TOLD, path=(topic.id,))
    return Reach(_OPEN, "whom the programs that read the topic tell", (topic.id,))


def _by_composites(alarm: Alarm, endpoint: Endpoint, view: View, below: tuple[str, ...]) -> Iterable[Reach]:
    place = (alarm.scope.account, alarm.scope.region, alarm.name)
    for id in view.derive(alarms).above.get(place, ()):
        above = view.get(Alarm, id)
        if not isinstance(above, Alarm) or not isinstance(above.rule, str):
            yield Reach(_OPEN, "Alarm.rule")
        elif id not in below:
            reach = _reach(above, endpoint, view, below)
            if reach.word == _TOLD and not any_will_do(above.rule):
                yield Reach(_OPEN, "when a composite alarm tells")
            else:
                yield reach._replace(path=(id, *reach.path))


def _arn(endpoint: Endpoint, name: str) -> str:
    scope = endpoint.scope
    return f"arn:{partition_of(endpoint.id)}:cloudwatch:{scope.region}:{scope.account}:alarm:{name}"


def _shown(found: Iterable[Alarm]) -> dict[str, Any]:
    found = list(found)
    return {
        name: value
        for field in ("actions_enabled", "alarm_actions", "forwarded_by")
        for name, value in _of_each(found, field).items()
    }


def _of_each(found: Iterable[Alarm], field: str) -> dict[str, Any]:
    values = {one.id: getattr(one, field) for one in found}
    return {f"Alarm.{field}": {id: value for id, value in values.items() if value is not UNSET}}


def _topics(reach: Reach, view: View) -> dict[str, Any]:
    """What the verdict on a topic rests on."""
    seen = [topic for id in reach.path if ":sns:" in id and isinstance(topic := view.get(Topic, id), Topic)]
    return {
        f"Topic.{field}": {one.id: getattr(one, field) for one in seen}
        for field in ("confirmed", "pending", "kms_key")
        if seen
    }
