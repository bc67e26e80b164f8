"""The kind of topics: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

ATTRIBUTES, SUBSCRIPTIONS = "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"


class Topic(Resource, frozen=True, kw_only=True):
    """An SNS topic of this account that an alarm goes to. Id: its ARN.

    `confirmed` and `pending` are the protocols of subscriptions that were confirmed, and that wait for it. Nobody's
    address is kept.
    """

    kind: ClassVar[str] = "aws.sns.Topic"
    title: ClassVar[str] = "SNS topic of an alarm"
    holds: ClassVar[Holds] = Holds.SERVING

    #: absent where it is not encrypted with a key of KMS
    kms_key: Annotated[Observed[str], Read(ATTRIBUTES, "Attributes.KmsMasterKeyId")] = UNSET
    confirmed: Observed[tuple[str, ...]] = UNSET
    pending: Observed[tuple[str, ...]] = UNSET
