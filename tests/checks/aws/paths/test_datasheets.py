from factories.aws import (
    config,
    data_folder,
    endpoint,
    feature_group,
    from_package,
    job,
    packaged,
    packed,
    s3_source,
    served_from,
    single,
    table,
)
from factories.aws import variant as runs
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.glue.resources import Table
from checks.aws.s3.resources import DataFolder
from checks.aws.sagemaker.resources import Channel, DataSource, Endpoint, FeatureGroup, S3DataSource, TrainingJob
from scanner.cards.card import Entry
from scanner.cards.sheet import Sheet
from scanner.cards.sheet_files import SHEET_NAMES, SheetFile, unread_sheet

ARTIFACT = "s3://northwind-example-models/sentiment/nightly/output/model.tar.gz"
TICKETS, LABELS = "s3://northwind-example-data/tickets/", "s3://northwind-example-data/labels/"
MODEL = served_from(ARTIFACT)
SERVES = (
    config(variants=(runs(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)
OTHER = Case("a served model of which no job is known", NOT_APPLICABLE, MODEL, *SERVES)


def trained(*uris: str, **fields):
    channels = tuple(Channel(channel_name=uri, data_source=s3_source(uri)) for uri in uris)
    return job(**{"artifact": ARTIFACT, "inputs": channels, **fields})


def case(name, expected, *others, **kept):
    return Case(name, expected, MODEL, *SERVES, *others, **kept)


LISTED = DataSource(s3_data_source=S3DataSource(s3_uri=f"{TICKETS}all.manifest", s3_data_type="ManifestFile"))


def group(place=TICKETS, **fields):
    return feature_group(offline=place, **{"description": "filled", **fields})


def file(**said):
    return SheetFile(name="croissant.json", sheet=Sheet(format="croissant", **said))


def beside(*files, place=TICKETS, **fields):
    """The folder of training data, with these files."""
    return data_folder(place.rstrip("/"), *files, **fields)


SHEET = file(entries={"DS-3.2": Entry(state="filled", where="rai:dataCollection")})
BARE = file(entries={id: Entry(state="filled") for id in ("DS-1.2", "DS-2.4", "DS-6.2", "DS-6.4")})
UNREAD = SheetFile(name="croissant.json", sheet=unread_sheet())

PACKAGED = single(from_package("sentiment/3"))

CASES = {
    "sagemaker_served_model_training_data_undescribed": [
        OTHER,
        case("described", PASS, trained(TICKETS), table()),
        case("a table over the folder above", PASS, trained(TICKETS), table("s3a://northwind-example-data")),
        case("one table for each", PASS, trained(TICKETS, LABELS), table(), table(LABELS, "support.labels")),
        case("one of two describes it", PASS, trained(TICKETS), table(), table(name="a.b", description="empty")),
        case("only one of both", FAIL, trained(TICKETS, LABELS), table()),
        case("no table", FAIL, trained(TICKETS)),
        case("a table over a part of it", FAIL, trained(TICKETS), table(f"{TICKETS}2026/")),
        case("a table over what is called alike", FAIL, trained(TICKETS), table("s3://northwind-example-data/tick")),
        case("no description", FAIL, trained(TICKETS), table(description="empty")),
        case("a placeholder", FAIL, trained(TICKETS), table(description="placeholder")),
        case("a description that was not read", UNKNOWN, trained(TICKETS), table(description=UNSET)),
        case("a location that was not read", UNKNOWN, trained(TICKETS), table(UNSET)),
        case("tables were not read", UNKNOWN, trained(TICKETS), table(), incomplete=[Table]),
        case("a table, and groups were not read", PASS, trained(TICKETS), table(), incomplete=[FeatureGroup]),
        case("no table, and groups were not read", UNKNOWN, trained(TICKETS), incomplete=[FeatureGroup]),
        case("a feature group", PASS, trained(TICKETS), group()),
        case("records of a part of the group", PASS, trained(f"{TICKETS}2026/11/"), group()),
        case("a group beside an empty table", PASS, trained(TICKETS), table(description="empty"), group()),
        case("a table of one, a group of the other", PASS, trained(TICKETS, LABELS), table(), group(LABELS)),
        case("a group that nobody describes", FAIL, trained(TICKETS), group(description="empty")),
        case("a group with records elsewhere", FAIL, trained(TICKETS), group(LABELS)),
        case("a group without an offline store", FAIL, trained(TICKETS), group("", offline_storage=None)),
        case("a group that was not read", UNKNOWN, trained(TICKETS), feature_group()),
        case("a group whose description was not read", UNKNOWN, trained(TICKETS), group(description=UNSET)),
        case("inputs were not read", UNKNOWN, trained(inputs=UNSET), table()),
        case("a list of what it reads", UNKNOWN, trained(inputs=(Channel(data_source=LISTED),)), table()),
        case("it reads a file system", NOT_APPLICABLE, trained(inputs=(Channel(data_source=DataSource()),))),
        case("another job", NOT_APPLICABLE, trained(TICKETS, artifact="s3://northwind-example-models/other.tar.gz")),
        case("an artifact that was not read", UNKNOWN, trained(TICKETS, artifact=UNSET), table()),
        case("jobs were not read", UNKNOWN, incomplete=[TrainingJob]),
        case("endpoints were not all read", UNKNOWN, trained(TICKETS), table(), incomplete=[Endpoint]),
        case("a data sheet beside it", PASS, trained(TICKETS), beside(SHEET)),
        case("a data sheet beside an empty table", PASS, trained(TICKETS), table(description="empty"), beside(SHEET)),
        case(
            "a table of one, a sheet of the other", PASS, trained(TICKETS, LABELS), table(), beside(SHEET, place=LABELS)
        ),
        case("a sheet of one alone", FAIL, trained(TICKETS, LABELS), beside(SHEET)),
        case("a sheet, and groups were not read", UNKNOWN, trained(TICKETS), beside(SHEET), incomplete=[FeatureGroup]),
        case("a sheet, and tables were not read", UNKNOWN, trained(TICKETS), beside(SHEET), incomplete=[Table]),
        case("a sheet, and other names are refused", PASS, trained(TICKETS), beside(SHEET, refused=("README.md",))),
        case("a sheet above the folder of a part", PASS, trained(f"{TICKETS}train/"), beside(SHEET)),
        case(
            "a sheet above, and the part is refused",
            UNKNOWN,
            trained(f"{TICKETS}train/"),
            beside(SHEET),
            beside(place=f"{TICKETS}train", documents=UNSET, refused=SHEET_NAMES),
        ),
        case("a sheet above a folder of its own", FAIL, trained(f"{TICKETS}2026/"), beside(SHEET)),
        case("a sheet beside a file", PASS, trained(f"{TICKETS}all.csv"), beside(SHEET)),
        case("a licence and fields alone", FAIL, trained(TICKETS), beside(BARE)),
        case("a template", FAIL, trained(TICKETS), beside(file(description="placeholder"))),
        case("a file that is no sheet", FAIL, trained(TICKETS), beside(file(problem="it is no JSON"))),
        case("no such file", FAIL, trained(TICKETS), beside()),
        case("files are refused", UNKNOWN, trained(TICKETS), beside(documents=UNSET, refused=SHEET_NAMES)),
        case("one name is refused", UNKNOWN, trained(TICKETS), beside(refused=SHEET_NAMES[1:])),
        case("a file that was not read", UNKNOWN, trained(TICKETS), beside(UNREAD)),
        case("folders were not asked for", UNKNOWN, trained(TICKETS), incomplete=[DataFolder]),
        case(
            "one has none, the other is refused",
            FAIL,
            trained(TICKETS, LABELS),
            beside(),
            beside(place=LABELS, documents=UNSET, refused=SHEET_NAMES),
        ),
        Case("nothing serves it", NOT_APPLICABLE, MODEL, trained(TICKETS), table()),
        Case("endpoints were not read", UNKNOWN, MODEL, trained(TICKETS), table(), incomplete=[Endpoint]),
        Case(
            "its package has the artifact",
            PASS,
            PACKAGED,
            *SERVES,
            packaged(packed(model_data_url=ARTIFACT)),
            trained(TICKETS),
            table(),
        ),
        Case("its package was not read", UNKNOWN, PACKAGED, *SERVES, trained(TICKETS), table()),
    ]
}
