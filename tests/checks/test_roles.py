"""Roles as documents: each form is one of its tool, holds each permission once, and nothing else."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import fail_with

from checks.aws.role import LONGEST
from checks.gcp.permissions import CAUSES, is_above_projects
from scanner.collect.needed import needs_of
from scanner.collect.plan import make_plan
from scanner.model.needs import Need, Role
from scanner.model.registry import load
from scanner.source.hcl import parser

CLOUDS = ("aws", "gcp", "azure")
TRICKY = 'for "all" ${of} %{it} \\ \'s'


def needs(provider: str, *, wide: bool = False) -> tuple[Need, ...]:
    checks, collectors = load((provider,))
    return needs_of(provider, make_plan(tuple(checks.values()), collectors), wide=wide)


def role(provider: str, *, wide: bool = False, added: bool = False, note: str = TRICKY) -> Role:
    name = "mlposture-added" if added else "mlposture-reader"
    return Role(name=name, note=note, needs=needs(provider, wide=wide), wide=wide, added=added)


def form(made: Role, provider: str, name: str) -> str:
    return str(importlib.import_module(f"checks.{provider}.role").FORMS[name](made))


def names(made: Role) -> list[str]:
    return sorted(need.permission for need in made.needs)


def many(count: int) -> Role:
    """A role with more than one policy of AWS can hold."""
    made = tuple(Need(f"sagemaker:DescribeInventedThing{number:04}", "invented") for number in range(count))
    return Role(name="mlposture-reader", note="invented", needs=made)


ROLES = [
    pytest.param(provider, {"wide": wide, "added": added}, id=f"{provider}-{wide}-{added}")
    for provider in CLOUDS
    for wide in (False, True)
    for added in (False, True)
]


@pytest.mark.parametrize(("provider", "how"), ROLES)
def test_terraform_parses_and_holds_each_permission_once(provider: str, how: dict[str, bool]) -> None:
    made = role(provider, **how)
    text = form(made, provider, "terraform")
    tree = parser().parse(text.encode())

    assert not tree.root_node.has_error
    found = re.findall(r'^ +"([\w.:/]+)", # .+$', text, re.MULTILINE)
    assert sorted(found) == names(made)
    variables = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert variables == set(re.findall(r"\bvar\.(\w+)", text))
    assert set(re.findall(r"= (\w+\.\w+)\.\w+$", text, re.MULTILINE)) <= {
        f"{kind}.{label}" for kind, label in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }


def test_a_note_is_no_template_of_terraform() -> None:
    text = form(role("aws"), "aws", "terraform")

    assert r"for \"all\" $${of} %%{it} \\ 's" in text


class _Template(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


_Template.add_constructor("!Ref", lambda loader, node: {"Ref": loader.construct_scalar(node)})
_Template.add_constructor("!GetAtt", lambda loader, node: {"GetAtt": loader.construct_scalar(node)})
#: What resources of each type take, as far as they are used: the resource specification of CloudFormation.
PROPERTIES = {
    "AWS::IAM::Role": {"RoleName", "AssumeRolePolicyDocument"},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName", "Roles", "PolicyDocument"},
}


def statements(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for made in template["Resources"].values():
        if made["Type"] == "AWS::IAM::ManagedPolicy":
            yield from made["Properties"]["PolicyDocument"]["Statement"]


@pytest.mark.parametrize("how", [param.values[1] for param in ROLES[:4]], ids=str)
def test_a_template_of_cloudformation_is_whole(how: dict[str, bool]) -> None:
    made = role("aws", **how)
    template = yaml.load(form(made, "aws", "cloudformation"), _Template)

    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert template["Description"] == TRICKY
    for resource in template["Resources"].values():
        assert set(resource["Properties"]) <= PROPERTIES[resource["Type"]]
    known = {*template["Resources"], *template["Parameters"]}
    assert set(re.findall(r"'Ref': '(\w+)'", str(template))) <= known
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in known)
    assert sorted(name for one in statements(template) for name in one["Action"]) == names(made)
    assert ("Outputs" in template) != how["added"]


@pytest.mark.parametrize("count", [1, 100, 300])
def test_policies_of_aws_are_split_by_what_one_holds(count: int) -> None:
    made = many(count)
    document = json.loads(form(made, "aws", "json"))
    policies = document if isinstance(document, list) else [document]
    sizes = [len(json.dumps(one, separators=(",", ":"))) for one in policies]

    assert all(size <= LONGEST for size in sizes)
    assert len(policies) == -(-sum(sizes) // LONGEST), "more than it takes"
    assert [name for one in policies for name in one["Statement"][0]["Action"]] == names(made)
    template = yaml.load(form(made, "aws", "cloudformation"), _Template)
    assert len(list(statements(template))) == len(policies)
    terraform = form(made, "aws", "terraform")
    assert terraform.count('resource "aws_iam_policy"') == len(policies)
    assert terraform.count('resource "aws_iam_role_policy_attachment"') == len(policies)
    notes = list(importlib.import_module("checks.aws.role").notes(made))
    assert (["attach all of them" in note for note in notes] == [True]) == (len(policies) > 1)


def test_roles_are_assumed_by_name_alone() -> None:
    policy = json.loads(form(role("aws", wide=True), "aws", "json"))

    assert policy["Statement"][1] == {
        "Sid": "MlpostureAssume",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Resource": "arn:aws:iam::*:role/mlposture-reader",
    }


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("provider", "name"), [("gcp", "gcloud"), ("azure", "az")])
def test_commands_run_in_a_shell(provider: str, name: str, wide: bool, tmp_path: Path) -> None:
    """The tool is a script that notes what it was called with."""
    tool = tmp_path / "bin" / name
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> called\n', encoding="utf-8")
    tool.chmod(0o755)
    given = {"PROJECT_ID": "p-1", "ORGANIZATION_ID": "77", "MEMBER": "user:a@b.example", "SUBSCRIPTION_ID": "s-1"}
    environment = {"PATH": f"{tool.parent}:/usr/bin:/bin", "MANAGEMENT_GROUP": "g-1", "PRINCIPAL_ID": "o-1", **given}
    made = role(provider, wide=wide, note="What it's for")
    done = subprocess.run(
        ["bash", "-eu"],
        input=form(made, provider, name),
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    called = (tmp_path / "called").read_text(encoding="utf-8").splitlines()
    files = sorted(path for path in tmp_path.iterdir() if path.suffix in (".yaml", ".json"))
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    assert sum(" create " in line and "assignment" not in line for line in called) == len(files)
    assert all(any(path.name in line for line in called) for path in files)
    if provider == "azure":
        [document] = documents
        scope = "/providers/Microsoft.Management/managementGroups/g-1" if wide else "/subscriptions/s-1"
        assert document["AssignableScopes"] == [scope]
        assert any(line.endswith(f"--scope {scope}") for line in called)
        assert sorted(document["Actions"]) == names(made)
    else:
        assert sorted(held for document in documents for held in document["includedPermissions"]) == names(made)
        assert all(document["description"] == "What it's for" for document in documents)
        assert sum(line.startswith("iam roles create mlposture_reader --project=p-1") for line in called) == (not wide)


def test_a_role_of_a_project_holds_nothing_of_what_is_above_it() -> None:
    project, organization = json.loads(form(role("gcp"), "gcp", "json"))
    [note] = importlib.import_module("checks.gcp.role").notes(role("gcp"))

    assert not any(is_above_projects(name) for name in project["includedPermissions"])
    assert all(is_above_projects(name) for name in organization["includedPermissions"])
    assert note.startswith("two roles")
    assert sorted(json.loads(form(role("gcp", wide=True), "gcp", "json"))["includedPermissions"]) == names(
        role("gcp", wide=True)
    )


#: Permissions of Google's that predefined roles hold, so that there are such: a custom role with another is refused as
#: a whole. Look a new one up in https://docs.cloud.google.com/iam/docs/roles-permissions, and its support in
#: https://docs.cloud.google.com/iam/docs/custom-roles-permissions-support, before it is added.
OF_GOOGLE = {
    "aiplatform.artifacts.get",
    "aiplatform.artifacts.list",
    "aiplatform.customJobs.list",
    "aiplatform.datasets.get",
    "aiplatform.deploymentResourcePools.get",
    "aiplatform.endpoints.list",
    "aiplatform.locations.list",
    "aiplatform.modelDeploymentMonitoringJobs.list",
    "aiplatform.modelEvaluationSlices.list",
    "aiplatform.modelEvaluations.list",
    "aiplatform.models.list",
    "aiplatform.trainingPipelines.list",
    "bigquery.tables.get",
    "cloudasset.assets.searchAllResources",
    "compute.projects.get",
    "datalineage.events.get",
    "datalineage.locations.searchLinks",
    "datalineage.processes.get",
    "dlp.jobTriggers.list",
    "iam.roles.get",
    "iam.serviceAccountKeys.list",
    "iam.serviceAccounts.get",
    "logging.buckets.get",
    "logging.buckets.list",
    "logging.logEntries.list",
    "logging.sinks.list",
    "monitoring.alertPolicies.list",
    "monitoring.notificationChannels.get",
    "notebooks.instances.list",
    "orgpolicy.policy.get",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.folders.list",
    "resourcemanager.organizations.getIamPolicy",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.list",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.list",
    "storage.managedFolders.getIamPolicy",
    "storage.managedFolders.list",
    "storage.objects.list",
}


def test_google_has_every_permission() -> None:
    asked = {*names(role("gcp", wide=True)), *CAUSES}
    fail_with(
        f"{name}: is it one of Google's? Look it up as the comment on OF_GOOGLE says, and add it there; where it is "
        "none, say which it takes in checks/gcp/permissions.py"
        for name in sorted(asked - OF_GOOGLE)
    )
    fail_with(f"{name}: no scan needs it any more: take it out of OF_GOOGLE" for name in sorted(OF_GOOGLE - asked))


def test_a_role_of_azure_acts_on_no_data_and_has_no_wildcard() -> None:
    document = json.loads(form(role("azure", wide=True), "azure", "json"))

    assert document["DataActions"] == document["NotDataActions"] == document["NotActions"] == []
    assert all(re.fullmatch(r"Microsoft(?:\.\w+)+(?:/\w+)+/read", name) for name in document["Actions"])
    assert document["IsCustom"] is True


def test_actions_on_data_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.azure.role.DATA_ACTIONS", {"Microsoft.Storage/storageAccounts/read"})
    document = json.loads(form(role("azure"), "azure", "json"))

    assert document["DataActions"] == ["Microsoft.Storage/storageAccounts/read"]
    assert "Microsoft.Storage/storageAccounts/read" not in document["Actions"]
    assert not parser().parse(form(role("azure"), "azure", "terraform").encode()).root_node.has_error


@pytest.mark.parametrize("provider", [*CLOUDS, "mlflow", "lineage"])
def test_each_permission_says_what_it_is_for(provider: str) -> None:
    checks, collectors = load()
    plan = make_plan([check for check in checks.values() if provider in check.providers], collectors)

    assert all(need.purpose for need in needs_of(provider, plan, wide=True))
