"""The lean transport against real HTTP: whatever happens, it says what an SDK client would have said."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import botocore.config
import botocore.loaders
import botocore.session
import pytest
from scanning import (
    QUICK,
    _pointing_at,
    calm,
    document,
    manners_for,
    quick_calls,
    running,
    take_inventory,
    verdicts_of,
    world_class,
)
from support import registered, wait_until
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from worlds.azure_entra import tls_context
from worlds.base import Fault, Request, Response, World

from checks.aws.client import transport
from checks.aws.client.api import connect
from checks.aws.client.bodies import refuse_foreign
from checks.aws.client.failures import empty, translated
from checks.aws.client.shapes import find
from scanner.calls.client import Calls
from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

JSON = {"Content-Type": "application/x-amz-json-1.1"}
HTML = {"Content-Type": "text/html"}
HOME, OWN = "eu-west-1", "111122223333"
DESCRIBE = "sagemaker:DescribeModel"


@pytest.fixture
def provider():
    made = []

    def connected(manners=QUICK, **settings):
        made.append(connect({"regions": (HOME,), **settings}, quick_calls(manners)))
        return made[-1]

    yield connected
    for each in made:
        each.close()


class Canned(World):
    """Knows who asks, and answers all else with whatever it was given last."""

    reply = Response(200, b"{}")

    def identify(self, request: Request) -> None:
        request.operation = request.headers.get("x-amz-target", "")

    def respond(self, request: Request) -> Response:
        if b"GetCallerIdentity" not in request.body:
            return self.reply
        inner = f"<GetCallerIdentityResult><Account>{OWN}</Account></GetCallerIdentityResult>"
        return Response(200, f"<GetCallerIdentityResponse>{inner}</GetCallerIdentityResponse>".encode())

    def env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "A",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_CONFIG_FILE": "/dev/null",
        }


@pytest.fixture(scope="module")
def canned():
    """A world, a provider, and what calls SageMaker and EC2 there: ours and botocore's."""
    with Canned({}) as world:
        with _pointing_at(world):
            ours = connect({"regions": (HOME,)}, quick_calls())
            theirs = by_botocore("sagemaker"), by_botocore("ec2")
            # Addresses are looked up once: now, while the environment says so.
            outcome(lambda: lean(ours, "DescribeModel"))
            outcome(lambda: regions(ours))
        yield world, ours, *theirs
        ours.close()


def by_botocore(service: str, manners=QUICK):
    """A plain client, retrying nothing, that refuses bodies as ours do."""
    config = botocore.config.Config(read_timeout=manners.read_timeout, retries={"total_max_attempts": 1})
    client = botocore.session.Session().create_client(service, region_name=HOME, config=config)
    model = client.meta.service_model

    def examine(event_name: str, **response: Any) -> None:
        refuse_foreign(model.operation_model(event_name.rpartition(".")[2]), **response)

    client.meta.events.register("response-received.*", examine)
    return client


def lean(provider, name: str, **parameters):
    return provider.transport.json("sagemaker", name, HOME, provider.sessions.credentials(OWN), parameters)


def regions(provider):
    return provider.transport.query("ec2", "DescribeRegions", HOME, provider.sessions.credentials(OWN))


def outcome(ask):
    """The reply without what only botocore adds, or everything about the failure."""
    try:
        reply = ask()
    except CallFailed as failure:
        return failure.reason, failure.code, failure.retry, failure.detail
    if isinstance(reply, dict):
        reply.pop("ResponseMetadata", None)
    return reply


def test_replies_of_the_demo_organisation_are_those_of_botocore(provider):
    with running("aws") as world:
        ours, theirs = provider(), by_botocore("sagemaker")
        compared = 0
        for made in registered()[1].values():
            names = [operation.partition(":")[2] for operation in made.operations if "sagemaker:" in operation]
            for listing in (name for name in names if name.startswith("List")):
                shape = find("sagemaker", listing)
                noun = made.kind.kind.rpartition(".")[2]
                since = {"CreationTimeAfter": datetime(2020, 1, 1, tzinfo=UTC)} if "Job" in noun else {}
                if listing == "ListModelCardVersions":  # of one card
                    since["ModelCardName"] = "mood-card"
                page = lean(ours, listing, MaxResults=100, **since)
                method = getattr(theirs, botocore.xform_name(listing))
                assert page == outcome(lambda method=method, since=since: method(MaxResults=100, **since))
                for item in page[shape.items]:
                    for describe in (name for name in names if name == f"Describe{noun}"):
                        asks = {f"{noun}Name": item[f"{noun}Name"]}
                        method = getattr(theirs, botocore.xform_name(describe))
                        assert lean(ours, describe, **asks) == outcome(lambda m=method, a=asks: m(**a))
                        compared += 1
        assert compared > 20
        bodies = [request.body for request in world.log if request.operation == "sagemaker:ListTrainingJobs"]
        assert len({body for body in bodies if b"CreationTimeAfter" in body}) <= 2


