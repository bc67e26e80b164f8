from datetime import timedelta
from typing import Any

from factories.gcp import (
    ANYWHERE,
    CUSTOM,
    OWN_ACCOUNT,
    binding,
    folder,
    folder_unread,
    key,
    organization,
    policy,
    policy_unread,
    role,
    role_unread,
    service_account,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, NOW, PASS, UNKNOWN, Case

from checks.gcp.iam.grants import BASIC
from checks.gcp.iam.resources import ProjectPolicy
from checks.gcp.iam.ways import ACT_AS

BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
SELF = f"serviceAccount:{OWN_ACCOUNT}"
GROUP = "group:data-science@northwind.example"
USER = "user:ada@northwind.example"
OVER = 'request.time < timestamp("2025-01-01T00:00:00Z")'
UNTIL = 'request.time < timestamp("2027-01-01T00:00:00Z")'

POOLS = "principal://iam.googleapis.com"
WORKER = f"{POOLS}/locations/global/workforcePools/northwind/subject/ada@northwind.example"
POOL = "principalSet://iam.googleapis.com/locations/global/workforcePools/northwind/*"
PRINCIPALS = "principalSet://cloudresourcemanager.googleapis.com"
DOMAIN = "domain:northwind.example"
AGENT = "serviceAccount:service-123456789012@gcp-sa-aiplatform-cc.iam.gserviceaccount.com"
ABOVE = ("folders/1", "organizations/9")
GROUP_OF_POOL = "principalSet://iam.googleapis.com/locations/global/workforcePools/northwind/group/ml-leads"
WORKLOADS = "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/*"
WORKLOAD = f"{POOLS}/projects/123456789012/locations/global/workloadIdentityPools/ci/subject/repo:northwind/train"


def another(**fields: Any) -> ProjectPolicy:
    """The policy of a second project of the scan."""
    id = "//cloudresourcemanager.googleapis.com/projects/example-fraud-lab"
    return ProjectPolicy(id=id, name="example-fraud-lab", scope=ANYWHERE, **{"above": (), "holds_ml": False, **fields})


CASES = {
    "gcp_ml_service_account_user_managed_keys": [
        Case("none", PASS, service_account(user_managed_keys=None)),
        Case("only a disabled one", PASS, service_account(user_managed_keys=(key(disabled=True),))),
        Case("only one that has expired", PASS, service_account(user_managed_keys=(key(valid_before_time=BEFORE),))),
        Case("one", FAIL, service_account(user_managed_keys=(key(1, disabled=True), key(2)), disabled=None)),
        Case(
            "one that has not expired",
            FAIL,
            service_account(user_managed_keys=(key(valid_before_time=AFTER),), disabled=False),
        ),
        Case("one, of a disabled account", NOT_APPLICABLE, service_account(user_managed_keys=(key(),), disabled=True)),
        Case("one, of an account that may be disabled", UNKNOWN, service_account(user_managed_keys=(key(),))),
        Case("of an account that was deleted", NOT_APPLICABLE, service_account(exists=False)),
        Case("not observed", UNKNOWN, service_account()),
        Case("neither observed, nor whether it is there", UNKNOWN, service_account(exists=UNSET)),
    ],
    "gcp_ml_service_account_basic_role": [
        Case("a narrow role", PASS, service_account(), policy(binding("roles/aiplatform.user", SELF))),
        Case("editor, but someone else", PASS, service_account(), policy(binding("roles/editor", USER))),
        Case(
            "editor, before it was deleted", PASS, service_account(), policy(binding("roles/editor", "deleted:" + SELF))
        ),
        Case("editor", FAIL, service_account(), policy(binding("roles/editor", USER, SELF))),
        Case("editor, and enabled", FAIL, service_account(disabled=False), policy(binding("roles/editor", SELF))),
        *(
            Case(f"owner {when}", status, service_account(), policy(binding("roles/owner", SELF, condition=condition)))
            for when, status, condition in (
                ("until last year", PASS, OVER),
                ("until last year, in working hours", PASS, f"({OVER}) && request.time.getHours() < 18"),
                ("until last year, or always", UNKNOWN, f"{OVER} || true"),
                ("since last year", UNKNOWN, f"!({OVER})"),
                ("until the end", UNKNOWN, 'request.time < timestamp("the end")'),
            )
        ),
        Case("owner on a condition", UNKNOWN, service_account(), policy(binding("roles/owner", SELF, condition=UNTIL))),
        Case(
            "editor with and without a condition",
            FAIL,
            service_account(),
            policy(binding("roles/editor", SELF, condition=UNTIL), binding("roles/editor", SELF)),
        ),
        Case(
            "editor of another scanned project",
            FAIL,
            service_account(),
            policy(binding("roles/viewer", SELF)),
            another(bindings=(binding("roles/editor", SELF),)),
        ),
        Case("another project's policy denied", UNKNOWN, service_account(), policy(), another()),
        *(
            Case(f"{basic} of the {place}", FAIL, service_account(), policy(above=ABOVE), *parents)
            for basic in ("roles/owner", "roles/admin", "roles/writer")
            for place, parents in (
                ("folder", (folder(binding(basic, SELF)), organization())),
                ("organisation", (folder(), organization(binding(basic, SELF)))),
            )
        ),
        Case("nothing above", PASS, service_account(), policy(above=ABOVE), folder(), organization()),
        Case(
            "a folder's policy denied", UNKNOWN, service_account(), policy(above=ABOVE), folder_unread(), organization()
        ),
        Case("what is above not observed", UNKNOWN, service_account(), policy(above=UNSET)),
        *(
            Case(f"{everyone} is editor", FAIL, service_account(), policy(binding("roles/editor", everyone)))
            for everyone in ("allUsers", "allAuthenticatedUsers")
        ),
        Case("a group is editor", UNKNOWN, service_account(), policy(binding("roles/editor", GROUP))),
        Case(
            "editors are all accounts of a folder",
            UNKNOWN,
            service_account(),
            policy(binding("roles/editor", f"{PRINCIPALS}/folders/1/type/ServiceAccount")),
        ),
        Case("policy denied", UNKNOWN, service_account(), policy_unread()),
        Case("policy not read", UNKNOWN, service_account(), incomplete=(ProjectPolicy,)),
    ],
    "gcp_project_vertex_admin_granted_to_users": [
        Case("a group", PASS, policy(binding("roles/aiplatform.admin", GROUP))),
        Case("no ML", NOT_APPLICABLE, policy(binding("roles/owner", USER), holds_ml=False)),
        *(Case(f"a user with {basic}", FAIL, policy(binding(basic, USER))) for basic in BASIC),
        Case("everybody of a pool", FAIL, policy(binding("roles/aiplatform.admin", POOL))),
        Case("every workload of a pool", FAIL, policy(binding("roles/aiplatform.admin", WORKLOADS))),
        Case("a group of a pool", PASS, policy(binding("roles/aiplatform.admin", GROUP_OF_POOL))),
        Case(
            "everybody of a domain, on the folder",
            FAIL,
            policy(above=ABOVE),
            folder(binding("roles/owner", DOMAIN)),
            organization(),
        ),
        Case(
            "a role of your own that may",
            FAIL,
            policy(binding(CUSTOM, USER)),
            role(CUSTOM, "notebooks.instances.setIamPolicy"),
        ),
        Case("a role of your own that was not read", UNKNOWN, policy(binding(CUSTOM, USER)), role_unread(CUSTOM)),
        Case("the organisation was denied", UNKNOWN, policy(above=ABOVE), folder(), organization(bindings=UNSET)),
        Case("a user", FAIL, policy(binding("roles/aiplatform.admin", GROUP, USER))),
        Case("a user of a workforce pool", FAIL, policy(binding("roles/aiplatform.admin", WORKER))),
        Case("a workload of a pool", PASS, policy(binding("roles/aiplatform.admin", WORKLOAD))),
        Case("a user for notebooks", FAIL, policy(binding("roles/notebooks.admin", USER))),
        Case(
            "a user with a lesser role",
            PASS,
            policy(binding("roles/aiplatform.user", USER)),
            role("roles/aiplatform.user"),
        ),
        Case("a user who was deleted", PASS, policy(binding("roles/aiplatform.admin", f"deleted:{USER}?uid=1"))),
        Case("a user on a condition", UNKNOWN, policy(binding("roles/aiplatform.admin", USER, condition=UNTIL))),
        Case("not observed", UNKNOWN, policy_unread()),
    ],
    "gcp_project_act_as_every_service_account": [
        Case("nobody", PASS, policy(binding("roles/viewer", GROUP)), role("roles/viewer")),
        Case("no ML", NOT_APPLICABLE, policy(binding("roles/owner", USER), holds_ml=False)),
        *(Case(f"a user with {basic}", FAIL, policy(binding(basic, USER))) for basic in BASIC),
        *(
            Case(f"a pool that has {permission}", FAIL, policy(binding(CUSTOM, POOL)), role(CUSTOM, permission))
            for permission in sorted(ACT_AS)
        ),
        *(
            Case(name, FAIL, policy(binding("roles/iam.serviceAccountTokenCreator", member)))
            for name, member in (
                ("the agent of jobs that name no account", AGENT),
                ("the agent of Agent Engine", AGENT.replace("aiplatform-cc", "aiplatform-re")),
                ("an account that is named as an agent", "serviceAccount:service-ml@northwind.iam.gserviceaccount.com"),
                ("an account of some year", "serviceAccount:service-2024@northwind.iam.gserviceaccount.com"),
            )
        ),
        Case(
            "a group, on the folder", FAIL, policy(above=ABOVE), folder(binding("roles/editor", GROUP)), organization()
        ),
        Case("the folder was denied", UNKNOWN, policy(above=ABOVE), folder_unread(), organization()),
        Case("a group", FAIL, policy(binding("roles/iam.serviceAccountUser", GROUP))),
        Case("a pipeline", FAIL, policy(binding("roles/iam.serviceAccountTokenCreator", SELF))),
        *(
            Case(
                f"an agent of Google's: {domain}",
                PASS,
                policy(binding("roles/editor", f"serviceAccount:{user}{domain}")),
            )
            for user, domain in (
                ("service-123456789012@", "gcp-sa-pubsub.iam.gserviceaccount.com"),
                ("service-123456789012@", "compute-system.iam.gserviceaccount.com"),
                ("123456789012@", "cloudservices.gserviceaccount.com"),
            )
        ),
        Case(
            "a group on a condition", UNKNOWN, policy(binding("roles/iam.serviceAccountUser", GROUP, condition=UNTIL))
        ),
        Case("not observed", UNKNOWN, policy_unread()),
    ],
}
