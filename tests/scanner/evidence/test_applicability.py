"""Whether a control applies rests on what people declared: nothing is decided that nobody did."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from worded import demo_manifest

from scanner.evidence.applicability import Applies, applies
from scanner.frameworks import load
from scanner.systems.manifest import Classification, EuAiAct, ExcludedControl, Manifest, Screening, Soc2, System

TODAY = date(2026, 12, 1)
ACT = load(["eu-ai-act"]).frameworks["eu-ai-act"]
MINIMAL = EuAiAct(tier="minimal", rationale="x", decided_by="dpo", decided_on=date(2026, 9, 1))
HIGH = EuAiAct(tier="high-risk", route="annex-iii", rationale="x", decided_by="dpo", decided_on=date(2026, 9, 1))


def system(act: EuAiAct = HIGH, roles: tuple[Any, ...] = ("provider",), **more: Any) -> System:
    """A system of this class; the rest is as in the demo."""
    base = demo_manifest().systems[0]
    return replace(base, classification=Classification(eu_ai_act=act, roles=roles), **more)


def asked(
    id: str,
    of: System | None,
    *,
    framework: str = "eu-ai-act",
    as_of: date = TODAY,
    eu_market: bool | None = True,
) -> Applies:
    """Whether a control applies."""
    known = load([framework]).frameworks[framework]
    control = next(row for row in known.controls if row.id == id)
    manifest = demo_manifest()
    organisation = replace(manifest.organisation, eu_market=eu_market, default_roles=())
    declared: Manifest | None = replace(manifest, organisation=organisation) if of else None
    return applies(known, control, of, declared, as_of)


def test_without_a_manifest_nothing_of_the_act_is_decided() -> None:
    for control in ACT.controls:
        if control.assessable is not None:
            found = asked(control.id, None)
            assert (found.yes, "manifest" in found.why) == (None, True), control.id


def test_a_duty_of_high_risk_systems_binds_those_and_what_nobody_classified() -> None:
    assert asked("Art. 15(5)", system(HIGH)).yes is True
    assert asked("Art. 15(5)", system(EuAiAct(tier="unclassified"))).yes is True
    assert "nobody classified it" in asked("Art. 15(5)", system(EuAiAct(tier="unclassified"))).why
    minimal = asked("Art. 15(5)", system(MINIMAL))
    assert (minimal.yes, minimal.why) == (False, "binds high-risk systems, and its declared tier is minimal")
    assert minimal.rests_on is not None
    assert (minimal.rests_on.by, minimal.rests_on.on) == ("dpo", date(2026, 9, 1))


def test_a_duty_is_for_roles_that_the_system_has() -> None:
    assert asked("Art. 26(5)", system(HIGH, roles=("deployer",))).yes is True
    assert asked("Art. 26(5)", system(HIGH, roles=("provider",))).why == (
        "binds the deployer, and the declared role is provider"
    )
    assert asked("Art. 26(5)", system(HIGH, roles=())).yes is None


def test_a_review_that_is_due_leaves_it_undecided() -> None:
    act = replace(HIGH, review_by=date(2026, 11, 30))
    assert asked("Art. 15(5)", system(act)).yes is None
    assert asked("Art. 15(5)", system(act), as_of=date(2026, 11, 30)).yes is True


def test_an_organisation_outside_the_market_is_not_bound() -> None:
    outside = asked("Art. 15(5)", system(HIGH), eu_market=False)
    assert outside.yes is False
    assert outside.rests_on is not None
    assert outside.rests_on.source == "organisation.eu_market"
    assert asked("Art. 15(5)", system(HIGH), eu_market=None).yes is True


@pytest.mark.parametrize(
    ("act", "day"),
    [
        (HIGH, date(2027, 12, 2)),
        (replace(HIGH, route="annex-i", product_law="x"), date(2028, 8, 2)),
        (EuAiAct(tier="unclassified"), date(2027, 12, 2)),
        (replace(HIGH, applies_from=date(2030, 8, 2)), date(2030, 8, 2)),
    ],
)
def test_a_duty_applies_from_the_day_of_its_route_as_amended(act: EuAiAct, day: date) -> None:
    assert asked("Art. 15(5)", system(act)).since == day


NOTHING = {"interacts_with_persons": False, "generates_content": False, "biometric_input": False}


@pytest.mark.parametrize(
    ("screening", "expected"),
    [
        (NOTHING, [False] * 5),
        ({}, [None] * 5),
        ({"interacts_with_persons": False, "generates_content": False}, [False, False, None, False, None]),
        ({**NOTHING, "interacts_with_persons": True}, [True, False, False, False, True]),
        ({**NOTHING, "generates_content": True}, [False, True, False, True, True]),
        ({**NOTHING, "biometric_input": True}, [False, False, True, False, True]),
    ],
)
def test_transparency_goes_by_what_a_system_does(screening: dict[str, bool], expected: list[bool | None]) -> None:
    own = system(MINIMAL, roles=("provider", "deployer"), screening=Screening(**screening))
    assert [asked(f"Art. 50({number})", own).yes for number in range(1, 6)] == expected


def test_a_tier_of_transparency_leaves_open_which_paragraph_binds() -> None:
    own = system(EuAiAct(tier="transparency"), screening=Screening())
    assert [asked(id, own).yes for id in ("Art. 50(1)", "Art. 50(5)")] == [None, True]


@pytest.mark.parametrize("id", ["Art. 72(1)", "Art. 73(1)", "Art. 43(4)", "Art. 47"])
def test_what_binds_high_risk_systems_does_so_once_there_are_any(id: str) -> None:
    assert asked(id, system(HIGH)).since == date(2027, 12, 2)
    assert asked(id, system(replace(HIGH, route="annex-i", product_law="x"))).since == date(2028, 8, 2)


def test_what_guards_the_data_of_people_does_not_wait_for_that() -> None:
    assert asked("Art. 4a(1)", system(HIGH)).since == date(2026, 7, 27)


def test_a_day_that_is_declared_is_not_taken_for_that_of_the_act() -> None:
    later = asked("Art. 15(5)", system(replace(HIGH, applies_from=date(2030, 8, 2))))
    assert later.why == "declared to apply from 2030-08-02, and by the Act from 2027-12-02"
    assert asked("Art. 15(5)", system(replace(HIGH, applies_from=date(2027, 12, 2)))).why == ""


def test_what_was_on_the_market_before_may_have_longer() -> None:
    maker = system(MINIMAL, roles=("gpai-provider",))
    assert asked("Art. 53(1)(a)", maker).why == "from 2027-08-02 if it was on the market before 2025-08-02"
    assert asked("Art. 53(1)(a)", maker, as_of=date(2027, 8, 2)).why == ""


def test_a_decision_holds_from_its_day_until_its_review() -> None:
    assert asked("Art. 15(5)", system(HIGH), as_of=date(2026, 8, 31)).yes is None
    assert asked("Art. 15(5)", system(HIGH), as_of=date(2026, 9, 1)).yes is True
    # Without a day for its review, that is after the interval that the manifest declares.
    assert asked("Art. 15(5)", system(HIGH), as_of=date(2027, 9, 1)).yes is True
    assert asked("Art. 15(5)", system(HIGH), as_of=date(2027, 9, 2)).yes is None


def test_a_system_in_development_gets_ready_and_breaches_nothing() -> None:
    own = system(EuAiAct(tier="unclassified"), status="development", stage=None)
    found = asked("Art. 15(5)", own, as_of=date(2029, 1, 1))
    assert (found.yes, found.ahead) == (True, True)
    assert found.why.endswith("it is in development")
    assert not asked("Art. 15(5)", system(EuAiAct(tier="unclassified")), as_of=date(2029, 1, 1)).ahead


def test_models_of_general_purpose_and_of_systemic_risk() -> None:
    assert asked("Art. 53(1)(a)", system(MINIMAL)).yes is False
    maker = system(MINIMAL, roles=("gpai-provider",))
    assert asked("Art. 53(1)(a)", maker).yes is True
    assert asked("Art. 55(1)(d)", maker).yes is None, "whether it has systemic risk is nowhere declared"
    assert asked("Art. 55(1)(d)", system(MINIMAL)).yes is False


def test_a_control_may_be_excluded_with_a_reason_until_a_day() -> None:
    excluded = ExcludedControl(
        framework="iso-42001", control="A.10.3", reason="no suppliers", approved_by="ciso", expires=date(2026, 12, 1)
    )
    own = system(HIGH, excluded_controls=(excluded,))
    found = asked("A.10.3", own, framework="iso-42001")
    assert (found.yes, found.why) == (False, "excluded by the manifest: no suppliers")
    assert found.rests_on is not None
    assert found.rests_on.by == "ciso"
    assert asked("A.10.3", own, framework="iso-42001", as_of=date(2026, 12, 2)).yes is True
    assert asked("A.10.2", own, framework="iso-42001").yes is True


def test_categories_of_soc_2_are_in_scope_by_choice() -> None:
    chosen = system(MINIMAL, soc2=Soc2(categories=("security", "availability"), type=1))
    said = [asked(id, chosen, framework="soc2").yes for id in ("CC6.1", "A1.1", "C1.1")]
    assert said == [True, True, False]
    silent = [asked(id, of, framework="soc2").yes for of in (system(MINIMAL), None) for id in ("CC6.1", "A1.1")]
    assert silent == [True, None, True, None]


def test_other_frameworks_apply_to_everything() -> None:
    assert asked("MEASURE 2.7", None, framework="nist-ai-rmf-1.0").yes is True
    assert asked("MEASURE 2.7", system(MINIMAL), framework="nist-ai-rmf-1.0").yes is True
