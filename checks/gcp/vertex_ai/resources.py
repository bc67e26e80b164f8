"""Vertex AI kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.cards.card import Card
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

ENDPOINTS = "aiplatform.endpoints.list"
POOL = "aiplatform.deploymentResourcePools.get"
MONITORING = "aiplatform.modelDeploymentMonitoringJobs.list"
MODELS = "aiplatform.models.list"
EVALUATIONS = "aiplatform.modelEvaluations.list"
PIPELINES = "aiplatform.trainingPipelines.list"
DATASET = "aiplatform.datasets.get"
ARTIFACTS = "aiplatform.artifacts.list"
JOBS = "aiplatform.customJobs.list"
#: States of a job that has not ended. It may wait for machines without an end.
UNENDED = tuple(f"JOB_STATE_{how}" for how in ("QUEUED", "PENDING", "RUNNING", "PAUSED", "UPDATING", "CANCELLING"))
#: States of a job that has ended.
ENDED = tuple(f"JOB_STATE_{how}" for how in ("SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"))


class Replicas(Part, frozen=True, kw_only=True, rename="camel"):
    """Machines that serve a deployed model."""

    min_replica_count: int | None = None
    max_replica_count: int | None = None


class DeployedModel(Part, frozen=True, kw_only=True, rename="camel"):
    """A model on an endpoint. Without an account, its own or its pool's, its container has no access to the project."""

    id: str | None = None
    display_name: str | None = None
    model: str | None = None
    model_version_id: str | None = None
    service_account: str | None = None
    enable_access_logging: bool | None = None
    disable_container_logging: bool | None = None
    dedicated_resources: Replicas | None = None
    automatic_resources: Replicas | None = None
    #: name of the deployment resource pool whose machines it shares
    shared_resources: str | None = None


class PrivateServiceConnect(Part, frozen=True, kw_only=True, rename="camel"):
    """How an endpoint is offered over Private Service Connect."""

    enable_private_service_connect: bool | None = None
    project_allowlist: tuple[str, ...] | None = None


class Endpoint(Resource, frozen=True, kw_only=True):
    """A Vertex AI endpoint with what is deployed on it. Id: //aiplatform.googleapis.com/projects/…/endpoints/…"""

    kind: ClassVar[str] = "gcp.vertex_ai.Endpoint"
    title: ClassVar[str] = "Vertex AI endpoint"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    network: Annotated[Observed[str], Read(ENDPOINTS, "network")] = UNSET
    private_service_connect: Annotated[
        Observed[PrivateServiceConnect], Read(ENDPOINTS, "privateServiceConnectConfig")
    ] = UNSET
    #: what `privateServiceConnectConfig` replaces; endpoints made before it still have it
    enable_private_service_connect: Annotated[Observed[bool], Read(ENDPOINTS, "enablePrivateServiceConnect")] = UNSET
    #: of one that answers in a data centre of the customer's, on Google Distributed Cloud
    gdc_zone: Annotated[Observed[str], Read(ENDPOINTS, "gdcConfig.zone")] = UNSET
    kms_key: Annotated[Observed[str], Read(ENDPOINTS, "encryptionSpec.kmsKeyName")] = UNSET
    request_logging: Annotated[Observed[bool], Read(ENDPOINTS, "predictRequestResponseLoggingConfig.enabled")] = UNSET
    #: which part of the requests is logged; left out where it is 0
    sampling_rate: Annotated[Observed[float], Read(ENDPOINTS, "predictRequestResponseLoggingConfig.samplingRate")] = (
        UNSET
    )
    #: name of the job that compares what it is asked with a baseline
    monitoring_job: Annotated[Observed[str], Read(ENDPOINTS, "modelDeploymentMonitoringJob")] = UNSET
    deployed_models: Annotated[Observed[tuple[DeployedModel, ...]], Read(ENDPOINTS, "deployedModels")] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(ENDPOINTS, "labels")] = UNSET


