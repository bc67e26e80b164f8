"""No listing without an end and no reply without bounds, of whatever operation, keeps a scan of any provider busy."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from time import sleep
from typing import Any

import botocore.session
import msgspec
import pytest
from scanning import PROVIDERS, QUICK, Verdicts, calm, running, take_inventory, verdicts_of, with_faults
from worlds.base import Fault, Request, Response, World

from scanner.calls.bounds import Bounds
from scanner.model.errors import CannotScan
from scanner.model.nouns import Reason, Status
from scanner.store.inventory import Inventory

MIB = 2**20
BOUNDED = msgspec.structs.replace(QUICK, bounds=Bounds(reply_bytes=2 * MIB, pages=6, empty_pages=3), timeout_attempts=1)
OURS = re.compile(r"endless-\w+")
#: Where our tokens are taken out of a request, so that a world answers as if it were the first.
TAKEN = re.compile(r'"[$\w]+":"endless-\w+",?|&?[$%\w]+=endless-\w+')
#: Token requests and what a scan cannot begin without.
SIGN_IN = ("oauth2.", "sts:")
#: How tokens follow each other: by how many there were, and the one asked with.
TOKENS: dict[str, Callable[[int, str], str]] = {
    "in a circle": lambda _, asked: "endless-B" if asked == "endless-A" else "endless-A",
    "ever new": lambda number, _: f"endless-{number}",
}


# -- listings ----------------------------------------------------------------------------------------------------------


@cache
def aws_paging(operation: str) -> dict[str, Any] | None:
    """How an operation of AWS is paged, by the SDK's own model; None if it is not."""
    service, _, name = operation.partition(":")
    try:
        return dict(botocore.session.get_session().get_paginator_model(service)._paginator_config[name])
    except (KeyError, botocore.exceptions.BotoCoreError):
        return None


def aws_page(_: World, request: Request, response: Response, token: str, *, empty: bool) -> Response | None:
    paging = aws_paging(request.operation)
    if paging is None:
        return None
    gives, holds = paging["output_token"], paging["result_key"]
    if response.body.startswith(b"{"):
        page = {**json.loads(response.body), gives: token} | ({holds: []} if empty else {})
        return dataclasses.replace(response, body=json.dumps(page).encode())
    body = re.sub(rb"<IsTruncated>\w+<", b"<IsTruncated>true<", response.body)
    given = f"<{gives}>{token}</{gives}>".encode()
    return dataclasses.replace(response, body=re.sub(rb"(</\w+Result>)", given + rb"\1", body, count=1))


def gcp_page(_: World, request: Request, response: Response, token: str, *, empty: bool) -> Response | None:
    if request.verb != "list":
        return None
    page = json.loads(response.body)
    if empty:
        page = {name: value for name, value in page.items() if not isinstance(value, list)}
    return dataclasses.replace(response, body=json.dumps({**page, "nextPageToken": token}).encode())


def azure_page(world: World, request: Request, response: Response, token: str, *, empty: bool) -> Response | None:
    page = json.loads(response.body)
    holds = next((name for name in ("value", "data") if isinstance(page.get(name), list)), None)
    if holds is None:
        return None
    page |= {holds: []} if empty else {}
    link = f"{world.url}{request.path}?{TAKEN.sub('', request.raw_query)}&endless={token}"
    page |= {"$skipToken": token} if holds == "data" else {"nextLink": link}
    return dataclasses.replace(response, body=json.dumps(page).encode())


def mlflow_page(_: World, request: Request, response: Response, token: str, *, empty: bool) -> Response | None:
    if request.verb != "list":
        return None
    page = json.loads(response.body)
    if empty:
        page = {name: value for name, value in page.items() if not isinstance(value, list)}
    return dataclasses.replace(response, body=json.dumps({**page, "next_page_token": token}).encode())


PAGES = {"aws": aws_page, "gcp": gcp_page, "azure": azure_page, "mlflow": mlflow_page}


