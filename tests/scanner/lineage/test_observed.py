"""What an inventory says of lineage, as one graph: each cloud's jobs, models and endpoints, and the runs of MLflow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from factories import aws, azure, gcp, mlflow
from support import inventory_of, registered

from checks.aws.sagemaker.resources import Channel, LineageStep, TrainingOutput
from checks.mlflow import ids
from checks.mlflow.records import Pair
from checks.mlflow.tracking.resources import Dataset, DatasetInput
from scanner.lineage.dataset_names import Place, place, place_of
from scanner.lineage.event_writing import lines
from scanner.lineage.events import read_event
from scanner.lineage.filling import graph_of
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Graph
from scanner.lineage.observed import observed_events
from scanner.model.nouns import Resource
from scanner.systems.graph import Graph as Joins

DATA, OUT, ARTIFACT = "s3://claims/raw", "s3://models/out", "s3://models/out/nightly/output/model.tar.gz"
FILES = f"azureml:/{azure.ML}/retina/datastores/blobs/paths/retina/Model"


def kept(*resources: Resource, events: tuple[dict[str, Any], ...] = ()) -> KeptEvents:
    inventory = inventory_of(*resources)
    made = KeptEvents()
    for event in (*observed_events(inventory, Joins(inventory, registered()[1])), *events):
        made.add(read_event(event))
    made.seal()
    return made


def said(graph: Graph) -> set[str]:
    """What each edge says, but for that a run is of a job."""
    label = {node.number: node.label for node in graph.nodes()}
    edges = [edge for number in label for edge in graph.out_of(number)]
    return {f"{label[edge.source]} {edge.what} {label[edge.target]}" for edge in edges}


def channel(uri: str) -> Channel:
    return Channel(channel_name="train", data_source=aws.s3_source(uri))


def trained(**fields: Any) -> Resource:
    given = {"inputs": (channel(DATA),), "output": TrainingOutput(s3_output_path=OUT), "artifact": ARTIFACT}
    return aws.job(**{"status": "Completed", **given, **fields})


def test_in_sagemaker_data_leads_to_a_job_a_model_and_an_endpoint() -> None:
    model = aws.single(aws.container(model_data_url=ARTIFACT))
    config = aws.config(variants=(aws.variant(model_name="sentiment"),))
    endpoint = aws.endpoint(endpoint_config_name="sentiment-1")
    graph = graph_of(kept(trained(), model, config, endpoint))
    file = "out/nightly/output/model.tar.gz"

    assert said(graph) == {"raw read nightly", f"nightly wrote {file}", f"{file} serves sentiment"}
    found = graph.find(place_of(ARTIFACT))
    assert found and graph.perhaps(found) == []  # where exactly it wrote is known


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"status": "Stopped"}, "nightly wrote out/nightly/output/model.tar.gz"),
        ({"status": "Failed"}, ""),
        ({"status": "InProgress", "artifact": None}, "nightly wrote out/nightly"),
    ],
)
def test_what_a_job_of_sagemaker_made(fields: dict[str, Any], written: str) -> None:
    assert said(graph_of(kept(trained(**fields)))) - {"raw read nightly"} == ({written} if written else set())


def test_in_azure_ml_data_assets_lead_to_a_job_a_version_and_an_endpoint() -> None:
    version = azure.model_version(job_name="train", model_uri=FILES)
    deployed = azure.deployment(model=version.id.replace("/models/", "/Models/"))
    asset = f"{azure.ML}/retina/data/photographs/versions/4"
    job = azure.job(
        "train", asset, plain_data=("azureml://datastores/raw/paths/x",), unclear_data=("azureml:old@latest",)
    )
    graph = graph_of(kept(version, deployed, azure.endpoint(), job))

    assert said(graph) == {
        "retina/data/photographs/versions/4 read train",
        "retina/data/old/versions/* read train",
        "retina/datastores/raw/paths/x read train",
        "train wrote retina/models/retina/versions/7",
        "retina/models/retina/versions/7 serves score",
    }
    assert graph.find(place_of(FILES)) == graph.find(place_of(version.id))
    assert graph.find(place_of(FILES.lower())) is None  # another file


def test_a_job_of_that_name_in_another_workspace_made_nothing() -> None:
    version = azure.model_version(job_name="train", model_uri=FILES)
    elsewhere = type(azure.job())(id=f"{azure.ML}/other/jobs/train", name="train", scope=azure.HERE, data=())

    assert said(graph_of(kept(version, elsewhere))) == set()


def test_in_vertex_ai_a_dataset_leads_to_a_pipeline_a_model_and_an_endpoint() -> None:
    name = gcp.pipeline().id.removeprefix("//aiplatform.googleapis.com/")
    model = gcp.model(training_pipeline=name, artifact_uri=None, version="1")
    served = gcp.endpoint(deployed_models=(gcp.deployed(),))
    graph = graph_of(kept(gcp.pipeline(), model, served))

    assert said(graph) == {"datasets/700 read 600", "600 wrote models/1", f"models/1 serves {served.name}/1"}


def test_jobs_of_vertex_ai_that_people_call_the_same_are_two() -> None:
    jobs = [type(gcp.custom_job())(id=gcp.vertex_id("customJobs", number), name="train", scope=gcp.HERE,
                                   output_uri=f"gs://models/{number}") for number in "12"]  # fmt: skip

    assert said(graph_of(kept(*jobs))) == {"train/1 wrote 1", "train/2 wrote 2"}


def data(name: str, source: str, context: str = "training") -> DatasetInput:
    found = Dataset(name=name, digest=mlflow.TRAINED, source_type="s3", source=source)
    return DatasetInput(dataset=found, tags=(Pair(key="mlflow.data.context", value=context),))


def run_of(*datasets: DatasetInput, **fields: Any) -> Resource:
    return mlflow.run(datasets=datasets, start_time=1793100000000, end_time=1793100900000, experiment_id="1", **fields)


RUN = ids.run(mlflow.SERVER, mlflow.RUN)


def test_in_mlflow_data_leads_to_a_run_and_its_version_and_that_to_what_serves() -> None:
    inputs = (data("claims", json.dumps({"uri": DATA})), data("local", json.dumps({"uri": "/home/x/claims.csv"})))
    version = mlflow.used(run=RUN, source="s3://models/fraud/7")
    model = aws.single(aws.container(model_data_url="s3://models/fraud/7"))
    config = aws.config(variants=(aws.variant(model_name="sentiment"),))
    served = (model, config, aws.endpoint(endpoint_config_name="sentiment-1"))
    all = kept(run_of(*inputs), version, mlflow.experiment(), *served)
    graph = graph_of(all)
    [record] = [json.loads(line) for line in lines(all) if b'"COMPLETE"' in line]

    assert said(graph) - {f"{record['job']['name']} ran {record['run']['runId']}"} == {
        f"raw read {record['run']['runId']}",
        f"datasets/local read {record['run']['runId']}",
        f"{record['run']['runId']} wrote models/fraud-scorer/versions/7",
        "models/fraud-scorer/versions/7 serves sentiment",
    }
    assert record["run"]["runId"].replace("-", "") == mlflow.RUN
    assert (record["job"]["name"], record["eventTime"]) == ("card fraud", "2026-10-27T11:35:00.000000Z")
    [raw] = [one for one in record["inputs"] if one["name"] == "raw"]
    assert raw["facets"]["version"]["datasetVersion"] == mlflow.TRAINED
    assert raw["facets"]["tags"]["tags"][0]["value"] == "training"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{"uri": "s3://claims/raw"}', place_of(DATA)),
        ('{"url": "https://data.northwind.example/x.csv?sig=1"}', place_of("https://data.northwind.example/x.csv")),
        ('{"url": "https://anna:secret@data.northwind.example/x.csv"}', None),
        ('{"uri": "claims.csv"}', None),
        ('{"uri": "file:///data/x"}', None),
        ('{"uri": 5}', None),
        ("[" * 100_000, None),
        ("s3://claims/raw", None),
        (None, None),
    ],
)
def test_what_a_data_set_of_mlflow_is_known_by(source: str | None, found: Place | None) -> None:
    graph = graph_of(kept(run_of(data("claims", source or ""))))

    assert graph.find(found or place(mlflow.SERVER, "datasets/claims"))
    assert len([node for node in graph.nodes() if node.sort == "dataset"]) == 1


def test_a_version_of_a_run_that_failed_was_made_all_the_same() -> None:
    graph = graph_of(kept(run_of(status="FAILED"), mlflow.used(run=RUN), mlflow.experiment()))

    assert "card fraud wrote models/fraud-scorer/versions/7" in said(graph)


def test_a_version_in_a_workspace_of_azure_is_the_registered_one() -> None:
    server = f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{azure.ML}/retina"
    scope = type(mlflow.HERE)("mlflow", server)
    there = type(mlflow.version())(
        id=ids.model_version(server, "retina", "7"), name="retina/7", scope=scope, source="mlflow-artifacts:/1"
    )
    graph = graph_of(kept(there, azure.model_version(model_uri=FILES)))

    assert len(graph) == 1


def test_what_lineage_of_sagemaker_has_goes_on_from_the_training_job() -> None:
    job = "arn:aws:sagemaker:eu-west-1:111122223333"
    steps = (
        LineageStep(job=f"{job}:processing-job/nightly", reads=("s3://claims/landing",), writes=(DATA,)),
        LineageStep(job=f"{job}:training-job/nightly", reads=(DATA,), writes=(ARTIFACT,)),
    )
    whole, cut = (kept(trained(), aws.artifact_lineage(ARTIFACT, *steps, cut=cut)) for cut in (False, True))
    file = "out/nightly/output/model.tar.gz"

    assert said(graph_of(whole)) == {
        "landing read processing-job/nightly",
        "processing-job/nightly wrote raw",
        "raw read nightly",
        f"nightly wrote {file}",
    }
    assert not [line for line in lines(whole) if b"mlposture_cut" in line]
    [line] = [json.loads(line) for line in lines(cut) if b"mlposture_cut" in line]
    assert (line["dataset"]["name"], line["dataset"]["facets"]["mlposture_cut"]["depth"]) == (file, 10)


def test_what_was_not_observed_is_left_out() -> None:
    every = (aws.job(), aws.endpoint(), azure.model_version(), azure.deployment(), gcp.model(), gcp.custom_job())

    [edge] = said(graph_of(kept(*every, mlflow.run(status=None), mlflow.version())))
    assert edge.startswith("third-quarter ran ")


def test_all_of_it_comes_out_of_a_round_trip_as_it_was() -> None:
    once = list(lines(kept(trained(), run_of(data("claims", json.dumps({"uri": DATA}))), mlflow.used(run=RUN))))
    again = KeptEvents()
    for line in once:
        again.add(read_event(line))
    again.seal()

    assert list(lines(again)) == once


def test_what_vertex_ml_metadata_has_goes_on_from_the_version_that_serves_and_its_registration_is_no_step() -> None:
    job = gcp.custom_job()
    files = gcp.noted("gs://models/scorer/", "google.UnmanagedContainerModel", "files")
    version = gcp.noted(gcp.vertex_id("models", "1@1"), "google.VertexModel", "version")
    clean, table, local = gcp.noted("gs://claims/clean"), gcp.noted("bq://p.d.raw"), gcp.noted("/tmp/notes.csv")
    steps = (
        gcp.step("800", (), (table,), name="import", type="system.ImporterExecution"),
        gcp.step("801", (table, local), (clean,), name="clean"),
        gcp.step("802", (clean,), (files,), name="train", job=job.id, state="CACHED"),
        gcp.step("803", (files,), (version,), name="upload"),
        gcp.step("804", (clean,), (files,), name="broken", state="FAILED"),
    )
    serving = gcp.endpoint("2", deployed_models=(gcp.deployed("1"),))
    model = gcp.model(version="1", artifact_uri="gs://models/scorer")
    graph = graph_of(kept(job, model, serving, gcp.model_lineage(version, *steps)))

    assert said(graph) == {
        "p.d.raw read clean/801",
        "artifacts/notes.csv read clean/801",
        "clean/801 wrote clean",
        "clean read scorer-train/1",
        "scorer-train/1 wrote scorer",
        "clean read broken/804",
        "scorer serves scoring/2",
    }
    assert graph.find(place_of(version.uri or "")) == graph.find(place_of("gs://models/scorer"))


def test_lineage_of_vertex_ai_that_was_cut_says_so_and_models_without_a_version_are_not_joined() -> None:
    version = gcp.noted(gcp.vertex_id("models", "1@1"), "google.VertexModel", "version")
    base = gcp.noted(gcp.vertex_id("models", "2"), "google.VertexModel", "base")
    lineage = gcp.model_lineage(version, gcp.step("802", (base,), (version,)), cut=6)
    made = kept(gcp.model("1", artifact_uri=None), gcp.model("2", artifact_uri=None), lineage)
    graph = graph_of(made)

    assert {one for one in said(graph) if "read" in one} == {"artifacts/base read 802"}
    [line] = [json.loads(line) for line in lines(made) if b"mlposture_cut" in line]
    cut = line["dataset"]["facets"]["mlposture_cut"]
    assert (cut["depth"], cut["source"]) == (6, "Vertex ML Metadata")


def test_data_of_vertex_ai_comes_from_a_table_by_a_process_of_googles_data_lineage() -> None:
    clean, table, folder = "gs://claims/clean", "bq://p.d.raw", "gs://models/scorer"
    version = gcp.model(version="1", artifact_uri=folder, training_pipeline=None)
    served = gcp.endpoint(deployed_models=(gcp.deployed(),))
    trained = gcp.step("802", (gcp.noted(clean),), (gcp.noted(folder, "system.Model"),), name="train")
    processes = (
        gcp.process("c1", (table,), clean),
        gcp.process("r1", (folder,), f"{version.id}@1", origin="VERTEX_AI"),  # which registers what is there
    )
    metadata = gcp.model_lineage(gcp.noted(folder, "system.Model"), trained)
    graph = graph_of(kept(version, served, metadata, gcp.data_lineage(*processes, cut=5)))

    assert said(graph) == {
        "p.d.raw read c1 (DATAFLOW)",
        "c1 (DATAFLOW) wrote clean",
        "clean read train/802",
        "train/802 wrote scorer",
        f"scorer serves {served.name}/1",
    }
    assert graph.find(place_of(f"{version.id}@1")) == graph.find(place_of(folder))
    [cut] = [json.loads(line) for line in lines(kept(version, gcp.data_lineage(*processes, cut=5))) if b"_cut" in line]
    assert (cut["dataset"]["facets"]["mlposture_cut"]["depth"], cut["dataset"]["name"]) == (5, "scorer")


def test_two_sources_that_know_one_data_set_are_one_node() -> None:
    table = place_of("bq://p.d.raw")
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-20T00:00:00Z",
        "run": {"runId": "00000000-0000-4000-8000-000000000001"},
        "job": {"namespace": "airflow", "name": "load"},
        "outputs": [{"namespace": "bigquery", "name": "p.d.raw"}],
    }
    version = gcp.model(version="1", artifact_uri="gs://models/scorer", training_pipeline=None)
    found = graph_of(kept(version, gcp.data_lineage(gcp.process("c1", ("bq://p.d.raw",), "gs://c/1")), events=(event,)))
    number = found.find(table)

    assert number is not None
    assert len([node for node in found.nodes() if node.label == "p.d.raw"]) == 1
    assert (len(found.into(number)), len(found.out_of(number))) == (1, 1)