REFUSALS = {
    "code": (400, b'{"__type": "ValidationException", "message": "no"}', JSON),
    "code with a namespace": (400, b'{"__type": "com.example#AccessDeniedException", "Message": "no"}', JSON),
    "code with an address": (400, b'{"__type": "ThrottlingException:http://example.com/", "message": "slow"}', JSON),
    "no code": (403, b'{"message": "no"}', JSON),
    "nothing": (400, b"", JSON),
    "html": (400, b"<html>bad gateway</html>", HTML),
    "too many": (429, b"", {}),
    "unavailable": (503, b"", {}),
    "unavailable, in html": (503, b"<html><body>busy</body></html>", HTML),
    "unavailable, in other html": (502, b"<!DOCTYPE html><p>busy", HTML),
    "internal": (500, b'{"__type": "InternalFailure"}', JSON),
    "list": (400, b"[1]", JSON),
    "code of a wrong type": (400, b'{"__type": 5}', JSON),
    "no text": (400, b"\xff\xfe", JSON),
    "broken": (400, b'{"__type": "Validat', JSON),
    "expired": (400, b'{"__type": "ExpiredTokenException", "message": "old"}', JSON),
    "skewed clock": (400, b'{"__type": "InvalidSignatureException", "message": "Signature expired: 2001"}', JSON),
    "region off": (400, b'{"__type": "UnrecognizedClientException", "message": "no"}', JSON),
    "legacy code": (400, b'{"__type": "New"}', {**JSON, "x-amzn-query-error": "Throttling;Sender"}),
    "half a legacy code": (400, b'{"__type": "New"}', {**JSON, "x-amzn-query-error": "Throttling"}),
    "redirect": (307, b"", {"Location": "http://127.0.0.1:9/"}),
    "redirect with a body": (301, b'{"__type": "Moved"}', {**JSON, "Location": "/"}),
}
BODIES = {
    "nothing": (b"", JSON),
    "cut off": (b'{"ModelName": "m', JSON),
    "list": (b"[]", JSON),
    "null": (b"null", JSON),
    "number": (b"5", JSON),
    "time of a wrong type": (b'{"ModelName": "m", "CreationTime": []}', JSON),
    "time as text": (b'{"ModelName": "m", "CreationTime": "2026-01-01T00:00:00Z"}', JSON),
    "another type": (b'{"ModelName": "m", "CreationTime": 5}', HTML),
    "no type": (b'{"ModelName": "m"}', {}),
    "no member": (b"{}", JSON),
    "other members": (b'{"message": "busy"}', JSON),
    "nulls": (b'{"ModelName": "m", "VpcConfig": null}', JSON),
}


@pytest.mark.parametrize("case", [*REFUSALS, *(f"200 {name}" for name in BODIES)])
def test_odd_replies_mean_what_they_mean_to_botocore(case, canned):
    world, ours, sagemaker, _ = canned
    world.reply = Response(*(REFUSALS.get(case) or (200, *BODIES[case.removeprefix("200 ")])))

    def asked():
        reply = translated(sagemaker.describe_model, ModelName="m")
        if len(reply) <= 1:
            raise empty()
        return reply

    assert outcome(lambda: lean(ours, "DescribeModel", ModelName="m")) == outcome(asked)


def test_html_that_claims_success_is_malformed(canned):
    world, ours, *_ = canned
    world.reply = Response(200, b"<html>log in</html>", HTML)

    assert outcome(lambda: lean(ours, "DescribeModel", ModelName="m"))[0] is Reason.MALFORMED


