"""What somebody else can put themselves in the place of."""

from msgspec import UNSET

from checks.azure.blind_spots import DATASTORES
from checks.azure.machine_learning.resources import Workspace
from checks.azure.members import folded
from checks.azure.paths.storage import judge_storage
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, failed_unless_known, joined, passed, unknown
from scanner.model.trust import Foreign
from scanner.model.views import View


@check(
    id="MLP-4302",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(StorageAccount,),
    exposure=Exposure.INTERNET,
    blind_to=(DATASTORES,),
    decided_by=("StorageAccount.exists",),
)
def azure_ml_workspace_storage_missing(workspace: Workspace, view: View) -> Verdict:
    """Workspace still names a storage account that no longer exists.

    ## Why it matters
    Names of storage accounts are global. Once the account is deleted, anybody can register its name and serve code,
    environments and model files of their own to every job and endpoint that still uses the old address. If the name is
    taken already, somebody may be doing so now, unless the account was moved to a subscription that is not scanned. One
    that was moved within the scanned subscriptions still exists. An account that cannot be seen is reported as unknown.
    The further accounts that a hub names for its projects count as well.

    ## How to fix
    If the name is free, register it again in your own subscription at once. If it is taken, look for an account of that
    name in your other subscriptions, and move it back. Then move the workspace: its default storage cannot be changed,
    so make a new workspace with an existing account and delete this one. One of yours that has to stay elsewhere is
    declared in `[[trust.buckets]]`.

    CLI: `az storage account check-name --name NAME`, `az storage account create`, `az ml workspace delete`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "az://NAME"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/storage/common/storage-account-recover
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-workspace
    """
    return judge_storage(workspace, view, _judged)


def _judged(workspace: Workspace, storage: StorageAccount) -> Verdict:
    path = (workspace.id, storage.id)
    if storage.exists is UNSET:
        return unknown("StorageAccount.exists", path=path)
    if storage.exists:
        return passed(f"{storage.name} exists", path=path, **joined(storage, "exists"))
    if storage.name_available is True:
        return failed(
            f"{storage.name} does not exist and anybody may register the name",
            path=path,
            **joined(storage, "exists", "name_available"),
        )
    if storage.name_available is False and folded(storage.name_reason) == "alreadyexists":
        if storage.moved_to is UNSET:
            return unknown("StorageAccount.moved_to", path=path)
        return failed_unless_known(
            (Foreign.bucket(f"az://{storage.name}"),),
            f"{storage.name} is in no scanned subscription, and an account elsewhere has the name",
            known=f"an account outside the scanned subscriptions has the name {storage.name}",
            path=path,
            **joined(storage, "exists", "name_available", "name_reason", "moved_to"),
        )
    return unknown("StorageAccount.name_available", path=path)
