"""What AWS is asked about topics, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import copy

from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.sns.resources import ATTRIBUTES, SUBSCRIPTIONS, Topic
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5507"]


def scanned(*faults: Fault) -> Inventory:
    with running("aws") as world:
        world.faults.extend(faults)
        return take_inventory("aws", [CHECK])


def named(inventory: Inventory) -> dict[str, Topic]:
    return {topic.name: topic for topic in inventory.of(Topic)}


def test_protocols_of_subscriptions_are_kept_and_no_addresses() -> None:
    topics = named(calm("aws")[0])

    assert (topics["ml-on-call"].confirmed, topics["ml-on-call"].pending) == (("email",), ())
    assert (topics["nobody-yet"].confirmed, topics["nobody-yet"].pending) == ((), ("email",))
    assert topics["nobody-yet"].kms_key is None
    assert "northwind.example" not in repr(topics)


def test_topics_of_other_accounts_are_not_asked() -> None:
    changed = copy.deepcopy(document("aws"))
    foreign = "arn:aws:sns:eu-west-1:999988887777:theirs"
    changed["alarms"]["eu-west-1"][0]["AlarmActions"].append(foreign)
    with running("aws", changed) as world:
        take_inventory("aws", [CHECK])

    assert foreign not in {request.params.get("TopicArn") for request in world.log}


def test_denied_subscriptions_leave_open_who_reads() -> None:
    inventory = scanned(Fault(SUBSCRIPTIONS, "deny"))

    assert named(inventory)["ml-on-call"].confirmed is UNSET
    assert {gap.operation for gap in inventory.gaps} == {SUBSCRIPTIONS}


def test_a_topic_that_is_gone_is_left_out() -> None:
    assert named(scanned(Fault(ATTRIBUTES, "gone"))) == {}
