"""What an earlier report says of failures, as the present one knows it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from scanner.model.notes import Source

if TYPE_CHECKING:
    from scanner.model.nouns import Scope
    from scanner.model.reported import CheckInfo

#: Provider and id of an account.
Account = tuple[str, str]


class Identity(Struct, frozen=True, kw_only=True):
    """What tells which resource is meant, of one that may not have been seen in this scan."""

    kind: str
    title: str
    id: str
    name: str
    scope: "Scope"
    console_url: str = ""


class Former(Struct, frozen=True, kw_only=True):
    """A failure that an earlier report has. `observed` is when it was last seen to be one, `first_seen` when first.

    `why` says what keeps this scan from knowing whether it still is; empty where it is known to have ended.
    `as_before`: the earlier report did not know either, for the same reason.
    """

    fingerprint: str
    check: "CheckInfo"
    score: float
    message: str
    resource: Identity
    observed: datetime
    first_seen: datetime | None = None
    source: Source | None = None
    systems: tuple[str, ...] = ()
    why: str = ""
    as_before: bool = False


class AsBefore(Struct, frozen=True, kw_only=True):
    """How much of what a scan did not see the last one did not see either: of an account, for the same reason.

    `whole` says that this is all of it; of a scan that saw everything, too.
    """

    gaps: int = 0
    unknown: int = 0
    whole: bool = False


class Formers(Protocol):
    """Failures of an earlier report, read from disk one by one; in the order of findings.

    `begun` is the number of the last scan of a history that is known here, -1 without one.
    """

    begun: int

    def carried(self, account: Account | None = None) -> Iterator[Former]:
        """Those of which this scan does not know whether they still are ones, of one account or of all."""

    def fixed(self, account: Account) -> Iterator[Former]:
        """Those that were seen to be failures no more."""

    def gone(self, account: Account) -> Iterator[Former]:
        """Those whose resource was seen to be gone."""

    def carried_by_account(self) -> Mapping[Account, int]:
        """How many of the first there are in each account that has any."""

    def carried_as_before(self) -> int:
        """How many of the first the earlier report did not know of either, for the same reason."""

    def reasons(self, most: int, *, newly: bool = False) -> Sequence[tuple[str, int]]:
        """What keeps this scan from knowing of the first, and of how many: the most frequent.

        With `newly` without those that are as before.
        """

    def left_out(self, account: Account) -> Mapping[Account, Collection[str]]:
        """The regions that only earlier reports asked, where those of an account may have been found from."""


class NoFormers:
    """Of a report that knows no earlier one."""

    begun = -1

    def carried(self, _: Account | None = None) -> Iterator[Former]:
        return iter(())

    def fixed(self, _: Account) -> Iterator[Former]:
        return iter(())

    def gone(self, _: Account) -> Iterator[Former]:
        return iter(())

    def carried_by_account(self) -> Mapping[Account, int]:
        return {}

    def carried_as_before(self) -> int:
        return 0

    def reasons(self, _: int, *, newly: bool = False) -> Sequence[tuple[str, int]]:  # noqa: ARG002 - there are none
        return ()

    def left_out(self, _: Account) -> Mapping[Account, Collection[str]]:
        return {}
