"""What formats say alike of two scans that are compared."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from scanner.history.causes import Access, Causes, Recorded
from scanner.history.comparing import What
from scanner.history.comparison import Compared, Comparison, Difference
from scanner.model.changes import Change, Unread
from scanner.model.nouns import ANYWHERE, Severity

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
_FORMS = {"report": "JSON report", "sarif": "SARIF", "inventory": "saved inventory", "store": ""}
_NAMES = {"before": "BEFORE", "after": "AFTER", "neither": ""}
_MOST_ITEMS = 8
#: What is only counted, and no list of it shown.
COUNTED = (What.SUPPRESSED, What.PERSISTING)
#: What is counted even if there is none.
_ALWAYS = (What.NEW, What.UNKNOWN, What.FIXED, What.GONE)
_ALIKE = "Both looked at the same."
_ASKED = "Both asked for the same"


def compared(one: Compared) -> str:
    """A scan in a line."""
    at = one.made_at.astimezone(UTC)
    whole = "complete" if one.complete else "not complete"
    form = _FORMS[one.form]
    return f"{one.said}, {form}{' ' if form else ''}of {at:%Y-%m-%d %H:%M} UTC, by mlposture {one.version}, {whole}"


def alike(found: Comparison) -> str:
    """What is said of two scans between which no difference is known: who was refused something did not look there."""
    match found.before.complete, found.after.complete:
        case True, True:
            return _ALIKE
        case False, False:
            return f"{_ASKED}; neither of them saw all of it."
    return f"{_ASKED}; {_NAMES['before' if found.after.complete else 'after']} did not see all of it."


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


def span(causes: Causes) -> str:
    """What the list of changes is, and what it is not, as a sentence."""
    since, until = (at.astimezone(UTC) for at in (causes.since, causes.until))
    return (
        f"Changes that logs recorded between the scans, {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC, read "
        f"in {causes.calls} calls. What is recorded need not be the cause"
    )


def changed(change: Change) -> str:
    """One change in a line."""
    via = f", through {', '.join(change.via)}" if change.via else ""
    return (
        f"{change.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC: {change.action} by {change.principal}{via} ({change.log})"
    )


def recorded(found: Recorded) -> Iterator[str]:
    """The changes of a resource, or that there are none, as far as that is known."""
    yield from map(changed, found.changes)
    if not found.changes:
        yield "no change of it is recorded" if found.whole else "no change of it was found; not all logs were read"


def access(one: Access) -> str:
    """What a list of changes of the scanner's access is about."""
    who = one.scanner or "the scanner"
    denied = f"; AFTER was denied {_listed(one.denied)}" if one.denied else ""
    return f"what {who} may do in {one.provider} {one.account}{denied}"


def unread(found: Iterable[Unread]) -> Iterator[str]:
    """Logs that were not read to their end, and what would help; regions of an account together."""
    regions: dict[tuple[str, str], list[str]] = {}
    for one in found:
        needs = f"; it takes {one.permission}" if one.permission else ""
        places = regions.setdefault((f"{one.log} of {one.provider} {one.account}", f"{one.detail}{needs}"), [])
        places += [] if one.region == ANYWHERE else [one.region]
    for (log, why), places in regions.items():
        yield f"{log} {', '.join(places)}: {why}" if places else f"{log}: {why}"
