"""Answers to the risk triage for tests: all of them no but for what a test says, about a system that says nothing."""

from __future__ import annotations

import re
from datetime import date

from declaring import TODAY, declared
from msgspec.structs import replace

from scanner.systems.manifest import EuAiAct, Include, Manifest, Selectors, System
from scanner.systems.triage import Triage, triage
from scanner.systems.triage_answers import SCHEMA, Answer, Answers
from scanner.systems.triage_questions import load_questions

QUESTIONS = load_questions()
#: Words that no result may use: the Act has no class of that name, and nobody here decides.
FORBIDDEN = re.compile(r"minimal[ -]risk|complian|complies|conforman|conforms|satisf|fulfilled", re.IGNORECASE)
#: Where no is the wrong way round: the Act reaches the system, and an assessment is no matter of the class.
_OTHERWISE = {"scope-union": "yes", "impact-assessed": "out-of-scope"}
PLAIN = {
    question.id: _OTHERWISE.get(question.id, "no") for question in QUESTIONS.questions if "no" in question.answers
} | {"derogation-case": "none", "component-function": "neither", "product-section": "a"}


def silent() -> Manifest:
    """A manifest with one system, `app`, of which nobody decided anything."""
    return declared(app=Selectors(include=(Include(provider="aws", accounts=("111122223333",)),)))


def deciding(manifest: Manifest, **changes: object) -> Manifest:
    """The manifest with another class, decided by the dpo on the first of September; other fields are of the system."""
    act = {"tier": "minimal", "rationale": "x", "decided_by": "dpo", "decided_on": date(2026, 9, 1)}
    fields = {name: value for name, value in changes.items() if name in System.__struct_fields__}
    act |= {name: value for name, value in changes.items() if name not in fields}
    [system] = manifest.systems
    system = replace(system, classification=replace(system.classification, eu_ai_act=EuAiAct(**act)), **fields)
    return replace(manifest, systems=(system,))


def answers(given: dict[str, str]) -> Answers:
    return Answers(
        schema=SCHEMA, system="app", answered_by="legal", answered_on=date(2026, 11, 1),
        answers={name: Answer(answer=answer, reason="x") for name, answer in given.items()},
    )  # fmt: skip


def result(given: dict[str, str], manifest: Manifest | None = None, as_of: date = TODAY) -> Triage:
    """What exactly these answers lead to."""
    manifest = manifest or silent()
    return triage(QUESTIONS, manifest, manifest.systems[0], answers(given), as_of)


def plain(as_of: date = TODAY, **given: str) -> Triage:
    """What all no leads to, but for these answers; underscores stand for hyphens."""
    return result(PLAIN | {name.replace("_", "-"): answer for name, answer in given.items()}, as_of=as_of)


def kinds(found: Triage) -> set[str]:
    return {one.kind for one in found.conclusions}


def cited(found: Triage) -> set[str]:
    """The provisions that anything found rests on."""
    return {article for one in found.conclusions for article in one.articles}


def words(found: Triage) -> str:
    """All that a result says, apart from the questions themselves."""
    said = [one.words for one in found.conclusions] + [text for one in found.open for text in one.depends]
    return "\n".join((*found.headline, *said, *found.contradictions, *found.notes))
