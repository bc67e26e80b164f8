"""Which part of what endpoints log a sink takes."""

from __future__ import annotations

from typing import Any

import pytest

from checks.gcp.logging.taking import ALL, NONE, SOME, taken

DEFAULT = (
    'NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("externalaudit.googleapis.com/activity") AND NOT '
    'LOG_ID("cloudaudit.googleapis.com/system_event")'
)
REQUIRED = 'LOG_ID("cloudaudit.googleapis.com/activity") OR LOG_ID("externalaudit.googleapis.com/activity")'
OURS, OTHER = 'resource.type="aiplatform.googleapis.com/Endpoint"', "resource.type = k8s_container"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ALL),
        ("", ALL),
        (DEFAULT, ALL),
        (OURS, ALL),
        (f"{DEFAULT} AND {OURS}", ALL),
        (REQUIRED, NONE),
        (OTHER, NONE),
        (f"{OTHER} AND severity>=ERROR", NONE),
        (f"{OURS} AND severity>=ERROR", SOME),
        ("severity>=ERROR", SOME),
        (f'{OURS} AND "timeout"', SOME),
        (f"{OURS} OR {OTHER}", SOME),
        (f"{DEFAULT} OR {OTHER}", SOME),
        (f"NOT {OURS}", SOME),
        ('LOG_ID("stdout")', SOME),
        ('NOT LOG_ID("aiplatform.googleapis.com/prediction_container")', SOME),
        (7, SOME),
    ],
)
def test_by_its_filter(text: Any, expected: str) -> None:
    assert taken({"filter": text}) == expected


@pytest.mark.parametrize(
    ("exclusions", "expected"),
    [
        ([], ALL),
        ([{"filter": OTHER}], ALL),
        ([{"filter": OURS, "disabled": True}], ALL),
        ([{"filter": OURS}], SOME),
        ([{"filter": "sample(insertId, 0.9)"}], SOME),
        ([{}], SOME),
        ("x", SOME),
    ],
)
def test_by_its_exclusions(exclusions: Any, expected: str) -> None:
    assert taken({"filter": DEFAULT, "exclusions": exclusions}) == expected


def test_what_is_excluded_from_nothing_stays_nothing() -> None:
    assert taken({"filter": REQUIRED, "exclusions": [{"filter": OURS}]}) == NONE
