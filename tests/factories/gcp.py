"""Google Cloud resources for tests. Fields are `UNSET` unless given: a case names only what its verdict rests on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from checks.gcp.bigquery.places import place_of, table_id
from checks.gcp.bigquery.resources import Table
from checks.gcp.data_lineage.resources import DataLineage, DataStep
from checks.gcp.dlp.resources import DiscoveryConfig, DiscoveryTarget, FileSet, JobTrigger
from checks.gcp.iam.resources import (
    Binding,
    Condition,
    FolderPolicy,
    Key,
    OrganizationPolicy,
    ProjectPolicy,
    Role,
    ServiceAccount,
)
from checks.gcp.logging.resources import DeclaredLogBucket, LogBucket, LogSink
from checks.gcp.monitoring.resources import AlertPolicy, NotificationChannel
from checks.gcp.names import CLOUD_LOGGING, CLOUD_MONITORING, full_name
from checks.gcp.notebooks.resources import Account, Disk, Instance, Shielding
from checks.gcp.paths.documents import folder_id
from checks.gcp.storage.resources import (
    ArtifactFile,
    ArtifactFiles,
    Bucket,
    DataFolder,
    IpFilter,
    ModelFolder,
    PublicNetworks,
)
from checks.gcp.vertex_ai.resources import (
    Container,
    CustomJob,
    Dataset,
    DeployedModel,
    DeploymentResourcePool,
    Endpoint,
    LineageArtifact,
    LineageStep,
    Model,
    ModelEvaluation,
    ModelLineage,
    MonitoringJob,
    PrivateServiceConnect,
    PythonPackage,
    Replicas,
    TrainingPipeline,
    WorkerPool,
)
from scanner.cards.card_files import Document
from scanner.cards.sheet_files import SheetFile
from scanner.model.nouns import Scope

PROJECT = "example-fraud-prod"
NUMBER = "123456789012"
REGION = "europe-west4"
HERE = Scope("gcp", PROJECT, REGION)
ANYWHERE = Scope("gcp", PROJECT)
DEFAULT_ACCOUNT = f"{NUMBER}-compute@developer.gserviceaccount.com"
OWN_ACCOUNT = f"serving@{PROJECT}.iam.gserviceaccount.com"
KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/ml/cryptoKeys/vertex"
DIGEST = "@sha256:" + "1" * 64
LOOKED = datetime(2026, 11, 20, tzinfo=UTC)


def vertex_id(collection: str, number: str) -> str:
    return f"//aiplatform.googleapis.com/projects/{PROJECT}/locations/{REGION}/{collection}/{number}"


def endpoint(number: str = "1", **fields: Any) -> Endpoint:
    return Endpoint(id=vertex_id("endpoints", number), name="scoring", scope=HERE, **fields)


def serving(**fields: Any) -> Endpoint:
    """An endpoint with one deployed model."""
    return endpoint(deployed_models=(deployed(**fields),))


def deployed(model: str = "1", **fields: Any) -> DeployedModel:
    name = f"projects/{PROJECT}/locations/{REGION}/models/{model}"
    return DeployedModel(**{"id": "101", "display_name": "scorer", "model": name, "model_version_id": "1", **fields})


def pool(**fields: Any) -> DeploymentResourcePool:
    """The pool whose machines `pooled` models share."""
    return DeploymentResourcePool(
        id=vertex_id("deploymentResourcePools", "shared"), name="shared", scope=HERE, **fields
    )


def pooled(**fields: Any) -> DeployedModel:
    name = f"projects/{PROJECT}/locations/{REGION}/deploymentResourcePools/shared"
    return deployed(**{"id": "102", "display_name": "pooled", "shared_resources": name, **fields})


def monitoring(**fields: Any) -> MonitoringJob:
    """The job that monitors a `monitored` endpoint."""
    return MonitoringJob(id=vertex_id("modelDeploymentMonitoringJobs", "drift"), name="drift", scope=HERE, **fields)


def monitored(**fields: Any) -> Endpoint:
    """An endpoint with one deployed model and a monitoring job."""
    name = f"projects/{PROJECT}/locations/{REGION}/modelDeploymentMonitoringJobs/drift"
    return endpoint(**{"deployed_models": (deployed(),), "monitoring_job": name, **fields})


def channel(name: str = "7", **fields: Any) -> NotificationChannel:
    where = full_name(CLOUD_MONITORING, f"projects/{PROJECT}/notificationChannels/{name}")
    return NotificationChannel(id=where, name=name, scope=ANYWHERE, **fields)


def alert_policy(name: str = "errors", **fields: Any) -> AlertPolicy:
    """A policy on the endpoint 1, valid and on unless told otherwise."""
    where = full_name(CLOUD_MONITORING, f"projects/{PROJECT}/alertPolicies/{name}")
    known = {"endpoint_ids": (vertex_id("endpoints", "1"),), "may_watch": (), "enabled": True, "invalid": None}
    return AlertPolicy(id=where, name=name, scope=ANYWHERE, **{**known, **fields})


def log_sink(name: str = "_Default", bucket: str = "_Default", **fields: Any) -> LogSink:
    """A sink that takes all that endpoints log into a log bucket, unless told otherwise."""
    where = f"projects/{PROJECT}/sinks/{name}"
    destination = f"{CLOUD_LOGGING}/projects/{PROJECT}/locations/global/buckets/{bucket}"
    known = {"destination": destination, "disabled": None, "takes": "all", **fields}
    return LogSink(id=full_name(CLOUD_LOGGING, where), name=name, scope=ANYWHERE, **known)


def log_bucket(name: str = "_Default", **fields: Any) -> LogBucket:
    where = full_name(CLOUD_LOGGING, f"projects/{PROJECT}/locations/global/buckets/{name}")
    return LogBucket(id=where, name=name, scope=ANYWHERE, **fields)


def declared_log_bucket(name: str = "decisions", **fields: Any) -> DeclaredLogBucket:
    where = full_name(CLOUD_LOGGING, f"projects/{PROJECT}/locations/global/buckets/{name}")
    return DeclaredLogBucket(id=where, name=name, scope=ANYWHERE, **fields)


def machines(least: int | None) -> Replicas:
    return Replicas(min_replica_count=least)


def offered(*projects: str, on: bool | None = True) -> PrivateServiceConnect:
    return PrivateServiceConnect(enable_private_service_connect=on, project_allowlist=projects or None)


def model(number: str = "1", **fields: Any) -> Model:
    return Model(id=vertex_id("models", number), name="scorer", scope=HERE, **fields)


def model_folder(address: str, *documents: Document, **fields: Any) -> ModelFolder:
    """The folder that an artifact is, with these documents; nothing was refused unless `refused` says so."""
    known = {"documents": documents, "refused": (), **fields}
    return ModelFolder(id=folder_id(address, HERE.account), name=address.removeprefix("gs://"), scope=HERE, **known)


def bigquery_table(uri: str = "bq://example-fraud-prod.payments.disputes", **fields: Any) -> Table:
    """A table that somebody described, and that the catalogue has nothing of."""
    place = place_of(uri)
    assert place is not None
    known = {"description": "filled", "catalog": None, **fields}
    return Table(id=table_id(place, HERE.account), name=f"{place.dataset}.{place.table}", scope=ANYWHERE, **known)


def data_folder(address: str, *documents: SheetFile, **fields: Any) -> DataFolder:
    """The folder of a dataset's data, with these documents; nothing was refused unless `refused` says so."""
    known = {"documents": documents, "refused": (), **fields}
    return DataFolder(id=folder_id(address, HERE.account), name=address.removeprefix("gs://"), scope=HERE, **known)


