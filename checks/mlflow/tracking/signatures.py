"""Whether what a version takes and gives is recorded: its signature, as far as the server has it outside of files."""

from typing import Any

import msgspec
from msgspec import UNSET

from checks.mlflow.records import tag
from checks.mlflow.registry.resources import ModelVersion, RegisteredModel
from checks.mlflow.tracking.behind import logged_model_of
from checks.mlflow.tracking.evaluated import run_of
from checks.mlflow.tracking.resources import Run
from checks.mlflow.tracking.versions import unused
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View

#: The tag in which a run notes the models that it logged.
_HISTORY = "mlflow.log-model.history"
#: What whole records of a model have. Those of newer versions are cut down, and say nothing of a signature.
_WHOLE = "mlflow_version"


@check(
    id="MLP-5115",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(RegisteredModel, Run),
    blind_to=("whether what is recorded is true",),
    recorded=True,
)
def mlflow_model_version_without_signature(version: ModelVersion, view: View) -> Verdict:
    """Model version in use was logged without a signature.

    MLflow notes in a run which models it logged. Up to some versions of MLflow 2 the note has the signature; newer ones
    keep it in the files of the model alone, which are not read, and nothing is said of these.

    ## Why it matters
    Without a signature nothing checks what a model is asked: a column that is missing, renamed or of another type gives
    a number like any other. Whoever deploys the next version cannot tell whether it takes the same.

    ## How to fix
    Log the model with a signature: `infer_signature(X, model.predict(X))` as `signature` of `log_model`, or an
    `input_example`, from which MLflow infers it.

    ## References
    - https://mlflow.org/docs/latest/ml/model/signatures/
    """
    if without := unused(version):
        return without
    run = run_of(version, view)
    if isinstance(run, Verdict):
        return run
    if run is None:
        return not_applicable("names no run that is still there", run_id=version.run_id)
    if run.pairs is UNSET or version.source is UNSET or version.model_id is UNSET:
        return unknown("Run.pairs", path=(run.id,))
    noted, path = _noted(version, run), (version.id, run.id)
    if noted is None:
        return not_applicable("its run does not note which model it logged", run_id=version.run_id)
    if isinstance(noted.get("signature"), dict):
        return passed("its run notes a signature", path=path, run_id=version.run_id)
    if _WHOLE in noted:
        return failed("its run notes the model, and no signature", path=path, run_id=version.run_id)
    return not_applicable("signatures are in the files of models there, which are not read", run_id=version.run_id)


def _noted(version: ModelVersion, run: Run) -> dict[str, Any] | None:
    """What a run notes of the model that a version is; None where it notes none, or it is not clear which."""
    try:
        noted = msgspec.json.decode(tag(run.pairs or None, _HISTORY) or "[]", type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError):
        return None
    logged, source = logged_model_of(version), (version.source or "").rstrip("/")
    mine = [one for one in noted if logged and one.get("model_id") == logged] or [
        one for one in noted if one.get("artifact_path") and source.endswith(f"/{one['artifact_path']}")
    ]
    # A model that is logged again under the same path replaces the one before.
    return mine[-1] if mine else noted[0] if len(noted) == 1 else None
