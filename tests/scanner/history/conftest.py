"""Histories for tests: a file of SQLite, a database of a real PostgreSQL, and a bucket of each cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from buckets import BUCKETS, SCHEMES, Bucket


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of this process' own."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no initdb on the path, nor below /usr/lib/postgresql")
    with postgres.running(programs) as made:
        yield made


def _database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'history.db'}"
    return request.getfixturevalue("server").url()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty history of each kind that has tables of its own."""
    return _database(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", *SCHEMES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty history of each kind."""
    if request.param in SCHEMES:
        return request.getfixturevalue(f"{request.param}_log").at("team/history")
    return _database(request.param, request, tmp_path)


@pytest.fixture(params=SCHEMES)
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """An empty bucket of each cloud."""
    return request.getfixturevalue(f"{request.param}_log")


def _bucket(scheme: str) -> Iterator[Bucket]:
    with BUCKETS[scheme]() as bucket:
        yield bucket


@pytest.fixture
def s3_log() -> Iterator[Bucket]:
    yield from _bucket("s3")


@pytest.fixture
def gs_log() -> Iterator[Bucket]:
    yield from _bucket("gs")


@pytest.fixture
def az_log() -> Iterator[Bucket]:
    yield from _bucket("az")
