"""SageMaker kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model import Holds, Observed, Read, Resource

_NOTEBOOK = "sagemaker:DescribeNotebookInstance"


class NotebookInstance(Resource, frozen=True, kw_only=True):
    """A SageMaker notebook instance. Id: its ARN."""

    kind: ClassVar[str] = "aws.sagemaker.NotebookInstance"
    title: ClassVar[str] = "SageMaker notebook instance"
    holds: ClassVar[Holds] = Holds.WORKBENCH

    status: Annotated[Observed[str], Read("sagemaker:ListNotebookInstances", "NotebookInstanceStatus")] = UNSET
    instance_type: Annotated[Observed[str], Read("sagemaker:ListNotebookInstances", "InstanceType")] = UNSET
    direct_internet_access: Annotated[Observed[str], Read(_NOTEBOOK, "DirectInternetAccess")] = UNSET
    subnet_id: Annotated[Observed[str], Read(_NOTEBOOK, "SubnetId")] = UNSET
    root_access: Annotated[Observed[str], Read(_NOTEBOOK, "RootAccess")] = UNSET
    kms_key_id: Annotated[Observed[str], Read(_NOTEBOOK, "KmsKeyId")] = UNSET
    platform_identifier: Annotated[Observed[str], Read(_NOTEBOOK, "PlatformIdentifier")] = UNSET
    minimum_imds_version: Annotated[
        Observed[str],
        Read(_NOTEBOOK, "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"),
    ] = UNSET
    role_arn: Annotated[Observed[str], Read(_NOTEBOOK, "RoleArn")] = UNSET
    last_modified_time: Annotated[Observed[datetime], Read(_NOTEBOOK, "LastModifiedTime")] = UNSET
