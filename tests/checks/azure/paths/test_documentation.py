from datetime import UTC, datetime
from typing import Any

from factories.azure import deployment, model_version
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, NOW, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import ModelVersion, OnlineDeployment
from scanner.cards.card import Card, Entry, Measure
from scanner.cards.card_items import TITLES


def card(state: str) -> Card:
    return Card(
        format="azure-ml",
        entries={"MC-2.1": Entry(state=state, where="description")},
        measures=(Measure(name="auc", value=0.9),),
    )


def version(state: str | None = "filled", **fields: Any) -> ModelVersion:
    return model_version("fundus", "999", **({"card": card(state)} if state else {}), **fields)


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
FULL = model_version("fundus", "999", card=WHOLE, **DATED)
CASES = {
    "azure_ml_served_model_undescribed": [
        Case("described", PASS, version(), SERVING),
        Case("as the CLI names it", PASS, version(), BY_CLI),
        Case("another deployment takes one from a registry", PASS, version(), SERVING, deployment("green", model=None)),
        Case("a placeholder", FAIL, version("placeholder"), SERVING),
        Case("nothing", FAIL, model_version("fundus", "999", card=Card(format="azure-ml", entries={})), SERVING),
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
        Case("no date", FAIL, model_version("fundus", "999", card=WHOLE, create_time=None), SERVING),
        Case("nothing describes it", NOT_APPLICABLE, version("placeholder", **DATED), SERVING),
        Case("nothing serves", NOT_APPLICABLE, FULL),
        Case("its date was not seen", UNKNOWN, model_version("fundus", "999", card=WHOLE), SERVING),
        Case("deployments were not listed", UNKNOWN, FULL, SERVING, incomplete=[OnlineDeployment]),
    ],
}
