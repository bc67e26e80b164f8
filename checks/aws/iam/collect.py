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
from scanner.model.nouns import Observed, Reason, Reply

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
    seen = [*account.roles.values(), *(role for role in singly if role is not None)]
    # Many roles share the same few managed policies: each is read once.
    ordered = sorted({arn for role in seen for arn in role.managed_arns} - account.texts.keys())
    read = zip(ordered, api.each(lambda arn: _text(api, arn), ordered), strict=True)
    texts: dict[str, Observed[dict[str, Any]]] = {**account.texts, **dict(read)}  # None for one that is gone
    for role in seen:
        yield _assemble(api, role, texts)


def _referred(api: AwsApi, found: Found) -> list[str]:
    return sorted(arn for arn in regions_of_roles(found) if account_of(arn) == api.account)


def regions_of_roles(found: Found) -> dict[str, str]:
    """The ARN of each role that an ML resource runs as, and a region where one does."""
    regions: dict[str, str] = {}
    for notebook in found.of(NotebookInstance):
        regions.setdefault(notebook.role_arn or "", notebook.scope.region)
    for model in found.of(Model):
        regions.setdefault(model.execution_role_arn or "", model.scope.region)
    for config in found.of(EndpointConfig):
        regions.setdefault(config.execution_role_arn or "", config.scope.region)
    for job in found.of(TrainingJob):
        regions.setdefault(job.role_arn or "", job.scope.region)
    regions.pop("", None)
    return regions


def _look(api: AwsApi, arn: str) -> Seen | None:
    """A role that is referred to; None if it is not there, or not there any more."""
    name = arn.rpartition("/")[2]
    role = api.call("iam:GetRole", RoleName=name, absent=_GONE)
    if role is None:
        return None
    listed = api.members("iam:ListAttachedRolePolicies", RoleName=name, absent=_GONE)
    names = api.members("iam:ListRolePolicies", RoleName=name, absent=_GONE)
    if listed is None or names is None:
        api.gone()
        return None
    attached: tuple[Policy, ...] | UnsetType = UNSET
    inline: tuple[Policy, ...] | UnsetType = UNSET
    said: dict[str, Reply] = {"iam:GetRole": role}
    if listed is not UNSET:
        said["iam:ListAttachedRolePolicies"] = {"AttachedPolicies": list(listed)}
        attached = in_order(Policy(name=str(p.get("PolicyName")), arn=str(p.get("PolicyArn"))) for p in listed)
    if names is not UNSET:
        inline = in_order(filter(None, (_inline(api, name, str(policy)) for policy in names)))
        said["iam:ListRolePolicies"] = {"PolicyNames": list(names)}
        if read := {policy.name: policy.document for policy in inline if policy.document is not UNSET}:
            said["iam:GetRolePolicy"] = read
    return Seen(arn, role, attached, inline, "iam:GetRole", said)


def _inline(api: AwsApi, role: str, name: str) -> Policy | None:
    """None for one that was taken off the role since it was listed."""
    reply = api.call("iam:GetRolePolicy", RoleName=role, PolicyName=name, absent=_GONE)
    if reply is None:
        return None
    return Policy(name=name, document=_document(api, "iam:GetRolePolicy", reply))


def _text(api: AwsApi, arn: str) -> Observed[dict[str, Any]]:
    """The document in force of a managed policy; None for one that was deleted, and so taken off every role."""
    for _ in range(2):  # a version that is gone has given way to another one
        policy = api.call("iam:GetPolicy", PolicyArn=arn, absent=_GONE)
        if not isinstance(policy, Mapping):
            return policy
        version = (policy.get("Policy") or {}).get("DefaultVersionId")
        if not version:
            api.gap("iam:GetPolicy", CallFailed(Reason.MALFORMED, "the reply has no DefaultVersionId"))
            return UNSET
        reply = api.call("iam:GetPolicyVersion", PolicyArn=arn, VersionId=version, absent=_GONE)
        if reply is not None:
            found = reply.get("PolicyVersion") if isinstance(reply, Mapping) else reply
            return _document(api, "iam:GetPolicyVersion", found)
    api.gap("iam:GetPolicyVersion", CallFailed(Reason.ERROR, "the version in force is not there"))
    return UNSET


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

    def still_there(arn: str | None) -> bool:
        return texts.get(arn or "", UNSET) is not None

    boundary: Observed[Policy] = UNSET
    if seen.boundary_arn is None:
        boundary = None
    elif seen.boundary_arn is not UNSET and still_there(seen.boundary_arn):  # else there may be another one by now
        boundary = with_text(Policy(name=seen.boundary_arn.rpartition("/")[2], arn=seen.boundary_arn))
    attached = seen.attached
    if attached is not UNSET:
        attached = tuple(with_text(policy) for policy in attached if still_there(policy.arn))
    name = seen.arn.rpartition("/")[2]
    said = dict(seen.said)
    if read := {arn: texts[arn] for arn in seen.managed_arns if texts.get(arn, UNSET) is not UNSET}:
        said["iam:GetPolicyVersion"] = read
    return api.decode(
        Role,
        {"iam:GetRole": seen.role},
        said,
        id=seen.arn,
        name=name,
        console_url=console(api.partition, f"iam/home#/roles/details/{name}"),
        attached_policies=attached,
        inline_policies=seen.inline,
        boundary=boundary,
        details_from=UNSET if seen.role is UNSET else seen.source,
    )
