"""Accounts and credentials: organisations, roles that are assumed late and again, and what fails for one account."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from commandline import mlposture
from scanning import document, quick_calls, running, take_inventory
from support import registered
from worlds.base import Fault, Request, Response

from checks.aws.client.api import connect
from checks.aws.client.transport import frozen
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.nouns import Reason
from scanner.model.origins import Principal

OWN, OTHER, CLOSED, BARE = "111122223333", "444455556666", "777788889999", "222233334444"
ROLE = "arn:aws:iam::{}:role/mlposture-reader"
NOTEBOOKS = [registered()[0]["MLP-1001"]]


def organisation(*accounts, roles=(OTHER,), status="ACTIVE"):
    """The demo organisation's world with these accounts, some of which have the role."""
    listed = [{"id": account, "name": f"account {account}", "status": status} for account in accounts]
    assumable = {ROLE.format(account): account for account in roles}
    return {**document("aws"), "organization": listed, "assumable": assumable}


@pytest.fixture
def provider():
    made = []

    def connected(**settings):
        made.append(connect({"regions": ("eu-west-1",), **settings}, quick_calls()))
        return made[-1]

    yield connected
    for each in made:
        each.close()


def key_of(provider, account):
    return frozen(provider.sessions.credentials(account)).access_key


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("xx-new-7", "aws")],
)
def test_a_region_names_the_partition_and_one_that_is_new_is_taken_for_the_public_one(region, partition, provider):
    with running("aws"):
        assert provider(regions=(region,)).partition == "aws", "the home region of the environment decides"
    with running("aws"), mock.patch.dict(os.environ, AWS_REGION=region, AWS_DEFAULT_REGION=region):
        assert provider(regions=()).partition == partition


# -- organisations -----------------------------------------------------------------------------------------------------


def test_every_active_account_of_the_organisation_is_scanned_with_its_role(provider):
    world_file = organisation(OWN, OTHER)
    world_file["organization"].append({"id": CLOSED, "name": "closed", "status": "SUSPENDED"})
    with running("aws", world_file) as world:
        ours = provider(organization=True)

        assert ours.accounts() == (OWN, OTHER)
        assert ours.organizations == ("o-exampleorgid",)
        assert "sts:AssumeRole" not in world.operations()
        for account in ours.accounts():
            ours.open(account)
        inventory = take_inventory("aws", NOTEBOOKS, organization=True, regions=("eu-west-1",))

    assert {scope.account for scope in inventory.scopes} == {OWN, OTHER}
    assert {notebook.scope.account for notebook in inventory.of(NotebookInstance)} == {OWN}
    assert inventory.gaps == ()
    assert {request.account for request in world.log if request.operation == "sagemaker:ListNotebookInstances"} == {
        OWN,
        OTHER,
    }
    assert inventory.names == {("aws", account): f"account {account}" for account in (OWN, OTHER)}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", {}),
        (None, {}),
        (" \n", {}),
        (" two\nlines ", {("aws", OWN): "two lines"}),
        ("key AKIAIOSFODNN7EXAMPLE", {("aws", OWN): "key [looks like a credential; redacted]"}),
    ],
)
def test_a_name_is_kept_in_one_line_and_without_credentials(said, kept):
    world_file = organisation(OWN)
    world_file["organization"][0]["name"] = said
    with running("aws", world_file):
        inventory = take_inventory("aws", NOTEBOOKS, organization=True, regions=("eu-west-1",))

    assert inventory.names == kept


def test_of_an_account_that_no_list_names_no_name_is_known():
    with running("aws"):
        inventory = take_inventory("aws", NOTEBOOKS, regions=("eu-west-1",))

    assert inventory.names == {}


