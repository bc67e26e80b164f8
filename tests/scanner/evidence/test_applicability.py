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
    assert asked("Art. 15(5)", system(HIGH), eu_market=False).yes is False
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


@pytest.mark.parametrize(
    ("screening", "expected"),
    [
        ({"interacts_with_persons": True}, True),
        ({"interacts_with_persons": False, "generates_content": False, "biometric_input": False}, False),
        ({"interacts_with_persons": False, "generates_content": False}, None),
        ({}, None),
    ],
)
def test_transparency_goes_by_what_a_system_does(screening: dict[str, bool], expected: bool | None) -> None:
    assert asked("Art. 50(1)", system(MINIMAL, screening=Screening(**screening))).yes is expected


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
