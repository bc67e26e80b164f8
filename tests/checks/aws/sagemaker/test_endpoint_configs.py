from typing import Any

from factories.aws import KEY, bucket, config, foreign, listed_by_sibling, missing, ours, variant
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import Bucket, DefaultEncryption, EncryptionRule
from checks.aws.sagemaker.resources import AsyncOutput, CoreDumpConfig, DataCapture, InstancePool, NotificationConfig

M5 = variant(instance_type="ml.m5.large", initial_instance_count=2)
ONE = variant(instance_type="ml.m5.large", initial_instance_count=1)
GPU = variant(instance_type="ml.g5.2xlarge", initial_instance_count=1)
SERVERLESS = variant(serverless_config={"MemorySizeInMB": 2048, "MaxConcurrency": 5})
POOL = variant(instance_pools=(InstancePool(instance_type="ml.m5.large"), InstancePool(instance_type="ml.g4dn.xlarge")))
DENIED = Case("describe was denied", UNKNOWN, config())
AWS_KEY = "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"
IMPLIED = DataCapture(destination_s3_uri="s3://northwind-example-models/capture")
ELSEWHERE = DataCapture(destination_s3_uri="s3://fabrikam-example-weights/capture")
NAMED = variant(model_name="sentiment")
OFF = DataCapture(enable_capture=False, destination_s3_uri="s3://northwind-example-models/capture")


def capture(bucket_name: str = "northwind-example-models", variants: Any = UNSET, **fields):
    uri = f"s3://{bucket_name}/capture"
    return config(data_capture=DataCapture(enable_capture=True, destination_s3_uri=uri, **fields), variants=variants)


def writes(bucket_name: str = "northwind-example-models", **fields):
    return config(async_output=AsyncOutput(s3_output_path=f"s3://{bucket_name}/out", **fields))


def keyless(*variants, shadows=None, key=None):
    return config(kms_key_id=key, variants=variants, shadow_variants=shadows)


def notifies(*topics: str, success: Any = None, error: Any = None):
    return config(
        async_output=AsyncOutput(notification_config=NotificationConfig(include_inference_response_in=topics)),
        async_success_topic=success,
        async_error_topic=error,
    )


def dumping(**fields):
    dump = CoreDumpConfig(destination_s3_uri="s3://northwind-example-models/dumps", **fields)
    return variant(core_dump_config=dump)


def dumps(bucket_name: str = "northwind-example-models"):
    dump = CoreDumpConfig(destination_s3_uri=f"s3://{bucket_name}/dumps")
    return config(variants=(M5,), shadow_variants=(variant(core_dump_config=dump),))


def by_default(key: str | None) -> Bucket:
    default = DefaultEncryption(sse_algorithm="aws:kms", kms_master_key_id=key)
    return ours(encryption=(EncryptionRule(apply_server_side_encryption_by_default=default),))


TOPIC = "arn:aws:sns:eu-west-1:111122223333:answers"
ON_SUCCESS, ON_ERROR = "SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"
UNENCRYPTED, OWN_DEFAULT = ours(encryption=None), by_default(KEY)


def keyless_where(make):
    """The cases that every question about the key of what SageMaker writes shares, where it is told none."""
    return [
        Case("no key", FAIL, make(), UNENCRYPTED),
        Case("an empty key is none", FAIL, make(kms_key_id=""), UNENCRYPTED),
        Case("no key, and by default one that AWS manages", FAIL, make(), by_default(None)),
        Case("no key, and by default one of ours", UNKNOWN, make(), OWN_DEFAULT),
        Case("a key that AWS manages, and by default one of ours", FAIL, make(kms_key_id=AWS_KEY), OWN_DEFAULT),
        Case("no key, in another account", FAIL, make("fabrikam-example-weights"), foreign()),
        Case(
            "no key, in a bucket that another account of the scan has",
            UNKNOWN,
            make("fabrikam-example-weights"),
            foreign(),
            listed_by_sibling("fabrikam-example-weights"),
        ),
        Case("no key, and the default was not observed", UNKNOWN, make(), ours()),
        Case("no key, and buckets were not read", UNKNOWN, make(), incomplete=[Bucket]),
    ]


