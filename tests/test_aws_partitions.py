"""Accounts are in one of several parts of AWS, with regions and names of their own: no verdict depends on it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from support import Case, all_cases, registered

from scanner.evaluate.judge import evaluate
from scanner.model.checks import Check
from scanner.model.nouns import Resource

#: By partition, what stands in place of names of the commercial one. Services without regions, IAM among them, are in
#: the first region of each.
NAMES = {
    "aws": {"eu-west-1": "ap-southeast-2"},
    "aws-cn": {
        "arn:aws:": "arn:aws-cn:",
        "us-east-1": "cn-north-1",
        "eu-west-1": "cn-northwest-1",
        "cn-northwest-1.amazonaws.com": "cn-northwest-1.amazonaws.com.cn",
        "ec2.amazonaws.com": "ec2.amazonaws.com.cn",
        "cognito-identity.amazonaws.com": "cognito-identity.cn-north-1.amazonaws.com.cn",
    },
    "aws-us-gov": {
        "arn:aws:": "arn:aws-us-gov:",
        "us-east-1": "us-gov-west-1",
        "eu-west-1": "us-gov-east-1",
        "cognito-identity.amazonaws.com": "cognito-identity-us-gov.amazonaws.com",
    },
}
CASES = [
    pytest.param(names, check, case, id=f"{partition} {check.slug}: {case.name}")
    for partition, names in NAMES.items()
    for check in registered()[0].values()
    if check.provider == "aws"
    for case in all_cases().get(check.slug, [])
    if "China" not in case.name and "in the region" not in case.name
]


def elsewhere(resource: Resource, names: dict[str, str]) -> Resource:
    return msgspec.convert(_renamed(msgspec.to_builtins(resource), names), type(resource))


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_renamed(key, names): _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(item, names) for item in value]
    if isinstance(value, str):
        for name, other in names.items():
            value = value.replace(name, other)
    return value


@pytest.mark.parametrize(("names", "check", "case"), CASES)
def test_verdict_is_the_same_in_another_part_of_aws(names: dict[str, str], check: Check, case: Case) -> None:
    resource, *others = (elsewhere(one, names) for one in (case.resource, *case.others))
    changed = Case(case.name, case.expected, resource, *others, incomplete=case.incomplete)

    [verdict] = [j.verdict for j in evaluate(changed.inventory(), [check]) if j.resource.id == resource.id]
    assert verdict.status is case.expected, verdict.message
