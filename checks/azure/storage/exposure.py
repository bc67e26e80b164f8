"""What the settings of a storage account mean for who can reach it: pure functions that checks share."""

from datetime import UTC, datetime

from checks.azure.networks import Opening
from checks.azure.perimeters import opening
from checks.azure.storage.resources import StorageAccount

#: From then on an account on which anonymous access was never set does not allow it.
_DISALLOWED_SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def open_to_all_networks(account: StorageAccount) -> Opening:
    """Whether any address may connect, by the account's own rules and those of a perimeter that it is in."""
    return opening(account, "network_ip_rules", "network_ipv6_rules")


def allows_anonymous_blobs(account: StorageAccount) -> tuple[bool | None, tuple[str, ...]]:
    """Whether containers may be opened to anonymous readers (None if that is not known), and the fields that say so.

    Azure has disallowed it on new accounts since the end of 2023. Older ones on which it was never set still allow it.
    """
    match account.allow_blob_public_access:
        case True | False as flag:
            return flag, ("allow_blob_public_access",)
        case None if isinstance(account.created_at, datetime):
            return account.created_at < _DISALLOWED_SINCE, ("allow_blob_public_access", "created_at")
        case None:
            return None, ("created_at",)
        case _:
            return None, ("allow_blob_public_access",)
