"""Checks of Azure ML online endpoints and their deployments."""

from typing import Any

from checks.azure.machine_learning.access import by_rules, in_managed_network, lists_addresses, outbound
from checks.azure.machine_learning.hubs import network_of
from checks.azure.machine_learning.resources import OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from checks.azure.networks import of_joined
from checks.blind_spots import ARRIVAL, IMAGE_VARIABLES, UNSHAPED
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    failed_unless_known,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View

#: Fewer than one request in a hundred is no record of what the model did.
LEAST_RATE = 0.01


def _on_cluster(endpoint: OnlineEndpoint) -> bool:
    """Whether an endpoint runs on a Kubernetes cluster of the customer; its kind has been observed."""
    return folded(endpoint.endpoint_kind) in ("k8s", "kubernetes")


@check(
    id="MLP-3201",
    severity=Severity.HIGH,
    objective="strong-authentication",
    since="0.1.0",
    blind_to=(),
    decided_by=("auth_mode",),
)
def azure_ml_online_endpoint_key_auth(endpoint: OnlineEndpoint) -> Verdict:
    """Online endpoint lets callers in with a shared key or an Azure ML token.

    ## Why it matters
    A key names nobody, never expires and is copied into clients and notebooks. Whoever finds it can query the model,
    extract it or run up its cost, and the log cannot say who it was. Azure ML tokens expire and are given to signed-in
    callers only, but the endpoint cannot tell one bearer from another. They count only on managed endpoints, as
    endpoints on Kubernetes offer nothing better.

    ## How to fix
    Create an endpoint with Entra tokens, give callers the role AzureML Data Scientist or one with
    `onlineEndpoints/score/action`, and move traffic to it.

    CLI: `auth_mode: aad_token` in the endpoint's file. ARM and Bicep: `authMode: 'AADToken'`. On Kubernetes, where
    Entra tokens are not offered: `auth_mode: aml_token`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-authenticate-online-endpoint
    """
    if verdict := not_in_use(endpoint):
        return verdict
    mode = endpoint.auth_mode
    match folded(mode):
        case "aadtoken":
            return passed("callers show Entra tokens", auth_mode=mode)
        case "key":
            return failed("callers show a key that all of them share", auth_mode=mode)
        case "amltoken":
            if verdict := unobserved(endpoint, "endpoint_kind"):
                return verdict
            evidence: dict[str, Any] = {"auth_mode": mode, "endpoint_kind": endpoint.endpoint_kind}
            if _on_cluster(endpoint):
                return passed("callers show tokens that expire, the best an endpoint on Kubernetes offers", **evidence)
            return failed("callers show Azure ML tokens, which expire but are not Entra's", **evidence)
        case _:
            return unknown("auth_mode")


@check(
    id="MLP-3202",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace,),
    exposure=Exposure.INTERNET,
    blind_to=(),
)
def azure_ml_online_endpoint_public_network_access(endpoint: OnlineEndpoint, view: View) -> Verdict:
    """Online endpoint answers on the public internet.

    ## Why it matters
    Anyone who holds a key or token can query the model from anywhere, at any rate: the way models are extracted and
    their behaviour is probed. An endpoint is public unless told otherwise. Addresses that its workspace lets in hold
    for its endpoints too, even where the workspace itself has no public access.

    ## How to fix
    Turn public access off; callers then come through the private endpoint of the workspace. Or let in selected
    addresses only, at the workspace. A range this wide that is your own is declared in `[[trust.addresses]]`.

    CLI: `public_network_access: disabled` in the endpoint's file. ARM and Bicep: `publicNetworkAccess: 'Disabled'`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-secure-online-endpoint
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-configure-private-link
    """
    if verdict := not_in_use(endpoint) or unobserved(endpoint, "endpoint_kind"):
        return verdict
    if _on_cluster(endpoint):
        return not_applicable("the customer's own cluster decides who reaches it", endpoint_kind=endpoint.endpoint_kind)
    access = endpoint.public_network_access
    match folded(access):
        case "disabled":
            return passed("public network access is off", public_network_access=access)
        case "enabled" | None:
            pass
        case _:
            return unknown("public_network_access")
    workspace = network_of(endpoint.id, view)
    if workspace is None:
        return unknown("Workspace")
    path = (endpoint.id, workspace.id)
    found = by_rules(workspace)
    if found.to_all is None:
        return unknown(*of_joined("Workspace", found.fields), path=path)
    rules = ("network_default_action", "network_ip_rules", "ip_allowlist")
    evidence = {"public_network_access": access, **joined(workspace, *rules)}
    if found.to_all or not lists_addresses(workspace):
        said = "public network access is on"
        return failed_unless_known(found.foreign, said, known=found.known, path=path, missing=found.missing, **evidence)
    return passed("only addresses that its workspace lists may connect", path=path, **evidence)


