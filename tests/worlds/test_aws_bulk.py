"""The bulk reads of the simulated AWS account say what the single reads say, through real boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from scanning import crowd, running
from worlds.aws_search import Index, shape_of

KINDS = ("Model", "TrainingJob")


@pytest.fixture(scope="module")
def running_world() -> Iterator[Any]:
    with running("aws", crowd(copies=5)) as world:
        yield world


@pytest.fixture
def world(running_world: Any) -> Any:
    running_world.index = Index()
    return running_world


@pytest.fixture
def sagemaker(world: Any) -> Any:
    return boto3.client("sagemaker", region_name="eu-west-1")


@pytest.fixture
def iam(world: Any) -> Any:
    return boto3.client("iam", region_name="eu-west-1")


def results(client: Any, kind: str, **params: Any) -> list[Any]:
    pages = client.get_paginator("search").paginate(Resource=kind, PaginationConfig={"PageSize": 10}, **params)
    found = [result for page in pages for result in page["Results"]]
    return [result["Model"]["Model"] if kind == "Model" else result["TrainingJob"] for result in found]


def created(operator: str, moment: datetime) -> dict[str, Any]:
    wanted = {"Name": "CreationTime", "Operator": operator, "Value": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {"SearchExpression": {"Filters": [wanted]}}


@pytest.mark.parametrize("kind", KINDS)
def test_search_gives_what_describe_gives_as_far_as_a_record_goes(sagemaker: Any, kind: str) -> None:
    found = results(sagemaker, kind)
    describe = sagemaker.describe_model if kind == "Model" else sagemaker.describe_training_job

    assert len(found) >= 20
    for record in found:
        whole = describe(**{f"{kind}Name": record[f"{kind}Name"]})
        assert record == {name: value for name, value in whole.items() if name in shape_of(kind).members}
    assert "RemoteDebugConfig" not in shape_of("TrainingJob").members


def test_search_filters_by_time(world: Any, sagemaker: Any) -> None:
    times = sorted({job["CreationTime"] for job in results(sagemaker, "TrainingJob")})
    middle = times[len(times) // 2]

    def found(operator: str) -> set[datetime]:
        return {job["CreationTime"] for job in results(sagemaker, "TrainingJob", **created(operator, middle))}

    assert len(times) == 4
    assert found("GreaterThanOrEqualTo") == {time for time in times if time >= middle}
    assert found("GreaterThan") == {time for time in times if time > middle}
    assert found("LessThan") == {time for time in times if time < middle}
    assert found("Equals") == {middle}
    world.index.most = 3
    assert len(results(sagemaker, "TrainingJob")) == 3


def test_search_orders_by_what_is_asked(sagemaker: Any) -> None:
    found = results(sagemaker, "TrainingJob", SortBy="CreationTime", SortOrder="Ascending")

    assert [job["CreationTime"] for job in found] == sorted(job["CreationTime"] for job in found)


@pytest.mark.parametrize(
    "params",
    [
        {"Resource": "Pipeline"},
        {"Resource": "Model", "MaxResults": 101},
        {"Resource": "Model", "NextToken": "invented"},
        {"Resource": "Model", "SearchExpression": {"Operator": "And"}},
        {"Resource": "Model", **created("Contains", datetime(2026, 1, 1, tzinfo=UTC))},
        {"Resource": "Model", "SearchExpression": {"SubExpressions": [{"Operator": "And"}]}},
    ],
)
def test_searches_that_the_world_does_not_know_are_refused(sagemaker: Any, params: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        sagemaker.search(**params)


def test_an_index_can_be_behind(world: Any, sagemaker: Any) -> None:
    one, other, third = (model["ModelName"] for model in results(sagemaker, "Model")[:3])
    world.index.missing.add(one)
    world.index.lacking[other] = ("PrimaryContainer.Image", "Containers.Image")
    world.index.stale[third] = {"EnableNetworkIsolation": True}
    world.index.gone["Model"] = [{"ModelName": "deleted"}]
    found = {model["ModelName"]: model for model in results(sagemaker, "Model")}

    assert one not in found
    containers = [found[other].get("PrimaryContainer"), *found[other].get("Containers", ())]
    assert not [container for container in containers if container and "Image" in container]
    assert found[third]["EnableNetworkIsolation"] is True
    assert found["deleted"] == {"ModelName": "deleted"}


def test_account_details_give_what_the_single_reads_give(iam: Any) -> None:
    pages = list(iam.get_paginator("get_account_authorization_details").paginate())
    roles = [role for page in pages for role in page["RoleDetailList"]]
    policies = {policy["Arn"]: policy for page in pages for policy in page["Policies"]}

    assert len(pages) > 1
    assert {role["RoleName"] for role in roles} == {role["RoleName"] for role in iam.list_roles()["Roles"]}
    for role in roles:
        name = role["RoleName"]
        single = iam.get_role(RoleName=name)["Role"]
        for member in ("Arn", "Path", "RoleId", "CreateDate", "AssumeRolePolicyDocument", "PermissionsBoundary"):
            assert role.get(member) == single.get(member)
        assert role["AttachedManagedPolicies"] == iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["RolePolicyList"]}
        assert list(inline) == iam.list_role_policies(RoleName=name)["PolicyNames"]
        for policy, document in inline.items():
            assert document == iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in role["AttachedManagedPolicies"]:
            assert policies[policy["PolicyArn"]]["PolicyName"] == policy["PolicyName"]
    for arn, policy in policies.items():
        current = iam.get_policy(PolicyArn=arn)["Policy"]
        assert policy["DefaultVersionId"] == current["DefaultVersionId"]
        [version] = [one for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]]
        text = iam.get_policy_version(PolicyArn=arn, VersionId=version["VersionId"])["PolicyVersion"]["Document"]
        assert version["Document"] == text


@pytest.mark.parametrize(
    ("wanted", "members"),
    [
        (["Role"], {"RoleDetailList"}),
        (["LocalManagedPolicy"], {"Policies"}),
        (["AWSManagedPolicy"], {"Policies"}),
        (["User"], set()),
    ],
)
def test_account_details_are_filtered(iam: Any, wanted: list[str], members: set[str]) -> None:
    reply = iam.get_account_authorization_details(Filter=wanted)
    given = {member for member in ("RoleDetailList", "Policies", "UserDetailList", "GroupDetailList") if reply[member]}

    assert given == members
    if "ManagedPolicy" in wanted[0]:
        assert {arn.startswith("arn:aws:iam::aws:") for arn in (policy["Arn"] for policy in reply["Policies"])} == {
            wanted[0] == "AWSManagedPolicy"
        }
