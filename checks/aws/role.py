"""A role for AWS as documents: policies as JSON, Terraform and CloudFormation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.aws.permissions import DOCUMENT_ARNS, DOCUMENTS, MEMBER_ROLE
from scanner.model.hcl_text import listed, quoted, variable
from scanner.model.needs import Need, Role

#: Characters of a managed policy, without white space:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST = 6144
_ASSUME = "sts:AssumeRole"
_MEMBERS = f"arn:aws:iam::*:role/{MEMBER_ROLE}"
_PRINCIPAL = "ARN of the user or role that runs the scan and may assume this role"
_ROLE = "Name of the role that scans, which these permissions are added to"


def notes(role: Role) -> Iterator[str]:
    """What whoever grants it has to know."""
    parts = len(_policies(role))
    if parts > 1:
        yield f"{parts} policies, as a managed policy holds {LONGEST:,} characters: attach all of them"
    if role.wide:
        yield (
            f"this is for the account that the scan starts from; each account of the organisation needs a role "
            f"{MEMBER_ROLE} with what `mlposture permissions aws` prints, which trusts that account"
        )


def as_json(role: Role) -> str:
    """The policy, or a list of them where one would be too long."""
    made = [_document(statements) for statements in _policies(role)]
    return json.dumps(made if len(made) > 1 else made[0], indent=2) + "\n"


def as_terraform(role: Role) -> str:
    """A role with its policies, or policies that are attached to a role there is."""
    label = role.name.replace("-", "_")
    parts = [f"# {role.note}"]
    if role.added:
        parts.append(variable("mlposture_role", _ROLE))
        holder = "var.mlposture_role"
    else:
        parts += [variable("mlposture_principal", _PRINCIPAL), _terraform_role(role, label)]
        holder = f"aws_iam_role.{label}.name"
    for name, statements in _named(role):
        part = name.replace("-", "_")
        body = ",\n".join(_terraform_statement(*statement) for statement in statements)
        parts.append(
            f'resource "aws_iam_policy" "{part}" {{\n  name        = {quoted(name)}\n'
            f"  description = {quoted(role.note)}\n  policy = jsonencode({{\n"
            f'    Version = "2012-10-17"\n    Statement = [\n{body}\n    ]\n  }})\n}}'
        )
        parts.append(
            f'resource "aws_iam_role_policy_attachment" "{part}" {{\n  role       = {holder}\n'
            f"  policy_arn = aws_iam_policy.{part}.arn\n}}"
        )
    return "\n\n".join(parts) + "\n"


def as_cloudformation(role: Role) -> str:
    """The same as a template of CloudFormation, in YAML."""
    logical = _logical(role.name)
    holder = "RoleName" if role.added else logical
    parameter, said = ("RoleName", _ROLE) if role.added else ("Principal", _PRINCIPAL)
    lines = [
        'AWSTemplateFormatVersion: "2010-09-09"',
        f"Description: {json.dumps(role.note)}",
        "Parameters:",
        f"  {parameter}:",
        "    Type: String",
        f"    Description: {said}",
        "Resources:",
    ]
    if not role.added:
        lines += [
            f"  {logical}:",
            "    Type: AWS::IAM::Role",
            "    Properties:",
            f"      RoleName: {role.name}",
            "      AssumeRolePolicyDocument:",
            '        Version: "2012-10-17"',
            "        Statement:",
            "          - Effect: Allow",
            "            Principal:",
            "              AWS: !Ref Principal",
            f"            Action: {_ASSUME}",
        ]
    for name, statements in _named(role):
        lines += [
            f"  {_logical(name)}Policy:",
            "    Type: AWS::IAM::ManagedPolicy",
            "    Properties:",
            f"      ManagedPolicyName: {name}",
            "      Roles:",
            f"        - !Ref {holder}",
            "      PolicyDocument:",
            '        Version: "2012-10-17"',
            "        Statement:",
        ]
        for sid, needs, resource in statements:
            lines += [f"          - Sid: {sid}", "            Effect: Allow", "            Action:"]
            lines += [f"              - {need.permission} # {need.note}" for need in needs]
            lines += _cloudformation_resource(resource)
    if not role.added:
        lines += ["Outputs:", "  RoleArn:", f"    Value: !GetAtt {logical}.Arn"]
    return "\n".join(lines) + "\n"


#: By name: how a role for AWS can be written.
FORMS = {"json": as_json, "terraform": as_terraform, "cloudformation": as_cloudformation}

#: Sid, what is allowed, on which resource or resources.
_Statement = tuple[str, Sequence[Need], str | list[str]]


def _policies(role: Role) -> list[list[_Statement]]:
    """Statements of each policy: as few policies as their length allows."""
    read = [need for need in role.needs if need.permission != _ASSUME and need.permission not in DOCUMENTS]
    documents = [need for need in role.needs if need.permission in DOCUMENTS]
    assume = [need for need in role.needs if need.permission == _ASSUME]
    found: list[list[_Statement]] = [[("MlpostureRead", read[:0], "*")]]
    for need in read:
        [(sid, held, resource)] = found[-1]
        longer = (sid, [*held, need], resource)
        if held and _length([longer]) > LONGEST:
            found.append([(sid, [need], resource)])
        else:
            found[-1] = [longer]
    found = [policy for policy in found if policy[0][1]]
    limited: list[_Statement] = []
    if documents:  # on files of these names alone
        limited.append(("MlpostureDocuments", documents, list(DOCUMENT_ARNS)))
    if assume:  # on roles of that name alone
        limited.append(("MlpostureAssume", assume, _MEMBERS))
    for statement in limited:
        if found and _length([*found[-1], statement]) <= LONGEST:
            found[-1].append(statement)
        else:
            found.append([statement])
    return found


def _named(role: Role) -> Iterator[tuple[str, list[_Statement]]]:
    policies = _policies(role)
    for number, statements in enumerate(policies, 1):
        yield (role.name if len(policies) == 1 else f"{role.name}-{number}"), statements


def _document(statements: Sequence[_Statement]) -> Mapping[str, Any]:
    made = [
        {"Sid": sid, "Effect": "Allow", "Action": [need.permission for need in needs], "Resource": resource}
        for sid, needs, resource in statements
    ]
    return {"Version": "2012-10-17", "Statement": made}


def _length(statements: Sequence[_Statement]) -> int:
    """Characters as IAM counts them: all but white space."""
    return len(json.dumps(_document(statements), separators=(",", ":")))


def _terraform_role(role: Role, label: str) -> str:
    return (
        f'resource "aws_iam_role" "{label}" {{\n  name        = {quoted(role.name)}\n'
        f"  description = {quoted(role.note)}\n  assume_role_policy = jsonencode({{\n"
        '    Version = "2012-10-17"\n    Statement = [{\n      Effect    = "Allow"\n'
        f'      Action    = "{_ASSUME}"\n      Principal = {{ AWS = var.mlposture_principal }}\n    }}]\n  }})\n}}'
    )


def _cloudformation_resource(resource: str | list[str]) -> list[str]:
    if isinstance(resource, str):
        return [f'            Resource: "{resource}"']
    return ["            Resource:", *(f'              - "{one}"' for one in resource)]


def _terraform_statement(sid: str, needs: Sequence[Need], resource: str | list[str]) -> str:
    named = quoted(resource) if isinstance(resource, str) else f"[{', '.join(map(quoted, resource))}]"
    return (
        f'      {{\n        Sid    = "{sid}"\n        Effect = "Allow"\n        Action = {listed(needs, 8)}\n'
        f"        Resource = {named}\n      }}"
    )


def _logical(name: str) -> str:
    """A name as CloudFormation takes those of resources: letters and digits."""
    return "".join(part.capitalize() for part in name.split("-"))
