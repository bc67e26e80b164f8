"""SageMaker kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET

from checks.aws.members import AwsPart
from scanner.cards.card import Card
from scanner.model.nouns import Holds, Observed, Read, Resource

_NOTEBOOK = "sagemaker:DescribeNotebookInstance"
_MODEL = "sagemaker:DescribeModel"
_PACKAGE = "sagemaker:DescribeModelPackage"
_CARD = "sagemaker:DescribeModelCard"
_CONFIG = "sagemaker:DescribeEndpointConfig"
_ENDPOINT = "sagemaker:DescribeEndpoint"
_SCHEDULES = "sagemaker:ListMonitoringSchedules"
_SCHEDULE = "sagemaker:DescribeMonitoringSchedule"
_COMPONENTS = "sagemaker:ListInferenceComponents"
_COMPONENT = "sagemaker:DescribeInferenceComponent"
_JOB = "sagemaker:DescribeTrainingJob"
FEATURE_GROUP = "sagemaker:DescribeFeatureGroup"
ARTIFACTS = "sagemaker:ListArtifacts"
#: Statuses that a training job never leaves.
FINISHED = frozenset({"Completed", "Failed", "Stopped"})


class NotebookInstance(Resource, frozen=True, kw_only=True):
    """A SageMaker notebook instance. Id: its ARN."""

    kind: ClassVar[str] = "aws.sagemaker.NotebookInstance"
    title: ClassVar[str] = "SageMaker notebook instance"
    holds: ClassVar[Holds] = Holds.WORKBENCH
    local: ClassVar[bool] = True

    status: Annotated[Observed[str], Read("sagemaker:ListNotebookInstances", "NotebookInstanceStatus")] = UNSET
    instance_type: Annotated[Observed[str], Read("sagemaker:ListNotebookInstances", "InstanceType")] = UNSET
    direct_internet_access: Annotated[Observed[str], Read(_NOTEBOOK, "DirectInternetAccess")] = UNSET
    subnet_id: Annotated[Observed[str], Read(_NOTEBOOK, "SubnetId")] = UNSET
    root_access: Annotated[Observed[str], Read(_NOTEBOOK, "RootAccess")] = UNSET
    kms_key_id: Annotated[Observed[str], Read(_NOTEBOOK, "KmsKeyId")] = UNSET
    platform_identifier: Annotated[Observed[str], Read(_NOTEBOOK, "PlatformIdentifier")] = UNSET
    minimum_imds_version: Annotated[
        Observed[str],
        Read(_NOTEBOOK, "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"),
    ] = UNSET
    role_arn: Annotated[Observed[str], Read(_NOTEBOOK, "RoleArn")] = UNSET
    last_modified_time: Annotated[Observed[datetime], Read(_NOTEBOOK, "LastModifiedTime")] = UNSET


class HubAccess(AwsPart, frozen=True, kw_only=True):
    """The version of content of a SageMaker hub that a model is."""

    hub_content_arn: str | None = None


class S3DataSource(AwsPart, frozen=True, kw_only=True):
    """Where data lies in S3. A manifest is a list of where it lies.

    Entity tags are those that objects had when a model package was registered.
    """

    s3_uri: str | None = None
    s3_data_type: str | None = None
    etag: str | None = msgspec.field(default=None, name="ETag")
    manifest_s3_uri: str | None = None
    manifest_etag: str | None = None
    hub_access_config: HubAccess | None = None


class DataSource(AwsPart, frozen=True, kw_only=True):
    """A source of model artifacts or training data; other members than S3 are not read."""

    s3_data_source: S3DataSource | None = None


class ImageConfig(AwsPart, frozen=True, kw_only=True):
    """How SageMaker reaches the registry that holds an image."""

    repository_access_mode: str | None = None


class Environed(AwsPart, frozen=True, kw_only=True):
    """A container with an environment, whose values are not kept.

    `environment` holds the variables that choose what code and weights a serving image downloads,
    `suspicious_environment` the names of variables that look like credentials, `mlflow_names` the variables that name
    something of MLflow.
    """

    environment: dict[str, str] | None = None
    suspicious_environment: tuple[str, ...] | None = None
    mlflow_names: dict[str, str] | None = None


class ServingContainer(Environed, frozen=True, kw_only=True):
    """What the containers of models and of model packages have in common."""

    image: str | None = None
    model_data_url: str | None = None
    model_data_source: DataSource | None = None
    additional_model_data_sources: tuple[DataSource, ...] | None = None


class Container(ServingContainer, frozen=True, kw_only=True):
    """One container of a model, or the package that it is made from."""

    container_hostname: str | None = None
    image_config: ImageConfig | None = None
    model_package_name: str | None = None
    inference_specification_name: str | None = None
    #: SingleModel or MultiModel, which loads any model below its address
    mode: str | None = None


class Model(Resource, frozen=True, kw_only=True):
    """A SageMaker model: containers, artifacts and the role they run as. Id: its ARN.

    `details_from` is the operation that its details were read from: Search has the members of DescribeModel.
    """

    kind: ClassVar[str] = "aws.sagemaker.Model"
    title: ClassVar[str] = "SageMaker model"
    holds: ClassVar[Holds] = Holds.ARTIFACT
    local: ClassVar[bool] = True

    primary_container: Annotated[Observed[Container], Read(_MODEL, "PrimaryContainer")] = UNSET
    containers: Annotated[Observed[tuple[Container, ...]], Read(_MODEL, "Containers")] = UNSET
    execution_role_arn: Annotated[Observed[str], Read(_MODEL, "ExecutionRoleArn")] = UNSET
    subnets: Annotated[Observed[tuple[str, ...]], Read(_MODEL, "VpcConfig.Subnets")] = UNSET
    enable_network_isolation: Annotated[Observed[bool], Read(_MODEL, "EnableNetworkIsolation")] = UNSET
    creation_time: Annotated[Observed[datetime], Read("sagemaker:ListModels", "CreationTime")] = UNSET
    details_from: Observed[str] = UNSET


class AdditionalS3DataSource(AwsPart, frozen=True, kw_only=True):
    """Where more data of a model package lies."""

    s3_uri: str | None = None
    s3_data_type: str | None = None
    etag: str | None = msgspec.field(default=None, name="ETag")


class PackageContainer(ServingContainer, frozen=True, kw_only=True):
    """One container of a model package."""

    image_digest: str | None = None
    #: of the object at `model_data_url` when the package was registered
    model_data_etag: str | None = msgspec.field(default=None, name="ModelDataETag")
    additional_s3_data_source: AdditionalS3DataSource | None = None


class InferenceSpecification(AwsPart, frozen=True, kw_only=True):
    """One way to run a model package; those beside the first have a name."""

    name: str | None = None
    containers: tuple[PackageContainer, ...] | None = None


class SourceAlgorithm(AwsPart, frozen=True, kw_only=True):
    """An algorithm that a model package was made from, and what was trained with it."""

    model_data_url: str | None = None
    model_data_etag: str | None = msgspec.field(default=None, name="ModelDataETag")
    model_data_source: DataSource | None = None


class IamIdentity(AwsPart, frozen=True, kw_only=True):
    """The identity of IAM that somebody had. Who assumed a role is in the source identity, if at all."""

    arn: str | None = None
    source_identity: str | None = None


class UserContext(AwsPart, frozen=True, kw_only=True):
    """Who did something, as SageMaker recorded it."""

    user_profile_arn: str | None = None
    iam_identity: IamIdentity | None = None


class ModelPackage(Resource, frozen=True, kw_only=True):
    """A model package that a model of this account names. An unversioned one has no approval status.

    Id: its ARN; for one of another account, with the account that saw it, as several may see the same one differently.
    """

    kind: ClassVar[str] = "aws.sagemaker.ModelPackage"
    title: ClassVar[str] = "SageMaker model package"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    inference_specification: Annotated[Observed[InferenceSpecification], Read(_PACKAGE, "InferenceSpecification")] = (
        UNSET
    )
    additional_inference_specifications: Annotated[
        Observed[tuple[InferenceSpecification, ...]], Read(_PACKAGE, "AdditionalInferenceSpecifications")
    ] = UNSET
    source_algorithms: Annotated[
        Observed[tuple[SourceAlgorithm, ...]], Read(_PACKAGE, "SourceAlgorithmSpecification.SourceAlgorithms")
    ] = UNSET
    approval_status: Annotated[Observed[str], Read(_PACKAGE, "ModelApprovalStatus")] = UNSET
    creation_time: Annotated[Observed[datetime], Read(_PACKAGE, "CreationTime")] = UNSET
    created_by: Annotated[Observed[UserContext], Read(_PACKAGE, "CreatedBy")] = UNSET
    last_modified_time: Annotated[Observed[datetime], Read(_PACKAGE, "LastModifiedTime")] = UNSET
    last_modified_by: Annotated[Observed[UserContext], Read(_PACKAGE, "LastModifiedBy")] = UNSET
    version: Annotated[Observed[int], Read(_PACKAGE, "ModelPackageVersion")] = UNSET
    #: what there is in its model card, whose prose is not kept
    card: Annotated[Observed[Card], Read(_PACKAGE, "ModelCard.ModelCardContent")] = UNSET
    card_status: Annotated[Observed[str], Read(_PACKAGE, "ModelCard.ModelCardStatus")] = UNSET
    #: what its metadata, read as a card is, speak of
    metadata: Annotated[Observed[Card], Read(_PACKAGE, "CustomerMetadataProperties")] = UNSET
    #: of its metadata, those that name something of MLflow
    mlflow_names: Observed[dict[str, str]] = UNSET
    #: where it was registered from, as whoever registered it says
    source_uri: Annotated[Observed[str], Read(_PACKAGE, "SourceUri")] = UNSET


class ModelCard(Resource, frozen=True, kw_only=True):
    """A SageMaker model card that says it is of a model package that a model is made from. Id: its ARN.

    `approved_version` is the version in which its status became what it is now, Approved, and `approved_by` who edited
    that one; None where it is not approved.
    """

    kind: ClassVar[str] = "aws.sagemaker.ModelCard"
    title: ClassVar[str] = "SageMaker model card"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    status: Annotated[Observed[str], Read(_CARD, "ModelCardStatus")] = UNSET
    #: what there is in it; its prose is not kept
    card: Annotated[Observed[Card], Read(_CARD, "Content")] = UNSET
    creation_time: Annotated[Observed[datetime], Read(_CARD, "CreationTime")] = UNSET
    last_modified_time: Annotated[Observed[datetime], Read(_CARD, "LastModifiedTime")] = UNSET
    created_by: Annotated[Observed[UserContext], Read(_CARD, "CreatedBy")] = UNSET
    approved_version: Observed[int] = UNSET
    approved_by: Observed[UserContext] = UNSET


class NamedModelCard(Resource, frozen=True, kw_only=True):
    """A SageMaker model card that names a model which serves and is made from no package. Id: its ARN."""

    kind: ClassVar[str] = "aws.sagemaker.NamedModelCard"
    title: ClassVar[str] = "SageMaker model card of a model without a package"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    status: Annotated[Observed[str], Read(_CARD, "ModelCardStatus")] = UNSET
    #: what there is in it; its prose is not kept
    card: Annotated[Observed[Card], Read(_CARD, "Content")] = UNSET


class CoreDumpConfig(AwsPart, frozen=True, kw_only=True):
    """Where memory of a crashed container is written."""

    destination_s3_uri: str | None = None
    kms_key_id: str | None = None


class InstancePool(AwsPart, frozen=True, kw_only=True):
    """One of several instance types a variant may run on, perhaps with a model of its own."""

    instance_type: str | None = None
    model_name: str | None = msgspec.field(default=None, name="ModelNameOverride")


class Variant(AwsPart, frozen=True, kw_only=True):
    """One production variant: which model, on how many instances of which type."""

    variant_name: str | None = None
    model_name: str | None = None
    instance_type: str | None = None
    instance_pools: tuple[InstancePool, ...] | None = None
    initial_instance_count: int | None = None
    serverless_config: dict[str, Any] | None = None
    core_dump_config: CoreDumpConfig | None = None
    enable_ssm_access: bool | None = msgspec.field(default=None, name="EnableSSMAccess")


class DataCapture(AwsPart, frozen=True, kw_only=True):
    """Recording of requests and responses."""

    enable_capture: bool | None = None
    initial_sampling_percentage: int | None = None
    destination_s3_uri: str | None = None
    kms_key_id: str | None = None


class CaptureOption(AwsPart, frozen=True, kw_only=True):
    """Which side of the traffic is recorded."""

    capture_mode: str | None = None


class NotificationConfig(AwsPart, frozen=True, kw_only=True):
    """Topics told about asynchronous inferences."""

    include_inference_response_in: tuple[str, ...] | None = None


class AsyncOutput(AwsPart, frozen=True, kw_only=True):
    """Where asynchronous responses are written."""

    s3_output_path: str | None = None
    s3_failure_path: str | None = None
    kms_key_id: str | None = None
    notification_config: NotificationConfig | None = None


class EndpointConfig(Resource, frozen=True, kw_only=True):
    """What an endpoint serves and how. Immutable: endpoints change by moving to another one. Id: its ARN.

    Role, subnets and network isolation are those of inference components; other models bring their own.
    """

    kind: ClassVar[str] = "aws.sagemaker.EndpointConfig"
    title: ClassVar[str] = "SageMaker endpoint configuration"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    variants: Annotated[Observed[tuple[Variant, ...]], Read(_CONFIG, "ProductionVariants")] = UNSET
    shadow_variants: Annotated[Observed[tuple[Variant, ...]], Read(_CONFIG, "ShadowProductionVariants")] = UNSET
    data_capture: Annotated[Observed[DataCapture], Read(_CONFIG, "DataCaptureConfig")] = UNSET
    capture_options: Annotated[
        Observed[tuple[CaptureOption, ...]], Read(_CONFIG, "DataCaptureConfig.CaptureOptions")
    ] = UNSET
    async_output: Annotated[Observed[AsyncOutput], Read(_CONFIG, "AsyncInferenceConfig.OutputConfig")] = UNSET
    async_success_topic: Annotated[
        Observed[str], Read(_CONFIG, "AsyncInferenceConfig.OutputConfig.NotificationConfig.SuccessTopic")
    ] = UNSET
    async_error_topic: Annotated[
        Observed[str], Read(_CONFIG, "AsyncInferenceConfig.OutputConfig.NotificationConfig.ErrorTopic")
    ] = UNSET
    kms_key_id: Annotated[Observed[str], Read(_CONFIG, "KmsKeyId")] = UNSET
    shap_baseline_uri: Annotated[
        Observed[str],
        Read(_CONFIG, "ExplainerConfig.ClarifyExplainerConfig.ShapConfig.ShapBaselineConfig.ShapBaselineUri"),
    ] = UNSET
    execution_role_arn: Annotated[Observed[str], Read(_CONFIG, "ExecutionRoleArn")] = UNSET
    subnets: Annotated[Observed[tuple[str, ...]], Read(_CONFIG, "VpcConfig.Subnets")] = UNSET
    enable_network_isolation: Annotated[Observed[bool], Read(_CONFIG, "EnableNetworkIsolation")] = UNSET


class Alarm(AwsPart, frozen=True, kw_only=True):
    """A CloudWatch alarm that rolls a deployment back."""

    alarm_name: str | None = None


class ActiveCapture(AwsPart, frozen=True, kw_only=True):
    """Recording as it goes on at an endpoint, whatever its configuration says."""

    enable_capture: bool | None = None
    capture_status: str | None = None
    current_sampling_percentage: int | None = None


class DeployedImage(AwsPart, frozen=True, kw_only=True):
    """An image that runs: as it was named, and by its digest, which is what a tag led to."""

    specified_image: str | None = None
    resolved_image: str | None = None


class DeployedVariant(AwsPart, frozen=True, kw_only=True):
    """What runs of a variant."""

    variant_name: str | None = None
    deployed_images: tuple[DeployedImage, ...] | None = None


class Endpoint(Resource, frozen=True, kw_only=True):
    """A SageMaker endpoint. Id: its ARN."""

    kind: ClassVar[str] = "aws.sagemaker.Endpoint"
    title: ClassVar[str] = "SageMaker endpoint"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    status: Annotated[Observed[str], Read("sagemaker:ListEndpoints", "EndpointStatus")] = UNSET
    endpoint_config_name: Annotated[Observed[str], Read(_ENDPOINT, "EndpointConfigName")] = UNSET
    rollback_alarms: Annotated[
        Observed[tuple[Alarm, ...]], Read(_ENDPOINT, "LastDeploymentConfig.AutoRollbackConfiguration.Alarms")
    ] = UNSET
    active_capture: Annotated[Observed[ActiveCapture], Read(_ENDPOINT, "DataCaptureConfig")] = UNSET
    deployed_variants: Annotated[Observed[tuple[DeployedVariant, ...]], Read(_ENDPOINT, "ProductionVariants")] = UNSET
    deployed_shadow_variants: Annotated[
        Observed[tuple[DeployedVariant, ...]], Read(_ENDPOINT, "ShadowProductionVariants")
    ] = UNSET


class MonitoringRun(AwsPart, frozen=True, kw_only=True):
    """The last run of a monitoring schedule."""

    monitoring_execution_status: str | None = None


class MonitoringSchedule(Resource, frozen=True, kw_only=True):
    """A schedule of SageMaker Model Monitor for an endpoint of this account. Id: its ARN.

    `had_no_data` is whether its last run failed because the endpoint was asked nothing; None where it gave no reason.
    """

    kind: ClassVar[str] = "aws.sagemaker.MonitoringSchedule"
    title: ClassVar[str] = "SageMaker monitoring schedule"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    status: Annotated[Observed[str], Read(_SCHEDULES, "MonitoringScheduleStatus")] = UNSET
    endpoint_name: Annotated[Observed[str], Read(_SCHEDULES, "EndpointName")] = UNSET
    monitoring_type: Annotated[Observed[str], Read(_SCHEDULES, "MonitoringType")] = UNSET
    last_run: Annotated[Observed[MonitoringRun], Read(_SCHEDULE, "LastMonitoringExecutionSummary")] = UNSET
    had_no_data: Observed[bool] = UNSET


class ComponentContainer(Environed, frozen=True, kw_only=True):
    """What an inference component runs where it names no model. That of an adapter has nothing but an artifact."""

    deployed_image: DeployedImage | None = None
    artifact_url: str | None = None


class ComponentSpecification(AwsPart, frozen=True, kw_only=True):
    """What an inference component is: a model, or a container of its own."""

    model_name: str | None = None
    container: ComponentContainer | None = None


class InferenceComponent(Resource, frozen=True, kw_only=True):
    """A SageMaker inference component: a model, or an adapter of one, on an endpoint. Id: its ARN.

    It has one specification, or several for different types of instances.
    """

    kind: ClassVar[str] = "aws.sagemaker.InferenceComponent"
    title: ClassVar[str] = "SageMaker inference component"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    status: Annotated[Observed[str], Read(_COMPONENTS, "InferenceComponentStatus")] = UNSET
    endpoint_name: Annotated[Observed[str], Read(_COMPONENTS, "EndpointName")] = UNSET
    specification: Annotated[Observed[ComponentSpecification], Read(_COMPONENT, "Specification")] = UNSET
    specifications: Annotated[Observed[tuple[ComponentSpecification, ...]], Read(_COMPONENT, "Specifications")] = UNSET
    rollback_alarms: Annotated[
        Observed[tuple[Alarm, ...]], Read(_COMPONENT, "LastDeploymentConfig.AutoRollbackConfiguration.Alarms")
    ] = UNSET
    #: how many copies of its container run
    current_copies: Annotated[Observed[int], Read(_COMPONENT, "RuntimeConfig.CurrentCopyCount")] = UNSET


class Channel(AwsPart, frozen=True, kw_only=True):
    """One named input of a training job."""

    channel_name: str | None = None
    data_source: DataSource | None = None


class InstanceGroup(AwsPart, frozen=True, kw_only=True):
    """Instances of one type: a part of a training cluster, or one that a job would take."""

    instance_type: str | None = None
    instance_count: int | None = None


class TrainingResources(AwsPart, frozen=True, kw_only=True):
    """The instances a training job runs on: one type, groups of several, or the one selected among preferences."""

    instance_type: str | None = None
    instance_count: int | None = None
    selected_instance_type: str | None = None
    selected_instance_count: int | None = None
    instance_groups: tuple[InstanceGroup, ...] | None = None
    instance_preferences: tuple[InstanceGroup, ...] | None = None
    volume_kms_key_id: str | None = None


class TrainingOutput(AwsPart, frozen=True, kw_only=True):
    """Where a training job writes the model."""

    s3_output_path: str | None = None
    kms_key_id: str | None = None


class RuleOutput(AwsPart, frozen=True, kw_only=True):
    """Where a rule that watches a training job writes what it finds."""

    s3_output_path: str | None = None


class TrainingJob(Resource, frozen=True, kw_only=True):
    """A SageMaker training job of the last thirty days, or one that still runs. Id: its ARN.

    Of hyperparameters, environment and the command line only the names are kept that look like credentials, and in
    `code_uris` where code is downloaded from. `enable_remote_debug` is not read of finished jobs. `details_from` is the
    operation that the details were read from: Search has the members of DescribeTrainingJob, but for remote debugging.
    """

    kind: ClassVar[str] = "aws.sagemaker.TrainingJob"
    title: ClassVar[str] = "SageMaker training job"
    holds: ClassVar[Holds] = Holds.TRAINING

    status: Annotated[Observed[str], Read("sagemaker:ListTrainingJobs", "TrainingJobStatus")] = UNSET
    role_arn: Annotated[Observed[str], Read(_JOB, "RoleArn")] = UNSET
    training_image: Annotated[Observed[str], Read(_JOB, "AlgorithmSpecification.TrainingImage")] = UNSET
    repository_access_mode: Annotated[
        Observed[str], Read(_JOB, "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode")
    ] = UNSET
    inputs: Annotated[Observed[tuple[Channel, ...]], Read(_JOB, "InputDataConfig")] = UNSET
    output: Annotated[Observed[TrainingOutput], Read(_JOB, "OutputDataConfig")] = UNSET
    #: the model that it made, below the path of `output`; absent until it has ended
    artifact: Annotated[Observed[str], Read(_JOB, "ModelArtifacts.S3ModelArtifacts")] = UNSET
    checkpoint_s3_uri: Annotated[Observed[str], Read(_JOB, "CheckpointConfig.S3Uri")] = UNSET
    debug_hook_s3_output_path: Annotated[Observed[str], Read(_JOB, "DebugHookConfig.S3OutputPath")] = UNSET
    debug_rules: Annotated[Observed[tuple[RuleOutput, ...]], Read(_JOB, "DebugRuleConfigurations")] = UNSET
    tensor_board_s3_output_path: Annotated[Observed[str], Read(_JOB, "TensorBoardOutputConfig.S3OutputPath")] = UNSET
    profiler_s3_output_path: Annotated[Observed[str], Read(_JOB, "ProfilerConfig.S3OutputPath")] = UNSET
    code_uris: Observed[tuple[str, ...]] = UNSET
    #: absent of a serverless job alone, for which SageMaker chooses instances and code
    resources: Annotated[Observed[TrainingResources], Read(_JOB, "ResourceConfig")] = UNSET
    subnets: Annotated[Observed[tuple[str, ...]], Read(_JOB, "VpcConfig.Subnets")] = UNSET
    enable_network_isolation: Annotated[Observed[bool], Read(_JOB, "EnableNetworkIsolation")] = UNSET
    encrypt_inter_container_traffic: Annotated[Observed[bool], Read(_JOB, "EnableInterContainerTrafficEncryption")] = (
        UNSET
    )
    enable_remote_debug: Annotated[Observed[bool], Read(_JOB, "RemoteDebugConfig.EnableRemoteDebug")] = UNSET
    suspicious_hyperparameters: Annotated[Observed[tuple[str, ...]], Read(_JOB, "HyperParameters")] = UNSET
    suspicious_environment: Annotated[Observed[tuple[str, ...]], Read(_JOB, "Environment")] = UNSET
    #: of the entry point and its arguments
    suspicious_arguments: Annotated[
        Observed[tuple[str, ...]], Read(_JOB, "AlgorithmSpecification.ContainerArguments")
    ] = UNSET
    details_from: Observed[str] = UNSET


class OfflineStorage(AwsPart, frozen=True, kw_only=True):
    """Where an offline store is in S3: the folder that records are written to, and the key that they are named."""

    resolved_output_s3_uri: str | None = None
    kms_key_id: str | None = None


class OnlineSecurity(AwsPart, frozen=True, kw_only=True):
    """What an online store is encrypted with."""

    kms_key_id: str | None = None


class OnlineStore(AwsPart, frozen=True, kw_only=True):
    """The store that endpoints look features up in. `storage_type` is Standard where it is not said."""

    enable_online_store: bool | None = None
    storage_type: str | None = None
    security_config: OnlineSecurity | None = None


class FeatureGroup(Resource, frozen=True, kw_only=True):
    """A feature group of SageMaker Feature Store, with an offline store, an online one, or both. Id: its ARN.

    What is written of it is not kept: `description` says whether that is `filled`, a `placeholder` or `empty`. Its
    features and its records are not read.
    """

    kind: ClassVar[str] = "aws.sagemaker.FeatureGroup"
    title: ClassVar[str] = "SageMaker feature group"
    holds: ClassVar[Holds] = Holds.TRAINING

    status: Annotated[Observed[str], Read("sagemaker:ListFeatureGroups", "FeatureGroupStatus")] = UNSET
    offline_storage: Annotated[Observed[OfflineStorage], Read(FEATURE_GROUP, "OfflineStoreConfig.S3StorageConfig")] = (
        UNSET
    )
    online_store: Annotated[Observed[OnlineStore], Read(FEATURE_GROUP, "OnlineStoreConfig")] = UNSET
    description: Annotated[Observed[str], Read(FEATURE_GROUP, "Description")] = UNSET


class LineageStep(AwsPart, frozen=True, kw_only=True):
    """What ran, what it read and what it made. One that no job of SageMaker stands behind has the ARN of its record."""

    job: str | None = None
    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] | None = None


class ArtifactLineage(Resource, frozen=True, kw_only=True):
    """What SageMaker's lineage says of where an artifact comes from that an endpoint loads. Id: the ARN of its record.

    SageMaker notes it where jobs run, and whoever may add associations adds to it.
    """

    kind: ClassVar[str] = "aws.sagemaker.ArtifactLineage"
    title: ClassVar[str] = "SageMaker lineage of an artifact"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    uri: Annotated[Observed[str], Read(ARTIFACTS, "Source.SourceUri")] = UNSET
    #: ids of the models that load it and serve
    models: Observed[tuple[str, ...]] = UNSET
    #: what led to it, images left out
    steps: Observed[tuple[LineageStep, ...]] = UNSET
    #: whether more may lead to it: SageMaker follows no more than ten associations
    cut: Observed[bool] = UNSET
