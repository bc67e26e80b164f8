"""What Google Cloud is asked about sinks and log buckets, and what comes of its answers."""

from __future__ import annotations

import copy

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.logging.resources import BUCKETS, SINKS, LogBucket, LogSink
from scanner.model.nouns import Reason

CHECK = registered()[0]["MLP-5516"]


def test_sinks_are_read_without_their_filters() -> None:
    inventory = calm("gcp")[0]

    assert {one.name: one.takes for one in inventory.of(LogSink)} == {
        "_Required": "none",
        "_Default": "all",
        "vertex-year": "all",
    }
    assert {one.name: one.retention_days for one in inventory.of(LogBucket)} == {
        "_Required": 400,
        "_Default": 30,
        "vertex-year": 365,
    }
    assert "LOG_ID" not in repr(list(inventory.of(LogSink)))


def test_a_bucket_that_will_be_deleted_keeps_nothing() -> None:
    changed = copy.deepcopy(document("gcp"))
    [kept] = [
        each
        for each in changed["collections"]["logging.googleapis.com/v2"]["buckets"]
        if "/vertex-year" in each["name"]
    ]
    kept["lifecycleState"] = "DELETE_REQUESTED"
    with running("gcp", changed):
        inventory = take_inventory("gcp", [CHECK])

    assert {one.name for one in inventory.of(LogBucket)} == {"_Required", "_Default"}


def test_each_denied_read_is_a_gap() -> None:
    for operation in (SINKS, BUCKETS):
        with running("gcp") as world:
            world.faults.append(Fault(operation, "deny"))
            inventory = take_inventory("gcp", [CHECK])

        assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(operation, Reason.DENIED)}


def test_a_project_without_endpoints_is_not_asked() -> None:
    changed = copy.deepcopy(document("gcp"))
    changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"] = []
    with running("gcp", changed) as world:
        take_inventory("gcp", [CHECK])

    assert not {SINKS, BUCKETS} & {request.operation for request in world.log}
