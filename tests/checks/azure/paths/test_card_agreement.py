from typing import Any

from factories.azure import ML, deployment, job, model_folder, model_version
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Job, ModelVersion, OnlineDeployment
from checks.azure.storage.resources import ModelFolder
from scanner.cards.card import Card
from scanner.cards.card_files import NAMES, Document

FOLDER = "datastores/models/paths/fundus/a"
LONG = "azureml://subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg-retina/workspaces/retina"
ASSET = f"{ML}/retina/data/photographs/versions/4"
NAMED = model_version("fundus", "999").id
SERVING = deployment(model=NAMED)


def version(number: str = "999", card: Card | None = None, **fields: Any) -> ModelVersion:
    known = {"model_uri": f"azureml://{FOLDER}", "model_type": "mlflow_model", "job_name": "train-9"}
    return model_version("fundus", number, card=card or Card(format="azure-ml"), **{**known, **fields})


def readme(**fields: Any) -> ModelFolder:
    return model_folder(FOLDER, Document(name="README.md", card=Card(format="huggingface", **fields)))


def made_by(**fields: Any) -> Job:
    known = {"job_type": "Command", "data": (ASSET,), "plain_data": (), "unclear_data": ()}
    return job("train-9", **{**known, **fields})


PLAIN = ("azureml://datastores/raw/paths/Photographs/",)
CASES = {
    "azure_ml_model_card_of_another_model": [
        Case("its version", PASS, version(), SERVING, readme(version="999")),
        Case("its version, with a letter", PASS, version(), SERVING, readme(version=" v999")),
        Case("another version", FAIL, version(), SERVING, readme(version="998")),
        Case("a version that is no number", NOT_APPLICABLE, version(), SERVING, readme(version="1.2.0")),
        Case("a version of the registry that is no number", NOT_APPLICABLE,
             version("2026-10-02"), deployment(model=version("2026-10-02").id), readme(version="998")),
        Case("its artifact", PASS, version(), SERVING, readme(artifacts=(f"azureml://{FOLDER}/",))),
        Case("its artifact by the long name", PASS, version(), SERVING, readme(artifacts=(f"{LONG}/{FOLDER}",))),
        Case("a file of its artifact", PASS, version(), SERVING, readme(artifacts=(f"azureml://{FOLDER}/net.pt",))),
        Case("another artifact", FAIL, version(), SERVING, readme(artifacts=("azureml://datastores/models/paths/b",))),
        Case("an artifact whose name begins alike", FAIL, version(), SERVING,
             readme(artifacts=(f"azureml://{FOLDER}b",))),
        Case("an artifact in a tag", FAIL,
             version(card=Card(artifacts=("azureml://datastores/models/paths/b",))), SERVING),
        Case("an artifact elsewhere", NOT_APPLICABLE, version(), SERVING, readme(artifacts=("s3://example-models/a",))),
        Case("an output of a job, which may be the same", NOT_APPLICABLE, version(), SERVING,
             readme(artifacts=("azureml://jobs/train-9/outputs/artifacts/paths/a",))),
        Case("its data by its short name", PASS, version(), SERVING, made_by(),
             readme(training_data=("azureml:photographs:4",))),
        Case("its data by its id", PASS, version(), SERVING, made_by(), readme(training_data=(f"azureml:{ASSET}",))),
        Case("its data at an address", PASS, version(), SERVING, made_by(data=(), plain_data=PLAIN),
             readme(training_data=("azureml://datastores/raw/paths/Photographs",))),
        Case("a file of its data", PASS, version(), SERVING, made_by(data=(), plain_data=PLAIN),
             readme(training_data=("azureml://datastores/raw/paths/Photographs/1.csv",))),
        Case("other data", FAIL, version(), SERVING, made_by(), readme(training_data=("azureml:photographs:3",))),
        Case("data by a name that people use", NOT_APPLICABLE, version(), SERVING, made_by(),
             readme(training_data=("northwind-example/photographs",))),
        Case("other data, and the job reads some that is not clear", NOT_APPLICABLE, version(), SERVING,
             made_by(unclear_data=("azureml:photographs@latest",)), readme(training_data=("azureml:photographs:3",))),
        Case("other data, and a pipeline made it", NOT_APPLICABLE, version(), SERVING, made_by(job_type="Pipeline"),
             readme(training_data=("azureml:photographs:3",))),
        Case("other data, and the job is gone", NOT_APPLICABLE, version(), SERVING,
             readme(training_data=("azureml:photographs:3",))),
        Case("what the job reads was not seen", UNKNOWN, version(), SERVING, made_by(data=UNSET),
             readme(training_data=("azureml:photographs:4",))),
        Case("its version, and a digest", UNKNOWN, version(), SERVING,
             readme(version="999", digests=(f"sha256:{'a' * 64}",))),
        Case("its version, and the digest of an image", UNKNOWN, version(), SERVING,
             readme(version="999", image_digests=("a" * 64,))),
        Case("its version, and other documents are refused", UNKNOWN, version(), SERVING,
             model_folder(FOLDER, *readme(version="999").documents, refused=NAMES[1:])),
        Case("another version, and other documents are refused", FAIL, version(), SERVING,
             model_folder(FOLDER, *readme(version="998").documents, refused=NAMES[1:])),
        Case("no card", NOT_APPLICABLE, version(), SERVING),
        Case("nothing serves it", NOT_APPLICABLE, version(), readme(version="998")),
        Case("deployments were not listed", UNKNOWN, version(), SERVING, readme(version="999"),
             incomplete=[OnlineDeployment]),
        Case("its descriptions were not seen", UNKNOWN,
             model_version("fundus", "999", model_uri=None, job_name=None), SERVING),
    ],
}  # fmt: skip
