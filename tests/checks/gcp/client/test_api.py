"""The Google Cloud facade against a simulated cloud: credentials, absence, locations, and errors in Google's words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scanning import document, quick_calls, running, take_inventory
from support import PASS, registered
from worlds.base import Fault

from checks.gcp.client.api import GcpProvider, connect
from checks.gcp.client.locations import KNOWN
from checks.gcp.notebooks.resources import Instance
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.evaluate.judge import evaluate
from scanner.model.checks import Check
from scanner.model.errors import CannotScan
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

LOCATIONS = "aiplatform.locations.list"


def checks(*slugs: str) -> list[Check]:
    return [check for check in registered()[0].values() if check.slug in slugs]


ENDPOINTS = checks("vertex_endpoint_public")
TAKEOVER = checks("vertex_model_artifact_bucket_takeover")
WORKBENCH = checks("vertex_workbench_public_ip")


def provider(**settings: object) -> GcpProvider:
    return connect(settings, quick_calls())


# -- credentials -------------------------------------------------------------------------------------------------------


def without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))


def test_a_simulated_cloud_needs_no_credentials_and_no_metadata_server(monkeypatch, tmp_path) -> None:
    with running("gcp", document("gcp") | {"anonymous": True}) as world:
        without_credentials(monkeypatch, tmp_path)
        inventory = take_inventory("gcp", ENDPOINTS)

    assert len(inventory.of(Endpoint)) == 4
    assert "oauth2.token" not in world.operations()
    assert not any("authorization" in request.headers for request in world.log)


@pytest.mark.parametrize("address", ["http://cloud.example:9000", "http://10.0.0.1"])
def test_no_token_goes_over_plain_http_to_another_machine(monkeypatch, address) -> None:
    with running("gcp") as world:
        monkeypatch.setenv("MLPOSTURE_GCP_ENDPOINT", address)
        with pytest.raises(CannotScan, match="must be https"):
            provider()
    assert not world.log


def test_credentials_that_are_no_file_of_credentials_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "key.json"
    odd.write_text("[]", encoding="utf-8")
    for where in (tmp_path, odd):
        with running("gcp"):
            monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(where))
            with pytest.raises(CannotScan, match=f"(?s){where}.*application-default login") as caught:
                provider()
        assert f"credentials in {where} cannot be used" in str(caught.value)
        assert "object has no attribute" not in str(caught.value), "whoever made the file knows of no Python"


def test_refused_credentials_end_the_scan_with_advice() -> None:
    with running("gcp") as world:
        world.faults.append(Fault("oauth2.token", "deny"))
        with pytest.raises(CannotScan, match="gcloud auth application-default login"):
            provider()


def test_a_missing_key_file_ends_the_scan_with_advice(monkeypatch) -> None:
    with running("gcp"):
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json")
        with pytest.raises(CannotScan, match=r"/nonexistent/key\.json.*gcloud auth application-default login"):
            provider()


def test_an_emulated_storage_gets_no_token(monkeypatch) -> None:
    with running("gcp") as world, running("gcp", document("gcp") | {"anonymous": True}) as storage:
        monkeypatch.setenv("MLPOSTURE_GCP_ENDPOINT", world.url)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", world.env()["GOOGLE_APPLICATION_CREDENTIALS"])
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"127.0.0.1:{storage.port}/storage.googleapis.com")
        inventory = take_inventory("gcp", TAKEOVER)

    assert inventory.of(Bucket)
    assert not any(operation.startswith("storage.") for operation in world.operations())
    assert {operation.partition(".")[0] for operation in storage.operations()} == {"storage"}
    assert not any("authorization" in request.headers for request in storage.log)


# -- projects ----------------------------------------------------------------------------------------------------------


def test_the_project_comes_from_the_environment_or_is_asked_for(monkeypatch) -> None:
    with running("gcp"):
        assert provider().accounts() == ("example-fraud-prod",)
        both = ["example-fraud-prod", "example-fraud-lab"]
        assert provider(projects=both).accounts() == ("example-fraud-lab", "example-fraud-prod")


def test_a_project_that_cannot_be_seen_at_all_ends_the_scan() -> None:
    with running("gcp"), pytest.raises(CannotScan, match="project northwind-typo: it does not exist"):
        provider(projects=["northwind-typo"]).accounts()


def test_one_of_several_projects_that_cannot_be_seen_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with running("gcp"):
        inventory = take_inventory("gcp", ENDPOINTS, projects=["example-fraud-prod", "northwind-typo"])

    assert "northwind-typo" in caplog.text
    assert inventory.of(Endpoint)
    assert {gap.scope.account for gap in inventory.gaps} == {"northwind-typo"}


def test_a_project_whose_number_may_not_be_read_is_scanned_all_the_same() -> None:
    with running("gcp") as world:
        world.faults.append(Fault("resourcemanager.projects.get", "deny"))
        assert provider().accounts() == ("example-fraud-prod",)


def test_a_project_given_by_number_is_known_by_its_id() -> None:
    with running("gcp"):
        assert provider(projects=["123456789012"]).accounts() == ("example-fraud-prod",)
        with pytest.raises(CannotScan, match=r"999999999999.*pass the project's id"):
            provider(projects=["999999999999"]).accounts()


def test_names_carry_project_ids_though_replies_carry_numbers() -> None:
    with running("gcp"):
        inventory = take_inventory("gcp")

    ids = [
        resource.id
        for made in registered()[1].values()
        if made.provider == "gcp"
        for resource in inventory.of(made.kind)
    ]
    assert ids
    assert not [id for id in ids if "projects/123456789012" in id]


def test_a_bucket_of_another_scanned_project_is_no_strangers() -> None:
    changed = document("gcp")
    changed["foreign_buckets"] = [b for b in changed["foreign_buckets"] if b["name"] != "contoso-example-weights"]
    changed["collections"]["storage.googleapis.com/v1"]["buckets"].append(
        {"name": "contoso-example-weights", "projectNumber": "210987654321"}
    )

    def owner(*projects: str) -> str | None:
        with running("gcp", changed):
            inventory = take_inventory("gcp", TAKEOVER, projects=projects)
        bucket = inventory.find(Bucket, "//storage.googleapis.com/contoso-example-weights")
        assert bucket is not None
        return bucket.project

    assert owner("example-fraud-prod") is None
    assert owner("example-fraud-prod", "example-fraud-lab") == "example-fraud-lab"


def test_an_unknown_project_number_leaves_a_strangers_bucket_unknown_but_not_our_own() -> None:
    with running("gcp") as world:
        world.faults.append(Fault("resourcemanager.projects.get", "deny"))
        inventory = take_inventory("gcp", TAKEOVER)

    verdicts = {j.resource.id.rpartition("/")[2]: j.verdict.status for j in evaluate(inventory, TAKEOVER)}
    assert verdicts["2000000000000000001"] is PASS, "the project's own list of buckets has it"
    assert verdicts["2000000000000000004"] == "unknown"


# -- absence -----------------------------------------------------------------------------------------------------------


ASSETS = "cloudasset.googleapis.com"


def disabled(*hosts: str) -> dict[str, object]:
    return document("gcp") | {"apis": {"disabled": list(hosts)}}


def test_an_api_that_is_not_enabled_is_absence_and_no_gap() -> None:
    with running("gcp", disabled("aiplatform.googleapis.com", "notebooks.googleapis.com", ASSETS)):
        inventory = take_inventory("gcp", logs=())

    assert inventory.gaps == ()
    assert inventory.count() == 0
    for kind in ("gcp.vertex_ai.Endpoint", "gcp.vertex_ai.Model", "gcp.vertex_ai.CustomJob"):
        (listing,) = [found for (name, _), found in inventory.listings.items() if name == kind]
        assert (listing.complete, listing.scope.region) == (True, "global")
        assert listing.absent == "aiplatform.googleapis.com is not enabled in project example-fraud-prod"
    (listing,) = [found for (name, _), found in inventory.listings.items() if name == "gcp.notebooks.Instance"]
    assert listing.absent == "notebooks.googleapis.com is not enabled in project example-fraud-prod"


def test_an_api_off_in_the_project_that_pays_says_nothing_about_the_one_asked() -> None:
    changed = disabled("aiplatform.googleapis.com", ASSETS)
    with running("gcp", changed):
        # The simulated cloud names the project asked; ours has another number then.
        made = provider(projects=["example-fraud-prod"])
        made._numbers["example-fraud-prod"] = "210987654321"
        inventory = _collected(made)

    assert {gap.reason for gap in inventory.gaps} == {Reason.NOT_ENABLED}
    assert not any(listing.complete or listing.absent for listing in inventory.listings.values())


def _collected(made: GcpProvider) -> Inventory:
    inventory = Inventory(datetime.now(UTC))
    try:
        collect(make_plan(ENDPOINTS, registered()[1]), made, inventory, concurrency=2)
    finally:
        made.close()
    return inventory


def test_an_empty_listing_is_an_object_without_members() -> None:
    changed = document("gcp")
    changed["collections"]["aiplatform.googleapis.com/v1"] = {}
    with running("gcp", changed):
        inventory = take_inventory("gcp", ENDPOINTS)

    assert inventory.gaps == ()
    assert inventory.complete(Endpoint)
    assert inventory.of(Endpoint) == ()


# -- locations ---------------------------------------------------------------------------------------------------------


def test_denied_locations_leave_a_gap_and_every_known_region_is_asked() -> None:
    with running("gcp", disabled(ASSETS)) as world:
        world.faults.append(Fault(LOCATIONS, "deny"))
        inventory = take_inventory("gcp", ENDPOINTS)

    (gap,) = [gap for gap in inventory.gaps if gap.operation == LOCATIONS]
    assert (gap.kind, gap.reason, gap.permission) == ("gcp.vertex_ai.Endpoint", Reason.DENIED, LOCATIONS)
    assert {scope.region for _, scope in inventory.listings} == {*KNOWN, "global"}
    assert not inventory.complete(Endpoint), "there may be locations that this version does not know"
    assert len(inventory.of(Endpoint)) == 4


def test_only_the_locations_asked_for_are_visited() -> None:
    with running("gcp") as world:
        inventory = take_inventory("gcp", locations=["us-central1"])

    assert [request.operation for request in world.log].count(LOCATIONS) == 1
    assert "cloudasset.assets.searchAllResources" not in world.operations()
    assert {endpoint.scope.region for endpoint in inventory.of(Endpoint)} == {"us-central1"}
    zones = {resource.scope.region for resource in inventory.of(registered()[1]["gcp.notebooks.Instance"].kind)}
    assert zones == {"us-central1-b"}


@pytest.mark.parametrize("denied", [False, True])
def test_a_location_that_does_not_exist_ends_the_scan(denied: bool) -> None:
    with running("gcp") as world:
        if denied:
            world.faults.append(Fault(LOCATIONS, "deny"))
        with pytest.raises(CannotScan, match="no location mars"):
            provider(locations=["us-central1", "mars"]).accounts()


def test_a_multi_region_is_asked_at_its_own_host_and_holds_what_it_lists() -> None:
    changed = document("gcp")
    changed["locations"]["aiplatform"].append("us")
    endpoint = {"name": "projects/123456789012/locations/us/endpoints/9", "displayName": "away"}
    changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"].append(endpoint)
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp", ENDPOINTS)

    assert "away" in [found.name for found in inventory.of(Endpoint)]
    hosts = {request.path.split("/")[1] for request in world.log if request.region == "us"}
    assert hosts == {"aiplatform.us.rep.googleapis.com"}


def test_a_multi_region_that_lacks_a_kind_has_none_of_it() -> None:
    error = {"x-status": 404, "error": {"code": 404, "message": "Location us is not found."}}
    path = "aiplatform.us.rep.googleapis.com/v1/projects/example-fraud-prod/locations/us/endpoints"
    changed = disabled(ASSETS)
    changed["locations"]["aiplatform"].append("us")
    changed["replies"][f"GET {path}"] = error
    with running("gcp", changed):
        inventory = take_inventory("gcp", ENDPOINTS)

    assert inventory.gaps == ()
    assert inventory.complete(Endpoint)


def test_a_location_asked_for_is_not_the_beginning_of_another() -> None:
    changed = document("gcp")
    instances = changed["collections"]["notebooks.googleapis.com/v2"]["instances"]
    instances[0]["name"] = "projects/example-fraud-prod/locations/europe-west12-a/instances/turin"
    changed["locations"]["notebooks"].append("europe-west12-a")
    with running("gcp", changed):
        assert not take_inventory("gcp", WORKBENCH, locations=["europe-west1"]).count()
        assert take_inventory("gcp", WORKBENCH, locations=["europe-west12"]).count() == 1
        assert take_inventory("gcp", WORKBENCH, locations=["europe-west12-a"]).count() == 1


def test_an_instance_whose_machine_is_gone_is_not_judged() -> None:
    changed = document("gcp")
    changed["collections"]["notebooks.googleapis.com/v2"]["instances"][1]["state"] = "DELETED"
    with running("gcp", changed):
        inventory = take_inventory("gcp", WORKBENCH)

    assert sorted(instance.name for instance in inventory.of(Instance)) == ["scoring-workbench", "us-experiment"]
    assert inventory.complete(Instance)


def test_a_location_that_does_not_answer_makes_the_listing_incomplete() -> None:
    with running("gcp", document("gcp") | {"unreachable": {"notebooks": ["us-central1-b"]}}):
        inventory = take_inventory("gcp", checks("vertex_workbench_public_ip"))

    (gap,) = inventory.gaps
    assert (gap.reason, gap.detail) == (Reason.UNREACHABLE, "no answer from us-central1-b")
    assert not any(listing.complete for listing in inventory.listings.values())
    assert inventory.count() == 2


# -- details -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["deny", "throttle", "error", "reset", "malformed", "disabled"])
def test_what_a_gap_says_is_the_same_in_every_run(kind) -> None:
    """Where several kinds ask one service, chance says how much of each is left alone: here one does."""
    judged = checks("gcp_ml_bucket_public", "vertex_custom_job_default_service_account")

    def gaps() -> tuple[object, ...]:
        with running("gcp") as world:
            world.faults.append(Fault("storage.buckets.*", kind))
            world.faults.append(Fault("aiplatform.customJobs.list", kind))
            inventory = take_inventory("gcp", judged)
            assert not any(str(world.port) in gap.detail or "://" in gap.detail for gap in inventory.gaps)
        return inventory.gaps

    first = gaps()
    assert first
    assert first == gaps()


def test_a_denial_names_the_permission_that_google_names() -> None:
    with running("gcp") as world:
        world.faults.append(Fault("storage.buckets.getIamPolicy", "deny"))
        world.faults.append(Fault("aiplatform.endpoints.list", "deny"))
        inventory = take_inventory("gcp")

    details = {gap.operation: gap.detail for gap in inventory.gaps}
    assert details["storage.buckets.getIamPolicy"] == "storage.buckets.getIamPolicy denied"
    assert details["aiplatform.endpoints.list"] == "aiplatform.endpoints.list denied"


def test_a_served_version_is_read_though_the_registry_lists_only_the_default_one() -> None:
    with running("gcp"):
        inventory = take_inventory("gcp", TAKEOVER + ENDPOINTS)

    models = {model.id.rpartition("/")[2]: model for model in inventory.of(Model)}
    assert models["2000000000000000002"].version == "2"
    assert models["2000000000000000002@1"].version == "1"
    assert models["2000000000000000002@1"].artifact_uri == "gs://example-fraud-data/chargeback/1"


def test_no_secret_is_kept(tmp_path) -> None:
    with running("gcp"):
        inventory = take_inventory("gcp")
    saved = tmp_path / "inventory.json"
    inventory.save(saved)

    text = saved.read_text()
    assert "TRACKER_PASSWORD" in text
    for secret in ("not-a-real-password", "not-a-real-token", "AKIAIOSFODNN7EXAMPLE", "ya29."):
        assert secret not in text
