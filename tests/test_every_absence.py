"""What is gone between its list and its detail is no gap and no unknown: over every collector, in simulated clouds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from rescanning import calm_scan, seen_broken
from scanning import PROVIDERS, calm, crowd, running, take_inventory, with_faults
from support import fail_with, registered
from worlds.base import Fault

from checks.aws.iam.resources import Role, Simulation
from checks.aws.sagemaker.resources import Model
from checks.azure.authorization.resources import Assignee
from checks.gcp.data_lineage.resources import DataLineage
from checks.gcp.vertex_ai.resources import Dataset
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory

COLLECTORS = registered()[1]
#: Reads of one thing that no list showed: resources refer to it, and the joins have to know that it is missing.
REFERRED = {
    "codepipeline:GetPipeline",
    "iam:GetRole",
    "s3:HeadBucket",
    "sagemaker:DescribeModelPackage",
    "aiplatform.datasets.get",
    "bigquery.tables.get",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "aiplatform.deploymentResourcePools.get",
    "iam.roles.get",
    "iam.serviceAccounts.get",
    "logging.buckets.get",
    "monitoring.notificationChannels.get",
    "storage.buckets.get",
    "Microsoft.Authorization/roleDefinitions/read",
    "Microsoft.Insights/actionGroups/read",
    "Microsoft.MachineLearningServices/workspaces/data/versions/read",
    "Microsoft.MachineLearningServices/workspaces/jobs/read",
    "Microsoft.MachineLearningServices/workspaces/models/versions/read",
    "Microsoft.OperationalInsights/workspaces/tables/read",
    "Microsoft.Storage/storageAccounts/read",
    "mlflow:GetRun",
    "mlflow:GetLoggedModel",
}
#: Reads about the account or project that is scanned, which does not go away, and questions that have no such answer.
ALWAYS_THERE: set[str | tuple[str, str]] = {
    "mlflow:GetUser",
    "mlflow:GetVersion",
    "glue:GetDatabases",
    "logs:DescribeAccountPolicies",
    "logs:DescribeLogGroups",
    "macie2:DescribeBuckets",
    "cloudwatch:DescribeAlarms",
    "events:ListRules",
    "s3:GetAccountPublicAccessBlock",
    "tag:GetResources",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "compute.projects.get",
    "orgpolicy.policy.get",
    "Microsoft.Storage/checknameavailability/read",
    "Microsoft.Security/defenderForStorageSettings/read",
    "Microsoft.Security/pricings/read",
    ("Microsoft.Storage/storageAccounts/read", "list"),
    ("Microsoft.Authorization/roleAssignments/read", "list"),
}
#: Where what is gone has given way to another one, which is read then.
REPLACED = {"iam:GetPolicyVersion"}
#: Parts of a resource that may be taken off it: it is seen without them.
PARTS = {
    "dataplex.locations.lookupEntry",  # what is written of a table in another place
    "iam:GetPolicy",
    "iam:GetRolePolicy",
    "datazone:GetLineageEvent",  # a catalog keeps events for some time
    "datalineage.processes.get",  # its links are there, and say what it read and made
    "lineage:ListDatasets",  # events name them as well
    "lineage:ListJobs",
    "sagemaker:DescribeArtifact",  # a record of lineage before another
    "sagemaker:DescribeTrialComponent",
    "storage.managedFolders.getIamPolicy",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "s3:GetObject",
    "storage.managedFolders.list",
    "storage.objects.get",
}


def details(provider: str) -> list[tuple[str, str]]:
    """Operation and verb of every read of one thing; on Azure also of what is listed inside of one."""
    asked = {(request.operation, request.verb) for request in calm(provider)[2]}
    found = set()
    for made in (made for made in COLLECTORS.values() if made.provider == provider):
        inside = ("list",) if provider == "azure" and made.follows else ()
        found |= {(operation, verb) for operation in made.operations for verb in ("get", *inside)}
    return sorted(one for one in found & asked if one[0] not in ALWAYS_THERE and one not in ALWAYS_THERE)


def of_kind(inventory: Inventory, kind: type[Resource]) -> dict[str, Any]:
    return {resource.id: resource for resource in inventory.of(kind)}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_gone_is_dropped_and_counted(provider: str) -> None:
    asked = details(provider)

    assert len(asked) > 1
    fail_with(problem for operation, verb in asked for problem in _problems(provider, operation, verb))


def without(provider: str, fault: Fault) -> Inventory:
    """What is seen where something is gone."""
    if provider == "azure":  # what is gone in the simulated one stays so, for operations that would not be asked again
        return with_faults(provider, lambda world: world.faults.append(fault))[0]
    return seen_broken(calm_scan(provider), fault)[0].inventory


def _problems(provider: str, operation: str, verb: str) -> Iterator[str]:
    before = calm(provider)[0]
    after = without(provider, Fault(operation, "gone", verb=verb, times=1 if operation in REPLACED else None))
    yield from (f"{operation}: a gap of {gap.operation}: {gap.detail}" for gap in after.gaps)
    counted = sum(listing.gone for listing in after.listings.values())
    if bool(counted) is (operation in REFERRED | PARTS | REPLACED):
        yield f"{operation}: {counted} counted as gone"
    if not all(listing.complete for listing in after.listings.values()):
        yield f"{operation}: a listing is incomplete"
    for made in (made for made in COLLECTORS.values() if made.provider == provider):
        was = of_kind(before, made.kind)
        for id, resource in of_kind(after, made.kind).items():
            missing = getattr(resource, "exists", UNSET) is False
            # What was assigned on a thing that is gone went with it, what a role could do with it, whose data is, and
            # what led to that.
            less = isinstance(resource, (Assignee, DataLineage, Dataset, Simulation))
            if not (missing or less or resource == was.get(id) or operation in PARTS):
                yield f"{operation}: {id} has changed"


def test_a_part_that_is_taken_off_is_seen_no_more_and_all_else_is() -> None:
    """The policies of roles: what is left of them is as it was."""
    for operation, field in (("iam:GetPolicy", "attached_policies"), ("iam:GetRolePolicy", "inline_policies")):
        after = without("aws", Fault(operation, "gone"))
        for role, was in zip(after.of(Role), calm("aws")[0].of(Role), strict=True):
            assert getattr(role, field) == ()
            # Of a boundary whose policy is gone nobody knows what took its place.
            kept = {field: getattr(was, field), "boundary": was.boundary}
            assert msgspec.structs.replace(role, **kept) == was


def test_what_is_gone_while_search_is_tried_is_dropped_and_counted() -> None:
    with running("aws", crowd()) as world:
        world.faults.append(Fault("sagemaker:DescribeModel", "gone", times=2))
        before = [name for kinds in world.regions.values() for name in kinds.get(("sagemaker", "Model"), ())]  # type: ignore[attr-defined]
        after = take_inventory("aws")

    assert after.gaps == ()
    assert len(after.of(Model)) == len(before) - 2
    assert sum(listing.gone for (kind, _), listing in after.listings.items() if kind == Model.kind) == 2
