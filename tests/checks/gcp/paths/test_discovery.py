from typing import Any

from factories.gcp import dataset, discovery, trigger
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.dlp.resources import (
    BucketReference,
    BucketRegex,
    Conditions,
    DatasetFilter,
    DatasetReference,
    DatasetTarget,
    DiscoveryConfig,
    DiscoveryTarget,
    FileSet,
    JobTrigger,
    ObjectConditions,
    RegexFileSet,
    StoreCollection,
    StoreFilter,
    StoreRegex,
    StoreRegexes,
    StoreTarget,
)
from checks.gcp.vertex_ai.resources import SourceBucket

NAME = "example-payments"
PLACE = f"gs://{NAME}/2026/payments.csv"
OURS, THEIRS, GONE = (SourceBucket(name=NAME, owned=owned) for owned in (True, False, None))
TABLE = dataset(sources=(PLACE,), buckets=(OURS,))
ROWS = dataset(sources=("bq://example-fraud-prod.payments.all",), buckets=())
FOLDER, DEEP = (dataset(sources=(f"gs://{NAME}/2026/{all}",), buckets=(OURS,)) for all in ("*", "**"))
IMAGES = dataset(sources=(), buckets=())
OFF: dict[str, Any] = {"disabled": {}}
EVERY = StoreFilter(others={})


def case(name: str, expected: Any, *others: Any, of: Any = TABLE, **kept: Any) -> Case:
    return Case(name, expected, of, *others, **kept)


def stores(filter: StoreFilter = EVERY, **fields: Any) -> DiscoveryTarget:
    return DiscoveryTarget(cloud_storage_target=StoreTarget(filter=filter, **fields))


def one(bucket: str) -> StoreFilter:
    return StoreFilter(cloud_storage_resource_reference=BucketReference(bucket_name=bucket))


def like(*names: str | None, **fields: Any) -> StoreFilter:
    patterns = tuple(StoreRegex(cloud_storage_regex=BucketRegex(bucket_name_regex=name)) for name in names)
    return StoreFilter(collection=StoreCollection(include_regexes=StoreRegexes(patterns=patterns), **fields))


def datasets(number: str = "", **fields: Any) -> DiscoveryTarget:
    where = f"projects/example-fraud-prod/locations/europe-west4/datasets/{number}"
    reference = DatasetReference(dataset_resource_name=where)
    filter = DatasetFilter(vertex_dataset_resource_reference=reference) if number else DatasetFilter(others={})
    return DiscoveryTarget(vertex_dataset_target=DatasetTarget(filter=filter, **fields))


def inspects(url: str, **fields: Any) -> JobTrigger:
    return trigger(FileSet(url=url), **fields)


def objects(**fields: Any) -> Conditions:
    return Conditions(cloud_storage_conditions=ObjectConditions(**fields))


COLD = objects(included_object_attributes=("ARCHIVE",))
ALL = objects(
    included_bucket_attributes=("ALL_SUPPORTED_BUCKETS",), included_object_attributes=("ALL_SUPPORTED_OBJECTS",)
)

