"""Provider replies → snapshots, by declaration: a field names the operation and path it is read from, nothing more.

Rename, never reinterpret. A successful reply that lacks the member gives `None`; a failed one leaves `UNSET`; a member
of the wrong type leaves `UNSET` and is reported. A null inside a list or map is nothing, as a null member is: it costs
itself and not the list. An item of the wrong type costs the whole list, as nobody knows what it would have said. Real
replies omit members that API models call required, so nothing is indexed blindly.
"""

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import UNSET

from scanner.model.nouns import Read, Reply, Resource

R = TypeVar("R", bound=Resource)


class FieldPlan(msgspec.Struct, frozen=True):
    """How one field is filled: `type` is what the member must convert to, `plain` the types that do so unchanged.

    `holder` is a struct with a field `value` of that type: msgspec keeps what it found out about structs, and finds out
    anew about any other type each time it is named.
    """

    name: str
    operation: str
    path: tuple[str, ...]
    json: bool
    type: Any
    plain: frozenset[Any]
    holder: Any


class Malformed(msgspec.Struct, frozen=True):
    """A member of a reply that is not of the declared type; its field stays `UNSET`."""

    operation: str
    field: str
    detail: str


_PLAIN = frozenset({str, bool, int, datetime})
_PLANS: dict[type[Resource], tuple[FieldPlan, ...]] = {}
#: msgspec finds out about a struct when it is first named, and shows other threads what is half done: they crash. So it
#: finds out, about whatever several threads use, while this is held.
_FINDING_OUT = threading.RLock()


def plans(kind: type[Resource]) -> tuple[FieldPlan, ...]:
    """The declared sources of a kind's fields, in order of declaration (cached: reading annotations is slow)."""
    if kind not in _PLANS:
        with _FINDING_OUT:
            _PLANS[kind] = _PLANS.get(kind) or tuple(_planned(kind))
    return _PLANS[kind]


def _planned(kind: type[Resource]) -> Iterator[FieldPlan]:
    for field in msgspec.structs.fields(kind):
        for note in getattr(field.type, "__metadata__", ()):
            if isinstance(note, Read):
                path = tuple(note.path.split(".")) if note.path else ()
                plain = frozenset() if note.json else _PLAIN.intersection(get_args(get_args(field.type)[0]))
                holder = msgspec.defstruct(field.name, [("value", field.type)])
                decoder_of(holder)  # for what msgspec finds out by it
                yield FieldPlan(field.name, note.operation, path, note.json, field.type, plain, holder)


def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """A decoder of JSON to this type, made so that other threads may use the type meanwhile."""
    with _FINDING_OUT:
        return msgspec.json.Decoder(kind)


def decode(kind: type[R], replies: Mapping[str, Reply], **identity: Any) -> tuple[R, list[Malformed]]:
    """Build a snapshot from the replies of the operations its fields name, and list the members that did not fit.

    `replies` maps an operation to its reply; an operation that is not in it counts as not observed. `identity` are the
    fields that the caller knows already (id, name, scope, console_url).
    """
    values: dict[str, Any] = dict(identity)
    problems: list[Malformed] = []
    for plan in plans(kind):
        reply = replies.get(plan.operation, UNSET)
        if reply is UNSET:
            continue
        if reply is None:
            values[plan.name] = None
            continue
        try:
            found: Any = reply
            for key in plan.path:
                found = found.get(key) if type(found) is dict else _member(found, key)
            if found is None or type(found) in plan.plain:
                values[plan.name] = found
                continue
            if plan.json and isinstance(found, str):
                found = msgspec.json.decode(found)
            values[plan.name] = None if found is None else _convert(found, plan)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            problems.append(Malformed(plan.operation, ".".join(plan.path) or plan.name, str(error)))
    return kind(**values), problems


def _convert(found: Any, plan: FieldPlan) -> Any:
    try:
        return msgspec.convert({"value": found}, plan.holder).value
    except msgspec.ValidationError:
        return msgspec.convert(_without_nulls(found), plan.type)  # an error then says where in the member


def _without_nulls(found: Any) -> Any:
    if isinstance(found, Mapping):
        return {key: _without_nulls(value) for key, value in found.items() if value is not None}
    if isinstance(found, list | tuple):
        return [_without_nulls(item) for item in found if item is not None]
    return found


def _member(outer: Any, key: str) -> Any:
    if outer is None:
        return None
    if not isinstance(outer, Mapping):
        raise msgspec.ValidationError(f"expected an object around `{key}`, got {type(outer).__name__}")
    return outer.get(key)
