"""Checks of the IAM roles that ML resources run as."""

from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import OTHER_IDENTITIES
from checks.aws.iam.answers import NO, YES, Answer, both
from checks.aws.iam.policy import Powers, allows, is_admin
from checks.aws.iam.requests import keys_of_own
from checks.aws.iam.resources import Role
from checks.aws.names import account_of, partition_of
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown

_FULL_ACCESS = ":iam::aws:policy/AmazonSageMakerFullAccess"
_PROBE = "mlposture-probe"


def _policy_names(role: Role) -> dict[str, Any]:
    """Evidence of a verdict on what a role may do: which policies were read, not their text."""
    return {
        "attached_policies": [policy.name for policy in role.attached_policies or ()],
        "inline_policies": [policy.name for policy in role.inline_policies or ()],
    }


def _judge(
    role: Role, answer: Answer, problem: str, fine: str, actions: tuple[str, ...], more: tuple[str, ...] = ()
) -> Verdict:
    if answer is YES:
        return failed(problem, **_policy_names(role))
    if answer is NO:
        return passed(fine, **_policy_names(role))
    return unknown(*(Powers(role).unclear(actions) or more or ("what the policies of the role come to",)))


@check(id="MLP-1501", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", blind_to=(OTHER_IDENTITIES,))
def iam_ml_role_administrative(role: Role) -> Verdict:
    """Role of an ML resource is administrative.

    It may do everything, or may change its own policies. Where it may go back to an older text of one of them, which
    may allow more, there is no verdict. Organisation policies (SCPs) are not visible to this check.

    ## Why it matters
    SageMaker runs code from notebooks, training images and model artifacts with this role. One poisoned package or
    artifact, and its author administers the account.

    ## How to fix
    Replace `AdministratorAccess` and wildcard statements by the actions and buckets the workload uses, and set a
    permissions boundary. Access Advisor shows which services the role has really used.

    Terraform: `aws_iam_role_policy_attachment`, `permissions_boundary` on `aws_iam_role`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    asked = ("s3:DeleteObject", "iam:CreateUser", "iam:PutRolePolicy", "iam:AttachRolePolicy")
    older = tuple(f"what an older text of {arn} allows" for arn in Powers(role).set_back())
    return _judge(role, is_admin(role), "the role is administrative", "the role is not administrative", asked, older)


@check(id="MLP-1502", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", blind_to=())
def iam_ml_role_sagemaker_full_access(role: Role) -> Verdict:
    """Role of an ML resource has the managed policy AmazonSageMakerFullAccess.

    ## Why it matters
    The policy is made to get started: it lets the workload create and change every SageMaker resource, read and write
    all buckets with "sagemaker" in their name, and pass other roles on.

    ## How to fix
    Detach it and grant what the workload does; SageMaker Role Manager has templates for common duties.

    Terraform: remove the `aws_iam_role_policy_attachment`. CLI: `aws iam detach-role-policy`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/role-manager.html
    """
    if role.attached_policies is UNSET:
        return unknown("attached_policies")
    names = [policy.name for policy in role.attached_policies or ()]
    if any((policy.arn or "").endswith(_FULL_ACCESS) for policy in role.attached_policies or ()):
        return failed("AmazonSageMakerFullAccess is attached", attached_policies=names)
    return passed("AmazonSageMakerFullAccess is not attached", attached_policies=names)


@check(id="MLP-1503", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", blind_to=())
def iam_ml_role_passes_any_role(role: Role) -> Verdict:
    """Role of an ML resource may pass any role of the account.

    A condition on `iam:PassedToService` does not help: the caller chooses the service. Organisation policies (SCPs) are
    not visible to this check.

    ## Why it matters
    Code that may pass any role starts a training job, notebook or function with a stronger one and acts with its
    rights: the classic way from a notebook to the administration of the account.

    ## How to fix
    Name the few roles that the workload hands to its own jobs as the resource of `iam:PassRole`.

    Terraform: `resources` of the statement in `aws_iam_policy_document`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    any_role = f"arn:{partition_of(role.id)}:iam::{account_of(role.id)}:role/{_PROBE}"
    answer = allows(role, "iam:PassRole", any_role)
    return _judge(role, answer, "may pass any role", "may not pass any role", ("iam:PassRole",))


@check(id="MLP-1504", severity=Severity.HIGH, objective="training-data-access", since="0.1.0", blind_to=())
def iam_ml_role_s3_unrestricted(role: Role) -> Verdict:
    """Role of an ML resource may read, replace and delete every object of every bucket.

    What bucket policies deny, and organisation policies (SCPs), are not visible to this check.

    ## Why it matters
    The workload reads one data set and writes one artifact. With all of S3 in reach, a compromised notebook or package
    copies every bucket of the account and rewrites other teams' models.

    ## How to fix
    Allow `s3:GetObject` and `s3:ListBucket` on the input, `s3:PutObject` on the output prefix, and nothing else.

    Terraform: `actions` and `resources` of the statement in `aws_iam_policy_document`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    any_object = f"arn:{partition_of(role.id)}:s3:::{_PROBE}/{_PROBE}"
    powers = Powers(role)
    asked = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    # A condition that keeps it to the buckets of the account leaves it all of these.
    answer = both(*(powers.allow(action, any_object, known=keys_of_own(powers.account)) for action in asked))
    problem = "may read, replace and delete every object of every bucket"
    return _judge(role, answer, problem, "may not read, replace and delete every object of every bucket", asked)
