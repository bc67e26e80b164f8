"""Google's error replies → `CallFailed`. Details hold no host, address or time: they must not differ between runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checks.gcp.client.refusals import REFUSALS
from checks.gcp.error_kinds import DISABLED, FORBIDDEN, NOT_FOUND, PRECONDITION, REFUSED
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import find
from scanner.model.sanitize import quote

_DISABLED = {DISABLED, "accessNotConfigured"}
_THROTTLED = {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
#: Reasons that say no more than the status: a permission may be missing.
_PLAIN = ("", FORBIDDEN, "IAM_PERMISSION_DENIED", "insufficientPermissions")
_PERMISSION = pattern(r"\b[a-z]+(?:\.[A-Za-z]+){2}\b(?=['\"]? (?:access|denied|permission))")
_NAME = pattern(r"\A[a-z]+(?:\.[A-Za-z]+){2}\Z")
#: How the API's being off is said where no code says it, and in whose project.
_UNUSED = pattern(r"has not been used in project (\S+) before or it is disabled")
_PLACE = pattern(r"\b(?:location|region)\b", re.IGNORECASE)


class ServiceDisabled(CallFailed):
    """The API is switched off in `consumer` (`projects/NUMBER`): the project that is asked, or the one that pays."""

    def __init__(self, consumer: str) -> None:
        super().__init__(Reason.NOT_ENABLED, "the API is not enabled", code=DISABLED, permission="")
        self.consumer = consumer


class Refused(CallFailed):
    """A refusal with a cause of its own: no permission of the operation would help. It is no sign of a stranger's."""


def elsewhere(failure: CallFailed) -> CallFailed:
    """An API that is off in another project than the one asked: in the one that the calls are charged to."""
    return CallFailed(failure.reason, f"{failure.detail} in the quota project", permission="")


def inside(body: Mapping[str, Any]) -> CallFailed:
    """An error in a reply whose status speaks of none: as bad as it says, and no answer that something is absent."""
    error = body["error"]
    code = error.get("code") if isinstance(error, Mapping) else None
    if not isinstance(code, int) or not 400 <= code < 600:
        return CallFailed(Reason.MALFORMED, "the reply has an error beside a status of success")
    said = from_reply(code, body)
    return CallFailed(said.reason, said.detail, retry=said.retry, permission=said.permission, extent=said.extent)


def from_reply(status: int, body: Any, retry_after: str | None = None) -> CallFailed:
    """What an error reply means. `body` is its parsed JSON, or None where it is not JSON.

    Where it is no error of Google's, it has no code: something on the way answered, which does not know what is there.
    """
    error = body.get("error") if isinstance(body, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    reason, metadata = _info(error)
    message = str(error.get("message", ""))
    unused = _UNUSED.search(message)
    if reason in _DISABLED or unused:
        consumer = f"projects/{unused[1]}" if unused else ""
        return ServiceDisabled(str(metadata.get("consumer") or consumer))
    if status == 429 or (status == 403 and reason in _THROTTLED):
        seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
        return CallFailed(Reason.THROTTLED, f"HTTP {status}", code=reason, retry=True, retry_after=seconds)
    if status in (400, 403) and (refusal := find(REFUSALS, reason, message)):
        return Refused(refusal.reason, refusal.detail, code=REFUSED, permission=refusal.permission)
    if not error and status in (403, 404):
        why = Reason.DENIED if status == 403 else Reason.MALFORMED
        return CallFailed(why, f"HTTP {status} without an error of Google's", permission="")
    if status == 401:
        detail = "the credentials were not accepted, nor was a new token; sign in again, or give the scanner others"
        return CallFailed(Reason.DENIED, detail, code="unauthenticated", permission="")
    if status == 403:
        named = metadata.get("permission") or _first(_PERMISSION, message)
        if named or reason in _PLAIN:
            said = f"{named} denied" if named else reason or FORBIDDEN
            # Google knows best what it takes, where it says so.
            return CallFailed(Reason.DENIED, said, code=FORBIDDEN, permission=_first(_NAME, str(named)) or None)
        return CallFailed(Reason.DENIED, _worded(f"HTTP {status} {reason}", message), code=FORBIDDEN, permission="")
    if status in (400, 404) and _PLACE.search(message):
        return CallFailed(Reason.UNSUPPORTED_REGION, "the service does not know this location", code=NOT_FOUND)
    if status == 404:
        return CallFailed(Reason.ERROR, "not found", code=NOT_FOUND)
    detail = " ".join(part for part in (f"HTTP {status}", str(error.get("status", "")) or reason) if part)
    code = PRECONDITION if not reason and error.get("status") == PRECONDITION else reason
    return CallFailed(
        Reason.ERROR, detail if status >= 500 else _worded(detail, message), code=code, retry=status >= 500
    )


def _worded(detail: str, message: str) -> str:
    """What is known of an unknown error, with the provider's own words for it."""
    return f"{detail}: {quote(message)}" if message else detail


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
