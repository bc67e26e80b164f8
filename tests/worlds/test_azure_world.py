"""The Azure world, driven with the clients that Microsoft ships."""

from __future__ import annotations

import copy
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import (
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.policies import RetryPolicy
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from worlds.azure import AzureWorld, split, within
from worlds.base import Fault, WorldError, read_world

FILE = Path(__file__).parent / "data" / "azure.yaml"
DOCUMENT = read_world(FILE.read_text(encoding="utf-8"), date(2026, 11, 22))
SUB = "/subscriptions/00000000-0000-0000-0000-000000000001"
RG = f"{SUB}/resourceGroups/rg-retina"
ML = f"{RG}/providers/Microsoft.MachineLearningServices/workspaces"
STORAGE = f"{RG}/providers/Microsoft.Storage/storageAccounts"
AI = f"{RG}/providers/Microsoft.CognitiveServices/accounts"
ROLES = "providers/Microsoft.Authorization/roleAssignments"


class Client:
    """What a scanner would do: log in, follow pages, raise on errors."""

    def __init__(self, world: AzureWorld, secret: str | None = None, retries: int = 0) -> None:
        env = world.env()
        self.credential = ClientSecretCredential(
            env["AZURE_TENANT_ID"],
            env["AZURE_CLIENT_ID"],
            secret or env["AZURE_CLIENT_SECRET"],
            authority=world.url,
            disable_instance_discovery=True,
            connection_verify=world.ca_path,
            retry_total=0,
        )
        policies = [
            RetryPolicy(retry_total=retries, retry_backoff_factor=0.01),
            ARMChallengeAuthenticationPolicy(self.credential, f"{world.url}/.default"),
        ]
        self.arm: ARMPipelineClient[Any, Any] = ARMPipelineClient(
            base_url=world.url, policies=policies, connection_verify=world.ca_path
        )

    def send(self, path: str, version: str = "2024-04-01", method: str = "GET", body: Any = None, **query: str) -> Any:
        query = query if "skiptoken" in path else {"api-version": version, **query}
        request = HttpRequest(method, self.arm.format_url(path), params=query, json=body)
        response = self.arm.send_request(request)
        response.raise_for_status()
        return response.json()

    def pages(self, path: str, **query: str) -> list[list[dict[str, Any]]]:
        found = [self.send(path, **query)]
        while "nextLink" in found[-1]:
            found.append(self.send(found[-1]["nextLink"]))
        return [page["value"] for page in found]

    def names(self, path: str, **query: str) -> list[str]:
        return [item["name"] for page in self.pages(path, **query) for item in page]


@pytest.fixture
def world() -> Iterator[AzureWorld]:
    with AzureWorld(DOCUMENT) as running:
        assert isinstance(running, AzureWorld)
        yield running


@pytest.fixture
def client(world: AzureWorld) -> Client:
    return Client(world)


def error_of(failed: HttpResponseError) -> dict[str, str]:
    response: Any = failed.response
    error = response.json()["error"]
    assert isinstance(error, dict)
    return error


def failure(call: Callable[[], Any]) -> tuple[int | None, str]:
    """Status and error code of the failure that the call must end in."""
    with pytest.raises(HttpResponseError) as caught:
        call()
    return caught.value.status_code, error_of(caught.value)["code"]


# -- reading --


def test_lists_workspaces_over_pages_and_logs_what_was_asked(world: AzureWorld, client: Client) -> None:
    pages = client.pages(f"{SUB}/providers/Microsoft.MachineLearningServices/workspaces")
    assert [len(page) for page in pages] == [3, 1]
    assert [item["name"] for page in pages for item in page] == [
        "ws-retina-prod",
        "ws-retina-dev",
        "ws-archive",
        "ws-pilot",
    ]
    assert pages[0][0]["properties"]["managedNetwork"]["isolationMode"] == "AllowOnlyApprovedOutbound"
    asked = [r for r in world.log if r.operation == "Microsoft.MachineLearningServices/workspaces/read"]
    assert [(r.verb, r.region, r.account, r.status, r.method) for r in asked] == [
        ("list", "global", SUB.rsplit("/", 1)[1], 200, "GET")
    ] * 2
    assert asked[0].resource == f"{SUB}/providers/Microsoft.MachineLearningServices/workspaces"
    assert world.operations() == {
        "oauth2.discovery",
        "oauth2.token",
        "Microsoft.MachineLearningServices/workspaces/read",
    }


def test_page_size_is_an_attribute(world: AzureWorld, client: Client) -> None:
    world.page_size = 1
    assert [len(page) for page in client.pages(ML)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("path", "operation", "names"),
    [
        ("/subscriptions", "Microsoft.Resources/subscriptions", None),
        (f"{SUB}/resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups", ["rg-retina", "rg-assist"]),
        (
            f"{ML}/ws-retina-dev/computes",
            "Microsoft.MachineLearningServices/workspaces/computes",
            ["ci-open", "ci-plain", "gpu-open", "vm-attached"],
        ),
        (
            f"{ML}/ws-retina-dev/onlineEndpoints",
            "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
            ["retina-open"],
        ),
        (
            f"{ML}/ws-retina-dev/onlineEndpoints/retina-open/deployments",
            "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
            ["blue", "green"],
        ),
        (AI, "Microsoft.CognitiveServices/accounts", ["openai-good", "openai-open"]),
        (f"{AI}/openai-open/deployments", "Microsoft.CognitiveServices/accounts/deployments", ["chat"]),
        (STORAGE, "Microsoft.Storage/storageAccounts", ["nwretinaprod", "nwretinadev", "nwretinaold"]),
        (f"{STORAGE}/nwretinaprod/blobServices", "Microsoft.Storage/storageAccounts/blobServices", ["default"]),
        (
            f"{AI}/openai-good/providers/Microsoft.Insights/diagnosticSettings",
            "Microsoft.Insights/diagnosticSettings",
            ["to-log-analytics"],
        ),
        (f"{AI}/openai-open/providers/microsoft.insights/diagnosticSettings/switched-off", "", None),
        (
            f"{SUB}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            ["id-retina", "id-scoring"],
        ),
    ],
)
def test_routes(world: AzureWorld, client: Client, path: str, operation: str, names: list[str] | None) -> None:
    if names is not None:
        assert client.names(path) == names
    elif operation:
        assert client.send(path)["value"][0]["displayName"] == "Northwind Example Clinical"
    else:
        assert client.send(path)["properties"]["logs"][0]["enabled"] is False
        operation = "Microsoft.Insights/diagnosticSettings"
    assert world.log[-1].operation == f"{operation}/read"
    assert world.log[-1].verb == ("get" if path.endswith("switched-off") else "list")


def test_every_item_in_a_list_can_be_fetched_by_its_id_in_any_casing(world: AzureWorld, client: Client) -> None:
    for resource in DOCUMENT["resources"]:
        wanted = {key: value for key, value in client.send(resource["id"].upper()).items() if key in resource}
        assert wanted == resource
        assert (world.log[-1].operation, world.log[-1].verb) == (f"{resource['type']}/read", "get")


def test_a_resource_of_another_group_is_not_in_the_list(client: Client) -> None:
    assert client.names(AI.replace("rg-retina", "rg-assist")) == ["ai-triage", "ai-plain"]
    assert client.names(f"{SUB}/providers/Microsoft.CognitiveServices/accounts")[2:] == ["ai-triage", "ai-plain"]


def test_role_assignments_are_inherited(client: Client) -> None:
    def ids(scope: str, **query: str) -> list[str]:
        return [name[-2:] for name in client.names(f"{scope}/{ROLES}", **query)]

    account = f"{STORAGE}/nwretinaprod"
    assert ids(SUB) == ["01", "02", "03", "04", "05", "06", "07", "08", "09"]
    assert ids(account) == ["01", "02", "03", "04", "06", "07"]
    assert ids(f"{STORAGE}/nwretinadev") == ["01", "04", "06", "07"]
    assert ids(SUB, **{"$filter": "atScope()"}) == ["01", "07"]
    assert ids(RG, **{"$filter": "atScope()"}) == ["01", "04", "06", "07"]
    scorer = "principalId eq '00000000-0000-0000-0000-0000000000D2'"
    assert ids(SUB, **{"$filter": scorer}) == ["03", "05"]
    assert ids(RG, **{"$filter": f"atScope() and {scorer}"}) == []
    assert failure(lambda: ids(SUB, **{"$filter": "roleName eq 'Owner'"})) == (400, "InvalidFilter")


def test_role_assignments_are_held_through_groups(world: AzureWorld, client: Client) -> None:
    def held(person: str) -> list[str]:
        asked = {"$filter": f"assignedTo('00000000-0000-0000-0000-0000000000{person}')"}
        return [name[-2:] for name in client.names(f"{SUB}/{ROLES}", **asked)]

    assert held("E8") == ["08"], "in a group that is in another"
    assert held("d1") == ["07"]
    assert held("d2") == ["03", "05"], "in none, with roles of its own"
    del world.document["group_members"]
    assert failure(lambda: held("d1")) == (400, "InvalidFilter")


def test_role_definitions(client: Client) -> None:
    path = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions"
    assert client.names(path, **{"$filter": "type eq 'CustomRole'"}) == ["00000000-0000-0000-0000-00000000f001"]
    assert len(client.names(path)) == 8
    owner = "providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    assert client.send(f"{SUB}/{owner}") == client.send(f"/{owner}")
    assert client.send(f"/{owner}")["properties"]["roleName"] == "Owner"
    assert failure(lambda: client.send(f"{path}/{'0' * 8}")) == (404, "RoleDefinitionDoesNotExist")


def test_whether_a_storage_account_name_is_free(world: AzureWorld, client: Client) -> None:
    def check(name: Any) -> dict[str, Any]:
        path = f"{SUB}/providers/Microsoft.Storage/checkNameAvailability"
        answer = client.send(path, method="POST", body={"name": name, "type": "Microsoft.Storage/storageAccounts"})
        assert isinstance(answer, dict)
        return answer

    assert check("nwretinapilot") == {"nameAvailable": True}
    assert (world.log[-1].operation, world.log[-1].verb) == ("Microsoft.Storage/checknameavailability/read", "get")
    assert check("nwretinaarchive")["reason"] == "AlreadyExists"
    assert check("nwretinaprod")["nameAvailable"] is False
    assert check("Not_A_Name")["reason"] == "AccountNameInvalid"
    assert failure(lambda: check(7)) == (400, "InvalidResourceType")


# -- errors of the caller's making --


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{ML}/nosuch", 404, "ResourceNotFound"),
        (f"{ML}/nosuch/computes", 404, "ResourceNotFound"),
        (f"{ML}/ws-pilot/computes/nosuch", 404, "ResourceNotFound"),
        (f"{AI}/nosuch/providers/Microsoft.Insights/diagnosticSettings", 404, "ResourceNotFound"),
        (f"{SUB}/resourceGroups/nosuch", 404, "ResourceGroupNotFound"),
        (ML.replace("rg-retina", "nosuch"), 404, "ResourceGroupNotFound"),
        (f"{ML.replace('rg-retina', 'nosuch')}/ws", 404, "ResourceGroupNotFound"),
        ("/subscriptions/00000000-0000-0000-0000-000000000009", 404, "SubscriptionNotFound"),
        (ML.replace("000000000001", "000000000009"), 404, "SubscriptionNotFound"),
        (f"{SUB}/providers/Microsoft.Nothing/things", 404, "InvalidResourceNamespace"),
        (f"{SUB}/providers/Microsoft.Storage/things", 404, "InvalidResourceType"),
        (f"{SUB}/providers/Fabrikam.Nothing", 404, "InvalidResourceNamespace"),
        ("/nothing", 404, "InvalidResourceNamespace"),
    ],
)
def test_what_does_not_exist(client: Client, path: str, status: int, code: str) -> None:
    assert failure(lambda: client.send(path)) == (status, code)


