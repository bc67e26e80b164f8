"""The page for a board: which AI systems there are, how they stand, what is worst, and what nobody answers for.

It says nothing that the JSON report does not, and says how much it leaves out. One page when printed (A4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from reports.html.gaps import unseen
from reports.html.pages import count, render
from reports.html.text import cut
from reports.writing import clean
from scanner.evidence.standing import TRUST
from scanner.model.claims import STATEMENT, ControlState, Evidence, Kind, Posture, SystemState, Word
from scanner.model.nouns import Severity, Status
from scanner.model.reported import CheckCount, Finding, Report
from scanner.systems.manifest import Manifest

#: What fits on a page. Of whatever is longer, the page says how much more there is.
SYSTEMS, PATHS, DECLARED, OPEN, GAPS, FIXES = 5, 4, 6, 5, 4, 2
#: Of systems in a cell, of names in a sentence; letters of what names a resource.
NAMES, _GLOB = 3, 40
#: Words after which a stage may be entered, as far as a scan can say.
_STANDS = (Word.FOR, Word.PASS, Word.NOT_APPLICABLE)
TIERS = ("prohibited", "high-risk", "transparency", "minimal", "unclassified")
STAGES = ("pilot", "limited", "general", "no stage")
#: What only the finding on resources that no system claims is called.
_UNCLAIMED = "MLP-5001"
#: How the ids of checks begin that join resources to a path.
_JOINED = "MLP-4"
#: What a board asks of each system beside its posture, and the objectives that it is a matter of.
ASPECTS = {
    "Fairness": ("bias-fairness",),
    "Monitoring": ("model-monitoring",),
    "Documents": ("model-documentation", "dataset-documentation", "technical-file"),
}


class Row(NamedTuple):
    """An AI system, or all that was scanned."""

    id: str
    name: str
    owner: str
    tier: str
    stage: str
    status: str
    resources: int
    critical: int
    high: int
    excepted: int
    #: of the failures, which count as before
    suppressed: int
    asked: bool
    hidden: bool
    score: Posture
    #: of each aspect the kinds of evidence that there are
    kinds: tuple[str, ...] = ()


class Said(NamedTuple):
    """Something that a person declared of a system."""

    system: str
    evidence: Evidence
    late: bool


class Worst(NamedTuple):
    """The worst failure of a check that joins resources, and how many more the check found."""

    finding: Finding
    more: int


class Past(NamedTuple):
    """What a history says: since when failures of these fingerprints are there, and of days, a sentence a system.

    `store` is what it is called.
    """

    store: str
    days: Mapping[str, str]
    since: Callable[[Collection[str]], Mapping[str, datetime]]


def render_board(report: Report, manifest: Manifest | None = None, past: Past | None = None) -> bytes:
    """The page, as HTML. Exceptions and what systems leave out are in the manifest alone."""
    states = list(_read(report))
    everything, systems = states[0], states[1:]
    worst, heads = _sift(report.findings)
    ends = [*unclaimed(report, heads), *(text for state in systems for text in state.open_ends)]
    said = [*(one for state in systems for one in state.said), *_accepted(manifest, report.assessment.as_of)]
    said.sort(key=lambda one: one.evidence.until or date.max)  # stable: else in the order of the manifest
    return render(
        "board.html",
        report=report,
        day=report.assessment.as_of,
        read_at=report.started_at.astimezone(UTC),
        accounts=len({(scope.provider, scope.account) for scope in report.scopes}),
        names=sorted({one.name for one in report.principals if one.name}),
        everything=everything.row,
        systems=[state.row for state in systems],
        tiers=_by_tier([state.row for state in systems]),
        stages=STAGES,
        aspects=tuple(ASPECTS),
        worst=worst,
        since=past.since({one.finding.fingerprint for one in worst}) if past else {},
        days=past.days if past else {},
        store=past.store if past else "",
        fixes=[fix for fix in report.fixes if fix.count > 1][:FIXES],
        said=said,
        open_ends=ends,
        unseen=unseen(report.gaps),
        unlisted=sum(not listing.complete for listing in report.listings),
        manual=sum(state.manual for state in systems or states),
        applicable=sum(state.applicable for state in systems or states),
        why=Counter({one.reason: one.count for one in reversed(report.unanswered)}).most_common(1),
        most={"systems": SYSTEMS, "said": DECLARED, "open_ends": OPEN, "unseen": GAPS, "names": NAMES},
        statement=STATEMENT,
    )


class _Read(NamedTuple):
    """What the page keeps of a system: there may be hundreds, each with hundreds of controls."""

    row: Row
    said: tuple[Said, ...]
    open_ends: tuple[str, ...]
    #: controls that apply, and those of them that no scan can speak to
    applicable: int
    manual: int


def _read(report: Report) -> Iterator[_Read]:
    as_of = report.assessment.as_of
    for state in report.assessment:
        kinds = tuple(kinds_on(state, objectives, report.system_counts) for objectives in ASPECTS.values())
        yield _Read(
            row(state)._replace(kinds=kinds),
            tuple(_said(state, as_of)),
            tuple(open_ends(state, as_of)) if state.id else (),
            sum(one.applicable for one in state.frameworks),
            sum(one.manual for one in state.frameworks),
        )


def row(state: SystemState) -> Row:
    said = state.declared
    return Row(
        id=state.id,
        name=state.name,
        owner=said.get("owner", ""),
        tier=said.get("tier", ""),
        stage=said.get("stage", "no stage"),
        status=said.get("status", ""),
        resources=state.resources,
        critical=state.failures.get(Severity.CRITICAL, 0),
        high=state.failures.get(Severity.HIGH, 0),
        excepted=sum(claim.excepted for claim in state.claims.values()),
        suppressed=state.suppressed,
        asked=state.asked,
        hidden=bool(state.hidden),
        score=state.score,
    )


def kinds_on(state: SystemState, objectives: Collection[str], counts: Mapping[str, Mapping[str, CheckCount]]) -> str:
    """The kinds of evidence that there are on these objectives, in words. They stand beside each other."""
    claims = [state.claims[name] for name in objectives if name in state.claims]
    own = counts.get(state.id, {})
    others = {one.kind for claim in claims for one in claim.other if one.source != TRUST}
    for framework in state.frameworks:
        for control in framework.controls:
            if not control.claims.keys().isdisjoint(objectives):
                others |= {one.kind for one in control.other}
    against = sum(claim.against for claim in claims)
    observed = against or any(claim.supporting for claim in claims)
    unknown = any(own[check].unknown for claim in claims for check in claim.checks if check in own)
    found = [f"observed ({against} against)" if against else str(Kind.OBSERVED)] if observed else []
    found += [str(kind) for kind in (Kind.RECORDED, Kind.DECLARED, Kind.MISSING) if kind in others]
    return ", ".join([*found, *(["unknown"] if unknown else [])]) or str(Kind.MISSING)


def _by_tier(rows: Sequence[Row]) -> list[tuple[str, list[list[Row]]]]:
    """For each tier that occurs, the systems by stage."""
    return [
        (tier, [[row for row in rows if (row.tier, row.stage) == (tier, stage)] for stage in STAGES])
        for tier in TIERS
        if any(row.tier == tier for row in rows)
    ]


def _sift(findings: Iterable[Finding]) -> tuple[list[Worst], list[str]]:
    """Of all findings, gone through once: the worst paths, and the names of what no system claims.

    A path is the worst of each check that joins resources, of the checks whose paths are worst.
    """
    first: dict[str, Finding] = {}
    times: Counter[str] = Counter()
    unclaimed: dict[str, None] = {}
    for finding in findings:
        if finding.check_id == _UNCLAIMED:
            unclaimed[finding.resource.name] = None
        elif finding.verdict is Status.FAIL and finding.check_id.startswith(_JOINED) and len(finding.path) > 1:
            times[finding.check_id] += 1
            known = first.get(finding.check_id)
            if known is None or _weight(finding) > _weight(known):
                first[finding.check_id] = finding
    worst = sorted(first.values(), key=lambda one: (-one.score, one.check_id))[:PATHS]
    return [Worst(finding, times[finding.check_id] - 1) for finding in worst], list(unclaimed)


def _weight(finding: Finding) -> tuple[float, bool, bool]:
    """Of two equally bad ones, an open one is shown, then that of a declared system: somebody can be asked about it."""
    return finding.score, finding.open, bool(finding.systems)


def _said(state: SystemState, as_of: date) -> Iterator[Said]:
    """What people declared of a system, each once: its class, exclusions of controls, documents."""
    everything = [
        *([state.rests_on] if state.rests_on else []),
        *(one for claim in state.claims.values() for one in claim.other),
        *(one for framework in state.frameworks for control in framework.controls for one in _of(control)),
    ]
    for one in dict.fromkeys(everything):
        if one.kind is Kind.DECLARED and one.by:
            yield Said(state.id, one, bool(one.until and one.until < as_of))


def _accepted(manifest: Manifest | None, as_of: date) -> Iterator[Said]:
    """Exceptions, and resources that a system leaves out, with who approved them."""
    for system in manifest.systems if manifest else ():
        for one in system.exceptions:
            text = f"accepts that {cut(one.resource, _GLOB)} does not meet {one.objective}: {one.reason}"
            yield _declared(system.id, text, one.approved_by, one.expires, as_of)
        for left in system.selectors.exclude:
            yield _declared(
                system.id,
                f"leaves out {left.glob}: {left.reason}",
                left.approved_by or "nobody named",
                left.expires,
                as_of,
            )


def _declared(system: str, text: str, by: str, until: date | None, as_of: date) -> Said:
    evidence = Evidence(kind=Kind.DECLARED, text=text, by=by, until=until)
    return Said(system, evidence, bool(until and until < as_of))


def _of(control: ControlState) -> Iterator[Evidence]:
    """What decides whether a control applies, and the documents about it."""
    if control.rests_on:
        yield control.rests_on
    yield from control.other


def unclaimed(report: Report, heads: Sequence[str]) -> Iterator[str]:
    """Resources that belong to no system, with the names of those that lead to the others."""
    assessment = report.assessment
    if not assessment.manifest:
        yield (
            f"No manifest of AI systems was given: nobody is declared to answer for any of {report.resources} resources"
        )
        return
    if not assessment.unclaimed:
        return
    names = ", ".join(clean(name) for name in heads[:NAMES])
    more = f" and {len(heads) - NAMES} more" if len(heads) > NAMES else ""
    named = f", among them {names}{more}" if names else ""
    number = count(assessment.unclaimed, "resource of ML belongs", "resources of ML belong")
    yield f"{number} to no declared system{named}"


def open_ends(state: SystemState, as_of: date) -> Iterator[str]:
    """What nobody decided of a system, or decided for a time that is over."""
    decided = state.rests_on
    if state.declared.get("tier") == "unclassified":
        yield f"{state.id}: nobody classified it, and so it is held to what a high-risk system is held to"
    elif decided is not None and not decided.by:
        yield f"{state.id}: nobody is named who decided its tier"
    if decided is not None and decided.until and decided.until < as_of:
        yield f"{state.id}: its classification was to be reviewed by {decided.until}"
    for framework in state.frameworks:
        if number := framework.words.get(Word.UNDECIDED, 0):
            why = Counter(one.why for one in framework.controls if one.word is Word.UNDECIDED).most_common(1)[0][0]
            yield f"{state.id}: whether {count(number, 'control')} of {framework.id} apply was not decided ({why})"
    open_to = [one for one in state.rollout if one.word is Word.NOT_ASSESSED]
    if asked := [one.name for one in open_to if not one.ahead]:
        yield f"{state.id}: its stage asks for {_listed(asked)}, of which this scan says nothing"
    if asked := [one.name for one in state.rollout if one.ahead and one.word not in _STANDS]:
        stage = next(one.stage for one in state.rollout if one.ahead)
        yield f"{state.id}: before stage {stage}, it needs {_listed(asked)}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
