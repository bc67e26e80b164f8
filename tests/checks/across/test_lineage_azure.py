"""Cases of the check that joins lineage to Azure: who may be let in to training data."""

from __future__ import annotations

from factories.azure import storage, workspace
from factories.lineage import data, data_set, run
from factories.lineage import training as trained
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.storage.resources import StorageAccount
from checks.lineage.openlineage.resources import LineageRun

PLACE = "abfss://claims@claimsdata.dfs.core.windows.net"
DATA = data_set("train.csv", PLACE)
USED = trained(inputs=(data("train.csv", PLACE, role="training"),))
CLOSED, OPEN = (storage("claimsdata", allow_blob_public_access=allowed) for allowed in (False, True))
CASES = {
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
