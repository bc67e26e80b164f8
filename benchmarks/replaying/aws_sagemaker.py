"""SageMaker of the generated account: List, Describe, Search and ListTags over documents made from an index.

What is wrong with a document follows from its index, see `aws_documents.py`.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from replaying.aws_documents import KINDS, Documents, Kind
from replaying.cloud import Call, Refused, Size

_encode = msgspec.json.encode
_BY_LIST = {f"List{kind.noun}s": kind for kind in KINDS}
_BY_DESCRIBE = {f"Describe{kind.noun}": kind for kind in KINDS}
_BY_SEARCH = {kind.noun: kind for kind in KINDS if kind.noun in ("Model", "TrainingJob", "Endpoint")}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
    "Contains": lambda have, value: value in str(have),
    "In": lambda have, value: str(have) in value.split(","),
}


class SageMaker:
    """Answers for every account and enabled region; `answer` gives the body. Raises Refused."""

    def __init__(self, size: Size, regions: Sequence[str]) -> None:
        self._size = size
        self._places = {region: number for number, region in enumerate(regions)}
        self._documents = functools.lru_cache(maxsize=1024)(lambda account, region: Documents(size, account, region))
        self._chosen = functools.lru_cache(maxsize=256)(self._choose)

    def answer(self, call: Call) -> bytes:
        name = call.operation.partition(":")[2]
        if kind := _BY_DESCRIBE.get(name):
            return self._describe(call, kind)
        if kind := _BY_LIST.get(name):
            return self._list(call, kind)
        if name == "Search":
            return self._search(call)
        if name == "ListTags":
            return self._tags(call)
        if name.startswith("List") and (empty := _empty_list(name)) is not None:
            return empty
        raise Refused(400, "AccessDeniedException", f"User is not authorized to perform: {call.operation}")

    def _indices(self, kind: Kind, region: str) -> range:
        return self._size.indices(self._size.of(kind.count, kind.default), self._places[region])

    def _describe(self, call: Call, kind: Kind) -> bytes:
        name = str(call.params.get(f"{kind.noun}Name", ""))
        index = kind.index(name)
        if index is None or index not in self._indices(kind, call.region):
            raise Refused(400, "ValidationException", f'Could not find {kind.noun} "{name}".')
        return _encode(self._documents(call.account, call.region).describe(kind, index))

    def _list(self, call: Call, kind: Kind) -> bytes:
        params = call.params
        names = (
            "SortBy",
            "SortOrder",
            "NameContains",
            "StatusEquals",
            "CreationTimeAfter",
            "CreationTimeBefore",
            "LastModifiedTimeAfter",
        )
        asked = {name: params[name] for name in names if name in params}
        others = params.keys() - asked.keys() - {"NextToken", "MaxResults"}
        if others:
            raise Refused(400, "ValidationException", f"The replay does not filter by {', '.join(sorted(others))}")
        chosen = self._select(kind, call, asked) if asked else self._indices(kind, call.region)
        page, token = _page(chosen, params)
        summary = self._documents(call.account, call.region).summary
        reply: dict[str, Any] = {kind.listed: [summary(kind, index) for index in page]}
        return _encode({**reply, "NextToken": token} if token else reply)

    def _search(self, call: Call) -> bytes:
        params = call.params
        if (kind := _BY_SEARCH.get(str(params.get("Resource")))) is None:
            return _encode({"Results": [], "TotalHits": {"Value": 0, "Relation": "EqualTo"}})
        asked: dict[str, Any] = {
            name: params[name] for name in ("SearchExpression", "SortBy", "SortOrder") if name in params
        }
        chosen = self._select(kind, call, asked) if asked else self._indices(kind, call.region)
        page, token = _page(chosen, params)
        documents = self._documents(call.account, call.region)
        reply: dict[str, Any] = {
            "Results": [documents.record(kind, index) for index in page],
            "TotalHits": {"Value": len(chosen), "Relation": "EqualTo"},
        }
        return _encode({**reply, "NextToken": token} if token else reply)

    def _tags(self, call: Call) -> bytes:
        arn = str(call.params.get("ResourceArn", ""))
        for kind in KINDS:
            index = kind.index(arn.rpartition("/")[2])
            if index is not None and f":{kind.segment}/" in arn and index in self._indices(kind, call.region):
                return _encode({"Tags": self._documents(call.account, call.region).tags(index)})
        raise Refused(400, "ValidationException", f"Could not find {arn}")

    # -- filters ---------------------------------------------------------------------------------------------------

    def _select(self, kind: Kind, call: Call, asked: dict[str, Any]) -> Sequence[int]:
        return self._chosen(kind, call.account, call.region, json.dumps(asked, sort_keys=True))

    def _choose(self, kind: Kind, account: str, region: str, asked: str) -> Sequence[int]:
        """Indices in the order asked for, kept for the following pages. The newest come first unless told otherwise."""
        params = json.loads(asked)
        documents = self._documents(account, region)
        found = [i for i in self._indices(kind, region) if _wanted(kind, documents, i, params)]
        by_name, ascending = params.get("SortBy") == "Name", params.get("SortOrder") == "Ascending"
        # Both names and ages grow with the index.
        backwards = params.get("SortOrder") == "Descending" if by_name else ascending
        return found[::-1] if backwards else found


def _wanted(kind: Kind, documents: Documents, index: int, params: dict[str, Any]) -> bool:
    created = documents.created(kind, index)
    if not params.get("CreationTimeAfter", created) <= created <= params.get("CreationTimeBefore", created):
        return False
    modified = params.get("LastModifiedTimeAfter", created)
    if created < modified and documents.summary(kind, index).get("LastModifiedTime", created) < modified:
        return False
    if params.get("NameContains", "") not in kind.name(index):
        return False
    if "StatusEquals" in params:
        return bool(documents.summary(kind, index).get(f"{kind.noun}Status") == params["StatusEquals"])
    return "SearchExpression" not in params or _matches(documents, kind, index, params["SearchExpression"])


def _matches(documents: Documents, kind: Kind, index: int, expression: dict[str, Any]) -> bool:
    unknown = expression.keys() - {"Filters", "SubExpressions", "Operator"}
    if unknown:
        raise Refused(400, "ValidationException", f"The replay does not search by {', '.join(sorted(unknown))}")
    results = [_passes(documents, kind, index, one) for one in expression.get("Filters", ())]
    results += [_matches(documents, kind, index, one) for one in expression.get("SubExpressions", ())]
    return any(results) if expression.get("Operator") == "Or" and results else all(results)


def _passes(documents: Documents, kind: Kind, index: int, test: dict[str, Any]) -> bool:
    name, wanted = test["Name"].rpartition(".")[2] if kind.noun == "Model" else test["Name"], test.get("Value", "")
    have: Any = documents.created(kind, index) if name == "CreationTime" else None
    if have is None:
        have = documents.describe(kind, index)
        for part in name.split("."):
            have = have.get(part) if isinstance(have, dict) else None
    how = test.get("Operator", "Equals")
    if how in ("Exists", "NotExists"):
        return (have is not None) == (how == "Exists")
    if have is None:
        return False
    if isinstance(have, bool):
        have = str(have).lower()
    elif isinstance(have, int | float):
        wanted = datetime.fromisoformat(wanted).timestamp() if "T" in wanted else float(wanted)
    return bool(_COMPARE[how](have, wanted))


def _page(chosen: Sequence[int], params: dict[str, Any]) -> tuple[Sequence[int], str]:
    size = params.get("MaxResults") or 10
    if not isinstance(size, int) or not 1 <= size <= 100:
        detail = "failed to satisfy constraint: Member must have value less than or equal to 100"
        raise Refused(400, "ValidationException", f"Value '{size}' at 'maxResults' {detail}")
    token = params.get("NextToken")
    if token is not None and not re.fullmatch(r"from-\d{1,9}", str(token)):
        raise Refused(400, "ValidationException", "Invalid pagination token")
    start = int(token[5:]) if token else 0
    return chosen[start : start + size], f"from-{start + size}" if start + size < len(chosen) else ""


@functools.cache
def _empty_list(name: str) -> bytes | None:
    """An empty reply to a listing the world has nothing of, from the SDK's own model; None for no such operation."""
    from botocore.loaders import Loader

    model = Loader().load_service_model("sagemaker", "service-2")
    output = model["operations"].get(name, {}).get("output")
    if output is None:
        return None
    members = model["shapes"][output["shape"]]["members"]
    lists = [member for member, shape in members.items() if model["shapes"][shape["shape"]]["type"] == "list"]
    return _encode({member: [] for member in lists})
