"""What AWS is asked about alarms and rules, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.cloudwatch.resources import ALARMS, RULES, Alarm, any_will_do, asked_of
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5507"]
ROLLING = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "web-shop-errors"}]}, "BlueGreenUpdatePolicy": {}}


def account() -> dict[str, Any]:
    return copy.deepcopy(document("aws"))


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[str]]:
    """The inventory of an account, and the operations of CloudWatch and EventBridge that it was asked."""
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    return inventory, [request.operation for request in world.log if request.operation in (ALARMS, RULES)]


def named(inventory: Inventory) -> dict[str, Alarm]:
    return {alarm.name: alarm for alarm in inventory.of(Alarm)}


def test_alarms_on_endpoints_are_kept_and_composite_ones_that_go_by_them() -> None:
    alarms = named(calm("aws")[0])

    assert {name: alarm.endpoint_names for name, alarm in alarms.items()} == {
        "TargetTracking-chat-high": ("chat",),
        "ensemble-latency": ("sentiment-ensemble",),
        "sentiment-any": ("sentiment-internal",),
        "sentiment-drift": ("sentiment-internal",),
        "sentiment-errors": ("sentiment-internal",),
    }
    assert alarms["sentiment-any"].alarm_names == ("sentiment-drift", "sentiment-errors")
    assert alarms["sentiment-errors"].rule is None
    assert alarms["sentiment-errors"].forwarded_by == ()


def test_what_rolls_a_deployment_back_is_kept_whatever_it_watches() -> None:
    changed = account()
    changed["regions"]["eu-west-1"]["sagemaker"]["Endpoint"][1]["LastDeploymentConfig"] = ROLLING

    assert named(scanned(changed)[0])["web-shop-errors"].endpoint_names == ()


def test_a_region_without_endpoints_is_asked_nothing() -> None:
    changed = account()
    for services in changed["regions"].values():
        (services or {}).get("sagemaker", {}).pop("Endpoint", None)

    assert scanned(changed)[1] == []


def test_rules_are_asked_only_where_there_are_alarms() -> None:
    changed = account()
    changed["alarms"]["eu-west-1"] = [each for each in changed["alarms"]["eu-west-1"] if "web" in each["AlarmName"]]

    assert set(scanned(changed)[1]) == {ALARMS}


@pytest.mark.parametrize(
    ("pattern", "hears"),
    [
        ('{"source": ["aws.cloudwatch"]}', True),
        ('{"detail-type": ["CloudWatch Alarm State Change"]}', True),
        ('{"source": [{"prefix": "aws."}]}', True),
        ('{"account": ["111122223333"]}', True),
        ("no json", True),
        ('{"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm Configuration Change"]}', False),
        ('{"source": ["aws.sagemaker"]}', False),
    ],
)
def test_a_rule_may_hear_of_alarms(pattern: str, hears: bool) -> None:
    changed = account()
    changed["event_rules"]["eu-west-1"].append({"Name": "to-pager", "EventPattern": pattern, "State": "ENABLED"})

    assert named(scanned(changed)[0])["sentiment-errors"].forwarded_by == (("to-pager",) if hears else ())


def test_a_rule_that_is_off_hears_nothing() -> None:
    changed = account()
    pattern = '{"source": ["aws.cloudwatch"]}'
    changed["event_rules"]["eu-west-1"].append({"Name": "to-pager", "EventPattern": pattern, "State": "DISABLED"})

    assert named(scanned(changed)[0])["sentiment-errors"].forwarded_by == ()


def test_denied_rules_leave_open_who_hears() -> None:
    inventory, _ = scanned(account(), Fault(RULES, "deny"))

    assert named(inventory)["sentiment-errors"].forwarded_by is UNSET
    assert [gap.operation for gap in inventory.gaps] == [RULES]


@pytest.mark.parametrize(
    ("rule", "names", "any_of"),
    [
        ('ALARM("a b") OR ALARM(c)', {"a b", "c"}, True),
        ("(ALARM(a)) OR ( ALARM('b') )", {"a", "b"}, True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a)", {"a"}, True),
        ("ALARM(a) AND ALARM(b)", {"a", "b"}, False),
        ("NOT ALARM(a)", {"a"}, False),
        ("OK(a) OR ALARM(b)", {"a", "b"}, False),
        ("AT_LEAST(2, ALARM, (a, 'b c'))", {"a", "b c"}, False),
    ],
)
def test_what_a_rule_asks_of_other_alarms(rule: str, names: set[str], any_of: bool) -> None:
    assert asked_of(rule) == names
    assert any_will_do(rule) is any_of
