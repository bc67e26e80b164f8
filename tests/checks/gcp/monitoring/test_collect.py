"""What Google Cloud is asked about alert policies and notification channels, and what comes of its answers."""

from __future__ import annotations

import copy

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.monitoring.resources import CHANNEL, POLICIES, AlertPolicy, NotificationChannel
from checks.gcp.vertex_ai.resources import Endpoint

CHECK, OF_POLICIES = registered()[0]["MLP-5514"], registered()[0]["MLP-5515"]


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


def test_policies_on_endpoints_are_read_without_their_conditions() -> None:
    inventory = calm("gcp")[0]
    found = {one.name: one for one in inventory.of(AlertPolicy)}

    assert set(found) == {"Scoring errors", "Chargeback latency"}
    [endpoint] = found["Scoring errors"].endpoint_ids
    assert endpoint in {one.id for one in inventory.of(Endpoint)}
    assert (found["Scoring errors"].may_watch, found["Scoring errors"].invalid) == ((), None)
    assert found["Scoring errors"].labels == {"team": "fraud"}
    assert found["Chargeback latency"].notification_channels is None
    assert "prediction_latencies" not in repr(found)


def test_a_project_without_endpoints_is_not_asked_for_policies() -> None:
    changed = copy.deepcopy(document("gcp"))
    changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"] = []
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp", [OF_POLICIES])

    assert POLICIES not in {request.operation for request in world.log}
    assert list(inventory.of(AlertPolicy)) == []
    assert inventory.complete(AlertPolicy)


def test_denied_policies_are_a_gap_and_leave_what_jobs_name() -> None:
    with running("gcp") as world:
        world.faults.append(Fault(POLICIES, "deny"))
        inventory = take_inventory("gcp", [CHECK, OF_POLICIES])

    assert [(gap.operation, gap.checks) for gap in inventory.gaps] == [(POLICIES, ("MLP-5515",))]
    assert len(list(inventory.of(NotificationChannel))) == 1


def test_policies_are_not_asked_for_where_only_channels_of_jobs_are_judged() -> None:
    with running("gcp") as world:
        take_inventory("gcp", [CHECK])

    assert POLICIES not in {request.operation for request in world.log}
