"""What SageMaker's lineage is asked about what serves, and what comes of it: real calls to a simulated account."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.paths.artifact_lineage import DEPTH
from checks.aws.sagemaker.resources import ArtifactLineage, LineageStep
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5213"]
FILE = "s3://northwind-example-models/sentiment/1/model.tar.gz"
REVIEWS, RAW = "s3://northwind-example-training-data/reviews/", "s3://northwind-example-landing/reviews/"
JOBS = "arn:aws:sagemaker:eu-west-1:111122223333"
OPERATIONS = ("sagemaker:ListArtifacts", "sagemaker:QueryLineage", "sagemaker:DescribeArtifact",
              "sagemaker:DescribeTrialComponent")  # fmt: skip


def account(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document("aws")), **changes}


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[Any]]:
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    return inventory, [request for request in world.log if request.operation in OPERATIONS]


def test_what_led_to_what_serves_is_read_with_the_jobs_and_without_images() -> None:
    inventory, asked = scanned(account())
    [found] = inventory.of(ArtifactLineage)

    assert (found.uri, found.cut, len(found.models or ())) == (FILE, False, 1)
    assert found.steps == (
        LineageStep(job=f"{JOBS}:processing-job/reviews-clean", reads=(RAW,), writes=(REVIEWS,)),
        LineageStep(job=f"{JOBS}:training-job/sentiment-train-good", reads=(REVIEWS,), writes=(FILE,)),
    )
    assert inventory.complete(ArtifactLineage)
    assert {request.region for request in asked} == {"eu-west-1"}
    [query] = [request.params for request in asked if request.operation == "sagemaker:QueryLineage"]
    assert (query["Direction"], query["MaxDepth"]) == ("Ascendants", DEPTH)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_may_not_be_asked_is_a_gap_and_no_lineage_without_it(operation: str) -> None:
    inventory, _ = scanned(account(), Fault(operation, "deny"))

    assert {(gap.permission, gap.reason) for gap in inventory.gaps} == {(operation, Reason.DENIED)}
    assert all(not isinstance(one.steps, tuple) for one in inventory.of(ArtifactLineage))
    assert inventory.complete(ArtifactLineage) is (operation != "sagemaker:ListArtifacts")


def chain(length: int) -> dict[str, Any]:
    """Lineage of what serves: so many jobs, each of which read what the one before it wrote."""
    data = [{"ArtifactName": f"d{n}", "ArtifactType": "DataSet", "Source": {"SourceUri": f"s3://b/{n}"}}
            for n in range(1, length + 1)]  # fmt: skip
    jobs = [
        {"TrialComponentName": f"j{n}", "Source": {"SourceArn": f"{JOBS}:processing-job/j{n}"}} for n in range(length)
    ]
    model = {"ArtifactName": "d0", "ArtifactType": "Model", "Source": {"SourceUri": FILE}}
    edges = [pair for n in range(length) for pair in ([f"j{n}", f"d{n}"], [f"d{n + 1}", f"j{n}"])]
    return {"eu-west-1": {"artifacts": [model, *data], "components": jobs, "associations": edges}}


@pytest.mark.parametrize(("jobs", "cut"), [(4, False), (5, True), (9, True)])
def test_where_a_query_reaches_its_depth_the_cut_is_noted(jobs: int, cut: bool) -> None:
    [found] = scanned(account(lineage=chain(jobs)))[0].of(ArtifactLineage)

    assert found.cut is cut
    assert len(found.steps or ()) == min(jobs, DEPTH // 2)


def test_what_one_page_does_not_hold_is_on_the_next() -> None:
    lineage = chain(1)["eu-west-1"]
    more = [
        {"ArtifactName": f"x{n}", "ArtifactType": "DataSet", "Source": {"SourceUri": f"s3://x/{n}"}} for n in range(60)
    ]
    lineage["artifacts"] += more
    lineage["associations"] += [[one["ArtifactName"], "j0"] for one in more]
    [found] = scanned(account(lineage={"eu-west-1": lineage}))[0].of(ArtifactLineage)

    assert len((found.steps or ())[0].reads or ()) == 61


def test_a_record_that_stands_for_no_job_is_known_by_itself() -> None:
    lineage = chain(1)
    del lineage["eu-west-1"]["components"][0]["Source"]
    [found] = scanned(account(lineage=lineage))[0].of(ArtifactLineage)

    assert [step.job for step in found.steps or ()] == [f"{JOBS}:experiment-trial-component/j0"]


def test_what_is_gone_by_then_leaves_no_gap() -> None:
    inventory, _ = scanned(account(), Fault("sagemaker:QueryLineage", "gone"))

    assert (inventory.gaps, list(inventory.of(ArtifactLineage))) == ((), [])