def ownership(make):
    """The cases that every question about a bucket's owner shares."""
    return [
        Case("a bucket of ours", PASS, make(), ours()),
        Case("a bucket of another account", FAIL, make("fabrikam-example-weights"), foreign()),
        Case("a bucket that does not exist", FAIL, make("northwind-example-deleted"), missing()),
        Case("refused, and nothing to compare with", UNKNOWN, make(), bucket()),
        Case("buckets were not read", UNKNOWN, make(), incomplete=[Bucket]),
        DENIED,
    ]


CASES = {
    "sagemaker_endpoint_config_volume_without_customer_key": [
        Case("a key", PASS, config(kms_key_id=KEY)),
        Case("an alias of one's own", PASS, config(kms_key_id="alias/serving")),
        Case("no key", FAIL, keyless(M5)),
        Case("no key, serverless", NOT_APPLICABLE, keyless(SERVERLESS)),
        Case("no key, NVMe disks", NOT_APPLICABLE, keyless(GPU)),
        Case("no key, NVMe disks on some types of a pool", NOT_APPLICABLE, keyless(POOL)),
        Case("no key, NVMe disks on one of two variants", NOT_APPLICABLE, keyless(M5, GPU)),
        Case("no key, NVMe disks on a shadow variant", NOT_APPLICABLE, keyless(M5, shadows=(GPU,))),
        Case("no key, a shadow variant on instances", FAIL, keyless(SERVERLESS, shadows=(M5,))),
        Case("an empty key is none", FAIL, keyless(M5, key="")),
        Case("a key that AWS manages", FAIL, keyless(M5, key="alias/aws/sagemaker")),
        Case("shadow variants were not seen", UNKNOWN, config(kms_key_id=None, variants=(M5,))),
        DENIED,
    ],
    "sagemaker_endpoint_config_single_instance": [
        Case("two instances", PASS, config(variants=(M5,))),
        Case("one instance", FAIL, config(variants=(ONE,))),
        Case("one of two variants on one instance", FAIL, config(variants=(M5, ONE))),
        Case("serverless has no instances", NOT_APPLICABLE, config(variants=(SERVERLESS,))),
        Case("no count in the reply", UNKNOWN, config(variants=(variant(instance_type="ml.m5.large"),))),
        DENIED,
    ],
    "sagemaker_endpoint_config_data_capture_off": [
        Case("on, for no request", FAIL, capture(initial_sampling_percentage=0, variants=(NAMED,))),
        Case("on, for some", PASS, capture(initial_sampling_percentage=20)),
        Case("on", PASS, capture()),
        Case("on is what it is where nothing is said", PASS, config(data_capture=IMPLIED)),
        Case("off", FAIL, config(data_capture=OFF, variants=(M5,))),
        Case("not configured", FAIL, config(data_capture=None, variants=(M5,))),
        Case("serverless cannot", NOT_APPLICABLE, config(data_capture=None, variants=(SERVERLESS,))),
        DENIED,
    ],
    "sagemaker_endpoint_config_data_capture_without_customer_key": [
        Case("a key", PASS, capture(kms_key_id=KEY)),
        *keyless_where(capture),
        Case("no key, on without a switch", FAIL, config(data_capture=IMPLIED), UNENCRYPTED),
        Case("a key that AWS manages", FAIL, capture(kms_key_id=AWS_KEY)),
        Case("nothing is captured", NOT_APPLICABLE, config(data_capture=OFF)),
        DENIED,
    ],
    "sagemaker_endpoint_config_data_capture_bucket_foreign": [
        *ownership(capture),
        Case("another account's, on without a switch", FAIL, config(data_capture=ELSEWHERE), foreign()),
        Case("nothing is captured", NOT_APPLICABLE, config(data_capture=None)),
    ],
    "sagemaker_endpoint_config_async_output_without_customer_key": [
        Case("a key", PASS, writes(kms_key_id=KEY)),
        *keyless_where(writes),
        Case(
            "no key, where failures go",
            FAIL,
            writes(s3_failure_path="s3://northwind-example-errors/"),
            *(OWN_DEFAULT, ours("northwind-example-errors", encryption=None)),
        ),
        Case("a key that AWS manages", FAIL, writes(kms_key_id=AWS_KEY)),
        Case("not asynchronous", NOT_APPLICABLE, config(async_output=None)),
        DENIED,
    ],
    "sagemaker_endpoint_config_async_output_bucket_foreign": [
        *ownership(writes),
        Case(
            "failures go elsewhere",
            FAIL,
            writes(s3_failure_path="s3://fabrikam-example-weights/errors"),
            ours(),
            foreign(),
        ),
        Case("not asynchronous", NOT_APPLICABLE, config(async_output=None)),
    ],
    "sagemaker_endpoint_config_ssm_access_enabled": [
        Case("off", PASS, config(variants=(variant(enable_ssm_access=False),), shadow_variants=None)),
        Case("absent is off", PASS, config(variants=(M5,), shadow_variants=None)),
        Case("on", FAIL, config(variants=(M5, variant(enable_ssm_access=True)), shadow_variants=None)),
        Case(
            "on in a shadow variant", FAIL, config(variants=(M5,), shadow_variants=(variant(enable_ssm_access=True),))
        ),
        DENIED,
    ],
    "sagemaker_endpoint_config_core_dump_without_customer_key": [
        Case("no dumps", PASS, config(variants=(M5,), shadow_variants=None)),
        Case("a key", PASS, config(variants=(dumping(kms_key_id=KEY),), shadow_variants=None)),
        Case("no key", FAIL, config(variants=(M5, dumping()), shadow_variants=None)),
        Case("an empty key is none", FAIL, config(variants=(dumping(kms_key_id=""),), shadow_variants=None)),
        Case("a key that AWS manages", FAIL, config(variants=(dumping(kms_key_id=AWS_KEY),), shadow_variants=None)),
        DENIED,
    ],
    "sagemaker_endpoint_config_core_dump_bucket_foreign": [
        *ownership(dumps),
        Case("no dumps", NOT_APPLICABLE, config(variants=(M5,), shadow_variants=None)),
    ],
    "sagemaker_endpoint_config_component_network_isolation_disabled": [
        Case("isolated", PASS, config(variants=(variant(),), enable_network_isolation=True)),
        Case("not isolated", FAIL, config(variants=(variant(),), enable_network_isolation=False)),
        Case("absent is off", FAIL, config(variants=(variant(),), enable_network_isolation=None)),
        Case("models of their own", NOT_APPLICABLE, config(variants=(NAMED,), enable_network_isolation=None)),
        Case("variants were not seen", UNKNOWN, config(enable_network_isolation=None)),
        DENIED,
    ],
    "sagemaker_endpoint_config_component_outside_vpc": [
        Case("in subnets", PASS, config(variants=(variant(),), subnets=("subnet-0a1b2c3d4e5f60001",))),
        Case("no VPC", FAIL, config(variants=(variant(),), subnets=None)),
        Case("models of their own", NOT_APPLICABLE, config(variants=(NAMED,), subnets=None)),
        DENIED,
    ],
    "sagemaker_endpoint_config_async_response_in_notification": [
        Case("no notifications", PASS, writes()),
        Case("location only", PASS, notifies()),
        Case("the response too", FAIL, notifies(ON_SUCCESS, success=TOPIC)),
        Case("the response of what failed", FAIL, notifies(ON_ERROR, error=TOPIC)),
        Case("the response, of one of two topics that is set", FAIL, notifies(ON_SUCCESS, ON_ERROR, error=TOPIC)),
        Case("the response, and no topic", PASS, notifies(ON_SUCCESS, ON_ERROR)),
        Case("the response, and the other topic alone", PASS, notifies(ON_SUCCESS, error=TOPIC)),
        Case("topics not observed", UNKNOWN, notifies(ON_SUCCESS, success=UNSET)),
        Case("a topic of a later version", UNKNOWN, notifies("START_NOTIFICATION_TOPIC", success=TOPIC)),
        Case("not asynchronous", NOT_APPLICABLE, config(async_output=None)),
        DENIED,
    ],
}
