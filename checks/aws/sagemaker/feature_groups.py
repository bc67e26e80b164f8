"""Checks of feature groups: the data that models learn from, and that endpoints look up."""

from msgspec import UNSET

from checks.aws.blind_spots import KEY_MANAGER
from checks.aws.keys import lacks
from checks.aws.sagemaker.resources import FeatureGroup, OnlineStore
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown

#: Statuses in which nothing is kept, or soon will not be.
_GONE = ("CreateFailed", "Deleting")
_STANDARD = ("Standard", "Standard_V2", None)


@check(id="MLP-5307", severity=Severity.MEDIUM, objective="encryption-at-rest", since="0.1.0", blind_to=(KEY_MANAGER,))
def sagemaker_feature_group_offline_store_without_customer_key(group: FeatureGroup) -> Verdict:
    """Offline store of the feature group is not encrypted with a customer managed key.

    ## Why it matters
    The offline store keeps every record that was ever put into the group, with its time: what models were trained
    with, for years. Where no key is named, Feature Store takes the one that AWS manages, whatever the bucket has by
    default: read access to the bucket is then all it takes to copy it.

    ## How to fix
    Nothing changes the key of a feature group. Create one with a key for its offline store, which the role of the group
    may use, and ingest the records into it.

    Terraform: `offline_store_config { s3_storage_config { kms_key_id = … } }` on `aws_sagemaker_feature_group`. CLI:
    `S3StorageConfig={KmsKeyId=…}` in `--offline-store-config` of `aws sagemaker create-feature-group`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3StorageConfig.html
    """
    storage = group.offline_storage
    if storage is UNSET:
        return unknown("offline_storage")
    if storage is None:
        return not_applicable("has no offline store", offline_storage=None)
    if lack := lacks(storage.kms_key_id):
        return _unless_gone(group, failed(f"its records have {lack}", offline_storage=storage))
    return passed("its records have a key", offline_storage=storage)


@check(id="MLP-5308", severity=Severity.MEDIUM, objective="encryption-at-rest", since="0.1.0", blind_to=(KEY_MANAGER,))
def sagemaker_feature_group_online_store_without_customer_key(group: FeatureGroup) -> Verdict:
    """Online store of the feature group is not encrypted with a customer managed key.

    Of a store in the in-memory tier that names no key nothing is judged, as AWS Config does it.

    ## Why it matters
    The online store has the latest record of each customer, device or account, for any endpoint to look up. With a key
    that AWS owns nobody needs more than `sagemaker:GetRecord`; a key of your own is a second lock that has its own
    policy, its own trail and an off switch.

    ## How to fix
    Nothing changes the key of a feature group. Create one with a key for its online store, let those who read and write
    records use that, and ingest the records into it.

    Terraform: `online_store_config { security_config { kms_key_id = … } }` on `aws_sagemaker_feature_group`. CLI:
    `SecurityConfig={KmsKeyId=…}` in `--online-store-config` of `aws sagemaker create-feature-group`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OnlineStoreConfig.html
    - https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-featuregroup-online-store-encryption.html
    """
    store = group.online_store
    if store is UNSET:
        return unknown("online_store")
    if store is None or not store.enable_online_store:
        return not_applicable("has no online store", online_store=store)
    lack = lacks(store.security_config.kms_key_id if store.security_config else None)
    if not lack:
        return passed("its records have a key", online_store=store)
    return _unless_gone(group, _keyless(store, lack))


def _keyless(store: OnlineStore, lack: str) -> Verdict:
    """The verdict on an online store without a key of the customer."""
    if store.storage_type in _STANDARD:
        return failed(f"its records have {lack}", online_store=store)
    if store.storage_type == "InMemory":
        return not_applicable("is in the in-memory tier", online_store=store)
    return unknown("online_store")


def _unless_gone(group: FeatureGroup, verdict: Verdict) -> Verdict:
    """The verdict, unless the group keeps nothing any more, or nobody saw whether it does."""
    if group.status is UNSET:
        return unknown("status")
    if group.status in _GONE:
        return not_applicable(f"the status is {group.status}: it keeps no records", status=group.status)
    return verdict
