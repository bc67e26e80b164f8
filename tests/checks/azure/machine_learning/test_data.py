"""Which jobs and data assets are asked for, and what is kept of them: real calls to a simulated subscription."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET
from scanning import calm, document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.azure.machine_learning.assets import data_version
from checks.azure.machine_learning.data import _inputs
from checks.azure.machine_learning.resources import DATA, DATA_VERSIONS, JOBS, DataVersion, Job


def test_jobs_and_data_of_served_versions_are_kept_without_commands_and_values() -> None:
    inventory = calm("azure")[0]

    [job] = inventory.of(Job)
    [version] = inventory.of(DataVersion)
    assert (job.name, job.data, job.plain_data, job.unclear_data) == ("retina-train-7", (version.id,), (), ())
    assert (version.name, version.description) == ("fundus-photographs/4", "filled")
    assert not [word for word in ("token", "train.py", "agreed to research") if word in repr([job, version])]


@pytest.mark.parametrize("operation", [DATA, DATA_VERSIONS])
def test_what_may_not_be_read_is_a_gap_and_nothing_is_known_of_the_description(operation: str) -> None:
    inventory, _ = with_faults("azure", lambda world: world.faults.append(Fault(operation, "deny")))

    assert operation in {gap.permission for gap in inventory.gaps}
    assert {one.description for one in inventory.of(DataVersion)} == {UNSET}


def test_a_denied_job_is_a_gap_and_leads_nowhere() -> None:
    inventory, _ = with_faults("azure", lambda world: world.faults.append(Fault(JOBS, "deny")))

    assert JOBS in {gap.permission for gap in inventory.gaps}
    assert [job.data for job in inventory.of(Job)] == [UNSET]
    assert not inventory.of(DataVersion)


def test_a_job_that_was_deleted_is_no_gap() -> None:
    made = document("azure")
    made["resources"] = [one for one in made["resources"] if "/jobs/" not in one["id"]]
    with running("azure", made):
        inventory = take_inventory("azure")

    assert inventory.complete(Job) and not inventory.of(Job)
    assert not inventory.gaps


@pytest.mark.parametrize(
    ("properties", "inputs"),
    [
        ({"inputs": None}, ()),
        ({"inputs": {"m": {"jobInputType": "mlflow_model", "uri": "azureml:m:1"}}}, ()),
        ({"inputs": {"d": {"jobInputType": "MLTable", "uri": "azureml:d:1"}}}, ("azureml:d:1",)),
        ({"taskDetails": {"trainingData": {"jobInputType": "mltable", "uri": "azureml:d:1"}}}, ("azureml:d:1",)),
        ({"inputs": ["azureml:d:1"]}, UNSET),
        ({"inputs": {"d": "azureml:d:1"}}, UNSET),
        ({"inputs": {"d": {"jobInputType": "uri_file"}}}, UNSET),
        (None, UNSET),
    ],
)
def test_addresses_of_data_are_read_and_of_nothing_else(properties: Any, inputs: Any) -> None:
    assert _inputs({"properties": properties}) == inputs


WORKSPACE = "/subscriptions/s/resourcegroups/g/providers/microsoft.machinelearningservices/workspaces/w"
JOB, GUIDS = f"{WORKSPACE}/jobs/train", {"00f1": WORKSPACE}
FOUND = f"{WORKSPACE}/data/photographs/versions/4"


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("azureml:photographs:4", FOUND),
        (f"azureml:{FOUND}", FOUND),
        ("azureml://subscriptions/S/resourceGroups/g/workspaces/w/data/photographs/versions/4", FOUND),
        ("azureml://locations/westeurope/workspaces/00F1/data/photographs/versions/4", FOUND),
        ("azureml://locations/westeurope/workspaces/00f2/data/photographs/versions/4", None),
        ("azureml://registries/example/data/photographs/versions/4", None),
        ("azureml:photographs@latest", None),
        ("azureml://datastores/workspaceblobstore/paths/azureml/0a1b/prepared/", None),
        ("azureml://datastores/workspaceblobstore/paths/photographs/", ""),
        ("wasbs://photographs@example.blob.core.windows.net/4/", ""),
        ("https://northwind.example/photographs.zip", ""),
    ],
)
def test_data_assets_are_found_by_each_spelling_of_their_address(uri: str, found: str | None) -> None:
    assert data_version(uri, JOB, GUIDS) == found
