"""Where a listing is taken to have no end, and that what a scan waits for before its first call is bounded too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
import pytest
from scanning import QUICK, quick_calls, running
from worlds.base import Request, Response

from scanner.calls.bounds import Bounds, Listing
from scanner.collect.facade import connect
from scanner.model.errors import CannotScan

FEW = Bounds(call_seconds=0.5, pages=4, empty_pages=2)


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ([("a", [1]), ("b", [2]), ("c", [3])], None),
        ([("a", []), ("b", [2]), ("c", [])], None),
        ([("a", [1]), ("b", [2]), ("a", [3])], "the listing does not end: the same page came twice"),
        ([("a", [1]), ("b", [1])], "the listing does not end: the same page came twice"),
        ([("a", []), ("b", [])], "the listing does not end: 2 pages in a row are empty"),
        ([(str(n), [n]) for n in range(4)], "the listing does not end: there are more than 4 pages"),
        ([(7, [1])], "the token of the next page is no text"),
    ],
)
def test_a_listing_ends_at_the_first_sign_that_it_does_not(pages: list[tuple[Any, list[int]]], why: str | None) -> None:
    listing = Listing(FEW)
    *before, last = [listing.endless(token, items) for token, items in pages]

    assert not any(before)
    assert (last and last.detail) == why


def drip() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    while True:
        yield b" "
        sleep(0.05)


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_credentials_that_come_a_byte_at_a_time_end_the_scan_in_time(provider: str) -> None:
    with running(provider) as world:
        respond = world.respond

        def answer(request: Request) -> Response:
            token = request.operation in ("oauth2.token", "sts:GetCallerIdentity")
            return Response(200, raw=drip()) if token else respond(request)

        world.respond = answer  # type: ignore[method-assign]
        began = monotonic()
        with pytest.raises(CannotScan, match=r"the call took longer than 0\.5 s"):
            connect(provider, {}, quick_calls(msgspec.structs.replace(QUICK, bounds=FEW)))
        assert monotonic() - began < 60  # else they come for ever


def test_a_command_for_credentials_that_hangs_is_over_when_the_scan_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = sleep 100\nregion = eu-west-1\n")
    with running("aws"):
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        calls = quick_calls()
        calls.until = monotonic() + 1
        with pytest.raises(CannotScan, match="the scan reached its time limit before there were credentials"):
            connect("aws", {"profile": "slow"}, calls)
        assert monotonic() < calls.until + 50
