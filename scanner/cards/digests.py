"""Digests as cards name them and as stores state them: `sha256:…`, `md5:…`, `crc32c:…`, `etag:…`.

Hashes are kept in hexadecimal, whether they were written so or in base64, as Cloud Storage does. An entity tag is kept
as it is, without quotes: what it is made of is the business of the store that gave it.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from scanner.cards.card_items import plain_words
from scanner.model.patterns import pattern
from scanner.model.sanitize import storable

#: Bytes of a hash of each algorithm.
_BYTES = {"crc32c": 4, "md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
ETAG = "etag"
#: Of a card, so many are kept: it is written by anybody.
_MOST = 100
#: Words in the name of a digest that say what it is of, and that it is of something else than what serves.
_ARTIFACT = frozenset({"artifact", "artefact", "model", "weights", "archive"})
_DATA = frozenset({"data", "dataset", "datasets", "training", "evaluation"})
_IMAGE = frozenset({"image", "container"})
_SHA256 = pattern(r"(?i)(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PREFIXED = pattern(r"(?i)(?<![0-9a-z])(sha-?(?:1|256|384|512)|md5|crc32c|etag)[ \t]*[:=][ \t]*([^\s,;]{1,200})")
_HEX = pattern(r"(?:[0-9A-Fa-f]{2})+")
_CAMEL = pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_ETAG = pattern(r'(?:W/)?"?([!#-~]{1,128}?)"?')


def digest(algorithm: str, value: str) -> str:
    """A digest with its algorithm, as all are compared; empty where the value is none of that algorithm."""
    name, text = algorithm.lower().replace("-", ""), value.strip()
    if name == ETAG:
        found = _ETAG.fullmatch(text)
        return f"{ETAG}:{storable(found[1])}" if found else ""
    raw = _raw(text, _BYTES.get(name, 0))
    return f"{name}:{raw.hex()}" if raw else ""


def _raw(text: str, size: int) -> bytes | None:
    """The bytes of a hash in hexadecimal or in base64; None where it has not so many."""
    try:
        raw = bytes.fromhex(text) if _HEX.fullmatch(text) else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if size and len(raw) == size else None


def sha256_in(*texts: str) -> tuple[str, ...]:
    """The SHA-256 that texts name, in lower case and without `sha256:`."""
    found = (one.lower() for text in texts for one in _SHA256.findall(text))
    return tuple(dict.fromkeys(found))[:_MOST]


def artifact_digests(values: Any) -> tuple[str, ...]:
    """The digests of artifacts in tags, labels or custom details, whose names say what each is of."""
    found = (one for words, text in _named(values) if _is_of_artifact(words) for one in _digests(words, text))
    return tuple(dict.fromkeys(found))[:_MOST]


def image_digests(values: Any) -> tuple[str, ...]:
    """The SHA-256 of images there, but for those that trained the model."""
    texts = (text for words, text in _named(values) if _IMAGE & set(words) and not _DATA & set(words))
    return sha256_in(*texts)


def _named(values: Any) -> Iterator[tuple[list[str], str]]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(value, str):
                words = plain_words(_CAMEL.sub(" ", str(key)))
                yield words.replace("sha ", "sha").split(), value


def _is_of_artifact(words: list[str]) -> bool:
    """Whether a name says artifact, and no more than that: model data is what SageMaker calls one."""
    others = set(words) - ({"data"} if ("model", "data") in pairwise(words) else set())
    return bool(_ARTIFACT & others) and not (_DATA | _IMAGE) & others


def _digests(words: list[str], text: str) -> Iterator[str]:
    """What a value holds: digests with their algorithm, one of that which the name says, or SHA-256.

    A folder in an address may be called by some digest, which is none of the artifact.
    """
    named = [(str(algorithm), str(value)) for algorithm, value in _PREFIXED.findall(text)]
    named = named or [(word, text) for word in words if word in _BYTES or word == ETAG]
    made = [one for algorithm, value in named if (one := digest(algorithm, value))]
    if not made and "://" not in text:
        made = [f"sha256:{one}" for one in sha256_in(text)]
    yield from made
