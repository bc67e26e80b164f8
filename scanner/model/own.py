"""The credentials that this process uses, remembered so that they stay out of all that it writes.

A provider, or something before it, may quote in a reply what it was sent: AWS does where a signature does not match.
What is quoted may be a part, in another encoding, or broken into lines, so texts are compared piece by piece.
"""

import binascii
import html
import os
import re
import threading
from base64 import b64decode
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from scanner.model.patterns import pattern
from scanner.model.secrets.names import NEVER, needed

HIDDEN = "[a credential of this scan; redacted]"

#: Letters and digits that are compared at a time, and how far apart those remembered of a credential begin: whatever
#: has one and the other in a row together is found.
_PIECE, _STEP = 16, 4
#: A password with fewer of them cannot be told from a word.
_LEAST = 8
#: Pieces that have to be found across words, where three of them in a row may be those of a passphrase.
_ACROSS = 3
#: How often a text is decoded: a header in base64 may stand in an address.
_DEPTH = 2

_WORD = pattern(r"[^\s'\"]+")
_OTHERS = pattern(r"[\W_]+")
_BASE64 = pattern(r"[0-9A-Za-z+/_-]{16,}")
_HEX = pattern(r"[0-9A-Fa-f]{24,}")
_ESCAPED = pattern(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)")
#: Headers that hold nothing but a credential, or one at their end: `Bearer …`, `AWS4-HMAC-SHA256 …, Signature=…`.
_HEADERS = ("authorization", "proxy-authorization", "x-amz-security-token")
_AT_END = pattern(r"(?:\s|^)(\S+)$")
_SIGNATURE = pattern(r"\bSignature=([0-9a-f]+)$")
_DIGITS = pattern(r"[0-9a-f]{16,}")
#: Variables that hold a credential and are not called so, and proxies, whose addresses may.
_VARIABLES = ("IDENTITY_HEADER",)
#: Names of places, whatever these variables are called: a file that is missing has to be named. Not what is put there
#: instead of a name.
_PLACES = ("PWD", "OLDPWD", "GOOGLE_APPLICATION_CREDENTIALS")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
#: What an OAuth token is asked for with, whatever the kind of grant.
_GRANTS = ("assertion", "client_assertion", "client_secret", "refresh_token", "subject_token", "actor_token", "code")

_lock = threading.Lock()
_known: set[str] = set()
_pieces: set[str] = set()
_short: tuple[str, ...] = ()
#: How they begin, as text and in UTF-8.
_starts: tuple[str, ...] = ()
_marks: tuple[bytes, ...] = ()
#: Signatures are many, and each is good for one request and some minutes: of calls in flight, and those just before.
_signatures: deque[str] = deque(maxlen=256)


def note(*credentials: str | None) -> None:
    """Remember what must not be written. Costs next to nothing for what is known already."""
    for text in credentials:
        if text and text not in _known:
            _remember(text)


def _remember(text: str) -> None:
    global _short, _starts, _marks  # noqa: PLW0603 - what a process uses is a fact about the process
    bare = _bare(text)
    with _lock:
        _known.add(text)
        if len(bare) < _LEAST:
            return
        if len(bare) < _PIECE:
            _short = (*_short, bare)
        else:
            last = len(bare) - _PIECE
            _pieces.update(bare[start : start + _PIECE] for start in (*range(0, last, _STEP), last))
        start = text[:_PIECE]
        if start not in _starts:
            _starts = (*_starts, start)
            _marks = (*_marks, start.encode("utf-8", "backslashreplace"))


def note_headers(headers: Mapping[str, object]) -> None:
    """Remember the credentials in the headers of a request."""
    for name, value in headers.items():
        if name.lower() in _HEADERS:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            if signed := _SIGNATURE.search(text):
                _signatures.append(signed[1])
                continue
            note(text if name.lower() == _HEADERS[-1] else "".join(_AT_END.findall(text)[-1:]))


def note_grant(body: object) -> None:
    """Remember the credentials in the form that a token is asked for with."""
    if isinstance(body, bytes):
        note(*(value for name, value in parse_qsl(body.decode("latin-1")) if name in _GRANTS))


def note_environment() -> None:
    """Remember the credentials that variables of the environment hold, or that are in files which they name."""
    for name, value in os.environ.items():
        if name.upper().endswith("TOKEN_FILE"):
            with suppress(OSError, ValueError):
                note(Path(value).read_bytes()[:65536].decode().strip())
        elif name.lower() in _PROXIES:
            with suppress(ValueError):
                note(unquote(urlsplit(value).password or ""))
        elif name in _VARIABLES or (needed(name) < NEVER and not _is_place(name, value)):
            note(value)


def _is_place(name: str, text: str) -> bool:
    """Whether a variable says where something is kept. A credential may be longer than any name of a file."""
    if name in _PLACES and not text.lstrip().startswith("{"):
        return True
    return os.path.exists(text)  # noqa: PTH110 - which raises for such a name


def may_quote(text: str) -> bool:
    """Whether a text holds the beginning of one of them, as it is: one fast look, for texts that are many."""
    for start in _starts:  # noqa: SIM110 - this is called for every string of a report, and is twice as fast
        if start in text:
            return True
    return False


def may_be_in(document: bytes) -> bool:
    """The same for JSON text."""
    for mark in _marks:  # noqa: SIM110 - as above
        if mark in document:
            return True
    return False


def hide(text: str) -> str:
    """Text without any of them, nor a part of one, in whatever encoding: without the words that hold it, or all."""
    if not (_starts or _signatures) or not _quotes(text):
        return text
    text = _WORD.sub(lambda word: HIDDEN if _quotes(word[0]) else word[0], text)
    broken = text.replace(HIDDEN, " ")  # into lines, perhaps
    return HIDDEN if _pieces_in(broken) >= _ACROSS else text


def _quotes(text: str, depth: int = _DEPTH) -> bool:
    if _pieces_in(text) or (_short and any(short in _bare(text) for short in _short)):
        return True
    return depth > 0 and any(_quotes(other, depth - 1) for other in _decoded(text) if other != text)


def known() -> int:
    """How many are remembered: what was made of a text holds until there are more."""
    return len(_known)


def _pieces_in(text: str) -> int:
    bare = _bare(text)
    count = sum([bare[start : start + _PIECE] in _pieces for start in range(len(bare) - _PIECE + 1)])
    if _signatures and (runs := _DIGITS.findall(bare)):
        recent = " ".join(_signatures.copy())
        count += sum(run[start : start + _PIECE] in recent for run in runs for start in range(len(run) - _PIECE + 1))
    return count


def _bare(text: str) -> str:
    """What stays of a text that is escaped, wrapped or in capitals: its letters and digits."""
    return _OTHERS.sub("", text).lower()


def _decoded(text: str) -> Iterator[str]:
    """What a text may stand for."""
    if "%" in text:
        yield unquote(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPED.sub(_unescaped, text)
    for run in _BASE64.findall(text):
        if run in (run.lower(), run.upper()):
            continue  # a name: nearly all base64 of that length has capitals and small letters
        whole = run.replace("-", "+").replace("_", "/")
        for start in range(4):  # nobody knows where it began
            some = whole[start:]
            with suppress(binascii.Error, ValueError):
                yield b64decode(some[: len(some) // 4 * 4]).decode("latin-1")
    for run in _HEX.findall(text):
        for start in range(2):
            some = run[start:]
            yield bytes.fromhex(some[: len(some) // 2 * 2]).decode("latin-1")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else found[3]
