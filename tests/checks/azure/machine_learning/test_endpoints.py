from factories.azure import ML, deployment, endpoint, workspace
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Collection, OnlineDeployment, Workspace


def managed(**fields: object) -> OnlineDeployment:
    return deployment(**{"compute_type": "Managed", **fields})


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


def collected(mode: str) -> dict[str, Collection]:
    return {"model_inputs": Collection(data_collection_mode=mode)}


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
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "azure_ml_online_endpoint_public_network_access": [
        Case("off", PASS, endpoint(endpoint_kind="Managed", public_network_access="Disabled")),
        Case("on", FAIL, endpoint(endpoint_kind="Managed", public_network_access="Enabled")),
        Case("absent means on", FAIL, endpoint(endpoint_kind=None, public_network_access=None)),
        Case("a value of a later API version", UNKNOWN, endpoint(endpoint_kind="Managed", public_network_access="X")),
        Case("on a cluster of the customer", NOT_APPLICABLE, endpoint(endpoint_kind="Kubernetes")),
        Case("on a cluster, as Azure spells it", NOT_APPLICABLE, endpoint(endpoint_kind="K8S")),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "azure_ml_online_deployment_public_egress": [
        Case("off", PASS, managed(egress_public_network_access="Disabled")),
        Case("on", FAIL, managed(egress_public_network_access="Enabled"), default(isolation_mode="Disabled")),
        Case("absent means on", FAIL, managed(egress_public_network_access=None), default(isolation_mode=None)),
        Case(
            "the workspace lets approved traffic out only",
            PASS,
            managed(egress_public_network_access="Enabled"),
            default(isolation_mode="AllowOnlyApprovedOutbound"),
        ),
        Case(
            "the hub of the project lets approved traffic out only",
            PASS,
            managed(egress_public_network_access="Enabled"),
            workspace(workspace_kind="Project", hub_resource_id=f"{ML}/Hub", isolation_mode=None),
            workspace("hub", workspace_kind="Hub", isolation_mode="AllowOnlyApprovedOutbound"),
        ),
        Case(
            "the workspace lets everything out",
            FAIL,
            managed(egress_public_network_access=None),
            default(isolation_mode="AllowInternetOutbound"),
        ),
        Case("workspace not seen", UNKNOWN, managed(egress_public_network_access=None), incomplete=[Workspace]),
        Case("a value of a later API version", UNKNOWN, managed(egress_public_network_access="Filtered")),
        Case(
            "on a cluster of the customer",
            NOT_APPLICABLE,
            deployment(compute_type="Kubernetes", egress_public_network_access=None),
        ),
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
        Case("switched off", FAIL, deployment(data_collections=collected("Disabled"))),
        Case("no collector", FAIL, deployment(data_collections=None)),
        Case("not observed", UNKNOWN, deployment()),
    ],
}
