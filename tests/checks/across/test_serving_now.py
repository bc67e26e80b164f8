"""What serves, by all its names: as registries have it, and as MLflow calls the version that it comes from."""

from __future__ import annotations

from factories.aws import arn, config, endpoint, from_package, ours, packaged, packed, served_from, single, variant
from factories.azure import deployment, model_version
from factories.gcp import deployed, model
from factories.gcp import endpoint as vertex_endpoint
from factories.mlflow import MODEL, run, version
from msgspec import UNSET
from support import inventory_of

from checks.across.serving_now import NEEDS, ServedNow, served_now
from checks.aws.sagemaker.resources import Endpoint
from checks.mlflow.records import Pair
from scanner.model.nouns import Resource
from scanner.store.inventory import InventoryView

SERVES = (
    config(variants=(variant(model_name="sentiment"),), shadow_variants=()),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)
DIGEST = "5" * 64


def now(*resources: Resource, incomplete: tuple[type[Resource], ...] = ()) -> ServedNow:
    clouds = {resource.scope.provider for resource in resources}
    return served_now(InventoryView(inventory_of(*resources, incomplete=incomplete), NEEDS), clouds)


def names(found: ServedNow) -> set[str]:
    [one] = found.models
    return one.names


def test_a_package_of_sagemaker_is_called_by_its_arn_and_its_number() -> None:
    found = now(single(from_package("sentiment/3")), packaged(packed()), *SERVES)

    assert found.complete
    assert names(found) == {arn("model", "sentiment"), arn("model-package", "sentiment/3"), "sentiment/3"}
    assert found.models[0].by == (Endpoint.kind, arn("endpoint", "sentiment"))


def test_a_version_of_vertex_is_called_with_and_without_its_service() -> None:
    found = now(model("777", version="1"), vertex_endpoint("888", deployed_models=(deployed("777"),)))
    long, short = sorted(names(found), reverse=False)

    assert short.startswith("projects/") and short.endswith("/models/777@1")
    assert long == f"//aiplatform.googleapis.com/{short}"


def test_a_version_of_azure_ml_is_called_by_its_id_and_as_the_cli_has_it() -> None:
    one = model_version("fundus", "9")
    assert names(now(one, deployment(model=one.id))) == {one.id, "azureml:fundus:9"}


def test_what_comes_from_a_version_in_mlflow_has_the_names_of_that() -> None:
    place = "s3://northwind-example-models/sentiment/1"
    tags = (Pair(key="artifact_sha256", value=DIGEST),)
    registered = version(source=place, run_id=None, model_id=MODEL, pairs=tags, aliases=())
    elsewhere = version("8", source="s3://northwind-example-models/b", run_id=None, model_id=None, pairs=None)
    served = (served_from(f"{place}/model.tar.gz"), ours(), *SERVES)

    found = names(now(registered, elsewhere, *served))
    assert {"fraud-scorer/7", MODEL, DIGEST} < found
    assert "fraud-scorer/8" not in found


def test_what_was_not_seen_makes_it_incomplete() -> None:
    assert not now(served_from("s3://northwind-example-models/a.tar.gz"), *SERVES, incomplete=(Endpoint,)).complete
    assert not now(vertex_endpoint("888", deployed_models=UNSET)).complete
    assert not now(deployment(model="azureml://registries/example/models/fundus/versions/9")).complete
    assert now(run()) == ServedNow((), complete=True)
