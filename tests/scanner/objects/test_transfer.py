"""Files in buckets are written whole or not at all, and what goes wrong is one sentence about the address."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from worlds.base import Fault, Request, Response, World

from scanner.model.errors import InputError, NotThere, NotWritten
from scanner.objects.addresses import parse
from scanner.objects.transfer import check, reading, write

#: More than any of the services takes, or gives, in one piece.
LARGE = 20 << 20

#: The SDK of Azure leaves the body of a refused download unread, and with it the connection open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go in these tests, which must all be gone at the end of each."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def put(address: str, content: bytes) -> None:
    def how(path: Path) -> None:
        path.write_bytes(content)

    write(address, how)


def got(address: str) -> bytes:
    with reading(address) as path:
        assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
        return path.read_bytes()


def refusal(address: str, error: type[Exception], call, *arguments) -> str:
    """What is said of an address, which is one sentence that begins with it."""
    with pytest.raises(error) as refused:
        call(address, *arguments)
    said = str(refused.value)
    assert type(refused.value) is error
    assert said.startswith(f"{address}: ")
    assert "\n" not in said
    assert tempfile.gettempdir() not in said
    return said


@pytest.mark.parametrize("size", [0, 1, 100_000, LARGE])
def test_what_was_written_is_read(bucket, size: int, temporary: Path) -> None:
    content = os.urandom(size)
    put(bucket.at("a b/é+%20?#/x.json"), b"old")
    put(bucket.at("a b/é+%20?#/x.json"), content)

    assert bucket.contents() == {"a b/é+%20?#/x.json": content}
    assert got(bucket.at("a b/é+%20?#/x.json")) == content
    assert list(temporary.iterdir()) == []


def test_a_bucket_that_is_there_passes_and_is_only_looked_at(bucket) -> None:
    check(parse(bucket.at("x.json")))

    assert {request.method for request in bucket.touched()} <= {"GET", "HEAD"}
    assert not any("x.json" in request.path for request in bucket.world.log)
    assert bucket.contents() == {}


def test_a_bucket_that_is_not_there(bucket, temporary: Path) -> None:
    # S3 says of a bucket that it is not there, and the others of an object that is in none.
    absent = InputError if bucket.missing.startswith("s3:") else NotThere
    for error, call in ((absent, got), (NotWritten, lambda address: put(address, b"x"))):
        assert "there is no" in refusal(bucket.missing, error, call)
    said = refusal(bucket.missing, InputError, lambda address: check(parse(address)))
    assert "northwind-example-none" in said.removeprefix(bucket.missing)
    assert list(temporary.iterdir()) == []


def test_an_object_that_is_not_there(bucket) -> None:
    assert "there is no such object" in refusal(bucket.at("x.json"), NotThere, got)


def test_that_one_may_not_look_at_the_bucket_is_no_answer(bucket) -> None:
    bucket.fail(bucket.look, "deny")
    check(parse(bucket.at("x.json")))


def test_denied(bucket) -> None:
    put(bucket.at("x.json"), b"old")
    bucket.fail(bucket.write, "deny")
    bucket.fail(bucket.read, "deny")
    assert "denied" in refusal(bucket.at("x.json"), InputError, got)
    assert "denied" in refusal(bucket.at("x.json"), NotWritten, put, b"new")
    bucket.world.faults.clear()
    assert bucket.contents() == {"x.json": b"old"}


@pytest.mark.parametrize("kind", ["throttle", "error", "reset"])
def test_a_service_that_recovers_costs_nothing_but_time(bucket, kind: str) -> None:
    bucket.fail(bucket.write, kind, times=1)
    put(bucket.at("x.json"), b"new")
    bucket.fail(bucket.read, kind, times=1)
    assert got(bucket.at("x.json")) == b"new"


@pytest.mark.parametrize(("kind", "says"), [("throttle", "later"), ("error", "later"), ("reset", "connection")])
def test_a_service_that_does_not_recover(bucket, kind: str, says: str, temporary: Path) -> None:
    put(bucket.at("x.json"), b"old")
    bucket.fail(bucket.read, kind)
    bucket.fail(bucket.write, kind)
    assert says in refusal(bucket.at("x.json"), InputError, got)
    assert says in refusal(bucket.at("x.json"), NotWritten, put, b"new")
    bucket.world.faults.clear()
    assert bucket.contents() == {"x.json": b"old"}
    assert list(temporary.iterdir()) == []


def test_a_reply_that_breaks_off_in_the_middle(bucket, temporary: Path) -> None:
    put(bucket.at("x.json"), b"x" * 100_000)
    bucket.fail(bucket.read, "cut", times=1)
    assert got(bucket.at("x.json")) == b"x" * 100_000
    bucket.fail(bucket.read, "cut")
    assert "connection" in refusal(bucket.at("x.json"), InputError, got)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("status", [302, 307])
def test_nothing_is_read_from_or_written_to_where_a_redirect_leads(bucket, status: int) -> None:
    put(bucket.at("x.json"), b"old")

    def elsewhere(world: World, request: Request) -> Response:
        return Response(status, b"", {"Location": f"{world.url}/elsewhere{request.path}"})

    bucket.world.faults += [Fault(one, "answer", answer=elsewhere) for one in (bucket.read, bucket.write)]
    refusal(bucket.at("x.json"), InputError, got)
    refusal(bucket.at("x.json"), NotWritten, put, b"new")

    assert not any("elsewhere" in request.path for request in bucket.world.log)
    bucket.world.faults.clear()
    assert bucket.contents() == {"x.json": b"old"}


def test_what_is_no_answer_of_the_service_is_no_defect(bucket) -> None:
    answer = Response(200 if bucket.scheme == "az" else 301)  # over which the SDKs stumble
    bucket.world.faults.append(Fault(f"{bucket.scheme}*" if bucket.scheme == "s3" else bucket.read, "answer"))
    bucket.world.faults[-1].answer = lambda world, request: answer
    refusal(bucket.at("x.json"), InputError, got)


@pytest.mark.parametrize("size", [2_000_000, LARGE])
def test_a_connection_that_breaks_off_while_writing(bucket, size: int, temporary: Path) -> None:
    put(bucket.at("x.json"), b"old")
    bucket.world.longest_body = 1_000_000
    for key in ("x.json", "y.json"):
        assert "connection" in refusal(bucket.at(key), NotWritten, put, os.urandom(size))
    bucket.world.longest_body = None
    assert bucket.contents() == {"x.json": b"old"}
    assert list(temporary.iterdir()) == []
    if bucket.scheme == "s3":
        assert bucket.unfinished() == []


def test_what_is_never_made_is_never_written(bucket) -> None:
    put(bucket.at("x.json"), b"old")

    def how(path: Path) -> None:
        path.write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(bucket.at("x.json"), how)
    assert bucket.contents() == {"x.json": b"old"}


def test_what_is_wrong_with_the_copy_is_said_of_the_address(bucket) -> None:
    from scanner.cli.config import read_config

    put(bucket.at("x.toml"), b"[aws\n")
    with pytest.raises(InputError, match="line 1") as refused, reading(bucket.at("x.toml")) as path:
        read_config(path)
    assert str(refused.value).startswith(f"{bucket.at('x.toml')}: ")
    assert str(path) not in str(refused.value)
