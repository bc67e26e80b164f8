"""Azure resources for tests. Every field is `UNSET` unless given: a case names only what its verdict rests on.

But for what runs: it does, unless a case says otherwise.
"""

from __future__ import annotations

from typing import Any

from checks.azure.actions import Permission
from checks.azure.ai_services.resources import Account
from checks.azure.authorization.resources import (
    Assignee,
    HeldProperties,
    HeldRole,
    RoleAssignment,
    RoleDefinition,
    assignee_id,
)
from checks.azure.ids import role_id
from checks.azure.insights.resources import (
    ActionGroup,
    AlertAction,
    DiagnosticSetting,
    LogAlert,
    MetricAlert,
    ProcessingAction,
    ProcessingRule,
)
from checks.azure.machine_learning.resources import (
    Compute,
    DataVersion,
    Job,
    ModelVersion,
    MonitorSchedule,
    OnlineDeployment,
    OnlineEndpoint,
    Workspace,
)
from checks.azure.members import (
    ConnectionProperties,
    ConnectionState,
    IpRule,
    PerimeterRule,
    PerimeterRuleProperties,
    PrivateEndpointConnection,
    UserIdentity,
)
from checks.azure.operational_insights.resources import DeclaredLogTable, LogTable
from checks.azure.security.resources import (
    DefenderPlan,
    PlanExtension,
    SensitiveDataDiscovery,
    StorageDefender,
    plan_id,
    setting_id,
)
from checks.azure.storage.resources import ModelFolder, StorageAccount
from scanner.cards.card_files import Document
from scanner.model.nouns import Scope

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
HERE = Scope("azure", SUBSCRIPTION, "westeurope")
ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourcegroups/rg-retina"
ML = f"{GROUP}/providers/microsoft.machinelearningservices/workspaces"
STORAGE = f"{GROUP}/providers/microsoft.storage/storageaccounts"

RUNS = {"provisioning_state": "Succeeded"}

#: How the provider spells the id of storage("retina"); lookups must not depend on case.
RETINA_STORAGE = f"{ROOT}/resourceGroups/rg-retina/providers/Microsoft.Storage/storageAccounts/retina"
#: The object id of the identity that cases give roles to, and the same as Azure sometimes spells it.
PRINCIPAL = "00000000-0000-0000-0000-0000000000d1"
UPPER_PRINCIPAL = PRINCIPAL.upper()
#: The object id of a group that it may be in.
MEMBERS = "00000000-0000-0000-0000-0000000000b1"


def workspace(name: str = "retina", **fields: Any) -> Workspace:
    return Workspace(id=f"{ML}/{name}", name=name, scope=HERE, **{**RUNS, **fields})


def compute(name: str = "ci", *, inside: str = "retina", **fields: Any) -> Compute:
    given = {**RUNS, "state": "Running", **fields}
    return Compute(id=f"{ML}/{inside}/computes/{name}", name=name, scope=HERE, **given)


def instance(name: str = "ci", **fields: Any) -> Compute:
    return compute(name, compute_type="ComputeInstance", **fields)


def cluster(name: str = "gpu", **fields: Any) -> Compute:
    return compute(name, compute_type="AmlCompute", **fields)


def endpoint(name: str = "score", **fields: Any) -> OnlineEndpoint:
    return OnlineEndpoint(id=f"{ML}/retina/onlineendpoints/{name}", name=name, scope=HERE, **{**RUNS, **fields})


def deployment(name: str = "blue", **fields: Any) -> OnlineDeployment:
    where = f"{ML}/retina/onlineendpoints/score/deployments/{name}"
    return OnlineDeployment(id=where, name=name, scope=HERE, **{**RUNS, **fields})


def job(name: str = "train", *data: str, **fields: Any) -> Job:
    """A job that reads these versions of data assets."""
    found = {"data": data, "plain_data": (), "unclear_data": (), **fields}
    return Job(id=f"{ML}/retina/jobs/{name}", name=name, scope=HERE, **found)


def data_version(asset: str = "photographs", number: str = "4", **fields: Any) -> DataVersion:
    where = f"{ML}/retina/data/{asset}/versions/{number}"
    return DataVersion(id=where, name=f"{asset}/{number}", scope=HERE, **{"description": "filled", **fields})


def model_version(model: str = "retina", number: str = "7", **fields: Any) -> ModelVersion:
    where = f"{ML}/retina/models/{model}/versions/{number}"
    return ModelVersion(id=where, name=f"{model}/{number}", scope=HERE, **fields)


