"""Whether values fit the types of a file: every problem, each with its place and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from scanner.model.selection import guess
from scanner.model.yaml_text import Document, Path, Problem, brief

#: How the schemas of files begin that this program writes and nobody edits.
_MADE = "mlposture/"


def fit(document: Document, wanted: type[msgspec.Struct], entries: str) -> list[Problem]:
    """All that keeps a document from being one of these. Its list of `entries` is that whose items are told by id."""
    if other := _other(document.value):
        sort = f"no file of {entries}" if entries else "not what is read here"
        return [document.problem(("schema",), f"this is {other}, and {sort}")]
    return list(_Fitting(document, entries).check(document.value, inspect.type_info(wanted), ()))


def said(value: Mapping[str, Any] | Any, path: Path, entries: str) -> str:
    """A place in words: the entry by its id, and what is named below it; empty at the top."""
    names = list(path)
    start = ""
    if names[:1] == [entries] and len(names) > 1:
        number, word = int(names[1]), entries.removesuffix("s")
        entry = value[entries][number]
        id = entry.get("id") if isinstance(entry, Mapping) else None
        start = f"{word} {brief(id)}: " if isinstance(id, str) else f"{word} {number + 1}: "
        names = names[2:]
    words = ""
    for name in names:
        words += f" {name + 1}" if isinstance(name, int) else f".{brief(name)}" if words else brief(name)
    return start + words


def _other(value: Any) -> str:
    """What sort of file this is, where it says that it is one that a program writes: a report, SARIF, an inventory."""
    if not isinstance(value, dict):
        return ""
    schema = value.get("schema")
    if isinstance(schema, str) and schema.startswith(_MADE):
        return brief(schema)
    return "a document with a $schema" if "$schema" in value and schema is None else ""


class _Fitting:
    def __init__(self, document: Document, entries: str) -> None:
        self._document = document
        self._entries = entries

    def check(self, value: Any, type_: inspect.Type, path: Path) -> Iterator[Problem]:
        match type_:
            case inspect.Metadata():
                yield from self._described(value, type_, path)
            case inspect.UnionType():
                if value is not None or not type_.includes_none:
                    [only] = (one for one in type_.types if not isinstance(one, inspect.NoneType))
                    yield from self.check(value, only, path)
            case inspect.StructType():
                yield from self._struct(value, type_, path)
            case inspect.VarTupleType():
                yield from self._list(value, type_, path)
            case inspect.DictType():
                yield from self._mapping(value, type_, path)
            case _:
                if not _is(value, type_):
                    yield self._wrong(path, value, _wanted(type_))

    def _described(self, value: Any, type_: inspect.Metadata, path: Path) -> Iterator[Problem]:
        inner, words = type_.type, (type_.extra_json_schema or {}).get("description", "")
        form = inner.pattern if isinstance(inner, inspect.StrType) else None
        if form and not (isinstance(value, str) and value.isprintable() and re.search(form, value)):
            yield self._wrong(path, value, words)
        elif not form:
            yield from self.check(value, inner, path)

    def _struct(self, value: Any, type_: inspect.StructType, path: Path) -> Iterator[Problem]:
        fields = {field.encode_name: field for field in type_.fields}
        if not isinstance(value, dict):
            yield self._wrong(path, value, f"a mapping with {_listed(list(fields), 'and')}")
            return
        for name, given in value.items():
            here = (*path, name)
            if name in fields:
                yield from self.check(given, fields[name].type, here)
            else:
                advice = guess(name, fields, f"it may have {_listed(list(fields), 'and')}")
                yield self._document.problem(here, f"{self._start(path)}no field {_brief(name)}; {advice}", key=True)
        for name, field in fields.items():
            if field.required and name not in value:
                yield self._document.problem(path, f"{self._start(path)}{name} is missing; add {_example(name, field)}")

    def _list(self, value: Any, type_: inspect.VarTupleType, path: Path) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield self._wrong(path, value, f"a list, such as [{'…' if isinstance(value, dict | None) else value}]")
            return
        if len(value) < (type_.min_length or 0):
            yield self._document.problem(path, f"{self._start(path)}the list is empty; name one at least")
        for number, item in enumerate(value):
            yield from self.check(item, type_.item_type, (*path, number))

    def _mapping(self, value: Any, type_: inspect.DictType, path: Path) -> Iterator[Problem]:
        if not isinstance(value, dict):
            of = " of text to text" if isinstance(type_.value_type, inspect.StrType) else ""
            yield self._wrong(path, value, f"a mapping{of}")
            return
        for name, item in value.items():
            here = (*path, name)
            yield from self.check(name, type_.key_type, here)
            yield from self.check(item, type_.value_type, here)

    def _wrong(self, path: Path, value: Any, wanted: str) -> Problem:
        quoted = ""
        if wanted.startswith(("text", "an AWS account", "an id", "a SHA")) and isinstance(value, int | float | date):
            quoted = "; put quotes around it"
        return self._document.problem(path, f"{self._start(path)}write {wanted}, not {_brief(value)}{quoted}")

    def _start(self, path: Path) -> str:
        words = said(self._document.value, path, self._entries).removesuffix(": ")
        return f"{words}: " if words else ""


def _is(value: Any, type_: inspect.Type) -> bool:
    match type_:
        case inspect.StrType():
            return isinstance(value, str) and len(value.strip()) >= (type_.min_length or 0)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and value >= (type_.ge or value)
        case inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case inspect.DateType():
            return isinstance(value, date) and not isinstance(value, datetime)
        case inspect.LiteralType():
            # True is 1 in Python, and no number in YAML.
            return any(value == one and type(value) is type(one) for one in type_.values)
    raise AssertionError(f"no file of ours holds {type_}")


def _wanted(type_: inspect.Type) -> str:
    match type_:
        case inspect.LiteralType():
            return _listed([str(value) for value in type_.values], "or")
        case inspect.IntType():
            return f"a whole number from {type_.ge} on" if type_.ge is not None else "a whole number"
        case inspect.BoolType():
            return "true or false"
        case inspect.FloatType():
            return "a number"
        case inspect.DateType():
            return "a date such as 2027-03-31"
    return "text"


@cache
def _required(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(struct) if field.required)


def _example(name: str, field: inspect.Field) -> str:
    """How a field that is missing is written."""
    type_ = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
    match type_:
        case inspect.StructType():
            return f"{name}: {{{', '.join(f'{one}: …' for one in _required(type_.cls))}}}"
        case inspect.VarTupleType():
            return f"{name}: […]"
        case inspect.LiteralType(values=(only,)):
            return f"{name}: {only}"
    return f"{name}: {_wanted(type_)}"


def _listed(names: list[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def _brief(value: Any) -> str:
    """What is quoted of a file: its kind, or a little of its text in one line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
    return repr(brief(value)) if isinstance(value, str) else brief(str(value))
