from factories.aws import IMAGE, KEY, PINNED, bucket, foreign, job, missing, of_sibling, ours, s3_source, seen_from_here
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import (
    Channel,
    DataSource,
    InstanceGroup,
    RuleOutput,
    S3DataSource,
    TrainingOutput,
    TrainingResources,
)

DENIED = Case("describe was denied", UNKNOWN, job())
ONE = TrainingResources(instance_type="ml.m5.large", instance_count=1)
FOUR = TrainingResources(instance_type="ml.m5.large", instance_count=4)
CHOSEN = TrainingResources(selected_instance_type="ml.g5.2xlarge", selected_instance_count=2)
MIXED = TrainingResources(
    instance_groups=(
        InstanceGroup(instance_type="ml.m5.large", instance_count=1),
        InstanceGroup(instance_type="ml.p4d.24xlarge", instance_count=1),
    )
)


NO_KEY, AWS_KEY = {"volume_kms_key_id": ""}, {"volume_kms_key_id": "alias/aws/ebs"}


def may_get(*types: str, counts: tuple[int, ...] = (1, 1)):
    """Resources of a job that has not got its instances yet."""
    choice = zip(types, counts, strict=True)
    return TrainingResources(
        instance_preferences=tuple(InstanceGroup(instance_type=t, instance_count=n) for t, n in choice)
    )


def reads(*uris: str):
    return job(inputs=tuple(Channel(channel_name="training", data_source=s3_source(uri)) for uri in uris))


NOWHERE_ELSE = {
    "checkpoint_s3_uri": None,
    "debug_hook_s3_output_path": None,
    "debug_rules": None,
    "tensor_board_s3_output_path": None,
    "profiler_s3_output_path": None,
}


def writes(uri: str = "s3://northwind-example-models/out", **fields):
    return job(output=TrainingOutput(s3_output_path=uri), **{**NOWHERE_ELSE, **fields})


def lists(kind: str, uri: str = "s3://northwind-example-models/train.manifest"):
    source = DataSource(s3_data_source=S3DataSource(s3_uri=uri, s3_data_type=kind))
    return job(inputs=(Channel(channel_name="training", data_source=source),))


def runs(*uris: str):
    return job(code_uris=uris)


def told(**fields):
    return job(suspicious_hyperparameters=None, **fields)