def artifact_files(address: str, *files: ArtifactFile, **fields: Any) -> ArtifactFiles:
    """The files of an artifact, which are all that there are unless `more` says otherwise."""
    known = {"files": files, "more": False, **fields}
    return ArtifactFiles(id=folder_id(address, HERE.account), name=address.removeprefix("gs://"), scope=HERE, **known)


def pipeline(number: str = "600", **fields: Any) -> TrainingPipeline:
    """A pipeline that read the dataset 700."""
    made = {"dataset": vertex_id("datasets", "700"), **fields}
    return TrainingPipeline(id=vertex_id("trainingPipelines", number), name=number, scope=HERE, **made)


def dataset(number: str = "700", **fields: Any) -> Dataset:
    made = {"description": "filled", "sources": ("gs://example-fraud-models/payments/2026.csv",), **fields}
    return Dataset(id=vertex_id("datasets", number), name=number, scope=HERE, **made)


def discovery(*targets: DiscoveryTarget, number: str = "1", **fields: Any) -> DiscoveryConfig:
    """A discovery configuration that is running and has run."""
    name = f"//dlp.googleapis.com/projects/{PROJECT}/locations/global/discoveryConfigs/{number}"
    known = {"status": "RUNNING", "last_run_time": LOOKED, "targets": targets, **fields}
    return DiscoveryConfig(id=name, name=number, scope=ANYWHERE, **known)


