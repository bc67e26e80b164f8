"""A role for Azure as documents: JSON, Terraform, and commands of az."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checks.azure.permissions import DATA_ACTIONS, DOCUMENT_PATHS, DOCUMENTS
from scanner.model.hcl_text import listed, quoted, variable
from scanner.model.needs import Role

_SUBSCRIPTION = "/subscriptions/{}"
_GROUP = "/providers/Microsoft.Management/managementGroups/{}"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_PATH = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"


def notes(role: Role) -> Iterator[str]:
    """What whoever grants it has to know."""
    if role.wide:
        yield "a role of the management group, to be assigned there: one of a subscription sees nothing above it"
    if _reads_documents(role) and role.wide:
        yield (
            "a role of a management group can have no data actions: grant Storage Blob Data Reader on the containers "
            "of models, with the condition that the role for a subscription has"
        )
    elif _reads_documents(role):
        yield f"the condition of its assignment limits it to files of these names: {', '.join(DOCUMENT_PATHS)}"


def as_json(role: Role) -> str:
    """The definition as `az role definition create --role-definition` takes it, for an invented scope."""
    scope = _GROUP.format("MANAGEMENT_GROUP") if role.wide else _SUBSCRIPTION.format(_NOBODY)
    return json.dumps(_definition(role, scope), indent=2) + "\n"


def as_terraform(role: Role) -> str:
    """The definition, and somebody whom it is assigned to."""
    label = role.name.replace("-", "_")
    actions, data = _apart(role)
    return (
        "\n\n".join(
            [
                f"# {role.note}",
                variable("mlposture_scope", f"What is scanned: {_scope_in_words(role)}"),
                variable("mlposture_principal", "Object id of the identity that scans"),
                f'resource "azurerm_role_definition" "{label}" {{\n  name        = {quoted(role.title)}\n'
                f"  scope       = var.mlposture_scope\n  description = {quoted(role.note)}\n"
                f"  permissions {{\n    actions = {listed(actions, 4)}\n    not_actions = []\n"
                f"    data_actions = {listed(data, 4) if data else '[]'}\n    not_data_actions = []\n  }}\n"
                "  assignable_scopes = [var.mlposture_scope]\n}",
                f'resource "azurerm_role_assignment" "{label}" {{\n  scope              = var.mlposture_scope\n'
                f"  role_definition_id = azurerm_role_definition.{label}.role_definition_resource_id\n"
                f"  principal_id       = var.mlposture_principal\n{_terraform_condition(role)}}}",
            ]
        )
        + "\n"
    )


def as_az(role: Role) -> str:
    """Commands for a shell, with the definition as JSON in between; what each action is for stands above."""
    variable = "MANAGEMENT_GROUP" if role.wide else "SUBSCRIPTION_ID"
    scope = (_GROUP if role.wide else _SUBSCRIPTION).format(f"${variable}")
    limited = _reads_documents(role) and not role.wide
    lines = [
        f"# {role.note}",
        f"# Set {variable}, and PRINCIPAL_ID: the object id of the identity that scans",
        *(f"#   {need.permission}: {need.note}" for need in role.needs),
        f"cat > {role.name}.json <<EOF",
        json.dumps(_definition(role, scope), indent=2),
        "EOF",
        *([f"cat > {role.name}-condition.txt <<'EOF'", _CONDITION, "EOF"] if limited else []),
        f"az role definition create --role-definition @{role.name}.json",
        f'az role assignment create --assignee "$PRINCIPAL_ID" --role "{role.title}" --scope "{scope}"'
        + (f' --condition-version 2.0 --condition "$(cat {role.name}-condition.txt)"' if limited else ""),
    ]
    return "\n".join(lines) + "\n"


#: Which blobs the role reads: all of the condition is about that one action, and every other is as the role says.
#: Source: Azure role assignment condition format and syntax,
#: https://learn.microsoft.com/en-us/azure/role-based-access-control/conditions-format
_CONDITION = "((!({})) OR ({}))".format(
    " OR ".join(f"ActionMatches{{'{action}'}}" for action in sorted(DOCUMENTS)),
    " OR ".join(f"{_PATH} StringLike '{path}'" for path in DOCUMENT_PATHS),
)


#: By name: how a role for Azure can be written.
FORMS = {"json": as_json, "terraform": as_terraform, "az": as_az}


def _reads_documents(role: Role) -> bool:
    return any(need.permission in DOCUMENTS for need in role.needs)


def _terraform_condition(role: Role) -> str:
    if role.wide or not _reads_documents(role):
        return ""
    return f'  condition_version  = "2.0"\n  condition          = {quoted(_CONDITION)}\n'


def _apart(role: Role) -> tuple[list[Any], list[Any]]:
    """Actions on resources, and those on data, of which a role of a management group can have none.

    Source: Azure custom roles, limits, https://learn.microsoft.com/en-us/azure/role-based-access-control/custom-roles
    """
    data = [need for need in role.needs if need.permission in DATA_ACTIONS]
    return [need for need in role.needs if need not in data], [] if role.wide else data


def _definition(role: Role, scope: str) -> Mapping[str, Any]:
    actions, data = _apart(role)
    return {
        "Name": role.title,
        "IsCustom": True,
        "Description": role.note,
        "Actions": [need.permission for need in actions],
        "NotActions": [],
        "DataActions": [need.permission for need in data],
        "NotDataActions": [],
        "AssignableScopes": [scope],
    }


def _scope_in_words(role: Role) -> str:
    return _GROUP.format("NAME") if role.wide else _SUBSCRIPTION.format("ID")