def test_the_api_version_is_required_and_looked_at(client: Client) -> None:
    assert failure(lambda: client.send(ML, version="")) == (400, "MissingApiVersionParameter")
    for version in ("latest", "2024-13-01", "2024-04-01-draft"):
        assert failure(partial(client.send, ML, version=version)) == (400, "InvalidApiVersionParameter")
    assert client.send(ML, version="2024-07-01-preview")["value"]


def test_a_broken_page_token_is_refused(client: Client) -> None:
    query = {"api-version": "2024-04-01", "$skiptoken": "!"}
    request = HttpRequest("GET", client.arm.format_url(ML), params=query)
    assert client.arm.send_request(request).json()["error"]["code"] == "InvalidSkipToken"


def test_nothing_can_be_changed_and_attempts_are_seen(world: AzureWorld, client: Client) -> None:
    assert failure(lambda: client.send(f"{ML}/ws-pilot", method="DELETE")) == (405, "MethodNotAllowed")
    assert world.log[-1].operation == "Microsoft.MachineLearningServices/workspaces/delete"
    assert failure(lambda: client.send(f"{ML}/ws-pilot", method="PUT", body={})) == (405, "MethodNotAllowed")
    assert world.log[-1].operation == "Microsoft.MachineLearningServices/workspaces/write"
    assert client.send(f"{ML}/ws-pilot")["name"] == "ws-pilot"


