"""What joins the resources of the demo organisation, found without a list of fields; and that nothing else does."""

from __future__ import annotations

import re

import msgspec
import pytest
from declaring import demo_graph
from factories.aws import config, endpoint
from following import addresses
from scanning import calm
from support import inventory_of, registered

from checks.aws.sagemaker.resources import Container, Model, TrainingJob, TrainingOutput
from scanner.model.nouns import Scope
from scanner.systems.graph import Graph
from scanner.systems.naming import BESIDE, category, is_ai

PROVIDERS = ("aws", "gcp", "azure")
SCOPE = Scope("aws", "111122223333", "eu-west-1")
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:"


def short(graph: Graph, number: int) -> str:
    key = graph.names.key(number)
    return f"{key.kind.rpartition('.')[2]} {re.split('[/:]', key.id)[-1]}"


def named(graph: Graph, kind: str) -> dict[str, int]:
    """The resources of a kind by name."""
    return {graph.names.name(number): number for number in range(len(graph)) if graph.kind(number).kind == kind}


def joins(provider: str, kind: str, name: str) -> set[tuple[str, str]]:
    graph = demo_graph(provider)
    number = named(graph, f"{provider}.{kind}")[name]
    return {(graph.members[member], short(graph, found)) for member, found in graph.joins(number)}


def test_an_endpoint_of_sagemaker_leads_to_data_and_jobs() -> None:
    assert joins("aws", "sagemaker.Endpoint", "sentiment-internal") == {
        ("endpoint_config_name", "EndpointConfig sentiment-good-1")
    }
    assert joins("aws", "sagemaker.EndpointConfig", "sentiment-good-1") == {
        ("variants[].model_name", "Model sentiment-good"),
        ("data_capture.destination_s3_uri", "Bucket northwind-example-capture"),
    }
    assert joins("aws", "sagemaker.Model", "sentiment-good") == {
        ("primary_container.model_data_url", "Bucket northwind-example-models"),
        ("primary_container.model_data_url", "TrainingJob sentiment-train-good"),
        ("execution_role_arn", "Role sentiment-serving"),
    }
    assert joins("aws", "sagemaker.TrainingJob", "sentiment-train-good") == {
        ("role_arn", "Role sentiment-training"),
        ("inputs[].data_source.s3_data_source.s3_uri", "Bucket northwind-example-training-data"),
        ("inputs[].data_source.s3_data_source.s3_uri", "BucketCoverage northwind-example-training-data"),
        ("inputs[].data_source.s3_data_source.s3_uri", "Table reviews"),
        ("output.s3_output_path", "Bucket northwind-example-models"),
        ("artifact", "Bucket northwind-example-models"),
        ("artifact", "TrainingJob sentiment-train-good"),  # below what it writes to
    }


def test_models_are_found_by_the_names_and_versions_that_others_give_them() -> None:
    assert ("primary_container.model_package_name", "ModelPackage 1") in joins(
        "aws", "sagemaker.Model", "ensemble-from-registry"
    )
    legacy = joins("gcp", "vertex_ai.Endpoint", "chargeback-legacy")
    assert {found for member, found in legacy if member == "deployed_models[].model"} == {
        "Model 2000000000000000002",
        "Model 2000000000000000002@1",
        "Model 2000000000000000003",
    }


def test_what_lies_inside_another_and_identities_are_found_on_azure() -> None:
    assert joins("azure", "machine_learning.OnlineEndpoint", "retina-good") == {
        ("", "Workspace ws-retina-prod"),
        ("user_assigned_identities{}.principal_id", "Assignee 00000000-0000-0000-0000-0000000000d2"),
        ("user_assigned_identities{}.principal_id", "RoleAssignment 00000000-0000-0000-0000-00000000a003"),
        ("user_assigned_identities{}.principal_id", "RoleAssignment 00000000-0000-0000-0000-00000000a005"),
    }
    assert ("storage_account", "StorageAccount nwretinaprod") in joins(
        "azure", "machine_learning.Workspace", "ws-retina-prod"
    )


