"""The simulated AWS account, driven by real boto3."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3
import pytest
import yaml
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from worlds.aws import AwsWorld
from worlds.aws_s3 import is_public
from worlds.base import Fault, WorldError, read_world

FILE = Path(__file__).parent / "data" / "aws.yaml"
ACCOUNT = "111122223333"
OTHER = "999988887777"
MODELS = "northwind-example-models"
PUBLIC = "northwind-example-public-demo"
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=60)


class Clients:
    """boto3 configured by the world's variables alone. The session is shared: loading service models takes long."""

    session: boto3.session.Session | None = None

    def __init__(self, world: AwsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in world.env().items():
            monkeypatch.setenv(name, value)
        if Clients.session is None:
            Clients.session = boto3.session.Session()

    def __call__(self, service: str, region: str = "eu-west-1", config: Config = ONCE, **keys: str) -> Any:
        assert Clients.session is not None
        return Clients.session.client(service, region_name=region, config=config, **keys)


@pytest.fixture(scope="module")
def northwind() -> Iterator[AwsWorld]:
    world = AwsWorld(read_world(FILE.read_text(encoding="utf-8"), date(2026, 11, 22)))
    assert isinstance(world, AwsWorld)
    with world:
        yield world


@pytest.fixture
def world(northwind: AwsWorld) -> Iterator[AwsWorld]:
    northwind.log.clear()
    yield northwind
    northwind.faults.clear()


@pytest.fixture
def aws(world: AwsWorld, monkeypatch: pytest.MonkeyPatch) -> Clients:
    return Clients(world, monkeypatch)


@pytest.fixture(scope="module")
def document() -> Any:
    return read_world(FILE.read_text(encoding="utf-8"), date(2026, 11, 22))


def refused(call: Any, **params: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    reply = caught.value.response
    return reply["ResponseMetadata"]["HTTPStatusCode"], reply["Error"]["Code"]


# -- SageMaker ---------------------------------------------------------------------------------------------------------


def test_describe_returns_the_document(aws: Clients, document: Any) -> None:
    reply = aws("sagemaker").describe_notebook_instance(NotebookInstanceName="research-nb")
    del reply["ResponseMetadata"]
    written = document["regions"]["eu-west-1"]["sagemaker"]["NotebookInstance"][0]
    arn = reply.pop("NotebookInstanceArn")
    assert arn == f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:notebook-instance/research-nb"
    assert reply == written


def test_every_document_of_the_demo_survives_the_wire(aws: Clients, world: AwsWorld) -> None:
    client = aws("sagemaker")
    kinds = {
        "NotebookInstance": client.describe_notebook_instance,
        "Model": client.describe_model,
        "EndpointConfig": client.describe_endpoint_config,
        "Endpoint": client.describe_endpoint,
        "TrainingJob": client.describe_training_job,
    }
    for kind, describe in kinds.items():
        documents = world.regions["eu-west-1"]["sagemaker", kind]
        assert len(documents) >= 4
        for name, written in documents.items():
            reply = describe(**{f"{kind}Name": name})
            del reply["ResponseMetadata"]
            assert reply == written


def test_a_null_member_is_left_out(aws: Clients) -> None:
    assert "KmsKeyId" not in aws("sagemaker").describe_notebook_instance(NotebookInstanceName="stopped-nb")


def test_list_summaries_are_projections_in_order_of_name(aws: Clients) -> None:
    reply = aws("sagemaker").list_endpoints()
    names = [entry["EndpointName"] for entry in reply["Endpoints"]]
    assert names == [
        "borrowed-async",
        "chat",
        "chat-components",
        "registry-serverless",
        "sentiment-ensemble",
        "sentiment-internal",
    ]
    assert set(reply["Endpoints"][5]) == {
        "EndpointName",
        "EndpointArn",
        "CreationTime",
        "LastModifiedTime",
        "EndpointStatus",
    }
    assert reply["Endpoints"][5]["CreationTime"] == datetime(2026, 10, 1, 12, 20, tzinfo=UTC)
    assert "NextToken" not in reply


def test_regions_hold_their_own_resources(aws: Clients) -> None:
    reply = aws("sagemaker", "us-east-1").list_notebook_instances()
    assert [entry["NotebookInstanceName"] for entry in reply["NotebookInstances"]] == ["forgotten-nb"]
    assert aws("sagemaker", "us-east-1").list_models()["Models"] == []
    assert refused(aws("sagemaker", "ap-south-1").list_models) == (403, "UnrecognizedClientException")


def test_unknown_names(aws: Clients) -> None:
    assert refused(aws("sagemaker").describe_model, ModelName="none") == (400, "ValidationException")
    assert refused(aws("bedrock").get_custom_model, modelIdentifier="none") == (404, "ResourceNotFoundException")


def test_paging(monkeypatch: pytest.MonkeyPatch, northwind: AwsWorld) -> None:
    small = {"account": ACCOUNT, "regions": {"eu-west-1": {"sagemaker": {"Model": []}}}}
    small["regions"]["eu-west-1"]["sagemaker"]["Model"] = [{"ModelName": f"m{n:02}"} for n in range(26)]
    northwind.close()
    try:
        with AwsWorld(small) as world:
            client = Clients(world, monkeypatch)("sagemaker")
            first = client.list_models()
            assert [entry["ModelName"] for entry in first["Models"]] == [f"m{n:02}" for n in range(10)]
            pages = list(client.get_paginator("list_models").paginate())
            assert [len(page["Models"]) for page in pages] == [10, 10, 6]
            assert pages[2]["Models"][5]["ModelName"] == "m25"
            assert len(client.list_models(MaxResults=100)["Models"]) == 26
            assert refused(client.list_models, MaxResults=101) == (400, "ValidationException")
            assert refused(client.list_models, NextToken="bogus") == (400, "ValidationException")
    finally:
        northwind.start()


def test_training_jobs_by_time_and_order(aws: Clients) -> None:
    def names(**params: Any) -> list[str]:
        reply = aws("sagemaker").list_training_jobs(**params)
        return [entry["TrainingJobName"] for entry in reply["TrainingJobSummaries"]]

    month = datetime(2026, 10, 23, tzinfo=UTC)
    recent = ["ensemble-train-open", "sentiment-train-good", "single-node-train"]
    assert names(CreationTimeAfter=month) == recent
    assert names(CreationTimeBefore=month) == ["last-year-train"]
    newest = ["single-node-train", "ensemble-train-open", "sentiment-train-good", "last-year-train"]
    assert names(SortBy="CreationTime", SortOrder="Descending") == newest
    assert names(StatusEquals="InProgress") == ["ensemble-train-open", "single-node-train"]
    assert names(NameContains="-train-") == recent[:2]


def test_rest_json_services(monkeypatch: pytest.MonkeyPatch, northwind: AwsWorld) -> None:
    guardrail = {"guardrailId": "g1", "name": "polite", "status": "READY", "createdAt": "2026-11-01T00:00:00Z"}
    northwind.close()
    try:
        with AwsWorld({"account": ACCOUNT, "regions": {"eu-west-1": {"bedrock": {"Guardrail": [guardrail]}}}}) as world:
            client = Clients(world, monkeypatch)("bedrock")
            entry = client.list_guardrails()["guardrails"][0]
            assert (entry["id"], entry["name"]) == ("g1", "polite")
            assert entry["createdAt"] == datetime(2026, 11, 1, tzinfo=UTC)
            assert client.get_guardrail(guardrailIdentifier="g1")["status"] == "READY"
            assert [(r.operation, r.verb, r.resource) for r in world.log] == [
                ("bedrock:ListGuardrails", "list", ""),
                ("bedrock:GetGuardrail", "get", "g1"),
            ]
    finally:
        northwind.start()


# -- the log -----------------------------------------------------------------------------------------------------------


def test_log(aws: Clients, world: AwsWorld) -> None:
    aws("sagemaker").list_models()
    aws("sagemaker", "us-east-1").describe_notebook_instance(NotebookInstanceName="forgotten-nb")
    aws("s3").head_bucket(Bucket=MODELS)
    aws("s3").get_bucket_policy_status(Bucket=MODELS)
    aws("s3").list_buckets()
    aws("iam").get_role(RoleName="ml-admin")
    aws("iam").list_role_policies(RoleName="ml-admin")
    aws("ec2").describe_regions()
    aws("sts").get_caller_identity()
    seen = [(r.operation, r.verb, r.region, r.resource, r.status) for r in world.log]
    assert seen == [
        ("sagemaker:ListModels", "list", "eu-west-1", "", 200),
        ("sagemaker:DescribeNotebookInstance", "get", "us-east-1", "forgotten-nb", 200),
        ("s3:HeadBucket", "get", "eu-west-1", MODELS, 200),
        ("s3:GetBucketPolicyStatus", "get", "eu-west-1", MODELS, 200),
        ("s3:ListBuckets", "list", "eu-west-1", "", 200),
        ("iam:GetRole", "get", "eu-west-1", "ml-admin", 200),
        ("iam:ListRolePolicies", "list", "eu-west-1", "ml-admin", 200),
        ("ec2:DescribeRegions", "get", "eu-west-1", "", 200),
        ("sts:GetCallerIdentity", "get", "eu-west-1", "", 200),
    ]
    assert {request.account for request in world.log} == {ACCOUNT}


def test_unknown_operations_are_refused_and_logged(aws: Clients, world: AwsWorld) -> None:
    assert refused(aws("sagemaker").list_apps) == (400, "UnknownOperationException")
    assert refused(aws("kms").list_keys) == (400, "UnknownOperationException")
    assert refused(aws("bedrock").list_foundation_models) == (400, "UnknownOperationException")
    assert refused(aws("iam").simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["s3:GetObject"]) == (
        400,
        "UnknownOperationException",
    )
    assert [(r.operation, r.verb) for r in world.log] == [
        ("sagemaker:ListApps", "list"),
        ("kms:ListKeys", "list"),
        ("bedrock:ListFoundationModels", "list"),
        ("iam:SimulateCustomPolicy", "get"),
    ]


# -- faults ------------------------------------------------------------------------------------------------------------

CALLS: dict[str, tuple[str, str, dict[str, str]]] = {
    "sagemaker:ListModels": ("sagemaker", "list_models", {}),
    "bedrock:ListCustomModels": ("bedrock", "list_custom_models", {}),
    "iam:GetRole": ("iam", "get_role", {"RoleName": "ml-admin"}),
    "ec2:DescribeRegions": ("ec2", "describe_regions", {}),
    "s3:GetBucketAcl": ("s3", "get_bucket_acl", {"Bucket": MODELS}),
    "s3:HeadBucket": ("s3", "head_bucket", {"Bucket": MODELS}),
}


@pytest.mark.parametrize(
    ("operation", "kind", "expected"),
    [
        ("sagemaker:ListModels", "deny", (400, "AccessDeniedException")),
        ("sagemaker:ListModels", "throttle", (400, "ThrottlingException")),
        ("sagemaker:ListModels", "error", (500, "InternalFailure")),
        ("bedrock:ListCustomModels", "deny", (403, "AccessDeniedException")),
        ("bedrock:ListCustomModels", "throttle", (429, "ThrottlingException")),
        ("bedrock:ListCustomModels", "error", (500, "InternalFailure")),
        ("iam:GetRole", "deny", (403, "AccessDenied")),
        ("iam:GetRole", "throttle", (400, "Throttling")),
        ("iam:GetRole", "error", (500, "InternalFailure")),
        ("ec2:DescribeRegions", "deny", (403, "UnauthorizedOperation")),
        ("ec2:DescribeRegions", "throttle", (503, "RequestLimitExceeded")),
        ("ec2:DescribeRegions", "error", (500, "InternalFailure")),
        ("s3:GetBucketAcl", "deny", (403, "AccessDenied")),
        ("s3:GetBucketAcl", "throttle", (503, "SlowDown")),
        ("s3:GetBucketAcl", "error", (500, "InternalError")),
        ("s3:HeadBucket", "deny", (403, "403")),  # no body, so no code
    ],
)
def test_refusals(aws: Clients, world: AwsWorld, operation: str, kind: str, expected: tuple[int, str]) -> None:
    service, method, params = CALLS[operation]
    world.faults.append(Fault(operation, kind))
    assert refused(getattr(aws(service), method), **params) == expected
    assert [(request.operation, request.status) for request in world.log] == [(operation, expected[0])]


def test_a_denial_names_the_permission(aws: Clients, world: AwsWorld) -> None:
    world.faults.append(Fault("sagemaker:DescribeModel", "deny", resource="sentiment-*"))
    client = aws("sagemaker")
    with pytest.raises(ClientError, match=r"not authorized to perform: sagemaker:DescribeModel on resource: sentiment"):
        client.describe_model(ModelName="sentiment-good")
    assert client.describe_model(ModelName="chat-from-hub")["ModelName"] == "chat-from-hub"


def test_a_fault_in_one_region(aws: Clients, world: AwsWorld) -> None:
    world.faults.append(Fault("sagemaker:*", "deny", region="us-east-1", verb="list"))
    east = aws("sagemaker", "us-east-1")
    assert refused(east.list_models) == (400, "AccessDeniedException")
    assert east.describe_notebook_instance(NotebookInstanceName="forgotten-nb")["RootAccess"] == "Enabled"
    assert aws("sagemaker").list_models()["Models"]


@pytest.mark.parametrize("operation", ["iam:GetRole", "ec2:DescribeRegions"])
def test_malformed_xml(aws: Clients, world: AwsWorld, operation: str) -> None:
    service, method, params = CALLS[operation]
    world.faults.append(Fault(operation, "malformed"))
    with pytest.raises(ResponseParserError):
        getattr(aws(service), method)(**params)


def test_botocore_takes_malformed_xml_from_s3_for_a_server_error(aws: Clients, world: AwsWorld) -> None:
    world.faults.append(Fault("s3:GetBucketAcl", "malformed"))
    assert refused(aws("s3").get_bucket_acl, Bucket=MODELS) == (500, "500")
    assert world.log[0].status == 200


@pytest.mark.parametrize("operation", ["sagemaker:ListModels", "bedrock:ListCustomModels"])
def test_malformed_json_looks_like_an_empty_reply_to_botocore(aws: Clients, world: AwsWorld, operation: str) -> None:
    service, method, params = CALLS[operation]
    world.faults.append(Fault(operation, "malformed"))
    reply = getattr(aws(service), method)(**params)
    assert set(reply) == {"ResponseMetadata"}  # not even the list member: a caller must miss it, not default it
    assert world.log[0].status == 200


def test_timeout_and_reset(aws: Clients, world: AwsWorld) -> None:
    world.faults += [Fault("sagemaker:ListModels", "timeout"), Fault("sagemaker:ListEndpoints", "reset")]
    impatient = aws("sagemaker", config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3))
    with pytest.raises(ReadTimeoutError):
        impatient.list_models()
    with pytest.raises(ConnectionClosedError):
        impatient.list_endpoints()


def test_retries_get_past_a_throttle(aws: Clients, world: AwsWorld) -> None:
    world.faults.append(Fault("sagemaker:ListModels", "throttle", times=1))
    patient = aws("sagemaker", config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))
    assert patient.list_models()["ResponseMetadata"]["RetryAttempts"] == 1
    assert [request.status for request in world.log] == [400, 200]