def test_an_unregistered_provider_lists_nothing() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["unregistered"] = ["Microsoft.Storage"]
    document["resources"] = [r for r in document["resources"] if "Microsoft.Storage" not in r["type"]]
    document["role_assignments"] = []
    with AzureWorld(document) as running:
        assert isinstance(running, AzureWorld)
        client = Client(running)
        assert client.names(f"{SUB}/providers/Microsoft.Storage/storageAccounts") == []
        body = {"name": "nwretinapilot", "type": "Microsoft.Storage/storageAccounts"}
        path = f"{SUB}/providers/Microsoft.Storage/checkNameAvailability"
        assert failure(lambda: client.send(path, method="POST", body=body)) == (409, "MissingSubscriptionRegistration")


# -- logging in --


def test_only_tokens_of_this_world_are_accepted(world: AzureWorld, client: Client) -> None:
    token = client.credential.get_token(f"{world.url}/.default").token
    assert token.count(".") == 2
    assert world.log[-1].operation == "oauth2.token"

    def get(authorization: str | None) -> requests.Response:
        headers = {"Authorization": authorization} if authorization else {}
        url = f"{world.url}/subscriptions?api-version=2022-12-01"
        return requests.get(url, headers=headers, verify=world.ca_path, timeout=60)

    assert get(f"Bearer {token}").status_code == 200
    for wrong in (None, "Bearer invented", f"Basic {token}"):
        refused = get(wrong)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_a_wrong_secret_or_tenant_gets_no_token(world: AzureWorld) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        Client(world, secret="wrong").send(ML)
    assert {request.operation for request in world.log} == {"oauth2.discovery", "oauth2.token"}
    refused = requests.post(f"{world.url}/other/oauth2/v2.0/token", data={}, verify=world.ca_path, timeout=60)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_tenant")


