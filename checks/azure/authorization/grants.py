"""What role assignments allow: pure functions that checks share."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET, Struct

from checks.azure.actions import Permission, allows
from checks.azure.authorization.resources import RoleAssignment, RoleDefinition
from checks.azure.ids import arm_id, role_id, subscription
from checks.azure.members import folded
from scanner.model.views import View

ASSIGN_ROLES = "Microsoft.Authorization/roleAssignments/write"
#: Types of principals that nobody can be a member of.
_SINGLE = {"serviceprincipal", "user", "device"}
#: Makes its caller User Access Administrator of the whole tenant. It is asked for at the root, so it counts there only.
_ELEVATE = "Microsoft.Authorization/elevateAccess/action"
#: Writing something of a type that no role names: whatever manages everything allows it, however it is put.
_ANYTHING = "Microsoft.Any/things/write"
_FIELDS = ("principal_type", "role_definition_id", "assigned_scope", "condition")


class Grants(Struct, frozen=True):
    """Ids of role assignments by principal. `complete` is False if some principal may hold more than is listed.

    `groups` are the principals with members that have roles in a subscription or above it; those above all of them are
    under the empty name.
    """

    by_principal: dict[str, list[str]]
    groups: dict[str, frozenset[str]]
    complete: bool

    def of(self, principal: str, view: View) -> Iterator[RoleAssignment]:
        """Assignments to this object id, by id."""
        for assignment in sorted(self.by_principal.get(principal, ())):
            found = view.get(RoleAssignment, assignment)
            if isinstance(found, RoleAssignment):
                yield found

    def groups_in(self, subscription: str) -> frozenset[str]:
        """Principals with members that have roles in a subscription or above it."""
        return self.groups.get(subscription.lower(), self.groups.get("", frozenset()))


def grants(view: View) -> Grants:
    """Index of all role assignments, for `view.derive`."""
    listed = view.all(RoleAssignment)
    found: dict[str, list[str]] = {}
    groups: dict[str, set[str]] = {"": set()}
    complete = listed.complete
    for assignment in listed:
        principal = assignment.principal_id
        if not isinstance(principal, str) or UNSET in (assignment.principal_type, assignment.assigned_scope):
            complete = False
            continue
        found.setdefault(principal.lower(), []).append(assignment.id)
        if has_members(assignment):
            groups.setdefault(subscription(str(assignment.assigned_scope or "")), set()).add(principal.lower())
    return Grants(found, {name: frozenset(some | groups[""]) for name, some in groups.items()}, complete)


def has_members(assignment: RoleAssignment) -> bool:
    """Whether a role is assigned to a group, as far as that is known."""
    return folded(assignment.principal_type) not in _SINGLE


def readable(assignment: RoleAssignment) -> bool:
    """Whether role, scope and condition of an assignment were all observed."""
    seen = all(getattr(assignment, name) is not UNSET for name in _FIELDS)
    return seen and bool(assignment.assigned_scope) and bool(assignment.role_definition_id)


def role_of(assignment: RoleAssignment, view: View) -> RoleDefinition | None:
    """The definition of the assigned role; None if it was not observed."""
    role = view.get(RoleDefinition, role_id(str(assignment.role_definition_id)))
    return role if isinstance(role, RoleDefinition) and role.role_name is not UNSET else None


def permissions_of(assignment: RoleAssignment, view: View) -> tuple[Permission, ...] | None:
    """What the assigned role allows; None if its definition was not observed."""
    role = role_of(assignment, view)
    return role.permissions if role is not None and isinstance(role.permissions, tuple) else None


def manages(permissions: Sequence[Permission]) -> bool:
    """Whether a role manages everything in its scope, and does not merely read it.

    Owner and Contributor do, and so does a role of `*/write`, whatever its name is.
    """
    return allows(permissions, _ANYTHING)


def may(permissions: Sequence[Permission], action: str, condition: object, *, data: bool = False) -> bool | None:
    """Whether a role, assigned on a condition or on none, allows an action; None if that depends on a condition."""
    if not allows(permissions, action, data=data):
        return False
    free = [permission for permission in permissions if not permission.condition]
    return True if not condition and allows(free, action, data=data) else None


def controls(permissions: Sequence[Permission], scope: str, condition: object = None) -> bool | None:
    """Whether a role at a scope manages everything, or may hand out roles (User Access Administrator).

    A condition bears on access to data and on handing out roles only: None if the answer depends on one.
    """
    if manages(permissions) or (arm_id(scope) == "" and allows(permissions, _ELEVATE)):
        return True
    return may(permissions, ASSIGN_ROLES, condition)


def is_wide(scope: str) -> bool:
    """Whether a scope is a resource group or above it."""
    parts = [part for part in arm_id(scope).split("/") if part]
    return parts[:2] == ["providers", "microsoft.management"] or len(parts) <= 4


def is_above(scope: str) -> bool:
    """Whether a scope is above all subscriptions that it was seen from."""
    outer = arm_id(scope)
    # A management group is listed only in subscriptions below it.
    return outer == "" or outer.startswith("/providers/microsoft.management/")


def covers(scope: str, resource: str) -> bool:
    """Whether what is assigned at a scope holds for a resource."""
    return is_above(scope) or f"{arm_id(resource)}/".startswith(f"{arm_id(scope)}/")
