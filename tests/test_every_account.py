"""What an account, or a region, refuses says nothing of others: checks ask how that was read which they speak of."""

from __future__ import annotations

import pytest
from scanning import calm, with_faults
from support import Case, all_cases, all_kinds, registered
from worlds.base import Fault, World

from checks.aws.cloudwatch.resources import Alarm
from checks.aws.iam.resources import Role
from checks.aws.logs.resources import LogGroup
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    MonitoringSchedule,
    NotebookInstance,
)
from checks.aws.sns.resources import Topic
from checks.azure.insights.resources import ActionGroup, DiagnosticSetting
from checks.azure.machine_learning.resources import MonitorSchedule
from checks.azure.operational_insights.resources import LogTable
from checks.gcp.dlp.resources import DiscoveryConfig, JobTrigger
from checks.gcp.logging.resources import LogSink
from checks.gcp.monitoring.resources import AlertPolicy
from scanner.model.nouns import Resource, Scope
from scanner.store.inventory import Inventory, InventoryView, Listing

_SERVING = (EndpointConfig, Model, InferenceComponent)
#: Checks, and the kinds of which they judge what is in the account of their subject alone.
OWN: dict[str, tuple[type[Resource], ...]] = {
    "azure_ml_online_deployment_monitor_stopped": (MonitorSchedule,),
    "azure_ml_online_endpoint_alert_reaches_nobody": (ActionGroup,),
    "azure_ml_online_endpoint_logs_expire_early": (DiagnosticSetting, LogTable),
    "iam_ml_role_escalates": (Role, NotebookInstance),
    "sagemaker_endpoint_alarm_reaches_nobody": (Alarm, InferenceComponent, Topic),
    "sagemaker_endpoint_logs_expire_early": (InferenceComponent, LogGroup),
    "sagemaker_endpoint_monitor_found_violations": (MonitoringSchedule,),
    "sagemaker_endpoint_monitor_halted": (MonitoringSchedule,),
    "sagemaker_endpoint_role_administrative": (*_SERVING[:2], Role),
    "sagemaker_endpoint_rollback_alarms_watch_another": (Alarm,),
    "sagemaker_endpoint_auto_rollback_missing": _SERVING,
    "sagemaker_lineage_names_no_job_of_served_model": (Endpoint, *_SERVING),
    "sagemaker_model_hub_source_unpinned": (Endpoint, *_SERVING),
    "sagemaker_model_image_not_from_private_registry": _SERVING,
    "sagemaker_model_network_isolation_disabled": _SERVING,
    "sagemaker_model_outside_vpc": _SERVING,
    "sagemaker_notebook_role_administrative": (Role,),
    "sagemaker_model_package_registered_as_approved": (Endpoint, *_SERVING),
    "sagemaker_served_model_of_job_without_data": (Endpoint, *_SERVING),
    "sagemaker_served_package_without_model_card": (Endpoint, *_SERVING),
    "sagemaker_served_model_training_data_undescribed": (Endpoint, *_SERVING),
    "vertex_endpoint_alert_reaches_nobody": (AlertPolicy,),
    "vertex_endpoint_logs_expire_early": (LogSink,),
    "vertex_training_data_outside_discovery": (DiscoveryConfig, JobTrigger),
}
#: Of these, what is looked up by region as well.
REGIONAL = (Endpoint, *_SERVING, Alarm, LogGroup, MonitoringSchedule, Topic)


def judged_beside(slug: str, kinds: tuple[type[Resource], ...], elsewhere: dict[str, Scope]) -> int:
    """Judge all cases of a check again, with other places that refuse these kinds, and say how many there were."""
    check = next(one for one in registered()[0].values() if one.slug == slug)
    cases: list[Case] = all_cases()[slug]
    for case in cases:
        inventory: Inventory = case.inventory()
        for kind in kinds:
            place = elsewhere[kind.kind.partition(".")[0]]
            inventory.listings[(kind.kind, place)] = Listing(kind=kind.kind, scope=place, complete=False)
        assert check(case.resource, InventoryView(inventory, check.needs)).status is case.expected, case.name
    return len(cases)


@pytest.mark.parametrize("slug", OWN)
def test_a_verdict_is_the_same_beside_an_account_that_refuses(slug: str) -> None:
    places = {provider: Scope(provider, "elsewhere", "global") for provider in ("aws", "azure", "gcp")}
    assert judged_beside(slug, OWN[slug], places) > 5


@pytest.mark.parametrize("slug", [slug for slug in OWN if set(OWN[slug]) & set(REGIONAL)])
def test_a_verdict_is_the_same_beside_a_region_that_refuses(slug: str) -> None:
    """As where a policy of the organisation closes all regions but a few."""
    account = all_cases()[slug][0].resource.scope.account
    kinds = tuple(kind for kind in OWN[slug] if kind in REGIONAL)
    assert judged_beside(slug, kinds, {"aws": Scope("aws", account, "ap-southeast-4")}) > 5


#: Checks that go by what other regions may have: jobs that made an artifact, cards and files of a package, roles.
BEYOND = {
    *("notebook_writes_served_artifact", "lineage_names_no_job_of_served_model", "served_model_of_job_without_data"),
    *("served_model_validated_on_training_data", "served_model_training_data_undescribed"),
    *("model_card_incomplete", "model_card_older_than_model", "model_card_not_approved_by_another"),
    *("model_card_of_another_model", "served_package_without_model_card", "served_model_without_model_card"),
    "served_model_data_from_s3_bucket_others_write",
}


def test_a_scan_gives_the_same_verdicts_beside_a_region_that_is_closed() -> None:
    """As a policy of the organisation closes it, so that each service there refuses."""

    def close(world: World) -> None:
        world.faults += [
            Fault(f"{service}:*", "deny", region="us-east-1")
            for service in ("sagemaker", "logs", "cloudwatch", "events", "sns", "glue", "macie2", "tag")
        ]

    _, before, _ = calm("aws")
    _, found = with_faults("aws", close)
    there = {key: verdict for key, verdict in before.items() if ":eu-west-1:" in key[1]}
    changed = {
        slug.removeprefix("sagemaker_") for (slug, id), verdict in there.items() if found[slug, id] is not verdict
    }
    assert changed <= BEYOND
    assert len(there) > 300


def test_nothing_follows_from_absence_where_a_region_was_not_asked() -> None:
    kind = all_kinds()[Endpoint.kind]
    inventory = Inventory(all_cases()["sagemaker_endpoint_failed"][0].inventory().taken_at)
    here, there = Scope("aws", "111122223333", "eu-west-1"), Scope("aws", "111122223333", "us-east-1")
    closed = Scope("aws", "111122223333", "ap-southeast-4")
    for scope, complete in ((here, True), (closed, False)):
        inventory.listings[(kind.kind, scope)] = Listing(kind=kind.kind, scope=scope, complete=complete)
    seen = InventoryView(inventory, (kind,)).all(kind)
    assert seen.complete_in(here.account, here.region)
    assert not seen.complete_in(here.account, there.region)
    assert not seen.complete_in(here.account)
