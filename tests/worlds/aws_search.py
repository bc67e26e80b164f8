"""SageMaker's Search over the documents of an AWS world, and how its index may be behind or wrong."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_timestamp
from worlds.aws_model import AwsError, conform, known_model, offset, token_from

#: Resource → steps from a result to what has the members of the Describe reply.
_PLACES = {"TrainingJob": ("TrainingJob",), "Model": ("Model", "Model")}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass
class Index:
    """What the index does not say as Describe says it; by name of the resource, `*` for all.

    `lacking` are dotted members, `stale` members with another value, `gone` whole documents by kind that nothing else
    names any more, `most` how many results there are at most.
    """

    missing: set[str] = field(default_factory=set)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stale: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    most: int | None = None

    def search(self, documents: dict[tuple[str, str], dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
        """One page of results, with no member that AWS's model does not give a record of Search."""
        kind = params.get("Resource")
        if kind not in _PLACES:
            raise _invalid(f"Value '{kind}' at 'resource' is not one that this world can search")
        size = int(params.get("MaxResults") or 10)
        if not 1 <= size <= 100:
            raise _invalid(f"Value '{size}' at 'maxResults': Member must have value less than or equal to 100")
        every = [*documents.get(("sagemaker", kind), {}).values(), *self.gone.get(kind, ())]
        records = [self._record(kind, doc) for doc in every if doc[f"{kind}Name"] not in self.missing]
        wanted = [record for record in records if _passes(record, params.get("SearchExpression"))]
        member = params.get("SortBy", "LastModifiedTime")
        ordered = sorted(
            wanted,
            key=lambda record: (record.get(member, _EARLIEST), record[f"{kind}Name"]),
            reverse=params.get("SortOrder", "Descending") == "Descending",
        )[: self.most]
        start = offset(params.get("NextToken"))
        reply: dict[str, Any] = {"Results": [_placed(kind, record) for record in ordered[start : start + size]]}
        reply["TotalHits"] = {"Value": len(ordered), "Relation": "EqualTo"}
        if start + size < len(ordered):
            reply["NextToken"] = token_from(start + size)
        return reply

    def _record(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        name = document[f"{kind}Name"]
        known = shape_of(kind).members
        record = {member: value for member, value in document.items() if member in known}
        for whose in ("*", name):
            record |= self.stale.get(whose, {})
            for path in self.lacking.get(whose, ()):
                record = _without(record, path.split("."))
        problems: list[str] = []
        conformed: dict[str, Any] = conform(record, shape_of(kind), f"{kind}[{name}]", problems)
        assert not problems, problems
        return conformed


def shape_of(kind: str) -> Any:
    """The shape of what a result of Search has instead of a Describe reply."""
    shape = known_model("sagemaker").shape_for("SearchRecord")
    for step in _PLACES[kind]:
        shape = shape.members[step]
    return shape


def _placed(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    for step in reversed(_PLACES[kind]):
        record = {step: record}
    return record


def _without(value: Any, path: list[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, path) for item in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    rest = {key: item for key, item in value.items() if key != path[0]}
    return rest if len(path) == 1 else {**rest, path[0]: _without(value[path[0]], path[1:])}


def _passes(record: dict[str, Any], expression: dict[str, Any] | None) -> bool:
    if expression is None:
        return True
    if expression.keys() - {"Filters", "Operator"} or not expression.get("Filters"):
        raise _invalid("this world knows expressions of filters alone, and of at least one")
    results = [_matches(record, **wanted) for wanted in expression["Filters"]]
    return any(results) if expression.get("Operator") == "Or" else all(results)


def _matches(record: dict[str, Any], Name: str, Value: str, Operator: str = "Equals") -> bool:  # noqa: N803 - AWS's
    if Operator not in _OPERATORS or "." in Name:
        raise _invalid(f"this world does not filter {Name} with {Operator}")
    have = record.get(Name)
    if have is None:
        return False
    limit: Any = parse_timestamp(Value) if isinstance(have, datetime) else type(have)(Value)
    return _OPERATORS[Operator](have, limit)


def _invalid(message: str) -> AwsError:
    return AwsError(400, "ValidationException", message)
