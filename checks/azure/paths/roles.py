"""What the joined checks show of a role that an identity holds."""

from typing import Any

from checks.azure.authorization.grants import role_of
from checks.azure.authorization.resources import RoleAssignment
from scanner.model.nouns import joined
from scanner.model.views import View


def evidence(assignment: RoleAssignment, view: View) -> dict[str, Any]:
    """Who holds which role where; a group is shown in place of its members."""
    shown = joined(assignment, "principal_id", "principal_type", "assigned_scope", "role_definition_id")
    role = role_of(assignment, view)
    return {**shown, **(joined(role, "role_name") if role is not None else {})}
