"""Checks of the service accounts that ML workloads run as, and of what projects let people do with Vertex AI."""

import re
from collections.abc import Iterator
from datetime import datetime

from checks.gcp.blind_spots import OUTSIDE
from checks.gcp.iam.disabled import powerless
from checks.gcp.iam.grants import (
    BASIC,
    Grant,
    bindings_over,
    everywhere,
    gives,
    is_agent,
    shown,
    unread_over,
)
from checks.gcp.iam.resources import FolderPolicy, Key, OrganizationPolicy, ProjectPolicy, Role, ServiceAccount
from checks.gcp.iam.ways import ACT_AS, ADMINISTER
from checks.gcp.names import project_id
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.patterns import pattern
from scanner.model.views import View

#: People one by one, or everyone of a domain or of another identity provider; whoever is in a group was let into it.
_PEOPLE = pattern(
    r"user:.*|domain:.*|allUsers|allAuthenticatedUsers"
    r"|principal://iam\.googleapis\.com/locations/global/workforcePools/.*"
    r"|principalSet://iam\.googleapis\.com/(?:projects/[^/]+/)?locations/global/work(?:force|loadIdentity)Pools/[^/]+/\*"
)
#: Whoever it is.
_ANYONE = pattern(r".*")


@check(
    id="MLP-2501",
    severity=Severity.MEDIUM,
    objective="strong-authentication",
    since="0.1.0",
    needs=(ServiceAccount,),  # for the time of the inventory, that keys expire by
    blind_to=("HMAC keys and API keys of the account",),
)
def gcp_ml_service_account_user_managed_keys(account: ServiceAccount, view: View) -> Verdict:
    """Service account of an ML workload has keys that someone downloaded.

    ## Why it matters
    A key file works from anywhere, for as long as it exists, for whoever finds it in a notebook, an image or a
    repository. Workloads on Vertex AI get tokens without one, so a downloaded key is only a risk. Disabled keys
    and expired ones do not count, and no key of an account that is disabled or deleted authenticates.

    ## How to fix
    Find what uses the key, move it to an attached service account, impersonation or workload identity federation, then
    disable and delete the key.

    CLI: `gcloud iam service-accounts keys disable KEY --iam-account=EMAIL`. To prevent more: the organisation policy
    `constraints/iam.disableServiceAccountKeyCreation`.

    ## References
    - https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys
    - https://cloud.google.com/iam/docs/service-accounts-disable-enable
    """
    if missing := unobserved(account, "user_managed_keys"):
        return (powerless(account) if account.exists is False else None) or missing
    live = [key for key in account.user_managed_keys or () if _is_valid(key, view.taken_at)]
    names = sorted((key.name or "").rpartition("/")[2] for key in live)
    if names:
        if missing := unobserved(account, "disabled"):
            return missing
        if account.disabled:
            return not_applicable("it is disabled, so that no key of it authenticates", disabled=True)
        return failed(f"{len(names)} user-managed keys are valid", user_managed_keys=names)
    return passed("it has no valid user-managed key", user_managed_keys=[])


def _is_valid(key: Key, now: datetime) -> bool:
    """Whether a key authenticates at this time, as far as it says; one that does not say when it ends does not end."""
    return not key.disabled and (key.valid_before_time is None or key.valid_before_time > now)


@check(
    id="MLP-2502",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(ProjectPolicy, FolderPolicy, OrganizationPolicy),
    blind_to=(OUTSIDE,),
)
def gcp_ml_service_account_basic_role(account: ServiceAccount, view: View) -> Verdict:
    """Service account of an ML workload is owner or editor of a project.

    ## Why it matters
    The basic roles reach nearly every service of the project, as do `roles/admin` and `roles/writer`. Code in a
    training job, a notebook or a serving container then has them too, and with it every library it installs and every
    model file it loads. All projects of the scan are searched, and the folders and the organisation above them. Who is
    in a group cannot be seen: where one has a basic role, the verdict is open. Of an account that is disabled or
    deleted nothing gets a token.

    ## How to fix
    Grant the roles for what the workload really uses, on the bucket or dataset where possible, and take the basic role
    away. The IAM recommender lists the permissions that were used.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=roles/editor`.

    ## References
    - https://cloud.google.com/iam/docs/roles-overview
    - https://cloud.google.com/policy-intelligence/docs/role-recommendations-overview
    """
    if missing := unobserved(account, "email"):
        return missing
    # The same account may work in several projects, and is one resource.
    grants = view.derive(everywhere)
    held = [grant for grant in grants.held_by(str(account.email)) if grant.role in BASIC]
    if sure := [grant for grant in held if grant.sure]:
        if verdict := powerless(account):
            return verdict
        roles = sorted({grant.role for grant in sure})
        path = (account.id, *sorted({grant.policy for grant in sure}))
        return failed(f"it has {' and '.join(roles)}", path=path, **shown(sure))
    if grants.unread:
        return unknown(*grants.unread)
    if held:
        return unknown("the condition of its basic role", path=(account.id, held[0].policy))
    if doubts := sorted({f"whether {name} includes it, which has {grant.role}" for name, grant in view.derive(_basic)}):
        return unknown(*doubts)
    own = project_id(account.scope.account)
    return passed("it has no basic role", path=(account.id, own), **{"ProjectPolicy.bindings": []})


