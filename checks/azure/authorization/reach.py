"""What the principals of a resource manage by their role assignments, worked out once for those that share them."""

from msgspec import Struct

from checks.azure.authorization.grants import controls, grants, is_wide, permissions_of, readable
from scanner.model.views import View


class Reach(Struct, frozen=True):
    """The first assignment by which some principals reach what was asked about, or what was not observed to tell.

    `assignment` is its id, empty if there is none; `storage` and `deployment` what it reaches.
    """

    assignment: str = ""
    storage: str = ""
    deployment: str = ""
    doubts: frozenset[str] = frozenset()


def managed(people: frozenset[str], view: View) -> Reach:
    """The assignment that lets these principals manage a whole resource group or more."""
    known = view.derive(_managed)
    if people not in known:
        known[people] = _manage(people, view)
    return known[people]


def _managed(_: View) -> dict[frozenset[str], Reach]:
    return {}


def _manage(people: frozenset[str], view: View) -> Reach:
    found = view.derive(grants)
    doubts = set() if found.complete else {"RoleAssignment"}
    for assignment in found.of(people, view):
        if not readable(assignment):
            doubts.add("RoleAssignment")
        elif is_wide(scope := str(assignment.assigned_scope)):
            permissions = permissions_of(assignment, view)
            privileged = controls(permissions, scope, assignment.condition) if permissions is not None else False
            if permissions is None:
                doubts.add("RoleDefinition.permissions")
            elif privileged is None:
                doubts.add("RoleAssignment.condition")
            elif privileged:
                return Reach(assignment.id)
    return Reach(doubts=frozenset(doubts))
