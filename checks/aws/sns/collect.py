"""The collector of topics: those of the account that alarms on endpoints go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.cloudwatch.resources import Alarm
from checks.aws.names import account_of, region_of
from checks.aws.sns.resources import ATTRIBUTES, SUBSCRIPTIONS, Topic
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_GONE = ("NotFound", "NotFoundException")
_UNCONFIRMED, _DELETED = "PendingConfirmation", "Deleted"


@collector(Topic, operations=(ATTRIBUTES, SUBSCRIPTIONS), follows=(Alarm,), opt_in="systems")
def topics(api: AwsApi, found: Found) -> Iterator[Topic]:
    """A topic that is not there any more is left out. Those of other accounts show nobody else who reads them."""
    named = {action for alarm in found.of(Alarm) for action in alarm.alarm_actions or () if action.startswith("arn:")}
    here = (arn for arn in sorted(named) if ":sns:" in arn and region_of(arn) == api.scope.region)
    own = (arn for arn in here if account_of(arn) == api.account)
    yield from (made for made in api.each(lambda arn: _topic(api, arn), own) if made is not None)


def _topic(api: AwsApi, arn: str) -> Topic | None:
    attributes = api.call(ATTRIBUTES, absent=_GONE, TopicArn=arn)
    if attributes is None:
        return None
    found = api.members(SUBSCRIPTIONS, absent=_GONE, TopicArn=arn)
    if found is None:
        return None
    confirmed: tuple[str, ...] | UnsetType = UNSET
    pending: tuple[str, ...] | UnsetType = UNSET
    if not isinstance(found, UnsetType):
        confirmed = _protocols(each for each in found if _arn(each) not in (_UNCONFIRMED, _DELETED))
        pending = _protocols(each for each in found if _arn(each) == _UNCONFIRMED)
    name = arn.rpartition(":")[2]
    return api.decode(Topic, {ATTRIBUTES: attributes}, id=arn, name=name, confirmed=confirmed, pending=pending)


def _arn(subscription: Mapping[str, Any]) -> Any:
    return subscription.get("SubscriptionArn")


def _protocols(subscriptions: Iterator[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(str(each.get("Protocol")) for each in subscriptions))