def test_parts_are_known_by_what_collectors_follow() -> None:
    parts = {
        (short(graph, number), short(graph, part))
        for graph in map(demo_graph, PROVIDERS)
        for number in range(len(graph))
        for _, part in graph.parts(number)
    }

    assert ("Endpoint chat-components", "InferenceComponent chat-base") in parts
    assert ("OnlineEndpoint retina-open", "OnlineDeployment green") in parts
    assert ("Workspace ws-retina-dev", "Compute gpu-open") in parts
    assert ("Model sentiment-good", "ArtifactLineage sentiment-1") in parts
    assert ("Model 2000000000000000001", "ModelLineage scorer-version") in parts
    of_models = {part.partition(" ")[0] for whole, part in parts if whole.startswith("Model ")}
    assert of_models == {"ArtifactLineage", "DataLineage", "ModelLineage", "NamedModelCard"}
    assert not [whole for whole, _ in parts if whole.startswith("EndpointConfig ")]


#: What leads somewhere by other members.
ELSEWHERE = {"azure.machine_learning.ModelVersion.model_uri": "a datastore of the workspace that the version is in"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_address_of_what_is_collected_is_a_join(provider: str) -> None:
    """Fields that hold addresses are those that the tests of collectors know (`addresses`), found there by patterns."""
    seen, collectors, graph = calm(provider)[0], registered()[1], demo_graph(provider)
    joined = {
        (graph.kind(number).kind, graph.members[member])
        for number in range(len(graph))
        for member, _ in graph.joins(number)
    }
    missing = [
        str(address.member)
        for kind in (made.kind for made in collectors.values() if made.provider == provider)
        if category(kind) == "lineage"
        for address in addresses(kind, seen.of(kind))
        if any(shape.kind in collectors for shape in address.shapes)
        and any(leads(provider, value) for value in address.values)
        and (address.member.kind, address.member.path) not in joined
        and str(address.member) not in ELSEWHERE
    ]  # fmt: skip

    assert missing == []


#: Services that are of AI: what is there belongs to some AI system.
OF_AI = {"sagemaker", "vertex_ai", "notebooks", "machine_learning", "ai_services", "registry", "tracking", "server"}
OF_AI |= {"openlineage"}


def test_what_watches_ai_or_looks_at_its_data_needs_no_system() -> None:
    """A new service is on one side or the other: an alarm that nobody declares is no AI without a system."""
    kinds = [made.kind for made in registered()[1].values()]
    services = {kind.kind.split(".")[1] for kind in kinds if category(kind) == "lineage"}

    assert services == OF_AI | BESIDE
    assert {kind.kind.split(".")[1] for kind in kinds if is_ai(kind)} == OF_AI


def leads(provider: str, value: str) -> bool:
    """Whether an address is that of something in the inventory, as anybody would see it."""
    words, graph = set(re.split("[/:]", value.lower())), demo_graph(provider)
    return any(len(name) > 5 and name.lower() in words for name in map(graph.names.name, range(len(graph))))


def test_identities_and_buckets_lead_nowhere() -> None:
    for graph in map(demo_graph, PROVIDERS):
        for number in range(len(graph)):
            assert graph.category(number) == "lineage" or not [*graph.joins(number)]


def test_names_hold_in_one_account_and_region_alone() -> None:
    own, here = endpoint(endpoint_config_name="same"), config("same")
    elsewhere = msgspec.structs.replace(own.scope, region="us-east-1")
    there = msgspec.structs.replace(here, id=here.id.replace("eu-west-1", "us-east-1"), scope=elsewhere)
    graph = Graph(inventory_of(own, here, there), registered()[1])
    [number] = named(graph, own.kind).values()

    assert [graph.names.key(found).id for _, found in graph.joins(number)] == [here.id]


def test_artifacts_lead_to_the_job_that_made_them_and_not_to_its_neighbours() -> None:
    output = TrainingOutput(s3_output_path="s3://models/training")
    jobs = [
        TrainingJob(id=f"{ARN}training-job/{name}", name=name, scope=SCOPE, output=output) for name in ("one", "two")
    ]
    uris = {"exact": "s3://models/training/two/output/model.tar.gz", "loose": "s3://models/training/x.tar.gz",
            "other": "s3://models/trainings/x.tar.gz"}  # fmt: skip
    models = [
        Model(id=f"{ARN}model/{name}", name=name, scope=SCOPE, primary_container=Container(model_data_url=uri))
        for name, uri in uris.items()
    ]
    graph = Graph(inventory_of(*jobs, *models), registered()[1])

    assert {
        name: [graph.names.name(found) for _, found in graph.joins(number)]
        for name, number in named(graph, Model.kind).items()
    } == {"exact": ["two"], "loose": ["one", "two"], "other": []}
