"""Cases of the check on what Vertex ML Metadata has of the data behind a served version."""

from __future__ import annotations

from typing import Any

from factories.gcp import deployed, endpoint, model, model_lineage, noted, pipeline, step
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.vertex_ai.resources import Endpoint, LineageStep, Model, ModelLineage, TrainingPipeline

SERVED = endpoint("888", deployed_models=(deployed("777"),))
PIPELINE = pipeline().id.removeprefix("//aiplatform.googleapis.com/")
FILES = noted("gs://models/scorer", "google.UnmanagedContainerModel", "files")
VERSION = noted("//aiplatform.googleapis.com/models/777@1", "google.VertexModel", "registered")
DATA, MEASURED = noted("gs://claims/train"), noted(None, "system.ClassificationMetrics")
BASE = noted("gs://models/base", "system.Model")
UPLOAD = step("803", (FILES,), (VERSION,))


def version(made_by: str | None = None) -> Model:
    return model("777", version="1", artifact_uri="gs://models/scorer", training_pipeline=made_by)


def led(*steps: LineageStep, **fields: Any) -> ModelLineage:
    return model_lineage(VERSION, UPLOAD, *steps, **{"model": "777", **fields})


def train(*reads: Any, **fields: Any) -> LineageStep:
    return step("802", reads, (FILES,), **fields)


MODEL = version()
CASES = {
    "vertex_served_model_lineage_names_no_data": [
        Case("the training read data", PASS, MODEL, led(train(DATA)), SERVED),
        Case("data of a type that nobody knows", PASS, MODEL, led(train(noted("x", "own.Claims"))), SERVED),
        Case("data without a type", PASS, MODEL, led(train(noted("gs://b/x", "system.Artifact"))), SERVED),
        Case("what was cached read data", PASS, MODEL, led(train(DATA, state="CACHED")), SERVED),
        Case("a state that nobody set", PASS, MODEL, led(train(DATA, state=None, type=None)), SERVED),
        Case("the data is known, the rest not", PASS, MODEL, led(train(DATA), cut=20), SERVED),
        Case("nothing was read", FAIL, MODEL, led(train()), SERVED),
        Case("nothing made what was uploaded", FAIL, MODEL, led(), SERVED),
        Case("a model and metrics were read", FAIL, MODEL, led(train(BASE, MEASURED)), SERVED),
        Case("what read data failed", FAIL, MODEL, led(train(DATA, state="FAILED")), SERVED),
        Case("a folder of the model is a parameter", FAIL, MODEL, led(train(addresses=("gs://models/",))), SERVED),
        Case("an address is a parameter", UNKNOWN, MODEL, led(train(addresses=("gs://claims/x",))), SERVED),
        Case("a folder with such a name is one", UNKNOWN, MODEL, led(train(addresses=("gs://models/scor",))), SERVED),
        Case("there may be more", UNKNOWN, MODEL, led(train(), cut=20), SERVED),
        Case("a pipeline read a dataset", PASS, version(PIPELINE), led(train()), pipeline(), SERVED),
        Case("a pipeline read none", FAIL, version(PIPELINE), led(train()), pipeline(dataset=None), SERVED),
        Case("the pipeline is gone", FAIL, version(PIPELINE), led(train()), SERVED),
        Case("its data was not seen", UNKNOWN, version(PIPELINE), led(train()), pipeline(dataset=UNSET), SERVED),
        Case("the pipeline was not seen", UNKNOWN, version(PIPELINE), led(), SERVED, incomplete=(TrainingPipeline,)),
        Case("there is no metadata", NOT_APPLICABLE, MODEL, SERVED),
        Case("nothing is noted of it", NOT_APPLICABLE, MODEL, led(model="1"), SERVED),
        Case("it was only imported", NOT_APPLICABLE, MODEL,
             model_lineage(FILES, step("1", (), (FILES,), type="system.ImporterExecution"), model="777"), SERVED),
        Case("its lineage was not seen", UNKNOWN, MODEL, led(steps=UNSET, cut=UNSET), SERVED),
        Case("not all was seen", UNKNOWN, MODEL, led(train()), SERVED, incomplete=(ModelLineage,)),
        Case("not all was seen, but data was", UNKNOWN, MODEL, led(train(DATA)), SERVED, incomplete=(ModelLineage,)),
        Case("not served", NOT_APPLICABLE, MODEL, led(train())),
        Case("another serves", NOT_APPLICABLE, model("777", version="2", training_pipeline=None), led(), SERVED),
        Case("nobody saw all endpoints", UNKNOWN, MODEL, led(train()), SERVED, incomplete=(Endpoint,)),
        Case("nobody saw what made it", UNKNOWN, model("777", version="1"), led(train()), SERVED),
    ],
}  # fmt: skip
