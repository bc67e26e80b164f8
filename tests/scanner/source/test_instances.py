"""Instances by the ids of what they made, and what states cover."""

from __future__ import annotations

from collections.abc import Iterable

from factories.aws import notebook, role_arn
from factories.azure import storage

from scanner.source.instances import Instances, account_of, arm_name, arm_type, first_call
from scanner.source.tfstate import Instance

WORKSPACE = "/subscriptions/S-1/resourceGroups/RG/providers/Microsoft.MachineLearningServices/workspaces/ws"


def made(type: str, called: str = "this", /, **named: str) -> Instance:
    return Instance("", type, called, "", named)


def of(*states: Iterable[Instance]) -> Instances:
    found = Instances()
    for state in states:
        found.add(state)
    return found


def addresses(found: Instances, id: str) -> list[str]:
    return [one.address for one in found.of(id)]


def test_each_provider_has_its_own_ids() -> None:
    found = of([
        made("aws_iam_role", arn=role_arn("a"), id="a", name="a"),
        made("google_vertex_ai_endpoint", id="projects/p/locations/l/endpoints/1", name="1"),
        made("google_storage_bucket", id="models", name="models"),
        made("azurerm_machine_learning_workspace", id=WORKSPACE, name="ws"),
        made("azapi_resource", "endpoint", id=f"{WORKSPACE}/onlineEndpoints/e"),
        made("aws_kms_key", arn="arn:aws:kms:eu-west-1:111122223333:key/k"),
    ])  # fmt: skip

    assert addresses(found, role_arn("a")) == ["aws_iam_role.this"]
    assert addresses(found, "//aiplatform.googleapis.com/projects/p/locations/l/endpoints/1") == [
        "google_vertex_ai_endpoint.this"
    ]
    assert addresses(found, "//storage.googleapis.com/models") == ["google_storage_bucket.this"]
    assert addresses(found, WORKSPACE.lower()) == ["azurerm_machine_learning_workspace.this"]
    assert addresses(found, f"{WORKSPACE}/onlineendpoints/E".lower()) == ["azapi_resource.endpoint"]
    assert addresses(found, "arn:aws:kms:eu-west-1:111122223333:key/k") == []


def test_parts_are_of_what_they_name_in_their_state() -> None:
    found = of(
        [
            made("aws_s3_bucket", arn="arn:aws:s3:::models", bucket="models", id="models"),
            made("aws_s3_bucket_versioning", bucket="models", id="models"),
            made("aws_s3_bucket_versioning", "other", bucket="data", id="data"),
            made("google_storage_bucket", name="b", id="b"),
            made("google_storage_bucket_iam_member", bucket="b/b", role="roles/x", id="i"),
        ],
        [made("aws_s3_bucket_policy", bucket="models", id="models")],
    )

    assert addresses(found, "arn:aws:s3:::models") == ["aws_s3_bucket.this", "aws_s3_bucket_versioning.this"]
    assert [one.tell for one in found.of("//storage.googleapis.com/b")] == ["", "roles/x"]


def test_an_instance_whose_state_says_too_little_is_nobodys() -> None:
    found = of([made("aws_iam_role", name="tainted"), made("aws_s3_bucket_versioning")])

    assert addresses(found, "") == []


def test_a_state_covers_kinds_that_it_holds_in_accounts_that_it_names() -> None:
    resource = notebook("elsewhere")
    arn = "arn:aws:sagemaker:eu-west-1:{}:notebook-instance/x"
    key = made("aws_kms_key", arn="arn:aws:kms:eu-west-1:111122223333:key/k")
    role = made("aws_iam_role", arn=role_arn("a"), id="a", name="a")

    assert of([made("aws_sagemaker_notebook_instance", arn=arn.format("111122223333"))]).covers(resource)
    assert not of([made("aws_sagemaker_notebook_instance", arn=arn.format("999988887777"))]).covers(resource)
    assert not of([role, key]).covers(resource)
    bucket = made("aws_s3_bucket", arn="arn:aws:s3:::models", bucket="models")
    assert not of([bucket], [key]).covers(resource)


def test_azapi_covers_by_the_type_of_azure() -> None:
    one = storage("one")
    other = storage("other")

    assert of([made("azapi_resource", id=one.id.upper().replace("/SUBSCRIPTIONS/", "/subscriptions/"))]).covers(other)
    assert not of([made("azapi_resource", id=f"{WORKSPACE}/onlineEndpoints/e")]).covers(other)


def test_what_ids_say() -> None:
    deployment = f"{WORKSPACE}/onlineEndpoints/e/deployments/blue"
    assert arm_type(deployment) == "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments"
    assert arm_name(deployment) == "ws/e/blue"
    assert arm_type("//storage.googleapis.com/b") == arm_name("arn:aws:s3:::b") == ""
    assert account_of(deployment) == "s-1"
    assert account_of("arn:aws-cn:iam::111122223333:role/x") == "111122223333"
    assert account_of("//iam.googleapis.com/projects/example.com:p/serviceAccounts/x") == "example.com:p"
    assert account_of("arn:aws:s3:::models") == ""
    assert first_call('module.a["x.y"].module.b') == "a"
