"""Which of many values are secrets. The values themselves are never returned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanner.model.secrets.names import NEVER, needed, speaks_of_secrets, words_of
from scanner.model.secrets.shapes import has_shape
from scanner.model.secrets.texts import SHORTEST_BASE64, command_lines, leaves, options, parsed, settings, unwrapped
from scanner.model.secrets.values import looks


def suspicious_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys whose value is, or holds, what looks like a credential, sorted."""
    return tuple(sorted(str(key) for key, value in values.items() if holds_secret(str(key), value)))


def holds_secret(name: str, value: Any) -> bool:
    """Whether a value is, or holds, what looks like a credential."""
    if not isinstance(value, str):
        return False
    if is_secret(name, value) or secrets_set(value):
        return True
    return len(value) >= SHORTEST_BASE64 and any(is_secret("", text) or secrets_set(text) for text in unwrapped(value))


def is_secret(name: str, value: Any) -> bool:
    """Whether a value looks like a credential: by its shape, by its name, or by a member if it is JSON."""
    if not isinstance(value, str):
        return False
    if has_shape(value):
        return True
    document = parsed(value)
    if document is not None:
        return any(holds_secret(_inner(name, member), text) for name, member, text in leaves(name, document)) or any(
            map(secrets_passed, command_lines(document))
        )
    level = needed(name)
    return level < NEVER and looks(value) >= level


def secrets_set(text: str) -> tuple[str, ...]:
    """Names that a text, such as a script or a connection string, gives a credential, sorted."""
    if not any(mark in text for mark in ("=", ":", " ", "<")):
        return ()
    return _revealing(settings(text))


def secrets_passed(words: Sequence[str]) -> tuple[str, ...]:
    """What a command line of separate words proves who asks with, in options that have no name to tell it, sorted."""
    return _revealing(options(words))


def _revealing(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({name for name, value in pairs if needed(name) <= looks(value)}))


def _inner(name: str, member: str) -> str:
    """What a member is called: with the document's name, unless its own says enough."""
    return member if speaks_of_secrets(words_of(member)) else f"{name} {member}"
