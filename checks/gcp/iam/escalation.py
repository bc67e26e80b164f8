"""Whether a service account may take on more rights than it has: the ways of `ways`, asked of one account."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from checks.gcp.blind_spots import ACCOUNT_GRANTS, OUTSIDE
from checks.gcp.iam.disabled import powerless
from checks.gcp.iam.grants import Grant, everywhere, permitted, said, shown
from checks.gcp.iam.resources import FolderPolicy, OrganizationPolicy, ProjectPolicy, Role, ServiceAccount
from checks.gcp.iam.ways import SHORTEST, WAYS, Way
from checks.gcp.names import project_id
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved
from scanner.model.views import View, remembered

_NOTHING = frozenset[str]()


class Escalation(Struct, frozen=True):
    """The ways that an account may go, and the grants that allow them; what it holds in all, and what is not known."""

    ways: tuple[Way, ...]
    by: tuple[Grant, ...]
    held: tuple[Grant, ...]
    doubts: tuple[str, ...]

    def said(self) -> str:
        """The ways in words."""
        more = f" and {len(self.ways) - 1} more" if len(self.ways) > 1 else ""
        return f"{self.ways[0].name} (see {self.ways[0].source}){more}"


def escalation(view: View, email: str) -> Escalation:
    """What one account may do, worked out once for all that run as it."""
    return remembered(view, _escalation, email)


def _escalation(email: str, view: View) -> Escalation:
    grants = view.derive(everywhere)
    held = grants.held_by(email)
    ways: dict[Way, None] = {}
    by: dict[Grant, None] = {}
    doubts = {grant.role: None for grant in held if permitted(view, grant.role) is None}
    possible = _given(view, held)
    for policy in sorted({grant.policy for grant in held}):
        there = [grant for grant in held if grant.policy in (policy, *grants.above.get(policy, ()))]
        sure = [grant for grant in there if grant.sure]
        certain, maybe = _given(view, sure), _given(view, there)
        found = [way for way in WAYS if way.permissions <= certain]
        ways.update(dict.fromkeys(found))
        used = _NOTHING.union(*(way.permissions for way in found))
        by.update((grant, None) for grant in sure if _given(view, [grant]) & used)
        open_ways = [way.permissions - certain for way in SHORTEST if certain < maybe and way.permissions <= maybe]
        lacking = _NOTHING.union(*open_ways)
        doubts.update((grant.role, None) for grant in there if _given(view, [grant]) & lacking)
    return Escalation(
        tuple(sorted(ways, key=WAYS.index)),
        tuple(by),
        tuple(held),
        (*grants.unread, *sorted(doubts), *view.derive(_groups).doubts(possible)),
    )


def _given(view: View, grants: Iterable[Grant]) -> frozenset[str]:
    """The permissions of some grants, as far as they are known."""
    return _NOTHING.union(*(permitted(view, grant.role) or _NOTHING for grant in grants))


class _Groups(Struct, frozen=True):
    """What members that may include an account have: those with a way, or a role that is not known; and who has which
    permission of the ways that take several."""

    able: tuple[str, ...]
    having: Mapping[str, tuple[str, ...]]

    def doubts(self, possible: frozenset[str]) -> list[str]:
        """Whether an account is in groups that would give it a way, with what it may have itself."""
        found = dict.fromkeys(self.able)
        for way in SHORTEST:
            lacking = way.permissions - possible
            if len(way.permissions) > 1 and lacking and all(permission in self.having for permission in lacking):
                found.update((said, None) for permission in lacking for said in self.having[permission])
        return sorted(found)


def _groups(view: View) -> _Groups:
    roles = {(name, grant.role): permitted(view, grant.role) for name, grant in view.derive(everywhere).opaque()}
    able: list[str] = []
    having: dict[str, dict[str, None]] = {}
    for (name, role), held in roles.items():
        said = f"whether {name} includes it, which has {role}"
        if held is None or any(way.permissions <= held for way in SHORTEST):
            able.append(said)
        for permission in held or ():
            having.setdefault(permission, {})[said] = None
    return _Groups(tuple(sorted(able)), {permission: tuple(said) for permission, said in having.items()})


@check(
    id="MLP-2503",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(ProjectPolicy, FolderPolicy, OrganizationPolicy, Role),
    blind_to=(ACCOUNT_GRANTS, OUTSIDE),
)
def gcp_ml_service_account_escalates(account: ServiceAccount, view: View) -> Verdict:
    """Service account of an ML workload can take on more rights than its roles give it.

    Asked are about a hundred ways that are published: it gives itself roles, acts as another account, starts something
    that runs as one, or makes something do its will that does already. What is granted on a project, and on the folders
    and the organisation above it, counts together; owners and editors may go many of these ways. Who is in a group
    cannot be seen: where one could go a way, the verdict is open.

    ## Why it matters
    The roles of a workload are drawn tight to bound what one poisoned package can do. An account that may make keys for
    other accounts, or set what machines run when they start, has the rights of all of them as well: one call more, and
    the bound is gone. Jobs and notebooks are meant here as well as what serves.

    ## How to fix
    Take away the roles that the finding names, or grant them on the one service account or machine that the work takes.
    A role of your own without the permissions of the way does as well.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE`.

    ## References
    - https://cloud.google.com/iam/docs/best-practices-service-accounts
    - https://cloud.google.com/iam/docs/service-account-permissions
    """
    if missing := unobserved(account, "email"):
        return missing
    found = escalation(view, str(account.email))
    if found.ways and (verdict := powerless(account)):
        return verdict
    if found.ways:
        path = (account.id, *sorted({grant.policy for grant in found.by}))
        return failed(f"privilege escalation by {found.said()}, with {said(found.by)}", path=path, **shown(found.by))
    path = (account.id, *sorted({grant.policy for grant in found.held}))
    if found.doubts:
        return unknown(*found.doubts, path=path)
    own = project_id(account.scope.account)
    return passed(
        "no way to more rights",
        path=path if found.held else (account.id, own),
        **{"ProjectPolicy.bindings": {}, **shown(found.held)},
    )
