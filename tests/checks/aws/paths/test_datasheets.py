from factories.aws import (
    config,
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
from checks.aws.sagemaker.resources import Channel, DataSource, Endpoint, FeatureGroup, S3DataSource, TrainingJob

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
