"""The part of the terminal report about AI systems and controls: numbers, and words where evidence allows one."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports.terminal_text import Line, table, theirs, wrap
from reports.writing import clean
from scanner.model.claims import Assessment, FrameworkState, Posture, SystemState, Word
from scanner.model.nouns import Severity

#: AI systems that are shown; all of them are in report files.
MAX_SYSTEMS = 20
#: Words that say something of a control.
_SAID = (Word.FOR, Word.AGAINST, Word.MIXED, Word.PASS, Word.FAIL)
_HEADS = ("for", "against", "mixed", "pass", "fail", "not due", "not assessed", "not applicable", "not decided")
_SILENT = (Word.NOT_ASSESSED, Word.NOT_APPLICABLE, Word.UNDECIDED)


def systems(assessment: Assessment, width: int, *, details: bool) -> Iterator[Line]:
    """The declared AI systems, then what can be said of the controls of each framework; with `details`, of which.

    Where no system is declared, that takes details: of most controls, nothing can then be said.
    """
    states = list(_shown(assessment)) if assessment.manifest or details else []
    if not states:
        return
    if assessment.manifest:
        yield from _declared(assessment, states, width, details=details)
    rows = [_words(state, framework) for state in states if state.resources for framework in state.frameworks]
    if not rows and assessment.manifest:
        yield [("", "Controls: no AI system that has resources here is held to a framework that is shown.", "")]
        yield []
    if not rows:
        return
    yield [("bold", f"Controls, as of {assessment.as_of} (this is evidence for people to judge, not compliance):", "")]
    yield from table(*_filled(("of system, framework", *_HEADS), rows))
    if any(framework.readiness.get(word) for state in states for framework in state.frameworks for word in _SAID):
        yield [("", "What is not due does not apply yet: what speaks against it is no breach.", "")]
    if details:
        for state in states:
            yield from _said_of(state, width)
    yield []


def _declared(assessment: Assessment, states: Sequence[SystemState], width: int, *, details: bool) -> Iterator[Line]:
    """The systems of the manifest in numbers, and what is to be looked at in it."""
    yield [("bold", f"AI systems declared in {clean(assessment.manifest)}:", "")]
    yield from table(("system", "resources", "critical", "high", "other", "posture", "coverage", "range"),
                     [_numbers(state) for state in states])  # fmt: skip
    for state in states:
        if state.resources and state.hidden:
            why = f"{clean(state.id)}: {theirs(state.hidden)}; what was not found is in none of its numbers."
            yield from _wrapped(why, width)
    if suppressed := sum(state.suppressed for state in states):
        yield from _wrapped(f"Of these failures, {suppressed} are suppressed; they count here as before.", width)
    if more := len(assessment.declared) - len(states):
        yield [("", f"… and {more} more AI systems; all of them are in a report file (-o).", "")]
    if assessment.unclaimed:
        named = "MLP-5001 names those that lead to the others"
        yield [("", f"No system claims {assessment.unclaimed} resources of ML; {named}.", "")]
    for warning in assessment.warnings if details else ():
        for line in wrap(clean(warning), width):
            yield [("yellow", line, "")]
    if assessment.warnings and not details:
        yield [("", f"{len(assessment.warnings)} selectors or exclusions need a look; see --details.", "")]
    yield []


def _shown(assessment: Assessment) -> Iterator[SystemState]:
    """All that was scanned, where nothing was declared; else the systems alone, which say more."""
    for number, state in enumerate(assessment):
        if number > MAX_SYSTEMS:
            return
        if state.id or not assessment.manifest:
            yield state


def _numbers(state: SystemState) -> Sequence[str]:
    failures = dict(state.failures)
    critical, high = failures.pop(Severity.CRITICAL, 0), failures.pop(Severity.HIGH, 0)
    return (
        clean(state.id), str(state.resources), str(critical), str(high), str(sum(failures.values())),
        *_shares(state.score),
    )  # fmt: skip


def _shares(score: Posture) -> tuple[str, str, str]:
    posture = "n/a" if score.posture is None else f"{score.posture} %"
    return posture, f"{score.coverage} %", f"{score.lower}-{score.upper} %"


def _words(state: SystemState, framework: FrameworkState) -> Sequence[str]:
    """What is said of controls that apply; of those that do not apply yet, of how many something is said."""
    due = (framework.words.get(word, 0) - framework.readiness.get(word, 0) for word in _SAID)
    later = sum(framework.readiness.get(word, 0) for word in _SAID)
    silent = (framework.words.get(word, 0) for word in _SILENT)
    return (f"{clean(state.id) or 'all'}, {framework.id}", *map(str, (*due, later, *silent)))


def _filled(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """A table without the columns that hold nothing but zeros: with all of them it is wider than most terminals."""
    columns = [n for n in range(len(head)) if n == 0 or any(row[n] != "0" for row in rows)]
    return [head[n] for n in columns], [[row[n] for n in columns] for row in rows]


def _said_of(state: SystemState, width: int) -> Iterator[Line]:
    """Who decided how a system is classified, what its stage asks for, and the controls of which something is said."""
    if (decided := state.rests_on) is not None:
        who = f"decided by {decided.by} on {decided.on}" if decided.by else "decided by nobody"
        review = f", to be reviewed by {decided.until}" if decided.until else ""
        yield from _wrapped(f"{clean(state.id)}, declared: {theirs(decided.text)} ({theirs(who)}{review})", width)
    for stage, some in groupby(state.rollout, lambda one: one.stage if one.ahead else state.declared["stage"]):
        asked = "; ".join(f"{one.name} {one.word}" + (f" ({one.why})" if one.why else "") for one in some)
        yield from _wrapped(f"{clean(state.id)}, stage {stage} asks for: {theirs(asked)}", width)
    yield from _controls(state, width)


def _controls(state: SystemState, width: int) -> Iterator[Line]:
    """The controls of which something can be said, by word; apart where they do not apply yet, by the day they will."""
    for framework in state.frameworks:
        for word in _SAID:
            by_day: dict[str, list[str]] = {}
            for one in framework.controls:
                if one.word is word:
                    day = f" (readiness for {one.applies_from})" if one.readiness else ""
                    by_day.setdefault(day, []).append(clean(one.id))
            for day, names in sorted(by_day.items()):
                lead = f"{clean(state.id) or 'all that was scanned'}, {framework.id}, {word}{day}: "
                yield from _wrapped(lead + ", ".join(names), width)


def _wrapped(text: str, width: int) -> Iterator[Line]:
    return ([("", line, "")] for line in wrap(text, width))
