"""Azure resources made from an index. What is planted, by index from 0 (`every nth`: 0, n, 2n, ...):

workspaces   every 2nd with public network access, every 3rd without key, every 4th without private endpoint, every 5th
             without managed network
computes     every 2nd with local accounts, every 3rd without subnet, every 4th with public addresses, every 5th with
             root
endpoints    every 2nd with key authentication, every 3rd with public network access
deployments  every 2nd without Application Insights, every 3rd on one instance, every 4th without data collection;
             number 49 of fifty has a password in its environment
accounts     every 2nd open to all networks, every 3rd with API keys, every 4th without key, every 5th without private
             endpoint
storage      every 2nd may be opened to anonymous readers, every 3rd with shared keys, every 4th with old TLS, every 5th
             without versions
assignments  every 10th makes the identity of the endpoint of the same index owner of the subscription
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from replaying.cloud import Size

Document = dict[str, Any]

TENANT = "00000000-0000-0000-0000-00000000aaaa"
_GROUP = "rg-ml"
_ML, _AUTHORIZATION = "Microsoft.MachineLearningServices", "Microsoft.Authorization"
OWNER, BLOB_READER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
ROLES: dict[str, tuple[str, Document]] = {
    OWNER: ("Owner", {"actions": ["*"], "dataActions": []}),
    BLOB_READER: (
        "Storage Blob Data Reader",
        {
            "actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
            "dataActions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
        },
    ),
}


@dataclass(frozen=True)
class Kind:
    """A type of resource: its name in full, what its counts are called, the type it is inside, how its names begin."""

    type: str
    count: str
    prefix: str
    parent: str = ""

    @property
    def segment(self) -> str:
        return self.type.rpartition("/")[2]


WORKSPACE = Kind(f"{_ML}/workspaces", "workspaces", "ws-")
COMPUTE = Kind(f"{_ML}/workspaces/computes", "computes", "ci-", WORKSPACE.type)
ENDPOINT = Kind(f"{_ML}/workspaces/onlineEndpoints", "endpoints", "ep-", WORKSPACE.type)
DEPLOYMENT = Kind(f"{_ML}/workspaces/onlineEndpoints/deployments", "deployments", "dep-", ENDPOINT.type)
ACCOUNT = Kind("Microsoft.CognitiveServices/accounts", "accounts", "ai-")
STORAGE = Kind("Microsoft.Storage/storageAccounts", "storage", "st")
ASSIGNMENT = Kind(f"{_AUTHORIZATION}/roleAssignments", "assignments", "")
KINDS = {kind.type.lower(): kind for kind in (WORKSPACE, COMPUTE, ENDPOINT, DEPLOYMENT, ACCOUNT, STORAGE)}


class Subscription:
    """Everything in one subscription. Indices are not checked."""

    def __init__(self, size: Size, index: int, locations: Sequence[str]) -> None:
        self.index = index
        self.id = f"00000000-0000-0000-0000-{index + 1:012d}"
        self.root = f"/subscriptions/{self.id}"
        self._locations = locations
        self.counts = {kind.type: size.of(kind.count) for kind in KINDS.values()}
        self.counts |= {STORAGE.type: size.buckets, ASSIGNMENT.type: size.roles}
        self._make: dict[str, Callable[[int], Document]] = {
            WORKSPACE.type: self._workspace,
            COMPUTE.type: self._compute,
            ENDPOINT.type: self._endpoint,
            DEPLOYMENT.type: self._deployment,
            ACCOUNT.type: self._account,
            STORAGE.type: self._storage,
        }

    # -- names ---------------------------------------------------------------------------------------------------------

    def name(self, kind: Kind, index: int) -> str:
        # Names of storage accounts are the whole world's.
        return f"st{self.index:04d}x{index:06d}" if kind is STORAGE else f"{kind.prefix}{index:06d}"

    def find(self, kind: Kind, name: str) -> int | None:
        """The index that a name stands for; None if there is no such resource."""
        digits = name.lower().removeprefix(self.name(kind, 0)[:-6])
        index = int(digits) if digits.isdecimal() and len(digits) >= 6 else -1
        return index if 0 <= index < self.counts[kind.type] else None

    def resource_id(self, kind: Kind, index: int) -> str:
        """The id in Azure's own spelling."""
        if kind.parent:
            parent = KINDS[kind.parent.lower()]
            above = self.resource_id(parent, index % max(1, self.counts[parent.type]))
            return f"{above}/{kind.segment}/{self.name(kind, index)}"
        return f"{self.root}/resourceGroups/{_GROUP}/providers/{kind.type}/{self.name(kind, index)}"

    def children(self, kind: Kind, parent: int) -> range:
        """Indices of the resources of a kind inside the parent of that index."""
        return range(parent, self.counts[kind.type], max(1, self.counts[kind.parent]))

    # -- documents -----------------------------------------------------------------------------------------------------

    def document(self, kind: Kind, index: int) -> Document:
        """The whole resource, as GET and most listings answer it."""
        identity = {"id": self.resource_id(kind, index), "name": self.name(kind, index), "type": kind.type}
        return {**identity, "location": self.location(index), **self._make[kind.type](index)}

    def summary(self, kind: Kind, index: int) -> Document:
        """The resource as its listing shows it: of computes only what they are and how they are."""
        found = self.document(kind, index)
        if kind is COMPUTE:
            shown = ("computeType", "provisioningState", "createdOn", "isAttachedCompute")
            found["properties"] = {member: found["properties"][member] for member in shown}
        return found

    def location(self, index: int) -> str:
        return self._locations[index % len(self._locations)]

    def _workspace(self, index: int) -> Document:
        group = f"{self.root}/resourceGroups/{_GROUP}/providers"
        properties: Document = {
            "workspaceId": f"00000000-0000-0000-0010-{index:012d}",
            "friendlyName": f"Workspace {index}",
            "provisioningState": "Succeeded",
            "tenantId": TENANT,
            "keyVault": f"{group}/Microsoft.KeyVault/vaults/kv-{index}",
            "applicationInsights": f"{group}/Microsoft.Insights/components/ai-{index}",
            "containerRegistry": f"{group}/Microsoft.ContainerRegistry/registries/cr{index}",
            "storageAccount": self._some_storage(index),
            "publicNetworkAccess": "Disabled" if index % 2 else "Enabled",
            "allowPublicAccessWhenBehindVnet": False,
            "hbiWorkspace": False,
            "v1LegacyMode": False,
            "systemDatastoresAuthMode": "Identity",
            "managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound" if index % 5 else "Disabled"},
            "privateEndpointConnections": self._connections(WORKSPACE, index) if index % 4 else [],
        }
        if index % 3:
            properties["encryption"] = {
                "status": "Enabled",
                "keyVaultProperties": {
                    "keyVaultArmId": properties["keyVault"],
                    "keyIdentifier": f"https://kv-{index}.vault.azure.net/keys/workspace/1",
                },
            }
        shared = f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/id-ml"
        identity = {"principalId": "00000000-0000-0000-0000-0000000000d1", "clientId": TENANT}
        return {
            "kind": "Default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "tags": {"team": f"team-{index % 7}"},
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {shared: identity}},
            "properties": properties,
        }

    def _compute(self, index: int) -> Document:
        inner: Document = {
            "vmSize": "STANDARD_DS3_V2",
            "enableNodePublicIp": index % 4 == 0,
            "applicationSharingPolicy": "Personal",
            "sshSettings": {"sshPublicAccess": "Disabled", "adminUserName": "azureuser", "sshPort": 22},
            "osImageMetadata": {"currentImageVersion": "26.10.01", "isLatestOsImageVersion": True},
            "idleTimeBeforeShutdown": "PT1H",
            "enableRootAccess": index % 5 == 0,
            "customServices": [],
            "state": "Running",
        }
        if index % 3:
            network = f"{self.root}/resourceGroups/{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
            inner["subnet"] = {"id": f"{network}/subnets/compute"}
        return {
            "identity": _system("0002", index),
            "properties": {
                "computeType": "ComputeInstance",
                "provisioningState": "Succeeded",
                "createdOn": "2026-01-02T09:00:00.0000000+00:00",
                "isAttachedCompute": False,
                "disableLocalAuth": index % 2 == 1,
                "properties": inner,
            },
        }

    def _endpoint(self, index: int) -> Document:
        return {
            "kind": "Managed",
            "identity": _system("0001", index),
            "properties": {
                "authMode": "AADToken" if index % 2 else "Key",
                "publicNetworkAccess": "Disabled" if index % 3 else "Enabled",
                "provisioningState": "Succeeded",
                "scoringUri": f"https://ep-{index:06d}.{self.location(index)}.inference.ml.azure.com/score",
                "traffic": {self.name(DEPLOYMENT, index): 100},
            },
        }

    def _deployment(self, index: int) -> Document:
        workspace = self.resource_id(DEPLOYMENT, index).partition("/onlineEndpoints/")[0]
        variables = {"LOG_LEVEL": "info"}
        if index % 50 == 49:
            variables |= {"DB_PASSWORD": "invented"}
        properties: Document = {
            "endpointComputeType": "Managed",
            "provisioningState": "Succeeded",
            "instanceType": "Standard_DS3_v2",
            "model": f"{workspace}/models/model-{index % 50}/versions/1",
            "environmentVariables": variables,
            "appInsightsEnabled": index % 2 == 1,
            "egressPublicNetworkAccess": "Disabled",
            "scaleSettings": {"scaleType": "Default"},
        }
        if index % 4:
            mode = {"dataCollectionMode": "Enabled", "samplingRate": 1}
            properties["dataCollector"] = {"collections": {"model_inputs": mode, "model_outputs": mode}}
        capacity = 2 if index % 3 else 1
        return {
            "kind": "Managed",
            "sku": {"name": "Default", "tier": "Standard", "capacity": capacity},
            "properties": properties,
        }

    def _account(self, index: int) -> Document:
        opened = index % 2 == 0
        properties: Document = {
            "provisioningState": "Succeeded",
            "endpoint": f"https://ai-{index:06d}.openai.azure.com/",
            "customSubDomainName": f"ai-{index:06d}",
            "publicNetworkAccess": "Enabled" if opened else "Disabled",
            "networkAcls": {"defaultAction": "Allow" if opened else "Deny", "ipRules": [], "virtualNetworkRules": []},
            "disableLocalAuth": index % 3 != 0,
            "restrictOutboundNetworkAccess": True,
            "allowedFqdnList": ["example.com"],
            "privateEndpointConnections": self._connections(ACCOUNT, index) if index % 5 else [],
        }
        if index % 4:
            vault = {"keyName": "ai", "keyVersion": "1", "keyVaultUri": "https://kv-0.vault.azure.net/"}
            properties["encryption"] = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": vault}
        return {
            "kind": "OpenAI",
            "sku": {"name": "S0"},
            "identity": _system("0003", index),
            "properties": properties,
        }

    def _storage(self, index: int) -> Document:
        acls = {"bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []}
        return {
            "kind": "StorageV2",
            "sku": {"name": "Standard_ZRS", "tier": "Standard"},
            "properties": {
                "provisioningState": "Succeeded",
                "creationTime": "2026-01-12T08:00:00.0000000Z",
                "primaryLocation": self.location(index),
                "accessTier": "Hot",
                "allowBlobPublicAccess": index % 2 == 0,
                "allowSharedKeyAccess": index % 3 == 0,
                "minimumTlsVersion": "TLS1_2" if index % 4 else "TLS1_0",
                "supportsHttpsTrafficOnly": True,
                "publicNetworkAccess": "Disabled",
                "networkAcls": acls,
                "encryption": {"keySource": "Microsoft.Storage"},
                "privateEndpointConnections": [],
            },
        }

    def blobs(self, index: int) -> Document:
        """The blob service of a storage account."""
        return {
            "id": f"{self.resource_id(STORAGE, index)}/blobServices/default",
            "name": "default",
            "type": "Microsoft.Storage/storageAccounts/blobServices",
            "properties": {
                "isVersioningEnabled": index % 5 != 0,
                "deleteRetentionPolicy": {"enabled": True, "days": 30},
                "containerDeleteRetentionPolicy": {"enabled": True, "days": 30},
            },
        }

    def assignment(self, index: int) -> Document:
        owner = index % 10 == 0
        scope = self.root if owner else self._some_storage(index)
        name = f"00000000-0000-0000-0020-{self.index:04d}{index:08d}"
        return {
            "id": f"{scope}/providers/{ASSIGNMENT.type}/{name}",
            "name": name,
            "type": ASSIGNMENT.type,
            "properties": {
                "roleDefinitionId": f"{self.root}{role_path(OWNER if owner else BLOB_READER)}",
                "principalId": self.holder(index),
                "principalType": "ServicePrincipal",
                "scope": scope,
            },
        }

    @staticmethod
    def holder(index: int) -> str:
        """Whom an assignment is to: the identity of the endpoint of the same index."""
        return _principal("0001", index)

    def role(self, name: str) -> Document:
        """A built-in role. Raises KeyError."""
        title, permission = ROLES[name]
        return {
            "id": f"{self.root}{role_path(name)}",
            "name": name,
            "type": f"{_AUTHORIZATION}/roleDefinitions",
            "properties": {
                "roleName": title,
                "type": "BuiltInRole",
                "assignableScopes": ["/"],
                "permissions": [{**permission, "notActions": [], "notDataActions": []}],
            },
        }

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _some_storage(self, index: int) -> str:
        return self.resource_id(STORAGE, index % max(1, self.counts[STORAGE.type]))

    def _connections(self, kind: Kind, index: int) -> list[Document]:
        network = f"{self.root}/resourceGroups/{_GROUP}/providers/Microsoft.Network/privateEndpoints/pe-{index}"
        return [
            {
                "id": f"{self.resource_id(kind, index)}/privateEndpointConnections/pe",
                "name": "pe",
                "type": f"{kind.type}/privateEndpointConnections",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateEndpoint": {"id": network},
                    "privateLinkServiceConnectionState": {"status": "Approved", "actionsRequired": "None"},
                },
            }
        ]


def role_path(name: str) -> str:
    return f"/providers/{_AUTHORIZATION}/roleDefinitions/{name}"


def _principal(group: str, index: int) -> str:
    return f"00000000-0000-0000-{group}-{index:012d}"


def _system(group: str, index: int) -> Document:
    return {"type": "SystemAssigned", "principalId": _principal(group, index), "tenantId": TENANT}
