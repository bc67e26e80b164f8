"""What Macie is asked about, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from commandline import mlposture
from scanning import document, running, take_inventory
from support import ROOT, registered
from worlds.base import Fault

from checks.aws.macie.resources import BUCKETS, BucketCoverage
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5611"]


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[str]]:
    """The inventory of an account, and the regions in which Macie was asked."""
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    return inventory, [request.region for request in world.log if request.operation == BUCKETS]


def account(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document("aws")), **changes}


def test_buckets_that_training_jobs_read_are_asked_about_once_in_their_region() -> None:
    inventory, regions = scanned(account())

    assert regions == ["eu-west-1"]
    found = {one.name: one for one in inventory.of(BucketCoverage)}
    assert found.keys() == {"northwind-example-training-data", "northwind-example-public-demo"}
    assert found["northwind-example-training-data"].automated == "MONITORED"
    assert found["northwind-example-public-demo"].in_job == "FALSE"


def test_that_macie_is_not_enabled_is_an_answer_and_no_gap() -> None:
    inventory, _ = scanned(account(macie={}))

    assert (inventory.gaps, inventory.complete(BucketCoverage), len(inventory.of(BucketCoverage))) == ((), True, 0)
    absences = {listing.absent for (kind, _), listing in inventory.listings.items() if kind == BucketCoverage.kind}
    assert "Macie is not enabled" in absences


def test_that_macie_may_not_be_asked_is_a_gap() -> None:
    inventory, _ = scanned(account(), Fault(BUCKETS, "deny"))

    assert {gap.permission for gap in inventory.gaps} == {BUCKETS}
    assert not inventory.complete(BucketCoverage)


def test_what_macie_makes_of_what_it_found_is_not_even_in_kept_replies(tmp_path: Path) -> None:
    systems = str(ROOT / "examples" / "ai-systems.yaml")
    with running("aws"):
        done = mlposture(
            *("scan", "aws", "--systems", systems, "--check", "MLP-5611", "--keep-replies", "--no-progress"),
            *("--no-cache", "--fail-on", "never", "--save-inventory", "inventory.json"),
            cwd=tmp_path,
        )

    assert done.returncode == 0, done.stderr
    kept = (tmp_path / "inventory.json").read_text()
    assert "automatedDiscoveryMonitoringStatus" in kept
    assert "sensitivityScore" not in kept
