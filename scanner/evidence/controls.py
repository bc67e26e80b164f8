"""Controls, honestly: whether each applies, what bears on it, and the word that this allows, if it allows one.

A word takes that all checks that bear on the control ran, and that what gives it was listed in full. So a scan that is
allowed less, or chooses less, has fewer words, never another one. An objective gives a word only where none relates to
the control more closely; one that is wider than the control, or addresses a threat, gives none.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from scanner.evaluate.score import MEANT, posture
from scanner.evidence.applicability import applies
from scanner.evidence.standing import Stand, Standing, observed, word_of
from scanner.frameworks import Control, Framework
from scanner.model.checks import Check
from scanner.model.claims import ControlState, Evidence, FrameworkState, Kind, Posture, Word
from scanner.model.reported import CheckCount
from scanner.systems.manifest import Manifest, System

#: How closely an objective relates to a control that it may give a word.
_CLOSENESS = {"equivalent-to": 3, "subset-of": 2, "intersects-with": 1}
_INTERSECTS = "intersects-with"
_MANUAL = "only people can show this; a scan sees nothing of it"
_UNMAPPED = "nothing that a scan looks for bears on it"


class Bearing:
    """What bears on each control of a framework, worked out once for all systems."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        claims: dict[str, dict[str, str]] = {control.id: {} for control in framework.controls}
        for objective, edges in framework.objectives.items():
            for relationship, _, control in edges.each():
                claims[control][objective] = relationship
        self.claims: Mapping[str, Mapping[str, str]] = claims
        # A row of a benchmark asks for one setting: what has something in common with it says nothing of that.
        least = 2 if framework.benchmark else 1
        self.core = {id: _core(relations, least) for id, relations in claims.items()}


def _core(relations: Mapping[str, str], least: int) -> tuple[str, ...]:
    """The objectives that relate to a control most closely, and at least so closely."""
    close = {one: _CLOSENESS.get(relation, 0) for one, relation in relations.items()}
    closest = max(close.values(), default=0)
    return tuple(one for one, own in close.items() if own == closest) if closest >= least else ()


class Subject:
    """One AI system, or all that was scanned: what is known of it that controls are judged by."""

    def __init__(
        self,
        system: System | None,
        manifest: Manifest | None,
        as_of: date,
        *,
        known: Mapping[str, Sequence[Check]],
        chosen: frozenset[str],
        counts: Mapping[str, CheckCount],
        seen: Mapping[str, float],
        standings: Mapping[str, Standing],
        blind: str = "",
        ambiguous: Container[str] = frozenset(),
    ) -> None:
        """`known` are the checks of each objective, of which some were `chosen`; the rest is as for `standing`.

        Several of the frameworks that are shown of it have controls with `ambiguous` ids.
        """
        self.system, self.manifest, self.as_of, self.standings = system, manifest, as_of, standings
        self._known, self._chosen, self._seen, self._blind = known, chosen, seen, blind
        self._counts = {id: observed(count) for id, count in counts.items()}
        self._scores: dict[tuple[str, ...], Posture | None] = {}
        self.declared, self._ambiguous = _documents(system), ambiguous

    def score(self, objectives: tuple[str, ...]) -> Posture | None:
        """The mean over the checks of these objectives; None where nothing exists that they would judge.

        What no check asks about is in the bounds, as unknown.
        """
        if objectives not in self._scores:
            asked = [one for one in objectives if self._known.get(one)]
            share = len(asked) / len(objectives) if objectives else 0.0
            self._scores[objectives] = _widened(self._mean([c for one in asked for c in self._known[one]]), share)
        return self._scores[objectives]

    def score_of_row(self, checks: Iterable[str]) -> Posture | None:
        """The mean over the checks of a row of a configuration benchmark."""
        return self._mean(self._named(checks))

    def _mean(self, checks: Sequence[Check]) -> Posture | None:
        left_out = any(check.id not in self._chosen for check in checks)
        return posture(checks, self._counts, {} if left_out else self._seen)

    def tests(self, checks: Iterable[str]) -> bool:
        """Whether any of these checks is of a cloud that was asked."""
        return bool(self._named(checks))

    def _named(self, checks: Iterable[str]) -> list[Check]:
        return [check for of_one in self._known.values() for check in of_one if check.id in checks]

    def tested(self, checks: Iterable[str]) -> tuple[Word, str]:
        """What the checks of a row of a configuration benchmark decide."""
        own = self._named(checks)
        counts = [self._counts.get(check.id, CheckCount()) for check in own]
        open_ = any(check.id not in self._chosen or self._seen.get(check.kind.kind, 0.0) < 1.0 for check in own)
        if open_ or not own or any(count.unknown for count in counts):
            return Word.NOT_ASSESSED, "not everything that it is about was judged" if own else "of another cloud"
        if any(count.failed for count in counts):
            return Word.FAIL, ""
        if self._blind:
            return Word.NOT_ASSESSED, self._blind
        passed = any(count.passed for count in counts)
        return (Word.PASS, "") if passed else (Word.NOT_ASSESSED, "nothing that it would be about was found")

    def documents(self, framework: str, control: str) -> tuple[Evidence, ...]:
        """The declared documents that fill a control. An id alone names none that several frameworks have."""
        alone = () if control in self._ambiguous else self.declared.get(control, ())
        return alone + self.declared.get(f"{framework}:{control}", ())


def _widened(score: Posture | None, share: float) -> Posture | None:
    """A score over this share of what there is to know: the bounds count the rest as failing, and as passing."""
    if score is None:
        return None
    upper = score.upper * share + 100.0 * (1 - share)
    return replace(score, lower=round(score.lower * share, 1), upper=round(upper, 1))


