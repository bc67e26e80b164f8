"""What nobody saw hides an owner only where it could be one: what leads somewhere, and from where it can lead there."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from declaring import declared, selecting
from factories.aws import HERE, declared_log_group, declared_pipeline, job, notebook
from msgspec.structs import replace
from support import inventory_of, registered

from checks.aws.iam.resources import Role
from checks.aws.logs.resources import LogGroup
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint, NotebookInstance, TrainingJob
from scanner.evaluate.judge import Judgement, evaluate
from scanner.evaluate.unclaimed import of_manifest, unclaimed
from scanner.model.nouns import Gap, Reason, Resource, Scope, Status
from scanner.systems.graph import Graph
from scanner.systems.ownership import Ownership

ELSEWHERE = Scope("aws", "444455556666", HERE.region)
ANOTHER_REGION = Scope("aws", HERE.account, "us-east-1")
WHOLE_ACCOUNT = Scope("aws", HERE.account)


def judged_beside(kind: str, scope: Scope) -> dict[str, Status]:
    """The verdicts on what no system claims, by kind, beside a gap of this kind."""
    gap = Gap(kind=kind, operation="any:Read", scope=scope, reason=Reason.DENIED, permission="", detail="")
    inventory = inventory_of(notebook("lonely"), job("alone"))
    inventory.gaps = (gap,)
    owners = Ownership(declared(), "ai-systems.yaml", Graph(inventory, registered()[1]))
    return {one.resource.kind: one.verdict.status for one in unclaimed(inventory, owners)}


@pytest.mark.parametrize("kind", [Bucket, Role, LogGroup])
def test_a_gap_of_what_leads_nowhere_hides_no_owner(kind: type[Resource]) -> None:
    assert set(judged_beside(kind.kind, HERE).values()) == {Status.FAIL}


@pytest.mark.parametrize("kind", [Endpoint.kind, "aws.later.Kind"])
@pytest.mark.parametrize("scope", [HERE, WHOLE_ACCOUNT])
def test_a_gap_of_what_may_lead_there_does(kind: str, scope: Scope) -> None:
    assert set(judged_beside(kind, scope).values()) == {Status.UNKNOWN}


@pytest.mark.parametrize("scope", [ELSEWHERE, ANOTHER_REGION])
def test_what_only_its_own_place_refers_to_is_hidden_by_no_other_place(scope: Scope) -> None:
    found = judged_beside(Endpoint.kind, scope)
    assert found == {NotebookInstance.kind: Status.FAIL, TrainingJob.kind: Status.UNKNOWN}


@pytest.mark.parametrize(("named", "said"), [(True, Status.FAIL), (False, Status.NOT_APPLICABLE)])
def test_what_was_looked_up_for_another_manifest_is_not_judged(named: bool, said: Status) -> None:
    group = declared_log_group(exists=True, retention_days=30, log_group_class=None, forwarded_by=())
    inventory = inventory_of(group, declared_pipeline(exists=True, stages=()), notebook("lonely"))
    [system] = declared(sentiment=selecting()).systems
    manifest = replace(declared(), systems=(replace(system, logs=(group.id,) if named else ()),))
    owners = Ownership(manifest, "ai-systems.yaml", Graph(inventory, registered()[1]))
    checks = [registered()[0][id] for id in ("MLP-5509", "MLP-5510")]

    def by_check(judgements: Iterable[Judgement]) -> dict[str, Status]:
        return {one.check.id: one.verdict.status for one in judgements}

    assert by_check(of_manifest(evaluate(inventory, checks), owners)) == {
        "MLP-5509": said, "MLP-5510": Status.NOT_APPLICABLE,
    }  # fmt: skip
    assert by_check(of_manifest(evaluate(inventory, checks), None))["MLP-5509"] is Status.FAIL
