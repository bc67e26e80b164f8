"""A second opinion on AWS: the same scan against moto, where moto answers as AWS does.

Left out on purpose, because moto is wrong about it: model network isolation (always false), the metadata service and
platform of notebooks (absent), default bucket encryption (absent), endpoint configuration networking (absent).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from scanning import take_inventory, verdicts_of
from support import FAIL, PASS

from scanner.model.nouns import Status

ROLE = "arn:aws:iam::123456789012:role/service"
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def verdicts(moto: str) -> Iterator[dict[tuple[str, str], Status]]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": moto,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            patch.setenv(name, value)
        _furnish()
        inventory = take_inventory("aws", regions=(REGION,))
        found = verdicts_of(inventory, "aws")
        assert [gap for gap in inventory.gaps if "collector stopped" in gap.detail] == []
        yield {(slug, id.rpartition("/")[2].rpartition(":")[2]): status for (slug, id), status in found.items()}


def _furnish() -> None:
    client: Any = boto3.client("iam")
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
    }
    client.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    every = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    client.put_role_policy(RoleName="service", PolicyName="all", PolicyDocument=json.dumps(every))
    s3: Any = boto3.client("s3")
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for bucket in ("example-open", "example-closed"):
        s3.create_bucket(Bucket=bucket, **where)
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="example-closed", PublicAccessBlockConfiguration=closed)
    s3.put_bucket_versioning(Bucket="example-closed", VersioningConfiguration={"Status": "Enabled"})
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example-open/*"}
    policy = {"Version": "2012-10-17", "Statement": [anyone]}
    s3.delete_public_access_block(Bucket="example-open")
    s3.put_bucket_policy(Bucket="example-open", Policy=json.dumps(policy))
    sagemaker: Any = boto3.client("sagemaker")
    for name, internet, root in (("open", "Enabled", "Disabled"), ("closed", "Disabled", "Enabled")):
        sagemaker.create_notebook_instance(
            NotebookInstanceName=name,
            InstanceType="ml.t3.medium",
            RoleArn=ROLE,
            DirectInternetAccess=internet,
            RootAccess=root,
        )
    for name in ("open", "closed", "gone"):
        container = {
            "Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1",
            "ModelDataUrl": f"s3://example-{name}/m.tar.gz",
        }
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)


@pytest.mark.parametrize(
    ("slug", "resource", "expected"),
    [
        ("sagemaker_notebook_direct_internet_access", "open", FAIL),
        ("sagemaker_notebook_direct_internet_access", "closed", PASS),
        ("sagemaker_notebook_root_access_enabled", "open", PASS),
        ("sagemaker_notebook_root_access_enabled", "closed", FAIL),
        ("sagemaker_model_artifact_bucket_public", "open", FAIL),
        ("sagemaker_model_artifact_bucket_public", "closed", PASS),
        ("sagemaker_model_artifact_bucket_takeover", "open", PASS),
        ("sagemaker_model_artifact_bucket_takeover", "gone", FAIL),
    ],
)
def test_moto_agrees(slug: str, resource: str, expected: Status, verdicts: dict[tuple[str, str], Status]) -> None:
    assert verdicts[(slug, resource)] is expected
