"""What is open to those who should not see it."""

from checks.azure.blind_spots import DATASTORES, FAR_PERIMETERS, STATIC_WEBSITE
from checks.azure.machine_learning.resources import Workspace
from checks.azure.networks import of_joined
from checks.azure.paths.storage import judge_storage
from checks.azure.storage.absence import joined_absence
from checks.azure.storage.exposure import allows_anonymous_blobs, open_to_all_networks
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed_unless_known,
    joined,
    passed,
    unknown,
)
from scanner.model.views import View


@check(
    id="MLP-4301",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
    blind_to=(STATIC_WEBSITE, DATASTORES, FAR_PERIMETERS),
    decided_by=(
        "StorageAccount.allow_blob_public_access",
        "StorageAccount.created_at",
        "StorageAccount.network_default_action",
        "StorageAccount.network_ip_rules",
        "StorageAccount.network_ipv6_rules",
        "StorageAccount.perimeter_mode",
        "StorageAccount.perimeter_rules",
        "StorageAccount.public_network_access",
    ),
)
def azure_ml_workspace_storage_open_to_anonymous(workspace: Workspace, view: View) -> Verdict:
    """Workspace keeps data and models in storage that the internet can be given anonymous access to.

    ## Why it matters
    The default storage account holds datasets, models, code snapshots and notebooks. It accepts connections from every
    network and lets containers be opened to readers without a sign-in, so a single container setting publishes all of
    it; neither setting looks alarming alone. The further accounts that a hub names for its projects count as well.

    ## How to fix
    Disallow anonymous access on the account at once, then close its network. A range this wide that is your own is
    declared in `[[trust.addresses]]`.

    CLI: `az storage account update --allow-blob-public-access false --default-action Deny`. Terraform:
    `allow_nested_items_to_be_public = false` and `public_network_access_enabled = false` on `azurerm_storage_account`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/blobs/anonymous-read-access-prevent
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-network-security
    """
    return judge_storage(workspace, view, _judged)


def _judged(workspace: Workspace, storage: StorageAccount) -> Verdict:
    path = (workspace.id, storage.id)
    if verdict := joined_absence(storage, path):
        return verdict
    anonymous, because = allows_anonymous_blobs(storage)
    if anonymous is None:
        return unknown(*of_joined("StorageAccount", because), path=path)
    if not anonymous:
        return passed("anonymous access is disallowed", path=path, **joined(storage, *because))
    found = open_to_all_networks(storage)
    if found.to_all is None:
        return unknown(*of_joined("StorageAccount", found.fields), path=path)
    if not found.to_all:
        return passed(f"{storage.name} is closed to the internet", path=path, **joined(storage, *found.fields))
    return failed_unless_known(
        found.foreign,
        f"{storage.name} is open to the internet and allows anonymous access",
        known=f"{storage.name} allows anonymous access, and {found.known}",
        path=path,
        missing=of_joined("StorageAccount", found.missing),
        **joined(storage, *because, *found.fields),
    )
