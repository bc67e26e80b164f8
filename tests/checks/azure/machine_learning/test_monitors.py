from datetime import UTC, datetime

import pytest
from factories.azure import ML, deployment, schedule
from msgspec import UNSET
from scanning import calm
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import MonitorSchedule
from checks.azure.machine_learning.schedules import monitored

SERVES = deployment()
FULL = f"azureml:{ML}/retina/onlineEndpoints/score/deployments/BLUE"


def ends(when: str | None, **fields):
    return schedule(**{"is_enabled": True, "end_time": when, **fields})


ON, OFF = ends(None), ends(None, is_enabled=False)

CASES = {
    "azure_ml_online_deployment_monitor_stopped": [
        Case("on", PASS, SERVES, ON),
        Case("on where nobody said so", PASS, SERVES, ends(None, is_enabled=None)),
        Case("ends in years", PASS, SERVES, ends("2099-01-01T00:00:00")),
        Case("one of two is on", PASS, SERVES, ON, ends(None, name="old", is_enabled=False)),
        Case("off", FAIL, SERVES, OFF),
        Case("could not be made", FAIL, SERVES, ends(None, provisioning_state="Failed")),
        Case("ended long ago", FAIL, SERVES, ends("2020-01-01T00:00:00")),
        Case("when it ends is not understood", UNKNOWN, SERVES, ends("soon")),
        Case("is being made", UNKNOWN, SERVES, ends(None, provisioning_state="Creating")),
        Case("a state of a later version", UNKNOWN, SERVES, ends(None, provisioning_state="Asleep")),
        Case("was not described", UNKNOWN, SERVES, schedule()),
        Case("what it monitors is not known", UNKNOWN, SERVES, ends(None, deployment_id=UNSET)),
        Case("none", NOT_APPLICABLE, SERVES),
        Case("it monitors another", NOT_APPLICABLE, SERVES, ends(None, deployment_id=deployment("green").id)),
        Case("schedules were not read", UNKNOWN, SERVES, incomplete=[MonitorSchedule]),
        Case("is being deleted", NOT_APPLICABLE, deployment(provisioning_state="Deleting"), OFF),
    ]
}


@pytest.mark.parametrize("target", ["azureml:score:blue", "score:blue", "azureml:Score:Blue", FULL])
def test_a_schedule_names_its_deployment_in_several_ways(target: str) -> None:
    assert monitored(target, f"{ML}/retina") == SERVES.id


def test_schedules_that_monitor_are_read_whether_on_or_off_and_no_others() -> None:
    inventory = calm("azure")[0]
    found = {one.id.split("/")[8]: one for one in inventory.of(MonitorSchedule)}

    assert {name: one.is_enabled for name, one in found.items()} == {"ws-retina-prod": True, "ws-retina-dev": False}
    assert inventory.taken_at > datetime(2020, 1, 3, tzinfo=UTC)
