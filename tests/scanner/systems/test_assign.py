"""Who claims what: by selectors, by parts, by joins; what is shared, excluded, undecided, and claimed by nobody."""

from __future__ import annotations

import pytest
from declaring import declared, demo_graph, names, selecting
from support import inventory_of, registered

from checks.aws.iam.resources import Role
from checks.aws.sagemaker.resources import Container, Model
from scanner.model.nouns import Scope
from scanner.systems.assign import assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import Exclude, Include
from scanner.systems.names import Key

SAGEMAKER = "arn:aws:sagemaker:eu-west-1:111122223333:"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001/"
RETINA = f"{SUBSCRIPTION}resourcegroups/rg-retina/providers/microsoft.machinelearningservices/workspaces/"

#: What is read about an endpoint where systems are declared.
WATCHING = ("Alarm", "LogGroup", "MonitoringSchedule", "Topic")


def of_aws(*arns: str) -> Include:
    return Include(provider="aws", arns=tuple(SAGEMAKER + arn for arn in arns))


def test_whoever_claims_an_endpoint_claims_its_model_artifacts_role_data_and_jobs() -> None:
    found = assign(declared(sentiment=selecting(of_aws("endpoint/sentiment-internal"))), demo_graph("aws"))
    claimed = found.systems["sentiment"].claimed

    assert {key.kind.rpartition(".")[2]: names(claimed, key.kind.partition(".")[2]) for key in claimed} == {
        "Endpoint": {"sentiment-internal"},
        "EndpointConfig": {"sentiment-good-1"},
        "Alarm": {"sentiment-any", "sentiment-drift", "sentiment-errors"},
        "Topic": {"ml-on-call"},
        "LogGroup": {"sentiment-internal"},
        "MonitoringSchedule": {"sentiment-bias", "sentiment-drift"},
        "Model": {"sentiment-good"},
        "Table": {"reviews"},
        "TrainingJob": {"sentiment-train-good"},
        "Role": {"sentiment-serving", "sentiment-training"},
        "Bucket": {"northwind-example-models", "northwind-example-capture", "northwind-example-training-data"},
        "BucketCoverage": {"northwind-example-training-data"},
    }


def test_how_each_resource_is_claimed_is_said() -> None:
    found = assign(declared(chat=selecting(of_aws("endpoint/chat-components"))), demo_graph("aws"))
    claimed = found.systems["chat"].claimed
    endpoint = f"aws.sagemaker.Endpoint {SAGEMAKER}endpoint/chat-components"

    assert str(claimed[Key("aws.sagemaker.Endpoint", f"{SAGEMAKER}endpoint/chat-components")]) == (
        "selected by include 1"
    )
    assert str(claimed[Key("aws.sagemaker.InferenceComponent", f"{SAGEMAKER}inference-component/chat-base")]) == (
        f"part of {endpoint}, by its endpoint_name"
    )
    assert str(claimed[Key("aws.sagemaker.EndpointConfig", f"{SAGEMAKER}endpoint-config/chat-components-1")]) == (
        f"endpoint_config_name of {endpoint}"
    )


def test_what_is_only_used_does_not_bring_what_else_uses_it() -> None:
    found = assign(
        declared(good=selecting(Include(provider="azure", ids=(f"{RETINA}ws-retina-dev/onlineendpoints/*",)))),
        demo_graph("azure"),
    )
    claimed = found.systems["good"].claimed

    assert names(claimed, "machine_learning.OnlineDeployment") == {"blue", "green"}
    assert names(claimed, "machine_learning.Workspace") == {"ws-retina-dev"}
    assert names(claimed, "storage.StorageAccount") == {"nwretinadev"}
    assert names(claimed, "machine_learning.Compute") == set()


def test_a_workspace_that_is_selected_brings_what_is_inside() -> None:
    found = assign(
        declared(dev=selecting(Include(provider="azure", ids=(f"{RETINA}ws-retina-dev",)))), demo_graph("azure")
    )
    claimed = found.systems["dev"].claimed

    assert names(claimed, "machine_learning.Compute") == {"ci-open", "ci-plain", "gpu-open", "vm-attached"}
    assert names(claimed, "machine_learning.OnlineDeployment") == {"blue", "green"}


@pytest.mark.parametrize(
    ("follow", "kinds"),
    [
        ((), {"Endpoint"}),
        (("lineage",), {"Endpoint", "EndpointConfig", *WATCHING, "Model", "Table", "TrainingJob"}),
        (("lineage", "roles"), {"Endpoint", "EndpointConfig", *WATCHING, "Model", "Table", "TrainingJob", "Role"}),
        (("buckets",), {"Endpoint"}),
    ],
)
def test_only_what_is_to_be_followed_is(follow: tuple[str, ...], kinds: set[str]) -> None:
    manifest = declared(sentiment=selecting(of_aws("endpoint/sentiment-internal"), follow=follow))
    claimed = assign(manifest, demo_graph("aws")).systems["sentiment"].claimed

    assert {key.kind.rpartition(".")[2] for key in claimed} == kinds


