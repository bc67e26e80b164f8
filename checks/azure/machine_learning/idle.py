"""Checks of whether Azure ML compute instances stop when nobody uses them."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from checks.azure.actions import allows
from checks.azure.authorization.grants import has_members, is_above, permissions_of, readable
from checks.azure.authorization.resources import RoleAssignment, RoleDefinition
from checks.azure.ids import arm_id
from checks.azure.machine_learning.computes import INSTANCE, other_than
from checks.azure.machine_learning.resources import Compute
from checks.azure.machine_learning.states import standing_still
from checks.azure.members import principals
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved
from scanner.model.views import View

#: What an instance that stops itself has to be allowed; Contributor has it, which the documentation asks for.
_STOP = "Microsoft.MachineLearningServices/workspaces/computes/stop/action"
_IDENTITIES = ("principal_id", "user_assigned_identities")


@check(
    id="MLP-3107",
    severity=Severity.LOW,
    objective="hardened-workspaces",
    since="0.1.0",
    needs=(RoleAssignment, RoleDefinition),
    blind_to=(),
    decided_by=("idle_time_before_shutdown", *_IDENTITIES),
)
def azure_ml_compute_instance_without_idle_shutdown(compute: Compute, view: View) -> Verdict:
    """Compute instance is not shut down when idle.

    An instance with a managed identity stops by it, and so does not stop where the identity has no role on the
    workspace that allows it, as Contributor does.

    ## Why it matters
    A machine that nobody uses still runs with its owner's session, unpatched until the next restart, and can be misused
    at night and at weekends without anybody noticing; it also costs money.

    ## How to fix
    Set an idle time between 15 minutes and three days, and give the managed identity of the instance, if it has one, a
    role on the workspace by which it may stop it.

    Studio: Compute > the instance > Idle shutdown. CLI: `idle_time_before_shutdown_minutes: 60` in the compute's file.
    ARM and Bicep: `idleTimeBeforeShutdown: 'PT60M'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-compute-instance
    """
    if verdict := other_than(compute, INSTANCE) or unobserved(compute, "idle_time_before_shutdown"):
        return verdict
    shown: dict[str, Any] = {"idle_time_before_shutdown": compute.idle_time_before_shutdown}
    if not compute.idle_time_before_shutdown:
        return standing_still(compute) or failed("it never stops when idle", **shown)
    if verdict := unobserved(compute, *_IDENTITIES):
        return verdict
    shown |= {name: getattr(compute, name) for name in _IDENTITIES}
    if not compute.principal_id and not compute.user_assigned_identities:
        return passed("it stops when idle", **shown)
    return _by_identity(compute, shown, view)


def _by_identity(compute: Compute, shown: dict[str, Any], view: View) -> Verdict:
    """The verdict on an instance that stops by its identity, if that may."""
    people, known = principals(compute.principal_id or None, compute.user_assigned_identities or None)
    index = view.derive(stoppers)
    if not index.complete:
        return unknown("RoleAssignment")
    doubts = set() if known else {"user_assigned_identities"}
    for scope in _around(compute.id):
        held = index.able.get(scope, {})
        if able := [held[person] for person in people if person in held]:
            return passed("it stops when idle, by its identity", path=(compute.id, min(able)), **shown)
        if group := index.groups.get(scope):
            doubts.add(f"whether its identity is in the group {group}, which may stop it")
        if not people.isdisjoint(index.unread.get(scope, ())):
            doubts.add("RoleDefinition.permissions")
    if doubts:
        return unknown(*sorted(doubts))
    return standing_still(compute) or failed("its identity has no role by which it could stop when idle", **shown)


class Stoppers(Struct, frozen=True):
    """Who may stop instances, by the scope of the assignment that allows it, which is empty for one above all.

    `able` are assignments by their holders, `groups` the first with members, `unread` the holders of roles that were
    not observed. It is not complete if some assignment, or a member of one, was not observed.
    """

    able: dict[str, dict[str, str]]
    groups: dict[str, str]
    unread: dict[str, set[str]]
    complete: bool


def stoppers(view: View) -> Stoppers:
    """For `view.derive`."""
    listed = view.all(RoleAssignment)
    found = Stoppers({}, {}, {}, complete=True)
    complete = listed.complete
    for held in listed:
        if not readable(held) or not isinstance(held.principal_id, str):
            complete = False
            continue
        person, where = held.principal_id.lower(), str(held.assigned_scope)
        scope = "" if is_above(where) else arm_id(where)
        permissions = permissions_of(held, view)
        if permissions is None:
            found.unread.setdefault(scope, set()).add(person)
        elif allows(permissions, _STOP):
            at = found.able.setdefault(scope, {})
            at[person] = min(held.id, at.get(person, held.id))
            if has_members(held):
                found.groups[scope] = min(person, found.groups.get(scope, person))
    return replace(found, complete=complete)


def _around(identifier: str) -> list[str]:
    """The scopes at which an assignment holds for a resource, from the widest."""
    parts = identifier.split("/")
    return ["", *("/".join(parts[:count]) for count in range(3, len(parts) + 1))]
