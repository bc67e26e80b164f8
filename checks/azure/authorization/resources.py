"""Authorization kinds: typed snapshots. Each field names the operation and member it comes from."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model import Holds, Observed, Part, Read, Resource

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


class Permission(Part, frozen=True, kw_only=True, rename="camel"):
    """Actions on resources and on data that a role allows, less those it leaves out, perhaps on a condition."""

    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    data_actions: tuple[str, ...] | None = None
    not_data_actions: tuple[str, ...] | None = None
    condition: str | None = None


class RoleDefinition(Resource, frozen=True, kw_only=True):
    """A built-in or custom role. Id: that of the definition without a scope, in lower case."""

    kind: ClassVar[str] = "azure.authorization.RoleDefinition"
    title: ClassVar[str] = "Role definition"
    holds: ClassVar[Holds] = Holds.IDENTITY

    role_name: Annotated[Observed[str], Read(DEFINITIONS, "properties.roleName")] = UNSET
    permissions: Annotated[Observed[tuple[Permission, ...]], Read(DEFINITIONS, "properties.permissions")] = UNSET
