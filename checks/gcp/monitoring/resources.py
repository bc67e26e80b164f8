"""The kinds of alert policies and of the channels that they and monitoring jobs notify: typed snapshots."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

CHANNEL = "monitoring.notificationChannels.get"
POLICIES = "monitoring.alertPolicies.list"


class NotificationChannel(Resource, frozen=True, kw_only=True):
    """A channel of a monitoring job, or of an alert policy on an endpoint. Id: //monitoring.googleapis.com/projects/…

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


class AlertPolicy(Resource, frozen=True, kw_only=True):
    """An alert policy that watches a Vertex AI endpoint, or may. Id: //monitoring.googleapis.com/projects/…

    `endpoint_ids` are the endpoints of its project whose metrics or logs it watches by its conditions, and `may_watch`
    those of which its conditions leave that open. The conditions are not kept.
    """

    kind: ClassVar[str] = "gcp.monitoring.AlertPolicy"
    title: ClassVar[str] = "Cloud Monitoring alert policy on an endpoint"
    holds: ClassVar[Holds] = Holds.SERVING

    endpoint_ids: Observed[tuple[str, ...]] = UNSET
    may_watch: Observed[tuple[str, ...]] = UNSET
    #: Google asks to assume nothing where it is left out
    enabled: Annotated[Observed[bool], Read(POLICIES, "enabled")] = UNSET
    #: a code of google.rpc.Code of one that is invalid and opens no incident
    invalid: Annotated[Observed[int], Read(POLICIES, "validity.code")] = UNSET
    notification_channels: Annotated[Observed[tuple[str, ...]], Read(POLICIES, "notificationChannels")] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(POLICIES, "userLabels")] = UNSET
