"""The dossier of a system agrees with what was judged, claimed and declared, and says what was not."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from dossiers import CLOUD, MANIFEST, SYSTEMS, all_judged, compiled, inventory

from scanner.cli.evidence_building import dossier_of, judged
from scanner.evidence.dossier_types import ControlPage, Dossier
from scanner.evidence.sections import what_is
from scanner.evidence.sentences import limits_of
from scanner.frameworks import known, load
from scanner.model.claims import Word

#: Where the manifest may say more of the fraud service.
BEFORE = "    expectations:\n      monitoring: [data-quality, model-quality]"


def with_manifest(folder: Path, system: str, *changes: tuple[str, str], **options: Any) -> Dossier:
    """The dossier of a system by the manifest of the demo organisation with other words in it."""
    text = MANIFEST.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "ai-systems.yaml"
    path.write_text(text, encoding="utf-8")
    found = judged([inventory(CLOUD[system])], {"systems": str(path), "framework": (), **options})
    return dossier_of(system, found)


@pytest.mark.parametrize("system", SYSTEMS)
def test_observations_are_the_verdicts_that_claims_count(system: str) -> None:
    dossier = compiled(system)
    for objective, claim in dossier.state.claims.items():
        bears = Counter(one.bears for one in dossier.of_objective(objective))
        counted = (bears["for"], bears["against"], bears["unknown"])
        assert counted == (claim.supporting, claim.against, claim.unknown), objective
    assert len({(one.check, one.resource) for one in dossier.observations}) == len(dossier.observations)
    order = [one.bears for one in dossier.observations]
    assert order == sorted(order, key=("against", "missing", "unknown", "recorded", "for", "not applicable").index)


@pytest.mark.parametrize("system", SYSTEMS)
def test_resources_are_those_that_the_system_claims_each_with_what_it_was_read_from(system: str) -> None:
    dossier, owners = compiled(system), all_judged().owners
    assert (len(dossier.resources), sum(bool(one.shared_with) for one in dossier.resources)) == owners.held(system)
    assert all(one.origins for one in dossier.resources)
    held = {(one.kind, one.id): one.origins for one in dossier.resources}
    assert {(one.kind, one.resource) for one in dossier.observations} <= held.keys()
    assert all(one.origins == held[one.kind, one.resource] for one in dossier.observations)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_cover_says_where_all_comes_from(system: str) -> None:
    cover, inventories = compiled(system).cover, [inventory(cloud) for cloud in CLOUD.values()]
    assert set(cover.inventories) == {hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in inventories}
    assert cover.manifest_sha256 == hashlib.sha256(MANIFEST.read_bytes()).hexdigest()
    assert {scope.provider for scope in cover.scopes} == {CLOUD[system]}
    assert [reader.provider for reader in cover.readers] == [CLOUD[system]]
    assert all(reader.name and reader.answered for reader in cover.readers)
    times = [datetime.fromisoformat(text) for text in (cover.first, cover.last)]
    assert times[0] <= times[1] <= datetime.now(UTC)
    assert cover.selectors and cover.limits


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_control_of_a_framework_stands_in_one_section_as_it_was_assessed(system: str) -> None:
    dossier = compiled(system)
    for part, state in zip(dossier.parts, dossier.state.frameworks, strict=True):
        pages = [page for section in part.sections for page in section.pages]
        assert sorted(page.state.id for page in pages) == sorted(control.id for control in state.controls)
        for page in pages:
            assert {each.objective for each in page.questions if each.core} <= set(page.state.core)
            assert all(each.claim == dossier.state.claims[each.objective] for each in page.questions)
            assert all(each.statement and each.cannot_prove for each in page.questions)
            if page.state.word is Word.NOT_APPLICABLE:
                assert not page.open


def test_a_technical_file_goes_through_annex_iv_and_then_the_duties_that_it_is_to_show() -> None:
    [part] = [part for part in compiled("retina-diagnosis").parts if part.framework == "eu-ai-act"]
    first = [f"Art. {number}" for number in (*range(9, 16), 17, 26, 72)]
    assert [section.id for section in part.sections][: len(first) + 1] == ["Annex IV", *first]
    assert "no technical documentation" in part.what
    [soc2] = [part for part in compiled("fraud-scoring").parts if part.framework == "soc2"]
    assert "No CPA gave an opinion" in soc2.what
    [iso] = [part for part in compiled("retina-diagnosis").parts if part.framework == "iso-42001"]
    headings = [section.id.startswith("A.") for section in iso.sections]
    assert headings == sorted(headings, reverse=True)


def test_each_framework_is_told_what_its_part_is_not() -> None:
    for framework in load(known()).frameworks.values():
        assert "compliant" not in what_is(framework)
        assert what_is(framework).endswith(".")


def test_what_the_manifest_accepts_is_shown_beside_what_speaks_against_it(tmp_path: Path) -> None:
    plain = compiled("fraud-scoring")
    one = next(one for one in plain.observations if one.bears == "against")
    end = one.resource.rpartition("/")[2]
    exception = (
        f"    exceptions:\n    - {{objective: {one.objective}, resource: '{end}', reason: A test, "
        "approved_by: the lead, expires: 2099-01-01}\n"
    )
    changed = with_manifest(tmp_path, "fraud-scoring", (BEFORE, exception + BEFORE))
    covered = [each for each in changed.observations if each.excepted]
    assert covered
    assert {(each.bears, each.objective, each.excepted) for each in covered} == {("against", one.objective, "A test")}
    pages = [page for part in changed.parts for section in part.sections for page in section.pages]
    accepted = {each for page in pages for each in page.accepted}
    assert [(each.approved_by, each.covers) for each in accepted] == [("the lead", len(covered))]
    assert all(page.accepted for page in pages if one.objective in {question.objective for question in page.questions})


def test_what_passes_by_trust_alone_is_no_observation_for_anything(tmp_path: Path) -> None:
    trust = tmp_path / "trust.toml"
    trust.write_text('[[trust.buckets]]\nvalue = "gs://contoso-example-weights"\nreason = "weights of a partner"\n')
    plain, trusting = compiled("fraud-scoring"), with_manifest(tmp_path, "fraud-scoring", trust=str(trust))
    changed = [one for one in trusting.observations if one.trusted]
    before = {one.claim: one.bears for one in plain.observations}
    assert changed
    assert {(before[one.claim], one.bears) for one in changed} == {("against", "unknown")}


def test_a_document_that_says_otherwise_than_what_was_seen_is_a_contradiction(tmp_path: Path) -> None:
    document = (
        "    documents:\n"
        '    - {fills: [CC6.1], title: Access policy, uri: docs/a.pdf, sha256: "...", date: 2026-08-01}\n'
    )
    dossier = with_manifest(tmp_path, "fraud-scoring", (BEFORE, document + BEFORE))
    [page] = [
        page
        for part in dossier.parts
        if part.framework == "soc2"
        for section in part.sections
        for page in section.pages
        if page.state.id == "CC6.1"
    ]
    assert "Access policy" in {one.text for one in page.declared}
    against = [each for each in page.questions if each.core and each.claim.against]
    said = [text for text in page.contradictions if text.startswith("“Access policy” is declared by nobody named on ")]
    assert len(said) == len(against) > 0
    assert "“Access policy” is declared without its SHA-256." in dossier.cover.open
    assert "“Access policy” is declared without who approved it." in dossier.cover.open


def test_what_nobody_declared_is_asked(tmp_path: Path) -> None:
    answered = compiled("ticket-sentiment").cover.open
    asked = with_manifest(
        tmp_path,
        "ticket-sentiment",
        ("      interacts_with_persons: false\n", ""),
        ("      users: support leads\n", ""),
        ("    stage: general\n", ""),
    ).cover.open
    assert set(asked) - set(answered) == {
        "Not declared: whether it talks to people (Art. 50(1)).",
        "Not declared: who uses it.",
        "Not declared: how far it is rolled out (stage).",
    }


@pytest.mark.parametrize("status", ["development", "retired"])
def test_nobody_asks_how_far_a_system_is_rolled_out_that_is_not_in_production(tmp_path: Path, status: str) -> None:
    answered = compiled("ticket-sentiment").cover.open
    asked = with_manifest(
        tmp_path,
        "ticket-sentiment",
        ("    stage: general\n", ""),
        ("status: production", f"status: {status}"),
    ).cover.open
    assert asked == answered


def test_a_review_that_is_past_is_asked_for(tmp_path: Path) -> None:
    late = with_manifest(tmp_path, "ticket-sentiment", as_of="2027-09-02")
    assert "Its classification was to be reviewed by 2027-09-01." in late.cover.open
    assert str(late.cover.as_of) == "2027-09-02"


def pages_of(dossier: Dossier, framework: str) -> dict[str, ControlPage]:
    [part] = [part for part in dossier.parts if part.framework == framework]
    return {page.state.id: page for section in part.sections for page in section.pages}


def test_a_control_that_people_leave_out_and_that_fails_is_a_contradiction(tmp_path: Path) -> None:
    """Leaving it out takes it from what is counted, and the reader is to see that something speaks against it."""
    wrong = [page for page in pages_of(compiled("fraud-scoring"), "soc2").values() if page.state.word is Word.AGAINST]
    one = wrong[0].state.id
    excluded = ("control: CC6.4", f"control: {one}")
    page = pages_of(with_manifest(tmp_path, "fraud-scoring", excluded), "soc2")[one]
    assert page.state.word is Word.NOT_APPLICABLE
    against = [each for each in page.questions if each.core and each.claim.against]
    assert [text for text in page.contradictions if "declared by head of compliance" in text] == [
        f"That it is left out is declared by head of compliance; there are {each.claim.supporting} for, "
        f"{each.claim.against} against, {each.claim.unknown} unknown, of "
        f"{each.claim.supporting + each.claim.against + each.claim.unknown} verdicts on {each.objective}."
        for each in against
    ]
    assert against
    for other in pages_of(compiled("ticket-sentiment"), "eu-ai-act").values():
        assert other.state.word is not Word.NOT_APPLICABLE or not other.contradictions


def test_what_is_trusted_contradicts_nothing(tmp_path: Path) -> None:
    trust = tmp_path / "trust.toml"
    trust.write_text('[[trust.buckets]]\nvalue = "gs://contoso-example-weights"\nreason = "weights of a partner"\n')
    dossier = with_manifest(tmp_path, "fraud-scoring", trust=str(trust))
    pages = [page for part in dossier.parts for page in pages_of(dossier, part.framework).values()]
    assert any(one.source == "[trust]" for page in pages for one in page.declared)
    assert not any("trusted" in text for page in pages for text in page.contradictions)


def test_an_observation_is_covered_by_the_first_exception_that_does(tmp_path: Path) -> None:
    one = next(one for one in compiled("fraud-scoring").observations if one.bears == "against")
    end = one.resource.rpartition("/")[2]
    each = "    - {{objective: {0}, resource: '{1}', reason: {2}, approved_by: the lead, expires: 2099-01-01}}\n"
    exceptions = "".join(each.format(one.objective, *of) for of in ((end, "One"), ("*", "All"), (end, "Again")))
    changed = with_manifest(tmp_path, "fraud-scoring", (BEFORE, f"    exceptions:\n{exceptions}{BEFORE}"))
    found = [page.accepted for part in changed.parts for page in pages_of(changed, part.framework).values()]
    covers = {tuple(one.covers for one in accepted) for accepted in found if accepted}
    reasons = Counter(one.excepted for one in changed.observations if one.excepted)
    assert covers == {(reasons["One"], reasons["All"], 0)}
    assert sum(reasons.values()) == changed.state.claims[one.objective].against


def test_the_cover_bounds_what_the_days_and_the_manifest_allow(tmp_path: Path) -> None:
    limits = compiled("fraud-scoring").cover.limits
    assert any("1 exclusion keeps resources out of the system" in text for text in limits)
    assert any("is declared to be on 2026-01-01 to 2026-12-31" in text for text in limits)
    assert not any("of several days" in text or "are taken as of" in text for text in limits)
    earlier = with_manifest(tmp_path, "fraud-scoring", as_of="2026-08-21").cover
    assert any(text.startswith("Duties, exceptions and reviews are taken as of 2026-08-21") for text in earlier.limits)
    system = compiled("ticket-sentiment").declared
    day = date(2026, 11, 29)
    [several] = limits_of(system, day, day, "2026-11-01T00:00:00+00:00", "2026-11-29T00:00:00+00:00")
    assert "of several days, from 2026-11-01 to 2026-11-29" in several


def test_a_document_of_a_later_day_is_asked_about(tmp_path: Path) -> None:
    document = '    - {fills: [CC6.1], title: Plan, uri: docs/a.pdf, sha256: "...", date: 2099-08-01}\n'
    cover = with_manifest(tmp_path, "fraud-scoring", (BEFORE, f"    documents:\n{document}{BEFORE}")).cover
    assert any(text.startswith("“Plan” is declared with 2099-08-01, a later day than ") for text in cover.open)
