from datetime import timedelta

from factories.azure import ML, deployment, endpoint, rules, workspace
from support import FAIL, NOT_APPLICABLE, NOW, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Collection, Destination, OnlineDeployment, OutboundRule, Workspace


def managed(**fields: object) -> OnlineDeployment:
    return deployment(**{"compute_type": "Managed", **fields})


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


def collected(mode: str, rate: float | None = None) -> dict[str, Collection]:
    return {"model_inputs": Collection(data_collection_mode=mode, sampling_rate=rate)}


PUBLIC = endpoint(endpoint_kind="Managed", public_network_access="Enabled")
PROJECT = workspace(workspace_kind="Project", hub_resource_id=f"{ML}/Hub", isolation_mode=None)
UNRULED = {"network_default_action": None, "network_ip_rules": None, "ip_allowlist": None}
LISTED = {**UNRULED, "network_default_action": "Deny", "network_ip_rules": rules("203.0.113.0/24")}
EVERY = {"network_ip_rules": rules("0.0.0.0/1", "128.0.0.0/1")}


def approved(**rules: OutboundRule) -> Workspace:
    """A workspace whose managed network lets out what these rules say."""
    return default(isolation_mode="AllowOnlyApprovedOutbound", outbound_rules=rules)


def host(name: str) -> OutboundRule:
    return OutboundRule(type="FQDN", destination=name)


def tag(name: str | None = None, *ranges: str, **fields: str) -> OutboundRule:
    destination = Destination(service_tag=name, address_prefixes=ranges or None, **fields)
    return OutboundRule(type="ServiceTag", destination=destination)


ANY = managed(egress_public_network_access=None)
CLOSED = managed(egress_public_network_access="Disabled")
#: When an endpoint or deployment was made, and last changed.
AT_FIRST = {"created_at": NOW, "last_modified_at": NOW}
LATER = {"created_at": NOW - timedelta(hours=1), "last_modified_at": NOW}


