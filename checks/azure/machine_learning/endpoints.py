"""Checks of Azure ML online endpoints and their deployments."""

from typing import Any

from checks.azure.machine_learning.hubs import network_of
from checks.azure.machine_learning.resources import OnlineDeployment, OnlineEndpoint, Workspace
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


def _on_cluster(endpoint: OnlineEndpoint) -> bool:
    """Whether an endpoint runs on a Kubernetes cluster of the customer; its kind has been observed."""
    return (endpoint.endpoint_kind or "").lower() in ("k8s", "kubernetes")


@check(id="MLP-3201", severity=Severity.HIGH, objective="strong-authentication", since="0.1.0")
def azure_ml_online_endpoint_key_auth(endpoint: OnlineEndpoint) -> Verdict:
    """Online endpoint lets callers in with a shared key.

    ## Why it matters
    A key names nobody, never expires and is copied into clients and notebooks. Whoever finds it can query the model,
    extract it or run up its cost, and the log cannot say who it was. Azure ML tokens expire but are no better tied to a
    caller's own identity; they count only on managed endpoints, as endpoints on Kubernetes offer nothing better.

    ## How to fix
    Create an endpoint with Entra tokens, give callers the role AzureML Data Scientist or one with
    `onlineEndpoints/score/action`, and move traffic to it.

    CLI: `auth_mode: aad_token` in the endpoint's file. ARM and Bicep: `authMode: 'AADToken'`. On Kubernetes, where
    Entra tokens are not offered: `auth_mode: aml_token`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-authenticate-online-endpoint
    """
    match endpoint.auth_mode:
        case "AADToken":
            return passed("callers show Entra tokens", auth_mode="AADToken")
        case "Key":
            return failed("authentication mode is Key", auth_mode="Key")
        case "AMLToken":
            if verdict := unobserved(endpoint, "endpoint_kind"):
                return verdict
            evidence: dict[str, Any] = {"auth_mode": "AMLToken", "endpoint_kind": endpoint.endpoint_kind}
            if _on_cluster(endpoint):
                return passed("callers show tokens that expire, the best an endpoint on Kubernetes offers", **evidence)
            return failed("authentication mode is AMLToken", **evidence)
        case _:
            return unknown("auth_mode")


@check(id="MLP-3202", severity=Severity.HIGH, objective="network-isolation", since="0.1.0", exposure=Exposure.INTERNET)
def azure_ml_online_endpoint_public_network_access(endpoint: OnlineEndpoint) -> Verdict:
    """Online endpoint answers on the public internet.

    ## Why it matters
    Anyone who holds a key or token can query the model from anywhere, at any rate: the way models are extracted and
    their behaviour is probed. An endpoint is public unless told otherwise.

    ## How to fix
    Turn public access off; callers then come through the private endpoint of the workspace.

    CLI: `public_network_access: disabled` in the endpoint's file. ARM and Bicep: `publicNetworkAccess: 'Disabled'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-secure-online-endpoint
    """
    if verdict := unobserved(endpoint, "endpoint_kind"):
        return verdict
    if _on_cluster(endpoint):
        return not_applicable("the customer's own cluster decides who reaches it", endpoint_kind=endpoint.endpoint_kind)
    match endpoint.public_network_access:
        case "Disabled":
            return passed("public network access is off", public_network_access="Disabled")
        case "Enabled" | None as access:
            return failed("public network access is on", public_network_access=access)
        case _:
            return unknown("public_network_access")


