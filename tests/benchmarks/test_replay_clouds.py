"""The replay server with a generated Google Cloud and a generated Azure: requests over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from replays import Server, replaying, scanned

OPTIONS = ("--per-kind=30", "--buckets=4", "--roles=12", "--accounts=13")
FIRST = "00000000-0000-0000-0000-000000000001"
ML = "Microsoft.MachineLearningServices/workspaces"
GRAPH = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"


@pytest.fixture(scope="module")
def google() -> Iterator[Server]:
    with replaying("gcp", "--populated-regions=2", *OPTIONS) as running:
        yield running


@pytest.fixture(scope="module")
def azure() -> Iterator[Server]:
    with replaying("azure", *OPTIONS) as running:
        yield running


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest) -> None:
    for name in {"google", "azure"}.intersection(request.fixturenames):
        request.getfixturevalue(name).manage("faults", {"deny": []})
        request.getfixturevalue(name).manage("reset", {})


def ask(server: Server, path: str, body: Any = None, **query: Any) -> requests.Response:
    trusted = server.env().get("REQUESTS_CA_BUNDLE", True)
    with requests.Session() as plain:
        plain.trust_env = False
        url = path if path.startswith("https://") else f"{server.url}/{path.lstrip('/')}"
        headers = {"Authorization": "Bearer invented"}
        method = "GET" if body is None else "POST"
        return plain.request(method, url, params=query, json=body, headers=headers, verify=trusted, timeout=10)


def pages(server: Server, path: str, member: str, **query: Any) -> list[list[Any]]:
    """Items of a Google listing, page by page."""
    found = []
    while True:
        page = ask(server, path, **query).json()
        found.append(page.get(member, []))
        if "nextPageToken" not in page:
            return found
        query["pageToken"] = page["nextPageToken"]


# -- Google Cloud ------------------------------------------------------------------------------------------------------


def test_vertex_pages_of_all_locations_add_up(google: Server) -> None:
    (places,) = pages(google, "aiplatform.googleapis.com/v1/projects/replay-0000/locations", "locations", pageSize=100)
    assert len(places) == 38
    seen = []
    for place in (location["locationId"] for location in places[:3]):
        path = f"{place}-aiplatform.googleapis.com/v1/projects/replay-0000/locations/{place}/models"
        seen += [model["displayName"] for page in pages(google, path, "models", pageSize=7) for model in page]
    assert sorted(seen) == [f"model-{index:06d}" for index in range(30)]
    assert google.calls()["aiplatform.models.list"] == 3 + 3 + 1
    assert ask(google, path.replace(place, "mars-east1")).status_code == 404


def test_jobs_are_filtered_by_creation_time(google: Server) -> None:
    path = "us-central1-aiplatform.googleapis.com/v1/projects/100000000000/locations/us-central1/customJobs"
    jobs = ask(google, path).json()["customJobs"]
    middle = jobs[7]["createTime"]
    assert ask(google, path, filter=f'create_time>="{middle}"').json()["customJobs"] == jobs[:8]
    assert ask(google, path, filter=f'create_time<"{middle}"').json()["customJobs"] == jobs[8:]
    running = [job for job in jobs if job["state"] == "JOB_STATE_RUNNING"]
    assert ask(google, path, filter='state="JOB_STATE_RUNNING"').json().get("customJobs", []) == running
    either = ask(google, path, filter=f'create_time<"{middle}" OR state="JOB_STATE_RUNNING"').json()["customJobs"]
    assert either == [job for job in jobs if job in running or job in jobs[8:]]
    assert ask(google, path, filter="state=JOB_STATE_RUNNING").status_code == 400


def test_assets_hold_what_the_services_answer(google: Server) -> None:
    kinds = {
        "aiplatform.googleapis.com/Model": 30,
        "aiplatform.googleapis.com/Endpoint": 30,
        "aiplatform.googleapis.com/CustomJob": 30,
        "notebooks.googleapis.com/Instance": 30,
        "storage.googleapis.com/Bucket": 4,
        "iam.googleapis.com/ServiceAccount": 12,
    }
    path, query = "cloudasset.googleapis.com/v1/projects/replay-0001/assets", {"assetTypes": list(kinds)}
    found = pages(google, path, "assets", contentType="RESOURCE", pageSize=50, **query)
    assert [len(page) for page in found] == [50, 50, 36]
    assets = [asset for page in found for asset in page]
    assert {kind: sum(asset["assetType"] == kind for asset in assets) for kind in kinds} == kinds
    assert len({asset["name"] for asset in assets}) == 136
    for asset in assets:
        host, _, name = asset["name"].removeprefix("//").partition("/")
        data, place = asset["resource"]["data"], asset["resource"]["location"]
        prefix = {"storage": "storage/v1/b", "iam": "v1", "notebooks": "v2"}.get(host.partition(".")[0], "v1")
        regional = f"{place}-{host}" if host.startswith("aiplatform") else host
        if host.startswith("iam"):  # the inventory names accounts by their unique ids
            assert name.endswith(data["uniqueId"])
            name = data["name"]
        assert ask(google, f"{regional}/{prefix}/{name}").json() == data
        above = "projects/100000000001 folders/800000000001 folders/800000000000 organizations/900000000001"
        assert asset["ancestors"] == above.split()


def test_assets_are_searched_below_projects_folders_and_the_organisation(google: Server) -> None:
    counts = {"projects/replay-0012": 1, "folders/800000000002": 3, "folders/800000000000": 13}
    for scope, projects in {**counts, "organizations/900000000001": 13}.items():
        path, kind = f"cloudasset.googleapis.com/v1/{scope}:searchAllResources", "aiplatform.googleapis.com/Model"
        found = pages(google, path, "results", assetTypes=kind, pageSize=500, readMask="name")
        names = {result["name"] for page in found for result in page}
        assert len(names) == 30 * projects
        assert all(result.keys() == {"name"} for page in found for result in page)
    assert ask(google, "cloudasset.googleapis.com/v1/folders/1:searchAllResources").status_code == 403
    policies = ask(google, "cloudasset.googleapis.com/v1/projects/replay-0012:searchAllIamPolicies").json()["results"]
    assert len(policies) == 4 + 1


def test_folders_lead_to_every_project(google: Server) -> None:
    manager = "cloudresourcemanager.googleapis.com/v3"
    todo, projects = ["organizations/900000000001"], []
    while todo:
        parent = todo.pop()
        todo += [
            folder["name"] for folder in ask(google, f"{manager}/folders", parent=parent).json().get("folders", [])
        ]
        projects += [
            project["projectId"]
            for page in pages(google, f"{manager}/projects", "projects", parent=parent, pageSize=4)
            for project in page
        ]
    assert sorted(projects) == [f"replay-{index:04d}" for index in range(13)]
    assert len(ask(google, f"{manager}/projects:search").json()["projects"]) == 13
    assert ask(google, f"{manager}/projects/replay-0003").json()["name"] == "projects/100000000003"


def test_google_says_how_it_refuses() -> None:
    with replaying("gcp", "--limit=storage.*=0.1/1", "--limit=iam.*=0.1/1", "--retry-after", *OPTIONS) as limited:
        for path in ("storage.googleapis.com/storage/v1/b?project=replay-0000", "iam.googleapis.com/v1/roles/owner"):
            assert ask(limited, path).status_code == 200
            refused = ask(limited, path)
            assert (refused.status_code, refused.headers["Retry-After"].isdigit()) == (429, True)
        assert refused.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
        limited.manage("faults", {"deny": ["iam.*"]})
        assert ask(limited, path).json()["error"]["status"] == "PERMISSION_DENIED"
        assert limited.counters()["operations"]["iam.roles.get"] == {"calls": 3, "throttled": 1, "errors": 1}


GOOGLE_PLANTED = {
    "vertex_endpoint_public": ("endpoints", lambda index: index % 2 == 0),
    "vertex_endpoint_requests_not_logged": ("endpoints", lambda index: index % 4 == 0),
    "vertex_endpoint_single_replica": ("endpoints", lambda index: index % 5 == 0),
    "vertex_model_without_own_key": ("models", lambda index: index % 3 == 0),
    "vertex_model_image_unpinned": ("models", lambda index: index % 4 == 0),
    "vertex_custom_job_public_network": ("customJobs", lambda index: index % 3 == 0),
    "vertex_custom_job_interactive_shell": ("customJobs", lambda index: index == 0),  # of these, only the first runs
    "vertex_custom_job_without_service_account": ("customJobs", lambda index: index % 5 == 0),
    "vertex_workbench_public_ip": ("instances", lambda index: index % 2 == 0),
    "vertex_workbench_root_access": ("instances", lambda index: index % 3 == 0),
    "vertex_workbench_boot_disk_without_own_key": ("instances", lambda index: index % 4 == 0),
}


def test_a_scan_of_google_has_no_gap_and_finds_what_was_planted(google: Server) -> None:
    inventory, verdicts = scanned(google, "gcp")
    assert not inventory.gaps
    assert [about for about, status in verdicts.items() if status == "unknown"] == []
    first = {"endpoints": 10**18, "models": 2 * 10**18, "customJobs": 3 * 10**18}
    for check, (collection, wrong) in GOOGLE_PLANTED.items():
        found = {name for (slug, name), status in verdicts.items() if slug == check and status == "fail"}
        expected = [index for index in range(30) if wrong(index)]
        names = [f"notebook-{i:06d}" if collection == "instances" else str(first[collection] + i) for i in expected]
        assert found == set(names), check


# -- Azure -------------------------------------------------------------------------------------------------------------


def arm(server: Server, path: str, **query: str) -> Any:
    return ask(server, path, **{"api-version": "2025-06-01", **query}).json()


def test_azure_listings_add_up_and_follow_their_parents() -> None:
    with replaying("azure", "--per-kind=250", "--count=workspaces=3") as large:
        root = f"/subscriptions/{FIRST}"
        workspaces = arm(large, f"{root}/providers/{ML}")["value"]
        assert [workspace["name"] for workspace in workspaces] == ["ws-000000", "ws-000001", "ws-000002"]
        seen = []
        for workspace in workspaces:
            inside = arm(large, f"{workspace['id'].lower()}/computes")["value"]
            seen += [compute["name"] for compute in inside]
            assert arm(large, inside[0]["id"])["properties"]["properties"]["vmSize"]
            assert "properties" not in inside[0]["properties"]
        assert sorted(seen) == [f"ci-{index:06d}" for index in range(250)]
        assert arm(large, f"{workspaces[0]['id']}/computes/ci-000001")["error"]["code"] == "ResourceNotFound"
        accounts, page = [], arm(large, f"{root}/providers/Microsoft.CognitiveServices/accounts")
        while True:
            accounts += page["value"]
            if "nextLink" not in page:
                break
            page = ask(large, page["nextLink"]).json()
        assert len({account["id"] for account in accounts}) == 250


def test_resource_graph_gives_whole_resources_of_the_types_asked_for(azure: Server) -> None:
    query = f"resources | where type in~ ('{ML}', '{ML}/onlineEndpoints') | order by id asc"
    body = {"subscriptions": [FIRST], "query": query, "options": {"$top": 25}}
    rows = []
    while True:
        page = ask(azure, GRAPH, body).json()
        rows += page["data"]
        assert page["totalRecords"] == 60
        if "$skipToken" not in page:
            break
        body["options"] = {"$top": 25, "$skipToken": page["$skipToken"]}
    assert len({row["id"] for row in rows}) == 60
    assert azure.calls() == {"Microsoft.ResourceGraph/resources/read": 3}
    for row in rows:
        whole = arm(azure, row["id"])
        assert (row["properties"], row["kind"]) == (whole["properties"], whole["kind"])
        assert (row["type"], row["subscriptionId"]) == (whole["type"].lower(), FIRST)


def test_resource_graph_reads_management_groups_columns_and_assignments(azure: Server) -> None:
    def found(query: str, **scope: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = ask(azure, GRAPH, {"query": query, **scope}).json()["data"]
        return rows

    storage = "Resources | where type =~ 'Microsoft.Storage/storageAccounts' | project id, name"
    assert len(found(storage)) == 13 * 4
    rows = found(storage, managementGroups=["mg-1"])
    assert len(rows) == 3 * 4
    assert rows[0].keys() == {"id", "name"}
    assignments = "authorizationresources | where type =~ 'microsoft.authorization/roleassignments'"
    listed = arm(azure, f"/subscriptions/{FIRST}/providers/Microsoft.Authorization/roleAssignments")["value"]
    rows = found(assignments, subscriptions=[FIRST])
    assert [row["properties"] for row in rows] == [assignment["properties"] for assignment in listed]
    one = listed[3]["properties"]["principalId"]
    filtered = f"/subscriptions/{FIRST}/providers/Microsoft.Authorization/roleAssignments"
    assert arm(azure, filtered, **{"$filter": f"assignedTo('{one}')"})["value"] == [listed[3]]

    refused = ask(azure, GRAPH, {"query": "resources | where location == 'westeurope'"})
    assert refused.status_code == 400


def test_management_groups_lead_to_every_subscription(azure: Server) -> None:
    groups = "/providers/Microsoft.Management/managementGroups"
    below = arm(azure, f"{groups}/mg-root/descendants")["value"]
    subscriptions = [item["name"] for item in below if item["type"] == "/subscriptions"]
    assert len(subscriptions) == 13
    assert [item["name"] for item in below if item["type"] != "/subscriptions"] == ["mg-0", "mg-1"]
    assert len(arm(azure, f"{groups}/mg-1/descendants")["value"]) == 3
    listed = arm(azure, "/subscriptions")["value"]
    assert [subscription["subscriptionId"] for subscription in listed] == subscriptions


def test_a_batch_answers_in_order_and_each_request_counts() -> None:
    version = "?api-version=2025-06-01"
    with replaying("azure", "--limit=*/computes/read=0.1/2", *OPTIONS) as limited:
        workspaces = [f"/subscriptions/{FIRST}/resourceGroups/rg-ml/providers/{ML}/ws-{i:06d}" for i in range(3)]
        inner = [
            {"httpMethod": "GET", "name": str(n), "url": f"{limited.url}{workspace}/computes{version}"}
            for n, workspace in enumerate(workspaces)
        ]
        inner.append({"httpMethod": "GET", "relativeUrl": f"{workspaces[0]}/onlineEndpoints{version}"})
        replies = ask(limited, "/batch?api-version=2020-06-01", {"requests": inner}).json()["responses"]
        assert [reply["httpStatusCode"] for reply in replies] == [200, 200, 429, 200]
        assert [reply.get("name") for reply in replies] == ["0", "1", "2", None]
        assert replies[2]["headers"]["Retry-After"].isdigit()
        assert replies[2]["content"]["error"]["code"] == "TooManyRequests"
        assert replies[1]["content"]["value"][0]["name"] == "ci-000001"
        counted = limited.counters()["operations"]
        assert counted[f"{ML}/computes/read"] == {"calls": 3, "throttled": 1, "errors": 0}
        assert counted["Microsoft.Resources/batch/action"]["calls"] == 1
        many = {"requests": inner * 6}
        assert ask(limited, "/batch?api-version=2020-06-01", many).status_code == 400


AZURE_PLANTED = {
    "azure_ml_workspace_public_network_access": ("ws", lambda index: index % 2 == 0),
    "azure_ml_workspace_without_customer_key": ("ws", lambda index: index % 3 == 0),
    "azure_ml_workspace_without_private_endpoint": ("ws", lambda index: index % 4 == 0),
    "azure_ml_compute_public_ip": ("ci", lambda index: index % 4 == 0),
    "azure_ml_compute_instance_root_access_enabled": ("ci", lambda index: index % 5 == 0),
    "azure_ml_online_endpoint_key_auth": ("ep", lambda index: index % 2 == 0),
    "azure_ml_endpoint_identity_privileged": ("ep", lambda index: index in (0, 10)),
    "azure_ml_online_deployment_single_instance": ("dep", lambda index: index % 3 == 0),
    "azure_ml_online_deployment_without_data_collection": ("dep", lambda index: index % 4 == 0),
    "azure_ai_account_public_network_access": ("ai", lambda index: index % 2 == 0),
    "azure_ai_account_local_auth_enabled": ("ai", lambda index: index % 3 == 0),
}


def test_a_scan_of_azure_has_no_gap_and_finds_what_was_planted(azure: Server) -> None:
    inventory, verdicts = scanned(azure, "azure", subscriptions=(FIRST,))
    assert not inventory.gaps
    assert [about for about, status in verdicts.items() if status == "unknown"] == []
    for check, (prefix, wrong) in AZURE_PLANTED.items():
        found = {name for (slug, name), status in verdicts.items() if slug == check and status == "fail"}
        assert found == {f"{prefix}-{index:06d}" for index in range(30) if wrong(index)}, check
