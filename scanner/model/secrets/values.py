"""How much a value looks like a secret, whatever it is called."""

import re
from enum import IntEnum

from scanner.model.patterns import pattern


class Looks(IntEnum):
    """What a value looks like; the later, the more like a secret."""

    #: a number, a switch, a path, an address, a reference to what is kept elsewhere, a blank to be filled in
    NOTHING = 0
    #: several words, such as the name of something
    WORDS = 1
    #: one word
    WORD = 2
    #: letters, digits and signs as no word has them
    ODD = 3
    #: long, and as only a generator writes
    GENERATED = 4


_SHORTEST = 4
_PLAIN = pattern(
    r"[-+]?(?:\d[\d.,_]*|\.\d+)(?:e[-+]?\d+)?(?:\s?(?:%|[kmgt]i?b?|ms|s|min|h|d|w|x))?"  # numbers, sizes, times
    r"|\d{4}-\d\d-\d\d(?:[t ][\d:.]+(?:z|[-+][\d:]+)?)?"
    r"|[-+]?(?:inf|infinity|nan)"
    r"|true|false|yes|no|on|off|enabled?|disabled?|auto|automatic|default|always|never|required|optional|prompt|ask"
    r"|none|null|nil|undefined|unset|empty|blank|n/?a|tbd|todo|fixme|unused|ignored?|placeholder|redacted|masked|hidden"
    r"|sha(?:256|384|512)[:-].*"
    r"|(.)\1*(?<=[x*.•#?_0-])",  # one sign again and again, as blanks are filled
    re.IGNORECASE,
)
_BLANK = pattern(
    r"(?:your|insert|enter|put|fill|add|type)[-_ ].*|(?:change|replace)[-_]?me.*"
    r"|(?:change|replace|fill|edit|update|set)[-_ ]?(?:me|this|with|in)(?![a-z]).*"
    r"|(?:replace|change|set|fill|to[-_ ]be)(?=.*\Z)[-_ ].*[-_ ](?:me|your|the|here|in|later)(?![a-z]).*"
    r"|.*[-_](?:x{6,}|\*{3,})|(?>\S*?x{8})\S*+"
    r"|.*[-_ ](?:goes[-_ ])?here|(?:sk-)?(?:dummy.*|fake(?:[-_ ].*)?)"
    r"|ollama|lm-studio|anything"  # what servers of models on the same machine are given, and do not look at
    r"|(?:sk-)?(?:not|no)[-_ ](?:needed|required|used|set|key|token|password|auth|applicable|available)(?![a-z]).*",
    re.IGNORECASE,
)
_REFERENCE = pattern(
    r"(?:arn|ssm|aws-?ssm|secrets?-?manager|awssm|gcp-?sm|sm|vault|key-?vault|akv|azure-?key-?vault|key-?vault-?ref"
    r"|secret-?ref|ref\+\w+|op|env|file|k8s|kubernetes|azureml|urn|doppler|infisical|berglas|sops|secrets?):\S*"
    r"|op://.+|[a-z][a-z0-9+.\-]*://\S*"  # what a URL carries is asked of its shape and of its query
    r"|ENC\[.*\]|ENC\(.*\)|AQICAH[\w+/=]{20,}"  # encrypted, the last by AWS KMS
    r"|projects/\S+|subscriptions/\S+|@microsoft\.\w+\(.*|!(?:ref|sub|getatt)\b.*"
    r"|[\w\-]+[:@](?:latest|v?\d+)"  # a secret and its version
    r"|[a-z]:\\.*|-----begin (?:certificate|public key|ssh2 public key).*"
    r"|(?:.*[:\s])?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-\S{1,60}|sk-\S{1,60}@openssh\.com)\s+AAAA.*",
    re.IGNORECASE | re.DOTALL,
)
#: What stands for a value that is filled in later; of nested ones the innermost.
_EXPRESSION = pattern(
    r"\$\{\{[^{}]{0,300}\}\}|\{\{[^{}]{0,300}\}\}|\$\{[^{}]{0,300}\}|\$\([^()]{0,300}\)|`[^`]{0,300}`|<[^<>]{1,300}>|\{\w{1,60}\}"
    r"|%\(\w{1,60}\)s|%[A-Z][A-Z0-9_]{0,60}%|\[[A-Za-z_ ]{1,60}\]|__[A-Z][A-Z0-9_]{0,60}__"
    r"|(?<![0-9A-Za-z])(?:@@?[A-Za-z][\w.]{0,60}@@?|\([a-z_ ]{1,60}\))(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)(?![0-9A-Za-z_])"
)
#: `--env=NAME=value`
_SETTING = pattern(r"(?:-{0,2}[A-Za-z_][\w.\-]*=)+(?!=)(.+)")
#: A user that services come with, and a password: `root:Milvus`. Of an administrator some words are scopes.
_LOGIN = pattern(
    r"(?:root|db_admin|admin(?!:(?:read|write|org|repo|public|enterprise|gpg|ssh|full|all|none|view)\w*\Z))"
    r":([^\s:/<>${}\[\]*]{4,})"
)
_PART = r"(?:[A-Za-z]+\d{0,4}|\d+[A-Za-z]{0,8})"
_WORDS = pattern(rf"{_PART}(?:[-_./:,@ ]+{_PART})*")
_PIECE = pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_RUN = pattern(r"[0-9A-Za-z]{12,}")
#: Letters of one case, or digits, that stand together in what a generator writes: about two on average.
_SHORT_PIECES = 2.7


