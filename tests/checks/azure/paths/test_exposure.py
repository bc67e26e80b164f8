from datetime import UTC, datetime

from factories.azure import RETINA_STORAGE, rules, storage, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.storage.resources import StorageAccount

LINKED = workspace(storage_account=RETINA_STORAGE, additional_storage_accounts=None)
MORE = RETINA_STORAGE.replace("/retina", "/more")
HUB = workspace(storage_account=RETINA_STORAGE, additional_storage_accounts=(MORE,))


def open_storage(name: str = "retina", **fields: object) -> StorageAccount:
    return storage(
        name,
        **{
            "allow_blob_public_access": True,
            "public_network_access": "Enabled",
            "network_default_action": "Allow",
            **fields,
        },
    )


TAKEN = {"exists": False, "name_available": False, "name_reason": "AlreadyExists"}
CLOSED = storage(allow_blob_public_access=False)


def never_set(created: datetime | None) -> StorageAccount:
    return open_storage(allow_blob_public_access=None, public_network_access=None, created_at=created)


CASES = {
    "azure_ml_workspace_storage_open_to_anonymous": [
        Case("both", FAIL, LINKED, open_storage()),
        Case("never set on an old account", FAIL, LINKED, never_set(datetime(2022, 5, 1, tzinfo=UTC))),
        Case("never set on a new account", PASS, LINKED, never_set(datetime(2026, 3, 1, tzinfo=UTC))),
        Case("never set, age not told", UNKNOWN, LINKED, never_set(None)),
        Case("anonymous access disallowed", PASS, LINKED, open_storage(allow_blob_public_access=False)),
        Case("network closed", PASS, LINKED, open_storage(network_default_action="Deny", network_ip_rules=None)),
        Case(
            "half of the internet let in",
            FAIL,
            LINKED,
            open_storage(network_default_action="Deny", network_ip_rules=rules("128.0.0.0/1")),
        ),
        Case(
            "a whole /8 let in",
            FAIL,
            LINKED,
            open_storage(network_default_action="Deny", network_ip_rules=rules("17.0.0.0/8")),
        ),
        Case("network closed, the other unseen", UNKNOWN, LINKED, storage(public_network_access="Disabled")),
        Case("a hub's further account", FAIL, HUB, CLOSED, open_storage(name="more")),
        Case("no account of a hub", PASS, HUB, CLOSED, storage("more", allow_blob_public_access=False)),
        Case("network unseen", UNKNOWN, LINKED, storage(allow_blob_public_access=True)),
        Case("the account is gone", NOT_APPLICABLE, LINKED, storage(exists=False)),
        Case("the account is gone or elsewhere", NOT_APPLICABLE, LINKED, storage(**TAKEN, moved_to=None)),
        Case("the account is gone, or in another group", UNKNOWN, LINKED, storage(**TAKEN)),
        Case("the account was not seen", UNKNOWN, LINKED, storage(exists=UNSET)),
        Case("not among those collected", UNKNOWN, LINKED),
        Case("no account linked", NOT_APPLICABLE, workspace(storage_account=None, additional_storage_accounts=None)),
        Case("link not observed", UNKNOWN, workspace()),
    ],
}
