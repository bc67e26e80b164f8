"""The simulated tagging API answers as botocore's model says, and refuses what AWS documents that it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import document
from worlds.aws import AwsWorld
from worlds.aws_model import AwsError, conform, known_model
from worlds.aws_tagging import get_resources
from worlds.base import WorldError

ENDPOINT = "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/sentiment-internal"
BUCKET = "arn:aws:s3:::northwind-example-models"
ROLE = "arn:aws:iam::111122223333:role/service-role/sentiment-serving"


def ask(region: str, *arns: str, **more: Any) -> dict[str, dict[str, str]]:
    reply = get_resources(document("aws"), region, {"ResourceARNList": list(arns), **more})
    problems: list[str] = []
    conform(reply, known_model("resourcegroupstaggingapi").operation_model("GetResources").output_shape, "", problems)
    assert problems == []
    return {
        each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        for each in reply["ResourceTagMappingList"]
    }


def test_it_tells_the_tags_of_its_region_alone() -> None:
    untagged = ENDPOINT.replace("sentiment-internal", "chat-components")

    assert ask("eu-west-1", ENDPOINT, BUCKET, untagged, f"{ENDPOINT}-gone") == {
        ENDPOINT: {"ai-system": "ticket-sentiment", "env": "prod"},
        BUCKET: {"owner": "ml-platform", "system": "sentiment-internal"},
    }
    assert ask("us-east-1", ENDPOINT, BUCKET) == {}


def test_it_tells_no_tags_of_roles_and_an_empty_list_where_there_were_some() -> None:
    assert ask("eu-west-1", ROLE) == {}
    assert ask("eu-west-1", ENDPOINT.replace("sentiment-internal", "chat")) == {
        ENDPOINT.replace("sentiment-internal", "chat"): {}
    }


@pytest.mark.parametrize(
    ("arns", "more"),
    [
        ((), {}),
        ((ENDPOINT,) * 101, {}),
        (("i-0825a83d29e870145",), {}),
        ((f"{BUCKET}#seen-from-111122223333",), {}),
        ((ENDPOINT,), {"ResourcesPerPage": 100}),
        ((ENDPOINT,), {"ResourceTypeFilters": ["sagemaker"]}),
    ],
)
def test_it_refuses_what_aws_refuses(arns: tuple[str, ...], more: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as refused:
        ask("eu-west-1", *arns, **more)

    assert (refused.value.status, refused.value.code) == (400, "InvalidParameterException")


def test_tags_that_are_none_are_named() -> None:
    with pytest.raises(WorldError, match="expected texts by name"):
        AwsWorld({**document("aws"), "tags": {ENDPOINT: {"cost-centre": 12}}})
