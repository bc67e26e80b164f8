"""Recognise secrets in environment variables and parameters, and forget them at once: only their location is kept."""

import re
from collections.abc import Mapping
from typing import Any

from scanner.patterns import pattern

#: Values with a shape that only credentials have.
_SHAPES = pattern(
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"  # AWS access key id
    r"|ghp_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22,}"
    r"|hf_[0-9A-Za-z]{30,}"  # Hugging Face token
    r"|AIza[0-9A-Za-z_\-]{35}"  # Google API key
    r"|(?<![0-9A-Za-z])sk-(?:(?:proj|svcacct|admin|ant-[a-z0-9]+)-[0-9A-Za-z_\-]{20,}|[0-9A-Za-z]{20,})"
    r"|xox[abprs]-[0-9A-Za-z\-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|eyJ[0-9A-Za-z_\-]{10,}\.eyJ[0-9A-Za-z_\-]{10,}\."  # JSON web token
    r"|://[^/\s:@]+:[^/\s:@]{3,}@"  # password in a URL
    r"|AccountKey=[0-9A-Za-z+/=]{20,}|SharedAccessSignature=|[?&]sig=[0-9A-Za-z%]{20,}"
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
    if _SHAPES.search(value):
        return True
    return bool(_NAMES.search(name)) and not _REFERENCE.search(value)