def _basic(view: View) -> list[tuple[str, Grant]]:
    """Basic roles of members that may include a service account."""
    return [(name, grant) for name, grant in view.derive(everywhere).opaque() if grant.role in BASIC]


_OVER = (FolderPolicy, OrganizationPolicy, Role)


@check(id="MLP-2601", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", needs=_OVER, blind_to=())
def gcp_project_vertex_admin_granted_to_users(policy: ProjectPolicy, view: View) -> Verdict:
    """Project makes single users administrators of Vertex AI or Workbench.

    ## Why it matters
    An administrator may replace what production serves and start notebooks with the accounts of others. Granted person
    by person such roles outlive the job they were for; a group has an owner, a review and a leaver's process. Everyone
    of a domain or of a pool of identities counts as well. Basic roles and roles of your own count if they may do it,
    and so do grants on the folders and the organisation above.

    ## How to fix
    Grant the role to a group, if at all, and give daily work `roles/aiplatform.user`.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=user:EMAIL --role=roles/aiplatform.admin`; for what
    is granted above, `gcloud resource-manager folders remove-iam-policy-binding` and `gcloud organizations
    remove-iam-policy-binding`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/access-control
    - https://cloud.google.com/iam/docs/using-iam-securely
    """
    return _granted(policy, view, ADMINISTER, _PEOPLE, "administer Vertex AI")


@check(id="MLP-2602", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", needs=_OVER, blind_to=())
def gcp_project_act_as_every_service_account(policy: ProjectPolicy, view: View) -> Verdict:
    """Project lets members act as every service account in it.

    ## Why it matters
    On the project, roles such as Service Account User and Token Creator count for all its accounts. A data scientist
    who has one can start a training job or a notebook as the strongest account there is, and so become it. Owners and
    editors may do the same by their basic role, and roles of your own by their permissions; grants on the folders and
    the organisation above count as well.

    ## How to fix
    Grant the role on the single service account that the person or pipeline needs, and remove it from the project.
    Replace basic roles by those that the work takes; what is left for emergencies is granted when it is needed.

    CLI: `gcloud iam service-accounts add-iam-policy-binding EMAIL --member=… --role=roles/iam.serviceAccountUser`, then
    `gcloud projects remove-iam-policy-binding PROJECT …`; for what is granted above, `gcloud resource-manager folders
    remove-iam-policy-binding` and `gcloud organizations remove-iam-policy-binding`.

    ## References
    - https://cloud.google.com/iam/docs/service-account-permissions
    """
    return _granted(policy, view, ACT_AS, _ANYONE, "act as every service account")


def _granted(policy: ProjectPolicy, view: View, any_of: frozenset[str], whose: re.Pattern[str], what: str) -> Verdict:
    """Fail when members that are written as `whose` says have one of the permissions in the whole project."""
    if missing := unobserved(policy, "bindings", "holds_ml", "above"):
        return missing
    if not policy.holds_ml:
        return not_applicable("nothing of Vertex AI or Workbench was found in it", holds_ml=False)
    sure: dict[str, Grant] = {}
    doubts: dict[str, None] = {}
    for grant in _members(view, policy, whose):
        match gives(view, grant.role, any_of):
            case True if grant.sure:
                sure[_shown(grant, policy)] = grant
            case True:
                doubts["the conditions of the bindings"] = None
            case None:
                doubts[f"what {grant.role} permits"] = None
    open_questions = (*unread_over(view, policy), *doubts)
    if sure:
        path = (policy.id, *sorted({grant.policy for grant in sure.values()} - {policy.id}))
        least = "at least " if open_questions else ""
        return failed(f"{least}{len(sure)} grants let members {what}", path=path, bindings=sorted(sure))
    if open_questions:
        return unknown(*open_questions)
    return passed(f"no grant lets such members {what}", bindings=[])


def _shown(grant: Grant, policy: ProjectPolicy) -> str:
    """A grant as evidence, with where it is if that is above the project."""
    above = "" if grant.policy == policy.id else f" on {'/'.join(grant.policy.split('/')[-2:])}"
    return f"{grant.role}{above}: {grant.member}"


def _members(view: View, policy: ProjectPolicy, whose: re.Pattern[str]) -> Iterator[Grant]:
    """Grants that count in a project, to members of this sort who are there and are no agents of Google's."""
    for place, binding in bindings_over(view, policy):
        for name in binding.members or ():
            if whose.fullmatch(name) and not name.startswith("deleted:") and not is_agent(name):
                yield Grant(place, binding.role or "", name, binding.condition)
