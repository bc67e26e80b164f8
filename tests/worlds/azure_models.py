"""Checks the resources of an Azure world against the model classes of Microsoft's own SDKs.

Both SDK styles are understood: `_attribute_map` with the enum named only in the docstring, and typed `rest_field`s.
"""

from __future__ import annotations

import functools
import importlib
import re
import types
import typing
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, NamedTuple

STR, BOOL, INT, FLOAT, ANY = "str", "bool", "int", "float", "any"


class ListOf(NamedTuple):
    item: Any


class MapOf(NamedTuple):
    value: Any


class OneOf(NamedTuple):
    """A string from a closed list."""

    values: tuple[str, ...]


class Model(NamedTuple):
    """A class of an SDK: `package` below azure.mgmt, and its name."""

    package: str
    name: str


# A shape is a scalar's name, one of the four above, or a dict of member name to shape. A dict with the key "" takes
# any other member too.
Shape = Any

_ML, _AI, _STORAGE = "machinelearningservices", "cognitiveservices", "storage"
_PROXY: Shape = {"id": STR, "name": STR, "type": STR, "systemData": ANY}
_TRACKED: Shape = {**_PROXY, "location": STR, "tags": MapOf(STR)}

_STATUS = OneOf(("NotSpecified", "Enabled", "Disabled"))

