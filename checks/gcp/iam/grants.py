"""What roles give a service account, as far as bindings on a project and a bucket say. Groups cannot be seen into."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from checks.gcp.iam.resources import Binding, ProjectPolicy, Role
from checks.gcp.names import IAM, full_name
from checks.gcp.storage.public import EVERYONE
from scanner.model.views import View

BASIC = ("roles/owner", "roles/editor")
#: Permissions that let their holder become someone stronger.
ESCALATION = frozenset(
    {
        "iam.roles.update",
        "iam.serviceAccountKeys.create",
        "iam.serviceAccounts.actAs",
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.implicitDelegation",
        "iam.serviceAccounts.setIamPolicy",
        "iam.serviceAccounts.signBlob",
        "iam.serviceAccounts.signJwt",
        "resourcemanager.projects.setIamPolicy",
    }
)
#: Any of these gives write access to a bucket's objects in one step.
_TAKE = frozenset({"storage.buckets.setIamPolicy", "resourcemanager.projects.setIamPolicy"})
#: An object is replaced by deleting it and creating another.
_REPLACE = frozenset({"storage.objects.create", "storage.objects.delete"})
#: All that this module ever asks a role about.
WATCHED = ESCALATION | _TAKE | _REPLACE


class Grants(Struct, frozen=True):
    """Roles of one service account: those it surely has, and those that depend on a condition."""

    sure: frozenset[str]
    conditional: frozenset[str]

    def __or__(self, other: "Grants") -> "Grants":
        return Grants(self.sure | other.sure, self.conditional | other.conditional)


def role_id(name: str) -> str:
    return full_name(IAM, name)


def grants(bindings: Iterable[Binding], members: Iterable[str]) -> Grants:
    """The roles that these bindings give to any of the members."""
    wanted = set(members)
    held = [binding for binding in bindings if binding.role and not wanted.isdisjoint(binding.members or ())]
    sure = frozenset(binding.role for binding in held if binding.role and binding.condition is None)
    return Grants(sure, frozenset(binding.role for binding in held if binding.role) - sure)


def held_in(view: View, policy: ProjectPolicy, members: Iterable[str]) -> Grants:
    """The roles that a project gives to any of the members, whose bindings were observed."""
    named = members_of(view, policy)
    found = [named[name] for name in members if name in named]
    sure = frozenset().union(*(each.sure for each in found))
    return Grants(sure, frozenset().union(*(each.conditional for each in found)) - sure)


def members_of(view: View, policy: ProjectPolicy) -> Mapping[str, Grants]:
    """Everybody that a project gives a role, with their roles. Read once per view: policies have many members."""
    known = view.derive(_by_member)
    if policy.id not in known:
        bindings: dict[str, list[Binding]] = {}
        for binding in policy.bindings or ():
            for name in binding.members or ():
                bindings.setdefault(name, []).append(binding)
        known[policy.id] = {name: grants(held, [name]) for name, held in bindings.items()}
    return known[policy.id]


def _by_member(_: View) -> dict[str, Mapping[str, Grants]]:
    return {}


def member(email: str) -> str:
    return f"serviceAccount:{email}"


def permissions(view: View, role: str) -> frozenset[str] | None:
    """The watched permissions of a role; None if they were not observed."""
    found = view.get(Role, role_id(role))
    if not isinstance(found, Role) or not isinstance(found.permissions, tuple | None):
        return None
    return frozenset(found.permissions or ())


def is_broad(view: View, role: str) -> bool | None:
    """Whether a role is owner, editor or a service's administrator, or lets its holder escalate; None if not known.

    Only Google's own names are believed: `roles/storage.objectAdmin` administers objects, a role of yours anything.
    """
    if role in BASIC or (role.startswith("roles/") and role.endswith(".admin")):
        return True
    held = permissions(view, role)
    return None if held is None else not held.isdisjoint(ESCALATION)


def may_replace(view: View, policy: ProjectPolicy, bucket: Iterable[Binding], email: str) -> bool | None:
    """Whether a service account may replace objects of a bucket that `policy`'s project owns; None if not known."""
    in_project = held_in(view, policy, [member(email)])
    # Buckets may grant to "whoever is editor of the project", and new ones do by default.
    by_role = {
        "roles/owner": f"projectOwner:{policy.name}",
        "roles/editor": f"projectEditor:{policy.name}",
        "roles/viewer": f"projectViewer:{policy.name}",
    }
    sure = grants(bucket, [member(email), *EVERYONE, *(by_role[r] for r in in_project.sure if r in by_role)])
    maybe = grants(bucket, [by_role[r] for r in in_project.conditional if r in by_role])
    held = in_project | sure | Grants(frozenset(), maybe.sure | maybe.conditional)
    certain = [permissions(view, role) for role in sorted(held.sure)]
    possible = [permissions(view, role) for role in sorted(held.conditional)]
    if _replaces(certain):
        return True
    if None in certain or None in possible or _replaces([*certain, *possible]):
        return None
    return False


def _replaces(roles: Iterable[frozenset[str] | None]) -> bool:
    held = frozenset().union(*(role for role in roles if role is not None))
    return held >= _REPLACE or not held.isdisjoint(_TAKE)
