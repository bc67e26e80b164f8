"""Real MLflow servers are scanned: what is recorded there by group, whom they answer, and that nothing is written.

The servers and what is logged there are in mlflow_real.py. They run once, for all that is asked of them; the tests look
at what came of it. Needs an environment of its own: `make .venv-mlflow/.ready`, or MLPOSTURE_MLFLOW.
"""

from __future__ import annotations

import base64
import json
import os
import socket
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import urllib3
from browsers import once
from commandline import mlposture
from gating import manifest
from scanning import document, running, take_inventory
from support import registered
from worlds.mlflow_members import SECTIONS, problems
from worlds.mlflow_server import ADMIN, API, PATIENT, Front, python, real_servers

READER = ("northwind-reader", "invented-reader-password")
STRANGE = "mlflow.northwind.example"
#: What collectors ask, of things that are nowhere.
READS = (
    f"{API}experiments/search?max_results=1",
    f"{API}registered-models/search?max_results=100",
    f"{API}model-versions/search?max_results=200",
    f"{API}runs/get?run_id={'0' * 32}",
    f"{API}logged-models/m-{'0' * 32}",
    "/version",
)

pytestmark = pytest.mark.skipif(
    python() is None, reason="MLflow is not installed: make .venv-mlflow/.ready, or set MLPOSTURE_MLFLOW to its Python"
)


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was logged, and what scans said of each server, by how it was asked."""
    return once(tmp_path_factory, "mlflow", look)


def look(folder: Path) -> str:
    with real_servers(folder) as real, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        people(real["guarded"])
        scans = {
            "open": scan(folder / "as-open", Front(real["open"])),
            "strange": scan(folder / "as-strange", Front(real["open"], STRANGE)),
            "nobody": scan(folder / "as-nobody", Front(real["guarded"])),
            "admin": scan(folder / "as-admin", Front(real["guarded"]), ADMIN),
            "reader": scan(folder / "as-reader", Front(real["guarded"]), READER),
            "tables": scan(folder / "as-tables", Front(real["open"]), options=("--read-documents",)),
            "wrong": scan(folder / "as-wrong", Front(real["guarded"]), (ADMIN[0], "a-wrong-password")),
            "closed": scanned(folder / "as-closed", f"http://127.0.0.1:{closed.getsockname()[1]}"),
        }
        plain = {name: {path: reply(real[name], path) for path in READS} for name in ("open", "guarded")}
    return json.dumps({"logged": real, "scans": scans, "replies": plain})


def reply(server: str, path: str) -> dict[str, Any]:
    """What tells a reply from others: status, type, and its members, or its first words."""
    found = urllib3.request("GET", server + path, timeout=PATIENT)
    kind = found.headers["Content-Type"]
    members = sorted(found.json().keys() - {"next_page_token"}) if kind == "application/json" else []
    error = found.json().get("error_code", "") if members else found.data[:26].decode()
    return {"status": found.status, "type": kind, "members": members, "says": error,
            "asks for": found.headers.get("WWW-Authenticate", "")}  # fmt: skip


def people(server: str) -> None:
    """A model on the server that asks for credentials, and somebody who may not see it."""
    headers = urllib3.make_headers(basic_auth=":".join(ADMIN))
    user = dict(zip(("username", "password"), READER, strict=True))
    for path, body in (("users/create", user), ("registered-models/create", {"name": "confidential"})):
        assert urllib3.request("POST", server + API + path, json=body, headers=headers, timeout=PATIENT).status == 200


def scan(
    folder: Path, front: Front, user: tuple[str, str] | None = None, options: tuple[str, ...] = ()
) -> dict[str, Any]:
    with front:
        found = scanned(folder, front.url, user, options)
    return {**found, "exchanges": front.exchanges()}


def scanned(
    folder: Path, url: str, user: tuple[str, str] | None = None, options: tuple[str, ...] = ()
) -> dict[str, Any]:
    folder.mkdir()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "MLPOSTURE_"))}
    own |= dict(zip(("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"), user, strict=True)) if user else {}
    with mock.patch.dict(os.environ, own, clear=True):
        done = mlposture(
            "scan", "mlflow", "--url", url, "--save-inventory", "inventory.json", "-o", "report.json",
            "--verdicts", "all", *options, cwd=folder,
        )  # fmt: skip
    report = folder / "report.json"
    return {
        "code": done.returncode,
        "out": done.stdout,
        "err": done.stderr,
        "report": json.loads(report.read_text(encoding="utf-8")) if report.exists() else None,
        "inventory": str(folder / "inventory.json"),
    }


def verdict(seen: dict[str, Any], scan: str, check: str, version: str = "") -> tuple[str, str]:
    """What a check says of the server, or of the version that an alias leads to."""
    number = seen["logged"]["versions"][version]["version"] if version else ""
    [found] = [
        finding
        for finding in seen["scans"][scan]["report"]["findings"]
        if finding["check"]["id"] == check and (not version or finding["resource"]["name"] == f"progression/{number}")
    ]
    return found["verdict"], found["message"]


# -- what is recorded --------------------------------------------------------------------------------------------------


def test_results_by_group_of_the_version_in_use_are_recorded_and_not_verified(seen: dict[str, Any]) -> None:
    says, message = verdict(seen, "open", "MLP-5113", "champion")

    assert (says, "recorded by group" in message, "not verified" in message) == ("pass", True, True), message


def test_a_version_without_results_by_group_has_none(seen: dict[str, Any]) -> None:
    """Its run holds metrics by group of another version: they count for that one."""
    says, message = verdict(seen, "open", "MLP-5113", "challenger")

    assert (says, message) == ("fail", "no metric by group is recorded for it")
    assert verdict(seen, "open", "MLP-5112", "challenger")[0] == "pass"


def test_a_table_of_results_by_group_is_read_where_that_is_asked(seen: dict[str, Any]) -> None:
    table = "evaluation/mae_by_sex.json"
    says, message = verdict(seen, "tables", "MLP-5113", "tabled")

    assert (says, "results by group recorded in the table mae_by_sex;" in message) == ("pass", True), message
    assert verdict(seen, "open", "MLP-5113", "tabled") == (
        "unknown", f"not observed: the table {table}, which --read-documents reads",
    )  # fmt: skip


def test_no_table_of_rows_an_item_is_opened_or_kept(seen: dict[str, Any]) -> None:
    """By its name the one is not opened; the other says that it has groups, and has none."""
    asked = [one for one in seen["scans"]["tables"]["exchanges"] if one["path"] == "/get-artifact"]
    inventory = Path(seen["scans"]["tables"]["inventory"]).read_text(encoding="utf-8")

    assert {one["query"]["path"] for one in asked} == {"evaluation/mae_by_sex.json", "answers_by_person.json"}
    assert {one["status"] for one in asked} == {200}
    assert "it has no column count with the number of items" in inventory
    assert "nowhere" not in inventory
    assert not any(one["path"] == "/get-artifact" for one in seen["scans"]["open"]["exchanges"])


def test_metrics_of_a_run_alone_do_not_say_on_which_data(seen: dict[str, Any]) -> None:
    says, message = verdict(seen, "open", "MLP-5113", "legacy")

    assert (says, message) == ("fail", "metrics by group are recorded, and none says on which data")


def test_code_and_data_behind_a_version_are_as_its_run_records_them(seen: dict[str, Any]) -> None:
    assert verdict(seen, "open", "MLP-5111", "champion")[0] == "pass"
    assert verdict(seen, "open", "MLP-5111", "challenger")[0] == "fail"
    assert verdict(seen, "open", "MLP-5114", "champion")[0] == "pass"
    assert verdict(seen, "open", "MLP-5114", "legacy")[0] == "fail"


def test_results_by_group_are_recorded_of_the_version_that_a_cloud_serves(seen: dict[str, Any], tmp_path: Path) -> None:
    """Known by the place of the files, which MLflow and the endpoint name; no other version is served."""
    served = seen["logged"]["versions"]["served"]
    changed = document("aws")
    models = changed["regions"]["eu-west-1"]["sagemaker"]["Model"]
    [model] = [one for one in models if one["ModelName"] == "sentiment-good"]
    model["PrimaryContainer"]["ModelDataUrl"] = f"{served['place']}/model.tar.gz"
    with running("aws", changed):
        take_inventory("aws", [registered()[0]["MLP-5123"]]).save(tmp_path / "aws.json")
    mlposture(
        "merge", seen["scans"]["open"]["inventory"], "aws.json", "-o", "report.json", "--verdicts", "all",
        "--check", "MLP-5123", cwd=tmp_path,
    )  # fmt: skip
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["findings"]
    by_name = {one["resource"]["name"]: one for one in found}
    passed = by_name.pop(f"progression/{served['version']}")

    assert (passed["verdict"], "recorded by group" in passed["message"]) == ("pass", True), passed["message"]
    assert "nist-ai-rmf-1.0:MEASURE 2.11" in passed["controls"]
    assert "the artifacts of its logged model" in passed["message"]
    assert {one["verdict"] for one in by_name.values()} == {"not_applicable"}


# -- what the gate makes of it -----------------------------------------------------------------------------------------

_DECLARED = "smallest_group: 20, set_by: clinical-ai lead, why: Nobody is served worse"
SEX = f"{{metric: mae, facet: sex, at_most: 60, {_DECLARED}}}"
AGE = f"{{metric: mae, facet: age_band, at_most: 75, {_DECLARED}}}"
NO_NUMBER = f"{{metric: mean_error, facet: age_band, at_most: 75, point: true, {_DECLARED}}}"


def gate(seen: dict[str, Any], folder: Path, version: str, threshold: str, scan: str = "open") -> tuple[int, str]:
    """The exit code for the version that an alias leads to, and all that is written."""
    manifest(folder, threshold, model="progression")
    done = mlposture(
        "gate", "progression", "--inventory", seen["scans"][scan]["inventory"],
        "--model-version", seen["logged"]["versions"][version]["version"],
        "-o", "gate.json", "-o", "gate.md", "-o", "gate.xml", cwd=folder,
    )  # fmt: skip
    written = [path.read_text(encoding="utf-8") for path in folder.glob("gate.*")]
    return done.returncode, "".join((done.stdout, done.stderr, *written))


def test_the_gate_answers_by_a_table_of_the_run_if_that_was_read(seen: dict[str, Any], tmp_path: Path) -> None:
    for scan, code, words in (
        ("tables", 0, "met: the evaluation clears every threshold"),
        ("open", 4, "evaluation/mae_by_sex.json: not read; scan with --read-documents"),
    ):
        folder = tmp_path / scan
        folder.mkdir()
        found, written = gate(seen, folder, "tabled", SEX, scan)

        assert (found, words in written) == (code, True), written


@pytest.mark.parametrize(
    ("version", "threshold", "code", "words"),
    [
        ("champion", SEX, 0, "met: the evaluation clears every threshold"),
        ("unfair", SEX, 1, "against: the evaluation speaks against a threshold"),
        ("challenger", SEX, 4, "missing: what the thresholds ask for is not there"),
        ("legacy", SEX, 4, "does not say on which data"),
        ("champion", NO_NUMBER, 4, "missing: what the thresholds ask for is not there"),
    ],
)
def test_the_gate_answers_by_what_the_server_records_of_the_version(
    seen: dict[str, Any], version: str, threshold: str, code: int, words: str, tmp_path: Path
) -> None:
    found, written = gate(seen, tmp_path, version, threshold)

    assert (found, words in written) == (code, True), written


def test_seven_people_are_too_few_to_say_and_nothing_of_them_is_written(seen: dict[str, Any], tmp_path: Path) -> None:
    metrics = seen["logged"]["versions"]["champion"]["metrics"]
    assert metrics["count/age_band:70-79"] == 7
    code, written = gate(seen, tmp_path, "champion", AGE)

    assert (code, "too few to say" in written) == (4, True), written
    hidden = ("70-79", f"{metrics['mae/age_band:70-79']:.2f}", f"{metrics['mae/age_band:70-79']:.4f}", '"items": 7,')
    assert [text for text in hidden if text in written] == []
    assert f"{metrics['mae/age_band:50-59']:.2f}" in written


# -- whom servers answer -----------------------------------------------------------------------------------------------


def test_a_server_that_answers_without_credentials_is_open(seen: dict[str, Any]) -> None:
    assert verdict(seen, "open", "MLP-5101") == ("fail", "a read of the API was answered without credentials")
    assert verdict(seen, "open", "MLP-5103") == ("fail", "any origin may read, and reads take no credentials")


@pytest.mark.parametrize("asked_as", ["nobody", "admin", "reader", "wrong"])
def test_a_server_that_refuses_a_read_without_credentials_is_not(seen: dict[str, Any], asked_as: str) -> None:
    says, message = verdict(seen, asked_as, "MLP-5101")

    assert (says, message.partition(";")[0]) == ("pass", "a read of the API without credentials was refused with 401")


def test_a_refusal_for_the_host_name_is_no_authentication(seen: dict[str, Any]) -> None:
    assert verdict(seen, "strange", "MLP-5101")[0] == "unknown"
    assert "the server does not answer to this host name" in seen["scans"]["strange"]["out"]


def test_where_nobody_listens_nothing_is_known(seen: dict[str, Any]) -> None:
    closed = seen["scans"]["closed"]

    assert (closed["code"], closed["report"]) == (3, None)
    assert "nothing could be reached" in closed["err"]


def test_scans_of_a_server_only_read(seen: dict[str, Any]) -> None:
    asked = [exchange for scan in seen["scans"].values() for exchange in scan.get("exchanges", ())]

    assert {exchange["method"] for exchange in asked} == {"GET"}
    assert len(asked) > 30


def test_no_password_is_guessed(seen: dict[str, Any]) -> None:
    """Nothing is sent but what the user gave, or nothing at all."""
    given = {"open": None, "strange": None, "nobody": None, "admin": ADMIN, "reader": READER}
    for scan, user in given.items():
        header = f"Basic {base64.b64encode(':'.join(user).encode()).decode()}" if user else ""
        sent = {exchange["sent"]["authorization"] for exchange in seen["scans"][scan]["exchanges"]}
        assert sent <= {"", header}, scan
        assert "" in sent


def test_lists_leave_out_what_the_user_may_not_read_and_count_as_incomplete(seen: dict[str, Any]) -> None:
    admin, reader = (seen["scans"][name] for name in ("admin", "reader"))
    inventories = [Path(scan["inventory"]).read_text(encoding="utf-8") for scan in (admin, reader)]

    assert ["confidential" in text for text in inventories] == [True, False]
    assert ["lists leave out what this user may not read" in text for text in inventories] == [False, True]
    assert {exchange["status"] for exchange in reader["exchanges"]} == {200, 401}


# -- the simulated server ----------------------------------------------------------------------------------------------

#: Members that the simulated server gives and the real one does not, with a store of its own: others fill them.
NOT_HERE = {
    "model_versions.model_id",  # not said even where the client gave it
    "model_versions.user_id",
}
_ONE = {"runs/get": ("runs", "run"), "logged-models/": ("logged_models", "model")}


def replies(exchanges: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What a real server said, in the sections of a simulated one's document."""
    found: dict[str, list[dict[str, Any]]] = {}
    for exchange in exchanges:
        path = exchange["path"].removeprefix(API)
        if exchange["status"] != 200 or path == exchange["path"]:
            continue
        body = json.loads(exchange["body"])
        for start, (section, member) in _ONE.items():
            if path.startswith(start):
                found.setdefault(section, []).append(body[member])
        for section in body.keys() & SECTIONS.keys():
            found.setdefault(section, []).extend(body[section])
    return found


