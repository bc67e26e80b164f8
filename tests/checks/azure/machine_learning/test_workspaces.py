from factories.azure import ML, cluster, compute, connection, instance, rules, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Compute, Workspace


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


# ARM does not always spell the id of a hub as it does elsewhere.
PROJECT = workspace("retina", workspace_kind="Project", hub_resource_id=f"{ML}/Hub")
HUB = workspace("hub", workspace_kind="Hub")
OF_HUB = (
    Case("a project", NOT_APPLICABLE, PROJECT, HUB),
    Case("a project whose hub was not seen", UNKNOWN, PROJECT),
    Case("a project that names no hub", UNKNOWN, workspace(workspace_kind="project", hub_resource_id=None)),
)

APPROVED = (connection("Approved"),)
UNRULED = {"network_default_action": None, "network_ip_rules": None, "ip_allowlist": None}


def public(**fields: object) -> Workspace:
    """Public access is on, and nothing restricts it unless given."""
    return default(**{"public_network_access": "Enabled", **UNRULED, **fields})


def listing(*ranges: str, **fields: object) -> Workspace:
    """Only these addresses may connect."""
    return public(**{"network_default_action": "Deny", "network_ip_rules": rules(*ranges), **fields})


def behind(**fields: object) -> Workspace:
    """A workspace with a private endpoint."""
    return public(**{"private_endpoint_connections": APPROVED, **fields})


def unset(**fields: object) -> Workspace:
    return public(
        **{"public_network_access": None, "private_endpoint_connections": None, **fields},
    )


PRIMARY = {"primary_user_assigned_identity": "/subscriptions/s/id-retina"}


def both(**fields: object) -> Workspace:
    """A workspace with both kinds of identity."""
    return workspace(**{"identity_type": "SystemAssigned,UserAssigned", **fields})


OWN_SUBNET = {"isolation_mode": "Disabled", "serverless_subnet": "/subscriptions/s/subnets/ml"}
IN_SUBNET = instance("ci", subnet_id="/subscriptions/s/subnets/ml")