@check(
    id="MLP-3211",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    needs=(Workspace,),
    blind_to=(),
    decided_by=("Workspace.isolation_mode", "Workspace.outbound_rules", "egress_public_network_access"),
)
def azure_ml_online_deployment_public_egress(deployment: OnlineDeployment, view: View) -> Verdict:
    """Online deployment can reach the public internet.

    ## Why it matters
    The serving container sees every request. Code in it, or in a package or model file it loads, can send inputs and
    outputs to any address, or fetch more code. In a workspace with a managed network that decides, and the flag of the
    deployment no longer applies; rules for all addresses or any host name let everything out. Elsewhere egress is open
    unless the deployment turns it off.

    ## How to fix
    Where the managed network allows only approved outbound, remove the rule that lets everything out: `az ml workspace
    outbound-rule remove`. A network that allows internet outbound cannot be changed to that: make a new workspace with
    `az ml workspace create --managed-network allow_only_approved_outbound` and deploy there.

    Where the workspace has no managed network, make a new deployment with `egress_public_network_access: disabled` in
    its file, as the flag cannot be changed; the workspace needs a private endpoint for that.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-secure-online-endpoint
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-managed-network
    """
    if verdict := not_in_use(deployment) or unobserved(deployment, "compute_type"):
        return verdict
    if folded(deployment.compute_type) == "kubernetes":
        kind = deployment.compute_type
        return not_applicable("the customer's own cluster decides what it reaches", compute_type=kind)
    workspace = network_of(deployment.id, view)
    if workspace is None:
        return unknown("Workspace")
    path = (deployment.id, workspace.id)
    match in_managed_network(workspace):
        case True:
            return _through_managed_network(workspace, path)
        case None:
            return unknown("Workspace.isolation_mode", path=path)
    egress = deployment.egress_public_network_access
    evidence = {"egress_public_network_access": egress, **joined(workspace, "isolation_mode")}
    match folded(egress):
        case "disabled":
            return passed("public egress is off", path=path, **evidence)
        case "enabled" | None:
            return failed("public egress is on", path=path, **evidence)
        case _:
            return unknown("egress_public_network_access")


def _through_managed_network(workspace: Workspace, path: tuple[str, ...]) -> Verdict:
    """The verdict on what runs in the managed network of a workspace."""
    found = outbound(workspace)
    if found.to_all is None:
        return unknown(*of_joined("Workspace", found.fields), path=path)
    evidence = joined(workspace, *found.fields)
    if found.rules:
        return failed(
            f"rules of the managed network let everything out: {', '.join(found.rules)}", path=path, **evidence
        )
    if found.to_all:
        return failed("the managed network allows internet outbound", path=path, **evidence)
    return passed("the managed network lets out approved traffic only", path=path, **evidence)


@check(
    id="MLP-3212",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
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


@check(id="MLP-3213", severity=Severity.LOW, objective="audit-logging", since="0.1.0", blind_to=(ARRIVAL,))
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
    if verdict := not_in_use(deployment):
        return verdict
    match deployment.app_insights_enabled:
        case True:
            return passed("Application Insights is on", app_insights_enabled=True)
        case False | None as flag:
            return failed("Application Insights is off", app_insights_enabled=flag)
        case _:
            return unknown("app_insights_enabled")


@check(
    id="MLP-3214",
    severity=Severity.LOW,
    objective="resilience-recovery",
    since="0.1.0",
    blind_to=("autoscale settings of Azure Monitor",),
    decided_by=("instance_count", "min_instances", "scale_type"),
)
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
    if verdict := not_in_use(deployment) or unobserved(deployment, "scale_type"):
        return verdict
    if folded(deployment.scale_type) == "targetutilization":
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


@check(id="MLP-3215", severity=Severity.MEDIUM, objective="data-capture", since="0.1.0", blind_to=(ARRIVAL,))
def azure_ml_online_deployment_without_data_collection(deployment: OnlineDeployment) -> Verdict:
    """Online deployment keeps no inputs or outputs of its model.

    ## Why it matters
    Drift, bias and attacks show only in what the model was asked and what it answered. Without a record there is
    nothing to monitor, no decision can be explained afterwards, and misuse leaves no trace. Nothing is kept unless
    collection is turned on; fewer than one request in a hundred is counted as nothing too.

    ## How to fix
    Turn the data collector on for inputs and outputs, into storage that you own.

    CLI: the `data_collector` section of the deployment's file, with `collections.model_inputs.enabled: 'True'`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-collect-production-data
    """
    if verdict := not_in_use(deployment) or unobserved(deployment, "data_collections"):
        return verdict
    collections = deployment.data_collections or {}
    on = {name: made for name, made in sorted(collections.items()) if folded(made.data_collection_mode) == "enabled"}
    kept = [name for name, made in on.items() if made.sampling_rate is None or made.sampling_rate >= LEAST_RATE]
    if kept:
        return passed(f"collected: {', '.join(kept)}", data_collections=collections)
    if on:
        return failed(f"hardly anything is collected: {', '.join(on)}", data_collections=collections)
    return failed("nothing is collected", data_collections=collections)
