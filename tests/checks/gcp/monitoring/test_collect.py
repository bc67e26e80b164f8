"""What Google Cloud is asked about notification channels, and what comes of its answers."""

from __future__ import annotations

import copy

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.monitoring.resources import CHANNEL, NotificationChannel

CHECK = registered()[0]["MLP-5514"]


def test_a_channel_that_a_job_names_is_read_without_its_address() -> None:
    [found] = calm("gcp")[0].of(NotificationChannel)

    assert (found.channel_type, found.enabled, found.verification_status) == ("email", True, "VERIFIED")
    assert found.labels == {"team": "fraud"}
    assert "northwind.example" not in repr(found)


def test_a_channel_that_is_gone_is_left_out_and_no_gap() -> None:
    changed = copy.deepcopy(document("gcp"))
    changed["collections"]["monitoring.googleapis.com/v3"]["notificationChannels"] = []
    with running("gcp", changed):
        inventory = take_inventory("gcp", [CHECK])

    assert list(inventory.of(NotificationChannel)) == []
    assert inventory.complete(NotificationChannel)


def test_a_denied_channel_is_a_gap() -> None:
    with running("gcp") as world:
        world.faults.append(Fault(CHANNEL, "deny"))
        inventory = take_inventory("gcp", [CHECK])

    assert [gap.operation for gap in inventory.gaps] == [CHANNEL]
