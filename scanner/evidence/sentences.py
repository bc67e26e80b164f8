"""The sentences of a dossier: each a template over evidence, so that its reader can follow it to what it rests on."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import asdict, fields

from scanner.evidence.applicability import EXCLUDED, classified
from scanner.evidence.standing import TRUST
from scanner.model.claims import Claim, ControlState, Evidence, Kind, Word
from scanner.systems.manifest import Include, Manifest, System

if TYPE_CHECKING:
    from scanner.evidence.dossier_types import Question

_SCREENING = {
    "interacts_with_persons": "whether it talks to people (Art. 50(1))",
    "generates_content": "whether it generates content (Art. 50(2) and (4))",
    "biometric_input": "whether it uses biometric data (Art. 5(1), Art. 50(3), Annex III(1))",
    "used_on_employees": "whether it is used on employees (Art. 5(1)(f), Annex III(4))",
    "profiling": "whether it profiles people (Art. 6(3))",
    "essential_service_decision": "whether it decides about essential services (Annex III(5))",
    "safety_component_or_regulated_product": "whether it is a regulated product or a safety part of one (Art. 6(1))",
}
_PURPOSE = {
    "users": "who uses it",
    "affected_persons": "whom it affects",
    "decision_effect": "what its output decides",
}
_MANUAL = "manual"
#: The length of a day, as it begins a time.
_DAY = 10


def selector_text(include: Include) -> str:
    """What a selector selects by, as one line."""
    named = ((field.name, getattr(include, field.name)) for field in fields(include) if field.name != "provider")
    return f"{include.provider}: " + "; ".join(
        f"{name.replace('_', ' ')} {_list(value)}" for name, value in named if value
    )


def _list(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def said_by(evidence: Evidence) -> str:
    """Who declared something and when, as far as that is known."""
    when = f" on {evidence.on}" if evidence.on else ""
    until = f", until {evidence.until}" if evidence.until else ""
    return f"declared by {evidence.by or 'nobody named'}{when}{until}"


def tally(claim: Claim) -> str:
    """How many verdicts there are, and how they speak."""
    total = claim.supporting + claim.against + claim.unknown
    return f"{claim.supporting} for, {claim.against} against, {claim.unknown} unknown, of {total}"


def contradictions_of(state: ControlState, questions: "Sequence[Question]") -> Iterator[str]:
    """Where what is declared and what was observed say different things."""
    excluded = state.rests_on if state.rests_on and state.rests_on.source == EXCLUDED else None
    if state.word is Word.NOT_APPLICABLE and excluded is None:
        return
    for each in questions:
        claim = each.claim
        if not (claim.against and each.core):
            continue
        speaks = f"{tally(claim)} verdicts on {each.objective}"
        if excluded is not None:
            yield f"That it is left out is {said_by(excluded)}; there are {speaks}."
        for one in (*state.other, *claim.other):
            if one.kind is Kind.DECLARED and one.source != TRUST:  # which counts as unknown, not beside what is against
                yield f"“{one.text}” is {said_by(one)}; there are {speaks}."


def open_in_control(state: ControlState, questions: "Sequence[Question]") -> Iterator[str]:
    """What nobody answered about a control."""
    if state.word is Word.NOT_APPLICABLE:
        return
    if state.word is Word.UNDECIDED:
        yield f"Does it apply? {state.why}"
    if state.assessable == _MANUAL:
        yield "Only people can show this: a scan sees nothing of it."
    for each in questions:
        claim = each.claim
        if not claim.checks:
            yield f"{each.objective}: no check of this version asks about it."
        elif claim.unknown:
            total = claim.supporting + claim.against + claim.unknown
            yield f"{each.objective}: {claim.unknown} of {total} verdicts could not be given."
        elif claim.why and not claim.complete:
            yield f"{each.objective}: {claim.why}."
    if not questions and state.assessable != _MANUAL:
        yield "Nothing that a scan looks for bears on it."


def open_in_manifest(system: System, manifest: Manifest, as_of: date) -> Iterator[str]:
    """What the manifest leaves unanswered about a system."""
    answers = asdict(system.screening)
    yield from (f"Not declared: {text}." for name, text in _SCREENING.items() if answers[name] is None)
    purpose = asdict(system.purpose)
    yield from (f"Not declared: {text}." for name, text in _PURPOSE.items() if purpose[name] is None)
    if system.stage is None and system.status == "production":
        yield "Not declared: how far it is rolled out (stage)."
    if system.classification.data_sensitivity is None:
        yield "Not declared: how sensitive its data is."
    if not (system.classification.roles or manifest.organisation.default_roles):
        yield "Not declared: in which role under the EU AI Act."
    yield from _open_classification(system, manifest, as_of)
    if system.soc2 is not None and system.soc2.type == 2 and system.soc2.period is None:
        yield "Not declared: the period of its SOC 2 report, which type 2 has."
    if not system.documents:
        yield "No document is declared."
    for document in system.documents:
        if document.sha256 == "...":
            yield f"“{document.title}” is declared without its SHA-256."
        if not document.approved_by:
            yield f"“{document.title}” is declared without who approved it."
        if document.date > as_of:
            yield f"“{document.title}” is declared with {document.date}, a later day than {as_of}."


def limits_of(system: System, as_of: date, taken: date, first: str, last: str) -> Iterator[str]:
    """What of this scan and of what was declared a reader has to know before all else."""
    day, end = first[:_DAY], last[:_DAY]
    if day != end:
        yield f"What was read is of several days, from {day} to {end}: nobody saw it together as it was on one of them."
    if as_of != taken:
        yield f"Duties, exceptions and reviews are taken as of {as_of}, and the scan is of {taken}."
    if left_out := len(system.selectors.exclude):
        things = "exclusion keeps resources" if left_out == 1 else "exclusions keep resources"
        yield f"{left_out} {things} out of the system, as the manifest has it: nothing is said of these."
    if system.soc2 is not None and system.soc2.period is not None:
        period = system.soc2.period
        yield (
            f"Its SOC 2 report is declared to be on {period.from_} to {period.to}: what was read from {day} to {end} "
            "is no evidence of any other day of that."
        )


def _open_classification(system: System, manifest: Manifest, as_of: date) -> Iterator[str]:
    said = classified(system, manifest)
    if system.classification.eu_ai_act.tier == "unclassified":
        yield "Nobody classified it under the EU AI Act: it is held to what a high-risk system is held to."
    if not said.by:
        yield "Not declared: who decided how it is classified."
    if said.on is None:
        yield "Not declared: when that was decided."
    if said.until and said.until < as_of:
        yield f"Its classification was to be reviewed by {said.until}."
