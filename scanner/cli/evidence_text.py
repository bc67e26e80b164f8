"""What `mlposture evidence verify --claim` prints: a claim, what it rests on, and whether it came out the same."""

from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.evidence.replay import COMPUTED, Field, Followed, Replayed

_LONGEST = 300
#: What of a claim is the same, beside how it bears.
_COMPARED = "check, resource, message, evidence, path and digests"
_WITHOUT_DIGESTS = "check, resource, message, evidence and path; it has no digests"


def replayed_lines(found: Replayed) -> Iterator[str]:
    """A claim that was followed back."""
    told = found.observation
    yield f"claim {told.claim}: {told.check} {told.title}"
    yield f"  {told.kind} {told.resource} in {told.scope.account} {told.scope.region}"
    yield f"  the dossier says: {told.bears} {told.objective}: {told.message}"
    if found.problems:
        yield from (f"  not the same: {problem}" for problem in found.problems)
    else:
        compared = _COMPARED if any(one.origins for one in found.resources) else _WITHOUT_DIGESTS
        yield f"  judged anew from the saved inventory: the same ({found.bears}, {compared})"
    left = dict(told.evidence)
    for one in found.resources:
        yield from _followed(one, found, left)
    yield from (f"  {name} = {_value(value)}: worked out by the check" for name, value in left.items())


def _followed(one: Followed, found: Replayed, left: dict[str, Any]) -> Iterator[str]:
    """A resource, the items that it was read from, and those of its fields that are evidence: they leave `left`."""
    subject = (one.kind, one.id) == (found.observation.kind, found.observation.resource)
    yield f"  {'rests on' if subject else 'went through'} {one.kind} {one.id}"
    for origin in one.origins:
        kept = "kept, and of this digest" if origin.kept else "not kept (--keep-replies keeps it)"
        yield f"    {origin.operation}, read {origin.at}, SHA-256 {origin.sha256}: {kept}"
    last = one.kind.rpartition(".")[2]
    for field in (Field(name="name", value=one.name, operation="", compared="as the inventory has it"), *one.fields):
        for name in (f"{last}.{field.name}", *([field.name] if subject else [])):
            if name in found.observation.evidence:
                left.pop(name, None)
                yield f"    {_field(field)}"


def _field(field: Field) -> str:
    where = "" if field.compared == COMPUTED or not field.operation else f" {field.operation}:"
    return f"{field.name} = {_value(field.value)}:{where} {field.compared}"


def _value(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
