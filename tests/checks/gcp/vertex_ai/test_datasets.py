"""Which pipelines and datasets are asked for, and what is kept of them: real calls to a simulated project."""

from __future__ import annotations

from msgspec import UNSET
from scanning import calm, document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.gcp.vertex_ai.resources import DATASET, PIPELINES, Dataset, TrainingPipeline


def test_pipelines_and_datasets_of_served_versions_are_kept_and_no_others() -> None:
    inventory = calm("gcp")[0]

    assert {one.name: (one.dataset or "").rpartition("/")[2] for one in inventory.of(TrainingPipeline)} == {
        "scorer-2026-11": "7000000000000000001",
        "chargeback-2026-03": "7000000000000000002",
    }
    assert {one.name: one.description for one in inventory.of(Dataset)} == {
        "payments-2026": "filled",
        "chargebacks": "placeholder",
    }
    assert "outcome of each dispute" not in repr(list(inventory.of(Dataset)))


def test_a_location_whose_served_models_name_no_pipeline_is_not_asked() -> None:
    changed = document("gcp")
    for model in changed["collections"]["aiplatform.googleapis.com/v1"]["models"]:
        model.pop("trainingPipeline", None)
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    assert inventory.complete(TrainingPipeline) and inventory.complete(Dataset)
    assert not {PIPELINES, DATASET} & {one.operation for one in world.log}


def test_what_may_not_be_read_is_a_gap() -> None:
    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(PIPELINES, "deny")))
    assert PIPELINES in {gap.permission for gap in inventory.gaps}
    assert not inventory.complete(TrainingPipeline)

    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(DATASET, "deny")))
    assert DATASET in {gap.permission for gap in inventory.gaps}
    assert {one.description for one in inventory.of(Dataset)} == {UNSET}
