"""Computes outside subnets are counted against the workspace whose network would hold for them."""

from __future__ import annotations

from factories.azure import ML, cluster, compute, instance, workspace
from support import inventory_of

from checks.azure.machine_learning.resources import Compute, Workspace
from checks.azure.machine_learning.subnets import Outside, outside_subnets
from scanner.model.nouns import Resource
from scanner.store.inventory import InventoryView

RETINA = workspace("retina", workspace_kind="Default")
OTHER = workspace("other", workspace_kind="Default")
HUB = workspace("hub", workspace_kind="Hub")
PROJECT = workspace("project", workspace_kind="Project", hub_resource_id=f"{ML}/HUB")
BARE = cluster("bare", inside="other", subnet_id=None)


def outside(of: Workspace, *resources: Resource) -> Outside:
    return outside_subnets(of, InventoryView(inventory_of(*resources), (Workspace, Compute)))


def test_a_compute_of_another_workspace_does_not_count() -> None:
    assert outside(RETINA, RETINA, OTHER, BARE) == Outside()
    assert outside(OTHER, RETINA, OTHER, BARE).compute == BARE.id


def test_a_compute_of_a_project_counts_for_its_hub() -> None:
    bare = cluster("bare", inside="project", subnet_id=None)

    assert outside(HUB, HUB, PROJECT, bare).compute == bare.id


def test_an_attached_machine_and_one_in_a_subnet_do_not_count() -> None:
    attached = compute("vm", compute_type="VirtualMachine")

    assert outside(RETINA, RETINA, attached, instance(subnet_id="/subscriptions/s/subnets/ml")) == Outside()


def test_a_compute_that_is_not_there_yet_or_any_more_does_not_count() -> None:
    gone = [cluster(state, subnet_id=None, provisioning_state=state) for state in ("Creating", "deleting")]

    assert outside(RETINA, RETINA, *gone) == Outside()


def test_what_was_not_seen_is_in_doubt() -> None:
    assert outside(RETINA, RETINA, instance()).doubts == {"Compute.subnet_id"}
    assert outside(RETINA, RETINA, BARE).doubts == {"Workspace"}
