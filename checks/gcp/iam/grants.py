"""What roles give a member, as far as bindings on a project, on what is above it and on a bucket say.

By the permissions of a role, not by its name. Who is in a group cannot be seen, and leaves an answer open.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, UnsetType

from checks.gcp.iam.lapse import in_time
from checks.gcp.iam.resources import Binding, Condition, FolderPolicy, OrganizationPolicy, ProjectPolicy, Role
from checks.gcp.iam.ways import ADMINISTER, WAYS
from checks.gcp.names import IAM, PROJECTS, full_name
from checks.gcp.storage.public import EVERYONE
from checks.gcp.storage.resources import Bucket
from scanner.model.patterns import pattern
from scanner.model.views import View

#: The basic roles that change things: the legacy ones, and those that follow them.
BASIC = ("roles/owner", "roles/editor", "roles/admin", "roles/writer")
#: Known by name where a role could not be read.
_KNOWN = {
    **dict.fromkeys(("roles/owner", "roles/admin"), frozenset({"resourcemanager.projects.setIamPolicy"})),
    **dict.fromkeys(("roles/editor", "roles/writer"), frozenset({"iam.serviceAccounts.actAs"})),
    "roles/aiplatform.admin": frozenset({"aiplatform.endpoints.setIamPolicy"}),
    "roles/notebooks.admin": frozenset({"notebooks.instances.setIamPolicy"}),
    "roles/iam.serviceAccountTokenCreator": frozenset({"iam.serviceAccounts.getAccessToken"}),
    "roles/iam.serviceAccountUser": frozenset({"iam.serviceAccounts.actAs"}),
}
#: Members that may include a service account or a person, which this cannot tell.
OPAQUE = ("group:", "principalSet://cloudresourcemanager.googleapis.com/")
_RUNNING_OUR_CODE = ("gcp-sa-aiplatform-cc.", "gcp-sa-aiplatform-re.")
#: Agents are named by the number of a project, which is long; anybody may call an account of theirs `service-2024`.
_AGENT = pattern(r"service-\d{6,}")
#: Any of these gives write access to a bucket's objects in one step.
_TAKE = frozenset({"storage.buckets.setIamPolicy", "resourcemanager.projects.setIamPolicy"})
#: An object is replaced by deleting it and creating another.
_REPLACE = frozenset({"storage.objects.create", "storage.objects.delete"})
#: All that this module ever asks a role about.
WATCHED = frozenset().union(*(way.permissions for way in WAYS)) | ADMINISTER | _TAKE | _REPLACE


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


Policy = ProjectPolicy | FolderPolicy | OrganizationPolicy


class Grant(Struct, frozen=True):
    """A role that a binding of a policy gives to a member."""

    policy: str
    role: str
    member: str
    condition: Condition | None

    @property
    def sure(self) -> bool:
        """Whether it counts always: what a condition says is not evaluated."""
        return self.condition is None


class Everywhere(Struct, frozen=True):
    """What every policy of the scan gives to each member. `unread` names what was not observed.

    `above` are the ids of the policies that count below as well, by the policy of a project or folder.
    """

    of: Mapping[str, list[Grant]]
    unread: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]]

    def held_by(self, email: str) -> list[Grant]:
        """What is given to a service account: by its name, and to everyone, which includes all service accounts."""
        return [grant for name in names_of(email) for grant in self.of.get(name, ())]

    def opaque(self) -> Iterator[tuple[str, Grant]]:
        """What is given to members that may include others."""
        return ((name, grant) for name, held in self.of.items() if name.startswith(OPAQUE) for grant in held)


def everywhere(view: View) -> Everywhere:
    """The grants of all projects and of what is above them, for `view.derive`."""
    found: dict[str, list[Grant]] = {}
    unread: dict[str, None] = {}
    over: dict[str, tuple[str, ...]] = {}
    kinds: tuple[type[Policy], ...] = (ProjectPolicy, FolderPolicy, OrganizationPolicy)
    for kind in kinds:
        policies = view.all(kind)
        if not policies.complete:
            unread[f"every {kind.title}"] = None
        for policy in policies:
            if isinstance(policy.bindings, UnsetType):
                unread[f"{kind.__name__}.bindings of {policy.name}"] = None
                continue
            if isinstance(policy, ProjectPolicy):
                if isinstance(policy.above, UnsetType):
                    unread[f"ProjectPolicy.above of {policy.name}"] = None
                chain = (policy.id, *(full_name(PROJECTS, name) for name in policy.above or ()))
                over.update((id, chain[at:]) for at, id in enumerate(chain, start=1))
            for binding in in_time(policy.bindings or (), view.taken_at):
                for name in binding.members or ():
                    found.setdefault(name, []).append(Grant(policy.id, binding.role or "", name, binding.condition))
    return Everywhere(found, tuple(unread), over)


def shown(grants: Iterable[Grant]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Evidence: the bindings, cut down to the member, by what they are granted on, under its kind."""
    kinds = {"projects": "ProjectPolicy", "folders": "FolderPolicy", "organizations": "OrganizationPolicy"}
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for grant in sorted(dict.fromkeys(grants), key=lambda grant: (grant.policy, grant.role, grant.member)):
        collection, name = grant.policy.split("/")[-2:]
        binding: dict[str, Any] = {"role": grant.role, "members": [grant.member]}
        if grant.condition is not None:
            binding["condition"] = grant.condition.expression
        places = found.setdefault(f"{kinds.get(collection, 'Bucket')}.bindings", {})
        places.setdefault(f"{collection}/{name}" if collection in kinds else name, []).append(binding)
    return found


