"""Servers that SageMaker manages: an ARN for an address, and a signature that the server checks for itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from commandline import mlposture
from scanning import document, quick_calls, running, take_inventory
from worlds.mlflow import LOGIN, PASSWORD
from worlds.mlflow_managed import APP, ARN, SECRET, SESSION, ManagedWorld

from checks.mlflow.client.addresses import server
from checks.mlflow.client.api import connect
from checks.mlflow.client.managed import managed
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.server.resources import Server
from scanner.model.errors import CannotScan, InputError

CHINA = "arn:aws-cn:sagemaker:cn-north-1:111122223333:mlflow-tracking-server/x"


class App(ManagedWorld):
    arn = APP


@contextmanager
def asked(kind: type[ManagedWorld], **changes: str) -> Iterator[ManagedWorld]:
    """Such a server, running, with the environment pointing at it, and with these variables."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MLFLOW_"))}
    with (
        kind(document("mlflow")) as world,
        mock.patch.dict(os.environ, {**clean, **world.env(), **changes}, clear=True),
    ):
        yield world


@pytest.mark.parametrize("kind", [ManagedWorld, App])
def test_each_request_is_signed_so_that_the_server_knows_it(kind: type[ManagedWorld]) -> None:
    with asked(kind) as world:
        inventory = take_inventory("mlflow")

    assert inventory.gaps == ()
    assert len(inventory.of(ModelVersion)) == len(document("mlflow")["model_versions"])
    [found] = inventory.of(Server)
    assert (found.id, found.status, found.asked_with, found.anonymous_status) == (kind.arn, 200, "sigv4", 403)
    unsigned = [request.path for request in world.log if "authorization" not in request.headers]
    assert unsigned == ["/api/2.0/mlflow/experiments/search"], "one read, to see whether it is answered"
    assert {one.name for one in inventory.principals} == {"who holds the credentials of AWS"}


@pytest.mark.parametrize(
    "changes",
    [
        {"AWS_SECRET_ACCESS_KEY": "another"},
        {"AWS_SESSION_TOKEN": "another"},
        {"AWS_ACCESS_KEY_ID": "ASIAANOTHER000000000"},
    ],
)
def test_a_signature_with_other_credentials_is_refused_and_is_a_gap(changes: dict[str, str]) -> None:
    with asked(ManagedWorld, **changes):
        inventory = take_inventory("mlflow")

    assert inventory.gaps
    assert not inventory.of(ModelVersion)
    assert not inventory.complete(ModelVersion)


def test_passwords_of_mlflow_do_not_go_to_aws_nor_signatures_to_others() -> None:
    with asked(ManagedWorld, MLFLOW_TRACKING_USERNAME=LOGIN, MLFLOW_TRACKING_PASSWORD=PASSWORD) as world:
        inventory = take_inventory("mlflow")
    assert inventory.gaps == ()
    assert not [one for one in world.log if one.headers.get("authorization", "").startswith("Basic")]

    with running("mlflow") as other, mock.patch.dict(os.environ, {"AWS_SECRET_ACCESS_KEY": SECRET}):
        take_inventory("mlflow")
    assert not [one for one in other.log if "AWS4" in one.headers.get("authorization", "")]


def test_no_secret_is_in_a_report_or_an_inventory(tmp_path: Path) -> None:
    with asked(ManagedWorld):
        done = mlposture(
            *("scan", "mlflow", "--url", ARN, "--no-progress", "--fail-on", "never", "--keep-replies"),
            *("-o", "report.json", "--save-inventory", "inventory.json"),
            cwd=tmp_path,
        )

    assert done.returncode == 0, done.stderr
    written = (tmp_path / "report.json").read_text() + (tmp_path / "inventory.json").read_text() + done.stdout
    assert ARN in written
    assert not [text for text in (SECRET, SESSION, "AWS4-HMAC") if text in written]


def test_without_credentials_of_aws_nothing_is_asked() -> None:
    with asked(ManagedWorld, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="") as world:
        with pytest.raises(CannotScan, match="no credentials of AWS"):
            connect({"urls": (ARN,)}, quick_calls())
        assert not world.log


def test_an_arn_says_where_the_server_answers_and_what_is_signed() -> None:
    tracking = ("x-mlflow-sm-tracking-server-arn", "sagemaker-mlflow", "eu-west-1")
    assert managed(ARN)[1:] == ("https://eu-west-1.experiments.sagemaker.aws", *tracking)
    app = ("x-sm-mlflow-app-arn", "sagemaker", "eu-west-1")
    assert managed(APP)[1:] == ("https://mlflow.sagemaker.eu-west-1.app.aws", *app)
    assert server(ARN, "--url") == ARN


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("arn:aws:sagemaker:eu-west-1:111122223333:endpoint/x", "is the ARN of no MLflow server"),
        (f"{ARN}/", "is the ARN of no MLflow server"),
        ("arn:aws:sagemaker:evil.example/:111122223333:mlflow-app/x", "is the ARN of no MLflow server"),
        (CHINA, "no MLflow servers in the partition aws-cn"),
    ],
)
def test_other_arns_are_refused_in_a_sentence(given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        server(given, "--url")


def test_an_address_of_azure_ml_is_one_over_https() -> None:
    path = "westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/s/resourceGroups/g/providers/m/workspaces/w"
    assert server(f"azureml://{path}", "--url") == f"https://{path}"
