"""Digests of what a provider said, so that a claim can be followed to it.

The *item* is the part of a reply that is about the resource: an entry of a list, or all of a describe reply. Its
digest is the SHA-256 of its JSON with sorted keys, after secrets and payloads were taken out: so it can be made again
from what `--keep-replies` kept, and nobody can try out on it what a secret was.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from time import time
from typing import Any

import msgspec
from msgspec import UNSET

from scanner.model.origins import Said, Seen
from scanner.model.sanitize import LARGE, REDACTED, TOO_DEEP, encode, map_strings, may_hold_secret, redact, shorten
from scanner.model.secrets.detect import holds_secret, secrets_passed
from scanner.model.secrets.names import NEVER, needed
from scanner.model.secrets.texts import is_option

LEFT_OUT = "[not kept]"
#: Members with what programs are given to run or to know. Nobody can tell which of it is secret, so none of it is kept.
_PAYLOADS = frozenset(
    (
        *("args", "arguments", "command", "commands", "containerarguments", "containerentrypoint"),
        *("customdata", "customermetadataproperties", "env", "environmentvariables", "hookparameters"),
        *("modelcardcontent", "ruleparameters", "scriptarguments", "scriptdata", "userdata", "validationspecification"),
    )
)
#: Members with a value whose name stands beside it, and those with that name.
_VALUES, _LABELS = frozenset(("value", "Value")), ("name", "Name", "key", "Key")
#: Parts of words that texts speak of secrets in.
_MARKS = (b"passw", b"pwd", b"secret", b"token", b"key=", b"bearer ")
_DEEPEST = 100
#: Names of members that need no look: those of an API are always the same, and only so many others are remembered.
_plain_names: set[str] = set()
_MOST_NAMES = 20_000


def seen(replies: Mapping[str, Any], *, keep: bool) -> dict[str, Seen]:
    """What is to be known later of these replies, by operation. One that failed (`UNSET`) said nothing.

    One that answered that there is nothing (`None`) did: its item is `null`.
    """
    now = _at(int(time()))
    items = {operation: reply for operation, reply in replies.items() if reply is not UNSET}
    return {
        operation: Seen(now, hashlib.sha256(content).hexdigest(), msgspec.Raw(content) if keep else UNSET)
        for operation, content in zip(items, _canonical(list(items.values())), strict=True)
    }


@lru_cache(maxsize=4)
def _at(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def check(said: Said) -> dict[str, Seen]:
    """What others wrote down, if it can be true. Raises ValueError for an odd time, or a reply of another digest."""
    checked: dict[str, Seen] = {}
    for operation, each in said.items():
        datetime.fromisoformat(each.at).astimezone(UTC)
        reply = each.reply
        if reply is not UNSET:
            content = canonical(msgspec.json.decode(reply))
            if hashlib.sha256(content).hexdigest() != each.sha256:
                raise ValueError(f"what was kept of {operation} does not have the digest beside it")
            reply = msgspec.Raw(content)  # of what stands twice in it, one was looked at
        checked[operation] = Seen(each.at, each.sha256, reply)
    return checked


def canonical(item: Any) -> bytes:
    """An item as its digest is made of it: JSON with sorted keys, without secrets and payloads."""
    return _canonical([item])[0]


def _canonical(items: list[Any]) -> list[bytes]:
    """The same of several, with one look at all of their texts: hardly any has to be changed."""
    contents = [encode(item, order="sorted") for item in items]
    whole = b"\n".join(contents)
    shapes, speaks = may_hold_secret(whole), _speaks(whole)
    if (shapes or speaks or len(whole) > LARGE) and len(items) > 1:
        return [canonical(item) for item in items]
    tidying = _Tidying(shapes=shapes, speaks=speaks)
    return [
        content if tidying.quiet and len(content) <= LARGE and _is_plain(item) else _tidied(content, tidying)
        for item, content in zip(items, contents, strict=True)
    ]


def _tidied(content: bytes, tidying: "_Tidying") -> bytes:
    found = tidying.of(msgspec.json.decode(content))
    if len(content) > LARGE:
        found = map_strings(found, shorten)
    return encode(found, order="sorted")


def _speaks(content: bytes) -> bool:
    """Whether a text may set a secret."""
    lowered = content.lower()
    for mark in _MARKS:  # noqa: SIM110 - half as fast with `any`, and there are millions
        if mark in lowered:
            return True
    return False


def _is_plain(item: Any) -> bool:
    """Whether no member of an item is called like a secret or a payload, and it is not nested too deep."""
    level = [item]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for each in level:
            if type(each) is dict:
                if not (each.keys() <= _plain_names or _has_plain_names(each)):
                    return False
                values: Iterable[Any] = each.values()
            elif type(each) in _NESTED:
                values = each
            elif each is None:
                continue
            else:
                return False
            for value in values:
                if type(value) in _NESTED:
                    below.append(value)  # noqa: PERF401 - a comprehension is slower for as few, and there are millions
        if not below:
            return True
        level = below
    return False


_NESTED = frozenset((dict, list, tuple))
#: What a secret may be, or be among.
_TELLING = frozenset((str, list, tuple))


def _has_plain_names(members: Mapping[str, Any]) -> bool:
    pair = not _VALUES.isdisjoint(members)
    for name in members.keys() - _plain_names:
        value = members[name]
        if _is_plain_name(name) or not value or (pair and name in _LABELS):
            continue
        secret = needed(_label(members) if name in _VALUES else name) < NEVER
        if _is_payload(name) or (secret and type(value) in _TELLING):
            return False
    return True


def _is_plain_name(name: str) -> bool:
    """Whether a member of this name is no secret and no payload, nor named by another. Such names are remembered."""
    if name in _VALUES or _is_payload(name) or needed(name) < NEVER:
        return False
    if len(_plain_names) < _MOST_NAMES:
        _plain_names.add(name)
    return True


@lru_cache(maxsize=4096)
def _is_payload(name: str) -> bool:
    return name.replace("_", "").lower() in _PAYLOADS


def _label(members: Mapping[str, Any]) -> str:
    """What the value among these members is called."""
    return next((str(members[name]) for name in _LABELS if name in members), "")


class _Tidying:
    """Takes secrets and payloads out of JSON. `shapes` if a text may have the shape of one, `speaks` if it may set one.

    Without either it is `quiet`: then only what names say needs a look.
    """

    def __init__(self, *, shapes: bool, speaks: bool) -> None:
        self.quiet = not (shapes or speaks)
        self._redact: Callable[[str], str] = redact if shapes else str
        self._speaks = speaks

    def of(self, value: Any, name: str = "", levels: int = _DEEPEST) -> Any:
        """What is left of a value, which is called `name`."""
        if type(value) is str:
            return self._text(name, value)
        if type(value) not in _NESTED:
            return value
        if not levels:
            return TOO_DEEP
        return self._dict(value, levels) if type(value) is dict else self._list(value, name, levels)

    def _list(self, value: list[Any], name: str, levels: int) -> Any:
        words = [each for each in value if type(each) is str] if self._speaks else []
        if words and secrets_passed(words):
            return self._emptied(value)
        if self.quiet and needed(name) == NEVER and not any(map(is_option, value)):
            return [self.of(each, name, levels - 1) if type(each) in _NESTED else each for each in value]
        names = (name, *(before if is_option(before) else name for before in value))
        return [self.of(each, called, levels - 1) for each, called in zip(value, names, strict=False)]

    def _dict(self, value: dict[str, Any], levels: int) -> dict[str, Any]:
        if not self.quiet:
            return {self._redact(key): self._member(value, key, levels - 1) for key in value}
        return {
            key: self._member(value, key, levels - 1)
            if not (key in _plain_names or _is_plain_name(key))
            else self.of(each, key, levels - 1)
            if type(each) in _NESTED
            else each
            for key, each in value.items()
        }

    def _text(self, name: str, text: str) -> str:
        suspicious = needed(name) < NEVER or (self._speaks and _speaks(text.encode("utf-8", "replace")))
        return REDACTED if suspicious and holds_secret(name, text) else self._redact(text)

    def _member(self, members: Mapping[str, Any], key: str, levels: int) -> Any:
        if _is_payload(key):
            return self._emptied(members[key])
        return self.of(members[key], _label(members) if key in _VALUES else key, levels)

    def _emptied(self, value: Any) -> Any:
        """What is left of a payload: the names of variables, and how much there is."""
        if isinstance(value, dict):
            return {self._redact(key): LEFT_OUT for key in value}
        if isinstance(value, list):
            return [self._variable(each) if isinstance(each, dict) else LEFT_OUT for each in value]
        return None if value is None else LEFT_OUT

    def _variable(self, members: Mapping[str, Any]) -> dict[str, str]:
        named = {key: each for key, each in members.items() if key in _LABELS and isinstance(each, str)}
        return {self._redact(key): self._redact(named.get(key, LEFT_OUT)) for key in members}
