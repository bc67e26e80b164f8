"""SageMaker documents made from an index. What is planted, by index from 0 (`every nth`: 0, n, 2n, ...):

notebooks        every 2nd has root access, every 3rd the internet and no subnet, every 4th no key
models           every 2nd without isolation, every 3rd without VPC, every 4th with an image by tag; of ten, number 9
                 is a pipeline of two containers; number 49 of fifty has a password in its environment
training jobs    every 2nd without isolation, every 3rd without VPC, every 4th without encryption between its two
                 instances, every 5th without keys; every 100th in progress, and every 2nd of these with remote
                 debugging, like every 25th that is finished
endpoint configs every 4th without key, every 5th on one instance; number 2 of three without data capture
endpoints        every 10th without an alarm that rolls back

The newest has index 0: jobs are at most 20 days old, everything else is 40 days old or older.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from replaying.cloud import Size

_DAY = 86_400
#: Members of DescribeTrainingJob that a Search record does not have.
_NOT_SEARCHED = ("RemoteDebugConfig", "InfraCheckConfig", "ProfilingStatus")


@dataclass(frozen=True)
class Kind:
    """How SageMaker spells a kind: noun in operations, prefix of generated names, segment of ARNs, list member."""

    noun: str
    count: str
    prefix: str
    segment: str
    listed: str
    default: int | None = None

    def name(self, index: int) -> str:
        return f"{self.prefix}{index:06d}"

    def index(self, name: str) -> int | None:
        """The index in a name; None for a name that was not generated."""
        digits = name.removeprefix(self.prefix)
        return int(digits) if digits != name and digits.isdecimal() and len(digits) >= 6 else None


NOTEBOOK = Kind("NotebookInstance", "notebooks", "notebook-", "notebook-instance", "NotebookInstances")
MODEL = Kind("Model", "models", "model-", "model", "Models")
CONFIG = Kind("EndpointConfig", "endpoint-configs", "config-", "endpoint-config", "EndpointConfigs")
ENDPOINT = Kind("Endpoint", "endpoints", "endpoint-", "endpoint", "Endpoints", default=0)
JOB = Kind("TrainingJob", "training-jobs", "job-", "training-job", "TrainingJobSummaries")
KINDS = (NOTEBOOK, MODEL, CONFIG, ENDPOINT, JOB)


class Documents:
    """The documents of one account and region. Indices are not checked."""

    def __init__(self, size: Size, account: str, region: str) -> None:
        self._size = size
        self._now = size.now.timestamp()
        self._account = account
        self._region = region
        self._arn = f"arn:aws:sagemaker:{region}:{account}:"
        self._key = f"arn:aws:kms:{region}:{account}:key/00000000-1111-2222-3333-444444444444"
        self._registry = f"{account}.dkr.ecr.{region}.amazonaws.com"
        self._describe = {
            NOTEBOOK: self.notebook,
            MODEL: self.model,
            CONFIG: self.config,
            ENDPOINT: self.endpoint,
            JOB: self.job,
        }

    def arn(self, kind: Kind, index: int) -> str:
        return f"{self._arn}{kind.segment}/{kind.name(index)}"

    def created(self, kind: Kind, index: int) -> float:
        """Seconds since 1970, with milliseconds."""
        if kind is JOB:
            age = _DAY / 24 + 19 * _DAY * index / max(1, self._size.of(JOB.count))
        else:
            age = 40 * _DAY + 60 * index
        return round(self._now - age, 3)

    def tags(self, index: int) -> list[dict[str, str]]:
        return [{"Key": "team", "Value": f"team-{index % 7}"}, {"Key": "stage", "Value": "production"}]

    def describe(self, kind: Kind, index: int) -> dict[str, Any]:
        """The reply of Describe."""
        return self._describe[kind](index)

    def summary(self, kind: Kind, index: int) -> dict[str, Any]:
        """An item of List."""
        noun = kind.noun
        found: dict[str, Any] = {
            f"{noun}Name": kind.name(index),
            f"{noun}Arn": self.arn(kind, index),
            "CreationTime": self.created(kind, index),
        }
        members = {
            NOTEBOOK: ("NotebookInstanceStatus", "Url", "InstanceType", "LastModifiedTime"),
            ENDPOINT: ("EndpointStatus", "LastModifiedTime"),
            JOB: ("TrainingJobStatus", "SecondaryStatus", "LastModifiedTime", "TrainingEndTime"),
        }.get(kind)
        if members:
            document = self.describe(kind, index)
            found |= {member: document[member] for member in members if member in document}
        return found

    def record(self, kind: Kind, index: int) -> dict[str, Any]:
        """A record of Search: nearly what Describe says, with tags."""
        document = {**self.describe(kind, index), "Tags": self.tags(index)}
        if kind is MODEL:
            return {"Model": {"Model": document, "Endpoints": self._served(index), "MonitoringSchedules": []}}
        if kind is JOB:
            document = {member: value for member, value in document.items() if member not in _NOT_SEARCHED}
        if kind is ENDPOINT:
            del document["LastDeploymentConfig"]
        return {kind.noun: document}

    # -- one kind each -------------------------------------------------------------------------------------------------

    def notebook(self, index: int) -> dict[str, Any]:
        outside = index % 3 == 0
        name = NOTEBOOK.name(index)
        found = {
            "NotebookInstanceArn": self.arn(NOTEBOOK, index),
            "NotebookInstanceName": name,
            "NotebookInstanceStatus": "InService",
            "Url": f"{name}.notebook.{self._region}.sagemaker.aws",
            "InstanceType": "ml.t3.medium",
            "RoleArn": self._role(index),
            "LastModifiedTime": self.created(NOTEBOOK, index) + 300,
            "CreationTime": self.created(NOTEBOOK, index),
            "DirectInternetAccess": "Enabled" if outside else "Disabled",
            "VolumeSizeInGB": 20,
            "RootAccess": "Enabled" if index % 2 == 0 else "Disabled",
            "PlatformIdentifier": "notebook-al2023-v1",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
        }
        if not outside:
            found["SubnetId"] = "subnet-0a1b2c3d4e5f60001"
            found["SecurityGroups"] = ["sg-0a1b2c3d4e5f60001"]
            found["NetworkInterfaceId"] = "eni-0a1b2c3d4e5f60001"
        if index % 4:
            found["KmsKeyId"] = self._key
        return found

    def model(self, index: int) -> dict[str, Any]:
        found = {
            "ModelName": MODEL.name(index),
            "ModelArn": self.arn(MODEL, index),
            "ExecutionRoleArn": self._role(index),
            "CreationTime": self.created(MODEL, index),
            "EnableNetworkIsolation": index % 2 == 1,
            "DeploymentRecommendation": {"RecommendationStatus": "NOT_APPLICABLE"},
        }
        if index % 10 == 9:
            found["Containers"] = [
                {**self._container(index), "ContainerHostname": host} for host in ("prepare", "predict")
            ]
            found["InferenceExecutionConfig"] = {"Mode": "Serial"}
        else:
            found["PrimaryContainer"] = self._container(index)
        if index % 3:
            found["VpcConfig"] = self._vpc()
        return found

    def config(self, index: int) -> dict[str, Any]:
        variant = {
            "VariantName": "main",
            "InitialInstanceCount": 1 if index % 5 == 0 else 2,
            "InstanceType": "ml.m5.xlarge",
            "InitialVariantWeight": 1.0,
        }
        model = self._size.partner(index, self._size.of(MODEL.count))
        if model is not None:
            variant["ModelName"] = MODEL.name(model)
        found = {
            "EndpointConfigName": CONFIG.name(index),
            "EndpointConfigArn": self.arn(CONFIG, index),
            "ProductionVariants": [variant],
            "CreationTime": self.created(CONFIG, index),
            "EnableNetworkIsolation": False,
        }
        if index % 3 != 2:
            found["DataCaptureConfig"] = {
                "EnableCapture": True,
                "InitialSamplingPercentage": 20,
                "DestinationS3Uri": f"s3://{self._bucket(index)}/captured/{index}",
                "KmsKeyId": self._key,
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            }
        if index % 4:
            found["KmsKeyId"] = self._key
        return found

    def endpoint(self, index: int) -> dict[str, Any]:
        deployment: dict[str, Any] = {
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
            }
        }
        if index % 10:
            deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": f"errors-{index}"}]}
        config = self._size.partner(index, self._size.of(CONFIG.count))
        return {
            "EndpointName": ENDPOINT.name(index),
            "EndpointArn": self.arn(ENDPOINT, index),
            "EndpointConfigName": CONFIG.name(0 if config is None else config),
            "ProductionVariants": [{"VariantName": "main", "CurrentInstanceCount": 2, "DesiredInstanceCount": 2}],
            "EndpointStatus": "InService",
            "CreationTime": self.created(ENDPOINT, index),
            "LastModifiedTime": self.created(ENDPOINT, index) + 600,
            "LastDeploymentConfig": deployment,
        }

    def job(self, index: int) -> dict[str, Any]:
        created = self.created(JOB, index)
        bucket, running = self._bucket(index), index % 100 == 0
        output = {"S3OutputPath": f"s3://{bucket}/output/{index}", "CompressionType": "GZIP"}
        resources: dict[str, Any] = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
        if index % 5:
            output["KmsKeyId"] = resources["VolumeKmsKeyId"] = self._key
        found = {
            "TrainingJobName": JOB.name(index),
            "TrainingJobArn": self.arn(JOB, index),
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://{bucket}/output/{index}/{JOB.name(index)}/model.tar.gz"},
            "TrainingJobStatus": "InProgress" if running else "Completed",
            "SecondaryStatus": "Training" if running else "Completed",
            "HyperParameters": {"epochs": "10", "learning-rate": "0.001", "batch-size": str(32 + index % 3)},
            "AlgorithmSpecification": {
                "TrainingImage": self._image(index),
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*?);"}],
                "EnableSageMakerMetricsTimeSeries": False,
            },
            "RoleArn": self._role(index),
            "InputDataConfig": [self._channel(bucket, name, index) for name in ("train", "validation")],
            "OutputDataConfig": output,
            "ResourceConfig": resources,
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "CreationTime": created,
            "TrainingStartTime": created + 90,
            "LastModifiedTime": created + 120 if running else created + 1800,
            "SecondaryStatusTransitions": _transitions(created, running=running),
            "EnableNetworkIsolation": index % 2 == 1,
            "EnableInterContainerTrafficEncryption": index % 4 != 0,
            "EnableManagedSpotTraining": False,
            "Environment": {"LOG_LEVEL": "info"},
            "ProfilingStatus": "Disabled",
            "RemoteDebugConfig": {"EnableRemoteDebug": index % 200 == 0 if running else index % 25 == 0},
            "InfraCheckConfig": {"EnableInfraCheck": False},
        }
        if not running:
            found |= {"TrainingEndTime": created + 1800, "TrainingTimeInSeconds": 1710, "BillableTimeInSeconds": 1710}
            metric = {"MetricName": "loss", "Value": 0.25, "Timestamp": created + 1790}
            found["FinalMetricDataList"] = [metric]
        if index % 3:
            found["VpcConfig"] = self._vpc()
        return found

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _role(self, index: int) -> str:
        return f"arn:aws:iam::{self._account}:role/r-{index % max(1, self._size.roles)}"

    def _bucket(self, index: int) -> str:
        return bucket_name(index % max(1, self._size.buckets), self._account)

    def _vpc(self) -> dict[str, list[str]]:
        return {
            "SecurityGroupIds": ["sg-0a1b2c3d4e5f60001"],
            "Subnets": ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
        }

    def _image(self, index: int) -> str:
        digest = f"{(index % 50 + self._size.seed) % 256:02x}" * 32
        return f"{self._registry}/serving-{index % 50}" + (f"@sha256:{digest}" if index % 4 else ":latest")

    def _container(self, index: int) -> dict[str, Any]:
        artifact = f"s3://{self._bucket(index)}/models/{index}/model.tar.gz"
        environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_REGION": self._region}
        if index % 50 == 49:
            environment |= {"DB_PASSWORD": "invented"}
        return {
            "Image": self._image(index),
            "Mode": "SingleModel",
            "ImageConfig": {"RepositoryAccessMode": "Vpc" if index % 3 else "Platform"},
            "ModelDataUrl": artifact,
            "ModelDataSource": {
                "S3DataSource": {"S3Uri": artifact, "S3DataType": "S3Object", "CompressionType": "Gzip"}
            },
            "Environment": environment,
        }

    @staticmethod
    def _channel(bucket: str, name: str, index: int) -> dict[str, Any]:
        source = {
            "S3DataType": "S3Prefix",
            "S3Uri": f"s3://{bucket}/data/{index % 20}/{name}/",
            "S3DataDistributionType": "FullyReplicated",
        }
        return {
            "ChannelName": name,
            "DataSource": {"S3DataSource": source},
            "ContentType": "text/csv",
            "CompressionType": "None",
            "RecordWrapperType": "None",
        }

    def _served(self, model: int) -> list[dict[str, Any]]:
        """The endpoints that serve a model, as a Search record lists them."""
        return [
            {
                "EndpointName": ENDPOINT.name(index),
                "EndpointArn": self.arn(ENDPOINT, index),
                "CreationTime": self.created(ENDPOINT, index),
                "LastModifiedTime": self.created(ENDPOINT, index) + 600,
                "EndpointStatus": "InService",
            }
            for index in _serving(self._size).get(model, ())
        ]


@functools.lru_cache(maxsize=4)
def _serving_of(endpoints: int, configs: int, models: int, populated: int) -> dict[int, list[int]]:
    size = Size(populated=populated)
    found: dict[int, list[int]] = {}
    for index in range(endpoints):
        config = size.partner(index, configs)
        model = None if config is None else size.partner(config, models)
        if model is not None:
            found.setdefault(model, []).append(index)
    return found


def _serving(size: Size) -> dict[int, list[int]]:
    """Indices of endpoints by that of the model they serve."""
    counts = size.of(ENDPOINT.count, 0), size.of(CONFIG.count), size.of(MODEL.count)
    return _serving_of(*counts, size.populated)


def _transitions(created: float, *, running: bool) -> list[dict[str, Any]]:
    steps = [("Starting", 0, 60), ("Downloading", 60, 90), ("Training", 90, 1700), ("Uploading", 1700, 1790)]
    found: list[dict[str, Any]] = [
        {"Status": status, "StartTime": created + start, "EndTime": created + end, "StatusMessage": f"{status} is done"}
        for status, start, end in (steps[:2] if running else steps)
    ]
    last = ("Training", 90) if running else ("Completed", 1790)
    return [*found, {"Status": last[0], "StartTime": created + last[1], "StatusMessage": f"{last[0]} now"}]


def bucket_name(number: int, account: str) -> str:
    """Names of buckets are the whole world's, so all accounts but the first put their number behind."""
    return f"b-{number}" if account == "111122223333" else f"b-{number}-{account}"
