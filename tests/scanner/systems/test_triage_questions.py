"""The questions of the risk triage as a graph, and every provision they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect
from support import ROOT, fail_with
from triaging import FORBIDDEN, QUESTIONS

from scanner.frameworks import load
from scanner.model.fitting import fit
from scanner.model.yaml_text import parse
from scanner.systems.manifest import System
from scanner.systems.triage_questions import CLAIMS, UNKNOWN, Question, Questions, leads

NAMES = [question.id for question in QUESTIONS.questions]
FILE = ROOT / "scanner" / "systems" / "triage.yaml"
#: Frameworks that a provision may name before a colon; without one it is the Act's.
_CITED = re.compile(r"(?:(?P<framework>[a-z0-9-]+):)?(?P<id>.+)")


def texts(question: Question) -> Iterator[str]:
    yield from (question.question, question.why, question.trap or "")
    yield from (choice.text for choice in question.answers.values())


def rows(framework: str) -> set[str]:
    return {control.id for control in load((framework,)).frameworks[framework].controls}


def cited() -> Iterator[tuple[str, str]]:
    for question in QUESTIONS.questions:
        yield from ((question.id, article) for article in question.articles)
        yield from ((question.id, article) for _, lead in leads([question]) for article in lead.articles)


def test_the_file_fits_its_types() -> None:
    document = parse(FILE.read_bytes(), "")

    assert (document.problems, fit(document, Questions, "questions")) == ([], [])


def test_each_question_has_an_id_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_every_answer_asks_what_comes_after_it() -> None:
    """So nothing asks what does not exist, and no question leads back to itself."""
    fail_with(
        f"{question.id}: {answer} asks {asked}, which does not come after it"
        for number, question in enumerate(QUESTIONS.questions)
        for answer, choice in question.answers.items()
        for asked in choice.asks
        if asked not in NAMES[number + 1 :]
    )


def test_the_guide_says_how_many_there_are() -> None:
    always = sum(question.always for question in QUESTIONS.questions)
    guide = (ROOT / "docs" / "guides" / "risk-triage.md").read_text(encoding="utf-8")

    assert f"{always} questions are always asked, and {len(NAMES) - always} more follow from an answer" in guide


def test_every_question_is_reached() -> None:
    asked = {name for question in QUESTIONS.questions for choice in question.answers.values() for name in choice.asks}

    fail_with(
        f"{question.id} is {'always asked, and asked by an answer too' if question.always else 'never asked'}"
        for question in QUESTIONS.questions
        if question.always == (question.id in asked)
    )


@pytest.mark.parametrize("question", QUESTIONS.questions, ids=lambda question: question.id)
def test_each_question_says_what_a_reader_needs(question: Question) -> None:
    assert question.question.endswith("?")
    assert question.why.endswith(".") and (question.trap is None or question.trap[-1] in ".?")
    assert len(question.answers) >= 2 and UNKNOWN not in question.answers
    assert all(choice.text or answer in ("yes", "no") for answer, choice in question.answers.items())
    assert question.part in QUESTIONS.parts
    assert {*question.hints} <= {hint.id for hint in QUESTIONS.hints}
    assert all(rule.answer in question.answers for rule in question.recorded)
    assert question.checked == (question.source == "act"), "what was compared is the Act, and nothing else"


def test_parts_stand_in_order_and_each_has_questions() -> None:
    seen = list(dict.fromkeys(question.part for question in QUESTIONS.questions if question.always))

    assert {question.part for question in QUESTIONS.questions} == {*QUESTIONS.parts}
    assert seen == [part for part in QUESTIONS.parts if part in seen]


def test_every_provision_is_a_row_of_its_framework_or_in_the_structure_of_the_act() -> None:
    missing = []
    for question, article in cited():
        found = _CITED.fullmatch(article)
        assert found
        framework = found["framework"] or QUESTIONS.act
        known = rows(framework) | ({*QUESTIONS.structure} if framework == QUESTIONS.act else set())
        if found["id"] not in known:
            missing.append(f"{question} cites {article}, which neither {framework} nor the structure has")

    fail_with(missing)


def test_the_structure_has_what_is_cited_and_is_no_row() -> None:
    words = {article for _, article in cited()} | {lead.says for _, lead in leads(QUESTIONS.questions)}

    assert {*QUESTIONS.structure} & rows(QUESTIONS.act) == set()
    fail_with(f"{article} is cited nowhere" for article in QUESTIONS.structure if not any(article in w for w in words))


def test_sources_and_hints_are_used() -> None:
    assert {question.source for question in QUESTIONS.questions} == {*QUESTIONS.sources}
    assert {hint for question in QUESTIONS.questions for hint in question.hints} == {
        hint.id for hint in QUESTIONS.hints
    }


def test_places_of_the_manifest_exist() -> None:
    fields = {"organisation.eu_market", "roles", "soc2.declared", "held_to.iso-42001", "held_to.soc2"}
    fields |= {f"soc2.{name}" for name in ("availability", "confidentiality", "processing-integrity", "privacy")}
    fields |= {*places()}
    named = {place for question in QUESTIONS.questions for place in question.shows}
    named |= {place for question in QUESTIONS.questions for rule in question.recorded for place in rule.when}

    assert named <= fields


def places() -> Iterator[str]:
    """Each field of a system, and of what it holds, by the way to it."""
    todo: list[tuple[str, Any]] = [("", inspect.type_info(System))]
    for way, kind in todo:  # grows while it is gone through
        for field in kind.fields:
            here = f"{way}.{field.encode_name}" if way else field.encode_name
            yield here
            types = getattr(field.type, "types", (field.type,))
            todo += [(here, one) for one in types if isinstance(one, inspect.StructType)]


def test_no_text_uses_a_word_that_promises_or_that_the_act_does_not_know() -> None:
    said = [(q.id, lead.says) for q, lead in leads(QUESTIONS.questions)]
    said += [(q.id, text) for q in QUESTIONS.questions for text in texts(q)]

    fail_with(f"{id}: {text}" for id, text in said if FORBIDDEN.search(text))


def test_days_are_those_of_the_act_as_amended() -> None:
    """The day of a prompt that is about superseded dates aside."""
    controls = load((QUESTIONS.act,)).frameworks[QUESTIONS.act].controls
    known = {day for control in controls for pair in control.applies_from.items() for day in pair}
    known |= {word for text in QUESTIONS.structure.values() for word in re.findall(r"\d{4}-\d\d-\d\d", text)}
    known |= {control.applied_from.get(route, "") for control in controls for route in control.applied_from}
    known |= {day.removeprefix("placed_before_") for day in known} | {"2026-07-27"}
    named = {
        (question.id, day)
        for question in QUESTIONS.questions
        for text in (*texts(question), *(lead.says for _, lead in leads([question])))
        for day in re.findall(r"\d{4}-\d\d-\d\d", text)
    }

    assert named
    fail_with(f"{id} names {day}, which the framework has nowhere" for id, day in named if day not in known)


def test_the_exception_for_fraud_is_no_derogation() -> None:
    """By itself it asks nothing of Art. 6(3), and leads to no duty of Art. 6(4) or 49(2)."""
    choice = QUESTIONS.by_id["area-credit"].answers["fraud"]
    reuse = QUESTIONS.by_id["area-credit-reuse"]

    assert [lead.kind for lead in choice.leads_to] == ["exception"]
    assert choice.asks == ("area-credit-reuse",)
    assert (reuse.answers["no"].leads_to, reuse.answers["no"].asks) == ((), ())


def test_answers_stand_against_answers_that_exist() -> None:
    known = QUESTIONS.by_id

    fail_with(
        f"{question.id}: {answer} stands against {name}: {other}"
        for question in QUESTIONS.questions
        for answer, choice in question.answers.items()
        for name, others in choice.against.items()
        for other in others
        if name == question.id or name not in known or other not in known[name].answers
    )


def test_the_manifest_answers_with_answers_that_exist() -> None:
    fail_with(
        f"{question.id} has no answer {answer}"
        for question in QUESTIONS.questions
        for rule in question.recorded
        for answer in (rule.answer, *rule.also)
        if answer not in question.answers
    )


def test_each_point_of_article_5_and_annex_iii_has_a_question() -> None:
    """And each paragraph of Art. 50 that binds anybody, with the exception for what a law against crime permits."""
    named = {article for question in QUESTIONS.questions for article in question.articles}
    bans = {f"Art. 5(1)({point})" for point in ("a", "b", "ba", "bb", "c", "d", "e", "f", "g", "h")}
    areas = {f"Annex III({point})" for point in ("1)(a", "1)(b", "1)(c", "2", "3", "4)(a", "4)(b", "5)(a", "5)(b",
                                                 "5)(c", "5)(d", "6", "7", "8)(a", "8)(b")}  # fmt: skip
    open_towards_people = [one for one in QUESTIONS.questions if one.part == "transparency"]

    assert named >= bans | areas
    assert {article for one in open_towards_people for article in one.articles} == {
        f"Art. 50({number})" for number in (1, 2, 3, 4)
    }
    assert all("permitted" in one.answers for one in open_towards_people)


def test_profiling_leads_past_the_derogation() -> None:
    """The derogation can only be claimed where the question on profiling was answered by no."""
    profiling = QUESTIONS.by_id["derogation-profiling"]
    claimed = {q.id for q, lead in leads(QUESTIONS.questions) if lead.kind == "derogation"}
    without = {answer: choice.asks for answer, choice in profiling.answers.items()}

    assert claimed == {"derogation-case"}
    assert without["yes"] == () and without["no"] == ("derogation-opening",)
    for wanted, only in (("derogation-case", "derogation-opening"), ("derogation-opening", "derogation-profiling")):
        asking = {q.id for q in QUESTIONS.questions for choice in q.answers.values() if wanted in choice.asks}
        assert asking == {only}


def test_what_may_be_claimed_is_a_claim() -> None:
    words = {lead.says: lead.kind in CLAIMS for _, lead in leads(QUESTIONS.questions)}

    assert all(says.endswith(("claimed", "as answered")) == claim for says, claim in words.items())
