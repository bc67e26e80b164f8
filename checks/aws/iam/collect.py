"""The collector of IAM roles: those that ML resources run as, with the text of every policy on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.iam.bulk import EVERYTHING, Seen, from_account, in_order
from checks.aws.iam.resources import Policy, Role
from checks.aws.names import account_of
from checks.aws.partitions import console
from checks.aws.sagemaker.resources import EndpointConfig, Model, NotebookInstance, TrainingJob
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_GONE = ("NoSuchEntity",)


@collector(
    Role,
    operations=(
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        EVERYTHING,
    ),
    per="account",
    follows=(NotebookInstance, Model, EndpointConfig, TrainingJob),
)
def roles(api: AwsApi, found: Found) -> Iterator[Role]:
    arns = _referred(api, found)
    account = from_account(api, arns)
    singly = api.each(lambda arn: _look(api, arn), [arn for arn in arns if arn not in account.roles])
    seen = [*account.roles.values(), *(role for role in singly if role.role is not None)]
    # Many roles share the same few managed policies: each is read once.
    ordered = sorted({arn for role in seen for arn in role.managed_arns} - account.texts.keys())
    read = zip(ordered, api.each(lambda arn: _text(api, arn), ordered), strict=True)
    texts: dict[str, Observed[dict[str, Any]]] = {**account.texts, **dict(read)}
    for role in seen:
        yield _assemble(api, role, texts)


def _referred(api: AwsApi, found: Found) -> list[str]:
    arns = {notebook.role_arn for notebook in found.of(NotebookInstance)}
    arns |= {model.execution_role_arn for model in found.of(Model)}
    arns |= {config.execution_role_arn for config in found.of(EndpointConfig)}
    arns |= {job.role_arn for job in found.of(TrainingJob)}
    return sorted(arn for arn in arns if arn and account_of(arn) == api.account)


def _look(api: AwsApi, arn: str) -> Seen:
    name = arn.rpartition("/")[2]
    role = api.call("iam:GetRole", RoleName=name, absent=_GONE)
    if role is None:
        return Seen(arn, None, (), (), "iam:GetRole")
    listed = api.members("iam:ListAttachedRolePolicies", RoleName=name, absent=_GONE)
    names = api.members("iam:ListRolePolicies", RoleName=name, absent=_GONE)
    attached: tuple[Policy, ...] | UnsetType = UNSET
    inline: tuple[Policy, ...] | UnsetType = UNSET
    if listed is not UNSET:
        attached = in_order(Policy(name=str(p.get("PolicyName")), arn=str(p.get("PolicyArn"))) for p in listed)
    if names is not UNSET:
        inline = in_order(_inline(api, name, str(policy)) for policy in names)
    return Seen(arn, role, attached, inline, "iam:GetRole")


def _inline(api: AwsApi, role: str, name: str) -> Policy:
    reply = api.call("iam:GetRolePolicy", RoleName=role, PolicyName=name)
    return Policy(name=name, document=_document(api, "iam:GetRolePolicy", reply))


def _text(api: AwsApi, arn: str) -> Observed[dict[str, Any]]:
    policy = api.call("iam:GetPolicy", PolicyArn=arn)
    if not isinstance(policy, Mapping):
        return UNSET
    version = (policy.get("Policy") or {}).get("DefaultVersionId")
    if not version:
        api.gap("iam:GetPolicy", CallFailed(Reason.MALFORMED, "the reply has no DefaultVersionId"))
        return UNSET
    reply = api.call("iam:GetPolicyVersion", PolicyArn=arn, VersionId=version)
    found = reply.get("PolicyVersion") if isinstance(reply, Mapping) else reply
    return _document(api, "iam:GetPolicyVersion", found)


def _document(api: AwsApi, operation: str, reply: object) -> dict[str, Any] | UnsetType:
    if reply is UNSET:
        return UNSET
    member = "Document" if operation == "iam:GetPolicyVersion" else "PolicyDocument"
    document = reply.get(member) if isinstance(reply, Mapping) else None
    if not isinstance(document, Mapping):
        api.gap(operation, CallFailed(Reason.MALFORMED, "the policy is not a JSON document"))
        return UNSET
    return dict(document)


def _assemble(api: AwsApi, seen: Seen, texts: Mapping[str, Observed[dict[str, Any]]]) -> Role:
    def with_text(policy: Policy) -> Policy:
        return Policy(name=policy.name, arn=policy.arn, document=texts.get(policy.arn or "", UNSET))

    boundary: Observed[Policy] = UNSET
    if seen.boundary_arn is None:
        boundary = None
    elif seen.boundary_arn is not UNSET:
        boundary = with_text(Policy(name=seen.boundary_arn.rpartition("/")[2], arn=seen.boundary_arn))
    name = seen.arn.rpartition("/")[2]
    return api.decode(
        Role,
        {"iam:GetRole": seen.role},
        id=seen.arn,
        name=name,
        console_url=console(api.partition, f"iam/home#/roles/details/{name}"),
        attached_policies=seen.attached if seen.attached is UNSET else tuple(map(with_text, seen.attached)),
        inline_policies=seen.inline,
        boundary=boundary,
        details_from=UNSET if seen.role is UNSET else seen.source,
    )