def paths(value: Any, path: str) -> set[str]:
    """Where values are, but for their places in lists."""
    if isinstance(value, dict):
        return set().union(*(paths(inner, f"{path}.{name}") for name, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(paths(inner, path) for inner in value))
    return {path}


def test_the_real_server_says_nothing_that_the_simulated_one_would_refuse(seen: dict[str, Any]) -> None:
    real = replies(seen["scans"]["open"]["exchanges"])

    assert real.keys() == SECTIONS.keys()
    assert list(problems(real)) == []


def test_the_simulated_server_says_nothing_that_the_real_one_does_not(seen: dict[str, Any]) -> None:
    real, simulated = replies(seen["scans"]["open"]["exchanges"]), document("mlflow")
    members = {
        section: [set().union(*(paths(item, section) for item in found[section])) for found in (simulated, real)]
        for section in SECTIONS
    }

    assert set().union(*(said - known for said, known in members.values())) == NOT_HERE


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("known", [True, False])
def test_both_servers_answer_alike(seen: dict[str, Any], path: str, known: bool) -> None:
    with running("mlflow", {**document("mlflow"), "server": {"version": "3.17.2", "open": known}}) as world:
        simulated = reply(world.url, path)

    assert simulated == seen["replies"]["open" if known else "guarded"][path]
