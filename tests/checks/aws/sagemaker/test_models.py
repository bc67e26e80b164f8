from typing import Any

from factories.aws import (
    IMAGE,
    PINNED,
    arn,
    chain,
    component,
    config,
    container,
    endpoint,
    from_package,
    model,
    package,
    packaged,
    packed,
    role_arn,
    s3_source,
    single,
    specified,
    variant,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import DataSource, HubAccess, S3DataSource

PACKAGE = from_package()
ARTIFACT = "s3://northwind-example-models/sentiment/model.tar.gz"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = f"sha256:{'a' * 64}"
DENIED = Case("describe was denied", UNKNOWN, model())


def dlc(name: str) -> str:
    return f"763104351884.dkr.ecr.eu-west-1.amazonaws.com/{name}:1"


TGI, VLLM, TOOLKIT = dlc("huggingface-pytorch-tgi"), dlc("vllm"), "huggingface-pytorch-inference"
SERVERLESS = config(variants=(variant(model_name="sentiment", serverless_config={}),), shadow_variants=None)
BOTH = config(
    "sentiment-2",
    variants=(variant(model_name="sentiment", serverless_config={}), variant(model_name="sentiment")),
    shadow_variants=None,
)


COMPONENT = specified(model_name="sentiment")
ON = endpoint(endpoint_config_name="sentiment-1")
SHUT = config(variants=(variant(model_name=None),), shadow_variants=None, enable_network_isolation=True)


def with_role(**fields: Any):
    return model(execution_role_arn=role_arn("serving"), **fields)


def hub(image: str = IMAGE, enable_network_isolation: bool = False, **environment: str):
    found = container(image, environment=environment, suspicious_environment=())
    return single(found, enable_network_isolation=enable_network_isolation)


def from_hub(uri: str):
    content = HubAccess(hub_content_arn=arn("hub-content", "northwind-example/ModelReference/llm/1.0.2"))
    return DataSource(s3_data_source=S3DataSource(s3_uri=uri, hub_access_config=content))


WITH_ADAPTER = {
    "model_data_source": from_hub(ARTIFACT),
    "additional_model_data_sources": (s3_source("s3://northwind-example-models/polite/"),),
}


CHAT = {"HF_MODEL_ID": "northwind-example/chat-7b"}
NAMED = single(PACKAGE, enable_network_isolation=False)
ISOLATED = single(PACKAGE, enable_network_isolation=True)
PINNING = single(from_package(environment={"HF_MODEL_REVISION": COMMIT}), enable_network_isolation=False)


CASES = {
    "sagemaker_model_network_isolation_disabled": [
        Case("isolated", PASS, with_role(enable_network_isolation=True)),
        Case("not isolated", FAIL, with_role(enable_network_isolation=False)),
        Case("absent is off", FAIL, with_role(enable_network_isolation=None)),
        Case("served by instances", FAIL, with_role(enable_network_isolation=False), BOTH),
        Case(
            "served by serverless variants alone", NOT_APPLICABLE, with_role(enable_network_isolation=False), SERVERLESS
        ),
        Case("served by a component alone", NOT_APPLICABLE, with_role(enable_network_isolation=False), COMPONENT),
        Case("served by a component too", FAIL, with_role(enable_network_isolation=False), COMPONENT, BOTH),
        Case("not all components were read", UNKNOWN, with_role(enable_network_isolation=False), component()),
        Case("not all configurations were read", UNKNOWN, with_role(enable_network_isolation=False), config()),
        Case("the endpoint decides", NOT_APPLICABLE, model(enable_network_isolation=False, execution_role_arn=None)),
        DENIED,
    ],
    "sagemaker_model_outside_vpc": [
        Case("in subnets", PASS, with_role(subnets=("subnet-0a1b2c3d4e5f60001",))),
        Case("no VPC", FAIL, with_role(subnets=None)),
        Case("served by serverless variants alone", NOT_APPLICABLE, with_role(subnets=None), SERVERLESS),
        Case("served by a component alone", NOT_APPLICABLE, with_role(subnets=None), COMPONENT),
        Case("the endpoint decides", NOT_APPLICABLE, model(subnets=None, execution_role_arn=None)),
        DENIED,
    ],
    "sagemaker_model_image_not_from_private_registry": [
        Case("through the VPC", PASS, single(container(IMAGE, access="Vpc"))),
        Case("by the platform", FAIL, single(container(IMAGE, access="Platform"))),
        Case("absent is the platform", FAIL, single(container(IMAGE))),
        Case("served by serverless variants alone", NOT_APPLICABLE, single(container(IMAGE)), SERVERLESS),
        Case("a mode of a later API version", UNKNOWN, single(container(IMAGE, access="Mesh"))),
        Case("several containers are another check's", NOT_APPLICABLE, chain(container(IMAGE), container(IMAGE))),
        Case("image of a model package", NOT_APPLICABLE, single(PACKAGE)),
        DENIED,
    ],
    "sagemaker_model_pipeline_image_not_from_private_registry": [
        Case("all through the VPC", PASS, chain(container(IMAGE, access="Vpc"), container(PINNED, access="Vpc"))),
        Case("one by the platform", FAIL, chain(container(IMAGE, access="Vpc"), container(PINNED, access="Platform"))),
        Case("served by serverless variants alone", NOT_APPLICABLE, chain(container(IMAGE)), SERVERLESS),
        Case("the same image twice", FAIL, chain(container(IMAGE, access="Platform"), container(IMAGE, access="Vpc"))),
        Case("one container is another check's", NOT_APPLICABLE, single(container(IMAGE))),
        Case("images of model packages", NOT_APPLICABLE, chain(PACKAGE, PACKAGE)),
        Case("one image is a model package's", UNKNOWN, chain(container(IMAGE, access="Vpc"), PACKAGE)),
        DENIED,
    ],
    "sagemaker_model_image_unpinned": [
        Case("by digest", PASS, single(container(PINNED))),
        Case("by tag", FAIL, single(container(f"{IMAGE}:1.4"))),
        Case("one of a chain by tag", FAIL, chain(container(PINNED), container(f"{IMAGE}:latest"))),
        Case("a chain by digest, no primary container", PASS, chain(container(PINNED), container(PINNED))),
        Case("by digest, of a package", PASS, chain(PACKAGE), packaged(packed(PINNED))),
        Case(
            "by tag, of a package that records the digest", PASS, chain(PACKAGE), packaged(packed(image_digest=DIGEST))
        ),
        Case("by tag, of a package", FAIL, single(PACKAGE), packaged(packed(PINNED), packed())),
        Case("the package was not described", UNKNOWN, chain(container(PINNED), PACKAGE), package()),
        Case("the package does not exist any more", UNKNOWN, single(PACKAGE)),
        Case("no container at all", NOT_APPLICABLE, chain()),
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
        Case("nothing suspicious in the package", PASS, single(PACKAGE), packaged(packed())),
        Case("in the package", FAIL, single(PACKAGE), packaged(packed(suspicious_environment=("API_KEY",)))),
        Case(
            "beside the package",
            FAIL,
            single(from_package(suspicious_environment=("API_KEY",), environment={})),
            packaged(packed()),
        ),
        Case("the package was not described", UNKNOWN, single(PACKAGE), package()),
        DENIED,
    ],
    "sagemaker_model_hub_source_unpinned": [
        Case("a commit", PASS, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_MODEL_REVISION=COMMIT)),
        Case("no revision", FAIL, hub(HF_MODEL_ID="northwind-example/chat-7b")),
        Case("a branch", FAIL, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_MODEL_REVISION="main")),
        *(
            Case(f"asks no hub, by {name}={value}", NOT_APPLICABLE, hub(dlc(TOOLKIT), **CHAT, **{name: value}))
            for name, value in (("HF_HUB_OFFLINE", "1"), ("HF_HUB_OFFLINE", "True"), ("TRANSFORMERS_OFFLINE", "yes"))
        ),
        Case("asks a hub, by HF_HUB_OFFLINE=0", FAIL, hub(dlc(TOOLKIT), **CHAT, HF_HUB_OFFLINE="0")),
        Case("asks a hub, the first variable counts", FAIL, hub(**CHAT, HF_HUB_OFFLINE="0", TRANSFORMERS_OFFLINE="1")),
        Case("text embeddings inference, told to ask no hub", FAIL, hub(dlc("tei-cpu"), **CHAT, HF_HUB_OFFLINE="1")),
        Case("large model inference, no revision", FAIL, hub(OPTION_MODEL_ID="northwind-example/chat-7b")),
        Case("large model inference, a commit", PASS, hub(HF_MODEL_ID="northwind-example/chat-7b", HF_REVISION=COMMIT)),
        Case(
            "two revisions, one of them a branch",
            FAIL,
            hub(HF_MODEL_ID="northwind-example/chat-7b", HF_REVISION=COMMIT, OPTION_REVISION="main"),
        ),
        *(
            Case(f"{image}, a commit", PASS, hub(dlc(image), **CHAT, **{name: COMMIT}))
            for image, name in (("djl-inference", "HF_REVISION"), ("tei-cpu", "REVISION"), (TOOLKIT, "HF_REVISION"))
        ),
        *(
            Case(f"{image}, a commit that it does not read", FAIL, hub(dlc(image), **CHAT, **{name: COMMIT}))
            for image, name in (
                ("djl-inference", "HF_MODEL_REVISION"),
                ("lmi", "SM_VLLM_REVISION"),
                ("tei", "SM_VLLM_REVISION"),
                ("sglang", "HF_REVISION"),
                (TOOLKIT, "OPTION_REVISION"),
            )
        ),
        Case("text generation inference, a commit", PASS, hub(TGI, HF_MODEL_ID="fabrikam/chat", REVISION=COMMIT)),
        Case("vLLM, a commit", PASS, hub(VLLM, SM_VLLM_MODEL="northwind-example/chat", SM_VLLM_REVISION=COMMIT)),
        Case(
            "vLLM, a commit that it does not read",
            FAIL,
            hub(VLLM, HF_MODEL_ID="northwind-example/chat", HF_MODEL_REVISION=COMMIT),
        ),
        Case("SGLang", FAIL, hub(SM_SGLANG_MODEL_PATH="northwind-example/chat")),
        Case(
            "SGLang, a commit",
            PASS,
            hub(SM_SGLANG_MODEL_PATH="northwind-example/chat", SM_SGLANG_REVISION=COMMIT),
        ),
        Case("SGLang, from the artifact", NOT_APPLICABLE, hub(SM_SGLANG_MODEL_PATH="/opt/ml/model")),
        *(
            Case(f"no revision, on a component{where}", status, hub(**CHAT), COMPONENT, *others)
            for where, status, others in (
                (" that is isolated", NOT_APPLICABLE, (ON, SHUT)),
                (" that is not", FAIL, (ON, config(shadow_variants=None, variants=(), enable_network_isolation=None))),
                (" that is isolated, and on instances", FAIL, (ON, SHUT, BOTH)),
                (" that is isolated, with other configurations unread", UNKNOWN, (ON, SHUT, config("other"))),
                (" whose endpoint was not read", UNKNOWN, ()),
            )
        ),
        Case("an adapter", FAIL, hub(SM_VLLM_LORA_MODULES='[{"name": "polite", "path": "northwind-example/polite"}]')),
        Case("adapters beside each other", FAIL, hub(LORA_ADAPTERS="a=/opt/ml/a,b=northwind-example/polite")),
        Case("an adapter and its commit", PASS, hub(LORA_ADAPTERS=f"northwind-example/polite@{COMMIT}")),
        Case("an adapter from the artifact", NOT_APPLICABLE, hub(SM_SGLANG_LORA_PATHS="polite=/opt/ml/model/polite")),
        Case("a draft model", FAIL, hub(SM_VLLM_SPECULATIVE_CONFIG='{"model": "northwind-example/draft"}')),
        Case("of the package", FAIL, NAMED, packaged(packed(environment=CHAT))),
        Case("pinned by the model", PASS, PINNING, packaged(packed(environment=CHAT))),
        Case("the package was not described", UNKNOWN, NAMED, package()),
        Case("the package was not described, isolated", NOT_APPLICABLE, ISOLATED, package()),
        Case("isolated", NOT_APPLICABLE, hub(enable_network_isolation=True, HF_MODEL_ID="northwind-example/chat")),
        Case("a repository without an owner", FAIL, hub(HF_MODEL_ID="gpt2")),
        Case("weights in a bucket", NOT_APPLICABLE, hub(HF_MODEL_ID="s3://northwind-example-models/chat/")),
        Case("weights of the container's own", NOT_APPLICABLE, hub(HF_MODEL_ID="/opt/ml/model")),
        Case("the package does not exist any more", UNKNOWN, NAMED),
        Case("no hub", NOT_APPLICABLE, hub()),
        DENIED,
    ],
    "sagemaker_model_remote_code_trusted": [
        Case("not set", PASS, single(container(IMAGE))),
        Case("off", PASS, hub(HF_TRUST_REMOTE_CODE="false")),
        Case("on", FAIL, hub(HF_TRUST_REMOTE_CODE="True")),
        Case("on, large model inference", FAIL, hub(OPTION_TRUST_REMOTE_CODE="true")),
        Case("on, text generation inference", FAIL, hub(HF_MODEL_TRUST_REMOTE_CODE="true")),
        Case("on, vLLM", FAIL, hub(SM_VLLM_TRUST_REMOTE_CODE="true")),
        Case("on, vLLM, the bare option", FAIL, hub(SM_VLLM_TRUST_REMOTE_CODE="")),
        Case("on, SGLang, the bare option", FAIL, hub(SM_SGLANG_TRUST_REMOTE_CODE=" ")),
        *(Case(f"on, as {yes}", FAIL, hub(TRUST_REMOTE_CODE=yes)) for yes in ("1", "y", "t", "on", "YES")),
        *(Case(f"off, as {no}", PASS, hub(TRUST_REMOTE_CODE=no)) for no in ("0", "n", "f", "off", "No")),
        Case("off, SGLang", PASS, hub(SM_SGLANG_TRUST_REMOTE_CODE="False")),
        Case("empty, where that is off", PASS, hub(HF_TRUST_REMOTE_CODE="")),
        Case("the package does not exist any more", UNKNOWN, single(PACKAGE)),
        Case("on, set for the server itself", FAIL, hub(TRUST_REMOTE_CODE="true")),
        Case("on in the package", FAIL, single(PACKAGE), packaged(packed(environment={"TRUST_REMOTE_CODE": "true"}))),
        Case("off in the package", PASS, single(PACKAGE), packaged(packed(environment={}))),
        Case("the package was not described", UNKNOWN, single(PACKAGE), package()),
        DENIED,
    ],
    "sagemaker_model_outside_registry": [
        Case("a model package", PASS, chain(PACKAGE)),
        Case("a raw address", FAIL, single(container(IMAGE, model_data_url=ARTIFACT))),
        Case("a raw uncompressed source", FAIL, single(container(IMAGE, model_data_source=s3_source(ARTIFACT)))),
        Case("a version of hub content", PASS, single(container(IMAGE, model_data_source=from_hub(ARTIFACT)))),
        Case("an adapter beside hub content is raw", FAIL, single(container(IMAGE, **WITH_ADAPTER))),
        Case("code is no model", NOT_APPLICABLE, hub(SAGEMAKER_SUBMIT_DIRECTORY="s3://northwind-example-models/code")),
        Case("one of two is raw", FAIL, chain(PACKAGE, container(IMAGE, model_data_url=ARTIFACT))),
        Case("the image brings the model", NOT_APPLICABLE, single(container(IMAGE))),
        DENIED,
    ],
}
