from factories.gcp import bigquery_table, data_folder, dataset, deployed, endpoint, model, pipeline, vertex_id
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.bigquery.resources import Table
from checks.gcp.storage.resources import DataFolder
from checks.gcp.vertex_ai.resources import Dataset, Endpoint, TrainingPipeline
from scanner.cards.card import Entry
from scanner.cards.sheet import Sheet
from scanner.cards.sheet_files import SHEET_NAMES, SheetFile, unread_sheet

MADE_BY = vertex_id("trainingPipelines", "600").removeprefix("//aiplatform.googleapis.com/")
SERVED = model("777", version="1", training_pipeline=MADE_BY)
SERVING = endpoint("888", deployed_models=(deployed("777"),))

PLACE = "gs://example-fraud-models/payments"
EMPTY = (SERVED, SERVING, pipeline(), dataset(description="empty"))
TWO = (*EMPTY[:3], dataset(description="empty", sources=(f"{PLACE}/2026.csv", "gs://more/2025.csv")))


def file(**said):
    return SheetFile(name="README.md", sheet=Sheet(format="huggingface", **said))


def beside(*files, place=PLACE, **fields):
    """The folder of the dataset's file, with these files."""
    return data_folder(place, *files, **fields)


SOURCE = "bq://example-fraud-prod.payments.disputes"
TABLE = (*EMPTY[:3], dataset(description="empty", sources=(SOURCE,)))
BOTH = (*EMPTY[:3], dataset(description="empty", sources=(SOURCE, f"{PLACE}/2026.csv")))
OVERVIEW = Sheet(format="dataplex", description="filled")
ASPECT = Sheet(format="dataplex", description="empty", entries={"DS-3.9": Entry(state="filled", where="sheet.consent")})
CONTACTS = Sheet(format="dataplex", description="empty", entries={"DS-7.1": Entry(state="filled", where="contacts")})
SHEET = file(description="filled")
BARE = file(description="placeholder", entries={"DS-6.4": Entry(state="filled", where="license")})
UNREAD = SheetFile(name="README.md", sheet=unread_sheet())

CASES = {
    "vertex_served_model_training_data_undescribed": [
        Case("described", PASS, SERVED, SERVING, pipeline(), dataset()),
        Case("no description", FAIL, SERVED, SERVING, pipeline(), dataset(description="empty")),
        Case("a placeholder", FAIL, SERVED, SERVING, pipeline(), dataset(description="placeholder")),
        Case("a data sheet beside its file", PASS, *EMPTY, beside(SHEET)),
        Case("a data sheet beside one of two", FAIL, *TWO, beside(SHEET)),
        Case("a data sheet beside each of two", PASS, *TWO, beside(SHEET), beside(SHEET, place="gs://more")),
        Case("a sheet, and other names are refused", PASS, *EMPTY, beside(SHEET, refused=("README.md",))),
        Case("a licence alone", FAIL, *EMPTY, beside(BARE)),
        Case("no such file", FAIL, *EMPTY, beside()),
        Case("files are refused", UNKNOWN, *EMPTY, beside(documents=UNSET, refused=SHEET_NAMES)),
        Case("one name is refused", UNKNOWN, *EMPTY, beside(BARE, refused=SHEET_NAMES[1:])),
        Case("a file that was not read", UNKNOWN, *EMPTY, beside(UNREAD)),
        Case("folders were not asked for", UNKNOWN, *EMPTY, incomplete=[DataFolder]),
        Case(
            "one has none, the other is refused",
            FAIL,
            *TWO,
            beside(),
            beside(place="gs://more", documents=UNSET, refused=SHEET_NAMES),
        ),
        Case("its table is described", PASS, *TABLE, bigquery_table()),
        Case("its table is described, and its entry was not read", PASS, *TABLE, bigquery_table(catalog=UNSET)),
        Case("its table is not described", FAIL, *TABLE, bigquery_table(description="empty")),
        Case("an overview of its table", PASS, *TABLE, bigquery_table(description="empty", catalog=OVERVIEW)),
        Case("an aspect of its table", PASS, *TABLE, bigquery_table(description="placeholder", catalog=ASPECT)),
        Case("contacts alone", FAIL, *TABLE, bigquery_table(description="empty", catalog=CONTACTS)),
        Case("its entry was not read", UNKNOWN, *TABLE, bigquery_table(description="empty", catalog=UNSET)),
        Case("what is written of its table was not read", UNKNOWN, *TABLE, bigquery_table(description=UNSET)),
        Case("its table is gone", FAIL, *TABLE),
        Case("tables were not read", UNKNOWN, *TABLE, incomplete=[Table]),
        Case("several tables at once", FAIL, *EMPTY[:3], dataset(description="empty", sources=("bq://p.d.events_*",))),
        Case("a table, and a file that nothing describes", FAIL, *BOTH, bigquery_table(), beside()),
        Case("a table and a file", PASS, *BOTH, bigquery_table(), beside(SHEET)),
        Case("it names no data", FAIL, SERVED, SERVING, pipeline(), dataset(description="empty", sources=())),
        Case(
            "its sources were not read",
            UNKNOWN,
            SERVED,
            SERVING,
            pipeline(),
            dataset(description="empty", sources=UNSET),
        ),
        Case("described, and its sources were not read", PASS, SERVED, SERVING, pipeline(), dataset(sources=UNSET)),
        Case("the dataset is gone", FAIL, SERVED, SERVING, pipeline()),
        Case("a description that was not read", UNKNOWN, SERVED, SERVING, pipeline(), dataset(description=UNSET)),
        Case("datasets were not read", UNKNOWN, SERVED, SERVING, pipeline(), incomplete=[Dataset]),
        Case("no dataset of Vertex AI", NOT_APPLICABLE, SERVED, SERVING, pipeline(dataset=None)),
        Case("its dataset was not read", UNKNOWN, SERVED, SERVING, pipeline(dataset=UNSET)),
        Case("the pipeline is gone", NOT_APPLICABLE, SERVED, SERVING),
        Case("pipelines were not read", UNKNOWN, SERVED, SERVING, incomplete=[TrainingPipeline]),
        Case("no pipeline", NOT_APPLICABLE, model("777", version="1", training_pipeline=None), SERVING),
        Case("its pipeline was not seen", UNKNOWN, model("777", version="1"), SERVING, pipeline(), dataset()),
        Case("another version serves", NOT_APPLICABLE, SERVED, endpoint("888", deployed_models=()), pipeline()),
        Case("endpoints were not read", UNKNOWN, SERVED, SERVING, pipeline(), dataset(), incomplete=[Endpoint]),
    ]
}