def trigger(file_set: FileSet | None, number: str = "1", **fields: Any) -> JobTrigger:
    """A job trigger that has run."""
    name = f"//dlp.googleapis.com/projects/{PROJECT}/locations/global/jobTriggers/{number}"
    known = {"status": "HEALTHY", "last_run_time": LOOKED, "file_set": file_set, **fields}
    return JobTrigger(id=name, name=number, scope=ANYWHERE, **known)


def evaluation(version: str = "1@1", number: str = "1", **fields: Any) -> ModelEvaluation:
    """An evaluation of a version, `model@version`."""
    return ModelEvaluation(id=vertex_id("models", f"{version}/evaluations/{number}"), name=number, scope=HERE, **fields)


def noted(uri: str | None, type: str = "system.Dataset", name: str = "") -> LineageArtifact:
    """An artifact of Vertex ML Metadata, whose name is the last part of its address unless it is given."""
    id = name or (uri or "a").rpartition("/")[2]
    return LineageArtifact(id=vertex_id("metadataStores/default/artifacts", id), uri=uri, type=type)


def step(
    number: str, reads: tuple[LineageArtifact, ...] = (), writes: tuple[LineageArtifact, ...] = (), **fields: Any
) -> LineageStep:
    """An execution that was completed."""
    execution = vertex_id("metadataStores/default/executions", number)
    known = {"name": number, "type": "system.ContainerExecution", "state": "COMPLETE", **fields}
    return LineageStep(execution=execution, reads=reads, writes=writes, **known)


def model_lineage(artifact: LineageArtifact, *steps: LineageStep, model: str = "1", **fields: Any) -> ModelLineage:
    """What led to an artifact that stands for a version, followed to its beginning."""
    known = {"uri": artifact.uri, "models": (vertex_id("models", model),), "steps": steps, "cut": None, **fields}
    return ModelLineage(id=artifact.id or "", name=(artifact.id or "").rpartition("/")[2], scope=HERE, **known)


def process(name: str, reads: tuple[str, ...], *writes: str, origin: str = "DATAFLOW") -> DataStep:
    """A process in Google's data lineage that made data from other data."""
    id = f"//datalineage.googleapis.com/projects/{NUMBER}/locations/{REGION}/processes/{name}"
    return DataStep(process=id, name=name, origin=origin, reads=reads, writes=writes)


def data_lineage(*steps: DataStep, model: str = "1", data: tuple[str, ...] = (), **fields: Any) -> DataLineage:
    """What led to a version and its data, followed to its beginning."""
    id = f"//datalineage.googleapis.com/projects/{PROJECT}/locations/{REGION}/lineage/{model}-1"
    known = {"model": vertex_id("models", model), "data": data, "steps": steps, "cut": None, **fields}
    return DataLineage(id=id, name=model, scope=HERE, **known)


def stored(uri: str | None, *named: str, number: str = "1", **fields: Any) -> Model:
    """A model with its artifact there, whose container names further buckets."""
    return model(number, artifact_uri=uri, container_buckets=named or None, **fields)


def custom_job(**fields: Any) -> CustomJob:
    return CustomJob(id=vertex_id("customJobs", "1"), name="scorer-train", scope=HERE, **fields)


def container_pool(image: str) -> WorkerPool:
    return WorkerPool(container_spec=Container(image_uri=image))


def package_pool(image: str, *packages: str) -> WorkerPool:
    return WorkerPool(python_package_spec=PythonPackage(executor_image_uri=image, package_uris=packages))


def instance(**fields: Any) -> Instance:
    name = f"projects/{PROJECT}/locations/{REGION}-a/instances/research"
    zone = Scope("gcp", PROJECT, f"{REGION}-a")
    return Instance(
        id=f"//notebooks.googleapis.com/{name}", name="research", scope=zone, **{"script_buckets": (), **fields}
    )


def running(**fields: Any) -> Instance:
    return instance(**{"state": "ACTIVE", **fields})


def stopped(**fields: Any) -> Instance:
    return instance(state="STOPPED", **fields)


def runs_as(*emails: str) -> tuple[Account, ...]:
    return tuple(Account(email=email) for email in emails)


