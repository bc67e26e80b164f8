"""The credentials of a scan are found in a text in whatever way it holds them, and other texts are left alone."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from collections import deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from scanner.model import own, sanitize
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.sanitize import may_hold_secret, redact, redact_wholly
from scanner.model.sanitize import quote as told

#: Random, so that no other text has a piece of it.
TOKEN = "Zq7/Kd93+vXw1PmbT0cRy5Lh/8sUaEo2JfGn6BtWi4CkMxVr=="


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered before a test or after it."""
    for name in ("_known", "_pieces"):
        monkeypatch.setattr(own, name, set())
    monkeypatch.setattr(own, "_signatures", deque(maxlen=256))
    sanitize._quoted.cache_clear()
    for name in ("_short", "_starts", "_marks"):
        monkeypatch.setattr(own, name, ())


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "its beginning": lambda text: text[:24],
    "its end": lambda text: text[-24:],
    "in capitals": str.upper,
    "in JSON": lambda text: json.dumps({"token": text}),
    "in JSON with its slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "in JSON with all escaped": escaped,
    "in HTML": lambda text: html.escape(text).replace("/", "&#x2F;"),
    "in an address": lambda text: quote(text, safe=""),
    "in an address in an address": lambda text: quote(quote(text, safe=""), safe=""),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 with more before it": lambda text: base64.b64encode(f"ada:{text}".encode()).decode(),
    "in a piece of base64": lambda text: base64.b64encode(text.encode()).decode()[3:],
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(f"??>{text}".encode()).decode(),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in quotes": repr,
    "after its header": lambda text: f"authorization:Bearer {text}",
    "broken into lines": lambda text: "\n".join(textwrap.wrap(text, 9)),
    "spaced out": " ".join,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_credential_is_hidden_however_a_text_holds_it(way: Callable[[str], str]) -> None:
    own.note(TOKEN)
    text = f"The signature does not match: {way(TOKEN)} was sent."
    for shown in (own.hide(text), redact_wholly(text), told(text), CallFailed(Reason.ERROR, text).detail):
        assert own.HIDDEN in shown
        assert not own._quotes(shown.replace(own.HIDDEN, ""))


def test_a_text_without_one_stays_as_it_is() -> None:
    own.note(TOKEN, "AKIAIOSFODNN7EXAMPLE", "hunter22x")
    for text in (
        "User: arn:aws:sts::111122223333:assumed-role/reader/scan is not authorized to perform: sagemaker:ListModels",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is not there",
        "",
    ):
        assert own.hide(text) == text
    assert own.hide("the password hunter22x is wrong") == f"the password {own.HIDDEN} is wrong"


def test_what_is_too_short_to_be_a_credential_hides_nothing() -> None:
    own.note("", None, "true", "eu-west-1")
    assert own.hide("true in eu-west-1") == "true in eu-west-1"


def test_words_of_a_passphrase_hide_nothing_but_themselves() -> None:
    own.note("correct-horse-battery-staple")
    assert own.hide("the horse battery is low") == "the horse battery is low"
    assert TOKEN not in own.hide("correct horse battery staple")


def test_a_detail_is_one_short_line_and_no_end_of_it_is_a_part_of_a_credential() -> None:
    own.note(TOKEN)
    detail = CallFailed(Reason.ERROR, f"{'x ' * 495}{TOKEN} {'y' * 100_000}", code=f"Bad\n{TOKEN}").detail
    assert len(detail) <= 1001
    assert TOKEN[:8] not in detail
    for before in range(8150, 8200):
        assert TOKEN[:5] not in told(f"{'x ' * 10}{'y' * (before - 20)}{TOKEN}", longest=10_000)
    assert told("z" * 10_000) == "z" * 300 + "…"
    assert CallFailed(Reason.ERROR, "", code=TOKEN).code == own.HIDDEN


