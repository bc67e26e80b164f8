"""The benchmark of formats writes as many findings as it was asked for."""

from __future__ import annotations

from support import registered

from benchmarks.formats import CHECKS, measure, notebooks, patience
from scanner.model.checks import CHECKS as KNOWN
from scanner.model.nouns import Status


def test_each_notebook_fails_all_of_its_checks() -> None:
    registered()
    found = [KNOWN[id].function(notebook).status for notebook in notebooks(2) for id in CHECKS]

    assert found == [Status.FAIL] * 2 * len(CHECKS)


def test_a_format_is_measured_beside_judging_alone() -> None:
    (nothing, *judging), (name, few, many) = measure(80, ["csv"])

    assert (nothing, name) == ("judging", "csv")
    assert [one.size for one in judging] == [0, 0]
    assert 0 < few.size < many.size


def test_what_kubernetes_leaves_is_compared_with_both_reports_and_one_judging() -> None:
    """It kills after 30 seconds, of which calls in flight may take 10."""
    said = patience({"judging": 3.0, "json": 4.5, "sarif": 7.0, "csv": 9.0})

    assert said == "JSON and SARIF, with judging: 8.5 of the 20 s that Kubernetes leaves"
