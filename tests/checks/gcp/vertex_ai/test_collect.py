"""Which versions of a model are read, and by how many calls; and which jobs."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.gcp.vertex_ai.resources import CustomJob, Model
from scanner.store.inventory import Inventory

VERSIONS = "aiplatform.modelVersions.list"
WEST = "projects/123456789012/locations/europe-west4/models"


def scanned(changed: dict[str, Any]) -> tuple[Inventory, list[str]]:
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")
    return inventory, sorted(r.path.rpartition("/")[2] for r in world.log if r.operation == VERSIONS)


def test_an_older_version_that_nobody_serves_is_read_as_well() -> None:
    changed = document("gcp")
    for endpoint in changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"]:
        endpoint["deployedModels"] = [d for d in endpoint.get("deployedModels", ()) if d["modelVersionId"] != "1"]
    inventory, _ = scanned(changed)

    models = {model.id.rpartition("/")[2]: model.version for model in inventory.of(Model)}
    assert models["2000000000000000002"] == "2"
    assert models["2000000000000000002@1"] == "1"


def test_versions_are_listed_only_of_models_that_may_have_more_than_one() -> None:
    changed = document("gcp")
    models = changed["collections"]["aiplatform.googleapis.com/v1"]["models"]
    later, same = (next(m for m in models if m["name"].endswith(end)) for end in ("0003", "0004"))
    later |= {"updateTime": "2026-05-01T08:00:00Z", "versionUpdateTime": "2026-02-20T08:00:00Z"}
    same |= {"versionUpdateTime": same["updateTime"]}
    _, asked = scanned(changed)

    assert [path[18:] for path in asked] == ["1:listVersions", "2:listVersions", "3:listVersions"]


def test_versions_that_may_not_be_listed_leave_the_registry_incomplete() -> None:
    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(VERSIONS, "deny")))
    assert {gap.operation for gap in inventory.gaps} == {VERSIONS}
    assert not inventory.complete(Model)


def test_a_model_that_goes_before_its_versions_are_listed_is_no_gap() -> None:
    changed = document("gcp")
    path = f"europe-west4-aiplatform.googleapis.com/v1/{WEST}/2000000000000000001:listVersions"
    error = {"x-status": 404, "error": {"code": 404, "message": "The Model does not exist."}}
    changed["replies"][f"GET {path.replace('123456789012', 'example-fraud-prod')}"] = error
    inventory, _ = scanned(changed)

    assert inventory.gaps == ()
    assert inventory.complete(Model)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("JOB_STATE_SUCCEEDED", False),
        ("JOB_STATE_EXPIRED", False),
        ("JOB_STATE_RUNNING", True),
        ("JOB_STATE_QUEUED", True),
        ("JOB_STATE_PENDING", True),
    ],
)
def test_a_job_that_has_not_ended_is_read_however_old_it_is(state: str, seen: bool) -> None:
    changed = document("gcp")
    jobs = changed["collections"]["aiplatform.googleapis.com/v1"]["customJobs"]
    (oldest,) = (job for job in jobs if job["displayName"] == "first-attempt")
    oldest["state"] = state
    with running("gcp", changed):
        inventory = take_inventory("gcp")
    assert ("first-attempt" in {job.name for job in inventory.of(CustomJob)}) is seen
