"""Checks of the storage accounts that hold the data, models and code of workspaces and AI accounts."""

from typing import Any

from msgspec import UNSET

from checks.azure.blind_spots import FAR_PERIMETERS, LOCAL_USERS, STATIC_WEBSITE
from checks.azure.members import folded
from checks.azure.networks import judge_opening
from checks.azure.storage.absence import absence
from checks.azure.storage.exposure import allows_anonymous_blobs, open_to_all_networks
from checks.azure.storage.resources import StorageAccount
from checks.blind_spots import VERSIONS_DELETED
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
    unobserved,
)

#: How long what was overwritten has to be kept.
_LEAST_DAYS = 30


@check(
    id="MLP-3401",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(STATIC_WEBSITE,),
    decided_by=("allow_blob_public_access",),
)
def azure_ml_storage_anonymous_access_allowed(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account lets containers be opened to anonymous readers.

    ## Why it matters
    One wrong click on a container then publishes datasets, model files or code snapshots to everyone, with no sign-in
    and no name in the log. An account made before 2024 on which the setting was never made allows it too; on later ones
    that means disallowed. What containers allow is not read.

    ## How to fix
    Disallow anonymous access for the whole account; it overrides every container.

    CLI: `az storage account update --allow-blob-public-access false`. Terraform:
    `allow_nested_items_to_be_public = false` on `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/anonymous-read-access-prevent
    """
    if verdict := absence(account):
        return verdict
    allowed, fields = allows_anonymous_blobs(account)
    if allowed is None:
        return unknown(*fields)
    evidence = {name: getattr(account, name) for name in fields}
    if allowed:
        return failed("anonymous access may be given", **evidence)
    return passed("anonymous access is disallowed", **evidence)


@check(
    id="MLP-3402", severity=Severity.MEDIUM, objective="strong-authentication", since="0.1.0", blind_to=(LOCAL_USERS,)
)
def azure_ml_storage_shared_key_access(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account accepts its shared keys.

    ## Why it matters
    An account key reads, changes and deletes every dataset and model in the account, past all role assignments and
    without a name in the log; signed links made from it outlive whoever made them. Keys work unless turned off.

    ## How to fix
    Move the workspace's datastores to identity-based access, give computes and people roles, then disallow keys.

    CLI: `az storage account update --allow-shared-key-access false`. Terraform: `shared_access_key_enabled = false` on
    `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/shared-key-authorization-prevent
    """
    if verdict := absence(account):
        return verdict
    match account.allow_shared_key_access:
        case False:
            return passed("shared keys are refused", allow_shared_key_access=False)
        case True | None as flag:
            return failed("shared keys are accepted", allow_shared_key_access=flag)
        case _:
            return unknown("allow_shared_key_access")


@check(id="MLP-3403", severity=Severity.LOW, objective="encryption-in-transit", since="0.1.0", blind_to=())
def azure_ml_storage_old_tls(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account names a minimum TLS version below 1.2.

    ## Why it matters
    Azure Storage has refused TLS 1.0 and 1.1 on all accounts since 3 February 2026, whatever minimum they name. The
    setting still goes into templates, copies and audits, where it says that old clients are welcome. An account that
    sets no minimum counts as 1.0.

    ## How to fix
    Set the minimum version to TLS 1.2.

    CLI: `az storage account update --min-tls-version TLS1_2`. Terraform: `min_tls_version = "TLS1_2"` on
    `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/transport-layer-security-configure-minimum-version
    - https://learn.microsoft.com/en-us/azure/storage/common/transport-layer-security-configure-migrate-to-tls2
    """
    if verdict := absence(account):
        return verdict
    version = account.minimum_tls_version
    match folded(version):
        case "tls1_2" | "tls1_3":
            return passed(f"the minimum is {version}", minimum_tls_version=version)
        case "tls1_0" | "tls1_1" | None:
            return failed(f"the minimum is {version or 'not set'}", minimum_tls_version=version)
        case _:
            return unknown("minimum_tls_version")


@check(
    id="MLP-3404",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(FAR_PERIMETERS,),
    decided_by=(
        "network_default_action",
        "network_ip_rules",
        "network_ipv6_rules",
        "perimeter_mode",
        "perimeter_rules",
        "public_network_access",
    ),
)
def azure_ml_storage_open_network(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account accepts connections from all networks.

    ## Why it matters
    A leaked account key, signed link or token can be used from anywhere to copy training data or to replace a model. An
    account is open to all networks unless told otherwise, and firewall rules that let in a /8 or more, alone or
    together, make it nearly so. In a network security perimeter that is enforced, or that the account leaves its
    network to, the perimeter's rules decide alone; in one that learns they let in besides. A perimeter of a
    subscription outside the scan is not looked for.

    ## How to fix
    Turn public network access off and use private endpoints, or deny by default and list what may connect. A range this
    wide that is your own is declared in `[[trust.addresses]]`.

    CLI: `az storage account update --default-action Deny`, or `--public-network-access Disabled`. Terraform:
    `network_rules { default_action = "Deny" }` or `public_network_access_enabled = false` on `azurerm_storage_account`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-network-security
    - https://learn.microsoft.com/en-us/azure/private-link/network-security-perimeter-transition
    """
    if verdict := absence(account):
        return verdict
    opened = "all or most of the internet may connect"
    return judge_opening(account, open_to_all_networks(account), opened, "not all networks may connect")


@check(
    id="MLP-3405",
    severity=Severity.MEDIUM,
    objective="artifact-integrity",
    since="0.1.0",
    blind_to=(VERSIONS_DELETED,),
    decided_by=("versioning",),
)
def azure_ml_storage_without_blob_versioning(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account keeps no earlier versions of blobs.

    ## Why it matters
    A model file or dataset that is overwritten, by mistake or by an attacker, is gone: there is nothing to compare with
    and nothing to go back to. Versioning is off unless turned on. Without it soft delete keeps what was overwritten as
    a snapshot for its days; fewer than 30 are fewer than it takes to notice.

    ## How to fix
    Turn blob versioning on, with a lifecycle rule that removes old versions.

    CLI: `az storage account blob-service-properties update --enable-versioning true`. Terraform:
    `blob_properties { versioning_enabled = true }` on `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/versioning-overview
    - https://learn.microsoft.com/en-us/azure/storage/blobs/soft-delete-vs-versioning-options
    """
    if verdict := absence(account) or unobserved(account, "is_hns_enabled"):
        return verdict
    if account.is_hns_enabled:
        return not_applicable("accounts with a hierarchical namespace have no versioning", is_hns_enabled=True)
    match account.versioning:
        case True:
            return passed("versioning is on", versioning=True)
        case False | None:
            return _of_overwritten(account)
        case _:
            return unknown("versioning")


def _of_overwritten(account: StorageAccount) -> Verdict:
    """The verdict on an account without versions: soft delete keeps what was overwritten, too."""
    if verdict := unobserved(account, "blob_soft_delete"):
        return verdict
    shown: dict[str, Any] = {"versioning": account.versioning, "blob_soft_delete": account.blob_soft_delete}
    if not account.blob_soft_delete:
        return failed("versioning is off", **shown)
    days = account.soft_delete_days
    if not isinstance(days, int):
        return unknown("soft_delete_days")
    shown["soft_delete_days"] = days
    if days >= _LEAST_DAYS:
        return passed(f"for {days} days soft delete keeps what was overwritten", **shown)
    return failed(f"what was overwritten is lost after {days} days", **shown)


@check(
    id="MLP-3406",
    severity=Severity.MEDIUM,
    objective="resilience-recovery",
    since="0.1.0",
    blind_to=(VERSIONS_DELETED,),
    decided_by=("blob_soft_delete", "versioning"),
)
def azure_ml_storage_without_soft_delete(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account deletes blobs for good at once.

    ## Why it matters
    A script with a wrong prefix, or ransomware with a key, removes datasets and model files beyond recovery, and with
    them the proof of what a model was trained on. Soft delete is off in accounts made by template or API. With
    versioning on, a blob that is deleted stays as an earlier version. Where the account lets nobody delete a blob for
    some days after it was written, the verdict is open: how old blobs are is not read. Policies of single containers
    are not read either.

    ## How to fix
    Turn soft delete on for blobs, for as long as it takes you to notice a loss.

    CLI: `az storage account blob-service-properties update --enable-delete-retention true --delete-retention-days 30`.
    Terraform: `blob_properties { delete_retention_policy { days = 30 } }` on `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/soft-delete-blob-overview
    - https://learn.microsoft.com/en-us/azure/storage/blobs/immutable-version-level-worm-policies
    """
    if verdict := absence(account):
        return verdict
    match account.blob_soft_delete:
        case True:
            return passed("deleted blobs are kept", blob_soft_delete=True)
        case False | None if account.versioning:
            kept: dict[str, Any] = {"blob_soft_delete": account.blob_soft_delete, "versioning": account.versioning}
            return passed("what is deleted stays as an earlier version", **kept)
        case False | None if account.versioning is UNSET:
            return unknown("versioning")
        case False | None as flag:
            match folded(account.immutability_state):
                case None | "disabled":
                    state = account.immutability_state
                    return failed("deleted blobs are not kept", blob_soft_delete=flag, immutability_state=state)
                case "locked" | "unlocked":
                    return unknown("how old blobs are, which nobody may delete for some days")
                case _:
                    return unknown("immutability_state")
        case _:
            return unknown("blob_soft_delete")


@check(id="MLP-3407", severity=Severity.MEDIUM, objective="encryption-in-transit", since="0.1.0", blind_to=())
def azure_ml_storage_plain_http(account: StorageAccount) -> Verdict:
    """Storage account of a workspace or AI account answers plain HTTP.

    ## Why it matters
    A signed link used over HTTP shows the link, which is a credential, and the dataset or model behind it to everyone
    on the way, who may also change what is downloaded.

    ## How to fix
    Require secure transfer.

    CLI: `az storage account update --https-only true`. Terraform: `https_traffic_only_enabled = true` on
    `azurerm_storage_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-require-secure-transfer
    """
    if verdict := absence(account):
        return verdict
    match account.https_traffic_only:
        case True:
            return passed("secure transfer is required", https_traffic_only=True)
        case False:
            return failed("secure transfer is not required", https_traffic_only=False)
        case _:
            return unknown("https_traffic_only")
