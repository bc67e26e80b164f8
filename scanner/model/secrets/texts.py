"""Names and values inside a text: a connection string, a query, options of a program, a script, a file in a script."""

import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from scanner.model.patterns import pattern

#: Each with text that it cannot do without, which is looked for first.
_Expressions = Sequence[tuple[re.Pattern[str], str]]

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
_ELEMENT = pattern(rf"<({_NAME})>([^<>\s]+)</")
#: `name: DB_PASSWORD`, and `value: …` on the next line
_NAMED = pattern(rf"\bname:[ \t]*[\"']?({_NAME})[\"']?[ \t]*\n\s*value:[ \t]*(?:{_QUOTED}|([^\s#\"']+))")
_PAIRS = (
    (_ASSIGNED, "="),
    (_OPTION, "-"),
    (_LINE, ": "),
    (_HEADER, ":"),
    (_MEMBER, '"'),
    (_ELEMENT, "</"),
    (_NAMED, "value:"),
)
#: What proves who asks, in options of programs that no name tells: `curl -u user:value`, `curl -uuser:value`,
#: `login -p value`, `redis-cli -a value`.
_OPTIONS = (
    (pattern(r"(?<!\S)(?:-[uU]\s+|--(?:proxy-)?user(?:\s+|=))[\"']?(?!\+)[^\s:\"'$]+:(?!//)([^\s\"']+)"), "-"),
    (pattern(r"\bcurl\b[^\n;|]{0,200}?\s-[uU][\"']?[^\s:\"'$]+:([^\s\"']+)"), "curl"),
    (pattern(r"\b(?:login|sshpass)\b[^\n;|]{0,200}?\s-p\s+[\"']?([^\s\"']+)"), "-p"),
    (pattern(r"\bredis-cli\b[^\n;|]{0,200}?\s-a\s+[\"']?([^\s\"']+)"), "redis-cli"),
)
#: The same elsewhere: `Bearer value`, `login ada password value`, `login value`,
#: `echo value | login --password-stdin`, `host:5432:db:ada:value`, `add-authtoken value`, the id and secret of an
#: access key.
_UNNAMED = (
    *_OPTIONS,
    (pattern(r"\b(?:[Bb]earer|[Bb]asic|[Tt]oken) ([0-9A-Za-z._~+/=\-]{16,})"), " "),
    (pattern(r"\blogin\s+\S+\s+password\s+(\S+)"), "login"),
    (pattern(r"(?<![0-9A-Za-z])[0-9A-Z]{20}:([0-9A-Za-z/+]{40})(?![0-9A-Za-z/+])"), ":"),
    (
        pattern(
            r"(?<![\w$=])\w*(?:authtoken|auth-token|password|passwd|token|secret)\s+[\"']?([^\s\"'$}\-][^\s\"'$]{7,})"
        ),
        "",
    ),
    (pattern(r"(?<!\S)[\"']?[\w.\-*]+:(?:\d{2,5}|\*):[\w\-*]+:[\w\-*]+:([^\s:\"']+)"), ":"),
    (pattern(r"\blogin\s+(?:--\S+\s+)?([0-9A-Za-z_\-]{20,})"), "login"),
    (
        pattern(
            r"\becho\s+(?:-n\s+)?[\"']?([^\s\"'$]+)[\"']?\s*\|[^\n]{0,200}?(?:--password-stdin|\bpasswd\b|\bkinit\b)"
        ),
        "echo",
    ),
)
#: Passwords, if there is a digit in them, in such options: `-u ada -p value`, `mysql -pvalue`, `docker login -pvalue`.
_PASSWORD_OPTIONS = (
    (pattern(r"(?<!\S)(?:-u|-U|--user(?:name)?)[ =]\S+\s+-p[ ]?[\"']?([^\s\"']+)"), "-p"),
    (pattern(r"\b(?:mysql\w*|mariadb\w*)\s[^\n;|]{0,200}?\s-p([^\s\"']+)"), "-p"),
    (pattern(r"\b(?:sshpass|(?:docker|podman)\s+login)\s(?:[^\n;|]{0,200}?\s)?-p[\"']?([^\s\"']+)"), "-p"),
)
#: The same elsewhere: `echo ada:value | chpasswd`, `ada:value@host`, of PowerShell, and what a sentence tells.
_PASSWORDS = (
    *_PASSWORD_OPTIONS,
    (pattern(r"\becho\s+[\"']?[\w.\-]+:([^\s\"'$]+)[\"']?\s*\|[^\n]{0,200}?\bchpasswd\b"), "chpasswd"),
    (pattern(r"(?:^|(?<=[\s\"'=]))[\w.\-]+[:/]([^\s\"'$@:/{<]{6,})@(?://)?[\w\-]+(?:\.[\w\-]+)+(?=[:/])"), "@"),
    (pattern(r"\bConvertTo-SecureString\s+(?:-String\s+)?[\"']([^\s\"']+)[\"']"), "ConvertTo"),
    (pattern(r"\b[Pp](?:assword|asswd|assphrase|wd|w)(?:: ?| is |(?<=pw) )[\"']?([^\s\"',;)]+)"), ""),
)
#: Shorter base64 is rather a token than a text.
SHORTEST_BASE64 = 40
_BASE64 = pattern(rf"[0-9A-Za-z+/]{{{SHORTEST_BASE64},}}={{0,2}}")
#: without quotes, these are code: the value of a variable, a call
_CODE = pattern(r"[$`(\[{].*|(?:[a-z_]\w*\.)+[a-z_]\w*|.*\w[(\[].*")


