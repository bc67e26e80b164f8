"""What is wrong with a file, in the words of who wrote it: no decoder speaks to a reader."""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

import msgspec

from scanner.model.patterns import pattern
from scanner.model.selection import guess

_UNKNOWN = pattern(r"Object contains unknown field `(.*)`")
_MISSING = pattern(r"Object missing required field `(.*)`")
_TYPES = pattern(r"Expected `([^`]*)`(?:, got `([^`]*)`| ([<>]=) (\d+)(?:\.0)?)")
_DATE = "a date such as 2027-03-31"
#: Types as the decoder calls them.
_NAMES = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a date",
    "datetime": "a date with a time",
    "time": "a time",
}


def in_words(error: Exception, read: type[msgspec.Struct]) -> str:
    """Why a TOML file, or a part of one, could not be decoded as `read`: one sentence."""
    match error:
        case UnicodeDecodeError():
            return "is no text in UTF-8"
        case RecursionError():
            return "is nested too deeply"
        case msgspec.ValidationError():
            return _of_value(*str(error).partition(" - at `$")[::2], read)
    return str(error)  # where the syntax is wrong, with the line


def no_such(name: str, names: Iterable[str]) -> str:
    """That a key is none of `names`: which one it may stand for, or which there are."""
    names = list(names)
    return f"no {brief(name) or repr(name)}; {guess(name, names, 'it has ' + ', '.join(names))}"


def brief(text: Any) -> str:
    """What is quoted from the file: in one line, and not all of it if it is long."""
    return " ".join(str(text).split())[:80]


def _of_value(problem: str, place: str, read: type[msgspec.Struct]) -> str:
    path = place.rstrip("`").lstrip(".")
    if unknown := _UNKNOWN.fullmatch(problem):
        table = f"[{path}]" if path else "it"
        return f"{table} has {no_such(unknown[1], _keys(read, path.split('.') if path else ()))}"
    if missing := _MISSING.fullmatch(problem):
        return f"give a {missing[1]}"
    types = _TYPES.fullmatch(problem)
    if types is None:
        return f"{path} must be {_DATE}" if problem.endswith("date") else f"{path}: {problem}"
    wanted, got, bound, least = types.groups()
    if bound:
        return f"{path} must be {'at least' if bound == '>=' else 'at most'} {least}"
    named = {**_NAMES, "date": _DATE, "float": "a number"}  # one without a fraction will do
    kinds = " or ".join(named.get(name, name) for name in wanted.split(" | ") if name != "null")
    return f"{path} must be {kinds}, not {_NAMES.get(got, got)}".lstrip()


def _keys(read: Any, path: Sequence[str]) -> list[str]:
    """The keys of the table at `path`."""
    for key in path:
        [field] = (field for field in msgspec.structs.fields(read) if field.encode_name == key)
        [read] = (one for one in (field.type, *get_args(field.type)) if hasattr(one, "__struct_fields__"))
    return [field.encode_name for field in msgspec.structs.fields(read)]
