"""Feature groups: what is asked about them, and how their stores are judged."""

import copy
from typing import Any

from factories.aws import KEY, feature_group
from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, registered
from worlds.base import Fault

from checks.aws.sagemaker.resources import FEATURE_GROUP, FeatureGroup, OfflineStorage, OnlineSecurity, OnlineStore
from scanner.collect.plan import make_plan
from scanner.model.collectors import COLLECTORS
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5307"]
AWS_KEY = "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"


def offline(key: str | None = None, **fields: Any) -> FeatureGroup:
    uri = "s3://northwind-example-data/111122223333/sagemaker/eu-west-1/offline-store/customers-1764150000/data"
    return feature_group(offline_storage=OfflineStorage(resolved_output_s3_uri=uri, kms_key_id=key), **fields)


def online(key: str | None = None, *, on: bool | None = True, tier: str | None = None, **fields: Any) -> FeatureGroup:
    security = OnlineSecurity(kms_key_id=key) if key else None
    store = OnlineStore(enable_online_store=on, storage_type=tier, security_config=security)
    return feature_group(online_store=store, **fields)


CASES = {
    "sagemaker_feature_group_offline_store_without_customer_key": [
        Case("a key", PASS, offline(KEY)),
        Case("no key", FAIL, offline()),
        Case("the key that AWS manages", FAIL, offline(AWS_KEY)),
        Case("a key, and nobody knows whether it is there", PASS, offline(KEY, status=UNSET)),
        Case("no key, and nobody knows whether it is there", UNKNOWN, offline(status=UNSET)),
        Case("creating it failed", NOT_APPLICABLE, offline(status="CreateFailed")),
        Case("is being deleted", NOT_APPLICABLE, offline(status="Deleting")),
        Case("deleting it failed", FAIL, offline(status="DeleteFailed")),
        Case("no offline store", NOT_APPLICABLE, feature_group(offline_storage=None)),
        Case("describe was denied", UNKNOWN, feature_group()),
    ],
    "sagemaker_feature_group_online_store_without_customer_key": [
        Case("a key", PASS, online(KEY)),
        Case("no key", FAIL, online()),
        Case("no key in the standard tier", FAIL, online(tier="Standard")),
        Case("no key in the second standard tier", FAIL, online(tier="Standard_V2")),
        Case("no key in memory", NOT_APPLICABLE, online(tier="InMemory")),
        Case("a key in memory", PASS, online(KEY, tier="InMemory")),
        Case("no key in a tier of tomorrow", UNKNOWN, online(tier="Disk")),
        Case("switched off", NOT_APPLICABLE, online(on=False)),
        Case("not switched on", NOT_APPLICABLE, online(on=None)),
        Case("is being deleted", NOT_APPLICABLE, online(status="Deleting")),
        Case("no online store", NOT_APPLICABLE, feature_group(online_store=None)),
        Case("describe was denied", UNKNOWN, feature_group()),
    ],
}


def scanned(*faults: Fault) -> Inventory:
    with running("aws", copy.deepcopy(document("aws"))) as world:
        world.faults.extend(faults)
        return take_inventory("aws", [CHECK])


def test_feature_groups_are_read_without_what_is_written_of_them() -> None:
    found = {group.name: group for group in calm("aws")[0].of(FeatureGroup)}

    assert found.keys() == {"customers", "clicks"}
    customers, clicks = found["customers"], found["clicks"]
    assert (customers.description, clicks.description) == ("filled", "empty")
    assert customers.offline_storage and customers.offline_storage.kms_key_id == KEY
    assert clicks.online_store and clicks.online_store.enable_online_store
    assert "Customers of the shop" not in repr(customers)


def test_a_denied_description_keeps_the_group_and_leaves_it_open() -> None:
    inventory = scanned(Fault(FEATURE_GROUP, "deny"))

    assert {gap.operation for gap in inventory.gaps} == {FEATURE_GROUP}
    assert {group.description for group in inventory.of(FeatureGroup)} == {UNSET}


def test_they_are_read_only_where_systems_are_declared() -> None:
    assert FeatureGroup.kind not in {one.kind.kind for one in make_plan([CHECK], COLLECTORS, systems=False).collectors}
