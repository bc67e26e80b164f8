from factories.azure import GROUP, RETINA_STORAGE, storage, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.storage.resources import StorageAccount

LINKED = workspace(storage_account=RETINA_STORAGE, additional_storage_accounts=None)
MORE = RETINA_STORAGE.replace("/retina", "/more")
HUB = workspace(storage_account=RETINA_STORAGE, additional_storage_accounts=(MORE,))


CASES = {
    "azure_ml_workspace_storage_missing": [
        Case("there", PASS, LINKED, storage()),
        Case("name is free", FAIL, LINKED, storage(exists=False, name_available=True)),
        Case(
            "name is taken",
            FAIL,
            LINKED,
            storage(exists=False, name_available=False, name_reason="AlreadyExists", moved_to=None),
        ),
        Case("moved to another group", PASS, LINKED, storage(moved_to=f"{GROUP}-data/…/retina")),
        Case(
            "name is taken, perhaps by the same account elsewhere",
            UNKNOWN,
            LINKED,
            storage(exists=False, name_available=False, name_reason="AlreadyExists"),
        ),
        Case(
            "name is invalid",
            UNKNOWN,
            LINKED,
            storage(exists=False, name_available=False, name_reason="AccountNameInvalid"),
        ),
        Case(
            "a hub's further account is gone", FAIL, HUB, storage(), storage("more", exists=False, name_available=True)
        ),
        Case("all accounts of a hub are there", PASS, HUB, storage(), storage("more")),
        Case("a hub's further account was not collected", UNKNOWN, HUB, storage()),
        Case("whether it names more not observed", UNKNOWN, workspace(storage_account=RETINA_STORAGE), storage()),
        Case("name was not checked", UNKNOWN, LINKED, storage(exists=False)),
        Case("in a subscription that cannot be seen", UNKNOWN, LINKED, storage(exists=UNSET)),
        Case("storage not collected", UNKNOWN, LINKED, incomplete=[StorageAccount]),
        Case("no account linked", NOT_APPLICABLE, workspace(storage_account=None, additional_storage_accounts=None)),
        Case("link not observed", UNKNOWN, workspace()),
    ],
}
