"""The wire: tokens that are refused for want of claims, and replies in odd shapes."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from scanning import QUICK, calm, running, take_inventory
from worlds.azure import AzureWorld, error
from worlds.azure_entra import OBJECT_ID
from worlds.base import Fault, Request, Response

from checks.azure.client.transport import Transport, _identity, _principal, claims_in
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason

OPERATION = "Microsoft.Resources/subscriptions/read"
QUERY = {"api-version": "2022-12-01"}
WANTED = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1700000000"}}})
CHALLENGE = 'Bearer authorization_uri="https://login.example/", error="insufficient_claims", claims="{}"'


@pytest.fixture
def world() -> Iterator[AzureWorld]:
    with running("azure") as made:
        assert isinstance(made, AzureWorld)
        yield made


@pytest.fixture
def transport(world: AzureWorld) -> Iterator[Transport]:
    made = Transport(world.url, QUICK)
    yield made
    made.close()


def answering(monkeypatch: pytest.MonkeyPatch, world: AzureWorld, answer: Callable[[Request], Response | None]) -> None:
    """Let the world turn requests away, or answer them, as it never would."""
    usual = world._turned_away
    monkeypatch.setattr(world, "_turned_away", lambda request: usual(request) or answer(request))


def claims_asked(world: AzureWorld) -> list[str]:
    forms = [parse_qs(request.body.decode()) for request in world.log if request.operation == "oauth2.token"]
    return [form.get("claims", [""])[0] for form in forms]


def test_a_token_refused_for_want_of_claims_is_replaced_by_one_that_has_them(
    world: AzureWorld, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked = set(world.entra.issued)

    def once_more(request: Request) -> Response | None:
        if request.headers["authorization"].removeprefix("Bearer ") not in revoked:
            return None
        encoded = base64.urlsafe_b64encode(WANTED.encode()).decode().rstrip("=")
        return error(401, "InvalidAuthenticationToken", "revoked", WWW_Authenticate=CHALLENGE.format(encoded))

    answering(monkeypatch, world, once_more)

    for _ in range(2):
        assert transport.send(OPERATION, "GET", "/subscriptions", QUERY)["value"]
    assert [json.loads(asked)["access_token"] if asked else None for asked in claims_asked(world)] == [
        None,
        json.loads(WANTED)["access_token"],
    ]


def test_claims_that_do_not_help_are_asked_for_once_a_call(
    world: AzureWorld, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = base64.b64encode(WANTED.encode()).decode()
    refusal = error(401, "InvalidAuthenticationToken", "revoked", WWW_Authenticate=CHALLENGE.format(encoded))
    answering(monkeypatch, world, lambda request: refusal)

    with pytest.raises(CallFailed) as failure:
        transport.send(OPERATION, "GET", "/subscriptions", QUERY)
    assert failure.value.reason is Reason.DENIED
    assert len(claims_asked(world)) == 2
    assert [request.status for request in world.log if request.operation == OPERATION] == [401, 401]


def refused_from(monkeypatch: pytest.MonkeyPatch, world: AzureWorld, turn: int, *, for_good: bool = False) -> None:
    """Let all tokens that there are at a request be refused from then on, `for_good` all that come later too."""
    turns, revoked = count(1), set[str]()

    def expired(request: Request) -> Response | None:
        if next(turns) == turn or (for_good and revoked):
            revoked.update(world.entra.issued)
        token = request.headers["authorization"].removeprefix("Bearer ")
        return error(401, "ExpiredAuthenticationToken", "The access token expired.") if token in revoked else None

    answering(monkeypatch, world, expired)


def test_a_token_that_is_refused_before_its_time_is_replaced_once_and_costs_nothing(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_from(monkeypatch, world, 20)  # inside of a batch, perhaps
    inventory = take_inventory("azure")

    assert inventory.gaps == ()
    assert inventory.store.count() == calm("azure")[0].store.count()
    assert len(claims_asked(world)) == 3  # one of them for storage


def test_a_token_whose_successor_is_refused_too_is_not_replaced_again(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_from(monkeypatch, world, 20, for_good=True)
    gaps = take_inventory("azure").gaps

    assert {(gap.reason, gap.detail.partition(" (")[0]) for gap in gaps} == {
        (Reason.DENIED, "the access token is not accepted")
    }
    assert len(claims_asked(world)) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("reset", Reason.UNREACHABLE), ("error", Reason.ERROR), ("throttle", Reason.ERROR), ("deny", Reason.DENIED)],
)
def test_where_no_other_token_can_be_had_it_is_said_why(
    fault: str, reason: Reason, world: AzureWorld, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_from(monkeypatch, world, 1)
    world.faults.append(Fault("oauth2.token", fault))

    with pytest.raises(CallFailed) as failure:
        transport.send(OPERATION, "GET", "/subscriptions", QUERY)
    assert failure.value.reason is reason
    assert failure.value.retry is (fault != "deny")
    world.faults.clear()
    if fault != "deny":  # which says nothing about the credential
        assert transport.send(OPERATION, "GET", "/subscriptions", QUERY)["value"]


@pytest.mark.parametrize(
    ("challenge", "claims"),
    [
        (CHALLENGE.format("eyJhIjoxfQ"), '{"a":1}'),
        (CHALLENGE.format("eyJhIjoxfQ=="), '{"a":1}'),
        (CHALLENGE.format("Pz8/Pj4+"), "???>>>"),
        (CHALLENGE.format("Pz8_Pj4-"), "???>>>"),
        (CHALLENGE.format("/w"), ""),
        ('Bearer error="insufficient_claims"', ""),
        ('Bearer error="invalid_token", claims="eyJhIjoxfQ"', ""),
        ("", ""),
    ],
)
def test_claims_are_read_from_the_challenge(challenge: str, claims: str) -> None:
    assert claims_in(challenge) == claims


def test_a_token_that_can_no_longer_be_had_is_a_denial(
    world: AzureWorld, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = transport._token._token
    assert token is not None
    monkeypatch.setattr(transport._token, "_token", token._replace(expires_on=0))
    monkeypatch.setattr(transport._token.credential, "get_token", _refused)

    with pytest.raises(CallFailed, match="no token: the credential was refused") as failure:
        transport.send(OPERATION, "GET", "/subscriptions", QUERY)
    assert failure.value.reason is Reason.DENIED


def _refused(*scopes: str, **options: Any) -> Any:
    from azure.core.exceptions import ClientAuthenticationError

    raise ClientAuthenticationError("expired")


@pytest.mark.parametrize(
    ("body", "headers", "outcome"),
    [
        (b'{"value": []}', {}, {"value": []}),
        (b'\xef\xbb\xbf{"value": []}', {}, {"value": []}),
        (gzip.compress(b'{"value": []}', mtime=0), {"Content-Encoding": "gzip"}, {"value": []}),
        (b"not gzip", {"Content-Encoding": "gzip"}, Reason.MALFORMED),
        (b"[]", {}, Reason.MALFORMED),
        (b"", {}, Reason.MALFORMED),
        (b'{"value": [', {}, Reason.MALFORMED),
        (b'{"a": "\xff"}', {}, Reason.MALFORMED),
        (b"[" * 100_000, {}, Reason.MALFORMED),
    ],
)
def test_bodies(
    world: AzureWorld,
    transport: Transport,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    headers: dict[str, str],
    outcome: Any,
) -> None:
    answering(monkeypatch, world, lambda request: Response(200, body, headers))

    if isinstance(outcome, Reason):
        with pytest.raises(CallFailed) as failure:
            transport.send(OPERATION, "GET", "/subscriptions", QUERY)
        assert failure.value.reason is outcome
    else:
        assert transport.send(OPERATION, "GET", "/subscriptions", QUERY) == outcome


def test_redirects_are_not_followed(world: AzureWorld, transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Response(302, b"", {"Location": f"{world.url}/elsewhere"})
    answering(monkeypatch, world, lambda request: moved)

    with pytest.raises(CallFailed, match="HTTP 302"):
        transport.send(OPERATION, "GET", "/subscriptions", QUERY)
    assert world.log[-1].path == "/subscriptions"


def test_addresses_are_quoted_and_sent_whole(world: AzureWorld, transport: Transport) -> None:
    with pytest.raises(CallFailed):
        transport.send(OPERATION, "GET", "/subscriptions/a b/(c)?$skiptoken=x|y", QUERY)

    assert world.log[-1].path == "/subscriptions/a%20b/(c)"
    assert world.log[-1].query == {"$skiptoken": "x|y", "api-version": "2022-12-01"}


@pytest.mark.parametrize("name", ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"])
def test_a_file_that_the_environment_names_and_that_is_not_there_is_named(name, monkeypatch):
    with running("azure"):
        monkeypatch.delenv("AZURE_CLIENT_SECRET")
        monkeypatch.setenv(name, "/nonexistent/file")
        with pytest.raises(CannotScan, match=f"{name} names /nonexistent/file, which is not there"):
            Transport("https://127.0.0.1:9", QUICK)


@pytest.mark.parametrize("content", ["", " \n"])
def test_a_token_file_that_is_empty_is_named(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text(content, encoding="utf-8")
    with running("azure"):
        monkeypatch.delenv("AZURE_CLIENT_SECRET")
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(token))
        with pytest.raises(CannotScan, match=f"AZURE_FEDERATED_TOKEN_FILE names {token}, which is empty"):
            Transport("https://127.0.0.1:9", QUICK)


def test_who_asks_is_an_object_of_a_tenant(world: AzureWorld, transport: Transport) -> None:
    assert transport.principal == f"{OBJECT_ID} of tenant {world.tenant}"


def test_who_asked_is_named_as_the_token_does(world: AzureWorld, transport: Transport) -> None:
    assert f"object {OBJECT_ID}, tenant {world.tenant}" in transport.identity
    claims = {"upn": "ana@northwind.example", "appid": "the-cli", "oid": "an-object", "tid": "a-tenant"}
    body = base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip("=")
    assert _identity(f"e30.{body}.c2ln") == "ana@northwind.example, object an-object, tenant a-tenant"
    assert _identity("opaque") == ""


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.W10.c", "a.\xe9.c", "a..c"])
def test_of_a_token_that_says_nothing_the_environment_names_who_asks(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TENANT_ID", "t")
    monkeypatch.setenv("AZURE_CLIENT_ID", "c")
    assert _principal(token) == "c of tenant t"