#: Resource types in Azure's own spelling. No SDK here describes the last two.
TYPES: dict[str, Shape] = {
    "Microsoft.MachineLearningServices/workspaces": Model(_ML, "Workspace"),
    "Microsoft.MachineLearningServices/workspaces/computes": Model(_ML, "ComputeResource"),
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints": Model(_ML, "OnlineEndpoint"),
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments": Model(_ML, "OnlineDeployment"),
    "Microsoft.MachineLearningServices/workspaces/models": Model(_ML, "ModelContainer"),
    "Microsoft.MachineLearningServices/workspaces/models/versions": Model(_ML, "ModelVersion"),
    "Microsoft.MachineLearningServices/workspaces/datastores": Model(_ML, "Datastore"),
    "Microsoft.MachineLearningServices/workspaces/jobs": Model(_ML, "JobBase"),
    "Microsoft.MachineLearningServices/workspaces/data": Model(_ML, "DataContainer"),
    "Microsoft.MachineLearningServices/workspaces/data/versions": Model(_ML, "DataVersionBase"),
    "Microsoft.MachineLearningServices/workspaces/schedules": {  # the SDK's actions are older than monitors
        **_PROXY,
        "properties": {
            "displayName": STR,
            "isEnabled": BOOL,
            "provisioningState": OneOf(("Creating", "Updating", "Deleting", "Succeeded", "Failed", "Canceled")),
            "tags": MapOf(STR),
            "trigger": {"triggerType": OneOf(("Recurrence", "Cron")), "endTime": STR, "startTime": STR, "": ANY},
            "action": {
                "actionType": OneOf(("CreateJob", "InvokeBatchEndpoint", "CreateMonitor")),
                "monitorDefinition": {
                    "monitoringTarget": {"taskType": STR, "deploymentId": STR, "modelId": STR},
                    "alertNotificationSettings": {"emailNotificationSettings": {"emails": ListOf(STR)}},
                    "": ANY,
                },
                "": ANY,
            },
        },
    },
    "Microsoft.CognitiveServices/accounts": Model(_AI, "Account"),
    "Microsoft.CognitiveServices/accounts/deployments": Model(_AI, "Deployment"),
    "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations": Model(
        _AI, "NetworkSecurityPerimeterConfiguration"
    ),
    "Microsoft.Storage/storageAccounts": Model(_STORAGE, "StorageAccount"),
    "Microsoft.Storage/storageAccounts/blobServices": Model(_STORAGE, "BlobServiceProperties"),
    "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations": Model(
        _STORAGE, "NetworkSecurityPerimeterConfiguration"
    ),
    "Microsoft.Authorization/roleAssignments": Model("authorization", "RoleAssignment"),
    "Microsoft.Authorization/roleDefinitions": Model("authorization", "RoleDefinition"),
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
        **_TRACKED,
        "properties": {"tenantId": STR, "principalId": STR, "clientId": STR},
    },
    "Microsoft.OperationalInsights/workspaces": {
        **_TRACKED,
        "properties": {"retentionInDays": INT, "provisioningState": STR},
    },
    "Microsoft.OperationalInsights/workspaces/tables": {
        **_PROXY,
        "properties": {"retentionInDays": INT, "totalRetentionInDays": INT, "plan": STR, "provisioningState": STR},
    },
    "Microsoft.Insights/metricAlerts": {
        **_TRACKED,
        "properties": {
            "enabled": BOOL,
            "scopes": ListOf(STR),
            "targetResourceType": STR,
            "actions": ListOf({"actionGroupId": STR, "webHookProperties": MapOf(STR)}),
            "": ANY,
        },
    },
    "Microsoft.Insights/scheduledQueryRules": {
        **_TRACKED,
        "kind": OneOf(("LogAlert", "LogToMetric")),
        "properties": {
            "enabled": BOOL,
            "scopes": ListOf(STR),
            "targetResourceTypes": ListOf(STR),
            "criteria": {"allOf": ListOf({"query": STR, "": ANY})},
            "actions": {"actionGroups": ListOf(STR), "customProperties": MapOf(STR)},
            "": ANY,
        },
    },
    "Microsoft.Insights/actionGroups": {
        **_TRACKED,
        "properties": {
            "enabled": BOOL,
            "groupShortName": STR,
            "emailReceivers": ListOf({"name": STR, "emailAddress": STR, "status": _STATUS}),
            "smsReceivers": ListOf({"name": STR, "countryCode": STR, "phoneNumber": STR, "status": _STATUS}),
            "azureFunctionReceivers": ListOf({"name": STR, "": ANY}),
            "webhookReceivers": ListOf({"name": STR, "serviceUri": STR, "": ANY}),
        },
    },
    "Microsoft.AlertsManagement/actionRules": {
        **_TRACKED,
        "properties": {
            "enabled": BOOL,
            "scopes": ListOf(STR),
            "actions": ListOf(
                {"actionType": OneOf(("AddActionGroups", "RemoveAllActionGroups")), "actionGroupIds": ListOf(STR)}
            ),
            "": ANY,
        },
    },
    "Microsoft.Security/pricings": {
        "id": STR,
        "name": STR,
        "type": STR,
        "properties": {
            "pricingTier": OneOf(("Free", "Standard")),
            "subPlan": STR,
            "freeTrialRemainingTime": STR,
            "enablementTime": STR,
            "enforce": OneOf(("True", "False")),
            "resourcesCoverageStatus": OneOf(("FullyCovered", "PartiallyCovered", "NotCovered")),
            "extensions": ListOf(
                {
                    "name": STR,
                    "isEnabled": OneOf(("True", "False")),
                    "additionalExtensionProperties": MapOf(ANY),
                    "operationStatus": {"code": STR, "message": STR},
                }
            ),
        },
    },
    "Microsoft.Security/defenderForStorageSettings": {
        "id": STR,
        "name": STR,
        "type": STR,
        "properties": {
            "isEnabled": BOOL,
            "malwareScanning": {
                "onUpload": {"isEnabled": BOOL, "capGBPerMonth": INT},
                "scanResultsEventGridTopicResourceId": STR,
                "operationStatus": {"code": STR, "message": STR},
            },
            "sensitiveDataDiscovery": {"isEnabled": BOOL, "operationStatus": {"code": STR, "message": STR}},
            "overrideSubscriptionLevelSettings": BOOL,
        },
    },
    "Microsoft.Insights/diagnosticSettings": {
        "id": STR,
        "name": STR,
        "type": STR,
        "properties": {
            "workspaceId": STR,
            "storageAccountId": STR,
            "eventHubAuthorizationRuleId": STR,
            "eventHubName": STR,
            "marketplacePartnerId": STR,
            "logAnalyticsDestinationType": STR,
            "logs": ListOf(
                {
                    "category": STR,
                    "categoryGroup": STR,
                    "enabled": BOOL,
                    "retentionPolicy": {"enabled": BOOL, "days": INT},
                }
            ),
            "metrics": ListOf(
                {"category": STR, "enabled": BOOL, "timeGrain": STR, "retentionPolicy": {"enabled": BOOL, "days": INT}}
            ),
        },
    },
}

