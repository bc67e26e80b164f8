"""The page for a board says what there is, what is worst, what nobody answers for, and how much it leaves out."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest
from boards import full_board
from made_dossiers import PLAN, claim, dossier
from paging import words

from reports.board import DECLARED, OPEN, PATHS, SYSTEMS, kinds_on, open_ends, render_board
from scanner.evidence.standing import TRUST
from scanner.model.claims import STATEMENT, Evidence, Kind, Requirement, Stage, Word
from scanner.model.reported import CheckCount
from scanner.systems.manifest import Exclude, Exemption

PROMISES = re.compile(r"satisf|conforms|certif|\bmeets\b|is compliant", re.IGNORECASE)


def test_the_same_report_gives_the_same_page(any_report) -> None:
    page = render_board(any_report)

    assert page == render_board(any_report)
    assert page.startswith(b"<!doctype html>") and page.endswith(b"</html>\n")
    assert not [c for c in page.decode() if not c.isprintable() and c != "\n"]


def test_no_credential_reaches_the_page(make) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    own = make.system(name=f"key {secret}", owner=make.Owner(team=secret, contact=secret))
    manifest = make.Manifest(schema="ai-systems/1", organisation=make.Organisation(name=f"N {secret}"), systems=(own,))
    role = f"arn:aws:iam::111122223333:role/{secret}/admin"
    report = make.report_of(
        make.notebook("research", direct_internet_access="Enabled", role_arn=role),
        gaps=[make.gap(detail=f"refused: {secret}", permission=f"a.{secret}")],
        manifest=manifest,
    )
    page = render_board(report, manifest).decode()

    assert secret not in page and "redacted" in page


def test_it_states_what_it_is_and_promises_nothing(any_report) -> None:
    text = words(render_board(any_report))

    assert STATEMENT in text
    assert not PROMISES.search(text.replace(STATEMENT, ""))


def test_systems_are_shown_by_tier_with_posture_coverage_and_bounds(make) -> None:
    text = words(render_board(make.declared_report()))

    assert "Tier (EU AI Act), as declared Pilot Limited General No stage minimal Research" in text
    assert "Research development science, science@northwind.example 0 % 100 % 0 to 0 % 1 1 0" in text
    assert "All that was scanned" in text


def test_what_is_declared_has_its_author_and_its_day(make) -> None:
    report = make.declared_report()
    text = words(render_board(report))

    assert "research tier minimal: none of the areas dpo 2026-09-01 2027-09-01" in text
    assert "research A plan, version 2 dpo 2026-08-01 not said" in text
    assert "2027-09-01 passed" not in text


def test_exceptions_and_what_is_left_out_have_who_approved_them(make) -> None:
    own = make.system(
        exceptions=(Exemption(objective="isolation", resource="research", reason="a trial", approved_by="head of risk",
                              expires=date(2026, 12, 31)),),
        selectors=make.Selectors(include=(make.Include(provider="aws", ids=("*research",)),),
                                 exclude=(Exclude(arn="arn:aws:s3:::scratch", reason="one analyst's own"),)),
    )  # fmt: skip
    manifest = make.Manifest(schema="ai-systems/1", organisation=make.Organisation(name="N"), systems=(own,))
    text = words(render_board(make.report_of(make.notebook("research"), manifest=manifest), manifest))

    assert "research accepts that research does not meet isolation: a trial head of risk 2026-12-31" in text
    assert "research leaves out arn:aws:s3:::scratch: one analyst's own nobody named not said" in text


def test_a_review_that_is_over_is_said(make) -> None:
    report = make.declared_report()
    report.assessment.as_of = date(2027, 9, 2)
    text = words(render_board(report))

    assert "2027-09-01 passed" in text
    assert "research: its classification was to be reviewed by 2027-09-01" in text


def test_nobody_answers_for_what_no_system_claims(make) -> None:
    text = words(render_board(make.declared_report()))

    assert "2 resources of ML belong to no declared system, among them models, stray" in text


def test_without_a_manifest_nobody_answers_for_anything(make) -> None:
    text = words(render_board(make.mixed_report()))

    assert "No AI system is declared." in text
    assert "No manifest of AI systems was given: nobody is declared to answer for any of 5 resources" in text
    assert "as declared in no manifest" in text


def test_what_was_not_seen_has_the_permission_that_would_show_it(make) -> None:
    text = words(render_board(make.mixed_report()))

    assert "sagemaker:DescribeNotebookInstance denied, in 1 place 1 sagemaker:DescribeNotebookInstance" in text
    assert "sagemaker:ListTags throttled, in 1 place 0 none would" in text
    assert "1 listing did not come to an end." in text
    assert "Whatever was asked for was read" not in text


def test_the_worst_path_of_each_check_is_drawn(make) -> None:
    page = render_board(make.mixed_report()).decode()

    assert "Notebook instance runs as a role that may do everything." not in words(page.encode())  # titles have no stop
    assert "critical" in words(page.encode()) and "its role is arn:aws:iam::111122223333:role/admin" in page
    assert page.count('<svg class="path"') == 1
    assert "leads to arn:aws:iam::111122223333:role/admin</desc>" in page


def test_what_fixes_most_is_said(make) -> None:
    text = words(render_board(make.shared_report()))

    assert "What fixes most, at most, of 5 failures: Example bucket models" in text
    assert "(isolation) 4." in text
    assert "What fixes most" not in words(render_board(make.mixed_report()))


def test_a_clean_report_says_so_as_far_as_it_saw(make) -> None:
    assert "No path was found." in words(render_board(make.clean_report()))
    assert "No path was found in what was seen." in words(render_board(make.stopped_report()))


def test_it_says_how_much_it_leaves_out(make) -> None:
    page = full_board(make)
    text = words(page)

    assert page.decode().count('<svg class="path"') == PATHS
    assert f"and {SYSTEMS + 1} more of MLP-49" in text
    assert "… and 2 more systems, all of them in the JSON report." in text
    assert "… and 3 more operations" in text
    assert f"… and {2 * (SYSTEMS + 2) - DECLARED} more declarations" in text
    assert f"… and {SYSTEMS + 2 - OPEN} more of these" in text


@pytest.mark.parametrize("tier", ["unclassified", "minimal"])
def test_what_nobody_decided_is_said(make, tier) -> None:
    act = make.EuAiAct(tier=tier)
    system = make.system("n", classification=make.Classification(eu_ai_act=act), documents=())
    manifest = make.Manifest(schema="ai-systems/1", organisation=make.Organisation(name="N"), systems=(system,))
    text = words(render_board(make.report_of(make.notebook("n"), manifest=manifest)))

    said = {
        "unclassified": "research: nobody classified it, and so it is held to what a high-risk system is held to",
        "minimal": "research: nobody is named who decided its tier",
    }
    assert said[tier] in text
    assert "Nothing is declared by anybody who is named." in text


def test_what_the_next_stage_needs_is_said() -> None:
    def need(name: str, stage: Stage, word: Word, *, ahead: bool = True) -> Requirement:
        return Requirement(name=name, stage=stage, word=word, why="", objectives=(), ahead=ahead)

    rollout = (
        need("logging", "pilot", Word.NOT_ASSESSED, ahead=False),
        need("evaluation", "limited", Word.NOT_ASSESSED),
        need("monitoring", "limited", Word.AGAINST),
        need("alarms", "limited", Word.FOR),
    )
    said = list(open_ends(msgspec.structs.replace(dossier().state, rollout=rollout), date(2026, 11, 22)))

    assert "sentiment: its stage asks for logging, of which this scan says nothing" in said
    assert "sentiment: before stage limited, it needs evaluation and monitoring" in said


def test_of_many_inventories_two_are_named(make) -> None:
    report = msgspec.structs.replace(make.empty_report(), inventories=("ab" * 32, "cd" * 32, "ef" * 32))

    assert "and 1 more" in words(render_board(report))


NOTHING = {"supporting": 0, "against": 0, "unknown": 0, "excepted": 0}
RECORDED = Evidence(kind=Kind.RECORDED, text="a card is recorded of 1")
MISSING = Evidence(kind=Kind.MISSING, text="of 2 there is none")


@pytest.mark.parametrize(
    ("changes", "unknown", "kinds"),
    [
        ({}, 0, "missing"),
        ({"supporting": 2}, 0, "observed"),
        ({"supporting": 2, "against": 1}, 0, "observed (1 against)"),
        ({"other": (MISSING, RECORDED)}, 0, "recorded, missing"),
        ({"against": 3, "other": (PLAN, RECORDED, MISSING)}, 1,
         "observed (3 against), recorded, declared, missing, unknown"),
        ({}, 1, "unknown"),  # what nobody could read is not what nobody wrote
        ({"other": (msgspec.structs.replace(PLAN, source=TRUST),)}, 0, "missing"),
    ],
)  # fmt: skip
def test_the_kinds_of_evidence_on_an_aspect_are_named_beside_each_other(make, changes, unknown, kinds) -> None:
    *_, state = make.declared_report().assessment
    one = claim(objective="bias-fairness", checks=("MLP-5199",), **(NOTHING | changes))
    state = msgspec.structs.replace(state, claims={"bias-fairness": one}, frameworks=())
    counts = {state.id: {"MLP-5199": CheckCount(unknown=unknown)}}

    assert kinds_on(state, ("bias-fairness",), counts) == kinds


def test_each_system_has_fairness_monitoring_and_documents(make) -> None:
    text = words(render_board(make.declared_report()))

    assert text.count("Fairness missing; Monitoring missing; Documents missing") == len(
        make.declared_report().assessment.declared
    )
