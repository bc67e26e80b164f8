"""One verdict out of several: on the buckets or storage accounts that one resource names."""

from collections.abc import Iterable

from msgspec.structs import replace

from scanner.model.nouns import Status, Verdict
from scanner.model.trust import few

#: Which of them counts for what names them all.
_WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of the worst of them: one bucket that is open or gone is enough.

    Where all failures are of what may be known to be the reader's, it is about all of these, and about what the rest
    leaves open.
    """
    found = list(verdicts)
    first = min(found, key=lambda verdict: (_WORST.index(verdict.status), bool(verdict.foreign)))
    if not first.foreign:
        return first
    foreign = tuple(thing for verdict in found for thing in verdict.foreign)
    missing = tuple(name for verdict in found for name in verdict.missing)
    known = few(list(dict.fromkeys(verdict.known for verdict in found if verdict.known)))
    return replace(first, foreign=foreign, missing=missing, known=known)