def model_folder(place: str, *documents: Document, **fields: Any) -> ModelFolder:
    """A folder of the workspace `retina`, with these documents; nothing was refused unless `refused` says so."""
    known = {"documents": documents, "refused": (), **fields}
    return ModelFolder(id=f"{ML}/retina/{place}", name=place, scope=HERE, **known)


def schedule(name: str = "drift", **fields: Any) -> MonitorSchedule:
    known = {
        "action_type": "CreateMonitor",
        "deployment_id": f"{ML}/retina/onlineendpoints/score/deployments/blue",
        **RUNS,
        **fields,
    }
    return MonitorSchedule(id=f"{ML}/retina/schedules/{name}", name=name, scope=HERE, **known)


LOGS = f"{GROUP}/providers/microsoft.operationalinsights/workspaces/logs"


def setting(name: str = "to-analytics", *, of: str = "score", **fields: Any) -> DiagnosticSetting:
    endpoint_id = f"{ML}/retina/onlineendpoints/{of}"
    where = f"{endpoint_id}/providers/microsoft.insights/diagnosticsettings/{name}"
    return DiagnosticSetting(id=where, name=name, scope=HERE, **{"endpoint_id": endpoint_id, **fields})


INSIGHTS = f"{GROUP}/providers/microsoft.insights"
SCORE = f"{ML}/retina/onlineendpoints/score"


def metric_alert(name: str = "errors", *groups: str, **fields: Any) -> MetricAlert:
    """An alert on the endpoint score, on unless told otherwise, that goes to these groups."""
    actions = tuple(AlertAction(action_group_id=each if "/" in each else group_id(each)) for each in groups) or None
    known = {"endpoint_ids": (SCORE,), "enabled": True, "actions": actions, **fields}
    return MetricAlert(id=f"{INSIGHTS}/metricalerts/{name}", name=name, scope=HERE, **known)


def log_alert(name: str = "lines", *groups: str, **fields: Any) -> LogAlert:
    """The same of a query."""
    named = tuple(map(group_id, groups)) or None
    known = {"endpoint_ids": (SCORE,), "may_watch": (), "enabled": True, "action_groups": named, **fields}
    return LogAlert(id=f"{INSIGHTS}/scheduledqueryrules/{name}", name=name, scope=HERE, **known)


def group_id(name: str) -> str:
    return f"{INSIGHTS}/actiongroups/{name}"


def action_group(name: str = "on-call", **fields: Any) -> ActionGroup:
    return ActionGroup(id=group_id(name), name=name, scope=HERE, **fields)


def processing_rule(*actions: str, **fields: Any) -> ProcessingRule:
    """A rule over the whole group that holds at any time, unless told otherwise."""
    where = f"{GROUP}/providers/microsoft.alertsmanagement/actionrules/route"
    does = tuple(ProcessingAction(action_type=each) for each in actions)
    known = {"enabled": True, "actions": does, "scopes": (GROUP,), "always": True, **fields}
    return ProcessingRule(id=where, name="route", scope=HERE, **known)


def log_table(category: str, workspace: str = LOGS, **fields: Any) -> LogTable:
    return LogTable(id=f"{workspace}/tables/{category.lower()}", name=category.lower(), scope=HERE, **fields)


def declared_log_table(name: str = "AppTraces", **fields: Any) -> DeclaredLogTable:
    return DeclaredLogTable(id=f"{LOGS}/tables/{name.lower()}", name=name, scope=HERE, **fields)


def account(name: str = "openai", **fields: Any) -> Account:
    where = f"{GROUP}/providers/microsoft.cognitiveservices/accounts/{name}"
    return Account(id=where, name=name, scope=HERE, **{**RUNS, **enforced(mode=None), **fields})


def storage(name: str = "retina", **fields: Any) -> StorageAccount:
    known = {"exists": True, "network_ipv6_rules": None, "immutability_state": None, **enforced(mode=None), **fields}
    return StorageAccount(id=f"{STORAGE}/{name}", name=name, scope=HERE, **known)


def inward(*ranges: str, direction: str = "Inbound") -> tuple[PerimeterRule, ...]:
    """A rule of a network security perimeter for these ranges."""
    return (PerimeterRule(properties=PerimeterRuleProperties(direction=direction, address_prefixes=ranges)),)


