"""What tags and literal names lead to: blocks that yor tagged, templates of CloudFormation and of Azure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from factories.aws import bucket, notebook, role_arn
from factories.azure import compute, workspace

from checks.aws.iam.resources import Role
from scanner.model.notes import Source
from scanner.model.nouns import Resource, Scope
from scanner.source.templates import LOGICAL_ID, STACK, TRACE, Templates

UUID = "5f0c4c0e-1111-4222-8333-444444444444"


def found(
    files: Mapping[str, str | bytes], folder: Path, resource: Resource, tags: Mapping[str, str], **evidence: Any
) -> tuple[str, int, str] | None:
    """The file, the line and the attribute that a resource leads to."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    source: Source | None = Templates(folder).of(resource, evidence, tags)
    return (source.uri, source.line, source.attribute) if source else None


TAGGED = f"""\
resource "aws_sagemaker_notebook_instance" "other" {{
  root_access = "Enabled"
}}
resource "aws_sagemaker_notebook_instance" "research" {{
  root_access = "Enabled"
  tags = {{
    git_file  = "infra/main.tf"
    yor_trace = "{UUID}"
  }}
}}
"""


def test_yor_leaves_its_trace_in_the_block(tmp_path: Path) -> None:
    files = {"infra/main.tf": TAGGED, "broken.tf": "resource {", ".terraform/x.tf": TAGGED}
    tags = {TRACE: UUID.upper(), "git_file": "../../etc/passwd"}

    assert found(files, tmp_path, notebook(), tags, root_access="Enabled") == ("infra/main.tf", 5, "root_access")
    assert found({}, tmp_path, notebook(), tags, kms_key_id=None) == ("infra/main.tf", 4, "")
    assert found({}, tmp_path, notebook(), {TRACE: UUID.replace("5", "6")}) is None
    source = Templates(tmp_path).of(notebook(), {}, tags)
    assert source is not None
    assert source.address == "aws_sagemaker_notebook_instance.research"


YAML = f"""\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Role: {{Type: String}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "models-${{AWS::AccountId}}"
      PublicAccessBlockConfiguration: {{BlockPublicAcls: false}}
      Tags:
      - Key: yor_trace
        Value: {UUID}
  Research:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      RoleArn: !Ref Role
      DirectInternetAccess: !If [Open, Enabled, Disabled]
      InstanceMetadataServiceConfiguration:
        MinimumInstanceMetadataServiceVersion: "1"
  Runs:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Statement: []}}
"""
AS_JSON = json.dumps(
    {"Resources": {"Research": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"RootAccess": "Enabled"}}}},
    indent="\t",
)
OF_STACK = {STACK: "ml-notebooks", LOGICAL_ID: "Research"}


@pytest.mark.parametrize(
    ("evidence", "place"),
    [
        ({"direct_internet_access": "Enabled"}, ("t.yaml", 17, "DirectInternetAccess")),
        (
            {"minimum_imds_version": "1"},
            ("t.yaml", 19, "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"),
        ),
        ({"root_access": None}, ("t.yaml", 13, "")),
        ({}, ("t.yaml", 13, "")),
    ],
)
def test_a_logical_id_leads_to_its_template(
    evidence: dict[str, Any], place: tuple[str, int, str], tmp_path: Path
) -> None:
    assert found({"t.yaml": YAML}, tmp_path, notebook(), OF_STACK, **evidence) == place


def test_a_template_may_be_json_and_its_resource_of_another_kind(tmp_path: Path) -> None:
    assert found({"t.json": AS_JSON}, tmp_path, notebook(), OF_STACK, root_access="Enabled") == (
        "t.json",
        6,
        "RootAccess",
    )
    role = Role(id=role_arn("x"), name="x", scope=Scope("aws", "111122223333"))
    assert found({"t.yaml": YAML}, tmp_path, role, {LOGICAL_ID: "Runs"}, trust_policy={}) == (
        "t.yaml", 23, "AssumeRolePolicyDocument",
    )  # fmt: skip
    assert found({}, tmp_path, role, {LOGICAL_ID: "Research"}) is None  # which is a notebook
    assert found({}, tmp_path, bucket(), {TRACE: UUID}, public_access_block={}) == (
        "t.yaml", 9, "PublicAccessBlockConfiguration",
    )  # fmt: skip