def settings(text: str) -> Iterator[tuple[str, str]]:
    """What a text sets; a value of several words is none."""
    for found in _matches(_PAIRS, text):
        name, *values = found.groups()
        value = next((value for value in values if value is not None), "")
        if values[-1] is None or (not _CODE.fullmatch(value) and value != name):
            yield name, value
    yield from _without_names(text, _UNNAMED, _PASSWORDS)


def options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What options of a program that no name tells set, in a command line of separate words."""
    # A word with blanks, such as a script, is a text of its own.
    line = " ".join("" if any(map(str.isspace, word)) else word for word in words)
    yield from _without_names(line, _OPTIONS, _PASSWORD_OPTIONS)


def _without_names(text: str, unnamed: _Expressions, passwords: _Expressions) -> Iterator[tuple[str, str]]:
    for found in _matches(unnamed, text):
        if not found[1].startswith(("$(", "`")):  # cut off at a blank in what a shell runs
            yield "authorization", found[1]
    for found in _matches(passwords, text):
        if any(map(str.isdigit, found[1])) and not _CODE.fullmatch(found[1]):
            yield "password", found[1]


def _matches(expressions: _Expressions, text: str) -> Iterator[re.Match[str]]:
    for expression, needs in expressions:
        if needs in text:
            yield from expression.finditer(text)


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
            waiting += [(str(option), part) for option, part in pairwise(item) if is_option(option)]
        elif isinstance(item, Mapping):
            waiting += [(str(key), part) for key, part in item.items()]
            label = next((item[key] for key in ("name", "Name", "key", "Key") if key in item), None)
            if isinstance(label, str):  # {"name": "DB_PASSWORD", "value": "…"}
                waiting += [(label, item[key]) for key in ("value", "Value") if key in item]


def command_lines(document: Any) -> Iterator[list[str]]:
    """The words of every list in a JSON document."""
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            yield [part for part in item if isinstance(part, str)]
            waiting += item
        elif isinstance(item, Mapping):
            waiting += item.values()


def is_option(item: Any) -> bool:
    """Whether a word of a command line says what the next one is."""
    return isinstance(item, str) and item.startswith("-") and "=" not in item


def unwrapped(value: str) -> Iterator[str]:
    """The texts that a value is, or holds, in base64."""
    whole = "".join(value.split())
    packed = (whole,) if _BASE64.fullmatch(whole) else (found[0] for found in _BASE64.finditer(value))
    for each in packed:
        if len(each) % 4 == 0 and (text := _decoded(each)) is not None:
            yield text


def _decoded(packed: str) -> str | None:
    try:
        text = binascii.a2b_base64(packed).decode()
    except ValueError:
        return None
    return text if all(sign.isprintable() or sign in "\r\n\t" for sign in text) else None
