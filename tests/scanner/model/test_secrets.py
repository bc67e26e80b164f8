"""Secrets are recognised by shape or by name; references to secrets are not secrets."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.model.sanitize import REDACTED, encode, redact
from scanner.model.secrets import _SHAPES, has_shape, may_hold_secret, suspicious_names

SHAPES = [(needed, start, shape._text) for needed, shapes in _SHAPES for start, shape in shapes]
#: All shapes in one expression, searched without looking for fixed text first.
PLAINLY = re.compile("|".join(f"(?:{shape})" for _, _, shape in SHAPES))
credentials = st.one_of(*(st.from_regex(shape) for _, _, shape in SHAPES))
#: What comes near: parts of shapes, with and without what must stand beside them.
fragments = st.one_of(
    credentials,
    st.sampled_from([start for _, start, _ in SHAPES]),
    st.sampled_from(
        ["proj-", "a", "A1" * 10, "xoxb-", "?", "&", "%2F" * 8, "PRIVATE KEY-----", ".eyJ", "https", "u:p", "@"]
    ),
    st.text("aA1-_.:/@=+ \n", max_size=24),
)
texts = st.lists(fragments, max_size=6).map("".join)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY", "AKIAIOSFODNN7EXAMPLE"),
        ("DB_PASSWORD", "correct-horse-battery"),
        ("api-key", "0123456789abcdef"),
        ("HF", "hf_" + "a" * 34),
        ("OPENAI", "sk-" + "a1" * 16),
        ("OPENAI", "sk-proj-" + "a1-_" * 8),
        ("URL", "postgres://user:hunter22@db.example.com/x"),
        ("STORE", "DefaultEndpointsProtocol=https;AccountKey=" + "A" * 40),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ("CONNECTION_STRING", "Server=db;Password=hunter22"),
        ("MY_SECRET_2", "zzzzzzzz"),
    ],
)
def test_secrets(name: str, value: str) -> None:
    assert suspicious_names({name: value, "PLAIN": "eu-west-1"}) == (name,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"),
        ("DB_PASSWORD", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"),
        ("DB_PASSWORD", "projects/example/secrets/db/versions/1"),
        ("API_KEY", "${secrets.api_key}"),
        ("PASSWORD", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)"),
        ("MAX_TOKENS", "4096"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("TOKEN_URI", "https://oauth2.example.com/token"),
        ("MONKEY", "banana-split"),
        ("NAME", "sk-learn-training-pipeline-of-the-team"),
        ("eos_token", "<|endoftext|>"),
        ("pad_token", '"[PAD]"'),
        ("PASSWORD", ""),
        ("S3_URL", "https://models.s3.amazonaws.com/model.tar.gz"),
    ],
)
def test_not_secrets(name: str, value: str) -> None:
    assert suspicious_names({name: value}) == ()


@pytest.mark.parametrize(("needed", "start", "shape"), SHAPES)
def test_no_shape_does_without_its_fixed_text(needed: str, start: str, shape: str) -> None:
    @given(st.from_regex(shape))
    def check(text: str) -> None:
        found = re.search(shape, text)[0]  # type: ignore[index]
        assert needed in found and start in found
        assert has_shape(text)

    check()


@given(texts)
@example("")
def test_looking_for_fixed_text_first_changes_nothing(text: str) -> None:
    assert has_shape(text) is (PLAINLY.search(text) is not None)


@given(texts)
def test_nothing_with_a_shape_is_left(text: str) -> None:
    assert not has_shape(redact(text))
    assert redact(text) == text or REDACTED in redact(text)


@given(st.text(), credentials)
def test_a_credential_is_found_whatever_it_is_called(name: str, value: str) -> None:
    assert suspicious_names({name: value}) == (name,)


@given(texts, credentials, texts)
@example('quoted" "', "://u:hunter22@", "\n")
def test_one_look_at_a_document_misses_nothing(before: str, credential: str, after: str) -> None:
    for text in (before + after, before + credential + after):
        if has_shape(text):
            assert may_hold_secret(encode({"list": [text, {"deep": text}]}))


def test_an_ordinary_document_is_not_looked_at_twice() -> None:
    assert not may_hold_secret(b'{"image":"1.dkr.ecr.example.com/a@sha256:0","uri":"s3://bucket/model.tar.gz"}')
