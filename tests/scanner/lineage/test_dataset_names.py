"""Names of data as OpenLineage and clouds spell them: which are the same, which might be."""

from __future__ import annotations

import pytest

from scanner.lineage.dataset_names import Place, Relation, above, place, place_of, relation

WASBS, ABFSS = "wasbs://raw@northwind.dfs.core.windows.net", "abfss://raw@northwind.dfs.core.windows.net"
ZONED = "abfss://raw@northwind.z12.dfs.storage.azure.net"
GLUE = "arn:aws:glue:eu-west-1:111122223333"
SAME, PERHAPS, OTHER = Relation.SAME, Relation.PERHAPS, Relation.OTHER
FULL = "azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/raw/paths/claims.csv"
VERSION = (
    "/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/W/models/m/versions/7"
)
OTHERWISE = "azureml://subscriptions/s/resourceGroups/r/workspaces/w/models/m/versions/7"
PIPELINE_DATA = "projects/p/locations/europe-west4/datasets/700"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (place("s3://claims", "/raw/x.csv"), place_of("s3a://claims/raw/x.csv"), SAME),
        (place("s3://claims", "raw"), place_of("https://claims.s3.eu-west-1.amazonaws.com/raw/"), SAME),
        (place("s3://claims/raw", "x.csv"), place_of("s3://claims/raw/x.csv"), SAME),
        (place("gs://claims", "raw"), place_of("/gcs/claims/raw"), SAME),
        (place("gs://claims", "raw"), place_of("https://storage.googleapis.com/claims/raw"), SAME),
        # One account of Azure Storage, by its two endpoints; the spec itself has wasbs at that of files.
        (place(WASBS, "x"), place_of("abfss://raw@northwind.blob.core.windows.net/x"), SAME),
        (place(ABFSS, "x"), place_of("https://northwind.blob.core.windows.net/raw/x?sv=1"), SAME),
        (place(ABFSS, "x"), place_of("https://northwind-secondary.blob.core.windows.net/raw/x"), SAME),
        (place(ABFSS, "x"), place_of("https://northwind.privatelink.dfs.core.windows.net/raw/x"), SAME),
        (place(ABFSS, "x"), place_of("abfss://raw@northwind-secondary.dfs.core.windows.net/x"), SAME),
        (place(ZONED, "x"), place_of("https://northwind.z12.blob.storage.azure.net/raw/x"), SAME),
        (place(ZONED, "x"), place(place(ZONED, "x").namespace, "x"), SAME),
        (place(ZONED, "x"), place_of("https://northwind.z13.blob.storage.azure.net/raw/x"), OTHER),
        (place(ZONED, "x"), place_of("https://northwind.blob.storage.azure.net/raw/x"), OTHER),
        (place("s3://claims", "raw/x.csv"), place_of("arn:aws:s3:::claims/raw/x.csv"), SAME),
        (place("s3://claims", "raw/x.csv"), place("arn:aws:s3:::claims", "/raw/x.csv"), SAME),
        (place("s3://claims", ""), place_of("arn:aws-cn:s3:::claims"), SAME),
        (place(GLUE, "table/claims/raw"), place_of(f"{GLUE}:table/claims/raw"), SAME),
        (place("s3://claims", "x"), place_of("arn:aws:s3:eu-west-1:111122223333:accesspoint/claims/object/x"), OTHER),
        (place("bigquery", "p.d.t"), place("bigquery://", "p:d.t"), SAME),
        (place("bigquery", "p.d.t"), place_of("bq://p.d.t"), SAME),
        (place("postgres://DB.example:5432", "d.s.t"), place("postgresql://db.example", "d.s.t"), SAME),
        (place("file", "/data/x"), place_of("file:///data/x"), SAME),
        (place("azureml", "claims:3"), place_of("azureml:claims:3"), SAME),
        (place_of(VERSION), place_of(VERSION.lower()), SAME),
        (place_of(VERSION), place_of(f"azureml:{VERSION}"), SAME),
        (place_of(VERSION), place_of(OTHERWISE), SAME),
        (place_of(VERSION), place("azureml", VERSION), SAME),
        (place_of(VERSION), place_of(VERSION.replace("versions/7", "versions/*")), PERHAPS),
        (place_of(FULL), place_of(FULL.replace("claims", "Claims")), OTHER),
        (place_of(FULL), place_of(FULL.replace("/w/", "/other/")), OTHER),
        (
            place("https://aiplatform.googleapis.com", PIPELINE_DATA),
            place_of(f"//aiplatform.googleapis.com/{PIPELINE_DATA}"),
            SAME,
        ),
        (place("an invented one", "x.y"), place("an invented one", "x.y"), SAME),
        (place("s3://claims", "raw"), place("s3://claims", "raw/2026/x.csv"), PERHAPS),
        (place("s3://claims", ""), place("s3://claims", "raw"), PERHAPS),
        (place("s3://claims", "raw/*.csv"), place("s3://claims", "raw/x.csv"), PERHAPS),
        (place("s3://claims", "raw/*.csv"), place("s3://claims", "raw/*.csv"), PERHAPS),
        (place("postgres://db", "d.S.t"), place("postgres://db", "d.s.t"), PERHAPS),
        (place("postgres://db", "d"), place("postgres://db", "d.s.t"), PERHAPS),
        (place_of("azureml://datastores/raw/paths/claims.csv"), place_of(FULL), PERHAPS),
        (place_of("azureml://datastores/raw/paths"), place_of(FULL), PERHAPS),
        (place_of("azureml://datastores/other/paths"), place_of(FULL), OTHER),
        (place("s3://claims", "raw"), place("s3://claims", "raw-2"), OTHER),
        (place("s3://claims", "Raw"), place("s3://claims", "raw"), OTHER),
        (place("s3://claims", "raw"), place("gs://claims", "raw"), OTHER),
        (place(WASBS, "x"), place(WASBS.replace("northwind", "other"), "x"), OTHER),
        (place("postgres://db:5432", "d.s.t"), place("postgres://db:5433", "d.s.t"), OTHER),
        (place("an invented one", "x"), place("another", "x"), OTHER),
    ],
)  # fmt: skip
def test_what_two_names_mean(one: Place, other: Place, expected: Relation) -> None:
    assert relation(one, other) is expected
    assert relation(other, one) is expected


def test_what_lies_above_a_place() -> None:
    assert [str(one) for one in above(place("s3://b", "x/y/z"))] == ["s3://b/x/y", "s3://b/x", "s3://b"]
    assert [str(one) for one in above(place("s3://b", "x/*/z"))] == ["s3://b/x", "s3://b"]
    assert above(place("s3://b", "")) == ()


@pytest.mark.parametrize(
    "text", ["", ":", "://", "s3:", "s3://", "arn:aws:s3:::b", "arn:", "abfss://x", "a\x00b", "https://", "\ud800"]
)
def test_no_address_is_too_odd(text: str) -> None:
    assert relation(place_of(text), place(text, text)) in Relation
    assert above(place_of(text)) is not None
