from factories.aws import OTHER_ACCOUNT, alarm, endpoint, specified, topic
from msgspec import UNSET
from msgspec.structs import replace
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.cloudwatch.resources import Alarm, asked_of
from checks.aws.sagemaker.resources import Alarm as RollbackAlarm
from checks.aws.sagemaker.resources import InferenceComponent
from checks.aws.sns.resources import Topic

TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
FOREIGN = f"arn:aws:sns:eu-west-1:{OTHER_ACCOUNT}:on-call"
SCALING = "arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1"
SERVES = endpoint(status="InService", rollback_alarms=None)
ROLLED_BACK = endpoint(status="InService", rollback_alarms=(RollbackAlarm(alarm_name="errors"),))


ON_IT = specified(rollback_alarms=ROLLED_BACK.rollback_alarms)


def going_to(*actions: str, name: str = "errors", **fields):
    return alarm(name, **{"actions_enabled": True, "alarm_actions": actions, "rule": None, **fields})


def read_by(*confirmed: str, **fields):
    return topic(**{"confirmed": confirmed, "pending": (), "kms_key": None, **fields})


def composed(rule: str, *actions: str, name: str = "any", **fields):
    below = tuple(sorted(asked_of(rule)))
    return going_to(*actions, name=name, alarm_names=below, rule=rule, **fields)


SILENT = going_to()
MAIL = read_by("email")

CASES = {
    "sagemaker_endpoint_alarm_reaches_nobody": [
        Case("a mail", PASS, SERVES, going_to(TOPIC), MAIL),
        Case("a tool that calls somebody", PASS, SERVES, going_to(TOPIC), read_by("https")),
        Case("one subscription of two is confirmed", PASS, SERVES, going_to(TOPIC), read_by("sms", pending=("email",))),
        Case("a key of our own", PASS, SERVES, going_to(TOPIC), read_by("email", kms_key="alias/ours")),
        Case("one action of two tells", PASS, SERVES, going_to(SCALING, TOPIC), MAIL),
        Case("a composite alarm tells", PASS, SERVES, SILENT, composed('ALARM("errors")', TOPIC), MAIL),
        Case("any of two", PASS, SERVES, SILENT, composed("(ALARM(errors) OR ALARM(late))", TOPIC), MAIL),
        Case(
            "a composite alarm of a composite alarm",
            PASS,
            *(SERVES, SILENT, composed("ALARM(errors)", name="some"), composed("ALARM(some)", TOPIC), MAIL),
        ),
        Case("no action", FAIL, SERVES, SILENT),
        Case("actions are off", FAIL, SERVES, going_to(TOPIC, actions_enabled=False), MAIL),
        Case("no subscription", FAIL, SERVES, going_to(TOPIC), read_by()),
        Case("nobody confirmed", FAIL, SERVES, going_to(TOPIC), read_by(pending=("email",))),
        Case("the topic is gone", FAIL, SERVES, going_to(TOPIC)),
        Case("the key of SNS", FAIL, SERVES, going_to(TOPIC), read_by("email", kms_key="alias/aws/sns")),
        Case("one alarm of two tells nobody", FAIL, SERVES, going_to(TOPIC), going_to(name="late"), MAIL),
        Case("the composite alarm tells nobody", FAIL, SERVES, SILENT, composed("ALARM(errors)")),
        Case("it asks for others too", UNKNOWN, SERVES, SILENT, composed("ALARM(errors) AND OK(late)", TOPIC), MAIL),
        Case("composite alarms of each other", FAIL, SERVES, SILENT, composed("ALARM(errors) OR ALARM(any)")),
        Case("a function", UNKNOWN, SERVES, going_to("arn:aws:lambda:eu-west-1:111122223333:function:page")),
        Case("a response plan", UNKNOWN, SERVES, going_to("arn:aws:ssm-incidents::111122223333:response-plan/ml")),
        Case("a queue reads the topic", UNKNOWN, SERVES, going_to(TOPIC), read_by("sqs")),
        Case("a topic of another account", UNKNOWN, SERVES, going_to(FOREIGN)),
        Case("a rule of EventBridge", UNKNOWN, SERVES, going_to(forwarded_by=("to-pager",))),
        Case("rules were not read", UNKNOWN, SERVES, going_to(forwarded_by=UNSET)),
        Case("it rolls back alone", NOT_APPLICABLE, ROLLED_BACK, SILENT),
        Case("it rolls a component back alone", NOT_APPLICABLE, SERVES, SILENT, ON_IT),
        Case("it rolls a component of another endpoint back", FAIL, SERVES, SILENT, replace(ON_IT, endpoint_name="x")),
        Case("components were not read", UNKNOWN, SERVES, SILENT, incomplete=[InferenceComponent]),
        Case("it scales alone", NOT_APPLICABLE, SERVES, going_to(SCALING)),
        Case("no alarm", NOT_APPLICABLE, SERVES),
        Case("an alarm on another endpoint", NOT_APPLICABLE, SERVES, going_to(endpoint_names=("fraud",))),
        Case("was never made", NOT_APPLICABLE, endpoint(status="Failed"), SILENT),
        Case("no status", UNKNOWN, endpoint(), SILENT),
        Case("alarms were not read", UNKNOWN, SERVES, SILENT, incomplete=[Alarm]),
        Case("topics were not read", UNKNOWN, SERVES, going_to(TOPIC), incomplete=[Topic]),
        Case("subscriptions were not read", UNKNOWN, SERVES, going_to(TOPIC), topic(kms_key=None)),
    ],
    "sagemaker_endpoint_rollback_alarms_watch_another": [
        Case("on it", PASS, ROLLED_BACK, SILENT),
        Case("on another endpoint", FAIL, ROLLED_BACK, going_to(endpoint_names=("fraud",))),
        Case("gone", FAIL, ROLLED_BACK),
        Case("on other metrics", UNKNOWN, ROLLED_BACK, going_to(endpoint_names=())),
        Case("none", NOT_APPLICABLE, SERVES),
        Case("was never made", NOT_APPLICABLE, endpoint(status="Failed", rollback_alarms=None)),
        Case("not described", UNKNOWN, endpoint(status="InService")),
        Case("alarms were not read", UNKNOWN, ROLLED_BACK, incomplete=[Alarm]),
    ],
}
