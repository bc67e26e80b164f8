"""Names of secrets and of switches in container specifications."""

from __future__ import annotations

import pytest

from checks.gcp.vertex_ai.containers import remote_code_names, secret_names


def test_secrets_are_found_in_variables_and_in_both_spellings_of_arguments() -> None:
    spec = {
        "env": [{"name": "DB_PASSWORD", "value": "not-a-real-one"}, {"name": "LEVEL", "value": "info"}, {"name": "X"}],
        "command": ["serve", "--api-key=not-a-real-key"],
        "args": ["--hf-token", "not-a-real-token", "--port", "8080", "--verbose"],
    }
    assert secret_names(spec) == ("--api-key", "--hf-token", "DB_PASSWORD")


def test_malformed_specifications_hold_nothing() -> None:
    assert secret_names({"env": "?", "args": [1, None], "command": {}}) == ()


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"args": ["--trust-remote-code"]}, ("--trust-remote-code",)),
        ({"args": ["--trust-remote-code", "--port=1"]}, ("--trust-remote-code",)),
        ({"args": ["--trust_remote_code=True"]}, ("--trust_remote_code",)),
        ({"args": ["--trust-remote-code=false"]}, ()),
        ({"args": ["--trust-remote-code", "false"]}, ()),
        ({"env": [{"name": "HF_MODEL_TRUST_REMOTE_CODE", "value": "1"}]}, ("HF_MODEL_TRUST_REMOTE_CODE",)),
        ({"env": [{"name": "TRUST_REMOTE_CODE", "value": "0"}]}, ()),
        ({"args": ["--model=gs://example-fraud-models/trust-remote-code"]}, ()),
        ({}, ()),
    ],
)
def test_remote_code(spec, found) -> None:
    assert remote_code_names(spec) == found
