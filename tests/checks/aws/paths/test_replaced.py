"""Artifacts of packages that serve: the object that was registered, and the one that lies there now."""

from datetime import UTC, datetime
from typing import Any

from factories.aws import IMAGE, artifact_object, config, endpoint, from_package, packaged, packed, single, variant
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import ArtifactObject
from checks.aws.sagemaker.resources import (
    AdditionalS3DataSource,
    DataSource,
    Endpoint,
    InferenceSpecification,
    ModelPackage,
    S3DataSource,
    SourceAlgorithm,
)

BUCKET = "s3://northwind-example-models"
ARTIFACT, SECOND, LIST = (f"{BUCKET}/sentiment/3/{name}" for name in ("model.tar.gz", "labels.json", "manifest.csv"))
WAS, NOW = "a" * 32, f"{'b' * 32}-2"
SERVES = (
    single(from_package()),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)


def of(url: str = ARTIFACT, etag: str | None = WAS, **fields: Any) -> Any:
    return packed(IMAGE, model_data_url=url, model_data_etag=etag, **fields)


def source(uri: str, etag: str | None = None, type: str = "S3Object", **fields: Any) -> DataSource:
    return DataSource(s3_data_source=S3DataSource(s3_uri=uri, etag=etag, s3_data_type=type, **fields))


PACKAGE = packaged(of())
UNCHANGED, REPLACED = artifact_object(ARTIFACT, WAS), artifact_object(ARTIFACT, NOW)
GONE = artifact_object(ARTIFACT, None, exists=False)
PREFIX = f"{BUCKET}/sentiment/3/"
FROM_ALGORITHM = (SourceAlgorithm(model_data_url=ARTIFACT, model_data_etag=WAS),)


def also_serves(name: str) -> tuple[Any, ...]:
    """Another model of the package, with a specification of its own, on an endpoint."""
    return (
        single(from_package(inference_specification_name=name), name="other"),
        config(name="other-1", variants=(variant(model_name="other"),), shadow_variants=None),
        endpoint(name="other", status="InService", endpoint_config_name="other-1"),
    )


def with_specification(*containers: Any) -> ModelPackage:
    """The package with another specification, called fast."""
    return packaged(
        of(), additional_inference_specifications=(InferenceSpecification(name="fast", containers=containers),)
    )


CASES = {
    "sagemaker_served_package_artifact_replaced": [
        Case("the object that was registered", PASS, PACKAGE, *SERVES, UNCHANGED),
        Case("with its quotes", PASS, packaged(of(etag=f'"{WAS}"')), *SERVES, UNCHANGED),
        Case("another object", FAIL, PACKAGE, *SERVES, REPLACED),
        Case("an earlier version of the object was brought back", FAIL, PACKAGE, *SERVES,
             artifact_object(ARTIFACT, NOW, last_modified=datetime(2020, 1, 1, tzinfo=UTC))),
        Case("an object that was put in parts", PASS, packaged(of(etag=NOW)), *SERVES, REPLACED),
        Case("one of two containers loads another", FAIL, packaged(of(), of(SECOND)), *SERVES, UNCHANGED,
             artifact_object(SECOND, NOW)),
        Case("another object, and one that was not seen", FAIL, packaged(of(), of(SECOND)), *SERVES, REPLACED),
        Case("an uncompressed object", FAIL, packaged(packed(IMAGE, model_data_source=source(ARTIFACT, WAS))), *SERVES,
             REPLACED),
        Case("a list of objects", FAIL, packaged(packed(IMAGE, model_data_source=source(
            PREFIX, type="S3Prefix", manifest_s3_uri=LIST, manifest_etag=WAS))), *SERVES, artifact_object(LIST, NOW)),
        Case("more model data", FAIL, packaged(of(additional_model_data_sources=(source(SECOND, WAS),))), *SERVES,
             UNCHANGED, artifact_object(SECOND, NOW)),
        Case("more data", FAIL, packaged(of(additional_s3_data_source=AdditionalS3DataSource(
            s3_uri=SECOND, s3_data_type="S3Object", etag=WAS))), *SERVES, UNCHANGED, artifact_object(SECOND, NOW)),
        Case("made with an algorithm", FAIL, packaged(source_algorithms=FROM_ALGORITHM), *SERVES, REPLACED),
        Case("the specification that a model asks for", FAIL, with_specification(of(SECOND)), *SERVES,
             *also_serves("fast"), UNCHANGED, artifact_object(SECOND, NOW)),
        Case("a specification that no model asks for", PASS, with_specification(of(SECOND)), *SERVES, UNCHANGED,
             artifact_object(SECOND, NOW)),
        Case("a specification that is not there", UNKNOWN, PACKAGE, *SERVES, *also_serves("fast"), UNCHANGED),
        Case("a prefix", NOT_APPLICABLE, packaged(packed(IMAGE, model_data_source=source(PREFIX, WAS, "S3Prefix"))),
             *SERVES),
        Case("an address that ends as a prefix", NOT_APPLICABLE, packaged(of(PREFIX)), *SERVES),
        Case("a package without an entity tag", NOT_APPLICABLE, packaged(of(etag=None)), *SERVES, REPLACED),
        Case("what AWS publishes", NOT_APPLICABLE, packaged(of("s3://jumpstart-cache-prod-eu-west-1/m/model.tar.gz")),
             *SERVES),
        Case("a directory bucket", NOT_APPLICABLE, packaged(of("s3://models--euw1-az1--x-s3/model.tar.gz")), *SERVES),
        Case("the object is gone", NOT_APPLICABLE, PACKAGE, *SERVES, GONE),
        Case("one is gone and one is another", FAIL, packaged(of(), of(SECOND)), *SERVES, GONE,
             artifact_object(SECOND, NOW)),
        Case("the object was not seen", UNKNOWN, PACKAGE, *SERVES, artifact_object(ARTIFACT, UNSET, exists=UNSET)),
        Case("objects were not listed", UNKNOWN, PACKAGE, *SERVES, incomplete=[ArtifactObject]),
        Case("its containers were not seen", UNKNOWN, packaged(inference_specification=UNSET), *SERVES, REPLACED),
        Case("its algorithms were not seen", UNKNOWN, packaged(of(), source_algorithms=UNSET), *SERVES, REPLACED),
        Case("nothing serves it", NOT_APPLICABLE, PACKAGE, SERVES[0], REPLACED),
        Case("endpoints were not read", UNKNOWN, PACKAGE, REPLACED, incomplete=[Endpoint]),
    ],
}  # fmt: skip