@check(id="MLP-3211", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", needs=(Workspace,))
def azure_ml_online_deployment_public_egress(deployment: OnlineDeployment, view: View) -> Verdict:
    """Online deployment can reach the public internet.

    ## Why it matters
    The serving container sees every request. Code in it, or in a package or model file it loads, can send inputs and
    outputs to any address, or fetch more code. Egress is open unless the workspace restricts it or the deployment does.

    ## How to fix
    Restrict the managed network of the workspace to approved destinations.

    CLI: `az ml workspace update --managed-network allow_only_approved_outbound`; where the workspace has no managed
    network, `egress_public_network_access: disabled` in the deployment's file.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-secure-online-endpoint
    """
    if verdict := unobserved(deployment, "compute_type", "egress_public_network_access"):
        return verdict
    if deployment.compute_type == "Kubernetes":
        return not_applicable("the customer's own cluster decides what it reaches", compute_type="Kubernetes")
    match deployment.egress_public_network_access:
        case "Disabled":
            return passed("public egress is off", egress_public_network_access="Disabled")
        case "Enabled" | None as egress:
            pass
        case _:
            return unknown("egress_public_network_access")
    workspace = network_of(deployment.id, view)
    if workspace is None:
        return unknown("Workspace")
    path = (deployment.id, workspace.id)
    evidence = {"egress_public_network_access": egress, **joined(workspace, "isolation_mode")}
    match workspace.isolation_mode:
        case "AllowOnlyApprovedOutbound":
            return passed("the managed network lets out approved traffic only", path=path, **evidence)
        case "AllowInternetOutbound" | "Disabled" | None:
            return failed("public egress is on", path=path, **evidence)
        case _:
            return unknown("Workspace.isolation_mode", path=path)


@check(id="MLP-3212", severity=Severity.HIGH, objective="secrets-protection", since="0.1.0")
def azure_ml_online_deployment_secret_in_environment(deployment: OnlineDeployment) -> Verdict:
    """Online deployment carries secrets in its environment variables.

    ## Why it matters
    Everyone who may read the deployment reads the secret too: it shows in studio, in the API and in exported templates,
    and the container writes its environment to logs when it crashes. It cannot be rotated without a new deployment.

    ## How to fix
    Put the secret in a key vault or a workspace connection, inject it by reference, and rotate it: it has been exposed.

    CLI: `environment_variables: {NAME: ${{keyvault:https://…}}}` in the deployment's file, with
    `enforce_access_to_default_secret_stores` on the endpoint.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-secret-injection
    """
    if verdict := unobserved(deployment, "suspicious_variables"):
        return verdict
    names = deployment.suspicious_variables or ()
    if names:
        return failed(f"secrets in: {', '.join(names)}", suspicious_variables=names)
    return passed("no environment variable looks like a secret", suspicious_variables=names)


@check(id="MLP-3213", severity=Severity.LOW, objective="audit-logging", since="0.1.0")
def azure_ml_online_deployment_app_insights_off(deployment: OnlineDeployment) -> Verdict:
    """Online deployment sends no telemetry to Application Insights.

    ## Why it matters
    Container logs and request traces vanish with the container. After an incident nobody can tell what was asked, what
    failed or when the model began to misbehave. Telemetry is off unless turned on.

    ## How to fix
    Turn Application Insights on for the deployment.

    CLI: `app_insights_enabled: true` in the deployment's file. ARM and Bicep: `appInsightsEnabled: true`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-online-endpoints
    """
    match deployment.app_insights_enabled:
        case True:
            return passed("Application Insights is on", app_insights_enabled=True)
        case False | None as flag:
            return failed("Application Insights is off", app_insights_enabled=flag)
        case _:
            return unknown("app_insights_enabled")


@check(id="MLP-3214", severity=Severity.LOW, objective="resilience-recovery", since="0.1.0")
def azure_ml_online_deployment_single_instance(deployment: OnlineDeployment) -> Verdict:
    """Online deployment runs on a single instance.

    ## Why it matters
    When the one machine is patched, fails or is overloaded, the model does not answer, and whatever decides by it stops
    or falls back to a default. Two instances also let Azure spread over zones.

    ## How to fix
    Run at least two instances, or autoscale from two.

    CLI: `instance_count: 2` in the deployment's file, or `az monitor autoscale create --min-count 2`. ARM and Bicep:
    `sku: { capacity: 2 }`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-autoscale-endpoints
    """
    if verdict := unobserved(deployment, "scale_type"):
        return verdict
    if deployment.scale_type == "TargetUtilization":
        if not isinstance(deployment.min_instances, int):
            return unknown("min_instances")
        scaled: dict[str, Any] = {"scale_type": deployment.scale_type, "min_instances": deployment.min_instances}
        if deployment.min_instances >= 2:
            return passed("it never scales below two instances", **scaled)
        return failed("it scales down to one instance", **scaled)
    if not isinstance(deployment.instance_count, int):
        return unknown("instance_count")
    if deployment.instance_count >= 2:
        return passed("it has two instances or more", instance_count=deployment.instance_count)
    return failed("it has one instance", instance_count=deployment.instance_count)


@check(id="MLP-3215", severity=Severity.MEDIUM, objective="data-capture", since="0.1.0")
def azure_ml_online_deployment_without_data_collection(deployment: OnlineDeployment) -> Verdict:
    """Online deployment keeps no inputs or outputs of its model.

    ## Why it matters
    Drift, bias and attacks show only in what the model was asked and what it answered. Without a record there is
    nothing to monitor, no decision can be explained afterwards, and misuse leaves no trace. Nothing is kept unless
    collection is turned on.

    ## How to fix
    Turn the data collector on for inputs and outputs, into storage that you own.

    CLI: the `data_collector` section of the deployment's file, with `collections.model_inputs.enabled: 'True'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-collect-production-data
    """
    if verdict := unobserved(deployment, "data_collections"):
        return verdict
    collections = deployment.data_collections or {}
    kept = sorted(name for name, made in collections.items() if (made.data_collection_mode or "").lower() == "enabled")
    if kept:
        return passed(f"collected: {', '.join(kept)}", data_collections=collections)
    return failed("nothing is collected", data_collections=collections)
