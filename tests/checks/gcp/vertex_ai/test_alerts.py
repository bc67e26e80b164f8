from factories.gcp import PROJECT, alert_policy, channel, endpoint, serving, vertex_id
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.monitoring.resources import AlertPolicy, NotificationChannel

SERVES = serving()
THIS = (vertex_id("endpoints", "1"),)


def tells(*channels: str, project: str = PROJECT, **fields):
    names = tuple(f"projects/{project}/notificationChannels/{each}" for each in channels)
    return alert_policy(**{"notification_channels": names or None, **fields})


def perhaps(*channels: str, **fields):
    return tells(*channels, **{"name": "logs", "endpoint_ids": (), "may_watch": THIS, **fields})


def works(name: str = "7", **fields):
    return channel(name, **{"channel_type": "email", "enabled": True, "verification_status": None, **fields})


OFF = works(enabled=False)
UNHEARD = tells("8", name="latency")

CASES = {
    "vertex_endpoint_alert_reaches_nobody": [
        Case("somebody is mailed", PASS, SERVES, tells("7"), works()),
        Case("one of two channels works", PASS, SERVES, tells("7", "8"), works(), works("8", enabled=False)),
        Case("one was left behind", PASS, SERVES, tells("7"), tells(name="latency", enabled=False), works()),
        Case("another that may watch it tells, too", PASS, SERVES, tells("7"), perhaps("7"), works()),
        Case("no channel", FAIL, SERVES, tells()),
        Case("the channel is off", FAIL, SERVES, tells("7"), OFF),
        Case("it was never verified", FAIL, SERVES, tells("7"), works(verification_status="UNVERIFIED")),
        Case("the channel is gone", FAIL, SERVES, tells("7")),
        Case("the policy is invalid", FAIL, SERVES, tells("7", invalid=3), works()),
        Case("the policy is off", FAIL, SERVES, tells("7", enabled=False), works()),
        Case("all are off", FAIL, SERVES, tells("7", enabled=False), perhaps("7", enabled=False), works()),
        Case("one of two", FAIL, SERVES, tells("7"), UNHEARD, works()),
        Case("one of two, and a third was not read", FAIL, SERVES, UNHEARD, incomplete=[AlertPolicy]),
        Case("a program reads it", UNKNOWN, SERVES, tells("7"), works(channel_type="pubsub")),
        Case("a channel of another project", UNKNOWN, SERVES, tells("7", project="example-fraud-lab")),
        Case("whether it is on is not said", UNKNOWN, SERVES, tells("7", enabled=None), works()),
        Case("whether one watches it", UNKNOWN, SERVES, perhaps("7"), works()),
        Case("one that is off may watch it", UNKNOWN, SERVES, perhaps("7", enabled=False), works()),
        Case("one that may watch it tells nobody", UNKNOWN, SERVES, tells("7"), perhaps(), works()),
        Case("off, and another may watch it", UNKNOWN, SERVES, tells("7", enabled=False), perhaps("7"), works()),
        Case("off, and others were not read", UNKNOWN, SERVES, tells(enabled=False), incomplete=[AlertPolicy]),
        Case("the channel was not read", UNKNOWN, SERVES, tells("7"), channel()),
        Case("channels were not read", UNKNOWN, SERVES, tells("7"), incomplete=[NotificationChannel]),
        Case("policies were not read", UNKNOWN, SERVES, incomplete=[AlertPolicy]),
        Case("some policies were not read", UNKNOWN, SERVES, tells("7"), works(), incomplete=[AlertPolicy]),
        Case("channels of the policy were not read", UNKNOWN, SERVES, alert_policy()),
        Case("the endpoint was not read", UNKNOWN, endpoint()),
        Case("no policy", NOT_APPLICABLE, SERVES),
        Case("a policy on another", NOT_APPLICABLE, SERVES, tells(endpoint_ids=(vertex_id("endpoints", "2"),))),
        Case("nothing is deployed", NOT_APPLICABLE, endpoint(deployed_models=None), tells()),
    ]
}
