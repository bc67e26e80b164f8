"""Google's refusals: each by its own cause, with the permission that would help, and asked no oftener than it takes."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import document, running, take_inventory

from checks.gcp.client.errors import Refused, ServiceDisabled, from_reply
from checks.gcp.storage.resources import Bucket
from scanner.model.nouns import Reason

PERIMETER = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: invented"
UNUSED = "Vertex AI API has not been used in project 123456789012 before or it is disabled."
PAYS = "Bucket is a requester pays bucket but no user project provided."


def coded(code: str, message: str = "refused", status: int = 403, **metadata: str) -> dict[str, Any]:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code, "metadata": metadata}
    return {"error": {"code": status, "message": message, "status": "PERMISSION_DENIED", "details": [info]}}


def older(reason: str, message: str, status: int = 403) -> dict[str, Any]:
    """As Cloud Storage says it."""
    return {"error": {"code": status, "message": message, "errors": [{"domain": "global", "reason": reason}]}}


REFUSALS = [
    (coded("SECURITY_POLICY_VIOLATED"), Reason.DENIED, "", "VPC Service Controls"),
    (older("vpcServiceControls", PERIMETER), Reason.DENIED, "", "VPC Service Controls"),
    (older("forbidden", PERIMETER), Reason.DENIED, "", "VPC Service Controls"),
    (coded("ORG_RESTRICTION_VIOLATION"), Reason.DENIED, "", "organization restrictions"),
    (coded("USER_PROJECT_DENIED"), Reason.DENIED, "serviceusage.services.use", "quota project"),
    (
        older("forbidden", "ada does not have serviceusage.services.use access to the Google Cloud project."),
        Reason.DENIED,
        "serviceusage.services.use",
        "quota project",
    ),
    (coded("CONSUMER_INVALID"), Reason.NOT_ENABLED, "", "does not exist"),
    (coded("CONSUMER_INVALID", "Project #123456789012 has been deleted."), Reason.NOT_ENABLED, "", "is deleted"),
    (
        older("forbidden", "Project 'example-ml' has been scheduled for deletion and cannot be used for API calls."),
        Reason.NOT_ENABLED,
        "",
        "have it restored",
    ),
    (older("required", PAYS, 400), Reason.DENIED, "", "Requester Pays"),
    (coded("BILLING_DISABLED"), Reason.NOT_ENABLED, "", "billing"),
    (
        older("forbidden", "The billing account for the owning project is disabled in state absent"),
        Reason.NOT_ENABLED,
        "",
        "billing",
    ),
    (older("accountDisabled", "Account disabled."), Reason.NOT_ENABLED, "", "its owner"),
    (coded("CONSUMER_SUSPENDED"), Reason.NOT_ENABLED, "", "its owner"),
    (coded("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), Reason.DENIED, "", "scope"),
]


@pytest.mark.parametrize(("body", "reason", "permission", "word"), REFUSALS)
def test_a_refusal_says_its_cause_and_what_would_help(
    body: dict[str, Any], reason: Reason, permission: str, word: str
) -> None:
    failure = from_reply(body["error"]["code"], body)

    assert isinstance(failure, Refused)
    assert (failure.reason, failure.remedy("the.operations.own")) == (reason, permission)
    assert word in failure.detail
    assert "invented" not in failure.detail, "what differs between calls would differ between runs"


def test_a_plain_denial_is_mended_by_the_operations_own_permission() -> None:
    failure = from_reply(403, coded("IAM_PERMISSION_DENIED", "Permission 'aiplatform.models.list' denied"))

    assert not isinstance(failure, Refused)
    assert failure.remedy("aiplatform.models.list") == "aiplatform.models.list"


@pytest.mark.parametrize(
    "body",
    [
        coded("SERVICE_DISABLED", UNUSED, consumer="projects/123456789012"),
        older("accessNotConfigured", f"Access Not Configured. {UNUSED}"),
        {"error": {"code": 403, "message": UNUSED, "status": "PERMISSION_DENIED"}},
    ],
)
def test_an_api_that_is_off_is_known_in_every_form_that_says_so(body: dict[str, Any]) -> None:
    failure = from_reply(403, body)

    assert isinstance(failure, ServiceDisabled)
    assert (failure.consumer, failure.remedy("a.b.list")) == ("projects/123456789012", "")


def refusing(*asked: str, body: dict[str, Any]) -> dict[str, Any]:
    changed = document("gcp")
    fixed = {f"GET {path}": {"x-status": body["error"]["code"], **body} for path in asked}
    changed["replies"] = {**changed["replies"], **fixed}
    return changed


def test_a_refusal_of_the_whole_project_is_asked_for_once() -> None:
    path = "aiplatform.googleapis.com/v1/projects/example-fraud-prod/locations"
    changed = refusing(path, body=coded("SECURITY_POLICY_VIOLATED", PERIMETER))
    with running("gcp", changed | {"apis": {"disabled": ["cloudasset.googleapis.com"]}}) as world:
        inventory = take_inventory("gcp")

    asked = [request for request in world.log if request.operation.startswith("aiplatform.")]
    assert len(asked) == 1
    gaps = [gap for gap in inventory.gaps if gap.operation.startswith("aiplatform.")]
    assert {gap.kind for gap in gaps} >= {"gcp.vertex_ai.Endpoint", "gcp.vertex_ai.Model", "gcp.vertex_ai.CustomJob"}
    assert {gap.permission for gap in gaps} == {""}
    assert not any(listing.complete for (kind, _), listing in inventory.listings.items() if "vertex_ai" in kind)


def test_a_bucket_behind_a_perimeter_is_still_ours_and_no_permission_is_asked_for() -> None:
    path = "storage.googleapis.com/storage/v1/b/example-fraud-models"
    changed = refusing(path, f"{path}/iam", body=older("vpcServiceControls", PERIMETER))
    with running("gcp", changed):
        inventory = take_inventory("gcp")

    bucket = inventory.find(Bucket, "//storage.googleapis.com/example-fraud-models")
    assert bucket is not None
    assert (bucket.exists, bucket.project) == (True, "example-fraud-prod")
    gaps = {gap.operation: gap.permission for gap in inventory.gaps if "Service Controls" in gap.detail}
    assert gaps == {"storage.buckets.get": "", "storage.buckets.getIamPolicy": ""}
