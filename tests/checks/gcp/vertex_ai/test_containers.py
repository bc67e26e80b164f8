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


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"args": ["serve", "AKIAIOSFODNN7EXAMPLE"]}, ("args[1]",)),
        ({"command": ["sh", "-c", "export DB_PASSWORD=not-a-real-one && serve"]}, ("DB_PASSWORD",)),
        ({"command": ["sh", "-c", "serve --api-key 'not-a-real-key'"]}, ("--api-key",)),
        ({"command": ["sh", "-c", "curl https://ada:not-a-real-one@example.org/model"]}, ("-c",)),
        ({"args": ["--api-key=not-a-real-key", "--api-key=$(API_KEY)"]}, ("--api-key",)),
        ({"env": [{"name": "redisPassword", "value": "Kq4!vd71Xn"}]}, ("redisPassword",)),
        (
            {"env": [{"name": n, "value": v} for n, v in (("TOKEN", "$T"), ("API_KEY", "Kq4!"), ("API_KEY", ""))]},
            ("API_KEY",),
        ),
        ({"command": ["sh", "-c", "run -H 'X-Api-Key: a8sd7f6a8sd7f6as8d7f' x; LOG=1"]}, ("X-Api-Key",)),
        ({"args": ["--db=postgres://ada:$(DB_PASSWORD)@db/runs", "--max-num-batched-tokens=1048576"]}, ()),
        ({"args": ["--header-name", "X-Api-Key", "--token-type=bearer", "--env=API_KEY=db-key:latest"]}, ()),
        ({"args": ["--env=API_KEY=Kq4!vd71Xn"]}, ("API_KEY",)),
        ({"args": ["--hf-token=$(HF_TOKEN)", "--api-key", "$API_KEY"]}, ()),
        ({"env": [{"name": "DB_PASSWORD", "value": "$(OTHER)"}]}, ()),
        ({"command": ["sh", "-c", 'export DB_PASSWORD="$(fetch)" && serve --port 8080']}, ()),
        *(
            ({probe: {"exec": {"command": ["sh", "-c", "PGPASSWORD=Kq4!vd71Xn pg_isready"]}}}, ("PGPASSWORD",))
            for probe in ("startupProbe", "healthProbe", "livenessProbe")
        ),
        (
            {"healthProbe": {"httpGet": {"httpHeaders": [{"name": "X-Api-Key", "value": "a8sd7f6a8sd7f6as8d7f"}]}}},
            ("X-Api-Key",),
        ),
        ({"healthProbe": {"httpGet": {"path": "/health"}, "exec": {"command": ["curl", "localhost"]}}}, ()),
        ({"command": ["curl"], "args": ["-u", "ada:Kq4!vd71Xn", "https://example.org"]}, ("authorization",)),
        ({"args": ["curl", "--user", "ada:Kq4!vd71Xn"]}, ("authorization",)),
        ({"args": ["wget", "--password=Kq4!vd71Xn"]}, ("--password",)),
        ({"command": ["docker", "login", "-p", "Kq4!vd71Xn"]}, ("authorization",)),
        ({"startupProbe": {"exec": {"command": ["redis-cli", "-a", "Kq4!vd71Xn", "ping"]}}}, ("authorization",)),
        ({"args": ["curl", "-u", "ada:$(PASSWORD)", "--user=<user>:<password>", "-u", "ada:$PASSWORD"]}, ()),
        ({"args": ["docker", "login", "-p", "$PASSWORD"]}, ()),
        ({"args": ["serve", "-p", "8080", "-u", "1000:1000"]}, ()),
    ],
)
def test_secrets_in_scripts_and_bare_arguments(spec, found) -> None:
    assert secret_names(spec) == found


def test_malformed_specifications_hold_nothing() -> None:
    assert secret_names({"env": "?", "args": [1, None], "command": {}}) == ()
    assert secret_names({"startupProbe": 1, "healthProbe": {"exec": [], "httpGet": {"httpHeaders": [None]}}}) == ()


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"args": ["--trust-remote-code"]}, ("--trust-remote-code",)),
        ({"args": ["--trust-remote-code", "--port=1"]}, ("--trust-remote-code",)),
        ({"args": ["--trust_remote_code=True"]}, ("--trust_remote_code",)),
        ({"args": ["--trust-remote-code=false"]}, ()),
        ({"args": ["--trust-remote-code", "false"]}, ()),
        ({"args": ["serve", "--trust-remote-code", "example/model"]}, ("--trust-remote-code",)),
        ({"args": ["--no-trust-remote-code"]}, ()),
        (
            {"env": [{"name": "VLLM_ARGS", "value": "--model example/m --trust-remote-code"}]},
            ("--trust-remote-code",),
        ),
        ({"env": [{"name": "VLLM_ARGS", "value": "--model example/m --trust-remote-code=false"}]}, ()),
        ({"command": ["sh", "-c", "vllm serve /models/x --trust-remote-code --port 8080"]}, ("--trust-remote-code",)),
        ({"env": [{"name": "TRUST_REMOTE_CODE", "value": ""}]}, ()),
        ({"env": [{"name": "HF_MODEL_TRUST_REMOTE_CODE", "value": "1"}]}, ("HF_MODEL_TRUST_REMOTE_CODE",)),
        ({"env": [{"name": "TRUST_REMOTE_CODE", "value": "0"}]}, ()),
        ({"args": ["--model=gs://example-fraud-models/trust-remote-code"]}, ()),
        ({}, ()),
    ],
)
def test_remote_code(spec, found) -> None:
    assert remote_code_names(spec) == found
