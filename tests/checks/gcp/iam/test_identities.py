from datetime import timedelta
from typing import Any

from factories.gcp import ANYWHERE, OWN_ACCOUNT, binding, key, policy, policy_unread, service_account
from support import FAIL, NOT_APPLICABLE, NOW, PASS, UNKNOWN, Case

from checks.gcp.iam.resources import ProjectPolicy

BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
SELF = f"serviceAccount:{OWN_ACCOUNT}"
GROUP = "group:data-science@northwind.example"
USER = "user:ada@northwind.example"
UNTIL = 'request.time < timestamp("2027-01-01T00:00:00Z")'

POOLS = "principal://iam.googleapis.com"
WORKER = f"{POOLS}/locations/global/workforcePools/northwind/subject/ada@northwind.example"
WORKLOAD = f"{POOLS}/projects/123456789012/locations/global/workloadIdentityPools/ci/subject/repo:northwind/train"


def another(**fields: Any) -> ProjectPolicy:
    """The policy of a second project of the scan."""
    id = "//cloudresourcemanager.googleapis.com/projects/example-fraud-lab"
    return ProjectPolicy(id=id, name="example-fraud-lab", scope=ANYWHERE, **fields)


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
        Case("not observed", UNKNOWN, service_account()),
    ],
    "gcp_ml_service_account_basic_role": [
        Case("a narrow role", PASS, service_account(), policy(binding("roles/aiplatform.user", SELF))),
        Case("editor, but someone else", PASS, service_account(), policy(binding("roles/editor", USER))),
        Case(
            "editor, before it was deleted", PASS, service_account(), policy(binding("roles/editor", "deleted:" + SELF))
        ),
        Case("editor", FAIL, service_account(), policy(binding("roles/editor", USER, SELF))),
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
        Case("policy denied", UNKNOWN, service_account(), policy_unread()),
        Case("policy not read", UNKNOWN, service_account(), incomplete=(ProjectPolicy,)),
    ],
    "gcp_project_vertex_admin_granted_to_users": [
        Case("a group", PASS, policy(binding("roles/aiplatform.admin", GROUP))),
        Case("a user", FAIL, policy(binding("roles/aiplatform.admin", GROUP, USER))),
        Case("a user of a workforce pool", FAIL, policy(binding("roles/aiplatform.admin", WORKER))),
        Case("a workload of a pool", PASS, policy(binding("roles/aiplatform.admin", WORKLOAD))),
        Case("a user for notebooks", FAIL, policy(binding("roles/notebooks.admin", USER))),
        Case("a user with a lesser role", PASS, policy(binding("roles/aiplatform.user", USER))),
        Case("a user who was deleted", PASS, policy(binding("roles/aiplatform.admin", f"deleted:{USER}?uid=1"))),
        Case("a user on a condition", UNKNOWN, policy(binding("roles/aiplatform.admin", USER, condition=UNTIL))),
        Case("not observed", UNKNOWN, policy_unread()),
    ],
    "gcp_project_act_as_every_service_account": [
        Case("nobody", PASS, policy(binding("roles/viewer", GROUP))),
        Case("a group", FAIL, policy(binding("roles/iam.serviceAccountUser", GROUP))),
        Case("a pipeline", FAIL, policy(binding("roles/iam.serviceAccountTokenCreator", SELF))),
        Case(
            "an agent of Google's",
            PASS,
            policy(
                binding(
                    "roles/iam.serviceAccountTokenCreator",
                    "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
                )
            ),
        ),
        Case(
            "a group on a condition", UNKNOWN, policy(binding("roles/iam.serviceAccountUser", GROUP, condition=UNTIL))
        ),
        Case("not observed", UNKNOWN, policy_unread()),
    ],
}