class DeploymentResourcePool(Resource, frozen=True, kw_only=True):
    """Machines that several deployed models share. Id: //aiplatform.googleapis.com/projects/…/deploymentResourcePools/…

    Only those that endpoints name.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.DeploymentResourcePool"
    title: ClassVar[str] = "Vertex AI deployment resource pool"
    holds: ClassVar[Holds] = Holds.SERVING

    resources: Annotated[Observed[Replicas], Read(POOL, "dedicatedResources")] = UNSET
    service_account: Annotated[Observed[str], Read(POOL, "serviceAccount")] = UNSET
    disable_container_logging: Annotated[Observed[bool], Read(POOL, "disableContainerLogging")] = UNSET


class RunStatus(Part, frozen=True, kw_only=True, rename="camel"):
    """How a run ended: a code of google.rpc.Code, which is left out where it is 0."""

    code: int | None = None


class MonitoringRun(Part, frozen=True, kw_only=True, rename="camel"):
    """The latest run of a monitoring job."""

    run_time: str | None = None
    status: RunStatus | None = None


class EmailAlert(Part, frozen=True, kw_only=True, rename="camel"):
    """Who gets an e-mail."""

    user_emails: tuple[str, ...] | None = None


class Alerting(Part, frozen=True, kw_only=True, rename="camel"):
    """Where a monitoring job reports anomalies."""

    email_alert_config: EmailAlert | None = None
    notification_channels: tuple[str, ...] | None = None
    enable_logging: bool | None = None


class MonitoringJob(Resource, frozen=True, kw_only=True):
    """A model deployment monitoring job. Id: //aiplatform.googleapis.com/projects/…/modelDeploymentMonitoringJobs/…

    Only those that endpoints name.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.MonitoringJob"
    title: ClassVar[str] = "Vertex AI model monitoring job"
    holds: ClassVar[Holds] = Holds.SERVING

    state: Annotated[Observed[str], Read(MONITORING, "state")] = UNSET
    latest_run: Annotated[Observed[MonitoringRun], Read(MONITORING, "latestMonitoringPipelineMetadata")] = UNSET
    alerting: Annotated[Observed[Alerting], Read(MONITORING, "modelMonitoringAlertConfig")] = UNSET
    #: which part of requests and responses it logs to tables of its own
    sampling_rate: Annotated[
        Observed[float], Read(MONITORING, "loggingSamplingStrategy.randomSampleConfig.sampleRate")
    ] = UNSET
    #: whether anomalies go to Cloud Logging, with all that the runs log
    pipeline_logs: Annotated[Observed[bool], Read(MONITORING, "enableMonitoringPipelineLogs")] = UNSET
    #: how long its tables keep requests and responses, as in 2592000s
    log_ttl: Annotated[Observed[str], Read(MONITORING, "logTtl")] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(MONITORING, "labels")] = UNSET


class Model(Resource, frozen=True, kw_only=True):
    """A version of a registered model: the default one, or another (its id ends in `@version`).

    Container arguments and variables are not kept, only the names of those that look like secrets, and of buckets.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.Model"
    title: ClassVar[str] = "Vertex AI model"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    version: Annotated[Observed[str], Read(MODELS, "versionId")] = UNSET
    create_time: Annotated[Observed[datetime], Read(MODELS, "versionCreateTime")] = UNSET
    artifact_uri: Annotated[Observed[str], Read(MODELS, "artifactUri")] = UNSET
    #: the model that it is a copy of, whose artifact was uploaded earlier
    copy_of: Annotated[Observed[str], Read(MODELS, "originalModelInfo.model")] = UNSET
    kms_key: Annotated[Observed[str], Read(MODELS, "encryptionSpec.kmsKeyName")] = UNSET
    image_uri: Annotated[Observed[str], Read(MODELS, "containerSpec.imageUri")] = UNSET
    #: what Vertex ML Metadata noted as this version when it was uploaded
    metadata_artifact: Annotated[Observed[str], Read(MODELS, "metadataArtifact")] = UNSET
    #: full name of the pipeline that made it; absent where none of Vertex AI did
    training_pipeline: Annotated[Observed[str], Read(MODELS, "trainingPipeline")] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(MODELS, "labels")] = UNSET
    #: what its descriptions and labels, read as a card is, speak of; their prose is not kept
    card: Observed[Card] = UNSET
    #: buckets that variables and arguments of the container name; None without a container
    container_buckets: Observed[tuple[str, ...]] = UNSET
    #: variables of the container that name something of MLflow; None where there are none
    mlflow_names: Observed[dict[str, str]] = UNSET
    #: variables and arguments of the container that look like secrets; None without a container
    secrets: Observed[tuple[str, ...]] = UNSET
    #: variables and arguments that let the server run code found beside the weights; None without a container
    remote_code: Observed[tuple[str, ...]] = UNSET


class ModelEvaluation(Resource, frozen=True, kw_only=True):
    """An evaluation of a version that an endpoint serves. Id: //aiplatform.googleapis.com/…/models/…@7/evaluations/…

    What was measured is not read, only what kind of metrics and of which groups.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.ModelEvaluation"
    title: ClassVar[str] = "Vertex AI model evaluation"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    create_time: Annotated[Observed[datetime], Read(EVALUATIONS, "createTime")] = UNSET
    #: names a schema of metrics, such as `gs://google-cloud-aiplatform/schema/modelevaluation/…_metrics_1.0.0.yaml`
    metrics_schema_uri: Annotated[Observed[str], Read(EVALUATIONS, "metricsSchemaUri")] = UNSET
    #: the features of each of its slices that were cut by features; those of the labels of classes are left out
    groups: Observed[tuple[tuple[str, ...], ...]] = UNSET

    @property
    def model_version(self) -> str:
        """Full name and version of the model that it is of: `//aiplatform.googleapis.com/…/models/…@7`."""
        return self.id.rpartition("/evaluations/")[0]


class TrainingPipeline(Resource, frozen=True, kw_only=True):
    """A training pipeline that made a version which serves. Id: //aiplatform.googleapis.com/…/trainingPipelines/…"""

    kind: ClassVar[str] = "gcp.vertex_ai.TrainingPipeline"
    title: ClassVar[str] = "Vertex AI training pipeline"
    holds: ClassVar[Holds] = Holds.TRAINING

    #: full name of the dataset that it read; None where it read none of Vertex AI
    dataset: Observed[str] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(PIPELINES, "labels")] = UNSET