CASES = {
    "azure_ml_online_endpoint_key_auth": [
        Case("Entra", PASS, endpoint(auth_mode="AADToken")),
        Case("key", FAIL, endpoint(auth_mode="Key")),
        Case("Azure ML token", FAIL, endpoint(auth_mode="AMLToken", endpoint_kind="Managed")),
        Case("Azure ML token on Kubernetes", PASS, endpoint(auth_mode="AMLToken", endpoint_kind="K8S")),
        Case("key on Kubernetes", FAIL, endpoint(auth_mode="Key", endpoint_kind="K8S")),
        Case("Azure ML token, kind not observed", UNKNOWN, endpoint(auth_mode="AMLToken")),
        Case("a value of a later API version", UNKNOWN, endpoint(auth_mode="Certificate")),
        Case("absent", UNKNOWN, endpoint(auth_mode=None)),
        Case("still being created", NOT_APPLICABLE, endpoint(provisioning_state="Creating")),
        Case("its last change failed", UNKNOWN, endpoint(auth_mode="Key", provisioning_state="Failed")),
        Case("it was never made", NOT_APPLICABLE, endpoint(auth_mode="Key", provisioning_state="Failed", **AT_FIRST)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "azure_ml_online_endpoint_public_network_access": [
        Case("off", PASS, endpoint(endpoint_kind="Managed", public_network_access="Disabled")),
        Case("on", FAIL, PUBLIC, default(**UNRULED)),
        Case("absent means on", FAIL, endpoint(endpoint_kind=None, public_network_access=None), default(**UNRULED)),
        Case("addresses that the workspace lists", PASS, PUBLIC, default(**LISTED)),
        Case("addresses that the hub lists", PASS, PUBLIC, PROJECT, workspace("hub", workspace_kind="Hub", **LISTED)),
        Case("every address that the workspace lists", FAIL, PUBLIC, default(**{**LISTED, **EVERY})),
        Case(
            "a whole /8 that the workspace lists",
            FAIL,
            PUBLIC,
            default(**{**LISTED, "network_ip_rules": rules("17.0.0.0/8")}),
        ),
        Case("the workspace lists none", FAIL, PUBLIC, default(**{**LISTED, "network_ip_rules": ()})),
        Case("rules of the workspace not observed", UNKNOWN, PUBLIC, default(network_default_action="Deny")),
        Case("workspace not seen", UNKNOWN, PUBLIC, incomplete=[Workspace]),
        Case("hub not seen", UNKNOWN, PUBLIC, PROJECT),
        Case("being deleted", NOT_APPLICABLE, endpoint(provisioning_state="Deleting")),
        Case("a value of a later API version", UNKNOWN, endpoint(endpoint_kind="Managed", public_network_access="X")),
        Case("on a cluster of the customer", NOT_APPLICABLE, endpoint(endpoint_kind="Kubernetes")),
        Case("on a cluster, as Azure spells it", NOT_APPLICABLE, endpoint(endpoint_kind="K8S")),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "azure_ml_online_deployment_public_egress": [
        Case("off", PASS, CLOSED, default(isolation_mode="Disabled")),
        Case("on", FAIL, managed(egress_public_network_access="Enabled"), default(isolation_mode="Disabled")),
        Case("absent means on", FAIL, ANY, default(isolation_mode=None)),
        Case("approved traffic", PASS, managed(egress_public_network_access="Enabled"), approved()),
        Case(
            "approved traffic of the hub",
            PASS,
            ANY,
            PROJECT,
            workspace("hub", workspace_kind="Hub", isolation_mode="AllowOnlyApprovedOutbound", outbound_rules=None),
        ),
        Case("a few hosts and addresses", PASS, ANY, approved(a=host("*.packages.example"), b=tag("AzureMonitor"))),
        Case("addresses of our own", PASS, ANY, approved(a=tag(None, "198.51.100.0/24", "10.0.0.0/8"))),
        Case("any host", FAIL, ANY, approved(a=host("packages.example"), b=host("*"))),
        Case("any host of a top-level domain", FAIL, ANY, approved(a=host("*.com"))),
        Case("every address", FAIL, ANY, approved(a=tag(None, "0.0.0.0/0"))),
        Case("every address, in halves", FAIL, ANY, approved(a=tag(None, "0.0.0.0/1", "128.0.0.0/1"))),
        Case("every address, denied", PASS, ANY, approved(a=tag(None, "0.0.0.0/0", action="Deny"))),
        Case("the internet", FAIL, ANY, approved(a=tag("Internet"))),
        Case("a tag beside addresses, which is ignored", PASS, ANY, approved(a=tag("Internet", "198.51.100.0/24"))),
        Case("addresses that are none", UNKNOWN, ANY, approved(a=tag(None, "everywhere"))),
        Case("all of Azure in a region", FAIL, ANY, approved(a=tag("AzureCloud.westeurope"))),
        Case("one service in a region", PASS, ANY, approved(a=tag("AzureMonitor.westeurope"))),
        Case(
            "a private endpoint", PASS, ANY, approved(a=OutboundRule(type="PrivateEndpoint", destination=Destination()))
        ),
        Case("a type of a later API version", UNKNOWN, ANY, approved(a=OutboundRule(type="Peering"))),
        Case("rules not observed", UNKNOWN, ANY, default(isolation_mode="AllowOnlyApprovedOutbound")),
        Case("the workspace lets everything out", FAIL, ANY, default(isolation_mode="AllowInternetOutbound")),
        Case("the flag does not count there", FAIL, CLOSED, default(isolation_mode="AllowInternetOutbound")),
        Case("a mode of a later API version", UNKNOWN, CLOSED, default(isolation_mode="Other")),
        Case("workspace not seen", UNKNOWN, CLOSED, incomplete=[Workspace]),
        Case(
            "a value of a later API version",
            UNKNOWN,
            managed(egress_public_network_access="Filtered"),
            default(isolation_mode="Disabled"),
        ),
        Case("on a cluster of the customer", NOT_APPLICABLE, deployment(compute_type="Kubernetes")),
        Case("its last change failed", UNKNOWN, managed(provisioning_state="Failed")),
        Case("it was never made", NOT_APPLICABLE, managed(provisioning_state="Failed", **AT_FIRST)),
        Case("a later change failed", UNKNOWN, managed(provisioning_state="Failed", **LATER)),
        Case("its last change was canceled", UNKNOWN, managed(provisioning_state="canceled")),
        Case("not observed", UNKNOWN, deployment()),
    ],
    "azure_ml_online_deployment_secret_in_environment": [
        Case("a password", FAIL, deployment(suspicious_variables=("DB_PASSWORD",))),
        Case("none", PASS, deployment(suspicious_variables=())),
        Case("not observed", UNKNOWN, deployment()),
    ],
    "azure_ml_online_deployment_app_insights_off": [
        Case("on", PASS, deployment(app_insights_enabled=True)),
        Case("off", FAIL, deployment(app_insights_enabled=False)),
        Case("absent means off", FAIL, deployment(app_insights_enabled=None)),
        Case("not observed", UNKNOWN, deployment()),
    ],
    "azure_ml_online_deployment_single_instance": [
        Case("two", PASS, deployment(scale_type="Default", instance_count=2)),
        Case("one", FAIL, deployment(scale_type="Default", instance_count=1)),
        Case("one, no scale settings", FAIL, deployment(scale_type=None, instance_count=1)),
        Case("scales from two", PASS, deployment(scale_type="TargetUtilization", min_instances=2)),
        Case("scales from one", FAIL, deployment(scale_type="TargetUtilization", min_instances=1)),
        Case("scales from an unknown number", UNKNOWN, deployment(scale_type="TargetUtilization", min_instances=None)),
        Case("no capacity given", UNKNOWN, deployment(scale_type=None, instance_count=None)),
        Case("not observed", UNKNOWN, deployment()),
    ],
    "azure_ml_online_deployment_without_data_collection": [
        Case("inputs", PASS, deployment(data_collections=collected("Enabled"))),
        Case("spelled otherwise", PASS, deployment(data_collections=collected("enabled"))),
        Case("one request in a hundred", PASS, deployment(data_collections=collected("Enabled", 0.01))),
        Case("one in ten thousand", FAIL, deployment(data_collections=collected("Enabled", 0.0001))),
        Case("none at all", FAIL, deployment(data_collections=collected("Enabled", 0.0))),
        Case("switched off", FAIL, deployment(data_collections=collected("Disabled"))),
        Case("no collector", FAIL, deployment(data_collections=None)),
        Case("not observed", UNKNOWN, deployment()),
    ],
}
