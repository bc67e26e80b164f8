"""What is known to be the reader's turns a verdict only where nothing else makes it fail."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from factories import aws, azure, gcp
from support import FAIL, NOW, PASS, inventory_of, registered

from scanner.evaluate.judge import evaluate
from scanner.evaluate.trusting import Trusting
from scanner.model.nouns import Resource, Scope, Status, Verdict
from scanner.model.trust import Entry
from scanner.store.inventory import Inventory

CHECKS = registered()[0]
WRITABLE, SQUATTED = CHECKS["MLP-1408"], CHECKS["MLP-1405"]
PARTNER = "444455556666"


def entry(table: str, value: str, until: date | None = None) -> Entry:
    return Entry(table=table, value=value, reason="labels for Northwind Example", until=until)


def judged(id: str, inventory: Inventory, *entries: Entry) -> Verdict:
    [first, *_] = evaluate(inventory, [CHECKS[id]], Trusting(inventory, entries))
    return first.verdict


def written_by(*principals: str) -> Resource:
    policy = aws.document(aws.allow("s3:PutObject", Principal={"AWS": list(principals)}))
    open_ = {"public_access_block": None, "account_public_access_block": None, "policy_is_public": "*" in principals}
    return aws.ours(policy=policy, grants=(), owner_id="0a1b" * 16, **open_)


MISSING: list[tuple[str, Entry, tuple[Resource, ...]]] = [
    ("MLP-4102", entry("buckets", "northwind-example-deleted"),
     (aws.served_from("s3://northwind-example-deleted/m"), aws.missing())),
    ("MLP-1405", entry("buckets", "s3://sagemaker-eu-west-1-111122223333"),
     (aws.bucket("sagemaker-eu-west-1-111122223333", exists=False, owned=None, is_default_name=True),)),
    ("MLP-4202", entry("buckets", "example-fraud-models"),
     (gcp.stored("gs://example-fraud-models/m"), gcp.bucket(exists=False, project=None))),
    ("MLP-4302", entry("buckets", "az://retina"),
     (azure.workspace(storage_account=azure.RETINA_STORAGE), azure.storage(exists=False, name_available=True))),
]  # fmt: skip


@pytest.mark.parametrize(("check", "trusted", "resources"), MISSING, ids=[id for id, _, _ in MISSING])
def test_a_bucket_that_does_not_exist_is_nobodys(check: str, trusted: Entry, resources: tuple[Resource, ...]) -> None:
    verdict = judged(check, inventory_of(*resources), trusted)

    assert verdict.status is FAIL
    assert verdict.trust == ()


def test_everybody_is_nobodys_partner() -> None:
    entries = [entry("accounts", PARTNER), entry("addresses", "17.0.0.0/8")]

    assert judged("MLP-1408", inventory_of(written_by("*", PARTNER)), *entries).status is FAIL


def test_accounts_of_the_scan_are_known_without_being_told() -> None:
    inventory = inventory_of(written_by(PARTNER))
    assert judged("MLP-1408", inventory).status is FAIL

    inventory.accounts = {("aws", aws.ACCOUNT), ("aws", PARTNER)}  # the other one is of another shard, say
    verdict = judged("MLP-1408", inventory)

    assert verdict.status is PASS
    assert verdict.trust == ()  # nothing rests on what somebody declared
    assert verdict.evidence["trust"] == [{"scan": PARTNER}]
    assert f"; of this scan: {PARTNER}" in verdict.message


def test_an_organisation_that_is_scanned_whole_is_known_without_being_told() -> None:
    organization = "o-exampleorgid"
    policy = aws.document(
        aws.allow("s3:PutObject", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": organization}})
    )
    inventory = inventory_of(aws.ours(policy=policy, policy_is_public=False, grants=(), owner_id="0a1b" * 16))
    assert judged("MLP-1408", inventory).status is FAIL

    inventory.organizations = {organization}
    verdict = judged("MLP-1408", inventory)

    assert (verdict.status, verdict.trust) == (PASS, ())
    assert f"; of this scan: {organization}" in verdict.message


def test_an_account_that_another_resource_of_the_inventory_is_in_is_of_the_scan() -> None:
    elsewhere = aws.Bucket(
        id="arn:aws:s3:::other",
        name="other",
        scope=Scope("aws", PARTNER),
        exists=True,
        owned=True,
        policy=None,
        grants=(),
    )
    found = {
        j.resource.id: j.verdict.status for j in evaluate(inventory_of(written_by(PARTNER), elsewhere), [WRITABLE])
    }

    assert set(found.values()) == {Status.PASS}


def test_what_was_trusted_in_part_is_shown() -> None:
    inventory = inventory_of(written_by(PARTNER, "777788889999"))
    verdict = judged(
        "MLP-1408", inventory, entry("accounts", PARTNER), entry("accounts", "777788889999", date(2026, 1, 1))
    )

    assert verdict.status is FAIL
    assert (
        verdict.message
        == f"{PARTNER}, 777788889999 may write, by the policy; trust in 777788889999 ended on 2026-01-01"
    )
    shown: list[dict[str, Any]] = verdict.evidence["trust"]
    assert [(one["value"], one.get("expired", False)) for one in shown] == [(PARTNER, False), ("777788889999", True)]


@pytest.mark.parametrize(("until", "status"), [(NOW.date(), PASS), (date(2026, 11, 21), FAIL)])
def test_the_last_day_counts_by_the_time_of_the_scan(until: date, status: Status) -> None:
    assert judged("MLP-1408", inventory_of(written_by(PARTNER)), entry("accounts", PARTNER, until)).status is status
