"""Cases of the checks of what MLflow records of the versions that Azure ML serves."""

from __future__ import annotations

from typing import Any

from factories.azure import deployment, storage
from factories.mlflow import HELD_OUT, TRAINED, data, experiment, logged, metric, pairs, run, used
from msgspec.structs import replace
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.azure.machine_learning.resources import OnlineDeployment
from checks.azure.storage.resources import StorageAccount
from checks.mlflow import ids
from scanner.model.nouns import Scope

GROUP = "subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina"
WORKSPACE = f"/{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ws-retina-prod"
SERVED = deployment(model=f"{WORKSPACE}/models/retina/versions/7")
SOURCE = f"azureml://{GROUP}/workspaces/ws-retina-prod/models/retina/versions/7"
CLEAN = pairs(commit="0123456789abcdef0123456789abcdef01234567", dirty="false")
TRAINING = (data(TRAINED, "training"), data(HELD_OUT, "evaluation"))


def kept(**fields: Any) -> tuple[Any, Any]:
    """A run and a logged model, whose files only the server knows."""
    there = "mlflow-artifacts:/1/a"
    of_run = {"pairs": CLEAN, "metrics": (), "datasets": TRAINING, "artifact_location": there}
    metrics = fields.pop("recorded", (metric("recall"), metric("recall/age_band:60-69")))
    return run(**{**of_run, **fields}), logged(metrics=metrics, artifact_location=there)


def cases(wrong: dict[str, Any]) -> list[Case]:
    """What is alike in all of these checks; `wrong` makes the version lack what a check is about."""
    here = used(source=SOURCE)
    return [
        Case("recorded", PASS, here, *kept(), SERVED),
        Case("not recorded", FAIL, here, *kept(**wrong), SERVED),
        Case("another version", NOT_APPLICABLE, used(source=SOURCE.replace("/7", "/6")), *kept(), SERVED),
        Case("still being made", NOT_APPLICABLE, here, *kept(), replace(SERVED, provisioning_state="Creating")),
        Case("nobody saw all deployments", UNKNOWN, here, *kept(), incomplete=(OnlineDeployment,)),
        Case("nobody saw what it serves", UNKNOWN, here, *kept(), deployment()),
    ]


ROOT = experiment("wasbs://mlflow@stretinaprod.blob.core.windows.net/1")
CLOSED, OPEN = (storage("stretinaprod", exists=True, allow_blob_public_access=allowed) for allowed in (False, True))

CASES = {
    "azure_ml_serves_mlflow_version_from_uncommitted_code": cases({"pairs": pairs(dirty="true")}),
    "azure_ml_serves_mlflow_version_without_evaluation": cases({"recorded": ()}),
    "azure_ml_serves_mlflow_version_without_metrics_by_group": cases({"recorded": (metric("recall"),)}),
    "mlflow_artifact_root_in_azure_storage_open_to_all": [
        Case("closed", PASS, ROOT, CLOSED),
        Case("open", FAIL, ROOT, OPEN),
        Case("open, at its other endpoint", FAIL, experiment("abfss://m@stretinaprod.dfs.core.windows.net/1"), OPEN),
        Case("behind the server", NOT_APPLICABLE, experiment("mlflow-artifacts:/1"), OPEN),
        Case("in a store of the workspace", NOT_APPLICABLE, experiment("azureml://x/ExperimentRun/dcid.1"), OPEN),
        Case("no account in the address", NOT_APPLICABLE, experiment("abfss:///mlflow"), OPEN),
        Case("in an account that nothing else names", NOT_APPLICABLE, ROOT, storage("stclaimsprod", exists=True)),
        Case("the account is gone", NOT_APPLICABLE, ROOT, storage("stretinaprod", exists=False)),
        Case("nobody saw all accounts", UNKNOWN, ROOT, incomplete=(StorageAccount,)),
        Case("nobody saw what it allows", UNKNOWN, ROOT, storage("stretinaprod", exists=True)),
        Case("nobody saw where", UNKNOWN, experiment()),
    ],
}  # fmt: skip


def test_a_version_on_the_server_of_a_workspace_is_the_model_of_that_name_there() -> None:
    server = f"https://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}"
    there = Scope("mlflow", server)
    version = replace(
        used(model_id=None, source="azureml://westeurope.api.azureml.ms/x"),
        id=ids.model_version(server, "retina", "7"),
        scope=there,
    )
    made = replace(run(pairs=CLEAN, artifact_location=None), id=ids.run(server, version.run_id), scope=there)
    found = judged("azure_ml_serves_mlflow_version_from_uncommitted_code", version, made, SERVED)

    assert found.status is PASS
    assert found.message.endswith("; blue serves it, found by the registry of the workspace")
