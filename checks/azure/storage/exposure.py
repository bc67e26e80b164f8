"""What the settings of a storage account mean for who can reach it: pure functions that checks share."""

from msgspec import UNSET

from checks.azure.members import wide
from checks.azure.storage.resources import StorageAccount


def open_to_all_networks(account: StorageAccount) -> tuple[bool | None, tuple[str, ...]]:
    """Whether any address may connect (None if that was not observed), and the fields that say so.

    Azure opens an account to all networks unless told otherwise. A rule that lets in a large share of the internet
    opens it as well, whatever the default action.
    """
    access = account.public_network_access
    if access == "Disabled":
        return False, ("public_network_access",)
    if access not in ("Enabled", None):
        return None, ()
    match account.network_default_action:
        case "Deny" if account.network_ip_rules is UNSET:
            return None, ()
        case "Deny":
            return bool(wide(account.network_ip_rules or ())), ("network_default_action", "network_ip_rules")
        case "Allow" | None:
            return True, ("public_network_access", "network_default_action")
        case _:
            return None, ()


def allows_anonymous_blobs(account: StorageAccount) -> bool | None:
    """Whether containers may be opened to anonymous readers; None if that was not observed.

    Accounts from before the end of 2023 on which the setting was never made still allow it.
    """
    match account.allow_blob_public_access:
        case True | None:
            return True
        case False:
            return False
        case _:
            return None
