"""What formats say alike of two scans that are compared."""

from collections.abc import Iterator, Sequence
from datetime import UTC

from scanner.history.comparing import What
from scanner.history.comparison import Compared, Comparison, Difference
from scanner.model.nouns import Severity

#: What each means, in the words of a heading.
MEANINGS: dict[What, str] = {
    What.NEW: "fails, and did not before",
    What.REOPENED: "fails again, after it had ended",
    What.NOT_COMPARED: "fails, and BEFORE did not look: nobody knows whether it is new",
    What.UNKNOWN: "failed, and AFTER did not judge it: it stays open",
    What.FIXED: "its resource is there and does not fail any more",
    What.GONE: "its resource is there no more, by a list that is complete",
    What.NOT_FAILING: "no longer failing; AFTER holds no passes, so that nobody knows whether it is fixed or gone",
    What.SUPPRESSED: "fails, and somebody answers for it",
    What.PERSISTING: "fails as before",
}
_FORMS = {"report": "JSON report", "sarif": "SARIF", "inventory": "saved inventory", "store": "scan of a store"}
_NAMES = {"before": "BEFORE", "after": "AFTER", "neither": ""}
_MOST_ITEMS = 8
#: What is only counted, and no list of it shown.
COUNTED = (What.SUPPRESSED, What.PERSISTING)
#: What is counted even if there is none.
_ALWAYS = (What.NEW, What.UNKNOWN, What.FIXED, What.GONE)
ALIKE = "Both looked at the same."


def compared(one: Compared) -> str:
    """A scan in a line."""
    at = one.made_at.astimezone(UTC)
    whole = "complete" if one.complete else "not complete"
    return f"{one.said}, {_FORMS[one.form]} of {at:%Y-%m-%d %H:%M} UTC, by mlposture {one.version}, {whole}"


def difference(one: Difference) -> str:
    """What keeps two scans from being compared in full, in a sentence without its full stop."""
    name, items = _NAMES[one.lacks], _listed(one.items)
    match one.what:
        case "version":
            return f"versions differ ({items}): a check may judge otherwise"
        case "account":
            return f"{name} did not scan {items}"
        case "region":
            return f"{name} did not ask {items}"
        case "check":
            return f"{name} did not run {items}"
        case "kind":
            return f"{name} did not list {items}"
        case "list":
            return f"{name} did not read to the end {items}"
        case "trust":
            return f"{name} does not trust {items}"
        case "severity":
            return f"severities differ: {items}"
        case "verdicts":
            return f"{name} leaves out verdicts ({items}); write it with --verdicts all"
    return f"{name} is SARIF, which says less of what was looked at than a JSON report"


def _listed(items: Sequence[str]) -> str:
    shown = ", ".join(items[:_MOST_ITEMS])
    return f"{shown} and {len(items) - _MOST_ITEMS} more" if len(items) > _MOST_ITEMS else shown


def counted(found: Comparison) -> Iterator[tuple[str, ...]]:
    """Rows of a table: a state, how many findings of each severity have it, and of all. Those of none are left out."""
    for what in What:
        if (total := found.tally.of(what)) or what in _ALWAYS:
            yield (what, *(str(found.tally[what, severity]) for severity in Severity), str(total))
