"""Whom notification channels of Cloud Monitoring reach."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import UNSET

from checks.gcp.monitoring.resources import NotificationChannel
from checks.gcp.names import CLOUD_MONITORING, full_name
from scanner.model.views import View

TOLD, OPEN, NOBODY = "told", "open", "nobody"
_UNVERIFIED = "UNVERIFIED"
#: Channels that a program reads; all others end at a person, or at a service that somebody connected.
_PROGRAMS = ("pubsub",)
_FIELDS = ("channel_type", "enabled", "verification_status")


class Notified(NamedTuple):
    """Whom channels reach, what of it is not known, the ids that lead there, and the channels that were seen."""

    word: str
    open: str
    path: tuple[str, ...]
    seen: tuple[NotificationChannel, ...]


def notified(names: Iterable[str], project: str, view: View) -> Notified:
    """Whom channels with these names reach. Those of other projects than this one were not asked."""
    found = {id: view.get(NotificationChannel, id) for id in (full_name(CLOUD_MONITORING, name) for name in names)}
    seen = tuple(one for one in found.values() if isinstance(one, NotificationChannel))
    for one in seen:
        if missing := [name for name in _FIELDS if getattr(one, name) is UNSET]:
            return Notified(OPEN, f"NotificationChannel.{missing[0]}", (one.id,), seen)
    here = full_name(CLOUD_MONITORING, f"projects/{project}/")
    if UNSET in found.values() or any(one is None and not id.startswith(here) for id, one in found.items()):
        return Notified(OPEN, "NotificationChannel", (), seen)
    working = [one for one in seen if one.enabled is not False and one.verification_status != _UNVERIFIED]
    if told := [one for one in working if one.channel_type not in _PROGRAMS]:
        return Notified(TOLD, "", (told[0].id,), seen)
    if working:
        return Notified(OPEN, "whom the readers of the topic tell", (working[0].id,), seen)
    return Notified(NOBODY, "", tuple(one.id for one in seen), seen)


def shown(seen: Iterable[NotificationChannel]) -> dict[str, Any]:
    """What a verdict on these channels rests on."""
    seen = list(seen)
    return {
        f"NotificationChannel.{name}": {one.id: value for one in seen if (value := getattr(one, name)) is not UNSET}
        for name in _FIELDS
        if seen
    }
