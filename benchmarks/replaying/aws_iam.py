"""IAM of the generated account: roles r-0, r-1, ... and the policies on them. Planted, by number of the role:

every 10th is administrative, number 3 of seven has AmazonSageMakerFullAccess, every 4th may be assumed by SageMaker for
any source, number 6 of nine has a permissions boundary.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from replaying.cloud import Call, Refused, Size

_AWS = "arn:aws:iam::aws:policy/"
_CREATED = "<CreateDate>2024-05-01T08:00:00Z</CreateDate>"
#: How many customer managed policies the roles share.
_SHARED = 10


def _statement(actions: Any, resources: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources}],
    }


_MANAGED = {
    f"{_AWS}AdministratorAccess": _statement("*", "*"),
    f"{_AWS}AmazonSageMakerFullAccess": _statement(
        ["sagemaker:*", "ecr:GetAuthorizationToken", "logs:CreateLogStream", "logs:PutLogEvents"], "*"
    ),
    f"{_AWS}AmazonSageMakerReadOnly": _statement(["sagemaker:Describe*", "sagemaker:List*"], "*"),
}


class Iam:
    """Answers of the IAM query API; `answer` gives what is inside the result element. Raises Refused."""

    def __init__(self, size: Size) -> None:
        self._roles = size.roles
        self._answers: dict[str, Callable[[Call], str]] = {
            "GetRole": lambda call: f"<Role>{self._role(call.account, self._number(call))}</Role>",
            "ListRoles": self._list_roles,
            "ListAttachedRolePolicies": lambda call: (
                f"<AttachedPolicies>{self._attached(call.account, self._number(call))}</AttachedPolicies>{_LAST}"
            ),
            "ListRolePolicies": lambda call: (
                f"<PolicyNames>{_member('own') if self._number(call) >= 0 else ''}</PolicyNames>{_LAST}"
            ),
            "GetRolePolicy": self._get_role_policy,
            "ListRoleTags": lambda call: f"<Tags>{_tags(self._number(call))}</Tags>{_LAST}",
            "GetPolicy": self._get_policy,
            "GetPolicyVersion": self._get_policy_version,
            "GetAccountAuthorizationDetails": self._details,
            "ListAccountAliases": lambda _call: f"<AccountAliases><member>example</member></AccountAliases>{_LAST}",
        }

    def answer(self, call: Call) -> str:
        answer = self._answers.get(call.operation.partition(":")[2])
        return answer(call) if answer else ""  # well formed, and holds nothing

    # -- roles ---------------------------------------------------------------------------------------------------------

    def _number(self, call: Call) -> int:
        name = str(call.params.get("RoleName", ""))
        digits = name.removeprefix("r-")
        if digits == name or not digits.isdecimal() or int(digits) >= self._roles:
            raise Refused(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
        return int(digits)

    def _role(self, account: str, number: int) -> str:
        return (
            f"{_role_head(account, number)}"
            f"<AssumeRolePolicyDocument>{_text(_trust(account, number))}</AssumeRolePolicyDocument>"
            f"<MaxSessionDuration>3600</MaxSessionDuration>{_boundary(account, number)}{_last_used()}"
        )

    def _list_roles(self, call: Call) -> str:
        start, size = _page(call, 100)
        chosen = range(self._roles)[start : start + size]
        roles = "".join(
            f"<member>{_role_head(call.account, number)}"
            f"<AssumeRolePolicyDocument>{_text(_trust(call.account, number))}</AssumeRolePolicyDocument>"
            "<MaxSessionDuration>3600</MaxSessionDuration></member>"
            for number in chosen
        )
        return f"<Roles>{roles}</Roles>{_more(start + size, self._roles)}"

    @staticmethod
    def _attached(account: str, number: int) -> str:
        return "".join(
            f"<member><PolicyName>{arn.rpartition('/')[2]}</PolicyName><PolicyArn>{arn}</PolicyArn></member>"
            for arn in _attached_arns(account, number)
        )

    def _get_role_policy(self, call: Call) -> str:
        number, name = self._number(call), call.params.get("PolicyName")
        if name != "own":
            raise Refused(404, "NoSuchEntity", f"The role policy with name {name} cannot be found.")
        document = _text(_inline(number))
        return f"<RoleName>r-{number}</RoleName><PolicyName>own</PolicyName><PolicyDocument>{document}</PolicyDocument>"

    # -- policies ------------------------------------------------------------------------------------------------------

    def _get_policy(self, call: Call) -> str:
        arn = str(call.params.get("PolicyArn"))
        _document(arn, call.account)
        return f"<Policy>{_policy_head(arn)}</Policy>"

    def _get_policy_version(self, call: Call) -> str:
        arn = str(call.params.get("PolicyArn"))
        if call.params.get("VersionId") != "v1":
            raise Refused(404, "NoSuchEntity", "There is no such version.")
        return f"<PolicyVersion>{_version(_document(arn, call.account))}</PolicyVersion>"

    # -- everything at once --------------------------------------------------------------------------------------------

    def _details(self, call: Call) -> str:
        wanted = {value for name, value in call.params.items() if name.startswith("Filter.member.")}
        wanted = wanted or {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}
        items: list[int | str] = list(range(self._roles)) if "Role" in wanted else []
        shared = [_shared(call.account, number) for number in range(min(_SHARED, self._roles))]
        items += shared if "LocalManagedPolicy" in wanted else []
        items += _MANAGED if "AWSManagedPolicy" in wanted and self._roles else []
        start, size = _page(call, 100)
        page = items[start : start + size]
        roles = "".join(self._role_detail(call.account, item) for item in page if isinstance(item, int))
        policies = "".join(self._policy_detail(call.account, item) for item in page if isinstance(item, str))
        return (
            f"<UserDetailList/><GroupDetailList/><RoleDetailList>{roles}</RoleDetailList>"
            f"<Policies>{policies}</Policies>{_more(start + size, len(items))}"
        )

    def _role_detail(self, account: str, number: int) -> str:
        inline = f"<PolicyName>own</PolicyName><PolicyDocument>{_text(_inline(number))}</PolicyDocument>"
        return (
            f"<member>{_role_head(account, number)}"
            f"<AssumeRolePolicyDocument>{_text(_trust(account, number))}</AssumeRolePolicyDocument>"
            f"<InstanceProfileList/><RolePolicyList><member>{inline}</member></RolePolicyList>"
            f"<AttachedManagedPolicies>{self._attached(account, number)}</AttachedManagedPolicies>"
            f"{_boundary(account, number)}<Tags>{_tags(number)}</Tags>{_last_used()}</member>"
        )

    @staticmethod
    def _policy_detail(account: str, arn: str) -> str:
        versions = f"<PolicyVersionList><member>{_version(_document(arn, account))}</member></PolicyVersionList>"
        return f"<member>{_policy_head(arn)}{versions}</member>"


_LAST = "<IsTruncated>false</IsTruncated>"


def _member(text: str) -> str:
    return f"<member>{text}</member>"


def _text(document: dict[str, Any]) -> str:
    return quote(json.dumps(document), safe="")


def _page(call: Call, default: int) -> tuple[int, int]:
    size = int(call.params.get("MaxItems") or default)
    if not 1 <= size <= 1000:
        raise Refused(400, "ValidationError", "MaxItems must be between 1 and 1000")
    return int(call.params.get("Marker") or 0), size


def _more(end: int, total: int) -> str:
    return f"<IsTruncated>true</IsTruncated><Marker>{end}</Marker>" if end < total else _LAST


def _role_head(account: str, number: int) -> str:
    return (
        f"<Path>/</Path><RoleName>r-{number}</RoleName><RoleId>AROAEXAMPLE{number:09d}</RoleId>"
        f"<Arn>arn:aws:iam::{account}:role/r-{number}</Arn>{_CREATED}"
    )


def _trust(account: str, number: int) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if number % 4:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _inline(number: int) -> dict[str, Any]:
    return _statement(["s3:GetObject", "s3:PutObject"], [f"arn:aws:s3:::b-{number}/*"])


def _shared(account: str, number: int) -> str:
    return f"arn:aws:iam::{account}:policy/p-{number}"


def _attached_arns(account: str, number: int) -> list[str]:
    found = [_shared(account, number % _SHARED)]
    if number % 10 == 0:
        found.append(f"{_AWS}AdministratorAccess")
    if number % 7 == 3:
        found.append(f"{_AWS}AmazonSageMakerFullAccess")
    return found


def _boundary(account: str, number: int) -> str:
    if number % 9 != 6:
        return ""
    arn = _shared(account, 0)
    kind = "<PermissionsBoundaryType>Policy</PermissionsBoundaryType>"
    return f"<PermissionsBoundary>{kind}<PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>"


def _tags(number: int) -> str:
    return f"<member><Key>team</Key><Value>team-{number % 7}</Value></member>"


def _last_used() -> str:
    return "<RoleLastUsed><LastUsedDate>2025-06-01T08:00:00Z</LastUsedDate><Region>us-east-1</Region></RoleLastUsed>"


def _document(arn: str, account: str) -> dict[str, Any]:
    if arn in _MANAGED:
        return _MANAGED[arn]
    name = arn.removeprefix(f"arn:aws:iam::{account}:policy/p-")
    if not name.isdecimal() or int(name) >= _SHARED:
        raise Refused(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
    return _statement(["logs:CreateLogStream", "logs:PutLogEvents", "ecr:BatchGetImage"], f"arn:aws:*:*:{account}:*")


def _policy_head(arn: str) -> str:
    return (
        f"<PolicyName>{arn.rpartition('/')[2]}</PolicyName><PolicyId>ANPAEXAMPLE</PolicyId><Arn>{arn}</Arn>"
        "<Path>/</Path><DefaultVersionId>v1</DefaultVersionId><AttachmentCount>1</AttachmentCount>"
        "<PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount><IsAttachable>true</IsAttachable>"
        f"{_CREATED}<UpdateDate>2024-05-01T08:00:00Z</UpdateDate>"
    )


def _version(document: dict[str, Any]) -> str:
    inner = f"<Document>{_text(document)}</Document><VersionId>v1</VersionId>"
    return f"{inner}<IsDefaultVersion>true</IsDefaultVersion>{_CREATED}"
