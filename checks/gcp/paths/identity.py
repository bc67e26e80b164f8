"""What a workload that serves may do."""

from checks.gcp.iam.grants import held_in, is_broad, member
from checks.gcp.iam.resources import ProjectPolicy, Role
from checks.gcp.names import PROJECTS, full_name
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
    needs=(DeploymentResourcePool, ProjectPolicy, Role),
)
def vertex_endpoint_identity_can_take_over_project(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint serves a model whose service account administers the project.

    ## Why it matters
    A serving container takes input from outside and loads files that others made. If its account is owner or editor,
    has an administrator's role or may act as other accounts, one flaw in the server is enough to take the project, its
    data and every other model with it. Rights that come through groups, folders or the organisation are not seen here.

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
    policy_id = full_name(PROJECTS, f"projects/{endpoint.scope.account}")
    policy = view.get(ProjectPolicy, policy_id)
    if not isinstance(policy, ProjectPolicy) or unobserved(policy, "bindings"):
        return unknown("ProjectPolicy.bindings")
    roles = held_in(view, policy, map(member, emails))
    path = (endpoint.id, policy_id)
    answers = {role: is_broad(view, role) for role in sorted(roles.sure | roles.conditional)}
    broad = sorted(role for role in roles.sure if answers[role])
    if broad:
        return failed(
            f"its service account has {', '.join(broad)}",
            path=path,
            deployed_models=emails,
            **{"ProjectPolicy.bindings": broad},
        )
    if not complete:
        return unknown("DeploymentResourcePool.service_account", path=path)
    if open_questions := sorted(role for role, answer in answers.items() if answer is not False):
        return unknown(*open_questions, path=path)
    return passed(
        "its service accounts have no administrator's role",
        path=path,
        deployed_models=emails,
        **{"ProjectPolicy.bindings": sorted(roles.sure)},
    )
