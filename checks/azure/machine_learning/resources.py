"""Azure Machine Learning kinds: typed snapshots. Each field names the operation and member it comes from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.azure.members import IpRule, PrivateEndpointConnection, UserIdentity
from scanner.cards.card import Card
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

WORKSPACES = "Microsoft.MachineLearningServices/workspaces/read"
COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes/read"
ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read"
DEPLOYMENTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read"
MODELS = "Microsoft.MachineLearningServices/workspaces/models/read"
SCHEDULES = "Microsoft.MachineLearningServices/workspaces/schedules/read"
VERSIONS = "Microsoft.MachineLearningServices/workspaces/models/versions/read"
DATASTORES = "Microsoft.MachineLearningServices/workspaces/datastores/read"
JOBS = "Microsoft.MachineLearningServices/workspaces/jobs/read"
DATA = "Microsoft.MachineLearningServices/workspaces/data/read"
DATA_VERSIONS = "Microsoft.MachineLearningServices/workspaces/data/versions/read"


class Destination(Part, frozen=True, kw_only=True, rename="camel"):
    """What an outbound rule for a service tag or for addresses lets traffic go to."""

    service_tag: str | None = None
    address_prefixes: tuple[str, ...] | None = None
    action: str | None = None


class OutboundRule(Part, frozen=True, kw_only=True):
    """A rule of a managed network; `destination` is a host name where the type is FQDN."""

    type: str | None = None
    destination: Destination | str | None = None


class Workspace(Resource, frozen=True, kw_only=True):
    """An Azure ML workspace, hub or project. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.Workspace"
    title: ClassVar[str] = "Azure ML workspace"
    holds: ClassVar[Holds] = Holds.WORKBENCH

    #: Default, Hub, Project or FeatureStore; a project takes most settings from its hub
    workspace_kind: Annotated[Observed[str], Read(WORKSPACES, "kind")] = UNSET
    hub_resource_id: Annotated[Observed[str], Read(WORKSPACES, "properties.hubResourceId")] = UNSET
    provisioning_state: Annotated[Observed[str], Read(WORKSPACES, "properties.provisioningState")] = UNSET
    public_network_access: Annotated[Observed[str], Read(WORKSPACES, "properties.publicNetworkAccess")] = UNSET
    allow_public_access_when_behind_vnet: Annotated[
        Observed[bool], Read(WORKSPACES, "properties.allowPublicAccessWhenBehindVnet")
    ] = UNSET
    network_default_action: Annotated[Observed[str], Read(WORKSPACES, "properties.networkAcls.defaultAction")] = UNSET
    network_ip_rules: Annotated[Observed[tuple[IpRule, ...]], Read(WORKSPACES, "properties.networkAcls.ipRules")] = (
        UNSET
    )
    ip_allowlist: Annotated[Observed[tuple[str, ...]], Read(WORKSPACES, "properties.ipAllowlist")] = UNSET
    private_endpoint_connections: Annotated[
        Observed[tuple[PrivateEndpointConnection, ...]], Read(WORKSPACES, "properties.privateEndpointConnections")
    ] = UNSET
    encryption_status: Annotated[Observed[str], Read(WORKSPACES, "properties.encryption.status")] = UNSET
    key_identifier: Annotated[
        Observed[str], Read(WORKSPACES, "properties.encryption.keyVaultProperties.keyIdentifier")
    ] = UNSET
    isolation_mode: Annotated[Observed[str], Read(WORKSPACES, "properties.managedNetwork.isolationMode")] = UNSET
    outbound_rules: Annotated[
        Observed[Mapping[str, OutboundRule]], Read(WORKSPACES, "properties.managedNetwork.outboundRules")
    ] = UNSET
    serverless_subnet: Annotated[
        Observed[str], Read(WORKSPACES, "properties.serverlessComputeSettings.serverlessComputeCustomSubnet")
    ] = UNSET
    v1_legacy_mode: Annotated[Observed[bool], Read(WORKSPACES, "properties.v1LegacyMode")] = UNSET
    hbi_workspace: Annotated[Observed[bool], Read(WORKSPACES, "properties.hbiWorkspace")] = UNSET
    identity_type: Annotated[Observed[str], Read(WORKSPACES, "identity.type")] = UNSET
    principal_id: Annotated[Observed[str], Read(WORKSPACES, "identity.principalId")] = UNSET
    user_assigned_identities: Annotated[
        Observed[Mapping[str, UserIdentity | None]], Read(WORKSPACES, "identity.userAssignedIdentities")
    ] = UNSET
    primary_user_assigned_identity: Annotated[
        Observed[str], Read(WORKSPACES, "properties.primaryUserAssignedIdentity")
    ] = UNSET
    system_datastores_auth_mode: Annotated[Observed[str], Read(WORKSPACES, "properties.systemDatastoresAuthMode")] = (
        UNSET
    )
    storage_account: Annotated[Observed[str], Read(WORKSPACES, "properties.storageAccount")] = UNSET
    #: keeps the secrets of its datastores and connections
    key_vault: Annotated[Observed[str], Read(WORKSPACES, "properties.keyVault")] = UNSET
    #: of a hub, for its projects
    additional_storage_accounts: Annotated[
        Observed[tuple[str, ...]], Read(WORKSPACES, "properties.workspaceHubConfig.additionalWorkspaceStorageAccounts")
    ] = UNSET
    #: what stands for it in some addresses of assets
    workspace_id: Annotated[Observed[str], Read(WORKSPACES, "properties.workspaceId")] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(WORKSPACES, "tags")] = UNSET


