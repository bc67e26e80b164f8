"""No credential of a scan is in anything that it writes, whatever field of an error reply quotes it, and however.

Every error reply of a simulated cloud quotes what its request was sent with. What is quoted is looked for in every file
that the scan leaves, in all that it prints, and in the lines of a crash.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, quote

import pytest
from commandline import mlposture
from paging import unpacked
from scanning import PROVIDERS, running
from worlds.base import Fault, Request, Response, World

from reports import SUFFIXES
from scanner.calls.client import Calls
from scanner.model import own
from scanner.store.journal import Journal

STATUSES = (401, 400, 403, 404, 409)
WAYS: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: quote(text, safe=""),
    lambda text: base64.b64encode(text.encode()).decode(),
    str.upper,
    lambda text: text[: len(text) // 2],
)
#: Where a request carries a credential.
HEADERS = ("authorization", "x-amz-security-token")
FIELDS = ("assertion", "client_secret", "refresh_token")
#: Operations that a scan cannot begin without.
FIRST = {
    "aws": ("sts:GetCallerIdentity",),
    "gcp": ("oauth2.token",),
    "azure": ("oauth2.token", "Microsoft.Resources/subscriptions/read"),
    "mlflow": (),
    "lineage": (),
}


class Echo:
    """Answers with an error that quotes the credentials of its request: in each field by turns, or in all of them."""

    def __init__(self) -> None:
        self.quoted: set[str] = set()
        self.answers = 0

    def __call__(self, world: World, request: Request) -> Response:
        self.answers += 1
        status = STATUSES[self.answers % len(STATUSES)]
        reply = world.say(request, status, "Refused", "The request was refused.")
        carried = sorted(credentials(request))
        self.quoted.update(carried)
        way = WAYS[self.answers % len(WAYS)]
        words = " ".join(way(text) for text in carried)
        body = self._in_json(reply.body, words) if reply.body.startswith(b"{") else self._in_xml(reply.body, words)
        headers = {**reply.headers, "x-ms-error-code": words, "x-amzn-errortype": words, "retry-after": words}
        return Response(reply.status, body, headers)

    def _in_json(self, body: bytes, words: str) -> bytes:
        document = json.loads(body)
        places = list(leaves(document))
        which = self.answers // len(STATUSES) % (len(places) + 1)
        for number, (holder, key) in enumerate(places):
            if which in (number, len(places)):
                holder[key] = words if self.answers % 2 else f"{holder[key]} with {words}"
        return json.dumps(document).encode()

    def _in_xml(self, body: bytes, words: str) -> bytes:
        texts = re.split(r"(?<=>)([^<>]+)(?=<)", body.decode())
        which = self.answers // len(STATUSES) % (len(texts) // 2 + 1)
        for number in range(1, len(texts), 2):
            if which in (number // 2, len(texts) // 2):
                texts[number] = words if self.answers % 2 else f"{texts[number]} with {words}"
        return "".join(texts).encode()


def credentials(request: Request) -> Iterator[str]:
    """What a request proves who is asking with."""
    for name in HEADERS:
        if value := request.headers.get(name):
            yield re.split(r"Signature=|\s", value)[-1]
    form = parse_qs(request.body.decode("latin-1")) if b"grant_type=" in request.body else {}
    for name in FIELDS:
        yield from form.get(name, ())


def leaves(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every text and number in a JSON document, by what holds it and its key there."""
    for key, value in list(document.items() if isinstance(document, dict) else enumerate(document)):
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield document, key


