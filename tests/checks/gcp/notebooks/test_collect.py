"""What Workbench instances have from their project."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from scanning import document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.gcp.notebooks.resources import PROJECT, Instance
from checks.gcp.storage.resources import Bucket

METADATA = {"projects/example-fraud-prod": {"enable-oslogin": "TRUE", "ssh-keys": "ada:ssh-rsa AAAA ada"}}


def instances(changed: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What each instance has from its project, and how often that was asked."""
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")
    found = {instance.name: instance.project_metadata for instance in inventory.of(Instance)}
    return found, [request.operation for request in world.log].count(PROJECT)


def test_the_metadata_of_the_project_are_read_once_and_only_what_checks_read_is_kept() -> None:
    found, calls = instances(document("gcp") | {"project_metadata": METADATA})
    assert calls == 1
    assert set(map(str, found.values())) == {"{'enable-oslogin': 'TRUE'}"}


def test_instances_that_say_everything_themselves_take_no_call() -> None:
    changed = document("gcp")
    for instance in changed["collections"]["notebooks.googleapis.com/v2"]["instances"]:
        own = {"enable-oslogin": "TRUE", "serial-port-enable": "FALSE", "startup-script": "", "shutdown-script": ""}
        instance["gceSetup"]["metadata"] |= own
    found, calls = instances(changed)
    assert calls == 0
    assert set(found.values()) == {UNSET}


def test_a_script_of_the_project_counts_where_an_instance_has_none_of_its_own() -> None:
    changed = document("gcp")
    scripts = {"startup-script-url": "gs://northwind-boot/up.sh", "shutdown-script-url": "gs://northwind-boot/down.sh"}
    first = changed["collections"]["notebooks.googleapis.com/v2"]["instances"][0]
    first["gceSetup"]["metadata"] |= {"startup-script": "#!/bin/sh\ngsutil cp gs://northwind-own/tools.sh - | sh\n"}
    with running("gcp", changed | {"project_metadata": {"projects/example-fraud-prod": scripts}}):
        inventory = take_inventory("gcp")
    found = {
        f"//notebooks.googleapis.com/{first['name']}" == one.id: one.project_scripts for one in inventory.of(Instance)
    }

    assert found == {True: ("gs://northwind-boot/down.sh",), False: tuple(sorted(scripts.values()))}
    buckets = {bucket.id.rpartition("/")[2] for bucket in inventory.of(Bucket)}
    assert buckets >= {"northwind-boot", "northwind-own"}
    assert {one.script_buckets for one in inventory.of(Instance)} == {(), ("northwind-own",)}


def test_of_a_script_in_the_metadata_of_the_project_only_the_buckets_that_it_names_are_kept() -> None:
    changed = document("gcp")
    first = changed["collections"]["notebooks.googleapis.com/v2"]["instances"][0]
    first["gceSetup"]["metadata"] |= {"startup-script": "echo up"}
    script = {"startup-script": "PASSWORD=hunter2xyz gsutil cp gs://northwind-all/tools.sh - | sh"}
    with running("gcp", changed | {"project_metadata": {"projects/example-fraud-prod": script}}):
        inventory = take_inventory("gcp")

    named = {one.id.rpartition("/")[2]: one.script_buckets for one in inventory.of(Instance)}
    own = first["name"].rpartition("/")[2]
    assert named.pop(own) == ()
    assert set(named.values()) == {(), ("northwind-all",)}  # one has a script of its own at an address
    assert "hunter2xyz" not in repr([*inventory.of(Instance)])
    assert "//storage.googleapis.com/northwind-all" in {bucket.id for bucket in inventory.of(Bucket)}


def test_a_policy_that_closes_serial_ports_is_asked_for_where_metadata_open_one() -> None:
    enforced = {"projects/example-fraud-prod": {"compute.disableSerialPortAccess": True}}
    with running("gcp", document("gcp") | {"org_policies": enforced}):
        inventory = take_inventory("gcp")
    opened = {"true": True, "false": UNSET, None: UNSET}
    for one in inventory.of(Instance):
        assert isinstance(one.metadata, dict)
        assert one.serial_port_prohibited is opened[one.metadata.get("serial-port-enable")], one.name


def test_metadata_that_may_not_be_read_leave_a_gap_and_the_verdicts_open() -> None:
    inventory, verdicts = with_faults("gcp", lambda world: world.faults.append(Fault(PROJECT, "deny")))
    assert [(gap.operation, gap.count) for gap in inventory.gaps] == [(PROJECT, 1)]
    judged = {
        id.rpartition("/")[2]: status for (slug, id), status in verdicts.items() if slug.endswith("keys_accepted")
    }
    assert judged == {"scoring-workbench": "pass", "adhoc-analysis": "unknown", "us-experiment": "unknown"}
