"""A judged inventory and a manifest → the dossier of one AI system."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner import __version__
from scanner.evidence.controls import Bearing
from scanner.evidence.declared_logs import APPROVED, approvals_of
from scanner.evidence.dossier_types import (
    Accepted,
    Bears,
    ControlPage,
    Cover,
    Dossier,
    Held,
    Lineage,
    NotSeen,
    Observation,
    Origin,
    Part,
    Piece,
    Question,
    Reader,
    Section,
)
from scanner.evidence.instruments import GATED, as_evidence, instruments_of, items_of
from scanner.evidence.rollout import with_fallbacks
from scanner.evidence.sections import sections_of, what_is
from scanner.evidence.sentences import (
    contradictions_of,
    limits_of,
    open_in_control,
    open_in_manifest,
    selector_text,
)
from scanner.evidence.suppressions import register_of
from scanner.evidence.unseen import Unseen
from scanner.frameworks import Catalogue, Control, Framework
from scanner.history.looked_at import listed_at
from scanner.model.claims import STATEMENT, ControlState, FrameworkState, SystemState
from scanner.model.globs import matcher
from scanner.model.nouns import Reason, Scope, Status, plain
from scanner.model.origins import Said
from scanner.model.reported import Finding, Report
from scanner.store.inventory import Inventory
from scanner.systems.manifest import System
from scanner.systems.names import Key
from scanner.systems.ownership import Ownership
from scanner.systems.triage import triage
from scanner.systems.triage_answers import Answers
from scanner.systems.triage_questions import load_questions

_BEARS: dict[Status, Bears] = {
    Status.PASS: "for",
    Status.FAIL: "against",
    Status.UNKNOWN: "unknown",
    Status.NOT_APPLICABLE: "not applicable",
}
#: The same of checks that go by what people or pipelines wrote there.
_RECORDS: dict[Status, Bears] = {Status.PASS: "recorded", Status.FAIL: "missing"}
_NOT_NOTED = "The inventory does not say from which replies it has these, and when, so that no claim leads to a digest"
_FIRST: tuple[Bears, ...] = ("against", "missing", "unknown", "recorded", "for", "not applicable")


class _Known(Struct, frozen=True):
    """Of a resource in the store: who it is and what was read of it."""

    id: str
    name: str
    scope: Scope
    read: Said | UnsetType = UNSET


class _Asked(Struct, frozen=True):
    """What each part of a dossier is made of; `of` is the assessed state, `found` are observations by objective."""

    catalogue: Catalogue
    of: SystemState
    system: System
    found: Mapping[str, Sequence[Observation]]
    gates: tuple[Piece, ...]
    lineage: Lineage | None
    fallbacks: Mapping[str, Sequence[Piece]]


def compile_dossier(
    system: System,
    report: Report,
    state: SystemState,
    owners: Ownership,
    inventory: Inventory,
    catalogue: Catalogue,
    manifest_sha256: str,
    answers: Answers | None = None,
    gates: Sequence[Piece] = (),
    draw: Callable[[Sequence[Held]], Lineage | None] = lambda _: None,
    fallbacks: Mapping[str, Sequence[Piece]] = {},
) -> Dossier:
    """The dossier of a system: of a report with all verdicts, its assessed `state`, and what these were made from.

    `catalogue` holds the frameworks that it is to speak of. `manifest_sha256` is the digest of the manifest's file.
    `answers` are those recorded about its risk, beside what the manifest says. `gates` are results of the evaluation
    gate, or say why one that is declared is none. `draw` gives the lineage around resources. `fallbacks` are what
    clouds show, by objective, of a way back from what serves, and of people before it: that gives no control a word.
    """
    resources = tuple(sorted(_held(system, owners, inventory)))
    lineage = draw(resources)
    origins = {(one.kind, one.id): one.origins for one in resources}
    observations = tuple(_observations(system, report, owners, origins))
    by_objective: defaultdict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        by_objective[one.objective].append(one)
    shown = (*fallbacks.get(APPROVED, ()), *approvals_of(system, by_objective.get(APPROVED, ())))
    fallbacks = {**fallbacks, APPROVED: shown}
    state = msgspec.structs.replace(state, rollout=with_fallbacks(state.rollout, fallbacks))
    asked = _Asked(catalogue, state, system, by_objective, tuple(gates), lineage, fallbacks)
    parts = (
        _part(catalogue.frameworks[framework.id], framework, asked)
        for framework in state.frameworks
        if framework.id in catalogue.frameworks
    )
    as_of = report.assessment.as_of
    return Dossier(
        cover=_cover(system, report, state, owners, inventory, resources, as_of, manifest_sha256),
        declared=system,
        manifest=owners.manifest,
        state=state,
        triage=triage(load_questions(), owners.manifest, system, answers, as_of),
        resources=resources,
        observations=observations,
        parts=tuple(parts),
        suppressions=tuple(register_of(report, _own(system, report))),
        lineage=lineage,
    )


def _own(system: System, report: Report) -> Iterator[Finding]:
    return (finding for finding in report.findings if system.id in finding.systems)


def _held(system: System, owners: Ownership, inventory: Inventory) -> Iterator[Held]:
    """The resources that a system claims, with what was read of each."""
    decoder = msgspec.json.Decoder(_Known)
    for kind in inventory.store.kinds():
        for content in inventory.store.documents_with_origins(kind):
            found = decoder.decode(content)
            of = owners.of_key(Key(kind, found.id))
            if system.id not in of:
                continue
            yield Held(
                kind=kind,
                id=found.id,
                name=found.name,
                scope=found.scope,
                shared_with=tuple(one for one in of if one != system.id),
                origins=origins_of(found.read),
            )


def held_scopes(owners: Ownership, inventory: Inventory) -> Iterator[tuple[str, Scope]]:
    """Each system that claims a resource, and where that is listed; the same pair for each resource."""
    decoder = msgspec.json.Decoder(_Known)
    for kind in inventory.store.kinds():
        for content in inventory.store.documents(kind):
            found = decoder.decode(content)
            for system in owners.of_key(Key(kind, found.id)):
                yield system, listed_at(kind, found.scope)


def origins_of(read: Said | UnsetType) -> tuple[Origin, ...]:
    """What a resource was read from, as a dossier shows it."""
    if read is UNSET:
        return ()
    found = (
        Origin(operation=operation, at=seen.at, sha256=seen.sha256, kept=seen.reply is not UNSET)
        for operation, seen in read.items()
    )
    return tuple(sorted(found))


def _observations(
    system: System, report: Report, owners: Ownership, origins: Mapping[tuple[str, str], tuple[Origin, ...]]
) -> list[Observation]:
    """The findings about a system, what speaks against it first."""
    made = [_observation(finding, system, owners, origins) for finding in _own(system, report)]
    return sorted(made, key=lambda one: _FIRST.index(one.bears))  # stable: else as in reports


def _observation(
    finding: Finding, system: System, owners: Ownership, origins: Mapping[tuple[str, str], tuple[Origin, ...]]
) -> Observation:
    resource = finding.resource
    against = finding.verdict is Status.FAIL
    bears = bears_of(finding.verdict, finding.evidence, recorded=finding.recorded)
    excepted = owners.exception(system.id, finding.objective, resource) if against else None
    return Observation(
        claim=finding.fingerprint,
        check=finding.check_id,
        title=finding.title,
        severity=str(finding.severity),
        objective=finding.objective,
        bears=bears,
        message=finding.message,
        evidence=plain(finding.evidence),
        kind=resource.kind,
        resource=resource.id,
        name=resource.name,
        scope=resource.scope,
        path=finding.path,
        origins=origins.get((resource.kind, resource.id), ()),
        excepted=excepted.reason if excepted else "",
        console_url=resource.console_url,
        suppressed=finding.suppression.reason if finding.suppression else "",
        trusted=finding.verdict is Status.PASS and bears == "unknown",
    )


def bears_of(verdict: Status, evidence: Mapping[str, Any], *, recorded: bool) -> Bears:
    """How a verdict with this evidence bears on its objective: what is `recorded` is neither for nor against."""
    if verdict is Status.PASS and _is_trusted(evidence):
        return "unknown"
    return (_RECORDS if recorded else _BEARS).get(verdict, _BEARS[verdict])


def _is_trusted(evidence: Mapping[str, Any]) -> bool:
    """Whether what is settled rests on an entry of `[trust]`, and not on what the scan itself covers alone."""
    return any("scan" not in entry for entry in evidence.get("trust", ()))


def _part(framework: Framework, state: FrameworkState, asked: _Asked) -> Part:
    """What a framework asks, section by section."""
    states = {control.id: control for control in state.controls}
    rows = {control.id: control for control in framework.controls}
    bearing = Bearing(framework)
    sections = tuple(
        Section(
            id=id, title=title, pages=tuple(_page(rows[one], states[one], framework, bearing, asked) for one in ids)
        )
        for id, title, ids in sections_of(framework, states)
    )
    pages = [page for section in sections for page in section.pages]
    return Part(
        framework=framework.id,
        name=framework.name,
        version=framework.version,
        url=framework.url,
        what=what_is(framework),
        state=state,
        sections=sections,
        items=tuple(items_of(framework.id, pages, asked.system, asked.found, asked.gates)),
        instruments=tuple(
            instruments_of(pages, asked.system, asked.found, asked.gates, asked.lineage, asked.fallbacks)
        ),
    )


def _page(row: Control, state: ControlState, framework: Framework, bearing: Bearing, asked: _Asked) -> ControlPage:
    catalogue = asked.catalogue
    questions = tuple(
        Question(
            objective=objective,
            title=catalogue.objectives[objective].title,
            statement=catalogue.objectives[objective].statement,
            relationship=relationship,
            reason=framework.objectives[objective].reason,
            core=objective in bearing.core[row.id],
            cannot_prove=catalogue.objectives[objective].cannot_prove,
            claim=asked.of.claims[objective],
        )
        for objective, relationship in state.claims.items()
    )
    others = (*state.other, *(one for each in questions for one in each.claim.other))
    gates = as_evidence(asked.gates) if any(each.objective in GATED for each in questions) else ()
    accepted = tuple(_accepted(asked.system, [each.objective for each in questions], asked.found))
    return ControlPage(
        state=state,
        oscal_id=row.oscal_id or row.id,
        questions=questions,
        declared=tuple(dict.fromkeys((*others, *gates))),
        accepted=accepted,
        contradictions=tuple(contradictions_of(state, questions)),
        open=tuple(open_in_control(state, questions)),
    )


def _accepted(
    system: System, objectives: Iterable[str], observations: Mapping[str, Sequence[Observation]]
) -> Iterator[Accepted]:
    """The exceptions that bear on a control."""
    wanted = set(objectives)
    uncovered = {each.claim: each for name in wanted for each in observations.get(name, ()) if each.bears == "against"}
    for one in system.exceptions:
        if one.objective not in wanted:
            continue
        glob = matcher(f"*{one.resource}")
        covered = [
            each for each in uncovered.values() if each.objective == one.objective and glob.fullmatch(each.resource)
        ]
        for each in covered:  # the first exception that does is the one that accepts it
            del uncovered[each.claim]
        yield Accepted(
            objective=one.objective,
            resource=one.resource,
            reason=one.reason,
            approved_by=one.approved_by,
            expires=one.expires,
            covers=len(covered),
        )


def _cover(
    system: System,
    report: Report,
    state: SystemState,
    owners: Ownership,
    inventory: Inventory,
    resources: Sequence[Held],
    as_of: date,
    manifest_sha256: str,
) -> Cover:
    manifest = owners.manifest
    clouds = frozenset(include.provider for include in system.selectors.include)
    times = sorted(origin.at for one in resources for origin in one.origins)
    taken = report.started_at.isoformat()
    first, last = (times[0], times[-1]) if times else (taken, taken)
    unseen = Unseen(report.listings, report.gaps, frozenset(inventory.accounts))
    return Cover(
        organisation=manifest.organisation.name,
        system=system.id,
        name=system.name,
        as_of=as_of,
        taken_at=report.started_at,
        first=first,
        last=last,
        tool=f"mlposture {__version__}",
        scopes=tuple(scope for scope in report.scopes if scope.provider in clouds),
        selectors=tuple(selector_text(include) for include in system.selectors.include),
        readers=tuple(_readers(report, resources, clouds)),
        inventories=report.inventories,
        manifest=owners.path,
        manifest_sha256=manifest_sha256,
        not_seen=tuple(_not_seen(report, clouds)),
        blind=tuple(dict.fromkeys(filter(None, unseen.reasons(system, owners, clouds)))),
        open=tuple(open_in_manifest(system, manifest, as_of)),
        limits=(*_limits(state, resources), *limits_of(system, as_of, report.started_at.date(), first, last)),
    )


def _limits(state: SystemState, resources: Sequence[Held]) -> tuple[str, ...]:
    untold = sum(not one.origins for one in resources)
    return (
        STATEMENT,
        "A scan sees how things are configured at the moment of reading, and nothing of the time before or after.",
        f"{len(state.claims)} objectives were asked about; what each of them cannot show stands beside it.",
        *([f"{_NOT_NOTED}: {untold} of {len(resources)} resources."] if untold else []),
    )


def _not_seen(report: Report, clouds: frozenset[str]) -> Iterator[NotSeen]:
    for gap in report.gaps:
        if gap.scope.provider in clouds:
            yield NotSeen(
                scope=gap.scope,
                kind=gap.kind,
                operation=gap.operation,
                reason=str(gap.reason),
                permission=gap.permission,
                detail=gap.detail,
                count=gap.count,
                checks=gap.checks,
            )


def _readers(report: Report, resources: Sequence[Held], clouds: frozenset[str]) -> Iterator[Reader]:
    """In whose name the accounts were read that the system is in, and which calls were answered there."""
    answered: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    refused: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in resources:
        answered[one.scope.provider, one.scope.account].update(origin.operation for origin in one.origins)
    for gap in report.gaps:
        if gap.reason is Reason.DENIED:
            refused[gap.scope.provider, gap.scope.account].add(gap.operation)
    names = {(one.provider, one.account): one.name for one in report.principals}
    for key in sorted({*answered, *names}):
        if key[0] in clouds:
            yield Reader(
                provider=key[0],
                account=key[1],
                name=names.get(key, ""),
                answered=tuple(sorted(answered[key])),
                refused=tuple(sorted(refused[key])),
            )
