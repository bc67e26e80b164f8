from factories.aws import config, endpoint, job, s3_source, served_from
from factories.aws import variant as runs
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import Channel, DataSource, Endpoint, S3DataSource, TrainingJob

ARTIFACT = "s3://northwind-example-models/sentiment/nightly/output/model.tar.gz"
DATA, HELD_OUT = "s3://northwind-example-data/train/", "s3://northwind-example-data/held-out"
MODEL = served_from(ARTIFACT)
SERVES = (
    config(variants=(runs(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)
LISTED = DataSource(s3_data_source=S3DataSource(s3_uri=f"{DATA}all.manifest", s3_data_type="ManifestFile"))


def made(name="nightly", /, **channels):
    """A job with these channels: an address, or a source of another kind."""
    found = tuple(
        Channel(channel_name=channel, data_source=s3_source(where) if isinstance(where, str) else where)
        for channel, where in channels.items()
    )
    return job(name, artifact=ARTIFACT, inputs=found or None)


def case(name, expected, *others, **kept):
    return Case(name, expected, MODEL, *SERVES, *others, **kept)


def both(passes):
    """What all checks of the data behind a served model have in common; this job passes them."""
    return [
        case("no job is known", NOT_APPLICABLE),
        case("inputs were not read", UNKNOWN, job(artifact=ARTIFACT)),
        case("an artifact that was not read", UNKNOWN, passes, job("other", inputs=None)),
        case("jobs were not all read", UNKNOWN, passes, incomplete=[TrainingJob]),
        case("endpoints were not all read", UNKNOWN, passes, incomplete=[Endpoint]),
        Case("nothing serves it", NOT_APPLICABLE, MODEL, passes),
        Case("endpoints were not read", UNKNOWN, MODEL, passes, incomplete=[Endpoint]),
        Case(
            "containers were not read", UNKNOWN, type(MODEL)(id=MODEL.id, name=MODEL.name, scope=MODEL.scope), *SERVES
        ),
    ]


CASES = {
    "sagemaker_served_model_of_job_without_data": [
        *both(made(train=DATA)),
        case("a channel of S3", PASS, made(train=DATA)),
        case("a file system", PASS, made(train=DataSource())),
        case("what it goes on from, and data", PASS, made(model=DATA, train=DATA)),
        case("a model that is trained further, and perhaps no data", UNKNOWN, made(model=DATA)),
        case("no channel", FAIL, made()),
        case("one of two jobs that wrote there names none", FAIL, made(train=DATA), made("again")),
    ],
    "sagemaker_served_model_validated_on_training_data": [
        *both(made(train=DATA, validation=HELD_OUT)),
        case("data of its own", PASS, made(train=DATA, validation=HELD_OUT)),
        case("the same place", FAIL, made(train=DATA, validation=DATA.rstrip("/"))),
        case("the same place to test", FAIL, made(training=DATA, test=DATA)),
        case("the same manifest", FAIL, made(train=LISTED, validation=LISTED)),
        case("one of two is held out", FAIL, made(train=DATA, validation=HELD_OUT, test=DATA)),
        case("one lies in the other", UNKNOWN, made(train=DATA, validation=f"{DATA}held-out/")),
        case("keys that begin alike", UNKNOWN, made(train=DATA, validation=f"{DATA.rstrip('/')}-held-out/")),
        case("no channel for it", NOT_APPLICABLE, made(train=DATA)),
        case("another name for it", NOT_APPLICABLE, made(train=DATA, holdout=DATA)),
        case("a file system", NOT_APPLICABLE, made(train=DataSource(), validation=DataSource())),
        case("no channels", NOT_APPLICABLE, made()),
    ],
}
