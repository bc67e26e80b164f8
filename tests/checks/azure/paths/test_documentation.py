from datetime import UTC, datetime
from typing import Any

from factories.azure import deployment, model_folder, model_version
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, NOW, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import ModelVersion, OnlineDeployment
from checks.azure.storage.resources import ModelFolder
from scanner.cards.card import Card, Entry, Measure
from scanner.cards.card_files import NAMES, TOO_LARGE, Document, unread_because
from scanner.cards.card_items import TITLES


def card(state: str) -> Card:
    return Card(
        format="azure-ml",
        entries={"MC-2.1": Entry(state=state, where="description")},
        measures=(Measure(name="auc", value=0.9),),
    )


PLACED: dict[str, Any] = {"model_uri": "azureml://datastores/models/paths/fundus/a", "model_type": "mlflow_model"}
FOLDER = "datastores/models/paths/fundus/a"


def version(state: str | None = "filled", **fields: Any) -> ModelVersion:
    return model_version("fundus", "999", **({"card": card(state)} if state else {}), **{**PLACED, **fields})


#: as deployments spell it: not in lower case
NAMED = model_version("fundus", "999").id.replace("resourcegroups", "resourceGroups")
SERVING = deployment(model=NAMED)
BY_CLI = deployment(model=f"azureml:{NAMED}")
IDLE = deployment(model=NAMED, provisioning_state="Deleting")
BROKEN = deployment("green", model=NAMED, provisioning_state="Failed")
NEVER = deployment(model=NAMED, provisioning_state="Failed", created_at=NOW, last_modified_at=NOW)
FROM_REGISTRY = deployment(model="azureml://registries/public-example/models/fundus/versions/999")
UNSEEN, STATELESS = deployment(), deployment(model=NAMED, provisioning_state=UNSET)
DATED: dict[str, Any] = {"create_time": datetime(2026, 10, 2, tzinfo=UTC)}
STATED = ("MC-1.2", "MC-1.3")
WHOLE = Card(
    format="azure-ml",
    entries={id: Entry(state="filled", where="description") for id in TITLES if id not in STATED},
)
FULL = model_version("fundus", "999", card=WHOLE, **PLACED, **DATED)
EMPTY, EMPTY_DATED = version("empty"), version("empty", **DATED)
README = model_folder(FOLDER, Document(name="README.md", card=WHOLE))
TEMPLATE = Document(name="README.md", card=card("placeholder"))
DENIED = model_folder(FOLDER, documents=UNSET, refused=NAMES)
UNREAD = model_folder(FOLDER, Document(name="README.md", card=unread_because(TOO_LARGE)))
CASES = {
    "azure_ml_served_model_undescribed": [
        Case("described", PASS, version(), SERVING),
        Case("as the CLI names it", PASS, version(), BY_CLI),
        Case("another deployment takes one from a registry", PASS, version(), SERVING, deployment("green", model=None)),
        Case("a placeholder", FAIL, version("placeholder"), SERVING),
        Case("nothing", FAIL, EMPTY, SERVING),
        Case("a document beside its artifact", PASS, EMPTY, SERVING, README),
        Case("a document, and other names are refused", PASS, EMPTY, SERVING,
             model_folder(FOLDER, *README.documents, refused=NAMES[1:])),
        Case("a template beside its artifact", FAIL, EMPTY, SERVING, model_folder(FOLDER, TEMPLATE)),
        Case("no document is there", FAIL, EMPTY, SERVING, model_folder(FOLDER)),
        Case("a document of another folder", FAIL, EMPTY, SERVING,
             model_folder("datastores/models/paths/fundus", *README.documents)),
        Case("a document of a folder that another model is in", FAIL, EMPTY, SERVING, README,
             model_version("cornea", "1", **PLACED)),
        Case("two versions of a model in one folder", PASS, EMPTY, SERVING, README,
             model_version("fundus", "998", **PLACED)),
        Case("it is a file, and the document lies beside it", PASS,
             version("empty", model_uri=f"{PLACED['model_uri']}/net.pt", model_type="custom_model"), SERVING, README),
        Case("a template, and other names are refused", UNKNOWN, EMPTY, SERVING,
             model_folder(FOLDER, TEMPLATE, refused=NAMES[1:])),
        Case("documents are denied", UNKNOWN, EMPTY, SERVING, DENIED),
        Case("a document that was not read", UNKNOWN, EMPTY, SERVING, UNREAD),
        Case("not all folders were asked for", UNKNOWN, EMPTY, SERVING, incomplete=[ModelFolder]),
        Case("not all versions were seen", UNKNOWN, EMPTY, SERVING, README, incomplete=[ModelVersion]),
        Case("where its files are was not seen", UNKNOWN, version("empty", model_uri=UNSET), SERVING),
        Case("its files are in a registry", UNKNOWN,
             version("empty", model_uri="azureml://registries/example/models/fundus/versions/9"), SERVING),
        Case("its deployment is being deleted", NOT_APPLICABLE, version(), IDLE),
        Case("its deployment failed", UNKNOWN, version(), BROKEN),
        Case("its deployment was never made", NOT_APPLICABLE, version(), NEVER),
        Case("another deployment failed", PASS, version(), SERVING, BROKEN),
        Case("another model serves", NOT_APPLICABLE, version(), FROM_REGISTRY),
        Case("what is deployed was not seen", UNKNOWN, version(), SERVING, UNSEEN),
        Case("whether it runs was not seen", UNKNOWN, version(), STATELESS),
        Case("deployments were not listed", UNKNOWN, version(), SERVING, incomplete=[OnlineDeployment]),
        Case("its descriptions were not seen", UNKNOWN, version(None), SERVING),
    ],
    "azure_ml_served_model_card_incomplete": [
        Case("all 30 items", PASS, FULL, SERVING),
        Case("a description alone", FAIL, version(**DATED), SERVING),
        Case("no date", FAIL, model_version("fundus", "999", card=WHOLE, create_time=None, **PLACED), SERVING),
        Case("nothing describes it", NOT_APPLICABLE, version("placeholder", **DATED), SERVING),
        Case("a document that is full", PASS, EMPTY_DATED, SERVING, README),
        Case("a fuller document", PASS, version(**DATED), SERVING, README),
        Case("a document that is not full", FAIL, EMPTY_DATED, SERVING,
             model_folder(FOLDER, Document(name="README.md", card=card("filled")))),
        Case("a document may be full", UNKNOWN, version(**DATED), SERVING, DENIED),
        Case("nothing but a document that is denied", UNKNOWN, EMPTY_DATED, SERVING, DENIED),
        Case("nothing serves", NOT_APPLICABLE, FULL),
        Case("its date was not seen", UNKNOWN, model_version("fundus", "999", card=WHOLE, **PLACED), SERVING),
        Case("deployments were not listed", UNKNOWN, FULL, SERVING, incomplete=[OnlineDeployment]),
    ],
}  # fmt: skip
