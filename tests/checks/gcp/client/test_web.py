"""Connections to Google: certificates, proxies, and what a lost connection is called."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from google.auth import compute_engine, credentials, exceptions
from google.oauth2 import credentials as of_users
from scanning import QUICK, calm, document, quick_calls, running, take_inventory
from urllib3.exceptions import HTTPError, ProxyError
from worlds import azure_entra
from worlds.base import Fault, Request, Response, World
from worlds.gcp import GcpWorld

from checks.gcp.client.api import connect
from checks.gcp.client.web import Connections, _identity, _principal
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcpWorld]:
    """A simulated Google Cloud that is reached by https alone, and the environment that leads there."""
    world = GcpWorld(document("gcp"))
    world.tls = azure_entra.tls_context(tmp_path)
    with world:
        for name, value in world.env().items():
            monkeypatch.setenv(name, value)
        yield world


def test_the_certificates_of_the_environment_are_trusted(
    secure: GcpWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert len(take_inventory("gcp").of(Endpoint)) == 4


def test_a_stranger_with_a_certificate_of_his_own_gets_no_token(secure: GcpWorld) -> None:
    with pytest.raises(CannotScan, match="no access token"):
        connect({}, quick_calls())
    assert not secure.log


def test_certificates_that_cannot_be_read_end_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("gcp"), monkeypatch.context() as inside:
        inside.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem")
        with pytest.raises(CannotScan, match=r"/nonexistent/ca\.pem is no bundle of certificates"):
            connect({}, quick_calls())


@contextmanager
def proxy() -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    """A proxy that refuses, its port, and what it was asked: method, target, authorisation."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def refuse(self) -> None:
            asked.append((self.command, self.path, self.headers.get("Proxy-Authorization", "")))
            self.send_error(403)

        do_CONNECT = do_GET = refuse

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def test_the_proxy_for_the_scheme_is_asked_with_its_password() -> None:
    with proxy() as (port, asked):
        connections = Connections(QUICK, {"https": f"http://user:p%40ss@127.0.0.1:{port}"})
        with pytest.raises(ProxyError):
            connections.request("GET", "https://gcp.example/v1/x")
        connections.close()
        connections = Connections(QUICK, {"all": f"127.0.0.1:{port}"})
        assert connections.request("GET", "http://gcp.example/v1/x").status == 403
        connections.close()

    password = base64.b64encode(b"user:p@ss").decode()
    assert asked == [("CONNECT", "gcp.example:443", f"Basic {password}"), ("GET", "http://gcp.example/v1/x", "")]


def test_a_host_that_needs_no_proxy_is_reached_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with proxy() as (port, asked):
        connections = Connections(QUICK, {"https": f"http://127.0.0.1:{port}"})
        with pytest.raises(HTTPError):
            connections.request("GET", "https://127.0.0.1:1/v1/x")
        connections.close()
    assert asked == []


def test_a_proxy_that_refuses_is_a_service_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("gcp", document("gcp") | {"anonymous": True}):
        made = connect({}, quick_calls())
        with proxy() as (port, _):
            monkeypatch.setattr(made._web, "_base", "https://gcp.example")
            made._web._connections = Connections(QUICK, {"https": f"http://127.0.0.1:{port}"})
            with pytest.raises(CallFailed) as caught:
                made.send("storage.buckets.get", "GET", "storage.googleapis.com/storage/v1/b/x", {})
        made.close()
    assert (caught.value.reason, caught.value.retry) == (Reason.UNREACHABLE, True)
    assert str(caught.value.detail) == "ProxyError"


def test_who_asks_is_an_account_or_else_a_client() -> None:
    with running("gcp") as world:
        assert connect({}, quick_calls()).principal == world.token.email
    user = of_users.Credentials("token", client_id="an app", account="ana@northwind.example")
    assert _principal(user) == "ana@northwind.example"
    assert _principal(of_users.Credentials("token", client_id="an app")) == "an app"
    assert _principal(credentials.AnonymousCredentials()) == "AnonymousCredentials"
    assert _principal(compute_engine.Credentials()) == "Credentials", "before the machine has said whose they are"


def test_who_asked_is_an_address_or_not_known() -> None:
    with running("gcp") as world:
        assert connect({}, quick_calls()).asks_as("any-project") == world.token.email
    body = base64.urlsafe_b64encode(b'{"email": "ana@northwind.example"}').decode().rstrip("=")
    user = of_users.Credentials("token", id_token=f"e30.{body}.c2ln", client_id="an app")
    assert _identity(user) == "ana@northwind.example"
    assert _identity(of_users.Credentials("token", client_id="an app")) == ""
    assert _identity(credentials.AnonymousCredentials()) == ""
    assert _identity(compute_engine.Credentials()) == "", "before the machine has said whose they are"


def refused_from(world: World, turn: int, monkeypatch: pytest.MonkeyPatch, *, for_good: bool = False) -> None:
    """Let all tokens that there are at a request be refused from then on, `for_good` all that come later too."""
    assert isinstance(world, GcpWorld)
    assert world.token is not None
    turns, issued, usual, after = count(1), world.token.issued, world.respond, False

    def respond(request: Request) -> Response:
        nonlocal after
        if request.operation != "oauth2.token" and (next(turns) == turn or (for_good and after)):
            after = True
            issued.clear()
        return usual(request)

    monkeypatch.setattr(world, "respond", respond)


def tokens_asked(world: World) -> int:
    return [request.operation for request in world.log].count("oauth2.token")


def test_a_token_that_is_refused_before_its_time_is_replaced_once_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running("gcp") as world:
        refused_from(world, 20, monkeypatch)
        inventory = take_inventory("gcp")

    assert inventory.gaps == ()
    assert inventory.store.count() == calm("gcp")[0].store.count()
    assert tokens_asked(world) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        ("", Reason.DENIED, "were not accepted, nor was a new token; sign in again"),
        ("deny", Reason.DENIED, "no access token: deny: The simulated token endpoint refused; sign in again"),
        ("reset", Reason.UNREACHABLE, "no access token: TransportError"),
    ],
)
def test_a_token_whose_successor_does_no_better_is_not_replaced_again(
    fault: str, reason: Reason, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running("gcp") as world:
        made = connect({}, quick_calls())
        refused_from(world, 1, monkeypatch, for_good=not fault)
        world.faults += [Fault("oauth2.token", fault)] if fault else []
        with pytest.raises(CallFailed, match=words) as failure:
            made.send("storage.buckets.get", "GET", "storage.googleapis.com/storage/v1/b/x", {})
        assert (failure.value.reason, failure.value.permission or "") == (reason, "")
        assert tokens_asked(world) == 2
        with pytest.raises(CallFailed):
            made.send("storage.buckets.get", "GET", "storage.googleapis.com/storage/v1/b/x", {})
        assert tokens_asked(world) == (3 if fault == "reset" else 2), "a lost connection says nothing of the token"
        made.close()


def test_metadata_that_are_not_reached_refuse_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """google-auth says there that the token could not be refreshed, as if somebody had refused it."""

    def refresh(self: Any, request: Any) -> None:
        raise exceptions.RefreshError("gone") from exceptions.TransportError("gone")

    with running("gcp"):
        made = connect({}, quick_calls())
        monkeypatch.setattr(made._web, "_credentials", compute_engine.Credentials())
        monkeypatch.setattr(compute_engine.Credentials, "refresh", refresh)
        with pytest.raises(CallFailed) as failure:
            made.send("storage.buckets.get", "GET", "storage.googleapis.com/storage/v1/b/x", {})
        made.close()
    assert (failure.value.reason, failure.value.retry) == (Reason.UNREACHABLE, True)