def test_instance_discovery_leads_to_the_token_endpoint(world: AzureWorld) -> None:
    found = requests.get(f"{world.url}/common/discovery/instance", verify=world.ca_path, timeout=60).json()
    configuration = requests.get(found["tenant_discovery_endpoint"], verify=world.ca_path, timeout=60).json()
    assert configuration["token_endpoint"] == f"{world.url}/{world.tenant}/oauth2/v2.0/token"


def test_the_environment_alone_is_enough(world: AzureWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    env = world.env()
    assert "AZURE_SUBSCRIPTION_ID" not in env
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    credential = ClientSecretCredential(
        env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"], env["AZURE_CLIENT_SECRET"], disable_instance_discovery=True
    )
    policy = ARMChallengeAuthenticationPolicy(credential, f"{world.url}/.default")
    arm: ARMPipelineClient[Any, Any] = ARMPipelineClient(base_url=env["MLPOSTURE_AZURE_ENDPOINT"], policies=[policy])
    response = arm.send_request(HttpRequest("GET", f"{world.url}/subscriptions", params={"api-version": "2022-12-01"}))
    assert response.json()["value"][0]["id"] == SUB


# -- faults --

COMPUTES = f"{ML}/ws-retina-dev/computes"
COMPUTES_READ = "Microsoft.MachineLearningServices/workspaces/computes/read"


def test_deny(world: AzureWorld, client: Client) -> None:
    world.faults = [Fault(COMPUTES_READ, "deny")]
    with pytest.raises(HttpResponseError) as caught:
        client.send(COMPUTES)
    assert caught.value.status_code == 403
    error = error_of(caught.value)
    assert error["code"] == "AuthorizationFailed"
    assert f"perform action '{COMPUTES_READ}' over scope '{ML}/ws-retina-dev' or" in error["message"]
    assert world.log[-1].status == 403
    assert client.names(f"{ML}/ws-retina-dev/onlineEndpoints") == ["retina-open"]


def test_a_fault_can_be_meant_for_one_verb_and_one_resource(world: AzureWorld, client: Client) -> None:
    world.faults = [Fault(COMPUTES_READ, "deny", verb="get", resource="*/ci-open")]
    assert "ci-open" in client.names(COMPUTES)
    assert failure(lambda: client.send(f"{COMPUTES}/ci-open")) == (403, "AuthorizationFailed")
    assert client.send(f"{COMPUTES}/ci-plain")["name"] == "ci-plain"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttle", 429, "TooManyRequests"),
        ("error", 500, "InternalServerError"),
        ("disabled", 409, "MissingSubscriptionRegistration"),
    ],
)
def test_faults_that_answer(world: AzureWorld, client: Client, kind: str, status: int, code: str) -> None:
    world.faults = [Fault(COMPUTES_READ, kind)]
    assert failure(lambda: client.send(COMPUTES)) == (status, code)


