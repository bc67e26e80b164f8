"""What Vertex ML Metadata is asked about what serves, and what comes of it: real calls to a simulated Google Cloud."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.vertex_ai.lineage import HOPS
from checks.gcp.vertex_ai.resources import ModelLineage
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5223"]
LIST, QUERY = "aiplatform.artifacts.list", "aiplatform.artifacts.queryArtifactLineageSubgraph"
API, HOME = "aiplatform.googleapis.com/v1", "projects/123456789012/locations/europe-west4"
OURS = "//aiplatform.googleapis.com/projects/example-fraud-prod/locations/europe-west4"
STORE = f"{HOME}/metadataStores/default"
VERSION = f"{OURS}/models/2000000000000000001"
FOLDER, TABLE = "gs://example-fraud-models/scorer/7", "bq://example-fraud-prod.payments.raw"


def world() -> dict[str, Any]:
    return copy.deepcopy(document("gcp"))


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[Any]]:
    with running("gcp", world_file) as cloud:
        cloud.faults.extend(faults)
        inventory = take_inventory("gcp", [CHECK])
    return inventory, [request for request in cloud.log if request.operation in (LIST, QUERY)]


def by_name(inventory: Inventory) -> dict[str, ModelLineage]:
    return {one.name: one for one in inventory.of(ModelLineage)}


def uris(artifacts: Any) -> list[str | None]:
    return [one.uri for one in artifacts]


def test_what_led_to_a_served_version_is_read_by_its_address_and_by_its_folder() -> None:
    inventory, asked = scanned(world())
    found = by_name(inventory)

    assert set(found) == {"scorer-version", "scorer-files"}
    assert inventory.complete(ModelLineage)
    version = found["scorer-version"]
    assert (version.uri, version.models, version.cut) == (f"{VERSION}@7", (VERSION,), None)
    steps = {step.name: step for step in version.steps or ()}
    assert {name: (uris(one.reads), uris(one.writes)) for name, one in steps.items()} == {
        "clean": ([TABLE], ["gs://example-fraud-models/payments/clean"]),
        "train": (["gs://example-fraud-models/payments/clean"], [FOLDER]),  # what was measured did not lead there
        "upload": ([FOLDER], [f"{VERSION}@7"]),
    }
    assert steps["train"].job == f"{OURS}/customJobs/3000000000000000001"
    assert (steps["train"].state, steps["train"].type) == ("CACHED", "system.ContainerExecution")
    assert steps["clean"].job is None
    assert len(found["scorer-files"].steps or ()) == 2
    assert {one.query["maxHops"] for one in asked if one.operation == QUERY} == {str(HOPS[0])}
    assert "europe-west4" in {one.region for one in asked}
    assert all(one.query["filter"].startswith("uri=") for one in asked if one.operation == LIST)


def test_a_location_without_a_store_has_no_metadata() -> None:
    changed = world()
    for kind in ("metadataStores", "artifacts", "executions"):
        changed["collections"][API][kind] = []
    changed["metadata_events"] = {}
    inventory, _ = scanned(changed)

    assert (list(inventory.of(ModelLineage)), inventory.gaps) == ([], ())
    assert inventory.complete(ModelLineage)


def test_a_project_without_endpoints_is_asked_nothing() -> None:
    changed = world()
    changed["collections"][API]["endpoints"] = []

    assert scanned(changed)[1] == []


@pytest.mark.parametrize("operation", [LIST, QUERY])
def test_what_may_not_be_asked_is_a_gap_and_no_lineage_without_it(operation: str) -> None:
    inventory, _ = scanned(world(), Fault(operation, "deny"))

    needed = {QUERY: "aiplatform.artifacts.get"}.get(operation, operation)
    assert {(gap.permission, gap.reason) for gap in inventory.gaps} == {(needed, Reason.DENIED)}
    assert all(one.steps is UNSET for one in inventory.of(ModelLineage))
    assert inventory.complete(ModelLineage) is (operation != LIST)


def test_the_artifact_that_an_upload_made_is_looked_at_wherever_it_is_and_no_matter_if_it_was_deleted() -> None:
    changed = world()
    [model] = [one for one in changed["collections"][API]["models"] if one["displayName"] == "chargeback"]
    model["metadataArtifact"] = f"{STORE}/artifacts/gone"
    assert set(by_name(scanned(changed)[0])) == {"scorer-version", "scorer-files"}

    store = f"{HOME}/metadataStores/own"
    model["metadataArtifact"] = f"{store}/artifacts/there"
    changed["collections"][API]["metadataStores"].append({"name": store})
    changed["collections"][API]["artifacts"].append(
        {"name": f"{store}/artifacts/there", "schemaTitle": "google.VertexModel"}
    )
    inventory, _ = scanned(changed)
    found = by_name(inventory)["there"]

    assert (found.steps, found.uri, found.models) == ((), None, (f"{OURS}/models/2000000000000000002",))
    assert inventory.gaps == ()


def test_where_it_is_not_known_what_to_look_for_not_all_is_seen() -> None:
    with running("gcp", world()) as cloud:
        kept = next(
            one for name, one in cloud.store.resources["aiplatform/v1"].items() if name.endswith("/2000000000000000002")
        )
        kept["artifactUri"] = 7  # past the schema of the world file
        inventory = take_inventory("gcp", [CHECK])

    assert not inventory.complete(ModelLineage)
    assert not scanned(world(), Fault("resourcemanager.projects.get", "deny"))[0].complete(ModelLineage)


def chain(length: int, *, wide: int = 0) -> dict[str, Any]:
    """Lineage of the folder: so many executions, each of which read what the one before it made."""
    changed = world()
    names = [f"d{n}" for n in range(length + 1)]
    changed["collections"][API]["artifacts"] = [
        {"name": f"{STORE}/artifacts/{name}", "uri": f"gs://b/{name}" if name != "d0" else FOLDER} for name in names
    ]
    changed["collections"][API]["executions"] = [{"name": f"{STORE}/executions/e{n}"} for n in range(max(length, wide))]
    pairs = [[f"executions/e{n}", f"artifacts/d{n}"] for n in range(length)]
    pairs += [[f"artifacts/d{n + 1}", f"executions/e{n}"] for n in range(length)]
    pairs += [[f"artifacts/d{length}", f"executions/e{n}"] for n in range(length, wide)]  # others read the beginning
    changed["metadata_events"] = {"europe-west4": pairs}
    return changed


@pytest.mark.parametrize(("length", "steps", "cut"), [(9, 9, None), (10, 10, 20), (12, 10, 20)])
def test_where_a_query_reaches_its_bound_that_is_noted(length: int, steps: int, cut: int | None) -> None:
    found = by_name(scanned(chain(length))[0])["d0"]

    assert (len(found.steps or ()), found.cut) == (steps, cut)


def test_where_the_whole_is_too_large_less_is_asked_for() -> None:
    inventory, asked = scanned(chain(2, wide=1100))
    found = by_name(inventory)["d0"]

    assert [one.query["maxHops"] for one in asked if one.operation == QUERY] == ["20", "6", "2"]
    assert (len(found.steps or ()), found.cut, inventory.gaps) == (1, 2, ())


def test_addresses_among_parameters_are_noted_and_nothing_else_of_them() -> None:
    changed = world()
    for one in changed["collections"][API]["executions"]:
        one["metadata"] = {"input:data": "gs://b/train.csv", "input:secret": "hunter2", "input:more": ["bq://p.d.t", 7]}
    inventory, _ = scanned(changed)

    assert {step.addresses for one in inventory.of(ModelLineage) for step in one.steps or ()} == {
        ("bq://p.d.t", "gs://b/train.csv")
    }
    assert "hunter2" not in str(list(inventory.of(ModelLineage)))
