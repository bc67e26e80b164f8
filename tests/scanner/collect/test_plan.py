"""A plan asks for what the selected checks need, and for nothing else."""

from __future__ import annotations

import pytest
from support import registered

from scanner.collect.plan import make_plan

CHECKS, COLLECTORS = registered()


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.slug)
def test_a_plan_covers_what_a_check_judges_and_joins(check: object) -> None:
    plan = make_plan([check], COLLECTORS, verify=True, documents=True)  # type: ignore[list-item]
    kinds = [collector.kind for collector in plan.collectors]

    assert {check.kind, *check.needs} <= set(kinds)  # type: ignore[attr-defined]
    position = {collector.kind: stage for stage, made in enumerate(plan.stages) for collector in made}
    for collector in plan.collectors:
        for source in collector.follows:
            assert position.get(source, -1) < position[collector.kind], "references come from earlier stages"
    followed = [collector for collector in plan.collectors if collector.follows]
    for collector in followed:
        assert set(collector.follows) & set(kinds), f"nothing would lead to {collector.kind.kind}"


def test_what_verifies_is_planned_only_if_that_is_asked_for() -> None:
    plain, verifying = (make_plan(list(CHECKS.values()), COLLECTORS, verify=verify) for verify in (False, True))

    assert set(verifying.operations) - set(plain.operations) == {"iam:SimulatePrincipalPolicy"}
    assert verifying.verifies and not plain.verifies


def test_documents_are_read_only_if_that_is_asked_for() -> None:
    plain, reading = (make_plan(list(CHECKS.values()), COLLECTORS, documents=documents) for documents in (False, True))

    assert set(reading.operations) - set(plain.operations) == {
        "Microsoft.MachineLearningServices/workspaces/datastores/read",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
        "mlflow:GetArtifact",
        "s3:GetObject",
        "storage.objects.get",
    }
    assert reading.checks == plain.checks


