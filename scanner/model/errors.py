"""Errors that a user can act on, whose message the command line prints without a traceback, and failures of calls."""

from scanner.model.exits import Exit
from scanner.model.nouns import Extent, Reason
from scanner.model.sanitize import quote

#: A detail may hold a cause, a remedy and a name beside what the provider says.
_LONGEST = 1000


class InputError(Exception):
    """Wrong usage or configuration: the message names the file or option and the fix. Exit code 2."""

    exit_code = Exit.USAGE

    @property
    def shown(self) -> tuple[str, ...]:
        """What is said of it: one line, unless several things are wrong at once."""
        return (str(self),)


class NotWritten(InputError):
    """What was made cannot be put where it was to go; nothing is there now that was not there before."""


class NotThere(InputError):
    """There is no object of that name, or no bucket."""


class NotKept(InputError):
    """What is observed or found cannot be kept on disk while it is needed: the disk is full, or cannot be written."""


class CannotScan(Exception):
    """The scan could not run at all: no credentials, a missing SDK, no scope, nothing reachable. Exit code 3."""

    exit_code = Exit.CANNOT_SCAN


def how_to_install(extra: str, *, again: bool = False) -> str:
    """What to run for an extra, the end of a sentence; `again` where pip believes that all of it is there.

    By path: no index has the scanner, so that whatever bears its name there is another's.
    """
    return f"in your copy of mlposture, run: pip install {'--force-reinstall ' if again else ''}'.[{extra}]'"


class CallFailed(Exception):
    """A provider call that gave no reply. `retry` says whether asking again may help, `retry_after` when (seconds).

    Whatever is told of it (`detail`, `code`) goes through `quote` here, for a provider chooses the words.
    `permission` is the one that would help: None for the operation's own, empty where no permission would. `extent` is
    how much it holds for, in `account` (empty for the one that asks).
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
        extent: Extent = Extent.OPERATION,
        account: str = "",
    ) -> None:
        self.reason = reason
        self.detail = quote(detail, _LONGEST)
        self.code = quote(code)
        super().__init__(self.detail)
        self.retry = retry
        self.retry_after = retry_after
        self.permission = permission
        self.extent = extent
        self.account = account

    def remedy(self, own: str) -> str:
        """The permission that would help; `own` is the operation's. Empty where none would: after all but a denial."""
        if self.permission is not None:
            return self.permission
        return own if self.reason is Reason.DENIED else ""

    def again(self) -> "CallFailed":
        """The same, for a call that was not made because it would be refused alike."""
        return CallFailed(self.reason, self.detail, code=self.code, permission=self.permission, extent=self.extent)
