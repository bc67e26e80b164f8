"""Checks of the service accounts that ML workloads run as, and of what projects let people do with Vertex AI."""

from datetime import datetime

from msgspec import Struct, UnsetType

from checks.gcp.iam.grants import BASIC, member
from checks.gcp.iam.resources import Key, ProjectPolicy, ServiceAccount
from checks.gcp.names import PROJECTS, full_name
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_ACT_AS = ("roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser")
_VERTEX_ADMIN = ("roles/aiplatform.admin", "roles/notebooks.admin")
#: People, one by one or all at once; the second kind signs in with another identity provider.
_PEOPLE = (
    "user:",
    "principal://iam.googleapis.com/locations/global/workforcePools/",
    "domain:",
    "allUsers",
    "allAuthenticatedUsers",
)


@check(
    id="MLP-2501",
    severity=Severity.MEDIUM,
    objective="strong-authentication",
    since="0.1.0",
    needs=(ServiceAccount,),  # for the time of the inventory, that keys expire by
)
def gcp_ml_service_account_user_managed_keys(account: ServiceAccount, view: View) -> Verdict:
    """Service account of an ML workload has keys that someone downloaded.

    ## Why it matters
    A key file works from anywhere, for as long as it exists, for whoever finds it in a notebook, an image or a
    repository. Workloads on Vertex AI get tokens without one, so a downloaded key is only a risk. Disabled keys
    and expired ones do not count, and no key of a disabled account authenticates.

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
        return missing
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
    needs=(ProjectPolicy,),
)
def gcp_ml_service_account_basic_role(account: ServiceAccount, view: View) -> Verdict:
    """Service account of an ML workload is owner or editor of a project.

    ## Why it matters
    The basic roles reach nearly every service of the project. Code in a training job, a notebook or a serving container
    then has them too, and with it every library it installs and every model file it loads. All projects of the scan
    that have ML in them are searched; what comes through groups, folders or the organisation is not seen here.

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
    basic = view.derive(_basic_grants)
    held = basic.of.get(member(str(account.email)), [])
    if sure := [grant for grant in held if grant.sure]:
        roles = sorted({grant.role for grant in sure})
        path = (account.id, *sorted({grant.policy for grant in sure}))
        return failed(f"it has {' and '.join(roles)}", path=path, **{"ProjectPolicy.bindings": roles})
    own = view.get(ProjectPolicy, full_name(PROJECTS, f"projects/{account.scope.account}"))
    if not basic.complete or not isinstance(own, ProjectPolicy):
        return unknown("ProjectPolicy.bindings")
    if held:
        return unknown("the condition of its basic role", path=(account.id, held[0].policy))
    return passed("it has no basic role", path=(account.id, own.id), **{"ProjectPolicy.bindings": []})


class _Grant(Struct, frozen=True):
    """A basic role in a project; `sure` unless it depends on a condition."""

    policy: str
    role: str
    sure: bool


class _Basic(Struct, frozen=True):
    """Basic roles by member; `complete` says whether the policy of every project was seen."""

    of: dict[str, list[_Grant]]
    complete: bool


def _basic_grants(view: View) -> _Basic:
    policies = view.all(ProjectPolicy)
    complete = policies.complete
    found: dict[str, list[_Grant]] = {}
    for policy in policies:
        if isinstance(policy.bindings, UnsetType):
            complete = False
            continue
        for binding in policy.bindings or ():
            if binding.role in BASIC:
                for name in binding.members or ():
                    found.setdefault(name, []).append(_Grant(policy.id, binding.role, binding.condition is None))
    return _Basic(found, complete)


@check(id="MLP-2601", severity=Severity.HIGH, objective="least-privilege", since="0.1.0")
def gcp_project_vertex_admin_granted_to_users(policy: ProjectPolicy) -> Verdict:
    """Project makes single users administrators of Vertex AI or Workbench.

    ## Why it matters
    An administrator may replace what production serves and start notebooks with the accounts of others. Granted person
    by person such roles outlive the job they were for; a group has an owner, a review and a leaver's process. Grants
    on folders and on the organisation count as well, but are not seen here.

    ## How to fix
    Grant the role to a group, if at all, and give daily work `roles/aiplatform.user`.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=user:EMAIL --role=roles/aiplatform.admin`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/access-control
    - https://cloud.google.com/iam/docs/using-iam-securely
    """
    return _granted(policy, _VERTEX_ADMIN, _PEOPLE, "administer Vertex AI")


@check(id="MLP-2602", severity=Severity.HIGH, objective="least-privilege", since="0.1.0")
def gcp_project_act_as_every_service_account(policy: ProjectPolicy) -> Verdict:
    """Project lets members act as every service account in it.

    ## Why it matters
    On the project, the Service Account User and Token Creator roles count for all its accounts. A data scientist who
    has one can start a training job or a notebook as the strongest account there is, and so become it. Owners and
    editors may do the same by their basic role, as may roles of your own and grants on folders or the organisation:
    these are not counted here.

    ## How to fix
    Grant the role on the single service account that the person or pipeline needs, and remove it from the project.

    CLI: `gcloud iam service-accounts add-iam-policy-binding EMAIL --member=… --role=roles/iam.serviceAccountUser`, then
    `gcloud projects remove-iam-policy-binding PROJECT …`.

    ## References
    - https://cloud.google.com/iam/docs/service-account-permissions
    """
    return _granted(policy, _ACT_AS, ("",), "act as every service account")


def _granted(policy: ProjectPolicy, roles: tuple[str, ...], whose: tuple[str, ...], what: str) -> Verdict:
    """Fail when members that start with one of `whose` have one of the roles in the whole project."""
    if missing := unobserved(policy, "bindings"):
        return missing
    held = [binding for binding in policy.bindings or () if binding.role in roles]
    found = {
        f"{binding.role}: {name}": binding.condition is None
        for binding in held
        for name in binding.members or ()
        if name.startswith(whose) and not name.startswith("deleted:") and "@gcp-sa-" not in name
    }
    sure = sorted(name for name, always in found.items() if always)
    if sure:
        return failed(f"{len(sure)} grants let members {what}", bindings=sure)
    if found:
        return unknown("the conditions of the bindings")
    return passed(f"no such grant lets members {what}", bindings=[])