def state(bearing: Bearing, control: Control, subject: Subject) -> ControlState:
    """What there is to say of one control for one system."""
    claims, core = bearing.claims[control.id], bearing.core[control.id]
    applying = applies(bearing.framework, control, subject.system, subject.manifest, subject.as_of)
    if applying.yes is None:
        word, why = Word.UNDECIDED, applying.why
    elif not applying.yes:
        word, why = Word.NOT_APPLICABLE, applying.why
    elif _is_tested(bearing, control):
        word, why = subject.tested(control.checks)
    else:
        word, why = _word(control, claims, core, subject.standings)
        why = "; ".join(filter(None, (why, applying.why)))
    return ControlState(
        id=control.id,
        title=control.title,
        assessable=control.assessable or "",
        word=word,
        why=why,
        claims=claims,
        core=core,
        score=_score(bearing, control, subject) if applying.yes else None,
        readiness=applying.yes is not False and (applying.ahead or _is_later(applying.since, subject.as_of)),
        applies_from=applying.since,
        rests_on=applying.rests_on,
        other=subject.documents(bearing.framework.id, control.id),
    )


def _is_later(day: date | None, than: date) -> bool:
    return day is not None and day > than


def _is_tested(bearing: Bearing, control: Control) -> bool:
    """Whether checks decide a row, and not objectives."""
    return bool(control.checks) and bearing.framework.benchmark


def _score(bearing: Bearing, control: Control, subject: Subject) -> Posture | None:
    if _is_tested(bearing, control):
        return subject.score_of_row(control.checks)
    return subject.score(bearing.core[control.id])


def _word(
    control: Control, claims: Mapping[str, str], core: tuple[str, ...], standings: Mapping[str, Standing]
) -> tuple[Word, str]:
    """The word that the evidence allows, and why it allows none or only half of one."""
    if control.assessable == "manual":
        return Word.NOT_ASSESSED, _MANUAL
    if not core:
        return Word.NOT_ASSESSED, _UNMAPPED if not claims else "what bears on it is too wide to say anything of it"
    if narrowed := [one for one in claims if standings[one].narrowed]:
        return Word.NOT_ASSESSED, f"{narrowed[0]}: {standings[narrowed[0]].claim.why}"
    own = [standings[one] for one in core]
    if claims[core[0]] == _INTERSECTS and _is_slight(own):
        return Word.NOT_ASSESSED, "one slight check that failed says too little of it"
    return word_of(own)


def _is_slight(standings: Sequence[Standing]) -> bool:
    """Whether all that speaks against a control is one slight check."""
    against = [one for one in standings if one.stand is Stand.AGAINST]
    return len(against) == 1 and against[0].slight


def summed(bearing: Bearing, subject: Subject) -> FrameworkState:
    """All controls of a framework, and the mean over those that apply: many tidy buckets hide no public one."""
    states = tuple(state(bearing, one, subject) for one in bearing.framework.controls if one.assessable is not None)
    applicable = [one for one in states if one.word not in (Word.NOT_APPLICABLE, Word.UNDECIDED)]
    manual = [one for one in applicable if one.assessable == "manual"]
    rest = [one for one in applicable if one.assessable != "manual"]
    tested = {one.id for one in bearing.framework.controls if _is_tested(bearing, one) and subject.tests(one.checks)}
    unchecked = {one.id for one in rest if one.id not in tested and _is_unchecked(one, subject)}
    scored = [one.score for one in rest if one.score is not None and one.id not in unchecked]
    empty = len(rest) - len(unchecked) - len(scored)
    return FrameworkState(
        id=bearing.framework.id,
        controls=states,
        words=Counter(one.word for one in states),
        readiness=Counter(one.word for one in states if one.readiness),
        applicable=len(applicable),
        manual=len(manual),
        unchecked=len(unchecked),
        empty=empty,
        score=_mean(scored, len(applicable) - empty),
    )


def _is_unchecked(one: ControlState, subject: Subject) -> bool:
    return all(subject.standings[objective].stand is Stand.UNCHECKED for objective in one.core)


def _mean(scores: Sequence[Posture], controls: int) -> Posture:
    """The mean over controls. Coverage is over those that were scored, the bounds over all that apply.

    Posture is the share that passes of all that is known, also where too little is known of one control to give it one.
    """
    coverage = sum(one.coverage for one in scores) / len(scores) if scores else 0.0
    lower = sum(one.lower for one in scores)
    upper = sum(one.upper for one in scores) + 100.0 * (controls - len(scores))
    known = sum(100.0 - (one.upper - one.lower) for one in scores)
    return Posture(
        posture=round(100 * lower / known, 1) if known and coverage >= 100 * MEANT else None,
        coverage=round(coverage, 1),
        lower=round(lower / controls, 1) if controls else 0.0,
        upper=round(upper / controls, 1) if controls else 100.0,
    )


def _documents(system: System | None) -> dict[str, tuple[Evidence, ...]]:
    """Of each control that documents are declared to fill, these."""
    found: dict[str, tuple[Evidence, ...]] = {}
    for document in system.documents if system else ():
        made = Evidence(
            kind=Kind.DECLARED,
            text=document.title + (f", version {document.version}" if document.version else ""),
            by=document.approved_by or "",
            on=document.date,
            source=document.uri,
            sha256=document.sha256 if document.sha256 != "..." else "",
        )
        for control in document.fills:
            found[control] = (*found.get(control, ()), made)
    return found
