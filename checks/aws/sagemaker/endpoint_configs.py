"""Checks of SageMaker endpoint configurations."""

from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import KEY_MANAGER
from checks.aws.keys import lacks
from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.addresses import CAPTURED, DUMPS, RESPONSES, addresses
from checks.aws.sagemaker.default_keys import unless_by_default
from checks.aws.sagemaker.ownership import judge_ownership
from checks.aws.sagemaker.references import all_variants, captures, has_nvme, instance_types
from checks.aws.sagemaker.resources import EndpointConfig, Variant
from checks.blind_spots import ARRIVAL
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


def _names(variants: list[Variant]) -> list[str]:
    return [variant.variant_name or "unnamed" for variant in variants]


def _on_instances(variants: tuple[Variant, ...] | None) -> list[Variant]:
    return [variant for variant in variants or () if variant.serverless_config is None]


@check(
    id="MLP-1201",
    severity=Severity.MEDIUM,
    objective="key-management",
    since="0.1.0",
    blind_to=(KEY_MANAGER,),
    decided_by=("kms_key_id",),
)
def sagemaker_endpoint_config_volume_without_customer_key(config: EndpointConfig) -> Verdict:
    """Storage volumes behind the endpoint are not encrypted with a customer managed key.

    Serverless variants have no volume of yours. The key is one for all variants, shadow variants too, and SageMaker
    refuses it where any of them runs on an instance type with NVMe disks, which the hardware encrypts.

    ## Why it matters
    The volume holds the unpacked model and whatever the container writes. Under a key that AWS manages you cannot see
    who decrypts it nor cut access by disabling the key.

    ## How to fix
    Create a new configuration with a KMS key and move the endpoint to it.

    Terraform: `kms_key_arn` on `aws_sagemaker_endpoint_configuration`. CLI:
    `aws sagemaker create-endpoint-config --kms-key-id …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    """
    if config.kms_key_id is UNSET:
        return unknown("kms_key_id")
    lack = lacks(config.kms_key_id)
    if not lack:
        return passed("the volumes have a key", kms_key_id=config.kms_key_id)
    if missing := unobserved(config, "variants", "shadow_variants"):
        return missing
    variants = _on_instances(all_variants(config))
    if not variants:
        return not_applicable("no variant runs on instances")
    types = instance_types(variants)
    if any(map(has_nvme, types)):
        return not_applicable("with a variant on NVMe disks the configuration takes no key")
    return failed(f"the volumes have {lack}", kms_key_id=config.kms_key_id, variants=types)