def found(text: bytes, canary: str) -> bool:
    """Whether bytes hold a credential: all of it, or its first half, in any way that it was quoted."""
    whole = text.lower().replace(b"\n", b"")
    return any(way(part).lower().encode() in whole for part in (canary, canary[: len(canary) // 2]) for way in WAYS[:4])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that a scan writes, its journal included, which is kept."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR", "HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def opaque(provider: str, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let credentials be such as no rule knows the shape of."""
    if provider == "aws":
        monkeypatch.setenv("AWS_SESSION_TOKEN", base64.b64encode(secrets.token_bytes(300)).decode())
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secrets.token_urlsafe(30))
        return
    if provider == "mlflow":
        world.password = secrets.token_urlsafe(30)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", world.password)
        return
    if provider == "lineage":
        world.key = secrets.token_urlsafe(30)
        monkeypatch.setenv("OPENLINEAGE_API_KEY", world.key)
        return
    owner = world.token if provider == "gcp" else world.entra
    issue = owner.answer if provider == "gcp" else owner._token

    def answer(request: Request) -> Response:
        reply: Response = issue(request)
        document = json.loads(reply.body)
        if "access_token" in document:
            document["access_token"] = secrets.token_urlsafe(90)
            owner.issued.add(document["access_token"])
        return Response(reply.status, json.dumps(document).encode(), reply.headers)

    monkeypatch.setattr(owner, "answer" if provider == "gcp" else "_token", answer)


def scan(provider: str, home: Path) -> list[bytes]:
    """All that a scan prints and leaves behind."""
    outputs = [part for suffix in SUFFIXES for part in ("-o", str(home / f"r{suffix}"))]
    ended = mlposture(
        "scan", provider, "-v", "--verdicts", "all", *outputs,
        "--save-inventory", str(home / "i.json"), "--profile-run", str(home / "p.json"), "--no-progress", cwd=home,
    )  # fmt: skip
    shown = mlposture("evaluate", str(home / "i.json"), cwd=home) if (home / "i.json").exists() else ended
    files = [path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()]
    files += [text.encode() for path in home.glob("*.html") for text in unpacked(path.read_text(encoding="utf-8"))]
    return [text.encode() for text in (ended.stdout, ended.stderr, shown.stdout, shown.stderr)] + files


def assert_kept(echo: Echo, texts: list[bytes]) -> None:
    assert echo.answers, "nothing was refused: let the fault meet an operation"
    assert echo.quoted, "no request carried a credential"
    assert any(own.HIDDEN.encode() in text or b"Refused" in text for text in texts)
    for canary in echo.quoted:
        assert not [text[:200] for text in texts if found(text, canary)], f"{canary} was quoted, and is written"


@pytest.mark.parametrize("verb", ["*", "get", "list"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_an_error_quotes_of_a_request_is_written_nowhere(
    provider: str, verb: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Journal.close
    monkeypatch.setattr(Journal, "close", lambda self, **_: close(self))  # it stays
    with running(provider) as world:
        opaque(provider, world, monkeypatch)
        echo = Echo()
        passing = Fault("*", "pass", verb=verb)

        def handle(request: Request) -> Response | None:
            world.identify(request)
            first = request.operation in FIRST[provider] or request.operation.startswith("oauth2")
            if first or not passing.strikes(request):
                return World.handle(world, request)
            world.log.append(request)
            return echo(world, request)

        monkeypatch.setattr(world, "handle", handle)
        assert_kept(echo, scan(provider, home))


@pytest.mark.parametrize("operation", [(name, one) for name, those in FIRST.items() for one in those], ids=str)
def test_what_a_refused_sign_in_quotes_is_written_nowhere(
    operation: tuple[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, first = operation
    for turn in range(2 * len(STATUSES)):
        with running(provider) as world:
            opaque(provider, world, monkeypatch)
            echo = Echo()
            echo.answers = turn
            if first == "oauth2.token":
                monkeypatch.setattr(world, "say", said_by_sign_in, raising=False)
            world.faults.append(Fault(first, "answer", answer=echo))
            assert_kept(echo, scan(provider, home))


def said_by_sign_in(_request: Request, status: int, code: str, message: str) -> Response:
    """An error of a token endpoint."""
    body = {"error": code, "error_description": message, "error_codes": [7], "error_uri": "https://example.com"}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize("provider", [name for name, first in FIRST.items() if first])
def test_a_crash_shows_no_credential(provider: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(provider) as world:
        opaque(provider, world, monkeypatch)
        carried: set[str] = set()

        def fail(self: Calls, *_: Any, **__: Any) -> Any:
            # Without signatures, which are good for one call and minutes, and are remembered once a call is refused.
            carried.update(text for request in world.log for text in credentials(request) if len(text) != 64)
            raise RuntimeError("; ".join(repr(way(text)) for way in WAYS for text in sorted(carried)))

        with mock.patch("scanner.cli.session.collect", fail):
            texts = scan(provider, home)
    assert any(b"a defect of mlposture" in text for text in texts)
    assert carried
    for canary in carried:
        assert not any(found(text, canary) for text in texts)
