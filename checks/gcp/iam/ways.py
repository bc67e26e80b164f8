"""Ways by which a service account takes on more rights than it has, as data: permissions, and where they are from.

Permissions that only list or show are left out: without them a way takes a guess more. What a way is taken on is
anything in the project, since what is granted on single resources is not read.
"""

from typing import NamedTuple

#: The list of https://rhinosecuritylabs.com/gcp/privilege-escalation-google-cloud-platform-part-1/ and its second part.
_RHINO = "https://github.com/RhinoSecurityLabs/GCP-IAM-Privilege-Escalation"
_HACKTRICKS = "https://cloud.hacktricks.wiki/en/pentesting-cloud/gcp-security/gcp-privilege-escalation/gcp-"
_GOOGLE = "https://cloud.google.com/"
_ACT_AS = "iam.serviceAccounts.actAs"
#: To make an API key stand for an account; one without an account has nobody's rights.
_BIND = "iam.serviceAccountApiKeyBindings.create"


class Way(NamedTuple):
    """Permissions that together give more rights."""

    name: str
    permissions: frozenset[str]
    source: str


def _way(source: str, *permissions: str) -> Way:
    return Way(" + ".join(permissions), frozenset(permissions), source)


def _listed(page: str) -> str:
    return f"{_HACKTRICKS}{page}.html"


def _each(source: str, *permissions: str) -> tuple[Way, ...]:
    """Ways of a single permission."""
    return tuple(_way(source, permission) for permission in permissions)


def _starting(source: str, *permissions: str) -> Way:
    """Something is started that runs as another account."""
    return _way(source, _ACT_AS, *permissions)


#: It gives itself roles, or writes those that it has.
_ROLES = _each(
    _RHINO,
    "resourcemanager.projects.setIamPolicy",
    "resourcemanager.folders.setIamPolicy",
    "resourcemanager.organizations.setIamPolicy",
    "iam.roles.update",
)

#: It is another account. To act as any account lacks but a service to start, of which Google has dozens.
_ACCOUNTS = _each(
    _RHINO,
    "iam.serviceAccountKeys.create",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.implicitDelegation",
    "iam.serviceAccounts.setIamPolicy",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
) + _each(f"{_GOOGLE}iam/docs/service-account-permissions", _ACT_AS)
#: The same by keys of one service: those of Cloud Storage, and API keys, which Vertex AI accepts.
_KEYS = (
    *_each(_RHINO, "storage.hmacKeys.create"),
    _way(f"{_GOOGLE}docs/authentication/api-keys", "apikeys.keys.create", _BIND),
)

#: It says who may do what with Vertex AI or Workbench.
_OF_ML = _each(f"{_GOOGLE}vertex-ai/docs/general/access-control", "aiplatform.endpoints.setIamPolicy") + _each(
    f"{_GOOGLE}vertex-ai/docs/workbench/instances/iam",
    *("notebooks.instances.setIamPolicy", "notebooks.runtimes.setIamPolicy"),
)

#: It makes something do its will that runs as another account already, such as machines that take commands from their
#: metadata. Nothing asks then for the right to act as the account.
_TAKING_OVER = (
    *_each(_RHINO, "cloudbuild.builds.create", "deploymentmanager.deployments.create"),
    *_each(
        _listed("deploymentmaneger-privesc"),
        *("deploymentmanager.deployments.update", "deploymentmanager.deployments.setIamPolicy"),
    ),
    *_each(
        _listed("compute-privesc/index"),
        *("compute.projects.setCommonInstanceMetadata", "compute.instances.setMetadata"),
        *("compute.instances.setIamPolicy", "osconfig.patchDeployments.create", "osconfig.patchJobs.exec"),
    ),
    *_each(_listed("appengine-privesc"), "appengine.instances.enableDebug"),
    *_each(_listed("composer-privesc"), "composer.environments.update"),
    _way(_listed("dataproc-privesc"), "dataproc.clusters.use", "dataproc.jobs.create"),
    _way(_listed("run-privesc"), "run.jobs.run", "run.jobs.runWithOverrides"),
    _way(_listed("run-privesc"), "run.jobs.setIamPolicy"),
    _way(_listed("workflows-privesc"), "workflows.workflows.update", "workflows.executions.create"),
    _way(_RHINO, "iam.serviceAccounts.setIamPolicy", "iam.roles.create"),
)

_WORKLOADS = (
    *("pods", "deployments", "daemonSets", "statefulSets", "replicaSets", "replicationControllers"),
    *("jobs", "cronJobs", "scheduledJobs"),
)
#: It runs code in a cluster of Kubernetes, whose nodes and workloads are accounts of the project.
_CLUSTERS = (
    *(
        _way(_listed("container-privesc"), f"container.{workload}.{verb}")
        for workload in _WORKLOADS
        for verb in ("create", "update")
    ),
    *_each(
        _listed("container-privesc"),
        *("container.pods.exec", "container.serviceAccounts.createToken"),
        *("container.mutatingWebhookConfigurations.create", "container.mutatingWebhookConfigurations.update"),
    ),
    *(
        _way(_listed("container-privesc"), f"container.{roles}.escalate", f"container.{roles}.{verb}")
        for roles in ("roles", "clusterRoles")
        for verb in ("create", "update")
    ),
    *(
        _way(_listed("container-privesc"), f"container.{roles}s.bind", f"container.{roles}Bindings.{verb}")
        for roles in ("role", "clusterRole")
        for verb in ("create", "update")
    ),
)

