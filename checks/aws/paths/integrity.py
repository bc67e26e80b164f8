"""Who may replace what is being served."""

from msgspec import UNSET

from checks.aws.blind_spots import ACCESS_POINTS, OTHER_IDENTITIES
from checks.aws.iam.answers import UNKNOWN
from checks.aws.iam.policy import shown
from checks.aws.iam.resources import Role, Simulation
from checks.aws.iam.simulation import Proof, Request, proof, settled
from checks.aws.names import scope_of
from checks.aws.paths.serving import served_artifacts
from checks.aws.paths.writing import PUT, Write, writes
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    NotebookInstance,
)
from checks.blind_spots import DOWNLOADS
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, joined, not_applicable, passed, unknown
from scanner.model.views import View

_IDLE = ("Stopped", "Failed", "Deleting")


@check(
    id="MLP-4104",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket, Role, Simulation, Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage),
    exposure=Exposure.INTERNET,
    blind_to=(OTHER_IDENTITIES, ACCESS_POINTS, DOWNLOADS),
    decided_by=("direct_internet_access",),
)
def sagemaker_notebook_writes_served_artifact(nb: NotebookInstance, view: View) -> Verdict:
    """Notebook with direct internet access may overwrite the artifact of a served model.

    Judged by the policies of the notebook's role, its boundary and the policy of the bucket; a bucket of another
    account of the scan has to let the role in. A role that may set the policy of the bucket may let itself write there,
    and one that may delete it takes away what keeps it out.
    Where a model is a prefix, any object below it is a part of it.
    Organisation policies (SCPs) and those of VPC endpoints are not visible to this check; they may take away what is
    allowed.

    ## Why it matters
    Code on the notebook, brought in by any package or repository from the internet, can swap the archive that an
    endpoint in service loads. The path leads from an experiment straight into production without a deployment.

    ## How to fix
    Break the path at either end: put the notebook in a VPC without direct internet access, and let only the deployment
    pipeline write where served artifacts lie, or set the policy of the bucket, with a role of its own.

    A scan with `--verify` asks AWS' own policy simulator, which sees the policies of the organisation (SCPs), whether
    the role may write there.

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
    role = view.get(Role, nb.role_arn, scope_of(nb.role_arn)) if isinstance(nb.role_arn, str) else UNSET
    if role is None:
        return not_applicable("the role does not exist any more")
    if role is UNSET:
        return unknown("role_arn", "Role")
    return _judge_reach(nb, role, view)


def _judge_reach(nb: NotebookInstance, role: Role, view: View) -> Verdict:
    served = view.derive(served_artifacts)
    evidence = {"direct_internet_access": nb.direct_internet_access, "role_arn": nb.role_arn, **joined(role, "name")}
    found = writes(view, role)
    if found.place:
        path = (nb.id, role.id, *served.paths[found.place])
        by = f"policy {found.policy}" if found.policy else "the policy of the bucket"
        allowed = shown(role, found.policy, found.statement) if found.policy else {"Bucket.policy": found.statement}
        what = f"below {found.place}" if found.place.endswith("/") else found.place
        may = "may write" if found.action == PUT else f"may let itself, with {found.action}, write"
        proved = _verify(view.get(Simulation, role.id), found)
        return settled(f"{role.name} {may} {what}, by {by}", proved, path=path, **evidence, **allowed)
    if found.unclear or not served.complete:
        return unknown("whether the role may write a served artifact", path=(nb.id, role.id))
    if not served.paths:
        return not_applicable("no endpoint in service has an artifact in a bucket of ours")
    return passed(f"{role.name} may write no served artifact", **evidence)


def _verify(simulation: object, found: Write) -> Proof | None:
    """What AWS' own simulator says, if it was asked. Of the policies of buckets it knows nothing."""
    if not isinstance(simulation, Simulation):
        return None
    proved = proof(simulation, (Request(found.action, found.name),))
    if found.policy or proved.answer is UNKNOWN or proved.by_organisation:
        return proved
    return Proof(UNKNOWN, "the bucket lets it in, whose policy AWS' own simulator does not read", proved.shown)