class DockerSettings(Part, frozen=True, kw_only=True):
    """How a custom service's container runs."""

    privileged: bool | None = None


class CustomService(Part, frozen=True, kw_only=True):
    """A container that a compute instance runs beside its notebooks. Its environment is left out on purpose."""

    name: str | None = None
    docker: DockerSettings | None = None


class Compute(Resource, frozen=True, kw_only=True):
    """A compute of a workspace. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.Compute"
    title: ClassVar[str] = "Azure ML compute"
    holds: ClassVar[Holds] = Holds.WORKBENCH
    local: ClassVar[bool] = True

    #: ComputeInstance and AmlCompute are Azure's own machines; all others are attached ones
    compute_type: Annotated[Observed[str], Read(COMPUTES, "properties.computeType")] = UNSET
    provisioning_state: Annotated[Observed[str], Read(COMPUTES, "properties.provisioningState")] = UNSET
    #: of an instance: whether it runs, Running or Stopped and many more
    state: Annotated[Observed[str], Read(COMPUTES, "properties.properties.state")] = UNSET
    disable_local_auth: Annotated[Observed[bool], Read(COMPUTES, "properties.disableLocalAuth")] = UNSET
    subnet_id: Annotated[Observed[str], Read(COMPUTES, "properties.properties.subnet.id")] = UNSET
    enable_node_public_ip: Annotated[Observed[bool], Read(COMPUTES, "properties.properties.enableNodePublicIp")] = UNSET
    public_ip_address: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.connectivityEndpoints.publicIpAddress")
    ] = UNSET
    ssh_public_access: Annotated[Observed[str], Read(COMPUTES, "properties.properties.sshSettings.sshPublicAccess")] = (
        UNSET
    )
    remote_login_port_public_access: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.remoteLoginPortPublicAccess")
    ] = UNSET
    #: `personal` is an instance for one person, who is its creator or was assigned it
    authorization_type: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.computeInstanceAuthorizationType")
    ] = UNSET
    application_sharing_policy: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.applicationSharingPolicy")
    ] = UNSET
    idle_time_before_shutdown: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.idleTimeBeforeShutdown")
    ] = UNSET
    enable_root_access: Annotated[Observed[bool], Read(COMPUTES, "properties.properties.enableRootAccess")] = UNSET
    custom_services: Annotated[
        Observed[tuple[CustomService, ...]], Read(COMPUTES, "properties.properties.customServices")
    ] = UNSET
    is_latest_os_image: Annotated[
        Observed[bool], Read(COMPUTES, "properties.properties.osImageMetadata.isLatestOsImageVersion")
    ] = UNSET
    os_image_version: Annotated[
        Observed[str], Read(COMPUTES, "properties.properties.osImageMetadata.currentImageVersion")
    ] = UNSET
    principal_id: Annotated[Observed[str], Read(COMPUTES, "identity.principalId")] = UNSET
    user_assigned_identities: Annotated[
        Observed[Mapping[str, UserIdentity | None]], Read(COMPUTES, "identity.userAssignedIdentities")
    ] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(COMPUTES, "tags")] = UNSET


class OnlineEndpoint(Resource, frozen=True, kw_only=True):
    """An online endpoint of a workspace. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.OnlineEndpoint"
    title: ClassVar[str] = "Azure ML online endpoint"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    #: Managed, or K8S for one on the customer's own cluster (Kubernetes, as its deployments call it, is taken as well)
    endpoint_kind: Annotated[Observed[str], Read(ENDPOINTS, "kind")] = UNSET
    provisioning_state: Annotated[Observed[str], Read(ENDPOINTS, "properties.provisioningState")] = UNSET
    created_at: Annotated[Observed[datetime], Read(ENDPOINTS, "systemData.createdAt")] = UNSET
    last_modified_at: Annotated[Observed[datetime], Read(ENDPOINTS, "systemData.lastModifiedAt")] = UNSET
    auth_mode: Annotated[Observed[str], Read(ENDPOINTS, "properties.authMode")] = UNSET
    public_network_access: Annotated[Observed[str], Read(ENDPOINTS, "properties.publicNetworkAccess")] = UNSET
    principal_id: Annotated[Observed[str], Read(ENDPOINTS, "identity.principalId")] = UNSET
    user_assigned_identities: Annotated[
        Observed[Mapping[str, UserIdentity | None]], Read(ENDPOINTS, "identity.userAssignedIdentities")
    ] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(ENDPOINTS, "tags")] = UNSET


