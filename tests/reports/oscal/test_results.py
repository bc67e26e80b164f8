"""The results in OSCAL say no more than a scan can."""

from __future__ import annotations

from msgspec.structs import replace
from oscal_files import Files, findings, pages, props, related, results

from reports.oscal import render
from scanner.cli.evidence_building import Judged
from scanner.evidence.dossier_types import ControlPage, Dossier, Section
from scanner.model.claims import Word


def test_findings_are_of_rows_that_checks_decide_alone(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    states = {
        Word.PASS: {"state": "satisfied", "reason": "pass"},
        Word.FAIL: {"state": "not-satisfied", "reason": "fail"},
    }
    shown = []
    for system, framework, result in results(rendered):
        decided = {
            f"{page.oscal_id}_smt": states[page.state.word]
            for page in pages(dossiers[system], framework)
            if page.state.assessable == "automated" and page.state.word in states
        }
        findings = result.get("findings", ())
        assert {one["target"]["target-id"]: one["target"]["status"] for one in findings} == decided
        assert all(one["target"]["type"] == "statement-id" and one["related-observations"] for one in findings)
        shown += [status["state"] for status in decided.values()]
    assert set(shown) == {"not-satisfied"}  # in the demo organisation; the test below has the other one


def test_a_row_that_passes_is_satisfied_and_a_control_that_people_judge_is_not(
    found: Judged, dossiers: dict[str, Dossier]
) -> None:
    dossier = dossiers["ticket-sentiment"]
    against = [one.claim for one in dossier.observations if one.bears == "against"]
    files = {"all well": dict(render(all_well(dossier), found.catalogue))}
    states = {framework: findings(result) for _, framework, result in results(files)}

    assert against
    assert {one["target"]["status"]["state"] for one in states["aws-fsbp"]} == {"satisfied"}
    assert states["nist-ai-rmf-1.0"] == []
    assert not any("risks" in result for _, _, result in results(files))


def all_well(dossier: Dossier) -> Dossier:
    """The dossier if whatever speaks against something spoke for it."""
    well = {Word.FAIL: Word.PASS, Word.AGAINST: Word.FOR, Word.MIXED: Word.FOR}

    def page(of: ControlPage) -> ControlPage:
        return replace(of, state=replace(of.state, word=well.get(of.state.word, of.state.word)))

    def section(of: Section) -> Section:
        return replace(of, pages=tuple(map(page, of.pages)))

    return replace(
        dossier,
        observations=tuple(replace(one, bears="for") for one in dossier.observations if one.bears != "unknown"),
        parts=tuple(replace(part, sections=tuple(map(section, part.sections))) for part in dossier.parts),
    )


def test_a_control_is_reviewed_where_something_was_observed_and_named_with_the_reason_where_not(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    none = 0
    for system, framework, result in results(rendered):
        [selection] = result["reviewed-controls"]["control-selections"]
        listed = {one["control-id"] for one in selection.get("include-controls", ())}
        open_ = {one["value"]: one for one in result["props"] if one["name"] == "not-reviewed"}
        every = {page.oscal_id: page for page in pages(dossiers[system], framework)}
        assert listed | set(open_) == set(every)
        assert not listed & set(open_)
        none += not listed
        assert listed or {one["control-id"] for one in selection["exclude-controls"]} == set(every)
        speaks = {
            (one.check, one.objective) for one in dossiers[system].observations if one.bears in ("for", "against")
        }
        for id in listed:
            page = every[id]
            assert page.state.word not in (Word.NOT_APPLICABLE, Word.UNDECIDED)
            assert page.state.assessable != "manual"
            asked = {question.objective for question in page.questions}
            assert asked & {objective for _, objective in speaks} or page.state.assessable == "automated"
        assert props(result, "controls-reviewed") == [str(len(listed))]
        for gap in dossiers[system].cover.not_seen:
            assert any(gap.operation in text for text in props(result, "not-seen"))
    assert none  # one system at least has a framework on which nothing was observed


def test_what_was_observed_is_tested_and_what_is_declared_is_examined(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    for system, _, result in results(rendered):
        known_claims = {one.claim: one for one in dossiers[system].observations}
        for one in result.get("observations", ()):
            if one["methods"] == ["EXAMINE"]:
                assert props(one, "kind") in (["declared"], ["recorded"], ["missing"])
                continue
            assert one["methods"] == ["TEST"]
            [claim] = props(one, "claim")
            observed = known_claims[claim]
            assert observed.bears in ("for", "against") and props(one, "bears") == [observed.bears]
            digests = [digest for each in one.get("relevant-evidence", ()) for digest in props(each, "sha256")]
            assert digests == [origin.sha256 for origin in observed.origins] != []


def test_what_speaks_against_a_control_that_people_judge_is_a_risk_open_or_accepted(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    accepted = 0
    for system, framework, result in results(rendered):
        claims = {one["uuid"]: props(one, "claim") for one in result.get("observations", ())}
        excepted = {one.claim for one in dossiers[system].observations if one.excepted}
        against = {one.claim for one in dossiers[system].observations if one.bears == "against"}
        judged_alone = {uuid for one in result.get("findings", ()) for uuid in related(one)}
        at_risk = set()
        for risk in result.get("risks", ()):
            about = {claim for uuid in related(risk) for claim in claims[uuid]}
            at_risk |= set(related(risk))
            assert about <= against
            assert about <= excepted if risk["status"] == "deviation-approved" else not about & excepted
            assert any(one["rel"] == "target" and framework in one["href"] for one in risk["links"])
            accepted += risk["status"] == "deviation-approved"
        assert {uuid for uuid, claim in claims.items() if set(claim) & against} <= at_risk | judged_alone
    assert accepted


def test_what_is_readiness_alone_and_what_could_not_be_said_is_told(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    ahead = unknown = 0
    for system, framework, result in results(rendered):
        every = pages(dossiers[system], framework)
        [selection] = result["reviewed-controls"]["control-selections"]
        listed = {one["control-id"] for one in selection.get("include-controls", ())}
        told = {one["value"]: one["remarks"] for one in result["props"] if one["name"] == "readiness"}
        assert set(told) == {page.oscal_id for page in every if page.state.readiness} & listed
        assert all("no breach" in remarks for remarks in told.values())
        ahead += len(told)
        open_ = {one["value"]: one["remarks"] for one in result["props"] if one["name"] == "unknown"}
        asked = {each.objective: each.claim for page in every for each in page.questions}
        assert set(open_) == {name for name, claim in asked.items() if claim.unknown}
        assert all(f"{asked[name].unknown} unknown" in remarks for name, remarks in open_.items())
        unknown += len(open_)
    assert ahead and unknown


def test_no_title_of_a_result_says_what_an_objective_asks_for(rendered: dict[str, Files], found: Judged) -> None:
    """Objectives are worded as what ought to be so: beside a risk, that is the opposite of what was seen."""
    asked = {one.title for one in found.catalogue.objectives.values()}
    for _, _, result in results(rendered):
        for one in (*result.get("risks", ()), *result.get("observations", ())):
            assert one["title"] not in asked