def test_texts_that_are_many_are_looked_through_for_the_whole_of_one() -> None:
    own.note(TOKEN)
    assert redact(f"Failed: {TOKEN}.") == f"Failed: {own.HIDDEN}"
    assert redact(f"Failed: {TOKEN} {'Failed. ' * 10_000}") == own.HIDDEN
    assert may_hold_secret(json.dumps({"reason": [f"Failed: {TOKEN}"]}).encode())
    assert not may_hold_secret(b'{"reason": "Failed."}')


def test_what_is_nested_deeper_than_anything_is_left_out() -> None:
    deep = json.loads('{"a":' * 900 + f'"{TOKEN}"' + "}" * 900)
    for _ in range(2):
        deep = [deep, TOKEN]
    own.note(TOKEN)
    told = json.dumps(sanitize.map_strings(deep, redact))

    assert (told.count(own.HIDDEN), told.count(sanitize.TOO_DEEP), TOKEN in told) == (2, 1, False)


def test_headers_and_forms_are_remembered_without_what_is_no_credential() -> None:
    signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    own.note_headers(
        {
            "Host": "sagemaker.eu-west-1.amazonaws.com",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/s3/aws4_request,"
            f" SignedHeaders=content-type;host;x-amz-date, Signature={signature}",
            "x-amz-security-token": TOKEN.encode(),
        }
    )
    own.note_headers({"proxy-authorization": "Basic YWRhOktxNCF2ZDcxWG5LcTQh"})
    own.note_grant(f"grant_type=refresh_token&refresh_token={'r3Fr' * 8}&scope=https%3A%2F%2Fexample.com".encode())

    for text in (signature, TOKEN, "YWRhOktxNCF2ZDcxWG5LcTQh", "r3Fr" * 8):
        assert own.hide(text) == own.HIDDEN
    for text in ("content-type;host;x-amz-date", "AWS4-HMAC-SHA256", "https://example.com", "refresh_token"):
        assert own.hide(text) == text


def test_the_environment_and_the_files_that_it_names_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "Vb8~Qn2xLk7RmT4sWd9ZcF1h")
    monkeypatch.setenv("IDENTITY_HEADER", "5A8C1B7E90D2463FA1B4")
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:Kq4%21vd71Xn9@proxy.example.com:3128")
    monkeypatch.setenv("AWS_REGION", "eu-west-1-is-no-secret")
    own.note_environment()

    for text in (TOKEN, "Vb8~Qn2xLk7RmT4sWd9ZcF1h", "5A8C1B7E90D2463FA1B4", "Kq4!vd71Xn9"):
        assert own.hide(text) == own.HIDDEN
    assert own.hide(base64.b64encode(b"ada:Kq4!vd71Xn9").decode()) == own.HIDDEN
    for text in ("eu-west-1-is-no-secret", str(tmp_path / "token"), "proxy.example.com"):
        assert own.hide(text) == text


def test_where_a_credential_is_kept_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are full of paths, which begin as these do."""
    monkeypatch.setenv("OLDPWD", str(tmp_path / "gone-a-while-ago"))
    monkeypatch.setenv("DB_PASSWORD", str(tmp_path))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "no-such-key.json"))
    own.note_environment()

    for name in ("gone-a-while-ago", "report.json", "no-such-key.json"):
        assert own.hide(str(tmp_path / name)) == str(tmp_path / name)


def test_what_is_put_in_place_of_the_name_of_a_file_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    held = '{"type": "authorized_user", "refresh_token": "' + TOKEN + '"}'
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", held)
    own.note_environment()

    assert TOKEN not in own.hide(f"File {held} was not found.")


def test_signatures_do_not_pile_up() -> None:
    for number in range(10_000):
        own.note_headers({"authorization": f"AWS4-HMAC-SHA256 Credential=x, Signature={number:064x}"})
    assert len(own._signatures) == 256
    assert own.known() == 0
    assert own.hide(f"{9_999:064x}") == own.HIDDEN


def test_what_was_made_of_a_text_is_made_anew_for_a_credential_that_came_later() -> None:
    assert told(f"a {TOKEN}") == f"a {TOKEN}"
    own.note(TOKEN)
    assert told(f"a {TOKEN}") == f"a {own.HIDDEN}"
