"""The kind of notification channels: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

CHANNEL = "monitoring.notificationChannels.get"


class NotificationChannel(Resource, frozen=True, kw_only=True):
    """A channel that a monitoring job sends anomalies to. Id: //monitoring.googleapis.com/projects/…

    Its labels, which hold the addresses of people, are not kept.
    """

    kind: ClassVar[str] = "gcp.monitoring.NotificationChannel"
    title: ClassVar[str] = "Cloud Monitoring notification channel"
    holds: ClassVar[Holds] = Holds.SERVING

    #: such as email, sms, pagerduty, slack, webhook_tokenauth and pubsub
    channel_type: Annotated[Observed[str], Read(CHANNEL, "type")] = UNSET
    #: on where it is left out
    enabled: Annotated[Observed[bool], Read(CHANNEL, "enabled")] = UNSET
    #: absent where no verification is needed
    verification_status: Annotated[Observed[str], Read(CHANNEL, "verificationStatus")] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(CHANNEL, "userLabels")] = UNSET
