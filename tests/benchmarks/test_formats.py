"""The benchmark of formats writes as many findings as it was asked for."""

from __future__ import annotations

from support import registered

from benchmarks.formats import CHECKS, measure, notebooks
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