def make_endless(
    world: World, provider: str, tokens: Callable[[int, str], str], *, empty: bool, only: str = "", but: str = ""
) -> Counter[str]:
    """Let listings have no end; how often each operation is asked for more, while the world runs."""
    numbers, more, respond = count(), Counter[str](), world.respond

    def answer(request: Request) -> Response:
        asked = OURS.search(request.body.decode() + request.raw_query)
        response = respond(_first(request))
        if request.operation.startswith(SIGN_IN) or response.status != 200:
            return response
        if (only and request.operation != only) or (but and re.fullmatch(but, request.operation)):
            return response
        token = tokens(next(numbers), asked[0] if asked else "")
        page = PAGES[provider](world, request, response, token, empty=empty)
        if asked:
            more[request.operation] += 1
        return page or response

    world.respond = answer  # type: ignore[method-assign]
    return more


def _first(request: Request) -> Request:
    """The same request, for the first page."""
    own = {name: value for name, value in request.query.items() if not OURS.search(value)}
    params = {name: value for name, value in request.params.items() if name == "call" or not OURS.search(str(value))}
    body = TAKEN.sub("", request.body.decode()).replace(",}", "}").encode()
    raw = TAKEN.sub("", request.raw_query)
    return dataclasses.replace(request, query=own, params=params, body=body, raw_query=raw)


def wrong(found: Verdicts, provider: str) -> Verdicts:
    """Verdicts that neither an undisturbed scan gives nor are unknown."""
    _, right, _ = calm(provider)
    return {key: status for key, status in found.items() if status not in (right.get(key), Status.UNKNOWN)}


@cache
def only_saves_calls(provider: str, operation: str) -> bool:
    """Whether nobody misses what an operation says: it can be asked for in another way."""
    inventory, _ = with_faults(provider, lambda world: world.faults.append(Fault(operation, "deny")))
    return operation not in {gap.operation for gap in inventory.gaps}


#: Azure cannot begin without the list of its subscriptions, see below.
BEFORE = r"Microsoft\.Resources/subscriptions/read"


@pytest.mark.parametrize("empty", [False, True], ids=["full", "empty"])
@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize(
    "provider", PAGES
)  # of the others, pages are asked for by number, see the tests of their clients
def test_a_listing_that_does_not_end_is_a_gap(provider: str, tokens: str, empty: bool) -> None:
    with running(provider) as world:
        more = make_endless(world, provider, TOKENS[tokens], empty=empty, but=BEFORE)
        inventory = take_inventory(provider, manners=BOUNDED)

    endless = {gap.operation for gap in inventory.gaps if "the listing does not end" in gap.detail}
    assert more, "no operation was asked for a second page"
    for operation in more:
        assert operation in endless or only_saves_calls(provider, operation), operation
    kinds = {gap.kind for gap in inventory.gaps if gap.operation in endless}
    assert kinds - {listing.kind for listing in inventory.listings.values() if listing.complete}
    if not empty:
        assert wrong(verdicts_of(inventory, provider), provider) == {}
    assert Status.PASS not in wrong(verdicts_of(inventory, provider), provider).values()


@pytest.mark.parametrize("tokens", TOKENS)
def test_subscriptions_without_end_end_the_scan(tokens: str) -> None:
    with running("azure") as world:
        make_endless(world, "azure", TOKENS[tokens], empty=False, only="Microsoft.Resources/subscriptions/read")
        with pytest.raises(CannotScan, match="the listing does not end"):
            take_inventory("azure", manners=BOUNDED)


# -- replies -----------------------------------------------------------------------------------------------------------

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_PIECE = b'{"x": "' + b"y" * 2**16 + b'"},'


def drip() -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: 100000\r\n\r\n"
    yield from dripping(b" ")


def drip_of_chunks() -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from dripping(b"1\r\n \r\n")


def drip_in_the_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    yield from dripping(b"y")


