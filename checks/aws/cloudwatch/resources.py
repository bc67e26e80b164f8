"""The kind of alarms: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource
from scanner.model.patterns import pattern

ALARMS, RULES = "cloudwatch:DescribeAlarms", "events:ListRules"
#: Words of the rule of a composite alarm: in quotes or not. Names that are not hold none of these characters.
_WORD = pattern(r"""("[^"]+"|'[^']+'|[^\s"'(),]+)""")
_NO_NAME = pattern(r"AND|OR|NOT|TRUE|FALSE|ALARM|OK|INSUFFICIENT_DATA|AT_LEAST|\d+%?")
_EITHER = pattern(r"[()\s]*(?:ALARM\(NAME\)[()\s]*(?:OR[()\s]*|$))+")


class Alarm(Resource, frozen=True, kw_only=True):
    """An alarm on metrics of an endpoint, one that rolls its deployments back, or one made of these. Id: its ARN.

    `endpoint_names` are the endpoints whose metrics it watches, by their dimensions or by the alarms it is made of: its
    `alarm_names`. `forwarded_by` are rules of EventBridge in its region that may hear of every alarm, by name.
    """

    kind: ClassVar[str] = "aws.cloudwatch.Alarm"
    title: ClassVar[str] = "CloudWatch alarm on an endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    endpoint_names: Observed[tuple[str, ...]] = UNSET
    actions_enabled: Annotated[Observed[bool], Read(ALARMS, "ActionsEnabled")] = UNSET
    alarm_actions: Annotated[Observed[tuple[str, ...]], Read(ALARMS, "AlarmActions")] = UNSET
    #: of a composite alarm
    rule: Annotated[Observed[str], Read(ALARMS, "AlarmRule")] = UNSET
    alarm_names: Observed[tuple[str, ...]] = UNSET
    forwarded_by: Observed[tuple[str, ...]] = UNSET


def asked_of(rule: str) -> frozenset[str]:
    """Names of the alarms that the rule of a composite alarm goes by."""
    words = (found[1] for found in _WORD.finditer(rule))
    return frozenset(_name(word.strip("\"'")) for word in words if not _NO_NAME.fullmatch(word))


def any_will_do(rule: str) -> bool:
    """Whether each of these alarms alone sets a composite alarm off."""
    shape = _WORD.sub(lambda found: found[1] if _NO_NAME.fullmatch(found[1]) else "NAME", rule)
    return _EITHER.fullmatch("".join(shape.split())) is not None


def _name(text: str) -> str:
    return text.partition(":alarm:")[2] if text.startswith("arn:") else text
