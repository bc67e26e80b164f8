"""Ways by which an identity takes on more rights than its roles give it, as data: actions, and where they are from.

Actions that only read are left out, and so are those that set up what surrounds a machine. What a way is taken on is
anything in a resource group or above it; what is given on single resources reaches as far as these.
"""

from typing import NamedTuple

_HACKTRICKS = "https://cloud.hacktricks.wiki/en/pentesting-cloud/azure-security/az-privilege-escalation/az-"
_BLOODHOUND = "https://bloodhound.specterops.io/resources/edges/az-"
_MICROSOFT = "https://learn.microsoft.com/en-us/azure/"
_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


class Way(NamedTuple):
    """Actions on resources that together give more rights, or actions on data where `data` says so."""

    name: str
    actions: tuple[str, ...]
    source: str
    data: bool = False


def _way(source: str, service: str, *actions: str, data: bool = False) -> Way:
    """Actions of a service, by what follows its name; those of others in full."""
    full = tuple(action if action.startswith("Microsoft.") else f"Microsoft.{service}/{action}" for action in actions)
    return Way(" + ".join(full), full, source, data)


def _each(source: str, service: str, *actions: str) -> tuple[Way, ...]:
    """Ways of a single action."""
    return tuple(_way(source, service, action) for action in actions)


def _listed(page: str) -> str:
    return f"{_HACKTRICKS}{page}.html"


#: It gives itself roles, writes those that it has, or lets itself in as another identity.
_ROLES = (
    *_each(_listed("authorization-privesc"), "Authorization", "roleAssignments/write", "roleDefinitions/write"),
    *_each(
        _listed("authorization-privesc"),
        "ManagedIdentity",
        "userAssignedIdentities/federatedIdentityCredentials/write",
    ),
)

_VMS = _listed("virtual-machines-and-network-privesc")
#: It runs commands on machines, which act as identities of their own.
_MACHINES = (
    *_each(_VMS, "Compute", "virtualMachines/runCommand/action", "virtualMachines/extensions/write"),
    *_each(
        f"{_MICROSOFT}virtual-machines/run-command-overview",
        "Compute",
        *("virtualMachines/runCommands/write", "virtualMachineScaleSets/virtualMachines/runCommand/action"),
    ),
    _way(f"{_BLOODHOUND}aks-contributor", "Compute", "virtualMachineScaleSets/extensions/write"),
    _way(_VMS, "Compute", "virtualMachines/write", "virtualMachines/extensions/write"),
    _way(_VMS, "Compute", "virtualMachines/write", "galleries/applications/versions/write"),
    _way(_VMS, "Compute", "virtualMachines/login/action", data=True),
    _way(f"{_BLOODHOUND}vm-admin-login", "Compute", "virtualMachines/loginAsAdmin/action", data=True),
    _way(
        "https://learn.microsoft.com/en-us/windows-server/manage/windows-admin-center/azure/manage-vm",
        *("Compute", "virtualMachines/WACloginAsAdmin/action"),
        data=True,
    ),
    _way(_VMS, "Compute", "virtualMachines/write", _ASSIGN),
    _way(f"{_BLOODHOUND}managed-identity", "Compute", "virtualMachineScaleSets/write", _ASSIGN),
    _way(
        f"{_MICROSOFT}azure-resource-manager/templates/deployment-script-template",
        *("Resources", "deploymentScripts/write", _ASSIGN),
    ),
)

_RUNBOOKS = tuple(
    f"automationAccounts/{what}" for what in ("runbooks/draft/content/write", "runbooks/publish/action", "jobs/write")
)
_AUTOMATION = (
    _way(_listed("automation-accounts-privesc"), "Automation", *_RUNBOOKS),
    _way(
        f"{_BLOODHOUND}automation-contributor",
        "Automation",
        *("automationAccounts/runbooks/draft/content/write", "automationAccounts/runbooks/draft/testJob/write"),
    ),
    *_each(_listed("automation-accounts-privesc"), "Automation", "automationAccounts/sourceControls/write"),
    _way(_listed("automation-accounts-privesc"), "Automation", "automationAccounts/python3Packages/write", *_RUNBOOKS),
    _way(_listed("automation-accounts-privesc"), "Automation", "automationAccounts/modules/write", *_RUNBOOKS),
    _way(_listed("logic-apps-privesc"), "Logic", "workflows/write"),
    _way(_listed("logic-apps-privesc"), "Logic", "workflows/write", _ASSIGN),
)

#: It writes the code of an app, or gets the credentials that do.
_APPS = (
    *_each(
        _listed("app-services-privesc"),
        "Web",
        *("sites/publish/action", "sites/publishxml/action", "sites/config/list/action", "sites/config/write"),
    ),
    *_each(
        _listed("functions-app-privesc"),
        "Web",
        *("sites/host/listkeys/action", "sites/hostruntime/vfs/write"),
    ),
    _way(_listed("app-services-privesc"), "Web", "sites/write", _ASSIGN),
    _way(
        _listed("functions-app-privesc"),
        "Web",
        *("sites/publishxml/action", "sites/basicPublishingCredentialsPolicies/write"),
    ),
    _way(_listed("functions-app-privesc"), "Web", "sites/config/list/action", "sites/config/write"),
)

