"""What the answers of a risk triage lead to: over single answers, over each way through the questions, and over any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support import ROOT
from triaging import FORBIDDEN, PLAIN, QUESTIONS, cited, deciding, kinds, plain, result, silent, words

from scanner.systems.manifest import Defaults, Organisation, Screening, Soc2, read_manifest
from scanner.systems.triage import NOTHING, UNDECIDED, Triage, triage
from scanner.systems.triage_answers import read_answers
from scanner.systems.triage_questions import UNKNOWN, Question, leads

TODAY = date(2026, 11, 29)
ALWAYS = [question for question in QUESTIONS.questions if question.always]
CHOICES = {question.id: [*question.answers, UNKNOWN, None] for question in QUESTIONS.questions}
#: What Art. 6(3) leads a provider to.
DEROGATED = {"Art. 6(4)", "Art. 49(2)"}


def demo(name: str, as_of: date = TODAY, *, answered: bool = True) -> Triage:
    """The triage of a system of the demonstration, with the answers of examples/ or with the manifest alone."""
    manifest = read_manifest(ROOT / "examples" / "ai-systems.yaml", TODAY).manifest
    [system] = [one for one in manifest.systems if one.id == name]
    file = ROOT / "examples" / f"triage-{name}.yaml"
    answers = read_answers(file, QUESTIONS, name, TODAY) if answered else None
    return triage(QUESTIONS, manifest, system, answers, as_of)


def ways(question: Question) -> Iterator[dict[str, str]]:
    """Each way through a question and all that it may ask, one answer at a time, with those that leave it open."""

    def go(todo: tuple[str, ...], given: dict[str, str]) -> Iterator[dict[str, str]]:
        if not todo:
            yield given
            return
        name, *later = todo
        for answer in (*QUESTIONS.by_id[name].answers, UNKNOWN):
            choice = QUESTIONS.by_id[name].answers.get(answer)
            asks = [one for one in (choice.asks if choice else ()) if one not in given and one not in later]
            yield from go((*asks, *later), given | {name: answer})

    return go((question.id,), {})


# -- the demonstration --


def test_nothing_is_found_for_the_ranking_of_tickets() -> None:
    found = demo("ticket-sentiment")

    assert found.headline == (NOTHING,)
    assert (found.open, found.contradictions) == ((), ())
    assert kinds(found) == {"role"}


def test_the_exception_for_fraud_is_claimed_and_its_question_open() -> None:
    found = demo("fraud-scoring")
    [claim] = [one for one in found.conclusions if one.kind == "exception"]

    assert found.headline == (
        "exception of Annex III 5(b) claimed, question open (Annex III(5)(b))",
        "a person must decide: 1 question open, 1 of them on the class",
    )
    assert [(basis.answer, basis.decided) for basis in claim.rests_on] == [
        ("fraud", "legal on 2026-08-20, in the answers")
    ]
    assert claim.open == ("area-credit-reuse",)
    assert cited(found) & DEROGATED == set()


def test_the_device_comes_by_the_route_of_products() -> None:
    found = demo("retina-diagnosis")
    [route] = [one for one in found.conclusions if one.kind == "annex-i"]

    assert found.headline[0] == "route of Art. 6(1), Annex I Section A (Art. 6(1), Annex I)"
    assert (route.articles, route.since) == (("Art. 6(1)", "Annex I"), date(2028, 8, 2))
    assert [(basis.question, basis.by, basis.source) for basis in route.rests_on] == [
        ("product-covered", "regulatory affairs", "answers"), ("product-third-party", "regulatory affairs", "manifest"),
        ("product-other-risks", "regulatory affairs", "answers"), ("product-section", "regulatory affairs", "manifest"),
    ]  # fmt: skip
    assert all(basis.on == date(2026, 6, 30) for basis in route.rests_on)


@pytest.mark.parametrize("name", ["ticket-sentiment", "fraud-scoring", "retina-diagnosis"])
def test_without_the_answers_of_the_file_a_person_must_decide(name: str) -> None:
    found = demo(name, answered=False)

    assert found.missing
    assert found.headline[-1].startswith(UNDECIDED)
    assert NOTHING not in found.headline


def test_what_was_to_be_reviewed_is_past_its_review() -> None:
    """That of the manifest, and not that of the file."""
    found = demo("fraud-scoring", date(2027, 2, 21))

    assert {basis.past_review for basis in found.answers if basis.source == "manifest"} == {date(2027, 2, 20)}
    assert {basis.past_review for basis in found.answers if basis.source == "answers"} == {None}
    assert "legal on 2026-08-20, in the manifest, past its review by 2027-02-20" in {b.decided for b in found.answers}
    assert found.notes == ("what the manifest says was to be reviewed by 2027-02-20, which has passed",)
    assert found.headline[-1] == "a person must review: 15 answers are past the day for it"
    assert demo("fraud-scoring", date(2027, 2, 20)).notes == ()


def test_an_answer_without_a_day_for_its_review_has_the_interval_of_the_manifest() -> None:
    manifest = deciding(silent(), screening=Screening(biometric_input=False))
    manifest = replace(manifest, defaults=Defaults(review_interval_days=30))
    found = result({"area-work": "no"}, manifest, date(2026, 12, 2))

    assert {(basis.source, basis.past_review) for basis in found.answers} == {
        ("manifest", date(2026, 10, 1)), ("answers", date(2026, 12, 1)),
    }  # fmt: skip
    on_the_day = result({"area-work": "no"}, manifest, date(2026, 12, 1)).answers
    assert {basis.past_review for basis in on_the_day if basis.source == "answers"} == {None}


def test_an_interval_beyond_all_days_is_as_good_as_none() -> None:
    manifest = replace(silent(), defaults=Defaults(review_interval_days=10**10))

    assert [basis.past_review for basis in result({"area-work": "no"}, manifest).answers] == [None]


def test_what_was_decided_after_the_day_is_said() -> None:
    """Otherwise a result as of a day would claim decisions of later days."""
    found = plain(as_of=date(2026, 10, 31))

    assert {basis.decided for basis in found.answers} == {"legal on 2026-11-01, in the answers, after 2026-10-31"}
    assert f"{len(found.answers)} answers are later than 2026-10-31, the day that this is as of" in found.notes
    assert {basis.ahead_of for basis in plain(as_of=date(2026, 11, 1)).answers} == {None}


# -- single answers --


def test_all_no_leads_to_nothing() -> None:
    assert plain().headline == (NOTHING,)


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"prohibited_emotions": "yes"}, "practice banned by Art. 5 (Art. 5(1)(f))"),
        ({"prohibited_emotions": "medical-or-safety"}, "exception of Art. 5(1)(f) claimed (Art. 5(1)(f))"),
        ({"area_work": "yes"}, "route of Art. 6(2), Annex III 4(b) (Annex III(4)(b))"),
        ({"area_credit": "fraud", "area_credit_reuse": "yes"}, "route of Art. 6(2), Annex III 5(b) (Annex III(5)(b))"),
        ({"open_interaction": "yes"}, "people are told that they deal with AI, a duty of its provider (Art. 50(1))"),
        ({"open_interaction": "obvious"}, "exception of Art. 50(1) claimed (Art. 50(1))"),
        ({"scope_union": "no"}, "outside the Act as answered (Art. 2(1))"),
        ({"product_covered": "component", "component_function": "assistance"},
         "no safety component by Art. 6(1a) claimed (Art. 6(1a))"),
        ({"product_covered": "component", "component_failure": "yes", "product_third_party": "yes",
          "product_section": "b"},
         "route of Art. 6(1), Annex I Section B, for which only Art. 6(1), 60a and 102 to 112 hold "
         "(Art. 6(1), Annex I, Art. 2(2), Art. 60a)"),
        ({"product_covered": "product", "product_third_party": "yes", "product_other_risks": "yes"},
         "exception of Art. 6(1c) claimed (Art. 6(1c))"),
        ({"prohibited_intimate_imagery": "not-used"}, "exception of Art. 5(1a) claimed (Art. 5(1a))"),
        ({"prohibited_child_abuse": "permitted"}, "exception of Art. 5(1)(bb) claimed (Art. 5(1)(bb))"),
        ({"open_deep_fakes": "permitted"}, "exception of Art. 50(4) claimed (Art. 50(4))"),
    ],
)  # fmt: skip
def test_one_answer_leads_to_what_the_act_says(changes: dict[str, str], headline: str) -> None:
    assert plain(**changes).headline[0] == headline


def test_a_product_that_no_third_party_assesses_comes_by_no_route() -> None:
    assert plain(product_covered="product").headline == (NOTHING,)


def test_an_exception_alone_says_that_nothing_else_was_found() -> None:
    assert plain(area_credit="fraud").headline == (
        "exception of Annex III 5(b) claimed (Annex III(5)(b))", NOTHING
    )  # fmt: skip


def test_the_derogation_needs_its_opening_condition_and_one_of_four_cases() -> None:
    claimed = {"area_work": "yes", "derogation_opening": "yes", "derogation_case": "a"}

    assert plain(**claimed).headline[:2] == (
        "route of Art. 6(2), Annex III 4(b), from which the derogation of Art. 6(3) is claimed (Annex III(4)(b))",
        "derogation of Art. 6(3) claimed (Art. 6(3))",
    )
    assert cited(plain(**claimed)) >= DEROGATED
    for changed in ({"derogation_opening": "no"}, {"derogation_case": "none"}, {"derogation_profiling": "yes"}):
        assert "derogation" not in kinds(plain(**claimed | changed))
        assert cited(plain(**claimed | changed)) & DEROGATED == set()


def test_an_open_derogation_leaves_the_route() -> None:
    found = plain(area_work="yes", derogation_profiling=UNKNOWN)

    assert found.headline[0] == "route of Art. 6(2), Annex III 4(b) (Annex III(4)(b))"
    assert found.headline[-1] == "a person must decide: 1 question open, 1 of them on the class"
    [waiting] = found.open
    assert (waiting.question, waiting.answered and waiting.answered.by) == ("derogation-profiling", "legal")
    assert "derogation of Art. 6(3) claimed" in waiting.depends


def test_what_was_on_the_market_before_is_bound_once_its_design_changes() -> None:
    before = {"area_work": "yes", "market_high_risk": "before"}
    said = {one.says for one in plain(**before, market_authorities="yes").conclusions if one.kind == "timing"}

    assert said == {
        "not bound by the rules for high-risk systems until its design changes significantly",
        "bound by 2030-08-02 in any case",
    }
    assert "bound from the significant change of its design" in words(plain(**before, market_changed="yes"))


def test_a_part_of_a_large_system_of_the_union_has_a_day_of_its_own() -> None:
    [timing] = [
        one for one in plain(area_borders="yes", market_high_risk="annex-x").conclusions if one.kind == "timing"
    ]

    assert (timing.says, timing.articles) == ("bound by 2030-12-31", ("Art. 111(1)",))


def test_no_open_licence_takes_duties_from_a_model_with_systemic_risk() -> None:
    found = plain(gpai_model="provider", gpai_systemic="yes", gpai_open="yes")

    assert cited(found) >= {"Art. 53", "Art. 55", "Art. 52(1)"}
    assert "Art. 53(2)" not in cited(found)
    assert "Art. 53(2)" in cited(plain(gpai_model="provider", gpai_open="yes"))


def test_whose_model_it_rests_on_is_no_matter_of_the_class() -> None:
    found = plain(gpai_model=UNKNOWN)

    assert found.headline == (NOTHING, "a person must decide: 1 question open")


def test_days_come_from_the_framework() -> None:
    """Those of the Act as amended, by route."""
    found = plain(area_work="yes", open_generated="yes", market_generating="yes", prohibited_child_abuse="yes",
                  market_high_risk="before")  # fmt: skip
    since = {one.articles[0]: one.since for one in found.conclusions if one.since}

    assert since == {
        "Annex III(4)(b)": date(2027, 12, 2), "Art. 50(2)": date(2026, 8, 2), "Art. 5(1)(bb)": date(2026, 12, 2),
    }  # fmt: skip


# -- what the manifest answers --


def screened(**changes: object) -> Triage:
    return result({}, deciding(silent(), **changes), TODAY)


def test_what_somebody_signed_is_an_answer() -> None:
    found = screened(screening=Screening(biometric_input=False, profiling=True))
    by_id = {basis.question: basis for basis in found.answers}

    assert by_id["area-emotions"].decided == "dpo on 2026-09-01, in the manifest"
    assert "area-credit" not in by_id, "nothing in a manifest answers it"
    assert "derogation-profiling" not in by_id, "nothing asks it"


def test_what_nobody_signed_is_shown_and_answers_nothing() -> None:
    found = screened(tier="unclassified", decided_by=None, screening=Screening(biometric_input=False))

    assert found.answers == ()
    assert "the manifest answers no, and nobody signed it" in found.prompts["area-emotions"]
    assert found.notes == ("nobody signed what the manifest says of its class, so nothing of it counts as an answer",)


def test_what_nobody_signs_of_an_organisation_and_its_reports_is_shown_and_answers_nothing() -> None:
    """Who decides the class of a system was not asked of these."""
    manifest = deciding(silent(), frameworks=("soc2",), soc2=Soc2(categories=("security", "availability"), type=1))
    manifest = type(manifest)(
        schema=manifest.schema, systems=manifest.systems,
        organisation=Organisation(name="Northwind Example", eu_market=True, default_roles=("provider",)),
    )  # fmt: skip
    found = result({}, manifest, TODAY)
    said = "the manifest answers {}, and nobody signed it"

    assert found.answers == ()
    for name, answer in {"scope-union": "yes", "role-provider": "yes", "impact-assessed": "out-of-scope",
                         "soc2-scope": "yes", "soc2-availability": "yes", "soc2-privacy": "no"}.items():  # fmt: skip
        assert said.format(answer) in found.prompts[name]


def test_the_roles_of_a_system_are_signed_with_its_class() -> None:
    manifest = deciding(silent())
    [system] = manifest.systems
    system = replace(system, classification=replace(system.classification, roles=("provider",)))
    found = result({}, replace(manifest, systems=(system,)), TODAY)

    assert [(basis.question, basis.by) for basis in found.answers] == [("role-provider", "dpo")]


@pytest.mark.parametrize(
    ("screening", "question"),
    [
        (Screening(used_on_employees=False), "area-work"),  # contractors, and staff of customers
        (Screening(safety_component_or_regulated_product=False), "area-infrastructure"),  # no product
        (Screening(essential_service_decision=False), "area-benefits"),  # judging who is eligible
        (Screening(essential_service_decision=False), "area-insurance"),  # prices
        (Screening(essential_service_decision=False), "area-emergency"),  # ranking of calls
    ],
)
def test_what_says_less_than_a_question_asks_is_no_answer(screening: Screening, question: str) -> None:
    found = screened(screening=screening)

    assert question not in {basis.question for basis in found.answers}
    assert any("false" in said for said in found.prompts[question])


@pytest.mark.parametrize(
    ("changes", "given", "said"),
    [
        ({"screening": Screening(generates_content=False)}, {"open-generated": "yes"},
         "open-generated: the answers say yes (legal on 2026-11-01), the manifest no (dpo on 2026-09-01); "
         "correct one of the two"),
        ({"screening": Screening(generates_content=False), "decided_by": None, "tier": "unclassified"},
         {"open-generated": "yes"},
         "open-generated: the answers say yes (legal on 2026-11-01), the manifest no (signed by nobody); "
         "correct one of the two"),
        ({}, PLAIN | {"area-work": "yes", "derogation-profiling": "yes"},
         "the manifest says tier: minimal (dpo on 2026-09-01), and the answers lead to high-risk"),
        ({"tier": "transparency"}, PLAIN,
         "the manifest says tier: transparency (dpo on 2026-09-01), and the answers lead to no route or duty"),
        ({"tier": "high-risk", "route": "annex-i", "product_law": "x"},
         PLAIN | {"area-work": "yes", "derogation-profiling": "yes"},
         "the manifest says route: annex-i, and the answers lead to annex-iii"),
    ],
)  # fmt: skip
def test_contradictions_are_said(changes: dict[str, object], given: dict[str, str], said: str) -> None:
    assert said in result(given, deciding(silent(), **changes), TODAY).contradictions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"area_emotions": "yes"},
         "area-emotions is yes (legal on 2026-11-01, in the answers) and open-emotions is no "
         "(legal on 2026-11-01, in the answers); correct one of the two"),
        ({"prohibited_emotions": "medical-or-safety", "open_emotions": "yes"},
         "prohibited-emotions is medical-or-safety (legal on 2026-11-01, in the answers) and area-emotions is no "
         "(legal on 2026-11-01, in the answers); correct one of the two"),
        ({"role_provider": "no", "role_becomes": "purpose"},
         "provider by change of purpose (Art. 25(1)(c)): that is about high-risk systems, and by the other answers it "
         "is none"),
        ({"role_provider": "no", "role_becomes": "name", "area_work": "yes", "market_high_risk": "before",
          "derogation_opening": "yes", "derogation_case": "a"},
         "provider by name or trademark (Art. 25(1)(a)): that is about high-risk systems, and by the other answers it "
         "is none"),
    ],
)  # fmt: skip
def test_answers_that_contradict_each_other_are_said(given: dict[str, str], said: str) -> None:
    found = plain(**given)

    assert found.contradictions == (said,)
    assert found.headline[-1] == "a person must correct: 1 contradiction"


def test_what_makes_a_system_high_risk_may_make_its_provider() -> None:
    becoming = {"role_provider": "no", "role_becomes": "purpose"}

    assert plain(**becoming, area_credit="yes", market_high_risk="before").contradictions == ()
    assert plain(**becoming, area_credit=UNKNOWN).contradictions == (), "it may be"


def test_the_manifest_is_not_contradicted_by_what_it_leaves_open() -> None:
    manifest = deciding(silent(), screening=Screening(interacts_with_persons=True, generates_content=True))
    said = result({"open-interaction": "obvious", "open-generated": "editing"}, manifest, TODAY)

    assert said.contradictions == ()


def test_what_agrees_is_no_contradiction() -> None:
    assert result(PLAIN, deciding(silent()), TODAY).contradictions == ()
    assert result(PLAIN | {"area-work": "yes"}, deciding(silent(), tier="unclassified"), TODAY).contradictions == ()


def test_an_answer_that_nothing_asks_counts_for_nothing() -> None:
    found = result({"derogation-case": "a"})

    assert "derogation" not in kinds(found)
    assert (
        found.notes[-1] == "derogation-case is answered, and not asked after the other answers; it counts for nothing"
    )


# -- any answers --


def check(found: Triage) -> None:
    """What holds of every result."""
    assert not FORBIDDEN.search(words(found))
    asked = {question.id for question in QUESTIONS.asked({b.question: b.answer for b in found.answers})}
    given = {basis.question: basis.answer for basis in found.answers}
    undecided = {one.question for one in found.open}
    assert undecided == {name for name in asked if given.get(name, UNKNOWN) == UNKNOWN}
    assert bool(undecided) == any(line.startswith(UNDECIDED) for line in found.headline)
    for one in found.open:
        below = list(QUESTIONS.below(QUESTIONS.by_id[one.question]))
        assert set(one.depends) == {lead.says for _, lead in leads(below) if lead.kind != "note"}
    if given.get("derogation-profiling") == "yes" or given.get("derogation-opening") == "no":
        assert "derogation" not in kinds(found)
    if "annex-iii" not in kinds(found):
        assert cited(found) & DEROGATED == set(), "no exception brings what the derogation brings"
    if NOTHING in found.headline:
        assert kinds(found) & {"outside", "prohibited", "annex-i", "annex-iii", "transparency"} == set()
        assert not any(one.bears_on_class for one in found.open)
    assert all(one.rests_on[-1].by and one.rests_on[-1].on for one in found.conclusions)


@pytest.mark.parametrize("question", ALWAYS, ids=lambda question: question.id)
def test_each_way_through_a_question(question: Question) -> None:
    for way in ways(question):
        check(result(PLAIN | way))


def test_there_are_ways_to_walk() -> None:
    assert sum(1 for question in ALWAYS for _ in ways(question)) > 500


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()}))
def test_any_answers(given: dict[str, str | None]) -> None:
    check(result({name: answer for name, answer in given.items() if answer is not None}))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*CHOICES]), st.sampled_from(range(9)), max_size=6))
def test_a_few_answers_among_all_no(changed: dict[str, int]) -> None:
    given = {name: CHOICES[name][number % (len(CHOICES[name]) - 1)] for name, number in changed.items()}
    check(result(PLAIN | given))