# -- S3 ----------------------------------------------------------------------------------------------------------------


def test_list_buckets(aws: Clients) -> None:
    client = aws("s3")
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    assert names == sorted(names)
    assert MODELS in names
    assert f"sagemaker-eu-west-1-{ACCOUNT}" in names
    assert f"sagemaker-us-east-1-{ACCOUNT}" not in names
    assert "fabrikam-example-weights" not in names
    assert client.list_buckets()["Buckets"][2]["CreationDate"] == datetime(2026, 1, 10, 8, tzinfo=UTC)
    pages = list(client.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 4}))
    assert [bucket["Name"] for page in pages for bucket in page["Buckets"]] == names
    assert pages[0]["Buckets"][0]["BucketRegion"] == "eu-west-1"


def test_head_bucket(aws: Clients) -> None:
    head = aws("s3", "us-east-1").head_bucket  # any region's endpoint answers
    assert head(Bucket=MODELS)["BucketRegion"] == "eu-west-1"
    assert head(Bucket=MODELS, ExpectedBucketOwner=ACCOUNT)["BucketRegion"] == "eu-west-1"
    assert refused(head, Bucket=MODELS, ExpectedBucketOwner=OTHER) == (403, "403")
    assert refused(head, Bucket=f"sagemaker-us-east-1-{ACCOUNT}") == (404, "404")
    assert refused(head, Bucket="fabrikam-example-private") == (403, "403")
    assert head(Bucket="fabrikam-example-weights")["BucketRegion"] == "us-east-1"
    assert refused(head, Bucket="fabrikam-example-weights", ExpectedBucketOwner=ACCOUNT) == (403, "403")


