"""No kind and no field falls through: what a field names is asked about, and what is read is looked at by somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

import pytest
from addresses import SHAPES, Shape
from following import Address, Followed, addresses, follow
from members import declared_by, members
from msgspec import UNSET
from scanning import PROVIDERS, calm
from support import all_cases, inventory_of, registered, unneeded, why_unseen
from watching import Seen, observe

from checks.gcp.storage.collect import buckets
from checks.gcp.storage.resources import BUCKET, Bucket
from checks.gcp.vertex_ai.resources import CustomJob
from scanner.model.collectors import Collector, Found
from scanner.model.nouns import Observed, Part, Read, Resource, Scope

CHECKS, COLLECTORS = registered()

#: Fields that hold an address, or look as if they did, and that no collector follows, with the reason.
_INPUT = "aws.sagemaker.TrainingJob.inputs[].data_source.s3_data_source"
_DATA = ("model_data_source", "additional_model_data_sources[]")
_PACKED = ("inference_specification.containers[]", "additional_inference_specifications[].containers[]")
NOT_FOLLOWED = {
    "aws.sagemaker.ModelPackage.source_uri": "what it was registered from, which need not be what is loaded",
    "mlflow.tracking.EvaluationTable.rows[].cells[]": "names of groups; of which model a table is, nobody asks about",
    "aws.iam.Simulation.context{}": "what the simulator was told of the role itself",
    "aws.iam.Simulation.evaluations[].resource_specific_results[].eval_resource_name": "what it was asked about",
    "aws.s3.Bucket.grants[].grantee.uri": "names one of the groups that S3 knows, no bucket",
    "aws.s3.Bucket.logging_target": "a collector cannot follow its own kind; that there are logs is judged",
    "aws.sagemaker.Model.containers[].environment{}": "of variables, those that serving images read addresses from",
    f"{_INPUT}.hub_access_config.hub_content_arn": "content of a hub",
    f"{_INPUT}.manifest_s3_uri": "the data lie elsewhere, unread",
    **{
        f"aws.sagemaker.ModelPackage.{data}.s3_data_source.hub_access_config.hub_content_arn": "content of a hub"
        for data in (
            "source_algorithms[].model_data_source",
            *(f"{container}.{data}" for container in _PACKED for data in _DATA),
        )
    },
    **{
        f"aws.sagemaker.{container}.environment{{}}": "as of a model's container"
        for container in (
            *(f"ModelPackage.{packed}" for packed in _PACKED),
            "InferenceComponent.specification.container",
            "InferenceComponent.specifications[].container",
        )
    },
    **{
        f"aws.sagemaker.{who}.{identity}": "who wrote or approved it; nothing is judged of them"
        for who in (
            "ModelCard.created_by",
            "ModelCard.approved_by",
            "ModelPackage.created_by",
            "ModelPackage.last_modified_by",
        )
        for identity in ("user_profile_arn", "iam_identity.arn")
    },
    "aws.glue.Table.location": "data that a training job names is followed from there",
    "aws.sagemaker.FeatureGroup.offline_storage.resolved_output_s3_uri": "is read for declared systems alone: a bucket "
    "that it alone led to would seem to be gone wherever none are declared",
    "aws.sagemaker.TrainingJob.artifact": "lies below the output path, which is followed",
    "aws.sagemaker.ArtifactLineage.models[]": "the models that it was asked for",
    "aws.sagemaker.ArtifactLineage.steps[].job": "what ran; training jobs are listed, others are not read",
    "aws.sagemaker.ArtifactLineage.uri": "what a model loads, whose bucket is followed from there",
    **{
        f"aws.sagemaker.ArtifactLineage.steps[].{side}[]": "what lineage says; buckets that resources name are followed"
        for side in ("reads", "writes")
    },
    **{
        f"aws.datazone.CatalogLineage.runs[].{side}[].namespace": "is read for declared systems alone: a bucket that "
        "it alone led to would seem to be gone wherever none are declared"
        for side in ("inputs", "outputs")
    },
    "gcp.data_lineage.DataLineage.model": "the model that it was asked for",
    "gcp.data_lineage.DataLineage.steps[].process": "the record of what ran",
    **{
        f"gcp.data_lineage.DataLineage.{data}[]": "is read for declared systems alone: a bucket that it alone led to "
        "would seem to be gone wherever none are declared"
        for data in ("data", "steps[].reads", "steps[].writes")
    },
    "gcp.vertex_ai.ModelLineage.models[]": "the models that it was asked for",
    "gcp.vertex_ai.ModelLineage.steps[].execution": "the record of what ran",
    "gcp.vertex_ai.ModelLineage.steps[].job": "what ran; custom jobs are listed, others are not read",
    "gcp.vertex_ai.ModelLineage.uri": "a model, or the folder of one, whose bucket is followed from there",
    **{
        f"gcp.vertex_ai.ModelLineage.steps[].{side}[].{field}": "what metadata says; what resources name is followed"
        for side in ("reads", "writes")
        for field in ("id", "uri")
    },
    "aws.sagemaker.NamedModelCard.card.models[]": "a card is read because it names a model that was read",
    "aws.sagemaker.ModelCard.card.models[]": "a card is read because a package that was read is named there",
    "aws.sagemaker.ModelCard.card.artifacts[]": "what a card says of an artifact; buckets of what serves are followed",
    "azure.machine_learning.ModelVersion.model_uri": "where a datastore is, which the workspace leads to",
    "azure.authorization.RoleAssignment.assigned_scope": "where a role holds; what ML resources name is followed",
    "azure.machine_learning.Workspace.workspace_id": "its own number, which stands for it in addresses of assets",
    "azure.machine_learning.Workspace.hub_resource_id": "every workspace is listed; a hub elsewhere stays unknown",
    "gcp.vertex_ai.ModelEvaluation.metrics_schema_uri": "a schema of metrics, mostly one that Google publishes",
    "mlflow.registry.ModelVersion.logged_model": "the id that `source` or `model_id` gives, which is followed",
    "mlflow.registry.ModelVersion.run": "the id that `run_id` gives, which is followed",
    **dict.fromkeys(
        (
            "lineage.openlineage.LineageDataset.namespace",
            *(f"lineage.openlineage.Lineage{one}.inputs[].namespace" for one in ("Job", "Run")),
            "lineage.openlineage.LineageRun.inputs[].name",
            "lineage.openlineage.LineageRun.outputs[].name",
            "lineage.openlineage.LineageRun.outputs[].namespace",
        ),
        "what events call a data set; it is read where it is, by a scan of that cloud",
    ),
    "mlflow.tracking.LoggedModel.metrics[].model_id": "its own id",
    **{
        f"mlflow.tracking.{kind}.metrics[].run_id": "which run measured it; that of the version is read"
        for kind in ("LoggedModel", "Run")
    },
    "mlflow.tracking.LoggedModel.source_run_id": "the run that the version names as well",
    "mlflow.tracking.Run.metrics[].model_id": "a model that the run measured: that of the version is read",
    "mlflow.tracking.Run.model_outputs[].model_id": "a model that the run made: that of the version is read",
    "gcp.iam.ProjectPolicy.bindings[].members[]": "who has a role; the accounts that workloads run as are followed",
    "gcp.iam.ProjectPolicy.number": "the project's own name",
    "gcp.iam.ServiceAccount.email": "the account's own name",
    "gcp.iam.ServiceAccount.user_managed_keys[].name": "the key's own name",
    "gcp.storage.Bucket.bindings[].members[]": "who has a role; the accounts that workloads run as are followed",
    "gcp.storage.Bucket.log_bucket": "a collector cannot follow its own kind",
    "gcp.storage.Bucket.owners[]": "whose another's bucket is; no more is asked about them",
    "gcp.vertex_ai.Endpoint.deployed_models[].model": "every model is listed; what is not there any more is unknown",
    "gcp.vertex_ai.Model.training_pipeline": "names a pipeline, which is listed with the others of its location",
    "gcp.dlp.JobTrigger.file_set.url": "where somebody looks for personal data, whatever trains there",
    "gcp.vertex_ai.Dataset.sources[]": "whose the buckets are is asked with the dataset, which is read for declared "
    "systems alone: no bucket may seem to be gone wherever none are declared",
    "gcp.vertex_ai.TrainingPipeline.dataset": "names a dataset, which is asked for by its full name",
    "azure.insights.LogAlert.endpoint_ids[]": "every endpoint is listed",
    "azure.insights.MetricAlert.endpoint_ids[]": "every endpoint is listed",
    "azure.insights.ProcessingRule.scopes[]": "may name anything that alerts are on, or groups and subscriptions of it",
    "azure.insights.DiagnosticSetting.endpoint_id": "every endpoint is listed",
    "azure.insights.DiagnosticSetting.storage_account_id": "that logs go there too is judged, not how long they stay",
    "azure.machine_learning.DataVersion.data_uri": "where data is; the workspace leads to its storage account",
    "azure.machine_learning.MonitorSchedule.deployment_id": "every deployment is listed",
    "gcp.monitoring.AlertPolicy.endpoint_ids[]": "every endpoint is listed",
    "gcp.monitoring.AlertPolicy.notification_channels[]": "names a channel, which is asked for by its name",
    "gcp.vertex_ai.Endpoint.monitoring_job": "names a job, which is asked for by its full name",
    "gcp.vertex_ai.MonitoringJob.alerting.notification_channels[]": "names a channel, which is asked for by its name",
    "gcp.vertex_ai.Endpoint.deployed_models[].shared_resources": "names a pool, which is asked for by its full name",
    **{
        f"aws.sagemaker.Model.{container}.{data}.s3_data_source.hub_access_config.hub_content_arn": "content of a hub"
        for container in ("primary_container", "containers[]")
        for data in _DATA
    },
}

_WHAT = "tells who looks into a saved inventory what the resource is"
_WRITTEN = "people wrote it: selectors of AI systems go by it, and no verdict does"
_SAID = "people or pipelines recorded it: what shows or gates evaluations and lineage reads it, and no verdict does"
_HOW = "tells who looks into a saved inventory how it was read"
#: What is read and looked at by no check, collector or evidence, by the class that declares it, with the reason.
UNUSED = {
    **dict.fromkeys(
        (
            "aws.sagemaker.ModelPackage.mlflow_names",
            "aws.sagemaker.ModelPackage.source_uri",
            "gcp.vertex_ai.Model.mlflow_names",
        ),
        "by which a version of MLflow that it comes from is found",
    ),
    "aws.datazone.CatalogLineage.domain_version": _WHAT,
    "aws.datazone.CatalogLineage.managed_by": _WHAT,
    "aws.logs.LogGroup.endpoint_name": "joins it to the AI system of its endpoint",
    "aws.iam.Role.details_from": _HOW,
    "aws.sagemaker.ArtifactLineage.cut": "the graph of lineage says it",
    "aws.sagemaker.ArtifactLineage.models": "by which an AI system that has the model comes by it",
    "gcp.vertex_ai.ModelLineage.uri": "the graph of lineage has it",
    "aws.sagemaker.Model.creation_time": _WHAT,
    "aws.sagemaker.Model.details_from": _HOW,
    "aws.sagemaker.NotebookInstance.instance_type": _WHAT,
    "aws.sagemaker.NotebookInstance.last_modified_time": _WHAT,
    "aws.sagemaker.TrainingJob.details_from": _HOW,
    "aws.tagging.TaggedResource.tags": _WRITTEN,
    "azure.ai_services.Account.account_kind": _WHAT,
    "azure.ai_services.Account.tags": _WRITTEN,
    "azure.machine_learning.Compute.tags": _WRITTEN,
    "azure.machine_learning.DataVersion.tags": _WRITTEN,
    "azure.machine_learning.ModelVersion.tags": _WRITTEN,
    "azure.machine_learning.MonitorSchedule.tags": _WRITTEN,
    "azure.insights.ActionGroup.tags": _WRITTEN,
    "azure.insights.LogAlert.tags": _WRITTEN,
    "azure.insights.MetricAlert.tags": _WRITTEN,
    "azure.insights.ProcessingRule.tags": _WRITTEN,
    "azure.machine_learning.OnlineDeployment.tags": _WRITTEN,
    "azure.machine_learning.OnlineEndpoint.tags": _WRITTEN,
    "azure.machine_learning.Workspace.tags": _WRITTEN,
    "azure.storage.StorageAccount.tags": _WRITTEN,
    "checks.aws.sagemaker.resources.LineageStep.reads": "the graph of lineage has it",
    "checks.gcp.iam.resources.Condition.title": "not evaluated: a grant on any condition is uncertain",
    "checks.gcp.notebooks.resources.Disk.kms_key": "`disk_encryption` tells whose key it is",
    "checks.gcp.vertex_ai.resources.PythonPackage.executor_image_uri": "not judged yet: Google builds the executors",
    "checks.gcp.vertex_ai.resources.Replicas.max_replica_count": "only the replicas that always run are judged",
    "gcp.bigquery.Table.labels": _WRITTEN,
    "gcp.notebooks.Instance.labels": _WRITTEN,
    "gcp.storage.Bucket.labels": _WRITTEN,
    "gcp.storage.Bucket.log_bucket": "not judged yet",
    "gcp.vertex_ai.CustomJob.create_time": _WHAT,
    "gcp.vertex_ai.CustomJob.labels": _WRITTEN,
    "gcp.vertex_ai.Dataset.labels": _WRITTEN,
    "gcp.monitoring.AlertPolicy.labels": _WRITTEN,
    "gcp.monitoring.NotificationChannel.labels": _WRITTEN,
    "gcp.vertex_ai.Endpoint.labels": _WRITTEN,
    "gcp.vertex_ai.Model.labels": _WRITTEN,
    "gcp.vertex_ai.MonitoringJob.labels": _WRITTEN,
    "gcp.vertex_ai.TrainingPipeline.labels": _WRITTEN,
    "mlflow.registry.ModelVersion.logged_model": "AI systems come by the logged model through it, and no verdict does",
    "mlflow.registry.ModelVersion.run": "AI systems come by the run through it, and no verdict does",
    **dict.fromkeys(
        (
            "checks.mlflow.records.Metric.dataset_name",
            "checks.mlflow.records.Metric.step",
            "checks.mlflow.records.Metric.timestamp",
            "checks.mlflow.tracking.resources.ModelOutput.model_id",
            "lineage.openlineage.LineageRun.parent_job",
            "lineage.openlineage.LineageRun.repeats",
            "lineage.openlineage.LineageRun.started_at",
            "mlflow.registry.ModelVersion.creation_timestamp",
            "mlflow.registry.ModelVersion.last_updated_timestamp",
            "mlflow.registry.ModelVersion.status",
            "mlflow.registry.ModelVersion.user",
            "mlflow.registry.ModelVersion.version",
            "mlflow.tracking.LoggedModel.artifact_location",
            "mlflow.tracking.LoggedModel.pairs",
            "mlflow.tracking.LoggedModel.params",
            "mlflow.tracking.LoggedModel.source_run_id",
            "mlflow.tracking.LoggedModel.status",
            "mlflow.tracking.Run.artifact_location",
            "mlflow.tracking.Run.end_time",
            "mlflow.tracking.Run.experiment_id",
            "mlflow.tracking.Run.model_outputs",
            "mlflow.tracking.Run.params",
            "mlflow.tracking.Run.start_time",
            "mlflow.tracking.Run.user",
        ),
        _SAID,
    ),
}


@pytest.fixture(scope="module")
def provider(request: pytest.FixtureRequest) -> str:
    """Tests of one provider run one after the other, and share what they ask."""
    return str(request.param)


every_provider = pytest.mark.parametrize("provider", PROVIDERS, indirect=True)


@cache
def of(provider: str) -> dict[str, Collector]:
    return {kind: made for kind, made in COLLECTORS.items() if made.provider == provider}


@cache
def followed(provider: str) -> Followed:
    return follow(provider, of(provider))


def entries(table: Iterable[str], provider: str) -> set[str]:
    """What a table says of the kinds and parts of a provider."""
    return {entry for entry in table if entry.removeprefix("checks.").startswith(f"{provider}.")}


# -- kinds -------------------------------------------------------------------------------------------------------------


def test_some_check_needs_every_kind() -> None:
    wrong = [why_unseen(kind, COLLECTORS) for kind in unneeded(COLLECTORS)]
    assert not wrong, "\n".join(wrong)


def test_every_excuse_is_of_some_provider() -> None:
    excuses = {*NOT_FOLLOWED, *UNUSED}
    assert excuses == set().union(*(entries(excuses, provider) for provider in PROVIDERS))


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_field_names_is_asked_about(provider: str) -> None:
    """With an address in one field that exists nowhere, the collector of what it leads to asks about it."""
    assert followed(provider).leads or provider == "lineage"  # where nothing is asked about by its name
    lost = not_followed(followed(provider), of(provider))
    wrong = [line for field, line in lost.items() if field not in NOT_FOLLOWED]
    assert not wrong, "\n".join(wrong)
    stale = sorted(entries(NOT_FOLLOWED, provider) - lost.keys())
    assert not stale, f"these are followed now, or gone: remove them from NOT_FOLLOWED: {stale}"


def not_followed(followed: Followed, collectors: Mapping[str, Collector]) -> dict[str, str]:
    """Fields with addresses that nobody asks about, and what to do about each."""
    lines = {
        str(address.member): f"{address.member} holds an address: put its shape into addresses.py, or say in "
        "NOT_FOLLOWED why it leads nowhere"
        for address in followed.addresses
        if not address.shapes
    }
    for lead in followed.leads:
        operations = collectors[lead.shape.kind].operations
        if not any(lead.is_in(request) and request.operation in operations for request in followed.log):
            lines[str(lead.member)] = (
                f"{lead.member}: nobody asks about the {lead.shape.kind} that it names: let the collector of that "
                f"kind follow {lead.member.kind}, or say in NOT_FOLLOWED why not"
            )
    return lines


@every_provider
def test_what_nothing_collects_is_said_once(provider: str) -> None:
    ids = {resource.id.lower() for made in of(provider).values() for resource in calm(provider)[0].of(made.kind)}
    shapes = [shape for shape in SHAPES if shape.kind.startswith(f"{provider}.")]
    wrong = [line for shape in shapes for line in wrong_with(shape, followed(provider).addresses, of(provider), ids)]
    assert not wrong, "\n".join(wrong)


def wrong_with(
    shape: Shape, addresses: Iterable[Address], collectors: Mapping[str, Collector], ids: Iterable[str]
) -> list[str]:
    """What is to be corrected in a shape."""
    holding = [address for address in addresses if shape in address.shapes]
    if not holding:
        return [f"no field holds the address of a {shape.kind} any more: remove its shape from addresses.py"]
    if not shape.uncollected:
        return [] if shape.kind in collectors else [f"nothing collects {shape.kind}: say in addresses.py why not"]
    named = {value.lower() for address in holding for value in address.values if shape.is_in([value])}
    known = shape.kind in collectors or any(id == name or id.endswith(f"/{name}") for id in ids for name in named)
    return [f"{shape.kind} is collected now: give its kind in addresses.py and remove `uncollected`"] * known


# -- use ---------------------------------------------------------------------------------------------------------------


@every_provider
def test_what_is_read_is_looked_at(provider: str) -> None:
    """By a check or its evidence in some case, or by a collector that follows references."""
    idle = unused(of(provider), {*looked_at(provider), *followed(provider).reads})
    wrong = [line for field, line in idle.items() if field not in UNUSED]
    assert not wrong, "\n".join(wrong)
    stale = sorted(entries(UNUSED, provider) - idle.keys())
    assert not stale, f"these are looked at now, or gone: remove them from UNUSED: {stale}"


def unused(collectors: Mapping[str, Collector], reads: Iterable[Seen]) -> dict[str, str]:
    """Fields, and members of parts, that nobody looked at, and what to do about each."""
    used = {field for seen in reads for field in declared_by(seen, collectors[seen.kind].kind)}
    declared = {member.declared for made in collectors.values() for member in members(made.kind)}
    return {
        field: f"{field} is read, and no check, evidence or collector looks at it: remove it, or say in UNUSED why not"
        for field in sorted(declared - used)
    }


def looked_at(provider: str) -> set[Seen]:
    """What the checks of a provider read in all their cases, and what their evidence shows."""
    reads: set[Seen] = set()
    nothing = inventory_of()
    for check in (check for check in CHECKS.values() if check.providers == {provider}):
        for case in all_cases().get(check.slug, ()):
            verdict, view = observe(check, case.resource, case.inventory() if check.needs else nothing)
            show(verdict.evidence)
            reads |= {seen._replace(id="") for seen in view.reads}
    return reads


def show(value: Any) -> None:
    """Look at everything in a value, as who reads a report does."""
    if isinstance(value, Part):
        for name in value.__struct_fields__:
            show(getattr(value, name))
    elif isinstance(value, (Mapping, tuple, list)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            show(inner)


# -- these tests can fail ----------------------------------------------------------------------------------------------


class Folder(Part, frozen=True, kw_only=True):
    """A part with a member that says by its name that it holds an address, and one that nobody reads."""

    staging_uri: str | None = None
    depth: int | None = None


class Staging(Resource, frozen=True, kw_only=True):
    """A kind that nobody has thought of: no check judges it, and no collector follows its addresses."""

    kind: ClassVar[str] = "gcp.storage.Staging"

    folder: Annotated[Observed[Folder], Read(BUCKET, "folder")] = UNSET
    #: only what is in it tells that it is an address
    place: Annotated[Observed[str], Read(BUCKET, "place")] = UNSET


class Deaf:
    """A collector of buckets that forgets what jobs name."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def of(self, kind: Any) -> Any:
        return () if kind is CustomJob else self._found.of(kind)


