"""IAM's policy simulator for one role: its policies, its boundary and those of the organisation, judged slowly.

As AWS says of its own: nothing is known of policies of resources, statements of SCPs are not named, and neither are the
condition keys that they ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from plain_policies import about_action, about_resource, condition_met, listed
from worlds.aws_model import AwsError, offset, token_from

_ALLOWED, _EXPLICIT, _IMPLICIT = "allowed", "explicitDeny", "implicitDeny"
#: from the strictest on
_STRICTNESS = (_EXPLICIT, _IMPLICIT, _ALLOWED)
_FLAT = re.compile(r"(\w+)\.member\.(\d+)(?:\.(\w+)(?:\.member\.\d+)?)?")

Statements = list[dict[str, Any]]


def simulate(
    params: dict[str, str], identity: list[Any], boundary: Any, scps: list[Any] | None, most: int = 1000
) -> dict[str, Any]:
    """One page of the reply to SimulatePrincipalPolicy, whose parameters come flat. It has `most` entries or fewer."""
    actions, resources = list(_members(params, "ActionNames")), list(_members(params, "ResourceArns"))
    wrong = [text for text in actions if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", text)]
    wrong += [text for text in resources if text != "*" and not re.fullmatch(r"arn:[\w-]+:[\w-]+:[^:]*:\d*:.+", text)]
    if wrong or not actions:
        raise AwsError(400, "InvalidInput", f"Invalid Input {', '.join(wrong) or 'ActionNames'}")
    judge = _Judge(params, identity, boundary, scps)
    size, start = min(most, int(params.get("MaxItems", 100))), offset(params.get("Marker"))
    results = [judge.evaluation(action, resources or ["*"]) for action in actions[start : start + size]]
    more = start + size < len(actions)
    return {"EvaluationResults": results, "IsTruncated": more, **({"Marker": token_from(start + size)} if more else {})}


def _members(params: dict[str, str], name: str) -> Iterator[str]:
    yield from (value for key, value in params.items() if re.fullmatch(rf"{name}\.member\.\d+", key))


def _context(params: dict[str, str]) -> dict[str, str | None]:
    entries: dict[str, dict[str, str]] = {}
    for key, value in params.items():
        found = _FLAT.fullmatch(key)
        if found and found[1] == "ContextEntries":
            entries.setdefault(found[2], {})[found[3]] = value
    return {entry["ContextKeyName"].lower(): entry["ContextKeyValues"] for entry in entries.values()}


def _statements(documents: list[Any]) -> Statements:
    return [statement for document in documents for statement in listed(document["Statement"])]


class _Judge:
    def __init__(self, params: dict[str, str], identity: list[Any], boundary: Any, scps: list[Any] | None) -> None:
        self.role = params["PolicySourceArn"]
        self.keys = _context(params)
        self.identity = _statements(identity)
        self.boundary = None if boundary is None else _statements([boundary])
        self.scps = None if scps is None else _statements(scps)
        self._by_action: dict[tuple[int, str], Statements] = {}

    def evaluation(self, action: str, resources: list[str]) -> dict[str, Any]:
        """What is decided of an action on each resource, and of all of them by the strictest."""
        single = [self.result(action, resource) for resource in resources]
        decisions = [each["EvalResourceDecision"] for each in single]
        made: dict[str, Any] = {
            "EvalActionName": action,
            "EvalResourceName": "*",
            "EvalDecision": next(each for each in _STRICTNESS if each in decisions),
            "MissingContextValues": sorted({key for each in single for key in each["MissingContextValues"]}),
            "ResourceSpecificResults": single,
        }
        if self.scps is not None:
            by_scp = [self.decide(self.scps, action, resource) for resource in resources]
            made["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": set(by_scp) == {_ALLOWED}}
        return made

    def result(self, action: str, resource: str) -> dict[str, Any]:
        sets = [each for each in (self.scps, self.boundary, self.identity) if each is not None]
        said = [self.decide(each, action, resource) for each in sets]
        made: dict[str, Any] = {
            "EvalResourceName": resource,
            "EvalResourceDecision": next(each for each in _STRICTNESS if each in said),
            "MissingContextValues": sorted(self.missing(action, resource)),
        }
        if self.boundary is not None:
            edge = self.decide(self.boundary, action, resource) == _ALLOWED
            made["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": edge}
        return made

    def decide(self, statements: Statements, action: str, resource: str) -> str:
        about = self.about(statements, action, resource)
        effects = {s["Effect"] for s in about if condition_met(_condition(s), self.keys)}
        return _EXPLICIT if "Deny" in effects else _ALLOWED if effects else _IMPLICIT

    def missing(self, action: str, resource: str) -> set[str]:
        """Keys that the policies of the role ask for and nobody told."""
        about = self.about(self.identity, action, resource)
        asked = {key for statement in about for tests in _condition(statement).values() for key in tests}
        return {key for key in asked if key.lower() not in self.keys}

    def about(self, statements: Statements, action: str, resource: str) -> Statements:
        key = id(statements), action
        if key not in self._by_action:  # one action is asked about with many resources
            self._by_action[key] = [s for s in statements if about_action(s, action)]
        return [s for s in self._by_action[key] if about_resource(s, resource)]


def _condition(statement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = statement.get("Condition", {})
    return found
