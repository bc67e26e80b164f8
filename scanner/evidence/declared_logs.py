"""What a scan saw of each log, and of each pipeline, that a system names. Pure.

Six months are what Art. 19(1) and Art. 26(6) of Regulation (EU) 2024/1689 ask for at least. The manifest may expect
more.
"""

from collections.abc import Iterator, Sequence

from scanner.evidence.dossier_types import Observation, Piece
from scanner.model.claims import Kind
from scanner.systems.manifest import System
from scanner.systems.own_logs import is_read, log_id, pipelines_of, same_log

#: The objective that asks how long logs are kept.
KEPT = "log-retention-integrity"
#: The objective that asks whether people approve what serves.
APPROVED = "human-approval"
_EXPECTED = "expectations.log_retention_days"


def logs_of(system: System, found: Sequence[Observation]) -> Iterator[Piece]:
    """A piece for each log that the manifest names, of these verdicts on how long logs are kept.

    One that does not exist, or that no scan saw, is missing. So is that one is kept as long as the manifest expects,
    where it is not: that is no failure.
    """
    told = {same_log(one.resource): one for one in found}
    for text in system.logs:
        one = told.get(same_log(text))
        if one is None:
            why = "was not seen" if is_read(log_id(text)) else "keeps files, and no scan reads for how long"
            yield Piece(kind=Kind.MISSING, text=f"{text}, which the manifest names, {why}", source="logs")
            continue
        seen = one.bears in ("for", "against")
        kind = Kind.OBSERVED if seen else Kind.MISSING
        yield Piece(kind=kind, text=f"{text}: {one.message}", claims=(one.claim,), source="logs")
        expected, days = system.expectations.log_retention_days, one.evidence.get("retention_days")
        if expected and isinstance(days, int) and days < expected:
            short = f"{text} is kept for {days} days, and the manifest expects {expected}"
            yield Piece(kind=Kind.MISSING, text=short, source=_EXPECTED)


def approvals_of(system: System, found: Sequence[Observation]) -> Iterator[Piece]:
    """A piece for each pipeline that the manifest names, of these verdicts on approvals.

    In one without an approval people may be asked elsewhere: that is missing, and no failure.
    """
    told = {one.resource: one for one in found}
    for arn in pipelines_of(system):
        one = told.get(arn)
        if one is None:
            text = f"{arn}, which the manifest names, was not seen"
            yield Piece(kind=Kind.MISSING, text=text, source="oversight.pipelines")
            continue
        kind = Kind.OBSERVED if one.bears in ("for", "against") else Kind.MISSING
        claims = () if one.bears == "not applicable" else (one.claim,)
        yield Piece(kind=kind, text=f"{arn}: {one.message}", claims=claims, source="oversight.pipelines")
