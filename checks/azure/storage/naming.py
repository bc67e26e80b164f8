"""Storage accounts by the names that addresses of files have."""

from checks.azure.storage.resources import StorageAccount
from scanner.lineage.dataset_names import Place
from scanner.model.views import View


def account_in(place: Place) -> str:
    """The name of the account in an address of Azure Storage, `abfss://CONTAINER@ACCOUNT.dfs…`."""
    return place.store.partition("@")[2].partition(".")[0]


def accounts_by_name(view: View) -> dict[str, str] | None:
    """The ids of storage accounts by their names, which are unique in Azure; None unless all were listed."""
    found = view.all(StorageAccount)
    return {one.id.rpartition("/")[2]: one.id for one in found} if found.complete else None
