"""Errors that a user can act on, whose message the command line prints without a traceback, and failures of calls."""

from scanner.model.nouns import Reason


class InputError(Exception):
    """Wrong usage or configuration: the message names the file or option and the fix. Exit code 2."""

    exit_code = 2


class NotWritten(InputError):
    """What was made cannot be put where it was to go; nothing is there now that was not there before."""


class CannotScan(Exception):
    """The scan could not run at all: no credentials, a missing SDK, no scope, nothing reachable. Exit code 3."""

    exit_code = 3


class CallFailed(Exception):
    """A provider call that gave no reply. `retry` says whether asking again may help, `retry_after` when (seconds).

    `permission` is the one that would help: None for the operation's own, empty where no permission would.
    """

    def __init__(
        self,
        reason: Reason,
        detail: str,
        *,
        code: str = "",
        retry: bool = False,
        retry_after: float | None = None,
        permission: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.code = code
        self.retry = retry
        self.retry_after = retry_after
        self.permission = permission

    def remedy(self, own: str) -> str:
        """The permission that would help; `own` is the operation's. Empty where none would."""
        return own if self.permission is None else self.permission
