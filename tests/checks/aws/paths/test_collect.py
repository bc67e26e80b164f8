"""What is asked of AWS' own policy simulator, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from scanning import calm, document, running, take_inventory
from support import FAIL, UNKNOWN, registered
from worlds.aws import AwsWorld
from worlds.base import Fault

from checks.aws.iam.resources import Simulation
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Reason, Verdict
from scanner.store.inventory import Inventory

SIMULATE = "iam:SimulatePrincipalPolicy"
CHECKS = [registered()[0][id] for id in ("MLP-1509", "MLP-4104")]
SCHOLAR, ADMIN = (f"arn:aws:iam::111122223333:role/{name}" for name in ("data-science", "ml-admin"))
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def denying(actions: str | list[str], **members: Any) -> dict[str, Any]:
    """A world whose organisation denies these actions."""
    scp = policy(EVERYTHING, {"Effect": "Deny", "Action": actions, "Resource": "*", **members})
    return {**document("aws"), "service_control_policies": [scp]}


def with_statement(statement: dict[str, Any]) -> dict[str, Any]:
    """A world where the role that passes any role has one more statement."""
    changed = document("aws")
    [scholar] = [role for role in changed["roles"] if role["name"] == "data-science"]
    scholar["inline"]["more"] = policy(statement)
    return changed


def scanned(changed: dict[str, Any] | None = None, *faults: Fault, **settings: Any) -> tuple[Inventory, list[Any]]:
    with running("aws", changed) as world:
        world.faults += faults
        inventory = take_inventory("aws", CHECKS, **settings)
        return inventory, [request for request in world.log if request.operation == SIMULATE]


def verdicts(inventory: Inventory) -> dict[str, Verdict]:
    return {found.resource.name: found.verdict for found in evaluate(inventory, CHECKS)}


def test_nothing_is_asked_unless_that_was_asked_for() -> None:
    inventory, asked = scanned(verify=False)

    assert asked == []
    assert inventory.of(Simulation) == ()
    assert not any(kind == Simulation.kind for kind, _ in inventory.listings)
    assert "simulator" not in verdicts(inventory)["data-science"].message


def test_one_call_is_made_for_each_role_of_which_something_decisive_was_found() -> None:
    inventory, asked = scanned()

    assert Counter(request.params["PolicySourceArn"] for request in asked) == {SCHOLAR: 1, ADMIN: 1}
    assert {role.id for role in inventory.of(Simulation)} == {SCHOLAR, ADMIN}
    [of_admin] = [request.params for request in asked if request.params["PolicySourceArn"] == ADMIN]
    actions = {value for key, value in of_admin.items() if key.startswith("ActionNames")}
    assert actions == {"s3:PutObject"}, "an administrator has no ways to more rights"


def test_an_answer_in_pages_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AwsWorld, "simulated", 3)
    inventory, asked = scanned()

    assert len(asked) > 3
    assert inventory.of(Simulation) == calm("aws")[0].of(Simulation)


def test_what_is_really_allowed_is_confirmed() -> None:
    found = verdicts(calm("aws")[0])

    for name in ("data-science", "legacy-nb", "vpc-but-open-nb"):
        assert found[name].status is FAIL
        assert found[name].message.endswith("; AWS' own simulator confirms it")


def test_what_the_organisation_denies_is_unknown() -> None:
    found = verdicts(scanned(denying("s3:PutObject"))[0])

    assert found["legacy-nb"].status is UNKNOWN
    assert "a policy of the organisation denies this always" in found["legacy-nb"].message
    assert found["data-science"].message.endswith("; AWS' own simulator confirms it")


def test_a_denial_of_some_ways_leaves_the_others() -> None:
    found = verdicts(scanned(denying("glue:*"))[0])["data-science"]

    assert found.status is FAIL
    assert "glue:" not in found.message
    assert found.message.endswith("; AWS' own simulator confirms it")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, FAIL),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ml-*"}}, FAIL),
        ({"StringNotEquals": {"aws:PrincipalTag/team": "ml"}}, UNKNOWN),
    ],
)
def test_the_simulator_is_told_what_is_known_of_the_requests(condition: dict[str, Any], status: Any) -> None:
    """What is not known (here a tag) may be why it denies, and it does not say so."""
    found = verdicts(scanned(denying("s3:PutObject", Condition=condition))[0])["legacy-nb"]

    assert found.status is status


def test_what_the_simulator_would_have_to_know_is_said() -> None:
    where = {"StringLikeIfExists": {"aws:SourceVpc": "vpc-*"}}
    changed = with_statement({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": where})
    found = verdicts(scanned(changed)[0])

    assert found["vpc-but-open-nb"].status is FAIL
    assert found["vpc-but-open-nb"].message.endswith("; not verified: AWS' own simulator asks for aws:SourceVpc")
    assert found["legacy-nb"].message.endswith("; AWS' own simulator confirms it")


@pytest.mark.parametrize(("fault", "reason"), [("deny", Reason.DENIED), ("throttle", Reason.THROTTLED)])
def test_a_refused_simulation_leaves_the_finding_and_a_gap(fault: str, reason: Reason) -> None:
    inventory, _ = scanned(None, Fault(SIMULATE, fault))
    found = verdicts(inventory)["data-science"]

    [gap] = inventory.gaps
    assert (gap.operation, gap.reason, gap.checks) == (SIMULATE, reason, ("MLP-1509", "MLP-4104"))
    assert gap.permission == (SIMULATE if fault == "deny" else "")
    assert found.status is FAIL
    assert found.message.endswith("; not verified: AWS' own simulator gave no answer")


def test_a_role_that_is_gone_is_no_gap() -> None:
    inventory, _ = scanned(None, Fault(SIMULATE, "gone"))

    assert inventory.gaps == ()
    assert inventory.of(Simulation) == ()


def test_checks_that_find_nothing_of_the_kind_ask_nothing() -> None:
    with running("aws") as world:
        take_inventory("aws", [registered()[0]["MLP-1001"]])

        assert SIMULATE not in world.operations()