def test_a_throttled_client_waits_and_succeeds(world: AzureWorld) -> None:
    world.faults = [Fault(COMPUTES_READ, "throttle", times=1)]
    started = time.monotonic()
    assert len(Client(world, retries=2).names(COMPUTES)) == 4
    assert time.monotonic() - started >= 1
    assert [r.status for r in world.log if r.operation == COMPUTES_READ] == [429, 200, 200]


def test_malformed(world: AzureWorld, client: Client) -> None:
    world.faults = [Fault(COMPUTES_READ, "malformed")]
    with pytest.raises((DecodeError, json.JSONDecodeError)):
        client.send(COMPUTES)
    assert world.log[-1].status == 200


def test_reset(world: AzureWorld, client: Client) -> None:
    world.faults = [Fault(COMPUTES_READ, "reset")]
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.send(COMPUTES)


def test_timeout(world: AzureWorld, client: Client) -> None:
    world.hold_seconds = 0.3
    world.faults = [Fault(COMPUTES_READ, "timeout")]
    started = time.monotonic()
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.send(COMPUTES)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("kind", "status"), [("deny", 401), ("throttle", 429), ("error", 503)])
def test_faults_at_the_token_endpoint(world: AzureWorld, kind: str, status: int) -> None:
    world.faults = [Fault("oauth2.token", kind)]
    with pytest.raises((ClientAuthenticationError, HttpResponseError)):
        Client(world).send(ML)
    assert [r.status for r in world.log if r.operation == "oauth2.token"] == [status]


def test_a_client_that_never_speaks_tls_holds_nobody_up(world: AzureWorld, client: Client) -> None:
    with socket.create_connection(("127.0.0.1", world.port)):
        assert client.send("/subscriptions")["value"]


# -- running --


def test_leaves_no_files() -> None:
    world = AzureWorld(DOCUMENT)
    world.start()
    directory = Path(world.ca_path).parent
    world.close()
    assert not directory.exists()


def test_the_world_must_be_trusted_first(world: AzureWorld) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{world.url}/subscriptions", timeout=60, verify=True)


# -- validation --


def complaints(change: Callable[[dict[str, Any]], object]) -> list[str]:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(WorldError) as caught:
        AzureWorld(document)
    return str(caught.value).splitlines()