def dripping(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece
        sleep(0.05)


def informed() -> Iterator[bytes]:
    """Answers later, again and again."""
    yield from dripping(b"HTTP/1.1 100 Continue\r\n\r\n")


def large() -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: %d\r\n\r\n" % 2**30
    yield from (_PIECE for _ in range(2**14))


def large_chunks() -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from (b"%x\r\n%b\r\n" % (len(_PIECE), _PIECE) for _ in range(2**14))


def one_chunk() -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % 2**40
    yield from (_PIECE for _ in range(2**14))


def until_closed() -> Iterator[bytes]:
    yield _HEAD + b"Connection: close\r\n\r\n"
    yield from (_PIECE for _ in range(2**14))


def denied_at_length() -> Iterator[bytes]:
    pieces = large_chunks()
    yield next(pieces).replace(b"200 OK", b"403 Forbidden", 1)
    yield from pieces


@cache
def squeezed(times: int) -> bytes:
    return gzip.compress(squeezed(times - 1), 1) if times else b" " * (40 * MIB)


def compressed(*codings: str) -> Callable[[], Iterator[bytes]]:
    def reply() -> Iterator[bytes]:
        body = squeezed(len(codings))
        yield _HEAD + f"Content-Encoding: {', '.join(codings)}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return reply


SLOW = {"drip": drip, "chunks": drip_of_chunks, "head": drip_in_the_head, "informed": informed}
LARGE = {
    "declared": large,
    "chunked": large_chunks,
    "one chunk": one_chunk,
    "until closed": until_closed,
    "denied": denied_at_length,
    "gzip": compressed("gzip"),
    "gzip in gzip": compressed("gzip", "gzip"),
}
STRANGE = {"brotli": compressed("br"), "no gzip": lambda: iter([_HEAD + b"Content-Encoding: gzip\r\n\r\n{}"])}
DETAILS = {
    **dict.fromkeys(SLOW, (Reason.TIMEOUT, "the call took longer than 1 s")),
    **dict.fromkeys(LARGE, (Reason.ERROR, "the reply is larger than 2097152 bytes")),
    "brotli": (Reason.MALFORMED, "the reply has an encoding that was not asked for"),
    "no gzip": (Reason.MALFORMED, "the reply does not decompress"),
}
REPLIES = {**SLOW, **LARGE, **STRANGE}
#: Where nothing is taken for a place that a scan has to ask, one slow call after another.
PLACES: dict[str, dict[str, Any]] = {
    "aws": {"regions": ("eu-west-1",)},
    "gcp": {"locations": ("europe-west4",)},
    "azure": {},
    "mlflow": {},
    "lineage": {},
}
#: One slow call after another takes its time, so that not every way to be slow is tried everywhere.
VERBS = [("drip", "get"), ("head", "list"), ("gzip", "list"), *((name, "get") for name in REPLIES if name not in SLOW)]


def with_replies(provider: str, name: str, verb: str) -> tuple[Inventory, Counter[str]]:
    """A scan in which whatever lists, or whatever does not, is answered like this; how often each was."""
    struck: Counter[str] = Counter()
    with running(provider) as world:
        respond = world.respond

        def answer(request: Request) -> Response:
            spared = request.operation.startswith(SIGN_IN) or re.fullmatch(BEFORE, request.operation)
            alone = request.method != "HEAD" and "x-inside-a-batch" not in request.headers
            if spared or not alone or (request.verb == "list") is not (verb == "list"):
                return respond(request)
            struck[request.operation] += 1
            return Response(200, raw=REPLIES[name]())

        world.respond = answer  # type: ignore[method-assign]
        # Only what is slow is told by the time it took: on a busy machine, what is large or strange is slow too.
        seconds = 1.0 if name in SLOW else None
        inventory = take_inventory(provider, manners=BOUNDED, call_seconds=seconds, **PLACES[provider])
    return inventory, struck


@pytest.mark.parametrize(("name", "verb"), VERBS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reply_beyond_its_bounds_is_a_gap(provider: str, name: str, verb: str) -> None:
    inventory, struck = with_replies(provider, name, verb)

    words = DETAILS[name][1], "left alone after repeated failures"  # of others that were as slow
    said = {(gap.operation, gap.reason) for gap in inventory.gaps if gap.detail.startswith(words)}
    assert struck
    for operation in struck:
        told = (operation, DETAILS[name][0]) in said
        gaps = [gap for gap in inventory.gaps if gap.operation == operation]
        assert told or only_saves_calls(provider, operation), f"{operation}: {gaps}"
    assert wrong(verdicts_of(inventory, provider), provider) == {}
