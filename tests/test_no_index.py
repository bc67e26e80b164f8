"""An index may lag: what it holds back is found with --no-index; without it the report says what it rests on."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import calm, crowd, document, running, take_inventory, verdicts_of

from checks.azure.machine_learning.resources import Workspace
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.store.inventory import Inventory

SEARCHES = {
    "aws": "sagemaker:Search",
    "gcp": "cloudasset.assets.searchAllResources",
    "azure": "Microsoft.ResourceGraph/resources/read",
}
#: collections of Vertex AI that are searched
_SEARCHED = ("endpoints", "models", "customJobs")


def held_back(provider: str, **settings: Any) -> tuple[Inventory, set[str]]:
    """A scan of a cloud whose index has not heard of anything to judge, and the operations it took."""
    changed = crowd() if provider == "aws" else document(provider)
    if provider == "gcp":
        vertex = changed["collections"]["aiplatform.googleapis.com/v1"]
        changed["not_inventoried"] = [item["name"] for collection in _SEARCHED for item in vertex[collection]]
    with running(provider, changed) as world:
        if provider == "azure":
            world.unindexed = frozenset(world.items)  # type: ignore[attr-defined]
        if provider == "aws":
            regions = world.regions.values()  # type: ignore[attr-defined]
            world.index.missing = {name for kinds in regions for named in kinds.values() for name in named}  # type: ignore[attr-defined]
        return take_inventory(provider, **settings), world.operations()


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_what_the_index_holds_back_is_found_without_it(provider: str) -> None:
    inventory, asked = held_back(provider, no_index=True)

    assert SEARCHES[provider] not in asked
    assert inventory.gaps == ()
    assert verdicts_of(inventory, provider) == calm(provider)[1]
    assert not any(listing.absent for listing in inventory.listings.values())


@pytest.mark.parametrize(
    ("provider", "kind", "index"),
    [("gcp", Endpoint, "Cloud Asset Inventory"), ("azure", Workspace, "Resource Graph")],
)
def test_an_absence_that_rests_on_the_index_alone_says_so(
    provider: str, kind: Any, index: str, caplog: pytest.LogCaptureFixture
) -> None:
    inventory, asked = held_back(provider)

    assert SEARCHES[provider] in asked
    assert inventory.of(kind) == ()
    [absent] = {listing.absent for (name, _), listing in inventory.listings.items() if name == kind.kind}
    assert index in absent
    assert "minutes" in absent
    [warning] = [record.getMessage() for record in caplog.records if "--no-index" in record.getMessage()]
    assert index in warning


def test_nothing_rests_on_search_alone_and_without_it_each_resource_is_described() -> None:
    """The list of SageMaker says what exists, whatever Search knows."""
    with_search, asked = held_back("aws")
    without, described = held_back("aws", no_index=True)

    assert SEARCHES["aws"] in asked
    assert SEARCHES["aws"] not in described
    assert verdicts_of(with_search, "aws") == verdicts_of(without, "aws")
    assert with_search.gaps == without.gaps == ()
