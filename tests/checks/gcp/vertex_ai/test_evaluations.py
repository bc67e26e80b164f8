"""Evaluations as they are collected: of served versions alone, and by which groups they were measured."""

from __future__ import annotations

from msgspec import UNSET
from scanning import document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.gcp.vertex_ai.evaluations import _features
from checks.gcp.vertex_ai.resources import ModelEvaluation

EVALUATIONS, SLICES = "aiplatform.modelEvaluations.list", "aiplatform.modelEvaluationSlices.list"


def test_each_served_version_is_asked_for_its_own_evaluations() -> None:
    with running("gcp") as world:
        inventory = take_inventory("gcp")

    asked = sorted(one.path.rpartition("/models/")[2] for one in world.log if one.operation == EVALUATIONS)
    assert asked == [
        "2000000000000000001@7/evaluations",
        "2000000000000000002@1/evaluations",
        "2000000000000000002@2/evaluations",
        "2000000000000000003@1/evaluations",
        "2000000000000000004@1/evaluations",
    ]
    [found] = inventory.of(ModelEvaluation)
    assert found.model_version.endswith("/models/2000000000000000001@7")
    assert found.groups == (("region",),)
    assert "0.91" not in str(found)


def test_a_project_without_endpoints_is_asked_for_no_evaluation() -> None:
    changed = document("gcp")
    changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"] = []
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    assert inventory.complete(ModelEvaluation)
    assert not {EVALUATIONS, SLICES} & {one.operation for one in world.log}


def test_a_version_that_the_registry_does_not_have_is_not_asked_about() -> None:
    changed = document("gcp")
    endpoints = changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"]
    endpoints[0]["deployedModels"][0]["modelVersionId"] = "8"
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    asked = {one.path.rpartition("/models/")[2] for one in world.log if one.operation == EVALUATIONS}
    assert len(asked) == 4
    assert not {one for one in asked if one.startswith("2000000000000000001")}
    assert inventory.complete(ModelEvaluation)


def test_that_a_version_of_the_registry_is_not_found_is_no_answer() -> None:
    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(EVALUATIONS, "gone")))
    assert EVALUATIONS in {gap.operation for gap in inventory.gaps}
    assert not inventory.complete(ModelEvaluation)


def test_what_may_not_be_listed_is_a_gap() -> None:
    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(EVALUATIONS, "deny")))
    assert EVALUATIONS in {gap.permission for gap in inventory.gaps}
    assert not inventory.complete(ModelEvaluation)

    inventory, _ = with_faults("gcp", lambda world: world.faults.append(Fault(SLICES, "deny")))
    assert SLICES in {gap.permission for gap in inventory.gaps}
    assert [one.groups for one in inventory.of(ModelEvaluation)] == [UNSET]


def test_a_slice_without_a_specification_is_called_by_its_value() -> None:
    both = {"sliceSpec": {"configs": {"instance.sex": {}, "age": {}}}, "value": "ignored"}
    assert _features(both) == ("age", "sex")
    assert _features({"value": "north"}) == ("north",)
    assert _features({"sliceSpec": {"configs": []}, "value": "north"}) == ("north",)
    assert _features({}) == ("",)
