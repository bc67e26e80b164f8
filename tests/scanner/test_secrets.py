"""Secrets are recognised by shape or by name; references to secrets are not secrets."""

from __future__ import annotations

import pytest

from scanner.secrets import suspicious_names


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
