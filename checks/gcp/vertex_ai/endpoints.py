"""Checks of Vertex AI endpoints and the models deployed on them."""

from collections.abc import Callable

from checks.gcp.names import is_default_account
from checks.gcp.vertex_ai.resources import DeployedModel, Endpoint
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved


@check(
    id="MLP-2101",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
)
def vertex_endpoint_public(endpoint: Endpoint) -> Verdict:
    """Endpoint can be reached from the internet.

    ## Why it matters
    A public endpoint answers anyone who holds a token with the right to predict: a leaked key or an over-broad role is
    then enough to query, copy or exhaust the model from anywhere. An endpoint is private if it is peered with a VPC
    network or offered over Private Service Connect; either will do.

    ## How to fix
    Access is chosen at creation. Create a private endpoint, deploy the model on it, move the callers, delete the old
    one.

    CLI: `gcloud ai endpoints create --network=…`, or with Private Service Connect through the API. Terraform:
    `network`, or `private_service_connect_config { enable_private_service_connect = true }`, on
    `google_vertex_ai_endpoint`. Until then a VPC Service Controls perimeter limits where tokens work.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
    """
    if missing := unobserved(endpoint, "network", "private_service_connect", "enable_private_service_connect"):
        return missing
    offered = endpoint.private_service_connect
    connect = bool(endpoint.enable_private_service_connect or (offered and offered.enable_private_service_connect))
    if endpoint.network:
        return passed("it is peered with a network", network=endpoint.network, private_service_connect=connect)
    if connect:
        return passed("it is offered over Private Service Connect", network=None, private_service_connect=True)
    return failed("it is on no private network", network=None, private_service_connect=False)


@check(id="MLP-2102", severity=Severity.MEDIUM, objective="key-management", since="0.1.0")
def vertex_endpoint_without_own_key(endpoint: Endpoint) -> Verdict:
    """Endpoint is not encrypted with a key of your own.

    ## Why it matters
    The endpoint keeps copies of the deployed models and what they log. With Google's key you cannot withdraw access to
    them by disabling a key, and no log shows when they were decrypted.

    ## How to fix
    The key is set at creation: create an endpoint with a Cloud KMS key in its region, let the Vertex AI service agent
    use the key, and deploy the models there.

    CLI: `gcloud ai endpoints create --encryption-kms-key-name=…`. Terraform: `encryption_spec { kms_key_name = … }` on
    `google_vertex_ai_endpoint`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/cmek
    """
    if missing := unobserved(endpoint, "kms_key"):
        return missing
    if endpoint.kms_key:
        return passed("it is encrypted with a key of your own", kms_key=endpoint.kms_key)
    return failed("it is encrypted with Google's key", kms_key=None)