PLANTED = {
    **of("gcp"),
    Staging.kind: Collector(lambda api: iter(()), Staging, (BUCKET,), "account", ()),
    Bucket.kind: Collector(
        lambda api, found: buckets(api, Deaf(found)),  # type: ignore[arg-type]
        Bucket,
        of("gcp")[Bucket.kind].operations,
        "account",
        of("gcp")[Bucket.kind].follows,
    ),
}


@pytest.mark.parametrize("provider", ["gcp"], indirect=True)
def test_an_address_that_nobody_follows_is_caught(provider: str) -> None:
    lost = not_followed(follow(provider, PLANTED), PLANTED).keys()

    assert lost - not_followed(followed(provider), of(provider)).keys() == {
        "gcp.storage.Staging.folder.staging_uri",
        "gcp.vertex_ai.CustomJob.output_uri",
        "gcp.vertex_ai.CustomJob.worker_pools[].python_package_spec.package_uris[]",
    }


def test_an_address_is_recognised_by_its_name_or_by_what_is_in_it() -> None:
    staging = Staging(id="a", name="a", scope=Scope("gcp", "example-fraud-prod"), place="gs://northwind-example/a")
    by_name, by_value = "gcp.storage.Staging.folder.staging_uri", "gcp.storage.Staging.place"

    assert [str(address.member) for address in addresses(Staging, [])] == [by_name]
    assert [str(address.member) for address in addresses(Staging, [staging])] == [by_name, by_value]