CASES = {
    "azure_ml_workspace_public_network_access": [
        Case("off", PASS, default(public_network_access="Disabled")),
        Case("on", FAIL, public()),
        Case("on, no rules", FAIL, public(network_default_action="Allow", network_ip_rules=(), ip_allowlist=())),
        Case("on, of no kind, as old workspaces are", FAIL, public(workspace_kind=None)),
        Case("selected addresses", PASS, listing("203.0.113.0/24")),
        Case("no address", PASS, listing()),
        Case("selected addresses, as an older version lists them", PASS, public(ip_allowlist=("203.0.113.7",))),
        Case("every address", FAIL, listing("203.0.113.7", "0.0.0.0/0")),
        Case("every address, in halves", FAIL, listing("0.0.0.0/1", "128.0.0.0/1")),
        Case("every address, as an older version lists them", FAIL, public(ip_allowlist=("0.0.0.0/0",))),
        Case("a whole /8", FAIL, listing("203.0.113.7", "17.0.0.0/8")),
        Case("a whole /8, and a rule that is no address", FAIL, listing("17.0.0.0/8", "203.0.113.7-203.0.113.9")),
        Case("a rule that is no address", UNKNOWN, listing("203.0.113.7-203.0.113.9")),
        Case("rules not observed", UNKNOWN, listing(network_ip_rules=UNSET)),
        Case("older list not observed", UNKNOWN, listing(ip_allowlist=UNSET)),
        Case("an action of a later API version", UNKNOWN, public(network_default_action="Ask")),
        Case("never set", FAIL, unset()),
        Case("never set, the older flag reopens it", FAIL, unset(allow_public_access_when_behind_vnet=True)),
        Case(
            "never set behind a private endpoint",
            UNKNOWN,
            unset(private_endpoint_connections=APPROVED, allow_public_access_when_behind_vnet=False),
        ),
        Case("never set, endpoints not observed", UNKNOWN, unset(private_endpoint_connections=UNSET)),
        Case("never set, older flag not observed", UNKNOWN, unset(private_endpoint_connections=APPROVED)),
        Case("a value of a later API version", UNKNOWN, default(public_network_access="SecuredByPerimeter")),
        Case("not observed", UNKNOWN, default()),
        Case("nothing observed", UNKNOWN, workspace()),
        *OF_HUB,
    ],
    "azure_ml_workspace_public_behind_vnet": [
        Case("on", FAIL, behind(allow_public_access_when_behind_vnet=False)),
        Case("off, whatever the older flag says", PASS, behind(public_network_access="Disabled")),
        Case("a whole /8", FAIL, behind(network_default_action="Deny", network_ip_rules=rules("17.0.0.0/8"))),
        Case("selected addresses", PASS, behind(network_default_action="Deny", network_ip_rules=rules("203.0.113.7"))),
        Case(
            "never set, the older flag allows it",
            FAIL,
            behind(public_network_access=None, allow_public_access_when_behind_vnet=True),
        ),
        Case(
            "never set, the older flag does not allow it",
            UNKNOWN,
            behind(public_network_access=None, allow_public_access_when_behind_vnet=None),
        ),
        Case("behind no network", NOT_APPLICABLE, public(private_endpoint_connections=(connection("Pending"),))),
        Case("connections not observed", UNKNOWN, public()),
        Case("access not observed", UNKNOWN, behind(public_network_access=UNSET)),
        *OF_HUB,
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
        *OF_HUB,
        Case("not observed", UNKNOWN, default()),
    ],
    "azure_ml_workspace_without_customer_key": [
        Case("set", PASS, default(encryption_status="Enabled", key_identifier="https://v.example/keys/k/1")),
        Case("enabled without a key", FAIL, default(encryption_status="Enabled", key_identifier=None)),
        Case("disabled", FAIL, default(encryption_status="Disabled", key_identifier=None)),
        Case("no encryption block", FAIL, default(encryption_status=None, key_identifier=None)),
        Case("a value of a later API version", UNKNOWN, default(encryption_status="Partial", key_identifier=None)),
        *OF_HUB,
        Case("not observed", UNKNOWN, default()),
    ],
    "azure_ml_workspace_managed_network_not_isolated": [
        Case("approved outbound only", PASS, default(isolation_mode="AllowOnlyApprovedOutbound")),
        Case("internet outbound", PASS, default(isolation_mode="AllowInternetOutbound")),
        Case("disabled", FAIL, default(isolation_mode="Disabled", serverless_subnet=None)),
        Case("no managed network block", FAIL, default(isolation_mode=None, serverless_subnet=None)),
        Case("own subnets", PASS, default(**OWN_SUBNET), IN_SUBNET, compute("vm", compute_type="VirtualMachine")),
        Case("own subnet, no compute", PASS, default(**OWN_SUBNET)),
        Case("a compute in no subnet", FAIL, default(**OWN_SUBNET), IN_SUBNET, cluster(subnet_id=None)),
        Case("a compute of which that is not known", UNKNOWN, default(**OWN_SUBNET), IN_SUBNET, cluster()),
        Case("a compute of unknown type", UNKNOWN, default(**OWN_SUBNET), compute(subnet_id="/s")),
        Case("computes not seen", UNKNOWN, default(**OWN_SUBNET), incomplete=[Compute]),
        Case(
            "a compute in no subnet, of a project of the hub",
            FAIL,
            workspace("hub", workspace_kind="Hub", **OWN_SUBNET),
            PROJECT,
            cluster(subnet_id=None),
        ),
        Case("serverless jobs not observed", UNKNOWN, default(isolation_mode="Disabled")),
        Case("a value of a later API version", UNKNOWN, default(isolation_mode="AllowPartnerOutbound")),
        *OF_HUB,
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
    "azure_ml_workspace_without_user_assigned_identity": [
        Case("user assigned", PASS, workspace(identity_type="UserAssigned")),
        Case("both, ours is primary", PASS, both(primary_user_assigned_identity="/subscriptions/s/id-retina")),
        Case("both, with a space", PASS, both(identity_type="SystemAssigned, UserAssigned", **PRIMARY)),
        Case("both, none is primary", FAIL, both(primary_user_assigned_identity=None)),
        Case("both, primary not observed", UNKNOWN, both()),
        Case("system assigned", FAIL, workspace(identity_type="SystemAssigned")),
        Case("none", FAIL, workspace(identity_type="None")),
        Case("no identity block", FAIL, workspace(identity_type=None)),
        Case("not observed", UNKNOWN, workspace()),
    ],
}
