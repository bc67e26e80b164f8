"""The kinds of log groups: typed snapshots."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

GROUPS = "logs:DescribeLogGroups"
#: What SageMaker calls the group that the containers of an endpoint write to, before the endpoint's name.
OF_ENDPOINTS = "/aws/sagemaker/Endpoints/"


class LogGroup(Resource, frozen=True, kw_only=True):
    """The log group of a SageMaker endpoint. Id: its ARN, without the `:*` that some of AWS' spellings end in.

    `forwarded_by` are subscription filters of the group, and policies of the account that have any, by name: what they
    send elsewhere may be kept there. Nobody asks that of a group that keeps events for six months or longer.
    """

    kind: ClassVar[str] = "aws.logs.LogGroup"
    title: ClassVar[str] = "CloudWatch log group of an endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    endpoint_name: Observed[str] = UNSET
    #: also where a policy of the account sets it; absent where events never expire
    retention_in_days: Annotated[Observed[int], Read(GROUPS, "retentionInDays")] = UNSET
    forwarded_by: Observed[tuple[str, ...]] = UNSET


class DeclaredLogGroup(Resource, frozen=True, kw_only=True):
    """A log group that an AI system names as one of its logs, whether or not it exists. Id: its ARN.

    `forwarded_by` is as for the groups of endpoints.
    """

    kind: ClassVar[str] = "aws.logs.DeclaredLogGroup"
    title: ClassVar[str] = "CloudWatch log group that an AI system names"
    holds: ClassVar[Holds] = Holds.SERVING

    exists: Observed[bool] = UNSET
    #: also where a policy of the account sets it; absent where events never expire, and of the class DELIVERY
    retention_days: Annotated[Observed[int], Read(GROUPS, "retentionInDays")] = UNSET
    log_group_class: Annotated[Observed[str], Read(GROUPS, "logGroupClass")] = UNSET
    forwarded_by: Observed[tuple[str, ...]] = UNSET
