"""What AWS is asked about log groups, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import copy
from typing import Any

from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.logs.resources import GROUPS, LogGroup
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5504"]
FILTERS, POLICIES = "logs:DescribeSubscriptionFilters", "logs:DescribeAccountPolicies"


def account() -> dict[str, Any]:
    return copy.deepcopy(document("aws"))


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[tuple[str, str]]]:
    """The inventory of an account, and operation and region of what it was asked about logs."""
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    asked = [(request.operation, request.region) for request in world.log if request.operation.startswith("logs:")]
    return inventory, asked


def named(inventory: Inventory) -> dict[str, LogGroup]:
    return {group.name.rpartition("/")[2]: group for group in inventory.of(LogGroup)}


def test_groups_of_endpoints_are_kept_and_no_others() -> None:
    groups = named(calm("aws")[0])

    assert groups.keys() == {"chat", "registry-serverless", "sentiment-ensemble", "sentiment-internal"}
    assert groups["chat"].forwarded_by == ("to-archive",)
    assert groups["sentiment-ensemble"].forwarded_by == ()
    assert groups["sentiment-internal"].forwarded_by is UNSET  # kept long enough: nobody asks
    assert groups["registry-serverless"].retention_in_days is None


def test_filters_are_asked_of_short_groups_and_policies_once_a_region() -> None:
    asked = scanned(account())[1]

    assert asked.count((GROUPS, "eu-west-1")) == 1
    assert asked.count((FILTERS, "eu-west-1")) == 2
    assert asked.count((POLICIES, "eu-west-1")) == 1


def test_a_region_without_endpoints_is_asked_nothing() -> None:
    changed = account()
    for services in changed["regions"].values():
        (services or {}).get("sagemaker", {}).pop("Endpoint", None)

    assert scanned(changed)[1] == []


def test_a_policy_of_the_account_may_forward_every_group() -> None:
    policy = {"policyName": "to-lake", "policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": "{}"}
    groups = named(scanned({**account(), "log_policies": {"eu-west-1": [policy]}})[0])

    assert groups["sentiment-ensemble"].forwarded_by == ("to-lake",)
    assert groups["chat"].forwarded_by == ("to-archive", "to-lake")


def test_a_denied_policy_leaves_open_what_is_forwarded() -> None:
    inventory, _ = scanned(account(), Fault(POLICIES, "deny"))

    assert named(inventory)["sentiment-ensemble"].forwarded_by is UNSET
    assert [gap.operation for gap in inventory.gaps] == [POLICIES]
