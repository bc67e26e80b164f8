"""What the joined checks show of a role that an identity holds."""

from typing import Any

from checks.azure.authorization.grants import role_of
from checks.azure.authorization.reach import Reach
from checks.azure.authorization.resources import RoleAssignment
from scanner.model.nouns import joined
from scanner.model.views import View

_FIELDS = ("principal_id", "principal_type", "assigned_scope", "condition", "role_definition_id")


def evidence(found: Reach, view: View) -> dict[str, Any]:
    """Who holds which role where, and on what condition; a group is shown in place of its members.

    Of several assignments each field is shown by the id of the assignment.
    """
    held = [view.get(RoleAssignment, id) for id in assignments(found)]
    shown = {assignment.id: _shown(assignment, view) for assignment in held if isinstance(assignment, RoleAssignment)}
    if len(shown) == 1:
        return next(iter(shown.values()))
    fields = {field for values in shown.values() for field in values}
    return {field: {id: values.get(field) for id, values in shown.items()} for field in sorted(fields)}


def assignments(found: Reach) -> tuple[str, ...]:
    """The ids of all assignments that something is reached by."""
    return (found.assignment, *found.others)


def _shown(assignment: RoleAssignment, view: View) -> dict[str, Any]:
    role = role_of(assignment, view)
    return {**joined(assignment, *_FIELDS), **(joined(role, "role_name") if role is not None else {})}


def in_words(found: Reach, view: View) -> str:
    """The same in words: which role, and on what."""
    held = [view.get(RoleAssignment, id) for id in assignments(found)]
    return ", ".join(_in_words(assignment, view) for assignment in held if isinstance(assignment, RoleAssignment))


def _in_words(assignment: RoleAssignment, view: View) -> str:
    role = role_of(assignment, view)
    return f"{(role.role_name if role is not None else None) or 'a role'} on {assignment.assigned_scope}"
