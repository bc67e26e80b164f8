"""What AWS is asked about tags, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from factories.aws import HERE, notebook
from msgspec import UNSET
from scanning import calm, crowd, running, take_inventory
from support import inventory_of, registered
from worlds.base import Fault, Request, Response

from checks.aws.codepipeline.resources import DeclaredPipeline
from checks.aws.datazone.resources import CatalogLineage
from checks.aws.glue.resources import Table
from checks.aws.iam.resources import Role, Simulation
from checks.aws.logs.resources import DeclaredLogGroup
from checks.aws.macie.resources import BucketCoverage
from checks.aws.s3.resources import ArtifactObject, DataFolder, ModelFolder
from checks.aws.sagemaker.resources import ArtifactLineage, NamedModelCard, NotebookInstance
from checks.aws.tagging.resources import TAGS, TaggedResource
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory
from scanner.systems.tags import Tags

COLLECTORS = registered()[1]
RESEARCH = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/research-nb"
#: Kinds of AWS whose tags nobody asks for, with the reason.
UNTAGGED = {
    Role.kind: "the API tells no tags of roles",
    Simulation.kind: "no resource of AWS: what a simulator says of a role",
    TaggedResource.kind: "the tags themselves",
    Table.kind: "tables of the Glue Data Catalog have none",
    "aws.s3.AccountBucket": "the name of a bucket, whose tags are read where something refers to it",
    BucketCoverage.kind: "no resource of AWS: what Macie says of a bucket",
    ArtifactLineage.kind: "a record of what made an artifact, which is what has tags",
    ModelFolder.kind: "no resource of AWS: a folder of a bucket",
    DataFolder.kind: "no resource of AWS: a folder of a bucket",
    ArtifactObject.kind: "whoever may read its tags may read more of it",
    CatalogLineage.kind: "no resource of AWS: what a domain of SageMaker Catalog records",
    DeclaredLogGroup.kind: "a system names it, whose it is by that",
    DeclaredPipeline.kind: "a system names it, whose it is by that",
    NamedModelCard.kind: "the model that it is of has tags",
}


def with_fault(fault: Fault) -> Inventory:
    with running("aws") as world:
        world.faults.append(fault)
        return take_inventory("aws", [registered()[0]["MLP-1001"]])


def test_tags_of_every_kind_are_asked_for() -> None:
    followed = {kind.kind for kind in COLLECTORS[TaggedResource.kind].follows}

    assert followed | UNTAGGED.keys() == {kind for kind, made in COLLECTORS.items() if made.provider == "aws"}


def test_what_was_found_is_asked_about_a_hundred_at_a_time_in_its_region() -> None:
    with running("aws", crowd(40)) as world:
        inventory = take_inventory("aws")
    asked = [(request.region, request.params["ResourceARNList"]) for request in world.log if request.operation == TAGS]
    arns = [arn for _, batch in asked for arn in batch]

    counts = Counter(region for region, batch in asked for _ in batch)
    assert len(asked) == sum(-(-count // 100) for count in counts.values()) > len(counts) == 2
    assert sorted(arns) == [record.id for record in inventory.of(TaggedResource)]
    assert all(batch and len(set(batch)) == len(batch) <= 100 for _, batch in asked)
    assert not [arn for arn in arns if ":iam:" in arn or "#" in arn or "fabrikam" in arn]
    assert inventory.gaps == ()


def test_a_resource_without_tags_is_seen_to_have_none() -> None:
    tags = {record.name: record.tags for record in calm("aws")[0].of(TaggedResource)}

    assert tags["research-nb"] == {"ai-system": "ticket-sentiment"}
    assert tags["northwind-example-models"] == {"owner": "ml-platform", "system": "sentiment-internal"}
    assert tags["chat"] == {}
    assert tags["legacy-nb"] is None


def test_nobody_asks_for_tags_that_nobody_needs() -> None:
    with running("aws") as world:
        inventory = take_inventory("aws", tags=False)

    assert TAGS not in world.operations()
    assert TaggedResource.kind not in inventory.store.kinds()


def test_a_refusal_in_one_region_leaves_the_tags_there_unobserved() -> None:
    inventory = with_fault(Fault(TAGS, "deny", region="eu-west-1"))

    [gap] = inventory.gaps
    assert (gap.operation, gap.reason, gap.permission, gap.kind) == (TAGS, Reason.DENIED, TAGS, TaggedResource.kind)
    assert not inventory.complete(TaggedResource)
    tags = Tags(inventory, COLLECTORS)
    assert {one.name: tags.of(one) for one in inventory.of(NotebookInstance)} == {
        "forgotten-nb": {"ai-system": "lost-and-found"},
        **dict.fromkeys(("legacy-nb", "research-nb", "stopped-nb", "vpc-but-open-nb")),
    }


@pytest.mark.parametrize(
    "reply",
    [
        {"ResourceTagMappingList": [], "PaginationToken": "more"},
        {"ResourceTagMappingList": None, "PaginationToken": ""},
        {"ResourceTagMappingList": {"ResourceARN": RESEARCH}},
        {"ResourceTagMappingList": [RESEARCH]},
    ],
)
def test_a_reply_that_does_not_hold_what_was_asked_for_is_not_believed(reply: dict[str, Any]) -> None:
    inventory = with_fault(Fault(TAGS, "answer", region="eu-west-1", answer=saying(reply)))

    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(TAGS, Reason.MALFORMED)}
    assert [record.name for record in inventory.of(TaggedResource)] == ["forgotten-nb"]


@pytest.mark.parametrize(
    ("told", "tags", "gaps"),
    [
        ([{"Key": "team", "Value": "ml"}], {"team": "ml"}, 0),
        ([{"Key": "team"}], {"team": ""}, 0),
        ([], {}, 0),
        (None, None, 0),
        ("team", UNSET, 1),
        (["team"], UNSET, 1),
        ([{"Key": ["team"], "Value": 1}], UNSET, 1),
    ],
)
def test_tags_are_what_the_reply_says(told: Any, tags: Any, gaps: int) -> None:
    said = {"ResourceTagMappingList": [{"ResourceARN": RESEARCH.upper(), "Tags": told}]}
    inventory = with_fault(Fault(TAGS, "answer", region="eu-west-1", answer=saying(said)))

    assert {record.name: record.tags for record in inventory.of(TaggedResource)}["research-nb"] == tags
    assert len(inventory.gaps) == gaps


def test_tags_that_were_not_observed_are_not_taken_for_none() -> None:
    unread = TaggedResource(id=notebook().id, name="research", scope=HERE)

    assert Tags(inventory_of(unread), COLLECTORS).of(notebook()) is None


def saying(reply: dict[str, Any]) -> Any:
    def answer(_world: Any, _request: Request) -> Response:
        return Response(200, json.dumps(reply).encode(), {"Content-Type": "application/x-amz-json-1.1"})

    return answer
