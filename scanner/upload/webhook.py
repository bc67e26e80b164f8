"""A message to a webhook of the user's: signed, sent again where that may help, and never for ever.

Signed as Standard Webhooks 1.0 has it (https://www.standardwebhooks.com), for which receivers have libraries:
HMAC-SHA256 over id, time and body. The id, in `webhook-id`, is the same however often a message is sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Event
from urllib.parse import unquote, urlsplit

from scanner import HOME, __version__
from scanner.calls.bounds import Bounds
from scanner.calls.clock import Clock
from scanner.model import own
from scanner.model.errors import CannotScan, InputError
from scanner.model.patterns import pattern
from scanner.model.proxies import NETWORK
from scanner.upload.sending import Broken, Reply, Sender, checked

#: Where the key is.
KEY = "MLPOSTURE_NOTIFY_KEY"
#: Bytes of a reply, of which only the status counts.
_REPLY = 2**16
#: Seconds that an attempt may take, and before the next ones.
ATTEMPT = 15.0
_PAUSES = (1.0, 4.0, 15.0)
#: Who wants to be left alone for longer is.
_LONGEST_PAUSE = 60.0
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_PREFIX = "whsec_"
#: What parts an address, and what is in it by chance: of small letters, capitals and digits, or long in hexadecimal.
_PARTS = pattern(r"[/?&=#:@]")
_TOKEN = pattern(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[\w.~%+-]{16,}|(?=.*[a-f])(?=.*[0-9])[0-9a-f]{24,}")
#: Bytes that a key may have.
_LEAST, _MOST = 24, 64


class Webhook:
    """One address. Without a key, nothing is signed. `clock` is what is waited by."""

    def __init__(self, url: str, option: str, key: bytes | None, clock: Clock) -> None:
        """Raises InputError for an address that no message may be sent to; `option` is where it was given."""
        own.note(*_tokens(url))  # before anything is said of it
        self._url = checked(url, option, example="https://HOST/PATH", what="the message", hidden=True)
        self._key = key
        self._clock = clock
        self._sender = Sender(url, Bounds(call_seconds=ATTEMPT, reply_bytes=_REPLY))
        # The rest of an address is a credential where it says who may send.
        self._name = f"the webhook at {urlsplit(url).netloc}"

    def send(self, id: str, body: bytes, patient: Callable[[], bool] = lambda: True) -> None:
        """Deliver. Raises CannotScan where nobody took it, InputError where it was refused; neither shows the reply.

        There is another attempt only while `patient`.
        """
        for pause in (*_PAUSES, None):
            try:
                reply = self._sender.send(self._request(id, body), read=False)
            except Broken as error:
                if pause is None or not patient():
                    raise CannotScan(f"{self._name} did not answer ({error}); {NETWORK}") from error
                self._wait(pause)
                continue
            if 200 <= reply.status < 300:
                return
            wanted = _wanted(reply)
            if pause is None or reply.status not in _AGAIN or wanted > _LONGEST_PAUSE or not patient():
                raise self._refused(reply.status, wanted)
            self._wait(max(pause, wanted))
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, seconds: float) -> None:
        self._clock.wait(Event(), seconds)

    def _request(self, id: str, body: bytes) -> urllib.request.Request:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"mlposture/{__version__} (+{HOME})",
            "webhook-id": id,
            "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
        }
        if self._key is not None:
            headers["webhook-signature"] = signature(self._key, id, headers["webhook-timestamp"], body)
        # `checked` has seen to it that this leads to where a message may go.
        return urllib.request.Request(self._url, data=body, method="POST", headers=headers)  # noqa: S310

    def _refused(self, status: int, wanted: float) -> Exception:
        said = f"{self._name} answered {status}{_phrase(status)}"
        if status in _AGAIN:
            later = f", and asks to be left alone for {wanted:.0f} s" if wanted > _LONGEST_PAUSE else ""
            return CannotScan(f"{said}{later}: the message was not taken")
        if 300 <= status < 400:
            return InputError(f"{said}, which leads elsewhere: redirects are not followed; give the address itself")
        if status == HTTPStatus.GONE:
            return InputError(f"{said}: it wants no message any more; leave it out, or give the new address")
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return InputError(f"{said}: compare {KEY} with the key that the receiver has")
        return InputError(f"{said}: it does not take this message; look at the address")


def _tokens(url: str) -> Iterator[str]:
    """What in an address says who may send, as those of chat services have it, wherever it stands there.

    Names and numbers are none: an account or a tenant that is part of the path would be hidden in all reports.
    """
    for part in _PARTS.split(url):
        for text in {part, unquote(part)}:
            if _TOKEN.fullmatch(text):
                yield text


def signature(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    """What `webhook-signature` holds of a message."""
    made = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


def read_key(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """The key of the environment, None without one. Raises InputError."""
    text = environment.get(KEY, "").strip()
    if not text:
        return None
    own.note(text, text.removeprefix(_PREFIX))
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise InputError(
            f"{KEY}: holds no key, which is {_PREFIX} and {_LEAST} to {_MOST} random bytes in base64: "
            f'echo "{_PREFIX}$(openssl rand -base64 32)" makes one'
        )
    return key


def _wanted(reply: Reply) -> float:
    """Seconds for which the receiver asks to be left alone."""
    after = reply.headers.get("Retry-After", "")
    return float(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0.0


def _phrase(status: int) -> str:
    """What a status is called, in our words: those of a reply are not ours to print."""
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
