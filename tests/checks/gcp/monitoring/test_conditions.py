"""Which endpoints conditions of alert policies watch."""

from __future__ import annotations

from typing import Any

import pytest

from checks.gcp.monitoring.conditions import watched

WEST = "//aiplatform.googleapis.com/projects/p/locations/europe-west4/endpoints/"
IDS = {"1": f"{WEST}101", "2": f"{WEST}102", "4": f"{WEST.replace('europe-west4', 'us-central1')}104"}
ERRORS = 'metric.type="aiplatform.googleapis.com/prediction/online/error_count"'
TYPED = 'resource.type="aiplatform.googleapis.com/Endpoint"'
COUNTED = 'metric.type="logging.googleapis.com/user/errors"'
PROM = "rate(aiplatform_googleapis_com:prediction_online_error_count{%s}[5m]) > 1"


def of(*conditions: dict[str, Any]) -> tuple[str, str]:
    found = watched({"conditions": list(conditions)}, IDS.values())
    return tuple("".join(name for name, id in IDS.items() if id in ids) for ids in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "surely", "perhaps"),
    [
        (f"{ERRORS} {TYPED}", "124", ""),
        (f'{ERRORS} AND {TYPED} AND metric.labels.response_code = "500"', "124", ""),
        (f'{ERRORS} AND resource.labels.endpoint_id = "101"', "1", ""),
        (f'{ERRORS} AND resource.label.endpoint_id="999"', "", ""),
        (f'{ERRORS} AND resource.label.location="us-central1"', "4", ""),
        (f'{ERRORS} AND metric.labels.deployed_model_id="77"', "", "124"),
        (f'{ERRORS} AND metadata.user_labels.env="prod"', "", "124"),
        (f'{ERRORS} AND resource.labels.endpoint_id = one_of("101","102")', "", "124"),
        (f'{ERRORS} AND NOT resource.labels.endpoint_id = "101"', "", "124"),
        (f'{ERRORS} AND resource.labels.endpoint_id != "101"', "", "124"),
        (f'{ERRORS} OR resource.labels.endpoint_id = "101"', "", "124"),
        ('metric.type="aiplatform.googleapis.com/prediction/online/deployment_resource_pool/cpu/utilization"', "", ""),
        ('metric.type="aiplatform.googleapis.com/something/new"', "", "124"),
        ('metric.type="custom.googleapis.com/wrong" AND metric.labels.endpoint_id="102"', "2", ""),
        (COUNTED, "", "124"),
        (f"{COUNTED} {TYPED}", "124", ""),
        (f'{COUNTED} resource.type="k8s_container"', "", ""),
        ('metric.type="compute.googleapis.com/instance/cpu/utilization" AND resource.type="gce_instance"', "", ""),
        ('metric.type="custom.googleapis.com/queue"', "", ""),
    ],
)
def test_filters_of_metrics(text: str, surely: str, perhaps: str) -> None:
    assert of({"conditionThreshold": {"filter": text}}) == (surely, perhaps)
    assert of({"conditionAbsent": {"filter": text}}) == (surely, perhaps)


@pytest.mark.parametrize(
    ("text", "surely", "perhaps"),
    [
        (f'{TYPED}\nresource.labels.endpoint_id="101"\nseverity>=ERROR\n("timeout" OR "memory") "x"', "1", ""),
        ("resource.type=aiplatform.googleapis.com/Endpoint", "124", ""),
        ("severity>=ERROR", "", "124"),
        (f"-- errors\n{TYPED}", "", "124"),
        ("resource.type=k8s_container severity>=ERROR", "", ""),
        ("resource.type=k8s_container OR resource.type=gce_instance", "", ""),
    ],
)
def test_filters_of_logs(text: str, surely: str, perhaps: str) -> None:
    assert of({"conditionMatchedLog": {"filter": text}}) == (surely, perhaps)


@pytest.mark.parametrize(
    ("name", "query", "surely", "perhaps"),
    [
        ("Prometheus", PROM % 'endpoint_id="101", response_code!="200"', "1", ""),
        ("Prometheus", PROM % "", "", "124"),
        ("Prometheus", PROM % 'endpoint_id=~"10."', "", "124"),
        ("Prometheus", "up < 1", "", ""),
        ("Monitoring", "fetch aiplatform.googleapis.com/Endpoint | filter resource.endpoint_id == '102'", "2", ""),
        ("Monitoring", "fetch aiplatform.googleapis.com/Endpoint | filter !(resource.endpoint_id == '102')", "", "124"),
        ("Monitoring", "fetch gce_instance::compute.googleapis.com/instance/cpu/utilization", "", ""),
    ],
)
def test_queries(name: str, query: str, surely: str, perhaps: str) -> None:
    assert of({f"condition{name}QueryLanguage": {"query": query}}) == (surely, perhaps)


def test_what_is_not_understood_may_be_on_any_endpoint() -> None:
    assert of({"conditionSql": {"query": "SELECT 1 FROM logs"}}) == ("", "124")
    assert of({"conditionOfTomorrow": {"text": "x"}}) == ("", "124")
    assert of({"conditionThreshold": {"filter": 7}}) == ("", "124")
    assert watched({}, IDS.values()).perhaps == frozenset(IDS.values())


def test_a_ratio_is_on_both_of_its_parts() -> None:
    parts = {"filter": f'{ERRORS} resource.labels.endpoint_id="101"', "denominatorFilter": f"{ERRORS} {TYPED}"}

    assert of({"conditionThreshold": parts}) == ("124", "")


def test_one_condition_is_enough() -> None:
    plain = {"conditionThreshold": {"filter": 'resource.labels.endpoint_id="101"'}}

    assert of(plain, {"conditionMatchedLog": {"filter": "severity>=ERROR"}}) == ("1", "24")
