"""What Sensitive Data Protection is asked, and what comes of its answers: real calls to a simulated project."""

from __future__ import annotations

import copy
from typing import Any

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.dlp.resources import CONFIGS, TRIGGERS, DiscoveryConfig, JobTrigger
from checks.gcp.storage.resources import BUCKET
from checks.gcp.vertex_ai.resources import Dataset, SourceBucket
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5621"]


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[str]]:
    """The inventory of a project, and the addresses that Sensitive Data Protection was asked at."""
    with running("gcp", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("gcp", [CHECK])
    return inventory, [one.path for one in world.log if one.operation.startswith("dlp.")]


def project() -> dict[str, Any]:
    return copy.deepcopy(document("gcp"))


def test_configurations_and_triggers_are_read_without_what_they_look_for() -> None:
    inventory = calm("gcp")[0]
    [config], [trigger] = inventory.of(DiscoveryConfig), inventory.of(JobTrigger)

    assert (config.status, len(config.targets or ())) == ("RUNNING", 2)
    assert trigger.file_set and trigger.file_set.url == "gs://example-fraud-models/payments/**"
    assert "Employee numbers" not in repr((config.read, trigger.read))


def test_a_dataset_says_where_its_data_is_and_whose_that_is() -> None:
    found = {one.name: one for one in calm("gcp")[0].of(Dataset)}

    assert found["payments-2026"].sources == ("gs://example-fraud-models/payments/2026.csv",)
    assert found["payments-2026"].buckets == (SourceBucket(name="example-fraud-models", owned=True),)
    assert found["chargebacks"].buckets == (SourceBucket(name="example-fraud-public", owned=True),)


def test_they_are_asked_for_in_global_and_where_datasets_are_and_around() -> None:
    _, asked = scanned(project())

    assert {path.split("/")[-2] for path in asked} == {"global", "europe", "europe-west4"}


def test_a_project_without_such_a_dataset_is_asked_nothing() -> None:
    changed = project()
    changed["collections"]["aiplatform.googleapis.com/v1"]["datasets"] = []

    assert scanned(changed)[1] == []


def test_an_api_that_is_off_is_an_answer_and_no_gap() -> None:
    changed = project()
    changed["apis"]["disabled"].append("dlp.googleapis.com")
    del changed["collections"]["dlp.googleapis.com/v2"]
    inventory, _ = scanned(changed)

    assert (inventory.gaps, inventory.complete(DiscoveryConfig), inventory.complete(JobTrigger)) == ((), True, True)


def test_what_may_not_be_listed_is_a_gap_with_the_permission_that_there_is() -> None:
    inventory, _ = scanned(project(), Fault(CONFIGS, "deny"))

    assert {(gap.operation, gap.permission) for gap in inventory.gaps} == {(CONFIGS, TRIGGERS)}
    assert not inventory.complete(DiscoveryConfig)


def test_a_bucket_that_may_not_be_read_leaves_open_whose_it_is() -> None:
    inventory, _ = scanned(project(), Fault(BUCKET, "deny"))

    assert BUCKET in {gap.operation for gap in inventory.gaps}
    assert {isinstance(one.buckets, tuple) for one in inventory.of(Dataset)} == {False}