class Collection(Part, frozen=True, kw_only=True, rename="camel"):
    """One kind of payload that a deployment may keep."""

    data_collection_mode: str | None = None
    #: which part of the requests is kept; all of them where it is left out
    sampling_rate: float | None = None


class OnlineDeployment(Resource, frozen=True, kw_only=True):
    """A deployment behind an online endpoint. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.OnlineDeployment"
    title: ClassVar[str] = "Azure ML online deployment"
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = True

    provisioning_state: Annotated[Observed[str], Read(DEPLOYMENTS, "properties.provisioningState")] = UNSET
    created_at: Annotated[Observed[datetime], Read(DEPLOYMENTS, "systemData.createdAt")] = UNSET
    last_modified_at: Annotated[Observed[datetime], Read(DEPLOYMENTS, "systemData.lastModifiedAt")] = UNSET
    compute_type: Annotated[Observed[str], Read(DEPLOYMENTS, "properties.endpointComputeType")] = UNSET
    model: Annotated[Observed[str], Read(DEPLOYMENTS, "properties.model")] = UNSET
    egress_public_network_access: Annotated[
        Observed[str], Read(DEPLOYMENTS, "properties.egressPublicNetworkAccess")
    ] = UNSET
    app_insights_enabled: Annotated[Observed[bool], Read(DEPLOYMENTS, "properties.appInsightsEnabled")] = UNSET
    instance_count: Annotated[Observed[int], Read(DEPLOYMENTS, "sku.capacity")] = UNSET
    scale_type: Annotated[Observed[str], Read(DEPLOYMENTS, "properties.scaleSettings.scaleType")] = UNSET
    min_instances: Annotated[Observed[int], Read(DEPLOYMENTS, "properties.scaleSettings.minInstances")] = UNSET
    data_collections: Annotated[
        Observed[Mapping[str, Collection]], Read(DEPLOYMENTS, "properties.dataCollector.collections")
    ] = UNSET
    #: names of environment variables whose value looks like a secret; found by the collector, values are not kept
    suspicious_variables: Observed[tuple[str, ...]] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(DEPLOYMENTS, "tags")] = UNSET


class ModelVersion(Resource, frozen=True, kw_only=True):
    """A registered version that an online deployment names. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.ModelVersion"
    title: ClassVar[str] = "Azure ML model version"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    create_time: Annotated[Observed[datetime], Read(VERSIONS, "systemData.createdAt")] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(VERSIONS, "properties.tags")] = UNSET
    #: where its files are
    model_uri: Annotated[Observed[str], Read(VERSIONS, "properties.modelUri")] = UNSET
    #: custom_model, mlflow_model or triton_model: the last two are folders, the first may be a file
    model_type: Annotated[Observed[str], Read(VERSIONS, "properties.modelType")] = UNSET
    #: the job of the workspace that made it, as whoever registered it said
    job_name: Annotated[Observed[str], Read(VERSIONS, "properties.jobName")] = UNSET
    #: what descriptions and tags of version and model, read as a card is, speak of; the prose is not kept
    card: Observed[Card] = UNSET