_INSTANCES = _listed("container-instances-apps-jobs-privesc")
_CONTAINERS = (
    _way(_INSTANCES, "ContainerInstance", "containerGroups/containers/exec/action"),
    _way(_INSTANCES, "ContainerInstance", "containerGroups/write", _ASSIGN),
    _way(_INSTANCES, "App", "containerApps/getAuthToken/action", "containerApps/exec/action"),
    _way(_INSTANCES, "App", "containerApps/getAuthToken/action", "containerApps/debug/action"),
    _way(_INSTANCES, "App", "containerApps/write", _ASSIGN),
    _way(_INSTANCES, "App", "jobs/write", "jobs/start/action"),
    _way(_INSTANCES, "App", "jobs/write", _ASSIGN),
    _way(_listed("container-registry-privesc"), "ContainerRegistry", "registries/tasks/write"),
    *_each(
        f"{_BLOODHOUND}aks-contributor",
        "ContainerService",
        *("managedClusters/listClusterAdminCredential/action", "managedClusters/runCommand/action"),
        *("managedClusters/accessProfiles/listCredential/action",),
    ),
)

_ML = (
    _way(_listed("ai-foundry-privesc"), "MachineLearningServices", "workspaces/write", _ASSIGN),
    _way(
        _listed("ai-foundry-privesc"), "MachineLearningServices", "workspaces/hubs/write", "workspaces/write", _ASSIGN
    ),
    _way(
        _listed("ai-foundry-privesc"),
        "MachineLearningServices",
        *("workspaces/onlineEndpoints/write", "workspaces/onlineEndpoints/deployments/write", _ASSIGN),
    ),
    _way(_listed("ai-foundry-privesc"), "MachineLearningServices", "workspaces/computes/write", _ASSIGN),
)

WAYS = (*_ROLES, *_MACHINES, *_AUTOMATION, *_APPS, *_CONTAINERS, *_ML)


def _excused(why: str, service: str, *names: str) -> dict[str, str]:
    """Combinations of one service with the same reason: actions in one name are joined by a plus."""
    return {" + ".join(f"Microsoft.{service}/{part}" for part in name.split(" + ")): why for name in names}


