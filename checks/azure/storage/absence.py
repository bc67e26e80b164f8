"""Storage accounts that are not where they are named: deleted, or moved to where no scan looks."""

from msgspec import UNSET

from checks.azure.members import folded
from checks.azure.networks import of_joined
from checks.azure.storage.resources import StorageAccount
from scanner.model.nouns import Verdict, joined, not_applicable, unknown, unobserved


def absence(account: StorageAccount) -> Verdict | None:
    """Why a linked account cannot be judged: it is not there, or nobody saw whether it is."""
    if verdict := unobserved(account, "exists"):
        return verdict
    if account.exists:
        return None
    words, fields = _told(account)
    return not_applicable(words, **{name: getattr(account, name) for name in fields}) if words else unknown(*fields)


def joined_absence(account: StorageAccount, path: tuple[str, ...]) -> Verdict | None:
    """The same for a check that joins the account."""
    if account.exists is UNSET:
        return unknown("StorageAccount.exists", path=path)
    if account.exists:
        return None
    words, fields = _told(account)
    if not words:
        return unknown(*of_joined("StorageAccount", fields), path=path)
    return not_applicable(words, **joined(account, *fields))


def _told(account: StorageAccount) -> tuple[str, tuple[str, ...]]:
    """What became of an account, and the fields that tell; no words if they do not.

    One whose name is taken was deleted, or moved and perhaps in use as before.
    """
    if account.name_available is not False or folded(account.name_reason) != "alreadyexists":
        return "the storage account does not exist", ("exists",)
    if account.moved_to is UNSET:
        return "", ("moved_to",)
    return (
        "the storage account was deleted or moved out of the scanned subscriptions, where one has its name",
        ("exists", "name_available", "name_reason", "moved_to"),
    )