def enforced(*ranges: str, mode: str | None = "Enforced") -> dict[str, Any]:
    """Fields of a resource in a perimeter that lets these ranges in."""
    return {"perimeter_mode": mode, "perimeter_rules": inward(*ranges) if ranges or mode else None}


def plan(name: str, *on: str, tier: str = "Standard") -> DefenderPlan:
    """A plan of Defender with these extensions."""
    extensions = tuple(PlanExtension(name=one, is_enabled="True") for one in on)
    return DefenderPlan(id=plan_id(SUBSCRIPTION, name), name=name, scope=HERE, tier=tier, extensions=extensions)


def defender(account: str = "retina", *, on: bool | None = None, **fields: Any) -> StorageDefender:
    """Defender's settings of a storage account, which do not override those of its subscription."""
    found = SensitiveDataDiscovery(is_enabled=on)
    known = {"is_enabled": True, "discovery": found, "overrides": False, **fields}
    return StorageDefender(id=setting_id(f"{STORAGE}/{account}"), name=account, scope=HERE, **known)


def assignment(role: str, scope: str, *, name: str = "a1", **fields: Any) -> RoleAssignment:
    given: dict[str, Any] = {
        "principal_id": PRINCIPAL,
        "principal_type": "ServicePrincipal",
        "role_definition_id": f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        "assigned_scope": scope,
        "condition": None,
    }
    where = f"{scope.lower()}/providers/microsoft.authorization/roleassignments/{name}"
    return RoleAssignment(id=where, name=name, scope=HERE, **{**given, **fields})


def to_group(role: str, scope: str, *, name: str = "g1", **fields: Any) -> RoleAssignment:
    return assignment(role, scope, name=name, **{"principal_id": MEMBERS, "principal_type": "Group", **fields})


def assignee(*groups: str, **fields: Any) -> Assignee:
    """The identity that cases give roles to, asked for in the subscription; it is in these groups."""
    roles = tuple(HeldRole(properties=HeldProperties(principal_id=group)) for group in groups)
    return Assignee(id=assignee_id(SUBSCRIPTION, PRINCIPAL), name=PRINCIPAL, scope=HERE, **{"roles": roles, **fields})


def role(name: str, *permissions: Permission, **fields: Any) -> RoleDefinition:
    given: dict[str, Any] = {"role_name": name, "permissions": permissions}
    return RoleDefinition(id=role_id(name), name=name, scope=HERE, **{**given, **fields})


OWNER = role("owner", Permission(actions=("*",)))
CONTRIBUTOR = role("contributor", Permission(actions=("*",), not_actions=("Microsoft.Authorization/*/Write",)))
ACCESS_ADMINISTRATOR = role("access", Permission(actions=("*/read", "Microsoft.Authorization/*")))
READER = role("reader", Permission(actions=("*/read",)))
BLOB_WRITER = role(
    "blob-writer", Permission(data_actions=("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*",))
)
BLOB_READER = role(
    "blob-reader", Permission(data_actions=("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",))
)
KEY_LISTER = role("keys", Permission(actions=("Microsoft.Storage/storageAccounts/listKeys/action",)))
#: As the built-in role is: it works in a workspace and changes nothing of the workspace itself.
DATA_SCIENTIST = role(
    "scientist",
    Permission(
        actions=tuple(
            f"Microsoft.MachineLearningServices/workspaces/*/{verb}" for verb in ("read", "action", "delete", "write")
        ),
        not_actions=(
            "Microsoft.MachineLearningServices/workspaces/delete",
            "Microsoft.MachineLearningServices/workspaces/write",
            "Microsoft.MachineLearningServices/workspaces/computes/*/write",
            "Microsoft.MachineLearningServices/workspaces/computes/*/delete",
            "Microsoft.MachineLearningServices/workspaces/computes/listKeys/action",
            "Microsoft.MachineLearningServices/workspaces/listKeys/action",
        ),
    ),
)
STORAGE_CONTRIBUTOR = role("storage", Permission(actions=("Microsoft.Storage/storageAccounts/*",)))


def connection(status: str | None) -> PrivateEndpointConnection:
    state = ConnectionProperties(private_link_service_connection_state=ConnectionState(status=status))
    return PrivateEndpointConnection(name="pe", properties=state)


def rules(*values: str) -> tuple[IpRule, ...]:
    return tuple(IpRule(value=value) for value in values)


def user_identity(principal: str | None = PRINCIPAL) -> dict[str, UserIdentity | None]:
    where = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-retina"
    return {where: UserIdentity(principal_id=principal)}
