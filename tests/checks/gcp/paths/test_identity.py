from factories.gcp import (
    CUSTOM,
    EDITOR,
    OWN_ACCOUNT,
    PROJECT,
    ROLES,
    SELF,
    UNTIL,
    WRITER,
    binding,
    endpoint,
    folder,
    folder_unread,
    policy,
    policy_unread,
    pool,
    pooled,
    role,
    role_unread,
    service_account,
    serving,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.iam.resources import Role

ADMIN = f"projects/{PROJECT}/roles/dashboard.admin"
ON_ENDPOINT = serving(service_account=OWN_ACCOUNT)
RUNS = ON_ENDPOINT
IN_POOL = endpoint(deployed_models=(pooled(),))


CASES = {
    "vertex_endpoint_identity_can_take_over_project": [
        Case("a narrow role", PASS, RUNS, policy(binding("roles/aiplatform.user", SELF)), *ROLES),
        Case("no role", PASS, RUNS, policy(binding(EDITOR, "user:ada@northwind.example")), *ROLES),
        Case("no account, and so no access", PASS, serving(service_account=None)),
        Case("no account, in a pool without one", PASS, IN_POOL, pool(service_account=None)),
        Case("no account, in a pool that was denied", UNKNOWN, IN_POOL, pool(), policy()),
        Case(
            "a pool whose account is editor",
            FAIL,
            IN_POOL,
            pool(service_account=OWN_ACCOUNT),
            policy(binding(EDITOR, SELF)),
            *ROLES,
        ),
        Case("editor", FAIL, RUNS, policy(binding(EDITOR, SELF)), *ROLES),
        Case("editor, and enabled", FAIL, RUNS, policy(binding(EDITOR, SELF)), *ROLES, service_account(disabled=None)),
        Case("an administrator's role", FAIL, RUNS, policy(binding("roles/aiplatform.admin", SELF))),
        Case(
            "a role of your own that may act as others",
            FAIL,
            RUNS,
            policy(binding(CUSTOM, SELF)),
            role(CUSTOM, "iam.serviceAccounts.actAs"),
        ),
        Case(
            "administers another service",
            PASS,
            RUNS,
            policy(binding("roles/pubsub.admin", SELF)),
            role("roles/pubsub.admin"),
        ),
        Case(
            "may set the metadata of machines",
            FAIL,
            RUNS,
            policy(binding("roles/compute.instanceAdmin.v1", SELF)),
            role("roles/compute.instanceAdmin.v1", "compute.instances.setMetadata"),
        ),
        Case("owner of the folder", FAIL, RUNS, policy(above=("folders/1",)), folder(binding("roles/owner", SELF))),
        Case("the folder's policy was denied", UNKNOWN, RUNS, policy(above=("folders/1",)), folder_unread()),
        Case("a group is editor", UNKNOWN, RUNS, policy(binding(EDITOR, "group:a@northwind.example")), *ROLES),
        Case(
            "acts as every account of the project",
            FAIL,
            RUNS,
            policy(binding("roles/iam.serviceAccountUser", SELF)),
            role("roles/iam.serviceAccountUser", "iam.serviceAccounts.actAs"),
        ),
        Case("administers objects, not the project", PASS, RUNS, policy(binding(WRITER, SELF)), *ROLES),
        Case("a harmless role of your own that is called admin", PASS, RUNS, policy(binding(ADMIN, SELF)), role(ADMIN)),
        Case(
            "a role that may open other accounts to itself",
            FAIL,
            RUNS,
            policy(binding(CUSTOM, SELF)),
            role(CUSTOM, "iam.serviceAccounts.setIamPolicy"),
        ),
        Case("a harmless role of your own", PASS, RUNS, policy(binding(CUSTOM, SELF)), role(CUSTOM)),
        Case("a role that was not read", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF)), incomplete=(Role,)),
        Case("a role that was denied", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF)), role_unread(CUSTOM)),
        Case("a role that does not exist", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF))),
        Case("editor on a condition", UNKNOWN, RUNS, policy(binding(EDITOR, SELF, condition=UNTIL)), *ROLES),
        Case("policy denied", UNKNOWN, RUNS, policy_unread()),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
}
