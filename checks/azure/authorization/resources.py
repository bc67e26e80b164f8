"""Authorization kinds: typed snapshots. Each field names the operation and member it comes from."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.azure.actions import Permission
from scanner.model.nouns import Holds, Observed, Read, Resource

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/read"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions/read"


class RoleAssignment(Resource, frozen=True, kw_only=True):
    """A role given to a principal at a scope. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.authorization.RoleAssignment"
    title: ClassVar[str] = "Role assignment"
    holds: ClassVar[Holds] = Holds.IDENTITY

    principal_id: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.principalId")] = UNSET
    role_definition_id: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.roleDefinitionId")] = UNSET
    assigned_scope: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.scope")] = UNSET
    condition: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.condition")] = UNSET


class RoleDefinition(Resource, frozen=True, kw_only=True):
    """A built-in or custom role. Id: that of the definition without a scope, in lower case."""

    kind: ClassVar[str] = "azure.authorization.RoleDefinition"
    title: ClassVar[str] = "Role definition"
    holds: ClassVar[Holds] = Holds.IDENTITY

    role_name: Annotated[Observed[str], Read(DEFINITIONS, "properties.roleName")] = UNSET
    permissions: Annotated[Observed[tuple[Permission, ...]], Read(DEFINITIONS, "properties.permissions")] = UNSET