def test_what_matters_for_declared_systems_is_planned_only_where_there_are_some() -> None:
    checks = list(CHECKS.values())
    plain, declared = (make_plan(checks, COLLECTORS, systems=systems) for systems in (False, True))

    assert {one.kind.kind for one in set(declared.collectors) - set(plain.collectors)} == {
        "aws.cloudwatch.Alarm",
        "aws.s3.ArtifactObject",
        "aws.datazone.CatalogLineage",
        "aws.sagemaker.ArtifactLineage",
        "gcp.data_lineage.DataLineage",
        "gcp.vertex_ai.ModelLineage",
        "aws.glue.Table",
        "aws.codepipeline.DeclaredPipeline",
        "aws.logs.DeclaredLogGroup",
        "aws.logs.LogGroup",
        "aws.macie.BucketCoverage",
        "aws.sagemaker.FeatureGroup",
        "aws.sagemaker.MonitoringSchedule",
        "aws.sagemaker.NamedModelCard",
        "azure.machine_learning.DataVersion",
        "azure.machine_learning.Job",
        "aws.sns.Topic",
        "azure.insights.ActionGroup",
        "azure.insights.LogAlert",
        "azure.insights.MetricAlert",
        "azure.insights.ProcessingRule",
        "azure.insights.DiagnosticSetting",
        "azure.machine_learning.ModelVersion",
        "azure.machine_learning.MonitorSchedule",
        "azure.operational_insights.DeclaredLogTable",
        "azure.operational_insights.LogTable",
        "azure.security.DefenderPlan",
        "azure.security.StorageDefender",
        "gcp.storage.ArtifactFiles",
        "gcp.dlp.DiscoveryConfig",
        "gcp.bigquery.Table",
        "gcp.dlp.JobTrigger",
        "gcp.logging.DeclaredLogBucket",
        "gcp.logging.LogBucket",
        "gcp.logging.LogSink",
        "gcp.monitoring.AlertPolicy",
        "gcp.monitoring.NotificationChannel",
        "gcp.vertex_ai.Dataset",
        "gcp.vertex_ai.TrainingPipeline",
    }
    assert set(declared.operations) - set(plain.operations) == {
        "cloudwatch:DescribeAlarms",
        "codepipeline:GetPipeline",
        "events:ListRules",
        "Microsoft.AlertsManagement/actionRules/read",
        "Microsoft.Insights/actionGroups/read",
        "Microsoft.Insights/diagnosticSettings/read",
        "Microsoft.Insights/metricAlerts/read",
        "Microsoft.Insights/scheduledQueryRules/read",
        "aiplatform.datasets.get",
        "aiplatform.trainingPipelines.list",
        "bigquery.tables.get",
        "dataplex.locations.lookupEntry",
        "dlp.discoveryConfigs.list",
        "dlp.jobTriggers.list",
        "glue:GetDatabases",
        "glue:GetTables",
        "logs:DescribeAccountPolicies",
        "logs:DescribeLogGroups",
        "logs:DescribeSubscriptionFilters",
        "macie2:DescribeBuckets",
        "s3:ListObjectsV2",
        "storage.objects.list",
        "Microsoft.MachineLearningServices/workspaces/data/read",
        "Microsoft.MachineLearningServices/workspaces/data/versions/read",
        "Microsoft.MachineLearningServices/workspaces/jobs/read",
        "Microsoft.MachineLearningServices/workspaces/models/read",
        "Microsoft.MachineLearningServices/workspaces/models/versions/read",
        "Microsoft.MachineLearningServices/workspaces/schedules/read",
        "Microsoft.OperationalInsights/workspaces/tables/read",
        "logging.buckets.get",
        "logging.buckets.list",
        "logging.sinks.list",
        "monitoring.alertPolicies.list",
        "Microsoft.Security/defenderForStorageSettings/read",
        "Microsoft.Security/pricings/read",
        "monitoring.notificationChannels.get",
        "datalineage.locations.batchSearchLinkProcesses",
        "datalineage.locations.searchLinks",
        "datalineage.processes.get",
        "datazone:GetLineageEvent",
        "datazone:ListDomains",
        "datazone:ListLineageEvents",
        "aiplatform.artifacts.list",
        "aiplatform.artifacts.queryArtifactLineageSubgraph",
        "sagemaker:DescribeArtifact",
        "sagemaker:DescribeTrialComponent",
        "sagemaker:ListArtifacts",
        "sagemaker:QueryLineage",
        "sagemaker:DescribeFeatureGroup",
        "sagemaker:DescribeMonitoringSchedule",
        "sagemaker:ListFeatureGroups",
        "sagemaker:ListMonitoringSchedules",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
    }
    assert declared.systems and not plain.systems
    assert {one.id for one in set(declared.checks) - set(plain.checks)} == {
        *("MLP-5216", "MLP-5224"),
        *("MLP-5213", "MLP-5223", "MLP-5232", "MLP-5233", "MLP-5234", "MLP-5306", "MLP-5307", "MLP-5308", "MLP-5315"),
        *("MLP-5310", "MLP-5334"),
        *("MLP-5309", "MLP-5316", "MLP-5331", "MLP-5332", "MLP-5333"),
        "MLP-5504",
        "MLP-5505",
        "MLP-5506",
        "MLP-5507",
        "MLP-5508",
        "MLP-5509",
        "MLP-5510",
        "MLP-5514",
        "MLP-5515",
        "MLP-5516",
        "MLP-5517",
        "MLP-5522",
        "MLP-5523",
        "MLP-5524",
        "MLP-5525",
        "MLP-5611",
        "MLP-5621",
        "MLP-5631",
    }


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.slug)
def test_a_check_is_planned_with_all_that_it_needs_or_not_at_all(check: object) -> None:
    plan = make_plan([check], COLLECTORS, verify=True, systems=False, documents=True)  # type: ignore[list-item]
    kinds = {collector.kind for collector in plan.collectors}

    needed = {check.kind, *check.needs}  # type: ignore[attr-defined]
    assert needed <= kinds if plan.checks else not kinds


def test_tags_are_planned_only_of_providers_whose_tags_are_asked_for() -> None:
    checks = list(CHECKS.values())
    plain, other, asking = (make_plan(checks, COLLECTORS, tags=tags) for tags in ((), ("gcp",), ("gcp", "aws")))

    assert plain.operations == other.operations
    assert set(asking.operations) - set(plain.operations) == {"tag:GetResources"}
    assert (plain.tags, other.tags, asking.tags) == ((), (), ("aws",))
    assert not asking.verifies
