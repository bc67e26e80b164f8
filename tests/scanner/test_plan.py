"""A plan asks for what the selected checks need, and for nothing else."""

from __future__ import annotations

import pytest
from factories.aws import HERE, notebook
from support import inventory_of, registered

from scanner.check import sections
from scanner.errors import InputError
from scanner.model import Severity
from scanner.plan import make_plan, note_unasked, select

CHECKS, COLLECTORS = registered()


def test_selection_by_id_slug_and_severity() -> None:
    by_slug = select(CHECKS.values(), wanted=["sagemaker_notebook_direct_internet_access"])

    assert [check.id for check in by_slug] == ["MLP-1001"]
    assert select(CHECKS.values(), wanted=["MLP-1001"]) == by_slug
    assert select(CHECKS.values(), wanted=["MLP-1001"], skipped=["MLP-1001"]) == ()
    high = select(CHECKS.values(), least=Severity.HIGH)
    assert high
    assert {check.severity for check in high} <= {Severity.CRITICAL, Severity.HIGH}
    assert len(high) < len(select(CHECKS.values()))


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="sagemaker_notebook_direct_internet_access"):
        select(CHECKS.values(), wanted=["sagemaker_notebook_direct_internet_acces"])


def test_what_a_scan_did_not_ask_for_is_a_gap_of_its_inventory() -> None:
    check = CHECKS["MLP-1001"]
    asked, unasked = inventory_of(notebook("a")), inventory_of(notebook("a"))
    unasked.listings.clear()
    for inventory in (asked, unasked):
        note_unasked(inventory, (check,), COLLECTORS)

    assert asked.gaps == ()
    assert [(gap.kind, gap.scope.account, gap.checks) for gap in unasked.gaps] == [
        (check.kind.kind, HERE.account, ("MLP-1001",))
    ]


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.slug)
def test_a_plan_covers_what_a_check_judges_and_joins(check: object) -> None:
    plan = make_plan([check], COLLECTORS)  # type: ignore[list-item]
    kinds = [collector.kind for collector in plan.collectors]

    assert {check.kind, *check.needs} <= set(kinds)  # type: ignore[attr-defined]
    position = {collector.kind: stage for stage, made in enumerate(plan.stages) for collector in made}
    for collector in plan.collectors:
        for source in collector.follows:
            assert position.get(source, -1) < position[collector.kind], "references come from earlier stages"
    followed = [collector for collector in plan.collectors if collector.follows]
    for collector in followed:
        assert set(collector.follows) & set(kinds), f"nothing would lead to {collector.kind.kind}"


def test_docstring_sections_are_dedented() -> None:
    text = "Title.\n\n    ## Why it matters\n    One.\n      indented\n\n    ## How to fix\n    Two.\n"

    assert sections(text) == {"": "Title.", "Why it matters": "One.\n  indented", "How to fix": "Two."}
