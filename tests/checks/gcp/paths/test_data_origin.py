"""Cases of the check on where the data behind a served version comes from."""

from __future__ import annotations

from typing import Any

from factories.gcp import (
    binding,
    bucket,
    data_lineage,
    deployed,
    endpoint,
    granting,
    model,
    own_bucket,
    process,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.data_lineage.resources import DataLineage, DataStep
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint

BUCKET = "gs://example-fraud-models"
SERVED = endpoint("888", deployed_models=(deployed("777"),))
OPEN = granting(binding("roles/storage.objectAdmin", "allUsers"))
CLOSED = own_bucket(public_access_prevention="enforced")
TABLE = "bq://p.d.t"
CLEAN = process("clean", (TABLE,), "gs://claims/clean")
LOADED = process("load", (f"{BUCKET}/exports/1.csv",), TABLE, origin="BIGQUERY")
MODEL = model("777", version="1", artifact_uri="gs://models/scorer")


def led(*steps: DataStep, **fields: Any) -> DataLineage:
    return data_lineage(*steps, **{"model": "777", "data": (TABLE,), **fields})


CASES = {
    "vertex_served_model_data_from_public_gcs_bucket": [
        Case("what its data was made from is open", FAIL, MODEL, led(CLEAN, LOADED), OPEN, SERVED),
        Case("its data is open itself", FAIL, MODEL, led(data=(f"{BUCKET}/train.csv",)), OPEN, SERVED),
        Case("open, and more before that", FAIL, MODEL, led(LOADED, cut=5), OPEN, SERVED),
        Case("open, and not all was seen", FAIL, MODEL, led(LOADED), OPEN, SERVED, incomplete=(DataLineage,)),
        Case("open, and another bucket was not seen", FAIL, MODEL, led(LOADED, data=("gs://a-bucket/x",)), OPEN, SERVED,
             incomplete=(Bucket,)),
        Case("prevented", PASS, MODEL, led(CLEAN, LOADED), CLOSED, SERVED),
        Case("only named members", PASS, MODEL, led(LOADED), granting(), SERVED),
        Case("closed, and more before that", UNKNOWN, MODEL, led(LOADED, cut=5), CLOSED, SERVED),
        Case("closed, and not all was seen", UNKNOWN, MODEL, led(LOADED), CLOSED, SERVED, incomplete=(DataLineage,)),
        Case("nobody read who may use it", UNKNOWN, MODEL, led(LOADED), own_bucket(), SERVED),
        Case("nobody read the bucket", UNKNOWN, MODEL, led(LOADED), SERVED, incomplete=(Bucket,)),
        Case("nothing of Vertex AI names it", UNKNOWN, MODEL, led(LOADED), SERVED),
        Case("steps were not read", UNKNOWN, MODEL, led(steps=UNSET), SERVED),
        Case("data was not read", UNKNOWN, MODEL, led(LOADED, data=UNSET), OPEN, SERVED),
        Case("lineage was not read", UNKNOWN, MODEL, SERVED, incomplete=(DataLineage,)),
        Case("only its own files are there", NOT_APPLICABLE,
             model("777", version="1", artifact_uri=f"{BUCKET}/scorer"),
             led(process("register", (f"{BUCKET}/scorer/",), "gs://registry/1"), data=()), OPEN, SERVED),
        Case("another project's", UNKNOWN, MODEL, led(LOADED), bucket(exists=True, project=None), SERVED),
        Case("a bucket that is gone", NOT_APPLICABLE, MODEL, led(LOADED), bucket(exists=False, project=None), SERVED),
        Case("Google publishes it", NOT_APPLICABLE, MODEL, led(data=("gs://cloud-samples-data/x.csv",)), SERVED),
        Case("tables alone", NOT_APPLICABLE, MODEL, led(CLEAN), SERVED),
        Case("tables alone, and more before that", UNKNOWN, MODEL, led(CLEAN, cut=5), SERVED),
        Case("nothing is known of it", NOT_APPLICABLE, MODEL, SERVED),
        Case("of another model", NOT_APPLICABLE, MODEL, led(LOADED, model="1"), OPEN, SERVED),
        Case("not served", NOT_APPLICABLE, MODEL, led(LOADED), OPEN),
        Case("nobody saw all endpoints", UNKNOWN, MODEL, led(LOADED), OPEN, SERVED, incomplete=(Endpoint,)),
    ],
}  # fmt: skip
