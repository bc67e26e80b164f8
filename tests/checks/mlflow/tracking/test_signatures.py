"""Cases of the check that asks for signatures of registered versions in use."""

from __future__ import annotations

import json
from typing import Any

from factories.mlflow import MODEL, run, used, version
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.mlflow.records import Pair
from checks.mlflow.tracking.resources import Run

SIGNATURE = {"inputs": '[{"name": "amount", "type": "double"}]', "outputs": None, "params": None}
OF_2 = {"model_id": None, "source": "s3://northwind-example-models/mlflow/2/f07/artifacts/model"}


def noted(path: str = "model", *, signature: Any = None, whole: bool = True, **fields: Any) -> dict[str, Any]:
    """What a run notes of a model that it logged."""
    said = {"artifact_path": path, "flavors": {"sklearn": {}}, **fields}
    return said | ({"mlflow_version": "2.9.2"} if whole else {}) | ({"signature": signature} if signature else {})


def notes(*models: dict[str, Any]) -> Run:
    return run(pairs=(Pair(key="mlflow.log-model.history", value=json.dumps(models)),))


OTHER = noted("other")
CASES = {
    "mlflow_model_version_without_signature": [
        Case("with one", PASS, used(**OF_2), notes(noted(signature=SIGNATURE))),
        Case("of the logged model", PASS, used(), notes(OTHER, noted("x", signature=SIGNATURE, model_id=MODEL))),
        Case("logged again, with one", PASS, used(**OF_2), notes(noted(), noted(signature=SIGNATURE))),
        Case("beside another, by its path", PASS, used(**OF_2), notes(OTHER, noted(signature=SIGNATURE))),
        Case("without", FAIL, used(**OF_2), notes(noted())),
        Case("only another has one", FAIL, used(**OF_2), notes(noted("other", signature=SIGNATURE), noted())),
        Case("by its stage", FAIL, used(aliases=(), stage="Production", **OF_2), notes(noted())),
        Case("newer MLflow, which does not say", NOT_APPLICABLE, used(), notes(noted(whole=False))),
        Case("which of two is not clear", NOT_APPLICABLE, used(), notes(noted("a"), noted("b"))),
        Case("nothing is noted", NOT_APPLICABLE, used(), run(pairs=())),
        Case("the note is no JSON", NOT_APPLICABLE, used(),
             run(pairs=(Pair(key="mlflow.log-model.history", value="[{"),))),
        Case("its run is gone", NOT_APPLICABLE, used()),
        Case("made by no run", NOT_APPLICABLE, used(run_id=None)),
        Case("its run was not read", UNKNOWN, used(), incomplete=(Run,)),
        Case("tags were not seen", UNKNOWN, used(), run()),
        Case("its source was not seen", UNKNOWN, used(source=UNSET), notes(noted())),
        Case("set aside", NOT_APPLICABLE, version(aliases=(), stage="Archived")),
        Case("nobody saw whether it is in use", UNKNOWN, version(stage="None")),
    ]
}  # fmt: skip
