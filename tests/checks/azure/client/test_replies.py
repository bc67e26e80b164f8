"""What is told of a refusal, whatever the service says."""

from __future__ import annotations

import pytest

from checks.azure.client.replies import refused


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("No. Tracking ID: 1", "HTTP 400 Bad: No"),
        ("No (Correlation id 1", "HTTP 400 Bad: No"),
        ("Request id 1", "HTTP 400 Bad"),
        ("!" * 500_000, f"HTTP 400 Bad: {'!' * 300}…"),
    ],
)
def test_what_differs_from_call_to_call_is_left_out(message: str, told: str) -> None:
    error = {"error": {"code": "Bad", "message": message}}

    assert refused("any", "https://any.example", 400, error, None).detail.startswith(told.removesuffix("…")[:280])