CASES = {
    "sagemaker_training_inter_container_traffic_unencrypted": [
        Case("encrypted", PASS, job(encrypt_inter_container_traffic=True)),
        Case("in clear text", FAIL, job(encrypt_inter_container_traffic=False, resources=FOUR)),
        Case("absent is off", FAIL, job(encrypt_inter_container_traffic=None, resources=FOUR)),
        Case("two groups of one instance", FAIL, job(encrypt_inter_container_traffic=False, resources=MIXED)),
        Case("a serverless job", NOT_APPLICABLE, job(encrypt_inter_container_traffic=None, resources=None)),
        Case("one instance", NOT_APPLICABLE, job(encrypt_inter_container_traffic=False, resources=ONE)),
        Case(
            "an instance type chosen by preference", FAIL, job(encrypt_inter_container_traffic=False, resources=CHOSEN)
        ),
        Case(
            "several, whichever it gets",
            FAIL,
            job(encrypt_inter_container_traffic=False, resources=may_get("ml.c5.large", "ml.m5.large", counts=(2, 4))),
        ),
        Case(
            "one or several, whichever it gets",
            UNKNOWN,
            job(encrypt_inter_container_traffic=False, resources=may_get("ml.c5.large", "ml.m5.large", counts=(1, 4))),
        ),
        Case(
            "no count of one group",
            UNKNOWN,
            job(encrypt_inter_container_traffic=False, resources=TrainingResources(instance_groups=(InstanceGroup(),))),
        ),
        Case(
            "no count in the reply",
            UNKNOWN,
            job(encrypt_inter_container_traffic=False, resources=TrainingResources(instance_type="ml.m5.large")),
        ),
        DENIED,
    ],
    "sagemaker_training_network_isolation_disabled": [
        Case("isolated", PASS, job(enable_network_isolation=True)),
        Case("not isolated", FAIL, job(enable_network_isolation=False, resources=ONE)),
        Case("absent is off", FAIL, job(enable_network_isolation=None, resources=ONE)),
        Case("a serverless job", UNKNOWN, job(enable_network_isolation=None, resources=None)),
        DENIED,
    ],
    "sagemaker_training_outside_vpc": [
        Case("in subnets", PASS, job(subnets=("subnet-0a1b2c3d4e5f60001",))),
        Case("no VPC", FAIL, job(subnets=None)),
        DENIED,
    ],
    "sagemaker_training_volume_without_customer_key": [
        Case("a key", PASS, job(resources=TrainingResources(instance_type="ml.m5.large", volume_kms_key_id=KEY))),
        Case("no key", FAIL, job(resources=FOUR)),
        Case("an empty key is none", FAIL, job(resources=TrainingResources(instance_type="ml.c5.large", **NO_KEY))),
        Case("a key that AWS manages", FAIL, job(resources=TrainingResources(instance_type="ml.c5.large", **AWS_KEY))),
        Case("all it may get has NVMe disks", NOT_APPLICABLE, job(resources=may_get("ml.g5.xlarge", "ml.g6.xlarge"))),
        Case("nothing it may get has NVMe disks", FAIL, job(resources=may_get("ml.c5.xlarge", "ml.m5.xlarge"))),
        Case("some of what it may get has NVMe disks", UNKNOWN, job(resources=may_get("ml.g5.xlarge", "ml.m5.xlarge"))),
        Case("no type in the reply", UNKNOWN, job(resources=TrainingResources(instance_count=1))),
        Case("NVMe disks, chosen by preference", NOT_APPLICABLE, job(resources=CHOSEN)),
        Case("NVMe disks in one group", NOT_APPLICABLE, job(resources=MIXED)),
        Case("no instances of its own", NOT_APPLICABLE, job(resources=None)),
        DENIED,
    ],
    "sagemaker_training_output_without_customer_key": [
        Case("a key", PASS, job(output=TrainingOutput(kms_key_id=KEY))),
        Case("no key", FAIL, job(output=TrainingOutput(s3_output_path="s3://northwind-example-models/out"))),
        Case("an empty key is none", FAIL, job(output=TrainingOutput(kms_key_id=""))),
        Case("a key that AWS manages", FAIL, job(output=TrainingOutput(kms_key_id="alias/aws/s3"))),
        Case(
            "a directory bucket takes no key",
            NOT_APPLICABLE,
            job(output=TrainingOutput(s3_output_path="s3://northwind-example--euw1-az1--x-s3/out/")),
        ),
        Case("a key of the volume does not count", FAIL, job(output=TrainingOutput(), resources=FOUR)),
        Case("no output", NOT_APPLICABLE, job(output=None)),
        DENIED,
    ],
    "sagemaker_training_hyperparameter_secret": [
        Case("nothing suspicious", PASS, job(suspicious_hyperparameters=(), suspicious_arguments=())),
        Case("no hyperparameters", PASS, job(suspicious_hyperparameters=None, suspicious_arguments=())),
        Case("a token", FAIL, job(suspicious_hyperparameters=("api_token",), suspicious_arguments=())),
        Case("a token on the command line", FAIL, told(suspicious_arguments=("--api-token",))),
        Case("the command line was not observed", UNKNOWN, told()),
        DENIED,
    ],
    "sagemaker_training_environment_secret": [
        Case("nothing suspicious", PASS, job(suspicious_environment=())),
        Case("no environment", PASS, job(suspicious_environment=None)),
        Case("a password", FAIL, job(suspicious_environment=("DB_PASSWORD",))),
        DENIED,
    ],
    "sagemaker_training_remote_debug_enabled": [
        Case("off", PASS, job(status="InProgress", enable_remote_debug=False)),
        Case("absent is off", PASS, job(status="InProgress", enable_remote_debug=None)),
        Case("on", FAIL, job(status="InProgress", enable_remote_debug=True)),
        Case("about to stop", FAIL, job(status="Stopping", enable_remote_debug=True)),
        Case("finished", NOT_APPLICABLE, job(status="Completed")),
        Case("being deleted", NOT_APPLICABLE, job(status="Deleting", enable_remote_debug=True)),
        Case("finished, and on while it ran", NOT_APPLICABLE, job(status="Failed", enable_remote_debug=True)),
        Case("describe was denied", UNKNOWN, job(status="InProgress")),
        Case("no status was seen", UNKNOWN, job(enable_remote_debug=True)),
    ],
    "sagemaker_training_output_bucket_foreign": [
        Case("a bucket of ours", PASS, writes("s3://northwind-example-models/out"), ours()),
        Case("another account's", FAIL, writes("s3://fabrikam-example-weights/out"), foreign()),
        Case(
            "checkpoints to nobody's",
            FAIL,
            writes(checkpoint_s3_uri="s3://northwind-example-deleted/check"),
            ours(),
            missing(),
        ),
        Case("refused, and nothing to compare with", UNKNOWN, writes("s3://northwind-example-models/out"), bucket()),
        Case("buckets were not read", UNKNOWN, writes("s3://northwind-example-models/x"), incomplete=[Bucket]),
        Case("an access point", UNKNOWN, writes("s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/models/x")),
        *(
            Case(f"{field} elsewhere", FAIL, writes(**{field: "s3://fabrikam-example-weights/x"}), ours(), foreign())
            for field in NOWHERE_ELSE
            if field != "debug_rules"
        ),
        Case(
            "reports of a rule elsewhere",
            FAIL,
            writes(debug_rules=(RuleOutput(), RuleOutput(s3_output_path="s3://fabrikam-example-weights/x"))),
            ours(),
            foreign(),
        ),
        Case("a bucket of another account of the scan", PASS, writes(), of_sibling(), seen_from_here()),
        Case("no output", NOT_APPLICABLE, job(output=None, **NOWHERE_ELSE)),
        DENIED,
    ],
    "sagemaker_training_input_bucket_foreign": [
        Case("a bucket of ours", PASS, reads("s3://northwind-example-models/raw"), ours()),
        Case("another account's", FAIL, reads("s3://fabrikam-example-weights/raw"), foreign()),
        Case("a list of data", UNKNOWN, lists("ManifestFile"), ours()),
        Case("a list of data with labels", UNKNOWN, lists("AugmentedManifestFile"), ours()),
        Case("another account's list", FAIL, lists("ManifestFile", "s3://fabrikam-example-weights/m"), foreign()),
        Case("everything below a prefix", PASS, lists("S3Prefix"), ours()),
        Case("a bucket of another account of the scan", PASS, lists("S3Prefix"), of_sibling(), seen_from_here()),
        Case("sample data of AWS", NOT_APPLICABLE, reads("s3://sagemaker-sample-files/datasets/iris")),
        Case("not from S3", NOT_APPLICABLE, job(inputs=None)),
        Case("buckets were not read", UNKNOWN, reads("s3://northwind-example-models/raw"), incomplete=[Bucket]),
        DENIED,
    ],
    "sagemaker_training_code_bucket_foreign": [
        Case("a bucket of ours", PASS, runs("s3://northwind-example-models/code.tar.gz"), ours()),
        Case("another account's", FAIL, runs("s3://fabrikam-example-weights/code.tar.gz"), foreign()),
        Case("nobody's", FAIL, runs("s3://northwind-example-deleted/code.tar.gz"), missing()),
        Case("code of the image", NOT_APPLICABLE, runs()),
        Case("buckets were not read", UNKNOWN, runs("s3://northwind-example-models/code.tar.gz"), incomplete=[Bucket]),
        DENIED,
    ],
    "sagemaker_training_image_unpinned": [
        Case("by digest", PASS, job(training_image=PINNED)),
        Case("by tag", FAIL, job(training_image=f"{IMAGE}:latest")),
        Case("an algorithm by name", NOT_APPLICABLE, job(training_image=None)),
        DENIED,
    ],
    "sagemaker_training_image_not_from_private_registry": [
        Case("through the VPC", PASS, job(repository_access_mode="Vpc")),
        Case("by the platform", FAIL, job(repository_access_mode="Platform", training_image=IMAGE)),
        Case("absent is the platform", FAIL, job(repository_access_mode=None, training_image=IMAGE)),
        Case("a mode of a later API version", UNKNOWN, job(repository_access_mode="Mesh", training_image=IMAGE)),
        Case("an algorithm by name", NOT_APPLICABLE, job(repository_access_mode=None, training_image=None)),
        DENIED,
    ],
}