def said(grants: Iterable[Grant]) -> str:
    """The same in words: which roles, and on what."""
    return ", ".join(
        f"{binding['role']} on {place}"
        for places in shown(grants).values()
        for place, granted in places.items()
        for binding in granted
    )


def bindings_over(view: View, policy: ProjectPolicy) -> Iterator[tuple[str, Binding]]:
    """What counts in a project, as far as it was observed: its own bindings and those of all above it."""
    for binding in in_time(policy.bindings or (), view.taken_at):
        yield policy.id, binding
    for parent in _parents(view, policy):
        if not isinstance(parent, str):
            for binding in in_time(parent.bindings or (), view.taken_at):
                yield parent.id, binding


def unread_over(view: View, policy: ProjectPolicy) -> tuple[str, ...]:
    """What may count in a project and was not observed; `ProjectPolicy.bindings` are asked for elsewhere."""
    if isinstance(policy.above, UnsetType):
        return ("ProjectPolicy.above",)
    return tuple(parent for parent in _parents(view, policy) if isinstance(parent, str))


def _parents(view: View, policy: ProjectPolicy) -> Iterator[FolderPolicy | OrganizationPolicy | str]:
    """The policies above a project; where one was not observed, what to call it."""
    for name in policy.above or ():
        kind = FolderPolicy if name.startswith("folders/") else OrganizationPolicy
        found = view.get(kind, full_name(PROJECTS, name))
        if isinstance(found, FolderPolicy | OrganizationPolicy) and not isinstance(found.bindings, UnsetType):
            yield found
        else:
            yield f"{kind.__name__}.bindings of {name}"


def held_in(view: View, policy: ProjectPolicy, members: Iterable[str]) -> Grants:
    """The roles that count in a project for any of the members, as far as bindings were observed."""
    named = members_of(view, policy)
    found = [named[name] for name in members if name in named]
    sure = frozenset().union(*(each.sure for each in found))
    return Grants(sure, frozenset().union(*(each.conditional for each in found)) - sure)


def members_of(view: View, policy: ProjectPolicy) -> Mapping[str, Grants]:
    """Everybody with a role that counts in a project. Read once per view: policies have many members."""
    known = view.derive(_by_member)
    if policy.id not in known:
        bindings: dict[str, list[Binding]] = {}
        for _, binding in bindings_over(view, policy):
            for name in binding.members or ():
                bindings.setdefault(name, []).append(binding)
        known[policy.id] = {name: grants(held, [name]) for name, held in bindings.items()}
    return known[policy.id]


def _by_member(_: View) -> dict[str, Mapping[str, Grants]]:
    return {}


def member(email: str) -> str:
    return f"serviceAccount:{email}"


def names_of(email: str) -> tuple[str, ...]:
    """The members of a policy that surely are, or include, a service account."""
    return (member(email), *EVERYONE)


def is_agent(name: str) -> bool:
    """Whether a member is an agent of Google's that runs no code of ours.

    Those of custom jobs and of Agent Engine do: jobs and agents that name no account run as them.
    """
    kind, _, email = name.partition(":")
    user, _, domain = email.partition("@")
    if kind != "serviceAccount" or domain.startswith(_RUNNING_OUR_CODE):
        return False
    return domain.startswith(("gcp-sa-", "cloudservices.")) or _AGENT.fullmatch(user) is not None


def permissions(view: View, role: str) -> frozenset[str] | None:
    """The watched permissions of a role; None if they were not observed."""
    found = view.get(Role, role_id(role))
    if not isinstance(found, Role) or not isinstance(found.permissions, tuple | None):
        return None
    return frozenset(found.permissions or ())


