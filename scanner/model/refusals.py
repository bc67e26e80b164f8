"""Why a provider refuses: each cause with the provider's own words for it, and the remedy that would work.

Each provider has one table of these, the most specific causes first.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.model.errors import CallFailed
from scanner.model.nouns import Extent, Reason


class Refusal(Struct, frozen=True, kw_only=True):
    """One cause. A reply has it if it has one of the `codes`, or if `words` are in its message, whatever its code.

    `says` are messages as the provider writes them, where it takes words to tell. `permission` is the one that would
    help: None for the operation's own, empty where no permission would. `extent` is how much the refusal holds for.
    """

    cause: str
    remedy: str
    source: str
    reason: Reason = Reason.DENIED
    codes: tuple[str, ...] = ()
    words: re.Pattern[str] | None = None
    says: tuple[str, ...] = ()
    permission: str | None = ""
    extent: Extent = Extent.OPERATION

    @property
    def detail(self) -> str:
        """What a gap says of it, but for the code: the same in every run."""
        return f"{self.cause}: {self.remedy}"

    def failure(self, code: str, *, named: str = "", account: str = "", retry_after: float | None = None) -> CallFailed:
        """The failed call that it is the cause of; `named` is what the reply names as having refused."""
        said = ", ".join(filter(None, (code, named)))
        return CallFailed(
            self.reason,
            f"{self.cause} ({said}): {self.remedy}" if said else self.detail,
            code=code,
            retry=self.reason is Reason.THROTTLED,
            retry_after=retry_after,
            permission=self.permission,
            extent=self.extent,
            account=account,
        )


#: Cause, how the provider says it, remedy, and where that is documented.
Row = tuple[str, str, str, str]


def find(table: Iterable[Refusal], code: str, message: str) -> Refusal | None:
    """The first cause in a table that a reply with this code and message has."""
    return next((one for one in table if code in one.codes or (one.words and one.words.search(message))), None)


def rows(table: Iterable[Refusal]) -> Iterator[Row]:
    """A table as documentation shows it."""
    for one in table:
        yield one.cause, ", ".join([*one.codes, *(f'"{message}"' for message in one.says)]), one.remedy, one.source
