"""Answers that contradict each other, dates that have passed, and names that nothing has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from declaring import VALID, problems, read, with_lines

DECIDED = "rationale: x, decided_by: dpo, decided_on: 2026-09-01"
ACCEPTED = "resource: x, reason: y, approved_by: z, "
SET = "set_by: z, why: y"
INCLUDE = '- {provider: aws, accounts: ["111122223333"]}'


def act(text: str) -> str:
    return with_lines(eu_ai_act=f"eu_ai_act: {{{text}}}")


def threshold(text: str) -> str:
    return VALID + f"  expectations: {{thresholds: [{{metric: auc, {text}}}]}}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (act(f"tier: high-risk, {DECIDED}"), "11:16: system sentiment: tier high-risk needs a route"),
        (act(f"tier: minimal, route: annex-i, {DECIDED}"), "11:39: system sentiment: only high-risk systems have a"),
        (act(f"tier: high-risk, route: annex-i, {DECIDED}"), "route annex-i needs the product law; add product_law"),
        (act(f"tier: high-risk, route: annex-iii, {DECIDED}"), "route annex-iii needs the point of Annex III"),
        (act("tier: minimal, decided_by: dpo"),
         "tier minimal is a decision; add rationale, decided_on, or say unclassified"),
        (act(f"tier: minimal, {DECIDED}, review_by: 2026-08-31"),
         "review_by is before decided_on (2026-09-01); give a later date"),
        (with_lines(status="status: retired"), "7:10: system sentiment: a retired system has no stage"),
        (with_lines(status="status: development", stage="stage: general"),
         "stage general contradicts status development"),
        (with_lines(stage="stage: general", eu_ai_act="eu_ai_act: {tier: unclassified}"),
         "7:10: system sentiment: what is rolled out to everybody has to be classified"),
        (VALID + "  soc2: {categories: [security], type: 1}\n", "soc2 is described and not among the frameworks"),
        (with_lines(frameworks="frameworks: [soc2]") + "  soc2: {categories: [availability], type: 1}\n",
         "every SOC 2 report covers security"),
        (with_lines(frameworks="frameworks: [soc2]") + "  soc2: {categories: [security], type: 2}\n",
         "a report of type 2 covers a period"),
        (with_lines(frameworks="frameworks: [soc2]")
         + "  soc2: {categories: [security], type: 2, period: {from: 2026-12-31, to: 2026-01-01}}\n",
         "the period ends before it begins (2026-12-31)"),
        (VALID + "  expectations: {log_retention_days: 30}\n",
         "a system may ask for more than the default of 184 days, not for less"),
        (VALID + "  expectations: {bias_facets: [sex]}\n", "add bias to monitoring"),
        (VALID + "  oversight: {}\n", "it says nothing of who oversees the system; add review,"),
        (VALID + "  incident_route: {contact: x, addresses: [ml-on-call]}\n", "the full id of a resource"),
        (VALID + "  expectations: {thresholds: [{metric: auc}]}\n", "the threshold of auc names no number"),
        (VALID + "  expectations: {thresholds: [{metric: auc, at_least: 0.9, at_most: 0.8}]}\n",
         "auc cannot be at least 0.9 and at most 0.8"),
        (threshold("at_least: .inf"), "nothing can be held to at_least inf; give a number"),
        (threshold("largest_gap: -0.1, facet: sex, " + SET),
         "nothing can be held to largest_gap -0.1; give a number from 0"),
        (threshold("at_least: 0.9, group: x, " + SET), "16:67: system sentiment: group is about groups"),
        (threshold("at_least: 0.9, smallest_group: 20, " + SET), "smallest_group is about groups; add the facet"),
        (threshold("largest_gap: 0.1, facet: sex, group: '1', " + SET),
         "a gap is between groups; leave group out"),
        (threshold("at_least: 0.1, facet: 'sex, age', group: '1', " + SET), "has a value for each"),
        (threshold("at_least: 0.9, facet: sex, smallest_group: 20, why: x"),
         "nobody says who set this threshold of auc, and why; add set_by"),
        (threshold("at_least: 0.9, facet: 'sex,,age'"), "'sex,,age' does not name each facet once"),
        (threshold("at_least: 0.9, facet: 'sex, sex'"), "'sex, sex' does not name each facet once"),
        (threshold("at_least: 0.9, point: true"), "add set_by and why"),
        (VALID + "  exceptions: [{objective: data-captur, " + ACCEPTED + "expires: 2027-01-01}]\n",
         "no objective is called 'data-captur'; did you mean data-capture?"),
        (VALID + "  exceptions: [{objective: data-capture, " + ACCEPTED + "expires: 2026-11-21}]\n",
         "16:91: system sentiment: this exception expired on 2026-11-21; remove it, or have it approved anew"),
        (VALID + "  excluded_controls: [{framework: soc2, control: CC6.44, reason: x}]\n",
         "soc2 has no control 'CC6.44'; did you mean CC6.4?"),
        (VALID + "    exclude: [{reason: load test}]\n", "name what is excluded, by either arn or id"),
        (VALID + '    exclude: [{arn: "arn:aws:s3:::x", reason: load test, expires: 2026-11-21}]\n',
         "16:67: system sentiment: this exclusion expired on 2026-11-21"),
        (VALID.replace(INCLUDE, "- {provider: aws}"),
         "15:7: system sentiment: would claim all of aws; narrow it by accounts, regions, arns, ids, tags"),
        (VALID.replace(INCLUDE, "- {provider: azure, accounts: ['111122223333']}"),
         "azure has no accounts; it may be selected by subscriptions, resource_groups, regions, ids, tags"),
    ],
)  # fmt: skip
def test_contradictions_are_said_with_what_to_do(text: str, problem: str, tmp_path: Path) -> None:
    assert any(problem in found for found in problems(text, tmp_path)), problems(text, tmp_path)


def test_thresholds_of_groups_say_who_set_them(tmp_path: Path) -> None:
    whole = "largest_gap: 0.1, at_most: 0.9, facet: 'sex,age', smallest_group: 20, point: true, set_on: 2026-09-01, "
    one = "at_least: 0.1, facet: 'sex,age', group: '1,60-69', smallest_group: 20, "

    assert problems(threshold(whole + SET), tmp_path) == []
    assert problems(threshold(one + SET), tmp_path) == []


def test_an_exclusion_needs_a_reason(tmp_path: Path) -> None:
    [found] = problems(VALID + '    exclude: [{arn: "arn:aws:s3:::x"}]\n', tmp_path)

    assert found == "16:15: system sentiment: selectors.exclude 1: reason is missing; add reason: text"


def test_an_exclusion_holds_on_its_last_day(tmp_path: Path) -> None:
    text = VALID + '    exclude: [{arn: "arn:aws:s3:::x", reason: load test, expires: 2026-11-22}]\n'

    assert problems(text, tmp_path) == []
    assert len(problems(text, tmp_path, date(2026, 11, 23))) == 1


def test_two_systems_of_one_id_are_refused(tmp_path: Path) -> None:
    head, _, system = VALID.partition("- id:")

    assert problems(f"{head}- id:{system}- id:{system}", tmp_path) == [
        "16:7: system sentiment stands here twice, first in line 4; give one of them another id"
    ]


def test_prohibited_systems_are_in_no_use(tmp_path: Path) -> None:
    used = act(f"tier: prohibited, {DECIDED}")
    retired = used.replace("status: production", "status: retired").replace("  stage: limited\n", "")

    assert ["tier prohibited contradicts any use" in found for found in problems(used, tmp_path)] == [True]
    assert problems(retired, tmp_path) == []


def test_what_is_missing_and_may_be_is_a_warning(tmp_path: Path) -> None:
    text = with_lines(frameworks="frameworks: [soc2]", eu_ai_act="eu_ai_act: {tier: unclassified}")
    text += '  documents: [{fills: [x], title: Risks, uri: a.pdf, sha256: "...", date: 2026-01-01}]\n'
    said = " ".join(read(text, tmp_path).warnings)

    assert "is not classified, and so held to what a high-risk system is held to" in said
    assert "names soc2 and not which categories are in scope" in said
    assert "the digest of 'Risks' is still to be filled in" in said
