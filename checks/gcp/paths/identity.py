"""What a workload that serves may do."""

from checks.gcp.blind_spots import ACCOUNT_GRANTS, OUTSIDE
from checks.gcp.iam.disabled import disabled, excuse
from checks.gcp.iam.escalation import escalation
from checks.gcp.iam.grants import said, shown
from checks.gcp.iam.resources import FolderPolicy, OrganizationPolicy, ProjectPolicy, Role, ServiceAccount
from checks.gcp.names import project_id
from checks.gcp.vertex_ai.pools import accounts
from checks.gcp.vertex_ai.resources import DeploymentResourcePool, Endpoint
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4203",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(DeploymentResourcePool, ServiceAccount, ProjectPolicy, FolderPolicy, OrganizationPolicy, Role),
    blind_to=(ACCOUNT_GRANTS, OUTSIDE),
    decided_by=("deployed_models",),
)
def vertex_endpoint_identity_can_take_over_project(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint serves a model whose service account administers a project.

    Asked are the ways of MLP-2503.

    ## Why it matters
    A serving container takes input from outside and loads files that others made. If its account is owner or editor,
    administers Vertex AI or may act as other accounts, one flaw in the server is enough to take the project, its data
    and every other model with it. All projects of the scan count, and the folders and the organisation above them. Who
    is in a group cannot be seen: where one has such a role, the verdict is open.

    ## How to fix
    Deploy the model with a service account that may do only what serving takes, or with none: then the container has no
    access to the project at all. Remove the roles named in the finding.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/custom-service-account
    - https://cloud.google.com/iam/docs/using-iam-securely
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    found, complete = accounts(endpoint.deployed_models, view)
    emails = sorted({email for of_one in found.values() for email in of_one})
    if not emails and complete:
        return passed("its models run without a service account", deployed_models=[])
    reach = [escalation(view, email) for email in emails]
    held = [grant for each in reach for grant in each.held]
    strong = {email: each for email, each in zip(emails, reach, strict=True) if each.ways}
    off = disabled(view, strong)
    if able := [each for email, each in strong.items() if email not in {account.name for account in off}]:
        broad = [grant for each in able for grant in each.by]
        return failed(
            f"its service account has {said(broad)}, and so {able[0].said()}",
            path=(endpoint.id, *sorted({grant.policy for grant in broad})),
            deployed_models=emails,
            **shown(broad),
        )
    doubts = ["DeploymentResourcePool.service_account"] * (not complete)
    doubts += dict.fromkeys(doubt for each in reach for doubt in each.doubts)
    if doubts:
        return unknown(*doubts, path=(endpoint.id, *sorted({grant.policy for grant in held})))
    if off:
        return excuse(off)
    own = project_id(endpoint.scope.account)
    return passed(
        "its service accounts have no administrator's role",
        path=(endpoint.id, *sorted({own, *(grant.policy for grant in held)})),
        deployed_models=emails,
        **{"ProjectPolicy.bindings": {}, **shown(held)},
    )
