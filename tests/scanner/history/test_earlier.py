"""What becomes of each failure of an earlier report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from factories.aws import HERE
from support import registered

from scanner.history.earlier import Earlier, Failure
from scanner.history.looked_at import Place
from scanner.model.nouns import Gap, Listing, Reason, Scope, Severity, Status
from scanner.model.reported import CheckInfo

registered()  # what is known of kinds does not depend on which tests ran before
WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
KIND = "aws.sagemaker.NotebookInstance"
PLACE = Place("MLP-1901", KIND, HERE, joined=False)
ELSEWHERE = Scope("aws", HERE.account, "us-east-1")


def check(id: str, severity: Severity = Severity.HIGH) -> CheckInfo:
    return CheckInfo(
        id=id, slug="example", title="Example", severity=severity, kind=KIND, objective="isolation", why="",
        remediation="", references=(),
    )  # fmt: skip


def failure(name: str = "a", **changes) -> Failure:
    fields = {
        "fingerprint": f"{name:0>32}", "check_id": "MLP-1901", "score": 60.0, "message": "it fails", "kind": KIND,
        "id": f"arn:{name}", "name": name, "scope": HERE,
    }  # fmt: skip
    return Failure(**(fields | changes))


def earlier_of(*failures: Failure) -> Earlier:
    earlier = Earlier()
    for one in failures:
        earlier.add(one)
    earlier.seal(WHEN)
    earlier.begin({id: check(id) for id in ("MLP-1901", "MLP-1902")})
    return earlier


def listing(complete: bool = True, scope: Scope = HERE, kind: str = KIND, absent: str = "") -> Listing:
    return Listing(kind=kind, scope=scope, complete=complete, absent=absent)


def fate(earlier: Earlier) -> str:
    account = (HERE.provider, HERE.account)
    for name, found in (
        ("carried", earlier.carried()),
        ("fixed", earlier.fixed(account)),
        ("gone", earlier.gone(account)),
    ):
        for one in found:
            return f"{name}: {one.why}" if one.why else name
    return "fails"


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (Status.FAIL, "fails"),
        (Status.PASS, "fixed"),
        (Status.NOT_APPLICABLE, "fixed"),
        (Status.UNKNOWN, "carried: not observed: policy"),
    ],
)
def test_what_was_judged_is_what_the_verdict_says(status, ends):
    earlier = earlier_of(failure())
    earlier.note(failure().fingerprint, status, "not observed: policy")
    earlier.look([listing()])
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == ends


@pytest.mark.parametrize(
    ("listings", "checks", "ends"),
    [
        ([listing()], {"MLP-1901"}, "gone"),
        ([listing(complete=False)], {"MLP-1901"}, f"carried: the list of {KIND} in eu-west-1 is not complete"),
        ([listing(scope=ELSEWHERE)], {"MLP-1901"}, f"carried: nobody asked for {KIND} in eu-west-1"),
        ([listing(kind="aws.s3.Bucket")], {"MLP-1901"}, f"carried: nobody asked for {KIND} in eu-west-1"),
        ([listing(scope=Scope("aws", HERE.account))], {"MLP-1901"}, f"carried: nobody asked for {KIND} in eu-west-1"),
        ([listing(scope=Scope("aws", HERE.account), absent="an index has none")], {"MLP-1901"}, "gone"),
        ([listing(), listing(complete=False, scope=Scope("aws", HERE.account))], {"MLP-1901"},
         f"carried: the list of {KIND} in eu-west-1 is not complete"),
        ([listing(), listing(complete=False, scope=ELSEWHERE)], {"MLP-1901"}, "gone"),
        ([listing()], {"MLP-1902"}, "carried: its check was not run"),
        ([listing(scope=Scope("aws", "999988887777", "eu-west-1"))], {"MLP-1901"},
         "carried: its account was not scanned"),
        ([], {"MLP-1901"}, "carried: its account was not scanned"),
    ],
)  # fmt: skip
def test_what_had_no_verdict_is_gone_only_where_somebody_looked(listings, checks, ends):
    earlier = earlier_of(failure())
    earlier.look(listings)
    earlier.settle(checks)
    assert fate(earlier) == ends


BUCKET, ROLE = "aws.s3.Bucket", "aws.iam.Role"
ANYWHERE = Scope("aws", HERE.account)
UNASKED = "nobody asked {} in {}, where something may lead to it"


@pytest.mark.parametrize(
    ("region", "ends"),
    [
        ("eu-west-1", "gone"),
        ("us-east-1", f"carried: {UNASKED.format(HERE.account, 'us-east-1')}"),
    ],
)
def test_what_others_lead_to_is_gone_only_where_all_regions_of_then_were_asked(region, ends):
    earlier = earlier_of(failure(kind=BUCKET, scope=ANYWHERE))
    earlier.ask(("aws", HERE.account), ["eu-west-1", region])
    leading = ("Model", "TrainingJob", "NotebookInstance", "InferenceComponent", "ModelPackage", "EndpointConfig")
    earlier.look([listing(kind=BUCKET, scope=ANYWHERE), *(listing(kind=f"aws.sagemaker.{kind}") for kind in leading)])
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == ends


@pytest.mark.parametrize(
    ("unread", "ends"),
    [
        ("aws.sagemaker.Model", "carried: not all of aws.sagemaker.Model was read, which may lead to it"),
        ("aws.s3.Bucket", "gone"),
        ("aws.sagemaker.Endpoint", "carried: not all of aws.sagemaker.Endpoint was read, which may lead to it"),
        ("aws.iam.Role", "gone"),
    ],
)
def test_what_others_lead_to_is_not_gone_where_something_of_these_could_not_be_read(unread, ends):
    earlier = earlier_of(failure(kind=BUCKET, scope=ANYWHERE))
    leading = ("Model", "TrainingJob", "NotebookInstance", "InferenceComponent", "ModelPackage", "EndpointConfig")
    gap = Gap(kind=unread, operation="x:Describe", scope=HERE, reason=Reason.DENIED, permission="", detail="")
    listings = [listing(kind=BUCKET, scope=ANYWHERE), *(listing(kind=f"aws.sagemaker.{kind}") for kind in leading)]
    earlier.look(listings, gaps=[gap])
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == ends


def test_what_others_lead_to_is_not_gone_where_these_were_not_asked_for():
    earlier = earlier_of(failure(kind=BUCKET, scope=ANYWHERE))
    earlier.look([listing(kind=BUCKET, scope=ANYWHERE)])
    earlier.settle({"MLP-1901"})
    assert fate(earlier).startswith("carried: nobody asked for aws.sagemaker.")


@pytest.mark.parametrize(
    ("joined", "account", "region", "ends"),
    [
        ("aws", HERE.account, "eu-west-1", "fixed"),
        ("", HERE.account, "us-east-1", "fixed"),
        ("aws", HERE.account, "us-east-1", f"carried: {UNASKED.format(HERE.account, 'us-east-1')}"),
        ("aws", "999988887777", "eu-west-1", f"carried: {UNASKED.format('999988887777', 'eu-west-1')}"),
        ("gcp", HERE.account, "us-east-1", "fixed"),
    ],
)  # fmt: skip
def test_a_path_has_ended_only_where_all_was_asked_that_it_may_lead_through(joined, account, region, ends):
    earlier = earlier_of(failure())
    earlier.ask(("aws", account), [region])
    earlier.look([listing()])
    earlier.note(failure().fingerprint, Status.NOT_APPLICABLE, "no path", joined=joined)
    assert earlier.told(failure().fingerprint, Status.NOT_APPLICABLE, PLACE)[0] == (
        "fixed" if ends == "fixed" else "unknown"
    )
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == ends


def test_a_location_called_global_says_nothing_of_a_region():
    there = Scope("gcp", "example-fraud-dev", "us-central1")
    earlier = earlier_of(failure(kind="gcp.vertex_ai.Model", scope=there))
    earlier.look([listing(kind="gcp.vertex_ai.Model", scope=Scope("gcp", "example-fraud-dev", "global"))])
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == "carried: nobody asked for gcp.vertex_ai.Model in us-central1"


def test_what_is_in_a_zone_is_gone_where_its_region_was_listed():
    zone = Scope("gcp", "example-fraud-dev", "us-central1-b")
    earlier = earlier_of(failure(kind="gcp.vertex_ai.Endpoint", scope=zone))
    earlier.look([listing(kind="gcp.vertex_ai.Endpoint", scope=Scope("gcp", "example-fraud-dev", "us-central1"))])
    earlier.settle({"MLP-1901"})
    assert len(list(earlier.gone(("gcp", "example-fraud-dev")))) == 1


def test_states_of_findings():
    earlier = earlier_of(failure("a"))
    known, other = failure("a").fingerprint, failure("b").fingerprint
    states = []
    for status in Status:
        earlier.note(known, status, "")
        states.append(earlier.told(known, status, PLACE)[0])
    assert states == ["fixed", "persisting", "unknown", "fixed"]
    assert [earlier.told(other, status, PLACE)[0] for status in Status] == ["", "new", "", ""]
    earlier.cut = True
    assert earlier.told(other, Status.FAIL, PLACE)[0] == ""


def test_verdicts_that_are_given_anew_count_alone():
    earlier = earlier_of(failure("a"), failure("b", check_id="MLP-1902"))
    for name in "ab":
        earlier.note(failure(name).fingerprint, Status.UNKNOWN, "not observed")
    earlier.forget(["MLP-1901"])
    earlier.look([listing()])
    earlier.settle({"MLP-1901", "MLP-1902"})
    assert [one.resource.name for one in earlier.carried()] == ["b"]
    earlier.begin({"MLP-1901": check("MLP-1901"), "MLP-1902": check("MLP-1902")})
    earlier.look([listing()])
    earlier.settle({"MLP-1901", "MLP-1902"})
    assert list(earlier.carried()) == []


def test_they_come_by_severity_score_check_and_resource():
    earlier = earlier_of(
        failure("d"), failure("c", score=75.0), failure("b"), failure("a", check_id="MLP-1902"),
        failure("e", check_id="MLP-4901", score=1.0),
    )  # fmt: skip
    checks = {id: check(id) for id in ("MLP-1901", "MLP-1902")}
    earlier.begin({**checks, "MLP-4901": check("MLP-4901", Severity.CRITICAL)})
    earlier.look([])
    earlier.settle(())
    assert [one.resource.name for one in earlier.carried()] == ["e", "c", "b", "d", "a"]
    assert earlier.carried_by_account() == {("aws", HERE.account): 5}


def test_a_check_that_is_no_more_carries_nothing():
    earlier = earlier_of(failure(check_id="MLP-1999"))
    earlier.look([])
    earlier.settle(())
    assert list(earlier.carried()) == []
    assert earlier.carried_by_account() == {}


def test_when_it_was_last_seen_is_kept():
    seen = datetime(2026, 11, 1, tzinfo=UTC)
    earlier = earlier_of(failure("a", observed=seen), failure("b"))
    earlier.look([])
    earlier.settle(())
    assert [one.observed for one in earlier.carried()] == [seen, WHEN]


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_several_reports_the_last_sight_and_the_newest_word_count(newest_first):
    reports = [
        (failure(message="as it was"), True, datetime(2026, 11, 1, tzinfo=UTC)),
        (failure(message="as it is"), False, WHEN),
    ]
    earlier = Earlier()
    for found, settled, made_at in reversed(reports) if newest_first else reports:
        earlier.add(found)
        earlier.know(("aws", HERE.account), settled)
        earlier.seal(made_at)
    earlier.begin({"MLP-1901": check("MLP-1901")})
    earlier.look([])
    earlier.settle(())
    assert [(one.observed, one.message) for one in earlier.carried()] == [(WHEN, "as it is")]
    assert earlier.settled == {("aws", HERE.account): False}


@pytest.mark.parametrize(
    ("together", "ends"),
    [
        ({}, "fixed"),
        ({("aws", "999988887777"): ["eu-west-1"]}, f"carried: {UNASKED.format('999988887777', 'eu-west-1')}"),
    ],
)
def test_in_a_history_only_what_was_asked_together_may_lead_to_an_account(together, ends):
    here, foreign = (HERE.provider, HERE.account), Scope("aws", "123123123123", HERE.region)
    earlier = Earlier(begun=3)
    earlier.add(failure())
    earlier.add(failure("b", scope=foreign))
    earlier.know(here, settled=True)
    earlier.know(("aws", foreign.account), settled=True)
    earlier.ask_with(here, {here: [HERE.region], **together})
    earlier.ask_with(("aws", foreign.account), {("aws", foreign.account): ["us-east-1"]})
    earlier.seal(WHEN)
    earlier.begin({"MLP-1901": check("MLP-1901")})
    earlier.look([listing()], [here])
    earlier.note(failure().fingerprint, Status.NOT_APPLICABLE, "no path", joined="aws")
    earlier.settle({"MLP-1901"})
    assert fate(earlier) == ends
    assert earlier.settled == {here: True}
    assert "b" not in {one.resource.name for one in earlier.carried()}, "that account is of another scan"
