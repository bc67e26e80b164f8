"""What Azure Monitor is asked about alerts on online endpoints, and what comes of its answers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.azure.insights.resources import (
    GROUPS,
    LOG_ALERTS,
    METRIC_ALERTS,
    PROCESSING,
    ActionGroup,
    LogAlert,
    MetricAlert,
    ProcessingRule,
)
from scanner.model.nouns import Reason

CHECK = registered()[0]["MLP-5524"]


def changed(**receivers: Any) -> dict[str, Any]:
    """The world, in which the group `on-call` has these receivers."""
    world = copy.deepcopy(document("azure"))
    [group] = [each for each in world["resources"] if each["id"].endswith("/actionGroups/on-call")]
    group["properties"] = {"groupShortName": "x", "enabled": True, **receivers}
    return world


def group_of(world: dict[str, Any]) -> ActionGroup:
    with running("azure", world):
        inventory = take_inventory("azure", [CHECK])
    return next(one for one in inventory.of(ActionGroup) if one.name == "on-call")


def test_alerts_on_endpoints_are_read_and_others_are_not() -> None:
    inventory = calm("azure")[0]

    assert {one.name: [id.rpartition("/")[2] for id in one.endpoint_ids] for one in inventory.of(MetricAlert)} == {
        "retina-latency": ["retina-good"],
        "open-errors": ["retina-open"],
    }
    [query] = inventory.of(LogAlert)
    assert [id.rpartition("/")[2] for id in query.endpoint_ids] == ["retina-good"]
    assert query.may_watch == ()
    assert "ResponseCode" not in repr(query)


def test_groups_are_read_without_addresses() -> None:
    groups = {one.name: one for one in calm("azure")[0].of(ActionGroup)}

    assert groups["on-call"].readers == ("emailReceivers",)
    assert (groups["former-team"].readers, groups["former-team"].programs) == ((), ())
    assert "northwind.example" not in repr(groups)
    [rule] = calm("azure")[0].of(ProcessingRule)
    assert (rule.enabled, rule.always, [one.action_type for one in rule.actions]) == (
        *(False, True),
        ["RemoveAllActionGroups"],
    )


def test_receivers_that_are_off_reach_nobody_and_programs_are_apart() -> None:
    off = {"name": "x", "countryCode": "1", "phoneNumber": "5550100", "status": "Disabled"}
    found = group_of(changed(smsReceivers=[off], azureFunctionReceivers=[{"name": "f"}]))

    assert (found.readers, found.programs) == ((), ("azureFunctionReceivers",))


@pytest.mark.parametrize("said", [{}, {"status": "NotSpecified"}])
def test_a_receiver_of_which_nobody_says_whether_it_is_on_is_open(said: dict[str, str]) -> None:
    found = group_of(changed(emailReceivers=[{"name": "x", "emailAddress": "on-call@northwind.example", **said}]))

    assert (found.readers, found.programs) == ((), ("emailReceivers",))


def test_a_group_that_is_gone_is_left_out_and_no_gap() -> None:
    world = copy.deepcopy(document("azure"))
    world["resources"] = [one for one in world["resources"] if not one["id"].endswith("/actionGroups/on-call")]
    with running("azure", world):
        inventory = take_inventory("azure", [CHECK])

    assert {one.name for one in inventory.of(ActionGroup)} == {"former-team"}
    assert inventory.complete(ActionGroup)
    assert inventory.gaps == ()


def test_each_denied_read_is_a_gap() -> None:
    for operation in (METRIC_ALERTS, LOG_ALERTS, GROUPS, PROCESSING):
        with running("azure") as world:
            world.faults.append(Fault(operation, "deny"))
            inventory = take_inventory("azure", [CHECK])

        assert {(gap.operation, gap.reason, gap.checks) for gap in inventory.gaps} == {
            (operation, Reason.DENIED, ("MLP-5524",))
        }


def test_a_subscription_that_never_used_alert_processing_has_no_such_rules() -> None:
    world = copy.deepcopy(document("azure"))
    world["unregistered"] = ["Microsoft.AlertsManagement"]
    world["resources"] = [one for one in world["resources"] if "AlertsManagement" not in one["type"]]
    with running("azure", world):
        inventory = take_inventory("azure", [CHECK])

    assert inventory.gaps == ()
    assert inventory.complete(ProcessingRule)


def test_a_subscription_without_endpoints_is_not_asked() -> None:
    world = copy.deepcopy(document("azure"))
    world["resources"] = [one for one in world["resources"] if "/onlineEndpoints/" not in one["id"]]
    world["diagnostic_settings"] = {}
    with running("azure", world) as cloud:
        take_inventory("azure", [CHECK])

    assert not {METRIC_ALERTS, LOG_ALERTS, GROUPS, PROCESSING} & {request.operation for request in cloud.log}
