"""What the verdicts of the checks of an objective come to: how many speak for it and against it, and what is open."""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.evaluate.score import WEIGHT, posture
from scanner.model.checks import Check
from scanner.model.claims import Claim, Evidence, Kind, Word
from scanner.model.nouns import Severity
from scanner.model.reported import CheckCount

#: Weight of passed checks that it takes to speak for an objective: of one critical check, or of several lesser ones.
_ENOUGH = 100.0
#: Checks so slight that one of them alone says nothing of a control that it only intersects with.
_SLIGHT = frozenset({Severity.LOW, Severity.INFORMATIONAL})
_NOTHING = CheckCount()
#: Where it is declared whom verdicts may trust.
TRUST = "[trust]"
#: Why an objective that only checks of records ask about gives no word.
RECORDS_ALONE = "all that this version reads of it is recorded by people and pipelines, which gives no word"


class Stand(enum.Enum):
    """What there is on an objective, as far as it may give a control a word."""

    FOR = "for"
    AGAINST = "against"
    #: a check was left out, a listing is incomplete, a verdict unknown, or too little passed
    OPEN = "open"
    #: nothing exists that it would be about
    EMPTY = "empty"
    #: no check of this version asks about it
    UNCHECKED = "unchecked"


class Standing(Struct, frozen=True):
    """A claim with what decides about words. `slight`: what speaks against it is one slight check alone."""

    claim: Claim
    stand: Stand
    slight: bool
    #: a check that bears on it was not chosen, so that no control it bears on gets a word
    narrowed: bool


def standing(
    objective: str,
    known: Iterable[Check],
    chosen: frozenset[str],
    counts: Mapping[str, CheckCount],
    seen: Mapping[str, float],
    *,
    blind: str = "",
    excepted: int = 0,
    other: tuple[Evidence, ...] = (),
) -> Standing:
    """What the `known` checks of an objective, as far as they were `chosen`, say; `seen` is as for `posture`.

    `blind` says why there may be more to judge than was found; what was found to fail still does. What checks say of
    records is evidence of its own kind, beside the `other`, and decides nothing.
    """
    every = tuple(known)
    known = tuple(check for check in every if not check.recorded)
    other = (*other, *_records((check for check in every if check.recorded and check.id in chosen), counts))
    given = [counts[check.id] for check in known if check.id in chosen and check.id in counts]
    of = {check.id: observed(counts.get(check.id, _NOTHING)) if check.id in chosen else _NOTHING for check in known}
    trusted = sum(count.trusted for count in given)
    left_out = [check.id for check in known if check.id not in chosen]
    unlisted = sorted({check.kind.kind for check in known if seen.get(check.kind.kind, 0.0) < 1.0})
    unknown = sum(count.unknown for count in given)
    failing = [check for check in known if of[check.id].failed and check.kind.kind not in unlisted]
    passed = sum(WEIGHT[check.severity] for check in known if of[check.id].passed)
    score = posture(known, of, {} if left_out else seen)
    complete = not (left_out or unlisted or unknown or trusted or blind)
    if not known:
        stand, why = Stand.UNCHECKED, blind or _unasked(every)
    elif left_out:
        stand, why = Stand.OPEN, f"{_list(left_out)} left out of this scan"
    elif failing:
        stand, why = Stand.AGAINST, _open(unlisted, unknown, trusted)
    elif unlisted or unknown or trusted:
        stand, why = Stand.OPEN, _open(unlisted, unknown, trusted)
    elif blind:
        stand, why = Stand.OPEN, blind
    elif not passed:
        stand, why = Stand.EMPTY, "nothing that it would be about was found"
    elif passed < _ENOUGH:
        stand, why = Stand.OPEN, "what its checks found is too slight to speak for it"
    else:
        stand, why = Stand.FOR, ""
    claim = Claim(
        objective=objective,
        checks=tuple(check.id for check in every),
        supporting=sum(count.passed for count in of.values()),
        against=sum(count.failed for count in of.values()),
        unknown=unknown,
        excepted=excepted,
        coverage=score.coverage if score else 100.0 if known and complete else 0.0,
        complete=bool(known) and complete,
        why=why,
        other=other if not trusted else (*other, _trust(trusted)),
        suppressed=sum(count.suppressed for count in of.values()),
    )
    slight = len(failing) == 1 and failing[0].severity in _SLIGHT
    return Standing(claim, stand, slight, bool(left_out))


def word_of(standings: Sequence[Standing]) -> tuple[Word, str]:
    """The word that these objectives allow together, and why it allows none or only half of one."""
    stands = [one.stand for one in standings]
    open_ = next((one.claim for one in standings if one.stand in (Stand.OPEN, Stand.UNCHECKED)), None)
    why = f"{open_.objective}: {open_.why}" if open_ else ""
    supported = Stand.FOR in stands and open_ is None
    if Stand.AGAINST in stands:
        return (Word.MIXED if supported else Word.AGAINST), why
    return (Word.FOR, "") if supported else (Word.NOT_ASSESSED, why or "nothing that it would be about was found")


def observed(count: CheckCount) -> CheckCount:
    """Verdicts without the passes that rest on `[trust]`: the platform alone does not state these."""
    trusted = count.trusted
    if not trusted:
        return count
    return replace(count, passed=count.passed - trusted, unknown=count.unknown + trusted, trusted=0)


def _records(checks: Iterable[Check], counts: Mapping[str, CheckCount]) -> Iterable[Evidence]:
    """What there is, and is not, of what people or pipelines write down. Nobody made sure that it is true."""
    for check in checks:
        count = counts.get(check.id, _NOTHING)
        if count.passed:
            text = f"{check.id} ({check.slug}) does not hold of {count.passed}, by what is recorded and not verified"
            yield Evidence(kind=Kind.RECORDED, text=text, source=check.id)
        if count.failed:
            text = f"{check.id} ({check.slug}) holds of {count.failed}, by what is recorded"
            yield Evidence(kind=Kind.MISSING, text=text, source=check.id)


def _unasked(checks: Collection[Check]) -> str:
    if checks:
        return RECORDS_ALONE
    return "no check of this version asks about it in these clouds"


def _trust(passes: int) -> Evidence:
    text = f"{passes} {'pass rests' if passes == 1 else 'passes rest'} on accounts and identities that are trusted"
    return Evidence(kind=Kind.DECLARED, text=text, source=TRUST)


def _open(unlisted: list[str], unknown: int, trusted: int) -> str:
    """What stands in the way of a full view; empty if nothing does."""
    listed = f"not everything of {_list(unlisted)} could be listed" if unlisted else ""
    given = f"{unknown} of its verdicts {'is' if unknown == 1 else 'are'} unknown" if unknown else ""
    rest = f"{trusted} of its passes {'rests' if trusted == 1 else 'rest'} on what [trust] declares" if trusted else ""
    return "; ".join(filter(None, (listed, given, rest)))


def _list(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