def gives(view: View, role: str, any_of: frozenset[str]) -> bool | None:
    """Whether a role gives one of these permissions to act as others or to administer; None if that is not known."""
    if role in BASIC or not any_of.isdisjoint(_KNOWN.get(role, ())):
        return True
    held = permissions(view, role)
    return None if held is None else not held.isdisjoint(any_of)


def permitted(view: View, role: str) -> frozenset[str] | None:
    """The watched permissions of a role, by its name too; None if nothing is known of it."""
    found, known = permissions(view, role), _KNOWN.get(role)
    return known if found is None else found | (known or frozenset())


def may_replace(view: View, policy: ProjectPolicy, bucket: Iterable[Binding], email: str) -> bool | None:
    """Whether a service account may replace objects of a bucket that `policy`'s project owns; None if not known."""
    bucket = tuple(in_time(bucket, view.taken_at))
    in_project = held_in(view, policy, names_of(email))
    by_role = _named_by_role(policy)
    sure = grants(bucket, [*names_of(email), *(by_role[r] for r in in_project.sure if r in by_role)])
    maybe = grants(bucket, [by_role[r] for r in in_project.conditional if r in by_role])
    held = in_project | sure | Grants(frozenset(), maybe.sure | maybe.conditional)
    certain = [permissions(view, role) for role in sorted(held.sure)]
    if _replaces(certain):
        return True
    others = held.conditional | _of_opaque(view, policy, bucket)
    possible = [permissions(view, role) for role in sorted(others)]
    if None in certain or None in possible or _replaces([*certain, *possible]) or unread_over(view, policy):
        return None
    return False


def _named_by_role(policy: ProjectPolicy) -> dict[str, str]:
    """Buckets may grant to "whoever is editor of the project", and new ones do by default."""
    return {
        "roles/owner": f"projectOwner:{policy.name}",
        "roles/editor": f"projectEditor:{policy.name}",
        "roles/viewer": f"projectViewer:{policy.name}",
    }


def replacing(view: View, policy: ProjectPolicy, bucket: Bucket, email: str) -> list[Grant]:
    """The grants by which a service account may surely replace objects of a bucket: on the project, above it, on it."""
    over = _granted_over(view, policy)
    in_project = [grant for name in names_of(email) for grant in over.get(name, ()) if grant.sure]
    by_role = _named_by_role(policy)
    through = {by_role[grant.role]: grant for grant in in_project if grant.role in by_role}
    on_bucket = [
        Grant(bucket.id, binding.role or "", name, None)
        for binding in bucket.bindings or ()
        if binding.condition is None
        for name in binding.members or ()
        if name in names_of(email) or name in through
    ]
    used = [
        grant for grant in (*in_project, *on_bucket) if (permissions(view, grant.role) or set()) & (_REPLACE | _TAKE)
    ]
    return [*(through[grant.member] for grant in used if grant.member in through), *used]


def _granted_over(view: View, policy: ProjectPolicy) -> Mapping[str, list[Grant]]:
    """The grants that count in a project, by member. Read once per view, as `members_of` is."""
    known = view.derive(_grants_by_member)
    if policy.id not in known:
        found: dict[str, list[Grant]] = {}
        for place, binding in bindings_over(view, policy):
            for name in binding.members or ():
                found.setdefault(name, []).append(Grant(place, binding.role or "", name, binding.condition))
        known[policy.id] = found
    return known[policy.id]


def _grants_by_member(_: View) -> dict[str, Mapping[str, list[Grant]]]:
    return {}


def _of_opaque(view: View, policy: ProjectPolicy, bucket: tuple[Binding, ...]) -> frozenset[str]:
    """Roles of groups, in which the account may be."""
    known = view.derive(_opaque_in)
    if policy.id not in known:
        held = [each for name, each in members_of(view, policy).items() if name.startswith(OPAQUE)]
        known[policy.id] = frozenset().union(*(each.sure | each.conditional for each in held))
    members = {name for binding in bucket for name in binding.members or () if name.startswith(OPAQUE)}
    on_bucket = grants(bucket, members)
    return known[policy.id] | on_bucket.sure | on_bucket.conditional


def _opaque_in(_: View) -> dict[str, frozenset[str]]:
    return {}


def _replaces(roles: Iterable[frozenset[str] | None]) -> bool:
    held = frozenset().union(*(role for role in roles if role is not None))
    return held >= _REPLACE or not held.isdisjoint(_TAKE)
