"""What a selector may name of which provider, and what it selects of the demo organisation."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import demo_graph
from factories.aws import ACCOUNT, REGION, bucket, notebook, package, tagged
from msgspec import structs
from support import inventory_of, registered

from checks.aws.names import seen_from
from checks.aws.sagemaker.resources import NotebookInstance
from checks.gcp.vertex_ai.resources import DeploymentResourcePool, Endpoint
from scanner.model.globs import matcher
from scanner.model.nouns import Resource, Scope
from scanner.systems.graph import Graph
from scanner.systems.manifest import Include
from scanner.systems.selectors import Index, problems_of

SAGEMAKER = "arn:aws:sagemaker:eu-west-1:111122223333:"
VERTEX = "//aiplatform.googleapis.com/projects/example-fraud-prod/locations/europe-west4/"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
RETINA = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-retina/"


def index_of(*resources: Resource) -> Index:
    return Index(Graph(inventory_of(*resources), registered()[1]))


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(demo_graph("aws", "gcp", "azure"))


def selected(index: Index, **include: object) -> list[str]:
    found = index.select(Include(**include))  # type: ignore[arg-type]
    graph = index.graph
    return [f"{graph.kind(number).kind.rpartition('.')[2]} {graph.names.name(number)}" for number in found]


@pytest.mark.parametrize(
    ("include", "found"),
    [
        ({"provider": "aws", "arns": (f"{SAGEMAKER}endpoint/chat",)}, ["Endpoint chat"]),
        ({"provider": "aws", "arns": (f"{SAGEMAKER}endpoint/chat*",)}, ["Endpoint chat", "Endpoint chat-components"]),
        ({"provider": "aws", "arns": ("arn:aws:sagemaker:*:111122223333:notebook-instance/forgotten-??",)},
         ["NotebookInstance forgotten-nb"]),
        ({"provider": "aws", "arns": ("arn:aws:s3:::fabrikam-*",)}, ["Bucket fabrikam-example-weights"]),
        ({"provider": "aws", "accounts": ("111122223333",), "regions": ("us-east-1",)},
         ["NotebookInstance forgotten-nb"]),
        ({"provider": "aws", "accounts": ("444455556666",)}, []),
        ({"provider": "gcp", "ids": (f"{VERTEX}endpoints/1000000000000000001",)}, ["Endpoint scoring"]),
        ({"provider": "gcp", "ids": (f"{VERTEX.partition('.com/')[2]}endpoints/*1",)}, ["Endpoint scoring"]),
        ({"provider": "gcp", "labels": {"service": "fraud-detection"}}, ["Endpoint scoring"]),
        ({"provider": "gcp", "labels": {"service": "fraud-detection"}, "regions": ("us-central1",)}, []),
        ({"provider": "gcp", "labels": {"ai-system": "fraud-scoring"}},
         ["Instance scoring-workbench", "Bucket example-fraud-models", "Endpoint scoring"]),
        ({"provider": "aws", "tags": {"ai-system": "ticket-sentiment", "env": "prod"}},
         ["Endpoint sentiment-internal"]),
        ({"provider": "aws", "tags": {"system": "sentiment-internal"}},
         ["Bucket northwind-example-models", "Bucket northwind-example-training-data"]),
        ({"provider": "azure", "tags": {"ai-system": "retina-diagnosis"}},
         ["Account openai-good", "OnlineEndpoint retina-good", "Workspace ws-retina-prod"]),
        ({"provider": "azure", "ids": (f"{RETINA}*/onlineEndpoints/retina-good",)}, ["OnlineEndpoint retina-good"]),
        ({"provider": "azure", "subscriptions": (SUBSCRIPTION,), "resource_groups": ("RG-Assist",),
          "regions": ("eastus",)}, ["StorageAccount nwprompts"]),
    ],
)  # fmt: skip
def test_resources_are_selected_by_all_that_a_selector_names(index: Index, include: dict, found: list[str]) -> None:
    assert selected(index, **include) == found


def test_a_project_and_an_account_are_selected_whole(index: Index) -> None:
    graph = demo_graph("aws", "gcp", "azure")

    for provider, field, account in (("aws", "accounts", "111122223333"), ("gcp", "projects", "example-fraud-prod")):
        own = [number for number in range(len(graph)) if graph.scope(number).provider == provider]
        assert len(selected(index, provider=provider, **{field: (account,)})) == len(own) > 0


def test_names_of_tags_are_the_same_in_any_capitals_on_azure_alone(index: Index) -> None:
    on_azure, on_aws = {"AI-System": "retina-diagnosis"}, {"AI-System": "ticket-sentiment"}

    assert len(selected(index, provider="azure", tags=on_azure)) == 3
    assert selected(index, provider="azure", tags={"ai-system": "Retina-Diagnosis"}) == []
    assert selected(index, provider="aws", tags=on_aws) == []


def test_kinds_whose_tags_were_not_observed_are_known() -> None:
    written, bare, unread = notebook("written"), notebook("bare"), notebook("unread")
    theirs = structs.replace(package(), id=seen_from(package().id, ACCOUNT))
    index = index_of(written, bare, unread, theirs, bucket("shared"), tagged(written, team="ml"), tagged(bare))
    kinds = [NotebookInstance.kind]

    assert selected(index, provider="aws", tags={"team": "ml"}) == ["NotebookInstance written"]
    assert index.undecided(Include(provider="aws", tags={"team": "ml"})) == kinds
    assert index.undecided(Include(provider="aws", tags={"team": "ml"}, regions=("us-east-1",))) == []
    assert index.undecided(Include(provider="aws", tags={"team": "ml"}, arns=(unread.id,))) == kinds
    assert index.undecided(Include(provider="aws", tags={"team": "ml"}, arns=(bare.id,))) == []
    assert index.undecided(Include(provider="aws", regions=(REGION,))) == []


def test_what_can_have_no_labels_is_not_undecided() -> None:
    place = Scope("gcp", "example-fraud-prod", "europe-west4")
    pool = DeploymentResourcePool(id=f"{VERTEX}deploymentResourcePools/p", name="p", scope=place)
    of_old = Endpoint(id=f"{VERTEX}endpoints/1", name="1", scope=place)
    include = Include(provider="gcp", labels={"team": "fraud"})

    assert index_of(pool).undecided(include) == []
    assert index_of(pool, of_old).undecided(include) == [Endpoint.kind]
    assert index_of(pool, of_old).select(include) == []


@pytest.mark.parametrize(
    ("include", "problem"),
    [
        (Include(provider="aws"), "would claim all of aws"),
        (Include(provider="gcp", accounts=("111122223333",)), "gcp has no accounts; it may be selected by projects,"),
        (Include(provider="mlflow", regions=("eu-west-1",)), "mlflow has no regions"),
        (Include(provider="gcp", ids=("arn:aws:s3:::x",)),
         "ids of gcp begin with // or projects/, so that 'arn:aws:s3:::x' matches nothing"),
        (Include(provider="aws", accounts=("444455556666",), arns=(f"{SAGEMAKER}endpoint/x",)),
         "as 111122223333 is not among the accounts beside it; add it there"),
        (Include(provider="aws", regions=("us-east-1",), arns=(f"{SAGEMAKER}endpoint/x",)),
         "as eu-west-1 is not among the regions beside it; add it there"),
        (Include(provider="gcp", projects=("other-project",), ids=(f"{VERTEX}endpoints/1",)),
         "as example-fraud-prod is not among the projects beside it"),
        (Include(provider="azure", subscriptions=("00000000-0000-0000-0000-000000000002",), ids=(f"{RETINA}x",)),
         f"as {SUBSCRIPTION} is not among the subscriptions beside it"),
    ],
)  # fmt: skip
def test_a_selector_that_matches_nothing_or_everything_is_a_problem(include: Include, problem: str) -> None:
    [(_, text)] = problems_of(include)

    assert problem in text


def test_globs_hold_for_regions_and_accounts_beside_them() -> None:
    wild = Include(provider="aws", accounts=("444455556666",), regions=("eu-west-1",), arns=("arn:aws:*:*:*:x/y",))

    assert list(problems_of(wild)) == []


def test_globs_match_whole_ids_whatever_their_case() -> None:
    assert matcher("a*c.d?").fullmatch("A-b/C.d1")
    assert not matcher("a.c").fullmatch("abc")
    assert not matcher("a[b]*").fullmatch("ab")


# -- MLflow ------------------------------------------------------------------------------------------------------------

SERVER = "https://mlflow.northwind.example"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"tracking_uri": f"{SERVER}/", "registered_models": ("fraud-scorer",)},
         ["ModelVersion fraud-scorer/6", "ModelVersion fraud-scorer/7", "RegisteredModel fraud-scorer"]),
        ({"registered_models": ("retina*",)}, ["ModelVersion retina-diagnosis/7", "RegisteredModel retina-diagnosis"]),
        ({"tracking_uri": "https://mlflow.fabrikam.example", "registered_models": ("fraud-scorer",)}, []),
        ({"registered_models": ("fraud",)}, []),
    ],
)  # fmt: skip
def test_registered_models_are_selected_by_name_and_server(wanted: dict[str, Any], expected: list[str]) -> None:
    assert selected(Index(demo_graph("mlflow")), provider="mlflow", **wanted) == expected


def test_a_server_alone_selects_all_that_it_holds() -> None:
    graph = demo_graph("mlflow")

    assert len(selected(Index(graph), provider="mlflow", tracking_uri=SERVER)) == len(graph)


# -- OpenLineage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"namespace": "airflow-northwind"}, {"claims.export", "claims.load", "fraud.evaluate", "fraud.train"}),
        ({"namespace": "s3://northwind-models"}, {"churn/1", "fraud/7", "score/1", "score/2"}),
        ({"url": "https://marquez.fabrikam.example", "namespace": "airflow-northwind"}, set()),
        ({"namespace": "airflow"}, set()),
    ],
)
def test_a_namespace_of_openlineage_selects_its_jobs_or_data_sets(wanted: dict[str, Any], names: set[str]) -> None:
    graph = demo_graph("lineage")
    found = Index(graph).select(Include(provider="openlineage", **wanted))

    assert {graph.names.name(number) for number in found} == names