@check(id="MLP-2103", severity=Severity.MEDIUM, objective="data-capture", since="0.1.0")
def vertex_endpoint_requests_not_logged(endpoint: Endpoint) -> Verdict:
    """Endpoint does not log requests and responses.

    ## Why it matters
    Without a sample of what the model was asked and what it answered, drift, abuse and wrong decisions cannot be found
    afterwards, and nobody can show what an automated decision rested on.

    ## How to fix
    Turn request-response logging on and send it to a BigQuery table of your own, with a sampling rate that fits the
    traffic. Mind personal data: restrict the dataset and let it expire.

    Terraform: `predict_request_response_logging_config { enabled = true, sampling_rate = …, bigquery_destination { … }
    }` on `google_vertex_ai_endpoint`. Python: `Endpoint.create(enable_request_response_logging=True, …)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    """
    if missing := unobserved(endpoint, "deployed_models", "request_logging"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    if endpoint.request_logging:
        return passed("requests and responses are logged", request_logging=True)
    return failed("requests and responses are not logged", request_logging=endpoint.request_logging)


@check(id="MLP-2104", severity=Severity.MEDIUM, objective="audit-logging", since="0.1.0")
def vertex_endpoint_access_not_logged(endpoint: Endpoint) -> Verdict:
    """Endpoint has a deployed model whose access is not logged.

    ## Why it matters
    Access logs say when the model was called and how long it took. Without them a flood of queries that extracts the
    model, or searches it for weaknesses, leaves no trace. They are off unless asked for at deployment.

    ## How to fix
    The setting belongs to the deployment: deploy the model again with access logging, shift the traffic, and undeploy
    the old one.

    CLI: `gcloud ai endpoints deploy-model ENDPOINT --enable-access-logging`. Python: `Endpoint.deploy(…,
    enable_access_logging=True)`. For an endpoint that is peered with a network, ask Google to allow it first.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    """
    return _each(
        endpoint,
        lambda deployed: not deployed.enable_access_logging,
        bad="access is not logged for",
        good="access to every deployed model is logged",
    )


@check(id="MLP-2105", severity=Severity.LOW, objective="audit-logging", since="0.1.0")
def vertex_endpoint_container_logs_off(endpoint: Endpoint) -> Verdict:
    """Endpoint has a deployed model whose container logs were switched off.

    ## Why it matters
    What the serving container prints is the first evidence of an attack or a broken model: errors, stack traces, files
    it could not load. The logs are on by default; somebody turned them off.

    ## How to fix
    Deploy the model again without the option that disables container logging, shift the traffic, and undeploy the old
    one.

    CLI: leave out `--disable-container-logging` of `gcloud ai endpoints deploy-model`. Python: `Endpoint.deploy(…,
    disable_container_logging=False)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    """
    return _each(
        endpoint,
        lambda deployed: bool(deployed.disable_container_logging),
        bad="container logs are off for",
        good="container logs are on for every deployed model",
    )


@check(id="MLP-2106", severity=Severity.LOW, objective="resilience-recovery", since="0.1.0")
def vertex_endpoint_single_replica(endpoint: Endpoint) -> Verdict:
    """Endpoint has a deployed model that may be down to one replica.

    ## Why it matters
    One replica is one machine in one zone: when it fails or is maintained, predictions stop until another has started
    and loaded the model, which takes minutes. Two or more let the service carry on.

    ## How to fix
    Give the deployment at least two replicas.

    CLI: `gcloud ai endpoints deploy-model ENDPOINT --min-replica-count=2`. Python: `Endpoint.deploy(…,
    min_replica_count=2)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/autoscaling
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    own = {
        _label(deployed): machines.min_replica_count or 0
        for deployed in endpoint.deployed_models or ()
        if (machines := deployed.dedicated_resources or deployed.automatic_resources)
    }
    if not own:
        return not_applicable("no model on it has machines of its own", deployed_models=[])
    few = {name: count for name, count in own.items() if count < 2}
    if few:
        return failed(f"fewer than two replicas at least for {', '.join(few)}", deployed_models=few)
    return passed("every deployed model has two replicas or more", deployed_models=own)


@check(id="MLP-2107", severity=Severity.HIGH, objective="workload-identity", since="0.1.0")
def vertex_endpoint_default_service_account(endpoint: Endpoint) -> Verdict:
    """Endpoint has a deployed model that runs as a default service account.

    ## Why it matters
    The container of a deployed model handles input from outside. As the Compute Engine default account, which often
    holds the Editor role, a flaw in it opens the whole project. With no account set the container has no access to the
    project at all, which is the best case.

    ## How to fix
    Deploy the model again with no service account, or with one of its own that may read only what the model needs.

    CLI: `gcloud ai endpoints deploy-model ENDPOINT --service-account=EMAIL`. Python: `Endpoint.deploy(…,
    service_account=…)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/custom-service-account
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    accounts = {_label(deployed): deployed.service_account for deployed in endpoint.deployed_models}
    shared = {name: email for name, email in accounts.items() if email and is_default_account(email)}
    if shared:
        return failed(f"a default service account runs {', '.join(shared)}", deployed_models=shared)
    return passed("no deployed model runs as a default service account", deployed_models=accounts)


@check(id="MLP-2108", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def vertex_endpoint_open_to_any_project(endpoint: Endpoint) -> Verdict:
    """Endpoint accepts Private Service Connect from any project.

    ## Why it matters
    The list of projects says who may connect to the private endpoint. A wildcard in it lets any Google Cloud customer
    who learns the attachment's name send requests from their own network.

    ## How to fix
    Name the projects that call the model.

    Terraform: `project_allowlist = ["…"]` in `private_service_connect_config` of `google_vertex_ai_endpoint`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect
    """
    if missing := unobserved(endpoint, "private_service_connect"):
        return missing
    offered = endpoint.private_service_connect
    if not (offered and offered.enable_private_service_connect):
        return not_applicable("it is not offered over Private Service Connect", private_service_connect=None)
    allowed = list(offered.project_allowlist or ())
    if not allowed:
        return unknown("which projects may connect when none is named")
    if "*" in allowed:
        return failed("any project may connect", private_service_connect=allowed)
    return passed("only named projects may connect", private_service_connect=allowed)


def _each(endpoint: Endpoint, wrong: Callable[[DeployedModel], bool], *, bad: str, good: str) -> Verdict:
    """Judge every deployed model of an endpoint by one property."""
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    names = [_label(deployed) for deployed in endpoint.deployed_models if wrong(deployed)]
    if names:
        return failed(f"{bad} {', '.join(names)}", deployed_models=names)
    return passed(good, deployed_models=[_label(deployed) for deployed in endpoint.deployed_models])


def _label(deployed: DeployedModel) -> str:
    return f"{deployed.display_name or 'model'} ({deployed.id})"
