"""Addresses of servers: one spelling each, no password in any, and credentials over https alone."""

from __future__ import annotations

import pytest

from checks.mlflow.client.addresses import refuse_in_the_clear, server, tunnel
from scanner.model.errors import InputError

SERVER = "https://mlflow.northwind.example"


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (f"{SERVER}/", SERVER),
        ("https://MLflow.Northwind.Example:443", SERVER),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        (f"{SERVER}/Team/", f"{SERVER}/Team"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_an_address_has_one_spelling(given: str, known: str) -> None:
    assert server(given, "--url") == known


@pytest.mark.parametrize(
    "given",
    [
        "", "mlflow.northwind.example", "databricks", "file:///srv/mlruns", "sqlite:///mlflow.db", "https://", "ftp://x",
        "https://[", "https://mlflow.northwind.example:port", f"{SERVER}/?a=b", f"{SERVER}/#/models", f"{SERVER}/a b",
        f"{SERVER}/\x1b[2J", "https://\u202emlflow.example",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_told_in_a_sentence(given: str) -> None:
    with pytest.raises(InputError, match=r"--url.*northwind"):
        server(given, "--url")


@pytest.mark.parametrize(
    "given",
    [
        "https://ana:s3cret@mlflow.northwind.example", "ana:s3cret@mlflow.northwind.example",
        "https:/ana:s3cret@mlflow.northwind.example", "https://ana:12/s3cret@mlflow.northwind.example",
    ],
)  # fmt: skip
def test_an_address_with_a_password_is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(InputError, match="MLFLOW_TRACKING_PASSWORD") as caught:
        server(given, "--url")

    assert "s3cret" not in str(caught.value)


def test_credentials_go_in_the_clear_to_nobody_but_this_machine() -> None:
    for near in ("http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000", SERVER):
        refuse_in_the_clear(near, "--url")
    for far in ("http://mlflow.northwind.example", "http://127.0.0.1.northwind.example", "http://10.0.0.7:5000"):
        with pytest.raises(InputError, match="in the clear; use https"):
            refuse_in_the_clear(far, "--url")


def test_a_tunnel_begins_on_this_machine_and_leads_to_one_server() -> None:
    assert tunnel("", [SERVER], "ENDPOINT") == ""
    assert tunnel("http://localhost:5000/", [SERVER], "ENDPOINT") == "http://localhost:5000"
    with pytest.raises(InputError, match="no address of this machine"):
        tunnel("https://elsewhere.example", [SERVER], "ENDPOINT")
    with pytest.raises(InputError, match="one by one"):
        tunnel("http://localhost:5000", [SERVER, f"{SERVER}/b"], "ENDPOINT")
