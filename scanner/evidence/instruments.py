"""What there is of model cards, evaluations and lineage, and of the items of Annex IV(2), by kind of evidence.

Observed, recorded, declared and missing stand beside each other and are never added up: what is recorded or declared
gives no control a word. What could not be read is missing, too, and the text says that it could not.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from scanner.evidence.applicability import ACT
from scanner.evidence.declared_logs import KEPT, logs_of
from scanner.evidence.dossier_types import ControlPage, Lineage, Observation, Piece, Question, Row
from scanner.evidence.standing import RECORDS_ALONE
from scanner.model.claims import Evidence, Kind, Word
from scanner.systems.manifest import System

Observations = Mapping[str, Sequence[Observation]]

#: What a result of the evaluation gate bears on.
GATED = ("performance-evaluation", "bias-fairness")
_CARD, _GATE, _LINEAGE, _MONITORING = "model-card", "gate", "lineage", "monitoring"
_OVERSIGHT, _ROUTE, _LOGS = "oversight", "incident-route", "logs"
#: What the messages for people that a scan follows are evidence on.
_ALERTS = "detection-and-alerting"
#: What each is called, and the objectives that it is evidence on.
_INSTRUMENTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    _CARD: ("Model card", ("model-documentation",)),
    "data-sheet": ("Data sheet", ("dataset-documentation",)),
    "evaluation": ("Evaluation, also by group", GATED),
    _GATE: ("Dated result of the evaluation gate", GATED),
    "run": ("Run behind what serves", ("experiment-traceability",)),
    _LINEAGE: ("Lineage", ("data-lineage",)),
    _MONITORING: ("Monitoring", ("model-monitoring",)),
    _OVERSIGHT: ("Human oversight, and a way to stop", ("human-oversight", "human-approval", "rollback-kill-switch")),
    _ROUTE: ("Incident route", (_ALERTS,)),
    _LOGS: ("Logs that are kept", (KEPT,)),
}
#: Of a card, who approved it is another objective, of which other checks ask, too.
_APPROVAL, _CARD_CHECKS = "human-approval", "MLP-53"
_ITEMS = "Annex IV(2)("
#: Observations that a piece names; its text says of how many it is.
_NAMED = 3
_RECORDED = {"recorded": Kind.RECORDED, "missing": Kind.MISSING}


def instruments_of(
    pages: Sequence[ControlPage],
    system: System,
    found: Observations,
    gates: Sequence[Piece] = (),
    drawn: Lineage | None = None,
    fallbacks: Mapping[str, Sequence[Piece]] = {},
) -> Iterator[Row]:
    """The instruments that these controls ask for. `gates` are the results of the gate that were given.

    `fallbacks` are what clouds show, by objective, of a way back from what serves and of people before it.
    """
    for id, (title, objectives) in _INSTRUMENTS.items():
        asking = [
            page for page in _applying(pages) if any(o.core and o.objective in objectives for o in page.questions)
        ]
        if not asking:
            continue
        pieces: list[Piece] = []
        if id == _GATE:
            pieces += gate_pieces(system, gates)
        else:
            pieces += _pieces(_questions(asking, objectives), found)
        if id == _CARD:
            own = [one for one in found.get(_APPROVAL, ()) if one.check.startswith(_CARD_CHECKS)]
            pieces += _records(own)
        pieces += _by_manifest(id, system, found)
        if id == _OVERSIGHT:
            pieces += (piece for name in objectives for piece in fallbacks.get(name, ()))
        if id == _LINEAGE and drawn is not None:
            pieces += _drawn(drawn)
        pieces += _documents(asking)
        yield Row(id=id, title=title, controls=tuple(page.state.id for page in asking), pieces=_sorted(pieces))


def _by_manifest(id: str, system: System, found: Observations) -> Iterator[Piece]:
    """What the manifest expects of an instrument, and what was seen of what it names."""
    if id == _MONITORING and system.expectations.monitoring:
        text = f"expected are {', '.join(system.expectations.monitoring)}"
        yield Piece(kind=Kind.DECLARED, text=text, source="expectations.monitoring")
    if id == _OVERSIGHT and system.expectations.human_review and not (system.oversight and system.oversight.review):
        text = "the manifest asks that people review outputs, and does not say where"
        yield Piece(kind=Kind.MISSING, text=text, source="expectations.human_review")
    if id == _ROUTE:
        yield from _route(system, found.get(_ALERTS, ()))
    if id == _LOGS:
        yield from logs_of(system, found.get(KEPT, ()))


def items_of(
    framework: str, pages: Sequence[ControlPage], system: System, found: Observations, gates: Sequence[Piece] = ()
) -> Iterator[Row]:
    """The items of Annex IV(2) of the Act, of a system that it applies to, or may."""
    if framework != ACT:
        return
    for page in _applying(pages):
        if not page.state.id.startswith(_ITEMS):
            continue
        pieces = _pieces(page.questions, found)
        if any(one.objective in GATED for one in page.questions):
            pieces += gate_pieces(system, gates)
        documents = list(_documents([page], named=False))
        if not documents:
            alone = "" if page.questions else ", and only people can show it"
            pieces.append(Piece(kind=Kind.MISSING, text=f"no document is declared that fills it{alone}"))
        pieces += documents
        yield Row(id=page.state.id, title=page.state.title, controls=(page.state.id,), pieces=_sorted(pieces))


def gate_pieces(system: System, gates: Sequence[Piece]) -> Iterator[Piece]:
    """The results of the gate, the thresholds that it goes by, and what is asked for and not here."""
    yield from gates
    thresholds = system.expectations.thresholds
    results = [one for one in gates if one.kind is Kind.RECORDED]
    if thresholds:
        many = "1 threshold is" if len(thresholds) == 1 else f"{len(thresholds)} thresholds are"
        people = ", ".join(dict.fromkeys(one.set_by for one in thresholds if one.set_by))
        yield Piece(kind=Kind.DECLARED, text=f"{many} set", by=people, source="expectations.thresholds")
    if not results:
        yield Piece(kind=Kind.MISSING, text="no dated result of the evaluation gate is here")
    if system.expectations.test_report_signed and not any(one.by for one in results):
        yield Piece(kind=Kind.MISSING, text="the manifest asks for a signed test report, and none is here")


def _route(system: System, found: Sequence[Observation]) -> Iterator[Piece]:
    """Whether alarms that were read go to what the manifest declares, and whether somebody reads that."""
    if system.incident_route is None:
        yield Piece(kind=Kind.MISSING, text="the manifest declares no incident route")
        return
    for address in system.incident_route.addresses:
        known = address.lower()
        led = [one for one in found if any(id.lower() == known for id in one.path)]
        told = [one for one in led if one.bears in ("for", "against")]
        if not told:
            text = f"no alarm was seen to reach {address}, which the manifest declares"
            yield Piece(kind=Kind.MISSING, text=text, claims=_named(led, ("unknown",)))
            continue
        bears = "against" if any(one.bears == "against" for one in told) else "for"
        says = "and reach nobody" if bears == "against" else "and reach somebody"
        yield Piece(kind=Kind.OBSERVED, text=f"alarms go to {address} {says}", claims=_named(told, (bears,)))


def as_evidence(gates: Iterable[Piece]) -> tuple[Evidence, ...]:
    """Results of the gate as what stands beside a control."""
    return tuple(
        Evidence(kind=one.kind, text=one.text, by=one.by, on=one.on, source=one.source, sha256=one.sha256)
        for one in gates
        if one.kind is Kind.RECORDED
    )


def _applying(pages: Iterable[ControlPage]) -> Iterator[ControlPage]:
    return (page for page in pages if page.state.word is not Word.NOT_APPLICABLE)


def _questions(pages: Iterable[ControlPage], objectives: Collection[str]) -> list[Question]:
    """The question on each of these objectives, once."""
    every = {one.objective: one for page in pages for one in page.questions}
    return [every[name] for name in objectives if name in every]


def _pieces(questions: Iterable[Question], found: Observations) -> list[Piece]:
    """What there is on objectives; those of which there is nothing for the same reason are one piece."""
    pieces: list[Piece] = []
    nothing: dict[str, list[str]] = {}
    for one in questions:
        told = list(_on(one, found.get(one.objective, ())))
        pieces += told
        if all(piece.kind is Kind.DECLARED for piece in told):
            nothing.setdefault(_why_nothing(one), []).append(one.objective)
    return pieces + [Piece(kind=Kind.MISSING, text=f"{', '.join(names)}: {why}") for why, names in nothing.items()]


def _why_nothing(question: Question) -> str:
    why = question.claim.why
    return "nothing of it was found in records" if why == RECORDS_ALONE else why or "nothing was found of it"


def _on(question: Question, found: Sequence[Observation]) -> Iterator[Piece]:
    """What there is on an objective. Declared is here what the manifest itself says on it."""
    claim, name = question.claim, question.objective
    if claim.supporting or claim.against:
        text = f"{name}: {claim.supporting} for, {claim.against} against"
        yield Piece(kind=Kind.OBSERVED, text=text, claims=_named(found, ("against", "for")))
    yield from _records(found)
    for one in claim.other:
        if one.kind is Kind.DECLARED:
            yield Piece(kind=one.kind, text=one.text, by=one.by, on=one.on, source=one.source, sha256=one.sha256)
    if unknown := sum(one.bears == "unknown" for one in found):
        told = f"{name}: {unknown} {'verdict' if unknown == 1 else 'verdicts'} could not be given"
        yield Piece(kind=Kind.MISSING, text=told, claims=_named(found, ("unknown",)))


def _records(found: Iterable[Observation]) -> Iterator[Piece]:
    """What checks of records say, a piece for each of them and each way in which it speaks."""
    by_check: dict[tuple[Kind, str], list[Observation]] = {}
    for one in found:
        if one.bears in _RECORDED:
            by_check.setdefault((_RECORDED[one.bears], one.check), []).append(one)
    for (kind, check), alike in by_check.items():
        how = "is not so" if kind is Kind.RECORDED else "is so"
        text = f"“{alike[0].title}” {how} of {len(alike)}, by what is recorded"
        yield Piece(kind=kind, text=text, check=check, claims=tuple(one.claim for one in alike[:_NAMED]))


def _named(found: Iterable[Observation], bears: Sequence[str]) -> tuple[str, ...]:
    chosen = sorted((one for one in found if one.bears in bears), key=lambda one: bears.index(one.bears))
    return tuple(one.claim for one in chosen[:_NAMED])


def _documents(pages: Iterable[ControlPage], *, named: bool = True) -> Iterator[Piece]:
    """The declared documents that fill these controls, `named` with the first one that each fills."""
    seen: set[Evidence] = set()
    for page in pages:
        for one in page.state.other:
            if one.kind is Kind.DECLARED and one not in seen:
                seen.add(one)
                text = f"{one.text}, which fills {page.state.id}" if named else one.text
                yield Piece(kind=one.kind, text=text, by=one.by, on=one.on, source=one.source, sha256=one.sha256)


def _drawn(drawn: Lineage) -> Iterator[Piece]:
    if drawn.stated:
        text = f"a cloud states of {drawn.stated} jobs and endpoints what they read, wrote or serve: see the drawing"
        yield Piece(kind=Kind.OBSERVED, text=text)
    if drawn.recorded:
        yield Piece(kind=Kind.RECORDED, text=f"runs in OpenLineage or MLflow: {drawn.recorded}, see the drawing")


def _sorted(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """By kind, and else in the order in which they were found."""
    order = tuple(Kind)
    return tuple(sorted(pieces, key=lambda one: order.index(one.kind)))