@check(id="MLP-1202", severity=Severity.LOW, objective="resilience-recovery", since="0.1.0", blind_to=())
def sagemaker_endpoint_config_single_instance(config: EndpointConfig) -> Verdict:
    """A production variant of the endpoint starts on a single instance.

    Serverless variants have no instances to count.

    ## Why it matters
    SageMaker spreads instances over availability zones. With one instance, a failed host or zone, or the replacement
    of the instance for patching, takes the whole endpoint down.

    ## How to fix
    Create a configuration with at least two instances for each variant and move the endpoint to it.

    Terraform: `initial_instance_count = 2` in `production_variants` of `aws_sagemaker_endpoint_configuration`. CLI:
    `InitialInstanceCount=2` in `--production-variants`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-best-practices.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if config.variants is UNSET:
        return unknown("variants")
    variants = _on_instances(config.variants)
    if not variants:
        return not_applicable("no variant runs on instances")
    counts = {variant.variant_name or "unnamed": variant.initial_instance_count for variant in variants}
    single = [name for name, count in counts.items() if count is not None and count < 2]
    if single:
        return failed(f"one instance: {', '.join(single)}", variants=counts)
    if None in counts.values():
        return unknown("variants (InitialInstanceCount)")
    return passed("every variant has more than one instance", variants=counts)


@check(id="MLP-1203", severity=Severity.MEDIUM, objective="data-capture", since="0.1.0", blind_to=(ARRIVAL,))
def sagemaker_endpoint_config_data_capture_off(config: EndpointConfig) -> Verdict:
    """Requests and responses of the endpoint are not captured.

    A configuration that does not say whether capture is on turns it on; a sampling rate of 0 captures nothing.
    Serverless variants do not support capture.

    ## Why it matters
    Without captured traffic there is nothing to compare with the training data: drift goes unnoticed, and after an
    incident nobody can tell which inputs the model was given or what it answered.

    ## How to fix
    Create a configuration with data capture to an encrypted bucket of your own and move the endpoint to it. An account
    that data capture is closed to, as it is to new customers of SageMaker, keeps the record on its own: the application
    that calls the endpoint, or the inference code, writes requests and answers to Firehose or to a bucket. Suppress
    this then, with where the record is.

    Terraform: `data_capture_config { enable_capture = true … }` on `aws_sagemaker_endpoint_configuration`. CLI:
    `aws sagemaker create-endpoint-config --data-capture-config …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html
    """
    if config.data_capture is UNSET:
        return unknown("data_capture")
    if captures(config.data_capture):
        return passed("data capture is on", data_capture=config.data_capture)
    if config.variants is UNSET:
        return unknown("variants")
    if config.variants and not _on_instances(config.variants):
        return not_applicable("serverless variants do not support data capture")
    return failed("data capture is off", data_capture=config.data_capture)


@check(
    id="MLP-1204",
    severity=Severity.MEDIUM,
    objective="key-management",
    since="0.1.0",
    needs=(Bucket,),
    blind_to=(KEY_MANAGER,),
    decided_by=("data_capture",),
    also=(AccountBucket,),
)
def sagemaker_endpoint_config_data_capture_without_customer_key(config: EndpointConfig, view: View) -> Verdict:
    """Captured requests and responses are not encrypted with a customer managed key.

    ## Why it matters
    Captured traffic is production input: names, texts, images of real people. Without a key of your own anyone with
    read access to the bucket reads it, and no key policy stands in between. Where no key is named and the bucket has
    one of yours by default, the verdict is open: AWS does not say whether that counts.

    ## How to fix
    Name a KMS key in the capture configuration and let the execution role use it.

    Terraform: `data_capture_config { kms_key_id = … }` on `aws_sagemaker_endpoint_configuration`. CLI: `KmsKeyId` in
    `--data-capture-config`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html
    """
    capture = config.data_capture
    if capture is UNSET:
        return unknown("data_capture")
    if capture is None or not captures(capture):
        return not_applicable("data capture is off")
    if lack := lacks(capture.kms_key_id):
        keyless = failed(f"captured data has {lack}", data_capture=capture)
        return keyless if capture.kms_key_id else unless_by_default(config, view, addresses(config, CAPTURED), keyless)
    return passed("captured data has a key", data_capture=capture)


@check(
    id="MLP-1205",
    severity=Severity.HIGH,
    objective="data-capture",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
    also=(AccountBucket,),
)
def sagemaker_endpoint_config_data_capture_bucket_foreign(config: EndpointConfig, view: View) -> Verdict:
    """Captured requests and responses go to a bucket that is missing or not yours.

    Accounts of the same scan are yours.

    ## Why it matters
    A capture destination in another account copies every inference request there, silently and for as long as the
    endpoint lives. A missing bucket can be created by anyone, who then receives the traffic.

    ## How to fix
    Capture to a bucket of this account and move the endpoint to the new configuration. A bucket of a partner, or of
    yours elsewhere, is declared in `[[trust.buckets]]`.

    Terraform: `data_capture_config { destination_s3_uri = … }` on `aws_sagemaker_endpoint_configuration`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    capture = config.data_capture
    if capture is UNSET:
        return unknown("data_capture")
    if capture is None or not captures(capture):
        return not_applicable("data capture is off")
    uris = addresses(config, CAPTURED)
    if not uris:
        return unknown("data_capture (DestinationS3Uri)")
    return judge_ownership(config, view, uris, nothing="no bucket is named", data_capture=capture)


@check(
    id="MLP-1206",
    severity=Severity.MEDIUM,
    objective="key-management",
    since="0.1.0",
    needs=(Bucket,),
    blind_to=(KEY_MANAGER,),
    decided_by=("async_output",),
    also=(AccountBucket,),
)
def sagemaker_endpoint_config_async_output_without_customer_key(config: EndpointConfig, view: View) -> Verdict:
    """Asynchronous responses are not encrypted with a customer managed key.

    ## Why it matters
    An asynchronous endpoint writes every response to S3, where it stays. Without a key of your own, read access to the
    bucket is all it takes to read what the model said about your customers. Where no key is named and the bucket has
    one of yours by default, the verdict is open: AWS does not say whether that counts.

    ## How to fix
    Name a KMS key in the output configuration and let the execution role use it.

    Terraform: `async_inference_config { output_config { kms_key_id = … } }` on
    `aws_sagemaker_endpoint_configuration`. CLI: `OutputConfig={KmsKeyId=…}` in `--async-inference-config`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceOutputConfig.html
    """
    output = config.async_output
    if output is UNSET:
        return unknown("async_output")
    if output is None:
        return not_applicable("not an asynchronous endpoint")
    if lack := lacks(output.kms_key_id):
        keyless = failed(f"responses have {lack}", async_output=output)
        return keyless if output.kms_key_id else unless_by_default(config, view, addresses(config, RESPONSES), keyless)
    return passed("responses have a key", async_output=output)


@check(
    id="MLP-1207",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
    also=(AccountBucket,),
)
def sagemaker_endpoint_config_async_output_bucket_foreign(config: EndpointConfig, view: View) -> Verdict:
    """Asynchronous responses go to a bucket that is missing or not yours.

    Accounts of the same scan are yours.

    ## Why it matters
    Every response of the endpoint, and every failed request, is written to that bucket. In another account it is a
    standing leak of production output; a missing bucket can be registered by anyone.

    ## How to fix
    Write to buckets of this account and move the endpoint to the new configuration. A bucket of a partner, or of yours
    elsewhere, is declared in `[[trust.buckets]]`.

    Terraform: `async_inference_config { output_config { s3_output_path = … } }` on
    `aws_sagemaker_endpoint_configuration`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    output = config.async_output
    if output is UNSET:
        return unknown("async_output")
    if output is None:
        return not_applicable("not an asynchronous endpoint")
    uris = addresses(config, RESPONSES)
    return judge_ownership(config, view, uris, nothing="no bucket is named", async_output=output)


@check(id="MLP-1208", severity=Severity.HIGH, objective="hardened-workspaces", since="0.1.0", blind_to=())
def sagemaker_endpoint_config_ssm_access_enabled(config: EndpointConfig) -> Verdict:
    """Operators can open a shell in the containers of the endpoint.

    An absent setting is off.

    ## Why it matters
    A shell in an inference container reads live requests, the model weights and the credentials of the execution role,
    and none of it shows in the endpoint's own logs.

    ## How to fix
    Create a configuration without Systems Manager access and move the endpoint to it once debugging is done.

    Terraform: `enable_ssm_access = false` in `production_variants` of `aws_sagemaker_endpoint_configuration`. CLI:
    leave `EnableSSMAccess` out of `--production-variants`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/ssm-access.html
    """
    if missing := unobserved(config, "variants", "shadow_variants"):
        return missing
    open_ones = _names([variant for variant in all_variants(config) if variant.enable_ssm_access])
    if open_ones:
        return failed(f"a shell can be opened: {', '.join(open_ones)}", variants=open_ones)
    return passed("no shell can be opened", variants=open_ones)


@check(id="MLP-1209", severity=Severity.MEDIUM, objective="encryption-at-rest", since="0.1.0", blind_to=(KEY_MANAGER,))
def sagemaker_endpoint_config_core_dump_without_customer_key(config: EndpointConfig) -> Verdict:
    """Memory dumps of crashed containers are written without a customer managed key.

    ## Why it matters
    A core dump is a copy of memory: weights, prompts, responses and role credentials. Anyone who can make the container
    crash and can read the bucket gets all of them.

    ## How to fix
    Switch core dumps off, or name a KMS key for them.

    Terraform: `core_dump_config { kms_key_id = … }` in `production_variants` of
    `aws_sagemaker_endpoint_configuration`. CLI: `CoreDumpConfig={DestinationS3Uri=…,KmsKeyId=…}`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCoreDumpConfig.html
    """
    if missing := unobserved(config, "variants", "shadow_variants"):
        return missing
    dumping = [variant for variant in all_variants(config) if variant.core_dump_config is not None]
    bare = _names([v for v in dumping if v.core_dump_config is not None and lacks(v.core_dump_config.kms_key_id)])
    if bare:
        return failed(f"core dumps have no key of yours: {', '.join(bare)}", variants=bare)
    return passed("core dumps are off or have a key", variants=_names(dumping))


@check(
    id="MLP-1211",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
    also=(AccountBucket,),
)
def sagemaker_endpoint_config_core_dump_bucket_foreign(config: EndpointConfig, view: View) -> Verdict:
    """Memory dumps of crashed containers go to a bucket that is missing or not yours.

    Accounts of the same scan are yours.

    ## Why it matters
    A core dump is a copy of memory: weights, prompts, responses and role credentials. In another account, or in a
    bucket that anyone may create, somebody else reads them after the next crash.

    ## How to fix
    Switch core dumps off, or write them to a bucket of this account, and move the endpoint to the new configuration. A
    bucket of a partner, or of yours elsewhere, is declared in `[[trust.buckets]]`.

    Terraform: `core_dump_config { destination_s3_uri = … }` in `production_variants` of
    `aws_sagemaker_endpoint_configuration`. CLI: `CoreDumpConfig={DestinationS3Uri=…}`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCoreDumpConfig.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if missing := unobserved(config, "variants", "shadow_variants"):
        return missing
    uris = addresses(config, DUMPS)
    return judge_ownership(config, view, uris, nothing="core dumps are off", variants=uris)


#: Which field has the topic that a response is to be included for.
_TOPICS = {"SUCCESS_NOTIFICATION_TOPIC": "async_success_topic", "ERROR_NOTIFICATION_TOPIC": "async_error_topic"}


@check(
    id="MLP-1210",
    severity=Severity.LOW,
    objective="privacy-protection",
    since="0.1.0",
    blind_to=(),
    decided_by=("async_output", "async_success_topic", "async_error_topic"),
)
def sagemaker_endpoint_config_async_response_in_notification(config: EndpointConfig) -> Verdict:
    """Asynchronous responses are copied into notifications.

    ## Why it matters
    Notifications carry the response itself to every subscriber of the topic: mail boxes, chat rooms and queues that the
    bucket policy and key of the output do not protect. Of a topic that is not set nothing is sent.

    ## How to fix
    Send only the location: leave out `IncludeInferenceResponseIn`, and let subscribers read the object with their own
    rights.

    Terraform: `async_inference_config { output_config { notification_config { include_inference_response_in = [] } } }`
    on `aws_sagemaker_endpoint_configuration`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceNotificationConfig.html
    """
    output = config.async_output
    if output is UNSET:
        return unknown("async_output")
    if output is None:
        return not_applicable("not an asynchronous endpoint")
    wanted = output.notification_config.include_inference_response_in if output.notification_config else None
    told: dict[str, Any] = {}
    for topic in wanted or ():
        if topic not in _TOPICS:
            return unknown(f"where {topic} sends responses")
        told[_TOPICS[topic]] = getattr(config, _TOPICS[topic])
    if sent := {field: arn for field, arn in told.items() if arn}:
        return failed(f"responses are part of what is sent to {', '.join(sent.values())}", async_output=output, **sent)
    if missing := unobserved(config, *told):
        return missing
    return passed("notifications hold no response", async_output=output, **told)
