from factories.azure import data_version, deployment, job, model_version
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import DataVersion, Job, OnlineDeployment

SERVED = model_version("fundus", "999", job_name="train")
SERVING = deployment(model=SERVED.id)
DATA = data_version().id
PLAIN = ("azureml://datastores/workspaceblobstore/paths/photographs/",)


def case(name, expected, *others, **kept):
    return Case(name, expected, SERVED, SERVING, *others, **kept)


CASES = {
    "azure_ml_served_model_training_data_undescribed": [
        case("described", PASS, job("train", DATA), data_version()),
        case("no description", FAIL, job("train", DATA), data_version(description="empty")),
        case("a placeholder", FAIL, job("train", DATA), data_version(description="placeholder")),
        case("no data asset", FAIL, job("train", plain_data=PLAIN)),
        case("one of two is no data asset", FAIL, job("train", DATA, plain_data=PLAIN), data_version()),
        case("the asset is gone", FAIL, job("train", DATA)),
        case("it cannot be told which", UNKNOWN, job("train", DATA, unclear_data=("azureml:labels@latest",)),
             data_version()),
        case("a description that was not read", UNKNOWN, job("train", DATA), data_version(description=UNSET)),
        case("assets were not read", UNKNOWN, job("train", DATA), incomplete=[DataVersion]),
        case("inputs were not read", UNKNOWN, job("train", data=UNSET), data_version()),
        case("it reads no data", NOT_APPLICABLE, job("train")),
        case("the job is gone", NOT_APPLICABLE),
        case("jobs were not read", UNKNOWN, incomplete=[Job]),
        Case("it names no job", NOT_APPLICABLE, model_version("fundus", "999", job_name=None), SERVING),
        Case("its job was not seen", UNKNOWN, model_version("fundus", "999"), SERVING),
        Case("nothing serves it", NOT_APPLICABLE, SERVED, job("train", DATA), data_version()),
        Case("deployments were not read", UNKNOWN, SERVED, job("train", DATA), data_version(),
             incomplete=[OnlineDeployment]),
    ]
}  # fmt: skip
