"""What the Azure world answers in bulk: Resource Graph, batches, permissions, management groups."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.identity import ClientSecretCredential
from scanning import document
from worlds.azure import AzureWorld
from worlds.base import Fault, WorldError

from checks.azure.client.census import _ROWS

SUB, SPARE, COSTS = (f"00000000-0000-0000-0000-00000000000{n}" for n in "123")
ML = f"/subscriptions/{SUB}/resourceGroups/rg-retina/providers/Microsoft.MachineLearningServices/workspaces"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
GROUPS = "/providers/Microsoft.Management/managementGroups"
COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes/read"


def tree() -> dict[str, Any]:
    changed = document("azure")
    changed["more_subscriptions"] = [{"subscriptionId": SPARE}, {"subscriptionId": COSTS, "reader": False}]
    changed["management_groups"] = {"top": ["inner", SPARE], "inner": [SUB]}
    return changed


@pytest.fixture
def world() -> Iterator[AzureWorld]:
    with AzureWorld(tree()) as running:
        assert isinstance(running, AzureWorld)
        yield running


class Client:
    def __init__(self, world: AzureWorld) -> None:
        env = world.env()
        names = [env[f"AZURE_{name}"] for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")]
        options = {"authority": world.url, "disable_instance_discovery": True, "connection_verify": world.ca_path}
        token = ClientSecretCredential(*names, **options).get_token(f"{world.url}/.default").token
        self.world, self.headers = world, {"Authorization": f"Bearer {token}"}

    def send(self, path: str, body: Any = None) -> requests.Response:
        method = "GET" if body is None else "POST"
        url, query = f"{self.world.url}{path}", {"api-version": "2022-10-01"}
        return requests.request(
            method, url, params=query, json=body, headers=self.headers, verify=self.world.ca_path, timeout=60
        )

    def get(self, path: str) -> Any:
        return self.send(path).json()


@pytest.fixture
def client(world: AzureWorld) -> Client:
    return Client(world)


# -- Resource Graph --------------------------------------------------------------------------------------------------


def rows(client: Client, **body: Any) -> list[tuple[str, str]]:
    found, options = [], {"$top": 1000}
    while True:
        page = client.send(GRAPH, {"query": _ROWS, "options": options, **body}).json()
        assert page["count"] == len(page["data"]) <= client.world.page_size
        found += [(row["id"], row["type"]) for row in page["data"]]
        if "$skipToken" not in page:
            assert page["totalRecords"] == len(found)
            return found
        options["$skipToken"] = page["$skipToken"]


def test_resource_graph_lists_what_may_be_read(world: AzureWorld, client: Client) -> None:
    found = rows(client, subscriptions=[SUB, SPARE, COSTS, "unknown"])

    kinds = [kind.rpartition("/")[2] for _, kind in found]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "workspaces": 4,
        "accounts": 4,
        "networksecurityperimeters": 1,
        "subscriptions": 3,
    }
    assert found == sorted(found)
    assert all(kind == kind.lower() for _, kind in found)
    assert (world.log[-1].operation, world.log[-1].verb) == ("Microsoft.ResourceGraph/resources/read", "list")
    assert [identifier for identifier, _ in rows(client, subscriptions=[SPARE])] == [f"/subscriptions/{SPARE}"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "resources"}, "InvalidQuery"),
        ({"query": _ROWS, "options": {"$limit": 1}}, "InvalidQuery"),
        ({"query": _ROWS, "subscriptions": ["x"] * 1001}, "BadRequest"),
        ({"query": _ROWS, "extra": 1}, "InvalidRequestContent"),
        ([], "InvalidRequestContent"),
    ],
)
def test_other_queries_are_refused(client: Client, body: Any, code: str) -> None:
    refused = client.send(GRAPH, body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)


# -- batches ---------------------------------------------------------------------------------------------------------


def batch(client: Client, *urls: str, method: str = "GET") -> requests.Response:
    asked = [{"httpMethod": method, "name": str(n), "url": url} for n, url in enumerate(urls)]
    return client.send("/batch", {"requests": asked})


def test_a_batch_answers_as_each_request_would_be_answered_alone(world: AzureWorld, client: Client) -> None:
    paths = [f"{ML}/ws-pilot", f"{ML}/nosuch", f"{ML}/ws-retina-dev/computes"]
    answers = batch(client, *(f"{path}?api-version=2024-04-01" for path in paths)).json()["responses"]

    assert [answer["name"] for answer in answers] == ["2", "1", "0"]
    for answer in answers:
        alone = client.send(paths[int(answer["name"])])
        assert answer["httpStatusCode"] == alone.status_code
        content = {key: value for key, value in answer["content"].items() if key != "nextLink"}
        assert content == {key: value for key, value in alone.json().items() if key != "nextLink"}
    assert [request.operation for request in world.sent()].count("batch") == 1
    assert {"Microsoft.MachineLearningServices/workspaces/read", COMPUTES} <= world.operations()


def test_nothing_can_be_changed_through_a_batch(client: Client) -> None:
    [answer] = batch(client, f"{ML}/ws-pilot?api-version=2024-04-01", method="DELETE").json()["responses"]

    assert (answer["httpStatusCode"], answer["content"]["error"]["code"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("body", [{"requests": []}, {"requests": [{"url": "/x"}] * 2}, {"requests": 7}])
def test_a_batch_has_a_form_and_a_size(client: Client, body: Any) -> None:
    assert client.send("/batch", body).json()["error"]["code"] == "InvalidBatchRequest"
    assert batch(client, *["/x"] * 21).json()["error"]["code"] == "InvalidBatchRequest"


@pytest.mark.parametrize(("kind", "status"), [("deny", 403), ("throttle", 429), ("error", 500)])
def test_faults_strike_inside_a_batch(world: AzureWorld, client: Client, kind: str, status: int) -> None:
    world.faults.append(Fault(COMPUTES, kind))
    paths = [f"{ML}/ws-retina-dev/computes?api-version=2024-04-01", f"{ML}/ws-pilot?api-version=2024-04-01"]
    answers = {answer["name"]: answer["httpStatusCode"] for answer in batch(client, *paths).json()["responses"]}

    assert answers == {"0": status, "1": 200}


def test_a_connection_that_breaks_inside_a_batch_breaks_it(world: AzureWorld, client: Client) -> None:
    world.faults.append(Fault(COMPUTES, "reset"))

    with pytest.raises(requests.ConnectionError):
        batch(client, f"{ML}/ws-retina-dev/computes?api-version=2024-04-01")


# -- permissions and groups ------------------------------------------------------------------------------------------


def test_permissions_are_those_of_the_scope(world: AzureWorld, client: Client) -> None:
    def actions(scope: str) -> list[str]:
        [permission] = client.get(f"{scope}/providers/Microsoft.Authorization/permissions")["value"]
        found = permission["actions"]
        assert isinstance(found, list)
        return found

    assert actions(f"/subscriptions/{SUB}") == actions(f"/subscriptions/{SPARE}") == actions(f"{GROUPS}/top")
    assert "*/read" in actions(f"{GROUPS}/top")
    assert "*/read" not in actions(f"/subscriptions/{COSTS}")
    assert world.log[-1].operation == "Microsoft.Authorization/permissions/read"


def test_a_subscription_that_may_not_be_read_refuses(client: Client) -> None:
    path = "providers/Microsoft.MachineLearningServices/workspaces"

    assert client.get(f"/subscriptions/{SPARE}/{path}") == {"value": []}
    assert client.get(f"/subscriptions/{COSTS}/{path}")["error"]["code"] == "AuthorizationFailed"
    assert [one["id"][-1] for one in client.get("/subscriptions")["value"]] == ["1", "2", "3"]


def test_descendants_are_groups_and_subscriptions(world: AzureWorld, client: Client) -> None:
    found = client.get(f"{GROUPS}/top/descendants")["value"]

    assert [(item["type"], item["name"]) for item in found] == [
        ("Microsoft.Management/managementGroups", "inner"),
        ("/subscriptions", SUB),
        ("/subscriptions", SPARE),
    ]
    assert found[1]["id"] == f"/subscriptions/{SUB}"
    assert found[1]["properties"]["parent"]["id"] == f"{GROUPS}/inner"
    assert world.log[-1].operation == "Microsoft.Management/managementGroups/descendants/read"
    assert client.get(f"{GROUPS}/nosuch/descendants")["error"]["code"] == "AuthorizationFailed"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"more_subscriptions": [{"displayName": "x"}]}, "subscriptionId always"),
        ({"more_subscriptions": [{"subscriptionId": SPARE, "owner": "x"}]}, "more_subscriptions"),
        ({"management_groups": {"a": ["b"], "b": ["a"]}}, "management_groups.a: is below itself"),
        ({"management_groups": {"a": ["a"]}}, "management_groups.a: is below itself"),
    ],
)
def test_subscriptions_and_groups_must_hang_together(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WorldError, match=complaint.replace("[", r"\[")):
        AzureWorld({**copy.deepcopy(tree()), **change})
