"""What AWS is asked about the pipelines that AI systems name, and what comes of its answers."""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from scanning import QUICK, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.codepipeline.resources import PIPELINE, DeclaredPipeline
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5510"]
HERE = "arn:aws:codepipeline:eu-west-1:111122223333:"
RELEASE = f"{HERE}ticket-sentiment-release"


def scanned(*named: str, faults: tuple[Fault, ...] = ()) -> tuple[Inventory, int]:
    """The inventory where systems name these pipelines, and how often one was asked for."""
    with running("aws") as world:
        world.faults.extend(faults)
        inventory = take_inventory(
            "aws", [CHECK], logs=named, manners=msgspec.structs.replace(QUICK, keep_replies=True)
        )
    return inventory, sum(request.operation == PIPELINE for request in world.log)


def test_pipelines_that_are_named_are_read_and_may_not_exist() -> None:
    elsewhere = RELEASE.replace("111122223333", "999988887777")
    inventory, asked = scanned(RELEASE, f"{HERE}nowhere", elsewhere)
    found = {one.name: one for one in inventory.of(DeclaredPipeline)}

    assert asked == 2
    assert {name: one.exists for name, one in found.items()} == {"ticket-sentiment-release": True, "nowhere": False}
    said = {
        stage.name: [(one.action_type_id.category, one.action_type_id.provider, one.run_order) for one in stage.actions]
        for stage in found["ticket-sentiment-release"].stages
    }
    assert said == {
        "Source": [("Source", "CodeStarSourceConnection", None)],
        "Try": [("Build", "CodeBuild", 1), ("Approval", "Manual", 2)],
        "Release": [("Deploy", "CloudFormation", 1)],
    }


def test_nothing_is_kept_of_what_actions_are_told_not_even_with_kept_replies() -> None:
    inventory, _ = scanned(RELEASE)
    documents = [*inventory.store.documents_with_origins(DeclaredPipeline.kind)]

    assert b"Manual" in b"".join(documents)
    assert b"Look at the report" not in b"".join(documents)
    assert b"roleArn" not in b"".join(documents)


def test_where_none_is_named_nothing_is_asked() -> None:
    inventory, asked = scanned()

    assert (list(inventory.of(DeclaredPipeline)), asked, inventory.complete(DeclaredPipeline)) == ([], 0, True)


def test_of_a_denied_pipeline_nothing_is_known() -> None:
    inventory, _ = scanned(RELEASE, faults=(Fault(PIPELINE, "deny"),))
    [pipeline] = inventory.of(DeclaredPipeline)

    assert (pipeline.exists, pipeline.stages) == (UNSET, UNSET)
    assert {gap.operation for gap in inventory.gaps} == {PIPELINE}
