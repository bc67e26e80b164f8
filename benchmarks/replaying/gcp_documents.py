"""Google Cloud resources made from an index. What is planted, by index from 0 (`every nth`: 0, n, 2n, ...):

endpoints    every 2nd on no private network, every 3rd without a key of its own, every 4th without request logging,
             every 5th with one replica
models       every 3rd without key, every 4th with an image by tag; number 49 of fifty has a password in its environment
custom jobs  every 2nd without key, every 3rd outside your networks, every 4th with web access, every 5th without a
             service account; every 100th is running, all were made in the last 20 days
instances    every 2nd with a public address, every 3rd with root, every 4th without disk keys, every 5th without
             Secure Boot
buckets      every 2nd without versions, every 3rd without public access prevention, every 5th without key; number 1
             of three has object ACLs, number 9 of ten is open to everybody
accounts     every 4th has a key of its user's; every 10th is editor of the project
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from replaying.cloud import Size

Document = dict[str, Any]

AIPLATFORM, NOTEBOOKS = "aiplatform.googleapis.com", "notebooks.googleapis.com"
IAM, PROJECTS, STORAGE = "iam.googleapis.com", "cloudresourcemanager.googleapis.com", "storage.googleapis.com"
#: permissions of the roles that are granted; the real lists are far longer
ROLES = {
    "roles/owner": ("resourcemanager.projects.setIamPolicy", "iam.serviceAccounts.actAs", "storage.objects.create"),
    "roles/editor": ("aiplatform.endpoints.create", "iam.serviceAccounts.actAs", "storage.buckets.create"),
    "roles/aiplatform.user": ("aiplatform.endpoints.predict", "aiplatform.customJobs.create"),
    "roles/storage.objectViewer": ("storage.objects.get", "storage.objects.list"),
}
_FIRST_NUMBER = 100000000000
_IDS = {"endpoints": 10**18, "models": 2 * 10**18, "customJobs": 3 * 10**18}


class Project:
    """Everything in one project. `number_of` in names is the project's number where Google's replies have it."""

    def __init__(self, size: Size, index: int, locations: Sequence[str]) -> None:
        self.size = size
        self.index = index
        self.id = f"replay-{index:04d}"
        self.number = str(_FIRST_NUMBER + index)
        self.locations = locations
        self.counts = {
            "endpoints": size.of("endpoints"),
            "models": size.of("models"),
            "customJobs": size.of("custom-jobs"),
            "instances": size.of("instances"),
            "buckets": size.buckets,
            "serviceAccounts": size.roles,
        }
        self.make: dict[str, Callable[[int], Document]] = {
            "endpoints": self.endpoint,
            "models": self.model,
            "customJobs": self.custom_job,
            "instances": self.instance,
            "buckets": self.bucket,
            "serviceAccounts": self.service_account,
        }

    # -- names ---------------------------------------------------------------------------------------------------------

    def place(self, index: int) -> str:
        """The location of a resource."""
        return self.locations[index % self.size.populated]

    def indices(self, collection: str, location: str) -> range:
        """Indices of the resources of a regional collection that are in a location."""
        place = self.locations.index(location) if location in self.locations else len(self.locations)
        return self.size.indices(self.counts[collection], place)

    def name(self, collection: str, index: int) -> str:
        """Relative name of a regional resource."""
        if collection == "instances":
            return f"projects/{self.id}/locations/{self.place(index)}-a/instances/notebook-{index:06d}"
        number = _IDS[collection] + index
        return f"projects/{self.number}/locations/{self.place(index)}/{collection}/{number}"

    def find(self, collection: str, short: str) -> int | None:
        """The index that the last part of a name stands for."""
        digits = short.removeprefix("notebook-") if collection == "instances" else short
        if not digits.isdecimal():
            return None
        index = int(digits) - _IDS.get(collection, 0)
        return index if 0 <= index < self.counts[collection] else None

    def bucket_name(self, index: int) -> str:
        return f"b-{index}-{self.id}"

    def email(self, index: int) -> str:
        return f"sa-{index}@{self.id}.iam.gserviceaccount.com"

    def full_name(self, collection: str, index: int) -> str:
        """The name that Cloud Asset Inventory has for a resource. It names accounts by their unique id."""
        if collection == "buckets":
            return f"//{STORAGE}/{self.bucket_name(index)}"
        if collection == "serviceAccounts":
            return f"//{IAM}/projects/{self.id}/serviceAccounts/{_unique(self.index, index)}"
        host = NOTEBOOKS if collection == "instances" else AIPLATFORM
        return f"//{host}/{self.name(collection, index)}"

    # -- parts ---------------------------------------------------------------------------------------------------------

    def time(self, days: float) -> str:
        """A time so many days ago."""
        return (self.size.now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def age(self, collection: str, index: int) -> float:
        """Days since the resource was made; the newest has index 0."""
        if collection == "customJobs":
            return 0.05 + 19 * index / max(1, self.counts[collection])
        return 40 + index / 1440

    def _common(self, collection: str, index: int) -> Document:
        made = self.time(self.age(collection, index))
        return {"name": self.name(collection, index), "createTime": made, "updateTime": made}

    def _key(self, location: str) -> str:
        return f"projects/{self.id}/locations/{location}/keyRings/ml/cryptoKeys/vertex"

    def _image(self, index: int) -> str:
        digest = f"{(index % 50 + self.size.seed) % 256:02x}" * 32
        image = f"{self.place(index)}-docker.pkg.dev/{self.id}/serving/model-{index % 50}"
        return image + (f"@sha256:{digest}" if index % 4 else ":latest")

    def _some_bucket(self, index: int) -> str:
        return self.bucket_name(index % max(1, self.size.buckets))

    def _some_email(self, index: int) -> str:
        return self.email(index % max(1, self.size.roles))

    def _network(self) -> str:
        return f"projects/{self.number}/global/networks/ml"

    # -- one kind each -------------------------------------------------------------------------------------------------

    def endpoint(self, index: int) -> Document:
        found = {
            **self._common("endpoints", index),
            "displayName": f"endpoint-{index:06d}",
            "labels": {"team": f"team-{index % 7}"},
            "predictRequestResponseLoggingConfig": {
                "enabled": index % 4 != 0,
                "samplingRate": 1.0,
                "bigqueryDestination": {"outputUri": f"bq://{self.id}.serving.requests"},
            },
        }
        if index % 2:
            found["network"] = self._network()
        if index % 3:
            found["encryptionSpec"] = {"kmsKeyName": self._key(self.place(index))}
        model = self.size.partner(index, self.counts["models"])
        if model is not None:
            found["trafficSplit"] = {str(index): 100}
            found["deployedModels"] = [
                {
                    "id": str(index),
                    "displayName": f"model-{model:06d}",
                    "model": self.name("models", model),
                    "modelVersionId": "1",
                    "createTime": found["createTime"],
                    "serviceAccount": self._some_email(index),
                    "enableAccessLogging": True,
                    "dedicatedResources": {
                        "machineSpec": {"machineType": "n2-standard-4"},
                        "minReplicaCount": 1 if index % 5 == 0 else 2,
                        "maxReplicaCount": 6,
                    },
                }
            ]
        return found

    def model(self, index: int) -> Document:
        environment = [{"name": "LOG_LEVEL", "value": "info"}]
        if index % 50 == 49:
            environment.append({"name": "DB_PASSWORD", "value": "invented"})
        found = {
            **self._common("models", index),
            "displayName": f"model-{index:06d}",
            "versionId": "1",
            "versionAliases": ["default"],
            "artifactUri": f"gs://{self._some_bucket(index)}/models/{index}",
            "modelSourceInfo": {"sourceType": "CUSTOM"},
            "containerSpec": {
                "imageUri": self._image(index),
                "env": environment,
                "predictRoute": "/predict",
                "healthRoute": "/health",
                "ports": [{"containerPort": 8080}],
            },
        }
        if index % 3:
            found["encryptionSpec"] = {"kmsKeyName": self._key(self.place(index))}
        return found

    def custom_job(self, index: int) -> Document:
        spec: Document = {
            "enableWebAccess": index % 4 == 0,
            "baseOutputDirectory": {"outputUriPrefix": f"gs://{self._some_bucket(index)}/training/{index}"},
            "workerPoolSpecs": [
                {
                    "machineSpec": {"machineType": "n2-standard-16"},
                    "replicaCount": "1",
                    "diskSpec": {"bootDiskType": "pd-ssd", "bootDiskSizeGb": 100},
                    "containerSpec": {"imageUri": self._image(index), "args": ["--epochs=20"]},
                }
            ],
        }
        if index % 3:
            spec["network"] = self._network()
        if index % 5:
            spec["serviceAccount"] = self._some_email(index)
        found = {
            **self._common("customJobs", index),
            "displayName": f"job-{index:06d}",
            "state": "JOB_STATE_RUNNING" if index % 100 == 0 else "JOB_STATE_SUCCEEDED",
            "startTime": self.time(self.age("customJobs", index) - 0.01),
            "jobSpec": spec,
        }
        if index % 100:
            found["endTime"] = self.time(self.age("customJobs", index) - 0.04)
        if index % 2:
            found["encryptionSpec"] = {"kmsKeyName": self._key(self.place(index))}
        return found

    def instance(self, index: int) -> Document:
        disk = {"diskSizeGb": "150", "diskType": "PD_BALANCED", "diskEncryption": "CMEK" if index % 4 else "GMEK"}
        if index % 4:
            disk["kmsKey"] = self._key(self.place(index))
        region = self.place(index)
        return {
            **self._common("instances", index),
            "id": f"4b1d0000-0000-4000-8000-{index:012d}",
            "state": "ACTIVE",
            "healthState": "HEALTHY",
            "creator": "ada@example.com",
            "instanceOwners": ["ada@example.com"],
            "gceSetup": {
                "machineType": "n2-standard-4",
                "disablePublicIp": index % 2 == 1,
                "enableIpForwarding": False,
                "serviceAccounts": [
                    {
                        "email": self._some_email(index),
                        "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
                    }
                ],
                "shieldedInstanceConfig": {
                    "enableSecureBoot": index % 5 != 0,
                    "enableVtpm": True,
                    "enableIntegrityMonitoring": True,
                },
                "networkInterfaces": [
                    {
                        "network": f"projects/{self.id}/global/networks/ml",
                        "subnet": f"projects/{self.id}/regions/{region}/subnetworks/notebooks",
                    }
                ],
                "bootDisk": disk,
                "dataDisks": [disk],
                "metadata": {
                    "notebook-disable-root": "false" if index % 3 == 0 else "true",
                    "notebook-disable-downloads": "true",
                    "notebook-disable-terminal": "true",
                    "notebook-upgrade-schedule": "00 19 * * MON",
                    "idle-timeout-seconds": "3600",
                    "serial-port-enable": "false",
                    "block-project-ssh-keys": "true",
                },
                "vmImage": {"project": "cloud-notebooks-managed", "family": "workbench-instances"},
            },
        }

    def bucket(self, index: int) -> Document:
        open_ = index % 3 == 0 or index % 10 == 9
        uniform: Document = {"enabled": index % 3 != 1}
        found = {
            "kind": "storage#bucket",
            "id": self.bucket_name(index),
            "name": self.bucket_name(index),
            "projectNumber": self.number,
            "location": self.locations[0].upper(),
            "locationType": "region",
            "storageClass": "STANDARD",
            "timeCreated": "2025-02-04T09:00:00.000Z",
            "updated": "2025-02-04T09:00:00.000Z",
            "iamConfiguration": {
                "publicAccessPrevention": "inherited" if open_ else "enforced",
                "uniformBucketLevelAccess": uniform,
            },
            "versioning": {"enabled": index % 2 == 1},
            "softDeletePolicy": {"retentionDurationSeconds": "604800"},
            "logging": {"logBucket": f"logs-{self.id}", "logObjectPrefix": "b"},
        }
        if index % 5:
            found["encryption"] = {"defaultKmsKeyName": self._key(self.locations[0])}
        return found

    def bucket_policy(self, index: int) -> Document:
        members = ["allUsers"] if index % 10 == 9 else [f"serviceAccount:{self._some_email(index)}"]
        return {
            "kind": "storage#policy",
            "etag": "CAI=",
            "version": 1,
            "bindings": [{"role": "roles/storage.objectViewer", "members": members}],
        }

    def service_account(self, index: int) -> Document:
        return {
            "name": f"projects/{self.id}/serviceAccounts/{self.email(index)}",
            "projectId": self.id,
            "uniqueId": _unique(self.index, index),
            "email": self.email(index),
            "displayName": f"Workload {index}",
            "oauth2ClientId": _unique(self.index, index),
        }

    def keys(self, index: int) -> list[Document]:
        kinds = ["SYSTEM_MANAGED", *(["USER_MANAGED"] if index % 4 == 0 else [])]
        return [
            {
                "name": f"projects/{self.id}/serviceAccounts/{self.email(index)}/keys/{index:036x}{number:04x}",
                "keyType": kind,
                "keyOrigin": "GOOGLE_PROVIDED",
                "keyAlgorithm": "KEY_ALG_RSA_2048",
                "validAfterTime": "2025-01-10T00:00:00Z",
                "validBeforeTime": "9999-12-31T23:59:59Z",
            }
            for number, kind in enumerate(kinds)
        ]

    def policy(self) -> Document:
        accounts = [f"serviceAccount:{self.email(index)}" for index in range(self.size.roles)]
        bindings: list[Document] = [{"role": "roles/owner", "members": ["user:ada@example.com"]}]
        if accounts:
            bindings += [
                {"role": "roles/aiplatform.user", "members": accounts},
                {"role": "roles/editor", "members": accounts[::10]},
                {"role": f"projects/{self.id}/roles/reader", "members": accounts},
            ]
        return {"etag": "BwXX", "version": 3, "bindings": bindings}

    def custom_role(self) -> Document:
        return {
            "name": f"projects/{self.id}/roles/reader",
            "title": "Reader",
            "stage": "GA",
            "etag": "BwXX",
            "includedPermissions": ["aiplatform.models.get", "storage.objects.get"],
        }


def _unique(project: int, account: int) -> str:
    return f"1{project:010d}{account:010d}"
