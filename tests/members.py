"""What a kind may hold, read from its types: each field, and each member of the parts below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from msgspec import inspect
from watching import Seen

from scanner.model.nouns import Resource

#: Steps below a field that are no members: each item of a sequence, each value of a map, each key of a map.
ITEM, VALUE, KEY = "[]", "{}", "{key}"


class Member(NamedTuple):
    """A field, or what is below one. `steps` are spelled as the provider spells them, `path` as we do."""

    kind: str
    steps: tuple[str, ...]
    path: str
    #: the class that declares it and its name there: shared parts declare a member once for all that hold them
    declared: str
    is_text: bool

    def __str__(self) -> str:
        return f"{self.kind}.{self.path}"


@cache
def members(kind: type[Resource]) -> tuple[Member, ...]:
    """All that is below the identity. What a provider's document holds (`Any`) is not gone into."""
    fields = [field for field in _struct(kind).fields if field.name not in Resource.__struct_fields__]
    return tuple(member for field in fields for member in _member(kind.kind, kind, field, (), ""))


def _struct(kind: type[Any]) -> inspect.StructType:
    made = inspect.type_info(kind)
    assert isinstance(made, inspect.StructType)
    return made


def _member(kind: str, owner: type[Any], field: inspect.Field, steps: tuple[str, ...], path: str) -> Iterator[Member]:
    steps, path = (*steps, field.encode_name), f"{path}.{field.name}" if path else field.name
    declared = f"{kind if issubclass(owner, Resource) else f'{owner.__module__}.{owner.__name__}'}.{field.name}"
    yield Member(kind, steps, path, declared, is_text=_is_text(field.type))
    yield from _below(kind, field.type, declared, steps, path)


def _below(kind: str, type_: inspect.Type, declared: str, steps: tuple[str, ...], path: str) -> Iterator[Member]:
    match type_:
        case inspect.Metadata():
            yield from _below(kind, type_.type, declared, steps, path)
        case inspect.UnionType():
            for one in type_.types:
                yield from _below(kind, one, declared, steps, path)
        case inspect.VarTupleType() | inspect.ListType():
            steps, path = (*steps, ITEM), path + ITEM
            if _is_text(type_.item_type):
                yield Member(kind, steps, path, declared, is_text=True)
            yield from _below(kind, type_.item_type, declared, steps, path)
        case inspect.DictType() if not isinstance(type_.value_type, inspect.AnyType):
            yield Member(kind, (*steps, KEY), path + KEY, declared, is_text=True)
            if _is_text(type_.value_type):
                yield Member(kind, (*steps, VALUE), path + VALUE, declared, is_text=True)
            yield from _below(kind, type_.value_type, declared, (*steps, VALUE), path + VALUE)
        case inspect.StructType():
            for field in type_.fields:
                yield from _member(kind, type_.cls, field, steps, path)


def _is_text(type_: inspect.Type) -> bool:
    if isinstance(type_, inspect.UnionType):
        return any(map(_is_text, type_.types))
    return _is_text(type_.type) if isinstance(type_, inspect.Metadata) else isinstance(type_, inspect.StrType)


def declared_by(seen: Seen, kind: type[Resource]) -> Iterator[str]:
    """What was looked at, by the class that declares it."""
    spelled = {field.name: field.encode_name for field in _struct(kind).fields}
    looked_at = (spelled[seen.field], *seen.inner)
    for member in members(kind):
        steps = [step for step in member.steps if step != ITEM]
        if len(steps) == len(looked_at) and all(
            step in (VALUE, KEY, name) for step, name in zip(steps, looked_at, strict=True)
        ):
            yield member.declared


def texts(content: Any, steps: tuple[str, ...]) -> Iterator[str]:
    """The texts that a document has where the steps lead, none of them empty."""
    if not steps:
        found = [content]
    elif steps[0] == KEY:
        found = list(content or ())
    elif steps[0] in (ITEM, VALUE):
        inner = (content or {}).values() if steps[0] == VALUE else content or ()
        found = [text for item in inner for text in texts(item, steps[1:])]
    else:
        found = list(texts(content.get(steps[0]), steps[1:])) if isinstance(content, Mapping) else []
    yield from (text for text in found if isinstance(text, str) and text)


def holding(content: Any, steps: tuple[str, ...], text: str) -> Any:
    """The document with this text, and no other, where the steps lead; what is missing on the way is made."""
    if not steps:
        return text
    step, rest = steps[0], steps[1:]
    if step == ITEM:
        return [holding(item, rest, text) for item in content or (None,)]
    if step == VALUE:
        return {key: holding(item, rest, text) for key, item in (content or {"any": None}).items()}
    if step == KEY:
        return {text: next(iter((content or {}).values()), None)}
    return {**(content or {}), step: holding((content or {}).get(step), rest, text)}
