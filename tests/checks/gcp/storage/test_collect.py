"""Buckets by one list instead of one call each, and the owners of buckets found out once for all projects."""

from __future__ import annotations

from collections import Counter
from typing import Any

from scanning import document, running, take_inventory, verdicts_of
from support import registered
from worlds.base import Fault

from checks.gcp.storage import collect
from checks.gcp.storage.resources import BUCKET, LIST, POLICY, Bucket
from scanner.store.inventory import Inventory

NUMBER = "123456789012"


def many_buckets(more: int) -> dict[str, Any]:
    """The demo world with so many more models, each in a bucket of its own."""
    changed = document("gcp")
    for number in range(more):
        name = f"example-fraud-more-{number:04}"
        changed["collections"]["aiplatform.googleapis.com/v1"]["models"].append(
            {
                "name": f"projects/{NUMBER}/locations/us-central1/models/{7_000_000 + number}",
                "displayName": f"more-{number}",
                "artifactUri": f"gs://{name}/model",
                "versionId": "1",
            }
        )
        changed["collections"]["storage.googleapis.com/v1"]["buckets"].append(
            {
                "name": name,
                "projectNumber": NUMBER,
                "versioning": {"enabled": number % 2 == 0},
                "softDeletePolicy": {"retentionDurationSeconds": "604800"},
                "x-iamPolicy": {"bindings": [{"role": "roles/storage.admin", "members": ["allUsers"]}]},
            }
        )
    return changed


def test_a_list_gives_the_very_snapshots_that_single_reads_give(monkeypatch: Any) -> None:
    def scanned(few: int) -> tuple[Inventory, set[str]]:
        monkeypatch.setattr(collect, "FEW", few)
        with running("gcp") as world:
            inventory = take_inventory("gcp")
        return inventory, {request.resource for request in world.log if request.operation == BUCKET}

    listed, read_after = scanned(0)
    single, read = scanned(1_000_000)
    ours = {bucket.name for bucket in single.of(Bucket) if bucket.project}
    assert len(ours) > 3
    assert ours < read
    assert not ours & read_after
    assert listed.of(Bucket) == single.of(Bucket)
    assert listed.gaps == single.gaps
    assert verdicts_of(listed, "gcp") == verdicts_of(single, "gcp")


def test_many_buckets_of_a_project_take_one_list() -> None:
    changed = many_buckets(collect.FEW)
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    calls = Counter(request.operation for request in world.log)
    listed = [bucket for bucket in inventory.of(Bucket) if "-more-" in bucket.name]
    assert len(listed) == collect.FEW
    assert {bucket.versioning for bucket in listed} == {True, False}
    assert all(bucket.bindings for bucket in listed)
    assert calls[BUCKET] < collect.FEW
    assert calls[POLICY] == sum(bool(bucket.project) for bucket in inventory.of(Bucket))


def test_many_buckets_are_read_singly_where_the_list_is_denied() -> None:
    changed = many_buckets(collect.FEW)
    with running("gcp", changed) as world:
        world.faults.append(Fault(LIST, "deny"))
        inventory = take_inventory("gcp")
    with running("gcp", changed):
        undisturbed = take_inventory("gcp")

    ours = [bucket for bucket in undisturbed.of(Bucket) if bucket.project]
    assert [bucket for bucket in inventory.of(Bucket) if bucket in ours] == ours
    assert {gap.operation for gap in inventory.gaps} <= {LIST, BUCKET}


def test_every_projects_buckets_are_listed_once_for_all_projects() -> None:
    changed = document("gcp")
    lab = "projects/210987654321/locations/europe-west4/models/{}"
    stranger = next(b["name"] for b in changed["foreign_buckets"] if not b["readable"])
    changed["collections"]["aiplatform.googleapis.com/v1"]["models"].append(
        {"name": lab.format(1), "displayName": "lab", "artifactUri": f"gs://{stranger}/x", "versionId": "1"}
    )
    projects = ("example-fraud-prod", "example-fraud-lab")
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp", projects=projects)

    listed = Counter(request.query["project"] for request in world.log if request.operation == LIST)
    assert listed == dict.fromkeys(projects, 1)
    assert inventory.find(Bucket, f"//storage.googleapis.com/{stranger}") is not None
    assert registered()[1]["gcp.storage.Bucket"].operations == (BUCKET, LIST, POLICY, "resourcemanager.projects.get")