_DATA = "opens data of its service and gives no right over a resource group"
_LIMITS = "lifts limits, or moves what is under them, and gives no right over what they limit"
_OTHERS_CODE = "starts what others wrote, and not code of its own"
_STORAGE = "opens storage: MLP-4304 follows the ways to what is served"
#: Combinations of the lists that give an identity nothing, or of which nothing can be said, with the reason.
EXCUSED = {
    **_excused("counts at the root alone, where it is asked for", "Authorization", "elevateAccess/action"),
    **_excused(
        _LIMITS,
        "Authorization",
        *("policyAssignments/write", "policyAssignments/delete", "policyDefinitions/write"),
    ),
    **_excused(_LIMITS, "Management", "managementGroups/write", "managementGroups/subscriptions/write"),
    **_excused("deploys nothing that its caller may not make", "Resources", "deployments/write"),
    **_excused("takes a disk along, and with it data", "Compute", "virtualMachines/write + disks/write"),
    **_excused(
        "lets a host of its own join a pool",
        "DesktopVirtualization",
        "hostPools/retrieveRegistrationToken/action",
    ),
    **_excused(
        _OTHERS_CODE,
        "Automation",
        "automationAccounts/schedules/write + automationAccounts/jobSchedules/write",
        "automationAccounts/webhooks/write",
    ),
    **_excused(
        "writes a draft that nothing runs before it is published or tested",
        "Automation",
        "automationAccounts/runbooks/draft/write + automationAccounts/runbooks/draft/content/write",
    ),
    **_excused("changes values that code of others reads", "Automation", "automationAccounts/variables/write"),
    f"Microsoft.Automation/automationAccounts/write + {_ASSIGN}": "attaches an identity, and starts nothing with it",
    **_excused(_OTHERS_CODE, "Logic", "workflows/triggers/listCallbackUrl/action", "workflows/triggers/run/action"),
    **_excused(
        _OTHERS_CODE,
        "Web",
        *("sites/functions/listkeys/action", "sites/host/functionkeys/write", "sites/host/systemkeys/write"),
    ),
    **_excused("shows code", "Web", "sites/hostruntime/vfs/read"),
    **_excused(
        "every reader has it, and no change is documented that it allows",
        "Web",
        "sites/functions/token/read",
    ),
    **_excused(
        "changes pages that run in browsers, as whoever opens them",
        "Web",
        *("staticSites/snippets/write", "staticSites/config/write", "staticSites/listSecrets/action"),
        *("staticSites/write", "staticSites/resetapikey/action", "staticSites/createUserInvitation/action"),
    ),
    **_excused(_OTHERS_CODE, "ContainerInstance", "containerGroups/restart/action"),
    **_excused(_DATA, "App", "containerApps/listSecrets/action", "jobs/listSecrets/action"),
    **_excused(
        "writes images that something else may run, which is not read",
        "ContainerRegistry",
        *("registries/listCredentials/action", "registries/importImage/action"),
        "registries/tokens/write + registries/generateCredentials/action",
    ),
    **_excused(
        "builds without an identity",
        "ContainerRegistry",
        "registries/listBuildSourceUploadUrl/action + registries/scheduleRun/action",
    ),
    **_excused(
        "signs in to a cluster with its own rights",
        "ContainerService",
        "managedClusters/listClusterUserCredential/action",
    ),
    **_excused(
        "runs as the identity of a compute, which MLP-4306 judges",
        "MachineLearningServices",
        "workspaces/jobs/write",
    ),
    **_excused(
        "what it makes has an identity without roles, unless it may assign one",
        "MachineLearningServices",
        *("workspaces/computes/write", "workspaces/write"),
        "workspaces/onlineEndpoints/write + workspaces/onlineEndpoints/deployments/write",
    ),
    **_excused(
        "writes data that something else may train on",
        "MachineLearningServices",
        "workspaces/data/write + workspaces/data/versions/write + workspaces/datasets/registered/write",
    ),
    **_excused(
        "opens what a connection leads to, which is not read",
        "MachineLearningServices",
        "workspaces/connections/listsecrets/action",
    ),
    **_excused(_STORAGE, "MachineLearningServices", "workspaces/datastores/listSecrets/action"),
    **_excused(
        "opens the account: MLP-4308 follows the keys that it accepts",
        "CognitiveServices",
        *("accounts/listKeys/action", "accounts/regenerateKey/action"),
    ),
    **_excused(
        _DATA,
        "Search",
        *(f"searchServices/{what}/action" for what in ("listAdminKeys", "regenerateAdminKey")),
        *(f"searchServices/{what}/action" for what in ("listQueryKeys", "createQueryKey")),
    ),
    **_excused(_STORAGE, "KeyVault", "vaults/accessPolicies/write", "vaults/write"),
    **_excused(
        _STORAGE,
        "Storage",
        *(f"storageAccounts/{what}" for what in ("listKeys/action", "regenerateKey/action", "write")),
        *(f"storageAccounts/localusers/{what}" for what in ("write", "regeneratePassword/action")),
    ),
    **_excused(
        _DATA,
        "Storage",
        "storageAccounts/restoreBlobRanges/action",
        "storageAccounts/fileServices/shares/restore/action",
        "storageAccounts/blobServices/containers/immutabilityPolicies/write",
        "storageAccounts/blobServices/containers/immutabilityPolicies/delete",
    ),
    **_excused(
        _DATA,
        "Storage",
        *(f"storageAccounts/queueServices/queues/{what}" for what in ("write", "messages/read", "messages/write")),
        *(f"storageAccounts/queueServices/queues/messages/{what}/action" for what in ("process", "add")),
        "storageAccounts/fileServices/takeOwnership/action",
        *(
            f"storageAccounts/fileServices/fileshares/files/{what}/action"
            for what in ("modifypermissions", "actassuperuser")
        ),
    ),
    **_excused(_DATA, "ServiceBus", "namespaces/messages/send/action", "namespaces/messages/receive/action"),
    **_excused(
        _DATA,
        "DocumentDB",
        "databaseAccounts/sqlRoleDefinitions/write + databaseAccounts/sqlRoleAssignments/write",
        "databaseAccounts/mongodbRoleDefinitions/write + databaseAccounts/mongodbUserDefinitions/write",
        *("databaseAccounts/listKeys/action", "mongoClusters/write", "mongoClusters/firewallRules/write"),
    ),
    **_excused(
        _DATA,
        "Sql",
        *("servers/write", "servers/firewallRules/write", "servers/ipv6FirewallRules/write"),
        *("servers/administrators/write", "servers/azureADOnlyAuthentications/write"),
        "servers/databases/dataMaskingPolicies/write",
    ),
    **_excused(_DATA, "DBforMySQL", "flexibleServers/write", "flexibleServers/administrators/write"),
    **_excused(
        _DATA,
        "DBforPostgreSQL",
        *("flexibleServers/write", "flexibleServers/configurations/write", "flexibleServers/administrators/write"),
    ),
    **_excused(
        _DATA,
        "ServiceBus",
        *("namespaces/write", "namespaces/authorizationRules/write", "namespaces/authorizationRules/listKeys/action"),
        *("namespaces/authorizationRules/regenerateKeys/action", "namespaces/queues/authorizationRules/write"),
        "namespaces/queues/authorizationRules/listKeys/action",
    ),
    **_excused(
        "changes or opens what an API passes on, as others set it up",
        "ApiManagement",
        *("service/namedValues/listValue/action", "service/subscriptions/listSecrets/action"),
        *("service/policies/write", "service/apis/policies/write", "service/backends/write"),
        "service/applynetworkconfigurationupdates/action",
    ),
}