def test_a_resource_of_several_systems_belongs_to_each_and_says_so() -> None:
    manifest = declared(
        sentiment=selecting(of_aws("endpoint/sentiment-internal")), chat=selecting(of_aws("endpoint/chat-components"))
    )
    found = assign(manifest, demo_graph("aws"))
    model = Key("aws.sagemaker.Model", f"{SAGEMAKER}model/sentiment-good")

    assert found.shared[model] == ("sentiment", "chat")
    assert all(model in found.systems[name].claimed for name in ("sentiment", "chat"))
    assert names(found.shared, "sagemaker.Endpoint") == set()


def test_what_is_excluded_is_not_claimed_and_leads_nowhere() -> None:
    model = Exclude(arn=f"{SAGEMAKER}model/sentiment-*", reason="another team's")
    found = assign(
        declared(sentiment=selecting(of_aws("endpoint/sentiment-internal"), exclude=(model,))), demo_graph("aws")
    )
    claims = found.systems["sentiment"]

    assert claims.excluded == {Key("aws.sagemaker.Model", f"{SAGEMAKER}model/sentiment-good"): model}
    assert {key.kind.rpartition(".")[2] for key in claims.claimed} == {
        "Endpoint",
        "EndpointConfig",
        *WATCHING,
        "Bucket",
    }
    assert names(found.unclaimed, "sagemaker.Model") & {"sentiment-good"} == set()


def test_resources_of_ml_that_nobody_claims_are_listed() -> None:
    found = assign(declared(sentiment=selecting(of_aws("endpoint/*", "notebook-instance/*"))), demo_graph("aws"))

    assert names(found.unclaimed, "sagemaker.EndpointConfig") == {"unused-config"}
    assert names(found.unclaimed, "sagemaker.Model") == {"ensemble-from-registry"}
    assert names(found.unclaimed, "sagemaker.NotebookInstance") == {"forgotten-nb"}
    assert {key.kind.split(".")[1] for key in found.unclaimed} == {"sagemaker"}


def test_a_view_of_another_account_is_not_ours() -> None:
    """Both accounts name the same foreign package; each sees its own copy of what it was told."""
    arn = "arn:aws:sagemaker:eu-west-1:{}:model/{}"
    package = "arn:aws:sagemaker:eu-west-1:999999999999:model-package/p/1"
    kind = registered()[1]["aws.sagemaker.ModelPackage"].kind
    seen = [
        made
        for account in ("111122223333", "444455556666")
        for scope in (Scope("aws", account, "eu-west-1"),)
        for made in (
            Model(id=arn.format(account, "m"), name="m", scope=scope,
                  primary_container=Container(model_package_name=package)),
            kind(id=f"{package}#seen-from-{account}", name="p/1", scope=scope),
        )
    ]  # fmt: skip
    graph = Graph(inventory_of(*seen), registered()[1])
    manifest = declared(first=selecting(Include(provider="aws", arns=(arn.format("111122223333", "m"),))))

    assert {key.id for key in assign(manifest, graph).systems["first"].claimed} == {
        arn.format("111122223333", "m"),
        f"{package}#seen-from-111122223333",
    }


def test_selectors_that_come_to_nothing_are_named() -> None:
    needless = Exclude(arn=f"{SAGEMAKER}model/none", reason="gone")
    found = assign(
        declared(
            a=selecting(of_aws("endpoint/none"), of_aws("endpoint/chat"), exclude=(needless,)),
            b=selecting(Include(provider="azure", resource_groups=("rg-retina",)), exclude=(needless,)),
            c=selecting(Include(provider="mlflow", registered_models=("m",))),
        ),
        demo_graph("aws"),
    )

    assert found.warnings == (
        "system a: include 1: matches nothing in the inventory; correct it, or remove it",
        "system a: exclude 1: excludes nothing that it would claim; is it needed?",
        "system b: include 1: matches nothing, as the inventory holds nothing of azure",
        "system c: include 1: matches nothing, as the inventory holds nothing of mlflow",
    )


def test_what_a_role_may_reach_is_not_followed() -> None:
    """Its policies name models, buckets and other roles; a system uses the role, not all of that."""
    graph = demo_graph("aws")
    role = next(graph.names.key(number) for number in range(len(graph)) if graph.kind(number) is Role)
    found = assign(declared(role=selecting(Include(provider="aws", arns=(role.id,)))), graph)

    assert {key.kind for key in found.systems["role"].claimed} <= {"aws.iam.Role", "aws.iam.Simulation"}


def test_a_registered_model_leads_to_its_versions_and_to_what_made_them() -> None:
    graph = demo_graph("mlflow")
    include = Include(provider="mlflow", registered_models=("fraud-scorer",))
    claims = assign(declared(fraud=selecting(include)), graph).systems["fraud"].claimed

    assert sorted(f"{key.kind.rpartition('.')[2]} {key.id.rpartition('/')[2]}" for key in claims) == [
        "LoggedModel m-0f0000000000000000000000000000f6",
        "LoggedModel m-0f0000000000000000000000000000f7",
        "ModelVersion 6",
        "ModelVersion 7",
        "RegisteredModel fraud-scorer",
        "Run f0000000000000000000000000000006",
        "Run f0000000000000000000000000000007",
        "Server mlflow.northwind.example",
    ]
