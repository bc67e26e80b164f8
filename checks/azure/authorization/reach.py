"""What the principals of a resource manage by their role assignments, or can come to.

Worked out once for all resources that share them.
"""

from collections.abc import Callable, Sequence

from msgspec import UNSET, Struct

from checks.azure.actions import Permission, allows
from checks.azure.authorization.grants import (
    ASSIGN_ROLES,
    controls,
    grants,
    is_above,
    is_wide,
    permissions_of,
    readable,
    role_of,
)
from checks.azure.authorization.resources import Assignee, RoleAssignment, assignee_id
from checks.azure.authorization.ways import WAYS
from checks.azure.ids import arm_id, role_id
from scanner.model.views import View, remembered


class Reach(Struct, frozen=True):
    """The first assignment by which some principals reach what was asked about, or what was not observed to tell.

    `assignment` is its id, empty if there is none; `others` are those of further assignments that it takes as well.
    `storage` and `deployment`, or `account`, are what it reaches, `way` how, where it does not do so by itself.
    """

    assignment: str = ""
    storage: str = ""
    deployment: str = ""
    account: str = ""
    doubts: frozenset[str] = frozenset()
    way: str = ""
    others: tuple[str, ...] = ()


#: Handing out roles depends on a condition, where there is one: `controls` looks at it.
_OTHER_WAYS = tuple(way for way in WAYS if ASSIGN_ROLES not in way.actions)
#: A role of your own lets its holder write it anew. Those of Microsoft's that may write roles may hand them out, too.
_OWN_ROLE = ("Microsoft.Authorization/roleDefinitions/write",)
#: What a principal reaches by itself.
Judge = Callable[[str, View], Reach]


def managed(people: frozenset[str], home: str, view: View) -> Reach:
    """The assignment that lets these principals, which a subscription uses, manage a whole resource group or more."""
    return with_groups(people, home, _manages, view)


def managed_or_taken(people: frozenset[str], home: str, view: View) -> Reach:
    """That, or the assignments by which these principals can come to act as somebody who may do so."""
    return with_groups(people, home, _manages_or_takes, view)


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
    """What one of some principals reaches, by itself rather than by a way."""
    if len(people) == 1:  # as of nearly all resources
        (person,) = people
        return judge(person, view)
    reached = [judge(person, view) for person in sorted(people)]
    able = (reach for reach in reached if reach.assignment)
    found = min(able, key=lambda reach: (bool(reach.way), reach.assignment), default=None)
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
    return _by_roles(_manage, person, view)


def _manages_or_takes(person: str, view: View) -> Reach:
    return _by_roles(_manage_or_take, person, view)


def _by_roles(judge: Judge, person: str, view: View) -> Reach:
    """What a principal reaches. Most have no role at all, and of these nothing is remembered."""
    found = view.derive(grants)
    if person in found.by_principal:
        return remembered(view, judge, person)
    return Reach() if found.complete else Reach(doubts=frozenset({"RoleAssignment"}))


def _manage_or_take(person: str, view: View) -> Reach:
    found = _manages(person, view)
    return found if found.assignment else _take(person, view, found.doubts)


def _take(person: str, view: View, doubts: frozenset[str]) -> Reach:
    """The first way that the wide roles of a principal allow together, each with those that hold above it."""
    wide = [held for held in view.derive(grants).of(person, view) if readable(held) and is_wide(_scope(held))]
    at: dict[str, list[RoleAssignment]] = {}
    for held in wide:
        at.setdefault("" if is_above(_scope(held)) else arm_id(_scope(held)), []).append(held)
    for scope in sorted(at):
        there = [held for outer in dict.fromkeys(("", _subscription(scope), scope)) for held in at.get(outer, ())]
        allowed = frozenset().union(*(_allowed(held, view) for held in there))
        if ways := [way for way in _OTHER_WAYS if allowed.issuperset(way.actions)]:
            by = [held.id for held in there if not _allowed(held, view).isdisjoint(ways[0].actions)]
            more = f" and {len(ways) - 1} more" if len(ways) > 1 else ""
            return Reach(by[0], way=f"{ways[0].name} (see {ways[0].source}){more}", others=tuple(by[1:]))
    return Reach(doubts=doubts)


def _allowed(assignment: RoleAssignment, view: View) -> frozenset[str]:
    """The actions of ways that an assigned role allows, worked out once for each role."""
    known = view.derive(_of_roles)
    name = role_id(str(assignment.role_definition_id))
    if name not in known:
        permissions = permissions_of(assignment, view) or ()
        ways = (way for way in _OTHER_WAYS if not (way.actions == _OWN_ROLE and allows(permissions, ASSIGN_ROLES)))
        known[name] = frozenset(
            action for way in ways for action in way.actions if allows(permissions, action, data=way.data)
        )
    return known[name]


def _of_roles(_: View) -> dict[str, frozenset[str]]:
    return {}


def goes(permissions: Sequence[Permission]) -> bool:
    """Whether a role alone lets its holder come to act as somebody else, wherever it is assigned."""
    return any(all(allows(permissions, action, data=way.data) for action in way.actions) for way in _OTHER_WAYS)


def _subscription(scope: str) -> str:
    return "/".join(scope.split("/")[:3])


def _scope(assignment: RoleAssignment) -> str:
    return str(assignment.assigned_scope)


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
