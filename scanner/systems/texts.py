"""The texts in a resource, and what is named by them: the spellings of names that resources look each other up by."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import UNSET

from scanner.model.nouns import Part, Resource, Scope
from scanner.model.patterns import pattern
from scanner.systems.names import spelled

#: The address of an identity.
PRINCIPAL = pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^@/\s]+@[^@/\s]+")
_BUCKET = pattern(
    r"(?:s3[an]?|gc?s)://([^/]+)/?(.*)"
    r"|(?:abfss?|wasbs?)://[^@/]+@([^./]+)\.[^/]*/?(.*)"
    r"|/gcs/([^/]+)/?(.*)"
    r"|https?://(?:s3[a-z0-9.-]*\.amazonaws\.[a-z.]+|storage\.(?:googleapis|cloud\.google)\.com)/([^/]+)/?(.*)"
    r"|https?://([^/]+?)\.(?:s3[a-z0-9.-]*\.amazonaws|storage\.googleapis|(?:blob|dfs)\.core)\.[a-z.]+/?(.*)"
)
_SCHEMES = ("s3", "g", "abfs", "wasb", "/gcs/", "http")
#: Members whose addresses a resource writes to. Where another reads from there, it is what that one made.
_WRITTEN = ("output", "checkpoint", "destination", "capture", "failure")


#: Fields that say which resource it is.
_IDENTITY = frozenset(Resource.__struct_fields__)
#: A text in a resource: the names that lead to it, itself, and what it names in a bucket, if anything: `bucket/key`.
Text = tuple[str, str, str]


def texts(resource: Resource) -> list[Text]:
    """Each text below the fields of a resource that a type describes, with the names that lead to it.

    Documents of providers, such as policies, are not gone into: they name what may be reached, not what is used.
    """
    found: list[Text] = []
    for name in _fields(type(resource)):
        value = getattr(resource, name)
        if value is not None and value is not UNSET:
            _gather(name, value, found)
    return found


@cache
def _fields(kind: type[Resource]) -> tuple[str, ...]:
    """The fields of a kind that do not say which resource it is."""
    return tuple(name for name in kind.__struct_fields__ if name not in _IDENTITY)


def _gather(path: str, value: Any, found: list[Text]) -> None:
    """Add the texts in a value."""
    if isinstance(value, str):
        found.append((path, value, location(value)))
    elif isinstance(value, tuple):
        for item in value:
            _gather(f"{path}[]", item, found)
    elif isinstance(value, Part):
        for name, version in _members(type(value)):
            inner = getattr(value, name)
            if inner is not None:  # as most members are
                number = getattr(value, version) if version else None
                _gather(f"{path}.{name}", f"{inner}@{number}" if number else inner, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            found.append((f"{path}{{}}", key, location(key)))
            if isinstance(item, str | Part):
                _gather(f"{path}{{}}", item, found)


@cache
def _members(part: type[Any]) -> tuple[tuple[str, str], ...]:
    """The members of a part, each with the one that says which version is meant: `model`, `model_version_id`."""
    names = part.__struct_fields__
    return tuple((name, version if (version := f"{name}_version_id") in names else "") for name in names)


def spellings(id: str) -> list[str]:
    """An id as others write it: without who saw it, and for Google Cloud also without the service."""
    name = spelled(id)
    return [name, name[2:].partition("/")[2]] if name.startswith("//") else [name]


@cache
def tail(kind: str) -> str:
    """A kind, below its service, as members that end in `_name` spell it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.rpartition(".")[2])[1:]


def named(scope: Scope, tail: str, name: str) -> str:
    """What a thing is called by its name, which holds in one account and region alone."""
    return f"name:{scope.provider}:{scope.account}:{scope.region}:{tail}:{name.lower()}"


def bucket(provider: str, name: str) -> str:
    """What a bucket is called."""
    return f"bucket:{provider}:{name.lower()}"


def made(place: str) -> str:
    """What a job is called that writes to a place in a bucket."""
    return f"made:{place}"


@cache
def is_written(member: str) -> bool:
    """Whether a resource writes to the addresses in a member."""
    return any(word in member for word in _WRITTEN)


def location(text: str) -> str:
    """`bucket/key` of an address in a bucket; empty for an address of anything else."""
    if not text.startswith(_SCHEMES) or not (found := _BUCKET.match(text)):
        return ""
    last = found.lastindex or 0
    bucket, key = found.group(last - 1, last)
    return f"{bucket}/{key.strip('/')}".rstrip("/")
