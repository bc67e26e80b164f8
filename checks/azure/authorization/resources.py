"""Authorization kinds: typed snapshots. Each field names the operation and member it comes from."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.azure.actions import Permission
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/read"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions/read"


class RoleAssignment(Resource, frozen=True, kw_only=True):
    """A role given to a principal at a scope. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.authorization.RoleAssignment"
    title: ClassVar[str] = "Role assignment"
    holds: ClassVar[Holds] = Holds.IDENTITY

    principal_id: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.principalId")] = UNSET
    #: Group, ForeignGroup, ServicePrincipal (as which managed identities count), User or Device
    principal_type: Annotated[Observed[str], Read(ASSIGNMENTS, "properties.principalType")] = UNSET
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


class HeldProperties(Part, frozen=True, kw_only=True, rename="camel"):
    """Whom a role is assigned to: an identity, or a group that it is in."""

    principal_id: str | None = None


class HeldRole(Part, frozen=True, kw_only=True):
    """A role that an identity has, by itself or through groups."""

    properties: HeldProperties | None = None


class Assignee(Resource, frozen=True, kw_only=True):
    """An identity that ML resources act as, where roles of groups matter. Id: a subscription with its object id."""

    kind: ClassVar[str] = "azure.authorization.Assignee"
    title: ClassVar[str] = "Identity that roles are assigned to"
    holds: ClassVar[Holds] = Holds.IDENTITY

    #: as of `$filter=assignedTo(…)`, which follows groups in groups
    roles: Annotated[Observed[tuple[HeldRole, ...]], Read(ASSIGNMENTS, "value")] = UNSET


def assignee_id(subscription: str, principal: str) -> str:
    """The id under which is kept what an identity holds in a subscription."""
    return f"/subscriptions/{subscription}/assignees/{principal}".lower()