def looks(value: str) -> Looks:
    """What a value looks like, taken as a whole."""
    parts = [_SETTING.fullmatch(part) for part in re.split(r"[;,\s]+", value.strip())]
    if all(parts):
        return max(_looks(part[1]) for part in parts if part)
    return _looks(value)


def _looks(value: str) -> Looks:
    text = value.strip().strip("\"'\\")
    login = _LOGIN.fullmatch(text)
    if login and not _BLANK.fullmatch(login[1]):
        return Looks.ODD
    if _is_nothing(text):
        return Looks.NOTHING
    rest = text
    for _ in range(3):
        rest = _EXPRESSION.sub("", rest)
    if rest != text:
        rest = rest.strip("-_./:,@ ")
        return Looks.NOTHING if _is_nothing(rest) or _is_wordy(rest) else Looks.ODD
    if _is_generated(text):
        return Looks.GENERATED
    if not _is_wordy(text):
        return Looks.ODD
    return Looks.WORD if text.isalnum() and len(_PIECE.findall(text.rstrip("0123456789"))) == 1 else Looks.WORDS


def _is_nothing(text: str) -> bool:
    return (
        len(text) < _SHORTEST
        or any(kind.fullmatch(text) is not None for kind in (_PLAIN, _BLANK, _REFERENCE))
        or _is_path(text)
    )


def _is_path(text: str) -> bool:
    """`/run/secrets/db`, `prod/churn/db`; not base64 that happens to hold or to begin with a slash."""
    if "/" not in text:
        return False
    segments = [segment for segment in text.lstrip("~.").split("/") if segment]
    wordy = sum(_is_wordy(segment) for segment in segments)
    return wordy == len(segments) or (text[0] in "/.~" and wordy * 2 > len(segments))


def _is_wordy(text: str) -> bool:
    return _WORDS.fullmatch(text) is not None and not any(_is_jumbled(word) for word in re.findall("[A-Za-z]+", text))


def _is_jumbled(word: str) -> bool:
    """Upper and lower case as no camel has them."""
    pieces = len(_PIECE.findall(word))
    return pieces > 2 and len(word) < _SHORT_PIECES * pieces


def _is_generated(text: str) -> bool:
    if len(text) < 16 or len(text.split()) > 1 or _UUID.fullmatch(text):
        return False
    if _HEX.fullmatch(text) and not (text.isalpha() or text.isdigit()):
        return True
    return any(len(run) < _SHORT_PIECES * len(_PIECE.findall(run)) for run in _RUN.findall(text))


_HEX = pattern(r"[0-9a-f]{24,}|[0-9A-F]{24,}")
_UUID = pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
