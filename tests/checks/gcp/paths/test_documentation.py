from datetime import UTC, datetime
from typing import Any

from factories.gcp import deployed, endpoint, evaluation, model, model_folder
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import ModelFolder
from checks.gcp.vertex_ai.cards import described
from checks.gcp.vertex_ai.resources import Endpoint, Model, ModelEvaluation
from scanner.cards.card import Card, Entry, Measure
from scanner.cards.card_files import NAMES, TOO_LARGE, Document, unread_because
from scanner.cards.card_items import TITLES

ARTIFACT = "gs://northwind-example-models/scores/v314/"


def card(state: str) -> Card:
    return Card(
        format="vertex",
        entries={"MC-2.1": Entry(state=state, where="description")},
        measures=(Measure(name="auc", value=0.9),),
    )


def version(state: str | None) -> Model:
    """Version 1 of a model whose number is in nothing else."""
    return model("777", version="1", artifact_uri=ARTIFACT, **({"card": card(state)} if state else {}))


def serving(**fields: Any) -> Endpoint:
    return endpoint("888", deployed_models=(deployed("777", **fields),))


WITH_VERSION = endpoint("888", deployed_models=(deployed("777@1", model_version_id=None),))
EMPTY = model("777", version="1", card=Card(format="vertex", entries={}), artifact_uri=ARTIFACT)
#: What Vertex AI itself states: date, version, and results as far as there are any.
STATED = ("MC-1.2", "MC-1.3", "MC-4.1", "MC-7.1", "MC-7.2")
WHOLE = Card(
    format="vertex",
    entries={id: Entry(state="filled", where="description") for id in TITLES if id not in STATED},
)
DATED: dict[str, Any] = {"version": "1", "artifact_uri": ARTIFACT, "create_time": datetime(2026, 11, 9, tzinfo=UTC)}
EMPTY_DATED = model("777", card=Card(format="vertex", entries={}), **DATED)
FULL = model("777", card=WHOLE, **DATED)
BY_GROUP = evaluation("777@1", "999", groups=(("region",), ("age", "region")))
FOLDER = "gs://northwind-example-models/scores/v314"
README = model_folder(FOLDER, Document(name="README.md", card=WHOLE))
TEMPLATE = Document(name="README.md", card=Card(entries={"MC-2.1": Entry(state="placeholder")}))
DENIED = model_folder(FOLDER, documents=UNSET, refused=NAMES)
UNREAD = model_folder(FOLDER, Document(name="README.md", card=unread_because(TOO_LARGE)))
CASES = {
    "vertex_served_model_card_incomplete": [
        Case("all 30 items", PASS, FULL, serving(), BY_GROUP),
        Case("nobody evaluated it", FAIL, FULL, serving()),
        Case("no groups", FAIL, FULL, serving(), evaluation("777@1", "999", groups=())),
        Case("a description alone", FAIL, model("777", card=card("filled"), **DATED), serving(), BY_GROUP),
        Case("nothing describes it", NOT_APPLICABLE, model("777", card=card("placeholder"), **DATED), serving()),
        Case("a document that is full", PASS, EMPTY_DATED, serving(), BY_GROUP, README),
        Case("a fuller document", PASS, model("777", card=card("filled"), **DATED), serving(), BY_GROUP, README),
        Case("a document that is not full", FAIL, EMPTY_DATED, serving(), README),
        Case("a document may be full", UNKNOWN,
             model("777", card=card("filled"), **DATED), serving(), BY_GROUP, DENIED),
        Case("nothing but a document that is denied", UNKNOWN, EMPTY_DATED, serving(), DENIED),
        Case("slices were not read", UNKNOWN, FULL, serving(), evaluation("777@1")),
        Case("evaluations were not listed", UNKNOWN, FULL, serving(), BY_GROUP, incomplete=[ModelEvaluation]),
        Case("nothing serves", NOT_APPLICABLE, FULL),
        Case("its date was not seen", UNKNOWN, model("777", version="1", card=WHOLE), serving(), BY_GROUP),
    ],
    "vertex_served_model_undescribed": [
        Case("described", PASS, version("filled"), serving()),
        Case("named with its version", PASS, version("filled"), WITH_VERSION),
        Case("a placeholder", FAIL, version("placeholder"), serving()),
        Case("nothing", FAIL, EMPTY, serving()),
        Case("a document beside its artifact", PASS, EMPTY, serving(), README),
        Case("a document, and other names are refused", PASS, EMPTY, serving(),
             model_folder(FOLDER, *README.documents, refused=NAMES[1:])),
        Case("a template beside its artifact", FAIL, EMPTY, serving(), model_folder(FOLDER, TEMPLATE)),
        Case("no document is there", FAIL, EMPTY, serving(), model_folder(FOLDER)),
        Case("a document of another folder", FAIL, EMPTY, serving(),
             model_folder("gs://northwind-example-models/scores", *README.documents)),
        Case("a template, and other names are refused", UNKNOWN, EMPTY, serving(),
             model_folder(FOLDER, TEMPLATE, refused=NAMES[1:])),
        Case("documents are denied", UNKNOWN, EMPTY, serving(), DENIED),
        Case("a document that was not read", UNKNOWN, EMPTY, serving(), UNREAD),
        Case("not all folders were asked for", UNKNOWN, EMPTY, serving(), incomplete=[ModelFolder]),
        Case("where its artifact is was not seen", UNKNOWN,
             model("777", version="1", card=Card(entries={})), serving()),
        Case("another version serves", NOT_APPLICABLE, version("filled"), serving(model_version_id="2")),
        Case("nothing serves", NOT_APPLICABLE, version("filled")),
        Case("endpoints were not read", UNKNOWN, version("filled"), serving(), incomplete=[Endpoint]),
        Case("what is deployed was not seen", UNKNOWN, version("filled"), endpoint("888")),
        Case("its descriptions were not seen", UNKNOWN, version(None), serving()),
    ],
}  # fmt: skip


def test_descriptions_and_labels_are_read_as_items() -> None:
    found = described({"description": "Scores payments.", "versionDescription": "## Contact\nml@example.org",
                       "labels": {"owner": "ml-team", "run": "7"}})  # fmt: skip

    assert isinstance(found, Card)
    assert {id: entry.where for id, entry in (found.entries or {}).items()} == {
        "MC-1.1": "tags.owner",
        "MC-1.9": "versionDescription: Contact",
        "MC-2.1": "description",
    }
    assert described({"description": 7}) is described({"labels": []}) is UNSET
