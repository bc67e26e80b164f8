"""How an invented history went, for pages that show it: months of scans, nights without one, another account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scanner.history.by_day import Course, Sight
from scanner.history.records import Score
from scanner.history.trend import TimeToFix
from scanner.model.nouns import Severity

BEGAN = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
#: Nights without a scan, counted from the first.
MISSED = (3, 10, 11, 12)


def sight(night: int, number: int) -> Sight:
    posture = None if night == 0 else 40.0 + night % 30
    return Sight(
        number=number,
        at=BEGAN + timedelta(days=night),
        complete=bool(night % 9),
        score=Score(posture=posture, coverage=60.0 + night % 40, lower=20.0 + night % 20, upper=70.0 + night % 30),
        by_severity={Severity.CRITICAL: night % 3, Severity.HIGH: 20 - night % 7, Severity.MEDIUM: 11, Severity.LOW: 4},
        unknown=night % 5,
        unlike=("accounts", "version") if night == 5 else (),
    )


def course(nights: int = 40, store: str = "sqlite:///history.db", *, now: bool = False) -> Course:
    """A history of so many nights; `now` says that the last of them is not in it yet."""
    seen = [night for night in range(nights) if night not in MISSED]
    sights = tuple(sight(night, number) for number, night in enumerate(seen, 1))
    counted = len(sights) - now
    if now:
        sights = (*sights[:-1], sight(seen[-1], 0))
    return Course(
        store=store,
        sights=sights,
        counted=counted,
        times=(
            TimeToFix(severity=Severity.HIGH, fixed=9, at_least=2, median=4.5, nine_tenths=None, gone=3, open=17,
                      open_median=21.0),
            TimeToFix(severity=Severity.LOW, fixed=0, at_least=0, median=None, nine_tenths=None, gone=0, open=4,
                      open_median=39.0),
        ),
        systems={"sentiment": tuple(number % 6 for number in range(counted)), "research": (0,) * counted},
        frameworks={"soc2": tuple(30 - number % 4 for number in range(counted))},
    )  # fmt: skip
