"""A bucket that another account of the same scan has is no stranger's: over every check that fails for whose one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from factories.aws import ACCOUNT, OTHER_ACCOUNT, listed_by_sibling
from scanning import document, running, take_inventory
from support import FAIL, PASS, UNKNOWN, Case, all_cases, registered
from worlds.base import Fault, Request, World

from checks.aws.s3.resources import AccountBucket
from scanner.evaluate.judge import evaluate
from scanner.model.checks import Check
from scanner.model.nouns import Status, Verdict
from scanner.store.inventory import Inventory, InventoryView
from scanner.store.merge import load_all

CHECKS, COLLECTORS = registered()
#: A third account, which has nothing.
EMPTY = "222233334444"
ROLE = "arn:aws:iam::{}:role/mlposture-reader"
#: Of the simulated account: it refers to the first of these, and nobody else does.
LAKE, PRIVATE = "fabrikam-example-weights", "fabrikam-example-private"
TAKEOVER, SQUATTED = "MLP-4102", "MLP-1405"
PATHS = (TAKEOVER, "MLP-4112")


def about_buckets() -> list[tuple[Check, Case, list[str]]]:
    """The cases that fail because of whose buckets are, with the names of these."""
    found = []
    for check in CHECKS.values():
        for case in all_cases().get(check.slug, ()):
            names = [name for thing in judged(check, case, case.inventory()).foreign for name in thing.names]
            if names and check.provider == "aws" and {table for table, _ in names} == {"buckets"}:
                found.append((check, case, [value.partition("://")[2] for _, value in names]))
    return found


def judged(check: Check, case: Case, inventory: Inventory) -> Verdict:
    return check(case.resource, InventoryView(inventory, check.needs, check.also))


EVERY_CASE = [pytest.param(*each, id=f"{each[0].slug}-{each[1].name}") for each in about_buckets()]


def test_there_are_such_checks() -> None:
    found = {check.id for check, *_ in about_buckets()}
    assert found == {"MLP-1205", "MLP-1207", "MLP-1211", "MLP-1309", "MLP-1310", "MLP-1313", SQUATTED, *PATHS}
    assert all(AccountBucket in check.also for check, *_ in about_buckets())


@pytest.mark.parametrize(("check", "case", "names"), EVERY_CASE)
def test_an_account_of_the_scan_that_has_it_takes_the_failure_away(check: Check, case: Case, names: list[str]) -> None:
    inventory = case.inventory()
    for name in names:
        inventory.add(listed_by_sibling(name))
    verdict = judged(check, case, inventory)

    # What else a failure could not tell is open still.
    assert verdict.status is (UNKNOWN if judged(check, case, case.inventory()).missing else PASS)
    assert not verdict.foreign


@pytest.mark.parametrize(("check", "case", "names"), EVERY_CASE)
def test_one_that_did_not_tell_what_it_has_leaves_it_open(check: Check, case: Case, names: list[str]) -> None:
    inventory = case.inventory()
    there = listed_by_sibling("northwind-example-others").scope
    listing = next(one for (kind, _), one in inventory.listings.items() if kind == AccountBucket.kind)
    inventory.listings[AccountBucket.kind, there] = msgspec.structs.replace(listing, scope=there, complete=False)

    assert judged(check, case, inventory).status is UNKNOWN


@pytest.mark.parametrize(("check", "case", "names"), EVERY_CASE)
def test_one_that_was_left_to_another_part_of_the_scan_leaves_it_open(
    check: Check, case: Case, names: list[str]
) -> None:
    inventory = case.inventory()
    inventory.accounts = {("aws", ACCOUNT), ("aws", EMPTY)}

    assert judged(check, case, inventory).status is UNKNOWN


# -- against a simulated organisation ----------------------------------------------------------------------------------


def organisation(*accounts: str) -> dict[str, Any]:
    """The demo account, and others that a role reads; a model is taken from a bucket that refuses all requests, too."""
    made = document("aws")
    made["assumable"] = {ROLE.format(account): account for account in accounts}
    models = made["regions"]["eu-west-1"]["sagemaker"]["Model"]
    places = {"lake-weights": LAKE, "private-weights": PRIVATE}
    models += [
        {"ModelName": name, "PrimaryContainer": {"Image": "sentiment:1", "ModelDataUrl": f"s3://{bucket}/m.tar.gz"}}
        for name, bucket in places.items()
    ]
    made["roles"] = [*(made.get("roles") or ()), {"name": "mlposture-reader", "trust": {"Statement": []}}]
    return made


class Refusal(Fault):
    """One that only the empty account meets."""

    def strikes(self, request: Request) -> bool:
        return request.account == EMPTY and super().strikes(request)


def scanned(
    *accounts: str, home: bool = True, fault: Fault | None = None, world: dict[str, Any] | None = None
) -> tuple[Inventory, World]:
    """These accounts, and the demo account if they are not far from `home`, scanned for what is of other accounts."""
    roles = [ROLE.format(account) for account in ([ACCOUNT] * home) + list(accounts)]
    checks = [check for check in CHECKS.values() if check.id in (TAKEOVER, SQUATTED)]
    with running("aws", world or organisation(*accounts)) as simulated:
        simulated.faults += [fault] if fault else []
        return take_inventory("aws", checks, role_arns=roles), simulated


def verdicts(inventory: Inventory) -> dict[str, Status]:
    """Of the two models that take their weights from another account."""
    checks = [check for check in CHECKS.values() if check.id == TAKEOVER]
    found = {each.resource.name: each.verdict.status for each in evaluate(inventory, checks)}
    return {name: found[f"{name}-weights"] for name in ("lake", "private")}


def lists(world: World) -> list[str]:
    return sorted(request.account for request in world.log if request.operation == "s3:ListBuckets")


def test_one_account_is_not_asked_and_judged_as_ever() -> None:
    inventory, world = scanned()

    assert lists(world) == [ACCOUNT]  # for the buckets that it refers to
    assert verdicts(inventory) == {"lake": FAIL, "private": FAIL}
    assert not inventory.gaps
    assert not list(inventory.of(AccountBucket))


def test_of_several_accounts_each_is_asked_and_what_one_has_is_no_strangers() -> None:
    inventory, world = scanned(OTHER_ACCOUNT, EMPTY)

    assert set(lists(world)) == {ACCOUNT, OTHER_ACCOUNT, EMPTY}
    assert verdicts(inventory) == {"lake": PASS, "private": PASS}
    assert not inventory.gaps


def test_a_bucket_that_no_account_of_the_scan_has_is_a_strangers() -> None:
    inventory, _ = scanned(EMPTY)

    assert verdicts(inventory) == {"lake": FAIL, "private": FAIL}


def test_a_refusal_leaves_open_whose_it_is_and_is_a_gap() -> None:
    inventory, _ = scanned(EMPTY, fault=Refusal("s3:ListBuckets", "deny"))

    assert verdicts(inventory) == {"lake": UNKNOWN, "private": UNKNOWN}
    [gap] = inventory.gaps
    assert (gap.kind, gap.operation, gap.scope.account) == (AccountBucket.kind, "s3:ListBuckets", EMPTY)
    assert gap.permission == "s3:ListAllMyBuckets"
    assert {TAKEOVER, SQUATTED} == set(gap.checks)


def test_what_the_owner_says_counts_whatever_another_account_refuses() -> None:
    inventory, _ = scanned(OTHER_ACCOUNT, EMPTY, fault=Refusal("s3:ListBuckets", "deny"))

    assert verdicts(inventory) == {"lake": PASS, "private": PASS}


def test_an_account_that_cannot_be_opened_leaves_open_whose_it_is() -> None:
    inventory, _ = scanned(EMPTY, fault=Fault("sts:AssumeRole", "deny", resource="*222233334444*"))

    assert verdicts(inventory) == {"lake": UNKNOWN, "private": UNKNOWN}


def test_all_pages_of_names_are_read() -> None:
    made = organisation(OTHER_ACCOUNT)
    made["foreign_buckets"] += [
        {"name": f"fabrikam-example-{number:04}", "owner": OTHER_ACCOUNT, "region": "us-east-1", "readable": False}
        for number in range(1000)
    ]
    inventory, world = scanned(OTHER_ACCOUNT, world=made)

    assert lists(world).count(OTHER_ACCOUNT) == 2
    assert sum(one.scope.account == OTHER_ACCOUNT for one in inventory.of(AccountBucket)) == 1002
    assert verdicts(inventory) == {"lake": PASS, "private": PASS}


def test_merged_inventories_count_as_one_scan(tmp_path: Path) -> None:
    """Also where one of them is of a single account, which was not asked for the names of its buckets."""
    made = {"one": scanned()[0], "rest": scanned(OTHER_ACCOUNT, EMPTY, home=False)[0]}
    paths = [tmp_path / f"{name}.json" for name in made]
    for path, inventory in zip(paths, made.values(), strict=True):
        inventory.save(path)
    merged = load_all(paths, {kind: collector.kind for kind, collector in COLLECTORS.items()})

    assert verdicts(merged) == {"lake": PASS, "private": PASS}


def test_inventories_of_one_account_each_say_as_much_as_before(tmp_path: Path) -> None:
    """Nobody was asked for the names: nothing takes a failure away, and nothing that was not asked is awaited."""
    made = {"one": scanned()[0], "other": scanned(OTHER_ACCOUNT, home=False)[0]}
    paths = [tmp_path / f"{name}.json" for name in made]
    for path, inventory in zip(paths, made.values(), strict=True):
        inventory.save(path)
    merged = load_all(paths, {kind: collector.kind for kind, collector in COLLECTORS.items()})

    assert verdicts(merged) == {"lake": FAIL, "private": FAIL}
