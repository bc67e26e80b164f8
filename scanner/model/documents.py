"""Resources as documents: how they are written to disk and read back, and collections too large to hold."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from scanner.model.decode import decoder_of
from scanner.model.nouns import Resource, plain
from scanner.model.sanitize import LARGE, encode, map_strings, may_hold_secret, redact, shorten

R = TypeVar("R", bound=Resource)
T_co = TypeVar("T_co", covariant=True)

_IDENTITY = frozenset(Resource.__struct_fields__)


class Many(Generic[T_co]):
    """Resources that may be too many to hold: read anew by each loop over them."""

    __slots__ = ("_count", "_start")

    def __init__(self, start: Callable[[], Iterator[T_co]], count: Callable[[], int]) -> None:
        self._start = start
        self._count = count

    def __iter__(self) -> Iterator[T_co]:
        return self._start()

    def __len__(self) -> int:
        return self._count()

    def __bool__(self) -> bool:
        return self._count() > 0


def document(resource: Resource) -> bytes:
    """A resource as JSON: `None` is null, `UNSET` is left out, credentials are redacted. Its identity stays."""
    return documents((resource,))[0]


def documents(resources: Sequence[Resource]) -> list[bytes]:
    """The same of several, with one look at all of them: hardly any holds a credential.

    Of a resource so large that no provider means it, long texts are cut: whoever sends those must not fill the memory.
    """
    contents = [encode(resource) for resource in resources]
    if any(len(content) > LARGE for content in contents):
        pairs = zip(resources, contents, strict=True)
        resources = [_cut(resource) if len(content) > LARGE else resource for resource, content in pairs]
        contents = [encode(resource) for resource in resources]
    rests = [content[_identity(resource) :] for content, resource in zip(contents, resources, strict=True)]
    if not may_hold_secret(b"\n".join(rests)):
        return contents
    return [
        _changed(resource, redact, _IDENTITY) if may_hold_secret(rest) else content
        for resource, content, rest in zip(resources, contents, rests, strict=True)
    ]


def _identity(resource: Resource) -> int:
    """Bytes that its identity, which comes first in its document, takes at least."""
    return len(resource.id) + len(resource.name) + len(resource.console_url)


def _cut(resource: R) -> R:
    shorter = _changed(resource, shorten, frozenset({"id"}))
    return decoder_of(type(resource)).decode(shorter)  # type: ignore[no-any-return]


def _changed(resource: Resource, change: Callable[[str], str], but: frozenset[str]) -> bytes:
    """A resource as JSON, with other texts in all fields but these."""
    fields: dict[str, Any] = plain(resource)
    return encode({name: value if name in but else map_strings(value, change) for name, value in fields.items()})


class Decoders:
    """JSON to resources, by kind. Raises msgspec.MsgspecError for what does not fit."""

    def __init__(self) -> None:
        self._by_kind: dict[type[Resource], msgspec.json.Decoder[Any]] = {}

    def decode(self, kind: type[R], content: bytes) -> R:
        decoder = self._by_kind.get(kind)
        if decoder is None:
            decoder = self._by_kind[kind] = decoder_of(kind)
        return decoder.decode(content)  # type: ignore[no-any-return]
