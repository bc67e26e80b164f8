"""What AWS is asked about the log groups that AI systems name, and what comes of its answers."""

from __future__ import annotations

import copy
from typing import Any

from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.logs.resources import GROUPS, DeclaredLogGroup
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5509"]
HERE = "arn:aws:logs:eu-west-1:111122223333:log-group:"
TRIAGE, ANSWERS = f"{HERE}/northwind/ticket-triage", f"{HERE}/northwind/ticket-answers"
FILTERS = "logs:DescribeSubscriptionFilters"


def scanned(*logs: str, faults: tuple[Fault, ...] = (), **changes: Any) -> tuple[Inventory, list[tuple[str, str]]]:
    """The inventory where systems name these logs, and operation and region of what was asked about logs."""
    with running("aws", {**copy.deepcopy(document("aws")), **changes}) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK], logs=logs)
    asked = [(request.operation, request.region) for request in world.log if request.operation.startswith("logs:")]
    return inventory, asked


def found(inventory: Inventory) -> dict[str, DeclaredLogGroup]:
    return {one.id: one for one in inventory.of(DeclaredLogGroup)}


def test_groups_that_are_named_are_read_and_no_others() -> None:
    groups = found(scanned(TRIAGE, ANSWERS)[0])

    assert groups.keys() == {TRIAGE, ANSWERS}
    assert (groups[TRIAGE].exists, groups[TRIAGE].retention_days, groups[TRIAGE].forwarded_by) == (True, 90, ())
    assert groups[ANSWERS].log_group_class == "INFREQUENT_ACCESS"
    assert groups[ANSWERS].forwarded_by is UNSET  # kept long enough: nobody asks


def test_where_none_is_named_nothing_is_asked() -> None:
    inventory, asked = scanned()

    assert (found(inventory), asked, inventory.complete(DeclaredLogGroup)) == ({}, [], True)


def test_a_group_of_another_account_or_region_is_not_asked_for_where_it_is_not() -> None:
    elsewhere = TRIAGE.replace("111122223333", "999988887777"), TRIAGE.replace("eu-west-1", "us-east-1")
    inventory, asked = scanned(*elsewhere)

    assert {id: one.exists for id, one in found(inventory).items()} == {elsewhere[1]: False}
    assert asked == [(GROUPS, "us-east-1")]


def test_a_group_whose_name_others_begin_with_does_not_exist_for_it() -> None:
    groups = found(scanned(f"{HERE}/northwind/ticket", TRIAGE.replace("triage", "Triage"))[0])

    assert [one.exists for one in groups.values()] == [False, False]
    assert all(one.retention_days is None for one in groups.values())


def test_of_a_denied_group_nothing_is_known_and_of_denied_filters_what_they_forward() -> None:
    [denied] = found(scanned(TRIAGE, faults=(Fault(GROUPS, "deny"),))[0]).values()
    inventory, _ = scanned(TRIAGE, faults=(Fault(FILTERS, "deny"),))
    [group] = found(inventory).values()

    assert (denied.exists, denied.retention_days) == (UNSET, UNSET)
    assert (group.exists, group.forwarded_by) == (True, UNSET)
    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(FILTERS, Reason.DENIED)}


def test_what_is_forwarded_is_named() -> None:
    forward = {"filterName": "to-lake", "filterPattern": "", "destinationArn": f"{HERE}x"}
    short = {"logGroupName": "/northwind/ticket-triage", "retentionInDays": 1, "subscriptionFilters": [forward]}
    [group] = found(scanned(TRIAGE, log_groups={"eu-west-1": [short]})[0]).values()

    assert group.forwarded_by == ("to-lake",)
