"""What is no reply of its operation is not believed: over every operation, with real SDKs over real HTTP.

The replies are those of whatever may stand between a scan and a cloud: proxies, sign-in pages, gateways, caches.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from rescanning import calm_scan, connected_to, scan
from scanning import PROVIDERS, calm, running, take_inventory, verdicts_of
from support import BULK, fail_with, registered
from test_every_collector import DISCOVERY, EVERY_OPERATION, invented
from worlds.base import Fault, Request, Response, World

from scanner.model.errors import CannotScan
from scanner.store.inventory import Inventory

COLLECTORS = registered()[1]
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome</body></html>"
ERROR = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
Answer = Callable[[World, Request], Response]


def typed(world: World, request: Request) -> dict[str, str]:
    """The headers of the operation's own reply, without those that only HEAD is about."""
    return {name: value for name, value in world.respond(request).headers.items() if name.lower() == "content-type"}


def foreign(body: bytes) -> Answer:
    """A body that is none of the operation, labelled as if it were."""
    return lambda world, request: Response(200, body, typed(world, request))


def own(**changes: Any) -> Answer:
    """The operation's own reply, of which something else is not as it has to be."""

    def answer(world: World, request: Request) -> Response:
        reply = world.respond(request)
        return replace(reply, **changes) if request.method != "HEAD" else Response(changes.get("status", 200))

    return answer


def denied(world: World, request: Request) -> Response:
    """The provider's own refusal, with a status of success."""
    reply = world.refuse(request, "deny")
    return replace(reply, status=200)


