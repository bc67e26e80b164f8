"""A bucket of each cloud, for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.config import Config
from buckets import BUCKETS, SCHEMES, Bucket


@pytest.fixture(scope="module", params=SCHEMES)
def each(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    with BUCKETS[request.param]() as bucket:
        yield bucket


@pytest.fixture
def bucket(each: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, and SDKs that are less patient than they are with a service far away."""
    from scanner.objects import az, gs, s3

    monkeypatch.setattr(s3, "_CONFIG", Config(read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}))
    monkeypatch.setattr(gs, "_RETRY", gs._RETRY.with_timeout(3).with_delay(initial=0.1, maximum=0.5))
    monkeypatch.setattr(
        az, "_PATIENCE", {"read_timeout": 5, "retry_total": 1, "initial_backoff": 0, "increment_base": 0}
    )
    each.clear()
    return each
