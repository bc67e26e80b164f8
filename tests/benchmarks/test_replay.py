"""The replay server with a generated AWS organisation: real boto3 over real HTTP."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from replays import Server, replaying, scanned

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOTEBOOKS, MODELS, JOBS, CONFIGS = 45, 120, 130, 70
KINDS = {"Model": "models", "TrainingJob": "jobs"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    sizes = {"notebooks": NOTEBOOKS, "models": MODELS, "training-jobs": JOBS, "endpoint-configs": CONFIGS}
    counts = [f"--count={kind}={number}" for kind, number in (*sizes.items(), ("endpoints", 3))]
    places = ["--accounts=23", "--regions=3", "--populated-regions=2"]
    with replaying("aws", "--buckets=7", "--roles=12", "--now", NOW.isoformat(), *counts, *places) as running:
        yield running


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest) -> None:
    """Every test that uses the shared server starts with it calm."""
    if "server" in request.fixturenames:
        shared = request.getfixturevalue("server")
        shared.manage("faults", {"deny": []})
        shared.manage("reset", {})


@cache
def session() -> boto3.session.Session:
    """One for all tests: the models of services are slow to load."""
    return boto3.session.Session()


def client(server: Server, service: str, region: str = "us-east-1", role: str = "") -> Any:
    env = server.env()
    keys = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"])
    if role:
        found = client(server, "sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    once = Config(retries={"total_max_attempts": 1})
    return session().client(service, region, None, True, None, server.url, *keys, config=once)


def every(client: Any, operation: str, member: str, **parameters: Any) -> list[Any]:
    """Items of all pages."""
    pages = client.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page[member]]


# -- SageMaker ---------------------------------------------------------------------------------------------------------


def test_pages_of_all_populated_regions_add_up(server: Server) -> None:
    seen = []
    for region, calls in (("us-east-1", 6), ("eu-west-1", 6), ("us-west-2", 1)):
        server.manage("reset", {})
        seen += every(client(server, "sagemaker", region), "list_models", "Models")
        assert server.calls() == {"sagemaker:ListModels": calls}, "ten rows come unless more are asked for"
    assert sorted(model["ModelName"] for model in seen) == [f"model-{index:06d}" for index in range(MODELS)]
    assert len({model["ModelArn"] for model in seen}) == MODELS


def test_no_page_has_more_than_a_hundred_rows(server: Server) -> None:
    sagemaker = client(server, "sagemaker")
    assert len(sagemaker.list_training_jobs(MaxResults=100)["TrainingJobSummaries"]) == JOBS // 2
    with pytest.raises(ClientError, match="ValidationException"):
        sagemaker.search(Resource="Model", NextToken="from-x")


def test_time_windows_and_names_cut_a_listing(server: Server) -> None:
    sagemaker = client(server, "sagemaker")
    everything = every(sagemaker, "list_training_jobs", "TrainingJobSummaries", MaxResults=100)
    assert all(NOW - timedelta(days=20) < job["CreationTime"] < NOW for job in everything)
    middle = NOW - timedelta(days=10)
    early = every(sagemaker, "list_training_jobs", "TrainingJobSummaries", CreationTimeBefore=middle)
    late = every(sagemaker, "list_training_jobs", "TrainingJobSummaries", CreationTimeAfter=middle)
    assert early
    assert late
    assert [job["TrainingJobName"] for job in late + early] == [job["TrainingJobName"] for job in everything]
    assert [m["ModelName"] for m in sagemaker.list_models(NameContains="00011")["Models"]] == [
        f"model-{index:06d}" for index in (110, 112, 114, 116, 118)
    ]
    backwards = sagemaker.list_models(SortOrder="Ascending", MaxResults=1)["Models"]
    assert backwards[0]["ModelName"] == "model-000118", "the oldest has the highest index"
    changed = every(sagemaker, "list_training_jobs", "TrainingJobSummaries", LastModifiedTimeAfter=middle)
    assert changed == [job for job in everything if job["LastModifiedTime"] >= middle]
    with pytest.raises(ClientError, match="does not filter by LastModifiedTimeBefore"):
        sagemaker.list_training_jobs(LastModifiedTimeBefore=NOW)


@pytest.mark.parametrize("noun", ["Model", "TrainingJob", "Endpoint"])
def test_search_says_what_describe_says_member_by_member(server: Server, noun: str) -> None:
    sagemaker = client(server, "sagemaker")
    shape = botocore.session.get_session().get_service_model("sagemaker").shape_for("SearchRecord")
    known = shape.members[noun].members["Model" if noun == "Model" else f"{noun}Name"]
    members = known.members if noun == "Model" else shape.members[noun].members
    records = every(sagemaker, "search", "Results", Resource=noun, MaxResults=100)
    assert len(records) == {"Model": MODELS // 2, "TrainingJob": JOBS // 2, "Endpoint": 2}[noun]
    for record in records:
        found = record[noun]["Model"] if noun == "Model" else record[noun]
        assert len(found.pop("Tags")) == 2
        described = getattr(sagemaker, f"describe_{'training_job' if noun == 'TrainingJob' else noun.lower()}")(
            **{f"{noun}Name": found[f"{noun}Name"]}
        )
        del described["ResponseMetadata"]
        assert found == {member: value for member, value in described.items() if member in members}
        assert described.keys() - found.keys() <= {"RemoteDebugConfig", "InfraCheckConfig", "ProfilingStatus"} | {
            "LastDeploymentConfig"
        }


def test_a_model_record_lists_the_endpoints_that_serve_it(server: Server) -> None:
    records = client(server, "sagemaker").search(Resource="Model", MaxResults=3)["Results"]
    assert [[e["EndpointName"] for e in r["Model"]["Endpoints"]] for r in records] == [
        ["endpoint-000000"],
        ["endpoint-000002"],
        [],
    ]


def test_search_filters_and_counts(server: Server) -> None:
    sagemaker = client(server, "sagemaker")

    def found(*filters: tuple[str, str, str], **more: Any) -> list[str]:
        tests = [{"Name": name, "Operator": how} | ({"Value": v} if v else {}) for name, how, v in filters]
        expression = {"Filters": tests, "Operator": "And"}
        reply = sagemaker.search(Resource="TrainingJob", SearchExpression=expression, MaxResults=100, **more)
        assert reply["TotalHits"]["Value"] == len(reply["Results"])
        return [record["TrainingJob"]["TrainingJobName"] for record in reply["Results"]]

    middle = (NOW - timedelta(days=10)).isoformat()
    late = found(("CreationTime", "GreaterThan", middle))
    assert late
    assert sorted(late + found(("CreationTime", "LessThanOrEqualTo", middle))) == [
        f"job-{index:06d}" for index in range(0, JOBS, 2)
    ]
    assert found(("CreationTime", "GreaterThan", middle), SortBy="CreationTime", SortOrder="Ascending") == late[::-1]
    assert found(("TrainingJobStatus", "Equals", "InProgress")) == ["job-000000", "job-000100"]
    assert found(("VpcConfig.Subnets", "NotExists", ""), ("TrainingJobStatus", "Equals", "InProgress")) == [
        "job-000000"
    ]


def test_tags_are_those_of_the_records(server: Server) -> None:
    sagemaker = client(server, "sagemaker")
    (record,) = sagemaker.search(Resource="Model", MaxResults=1)["Results"]
    model = record["Model"]["Model"]
    assert sagemaker.list_tags(ResourceArn=model["ModelArn"])["Tags"] == model["Tags"]


def test_listings_of_what_is_not_there_are_empty_and_counted(server: Server) -> None:
    sagemaker = client(server, "sagemaker")
    assert sagemaker.list_domains()["Domains"] == []
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker.describe_domain(DomainId="d-1")
    assert server.counters()["operations"]["sagemaker:DescribeDomain"] == {"calls": 1, "throttled": 0, "errors": 1}


def test_documents_have_only_members_that_aws_has(server: Server) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")

    def strangers(value: Any, shape: Any, path: str) -> list[str]:
        if shape.type_name == "structure":
            unknown = [f"{path}.{name}" for name in value if name not in shape.members]
            known = [(name, inner) for name, inner in value.items() if name in shape.members]
            return unknown + [p for name, v in known for p in strangers(v, shape.members[name], f"{path}.{name}")]
        if shape.type_name == "list":
            return [problem for item in value for problem in strangers(item, shape.member, f"{path}[]")]
        return []

    index = {"NotebookInstance": "notebook-000044", "EndpointConfig": "config-000008", "Endpoint": "endpoint-000002"}
    asked = [(f"Describe{noun}", {f"{noun}Name": name}) for noun, name in index.items()]
    asked += [("DescribeModel", {"ModelName": f"model-{n:06d}"}) for n in (0, 2, 4)]
    asked += [("DescribeTrainingJob", {"TrainingJobName": f"job-{n:06d}"}) for n in (0, 2)]
    asked += [("Search", {"Resource": noun, "MaxResults": 100}) for noun in ("Model", "TrainingJob", "Endpoint")]
    asked += [(f"List{noun}s", {}) for noun in (*index, "Model", "TrainingJob")]
    for operation, body in asked:
        reply = raw(server, operation, body)
        assert strangers(reply, model.operation_model(operation).output_shape, operation) == []


def raw(server: Server, operation: str, body: Any) -> Any:
    """The reply as it travels: boto3 drops members that it does not know."""
    with connection(server) as plain:
        plain.sendall(http(operation, body, "Connection: close\r\n"))
        received = b"".join(iter(lambda: plain.recv(65536), b""))
    return json.loads(received.partition(b"\r\n\r\n")[2])


def connection(server: Server) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def http(operation: str, body: Any, more: str = "") -> bytes:
    content = json.dumps(body).encode()
    scope = "AWS4-HMAC-SHA256 Credential=ASIAR111122223333/20260101/us-east-1/sagemaker/aws4_request, Signature=0"
    head = f"POST / HTTP/1.1\r\nX-Amz-Target: SageMaker.{operation}\r\nAuthorization: {scope}\r\n{more}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


# -- other services ----------------------------------------------------------------------------------------------------


def test_accounts_are_listed_and_opened_one_by_one(server: Server) -> None:
    accounts = every(client(server, "organizations"), "list_accounts", "Accounts")
    assert server.calls() == {"organizations:ListAccounts": 2}
    assert len({account["Id"] for account in accounts}) == 23
    last = accounts[-1]["Id"]
    role = f"arn:aws:iam::{last}:role/any"
    assert client(server, "sts", role=role).get_caller_identity()["Account"] == last
    models = client(server, "sagemaker", role=role).list_models(MaxResults=1)["Models"]
    assert models[0]["ModelArn"] == f"arn:aws:sagemaker:us-east-1:{last}:model/model-000000"
    with pytest.raises(ClientError, match="AccessDenied"):
        client(server, "sts", role="arn:aws:iam::999999999999:role/any")


def test_regions_that_are_not_enabled_refuse(server: Server) -> None:
    regions = client(server, "ec2").describe_regions()["Regions"]
    assert [region["RegionName"] for region in regions] == ["us-east-1", "eu-west-1", "us-west-2"]
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client(server, "sagemaker", "ap-south-1").list_models()


def test_authorization_details_say_what_single_calls_say(server: Server) -> None:
    iam = client(server, "iam")
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 5}))
    assert len(pages) == 5
    roles = [role for page in pages for role in page["RoleDetailList"]]
    policies = {policy["Arn"]: policy for page in pages for policy in page["Policies"]}
    assert [role["RoleName"] for role in roles] == [f"r-{number}" for number in range(12)]
    for role in roles:
        single = iam.get_role(RoleName=role["RoleName"])["Role"]
        assert {key: single[key] for key in single.keys() & role.keys()} == {
            key: role[key] for key in single.keys() & role.keys()
        }
        assert single["AssumeRolePolicyDocument"] == role["AssumeRolePolicyDocument"]
        attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
        assert attached == role["AttachedManagedPolicies"]
        (own,) = role["RolePolicyList"]
        got = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=own["PolicyName"])
        assert got["PolicyDocument"] == own["PolicyDocument"]
        for policy in attached:
            version = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId="v1")["PolicyVersion"]
            assert policies[policy["PolicyArn"]]["PolicyVersionList"] == [version]
    assert [role["RoleName"] for role in roles if "PermissionsBoundary" in role] == ["r-6"]
    only = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)
    assert (len(only["RoleDetailList"]), only["Policies"], only["IsTruncated"]) == (12, [], False)


def test_buckets_belong_to_their_account(server: Server) -> None:
    s3 = client(server, "s3")
    names = [bucket["Name"] for bucket in s3.list_buckets(MaxBuckets=1000)["Buckets"]]
    assert names == [f"b-{number}" for number in range(7)]
    assert s3.head_bucket(Bucket="b-1")["BucketRegion"] == "eu-west-1"
    assert s3.get_bucket_versioning(Bucket="b-1")["Status"] == "Enabled"
    assert "Status" not in s3.get_bucket_versioning(Bucket="b-0")
    other = client(server, "s3", role="arn:aws:iam::111122223334:role/any")
    assert next(bucket["Name"] for bucket in other.list_buckets()["Buckets"]) == "b-0-111122223334"
    for bucket, code in (("b-0-111122223334", "403"), ("b-99", "404")):
        with pytest.raises(ClientError, match=code):
            s3.head_bucket(Bucket=bucket)
    assert len(s3.list_buckets(MaxBuckets=3)["Buckets"]) == 3


# -- limits, faults, counters ------------------------------------------------------------------------------------------


def test_limits_throttle_each_operation_region_and_account_by_itself() -> None:
    options = ("--regions=2", "--per-kind=10", "--limit=sagemaker:Describe*=0.5/3", "--limit=s3:*=0.5/1")
    with replaying("aws", *options) as limited:
        sagemaker = client(limited, "sagemaker")
        for index in range(3):
            sagemaker.describe_model(ModelName=f"model-{index:06d}")
        with pytest.raises(ClientError, match="ThrottlingException"):
            sagemaker.describe_model(ModelName="model-000003")
        sagemaker.describe_notebook_instance(NotebookInstanceName="notebook-000000")
        with pytest.raises(ClientError, match="Could not find"):
            client(limited, "sagemaker", "eu-west-1").describe_model(ModelName="model-000003")
        for _ in range(8):
            sagemaker.list_models()
        s3 = client(limited, "s3")
        s3.list_buckets()
        with pytest.raises(ClientError, match="SlowDown"):
            s3.list_buckets()
        counted = limited.counters()
        assert counted["operations"]["sagemaker:DescribeModel"] == {"calls": 5, "throttled": 1, "errors": 1}
        assert (counted["calls"], counted["throttled"], counted["errors"]) == (16, 2, 1)
        limited.manage("reset", {})
        sagemaker.describe_model(ModelName="model-000003")
        assert limited.calls() == {"sagemaker:DescribeModel": 1}


def test_denials_come_and_go_and_may_be_of_one_account(server: Server) -> None:
    server.manage("faults", {"deny": ["sagemaker:List*@111122223334/*", "s3:*", "iam:GetRole"]})
    other = client(server, "sagemaker", role="arn:aws:iam::111122223334:role/any")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        other.list_models()
    assert client(server, "sagemaker").list_models()["Models"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client(server, "s3").list_buckets()
    with pytest.raises(ClientError, match="AccessDenied"):
        client(server, "iam").get_role(RoleName="r-1")
    server.manage("faults", {"deny": []})
    assert other.list_models()["Models"]


def test_replies_take_their_time_and_keep_the_order_of_requests(tmp_path: Any) -> None:
    log = tmp_path / "calls"
    with replaying("aws", "--per-kind=20", "--latency-ms=1000", "--jitter-ms=500", "--log", log) as slow:
        asked = [f"model-{index:06d}" for index in range(10)]
        with connection(slow) as plain:
            began = time.monotonic()
            whole = b"".join(http("DescribeModel", {"ModelName": name}) for name in asked)
            plain.sendall(whole[:1000])
            plain.sendall(whole[1000:])
            received = b""
            while received.count(b'"ModelName"') < 10 or not received.endswith(b"}"):
                received += plain.recv(65536)
            took = time.monotonic() - began
        order = [piece.split(b'"')[1].decode() for piece in received.split(b'"ModelName":')[1:]]
        assert order == asked
        assert took >= 1
        counted = slow.counters()
        assert counted["max_in_flight"] == 10, "ten replies are waited for at once"
        assert counted["bytes"] > 5000
        assert counted["cpu_seconds"] > 0
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["resource"] for line in lines] == asked
    assert lines[0].items() >= {"account": "111122223333", "region": "us-east-1", "status": 200}.items()
    assert lines[0]["operation"] == "sagemaker:DescribeModel"


@pytest.mark.parametrize("rubbish", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"])
def test_rubbish_is_refused_and_the_connection_closed(server: Server, rubbish: bytes) -> None:
    with connection(server) as plain:
        plain.sendall(rubbish)
        assert b"".join(iter(lambda: plain.recv(65536), b"")).startswith(b"HTTP/1.1 400 ")


# -- scans -------------------------------------------------------------------------------------------------------------

#: Checks and the indices of the resources that fail them.
PLANTED = {
    ("sagemaker_notebook_root_access_enabled", "notebook"): lambda index: index % 2 == 0,
    ("sagemaker_notebook_direct_internet_access", "notebook"): lambda index: index % 3 == 0,
    ("sagemaker_notebook_outside_vpc", "notebook"): lambda index: index % 3 == 0,
    ("sagemaker_notebook_volume_without_customer_key", "notebook"): lambda index: index % 4 == 0,
    ("sagemaker_notebook_role_administrative", "notebook"): lambda index: index % 12 in (0, 10),
    ("sagemaker_model_network_isolation_disabled", "model"): lambda index: index % 2 == 0,
    ("sagemaker_model_outside_vpc", "model"): lambda index: index % 3 == 0,
    ("sagemaker_model_image_unpinned", "model"): lambda index: index % 4 == 0,
    ("sagemaker_model_environment_secret", "model"): lambda index: index % 50 == 49,
    ("sagemaker_endpoint_config_single_instance", "config"): lambda index: index % 5 == 0,
    ("sagemaker_endpoint_config_volume_without_customer_key", "config"): lambda index: index % 4 == 0,
    ("sagemaker_endpoint_config_data_capture_off", "config"): lambda index: index % 3 == 2,
    ("sagemaker_training_network_isolation_disabled", "job"): lambda index: index % 2 == 0,
    ("sagemaker_training_outside_vpc", "job"): lambda index: index % 3 == 0,
    ("sagemaker_training_inter_container_traffic_unencrypted", "job"): lambda index: index % 4 == 0,
    ("sagemaker_training_volume_without_customer_key", "job"): lambda index: index % 5 == 0,
    ("sagemaker_training_remote_debug_enabled", "job"): lambda index: index % 200 == 0,
}


def test_a_scan_has_no_gap_and_finds_what_was_planted() -> None:
    with replaying("aws", "--per-kind=50", "--buckets=3", "--roles=12") as small:
        inventory, verdicts = scanned(small, "aws")
        counted = small.counters()
    assert not inventory.gaps
    assert [about for about, status in verdicts.items() if status == "unknown"] == []
    for (check, prefix), wrong in PLANTED.items():
        found = {name for (slug, name), status in verdicts.items() if slug == check and status == "fail"}
        assert found == {f"{prefix}-{index:06d}" for index in range(50) if wrong(index)}, check
    assert counted["operations"]["sagemaker:DescribeNotebookInstance"]["calls"] == 50
    assert counted["throttled"] == 0