def test_the_callers_own_account_needs_no_role_and_prefers_it(provider):
    with running("aws", organisation(OWN, OTHER)):
        ours = provider(organization=True)
        ours.open(OWN)
        base = key_of(ours, OWN)
    with running("aws", organisation(OWN, OTHER, roles=(OWN, OTHER))):
        ours = provider(organization=True)
        ours.open(OWN)

        assert key_of(ours, OWN) != base
        assert key_of(ours, OTHER) not in (base, key_of(ours, OWN))


def test_an_organisation_is_read_page_by_page(provider):
    many = [f"{number:012d}" for number in range(1, 46)]
    with running("aws", organisation(*many)) as world:
        assert provider(organization=True).accounts() == tuple(many)

    assert len([request for request in world.log if request.operation == "organizations:ListAccounts"]) == 3


def test_the_role_may_have_another_name(provider):
    arn = f"arn:aws:iam::{OTHER}:role/security/audit"
    with running("aws", {**organisation(OTHER), "assumable": {arn: OTHER}}) as world:
        provider(organization=True, organization_role="security/audit").open(OTHER)

    assert [request.resource for request in world.log if request.operation == "sts:AssumeRole"] == [arn]


def test_an_account_without_the_role_fails_alone_and_says_why(provider):
    with running("aws", organisation(OWN, OTHER, BARE)) as world:
        ours = provider(organization=True)
        ours.open(OTHER)
        with pytest.raises(CallFailed) as caught:
            ours.open(BARE)
        asked = len(world.log)
        with pytest.raises(CallFailed):
            ours.sessions.credentials(BARE)

        assert len(world.log) == asked
    assert ours.opens_with == "sts:AssumeRole"
    assert caught.value.reason is Reason.DENIED
    assert ROLE.format(BARE) in caught.value.detail
    assert "AccessDenied" in caught.value.detail
    assert caught.value.code == ""


def test_the_accounts_whose_role_can_be_assumed_are_judged_beside_one_whose_role_cannot(tmp_path):
    said = "User: x is not authorized to perform: sts:AssumeRole on resource: y"
    with running("aws", organisation(OWN, OTHER, BARE, roles=(OTHER, BARE))) as world:
        world.faults.append(
            Fault("sts:AssumeRole", "say", resource=ROLE.format(BARE), says=(403, "AccessDenied", said))
        )
        options = ("--check", "MLP-1001", "--no-cache", "--fail-on", "never", "--fail-on-incomplete", "-o", "x.json")
        done = mlposture("scan", "aws", "--organization", "--region", "eu-west-1", *options, cwd=tmp_path)

    report = json.loads((tmp_path / "x.json").read_text())
    assert (done.returncode, done.stderr) == (4, "")
    assert {finding["resource"]["account"] for finding in report["findings"]} == {OWN}
    [gap] = report["gaps"]
    assert (gap["scope"]["account"], gap["operation"], gap["permission"]) == (BARE, "sts:AssumeRole", "sts:AssumeRole")
    assert gap["detail"].endswith("AccessDenied; is it there, and does its trust policy name the scanner?")


def test_an_account_outside_the_scan_is_never_asked_with_other_credentials(provider):
    with running("aws"), pytest.raises(CallFailed, match="no account of this scan"):
        provider().sessions.credentials(OTHER)


def test_what_passes_is_tried_again(provider):
    with running("aws", organisation(OTHER)) as world:
        world.faults.append(Fault("sts:AssumeRole", "throttle", times=2))
        ours = provider(organization=True)
        ours.open(OTHER)

        assert key_of(ours, OTHER)


@pytest.mark.parametrize(
    ("fault", "words"),
    [("deny", "management account"), ("malformed", "does not parse"), ("reset", "ConnectionClosedError")],
)
def test_an_organisation_that_cannot_be_listed_cannot_be_scanned(fault, words, provider):
    with running("aws", organisation(OWN, OTHER)) as world:
        world.faults.append(Fault("organizations:ListAccounts", fault))
        with pytest.raises(CannotScan, match=words):
            provider(organization=True)