# Members that came after the version an SDK was made from (machinelearningservices: 2023-04-01).
_DATA_COLLECTOR: Shape = {
    "collections": MapOf(
        {"clientId": STR, "dataCollectionMode": OneOf(("Enabled", "Disabled")), "dataId": STR, "samplingRate": FLOAT}
    ),
    "requestLogging": {"captureHeaders": ListOf(STR)},
    "rollingRate": OneOf(("Year", "Month", "Day", "Hour", "Minute")),
}
NEWER: dict[Model, Shape] = {
    Model(_ML, "Workspace"): {
        "kind": STR,  # 2023-06-01-preview: Default, Hub, Project, FeatureStore
        "properties": {
            # by 2023-10-01
            "managedNetwork": {
                "isolationMode": OneOf(("Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound")),
                "networkId": STR,
                "status": {"status": OneOf(("Inactive", "Active")), "sparkReady": BOOL},
                "outboundRules": MapOf(
                    {
                        "type": OneOf(("FQDN", "PrivateEndpoint", "ServiceTag")),
                        "category": OneOf(("Required", "Recommended", "UserDefined", "Dependency")),
                        "status": OneOf(("Inactive", "Active")),
                        "destination": ANY,
                    }
                ),
            },
            # 2024-07-01-preview, kept in 2025-06-01
            "networkAcls": {
                "defaultAction": OneOf(("Allow", "Deny")),
                "bypass": STR,
                "ipRules": ListOf({"value": STR}),
                "resourceAccessRules": ANY,
            },
            "ipAllowlist": ListOf(STR),  # 2023-08-01-preview
            # by 2024-04-01
            "serverlessComputeSettings": {"serverlessComputeCustomSubnet": STR, "serverlessComputeNoPublicIP": BOOL},
            "workspaceHubConfig": {
                "additionalWorkspaceStorageAccounts": ListOf(STR),
                "defaultWorkspaceResourceGroup": STR,
            },
            "hubResourceId": STR,  # 2023-08-01-preview, kept in 2024-04-01
            # 2023-06-01-preview; 2023-10-01 left it out; again since 2024-07-01-preview
            "systemDatastoresAuthMode": OneOf(("AccessKey", "Identity", "UserDelegationSAS")),
        },
    },
    Model(_ML, "ComputeInstanceProperties"): {
        "idleTimeBeforeShutdown": STR,  # 2023-06-01-preview; 2023-10-01 left it out
        "enableRootAccess": BOOL,  # 2023-08-01-preview; 2023-10-01 left it out
        "enableSSO": BOOL,  # 2023-08-01-preview; 2023-10-01 left it out
        "enableOSPatching": BOOL,  # 2023-08-01-preview; 2023-10-01 left it out
    },
    # 2024-01-01-preview, kept in 2024-04-01
    Model(_ML, "ManagedOnlineDeployment"): {"dataCollector": _DATA_COLLECTOR},
    Model(_ML, "KubernetesOnlineDeployment"): {"dataCollector": _DATA_COLLECTOR},
}

_SCALARS: dict[str, tuple[type, ...]] = {STR: (str,), BOOL: (bool,), INT: (int,), FLOAT: (float, int)}
_MAP_SCALARS = {"str": STR, "bool": BOOL, "int": INT, "long": INT, "float": FLOAT, "object": ANY}
_MAP_STRINGS = {"iso-8601", "rfc-1123", "duration", "date", "time", "bytearray", "base64"}


def problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Every way in which `value` is not what `shape` says, each with the path to it."""
    if value is None or shape == ANY:
        return
    if isinstance(shape, Model):
        shape, complaint = _fields_for(shape, value)
        if complaint:
            yield f"{path}: {complaint}"
            return
    if isinstance(shape, str | OneOf):
        yield from _leaf_problems(shape, value, path)
    elif isinstance(shape, ListOf):
        yield from _list_problems(shape, value, path)
    elif not isinstance(value, dict):
        yield f"{path}: expected an object, got {type(value).__name__} {value!r}"
    else:
        members, other = ({}, shape.value) if isinstance(shape, MapOf) else (shape, shape.get(""))
        for key, member in value.items():
            known = members.get(key, other)
            if known is None:
                yield f"{path}.{key}: unknown key"
            else:
                yield from problems(known, member, f"{path}.{key}")


def _leaf_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, OneOf):
        # Azure gives values back in the capitals in which they were set.
        if str(value).lower() not in {known.lower() for known in shape.values}:
            yield f"{path}: {value!r} is not one of {', '.join(shape.values)}"
    elif not isinstance(value, _SCALARS[shape]) or (isinstance(value, bool) and shape != BOOL):
        yield f"{path}: expected {shape}, got {type(value).__name__} {value!r}"


def _list_problems(shape: ListOf, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: expected a list, got {type(value).__name__} {value!r}"
        return
    for index, item in enumerate(value):
        yield from problems(shape.item, item, f"{path}[{index}]")


def _fields_for(model: Model, value: Any) -> tuple[dict[str, Shape], str]:
    """The members of the model, or of the subclass that the value's discriminator names; or a complaint."""
    cls = _class(model)
    for attribute, names in getattr(cls, "_subtype_map", {}).items():
        if cls.__name__ in names.values() or not isinstance(value, dict):
            continue
        key = cls._attribute_map[attribute]["key"]
        if value.get(key) not in names:
            return {}, f"{key} {value.get(key)!r} is not one of {', '.join(sorted(names))}"
        return _fields_for(Model(model.package, names[value[key]]), value)
    return fields(model), ""