def test_a_refused_head_still_names_the_region(aws: Clients) -> None:
    with pytest.raises(ClientError) as caught:
        aws("s3").head_bucket(Bucket="fabrikam-example-private")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"


def test_bucket_configuration(aws: Clients) -> None:
    client = aws("s3")
    rule = client.get_bucket_encryption(Bucket=MODELS)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["BucketKeyEnabled"] is True
    assert client.get_bucket_versioning(Bucket=MODELS)["Status"] == "Enabled"
    assert client.get_bucket_logging(Bucket=MODELS)["LoggingEnabled"] == {
        "TargetBucket": "northwind-example-logs",
        "TargetPrefix": "models/",
    }
    assert client.get_public_access_block(Bucket=MODELS)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    tags = client.get_bucket_tagging(Bucket=MODELS)["TagSet"]
    assert {"Key": "system", "Value": "sentiment-internal"} in tags
    assert client.get_bucket_location(Bucket=MODELS)["LocationConstraint"] == "eu-west-1"
    assert client.get_bucket_location(Bucket="fabrikam-example-weights")["LocationConstraint"] is None
    policy = json.loads(client.get_bucket_policy(Bucket=MODELS)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    block = client.get_public_access_block(Bucket="northwind-example-capture")["PublicAccessBlockConfiguration"]
    assert [name for name, value in block.items() if not value] == ["RestrictPublicBuckets"]


def test_what_a_bucket_without_configuration_says(aws: Clients) -> None:
    client, bucket = aws("s3"), {"Bucket": PUBLIC}
    rules = client.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules == [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
    ]
    assert "Status" not in client.get_bucket_versioning(**bucket)
    assert "LoggingEnabled" not in client.get_bucket_logging(**bucket)
    assert refused(client.get_bucket_tagging, **bucket) == (404, "NoSuchTagSet")
    assert refused(client.get_public_access_block, **bucket) == (404, "NoSuchPublicAccessBlockConfiguration")
    plain = f"sagemaker-eu-west-1-{ACCOUNT}"
    assert refused(client.get_bucket_policy, Bucket=plain) == (404, "NoSuchBucketPolicy")
    assert refused(client.get_bucket_policy_status, Bucket=plain) == (404, "NoSuchBucketPolicy")
    assert refused(client.get_bucket_lifecycle_configuration, Bucket=plain) == (404, "NoSuchLifecycleConfiguration")
    assert client.list_objects_v2(Bucket=PUBLIC)["KeyCount"] == 0


def test_objects_are_listed_page_by_page(aws: Clients) -> None:
    client, asked = aws("s3"), {"Bucket": f"sagemaker-eu-west-1-{ACCOUNT}", "Prefix": "sentiment/3/", "MaxKeys": 1}
    first = client.list_objects_v2(**asked)
    second = client.list_objects_v2(**asked, ContinuationToken=first["NextContinuationToken"])

    assert [page["Contents"][0]["Key"] for page in (first, second)] == [
        "sentiment/3/README.md",
        "sentiment/3/model.tar.gz",
    ]
    assert second["Contents"][0]["ETag"] == '"9e8d7c6b5a4f30211203f4a5b6c7d8e9-12"'
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)