@pytest.mark.parametrize("kind", ["timeout", "reset", "deny", "throttle", "error", "malformed"])
def test_faults_mean_what_they_mean_to_botocore(kind, provider):
    with running("aws") as world:
        ours, theirs = provider(manners_for(kind)), by_botocore("sagemaker", manners_for(kind))
        world.hold_seconds = 5
        world.faults.append(Fault(DESCRIBE, kind))

        result = outcome(lambda: lean(ours, "DescribeModel", ModelName="m"))

        assert result == outcome(lambda: translated(theirs.describe_model, ModelName="m"))
        assert isinstance(result, tuple)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://nobody.invalid"])
def test_hosts_that_are_not_there_are_unreachable(address, monkeypatch, provider):
    with running("aws"):
        ours = provider()
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", address)
        theirs = by_botocore("sagemaker")

        result = outcome(lambda: lean(ours, "DescribeModel", ModelName="m"))

        assert result == outcome(lambda: translated(theirs.describe_model, ModelName="m"))
        assert result == (Reason.UNREACHABLE, "", True, "EndpointConnectionError")


XML_REFUSALS = {
    "ec2": (403, b"<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>"),
    "another service": (
        403,
        b'<ErrorResponse xmlns="x"><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
    ),
    "throttled": (503, b"<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>"),
    "expired": (400, b"<Response><Errors><Error><Code>RequestExpired</Code></Error></Errors></Response>"),
    "nothing": (503, b""),
    "html": (503, b"<html>busy</html>"),
    "cut off": (400, b"<Response><Errors>"),
    "nothing at all": (400, b""),
    "other xml": (403, b"<html><body>no</body></html>"),
}


@pytest.mark.parametrize("case", XML_REFUSALS)
def test_odd_replies_in_xml_mean_what_they_mean_to_botocore(case, canned):
    world, ours, _, ec2 = canned
    world.reply = Response(*XML_REFUSALS[case], {"Content-Type": "text/xml"})

    assert outcome(lambda: regions(ours)) == outcome(lambda: translated(ec2.describe_regions))


@pytest.mark.parametrize("body", [b"", b"<DescribeRegionsResponse/>", b"<DescribeRegionsRes", b"<x><regionInfo/></x>"])
def test_a_list_of_regions_that_names_none_is_not_believed(body, monkeypatch):
    check = registered()[0]["MLP-1001"]
    with running("aws") as world:
        answer = world.respond

        def respond(request: Request) -> Response:
            return Response(200, body) if request.operation == "ec2:DescribeRegions" else answer(request)

        monkeypatch.setattr(world, "respond", respond)
        inventory = take_inventory("aws", [check])

    assert len({scope.region for scope in inventory.scopes}) > 20
    [gap] = [gap for gap in inventory.gaps if gap.operation == "ec2:DescribeRegions"]
    assert gap.reason is Reason.MALFORMED


def test_a_scan_loads_no_model_of_the_services_it_asks_most(monkeypatch):
    monkeypatch.setattr(botocore.session, "create_loader", botocore.loaders.create_loader)  # one of this scan's own
    checks, collectors = registered()
    plan = make_plan([check for check in checks.values() if check.provider == "aws"], collectors)
    with running("aws", {**document("aws"), "regions": {HOME: {}, "us-east-1": {}}}) as world:
        ours = connect({}, quick_calls())
        collect(plan, ours, Inventory(datetime.now(UTC)), concurrency=4)
        ours.close()
    read = repr(list(ours.transport.addresses._loader._cache))

    assert {"sagemaker:ListModels", "ec2:DescribeRegions", "sts:GetCallerIdentity"} <= world.operations()
    assert "'sagemaker', 'endpoint-rule-set-1'" in read
    assert "'sagemaker', 'service-2'" not in read
    assert "'ec2', 'service-2'" not in read


def test_every_request_says_who_asks():
    with running("aws") as world:
        take_inventory("aws")

    assert {"s3:ListBuckets", "iam:GetRole", "sagemaker:ListModels"} <= world.operations()
    assert [request.operation for request in world.log if "mlposture" not in request.headers["user-agent"]] == []


def test_connections_are_kept_and_shared(provider):
    with running("aws"):
        ours = provider()
        for _ in range(20):
            lean(ours, "ListModels")
        with ours.clients.acting_as(ours.sessions.credentials(OWN)):
            ours.clients.get("s3", HOME).list_buckets()

        assert len(ours.transport._opened._connections) == 1


class _Elsewhere:
    """A connection that is none of the standard library's."""


