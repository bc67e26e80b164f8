from factories.azure import ML, data_version, deployment, job, model_version
from factories.lineage import run
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Job, OnlineDeployment

SERVED = model_version("fundus", "999", job_name="train")
SERVING = deployment(model=SERVED.id)
DATA = data_version().id
PLAIN = ("azureml://datastores/workspaceblobstore/paths/photographs/",)
ELSEWHERE = Job(id=f"{ML}/other/jobs/train", name="train", scope=SERVED.scope, data=())
LATEST = ("azureml:labels@latest",)


def case(name, expected, *others, **kept):
    return Case(name, expected, SERVED, SERVING, *others, **kept)


CASES = {
    "azure_ml_served_model_of_job_without_data": [
        case("a data asset", PASS, job("train", DATA)),
        case("an address", PASS, job("train", plain_data=PLAIN)),
        case("the latest of an asset", PASS, job("train", unclear_data=LATEST)),
        case("a command without data", FAIL, job("train", job_type="Command")),
        case("a sweep without data", FAIL, job("train", job_type="Sweep")),
        case("a pipeline, whose steps may read some", UNKNOWN, job("train", job_type="Pipeline")),
        case("a type of tomorrow", UNKNOWN, job("train", job_type="Distillation")),
        case("a type that was not read", UNKNOWN, job("train")),
        case("inputs were not read", UNKNOWN, job("train", data=UNSET, job_type="Command")),
        case("the job is gone", NOT_APPLICABLE),
        case("jobs were not read", UNKNOWN, incomplete=[Job]),
        Case("it names no job", NOT_APPLICABLE, model_version("fundus", "999", job_name=None), SERVING),
        Case("its job was not seen", UNKNOWN, model_version("fundus", "999"), SERVING),
        Case("nothing serves it", NOT_APPLICABLE, SERVED, job("train", DATA)),
        Case("deployments were not read", UNKNOWN, SERVED, job("train", DATA), incomplete=[OnlineDeployment]),
    ],
    "azure_ml_served_model_names_no_job": [
        case("a job of the workspace", PASS, job("train")),
        case("a job that was deleted", FAIL),
        case("a job of another workspace", FAIL, ELSEWHERE),
        Case("no job", FAIL, model_version("fundus", "999", job_name=None), SERVING, job("train")),
        case("jobs were not read", UNKNOWN, incomplete=[Job]),
        Case("its job was not seen", UNKNOWN, model_version("fundus", "999"), SERVING),
        case("OpenLineage events are scanned as well", NOT_APPLICABLE, job("train"), run()),
        Case("nothing serves it", NOT_APPLICABLE, SERVED, job("train")),
        Case("deployments were not read", UNKNOWN, SERVED, job("train"), incomplete=[OnlineDeployment]),
    ],
}
