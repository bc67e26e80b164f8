from factories.azure import RETINA_STORAGE, connection, rules, storage, workspace
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import StorageAccount


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


def sensitive(**fields: object) -> Workspace:
    return workspace(**{"hbi_workspace": True, "storage_account": RETINA_STORAGE, **fields})


OPEN = {"public_network_access": "Enabled"}

CASES = {
    "azure_ml_workspace_public_network_access": [
        Case("off", PASS, default(public_network_access="Disabled")),
        Case("on", FAIL, default(**OPEN)),
        Case("never set", FAIL, default(**{**OPEN, "public_network_access": None})),
        Case("of no kind, as old workspaces are", FAIL, default(**OPEN, workspace_kind=None)),
        Case("a value of a later API version", UNKNOWN, default(public_network_access="SecuredByPerimeter")),
        Case("not observed", UNKNOWN, default()),
        Case("nothing observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_public_behind_vnet": [
        Case(
            "allowed",
            FAIL,
            workspace(
                allow_public_access_when_behind_vnet=True, private_endpoint_connections=(connection("Approved"),)
            ),
        ),
        Case(
            "allowed, but behind no network",
            NOT_APPLICABLE,
            workspace(allow_public_access_when_behind_vnet=True, private_endpoint_connections=(connection("Pending"),)),
        ),
        Case("allowed, connections not observed", UNKNOWN, workspace(allow_public_access_when_behind_vnet=True)),
        Case("not allowed", PASS, workspace(allow_public_access_when_behind_vnet=False)),
        Case("absent means false", PASS, workspace(allow_public_access_when_behind_vnet=None)),
        Case("not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_without_private_endpoint": [
        Case("approved", PASS, default(private_endpoint_connections=(connection("Approved"),))),
        Case("spelled otherwise", PASS, default(private_endpoint_connections=(connection("approved"),))),
        Case(
            "one of two", PASS, default(private_endpoint_connections=(connection("Rejected"), connection("Approved")))
        ),
        Case("pending", FAIL, default(private_endpoint_connections=(connection("Pending"),))),
        Case("without a state", FAIL, default(private_endpoint_connections=(connection(None),))),
        Case("none", FAIL, default(private_endpoint_connections=())),
        Case("member absent", FAIL, default(private_endpoint_connections=None)),
        Case("a project", NOT_APPLICABLE, workspace(workspace_kind="project")),
        Case("not observed", UNKNOWN, default()),
    ],
    "azure_ml_workspace_without_customer_key": [
        Case("set", PASS, default(encryption_status="Enabled", key_identifier="https://v.example/keys/k/1")),
        Case("enabled without a key", FAIL, default(encryption_status="Enabled", key_identifier=None)),
        Case("disabled", FAIL, default(encryption_status="Disabled", key_identifier=None)),
        Case("no encryption block", FAIL, default(encryption_status=None, key_identifier=None)),
        Case("a value of a later API version", UNKNOWN, default(encryption_status="Partial", key_identifier=None)),
        Case("a project", NOT_APPLICABLE, workspace(workspace_kind="Project")),
        Case("not observed", UNKNOWN, default()),
    ],
    "azure_ml_workspace_managed_network_not_isolated": [
        Case("approved outbound only", PASS, default(isolation_mode="AllowOnlyApprovedOutbound")),
        Case("internet outbound", PASS, default(isolation_mode="AllowInternetOutbound")),
        Case("disabled", FAIL, default(isolation_mode="Disabled")),
        Case("no managed network block", FAIL, default(isolation_mode=None)),
        Case("a value of a later API version", UNKNOWN, default(isolation_mode="AllowPartnerOutbound")),
        Case("a project", NOT_APPLICABLE, workspace(workspace_kind="Project", isolation_mode=None)),
        Case("not observed", UNKNOWN, default()),
    ],
    "azure_ml_workspace_v1_legacy_mode": [
        Case("off", PASS, workspace(v1_legacy_mode=False)),
        Case("absent means off", PASS, workspace(v1_legacy_mode=None)),
        Case("on in a managed network", FAIL, workspace(v1_legacy_mode=True, isolation_mode="AllowInternetOutbound")),
        Case("on in its own network", NOT_APPLICABLE, workspace(v1_legacy_mode=True, isolation_mode="Disabled")),
        Case("on, no network block", NOT_APPLICABLE, workspace(v1_legacy_mode=True, isolation_mode=None)),
        Case("on, network not observed", UNKNOWN, workspace(v1_legacy_mode=True)),
        Case("not observed", UNKNOWN, workspace()),
    ],
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
        Case("open", FAIL, sensitive(), storage(public_network_access="Enabled", network_default_action="Allow")),
        Case("never set", FAIL, sensitive(), storage(public_network_access=None, network_default_action=None)),
        Case("perimeter", UNKNOWN, sensitive(), storage(public_network_access="SecuredByPerimeter")),
        Case("not flagged", NOT_APPLICABLE, workspace(hbi_workspace=False)),
        Case("the account is gone", NOT_APPLICABLE, sensitive(), storage(exists=False)),
        Case("the account was not seen", UNKNOWN, sensitive(), incomplete=[StorageAccount]),
        Case("names no account", UNKNOWN, sensitive(storage_account=None)),
        Case("not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_without_user_assigned_identity": [
        Case("user assigned", PASS, workspace(identity_type="UserAssigned")),
        Case("both", PASS, workspace(identity_type="SystemAssigned,UserAssigned")),
        Case("both, with a space", PASS, workspace(identity_type="SystemAssigned, UserAssigned")),
        Case("system assigned", FAIL, workspace(identity_type="SystemAssigned")),
        Case("none", FAIL, workspace(identity_type="None")),
        Case("no identity block", FAIL, workspace(identity_type=None)),
        Case("not observed", UNKNOWN, workspace()),
    ],
    "azure_ml_workspace_datastores_use_access_keys": [
        Case("identity", PASS, default(system_datastores_auth_mode="Identity")),
        Case("spelled as the portal does", PASS, default(system_datastores_auth_mode="identity")),
        Case("links signed by an identity", PASS, default(system_datastores_auth_mode="UserDelegationSAS")),
        Case("keys", FAIL, default(system_datastores_auth_mode="AccessKey")),
        Case("spelled as the portal does, keys", FAIL, default(system_datastores_auth_mode="accessKey")),
        Case("absent means keys", FAIL, default(system_datastores_auth_mode=None)),
        Case("a value of a later API version", UNKNOWN, default(system_datastores_auth_mode="Other")),
        Case("a project", NOT_APPLICABLE, workspace(workspace_kind="Project")),
        Case("not observed", UNKNOWN, default()),
    ],
}
