"""Data that is declared to be about persons, and that no search for such data looks at."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import declared, selecting
from msgspec.structs import replace

from scanner.evidence.assess import undiscovered
from scanner.model.claims import Kind
from scanner.model.reported import CheckCount
from scanner.systems.manifest import Include, System

SEARCH = "MLP-5611"


def system(sensitivity: Any) -> System:
    [made] = declared(scoring=selecting(Include(provider="aws"))).systems
    return replace(made, classification=replace(made.classification, data_sensitivity=sensitivity))


@pytest.mark.parametrize("sensitivity", ["personal", "special-category", "regulated"])
def test_it_is_missing_where_data_is_about_persons_and_nothing_looked(sensitivity: str) -> None:
    for counts in ({}, {SEARCH: CheckCount()}, {SEARCH: CheckCount(failed=1)}):
        found = undiscovered(system(sensitivity), [SEARCH], counts)
        assert found is not None
        assert (found.kind, found.source) == (Kind.MISSING, "classification.data_sensitivity")
        assert sensitivity in found.text


def test_it_is_not_missing_where_something_looked_or_nothing_has_to() -> None:
    assert undiscovered(system("personal"), [SEARCH], {SEARCH: CheckCount(passed=1)}) is None
    assert undiscovered(system("personal"), [], {}) is None, "no check of this scan could have seen it"
    assert undiscovered(system("internal"), [SEARCH], {}) is None
    assert undiscovered(system(None), [SEARCH], {}) is None
