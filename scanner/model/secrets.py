"""Recognise secrets in environment variables and parameters, and forget them at once: only their location is kept."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from scanner.model.patterns import pattern

#: Shapes that only credentials have, each after text that it cannot do without, under what all of a group need. Looking
#: for fixed text is many times faster than a search, and nearly all text has none of it.
_SHAPES = (
    (
        "A",
        (
            ("AKIA", pattern(r"AKIA[0-9A-Z]{16}")),  # AWS access key id
            ("ASIA", pattern(r"ASIA[0-9A-Z]{16}")),
            ("AIza", pattern(r"AIza[0-9A-Za-z_\-]{35}")),  # Google API key
        ),
    ),
    (
        "_",
        (
            ("ghp_", pattern(r"ghp_[0-9A-Za-z]{36}")),
            ("github_pat_", pattern(r"github_pat_[0-9A-Za-z_]{22,}")),
            ("hf_", pattern(r"hf_[0-9A-Za-z]{30,}")),  # Hugging Face token
        ),
    ),
    (
        "-",
        (
            (
                "sk-",
                pattern(
                    r"(?<![0-9A-Za-z])sk-(?:(?:proj|svcacct|admin|ant-[a-z0-9]+)-[0-9A-Za-z_\-]{20,}|[0-9A-Za-z]{20,})"
                ),
            ),
            ("xox", pattern(r"xox[abprs]-[0-9A-Za-z\-]{10,}")),
            ("-----BEGIN", pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
        ),
    ),
    (
        "=",
        (
            ("AccountKey=", pattern(r"AccountKey=[0-9A-Za-z+/=]{20,}")),
            ("SharedAccessSignature=", pattern(r"SharedAccessSignature=")),
            ("sig=", pattern(r"[?&]sig=[0-9A-Za-z%]{20,}")),
        ),
    ),
    ("eyJ", (("eyJ", pattern(r"eyJ[0-9A-Za-z_\-]{10,}\.eyJ[0-9A-Za-z_\-]{10,}\.")),)),  # JSON web token
    ("://", (("://", pattern(r"://[^/\s:@]+:[^/\s:@]{3,}@")),)),  # password in a URL
)
#: Names that announce a secret; the value must then be a literal, not a reference to one.
_NAMES = pattern(
    r"(?:^|[_\-.])(?:password|passwd|pwd|secret|token|api[_\-]?key|access[_\-]?key|private[_\-]?key|credential|"
    r"connection[_\-]?string)s?(?:$|[_\-.](?!arn|name|id|path|file|uri|url|ref|version|ttl|expiry))",
    re.IGNORECASE,
)
_REFERENCE = pattern(
    r"^(?:arn:|projects/|https?://[^:@]*$|\$\{|\{\{|secretmanager:|sm://|gs://|s3://|/|@Microsoft\.KeyVault|true$|false$|"
    r"none$|null$|\d{1,6}$"
    r"|[\"'\\]*(?:<[^>]*>|\[[A-Z]+\])[\"'\\]*$)",  # special tokens of a tokenizer: <|endoftext|>, [PAD]
    re.IGNORECASE,
)


def suspicious_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys whose value looks like a credential, sorted. The values themselves are not returned."""
    return tuple(sorted(str(key) for key, value in values.items() if _suspicious(str(key), value)))


def _suspicious(name: str, value: Any) -> bool:
    if not isinstance(value, str) or len(value) < 6:
        return False
    return has_shape(value) or (_announces(name) and not _REFERENCE.search(value))


@lru_cache(maxsize=4096)  # the same variables are set everywhere
def _announces(name: str) -> bool:
    return _NAMES.search(name) is not None


def has_shape(text: str) -> bool:
    """Whether any part of a text has a shape that only credentials have."""
    for needed, shapes in _SHAPES:
        if needed in text:
            for start, shape in shapes:
                if start in text and shape.search(text):
                    return True
    return False


_MARKS = tuple(start.encode() for _, shapes in _SHAPES for start, _ in shapes if start != "://")


#: A password in a URL, in JSON text: what ends it there is more than in the string itself.
_URL_PASSWORD = rb"://[^/\s:@]+:[^/\s:@]{3,}@"


def may_hold_secret(document: bytes) -> bool:
    """Whether any string in JSON text may have the shape of a credential: one look at all of them."""
    return any(mark in document for mark in _MARKS) or re.search(_URL_PASSWORD, document) is not None