def test_no_page_of_an_organisation_may_fail(provider, monkeypatch):
    with running("aws", organisation(*(f"{number:012d}" for number in range(30)))) as world:
        answer = world.respond

        def respond(request: Request) -> Response:
            page_two = request.operation == "organizations:ListAccounts" and b"NextToken" in request.body
            return Response(200, b'{"NextToken": "20"}') if page_two else answer(request)

        monkeypatch.setattr(world, "respond", respond)
        with pytest.raises(CannotScan, match="no accounts"):
            provider(organization=True)


def test_an_account_in_no_organisation_is_told_so(provider):
    with running("aws"), pytest.raises(CannotScan, match=r"not a member.*part of an organisation\?"):
        provider(organization=True)


def test_an_organisation_of_closed_accounts_cannot_be_scanned(provider):
    with running("aws", organisation(OTHER, status="SUSPENDED")), pytest.raises(CannotScan, match="no active"):
        provider(organization=True)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"State": "ACTIVE"}, True),
        ({"Status": "ACTIVE"}, True),
        ({"State": "CLOSED", "Status": "ACTIVE"}, False),
        ({"Status": "PENDING_CLOSURE"}, False),
        ({}, True),
    ],
)
def test_accounts_are_active_by_either_member(account, expected, provider, monkeypatch):
    with running("aws", organisation(OWN)):
        ours = provider()
        monkeypatch.setattr(ours.sessions, "_page", lambda _: {"Accounts": [{"Id": OTHER}, {"Id": BARE, **account}]})
        ours.sessions.assume_everywhere("mlposture-reader")

        assert (BARE in ours.accounts()) is expected


# -- roles that are named ----------------------------------------------------------------------------------------------


def test_one_role_of_several_that_fails_is_that_accounts_failure(provider):
    roles = (ROLE.format(OTHER), ROLE.format(BARE))
    with running("aws", organisation(roles=(OTHER,))):
        ours = provider(role_arns=roles)

        assert ours.accounts() == tuple(sorted((OTHER, BARE)))
        ours.open(OTHER)
        with pytest.raises(CallFailed, match="cannot be assumed"):
            ours.open(BARE)


def test_the_only_role_that_fails_is_a_scan_that_cannot_be(provider):
    with running("aws"), pytest.raises(CannotScan, match=f"{ROLE.format(BARE)} cannot be assumed"):
        provider(role_arns=(ROLE.format(BARE),))


@pytest.mark.parametrize("arn", ["mlposture-reader", "arn:aws:iam::1:role/x", f"arn:aws:iam::{OTHER}:user/x", ""])
def test_what_is_no_role_is_named(arn, provider):
    with running("aws"), pytest.raises(InputError, match="not the ARN of a role"):
        provider(role_arns=(arn,))


def test_without_credentials_nothing_can_be_scanned(provider, monkeypatch):
    with running("aws"):
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(CannotScan, match="no credentials found"):
            provider(role_arns=(ROLE.format(OTHER), ROLE.format(BARE)))


# -- credentials that expire -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"role_arns": (ROLE.format(OTHER),)}, {"organization": True}])
def test_roles_are_assumed_again_before_they_expire(settings, provider):
    with running("aws", organisation(OTHER)) as world:
        world.session_time = timedelta(seconds=3)
        ours = provider(**settings)
        ours.open(OTHER)
        first = key_of(ours, OTHER)
        time.sleep(3.2)
        ask = ours.sessions.credentials(OTHER)
        page = ours.transport.json("sagemaker", "ListModels", "eu-west-1", ask, {})
        with ours.clients.acting_as(ask):
            assert ours.clients.get("s3", "eu-west-1").list_buckets()["Buckets"] == []

        assert page["Models"] == []
        assert key_of(ours, OTHER) != first
        assert [request.status for request in world.log if request.status >= 400] == []
        assert {world.sessions[key][0] for key in world.expiries} == {OTHER}


