"""A listing says in how many pages it came: as many as were sent, whatever else was asked to save calls."""

from __future__ import annotations

from collections import Counter

import pytest
from scanning import crowd, running, take_inventory
from support import all_kinds

from scanner.store.inventory import Inventory

#: What lists a kind, by itself.
LISTED_BY = {
    "aws": {
        "aws.sagemaker.Endpoint": "sagemaker:ListEndpoints",
        "aws.sagemaker.EndpointConfig": "sagemaker:ListEndpointConfigs",
        "aws.sagemaker.Model": "sagemaker:ListModels",
        "aws.sagemaker.TrainingJob": "sagemaker:ListTrainingJobs",
    },
    "gcp": {"gcp.vertex_ai.Model": "aiplatform.models.list", "gcp.vertex_ai.Endpoint": "aiplatform.endpoints.list"},
    "azure": {
        "azure.machine_learning.OnlineEndpoint": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read"
    },
}


def pages(inventory: Inventory) -> Counter[str]:
    """How many pages there were of each kind."""
    counts: Counter[str] = Counter()
    for (kind, _), listing in inventory.listings.items():
        counts[kind] += listing.pages
    return counts


@pytest.mark.parametrize("provider", LISTED_BY)
def test_pages_are_those_that_were_sent(provider: str) -> None:
    with running(provider, crowd() if provider == "aws" else None) as world:
        inventory = take_inventory(provider)
        sent = Counter(request.operation for request in world.log)
    found = pages(inventory)
    for kind, operation in LISTED_BY[provider].items():
        assert found[kind] == sent[operation] > 0, kind
    if provider == "aws":
        assert found["aws.sagemaker.Model"] > 2
    followed = {"aws.iam.Role", "gcp.iam.ServiceAccount", "azure.authorization.Assignee"}
    assert not [kind for kind in followed if found[kind]], "what is asked for by name is listed nowhere"
    assert found.keys() <= all_kinds().keys()