def resource(document: dict[str, Any], end: str) -> dict[str, Any]:
    (found,) = (item for item in document["resources"] if item["id"].endswith(end))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("end", "path", "value", "complaint"),
    [
        ("ws-retina-prod", "publicNetworkAcces", "Disabled", ".properties.publicNetworkAcces: unknown key"),
        ("ws-retina-prod", "hbiWorkspace", "yes", ".properties.hbiWorkspace: expected bool, got str 'yes'"),
        ("ws-retina-prod", "privateLinkCount", True, ".properties.privateLinkCount: expected int, got bool True"),
        ("ws-retina-prod", "publicNetworkAccess", "Off", ".properties.publicNetworkAccess: 'Off' is not one of"),
        ("ws-retina-prod", "managedNetwork.isolationMode", "No", "isolationMode: 'No' is not one of Disabled, Allow"),
        ("ws-retina-prod", "encryption.keyVaultProperties.keyName", "k", "keyVaultProperties.keyName: unknown key"),
        ("ws-retina-prod", "privateEndpointConnections", {}, "privateEndpointConnections: expected a list, got dict"),
        ("ci-open", "properties.remoteLoginPortPublicAccess", "Enabled", "remoteLoginPortPublicAccess: unknown key"),
        ("ci-open", "properties.sshSettings.sshPublicAccess", True, "sshPublicAccess: True is not one of Enabled"),
        ("ci-open", "properties.sshSettings", "no", "sshSettings: expected an object, got str 'no'"),
        ("ci-open", "properties.enableRootAccess", "true", "enableRootAccess: expected bool, got str"),
        ("ci-open", "computeType", "Instance", ".properties: computeType 'Instance' is not one of AKS, AmlCompute"),
        ("gpu-open", "properties.enableRootAccess", True, ".properties.properties.enableRootAccess: unknown key"),
        ("retina-open", "authMode", "None", ".properties.authMode: 'None' is not one of"),
        ("retina-open", "traffic.blue", "all", ".properties.traffic.blue: expected int, got str"),
        ("deployments/green", "environmentVariables", {"A": 1}, "environmentVariables.A: expected str, got int 1"),
        ("openai-open", "networkAcls.defaultAction", "Sometimes", "defaultAction: 'Sometimes' is not one of"),
        ("openai-open", "disableLocalAuth", 0, ".properties.disableLocalAuth: expected bool, got int 0"),
        ("openai-open", "allowedFqdnList", ["a", 1], ".properties.allowedFqdnList[1]: expected str, got int 1"),
        ("nwretinadev", "minimumTlsVersion", "TLS1.2", ".properties.minimumTlsVersion: 'TLS1.2' is not one of"),
        ("nwretinadev", "supportsHttpsTraffic", True, ".properties.supportsHttpsTraffic: unknown key"),
        ("nwretinadev", "encryption.keySource", "Vault", ".properties.encryption.keySource: 'Vault' is not one of"),
        ("nwretinadev/blobServices/default", "isVersioningEnabled", "on", "isVersioningEnabled: expected bool"),
        ("id-scoring", "principal", "x", ".properties.principal: unknown key"),
    ],
)
def test_what_the_models_do_not_know_is_named(end: str, path: str, value: Any, complaint: str) -> None:
    def change(document: dict[str, Any]) -> None:
        holder = resource(document, f"/{end}")["properties"]
        *parents, last = path.split(".")
        for parent in parents:
            holder = holder[parent]
        holder[last] = value

    (line,) = complaints(change)
    assert complaint in line
    assert f"/{end}." in line


def test_all_problems_are_listed() -> None:
    def change(document: dict[str, Any]) -> None:
        resource(document, "/ws-pilot")["properties"]["one"] = 1
        resource(document, "/nwretinaold")["colour"] = "blue"
        document["role_assignments"][0]["properties"]["principalType"] = "Robot"
        document["role_definitions"][0]["properties"]["permissions"][0]["action"] = []

    lines = complaints(change)
    assert len(lines) == 4
    assert "role_definitions[0]" in lines[2]
    assert lines[2].endswith(".properties.permissions[0].action: unknown key")
    assert "principalType: 'Robot' is not one of" in lines[3]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: d.update(extra=1), "extra: unknown key"),
        (lambda d: d.pop("tenant"), "tenant: missing"),
        (lambda d: d["resources"].append({"type": "x"}), "no id"),
        (lambda d: d["resources"].append(d["resources"][0]), "there are two of it"),
        (lambda d: d["resources"][0].update(type="Microsoft.Storage/storageAccounts"), "the id is not that of a"),
        (
            lambda d: d["resources"].append({"id": f"{RG}/providers/A.B/cs/d", "type": "A.B/cs"}),
            "no model for the type A.B/cs",
        ),
        (
            lambda d: d["resources"].append({"id": f"{ML}/no/computes/c", "type": COMPUTES_READ.removesuffix("/read")}),
            "what it belongs to does not exist",
        ),
        (lambda d: d["unregistered"].append("Microsoft.ManagedIdentity"), "its provider is unregistered"),
        (lambda d: d["role_assignments"][0]["properties"].update(scope=RG), "not the scope of the id"),
        (lambda d: d["role_definitions"].pop(0), "no such role definition"),
        (lambda d: d["subscription"].update(subscriptionId="other"), "outside the subscription"),
    ],
)
def test_a_world_must_hang_together(change: Callable[[dict[str, Any]], object], complaint: str) -> None:
    assert all(complaint in line for line in complaints(change))


def test_ids_are_taken_apart() -> None:
    assert split(f"{ML}/ws/computes/c1") == (f"{ML}/ws", "Microsoft.MachineLearningServices/workspaces/computes", "c1")
    assert split(f"{ML}/ws/computes") == (f"{ML}/ws", "Microsoft.MachineLearningServices/workspaces/computes", "")
    assert split(ML.lower()) == (RG.lower(), "Microsoft.MachineLearningServices/workspaces", "")
    assert within(f"{RG}/x", RG.upper())
    assert not within(f"{RG}-other", RG)
