"""Google's error replies → `CallFailed`. Details hold no host, address or time: they must not differ between runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checks.gcp.error_kinds import DISABLED, FORBIDDEN, NOT_FOUND
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

_DISABLED = {DISABLED, "accessNotConfigured"}
_THROTTLED = {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
_PERMISSION = pattern(r"\b[a-z]+(?:\.[A-Za-z]+){2}\b(?=['\"]? (?:access|denied|permission))")
_PLACE = pattern(r"\b(?:location|region)\b", re.IGNORECASE)


class ServiceDisabled(CallFailed):
    """The API is switched off in `consumer` (`projects/NUMBER`): the project that is asked, or the one that pays."""

    def __init__(self, consumer: str) -> None:
        super().__init__(Reason.NOT_ENABLED, "the API is not enabled", code=DISABLED)
        self.consumer = consumer


def from_reply(status: int, body: Any, retry_after: str | None = None) -> CallFailed:
    """What an error reply means. `body` is its parsed JSON, or None where it is not JSON."""
    error = body.get("error") if isinstance(body, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    reason, metadata = _info(error)
    message = str(error.get("message", ""))
    if reason in _DISABLED:
        return ServiceDisabled(str(metadata.get("consumer", "")))
    if status == 429 or (status == 403 and reason in _THROTTLED):
        seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
        return CallFailed(Reason.THROTTLED, f"HTTP {status}", code=reason, retry=True, retry_after=seconds)
    if status == 401:
        return CallFailed(Reason.DENIED, "the credentials were not accepted", code="unauthenticated")
    if status == 403:
        named = metadata.get("permission") or _first(_PERMISSION, message)
        return CallFailed(Reason.DENIED, f"{named} denied" if named else reason or FORBIDDEN, code=FORBIDDEN)
    if status in (400, 404) and _PLACE.search(message):
        return CallFailed(Reason.UNSUPPORTED_REGION, "the service does not know this location", code=NOT_FOUND)
    if status == 404:
        return CallFailed(Reason.ERROR, "not found", code=NOT_FOUND)
    detail = " ".join(part for part in (f"HTTP {status}", str(error.get("status", "")) or reason) if part)
    return CallFailed(Reason.ERROR, detail, code=reason, retry=status >= 500)


def _info(error: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Reason and metadata of an error: from its ErrorInfo, else from the older list that Cloud Storage still sends."""
    for detail in _objects(error.get("details")):
        if str(detail.get("@type", "")).endswith("ErrorInfo"):
            metadata = detail.get("metadata")
            return str(detail.get("reason", "")), metadata if isinstance(metadata, Mapping) else {}
    for older in _objects(error.get("errors")):
        return str(older.get("reason", "")), {}
    return "", {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else iter(())


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
