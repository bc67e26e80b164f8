"""Who may replace what is being served."""

from msgspec import UNSET

from checks.aws.iam.policy import Powers
from checks.aws.iam.resources import Role
from checks.aws.paths.serving import Served, served_artifacts
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, Model, NotebookInstance
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View

_IDLE = ("Stopped", "Failed", "Deleting")


@check(
    id="MLP-4104",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket, Role, Endpoint, EndpointConfig, Model),
    exposure=Exposure.INTERNET,
)
def sagemaker_notebook_writes_served_artifact(nb: NotebookInstance, view: View) -> Verdict:
    """Notebook with direct internet access may overwrite the artifact of a served model.

    Judged by the policies of the notebook's role. Bucket policies and organisation policies (SCPs) are not evaluated;
    they may take away what the role allows.

    ## Why it matters
    Code on the notebook, brought in by any package or repository from the internet, can swap the archive that an
    endpoint in service loads. The path leads from an experiment straight into production without a deployment.

    ## How to fix
    Break the path at either end: put the notebook in a VPC without direct internet access, and let only the deployment
    pipeline write where served artifacts lie, with a role of its own.

    Terraform: `direct_internet_access = "Disabled"` on `aws_sagemaker_notebook_instance`; drop `s3:PutObject` on the
    artifact prefix from its role.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if nb.direct_internet_access == "Disabled":
        return passed("no direct internet access", direct_internet_access="Disabled")
    if nb.direct_internet_access != "Enabled":
        return unknown("direct_internet_access")
    if not isinstance(nb.status, str):
        return unknown("status")
    if nb.status in _IDLE:
        return not_applicable("the notebook does not run")
    role = view.get(Role, nb.role_arn) if isinstance(nb.role_arn, str) else UNSET
    if role is None:
        return not_applicable("the role does not exist any more")
    if role is UNSET:
        return unknown("role_arn", "Role")
    return _judge_reach(nb, role, view.derive(served_artifacts))


def _judge_reach(nb: NotebookInstance, role: Role, served: Served) -> Verdict:
    evidence = {"direct_internet_access": nb.direct_internet_access, "role_arn": nb.role_arn, **joined(role, "name")}
    if role.id not in served.reach:
        found = Powers(role).over(served.objects, "s3:PutObject")
        served.reach[role.id] = (served.objects.names[found.first()] if found.yes else "", bool(found.maybe))
    artifact, unclear = served.reach[role.id]
    if artifact:
        path = (nb.id, role.id, *served.paths[artifact])
        return failed(f"{role.name} may write {artifact}", path=path, **evidence)
    if unclear or not served.complete:
        return unknown("whether the role may write a served artifact", path=(nb.id, role.id))
    if not served.paths:
        return not_applicable("no endpoint in service has an artifact in a bucket of ours")
    return passed(f"{role.name} may write no served artifact", **evidence)
