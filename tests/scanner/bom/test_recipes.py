"""Every kind of the registry is something in a bill of materials, or excused with a reason."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import get_args

from bills import demo
from members import Member, members
from scanning import calm
from support import all_kinds, fail_with

from checks.aws.sagemaker.hubs import VARIABLES
from reports.cyclonedx.components import TYPES
from scanner.bom.items import Role
from scanner.bom.leaves import leaves
from scanner.bom.recipes import group, load_recipes, named
from scanner.model.registry import CLOUDS
from scanner.systems.naming import category
from scanner.systems.texts import location


def test_every_kind_is_an_item_or_excused() -> None:
    recipes = load_recipes()

    fail_with(
        f"{kind}: scanner/bom/kinds.yaml has it not; say what it is in a bill of materials, or excuse it with a reason"
        for kind in sorted(all_kinds().keys() - recipes.kinds.keys() - recipes.excused.keys())
    )
    fail_with(
        f"{kind}: scanner/bom/kinds.yaml has it, and nothing collects it"
        for kind in sorted((recipes.kinds.keys() | recipes.excused.keys()) - all_kinds().keys())
    )
    assert not recipes.kinds.keys() & recipes.excused.keys()
    assert all(reason.endswith(".") for reason in recipes.excused.values())


def test_nothing_of_ml_or_that_holds_data_is_excused_but_what_is_written_of_it_or_watches_it() -> None:
    excused = {kind for kind in load_recipes().excused if category(all_kinds()[kind]) != "roles"}

    assert excused == {
        "aws.glue.Table",
        "aws.cloudwatch.Alarm",
        "aws.codepipeline.DeclaredPipeline",
        "aws.logs.DeclaredLogGroup",
        "aws.logs.LogGroup",
        "aws.macie.BucketCoverage",
        "aws.datazone.CatalogLineage",
        "aws.sagemaker.ArtifactLineage",
        "gcp.data_lineage.DataLineage",
        "gcp.vertex_ai.ModelLineage",
        "aws.s3.AccountBucket",
        "aws.s3.ArtifactObject",
        "gcp.storage.ArtifactFiles",
        "aws.s3.ModelFolder",
        "azure.storage.ModelFolder",
        "gcp.storage.ModelFolder",
        "aws.s3.DataFolder",
        "gcp.storage.DataFolder",
        "mlflow.tracking.EvaluationTable",
        "gcp.bigquery.Table",
        "aws.sagemaker.ModelCard",
        "aws.sagemaker.NamedModelCard",
        "aws.sagemaker.MonitoringSchedule",
        "aws.sns.Topic",
        "aws.tagging.TaggedResource",
        "azure.machine_learning.DataVersion",
        "azure.machine_learning.Job",
        "gcp.dlp.DiscoveryConfig",
        "gcp.dlp.JobTrigger",
        "gcp.vertex_ai.Dataset",
        *(f"azure.insights.{name}" for name in ("ActionGroup", "LogAlert", "MetricAlert", "ProcessingRule")),
        "azure.insights.DiagnosticSetting",
        "azure.machine_learning.MonitorSchedule",
        "azure.operational_insights.DeclaredLogTable",
        "azure.operational_insights.LogTable",
        "gcp.logging.DeclaredLogBucket",
        "gcp.logging.LogBucket",
        "gcp.logging.LogSink",
        "gcp.monitoring.AlertPolicy",
        "azure.security.DefenderPlan",
        "azure.security.StorageDefender",
        "gcp.monitoring.NotificationChannel",
        "gcp.vertex_ai.ModelEvaluation",
        "gcp.vertex_ai.TrainingPipeline",
    }


def spelled(member: Member) -> set[str]:
    """A member as `leaves` spells it. Of maps, only environments have keys that patterns speak of."""
    path = member.path.replace("[]", "")
    keys = VARIABLES if "environment{}" in path else {"key"}
    return {path.replace("{}", f".{key}") for key in keys}


def test_every_pattern_finds_something() -> None:
    """One with a typing error would find nothing for ever."""
    found = []
    for kind, recipe in load_recipes().kinds.items():
        names = {name for member in members(all_kinds()[kind]) for name in spelled(member)}
        patterns = {one for several in (*recipe.names.values(), *recipe.facts.values()) for one in several}
        fields = {one for one in (recipe.version, recipe.created) if one not in ("", "id")}
        wrong = (one for one in patterns | fields if not any(fnmatchcase(name, one) for name in names))
        found += [f"{kind}: nothing is called {one}" for one in wrong]
    fail_with(found)


def test_every_role_has_a_type_in_cyclonedx() -> None:
    assert {*TYPES, "service"} == set(get_args(Role))


def test_every_address_in_the_demo_organisation_is_an_item_or_is_written_to() -> None:
    refs = {ref for entry in demo().items.entries("") for ref in (entry.item.ref, entry.item.url)}
    lost = []
    for provider in CLOUDS:  # of which the demonstration makes its bills
        for kind in load_recipes().kinds.keys() & calm(provider)[0].store.kinds():
            for resource in calm(provider)[0].all(all_kinds()[kind]):
                for member, text in leaves(resource):
                    is_address = bool(location(text)) and "policy" not in member
                    if is_address and text not in refs and group(kind, member) is None:
                        lost.append(f"{kind} {member}")
                    assert not (named(kind, member) and group(kind, member))

    assert set(lost) == WRITTEN


#: Where jobs write to. What they made there is an item where something reads it.
WRITTEN = {
    "aws.sagemaker.TrainingJob output.s3_output_path",
    "gcp.vertex_ai.CustomJob output_uri",
}
