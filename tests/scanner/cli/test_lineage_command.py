"""`mlposture lineage` and `scan lineage`, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commandline import mlposture
from factories.aws import artifact_lineage, catalog, catalog_run
from factories.gcp import data_lineage, process
from factories.gcp import model as version
from factories.mlflow import experiment, run
from msgspec.structs import replace
from scanning import running
from support import ROOT, inventory_of

from checks.aws.sagemaker.resources import LineageStep

EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-01T10:00:00Z",
    "producer": "https://example.com/p",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "0190c7a2-0000-7000-8000-000000000001"},
    "job": {"namespace": "airflow", "name": "claims.train"},
    "inputs": [{"namespace": "s3://northwind-claims", "name": "raw"}],
    "outputs": [
        {"namespace": "s3://northwind-models", "name": "m", "facets": {"datasetType": {"datasetType": "MODEL"}}}
    ],
}


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text(json.dumps(EVENT) + "\n" + json.dumps(EVENT) + "\n", encoding="utf-8")
    return path


def test_events_are_merged_and_drawn(events: Path) -> None:
    out, drawn = events.with_name("out.ndjson"), events.with_name("out.svg")
    assert mlposture("lineage", str(events), "-o", str(out)).returncode == 0
    assert mlposture("lineage", str(events), "-o", str(drawn)).returncode == 0

    [line] = out.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["inputs"][0]["name"] == "raw"
    assert "claims.train leads to m" in (ET.parse(drawn).getroot().findtext("{http://www.w3.org/2000/svg}desc") or "")


def test_an_inventory_of_a_scan_takes_part(events: Path) -> None:
    inventory = events.with_name("inventory.json")
    scan = mlposture("scan", "lineage", str(events), "--save-inventory", str(inventory), "--no-progress")
    assert scan.returncode == 0, scan.stderr
    done = mlposture("lineage", "--inventory", str(inventory))

    [line] = done.stdout.splitlines()
    assert json.loads(line)["run"]["runId"] == EVENT["run"]["runId"]


def test_data_is_found_by_its_address_and_by_its_name(events: Path) -> None:
    for name in ("s3://northwind-claims/raw", "s3a://northwind-claims/raw/", "raw"):
        drawn = events.with_name("around.svg")
        assert mlposture("lineage", str(events), "--around", name, "-o", str(drawn)).returncode == 0


def test_where_lineage_of_a_cloud_was_cut_off_it_is_said(tmp_path: Path) -> None:
    step = LineageStep(
        job="arn:aws:sagemaker:eu-west-1:111122223333:training-job/nightly", reads=(), writes=("s3://b/m",)
    )
    inventory = tmp_path / "inventory.json"
    inventory_of(artifact_lineage("s3://b/m", step, cut=True)).save(inventory)
    done = mlposture("lineage", "--inventory", str(inventory))

    assert done.returncode == 0
    assert (
        "cut: what led to 1 of the artifacts was followed only as far as the cloud's own lineage was asked"
        in done.stderr
    )
    assert '"mlposture_cut"' in done.stdout


def test_where_events_of_a_catalog_were_cut_off_and_where_data_lineage_was_it_is_said(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.json"
    domain = catalog(
        catalog_run(1, ("s3://b/raw",), "s3://b/clean"), catalog_run(2, ("s3://b/clean",), "s3://b/x"), cut=500
    )
    inventory_of(domain, version(), data_lineage(process("p", ("bq://p.d.t",), "gs://b/x"), cut=5)).save(inventory)
    done = mlposture("lineage", "--inventory", str(inventory), "-o", "all.ndjson", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "cut: what led to 1 of the artifacts was followed only" in done.stderr
    assert "cut: of SageMaker Catalog northwind only the latest 500 events were read" in done.stderr
    assert (tmp_path / "all.ndjson").read_text().count('"mlposture_cut"') == 2


def test_a_table_leads_by_a_process_of_google_to_the_endpoint_of_a_scan(tmp_path: Path) -> None:
    systems = str(ROOT / "examples" / "ai-systems.yaml")
    scan = ("scan", "gcp", "--systems", systems, "--check", "MLP-5224", "--no-progress", "--no-cache")
    with running("gcp"):
        done = mlposture(*scan, "--fail-on", "never", "--save-inventory", "inventory.json", cwd=tmp_path)
    assert done.returncode in (0, 4), done.stderr
    made = mlposture("lineage", "--inventory", "inventory.json", "-o", "all.ndjson", cwd=tmp_path)
    again = mlposture("lineage", "all.ndjson", "-o", "again.ndjson", cwd=tmp_path)
    drawn = mlposture(
        "lineage", "all.ndjson", "--around", "bq://example-fraud-prod.payments.raw", "-o", "it.svg", cwd=tmp_path
    )

    assert [one.returncode for one in (made, again, drawn)] == [0, 0, 0], (made.stderr, again.stderr, drawn.stderr)
    assert (tmp_path / "all.ndjson").read_bytes() == (tmp_path / "again.ndjson").read_bytes()
    said = (tmp_path / "it.svg").read_text()
    for name in (
        "exports/payments.csv",
        "load payments (BIGQUERY)",
        "clean-payments (DATAFLOW)",
        "payments/clean",
        "scorer/7",
    ):
        assert name in said


def test_what_an_inventory_calls_by_nothing_is_left_out_and_said(tmp_path: Path) -> None:
    runs = replace(run(start_time=1793100000000, experiment_id="1"), name=" ")
    inventory = tmp_path / "inventory.json"
    inventory_of(runs, replace(experiment(), name=" "), artifact_lineage("s3://b/m", cut=True)).save(inventory)
    done = mlposture("lineage", "--inventory", str(inventory))

    assert done.returncode == 4, done.stderr
    assert "left out: the inventory: something in it makes no event: a name in it is empty" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_what_could_not_be_read_is_said(events: Path) -> None:
    events.write_text(json.dumps(EVENT) + "\n{no\n", encoding="utf-8")
    done = mlposture("lineage", str(events))

    assert done.returncode == 4
    assert "left out: " in done.stderr and len(done.stdout.splitlines()) == 1


def test_an_inventory_among_the_events_is_known_as_one(tmp_path: Path) -> None:
    inventory_of().save(tmp_path / "inventory.json")
    done = mlposture("lineage", str(tmp_path / "inventory.json"))

    assert done.returncode == 4
    assert "a saved inventory is named with --inventory" in done.stderr


def test_what_there_was_no_room_for_in_a_drawing_is_said(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    models = [EVENT["outputs"][0] | {"name": f"m{number}"} for number in range(50)]  # type: ignore[index, operator]
    events.write_text(json.dumps({**EVENT, "outputs": models}), encoding="utf-8")
    done = mlposture("lineage", str(events), "-o", str(tmp_path / "drawn.svg"))

    assert done.returncode == 0
    assert "drawn: 40 nodes; left out: at least 11 more, see --around" in done.stderr


def test_where_nothing_is_looked_at_a_pipeline_stops(tmp_path: Path) -> None:
    assert mlposture("lineage", str(tmp_path)).returncode == 4
    assert mlposture("scan", "lineage", str(tmp_path), "--no-progress").returncode == 3


def test_the_configuration_may_name_places(events: Path) -> None:
    config = events.with_name("mlposture.toml")
    config.write_text(f'no-cache = true\n[lineage]\nplaces = ["{events}"]\n', encoding="utf-8")
    done = mlposture("scan", "--config", str(config), "-o", "json:-", "--verdicts", "all", "--no-progress")

    report = json.loads(done.stdout)
    assert {scope["provider"] for scope in report["scan"]["scopes"]} == {"lineage"}
    assert {finding["check"]["id"] for finding in report["findings"]} == {
        "MLP-5201",
        "MLP-5202",
        "MLP-5203",
        "MLP-5204",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing is named"),
        (["none.json"], "none.json: No such file"),
        (["{events}", "-o", "x.txt"], "name a file that ends in .ndjson, .jsonl, .svg"),
        (["{events}", "-o", "{events}"], "something else is to be"),
        (["{events}", "-o", "x.svg", "--around", "nobody"], "no data set, job, model or endpoint is called so"),
        (["{events}", "-o", "x.svg", "--around", "claims"], "called so; there are claims.train"),
    ],
)
def test_wrong_usage_is_one_sentence_and_writes_nothing(events: Path, arguments: list[str], said: str) -> None:
    before = events.read_bytes()
    done = mlposture("lineage", *(one.format(events=events) for one in arguments), cwd=events.parent)

    assert done.returncode == 2
    assert said in done.stderr and len(done.stderr.splitlines()) == 1
    assert events.read_bytes() == before and not events.with_name("x.svg").exists()
