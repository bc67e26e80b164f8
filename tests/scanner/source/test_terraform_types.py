"""The data on resources of Terraform fits our kinds, and what the providers say of their resources."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import TESTS, all_kinds, fail_with

from scanner.model.nouns import Resource
from scanner.model.registry import CLOUDS
from scanner.source.terraform_types import ANY_OF_AZURE, TerraformType, members, types

SCHEMA: dict[str, Any] = json.loads((TESTS / "scanner" / "source" / "provider_schema.json").read_bytes())
#: Kinds that no resource of the three providers makes, or that nobody makes, and why.
WITHOUT = {
    "aws.glue.Table": "no finding is on one",
    "aws.macie.BucketCoverage": "no finding is on one",
    "aws.s3.AccountBucket": "no finding is on one",
    "aws.iam.Simulation": "what a simulator says of a role",
    "aws.cloudwatch.Alarm": "no finding is on one",
    "aws.logs.LogGroup": "no finding is on one",
    "aws.datazone.CatalogLineage": "no finding is on one",
    "aws.sagemaker.ArtifactLineage": "no finding is on one",
    "gcp.data_lineage.DataLineage": "no finding is on one",
    "aws.sagemaker.InferenceComponent": "the provider aws has no resource for it",
    "aws.s3.ArtifactObject": "made by pipelines",
    "azure.storage.ModelFolder": "what files beside a model say of it",
    "gcp.storage.ArtifactFiles": "made by pipelines",
    "aws.sagemaker.NamedModelCard": "the provider aws has no resource for it",
    "aws.sagemaker.ModelCard": "the provider aws has no resource for it",
    "aws.sagemaker.ModelPackage": "made by pipelines; the provider has the group alone",
    "aws.sagemaker.MonitoringSchedule": "no finding is on one",
    "aws.sns.Topic": "no finding is on one",
    "aws.sagemaker.TrainingJob": "made by pipelines",
    "aws.tagging.TaggedResource": "the tags of others",
    "azure.machine_learning.DataVersion": "no finding is on one",
    "azure.machine_learning.Job": "no finding is on one",
    "gcp.dlp.DiscoveryConfig": "no finding is on one",
    "gcp.dlp.JobTrigger": "no finding is on one",
    "gcp.vertex_ai.Dataset": "google_vertex_ai_dataset makes it empty: no configuration says where its data is",
    "gcp.vertex_ai.ModelLineage": "no finding is on one",
    "gcp.vertex_ai.TrainingPipeline": "no finding is on one",
    "azure.security.DefenderPlan": "no finding is on one",
    "azure.security.StorageDefender": "no finding is on one",
    "azure.authorization.Assignee": "what is known of an identity",
    "azure.authorization.RoleAssignment": "no finding is on one",
    "azure.authorization.RoleDefinition": "no finding is on one",
    "azure.insights.ActionGroup": "no finding is on one",
    "azure.insights.LogAlert": "no finding is on one",
    "azure.insights.MetricAlert": "no finding is on one",
    "azure.insights.ProcessingRule": "no finding is on one",
    "azure.insights.DiagnosticSetting": "no finding is on one",
    "azure.operational_insights.LogTable": "no finding is on one",
    "gcp.logging.LogBucket": "no finding is on one",
    "gcp.logging.LogSink": "no finding is on one",
    "gcp.monitoring.AlertPolicy": "no finding is on one",
    "gcp.monitoring.NotificationChannel": "no finding is on one",
    "gcp.storage.ModelFolder": "no finding is on one",
    "aws.s3.ModelFolder": "no finding is on one",
    "gcp.storage.DataFolder": "no finding is on one",
    "gcp.bigquery.Table": "no finding is on one",
    "aws.s3.DataFolder": "no finding is on one",
    "azure.machine_learning.MonitorSchedule": "no finding is on one",
    "azure.machine_learning.ModelVersion": "azurerm has no resource for it; pipelines register them",
    "azure.machine_learning.OnlineDeployment": "azurerm has no resource for it; azapi_resource makes any",
    "azure.machine_learning.OnlineEndpoint": "azurerm has no resource for it; azapi_resource makes any",
    "gcp.iam.FolderPolicy": "no finding is on one",
    "gcp.iam.OrganizationPolicy": "no finding is on one",
    "gcp.vertex_ai.CustomJob": "made by pipelines",
    "gcp.vertex_ai.Model": "the provider google has no resource for it",
    "gcp.vertex_ai.ModelEvaluation": "what was measured of a model",
    "gcp.vertex_ai.MonitoringJob": "the provider google has no resource for it",
}


def test_every_kind_is_made_by_a_resource_or_is_excused() -> None:
    made = {one.kind for one in types().values()} - {""}

    assert made | WITHOUT.keys() == {kind for kind in all_kinds() if kind.startswith(CLOUDS)}
    assert not made & WITHOUT.keys()


@pytest.mark.parametrize("name", types())
def test_every_field_is_one_of_the_kind(name: str) -> None:
    one = types()[name]
    known = all_kinds()[one.kind].__struct_fields__ if one.kind else ()
    common = {*Resource.__struct_fields__}

    assert set(one.fields) <= set(known) - common
    assert bool(one.id) != bool(one.of)


def test_every_resource_and_attribute_is_one_of_its_provider() -> None:
    problems = [problem for name, one in types().items() if name != ANY_OF_AZURE for problem in wrong_with(name, one)]

    assert set(SCHEMA) == set(types()) - {ANY_OF_AZURE}
    fail_with(problems)


def wrong_with(name: str, one: TerraformType) -> list[str]:
    attributes = SCHEMA[name]["attributes"]
    problems = [f"{name} has no member {each}" for each in one.members() if each not in attributes]
    if one.of:
        _, whole, named = one.whole
        if named not in SCHEMA[whole]["attributes"]:
            problems.append(f"{whole} has no member {named}")
    for field in one.fields:
        for path in one.paths(field):
            inner = attributes
            for step in path:
                if step not in inner:
                    problems.append(f"{name} has no attribute {'.'.join(path)}")
                    break
                inner = inner[step]
    return problems


def test_of_states_only_members_that_name_things_are_looked_at() -> None:
    """Whoever adds one has to see that no provider keeps a secret in it."""
    assert members() == {
        *("arn", "bucket", "cognitive_account_id", "id", "name", "policy_arn", "project", "role"),
        *("service_account_id", "storage_account_id"),
    }