def test_of_several_templates_the_one_called_like_the_stack_counts(tmp_path: Path) -> None:
    files = {"ml-notebooks.json": AS_JSON, "other.template.json": AS_JSON}

    assert found(files, tmp_path, notebook(), OF_STACK) == ("ml-notebooks.json", 3, "")
    assert found({}, tmp_path, notebook(), {**OF_STACK, STACK: "unknown"}) is None


ARM = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [
            {
                "type": "Microsoft.MachineLearningServices/workspaces",
                "name": "Retina",
                "properties": {"publicNetworkAccess": "Enabled"},
                "resources": [{"type": "computes", "name": "ci", "properties": {"properties": {"a": 1}}}],
            },
            {"type": "Microsoft.MachineLearningServices/workspaces", "name": "[parameters('name')]"},
        ],
    },
    indent=1,
)
BICEP = """\
// a comment with { a bracket
param location string = 'westeurope'

resource ws 'Microsoft.MachineLearningServices/workspaces@2024-10-01' = {
  name: 'retina'
  location: location
  properties: {
    description: 'not a } bracket'
    publicNetworkAccess: 'Enabled'
  }
}

resource ci 'Microsoft.MachineLearningServices/workspaces/computes@2024-10-01' = if (true) {
  parent: ws
  name: 'ci'
  properties: {
    disableLocalAuth: false
  }
}

resource there 'Microsoft.MachineLearningServices/workspaces@2024-10-01' existing = {
  name: 'elsewhere'
}
"""


def test_a_template_of_azure_is_found_by_type_and_literal_name(tmp_path: Path) -> None:
    files = {"azure/main.json": ARM}

    assert found(files, tmp_path, workspace("retina"), {}, public_network_access="Enabled") == (
        "azure/main.json", 8, "properties.publicNetworkAccess",
    )  # fmt: skip
    assert found({}, tmp_path, compute("ci", inside="retina"), {}, subnet_id=None) == (
        "azure/main.json", 15, "properties.properties",
    )  # fmt: skip
    assert found({}, tmp_path, workspace("other"), {}) is None


def test_bicep_is_found_alike(tmp_path: Path) -> None:
    files = {"main.bicep": BICEP}

    assert found(files, tmp_path, workspace("retina"), {}, public_network_access="Enabled") == (
        "main.bicep", 9, "properties.publicNetworkAccess",
    )  # fmt: skip
    assert found({}, tmp_path, compute("ci", inside="retina"), {}, disable_local_auth=False) == (
        "main.bicep", 17, "properties.disableLocalAuth",
    )  # fmt: skip
    assert found({}, tmp_path, workspace("elsewhere"), {}) is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe AWS::",
        b"a: &a [AWS::]\nb: [*a, *a]\n: : :",
        b"AWS::\n" + b"[" * 200_000,
        b"Resources: AWS::",
        b"Resources: {X: AWS::}",
        b'{"$schema": ["deploymentTemplate.json"], "resources": "x"}',
        b'{"$schema": "deploymentTemplate.json", "resources": [1, {"type": {}, "name": 1}]}',
    ],
)
def test_what_looks_like_a_template_and_is_none_is_passed_over(content: bytes, tmp_path: Path) -> None:
    files = {"a.yaml": content, "b.json": content, "c.bicep": content, "t.yaml": YAML}

    assert found(files, tmp_path, notebook(), OF_STACK) == ("t.yaml", 13, "")


def test_nothing_outside_of_the_root_is_read(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(YAML)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link.yaml").symlink_to(tmp_path / "outside.yaml")

    assert found({}, tmp_path / "root", notebook(), OF_STACK) is None
