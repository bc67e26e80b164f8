"""Checks of the IAM roles that ML resources run as."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import OTHER_IDENTITIES
from checks.aws.iam.answers import NO, YES, Answer, both
from checks.aws.iam.policy import Powers, allows, is_admin
from checks.aws.iam.resources import Role
from checks.aws.iam.statements import listed, statements
from checks.aws.names import account_of, partition_of
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.patterns import pattern

_SAGEMAKER = "sagemaker.amazonaws.com"
_FULL_ACCESS = ":iam::aws:policy/AmazonSageMakerFullAccess"
#: Keys that name a source, and the values that leave no other account in; a policy variable has one value.
_SOURCES = {
    "aws:sourceaccount": pattern(r"\d{12}|\$\{.+\}"),
    "aws:sourcearn": pattern(r"(?:[^:]*:){4}(?:\d{12}|\$\{[^}]+\}):.+"),
    "aws:sourceorgid": pattern(r"o-[^*?]+"),
    "aws:sourceorgpaths": pattern(r"o-[^*?/]+/.*"),
}
_GUARDS = ("stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase")
_PROBE = "mlposture-probe"


def _policy_names(role: Role) -> dict[str, Any]:
    """Evidence of a verdict on what a role may do: which policies were read, not their text."""
    return {
        "attached_policies": [policy.name for policy in role.attached_policies or ()],
        "inline_policies": [policy.name for policy in role.inline_policies or ()],
    }


def _judge(role: Role, answer: Answer, problem: str, fine: str) -> Verdict:
    if answer is YES:
        return failed(problem, **_policy_names(role))
    if answer is NO:
        return passed(fine, **_policy_names(role))
    return unknown("what the policies of the role come to")


@check(id="MLP-1501", severity=Severity.HIGH, objective="least-privilege", since="0.1.0", blind_to=(OTHER_IDENTITIES,))
def iam_ml_role_administrative(role: Role) -> Verdict:
    """Role of an ML resource is administrative.

    It may do everything, or may change its own policies. Organisation policies (SCPs) are not visible to this check.

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
    return _judge(role, is_admin(role), "the role is administrative", "the role is not administrative")


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
    return _judge(role, answer, "may pass any role", "may not pass any role")


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
    answer = both(*(powers.allow(action, any_object) for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")))
    problem = "may read, replace and delete every object of every bucket"
    return _judge(role, answer, problem, "may not read, replace and delete every object of every bucket")


@check(
    id="MLP-1505",
    severity=Severity.MEDIUM,
    objective="workload-identity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
)
def iam_ml_role_trust_without_source(role: Role) -> Verdict:
    """SageMaker may assume the role on behalf of anyone, not only of this account.

    A condition whose values name no account, such as `arn:aws:sagemaker:*:*:*`, does not count.

    ## Why it matters
    The trust policy lets the service in without asking for whom it acts. A request from another account that gets
    SageMaker to use this role would be served: the confused deputy problem.

    ## How to fix
    Add a condition on `aws:SourceAccount`, or on `aws:SourceArn`, to the statement that trusts
    `sagemaker.amazonaws.com`.

    Terraform: `condition` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    trusting = [s for s in statements(role.trust_policy) if s.get("Effect") == "Allow" and _trusts_sagemaker(s)]
    if not trusting:
        return not_applicable("does not trust SageMaker")
    if all(_names_source(statement) for statement in trusting):
        return passed("SageMaker may assume it for named sources only", trust_policy=role.trust_policy)
    return failed("SageMaker may assume it for any source", trust_policy=role.trust_policy)


def _trusts_sagemaker(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    return isinstance(principal, Mapping) and _SAGEMAKER in listed(principal.get("Service"))


def _names_source(statement: Mapping[str, Any]) -> bool:
    for operator, block in (statement.get("Condition") or {}).items():
        base = str(operator).lower().removeprefix("foranyvalue:").removesuffix("ifexists")
        if base in _GUARDS and isinstance(block, Mapping) and any(_is_narrow(key, block[key]) for key in block):
            return True
    return False


def _is_narrow(key: str, values: Any) -> bool:
    source = _SOURCES.get(key.lower())
    return source is not None and all(source.fullmatch(str(value)) for value in listed(values))


@check(
    id="MLP-1506",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
)
def iam_ml_role_trusts_everyone(role: Role) -> Verdict:
    """Role of an ML resource may be assumed from any AWS account.

    Statements with a condition are not evaluated: they give no verdict.

    ## Why it matters
    Anyone with an AWS account takes on the role, and with it reads training data and replaces models, without having to
    break into anything.

    ## How to fix
    Name the service or the few accounts and roles that need it as principals of the trust policy.

    Terraform: `principals` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    wide = [s for s in statements(role.trust_policy) if s.get("Effect") == "Allow" and _trusts_all(s)]
    if any(not statement.get("Condition") for statement in wide):
        return failed("every AWS account is trusted", trust_policy=role.trust_policy)
    if wide:
        return unknown("what the conditions of the trust policy come to")
    return passed("not every AWS account is trusted", trust_policy=role.trust_policy)


def _trusts_all(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return "NotPrincipal" in statement or "*" in listed(named)
