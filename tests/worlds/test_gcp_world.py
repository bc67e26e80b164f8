"""The simulated Google Cloud, driven over HTTP with google-auth's own session and credentials."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import google.auth
import google.auth.exceptions
import pytest
import requests
import yaml
from google.auth.transport.requests import AuthorizedSession
from worlds import gcp_discovery as discovery
from worlds.base import Fault, WorldError, read_world
from worlds.gcp import GcpWorld

DATA = Path(__file__).parent / "data" / "gcp.yaml"
NUMBER = "123456789012"
PLACE = f"projects/{NUMBER}/locations/europe-west4"
WEST = f"/europe-west4-aiplatform.googleapis.com/v1/{PLACE}"
CENTRAL = f"/aiplatform.googleapis.com/v1/projects/{NUMBER}/locations/us-central1"
NOTEBOOKS = "/notebooks.googleapis.com/v2/projects/example-fraud-prod/locations"
STORAGE = "/storage.googleapis.com/storage/v1"
MANAGER = "/cloudresourcemanager.googleapis.com"
KEYS = "/iam.googleapis.com/v1/projects/p/serviceAccounts/a"
RING = "/cloudkms.googleapis.com/v1/projects/p/locations/eu/keyRings/r"
SERVICES = "/serviceusage.googleapis.com/v1/projects/p"
IAM = "/iam.googleapis.com/v1"
CHARGEBACK = "chargeback-serving@example-fraud-prod.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def shipped():
    return read_world(DATA.read_text(encoding="utf-8"), date(2026, 11, 22))


@pytest.fixture
def document(shipped):
    return copy.deepcopy(shipped)


@pytest.fixture
def world(document):
    with GcpWorld(document) as running:
        yield running


def session_for(world, monkeypatch):
    for name, value in world.env().items():
        monkeypatch.setenv(name, value)
    credentials, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform.read-only"])
    assert project == "example-fraud-prod"
    return AuthorizedSession(credentials, max_refresh_attempts=0)


@pytest.fixture
def ask(world, monkeypatch):
    """Call the world: ask("/host/v1/…", pageSize=2) -> the response."""
    session = session_for(world, monkeypatch)
    session.get(f"{world.url}/nothing.googleapis.com/")  # fetches the token, so that logs start with the test's call
    world.log.clear()

    def call(path, method="GET", timeout=60, **query):
        return session.request(method, world.url + path, params=query, timeout=timeout)

    return call


def pages(ask, path, key, **query):
    found, token = [], {}
    while True:
        body = ask(path, **query, **token).json()
        found.append(body.get(key, []))
        if "nextPageToken" not in body:
            return found
        token = {"pageToken": body["nextPageToken"]}


def info(response, number=-1):
    error = response.json()["error"]
    assert response.status_code == error["code"]
    return error["status"], error["details"][number]["reason"], error["details"][number]["metadata"]


def complaint(document):
    with pytest.raises(WorldError) as caught:
        GcpWorld(document)
    return str(caught.value)


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_a_service_account_key_buys_a_token_that_the_apis_accept(world, monkeypatch):
    session = session_for(world, monkeypatch)
    assert session.get(f"{world.url}{WEST}/endpoints").status_code == 200
    assert [request.operation for request in world.log] == ["oauth2.token", "aiplatform.endpoints.list"]
    assert session.credentials.token in world.token.issued


def test_requests_without_an_issued_token_are_unauthenticated(world):
    for headers in ({}, {"Authorization": "Bearer ya29.made-up"}):
        answer = requests.get(f"{world.url}{WEST}/endpoints", headers=headers, timeout=60)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert requests.get(f"{world.url}{STORAGE}/b/x", timeout=60).json()["error"]["errors"][0]["reason"] == "authError"


def test_an_anonymous_world_asks_for_no_token(document):
    with GcpWorld(document | {"anonymous": True}) as world:
        assert requests.get(f"{world.url}{WEST}/endpoints", timeout=60).status_code == 200


def test_a_token_request_signed_with_another_key_is_refused(world, tmp_path, monkeypatch):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = json.loads(Path(world.env()["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    other = tmp_path / "other.json"
    other.write_text(json.dumps(key | {"private_key": private.decode()}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(other))
    credentials, _ = google.auth.default(scopes=["scope"])
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        AuthorizedSession(credentials).get(f"{world.url}{WEST}/endpoints")


def test_a_denied_token_request_fails_the_refresh(world, monkeypatch):
    world.faults.append(Fault("oauth2.token", "deny"))
    with pytest.raises(google.auth.exceptions.RefreshError, match="deny"):
        session_for(world, monkeypatch).get(f"{world.url}{WEST}/endpoints")


def test_the_key_file_goes_away_with_the_world(document):
    with GcpWorld(document) as world:
        file = Path(world.env()["GOOGLE_APPLICATION_CREDENTIALS"])
        assert file.exists()
        assert file.stat().st_mode & 0o077 == 0
    assert not file.parent.exists()


# -- lists and pages ---------------------------------------------------------------------------------------------------


def test_lists_come_in_pages_sorted_by_name(world, ask):
    world.page_size = 2
    found = pages(ask, f"{WEST}/models", "models")
    assert [len(page) for page in found] == [2, 2]
    names = [model["name"] for page in found for model in page]
    assert names == sorted(names)
    assert len(set(names)) == 4
    assert [len(page) for page in pages(ask, f"{WEST}/models", "models", pageSize=3)] == [3, 1]


def test_no_page_is_larger_than_the_world_allows(world, ask):
    world.max_page_size = 1
    assert [len(page) for page in pages(ask, f"{WEST}/endpoints", "endpoints", pageSize=1000)] == [1, 1, 1]


def test_a_page_token_is_good_for_its_own_list_only(world, ask):
    world.page_size = 1
    token = ask(f"{WEST}/models").json()["nextPageToken"]
    for path, given in ((f"{WEST}/endpoints", token), (f"{WEST}/models", "nonsense")):
        answer = ask(path, pageToken=given)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_lists_hold_only_their_parents_children_and_empty_lists_have_no_key(ask):
    assert [e["displayName"] for e in ask(f"{CENTRAL}/endpoints").json()["endpoints"]] == ["us-experiment"]
    assert ask(f"{WEST}/batchPredictionJobs").json() == {}
    other = "/europe-west4-aiplatform.googleapis.com/v1/projects/example-fraud-lab/locations/europe-west4/endpoints"
    assert ask(other).json() == {}


def test_projects_may_be_named_by_id_or_number(ask):
    by_number = ask(f"{WEST}/endpoints/1000000000000000001").json()
    by_id = ask(f"{WEST}/endpoints/1000000000000000001".replace(NUMBER, "example-fraud-prod")).json()
    assert by_number == by_id
    assert by_number["name"].startswith(f"projects/{NUMBER}/")


def test_filters_and_masks_are_honoured(ask):
    jobs = ask(f"{WEST}/customJobs", filter='create_time>"2026-10-23T00:00:00Z" AND state!=JOB_STATE_RUNNING').json()
    assert [job["displayName"] for job in jobs["customJobs"]] == ["scorer-train", "merchant-risk-train"]
    assert ask(f"{WEST}/customJobs", filter="anything goes").status_code == 400
    masked = ask(f"{WEST}/endpoints", readMask="name,deployedModels.id").json()["endpoints"][0]
    assert masked == {
        "name": f"projects/{NUMBER}/locations/europe-west4/endpoints/1000000000000000001",
        "deployedModels": [{"id": "101"}],
    }
    buckets = ask(f"{STORAGE}/b", project=NUMBER, fields="items(name,versioning/enabled)").json()["items"]
    assert {"name": "example-fraud-staging", "versioning": {"enabled": False}} in buckets


def test_workbench_lists_take_any_location_and_name_the_unreachable(document, monkeypatch):
    document["unreachable"] = {"notebooks": ["us-central1-b"]}
    with GcpWorld(document) as world:
        session = session_for(world, monkeypatch)
        body = session.get(f"{world.url}{NOTEBOOKS}/-/instances").json()
        assert {i["name"].split("/")[3] for i in body["instances"]} == {"europe-west4-a"}
        assert body["unreachable"] == ["projects/example-fraud-prod/locations/us-central1-b"]
        assert session.get(f"{world.url}{NOTEBOOKS}/us-central1-b/instances").status_code == 503


def test_workbench_lists_say_nothing_of_unreachable_locations_otherwise(ask):
    body = ask(f"{NOTEBOOKS}/-/instances").json()
    assert len(body["instances"]) == 3
    assert "unreachable" not in body


# -- the inventory of everything ---------------------------------------------------------------------------------------

SEARCH = "/cloudasset.googleapis.com/v1/{}:searchAllResources"
VERTEX = [f"aiplatform.googleapis.com/{kind}" for kind in ("Endpoint", "Model", "CustomJob")]


def test_the_inventory_finds_what_the_lists_hold(ask, document):
    results = [
        item
        for page in pages(ask, SEARCH.format("projects/example-fraud-prod"), "results", assetTypes=VERTEX, pageSize=3)
        for item in page
    ]
    vertex = document["collections"]["aiplatform.googleapis.com/v1"]
    listed = {
        f"//aiplatform.googleapis.com/{r['name']}"
        for kind in ("endpoints", "models", "customJobs")
        for r in vertex[kind]
    }
    assert {item["name"] for item in results} == listed
    assert {item["location"] for item in results} == {"europe-west4", "us-central1"}
    assert {item["project"] for item in results} == {f"projects/{NUMBER}"}
    api = discovery.load("cloudasset", "v1")
    assert api is not None
    assert not [p for item in results for p in api.problems("ResourceSearchResult", item, "result")]


def test_the_inventory_of_a_folder_or_an_organisation_covers_all_projects_below(ask):
    def found(scope, type):
        reply = ask(SEARCH.format(scope), assetTypes=f"{type}", readMask="name")
        return [item["name"].rpartition("/")[2] for item in reply.json().get("results", [])]

    project = "cloudresourcemanager.googleapis.com/Project"
    for scope in ("organizations/500000000001", "folders/400000000001"):
        assert found(scope, project) == ["example-fraud-lab", "example-fraud-prod"]
        assert found(scope, "aiplatform.googleapis.com/E.*t") == found(f"projects/{NUMBER}", VERTEX[0])
    assert found("projects/example-fraud-lab", VERTEX[0]) == []
    assert len(found(f"projects/{NUMBER}", "storage.googleapis.com/Bucket")) > 1


def test_the_inventory_refuses_strangers_and_types_it_does_not_know(ask):
    for scope in ("organizations/1", "folders/1", "projects/another"):
        assert info(ask(SEARCH.format(scope)))[1:] == (
            "IAM_PERMISSION_DENIED",
            {"permission": "cloudasset.assets.searchAllResources", "resource": f"//cloudasset.googleapis.com/{scope}"},
        )
    assert ask(SEARCH.format(f"projects/{NUMBER}"), assetTypes="aiplatform.googleapis.com/Teapot").status_code == 400


def test_the_inventory_may_not_have_heard_of_everything(document, monkeypatch):
    name = document["collections"]["aiplatform.googleapis.com/v1"]["endpoints"][0]["name"]
    with GcpWorld(document | {"not_inventoried": [name]}) as world:
        reply = session_for(world, monkeypatch).get(world.url + SEARCH.format(f"projects/{NUMBER}")).json()
        assert f"//aiplatform.googleapis.com/{name}" not in {item["name"] for item in reply["results"]}
    assert (
        complaint(document | {"not_inventoried": ["projects/1/x/y"]}) == "not_inventoried: there is no projects/1/x/y"
    )


# -- hosts, locations, wrong requests ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "location"),
    [
        ("us-central1-aiplatform", "europe-west4"),
        ("aiplatform", "europe-west4"),
        ("europe-west4-aiplatform", "-"),
        ("europe-west4-aiplatform", "global"),
    ],
)
def test_a_region_is_served_by_its_own_host(ask, host, location):
    answer = ask(f"/{host}.googleapis.com/v1/projects/{NUMBER}/locations/{location}/endpoints")
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_the_plain_host_serves_us_central1_global_and_the_list_of_locations(ask):
    base = f"/aiplatform.googleapis.com/v1/projects/{NUMBER}/locations"
    assert ask(f"{base}/us-central1/endpoints").status_code == 200
    assert ask(f"{base}/global/endpoints").status_code == 200
    places = [place["locationId"] for place in ask(base).json()["locations"]]
    assert places == ["europe-west4", "us-central1"]
    assert ask(f"{base}/us-central1").json()["locationId"] == "us-central1"


def test_only_regional_apis_have_regional_hosts(ask):
    answer = ask("/europe-west4-notebooks.googleapis.com/v2/projects/example-fraud-prod/locations")
    assert answer.status_code == 404
    assert "html" in answer.headers["Content-Type"]


def test_unknown_locations_resources_projects_and_urls(ask):
    mars = f"/mars-north1-aiplatform.googleapis.com/v1/projects/{NUMBER}/locations/mars-north1/endpoints"
    assert ask(mars).json()["error"]["status"] == "NOT_FOUND"
    assert ask(f"{WEST}/endpoints/42").json()["error"]["status"] == "NOT_FOUND"
    assert ask(f"{MANAGER}/v1/projects/somebody-elses").status_code == 403
    assert ask(f"{WEST}/nonsense").status_code == 404


def test_an_unknown_query_parameter_is_refused_and_global_ones_are_not(ask):
    answer = ask(f"{WEST}/endpoints", page_size=3)
    assert answer.status_code == 400
    assert '"page_size"' in answer.json()["error"]["message"]
    assert ask(f"{WEST}/endpoints", alt="json", prettyPrint="false", key="k").status_code == 200
    assert ask(f"{WEST}/endpoints", **{"$alt": "json;enum-encoding=int"}).status_code == 200
    assert ask(f"{WEST}/endpoints", pageSize="many").status_code == 400


def test_writes_are_not_simulated_but_are_logged(world, ask):
    answer = ask(f"{WEST}/endpoints/1000000000000000001", method="DELETE")
    assert answer.json()["error"]["status"] == "UNIMPLEMENTED"
    assert [(r.method, r.operation, r.status) for r in world.log] == [("DELETE", "aiplatform.endpoints.delete", 501)]
    assert ask(f"{WEST}/endpoints/1000000000000000001").status_code == 200


# -- single services ---------------------------------------------------------------------------------------------------


def test_buckets_are_listed_for_a_project(ask):
    found = pages(ask, f"{STORAGE}/b", "items", project="example-fraud-prod", maxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert all("acl" not in bucket for page in found for bucket in page)
    assert "acl" in ask(f"{STORAGE}/b/example-fraud-public", projection="full").json()
    assert ask(f"{STORAGE}/b", project="example-fraud-lab").json() == {"kind": "storage#buckets"}
    assert ask(f"{STORAGE}/b").status_code == 400


def test_buckets_of_others_and_of_nobody(ask):
    assert ask(f"{STORAGE}/b/contoso-example-weights").json()["projectNumber"] == "999999999999"
    assert ask(f"{STORAGE}/b/contoso-example-weights/iam").status_code == 403
    private = ask(f"{STORAGE}/b/fabrikam-example-private")
    assert private.status_code == 403
    assert private.json()["error"]["errors"][0]["reason"] == "forbidden"
    missing = ask(f"{STORAGE}/b/example-fraud-deleted")
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "The specified bucket does not exist.")


def test_policies_of_buckets_projects_and_service_accounts(ask):
    bucket = ask(f"{STORAGE}/b/example-fraud-public/iam", optionsRequestedPolicyVersion=3).json()
    assert bucket["bindings"][0] == {"role": "roles/storage.objectViewer", "members": ["allUsers"]}
    for version in ("v1", "v3"):
        project = ask(f"{MANAGER}/{version}/projects/example-fraud-prod:getIamPolicy", method="POST").json()
        assert project["bindings"][0]["role"] == "roles/owner"
        assert project["auditConfigs"][0]["service"] == "aiplatform.googleapis.com"
    account = f"{IAM}/projects/-/serviceAccounts/{CHARGEBACK}"
    assert "bindings" not in ask(f"{account}:getIamPolicy", method="POST").json()
    instance = f"{NOTEBOOKS}/europe-west4-a/instances/adhoc-analysis"
    assert ask(f"{instance}:getIamPolicy").json() == {"etag": "ACAB", "version": 1}
    assert ask(f"{instance}x:getIamPolicy").status_code == 404


def test_projects_in_both_versions_of_the_resource_manager(ask):
    old = ask(f"{MANAGER}/v1/projects/{NUMBER}").json()
    assert (old["projectId"], old["projectNumber"]) == ("example-fraud-prod", NUMBER)
    new = ask(f"{MANAGER}/v3/projects/example-fraud-prod").json()
    assert (new["name"], new["parent"]) == (f"projects/{NUMBER}", "folders/400000000001")
    found = ask(f"{MANAGER}/v3/projects:search", query="state:ACTIVE").json()["projects"]
    assert [project["projectId"] for project in found] == ["example-fraud-prod", "example-fraud-lab"]
    assert len(ask(f"{MANAGER}/v3/projects", parent="folders/400000000001").json()["projects"]) == 2
    assert ask(f"{MANAGER}/v3/folders", parent="folders/400000000001").json() == {}
    assert info(ask(f"{MANAGER}/v3/projects", parent="folders/1"))[1] == "IAM_PERMISSION_DENIED"


def test_service_accounts_their_keys_and_roles(ask):
    accounts = ask(f"{IAM}/projects/example-fraud-prod/serviceAccounts").json()["accounts"]
    assert len(accounts) == 6
    assert not any(key.startswith("x-") for account in accounts for key in account)
    keys = f"{IAM}/projects/-/serviceAccounts/{CHARGEBACK}/keys"
    assert len(ask(keys).json()["keys"]) == 2
    assert [key["validBeforeTime"][:4] for key in ask(keys, keyTypes="USER_MANAGED").json()["keys"]] == ["9999"]
    custom = ask(f"{IAM}/projects/example-fraud-prod/roles/notebookHelper").json()
    assert "iam.serviceAccounts.actAs" in custom["includedPermissions"]
    assert "storage.objects.create" in ask(f"{IAM}/roles/storage.objectAdmin").json()["includedPermissions"]
    briefly = ask(f"{IAM}/projects/example-fraud-prod/roles").json()["roles"]
    assert all("includedPermissions" not in role for role in briefly)
    assert ask(f"{IAM}/roles/no.such").status_code == 404


def test_services_say_which_apis_are_enabled(ask):
    base = "/serviceusage.googleapis.com/v1/projects/example-fraud-prod/services"
    assert ask(f"{base}/dataform.googleapis.com").json()["state"] == "DISABLED"
    enabled = ask(base, filter="state:ENABLED", pageSize=50).json()["services"]
    assert f"projects/{NUMBER}/services/aiplatform.googleapis.com" in [service["name"] for service in enabled]
    assert len(enabled) == 13


def test_calls_to_a_disabled_api_say_so(ask):
    answer = ask("/dataform.googleapis.com/v1/projects/example-fraud-prod/locations")
    assert info(answer) == (
        "PERMISSION_DENIED",
        "SERVICE_DISABLED",
        {"service": "dataform.googleapis.com", "consumer": f"projects/{NUMBER}"},
    )


def test_fixed_replies_come_before_everything_else(document, monkeypatch):
    url = f"aiplatform.googleapis.com/v1/projects/{NUMBER}/locations/us-central1/datasets/1"
    document["replies"] = {
        f"GET {url}": {"name": "set", "displayName": "fixed"},
        f"GET {url}2": {"x-status": 418, "error": {"code": 418}},
    }
    with GcpWorld(document) as world:
        session = session_for(world, monkeypatch)
        assert session.get(f"{world.url}/{url}").json() == {"name": "set", "displayName": "fixed"}
        assert session.get(f"{world.url}/{url}2").status_code == 418


# -- the log -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "operation", "verb", "region", "resource"),
    [
        (f"{WEST}/endpoints", "aiplatform.endpoints.list", "list", "europe-west4", PLACE),
        (f"{WEST}/models/7", "aiplatform.models.get", "get", "europe-west4", f"{PLACE}/models/7"),
        (WEST.rpartition("/")[0], "aiplatform.locations.list", "list", "global", f"projects/{NUMBER}"),
        (
            f"{NOTEBOOKS}/-/instances",
            "notebooks.instances.list",
            "list",
            "-",
            "projects/example-fraud-prod/locations/-",
        ),
        (f"{STORAGE}/b/x/iam", "storage.buckets.getIamPolicy", "get", "global", "x"),
        (f"{STORAGE}/b?project=p", "storage.buckets.list", "list", "global", "projects/p"),
        (f"{MANAGER}/v1/projects/p", "resourcemanager.projects.get", "get", "global", "projects/p"),
        (f"{MANAGER}/v3/projects:search", "resourcemanager.projects.get", "list", "global", ""),
        (f"{IAM}/projects/p/serviceAccounts", "iam.serviceAccounts.list", "list", "global", "projects/p"),
        (f"{KEYS}/keys", "iam.serviceAccountKeys.list", "list", "global", "projects/p/serviceAccounts/a"),
        (f"{IAM}/roles/viewer", "iam.roles.get", "get", "global", "roles/viewer"),
        (f"{SERVICES}/services", "serviceusage.services.list", "list", "global", "projects/p"),
        (f"{RING}/cryptoKeys", "cloudkms.cryptoKeys.list", "list", "eu", "projects/p/locations/eu/keyRings/r"),
    ],
)
def test_requests_are_logged_as_the_permission_they_need(world, ask, path, operation, verb, region, resource):
    ask(path)
    [request] = world.log
    assert (request.operation, request.verb, request.region) == (operation, verb, region)
    assert request.resource == resource
    assert request.status in (200, 400, 403, 404)


def test_policy_requests_are_logged_by_the_resource_and_not_by_the_verb(world, ask):
    ask(f"{MANAGER}/v1/projects/p:getIamPolicy", method="POST")
    [request] = world.log
    assert (request.operation, request.resource) == ("resourcemanager.projects.getIamPolicy", "projects/p")


def test_the_log_names_the_project_by_id(world, ask):
    ask(f"{WEST}/endpoints")
    ask("/aiplatform.googleapis.com/v1/projects/210987654321/locations")
    assert [request.account for request in world.log] == ["example-fraud-prod", "example-fraud-lab"]
    assert world.operations() == {"aiplatform.endpoints.list", "aiplatform.locations.list"}


# -- faults ------------------------------------------------------------------------------------------------------------


def test_deny(world, ask):
    world.faults.append(Fault("aiplatform.*.list", "deny", region="europe-west4"))
    answer = ask(f"{WEST}/endpoints")
    status, reason, metadata = info(answer)
    assert (status, reason) == ("PERMISSION_DENIED", "IAM_PERMISSION_DENIED")
    assert metadata["permission"] == "aiplatform.endpoints.list"
    assert metadata["resource"] == f"//aiplatform.googleapis.com/projects/{NUMBER}/locations/europe-west4"
    assert "'aiplatform.endpoints.list' denied" in answer.json()["error"]["message"]
    assert ask(f"{WEST}/endpoints/1000000000000000001").status_code == 200
    assert ask(f"{CENTRAL}/endpoints").status_code == 200


def test_deny_of_one_bucket_in_the_form_of_storage(world, ask):
    world.faults.append(Fault("storage.buckets.getIamPolicy", "deny", resource="example-fraud-models"))
    error = ask(f"{STORAGE}/b/example-fraud-models/iam").json()["error"]
    assert error["errors"][0]["reason"] == "forbidden"
    assert "status" not in error
    assert ask(f"{STORAGE}/b/example-fraud-data/iam").status_code == 200


def test_disabled_throttle_and_error(world, ask):
    world.faults += [
        Fault("notebooks.*", "disabled", times=1),
        Fault("notebooks.*", "throttle", times=1),
        Fault("notebooks.*", "error", times=1),
    ]
    answers = [ask(f"{NOTEBOOKS}/-/instances") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 429, 503, 200]
    assert info(answers[0])[1:] == (
        "SERVICE_DISABLED",
        {"service": "notebooks.googleapis.com", "consumer": f"projects/{NUMBER}"},
    )
    assert info(answers[1])[:2] == ("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED")
    assert answers[2].json()["error"]["status"] == "UNAVAILABLE"
    assert [request.status for request in world.log] == [403, 429, 503, 200]


def test_throttled_storage_has_its_own_form(world, ask):
    world.faults.append(Fault("storage.*", "throttle"))
    assert ask(f"{STORAGE}/b", project=NUMBER).json()["error"]["errors"][0]["reason"] == "rateLimitExceeded"


def test_malformed_replies_are_cut_off(world, ask):
    world.faults.append(Fault("aiplatform.endpoints.list", "malformed"))
    answer = ask(f"{WEST}/endpoints")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_a_reset_drops_the_connection(world, ask):
    world.faults.append(Fault("aiplatform.endpoints.list", "reset"))
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(f"{WEST}/endpoints")


def test_a_timeout_outlasts_the_client(world, ask):
    world.faults.append(Fault("aiplatform.endpoints.list", "timeout"))
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(f"{WEST}/endpoints", timeout=0.2)


# -- validation --------------------------------------------------------------------------------------------------------


def test_every_problem_is_listed_with_its_path(document):
    collections = document["collections"]
    endpoints = collections["aiplatform.googleapis.com/v1"]["endpoints"]
    endpoints[0]["deployedModels"][0]["enableAcessLogging"] = True
    endpoints[1]["deployedModels"][0]["disableContainerLogging"] = "yes"
    jobs = collections["aiplatform.googleapis.com/v1"]["customJobs"]
    jobs[0]["state"] = "JOB_STATE_DONE"
    jobs[0]["jobSpec"]["workerPoolSpecs"][0]["replicaCount"] = 1
    jobs[1]["createTime"] = "yesterday"
    collections["storage.googleapis.com/v1"]["buckets"][0]["versioning"]["enable"] = True
    document["iam_policies"]["projects/example-fraud-prod"]["bindings"][0]["member"] = []
    document["colections"] = {}
    problems = complaint(document).splitlines()
    assert problems == [
        "colections: unknown key",
        "aiplatform.googleapis.com/v1 endpoints[0].deployedModels[0].enableAcessLogging: unknown key",
        "aiplatform.googleapis.com/v1 endpoints[1].deployedModels[0].disableContainerLogging: "
        "expected true or false, got 'yes'",
        "aiplatform.googleapis.com/v1 customJobs[0].state: not one of the enum's values, got 'JOB_STATE_DONE'",
        "aiplatform.googleapis.com/v1 customJobs[0].jobSpec.workerPoolSpecs[0].replicaCount: "
        "expected a string (int64), got 1",
        "aiplatform.googleapis.com/v1 customJobs[1].createTime: expected an RFC 3339 time, got 'yesterday'",
        "storage.googleapis.com/v1 buckets[0].versioning.enable: unknown key",
        "iam_policies.projects/example-fraud-prod.bindings[0].member: unknown key",
    ]


def test_yaml_times_without_quotes_are_named(document):
    job = document["collections"]["aiplatform.googleapis.com/v1"]["customJobs"][0]
    job["createTime"] = yaml.safe_load("2026-11-18T02:00:00Z")
    assert "customJobs[0].createTime: expected a string (google-datetime)" in complaint(document)


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        ("models", f"projects/{NUMBER}/locations/europe-west4/endpoints/1", "is not the name of one of the models"),
        (
            "endpoints",
            "projects/elsewhere/locations/europe-west4/endpoints/1",
            "project elsewhere is not in this world",
        ),
        ("endpoints", f"projects/{NUMBER}/locations/mars/endpoints/1", "location mars is not among"),
        (
            "endpoints",
            "projects/example-fraud-prod/locations/europe-west4/endpoints/1000000000000000001",
            "is there twice",
        ),
    ],
)
def test_names_that_nobody_could_ask_for(document, kind, name, problem):
    document["collections"]["aiplatform.googleapis.com/v1"][kind].append({"name": name})
    assert problem in complaint(document)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"collections": {"vertexai.googleapis.com/v1": {}}}, "there is no such API"),
        ({"project": None}, "project: missing"),
        ({"project": {"projectId": "x", "number": "1"}}, "project.number: unknown key"),
        ({"project": {"projectId": "x"}}, "needs a projectId and a projectNumber"),
        ({"foreign_buckets": [{"name": "x", "projectNumber": "1"}]}, "readable: true or false"),
        ({"locations": {"vertex": ["europe-west4"]}}, "locations.vertex: no collection"),
        ({"apis": {"enabled": []}}, "apis.enabled: unknown key"),
        ({"replies": {"aiplatform.googleapis.com/v1/x": {}}}, "expected GET or POST"),
        (
            {"replies": {f"GET aiplatform.googleapis.com/v1/projects/{NUMBER}/locations": {"location": []}}},
            "locations.location: unknown key",
        ),
    ],
)
def test_wrong_world_files_are_refused(document, change, problem):
    changed = document | change
    if changed["project"] is None:
        del changed["project"]
    assert problem in complaint(changed)
