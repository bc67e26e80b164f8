"""Cases of the checks that join lineage to Google Cloud: who may use training data, and who made what is served."""

from __future__ import annotations

from factories.gcp import (
    binding,
    bucket,
    custom_job,
    data_lineage,
    deployed,
    endpoint,
    granting,
    model,
    model_lineage,
    noted,
    own_bucket,
    process,
    step,
)
from factories.lineage import data, data_set, run
from factories.lineage import training as trained
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, registered

from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, Endpoint, LineageStep, Model, ModelLineage
from checks.lineage.openlineage.resources import LineageRun
from scanner.model.nouns import Resource, Verdict
from scanner.store.inventory import InventoryView

BUCKET = "gs://example-fraud-models"
DATA = data_set("claims/train.csv", BUCKET)
USED = trained(inputs=(data("claims/train.csv", BUCKET, role="training"),))
OPEN = granting(binding("roles/storage.objectAdmin", "allUsers"))
SERVED = endpoint("888", deployed_models=(deployed("777"),))


def version(uri: str | None = f"{BUCKET}/scorer") -> Model:
    """Version 1 of a model whose number is in nothing else."""
    return model("777", version="1", artifact_uri=uri)


def made(name: str = "scorer", state: str = "COMPLETE") -> LineageRun:
    """A run that wrote something into the bucket."""
    return run(3, "scorer.train", outputs=(data(name, BUCKET),), state=state)


def trainer(where: str = f"{BUCKET}/out/", state: str = "JOB_STATE_SUCCEEDED") -> CustomJob:
    return custom_job(state=state, output_uri=where)


MODEL, MAKER = version(), made()
CASES = {
    "lineage_training_data_in_public_gcs_bucket": [
        Case("prevented", PASS, DATA, USED, own_bucket(public_access_prevention="enforced")),
        Case("only named members", PASS, DATA, USED, granting()),
        Case("everyone", FAIL, DATA, USED, OPEN),
        Case("another project's", NOT_APPLICABLE, DATA, USED, bucket(exists=True, project=None)),
        Case("nobody read who may use it", UNKNOWN, DATA, USED, own_bucket()),
        Case("nobody read the bucket", UNKNOWN, DATA, USED, incomplete=(Bucket,)),
        Case("not all runs were read", UNKNOWN, DATA, USED, OPEN, incomplete=(LineageRun,)),
        Case("nothing of Vertex AI names it", NOT_APPLICABLE, DATA, USED, SERVED),
        Case("it trains nothing", NOT_APPLICABLE, DATA, run(inputs=(data("claims/train.csv", BUCKET),)), OPEN),
        Case("it lies elsewhere", NOT_APPLICABLE, data_set("x", "s3://b"), USED, OPEN),
    ],
    "vertex_serves_model_that_no_recorded_job_made": [
        Case("a run made it", PASS, MODEL, MAKER, SERVED),
        Case("a custom job made it", PASS, version(f"{BUCKET}/out/model"), run(), trainer(), SERVED),
        Case("a custom job made what it lies in", PASS, version(f"{BUCKET}/out/model/best/"), run(), trainer(), SERVED),
        Case("nobody made it", FAIL, MODEL, run(), SERVED),
        Case("a failed run made it", FAIL, MODEL, made(state="FAIL"), SERVED),
        Case("a failed job", FAIL, version(f"{BUCKET}/out/model"), run(), trainer(state="JOB_STATE_FAILED"), SERVED),
        Case("another was made", FAIL, MODEL, made("other"), trainer(f"{BUCKET}/other"), SERVED),
        Case("a file in it was written", UNKNOWN, MODEL, made("scorer/weights.bin"), SERVED),
        Case("a job may have written it", UNKNOWN, version(f"{BUCKET}/out/checkpoint"), run(), trainer(), SERVED),
        Case("a job writes anywhere", UNKNOWN, MODEL, run(), trainer(BUCKET), SERVED),
        Case("who makes it is not done", UNKNOWN, MODEL, made(state="START"), SERVED),
        Case("where a job writes was not seen", UNKNOWN, MODEL, run(), custom_job(state=UNSET), SERVED),
        Case("Google publishes it", NOT_APPLICABLE, version("gs://cloud-samples-data/m"), MAKER, SERVED),
        Case("it has no artifact", NOT_APPLICABLE, version(None), MAKER, SERVED),
        Case("not served", NOT_APPLICABLE, MODEL, MAKER),
        Case("nobody saw all endpoints", UNKNOWN, MODEL, MAKER, SERVED, incomplete=(Endpoint,)),
        Case("not all runs were read", UNKNOWN, MODEL, MAKER, SERVED, incomplete=(LineageRun,)),
        Case("not all jobs were listed", UNKNOWN, MODEL, MAKER, SERVED, incomplete=(CustomJob,)),
        Case("nobody saw where it is", UNKNOWN, model("777", version="1"), MAKER, SERVED),
    ],
}


def said(*others: Resource) -> Verdict:
    """The verdict on the model, with what the check may join besides where that was asked for."""
    check = registered()[0]["MLP-5222"]
    return check(MODEL, InventoryView(inventory_of(MODEL, SERVED, run(), *others), check.needs, check.also))


def test_an_execution_in_vertex_ml_metadata_made_it_unless_it_only_noted_what_was_there() -> None:
    files = noted(f"{BUCKET}/scorer", "google.UnmanagedContainerModel", "files")
    noted_as = noted("//aiplatform.googleapis.com/models/777@1", "google.VertexModel", "version")
    train, upload = step("802", (), (files,)), step("803", (files,), (noted_as,))

    def of(*steps: LineageStep) -> Resource:
        return model_lineage(noted_as, *steps, model="777")

    assert (said(of(train, upload)).status, said(of(train, upload)).path[0]) == (PASS, train.execution)
    assert said(of(step("804", (), (noted_as,)))).status is PASS  # such as AutoML, which makes a version at once
    assert said().status is FAIL
    assert said(of(upload)).status is FAIL
    assert said(of(step("801", (), (files,), type="system.ImporterExecution"), upload)).status is FAIL
    assert said(of(step("802", (), (files,), state="FAILED"), upload)).status is FAIL


def test_a_process_in_googles_data_lineage_made_it_unless_it_only_registered_or_copied_what_was_there() -> None:
    folder = f"{BUCKET}/scorer"
    made_it = process("train", ("gs://claims/clean",), folder)

    found = said(data_lineage(made_it, model="777"))
    assert (found.status, found.path[0]) == (PASS, made_it.process)
    assert said(data_lineage(process("touch", (folder,), folder), model="777")).status is FAIL
    assert said(data_lineage(process("other", (folder,), "gs://b/copy"), model="777")).status is FAIL


def test_lineage_of_vertex_ai_that_was_not_asked_for_is_not_missed() -> None:
    check = registered()[0]["MLP-5222"]
    inventory = inventory_of(MODEL, SERVED, MAKER)
    inventory.listings = {key: one for key, one in inventory.listings.items() if key[0] != ModelLineage.kind}

    assert check(MODEL, InventoryView(inventory, check.needs, check.also)).status is PASS
