"""`--notify` and `mlposture upload webhook`: the message of a night, to whoever listens."""

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner.calls.clock import Clock
from scanner.cli.outcome import Outcome
from scanner.collect.stops import STOPS
from scanner.model.errors import CannotScan, InputError
from scanner.model.exits import Exit
from scanner.model.nouns import Status

if TYPE_CHECKING:
    from reports.notification_types_v1 import NotificationV1
    from scanner.model.reported import Report
    from scanner.upload.webhook import Webhook

log = logging.getLogger("mlposture")

#: Where an address may be that is a secret.
URL = "MLPOSTURE_NOTIFY_URL"
#: What is waited by.
CLOCK = Clock()


def check_notify(options: Mapping[str, Any], verdicts: Iterable[Status]) -> None:
    """Raise InputError for what is wrong with `--notify`, as far as that can be told before the end."""
    webhook = _webhook(options.get("notify"), "--notify")
    if webhook is not None and Status.FAIL not in verdicts:
        raise InputError("--verdicts: a message is about failures, and without them would say that there are none")


def notified(built: "Report", options: Mapping[str, Any], end: Outcome, *, kept: bool) -> Outcome:
    """Tell whoever is to be told how the scan went and will end; how it ends, with that.

    Not all was `kept` where something could not be written, which is how the command ends then. That nobody took the
    message is said, and counts as incomplete where nothing else would fail.
    """
    webhook = _webhook(options.get("notify"), "--notify")
    if webhook is None:
        return end
    from reports.notification import ended, message

    told = end if kept else Outcome(Exit.USAGE, "something could not be written")
    try:
        _send(webhook, ended(message(built), int(told.code), told.why), counts=bool(options.get("notify_counts")))
    except (CannotScan, InputError) as problem:
        log.error("nobody was notified: %s", problem)
        why = f"{end.why}; nobody was notified"
        return Outcome(Exit.INCOMPLETE, why) if end.code == Exit.DONE else end._replace(why=why)
    return end


def notify_of(report: str, options: Mapping[str, Any]) -> None:
    """Send what there is to say of a JSON report. Raises InputError and CannotScan."""
    from scanner.cli.notified_report import read_message
    from scanner.objects.transfer import reading

    webhook = _webhook(options["url"], "--url")
    if webhook is None:
        raise InputError(f"name the address with --url, or in {URL}")
    with reading(report) as path:
        made = read_message(Path(path), report)
    _send(webhook, made, counts=options["counts"])


def without_secret(url: str) -> str:
    """An address as it may be shown: the rest of it says who may send, in those of chats."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def _webhook(given: str | None, option: str) -> "Webhook | None":
    """Where messages go, None for nowhere. Raises InputError."""
    url = given or os.environ.get(URL, "").strip()
    if not url:
        return None
    from scanner.upload.webhook import Webhook, read_key

    return Webhook(url, option if given else URL, read_key(), CLOCK)


def _send(webhook: "Webhook", made: "NotificationV1", *, counts: bool) -> None:
    from reports.notification import encoded, without_names

    # Who was told to stop has been given little time: one attempt has to do.
    webhook.send(made.id, encoded(without_names(made) if counts else made), lambda: not STOPS.why)