def members(model: Model, value: Any) -> dict[str, Shape]:
    """Shapes of the members of `value`, none if its discriminator names no subclass of the model."""
    return _fields_for(model, value)[0]


def variants(model: Model) -> Iterator[dict[str, Shape]]:
    """Members of the model and of each of its subclasses."""
    yield fields(model)
    for names in vars(_class(model)).get("_subtype_map", {}).values():
        for name in names.values():
            yield from variants(Model(model.package, name))


@functools.cache
def _package(name: str) -> types.ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an SDK with bad escapes in its docstrings is not this test's failure
        return importlib.import_module(f"azure.mgmt.{name}.models")


def _class(model: Model) -> Any:
    return getattr(_package(model.package), model.name)


@functools.cache
def fields(model: Model) -> dict[str, Shape]:
    """The JSON members of an SDK model; flattened ones are nested again, newer ones added."""
    cls = _class(model)
    read = _mapped_fields if hasattr(cls, "_attribute_map") else _typed_fields
    found = read(model.package, cls)
    _merge(found, NEWER.get(model, {}))
    return found


def _merge(into: dict[str, Shape], more: dict[str, Shape]) -> None:
    for key, shape in more.items():
        if isinstance(shape, dict) and isinstance(into.get(key), dict):
            _merge(into[key], shape)
        else:
            into[key] = shape


def _mapped_fields(package: str, cls: Any) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    for attribute, entry in cls._attribute_map.items():
        *parents, leaf = re.split(r"(?<!\\)\.", entry["key"])
        holder = found
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[leaf.replace("\\.", ".")] = _mapped_shape(package, cls, attribute, entry["type"], leaf == "")
    return found


def _mapped_shape(package: str, cls: Any, attribute: str, spec: str, additional: bool) -> Shape:
    if spec.startswith("["):
        return ListOf(_mapped_shape(package, cls, attribute, spec[1:-1], False))
    if spec.startswith("{"):
        value = _mapped_shape(package, cls, attribute, spec[1:-1], False)
        return value if additional else MapOf(value)
    if spec == "str":
        named = re.search(rf":vartype {attribute}:\s+[^:]*?str or\s+~[\w.]+?(\w+)\b(?!\.)", cls.__doc__ or "")
        return _enum(package, named.group(1)) if named else STR
    if spec in _MAP_STRINGS:
        return STR
    return _MAP_SCALARS.get(spec) or Model(package, spec)


def _enum(package: str, name: str) -> OneOf:
    return OneOf(tuple(str(member.value) for member in _class(Model(package, name))))


def _typed_fields(package: str, cls: Any) -> dict[str, Shape]:
    hints = typing.get_type_hints(cls, None, {"_models": _package(package)})
    found: dict[str, Shape] = {}
    for base in cls.__mro__:
        for attribute, rest in vars(base).items():
            if hasattr(rest, "_rest_name_input"):
                found[rest._rest_name_input or attribute] = _typed_shape(package, hints[attribute])
    return found


def _typed_shape(package: str, hint: Any) -> Shape:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        # `str | SomeEnum | None`: the enum says most
        options = [argument for argument in arguments if argument is not type(None)]
        return _typed_shape(package, next((o for o in options if o is not str), str))
    if origin is typing.Literal:
        return OneOf(tuple(getattr(argument, "value", argument) for argument in arguments))
    if origin is list:
        return ListOf(_typed_shape(package, arguments[0]))
    if origin is dict:
        return MapOf(_typed_shape(package, arguments[1]))
    if hint in (str, bytes, date, datetime, time, timedelta):
        return STR
    if hint in (bool, int, float):
        return hint.__name__
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(package, hint.__name__)
    return Model(package, hint.__name__) if isinstance(hint, type) and hint is not object else ANY
