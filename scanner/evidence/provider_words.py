"""Words of providers, which name nothing of a customer's: a dossier for a customer keeps these, and no other word.

Sources: the API references of SageMaker, IAM and S3, Vertex AI, Cloud Storage and IAM, Azure Machine Learning, Storage
and Authorization. A word that is not here is withheld, so that one that is missing costs its reader no more than that.
"""

#: Values: states, settings, kinds of principals.
_VALUES = """
true false True False yes no none None
Enabled Disabled enabled disabled Enforced enforced Suspended inherited unspecified Default default Required required
Allow Deny Approved Rejected Pending PendingManualApproval Disconnected AlreadyExists allowed explicitDeny implicitDeny
InService InProgress Creating Updating Deleting Failed Completed Stopping Stopped STOPPED Running RUNNING ACTIVE
Succeeded SUCCEEDED FAILED PENDING Steady Starting SUSPENDED
READ WRITE READ_ACP WRITE_ACP FULL_CONTROL CanonicalUser Group User ServicePrincipal ForeignGroup Device AssumedRole
Account Root Service Federated
Key AADToken AMLToken AccessKey Identity SystemAssigned UserAssigned Personal Shared Managed Kubernetes Traditional
AmlCompute ComputeInstance VirtualMachine AKS DataFactory Databricks HDInsight
AllowInternetOutbound AllowOnlyApprovedOutbound SecuredByPerimeter Inbound Outbound FQDN PrivateEndpoint ServiceTag
TLS1_0 TLS1_1 TLS1_2 TLS1_3 Platform Vpc CMEK GMEK AES256 aws:kms aws:kms:dsse
Pipe File FastFile S3Prefix ManifestFile AugmentedManifestFile FullyReplicated ShardedByS3Key Input Output
allUsers allAuthenticatedUsers Everyone Authenticated
AdministratorAccess AmazonSageMakerFullAccess Owner Contributor Reader
"""
#: Names of roles that a provider made and that are several words.
_ROLES = (
    "Cognitive Services User",
    "Cognitive Services Contributor",
    "Storage Blob Data Owner",
    "Storage Blob Data Contributor",
    "Storage Blob Data Reader",
    "User Access Administrator",
)
#: Members of replies, policies and conditions, and those of what is trusted.
_MEMBERS = """
Action NotAction Bool Condition Effect Principal NotPrincipal Resource NotResource Sid Statement Version Id Service AWS
StringEquals StringLike StringNotEquals ArnLike ArnEquals IpAddress Null
ApplyServerSideEncryptionByDefault SSEAlgorithm KMSMasterKeyID BucketKeyEnabled
BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets Grantee Permission Type URI ID
ChannelName DataSource EnableCapture HubAccessConfig InitialSamplingPercentage InstanceCount InstanceGroups
InstancePreferences InstanceType KmsKeyId VolumeKmsKeyId NotificationConfig SelectedInstanceCount SelectedInstanceType
EvalActionName EvalResourceDecision EvalResourceName MissingContextValues OrganizationsDecisionDetail
PermissionsBoundaryDecisionDetail ResourceSpecificResults
addressPrefixes dataCollectionMode destination direction docker members principalId privateLinkServiceConnectionState
privileged properties role bindings condition expression title status type value name packages
container owned exists repository_access_mode scan reason
"""
WORDS = frozenset((*_VALUES.split(), *_ROLES, *_MEMBERS.split()))