def disk(method: str | None) -> Disk:
    return Disk(disk_encryption=method)


def shielding(**fields: bool) -> Shielding:
    return Shielding(**fields)


def bucket(name: str = "example-fraud-models", **fields: Any) -> Bucket:
    return Bucket(id=f"//storage.googleapis.com/{name}", name=name, scope=ANYWHERE, **fields)


def own_bucket(name: str = "example-fraud-models", **fields: Any) -> Bucket:
    absent = {"retention_period": None, "event_based_hold": None, "folder_bindings": ()}
    return bucket(name, **{"exists": True, "project": PROJECT, **absent, **fields})


def granting(*bindings: Binding, uniform: bool | None = True, folders: tuple[str, ...] = (), **fields: Any) -> Bucket:
    """A bucket of ours that leaves it to others to prevent public access, and nobody does unless `fields` say so."""
    return own_bucket(
        fields.pop("name", "example-fraud-models"),
        uniform_access=uniform,
        bindings=bindings,
        **{
            "public_access_prevention": "inherited",
            "prevented_by_policy": False,
            "ip_filter": None,
            "open_folders": folders,
            **fields,
        },
    )


def admitting(*ranges: str, mode: str = "Enabled") -> IpFilter:
    return IpFilter(mode=mode, public_network_source=PublicNetworks(allowed_ip_cidr_ranges=ranges) if ranges else None)


def policy(*bindings: Binding, **fields: Any) -> ProjectPolicy:
    """The policy of a project with ML that nothing is above, read and with these bindings."""
    return policy_unread(**{"bindings": bindings, "holds_ml": True, "above": (), **fields})


def policy_unread(**fields: Any) -> ProjectPolicy:
    id = f"//cloudresourcemanager.googleapis.com/projects/{PROJECT}"
    return ProjectPolicy(id=id, name=PROJECT, scope=ANYWHERE, **fields)


def folder(*bindings: Binding, number: str = "1", **fields: Any) -> FolderPolicy:
    """The policy of a folder, read and with these bindings."""
    return folder_unread(number=number, **{"bindings": bindings, **fields})


def folder_unread(number: str = "1", **fields: Any) -> FolderPolicy:
    id = f"//cloudresourcemanager.googleapis.com/folders/{number}"
    return FolderPolicy(id=id, name=f"folders/{number}", scope=ANYWHERE, **fields)


def organization(*bindings: Binding, number: str = "9", **fields: Any) -> OrganizationPolicy:
    """The policy of the organisation, read and with these bindings."""
    id = f"//cloudresourcemanager.googleapis.com/organizations/{number}"
    return OrganizationPolicy(id=id, name=f"organizations/{number}", scope=ANYWHERE, **{"bindings": bindings, **fields})


def binding(role: str, *members: str, condition: str | None = None) -> Binding:
    return Binding(role=role, members=members, condition=Condition(expression=condition) if condition else None)


def role(name: str, *permissions: str) -> Role:
    return role_unread(name, permissions=permissions)


def role_unread(name: str, **fields: Any) -> Role:
    return Role(id=f"//iam.googleapis.com/{name}", name=name, scope=ANYWHERE, **fields)


def service_account(email: str = OWN_ACCOUNT, **fields: Any) -> ServiceAccount:
    id = f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/{email}"
    return ServiceAccount(id=id, name=email, scope=ANYWHERE, **{"email": email, "exists": True, **fields})


def key(number: int = 1, **fields: Any) -> Key:
    return Key(name=f"projects/{PROJECT}/serviceAccounts/{OWN_ACCOUNT}/keys/{number:040x}", **fields)


SELF = f"serviceAccount:{OWN_ACCOUNT}"
VIEWER, WRITER = "roles/storage.objectViewer", "roles/storage.objectAdmin"
EDITOR = "roles/editor"
CUSTOM = f"projects/{PROJECT}/roles/helper"
UNTIL = 'request.time < timestamp("2027-01-01T00:00:00Z")'
#: Roles that cases of joined paths hold, and what they permit of it.
ROLES = (
    role(VIEWER),
    role(WRITER, "storage.objects.create", "storage.objects.delete"),
    role("roles/storage.objectCreator", "storage.objects.create"),
    role("roles/storage.legacyBucketOwner", "storage.objects.create", "storage.objects.delete"),
    role(EDITOR, "iam.serviceAccounts.actAs"),
    role("roles/aiplatform.user"),
)
