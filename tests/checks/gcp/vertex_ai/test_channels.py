from factories.gcp import channel, endpoint, monitored, monitoring
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.monitoring.resources import NotificationChannel
from checks.gcp.vertex_ai.resources import Alerting, EmailAlert, MonitoringJob


def names(*numbers: str, project: str = "example-fraud-prod", mails: tuple[str, ...] = ()):
    channels = tuple(f"projects/{project}/notificationChannels/{number}" for number in numbers)
    mail = EmailAlert(user_emails=mails) if mails else None
    return monitoring(alerting=Alerting(notification_channels=channels or None, email_alert_config=mail))


def works(number: str = "7", **fields):
    return channel(number, **{"channel_type": "email", "enabled": True, "verification_status": None, **fields})


CASES = {
    "vertex_endpoint_monitoring_channels_silent": [
        Case("it works", PASS, monitored(), names("7"), works()),
        Case("verified", PASS, monitored(), names("7"), works(verification_status="VERIFIED")),
        Case("on where nobody said so", PASS, monitored(), names("7"), works(enabled=None)),
        Case("one of two works", PASS, monitored(), names("7", "8"), works(), works("8", enabled=False)),
        Case("off", FAIL, monitored(), names("7"), works(enabled=False)),
        Case("unverified", FAIL, monitored(), names("7"), works(verification_status="UNVERIFIED")),
        Case("gone", FAIL, monitored(), names("7")),
        Case("a program reads it", UNKNOWN, monitored(), names("7"), works(channel_type="pubsub")),
        Case("of another project", UNKNOWN, monitored(), names("7", project="example-fraud-lab")),
        Case("mailed as well", NOT_APPLICABLE, monitored(), names("7", mails=("a@northwind.example",)), works()),
        Case("no channel", NOT_APPLICABLE, monitored(), names()),
        Case("no job", NOT_APPLICABLE, monitored(monitoring_job=None)),
        Case("nothing deployed", NOT_APPLICABLE, monitored(deployed_models=None), names("7")),
        Case("the job was not read", UNKNOWN, monitored(), incomplete=[MonitoringJob]),
        Case("the job says nothing", UNKNOWN, monitored(), monitoring()),
        Case("the channel was not read", UNKNOWN, monitored(), names("7"), channel()),
        Case("channels were not read", UNKNOWN, monitored(), names("7"), incomplete=[NotificationChannel]),
        Case("the endpoint was not read", UNKNOWN, endpoint()),
    ]
}
