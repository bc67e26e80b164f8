"""Many roles at once: the authorization details of the whole account in place of three and more calls a role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, UnsetType

from checks.aws.client.aside import aside
from checks.aws.iam.resources import Policy
from scanner.model.nouns import Observed, Reply

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

EVERYTHING = "iam:GetAccountAuthorizationDetails"
_FILTER = ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]
#: One page of the account is read for so many roles that are referred to: one by one they take at least 30 calls.
ROLES_PER_PAGE = 10


class Seen(Struct, frozen=True):
    """A role before the texts of its managed policies are known."""

    arn: str
    role: Reply
    attached: tuple[Policy, ...] | UnsetType
    inline: tuple[Policy, ...] | UnsetType
    source: str
    #: what AWS said of it, by operation
    said: Mapping[str, Reply]

    @property
    def boundary_arn(self) -> Observed[str]:
        if not isinstance(self.role, Mapping):
            return self.role
        boundary: Mapping[str, Any] = (self.role.get("Role") or {}).get("PermissionsBoundary") or {}
        return boundary.get("PermissionsBoundaryArn")

    @property
    def managed_arns(self) -> Iterator[str]:
        """ARNs of the policies whose text is needed."""
        yield from (policy.arn for policy in self.attached or () if policy.arn)
        if boundary := self.boundary_arn:
            yield boundary


class Account(Struct, frozen=True):
    """What a look at the whole account gave: roles, and documents of managed policies, by ARN."""

    roles: Mapping[str, Seen]
    texts: Mapping[str, dict[str, Any]]


def from_account(api: AwsApi, arns: list[str]) -> Account:
    """As many of these roles, and of the policies on them, as are found with few enough calls.

    The operation lists every role and policy of the account, so it is worth while only where many roles are referred
    to, and how far to read is decided beforehand: ends early once all is found. Who is not found is read singly, so
    a refusal or failure is no gap.
    """
    roles: dict[str, Seen] = {}
    texts: dict[str, bytes] = {}  # also of policies that no role of ours turns out to have, so not as objects
    quiet, wanted = aside(api), set(arns)
    marker: dict[str, Any] = {}
    for _ in range(len(arns) // ROLES_PER_PAGE):
        reply = quiet.call(EVERYTHING, Filter=_FILTER, MaxItems=1000, **marker)
        if not isinstance(reply, Mapping):
            break
        found = map(_whole_role, reply.get("RoleDetailList") or ())
        roles |= {role.arn: role for role in found if role is not None and role.arn in wanted}
        texts |= dict(filter(None, map(_default_version, reply.get("Policies") or ())))
        needed = {arn for role in roles.values() for arn in role.managed_arns}
        if (roles.keys() == wanted and needed <= texts.keys()) or not reply.get("Marker"):
            break
        marker = {"Marker": reply["Marker"]}
    needed = {arn for role in roles.values() for arn in role.managed_arns}
    return Account(roles, {arn: msgspec.json.decode(texts[arn]) for arn in needed & texts.keys()})


def _whole_role(detail: Mapping[str, Any]) -> Seen | None:
    """A role as the single reads would have given it; None if anything is missing that they always give."""
    attached, inline = detail.get("AttachedManagedPolicies"), detail.get("RolePolicyList")
    if not isinstance(detail.get("AssumeRolePolicyDocument"), Mapping) or attached is None or inline is None:
        return None
    if not all(isinstance(policy.get("PolicyDocument"), Mapping) for policy in inline):
        return None
    return Seen(
        str(detail.get("Arn")),
        {"Role": detail},
        in_order(Policy(name=str(p.get("PolicyName")), arn=str(p.get("PolicyArn"))) for p in attached),
        in_order(Policy(name=str(p.get("PolicyName")), document=dict(p["PolicyDocument"])) for p in inline),
        EVERYTHING,
        {EVERYTHING: detail},
    )


def in_order(policies: Iterator[Policy]) -> tuple[Policy, ...]:
    """Sorted: two operations need not list the policies of a role in the same order."""
    return tuple(sorted(policies, key=lambda policy: (policy.name, policy.arn or "")))


def _default_version(policy: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """ARN and document of the version in force, if the reply has it."""
    for version in policy.get("PolicyVersionList") or ():
        document = version.get("Document")
        if version.get("VersionId") == policy.get("DefaultVersionId") and isinstance(document, Mapping):
            return str(policy.get("Arn")), msgspec.json.encode(document)
    return None