def gone(world: World, request: Request) -> Response:
    """The provider's own word for what is not there, with a status of success."""
    if hasattr(world, "entra"):  # the simulated Azure takes away for good what is said to be gone
        return world.say(request, 200, "ResourceNotFound", "It is not there.")
    return replace(world.gone(request), status=200)


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked"
MANY = b"\r\nContent-Encoding: " + b"identity, " * 3000 + b"identity"
ODD: dict[str, Answer] = {
    "nothing": lambda *_: Response(204),
    "no body": lambda *_: Response(200),
    "a page": lambda *_: Response(200, HTML, {"Content-Type": "text/html"}),
    "a page in disguise": foreign(HTML),
    "null": foreign(b"null"),
    "a list": foreign(b"[]"),
    "a text": foreign(b'"ok"'),
    "JSON of others": foreign(b'{"message": "no", "status": "up", "version": 1}'),
    "an error of AWS": foreign(b'{"__type": "AccessDeniedException", "message": "no"}'),
    "an error of OAuth": foreign(b'{"error": "invalid_token", "error_description": "no"}'),
    "an error of S3": foreign(ERROR),
    "XML of others": foreign(b'<?xml version="1.0"?><Reply xmlns="urn:example"><Status>ok</Status></Reply>'),
    "a refusal": denied,
    "an absence": gone,
    "its own, called a page": own(headers={"Content-Type": "text/html"}),
    "its own, with status 203": own(status=203),
    "its own, with status 206": own(status=206),
    "not found, says a page": lambda *_: Response(404, HTML, {"Content-Type": "text/html"}),
    "not found": lambda *_: Response(404),
    "a chunk of less than nothing": lambda *_: Response(200, raw=iter([_HEAD + b"\r\n\r\n-5\r\n{}\r\n0\r\n\r\n"])),
    "too many encodings": lambda *_: Response(200, raw=iter([_HEAD + MANY + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n"])),
    "forbidden, says a page": lambda *_: Response(403, HTML, {"Content-Type": "text/html"}),
}

ALWAYS = ("JSON of others", "not found")
#: Of all others, each operation meets every so many-th; in a sweep it meets all.
EVERY = 1 if "MLPOSTURE_SWEEP" in os.environ else 12


@pytest.mark.parametrize(("provider", "operation"), EVERY_OPERATION)
def test_what_is_no_reply_of_an_operation_gives_a_gap_and_no_verdict(provider: str, operation: str) -> None:
    before = calm_scan(provider)
    with running(provider) as world, ExitStack() as stack:
        connected = stack.enter_context(connected_to(provider))
        for number, name in enumerate(odd_for(operation)):
            if number and provider != "aws":  # which remembers nothing of what it was told, and takes long to connect
                world.faults = []
                connected = stack.enter_context(connected_to(provider))
            world.faults = [Fault(operation, "answer", answer=ODD[name])]
            again = before.again(connected, frozenset({operation}))
            problems = [
                *unsaid(again.inventory, operation),
                *invented(before.verdicts, before.verdicts_of(again), operation),
                *lost(before.inventory, again.inventory, operation),
            ]
            fail_with(f"{name}: {problem}" for problem in problems)


def odd_for(operation: str) -> Iterator[str]:
    """What an operation is answered with: what is told apart in ways of its own, and some of all else, by turns."""
    turn = sum(operation.encode())
    for number, name in enumerate(ODD):
        if name.startswith("not found") and operation == "mlflow:GetUser":
            continue  # so says a server that has no users of its own
        if name == "not found" and ":Head" in operation:
            continue  # an answer to HEAD has no body, and nothing here says that it is not S3's
        if name in ALWAYS or number % EVERY == turn % EVERY:
            yield name


def unsaid(inventory: Inventory, operation: str) -> Iterator[str]:
    """What gaps do not say of an operation whose reply was none."""
    if not any(gap.operation == operation for gap in inventory.gaps):
        yield f"{operation} gave no reply and no gap says so: let the client refuse what is not of its shape"
    for gap in inventory.gaps:
        if "collector stopped" in gap.detail:
            yield f"{gap.kind}: its collector breaks ({gap.detail}): let the client refuse the reply"


def lost(before: Inventory, after: Inventory, operation: str) -> Iterator[str]:
    """Kinds that are read with an operation, of which less was seen, and whose listings are complete all the same."""
    for kind in (made.kind for made in COLLECTORS.values() if operation in made.operations):
        if len(after.of(kind)) < len(before.of(kind)) and after.complete(kind):
            yield f"{kind.kind}: fewer of them were seen, and the listing is complete"


@pytest.mark.parametrize(
    ("provider", "operation"),
    [
        pytest.param(provider, operation, id=operation)
        for provider in PROVIDERS
        for operation in sorted({*DISCOVERY[provider], *BULK.get(provider, ())})
        if not operation.startswith("oauth2")
    ],
)
@pytest.mark.parametrize("odd", ["a page in disguise", "JSON of others", "an absence"])
def test_what_is_no_reply_to_the_facade_turns_no_verdict(provider: str, operation: str, odd: str) -> None:
    _, before, _ = calm(provider)
    with running(provider) as world:
        world.faults.append(Fault(operation, "answer", answer=ODD[odd]))
        try:
            found = take_inventory(provider)
        except CannotScan:
            return  # in a sentence
    after = verdicts_of(found, provider)
    fail_with(invented(before, after, operation))
    assert before.keys() <= after.keys() or found.gaps, f"what is not there any more, no gap of {operation} explains"


# -- tokens ------------------------------------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}
NO_TOKENS = {
    "a page": Response(200, HTML, {"Content-Type": "text/html"}),
    "a page in disguise": Response(200, HTML, JSON),
    "nothing": Response(204),
    "a list": Response(200, b"[]", JSON),
    "null": Response(200, b"null", JSON),
    "bytes": Response(200, b"\xff\xfe\x00", JSON),
    "no member": Response(200, b"{}", JSON),
    "a number": Response(200, b'{"access_token": 5, "expires_in": 3599, "token_type": "Bearer"}', JSON),
    "an object": Response(200, b'{"access_token": {"a": 1}, "expires_in": 3599, "token_type": "Bearer"}', JSON),
    "two lines": Response(200, b'{"access_token": "a\\nb", "expires_in": 3599, "token_type": "Bearer"}', JSON),
    "no ASCII": Response(200, '{"access_token": "☃", "expires_in": 3599, "token_type": "Bearer"}'.encode(), JSON),
    "no time": Response(200, b'{"access_token": "a", "expires_in": "soon", "token_type": "Bearer"}', JSON),
    "a refusal that is a page": Response(400, HTML * 500, {"Content-Type": "text/html"}),
}


@pytest.mark.parametrize("reply", NO_TOKENS.values(), ids=NO_TOKENS)
@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_what_is_no_token_ends_the_scan_in_a_sentence(provider: str, reply: Response) -> None:
    with running(provider) as world:
        world.faults.append(Fault("oauth2.token", "answer", answer=lambda *_: reply))
        with pytest.raises(CannotScan, match=r"credentials|token") as caught:
            take_inventory(provider)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("reply", NO_TOKENS.values(), ids=NO_TOKENS)
@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_what_is_no_token_later_on_leaves_gaps(provider: str, reply: Response) -> None:
    with running(provider) as world, ExitStack() as stack:
        if provider == "azure":
            world.entra.token_time = 200  # type: ignore[attr-defined] - so short that a new one is asked for each time
        connected = stack.enter_context(connected_to(provider))
        accounts = connected.accounts()
        if provider == "gcp":
            connected._web._credentials.expiry = connected._web._credentials.expiry.replace(year=2020)
        world.faults.append(Fault("oauth2.token", "answer", answer=lambda *_: reply))
        connected.accounts = lambda: accounts
        found = scan(calm_scan(provider).plan, connected)
    assert found.gaps
    fail_with(gap.detail for gap in found.gaps if "no token" not in gap.detail and "no access token" not in gap.detail)


# -- these tests can fail ----------------------------------------------------------------------------------------------


def test_an_operation_that_no_gap_speaks_of_is_named() -> None:
    inventory, *_ = calm("aws")
    assert "no gap says so" in next(unsaid(inventory, "s3:GetBucketPolicy"))
    assert json.loads(NO_TOKENS["no member"].body) == {}
