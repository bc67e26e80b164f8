"""What the principals of a resource manage by their role assignments, worked out once for those that share them."""

from collections.abc import Callable

from msgspec import UNSET, Struct

from checks.azure.authorization.grants import controls, grants, is_wide, permissions_of, readable, role_of
from checks.azure.authorization.resources import Assignee, RoleAssignment, assignee_id
from scanner.model.views import View


class Reach(Struct, frozen=True):
    """The first assignment by which some principals reach what was asked about, or what was not observed to tell.

    `assignment` is its id, empty if there is none; `storage` and `deployment` what it reaches.
    """

    assignment: str = ""
    storage: str = ""
    deployment: str = ""
    doubts: frozenset[str] = frozenset()


#: What a principal reaches by itself.
Judge = Callable[[str, View], Reach]


def managed(people: frozenset[str], home: str, view: View) -> Reach:
    """The assignment that lets these principals, which a subscription uses, manage a whole resource group or more."""
    return with_groups(people, home, _manages, view)


def with_groups(people: frozenset[str], home: str, judge: Judge, view: View) -> Reach:
    """What principals reach by themselves or through groups, as far as groups have roles in a subscription.

    Who is in a group is known of those only that were asked for there; a group that is known counts everywhere.
    """
    there = view.derive(grants).groups_in(home)
    groups, unknown = _groups_of(people, home, view) if there else (frozenset[str](), None)
    found = _together(people | groups, judge, view)
    if found.assignment or unknown is None:
        return found
    known = view.derive(_through)
    if (judge, there) not in known:
        known[judge, there] = _together(there, judge, view)
    through = known[judge, there]
    doubts = {_membership(through.assignment, view)} if through.assignment else through.doubts
    return Reach(doubts=found.doubts | doubts | unknown)


def _through(_: View) -> dict[tuple[Judge, frozenset[str]], Reach]:
    """What some groups reach, any of them."""
    return {}


def _together(people: frozenset[str], judge: Judge, view: View) -> Reach:
    """What one of some principals reaches."""
    reached = [judge(person, view) for person in sorted(people)]
    found = min((reach for reach in reached if reach.assignment), key=lambda reach: reach.assignment, default=None)
    return found or Reach(doubts=frozenset[str]().union(*(reach.doubts for reach in reached)))


def _groups_of(people: frozenset[str], home: str, view: View) -> tuple[frozenset[str], frozenset[str] | None]:
    """The principals through which some others hold roles.

    Then what was not observed if that is not known of all of them, which is nothing where nobody had to be asked for.
    """
    found: set[str] = set()
    unknown: frozenset[str] | None = None
    for person in people:
        assignee = view.get(Assignee, assignee_id(home, person))
        if isinstance(assignee, Assignee) and isinstance(assignee.roles, tuple):
            held = {role.properties.principal_id for role in assignee.roles if role.properties is not None}
            found |= {principal.lower() for principal in held if principal}
        else:
            unknown = (unknown or frozenset()) | ({"Assignee"} if assignee is UNSET else frozenset())
    return frozenset(found), unknown


def _membership(assignment: str, view: View) -> str:
    """What is not known, in words: whether principals are in the group that a role is assigned to."""
    found = view.get(RoleAssignment, assignment)
    if not isinstance(found, RoleAssignment):
        return "RoleAssignment"
    role = role_of(found, view)
    named = role.role_name if role is not None and role.role_name else "a role"
    return f"whether it is in the group {found.principal_id}, which has {named} on {found.assigned_scope}"


def _manages(person: str, view: View) -> Reach:
    known = view.derive(_managed)
    if person not in known:
        known[person] = _manage(person, view)
    return known[person]


def _managed(_: View) -> dict[str, Reach]:
    return {}


def _manage(person: str, view: View) -> Reach:
    found = view.derive(grants)
    doubts = set() if found.complete else {"RoleAssignment"}
    for assignment in found.of(person, view):
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