class LineageArtifact(Part, frozen=True, kw_only=True):
    """What an execution read or made: the full name of its record, and the address that it is known by there.

    Of what Vertex AI has that is its full name. `type` is the title of a schema, such as `system.Dataset`.
    """

    id: str | None = None
    uri: str | None = None
    type: str | None = None


class LineageStep(Part, frozen=True, kw_only=True):
    """An execution: a step of a pipeline, or whatever was recorded. `job` is the job of Vertex AI that it ran, if any.

    `addresses` are those among its parameters, of which nothing says whether it read or wrote there.
    """

    execution: str | None = None
    name: str | None = None
    type: str | None = None
    state: str | None = None
    job: str | None = None
    reads: tuple[LineageArtifact, ...] | None = None
    writes: tuple[LineageArtifact, ...] | None = None
    addresses: tuple[str, ...] | None = None


class ModelLineage(Resource, frozen=True, kw_only=True):
    """What Vertex ML Metadata has of where a version comes from that an endpoint serves. Id: the name of an artifact.

    Pipelines write it, and whoever may create executions adds to it.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.ModelLineage"
    title: ClassVar[str] = "Vertex AI lineage of a model"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    #: the address that it is known by there; None where there is none
    uri: Observed[str] = UNSET
    #: ids of the served versions that it is of
    models: Observed[tuple[str, ...]] = UNSET
    #: what led to it
    steps: Observed[tuple[LineageStep, ...]] = UNSET
    #: how far it was followed, where more may lead to it; None where it was followed to its beginning
    cut: Observed[int] = UNSET


class SourceBucket(Part, frozen=True, kw_only=True):
    """A bucket that the data of a dataset lies in, and whether its project owns it; None where it is not there."""

    name: str
    owned: bool | None


class Dataset(Resource, frozen=True, kw_only=True):
    """A dataset of Vertex AI that a version which serves was trained with. Id: //aiplatform.googleapis.com/…/datasets/…

    `description` says whether what is written of it is `filled`, a `placeholder` or `empty`; the text is not kept.
    `sources` are the addresses in Cloud Storage or BigQuery that it names, which those of tables do.
    """

    kind: ClassVar[str] = "gcp.vertex_ai.Dataset"
    title: ClassVar[str] = "Vertex AI dataset"
    holds: ClassVar[Holds] = Holds.TRAINING

    description: Observed[str] = UNSET
    sources: Observed[tuple[str, ...]] = UNSET
    buckets: Observed[tuple[SourceBucket, ...]] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(DATASET, "labels")] = UNSET


class Container(Part, frozen=True, kw_only=True, rename="camel"):
    """A custom training container."""

    image_uri: str | None = None


class PythonPackage(Part, frozen=True, kw_only=True, rename="camel"):
    """Training code installed into a prebuilt container."""

    executor_image_uri: str | None = None
    package_uris: tuple[str, ...] | None = None


class WorkerPool(Part, frozen=True, kw_only=True, rename="camel"):
    """Machines of one kind in a training job."""

    container_spec: Container | None = None
    python_package_spec: PythonPackage | None = None


class CustomJob(Resource, frozen=True, kw_only=True):
    """A custom training job of the last 30 days, or one that has not ended.

    Id: //aiplatform.googleapis.com/projects/…/customJobs/…
    """

    kind: ClassVar[str] = "gcp.vertex_ai.CustomJob"
    title: ClassVar[str] = "Vertex AI custom job"
    holds: ClassVar[Holds] = Holds.TRAINING

    state: Annotated[Observed[str], Read(JOBS, "state")] = UNSET
    create_time: Annotated[Observed[datetime], Read(JOBS, "createTime")] = UNSET
    kms_key: Annotated[Observed[str], Read(JOBS, "encryptionSpec.kmsKeyName")] = UNSET
    service_account: Annotated[Observed[str], Read(JOBS, "jobSpec.serviceAccount")] = UNSET
    network: Annotated[Observed[str], Read(JOBS, "jobSpec.network")] = UNSET
    network_attachment: Annotated[Observed[str], Read(JOBS, "jobSpec.pscInterfaceConfig.networkAttachment")] = UNSET
    web_access: Annotated[Observed[bool], Read(JOBS, "jobSpec.enableWebAccess")] = UNSET
    persistent_resource: Annotated[Observed[str], Read(JOBS, "jobSpec.persistentResourceId")] = UNSET
    output_uri: Annotated[Observed[str], Read(JOBS, "jobSpec.baseOutputDirectory.outputUriPrefix")] = UNSET
    worker_pools: Annotated[Observed[tuple[WorkerPool, ...]], Read(JOBS, "jobSpec.workerPoolSpecs")] = UNSET
    #: `worker pool/variable or argument` of what looks like a secret
    secrets: Observed[tuple[str, ...]] = UNSET
    #: buckets that variables and arguments of its containers name
    container_buckets: Observed[tuple[str, ...]] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(JOBS, "labels")] = UNSET
