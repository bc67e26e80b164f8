"""Findings that are browsed: what a page costs does not grow with how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from scanner.model.nouns import Severity
from scanner.serve.kept import PAGE, Kept, Shown

VERDICTS = ("fail", "unknown", "suppressed", "ended")


def finding(number: int) -> Shown:
    return Shown(
        fingerprint=f"{number:032x}",
        check=f"MLP-{1001 + number % 3}",
        title=f"Title {number % 3}",
        verdict=VERDICTS[number % 4],
        severity=list(Severity)[number % 5],
        score=float(number % 7),
        message=f"message {number}",
        kind="aws.sagemaker.Endpoint",
        id=f"arn:{number:05}",
        name=f"endpoint-{number}",
        provider="aws",
        account="111122223333",
        region="eu-west-1",
        systems=("scoring",) if number % 2 else (),
    )


@pytest.fixture
def kept() -> Iterator[Kept]:
    with closing(Kept()) as made:
        made.add(map(finding, range(400)))
        yield made


def test_pages_have_all_findings_once_the_worst_first(kept: Kept) -> None:
    pages = [one for number in range(1, 400 // PAGE + 1) for one in kept.page({}, number)]

    def place(one: Shown) -> tuple[object, ...]:
        return (VERDICTS.index(one.verdict), one.severity.rank, -one.score, one.check, one.id)

    assert pages == sorted(map(finding, range(400)), key=place)
    assert kept.page({}, 400 // PAGE + 1) == []


@pytest.mark.parametrize("chosen", [{}, {"verdict": "fail"}, {"account": "111122223333"}])
def test_a_page_is_taken_in_order_and_nothing_is_sorted_for_it(kept: Kept, chosen: dict[str, str]) -> None:
    asked: list[str] = []
    kept._db.set_trace_callback(asked.append)
    kept.page(chosen, 2)
    kept._db.set_trace_callback(None)

    plans = [row[3] for query in asked for row in kept._db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any("USING INDEX by_order" in step for step in plans)
    assert not [step for step in plans if "ORDER BY" in step]


def test_choices_and_titles_are_those_of_all_that_was_added(kept: Kept) -> None:
    assert kept.values("check") == ["MLP-1001", "MLP-1002", "MLP-1003"]
    kept.add([msgspec.structs.replace(finding(400), check="MLP-2001", title="Another")])

    assert kept.values("check") == ["MLP-1001", "MLP-1002", "MLP-1003", "MLP-2001"]
    assert kept.titles("fail") == {
        "MLP-1001": "Title 0", "MLP-1002": "Title 1", "MLP-1003": "Title 2", "MLP-2001": "Another",
    }  # fmt: skip
