"""Files of answers to the risk triage: what is refused, and that nothing is lost where one is added."""

from __future__ import annotations

import json
import textwrap
from datetime import date
from pathlib import Path

import jsonschema
import msgspec
import pytest
from declaring import TODAY
from support import ROOT
from triaging import QUESTIONS

from scanner.model.errors import InputError
from scanner.systems.triage_answers import (
    Answer,
    Answers,
    AnswersError,
    begun,
    parse_answers,
    read_answers,
    with_answer,
)

HEAD = """\
schema: ai-triage/1
system: app
answered_by: legal
answered_on: 2026-11-01
answers:
"""


def parsed(*lines: str, head: str = HEAD) -> Answers:
    text = head + textwrap.indent("\n".join(lines), "  ")
    return parse_answers(text.encode(), QUESTIONS, "app", TODAY, "t.yaml")


def problems(*lines: str, head: str = HEAD) -> list[str]:
    with pytest.raises(AnswersError) as raised:
        parsed(*lines, head=head)
    assert raised.value.shown == raised.value.lines
    return [line.removeprefix("t.yaml:") for line in raised.value.lines]


def test_a_bare_yes_or_no_is_a_word() -> None:
    found = parsed("area-work: {answer: no}", "area-credit: {answer: yes}", 'area-police: {answer: "no"}')

    assert {name: given.answer for name, given in found.answers.items()} == {
        "area-work": "no", "area-credit": "yes", "area-police": "no",
    }  # fmt: skip


def test_every_answer_may_be_unknown_without_a_reason() -> None:
    assert parsed("area-credit: {answer: unknown}").answers["area-credit"] == Answer(answer="unknown")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("area-wrok: {answer: no}", "6:3: no question is called 'area-wrok'; did you mean area-work?"),
        ("xyz: {answer: no}", "6:3: no question is called 'xyz'; a worksheet lists all"),
        ("area-work: {answer: maybe}", "6:23: area-work: write yes, no or unknown, not 'maybe'"),
        ("area-work: {answer: 1}", "6:23: answers.area-work.answer: write text, not 1; put quotes around it"),
        ("area-work: {reason: x}", "6:14: answers.area-work: answer is missing; add answer: text"),
        ("area-work: {answer: no, why: x}",
         "6:27: answers.area-work: no field 'why'; it may have answer, reason, by and on"),
        ("area-work: no", "6:14: answers.area-work: write a mapping with answer, reason, by and on, not false"),
        ("area-credit: {answer: fraud}",
         "6:3: area-credit: fraud claims that less binds it; add reason, in which you say why"),
        ("scope-excluded: {answer: military}",
         "6:3: scope-excluded: military claims that less binds it; add reason, in which you say why"),
        ("area-work: {answer: no, on: 2026-11-23}",
         "6:31: area-work: 2026-11-23 is in the future; give the day of the answer"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named_with_its_place(line: str, problem: str) -> None:
    assert problems(line) == [problem]


def test_all_that_is_wrong_is_named_at_once() -> None:
    head = HEAD.replace("system: app", "system: other").replace("2026-11-01", "2027-01-01")

    assert problems("area-work: {answer: maybe}", "nothing: {answer: no}", head=head) == [
        "2:9: these are answers about other, not app; name the file of that system",
        "4:14: 2027-01-01 is in the future; give the day of the answers",
        "6:23: area-work: write yes, no or unknown, not 'maybe'",
        "7:3: no question is called 'nothing'; a worksheet lists all",
    ]


def test_of_many_problems_the_first_are_listed() -> None:
    found = problems(*(f"nothing-{number}: {{answer: no}}" for number in range(10_000)))

    assert (len(found), found[-1]) == (51, " 9950 more")


def test_an_answer_that_stands_twice_is_refused() -> None:
    assert problems("area-work: {answer: no}", "area-work: {answer: yes}") == [
        "7:3: area-work stands here twice, first in line 6; remove one"
    ]


def test_another_schema_is_refused() -> None:
    assert problems(head=HEAD.replace("ai-triage/1", "ai-systems/1") + "  {}") == [
        "1:9: schema: write ai-triage/1, not 'ai-systems/1'"
    ]


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "answers: 3", "answers: {a: {answer: {}}}", "\x00"])
def test_what_is_no_file_of_answers_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(AnswersError, match=r"t\.yaml:\d+:\d+: "):
        parse_answers(text.encode(), QUESTIONS, "app", TODAY, "t.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.yaml: No such file or directory"):
        read_answers(tmp_path / "t.yaml", QUESTIONS, "app", TODAY, "t.yaml")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("triage-*.yaml")), ids=lambda path: path.stem)
def test_the_published_schema_accepts_what_is_valid(path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "reference" / "ai-triage-v1.schema.json").read_text(encoding="utf-8"))
    found = read_answers(path, QUESTIONS, path.stem.removeprefix("triage-"), TODAY)

    assert found.answers
    jsonschema.validate(json.loads(msgspec.json.encode(found)), schema)


def test_an_answer_is_added_and_the_rest_stays_as_it_is() -> None:
    text = HEAD + "  area-work: {answer: no}  # asked the works council\n"
    more = Answer(answer="yes", reason='two lines:\n"quoted", # and more', by="José", on=date(2026, 11, 2))
    longer = with_answer(text, "area-police", more)

    assert longer.startswith(text)
    found = parse_answers(longer.encode(), QUESTIONS, "app", TODAY, "t.yaml")
    assert found.answers == {"area-work": Answer(answer="no"), "area-police": more}


def test_a_file_begins_with_its_first_answer() -> None:
    text = with_answer(begun("app", "José: legal", date(2026, 11, 2)), "area-work", Answer(answer="no"))
    found = parse_answers(text.encode(), QUESTIONS, "app", TODAY, "t.yaml")

    assert (found.answered_by, found.answered_on) == ("José: legal", date(2026, 11, 2))
    assert found.answers == {"area-work": Answer(answer="no")}
