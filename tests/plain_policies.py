"""What AWS decides about a request, written down slowly: no cleverness, one request with every value known at a time.

Where something is not known (a key of the request, or what the documentation leaves open), every possibility is gone
through. Nothing here uses the resolver.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import Any, NamedTuple


class Request(NamedTuple):
    """One request: by a role, with a value (or None for an absent key) under each key, in lower case."""

    action: str
    resource: str
    role: str
    keys: dict[str, str | None]
    answers: dict[str, bool]  # to questions that nobody can answer

    @property
    def account(self) -> str:
        return self.role.split(":")[4]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def like(pattern: str, value: str, *, fold: bool = False) -> bool:
    regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(regex, value, re.DOTALL | (re.IGNORECASE if fold else 0)) is not None


def about_action(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(like(p, action, fold=True) for p in listed(statement["NotAction"]))
    return any(like(p, action, fold=True) for p in listed(statement["Action"]))


def about_resource(statement: dict[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return not any(like(p, resource) for p in listed(statement["NotResource"]))
    return any(like(p, resource) for p in listed(statement["Resource"]))


def arn_like(pattern: str, value: str) -> bool:
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) and all(like(p, v) for p, v in zip(patterns, values, strict=True))


COMPARE = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "ArnLike": lambda value, wanted: arn_like(wanted, value),
    "ArnEquals": lambda value, wanted: arn_like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
}


def condition_met(condition: dict[str, dict[str, Any]], keys: dict[str, str | None]) -> bool:
    return all(
        one_met(operator, keys.get(key.lower()), [str(v) for v in listed(values)])
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def one_met(operator: str, value: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (wanted == ["true"]) is (value is None)
    prefix, _, operator = operator.rpartition(":")
    if operator.endswith("IfExists"):
        if value is None:
            return True
        operator = operator.removesuffix("IfExists")
    if value is None and prefix == "ForAllValues":
        return True
    if value is None and prefix == "ForAnyValue":
        return False
    negated = "Not" in operator
    if value is None:
        return negated
    compare = COMPARE[operator.replace("Not", "")]
    return any(compare(value, each) for each in wanted) is not negated


def about_principal(statement: dict[str, Any], request: Request) -> bool:
    if "NotPrincipal" in statement:
        spared = principals(statement["NotPrincipal"])
        if "*" in spared:
            return False
        itself = any(names(each, request) and not is_account(each, request.account) for each in spared)
        account = any(is_account(each, request.account) for each in spared)
        if itself and account:
            return False
        if itself or account:
            return request.answers["NotPrincipal"]
        return True
    return any(names(each, request) for each in principals(statement["Principal"]))


def principals(principal: Any) -> list[str]:
    if principal == "*":
        return ["*"]
    return [f"{kind}={v}" if kind != "AWS" else v for kind, values in principal.items() for v in listed(values)]


def is_account(text: str, account: str) -> bool:
    return text in (account, f"arn:aws:iam::{account}:root")


def names(text: str, request: Request) -> bool:
    if text.startswith("AROA"):  # AWS shows the ARN of a role that is there
        return False
    return text in ("*", request.role) or is_account(text, request.account)


def grants_itself(statement: dict[str, Any], request: Request) -> bool:
    """Whether an Allow in the account's own resource policy is enough by itself: it names more than the account."""
    if "NotPrincipal" in statement:
        return True
    named = [each for each in principals(statement["Principal"]) if names(each, request)]
    return any(not is_account(each, request.account) for each in named)


def is_loose(statement: dict[str, Any]) -> bool:
    return "NotPrincipal" in statement or "*" in principals(statement["Principal"])


def allowed(
    request: Request,
    identity: list[dict[str, Any]],
    boundary: list[dict[str, Any]] | None,
    resource: list[dict[str, Any]] | None,
    owner: str,
) -> bool:
    """The evaluation logic of the IAM User Guide, for one request."""

    def applies(statement: dict[str, Any], *, of_resource: bool = False) -> bool:
        return (
            about_action(statement, request.action)
            and about_resource(statement, request.resource)
            and condition_met(statement.get("Condition", {}), request.keys)
            and (not of_resource or about_principal(statement, request))
        )

    mine = [s for s in identity if applies(s)]
    edge = [s for s in boundary or [] if applies(s)]
    theirs = [s for s in resource or [] if applies(s, of_resource=True)]
    if any(s["Effect"] == "Deny" for s in [*mine, *edge, *theirs]):
        return False
    by_identity = bool(mine)
    by_boundary = boundary is None or bool(edge)
    if owner != request.account:
        return by_identity and by_boundary and bool(theirs)
    granting = [s for s in theirs if grants_itself(s, request)]
    past_boundary = any(map(is_loose, granting)) and request.answers.get("loose", True)
    return ((by_identity or bool(granting)) and by_boundary) or past_boundary


def verdict(
    action: str,
    resource_name: str,
    role: str,
    documents: tuple[list[Any], list[Any] | None, list[Any] | None, str],
    known: dict[str, str | None],
    picked: dict[str, list[str | None]],
    hidden: dict[str, list[str | None]],
    questions: list[str],
) -> str:
    """`yes` or `no` where it is so whatever is hidden, given that the caller picks what suits him."""
    outcomes = set()
    for values in itertools.product(*hidden.values()):
        for answers in itertools.product([False, True], repeat=len(questions)):
            fixed = {**known, **dict(zip(hidden, values, strict=True))}
            outcomes.add(
                any(
                    allowed(
                        Request(
                            action,
                            resource_name,
                            role,
                            {**fixed, **dict(zip(picked, choice, strict=True))},
                            dict(zip(questions, answers, strict=True)),
                        ),
                        *documents,
                    )
                    for choice in itertools.product(*picked.values())
                )
            )
    return "unknown" if len(outcomes) == 2 else "yes" if outcomes == {True} else "no"
