"""What GitHub refused, in one sentence: the repository, the cause, and what to do."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from email.message import Message

from msgspec import Struct

from scanner.model.errors import CannotScan, InputError

_EVENTS = (
    "security-events: write among the permissions of a workflow, Code scanning alerts: write of a fine-grained token, "
    "or the scope security_events of a classic one"
)
_CONTENTS = (
    "contents: read among the permissions of a workflow, Contents: read of a fine-grained token, or the scope repo of "
    "a classic one; or give --ref and --commit"
)


class Act(enum.Enum):
    """What was asked of a repository, in words, and the permission that it takes."""

    UPLOAD = "the upload", _EVENTS
    STATUS = "asking what became of the upload", _EVENTS
    ALERTS = "listing the alerts", _EVENTS
    SET = "changing the state of an alert", _EVENTS
    HEAD = "asking for the head of the default branch", _CONTENTS

    @property
    def doing(self) -> str:
        return self.value[0]

    @property
    def needs(self) -> str:
        return self.value[1]


class Refusal(Struct, frozen=True):
    """A reply that is none. `limit` are the seconds until a limit of requests is over, None if it was none."""

    status: int
    headers: Message
    said: str
    limit: float | None = None


#: Status → cause and what to do, and whether another file may fare better.
_BY_STATUS: dict[int, tuple[str, str, bool]] = {
    400: ("it is not as GitHub wants it", "--validate has GitHub say more of a file", True),
    401: ("the token is not valid, or has expired", "get a new one", False),
    409: ("the repository has no commit yet", "push one", False),
    413: ("the file is too large", "scan fewer accounts a file, or raise --min-severity", True),
    422: ("GitHub cannot use it", "give a --ref and a --commit that are in the repository, pushed before this", True),
    429: ("too many requests were made with this token", "try again later", False),
}
_MOVED = (
    "GitHub refers to another address",
    "name the repository as it is called now; the token is not sent on",
    False,
)
_DOWN = ("GitHub could not do it, however often it was asked", "try again later", False)


def refused(refusal: Refusal, act: Act, repo: str) -> InputError | CannotScan:
    """The error to raise: InputError where another file may fare better, CannotScan where none will."""
    status = refusal.status
    if refusal.limit is not None:
        until = (datetime.now(UTC) + timedelta(seconds=refusal.limit)).strftime("%H:%M:%S")
        cause, advice, other = _BY_STATUS[429][0], f"try again after {until} UTC", False
    elif status in (403, 404):
        cause, advice = _forbidden(refusal, act) if status == 403 else _not_found(act)
        other = False
    elif status in _BY_STATUS:
        cause, advice, other = _BY_STATUS[status]
    else:
        cause, advice, other = _MOVED if 300 <= status < 400 else _DOWN
    said = f" (HTTP {status}: {refusal.said})" if refusal.said else f" (HTTP {status})"
    return (InputError if other else CannotScan)(f"{repo}: {act.doing} failed: {cause}{said}; {advice}")


def _forbidden(refusal: Refusal, act: Act) -> tuple[str, str]:
    said = refusal.said.lower()
    if refusal.headers.get("X-GitHub-SSO") or "saml" in said:
        return "the token is not authorised for the organisation", "authorise it for single sign-on"
    if "archived" in said:
        return "the repository is archived and takes nothing", "name another"
    if "advanced security" in said or "code scanning is not enabled" in said or "code security must be" in said:
        where = "in the settings of the repository, under Advanced Security"
        return "code scanning is not enabled", f"an administrator enables it {where} (a private one needs the licence)"
    return "the token may not", f"it needs {act.needs}; that of a pull request from a fork never has it"


def _not_found(act: Act) -> tuple[str, str]:
    if act is Act.STATUS:
        return "GitHub does not know the upload any more", "look at the code scanning page of the repository"
    return "there is no such repository, or this token does not see it", f"check the name, and that it has {act.needs}"