def test_an_expired_session_is_refused_by_the_world(provider):
    with running("aws", organisation(OTHER)) as world:
        ours = provider(role_arns=(ROLE.format(OTHER),))
        ours.open(OTHER)
        world.expiries = dict.fromkeys(world.expiries, datetime.now(UTC) - timedelta(seconds=1))
        with pytest.raises(CallFailed, match="ExpiredToken") as caught:
            ours.transport.json("sagemaker", "ListModels", "eu-west-1", ours.sessions.credentials(OTHER), {})

    assert caught.value.reason is Reason.DENIED


def test_credentials_that_are_old_when_they_come_are_a_failure(provider):
    with running("aws", organisation(OTHER)) as world:
        world.session_time = -timedelta(hours=1)
        ours = provider(role_arns=(ROLE.format(OTHER),))
        with pytest.raises(CallFailed, match="expired") as caught:
            frozen(ours.sessions.credentials(OTHER))

    assert caught.value.reason is Reason.DENIED


def test_a_role_that_is_lost_is_no_answer_about_a_bucket(monkeypatch):
    """A refusal by STS must not read as S3's refusal to show a bucket, which would make it somebody else's."""
    arn = ROLE.format(OWN)
    with running("aws", organisation(OWN, roles=(OWN,))) as world:
        world.session_time = timedelta(minutes=5)  # so little that every call assumes the role again
        answer = world.respond

        def respond(request: Request) -> Response:
            if request.operation == "s3:ListBuckets":
                world.faults.append(Fault("sts:AssumeRole", "deny"))
            return answer(request)

        monkeypatch.setattr(world, "respond", respond)
        inventory = take_inventory("aws", role_arns=(arn,))

    assert inventory.of(Bucket)
    gaps = [gap for gap in inventory.gaps if gap.operation.startswith("s3:")]
    assert {gap.reason for gap in gaps} == {Reason.DENIED}
    assert all("cannot be assumed" in gap.detail for gap in gaps)
    assert not [bucket for bucket in inventory.of(Bucket) if bucket.owned is False]


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:sts::111122223333:assumed-role/reader/scan-7", "arn:aws:sts::111122223333:assumed-role/reader"),
        ("arn:aws-cn:sts::111122223333:assumed-role/a/b", "arn:aws-cn:sts::111122223333:assumed-role/a"),
        ("arn:aws:iam::111122223333:user/team/ana", "arn:aws:iam::111122223333:user/team/ana"),
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
        ("of no known shape", "111122223333"),
    ],
)
def test_who_asks_is_named_without_the_session(arn, principal, provider):
    with running("aws") as world:
        world.sessions = dict.fromkeys(world.sessions, ("111122223333", arn))
        made = provider()
        assert made.principal == principal
        assert made.asks_as("111122223333") == arn


def test_an_account_is_read_as_its_role_and_the_callers_own_without_one_as_the_caller():
    with running("aws", organisation(OWN, OTHER)) as world:
        inventory = take_inventory("aws", NOTEBOOKS, organization=True, regions=("eu-west-1",))
        [(_, caller)] = {session for session in world.sessions.values() if session[0] == OWN}
    assert inventory.principals == {
        Principal("aws", OWN, caller), Principal("aws", OTHER, ROLE.format(OTHER)),
    }  # fmt: skip


def test_a_time_limit_is_not_blamed_on_the_network():
    calls = quick_calls()
    calls.until = time.monotonic() - 1
    with running("aws"), pytest.raises(CannotScan) as refused:
        connect({}, calls)
    assert str(refused.value).endswith("cannot be found out: the scan reached its time limit")


def test_a_refusal_names_who_asks_too(provider):
    with running("aws") as world:
        world.faults.append(Fault("sts:GetCallerIdentity", "deny"))
        assert provider().principal == "arn:aws:sts::111122223333:assumed-role/posture-reader"
