"""The simulated policy simulator answers as botocore's model says, and decides as AWS documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from scanning import document, running
from worlds.aws_model import known_model
from worlds.base import World

ROLE = "arn:aws:iam::111122223333:role/service-role/{}"
BUCKET = "arn:aws:s3:::northwind-example-models"
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
    ],
}


@pytest.fixture(params=[None, [DENIAL]], ids=["alone", "in an organisation"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    scps = {"service_control_policies": request.param} if request.param else {}
    with running("aws", document("aws") | scps) as made:
        yield made


def simulate(role: str, actions: list[str], *resources: str, **more: Any) -> dict[str, Any]:
    """The results by action."""
    iam = boto3.client("iam")
    parameters = {"PolicySourceArn": ROLE.format(role), "ActionNames": actions, **more}
    if resources:
        parameters["ResourceArns"] = list(resources)
    pages = iam.get_paginator("simulate_principal_policy").paginate(**parameters)
    return {each["EvalActionName"]: each for page in pages for each in page["EvaluationResults"]}


def test_decisions_are_given_for_each_action_on_each_resource(world: World) -> None:
    within, beside = f"{BUCKET}/sentiment/1", f"{BUCKET}/other/1"
    found = simulate("sentiment-training", ["s3:PutObject", "s3:DeleteObject"], within, beside)
    organised = bool(world.document.get("service_control_policies"))

    put, delete = found["s3:PutObject"], found["s3:DeleteObject"]
    decisions = {each["EvalResourceName"]: each["EvalResourceDecision"] for each in put["ResourceSpecificResults"]}
    wanted = {within: "explicitDeny", beside: "explicitDeny"} if organised else {
        within: "allowed", beside: "implicitDeny"}  # fmt: skip
    assert decisions == wanted
    assert put["EvalDecision"] == ("explicitDeny" if organised else "implicitDeny")
    assert delete["EvalDecision"] == "implicitDeny"
    if organised:
        assert put["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert delete["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    else:
        assert "OrganizationsDecisionDetail" not in put


def test_a_boundary_is_told_apart(world: World) -> None:
    found = simulate("sentiment-serving", ["s3:GetObject", "iam:CreateUser"], f"{BUCKET}/sentiment/1")

    for action, allowed in (("s3:GetObject", True), ("iam:CreateUser", False)):
        [one] = found[action]["ResourceSpecificResults"]
        assert one["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": allowed}


def test_keys_of_the_roles_policies_that_nobody_told_are_named(world: World) -> None:
    passed = ROLE.format("sentiment-serving")
    entry = {"ContextKeyName": "iam:PassedToService", "ContextKeyType": "string"}
    told = {"ContextEntries": [{**entry, "ContextKeyValues": ["sagemaker.amazonaws.com"]}]}
    untold, knowing = (
        simulate("sentiment-training", ["iam:PassRole"], passed, **more)["iam:PassRole"] for more in ({}, told)
    )

    assert untold["MissingContextValues"] == ["iam:PassedToService"]
    assert untold["EvalDecision"] == "implicitDeny"
    assert knowing["MissingContextValues"] == []
    assert knowing["EvalDecision"] == "allowed"


def test_pages_are_given(world: World) -> None:
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    before = len(world.log)

    assert list(simulate("sentiment-training", actions, PaginationConfig={"PageSize": 1})) == actions
    assert len(world.log) - before == len(actions)


@pytest.mark.parametrize(
    ("role", "action", "resource", "code"),
    [
        ("nobody", "s3:GetObject", BUCKET, "NoSuchEntity"),
        ("sentiment-training", "GetObject", BUCKET, "InvalidInput"),
        ("sentiment-training", "s3:GetObject", "northwind-example-models", "InvalidInput"),
    ],
)
def test_what_cannot_be_simulated_is_refused(world: World, role: str, action: str, resource: str, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        simulate(role, [action], resource)

    assert caught.value.response["Error"]["Code"] == code


def test_every_member_of_a_reply_is_one_of_the_model(world: World) -> None:
    """The serializer drops what it does not know, so compare with what the world made."""
    from worlds import aws_simulator

    params = {
        "PolicySourceArn": ROLE.format("sentiment-training"),
        "ActionNames.member.1": "s3:PutObject",
        "ResourceArns.member.1": BUCKET,
    }
    reply = aws_simulator.simulate(params, [DENIAL], DENIAL, [DENIAL])
    assert list(strange(reply, known_model("iam").operation_model("SimulatePrincipalPolicy").output_shape)) == []


def strange(value: Any, shape: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in shape.members:
                yield from strange(inner, shape.members[key])
            else:
                yield key
    elif isinstance(value, list):
        for inner in value:
            yield from strange(inner, shape.member)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield str(value)
