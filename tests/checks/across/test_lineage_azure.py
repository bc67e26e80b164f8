"""Cases of the checks that join lineage to Azure: who may be let in to training data, and who made what is served."""

from __future__ import annotations

from factories.azure import deployment, job, model_version, storage, workspace
from factories.lineage import data, data_set, run
from factories.lineage import training as trained
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Job, OnlineDeployment
from checks.azure.storage.resources import StorageAccount
from checks.lineage.openlineage.resources import LineageRun

PLACE = "abfss://claims@claimsdata.dfs.core.windows.net"
DATA = data_set("train.csv", PLACE)
USED = trained(inputs=(data("train.csv", PLACE, role="training"),))
CLOSED, OPEN = (storage("claimsdata", allow_blob_public_access=allowed) for allowed in (False, True))
STORE = "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/blobs/paths"
MADE_BY = {"job_name": "train", "model_uri": f"{STORE}/fundus/9"}
VERSION = model_version("fundus", "999", **MADE_BY)
UPLOADED = model_version("fundus", "999", **{**MADE_BY, "job_name": None})
SERVING = deployment(model=VERSION.id)


def wrote(name: str = "fundus/9") -> LineageRun:
    """A run that wrote something into the datastore."""
    return run(outputs=(data(f"{STORE}/{name}".removeprefix("azureml://"), "azureml"),))


CASES = {
    "azure_ml_serves_model_that_no_recorded_job_made": [
        Case("a job of the workspace", PASS, VERSION, SERVING, job()),
        Case("a run", PASS, UPLOADED, SERVING, wrote()),
        Case("its job is gone, and a run made it", PASS, VERSION, SERVING, wrote()),
        Case("its job is gone", FAIL, VERSION, SERVING, wrote("other/9")),
        Case("nobody", FAIL, UPLOADED, SERVING, job(), wrote("other/9")),
        Case("a run wrote what it lies in", UNKNOWN, UPLOADED, SERVING, wrote("fundus")),
        Case("not all runs were read", UNKNOWN, UPLOADED, SERVING, incomplete=(LineageRun,)),
        Case("jobs were not read", UNKNOWN, VERSION, SERVING, incomplete=(Job,)),
        Case("it is served by nothing", NOT_APPLICABLE, VERSION, job()),
        Case("deployments were not read", UNKNOWN, VERSION, SERVING, job(), incomplete=(OnlineDeployment,)),
        Case("its place was not seen", UNKNOWN, model_version("fundus", "999", job_name=None), SERVING, wrote()),
    ],
    "lineage_training_data_in_azure_storage_open_to_all": [
        Case("disallowed", PASS, DATA, USED, CLOSED),
        Case("allowed", FAIL, DATA, USED, OPEN),
        Case("by its address for blobs", FAIL, data_set("claims/train.csv", "https://claimsdata.blob.core.windows.net"),
             USED, OPEN),
        Case("it is not there any more", NOT_APPLICABLE, DATA, USED, storage("claimsdata", exists=False)),
        Case("nobody read what it allows", UNKNOWN, DATA, USED, storage("claimsdata")),
        Case("not all accounts were read", UNKNOWN, DATA, USED, incomplete=(StorageAccount,)),
        Case("not all runs were read", UNKNOWN, DATA, USED, OPEN, incomplete=(LineageRun,)),
        Case("no workspace names it", NOT_APPLICABLE, DATA, USED, workspace(), storage("other")),
        Case("it trains nothing", NOT_APPLICABLE, DATA, run(inputs=(data("train.csv", PLACE),)), OPEN),
        Case("it lies elsewhere", NOT_APPLICABLE, data_set("x", "s3://b"), USED, OPEN),
    ],
}  # fmt: skip
