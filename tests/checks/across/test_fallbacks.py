"""What clouds show of a way back from what serves, and of people before it."""

from __future__ import annotations

import pytest
from factories.aws import arn, config, endpoint, from_package, packaged, packed, single, variant
from factories.azure import ML, deployment
from factories.azure import endpoint as online_endpoint
from factories.gcp import deployed, vertex_id
from factories.gcp import endpoint as vertex_endpoint
from factories.gcp import model as vertex_model
from msgspec import UNSET
from support import inventory_of

from checks.across.fallbacks import (
    APPROVED,
    EARLIER_PACKAGE,
    EARLIER_VERSION,
    SECOND_DEPLOYMENT,
    SECOND_MODEL,
    Fact,
    fallbacks,
)
from checks.across.serving_now import NEEDS
from checks.aws.sagemaker.resources import IamIdentity, Model, ModelPackage, UserContext
from scanner.model.nouns import Resource
from scanner.store.inventory import InventoryView

ADA, GRACE = (
    UserContext(iam_identity=IamIdentity(arn=f"arn:aws:iam::111122223333:user/{name}")) for name in ("Ada", "grace")
)
SERVES = (
    config(variants=(variant(model_name="sentiment"),), shadow_variants=()),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
    single(from_package("sentiment/3")),
)
EARLIER = single(from_package("sentiment/2"), "sentiment-before")


def seen(*resources: Resource) -> list[Fact]:
    clouds = {resource.scope.provider for resource in resources}
    return list(fallbacks(InventoryView(inventory_of(*resources), NEEDS), clouds))


def whats(*resources: Resource) -> list[str]:
    return [one.what for one in seen(*resources)]


def registered(number: int = 3, group: str = "sentiment", **fields: object) -> ModelPackage:
    known = {"version": number, "approval_status": "Approved", "created_by": ADA, "last_modified_by": ADA, **fields}
    return packaged(packed(), name=f"{group}/{number}", **known)


def test_a_package_that_somebody_else_changed_and_that_is_approved() -> None:
    [found] = seen(registered(last_modified_by=GRACE), *SERVES)

    assert found == Fact(APPROVED, ((ModelPackage.kind, arn("model-package", "sentiment/3")),), frozenset({"grace"}))


@pytest.mark.parametrize(
    "fields",
    [
        {"last_modified_by": ADA},
        {"last_modified_by": None},
        {"last_modified_by": UNSET},
        {"last_modified_by": GRACE, "approval_status": "PendingManualApproval"},
        {"last_modified_by": GRACE, "approval_status": UNSET},
    ],
)
def test_the_same_person_nobody_known_and_what_is_not_approved_are_none(fields: dict[str, object]) -> None:
    assert whats(registered(**fields), *SERVES) == []


def test_an_earlier_approved_version_that_a_model_is_made_of() -> None:
    [found] = seen(registered(), registered(2), EARLIER, *SERVES)

    assert found.what == EARLIER_PACKAGE
    assert found.rests_on == (
        (ModelPackage.kind, arn("model-package", "sentiment/3")),
        (ModelPackage.kind, arn("model-package", "sentiment/2")),
        (Model.kind, arn("model", "sentiment-before")),
    )


@pytest.mark.parametrize(
    "earlier",
    [
        (registered(2),),
        (registered(2, approval_status="Rejected"), EARLIER),
        (registered(2, version=UNSET), EARLIER),
        (registered(2, group="other"), single(from_package("other/2"), "sentiment-before")),
        (registered(4), single(from_package("sentiment/4"), "sentiment-after")),
    ],
)
def test_what_cannot_be_gone_back_to_is_none(earlier: tuple[Resource, ...]) -> None:
    assert whats(registered(), *earlier, *SERVES) == []


def test_what_serves_nowhere_needs_no_way_back() -> None:
    assert whats(registered(last_modified_by=GRACE), registered(2), EARLIER) == []


def test_a_second_model_on_an_endpoint_of_vertex() -> None:
    one, two = deployed("1"), deployed("2", id="102")

    assert SECOND_MODEL in whats(vertex_endpoint(deployed_models=(one, two)))
    assert whats(vertex_endpoint(deployed_models=(one,)), vertex_endpoint("2", deployed_models=UNSET)) == []


def test_an_earlier_version_of_what_vertex_serves() -> None:
    serves = vertex_endpoint(deployed_models=(deployed("777", model_version_id="7"),))
    [found] = seen(vertex_model("777", version="7"), vertex_model("777@6", version="6"), serves)

    assert found.what == EARLIER_VERSION
    assert [id for _, id in found.rests_on] == [vertex_id("models", "777"), vertex_id("models", "777@6")]
    assert whats(vertex_model("777", version="7"), vertex_model("777@8", version="8"), serves) == []
    assert whats(vertex_model("777", version="7"), vertex_model("778@6", version="6"), serves) == []
    odd = vertex_endpoint("2", deployed_models=(deployed("777", model_version_id="²"),))
    assert whats(vertex_model("777", version="²"), vertex_model("777@6", version="6"), odd) == []


def test_a_second_deployment_behind_an_online_endpoint() -> None:
    where = f"{ML}/retina/onlineendpoints/score"
    both = [deployment("blue"), deployment("green")]

    assert all(one.id.startswith(f"{where}/deployments/") for one in both)
    assert whats(online_endpoint(), *both) == [SECOND_DEPLOYMENT]
    assert whats(online_endpoint(), both[0], deployment("green", provisioning_state="Failed")) == []
