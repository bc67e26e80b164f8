"""Which online endpoints rules of alerts watch."""

from __future__ import annotations

from typing import Any

import pytest

from checks.azure.insights.watching import Watched, watched_by_metrics, watched_by_query

GROUP = "/subscriptions/1/resourcegroups/rg"
WORKSPACE = f"{GROUP}/providers/microsoft.machinelearningservices/workspaces/ml"
SCORE, SCORE_2 = f"{WORKSPACE}/onlineendpoints/score", f"{WORKSPACE}/onlineendpoints/score-2"
IDS = [SCORE, SCORE_2]
ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
LOGS = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
TRAFFIC = "AmlOnlineEndpointTrafficLog | where ResponseCode >= 500"


def metric(*scopes: str, of: str = ENDPOINTS) -> Any:
    found = watched_by_metrics({"properties": {"scopes": list(scopes), "targetResourceType": of}}, IDS)
    return found and found.surely


def query(text: str, *scopes: str, of: tuple[str, ...] = ()) -> Any:
    criteria = {"allOf": [{"query": text}]}
    properties = {"scopes": list(scopes or (LOGS,)), "criteria": criteria, "targetResourceTypes": list(of)}
    return watched_by_query({"properties": properties}, IDS)


@pytest.mark.parametrize(
    ("scopes", "of", "expected"),
    [
        ((SCORE.upper(),), ENDPOINTS, (SCORE,)),
        ((f"{SCORE}/deployments/blue",), f"{ENDPOINTS}/deployments", (SCORE,)),
        ((GROUP,), ENDPOINTS, (SCORE, SCORE_2)),
        (("/subscriptions/1",), f"{ENDPOINTS}/deployments", (SCORE, SCORE_2)),
        ((GROUP,), "Microsoft.Compute/virtualMachines", ()),
        ((WORKSPACE,), "Microsoft.MachineLearningServices/workspaces", ()),
        ((f"{GROUP}-2",), ENDPOINTS, ()),
        ((f"{WORKSPACE}/onlineendpoints/scor",), ENDPOINTS, ()),
    ],
)
def test_metrics_are_those_of_the_scope(scopes: tuple[str, ...], of: str, expected: tuple[str, ...]) -> None:
    assert metric(*scopes, of=of) == expected


@pytest.mark.parametrize(
    ("text", "scopes", "expected"),
    [
        (f"{TRAFFIC} and _ResourceId =~ '{SCORE.upper()}'", (), Watched((SCORE,))),
        (f"{TRAFFIC} and _ResourceId !~ '{SCORE}'", (), Watched((), (SCORE, SCORE_2))),
        (TRAFFIC, (), Watched((), (SCORE, SCORE_2))),
        ("search 'timeout'", (), Watched((), (SCORE, SCORE_2))),
        ("union * | where Level == 'Error'", (), Watched((), (SCORE, SCORE_2))),
        ("AzureActivity | take 1", (), Watched()),
        ("Heartbeat | take 1", (GROUP,), Watched()),
        (TRAFFIC, (SCORE,), Watched((SCORE,))),
    ],
)
def test_queries_are_on_what_they_name(text: str, scopes: tuple[str, ...], expected: Watched) -> None:
    assert query(text, *scopes) == expected


def test_a_query_over_all_endpoints_of_a_group_watches_each() -> None:
    assert query(TRAFFIC, GROUP, of=(ENDPOINTS,)) == Watched((SCORE, SCORE_2))


@pytest.mark.parametrize("item", [{}, {"properties": None}, {"properties": {"scopes": "x"}}])
def test_a_rule_that_does_not_say_what_it_is_on_is_not_read(item: Any) -> None:
    assert watched_by_metrics(item, IDS) is None
    assert watched_by_query(item, IDS) is None


def test_a_query_that_is_no_text_is_not_read() -> None:
    assert query(7) is None  # type: ignore[arg-type]
