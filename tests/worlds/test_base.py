"""What the simulated clouds share."""

from __future__ import annotations

from datetime import UTC, date, datetime

from worlds.base import Fault, Request, read_world

TEXT = """
as_of: 2026-11-22
jobs:
- {name: recent, created: 2026-11-20T10:00:00Z, text: '2026-11-20T10:00:00Z', version: '2026-11-20'}
"""


def test_timestamps_move_with_the_days_since_the_world_was_written() -> None:
    [job] = read_world(TEXT, date(2027, 1, 1))["jobs"]

    assert job["created"] == datetime(2026, 12, 30, 10, tzinfo=UTC)
    assert job["text"] == "2026-12-30T10:00:00Z"
    assert (job["name"], job["version"]) == ("recent", "2026-11-20")


def test_a_fault_strikes_what_it_matches_and_as_often_as_it_says() -> None:
    request = Request("GET", "/", {}, {}, b"", operation="sagemaker:ListModels", verb="list", region="eu-west-1")
    twice = Fault("sagemaker:*", "deny", verb="list", times=2)

    assert [twice.strikes(request) for _ in range(3)] == [True, True, False]
    assert not Fault("sagemaker:*", "deny", region="us-*").strikes(request)
    assert not Fault("sagemaker:*", "deny", verb="get").strikes(request)
