"""How servers are asked: with which credentials, whom they are sent to, and what comes of odd answers."""

from __future__ import annotations

import base64
import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from unittest import mock

import pytest
from commandline import mlposture
from msgspec.structs import replace
from scanning import QUICK, document, quick_calls, running, take_inventory
from worlds.base import Fault, Request, Response, World
from worlds.mlflow import LOGIN, PASSWORD, SERVER, MlflowWorld

from checks.mlflow.client.api import connect
from checks.mlflow.registry.resources import ModelVersion, RegisteredModel
from checks.mlflow.server.resources import Server
from checks.mlflow.tracking.resources import Experiment, Run
from scanner.model.errors import InputError
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """No variables of MLflow's but these."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "MLPOSTURE_"))}
    with mock.patch.dict(os.environ, {**clean, **values}, clear=True):
        yield


def sent(world: World) -> set[str]:
    return {request.headers.get("authorization", "") for request in world.log}


def only(inventory: Inventory) -> Server:
    [server] = inventory.of(Server)
    return server


def test_basic_credentials_are_those_of_mlflows_own_variables() -> None:
    with running("mlflow") as world:
        inventory = take_inventory("mlflow")

    basic = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
    assert sent(world) == {"", f"Basic {basic}"}
    assert [request.path for request in world.log if "authorization" not in request.headers] == [
        "/api/2.0/mlflow/experiments/search"
    ], "one read without them, to see whether it is answered"
    assert (only(inventory).asked_with, only(inventory).anonymous_status) == ("basic", 401)
    assert {one.name for one in inventory.principals} == {f"user {LOGIN}"}
    assert {request.method for request in world.log} == {"GET"}


def test_a_token_is_sent_as_it_is_and_is_no_name() -> None:
    token = "not-a-real-token"
    with running("mlflow") as world, environment(MLFLOW_TRACKING_URI=world.url, MLFLOW_TRACKING_TOKEN=token):
        inventory = take_inventory("mlflow")
        url = world.url

    assert sent(world) == {"", f"Bearer {token}"}
    assert {one.name for one in inventory.principals} == {"who holds MLFLOW_TRACKING_TOKEN"}
    assert (only(inventory).scope.account, only(inventory).anonymous_status) == (url, 401)


@pytest.mark.parametrize(
    ("server", "complete"),
    [
        ({"version": "3.17.2"}, True),
        ({"version": "3.17.2", "reader": True}, False),
        ({"version": "3.17.2", "open": True}, True),  # and has no users
    ],
)
def test_lists_are_complete_only_for_who_is_shown_all(server: dict[str, Any], complete: bool) -> None:
    with running("mlflow", {**document("mlflow"), "server": server}) as world:
        with mock.patch.dict(os.environ, {"MLFLOW_TRACKING_USERNAME": LOGIN, "MLFLOW_TRACKING_PASSWORD": PASSWORD}):
            inventory = take_inventory("mlflow")
        asked = {request.resource for request in world.log if request.operation == "mlflow:GetUser"}

    assert asked == {LOGIN}
    assert [inventory.complete(kind) for kind in (RegisteredModel, ModelVersion, Experiment)] == [complete] * 3
    assert {gap.detail for gap in inventory.gaps} == (
        set() if complete else {"lists leave out what this user may not read"}
    )
    assert len(inventory.of(ModelVersion)) == len(document("mlflow")["model_versions"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "no server is named"),
        ({"MLFLOW_TRACKING_URI": "databricks"}, "MLFLOW_TRACKING_URI databricks: is no address"),
        ({"MLFLOW_TRACKING_URI": SERVER, "MLFLOW_TRACKING_USERNAME": "ana"}, "one is set without the other"),
        ({"MLFLOW_TRACKING_URI": SERVER, "MLFLOW_TRACKING_TOKEN": "a b"}, "is no token"),
        ({"MLFLOW_TRACKING_URI": "http://mlflow.northwind.example", "MLFLOW_TRACKING_TOKEN": "abc"}, "in the clear"),
        ({"MLFLOW_TRACKING_URI": "https://ana:pw@mlflow.northwind.example"}, "leave the user and password out"),
        ({"MLFLOW_TRACKING_URI": "ftp://mlflow.northwind.example/?key=of-nobody-else"}, "give scheme, host, port and"),
    ],
)
def test_what_is_wrong_with_the_environment_is_told_in_a_sentence(
    values: dict[str, str], said: str, tmp_path: Path
) -> None:
    with environment(**values):
        done = mlposture("scan", "mlflow", cwd=tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
    assert "of-nobody-else" not in done.stderr


def test_without_credentials_plain_http_is_asked() -> None:
    """A server that wants none is asked as its own users ask it."""
    with environment():
        connect({"urls": ("http://mlflow.northwind.example",)}, quick_calls()).close()
    with environment(MLFLOW_TRACKING_TOKEN="abc"), pytest.raises(InputError, match="in the clear"):
        connect({"urls": ("http://mlflow.northwind.example",)}, quick_calls())


def test_several_servers_are_accounts_of_their_own() -> None:
    open_ = {**document("mlflow"), "server": {"version": "3.17.2", "open": True}}
    with running("mlflow") as one, MlflowWorld(open_) as other:
        credentials = {"MLFLOW_TRACKING_USERNAME": LOGIN, "MLFLOW_TRACKING_PASSWORD": PASSWORD}
        urls = (one.url, other.url)
        with environment(**credentials):
            inventory = take_inventory("mlflow", urls=urls)

    found = {server.id: (server.anonymous_status, server.version) for server in inventory.of(Server)}
    assert found == {urls[0]: (401, "3.10.0"), urls[1]: (200, "3.17.2")}
    assert inventory.gaps == ()


# -- answers that are none ---------------------------------------------------------------------------------------------


def elsewhere(world: World, request: Request) -> Response:
    return Response(307, b"", {"Location": f"{world.url}/elsewhere"})


def test_nothing_is_sent_to_where_a_redirect_leads() -> None:
    with running("mlflow") as world:
        world.faults.append(Fault("mlflow:*", "answer", answer=elsewhere))
        inventory = take_inventory("mlflow")

    assert {request.status for request in world.log} == {307}
    assert not any("elsewhere" in request.path for request in world.log)
    assert all("a redirect: it is not followed" in gap.detail for gap in inventory.gaps)
    assert inventory.unseen()


def test_a_refusal_for_the_host_name_is_a_gap_of_the_whole_server_and_no_authentication() -> None:
    said = b"Invalid Host header - possible DNS rebinding attack detected"
    with running("mlflow") as world:
        world.faults.append(Fault("mlflow:Search*", "answer", answer=lambda *_: Response(403, said)))
        inventory = take_inventory("mlflow")

    assert {gap.reason for gap in inventory.gaps} == {Reason.DENIED}
    assert all("does not answer to this host name" in gap.detail for gap in inventory.gaps)
    assert (only(inventory).status, only(inventory).anonymous_status) == (403, 403)
    assert only(inventory).anonymous_answer is False


def test_an_older_server_without_logged_models_is_seen_but_for_these() -> None:
    page = Response(404, b"<!doctype html><title>404 Not Found</title>", {"Content-Type": "text/html"})
    with running("mlflow") as world:
        world.faults.append(Fault("mlflow:GetLoggedModel", "answer", answer=lambda *_: page))
        inventory = take_inventory("mlflow")

    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {("mlflow:GetLoggedModel", Reason.ERROR)}
    assert len(inventory.of(Run)) == 5


def test_a_registry_of_nothing_is_empty_and_complete() -> None:
    with running("mlflow", {"server": {"version": "3.17.2"}}):
        inventory = take_inventory("mlflow")

    assert inventory.gaps == ()
    assert inventory.count() == 1
    assert all(listing.complete for listing in inventory.listings.values())


@pytest.mark.parametrize("odd", [{}, {"name": 5, "version": "1"}, {"name": "a"}, [], None, "text"], ids=repr)
def test_a_version_that_does_not_say_which_it_is_leaves_the_list_incomplete(odd: Any) -> None:
    body = Response(200, json.dumps({"model_versions": [odd]}).encode())
    with running("mlflow") as world:
        world.faults.append(Fault("mlflow:SearchModelVersions", "answer", answer=lambda *_: body))
        inventory = take_inventory("mlflow")

    assert inventory.of(ModelVersion) == ()
    assert [gap.reason for gap in inventory.gaps if gap.kind == ModelVersion.kind] == [Reason.MALFORMED]


HOSTILE = "\x1b[31m::error::</script>'\"/../..?a=b#c 💥"


@pytest.mark.parametrize("name", [HOSTILE, "%2e%2e%2f", "*?[x]", "x" * 5000], ids=["marks", "quoted", "globs", "long"])
def test_names_that_people_choose_stay_names(name: str) -> None:
    made = document("mlflow")
    made["registered_models"].append({"name": name, "aliases": [{"alias": name, "version": "1"}]})
    version = {"name": name, "version": "1", "current_stage": "None", "source": name, "run_id": name}
    made["model_versions"].append(version)
    with running("mlflow", made) as world:
        inventory = take_inventory("mlflow")

    [version] = [one for one in inventory.of(ModelVersion) if one.model == name]
    assert version.aliases == (name,)
    assert version.id.removeprefix(f"{SERVER}/models/").count("/") == 2
    assert "#" not in version.id
    assert name in {request.query.get("run_id") for request in world.log}


def test_a_host_that_swallows_packets_costs_the_time_to_connect_and_no_more() -> None:
    """A listener whose queue is full answers no connection, as a network that drops packets."""
    hasty = replace(QUICK, connect_timeout=0.2, read_timeout=60, unreachable_attempts=1, timeout_attempts=1)
    with socket.socket() as deaf, ExitStack() as stack:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        began = monotonic()
        with environment(MLFLOW_TRACKING_URI=url):
            inventory = take_inventory("mlflow", manners=hasty)

    assert monotonic() - began < 20
    assert inventory.out_of_reach()