@pytest.mark.parametrize(
    ("where", "name", "other"),
    [
        (HTTPConnectionPool, "ConnectionCls", type("Other", (HTTPConnection,), {})),
        (transport, "HTTPConnection", _Elsewhere),
    ],
    ids=["pools make other connections", "connections are built otherwise"],
)
def test_where_urllib3_is_built_otherwise_it_is_used_as_it_is(where, name, other, monkeypatch):
    monkeypatch.setattr(where, name, other)
    with running("aws"):
        ours = connect({}, Calls(QUICK))
        pools = ours.transport._pools
        ours.close()
        inventory = take_inventory("aws")

    assert pools["http"] is HTTPConnectionPool
    assert pools["https"] is not HTTPSConnectionPool
    assert verdicts_of(inventory, "aws") == calm("aws")[1]


def test_a_reply_that_the_sdk_does_not_show_is_not_believed(provider):
    with running("aws"):
        ours = provider()
        client, credentials = ours.clients.get("s3", HOME), ours.sessions.credentials(OWN)
        shown = ours.clients.call(client, "ListBuckets", credentials, {})
        client.meta.events.unregister("response-received.*", ours.clients._examine)
        with pytest.raises(CallFailed, match="does not let its calls be signed and examined"):
            ours.clients.call(client, "ListBuckets", credentials, {})

    assert shown["Buckets"]


def test_a_reply_to_other_credentials_than_the_accounts_is_not_believed(provider):
    with running("aws"):
        ours = provider()
        ours.clients.get("s3", HOME)
        client = ours._session.client("s3", HOME, aws_access_key_id="A", aws_secret_access_key="s")
        client.meta.events.register("response-received.*", ours.clients._examine)
        with pytest.raises(CallFailed, match="does not let its calls be signed and examined"):
            ours.clients.call(client, "ListBuckets", ours.sessions.credentials(OWN), {})


# -- proxies and TLS ---------------------------------------------------------------------------------------------------


def test_proxies_of_the_environment_are_used(monkeypatch, provider):
    with running("aws") as world:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.invalid:8080")
        monkeypatch.setenv("HTTP_PROXY", world.url.replace("http://", "http://user:pass@"))
        page = lean(provider(), "ListModels")

        assert page["Models"]
        assert {request.headers["host"] for request in world.log} == {"aws.invalid:8080"}
        assert {request.headers["proxy-authorization"] for request in world.log} == {"Basic dXNlcjpwYXNz"}

        monkeypatch.setenv("NO_PROXY", "aws.invalid")
        with pytest.raises(CannotScan):
            provider()


@pytest.fixture
def encrypted(tmp_path):
    """The demo organisation behind TLS, with the authority to trust in ca.pem."""
    world = world_class("aws")(document("aws"))
    world.tls = tls_context(tmp_path)
    with world, _pointing_at(world):
        yield world


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_authorities_of_the_environment_are_trusted(variable, encrypted, tmp_path, monkeypatch, provider):
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
    ours = provider()

    assert lean(ours, "ListModels")["Models"]
    with ours.clients.acting_as(ours.sessions.credentials(OWN)):
        assert ours.clients.get("s3", HOME).list_buckets()["Buckets"]


def test_other_authorities_and_other_names_are_not_trusted(encrypted, tmp_path, monkeypatch, provider):
    with pytest.raises(CannotScan, match="SSLError"):
        provider()

    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", encrypted.url.replace("127.0.0.1", "127.1"))
    with pytest.raises(CannotScan, match="SSLError"):
        provider()

    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "nothing.pem"))
    with pytest.raises(CannotScan, match=r"nothing\.pem"):
        provider()


# -- closing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["sagemaker:ListModels", "s3:ListBuckets"])
def test_closing_ends_calls_that_hang(operation):
    patient = QUICK.__class__(concurrency=2, read_timeout=60, first_delay=0.01)
    with running("aws") as world:
        world.hold_seconds = 60
        ours = connect({"regions": (HOME,)}, Calls(patient))
        world.faults.append(Fault(operation, "timeout"))
        failures = []

        def ask():
            with ours.clients.acting_as(ours.sessions.credentials(OWN)):
                failures.append(
                    outcome(ours.clients.get("s3", HOME).list_buckets)
                    if operation.startswith("s3:")
                    else outcome(lambda: lean(ours, "ListModels"))
                )

        thread = threading.Thread(target=ask)
        thread.start()
        wait_until(lambda: operation in world.operations())
        ours.close()
        thread.join(30)  # half of what a reply may take

        assert not thread.is_alive()
        assert failures[0][0] is Reason.UNREACHABLE