def test_acl(aws: Clients) -> None:
    grants = aws("s3").get_bucket_acl(Bucket=PUBLIC)["Grants"]
    assert [(g["Grantee"]["Type"], g["Permission"]) for g in grants] == [
        ("CanonicalUser", "FULL_CONTROL"),
        ("Group", "READ"),
    ]
    assert grants[1]["Grantee"]["URI"] == "http://acs.amazonaws.com/groups/global/AllUsers"
    assert len(aws("s3").get_bucket_acl(Bucket=MODELS)["Grants"]) == 1
    rules = aws("s3").get_bucket_ownership_controls(Bucket=MODELS)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_policy_status_follows_from_the_policy(aws: Clients) -> None:
    client = aws("s3")
    buckets = [MODELS, PUBLIC, "northwind-example-training-data"]
    statuses = [client.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] for bucket in buckets]
    assert statuses == [False, True, False]


@pytest.mark.parametrize(
    ("public", "principal", "condition"),
    [
        (True, "*", None),
        (True, {"AWS": "*"}, None),
        (True, {"AWS": ["*"]}, {"Bool": {"aws:SecureTransport": "true"}}),
        (False, {"AWS": f"arn:aws:iam::{OTHER}:root"}, None),
        (False, {"Service": "logging.s3.amazonaws.com"}, None),
        (False, "*", {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        (False, "*", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        (False, "*", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        (True, "*", {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}}),
        (True, "*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
        (True, "*", {"StringNotEquals": {"aws:SourceVpce": "vpce-0example"}}),
        (True, "*", {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0example"}}),
    ],
)
def test_is_public(public: bool, principal: Any, condition: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
    if condition:
        statement["Condition"] = condition
    assert is_public({"Statement": [statement]}) is public
    assert is_public({"Statement": statement}) is public
    assert not is_public({"Statement": [{**statement, "Effect": "Deny"}]})


def test_other_peoples_buckets(aws: Clients) -> None:
    client = aws("s3")
    for bucket in ("fabrikam-example-weights", "fabrikam-example-private"):
        assert refused(client.get_bucket_policy, Bucket=bucket) == (403, "AccessDenied")
        assert refused(client.get_bucket_cors, Bucket=bucket) == (403, "AccessDenied")
    assert refused(client.get_bucket_acl, Bucket="nobody-example") == (404, "NoSuchBucket")
    assert refused(client.get_bucket_acl, Bucket=MODELS, ExpectedBucketOwner=OTHER) == (403, "AccessDenied")


def test_buckets_are_read_only(aws: Clients) -> None:
    assert refused(aws("s3").delete_bucket, Bucket=MODELS) == (403, "AccessDenied")


def strip_account_from_host(request: Any, **_: Any) -> None:
    """s3control puts the account before the host name, which an IP address cannot have."""
    url = urlsplit(request.url)
    request.url = urlunsplit(url._replace(netloc=url.netloc.removeprefix(f"{ACCOUNT}.").removeprefix(f"{OTHER}.")))


def test_account_public_access_block(aws: Clients, world: AwsWorld) -> None:
    client = aws("s3control")
    client.meta.events.register_first("before-sign.s3-control.*", strip_account_from_host)
    block = client.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] is True
    assert block["RestrictPublicBuckets"] is False
    assert refused(client.get_public_access_block, AccountId=OTHER) == (403, "AccessDenied")
    world.faults.append(Fault("s3:GetAccountPublicAccessBlock", "deny"))
    assert refused(client.get_public_access_block, AccountId=ACCOUNT) == (403, "AccessDenied")
    assert world.operations() == {"s3:GetAccountPublicAccessBlock"}
    world.faults.clear()
    held, world.buckets.block = world.buckets.block, None
    try:
        expected = (404, "NoSuchPublicAccessBlockConfiguration")
        assert refused(client.get_public_access_block, AccountId=ACCOUNT) == expected
    finally:
        world.buckets.block = held


# -- IAM, EC2, STS -----------------------------------------------------------------------------------------------------


def test_roles(aws: Clients) -> None:
    client = aws("iam")
    serving = client.get_role(RoleName="sentiment-serving")["Role"]
    assert serving["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/service-role/sentiment-serving"
    assert serving["PermissionsBoundary"]["PermissionsBoundaryArn"] == f"arn:aws:iam::{ACCOUNT}:policy/ml-boundary"
    statement = serving["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    admin = client.get_role(RoleName="ml-admin")["Role"]
    assert "Condition" not in admin["AssumeRolePolicyDocument"]["Statement"][0]
    assert admin["RoleLastUsed"]["LastUsedDate"] == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert len(client.list_roles()["Roles"]) == 4
    assert refused(client.get_role, RoleName="none") == (404, "NoSuchEntity")


def test_inline_policies(aws: Clients) -> None:
    client = aws("iam")
    assert client.list_role_policies(RoleName="data-science")["PolicyNames"] == ["pass-any-role"]
    reply = client.get_role_policy(RoleName="data-science", PolicyName="pass-any-role")
    assert reply["PolicyDocument"]["Statement"] == [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]


def test_customer_policies(aws: Clients) -> None:
    client = aws("iam")
    attached = client.list_attached_role_policies(RoleName="sentiment-serving")["AttachedPolicies"]
    arn = f"arn:aws:iam::{ACCOUNT}:policy/sentiment-artifacts"
    assert attached == [{"PolicyName": "sentiment-artifacts", "PolicyArn": arn}]
    version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    held = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert held["Statement"][0]["Resource"] == "arn:aws:s3:::northwind-example-models/sentiment/*"


@pytest.mark.parametrize("name", ["AdministratorAccess", "AmazonSageMakerFullAccess", "PowerUserAccess"])
def test_aws_managed_policies(aws: Clients, name: str) -> None:
    client, arn = aws("iam"), f"arn:aws:iam::aws:policy/{name}"
    version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    allowed = [statement for statement in document["Statement"] if statement["Effect"] == "Allow"]
    assert allowed
    if name == "AdministratorAccess":
        assert (allowed[0]["Action"], allowed[0]["Resource"]) == ("*", "*")


def test_regions(aws: Clients) -> None:
    client = aws("ec2")
    for params in ({}, {"AllRegions": False}):
        assert [r["RegionName"] for r in client.describe_regions(**params)["Regions"]] == ["eu-west-1", "us-east-1"]
    assert [r["RegionName"] for r in client.describe_regions(RegionNames=["us-east-1"])["Regions"]] == ["us-east-1"]
    assert refused(client.describe_regions, RegionNames=["ap-south-1"]) == (400, "InvalidParameterValue")


def test_identity_and_assumed_roles(aws: Clients, world: AwsWorld) -> None:
    sts = aws("sts")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    arn = f"arn:aws:iam::{ACCOUNT}:role/ml-admin"
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="scan")["Credentials"]
    own = aws("sts", **credentials(keys)).get_caller_identity()
    assert own["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ml-admin/scan"
    assert refused(sts.assume_role, RoleArn=f"{arn}-2", RoleSessionName="scan") == (403, "AccessDenied")
    assert world.log[1].resource == arn


def credentials(keys: dict[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def test_a_role_in_another_account_sees_nothing_of_this_one(
    monkeypatch: pytest.MonkeyPatch, northwind: AwsWorld, document: Any
) -> None:
    arn = f"arn:aws:iam::{OTHER}:role/audit"
    northwind.close()
    try:
        with AwsWorld({**document, "assumable": {arn: OTHER}}) as world:
            aws = Clients(world, monkeypatch)
            sts = aws("sts")
            there = credentials(sts.assume_role(RoleArn=arn, RoleSessionName="scan")["Credentials"])
            assert aws("sts", **there).get_caller_identity()["Account"] == OTHER
            assert aws("sagemaker", **there).list_models()["Models"] == []
            theirs = [bucket["Name"] for bucket in aws("s3", **there).list_buckets()["Buckets"]]
            assert theirs == sorted(b["name"] for b in document["foreign_buckets"] if b["owner"] == OTHER)
            assert aws("iam", **there).list_roles()["Roles"] == []
            assert refused(aws("s3", **there).get_bucket_acl, Bucket=MODELS) == (403, "AccessDenied")
            assert world.log[-1].account == OTHER
    finally:
        northwind.start()


# -- loading and running -----------------------------------------------------------------------------------------------


def test_every_mistake_is_named_with_its_path(document: Any) -> None:
    broken = copy.deepcopy(document)
    services = broken["regions"]["eu-west-1"]["sagemaker"]
    services["NotebookInstance"][0] |= {"DirectInternetAccess": "off", "RootAcces": "Disabled", "VolumeSizeInGB": "5"}
    services["Model"][0]["EnableNetworkIsolation"] = "yes"
    services["Model"][0]["VpcConfig"] = {"Subnets": "subnet-1"}
    services["Model"].append({"ModelName": "chat-from-hub"})
    services["Model"].append({"CreationTime": "2026-01-01"})
    services["Endpoint"][0]["CreationTime"] = "yesterday"
    services["Modell"] = []
    broken["buckets"][0] |= {"versioning": "on", "acl": "public", "acls": 1}
    broken["buckets"][1]["public_access_block"] = {"BlockPublicAcl": True}
    broken["buckets"][2]["encryption"] = {"SSEAlgorithm": "aws:kmss"}
    broken["roles"][0]["managed_policies"] = ["nothing-by-that-name"]
    broken["role"] = []
    with pytest.raises(WorldError) as caught:
        AwsWorld(broken)
    lines = str(caught.value).splitlines()
    expected = [
        "role: unknown key",
        "eu-west-1.sagemaker.NotebookInstance[research-nb].DirectInternetAccess: 'off' is not one of Enabled, Disabled",
        "eu-west-1.sagemaker.NotebookInstance[research-nb].RootAcces: DescribeNotebookInstanceOutput has no such",
        "eu-west-1.sagemaker.NotebookInstance[research-nb].VolumeSizeInGB: expected integer, found '5'",
        "eu-west-1.sagemaker.Model[sentiment-good].EnableNetworkIsolation: expected boolean, found 'yes'",
        "eu-west-1.sagemaker.Model[sentiment-good].VpcConfig.Subnets: expected a list, found 'subnet-1'",
        "eu-west-1.sagemaker.Model[chat-from-hub]: described twice",
        "eu-west-1.sagemaker.Model[7]: needs ModelName",
        "eu-west-1.sagemaker.Endpoint[sentiment-internal].CreationTime: 'yesterday' is not a time",
        "eu-west-1.sagemaker.Modell: no such kind",
        f"buckets[{MODELS}].versioning: 'on' is not one of Enabled, Suspended",
        f"buckets[{MODELS}].acl: 'public' is not one of private",
        f"buckets[{MODELS}].acls: unknown key",
        "buckets[northwind-example-training-data].public_access_block.BlockPublicAcl: Public",
        f"buckets[{PUBLIC}].encryption.SSEAlgorithm: 'aws:kmss' is not one of",
        "roles[ml-admin].managed_policies: no policy called 'nothing-by-that-name'",
    ]
    missing = [start for start in expected if not any(line.startswith(start) for line in lines)]
    assert not missing
    assert len(lines) == len(expected)


def test_a_yaml_no_is_caught() -> None:
    text = "account: '111122223333'\nregions: {eu-west-1: {sagemaker: {Endpoint: [{EndpointName: no}]}}}"
    with pytest.raises(WorldError, match=r"eu-west-1\.sagemaker\.Endpoint\[0\]: needs EndpointName"):
        AwsWorld(yaml.safe_load(text))


def test_policy_documents_are_checked_at_start(northwind: AwsWorld) -> None:
    role = {"name": "r", "trust": {"Version": "2012-10-17", "Statement": []}, "inline": {"p": {"Statement": "x"}}}
    world = AwsWorld({"account": ACCOUNT, "roles": [role]})
    northwind.close()
    try:
        with pytest.raises(WorldError, match=r"roles\[r\]"):
            world.start()
    finally:
        northwind.start()


def test_members_that_real_replies_omit_may_be_missing() -> None:
    sparse = {"sagemaker": {"TrainingJob": [{"TrainingJobName": "bare"}]}}
    world = AwsWorld({"account": ACCOUNT, "regions": {"eu-west-1": sparse}})
    job = world.regions["eu-west-1"]["sagemaker", "TrainingJob"]["bare"]
    assert set(job) == {"TrainingJobName", "TrainingJobArn"}


def test_one_world_at_a_time(world: AwsWorld) -> None:
    with pytest.raises(RuntimeError, match="already runs"):
        AwsWorld.load(FILE).start()


def test_a_world_starts_afresh(monkeypatch: pytest.MonkeyPatch, northwind: AwsWorld) -> None:
    northwind.close()
    try:
        with AwsWorld({"account": OTHER, "regions": {"us-east-1": {}}}) as world:
            aws = Clients(world, monkeypatch)
            assert aws("iam", "us-east-1").list_roles()["Roles"] == []
            assert aws("s3", "us-east-1").list_buckets()["Buckets"] == []
            assert aws("sts", "us-east-1").get_caller_identity()["Account"] == OTHER
        northwind.start()
        assert Clients(northwind, monkeypatch)("sts").get_caller_identity()["Account"] == ACCOUNT
    finally:
        if northwind._server is None:
            northwind.start()


def test_unsigned_requests_are_refused(world: AwsWorld, aws: Clients) -> None:
    client = aws("sagemaker", config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}))
    assert refused(client.list_models) == (403, "MissingAuthenticationToken")
    assert world.log[0].operation == "sagemaker:ListModels"
