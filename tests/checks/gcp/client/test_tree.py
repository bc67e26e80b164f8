"""Many projects: those below folders and organisations, and what becomes of a folder that cannot be listed."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import QUICK, document, quick_calls, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.client.api import connect
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.calls.client import Calls
from scanner.model.errors import CannotScan, InputError
from scanner.model.nouns import Reason, Scope

ORGANIZATION, FRAUD, CREDIT, DEEP = "500000000001", "400000000001", "400000000002", "400000000003"
SEARCH = "cloudasset.assets.searchAllResources"
MANAGER = "cloudresourcemanager.googleapis.com/v3"


def organisation() -> dict[str, Any]:
    """The demo world with more folders and projects, one of them in each state a project can be in."""
    changed = document("gcp")
    changed["collections"][MANAGER]["folders"] += [
        {
            "name": f"folders/{CREDIT}",
            "parent": f"organizations/{ORGANIZATION}",
            "displayName": "Credit",
            "state": "ACTIVE",
        },
        {"name": f"folders/{DEEP}", "parent": f"folders/{CREDIT}", "displayName": "Deep", "state": "ACTIVE"},
        {
            "name": "folders/400000000004",
            "parent": f"folders/{CREDIT}",
            "displayName": "Gone",
            "state": "DELETE_REQUESTED",
        },
    ]
    changed["projects"] += [
        project("example-credit", "300000000001", "folder", DEEP),
        project("example-root", "300000000002", "organization", ORGANIZATION),
        project("example-gone", "300000000003", "folder", CREDIT, lifecycleState="DELETE_REQUESTED"),
        project("sys-12345678901234567890123456", "300000000004", "folder", CREDIT),
    ]
    return changed


def project(id: str, number: str, kind: str, parent: str, **more: str) -> dict[str, Any]:
    return {"projectId": id, "projectNumber": number, "parent": {"type": kind, "id": parent}, **more}


def accounts(**settings: Any) -> tuple[str, ...]:
    made = connect(settings, quick_calls())
    try:
        return made.accounts()
    finally:
        made.close()


def test_all_active_projects_below_are_scanned_at_any_depth() -> None:
    with running("gcp", organisation()) as world:
        every = ("example-credit", "example-fraud-lab", "example-fraud-prod", "example-root")
        assert accounts(organizations=[ORGANIZATION]) == every
        assert accounts(folders=[f"folders/{CREDIT}"]) == ("example-credit",)
        assert accounts(folders=[FRAUD], projects=["example-fraud-prod", "example-root"]) == every[1:]
        assert accounts(folders=[FRAUD, FRAUD], organizations=[ORGANIZATION]) == every
        world.page_size = world.max_page_size = 1  # type: ignore[attr-defined]
        assert accounts(organizations=[ORGANIZATION]) == every


def test_projects_below_are_known_by_name_and_those_that_were_named_are_not() -> None:
    changed = organisation()
    changed["projects"] += [project("example-named", "300000000005", "folder", CREDIT, name="Named Example")]
    with running("gcp", changed):
        made = connect({"folders": [CREDIT], "projects": ["example-root"]}, quick_calls())
        made.accounts()
        assert made.names == {"example-credit": "example-credit", "example-named": "Named Example"}
        made.close()


def test_an_organisation_is_known_where_all_of_it_is_scanned() -> None:
    with running("gcp", organisation()):
        for settings, whole in (({"organizations": [ORGANIZATION]}, (ORGANIZATION,)), ({"folders": [FRAUD]}, ())):
            made = connect(settings, quick_calls())
            assert made.organizations == whole
            made.close()


def test_concurrency_of_one_is_enough() -> None:
    with running("gcp", organisation()):
        made = connect({"organizations": [ORGANIZATION]}, Calls(type(QUICK)(concurrency=1)))
        assert len(made.accounts()) == 4
        made.close()


def test_one_search_and_one_walk_serve_all_projects() -> None:
    with running("gcp", organisation()) as world:
        inventory = take_inventory("gcp", organizations=[ORGANIZATION])

    operations = [request.operation for request in world.log]
    assert operations.count(SEARCH) == 1
    assert operations.count("aiplatform.locations.list") == 0
    assert operations.count("aiplatform.endpoints.list") == 2, "in the two regions of the one project that has any"
    assert {endpoint.scope.account for endpoint in inventory.of(Endpoint)} == {"example-fraud-prod"}
    assert inventory.gaps == ()
    assert {scope.account for scope in inventory.scopes} == {
        "example-credit",
        "example-fraud-lab",
        "example-fraud-prod",
        "example-root",
    }


def test_a_project_named_besides_a_folder_has_its_own_search() -> None:
    with running("gcp", organisation()) as world:
        inventory = take_inventory("gcp", folders=[CREDIT], projects=["example-fraud-prod"])

    asked = {request.resource for request in world.log if request.operation == SEARCH}
    assert asked == {f"folders/{CREDIT}", "projects/example-fraud-prod"}
    assert len(inventory.of(Endpoint)) == 4


@pytest.mark.parametrize("operation", ["resourcemanager.projects.list", "resourcemanager.folders.list"])
def test_a_folder_that_cannot_be_listed_is_a_gap_of_every_kind(operation: str) -> None:
    with running("gcp", organisation()) as world:
        world.faults.append(Fault(operation, "deny", resource=f"folders/{CREDIT}"))
        inventory = take_inventory("gcp", organizations=[ORGANIZATION])

    place = Scope("gcp", f"folders/{CREDIT}", "global")
    kinds = {kind for kind, made in registered()[1].items() if made.provider == "gcp"}
    gaps = [gap for gap in inventory.gaps if gap.operation != "storage.buckets.get"]
    assert {gap.kind for gap in gaps} == kinds
    for gap in gaps:
        assert (gap.scope, gap.operation, gap.reason, gap.permission) == (place, operation, Reason.DENIED, operation)
        assert (gap.count, gap.detail) == (1, f"{operation} denied")
        assert not inventory.listings[gap.kind, place].complete
    assert len(inventory.of(Endpoint)) == 4


def test_a_bucket_may_be_in_a_folder_that_kept_its_projects_to_itself() -> None:
    def owner(*faults: Fault) -> object:
        with running("gcp", organisation()) as world:
            world.faults += faults
            inventory = take_inventory("gcp", organizations=[ORGANIZATION])
        bucket = inventory.find(Bucket, "//storage.googleapis.com/contoso-example-weights")
        assert bucket is not None
        return bucket.project

    assert owner() is None
    assert owner(Fault("resourcemanager.projects.list", "deny", resource=f"folders/{DEEP}")) not in (None, "")


def test_nothing_found_ends_the_scan_with_the_reason() -> None:
    with running("gcp", organisation()) as world:
        with pytest.raises(CannotScan, match=r"no active project below folders/400000000009 \(.*denied"):
            accounts(folders=["400000000009"])
        with pytest.raises(InputError, match=r"'example\.org' is no number; `gcloud organizations list` shows"):
            accounts(organizations=["example.org"])
        world.faults.append(Fault("resourcemanager.*.list", "reset"))
        with pytest.raises(CannotScan, match="no active project below"):
            accounts(folders=[FRAUD], projects=["example-fraud-prod"])
