"""Azure may give any value back in other capitals: no verdict depends on them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from support import Case, all_cases, registered

from scanner.evaluate.judge import evaluate
from scanner.model.checks import Check
from scanner.model.nouns import Resource

#: What the scanner sets, and so spells as it likes.
_SET = {"id", "name", "scope", "console_url", "cached"}
#: Places in a datastore, and what people and files say, where capitals count.
_SAID = {"card", "description", "documents", "refused", "data", "plain_data", "unclear_data", "model_uri"}
OURS = _SET | _SAID
CASES = [
    pytest.param(check, case, id=f"{check.slug}: {case.name}")
    for check in registered()[0].values()
    if check.provider == "azure"
    for case in all_cases().get(check.slug, [])
]


def in_other_capitals(resource: Resource) -> Resource:
    if resource.scope.provider != "azure":
        return resource
    fields: dict[str, Any] = msgspec.to_builtins(resource)
    changed = {name: value if name in OURS else _swapped(value) for name, value in fields.items()}
    return msgspec.convert(changed, type(resource))


def _swapped(value: Any) -> Any:
    """Every string in other capitals, but for names of members, and for times, which are written in one way only."""
    if isinstance(value, dict):
        return {key: _swapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_swapped(item) for item in value]
    return value.swapcase() if isinstance(value, str) and not value[:1].isdigit() else value


@pytest.mark.parametrize(("check", "case"), CASES)
def test_verdict_is_the_same_in_other_capitals(check: Check, case: Case) -> None:
    resource, *others = (in_other_capitals(one) for one in (case.resource, *case.others))
    changed = Case(case.name, case.expected, resource, *others, incomplete=case.incomplete)

    [verdict] = [j.verdict for j in evaluate(changed.inventory(), [check]) if j.resource.id == resource.id]
    assert verdict.status is case.expected, verdict.message