_STARTING = (
    _starting(_RHINO, "cloudfunctions.functions.create", "cloudfunctions.functions.sourceCodeSet"),
    _starting(
        _RHINO,
        *("cloudfunctions.functions.create", "cloudfunctions.functions.sourceCodeSet", "cloudfunctions.functions.call"),
    ),
    _starting(
        _RHINO,
        *("cloudfunctions.functions.create", "cloudfunctions.functions.sourceCodeSet"),
        "cloudfunctions.functions.setIamPolicy",
    ),
    _starting(_RHINO, "cloudfunctions.functions.update", "cloudfunctions.functions.sourceCodeSet"),
    _starting(_listed("cloudfunctions-privesc"), "cloudfunctions.functions.setIamPolicy"),
    _starting(
        _RHINO,
        *("compute.instances.create", "compute.disks.create", "compute.instances.setMetadata"),
        *("compute.instances.setServiceAccount", "compute.subnetworks.use", "compute.subnetworks.useExternalIp"),
    ),
    _starting(f"{_GOOGLE}compute/docs/oslogin/set-up-oslogin", "compute.instances.osLogin"),
    _starting(f"{_GOOGLE}compute/docs/oslogin/set-up-oslogin", "compute.instances.osAdminLogin"),
    _starting(_RHINO, "run.services.create", "run.services.setIamPolicy"),
    _starting(_RHINO, "run.services.create", "run.routes.invoke"),
    _starting(_listed("run-privesc"), "run.services.update"),
    _starting(_listed("run-privesc"), "run.services.setIamPolicy"),
    _starting(_listed("run-privesc"), "run.jobs.create", "run.jobs.run"),
    _starting(_listed("run-privesc"), "run.jobs.update", "run.jobs.run"),
    _starting(_RHINO, "cloudscheduler.jobs.create"),
    _starting(_listed("cloudscheduler-privesc"), "cloudscheduler.jobs.update"),
    _starting(_listed("cloudtasks-privesc"), "cloudtasks.tasks.create"),
    _starting(_listed("cloudtasks-privesc"), "cloudtasks.queues.setIamPolicy"),
    _starting(_listed("cloudbuild-privesc"), "cloudbuild.builds.create"),
    _starting(_listed("batch-privesc"), "batch.jobs.create"),
    _starting(_listed("composer-privesc"), "composer.environments.create"),
    _starting(f"{_GOOGLE}dataflow/docs/concepts/access-control", "dataflow.jobs.create"),
    _starting(f"{_GOOGLE}dataproc/docs/concepts/iam/iam", "dataproc.clusters.create"),
    _starting(_listed("appengine-privesc"), "appengine.versions.create", "storage.objects.create"),
    _starting(_listed("appengine-privesc"), "appengine.applications.update"),
    _starting(_listed("workflows-privesc"), "workflows.workflows.create", "workflows.executions.create"),
    _starting(_listed("apikeys-privesc"), "bigquery.jobs.create", "bigquery.datasets.get"),
    _starting(_listed("orgpolicy-privesc"), "orgpolicy.policy.set"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.customJobs.create"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.hyperparameterTuningJobs.create"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.pipelineJobs.create"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.batchPredictionJobs.create"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.notebookExecutionJobs.create"),
    _starting(_listed("vertex-ai-privesc"), "aiplatform.endpoints.create", "aiplatform.endpoints.deploy"),
    _starting(f"{_GOOGLE}vertex-ai/docs/workbench/instances/iam", "notebooks.instances.create"),
)

WAYS = (*_ROLES, *_ACCOUNTS, *_KEYS, *_OF_ML, *_TAKING_OVER, *_CLUSTERS, *_STARTING)
#: The ways that no other is a part of: whoever has none of these has none at all.
SHORTEST = tuple(way for way in WAYS if not any(other.permissions < way.permissions for other in WAYS))
#: To be another account, or to make it do something.
ACT_AS = frozenset({"storage.hmacKeys.create", _BIND}).union(*(way.permissions for way in _ACCOUNTS))
#: To say who may do what with Vertex AI or Workbench.
ADMINISTER = frozenset({"resourcemanager.projects.setIamPolicy"}).union(*(way.permissions for way in _OF_ML))

_DATA = "opens data of its service and gives no right in the project"
_CODE = "writes what something else may run, which is not read; MLP-4204 follows the artifacts of models"
_ACTS_TOO = f"asks for {_ACT_AS} as well, which is a way by itself"
_UNBOUND = "gives nothing without the permission to write the roles or bindings too, which are ways together"
_OF_THIRDS = "lets in or calls what others made, and it is not read whom that acts as"
#: Combinations of the lists that give an account nothing, or of which nothing can be said, with the reason.
EXCUSED = {
    "aiplatform.customJobs.create": "runs as Google's agent of custom jobs, whose roles MLP-2602 judges",
    "aiplatform.models.upload + aiplatform.models.get": "adds a model that serves nothing yet",
    "aiplatform.models.export": _DATA,
    "aiplatform.datasets.export": _DATA,
    "aiplatform.datasets.import": _CODE,
    "apikeys.keys.create": "a key without an account says which project pays, and nobody's rights",
    "apikeys.keys.list": "a key without an account says which project pays, and nobody's rights",
    "serviceusage.apiKeys.create": "the older name of apikeys.keys.create",
    "serviceusage.apiKeys.list": "the older name of apikeys.keys.list",
    "serviceusage.services.enable + serviceusage.services.use": "turns services on; what they do asks for rights",
    "appengine.applications.update": _ACTS_TOO,
    "appengine.versions.getFileContents + appengine.versions.update": "shows code, and moves traffic between versions",
    "artifactregistry.repositories.uploadArtifacts": _CODE,
    "artifactregistry.repositories.downloadArtifacts": _DATA,
    "artifactregistry.repositories.delete": "deletes, so that others may fail",
    "artifactregistry.tags.delete + artifactregistry.versions.delete + artifactregistry.packages.delete": _CODE,
    "artifactregistry.repositories.setIamPolicy": _CODE,
    "artifactregistry.repositories.update": _CODE,
    **{f"bigquery.{what}": _DATA for what in ("datasets.setIamPolicy", "datasets.update", "tables.setIamPolicy")},
    "bigquery.rowAccessPolicies.create + bigquery.rowAccessPolicies.setIamPolicy": _DATA,
    "bigquery.tables.delete + bigquery.datasets.delete + bigquery.models.delete": _DATA,
    **{f"bigtable.{what}.setIamPolicy": _DATA for what in ("instances", "tables", "backups", "authorizedViews")},
    "clientauthconfig.brands.create + clientauthconfig.clients.create": "asks people to sign in, who consent",
    "cloudbuild.repositories.accessReadToken": "opens source code outside Google Cloud",
    "cloudbuild.repositories.accessReadWriteToken": "opens source code outside Google Cloud",
    "cloudbuild.connections.fetchLinkableRepositories": "opens source code outside Google Cloud",
    "cloudfunctions.functions.sourceCodeSet": "uploads code that no function takes before it is updated",
    "cloudfunctions.functions.update": _ACTS_TOO,
    "cloudkms.cryptoKeyVersions.useToDecrypt": _DATA,
    "cloudkms.cryptoKeyVersions.useToDecryptViaDelegation": _DATA,
    "cloudkms.cryptoKeys.setIamPolicy": _DATA,
    "cloudtasks.tasks.run + cloudtasks.tasks.list": _OF_THIRDS,
    "cloudtasks.queues.setIamPolicy": _ACTS_TOO,
    "composer.environments.create": _ACTS_TOO,
    "compute.instances.osLogin": _ACTS_TOO,
    "compute.instances.osAdminLogin": _ACTS_TOO,
    "compute.machineImages.setIamPolicy": _DATA,
    "compute.snapshots.setIamPolicy": _DATA,
    "compute.disks.setIamPolicy": _DATA,
    "container.clusters.get": "signs in to a cluster, where it may do what it has rights to",
    "container.pods.portForward": _OF_THIRDS,
    "container.secrets.get": _DATA,
    "container.secrets.list": _DATA,
    **{
        f"container.{what}": _UNBOUND
        for what in ("roles.escalate", "clusterRoles.escalate", "roles.bind", "clusterRoles.bind")
    },
    "iam.serviceAccounts.getOpenIdToken": "a token that names an account to services of your own; Google's take none",
    "orgpolicy.policy.set": "lifts limits and gives no right; together with iam.serviceAccounts.actAs it is a way",
    **{f"pubsub.snapshots.{verb}": _DATA for verb in ("create", "setIamPolicy")},
    **{f"pubsub.subscriptions.{verb}": _DATA for verb in ("create", "update", "consume", "setIamPolicy")},
    "run.services.setIamPolicy": _OF_THIRDS,
    "secretmanager.versions.access": "opens secrets, which may be keys to anything and are never read",
    "secretmanager.secrets.setIamPolicy": "opens secrets, which may be keys to anything and are never read",
    "source.repos.get": _DATA,
    "source.repos.update": _CODE,
    "source.repos.setIamPolicy": _CODE,
    "source.repos.updateProjectConfig": _DATA,
    "storage.objects.get": _DATA,
    "storage.objects.setIamPolicy": _CODE,
    "storage.buckets.setIamPolicy": _CODE,
    "storage.objects.create + storage.objects.delete": _CODE,
    "storage.objects.create + storage.objects.get + storage.objects.update": _CODE,
    "workflows.workflows.update": "writes a workflow that somebody else has to start",
}
