"""What is known of a finding beside its check and its resource: where it was made, and what was decided of it."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

#: Before it ends, an entry is shown for so long.
SOON = timedelta(days=14)


class Site(Struct, frozen=True, kw_only=True):
    """A line of the sources, and what stands there."""

    #: relative to the root of the sources, with slashes
    uri: str
    #: from 1
    line: int
    #: as the tool calls it: `module.chat["a"].aws_sagemaker_endpoint.this`
    address: str


class Source(Site, frozen=True, kw_only=True):
    """Where infrastructure as code declares a resource: the line that must change, or the block that lacks one."""

    #: of the attribute, or of the block; from 1
    column: int = 1
    #: the first and the last line of the block
    block: tuple[int, int] = (1, 1)
    #: the attribute that is there, such as `vpc_config.subnets`; empty where the line is that of the block
    attribute: str = ""
    #: the line itself, without the blanks around it
    text: str = ""
    #: the calls of modules that lead there, the outermost first
    calls: tuple[Site, ...] = ()


class Checkout(Struct, frozen=True, kw_only=True):
    """The version of the sources that lines are of, as far as the folder says: empty where it does not."""

    #: the address of the repository, without a password
    repository: str = ""
    revision: str = ""
    branch: str = ""


class Suppression(Struct, frozen=True, kw_only=True):
    """An entry of the file of suppressions: which failures it is about, what was decided of them, by whom, until when.

    It names them by `resource`, a glob over full ids, or by one `fingerprint`. `place` is where it stands in the file.
    `also` are the places of others in force that are about the same finding; this one is the first, and decides.
    """

    #: the id of a check
    check: str
    resource: str = ""
    account: str = ""
    provider: str = ""
    fingerprint: str = ""
    reason: str
    owner: str
    approver: str = ""
    ticket: str = ""
    #: the last day that it counts (UTC); None where the risk is accepted without an end
    until: date | None = None
    place: str = ""
    also: tuple[str, ...] = ()

    def ended(self, day: date) -> bool:
        return self.until is not None and day > self.until

    def ends_soon(self, day: date) -> bool:
        """Whether it still counts on this day, and has two weeks or less to go."""
        return self.until is not None and timedelta() <= self.until - day <= SOON

    @property
    def term(self) -> str:
        """How long it holds, in words."""
        return f"until {self.until}" if self.until else "risk accepted"


class SuppressionUse(Struct, frozen=True, kw_only=True):
    """What came of an entry.

    `used`: it is in force, and failures match it. `unused`: none does, and all was seen that it is about. `not judged`:
    none does, and its check was left out, its account was not scanned, or not all was seen. `expired`: it counts no
    more. `findings` are the failures that match it; of an expired one, those that are open again.
    """

    entry: Suppression
    state: Literal["used", "unused", "not judged", "expired"]
    findings: int
    ends_soon: bool