CASES = {
    "vertex_training_data_outside_discovery": [
        case("all buckets", PASS, discovery(stores())),
        case("all buckets with all that is in them", PASS, discovery(stores(conditions=ALL))),
        case("this bucket", PASS, discovery(stores(one(NAME)), stores(**OFF))),
        case("another bucket, and no others", FAIL, discovery(stores(one("example-other")), stores(**OFF))),
        case("this bucket is left out", FAIL, discovery(stores(one(NAME), **OFF), stores())),
        case("another bucket is left out", PASS, discovery(stores(one("example-other"), **OFF), stores())),
        case("its name among patterns", PASS, discovery(stores(like("marketing", NAME)), stores(**OFF))),
        case("a pattern that fits every name", PASS, discovery(stores(like(None)), stores(**OFF))),
        case("a name that has nothing of it", FAIL, discovery(stores(like("marketing")), stores(**OFF))),
        case("a part of its name", UNKNOWN, discovery(stores(like("payments")), stores(**OFF))),
        case("a pattern", UNKNOWN, discovery(stores(like("example-.*")), stores(**OFF))),
        case("a pattern, and all others as well", PASS, discovery(stores(like("example-.*")), stores())),
        case("a pattern, and nothing of all others", UNKNOWN, discovery(stores(like("example-.*")))),
        case("tags", UNKNOWN, discovery(stores(like(NAME, include_tags={})), stores(**OFF))),
        case("a filter of tomorrow", UNKNOWN, discovery(stores(StoreFilter()), stores(**OFF))),
        case("only buckets made later", UNKNOWN, discovery(stores(conditions=Conditions(created_after="2026-01-01")))),
        case("only some objects", UNKNOWN, discovery(stores(conditions=COLD))),
        case("paused", FAIL, discovery(stores(), status="PAUSED")),
        case("has not run yet", FAIL, discovery(stores(), last_run_time=None)),
        case("a status of tomorrow", UNKNOWN, discovery(stores(), status="STARTING")),
        case("targets that were not read", UNKNOWN, discovery(targets=UNSET)),
        case("tables of BigQuery alone", UNKNOWN, discovery(DiscoveryTarget())),
        case("the project has none", UNKNOWN),
        case("configurations were not read", UNKNOWN, discovery(stores()), incomplete=[DiscoveryConfig]),
        case("triggers were not read", UNKNOWN, discovery(stores()), incomplete=[JobTrigger]),
        # by the dataset
        case("all datasets", PASS, discovery(datasets())),
        case("this dataset", PASS, discovery(datasets("700"), datasets(**OFF))),
        case("this dataset is left out, its bucket is not", PASS, discovery(datasets("700", **OFF), stores())),
        case("dataset and bucket are left out", FAIL, discovery(datasets(**OFF), stores(**OFF))),
        case("the dataset is left out, of buckets nothing is said", FAIL, discovery(datasets(**OFF))),
        case("images, of which the dataset is looked at", PASS, discovery(datasets()), of=IMAGES),
        case("images, of which the dataset is left out", FAIL, discovery(datasets(**OFF)), of=IMAGES),
        case("images, of which nothing is said", NOT_APPLICABLE, discovery(stores()), of=IMAGES),
        case("data in BigQuery", NOT_APPLICABLE, discovery(stores()), of=ROWS),
        case("data in BigQuery, of which the dataset is looked at", PASS, discovery(datasets()), of=ROWS),
        case("data in BigQuery, of which the dataset is left out", UNKNOWN, discovery(datasets(**OFF)), of=ROWS),
        # by jobs
        case("a job on the object", PASS, inspects(PLACE)),
        case("a job on the folder", PASS, inspects(f"gs://{NAME}/2026/")),
        case("a job on the folder, with a wildcard", PASS, inspects(f"gs://{NAME}/2026/*")),
        case("a job on all of the bucket", PASS, inspects(f"gs://{NAME}/**")),
        case("a job on the folder above, not below", UNKNOWN, inspects(f"gs://{NAME}/*")),
        case("a job on the folder above, all of a folder", UNKNOWN, inspects(f"gs://{NAME}/*"), of=FOLDER),
        case("a job on the folder, all that is in it", PASS, inspects(f"gs://{NAME}/2026/"), of=FOLDER),
        case("a job on the folder, also what is further down", UNKNOWN, inspects(f"gs://{NAME}/2026/*"), of=DEEP),
        case("a job on another bucket", UNKNOWN, inspects("gs://example-other/**")),
        case("a job on another bucket, and none by discovery", FAIL, inspects("gs://example-other/**"),
             discovery(stores(**OFF))),
        case("a job on a bucket", PASS, trigger(FileSet(regex_file_set=RegexFileSet(bucket_name=NAME)))),
        case("a job on a bucket with patterns", UNKNOWN,
             trigger(FileSet(regex_file_set=RegexFileSet(bucket_name=NAME, exclude_regex=(".*csv",))))),
        case("a job that is paused", FAIL, inspects(f"gs://{NAME}/**", status="PAUSED")),
        case("a job that has not run yet", FAIL, inspects(f"gs://{NAME}/**", last_run_time=None)),
        case("a job that is paused, and discovery", PASS, inspects(f"gs://{NAME}/**", status="PAUSED"),
             discovery(stores())),
        case("a job on a table", UNKNOWN, trigger(None)),
        # whose the data is
        case("another project's bucket", UNKNOWN, discovery(stores()), of=dataset(sources=(PLACE,), buckets=(THEIRS,))),
        case("another project's bucket, and a job", PASS, inspects(PLACE),
             of=dataset(sources=(PLACE,), buckets=(THEIRS,))),
        case("the bucket is gone", NOT_APPLICABLE, discovery(stores(**OFF)),
             of=dataset(sources=(PLACE,), buckets=(GONE,))),
        case("one of two is left out", FAIL, discovery(stores(one(NAME)), stores(**OFF)),
             of=dataset(sources=(PLACE, "gs://example-more/a.csv"),
                        buckets=(SourceBucket(name="example-more", owned=True), OURS))),
        case("nobody knows whose it is", UNKNOWN, discovery(stores()), of=dataset(sources=(PLACE,))),
        case("nobody knows where its data is", UNKNOWN, discovery(stores()), of=dataset()),
    ]
}  # fmt: skip
