"""Which bindings count no longer, as the time that their condition sets is over."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from checks.gcp.iam.resources import Binding
from scanner.model.patterns import pattern

#: A part of a condition that holds only before a time.
_BEFORE = pattern(r"""\s*(\()?\s*request\.time\s*<=?\s*timestamp\((["'])([^"']+)\2\)\s*(?(1)\))\s*""")
#: What makes of parts more than "all of these": alternatives, choices, and what is negated as a whole.
_MORE = pattern(r".*(?:\|\||\?|!\s*[^=\s]).*")


def in_time(bindings: Iterable[Binding], now: datetime) -> Iterator[Binding]:
    """Those of the bindings whose condition does not end before `now`. Nothing else of a condition is evaluated."""
    return (binding for binding in bindings if not _is_over(binding, now))


def _is_over(binding: Binding, now: datetime) -> bool:
    told = (binding.condition.expression if binding.condition else None) or ""
    if "request.time" not in told:  # nearly all
        return False
    told = " ".join(told.split())
    if _MORE.fullmatch(told):
        return False
    ends = [found[3] for part in told.split("&&") if (found := _BEFORE.fullmatch(part))]
    return any(_is_before(end, now) for end in ends)


def _is_before(text: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(text) <= now
    except (TypeError, ValueError):  # no time, or one without a zone
        return False
