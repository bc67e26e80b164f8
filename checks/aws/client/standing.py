"""What the caller's own role or user lacks, from one call to the policy simulator."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from checks.aws.client.api import AwsProvider
from checks.aws.permissions import DOCUMENTS
from scanner.calls.bounds import Listing
from scanner.model.credentials import Held
from scanner.model.errors import CallFailed
from scanner.model.needs import Need
from scanner.model.nouns import Scope
from scanner.model.patterns import pattern

_SIMULATE = "iam:SimulatePrincipalPolicy"
#: Files in any bucket that may be model cards and data sheets: roles of before know the names of the former alone.
_DOCUMENTS = ("arn:aws:s3:::example/README.md", "arn:aws:s3:::example/croissant.json")
_ASSUMED = pattern(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([\w+=,.@-]+)")
_USER = pattern(r"arn:[a-z-]+:iam::\d{12}:user/.+")


def held(provider: AwsProvider, needs: Sequence[Need], settings: Mapping[str, Any]) -> Held:  # noqa: ARG001 - as of the others
    """What the simulator says of the caller. That takes a permission which a scan does without, and may be denied."""
    account, source = provider.sessions.own, _policy_source(provider.sessions.principal)
    if not source:
        return Held(account, None, "AWS simulates roles and users alone")
    actions = [need.permission for need in needs if need.permission != "sts:AssumeRole"]
    scope = Scope("aws", account, provider.home)
    # The right to read documents may be limited to their names.
    documents = sorted(DOCUMENTS.intersection(actions))
    questions: list[dict[str, Any]] = [{"ActionNames": [name for name in actions if name not in documents]}]
    if documents:
        questions += ({"ActionNames": documents, "ResourceArns": [file]} for file in _DOCUMENTS)
    lacking: list[str] = []
    try:
        for question in questions:
            asked = {"PolicySourceArn": source, "MaxItems": 1000, **question}
            lacking += _denied(provider, scope, asked)
    except CallFailed as failure:
        return Held(account, None, f"{_SIMULATE}, which a scan does without, would say it ({failure.detail})")
    unasked = tuple(need.permission for need in needs if need.permission not in actions)
    return Held(account, tuple(sorted(set(lacking))), unasked=unasked)


def _denied(provider: AwsProvider, scope: Scope, asked: dict[str, Any]) -> Iterator[str]:
    """Which of the actions are not allowed, page by page. Raises CallFailed."""
    listing = Listing(provider.calls.manners.bounds)
    while True:
        page = provider.calls.run(scope, "iam", _SIMULATE, partial(_simulate, provider, asked))
        results = page.get("EvaluationResults", [])
        yield from (one["EvalActionName"] for one in results if one.get("EvalDecision") != "allowed")
        marker = page.get("Marker") if page.get("IsTruncated") else None
        if not marker:
            return
        if endless := listing.endless(marker, results):
            raise endless
        asked = {**asked, "Marker": marker}


def _simulate(provider: AwsProvider, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    sessions = provider.sessions
    client = provider.clients.get("iam", provider.home)
    return provider.clients.call(client, "SimulatePrincipalPolicy", sessions.credentials(sessions.own), asked)


def _policy_source(principal: str) -> str:
    """The ARN that the simulator takes, for a caller. The path of a role is not in the name of a session."""
    if found := _ASSUMED.fullmatch(principal):
        return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}"
    return principal if _USER.fullmatch(principal) else ""
