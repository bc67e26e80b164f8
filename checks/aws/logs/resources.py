"""The kind of log groups: a typed snapshot."""

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
