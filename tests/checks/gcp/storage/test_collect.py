"""Buckets by one list instead of one call each, and the owners of buckets found out once for all projects."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory, verdicts_of
from support import PASS, UNKNOWN
from worlds.base import Fault

from checks.gcp.names import buckets_in
from checks.gcp.org_policies import ORG_POLICIES
from checks.gcp.storage import collect
from checks.gcp.storage.resources import BUCKET, FOLDERS, LIST, POLICY, Bucket
from checks.gcp.vertex_ai.resources import Dataset
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
    of_data = {bucket.name for dataset in single.of(Dataset) for bucket in dataset.buckets or ()}
    assert not (ours - of_data) & read_after
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


# -- what takes effect -------------------------------------------------------------------------------------------------

DATA = "//storage.googleapis.com/example-fraud-data"
STAGING = "//storage.googleapis.com/example-fraud-staging"
POLICIES = {"projects/example-fraud-prod": {"storage.publicAccessPrevention": True}}


def bucket_of_world(id: str, changed: dict[str, Any]) -> Bucket:
    with running("gcp", changed):
        found = take_inventory("gcp").find(Bucket, id)
    assert found is not None
    return found


def test_an_organisation_policy_is_asked_for_once_and_saves_asking_for_folders_but_where_models_are() -> None:
    with running("gcp", document("gcp") | {"org_policies": POLICIES}) as world:
        inventory = take_inventory("gcp")

    calls = Counter(request.operation for request in world.log if "compute." not in request.path)
    asked = {request.path.split("/")[5] for request in world.log if request.operation == FOLDERS}
    assert (calls[ORG_POLICIES], calls[FOLDERS]) == (1, len(asked))
    assert asked == {"example-fraud-data", "example-fraud-models"}
    assert inventory.find(Bucket, STAGING).prevented_by_policy is True  # type: ignore[union-attr]
    assert verdicts_of(inventory, "gcp")["gcp_ml_bucket_public", STAGING] is PASS


def test_where_the_policy_api_is_off_resource_manager_tells() -> None:
    off = {"apis": {"disabled": ["orgpolicy.googleapis.com"]}}
    assert bucket_of_world(STAGING, document("gcp") | off).prevented_by_policy is False
    assert bucket_of_world(STAGING, document("gcp") | off | {"org_policies": POLICIES}).prevented_by_policy is True


def test_a_rule_for_some_buckets_leaves_the_policy_unknown() -> None:
    changed = document("gcp")
    path = "orgpolicy.googleapis.com/v2/projects/example-fraud-prod/policies/storage.publicAccessPrevention"
    rules = [{"enforce": True, "condition": {"expression": "resource.matchTag('1/env', 'prod')"}}, {"enforce": False}]
    changed["replies"][f"GET {path}:getEffectivePolicy"] = {"spec": {"rules": rules}}
    assert bucket_of_world(STAGING, changed).prevented_by_policy is UNSET


def test_a_policy_that_may_not_be_read_leaves_a_gap_and_the_verdict_open() -> None:
    with running("gcp") as world:
        world.faults.append(Fault(ORG_POLICIES, "deny"))
        inventory = take_inventory("gcp")

    gaps = [(gap.permission, gap.count, gap.kind) for gap in inventory.gaps if gap.operation == ORG_POLICIES]
    assert gaps == [(ORG_POLICIES, 1, "gcp.notebooks.Instance"), (ORG_POLICIES, 1, Bucket.kind)]
    assert verdicts_of(inventory, "gcp")["gcp_ml_bucket_public", STAGING] is UNKNOWN


def test_grants_on_managed_folders_are_seen() -> None:
    assert bucket_of_world(DATA, document("gcp")).open_folders == ()
    changed = document("gcp")
    buckets = changed["collections"]["storage.googleapis.com/v1"]["buckets"]
    (folder,) = next(b for b in buckets if b["name"] == "example-fraud-data")["x-managedFolders"]
    folder["x-iamPolicy"]["bindings"][0]["members"].append("allUsers")
    assert bucket_of_world(DATA, changed).open_folders == ("merchants/: roles/storage.objectViewer: allUsers",)


def test_a_bucket_that_goes_while_it_is_read_is_gone_and_no_gap() -> None:
    changed = document("gcp")
    error = {"code": 404, "message": "The specified bucket does not exist."}
    path = "storage.googleapis.com/storage/v1/b/example-fraud-models/iam"
    changed["replies"][f"GET {path}"] = {"x-status": 404, "error": error}
    with running("gcp", changed):
        inventory = take_inventory("gcp")

    bucket = inventory.find(Bucket, "//storage.googleapis.com/example-fraud-models")
    assert bucket is not None
    assert (bucket.exists, bucket.project) == (False, None)
    assert not [gap for gap in inventory.gaps if gap.operation == POLICY]


def test_a_bucket_of_a_project_below_the_same_folder_is_no_strangers() -> None:
    changed = document("gcp")
    changed["foreign_buckets"] = [b for b in changed["foreign_buckets"] if b["name"] != "contoso-example-weights"]
    changed["collections"]["storage.googleapis.com/v1"]["buckets"].append(
        {"name": "contoso-example-weights", "projectNumber": "210987654321"}
    )
    id = "//storage.googleapis.com/contoso-example-weights"
    sibling, stranger = bucket_of_world(id, changed), bucket_of_world(id, document("gcp"))
    assert (sibling.project, sibling.shares_parent) == (None, True)
    assert (stranger.project, stranger.shares_parent) == (None, False)
    assert sibling.owners == ("organizations/500000000001", "projects/210987654321", "projects/example-fraud-lab")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("gs://example-weights/base", {"example-weights"}),
        ("--data=/gcs/example-data/v1", {"example-data"}),
        ("https://storage.googleapis.com/example-scripts/boot.sh", {"example-scripts"}),
        ("https://storage.googleapis.com/storage/v1/b/example-scripts/o/boot.sh", {"example-scripts"}),
        ("https://www.googleapis.com/storage/v1/b/example-scripts/o/boot.sh", {"example-scripts"}),
        ("https://example-scripts.storage.googleapis.com/boot.sh", {"example-scripts"}),
        *(
            (address.format(host), {"example-scripts"})
            for host in ("storage.europe-west4.rep", "storage-download", "storage.mtls", "commondatastorage")
            for address in (
                "https://{}.googleapis.com/example-scripts/a",
                "https://example-scripts.{}.googleapis.com/a",
            )
        ),
        ("--model=gcs://example-weights/base", {"example-weights"}),
        ("gsutil cp gs://example-a/x . && gsutil cp x 'gs://example-b'", {"example-a", "example-b"}),
        ("gs://example-$(ENV)/x gs://{bucket}/y", set()),
        ("/usr/share/gcs/example-data s3://example-weights example/base", set()),
    ],
)
def test_buckets_are_found_wherever_their_addresses_stand(text: str, names: set[str]) -> None:
    assert buckets_in(text) == names