class Job(Resource, frozen=True, kw_only=True):
    """A job that made a registered version which is deployed. Id: its resource id in lower case.

    Of its inputs and outputs only the addresses of data are kept: not its command, its environment and values of
    parameters.
    """

    kind: ClassVar[str] = "azure.machine_learning.Job"
    title: ClassVar[str] = "Azure ML job"
    holds: ClassVar[Holds] = Holds.TRAINING

    job_type: Annotated[Observed[str], Read(JOBS, "properties.jobType")] = UNSET
    #: ids of the versions of data assets among its inputs
    data: Observed[tuple[str, ...]] = UNSET
    #: addresses of data among its inputs that is no asset
    plain_data: Observed[tuple[str, ...]] = UNSET
    #: those of which it cannot be told: in a registry, the latest of an asset, or what an earlier step wrote
    unclear_data: Observed[tuple[str, ...]] = UNSET
    #: addresses of what it wrote, by the names of its outputs; `default` is what it wrote without naming one
    outputs: Observed[dict[str, str]] = UNSET


class DataVersion(Resource, frozen=True, kw_only=True):
    """A version of a data asset that such a job read. Id: its resource id in lower case.

    `description` says whether what is written of the asset or of the version is `filled`, a `placeholder` or `empty`;
    the text is not kept.
    """

    kind: ClassVar[str] = "azure.machine_learning.DataVersion"
    title: ClassVar[str] = "Azure ML data asset version"
    holds: ClassVar[Holds] = Holds.TRAINING

    tags: Annotated[Observed[dict[str, str]], Read(DATA_VERSIONS, "properties.tags")] = UNSET
    data_uri: Annotated[Observed[str], Read(DATA_VERSIONS, "properties.dataUri")] = UNSET
    description: Observed[str] = UNSET


class MonitorSchedule(Resource, frozen=True, kw_only=True):
    """A schedule that monitors a deployment, or a model. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.machine_learning.MonitorSchedule"
    title: ClassVar[str] = "Azure ML monitoring schedule"
    holds: ClassVar[Holds] = Holds.SERVING

    #: CreateMonitor: others are left out, but for those that do not say what they do
    action_type: Annotated[Observed[str], Read(SCHEDULES, "properties.action.actionType")] = UNSET
    provisioning_state: Annotated[Observed[str], Read(SCHEDULES, "properties.provisioningState")] = UNSET
    #: on where it is left out
    is_enabled: Annotated[Observed[bool], Read(SCHEDULES, "properties.isEnabled")] = UNSET
    #: local time of the zone that the trigger names
    end_time: Annotated[Observed[str], Read(SCHEDULES, "properties.trigger.endTime")] = UNSET
    #: the resource id, in lower case, of what it monitors; absent where it names none
    deployment_id: Observed[str] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(SCHEDULES, "properties.tags")] = UNSET
