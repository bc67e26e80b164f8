"""A role for Azure as documents: JSON, Terraform, and commands of az."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checks.azure.permissions import DATA_ACTIONS
from scanner.model.hcl_text import listed, quoted, variable
from scanner.model.needs import Role

_SUBSCRIPTION = "/subscriptions/{}"
_GROUP = "/providers/Microsoft.Management/managementGroups/{}"
_NOBODY = "00000000-0000-0000-0000-000000000000"


def notes(role: Role) -> Iterator[str]:
    """What whoever grants it has to know."""
    if role.wide:
        yield "a role of the management group, to be assigned there: one of a subscription sees nothing above it"


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
                "  principal_id       = var.mlposture_principal\n}",
            ]
        )
        + "\n"
    )


def as_az(role: Role) -> str:
    """Commands for a shell, with the definition as JSON in between; what each action is for stands above."""
    variable = "MANAGEMENT_GROUP" if role.wide else "SUBSCRIPTION_ID"
    scope = (_GROUP if role.wide else _SUBSCRIPTION).format(f"${variable}")
    lines = [
        f"# {role.note}",
        f"# Set {variable}, and PRINCIPAL_ID: the object id of the identity that scans",
        *(f"#   {need.permission}: {need.note}" for need in role.needs),
        f"cat > {role.name}.json <<EOF",
        json.dumps(_definition(role, scope), indent=2),
        "EOF",
        f"az role definition create --role-definition @{role.name}.json",
        f'az role assignment create --assignee "$PRINCIPAL_ID" --role "{role.title}" --scope "{scope}"',
    ]
    return "\n".join(lines) + "\n"


#: By name: how a role for Azure can be written.
FORMS = {"json": as_json, "terraform": as_terraform, "az": as_az}


def _apart(role: Role) -> tuple[list[Any], list[Any]]:
    """Actions on resources, and those on data."""
    data = [need for need in role.needs if need.permission in DATA_ACTIONS]
    return [need for need in role.needs if need not in data], data


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
