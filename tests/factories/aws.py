"""AWS resources for tests. Every field is `UNSET` unless given: a case names only what its verdict rests on."""

from __future__ import annotations

from typing import Any

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model import Scope

ACCOUNT = "111122223333"
REGION = "eu-west-1"
HERE = Scope("aws", ACCOUNT, REGION)


def arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name}"


def notebook(name: str = "research", **fields: Any) -> NotebookInstance:
    return NotebookInstance(id=arn("notebook-instance", name), name=name, scope=HERE, **fields)
