from factories.azure import ML, RETINA_STORAGE, rules, storage, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import StorageAccount


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


def sensitive(**fields: object) -> Workspace:
    return workspace(**{"hbi_workspace": True, "storage_account": RETINA_STORAGE, **fields})


def keyed(mode: str | None = "AccessKey", **fields: object) -> Workspace:
    return default(system_datastores_auth_mode=mode, **{"storage_account": RETINA_STORAGE, **fields})


# ARM does not always spell the id of a hub as it does elsewhere.
PROJECT = workspace("retina", workspace_kind="Project", hub_resource_id=f"{ML}/Hub")
HUB = workspace("hub", workspace_kind="Hub")
OF_HUB = (
    Case("a project", NOT_APPLICABLE, PROJECT, HUB),
    Case("a project whose hub was not seen", UNKNOWN, PROJECT),
    Case("a project that names no hub", UNKNOWN, workspace(workspace_kind="project", hub_resource_id=None)),
)

TAKEN = {"exists": False, "name_available": False, "name_reason": "AlreadyExists"}

CASES = {
    "azure_ml_workspace_sensitive_data_in_public_storage": [
        Case("public access off", PASS, sensitive(), storage(public_network_access="Disabled")),
        Case(
            "denied by default",
            PASS,
            sensitive(),
            storage(public_network_access=None, network_default_action="Deny", network_ip_rules=()),
        ),
        Case(
            "denied by default, half of the internet let in",
            FAIL,
            sensitive(),
            storage(public_network_access=None, network_default_action="Deny", network_ip_rules=rules("0.0.0.0/1")),
        ),
        Case(
            "denied by default, a whole /8 let in",
            FAIL,
            sensitive(),
            storage(public_network_access=None, network_default_action="Deny", network_ip_rules=rules("17.0.0.0/8")),
        ),
        Case("open", FAIL, sensitive(), storage(public_network_access="Enabled", network_default_action="Allow")),
        Case("never set", FAIL, sensitive(), storage(public_network_access=None, network_default_action=None)),
        Case(
            "a perimeter lets nobody in",
            PASS,
            sensitive(),
            storage(public_network_access="SecuredByPerimeter"),
        ),
        Case(
            "perimeter not read",
            UNKNOWN,
            sensitive(),
            storage(public_network_access="SecuredByPerimeter", perimeter_mode=UNSET),
        ),
        Case("not flagged", NOT_APPLICABLE, workspace(hbi_workspace=False)),
        Case("the account is gone", NOT_APPLICABLE, sensitive(), storage(exists=False)),
        Case("the account is gone or elsewhere", NOT_APPLICABLE, sensitive(), storage(**TAKEN, moved_to=None)),
        Case("the account is gone, or in another group", UNKNOWN, sensitive(), storage(**TAKEN)),
        Case("the account was not seen", UNKNOWN, sensitive(), incomplete=[StorageAccount]),
        Case("names no account", UNKNOWN, sensitive(storage_account=None)),
        Case("not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_datastores_use_access_keys": [
        Case("identity", PASS, default(system_datastores_auth_mode="Identity")),
        Case("spelled as the portal does", PASS, default(system_datastores_auth_mode="identity")),
        Case("links signed by an identity", PASS, default(system_datastores_auth_mode="UserDelegationSAS")),
        Case("keys", FAIL, keyed(), storage(allow_shared_key_access=True)),
        Case("spelled as the portal does, keys", FAIL, keyed("accessKey"), storage(allow_shared_key_access=None)),
        Case("absent means keys", FAIL, keyed(None), storage(allow_shared_key_access=True)),
        Case("keys, no account named", FAIL, keyed(storage_account=None)),
        Case("keys that the storage refuses", PASS, keyed(), storage(allow_shared_key_access=False)),
        Case("keys, storage not told", UNKNOWN, keyed(), storage()),
        Case("keys, storage not seen", UNKNOWN, keyed(), incomplete=[StorageAccount]),
        Case("keys, storage perhaps not there", UNKNOWN, keyed(), storage(exists=UNSET)),
        Case("keys of storage that is gone", NOT_APPLICABLE, keyed(), storage(exists=False)),
        Case("keys of storage that is gone or elsewhere", NOT_APPLICABLE, keyed(), storage(**TAKEN, moved_to=None)),
        Case("keys of storage that is gone, or in another group", UNKNOWN, keyed(), storage(**TAKEN)),
        Case("keys, account not observed", UNKNOWN, keyed(storage_account=UNSET)),
        Case("a value of a later API version", UNKNOWN, default(system_datastores_auth_mode="Other")),
        *OF_HUB,
        Case("not observed", UNKNOWN, default()),
    ],
}
