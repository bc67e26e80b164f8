"""What a scan did not see, as marks that the next one counts its own against. Pure.

A mark is of an account and a reason, not of a place: a permission that is missing is missing in each region, and a list
of each would be as long as an estate is large.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from scanner.history.records import Scan
from scanner.model.history import Account, AsBefore
from scanner.model.nouns import Gap, Listing
from scanner.model.reported import Unanswered

#: Where what is of no account that was asked is noted.
NOWHERE: Account = ("", "")
_GAP, _VERDICT, _LIST = "g", "v", "l"
#: Marks of an account that are kept, the most frequent: what is beyond them is never as before.
_MOST = 200

#: By account: marks, and how often each was met.
Marks = Mapping[Account, Mapping[str, int]]


def marks(
    gaps: Iterable[Gap], unanswered: Iterable[Unanswered], listings: Iterable[Listing], accounts: Collection[Account]
) -> Marks:
    """The marks of what was not seen; those of anything but these accounts are `NOWHERE`."""
    found: dict[Account, Counter[str]] = {}

    def note(account: Account, what: str, count: int, *of: str) -> None:
        of_account = found.setdefault(account if account in accounts else NOWHERE, Counter())
        of_account[_mark(what, *account, *of)] += count

    for gap in gaps:
        account = gap.scope.provider, gap.scope.account
        note(account, _GAP, 1, gap.kind, gap.operation, gap.reason, gap.permission)
    for one in unanswered:
        note((one.provider, one.account), _VERDICT, one.count, one.reason)
    for listing in listings:
        if not listing.complete:
            note((listing.scope.provider, listing.scope.account), _LIST, 1, listing.kind)
    return found


def kept(found: Marks, account: Account) -> dict[str, int]:
    """Those of an account that a history keeps."""
    counts = found.get(account, {})
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST])


def as_before(now: Marks, before: Marks) -> AsBefore:
    """How much of what is not seen now was not seen before, as often and for the same reason."""
    same: Counter[str] = Counter()
    newly = 0
    for account, counts in now.items():
        known = before.get(account, {})
        for mark, count in counts.items():
            again = min(count, known.get(mark, 0))
            same[mark[0]] += again
            newly += count - again
    return AsBefore(gaps=same[_GAP], unknown=same[_VERDICT], whole=not newly)


def each_as_before(scans: Iterable[Scan]) -> Iterator[bool]:
    """Of each scan of a history, in their order, whether it saw less than all, and no less than the one before."""
    before: dict[Account, Mapping[str, int]] = {}
    for scan in scans:
        now = {**{one.key: one.unseen for one in scan.accounts}, NOWHERE: scan.unseen}
        told = any(now.values()) and all(len(counts) < _MOST for counts in now.values())
        yield not scan.complete and told and as_before(now, before).whole
        before |= now


def _mark(what: str, *of: str) -> str:
    """Short, and its first letter says what it is of."""
    return what + hashlib.sha256(msgspec.json.encode(of)).hexdigest()[:12]