def test_an_address_of_nobody_knows_what_is_caught() -> None:
    strange = Staging(id="a", name="a", scope=Scope("gcp", "example-fraud-prod"), place="bq://northwind-example.a")
    found = tuple(address for address in addresses(Staging, [strange]) if address.values)
    [line] = not_followed(Followed(found, (), (), frozenset()), PLANTED).values()

    assert "gcp.storage.Staging.place holds an address: put its shape into addresses.py" in line


def test_a_shape_that_is_out_of_date_is_caught() -> None:
    [shape] = [shape for shape in SHAPES if shape.kind == "gcp.kms.CryptoKey"]
    unexcused = shape._replace(uncollected="")
    [member] = [member for member in members(Bucket) if member.path == "kms_key"]
    fields = [Address(member, (shape, unexcused), (shape.example,))]
    collected = {shape.kind: PLANTED[Bucket.kind]}

    assert wrong_with(shape, fields, PLANTED, []) == wrong_with(unexcused, fields, collected, []) == []
    assert "is collected now" in wrong_with(shape, fields, collected, [])[0]
    assert "is collected now" in wrong_with(shape, fields, PLANTED, [f"//kms.example/{shape.example.lower()}"])[0]
    assert "say in addresses.py why not" in wrong_with(unexcused, fields, PLANTED, [])[0]
    assert "remove its shape" in wrong_with(shape, [], PLANTED, [])[0]


def test_a_kind_and_fields_that_nobody_needs_are_caught() -> None:
    collectors = {**COLLECTORS, **PLANTED}
    reads = {Seen(Staging.kind, "", "folder", ("staging_uri",)), Seen(Staging.kind, "", "folder")}

    assert set(unneeded(collectors)) - set(unneeded(COLLECTORS)) == {Staging.kind}
    assert f"no check judges or joins {Staging.kind}" in why_unseen(Staging.kind, collectors)
    idle = unused({Staging.kind: PLANTED[Staging.kind]}, reads)
    assert idle.keys() == {f"{__name__}.Folder.depth", f"{Staging.kind}.place"}
