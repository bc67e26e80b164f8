"""Names and values inside a text: a connection string, a query, options of a program, a script, a file in a script."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.model.patterns import pattern

_NAME = r"[A-Za-z_][\w.\-]*"
_QUOTED = r"\"([^\"\n]*)\"|'([^'\n]*)'"
#: `NAME=value`, `name = "value"`; of `--env=NAME=value` the inner one. A run of letters is looked at from its start.
_ASSIGNED = pattern(
    rf"(?<![\w.\-])(-{{0,2}}{_NAME})(?:[\"']\])?\s*=(?![=~])\s*(?!{_NAME}=[^=\s;,&\"'])(?:{_QUOTED}|([^\s;,&|\"')]+))"
)
#: `--name value`
_OPTION = pattern(rf"(?<!\S)(--?{_NAME})\s+(?!-)(?:{_QUOTED}|([^\s\"']+))")
#: `name: value` alone on a line, `"name: value"` as a header is given, `"name": "value"` in JSON
_LINE = pattern(rf"(?m)^[ \t]*(?:- )?[\"']?({_NAME})[\"']?:[ \t]+(?:{_QUOTED}|([^\s#\"']+))[ \t]*(?:#.*)?$")
_HEADER = pattern(r"[\"']([A-Za-z][\w\-]*): ?([^\s\"']+)[\"']")
_MEMBER = pattern(rf"\"({_NAME})\"\s*:\s*\"([^\"\n]*)\"")
_PAIRS = ((_ASSIGNED, "="), (_OPTION, "-"), (_LINE, ": "), (_HEADER, ":"), (_MEMBER, '"'))
#: What proves who asks, without a name: `Bearer value`, `curl -u user:value`, `login ada password value`,
#: `login -p value`, `login value`, `echo value | login --password-stdin`.
_UNNAMED = (
    pattern(r"\b(?:[Bb]earer|[Bb]asic|[Tt]oken) ([0-9A-Za-z._~+/=\-]{16,})"),
    pattern(r"(?<!\S)(?:-u|--user)\s+[\"']?[^\s:\"'$]+:([^\s\"']+)"),
    pattern(r"\blogin\s+\S+\s+password\s+(\S+)"),
    pattern(r"\b(?:login|sshpass)\b[^\n;|]{0,200}?\s-p\s+[\"']?([^\s\"']+)"),
    pattern(r"\blogin\s+(?:--\S+\s+)?([0-9A-Za-z_\-]{20,})"),
    pattern(r"\becho\s+(?:-n\s+)?[\"']?([^\s\"'$]+)[\"']?\s*\|[^\n]{0,200}?(?:--password-stdin|passwd\b)"),
)
#: without quotes, these are code: the value of a variable, a call
_CODE = pattern(r"[$`(\[{].*|(?:[a-z_]\w*\.)+[a-z_]\w*|.*\w[(\[].*")


def settings(text: str) -> Iterator[tuple[str, str]]:
    """What a text sets; a value of several words is none."""
    for pairs, needs in _PAIRS:
        if needs in text:
            for found in pairs.finditer(text):
                name, *values = found.groups()
                value = next((value for value in values if value is not None), "")
                if values[-1] is None or (not _CODE.fullmatch(value) and value != name):
                    yield name, value
    for unnamed in _UNNAMED:
        for found in unnamed.finditer(text):
            yield "authorization", found[1]


def parsed(value: str) -> Any:
    """A value as JSON, if it is a list, an object or a string in JSON; None otherwise."""
    if not value.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def leaves(name: str, document: Any) -> Iterator[tuple[str, str, str]]:
    """Every string in a JSON document: the name of the document, that of the member, the value."""
    waiting = [("", document)]
    while waiting:
        member, item = waiting.pop()
        if isinstance(item, str):
            yield name, member, item
        elif isinstance(item, list):
            waiting += [(member, part) for part in item]
        elif isinstance(item, Mapping):
            waiting += [(str(key), part) for key, part in item.items()]
            label = item.get("name", item.get("Name"))
            if isinstance(label, str):  # {"name": "DB_PASSWORD", "value": "…"}
                waiting += [(label, item[key]) for key in ("value", "Value") if key in item]
