from factories.aws import (
    ALL_BLOCKED,
    IMAGE,
    bucket,
    chain,
    component,
    component_from,
    container,
    foreign,
    from_package,
    grant,
    listed_by_sibling,
    model,
    of_sibling,
    ours,
    package,
    packaged,
    packed,
    s3_source,
    seen_from_here,
    served_from,
    single,
    specified,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import ComponentContainer, SourceAlgorithm

URI = "s3://northwind-example-models/sentiment/model.tar.gz"
OPEN = {
    "public_access_block": None,
    "account_public_access_block": None,
    "policy_is_public": True,
    "grants": (grant("global/AllUsers"),),
}
CLOSED = {**OPEN, "policy_is_public": None, "grants": ()}
PACKAGE = from_package()
TWO = (container(IMAGE, model_data_url=URI), PACKAGE)
FROM_ALGORITHM = package(inference_specification=None, source_algorithms=(SourceAlgorithm(model_data_url=URI),))


CASES = {
    "sagemaker_model_artifact_bucket_public": [
        Case("closed", PASS, served_from(URI), ours(**CLOSED)),
        Case("open", FAIL, served_from(URI), ours(**OPEN)),
        Case("open, but blocked", PASS, served_from(URI), ours(**{**OPEN, "public_access_block": ALL_BLOCKED})),
        Case(
            "open, blocked by the account",
            PASS,
            served_from(URI),
            ours(**{**OPEN, "account_public_access_block": ALL_BLOCKED}),
        ),
        Case(
            "one of a chain",
            FAIL,
            chain(container(IMAGE), container(IMAGE, model_data_source=s3_source(URI))),
            ours(**OPEN),
        ),
        Case(
            "another account's bucket", NOT_APPLICABLE, served_from("s3://fabrikam-example-weights/m.tar.gz"), foreign()
        ),
        Case("no artifact", NOT_APPLICABLE, single(container(IMAGE))),
        Case("the artifact of a package", PASS, single(PACKAGE), packaged(packed(model_data_url=URI)), ours(**CLOSED)),
        Case("open, of a package", FAIL, single(PACKAGE), packaged(packed(model_data_url=URI)), ours(**OPEN)),
        Case("open, of the package's algorithm", FAIL, single(PACKAGE), FROM_ALGORITHM, ours(**OPEN)),
        Case("a package without artifact", NOT_APPLICABLE, single(PACKAGE), packaged(packed())),
        Case("the package was not described", UNKNOWN, single(PACKAGE), package()),
        Case("the package does not exist any more", UNKNOWN, single(PACKAGE)),
        Case("open, of another account of the scan", FAIL, served_from(URI), of_sibling(**OPEN), seen_from_here()),
        Case(
            "another account of the scan has it, and nothing says how open it is",
            UNKNOWN,
            served_from(URI),
            listed_by_sibling(),
            seen_from_here(),
        ),
        Case("one of a chain comes from a model package", UNKNOWN, chain(*TWO), ours(**CLOSED)),
        Case("whose it is was not observed", UNKNOWN, served_from(URI), bucket(**OPEN)),
        Case("its ACL was denied", UNKNOWN, served_from(URI), ours(public_access_block=None, policy_is_public=True)),
        Case("buckets were not read", UNKNOWN, served_from(URI), incomplete=[Bucket]),
        Case("describe was denied", UNKNOWN, model()),
    ],
    "sagemaker_component_artifact_bucket_public": [
        Case("closed", PASS, component_from(URI), ours(**CLOSED)),
        Case("open", FAIL, component_from(URI), ours(**OPEN)),
        Case("open, and it goes", NOT_APPLICABLE, component_from(URI, status="Deleting"), ours(**OPEN)),
        Case(
            "open, by a variable",
            FAIL,
            specified(ComponentContainer(environment={"HF_MODEL_ID": URI})),
            ours(**OPEN),
        ),
        Case("a model, which is judged by itself", NOT_APPLICABLE, specified(model_name="sentiment")),
        Case("its ACL was denied", UNKNOWN, component_from(URI), ours(public_access_block=None, policy_is_public=True)),
        Case("describe was denied", UNKNOWN, component()),
    ],
}
