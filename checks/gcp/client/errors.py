"""Google's error replies → `CallFailed`. Details hold no host, address or time: they must not differ between runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from checks.gcp.error_kinds import DISABLED, FORBIDDEN, NOT_FOUND, REFUSED
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

_DISABLED = {DISABLED, "accessNotConfigured"}
_THROTTLED = {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
_PERMISSION = pattern(r"\b[a-z]+(?:\.[A-Za-z]+){2}\b(?=['\"]? (?:access|denied|permission))")
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


class _Refusal(Struct, frozen=True):
    """What Google says, as a code or else in words, what that means, and the permission that would help, if any."""

    codes: frozenset[str]
    words: str
    reason: Reason
    detail: str
    permission: str = ""


#: Codes are of google.api.ErrorReason (cloud.google.com/apis/design/errors) and of Cloud Storage's JSON API
#: (cloud.google.com/storage/docs/json_api/v1/status-codes); older replies have the words alone.
_REFUSALS = (
    _Refusal(
        frozenset({"SECURITY_POLICY_VIOLATED", "vpcServiceControls"}),
        r"vpcServiceControls|prohibited by organization's policy",
        Reason.DENIED,
        "refused by VPC Service Controls: the service perimeter lacks an ingress rule or access level for the scanner",
    ),
    _Refusal(
        frozenset({"ORG_RESTRICTION_VIOLATION"}),
        r"organization restrictions",
        Reason.DENIED,
        "refused by the organization restrictions of the network that the scanner runs in",
    ),
    _Refusal(
        frozenset({"USER_PROJECT_DENIED", "UserProjectAccessDenied"}),
        r"permission to use project|serviceusage\.services\.use",
        Reason.DENIED,
        "the quota project of the credentials may not be used: grant its use, or set another quota project",
        "serviceusage.services.use",
    ),
    _Refusal(
        frozenset({"CONSUMER_INVALID", "UserProjectInvalid"}),
        r"(?!)",
        Reason.NOT_ENABLED,
        "the quota project of the credentials does not exist: set another quota project",
    ),
    _Refusal(
        frozenset({"UserProjectMissing", "requesterPays"}),
        r"requester pays",
        Reason.DENIED,
        "the bucket is set to Requester Pays, and the scanner names no project to be billed",
    ),
    _Refusal(
        frozenset({"BILLING_DISABLED"}),
        r"billing to be enabled|(?:absent|closed|disabled) billing account|billing account .{0,80}(?:disabled|closed)",
        Reason.NOT_ENABLED,
        "billing is disabled for the project: link it to an open billing account",
    ),
    _Refusal(
        frozenset({"accountDisabled", "CONSUMER_SUSPENDED", "GCP_SUSPENDED"}),
        r"has been (?:suspended|disabled)",
        Reason.NOT_ENABLED,
        "the account or project that owns it is disabled: its owner has to restore it",
    ),
    _Refusal(
        frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}),
        r"insufficient authentication scopes",
        Reason.DENIED,
        "the access token has too narrow a scope: it takes cloud-platform.read-only",
    ),
)
_WORDS = tuple(pattern(refusal.words, re.IGNORECASE) for refusal in _REFUSALS)


def elsewhere(failure: CallFailed) -> CallFailed:
    """An API that is off in another project than the one asked: in the one that the calls are charged to."""
    return CallFailed(failure.reason, f"{failure.detail} in the quota project", permission="")


def from_reply(status: int, body: Any, retry_after: str | None = None) -> CallFailed:
    """What an error reply means. `body` is its parsed JSON, or None where it is not JSON."""
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
    if status in (400, 403) and (refusal := _refusal(reason, message)):
        return Refused(refusal.reason, refusal.detail, code=REFUSED, permission=refusal.permission)
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


def _refusal(code: str, message: str) -> _Refusal | None:
    for refusal in _REFUSALS:
        if code in refusal.codes:
            return refusal
    return next((known for known, words in zip(_REFUSALS, _WORDS, strict=True) if words.search(message)), None)


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
