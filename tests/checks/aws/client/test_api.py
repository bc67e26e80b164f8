"""The AWS facade: broken bodies are no absence, regions, roles, and credentials that do not work."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from scanning import running, take_inventory
from support import registered
from worlds.base import Fault, Request, Response

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.errors import CannotScan
from scanner.model.nouns import Reason

CHECKS = registered()[0]
JSON = {"Content-Type": "application/x-amz-json-1.1"}
XML = {"Content-Type": "application/xml"}


@pytest.mark.parametrize("body", [b"", b"{", b'{"RootAccess": "Disab', b"{}", b"[]", b"null", b"<html>busy</html>"])
@pytest.mark.parametrize("operation", ["sagemaker:DescribeNotebookInstance", "sagemaker:ListNotebookInstances"])
def test_a_broken_json_body_is_a_gap_and_no_absence(body, operation, monkeypatch):
    with running("aws") as world:
        answer = world.respond

        def respond(request: Request) -> Response:
            return Response(200, body, JSON) if request.operation == operation else answer(request)

        monkeypatch.setattr(world, "respond", respond)
        inventory = take_inventory("aws", [CHECKS["MLP-1001"]], regions=("eu-west-1",))

    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(operation, Reason.MALFORMED)}
    assert {notebook.direct_internet_access for notebook in inventory.of(NotebookInstance)} <= {UNSET}
    assert inventory.complete(NotebookInstance) == (operation != "sagemaker:ListNotebookInstances")


@pytest.mark.parametrize("body", [b"", b"<VersioningConfigur", b"not xml"])
def test_a_broken_xml_body_is_a_gap_and_no_absence(body, monkeypatch):
    check = next(check for check in CHECKS.values() if check.slug == "s3_ml_bucket_versioning_off")
    with running("aws") as world:
        answer = world.respond

        def respond(request: Request) -> Response:
            broken = request.operation == "s3:GetBucketVersioning"
            return Response(200, body, XML) if broken else answer(request)

        monkeypatch.setattr(world, "respond", respond)
        inventory = take_inventory("aws", [check])

    assert {gap.operation for gap in inventory.gaps} == {"s3:GetBucketVersioning"}
    assert {bucket.versioning for bucket in inventory.of(Bucket)} == {UNSET}


def test_a_region_that_can_be_none_costs_the_bucket_that_is_said_to_be_there(monkeypatch):
    check = next(check for check in CHECKS.values() if check.slug == "s3_ml_bucket_versioning_off")
    with running("aws") as world:
        answer = world.respond

        def respond(request: Request) -> Response:
            reply = answer(request)
            if request.operation == "s3:ListBuckets":
                reply.body = reply.body.replace(b">eu-west-1<", b">eu west<", 1)
            return reply

        monkeypatch.setattr(world, "respond", respond)
        inventory = take_inventory("aws", [check])

    assert {(gap.reason, gap.detail) for gap in inventory.gaps} == {
        (Reason.MALFORMED, "there is no region eu west, which a reply names")
    }
    unread = [bucket for bucket in inventory.of(Bucket) if bucket.owned and bucket.versioning is UNSET]
    assert [bucket.region for bucket in unread] == ["eu west"]
    assert len(inventory.of(Bucket)) > 1


def test_only_the_regions_asked_for_are_visited():
    with running("aws") as world:
        take_inventory("aws", [CHECKS["MLP-1001"]], regions=("us-east-1",))

    assert {request.region for request in world.log if request.operation.startswith("sagemaker:")} == {"us-east-1"}
    assert "ec2:DescribeRegions" not in world.operations()


def test_when_regions_cannot_be_listed_every_region_with_sagemaker_is_asked():
    with running("aws") as world:
        world.faults.append(Fault("ec2:DescribeRegions", "deny"))
        inventory = take_inventory("aws", [CHECKS["MLP-1001"]])

    [gap] = [gap for gap in inventory.gaps if gap.operation == "ec2:DescribeRegions"]
    assert gap.permission == "ec2:DescribeRegions"
    assert len({scope.region for scope in inventory.scopes}) > 20
    assert {notebook.scope.region for notebook in inventory.of(NotebookInstance)} == {"eu-west-1", "us-east-1"}
    other = [gap for gap in inventory.gaps if gap.operation != "ec2:DescribeRegions"]
    assert {gap.reason for gap in other} == {Reason.UNSUPPORTED_REGION}


def test_the_account_is_known_even_if_asking_for_it_is_refused():
    with running("aws") as world:
        world.faults.append(Fault("sts:GetCallerIdentity", "deny"))
        inventory = take_inventory("aws", [CHECKS["MLP-1001"]], regions=("eu-west-1",))

    assert {scope.account for scope in inventory.scopes} == {"111122223333"}
    assert inventory.gaps == ()


def test_an_endpoint_that_does_not_answer_cannot_be_scanned(monkeypatch):
    with running("aws"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(CannotScan):
            take_inventory("aws")


def test_an_unknown_profile_is_named():
    with running("aws"), pytest.raises(CannotScan, match=r"nobody.*`aws configure list-profiles`"):
        take_inventory("aws", profile="nobody")
