from factories.aws import IMAGE, PINNED, chain, container, model, s3_source, single
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

PACKAGE = container(model_package_name="arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3")
ARTIFACT = "s3://northwind-example-models/sentiment/model.tar.gz"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DENIED = Case("describe was denied", UNKNOWN, model())


def hub(**environment: str):
    return single(container(IMAGE, environment=environment, suspicious_environment=()))


CASES = {
    "sagemaker_model_network_isolation_disabled": [
        Case("isolated", PASS, model(enable_network_isolation=True)),
        Case("not isolated", FAIL, model(enable_network_isolation=False)),
        Case("absent is off", FAIL, model(enable_network_isolation=None)),
        DENIED,
    ],
    "sagemaker_model_outside_vpc": [
        Case("in subnets", PASS, model(subnets=("subnet-0a1b2c3d4e5f60001",))),
        Case("no VPC", FAIL, model(subnets=None)),
        DENIED,
    ],
    "sagemaker_model_image_not_from_private_registry": [
        Case("through the VPC", PASS, single(container(IMAGE, access="Vpc"))),
        Case("by the platform", FAIL, single(container(IMAGE, access="Platform"))),
        Case("absent is the platform", FAIL, single(container(IMAGE))),
        Case("a mode of a later API version", UNKNOWN, single(container(IMAGE, access="Mesh"))),
        Case("several containers are another check's", NOT_APPLICABLE, chain(container(IMAGE), container(IMAGE))),
        Case("image of a model package", NOT_APPLICABLE, single(PACKAGE)),
        DENIED,
    ],
    "sagemaker_model_pipeline_image_not_from_private_registry": [
        Case("all through the VPC", PASS, chain(container(IMAGE, access="Vpc"), container(PINNED, access="Vpc"))),
        Case("one by the platform", FAIL, chain(container(IMAGE, access="Vpc"), container(PINNED, access="Platform"))),
        Case("the same image twice", FAIL, chain(container(IMAGE, access="Platform"), container(IMAGE, access="Vpc"))),
        Case("one container is another check's", NOT_APPLICABLE, single(container(IMAGE))),
        Case("images of model packages", NOT_APPLICABLE, chain(PACKAGE, PACKAGE)),
        DENIED,
    ],
    "sagemaker_model_image_unpinned": [
        Case("by digest", PASS, single(container(PINNED))),
        Case("by tag", FAIL, single(container(f"{IMAGE}:1.4"))),
        Case("one of a chain by tag", FAIL, chain(container(PINNED), container(f"{IMAGE}:latest"))),
        Case("a chain by digest, no primary container", PASS, chain(container(PINNED), container(PINNED))),
        Case("image of a model package", NOT_APPLICABLE, chain(PACKAGE)),
        DENIED,
    ],
    "sagemaker_model_environment_secret": [
        Case("nothing suspicious", PASS, single(container(IMAGE, suspicious_environment=()))),
        Case("no environment at all", PASS, single(container(IMAGE))),
        Case("a password", FAIL, single(container(IMAGE, suspicious_environment=("DB_PASSWORD",)))),
        Case(
            "in the second container of a chain",
            FAIL,
            chain(container(IMAGE), container(IMAGE, suspicious_environment=("API_KEY",))),
        ),
        DENIED,
    ],
    "sagemaker_model_hub_source_unpinned": [
        Case("a commit", PASS, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_MODEL_REVISION=COMMIT)),
        Case("no revision", FAIL, hub(HF_MODEL_ID="northwind-example/chat-7b")),
        Case("a branch", FAIL, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_MODEL_REVISION="main")),
        Case("large model inference, no revision", FAIL, hub(OPTION_MODEL_ID="northwind-example/chat-7b")),
        Case("large model inference, a commit", PASS, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_REVISION=COMMIT)),
        Case(
            "two revisions, one of them a branch",
            FAIL,
            hub(HF_MODEL_ID="northwind-example/chat-7b", HF_REVISION=COMMIT, OPTION_REVISION="main"),
        ),
        Case("a repository without an owner", FAIL, hub(HF_MODEL_ID="gpt2")),
        Case("weights in a bucket", NOT_APPLICABLE, hub(HF_MODEL_ID="s3://northwind-example-models/chat/")),
        Case("weights of the container's own", NOT_APPLICABLE, hub(HF_MODEL_ID="/opt/ml/model")),
        Case("no hub", NOT_APPLICABLE, single(container(IMAGE))),
        DENIED,
    ],
    "sagemaker_model_remote_code_trusted": [
        Case("not set", PASS, single(container(IMAGE))),
        Case("off", PASS, hub(HF_TRUST_REMOTE_CODE="false")),
        Case("on", FAIL, hub(HF_TRUST_REMOTE_CODE="True")),
        Case("on, large model inference", FAIL, hub(OPTION_TRUST_REMOTE_CODE="true")),
        Case("on, text generation inference", FAIL, hub(HF_MODEL_TRUST_REMOTE_CODE="true")),
        Case("on, set for the server itself", FAIL, hub(TRUST_REMOTE_CODE="true")),
        DENIED,
    ],
    "sagemaker_model_outside_registry": [
        Case("a model package", PASS, chain(PACKAGE)),
        Case("a raw address", FAIL, single(container(IMAGE, model_data_url=ARTIFACT))),
        Case("a raw uncompressed source", FAIL, single(container(IMAGE, model_data_source=s3_source(ARTIFACT)))),
        Case("one of two is raw", FAIL, chain(PACKAGE, container(IMAGE, model_data_url=ARTIFACT))),
        Case("the image brings the model", NOT_APPLICABLE, single(container(IMAGE))),
        DENIED,
    ],
}
