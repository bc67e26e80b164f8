"""The manifest of the demo organisation is valid, and its clouds are assigned as it means them to be."""

from __future__ import annotations

from datetime import date

from declaring import demo_graph, names
from support import ROOT

from scanner.systems.assign import Assignment, assign
from scanner.systems.manifest import read_manifest

EXAMPLE = ROOT / "examples" / "ai-systems.yaml"


def assigned() -> Assignment:
    return assign(read_manifest(EXAMPLE, date(2026, 11, 29)).manifest, demo_graph("aws", "gcp", "azure"))


def test_it_is_valid_and_shows_each_part_of_the_schema() -> None:
    manifest, warnings = read_manifest(EXAMPLE, date(2026, 11, 29))
    tiers = {system.id: system.classification.eu_ai_act.tier for system in manifest.systems}

    assert tiers == {"ticket-sentiment": "minimal", "fraud-scoring": "minimal", "retina-diagnosis": "high-risk"}
    assert [warning.rpartition(": ")[2] for warning in warnings] == [
        "the digest of 'Risk management file' is still to be filled in"
    ]
    fraud = manifest.systems[1]
    assert fraud.soc2 is not None
    assert fraud.excluded_controls[0].control == "CC6.4"
    assert [threshold.metric for threshold in fraud.expectations.thresholds] == ["recall", "false_positive_rate"]


def test_it_stays_valid_as_time_goes_by() -> None:
    assert read_manifest(EXAMPLE, date(2050, 1, 1)).manifest


def test_ticket_sentiment_claims_its_endpoints_and_what_they_serve_from() -> None:
    claimed = assigned().systems["ticket-sentiment"].claimed

    assert names(claimed, "sagemaker.Endpoint") == {"sentiment-internal", "sentiment-ensemble"}
    assert names(claimed, "sagemaker.Model") == {"sentiment-good", "sentiment-ensemble"}
    assert names(claimed, "sagemaker.TrainingJob") == {"sentiment-train-good", "ensemble-train-open"}
    assert names(claimed, "iam.Role") == {"ml-admin", "sentiment-serving", "sentiment-training"}
    assert "northwind-example-public-demo" in names(claimed, "s3.Bucket")


def test_fraud_scoring_claims_its_project_in_europe_but_for_a_notebook() -> None:
    claims = assigned().systems["fraud-scoring"]

    assert names(claims.claimed, "vertex_ai.Endpoint") == {f"100000000000000000{n}" for n in (1, 2, 3)}
    assert names(claims.claimed, "notebooks.Instance") == {"scoring-workbench"}
    assert names(claims.excluded, "notebooks.Instance") == {"adhoc-analysis"}
    assert len(names(claims.claimed, "iam.ServiceAccount")) == 5


def test_retina_diagnosis_claims_its_resource_group_and_the_storage_it_uses() -> None:
    claims = assigned().systems["retina-diagnosis"]

    assert names(claims.claimed, "machine_learning.Workspace") == {"ws-pilot", "ws-retina-dev", "ws-retina-prod"}
    assert names(claims.excluded, "machine_learning.Workspace") == {"ws-archive"}
    assert names(claims.claimed, "ai_services.Account") == {"openai-good", "openai-open"}
    assert {"nwretinaprod", "nwprompts"} <= names(claims.claimed, "storage.StorageAccount")


def test_what_nobody_declared_is_listed_and_nothing_is_shared() -> None:
    found = assigned()

    assert "chat" in names(found.unclaimed, "sagemaker.Endpoint")
    assert names(found.unclaimed, "ai_services.Account") == {"ai-plain", "ai-triage"}
    assert names(found.unclaimed, "notebooks.Instance") == {"us-experiment"}
    assert found.shared == {}
    assert found.warnings == ()
