"""Workspaces of Databricks, as they are simulated: the token of a service principal, and where it does not go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from commandline import mlposture
from scanning import document, running, take_inventory
from worlds.mlflow_databricks import CLIENT, SECRET, WORKSPACE, DatabricksWorld

from checks.mlflow.client.databricks import ServicePrincipal, service_principal
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.server.resources import Server
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import Reason

GIVEN = {"DATABRICKS_HOST": WORKSPACE, "DATABRICKS_CLIENT_ID": CLIENT, "DATABRICKS_CLIENT_SECRET": SECRET}


@contextmanager
def asked(**changes: str) -> Iterator[DatabricksWorld]:
    """Such a workspace, running, with the environment pointing at it, and with these variables."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DATABRICKS_", "MLFLOW_"))}
    with (
        DatabricksWorld(document("mlflow")) as world,
        mock.patch.dict(os.environ, {**clean, **world.env(), **changes}, clear=True),
    ):
        yield world


def test_one_token_serves_all_requests_but_the_one_without_credentials() -> None:
    with asked() as world:
        inventory = take_inventory("mlflow")

    assert inventory.gaps == ()
    assert len(inventory.of(ModelVersion)) == len(document("mlflow")["model_versions"])
    [found] = inventory.of(Server)
    assert (found.id, found.asked_with, found.anonymous_status) == (WORKSPACE, "bearer", 401)
    assert world.given == 1
    assert {request.method for request in world.log if request.operation != "token"} == {"GET"}
    assert {one.name for one in inventory.principals} == {f"service principal {CLIENT}"}


def test_a_token_is_replaced_before_its_end() -> None:
    answers = iter((b'{"access_token": "first", "expires_in": 30}', b'{"access_token": "second", "expires_in": 3600}'))
    principal = ServicePrincipal(WORKSPACE, CLIENT, SECRET)

    assert [principal.header(lambda *_: (200, next(answers))) for _ in range(3)] == [
        "Bearer first", "Bearer second", "Bearer second",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reply", [(401, b"{}"), (200, b"{}"), (200, b"<html>"), (302, b""), (200, b'{"access_token": "\\n"}')]
)
def test_what_is_no_token_is_sent_nowhere(reply: tuple[int, bytes]) -> None:
    with pytest.raises(CallFailed, match="no token for the service principal"):
        ServicePrincipal(WORKSPACE, CLIENT, SECRET).header(lambda *_: reply)


@pytest.mark.parametrize(
    ("status", "reason", "again"),
    [(401, Reason.DENIED, False), (429, Reason.THROTTLED, True), (503, Reason.ERROR, True)],
)
def test_a_workspace_that_fails_is_asked_again(status: int, reason: Reason, again: bool) -> None:
    with pytest.raises(CallFailed) as raised:
        ServicePrincipal(WORKSPACE, CLIENT, SECRET).header(lambda *_: (status, b""))

    assert (raised.value.reason, raised.value.retry, raised.value.permission) == (reason, again, "")


@pytest.mark.parametrize("lasts", ["9" * 400, "-1", "true", "null", '"3600"', "1.5"])
def test_a_token_is_good_however_odd_its_end(lasts: str) -> None:
    reply = f'{{"access_token": "first", "expires_in": {lasts}}}'.encode()

    assert ServicePrincipal(WORKSPACE, CLIENT, SECRET).header(lambda *_: (200, reply)) == "Bearer first"


def test_another_secret_is_a_gap() -> None:
    with asked(DATABRICKS_CLIENT_SECRET="another") as world:
        inventory = take_inventory("mlflow")

    assert inventory.gaps
    assert not inventory.of(ModelVersion)
    assert world.given == 0


def test_a_secret_goes_to_its_workspace_alone() -> None:
    with running("mlflow") as other, mock.patch.dict(os.environ, GIVEN):
        take_inventory("mlflow")

    assert "/oidc/v1/token" not in {request.path for request in other.log}
    assert service_principal(GIVEN, ["https://mlflow.northwind.example"], tunnelled=False) is None
    assert service_principal({**GIVEN, "DATABRICKS_HOST": ""}, [WORKSPACE], tunnelled=False) is None
    assert service_principal({"DATABRICKS_HOST": WORKSPACE}, [WORKSPACE], tunnelled=False) is None
    without_scheme = {**GIVEN, "DATABRICKS_HOST": WORKSPACE.removeprefix("https://")}
    assert service_principal(without_scheme, [WORKSPACE], tunnelled=False) is not None


def test_half_of_it_or_in_the_clear_is_refused() -> None:
    clear = WORKSPACE.replace("https", "http")
    for given, said in (
        ({**GIVEN, "DATABRICKS_CLIENT_SECRET": ""}, "one is set without the other"),
        ({**GIVEN, "DATABRICKS_HOST": clear}, "would be sent in the clear"),
    ):
        with pytest.raises(InputError, match=said):
            service_principal(given, [WORKSPACE, clear], tunnelled=False)


def test_no_secret_is_in_a_report_or_an_inventory(tmp_path: Path) -> None:
    with asked():
        done = mlposture(
            *("scan", "mlflow", "--no-progress", "--fail-on", "never", "--keep-replies"),
            *("-o", "report.json", "--save-inventory", "inventory.json"),
            cwd=tmp_path,
        )

    assert done.returncode in (0, 4), done.stderr
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.glob("*.json")]
    assert not [word for word in (SECRET, "an-invented-token") if word in "".join((*texts, done.stdout, done.stderr))]
