"""What fixes most: changes of one resource each, with the failures that each would close. Data; reports show it."""

from collections.abc import Mapping

from msgspec import Struct


class Closed(Struct, frozen=True):
    """Of the failures of a check, how many a change would close."""

    check: str
    count: int
    of: int


class Fix(Struct, frozen=True, kw_only=True):
    """A change of one resource, and what it would close beyond the changes before it.

    Either several paths of others lead through `resource`, and the change gives it what `objective` asks: that closes
    these paths, and its own failures under the objective. Or it closes one failure of its own. A path ends where one of
    its resources changes, so `count` is what a change can close at most; what it did close, the next scan says.
    `remediation` is that of the check of which it closes most. `examples` are ids of other resources that failed.
    """

    resource: str
    kind: str
    title: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str
    objective: str
    count: int
    by_severity: Mapping[str, int]
    checks: tuple[Closed, ...]
    remediation: str
    examples: tuple[str, ...]
