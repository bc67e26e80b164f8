import msgspec
from factories.aws import (
    ACCOUNT,
    IMAGE,
    OTHER_ACCOUNT,
    bucket,
    chain,
    component,
    component_from,
    container,
    foreign,
    from_package,
    listed_by_sibling,
    missing,
    model,
    of_sibling,
    ours,
    package,
    packaged,
    packed,
    seen_from_here,
    served_from,
    single,
    specified,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.packages import package_id
from checks.aws.sagemaker.resources import DataSource, InferenceSpecification, Model, S3DataSource

URI = "s3://northwind-example-models/sentiment/model.tar.gz"
RESERVED, OTHERS = (f"northwind-example-{account}-eu-west-1-an" for account in (ACCOUNT, OTHER_ACCOUNT))
HELD, THEIRS = (f"customer-escrow-{account}-smtj-0a1b2c3d" for account in (ACCOUNT, OTHER_ACCOUNT))
ALIKE = "sagemaker-sample-data-eu-nowhere-7"
CODE = "s3://fabrikam-example-weights/code.tar.gz"
LISTED = DataSource(s3_data_source=S3DataSource(s3_uri=URI, manifest_s3_uri="s3://northwind-example-models/list.csv"))
PACKAGE = from_package()
TWO = (container(IMAGE, model_data_url=URI), PACKAGE)
SPECIFIED = single(from_package(inference_specification_name="small"))
SPECIFICATIONS = packaged(
    packed(model_data_url=CODE),
    additional_inference_specifications=(
        InferenceSpecification(name="small", containers=(packed(model_data_url=URI),)),
    ),
)
VENDOR = f"arn:aws:sagemaker:eu-west-1:{OTHER_ACCOUNT}:model-package/fabrikam-chat"
VENDORS = msgspec.structs.replace(packaged(packed()), id=package_id(VENDOR, ACCOUNT))


def both(weights: str) -> Model:
    """A model with its artifact in another account's bucket, and further weights somewhere else."""
    variables = {"HF_MODEL_ID": weights}
    return single(container(IMAGE, model_data_url="s3://fabrikam-example-weights/m.tar.gz", environment=variables))


CASES = {
    "sagemaker_model_artifact_bucket_takeover": [
        Case("a bucket of ours", PASS, served_from(URI), ours()),
        Case("another account's", FAIL, served_from("s3://fabrikam-example-weights/m.tar.gz"), foreign()),
        Case("nobody's", FAIL, served_from("s3://northwind-example-deleted/m.tar.gz"), missing()),
        Case("what SageMaker may hold", UNKNOWN, served_from(f"s3://{HELD}/job/"), foreign(HELD)),
        Case("what has the name for that, and is not there", FAIL, served_from(f"s3://{HELD}/job/"), missing(HELD)),
        Case("what it may hold for others", FAIL, served_from(f"s3://{THEIRS}/job/"), foreign(THEIRS)),
        Case(
            "one of a chain is nobody's",
            FAIL,
            chain(
                container(IMAGE, model_data_url=URI),
                container(IMAGE, model_data_url="s3://northwind-example-deleted/m.tar.gz"),
            ),
            ours(),
            missing(),
        ),
        Case(
            "addressed by HTTPS",
            FAIL,
            served_from("https://s3.eu-west-1.amazonaws.com/northwind-example-deleted/m"),
            missing(),
        ),
        Case("a public model of AWS", NOT_APPLICABLE, served_from("s3://jumpstart-cache-prod-eu-west-1/m.tar.gz")),
        Case(
            "only looks like one of AWS",
            FAIL,
            served_from("s3://jumpstart-cache-prod-evil/m"),
            missing("jumpstart-cache-prod-evil"),
        ),
        Case("no artifact", NOT_APPLICABLE, single(container(IMAGE))),
        Case("the artifact of a package", PASS, single(PACKAGE), packaged(packed(model_data_url=URI)), ours()),
        Case(
            "another account's, of a package", FAIL, single(PACKAGE), packaged(packed(model_data_url=CODE)), foreign()
        ),
        Case("of the specification that is asked for", PASS, SPECIFIED, SPECIFICATIONS, ours()),
        Case(
            "a specification that is not there",
            UNKNOWN,
            single(from_package(inference_specification_name="x")),
            SPECIFICATIONS,
        ),
        Case(
            "a list of weights, of a package",
            UNKNOWN,
            single(PACKAGE),
            packaged(packed(model_data_source=LISTED)),
            ours(),
        ),
        Case("a package of another account that shows no artifact", UNKNOWN, single(from_package(VENDOR)), VENDORS),
        Case("the package was not described", UNKNOWN, single(PACKAGE), package()),
        Case("the package does not exist any more", UNKNOWN, single(PACKAGE)),
        Case("one of a chain comes from a model package", UNKNOWN, chain(*TWO), ours()),
        Case(
            "weights that a variable names are another account's",
            FAIL,
            single(container(IMAGE, environment={"HF_MODEL_ID": "s3://fabrikam-example-weights/chat/"})),
            foreign(),
        ),
        Case("another account's, beside one that was not read", FAIL, both("s3://example-unread/m"), foreign()),
        Case(
            "another account's, beside a missing one",
            FAIL,
            both("s3://northwind-example-deleted/m"),
            foreign(),
            missing(),
        ),
        Case("a bucket of another account of the scan", PASS, served_from(URI), of_sibling(), seen_from_here()),
        Case(
            "an account that may own it was not read",
            UNKNOWN,
            served_from(URI),
            seen_from_here(),
            of_sibling("northwind-example-others"),
            incomplete=[Bucket, AccountBucket],
        ),
        Case(
            "an account that was not read to the end told its buckets",
            FAIL,
            served_from(URI),
            seen_from_here(),
            of_sibling("northwind-example-others"),
            incomplete=[Bucket],
        ),
        Case("another account of the scan has it", PASS, served_from(URI), listed_by_sibling(), seen_from_here()),
        Case(
            "another account of the scan has it, and one did not tell its buckets",
            PASS,
            served_from(URI),
            listed_by_sibling(),
            seen_from_here(),
            incomplete=[Bucket, AccountBucket],
        ),
        Case(
            "another account of the scan has one of two",
            FAIL,
            both("s3://northwind-example-deleted/m"),
            listed_by_sibling("fabrikam-example-weights"),
            foreign(),
            missing(),
        ),
        Case("its own account was not read to the end", FAIL, served_from(URI), seen_from_here(), incomplete=[Bucket]),
        Case("missing, and nobody else can make it", PASS, served_from(f"s3://{RESERVED}/m"), missing(RESERVED)),
        Case("missing in another's namespace", FAIL, served_from(f"s3://{OTHERS}/m"), missing(OTHERS)),
        Case("missing, named like AWS's but for the region", FAIL, served_from(f"s3://{ALIKE}/m"), missing(ALIKE)),
        Case("a name of the old rules", PASS, served_from("s3://Northwind_Example-/m"), ours("Northwind_Example-")),
        Case("a bucket that only its owner described", UNKNOWN, served_from(URI), of_sibling(), incomplete=[Bucket]),
        Case(
            "code of another account's",
            FAIL,
            single(container(IMAGE, model_data_url=URI, environment={"SAGEMAKER_SUBMIT_DIRECTORY": CODE})),
            ours(),
            foreign(),
        ),
        Case(
            "code that the image brings",
            PASS,
            single(container(IMAGE, model_data_url=URI, environment={"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/code"})),
            ours(),
        ),
        Case("a list of weights", UNKNOWN, single(container(IMAGE, model_data_source=LISTED)), ours()),
        Case("a directory bucket", UNKNOWN, served_from("s3://models--euw1-az1--x-s3/m.tar.gz")),
        Case("refused, and nothing to compare with", UNKNOWN, served_from(URI), bucket()),
        Case("buckets were not read", UNKNOWN, served_from(URI), incomplete=[Bucket]),
        Case("describe was denied", UNKNOWN, model()),
    ],
    "sagemaker_component_artifact_bucket_takeover": [
        Case("a bucket of ours", PASS, component_from(URI), ours()),
        Case("another account's", FAIL, component_from("s3://fabrikam-example-weights/polite.tar.gz"), foreign()),
        Case("nobody's", FAIL, component_from("s3://northwind-example-deleted/m.tar.gz"), missing()),
        Case(
            "nobody's, and it goes",
            NOT_APPLICABLE,
            component_from("s3://northwind-example-deleted/m.tar.gz", status="Deleting"),
            missing(),
        ),
        Case("a model, which is judged by itself", NOT_APPLICABLE, specified(model_name="sentiment")),
        Case("buckets were not read", UNKNOWN, component_from(URI), incomplete=[Bucket]),
        Case("describe was denied", UNKNOWN, component()),
    ],
}
