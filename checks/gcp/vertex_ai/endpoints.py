"""Checks of Vertex AI endpoints and the models deployed on them."""

from typing import Any

from msgspec import UnsetType

from checks.blind_spots import ARRIVAL
from checks.gcp.iam.disabled import disabled, excuse
from checks.gcp.iam.resources import ServiceAccount
from checks.gcp.names import AIPLATFORM, full_name, is_default_account
from checks.gcp.vertex_ai.pools import accounts, has_machines, label, of_pool
from checks.gcp.vertex_ai.resources import ENDED, DeploymentResourcePool, Endpoint, MonitoringJob
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
    unobserved_joined,
)
from scanner.model.views import View

#: Fewer than one request in a hundred is no record of what the model did.
_LEAST_RATE = 0.01
#: The fields that say whether an endpoint is offered over Private Service Connect.
_CONNECT = ("private_service_connect", "enable_private_service_connect")
_NO_MACHINES = "no model on it has machines of its own or of a pool"


@check(
    id="MLP-2101",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
)
def vertex_endpoint_public(endpoint: Endpoint) -> Verdict:
    """Endpoint can be reached from the internet.

    ## Why it matters
    A public endpoint answers anyone who holds a token with the right to predict: a leaked key or an over-broad role is
    then enough to query, copy or exhaust the model from anywhere. An endpoint is private if it is peered with a VPC
    network or offered over Private Service Connect; either will do. An endpoint with nothing deployed answers nobody,
    and one on Google Distributed Cloud answers in a data centre of yours, whose network is not judged.

    ## How to fix
    Access is chosen at creation. Create a private endpoint, deploy the model on it, move the callers, delete the old
    one.

    CLI: `gcloud ai endpoints create --network=…`, or with Private Service Connect through the API. Terraform:
    `network`, or `private_service_connect_config { enable_private_service_connect = true }`, on
    `google_vertex_ai_endpoint`. Until then a perimeter of VPC Service Controls limits who reaches the address that
    endpoints share, though not that of a dedicated endpoint. Whether there is one is not read.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
    """
    if excuse := _idle(endpoint) or unobserved(endpoint, "network", "gdc_zone", *_CONNECT):
        return excuse
    if endpoint.gdc_zone:
        return not_applicable("it answers on Google Distributed Cloud", gdc_zone=endpoint.gdc_zone)
    connect = _is_offered(endpoint)
    if endpoint.network:
        return passed("it is peered with a network", network=endpoint.network, private_service_connect=connect)
    if connect:
        return passed("it is offered over Private Service Connect", network=None, private_service_connect=True)
    return failed("it is on no private network", network=None, private_service_connect=False)


@check(id="MLP-2102", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
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
    if excuse := _idle(endpoint) or unobserved(endpoint, "kms_key"):
        return excuse
    if endpoint.kms_key:
        return passed("it is encrypted with a key of your own", kms_key=endpoint.kms_key)
    return failed("it is encrypted with Google's key", kms_key=None)


@check(
    id="MLP-2103",
    severity=Severity.MEDIUM,
    objective="data-capture",
    since="0.1.0",
    needs=(MonitoringJob,),
    blind_to=(ARRIVAL,),
    decided_by=("request_logging", "sampling_rate"),
)
def vertex_endpoint_requests_not_logged(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint does not log requests and responses.

    ## Why it matters
    Without a sample of what the model was asked and what it answered, drift, abuse and wrong decisions cannot be found
    afterwards, and nobody can show what an automated decision rested on. A sampling rate that is left out is 0, which
    logs nothing; fewer than one request in a hundred is counted as nothing too. An endpoint that is peered with a
    network cannot log requests, so the question does not arise there. A monitoring job that runs logs a sample as well.

    ## How to fix
    Turn request-response logging on and send it to a BigQuery table of your own, with a sampling rate that fits the
    traffic. Mind personal data: restrict the dataset and let it expire.

    Terraform: `predict_request_response_logging_config { enabled = true, sampling_rate = …, bigquery_destination { … }
    }` on `google_vertex_ai_endpoint`. Python: `Endpoint.create(enable_request_response_logging=True, …)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    - https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints
    """
    if excuse := _idle(endpoint) or unobserved(endpoint, "request_logging", "sampling_rate", "network"):
        return excuse
    rate = (endpoint.sampling_rate or 0.0) if endpoint.request_logging else 0.0
    shown: dict[str, Any] = {"request_logging": endpoint.request_logging, "sampling_rate": endpoint.sampling_rate}
    if rate >= _LEAST_RATE:
        part = "" if rate >= 1 else f" at a rate of {rate:g}"
        return passed(f"requests and responses are logged{part}", **shown)
    if endpoint.network:
        return not_applicable("an endpoint that is peered with a network cannot log requests", network=endpoint.network)
    if monitored := _logged_by_monitoring(endpoint, view):
        return monitored
    if rate:
        return failed(f"requests and responses are logged at a rate of {rate:g} only", **shown)
    return failed("requests and responses are not logged", **shown)


def _logged_by_monitoring(endpoint: Endpoint, view: View) -> Verdict | None:
    """What to say of an endpoint whose monitoring job logs requests and responses, or may; None if none does."""
    if missing := unobserved(endpoint, "monitoring_job"):
        return missing
    if not endpoint.monitoring_job:
        return None
    job = view.get(MonitoringJob, full_name(AIPLATFORM, endpoint.monitoring_job))
    if not isinstance(job, MonitoringJob):
        return unknown("MonitoringJob", path=(endpoint.id,))
    path = (endpoint.id, job.id)
    if missing := unobserved_joined(job, "state", "sampling_rate", path=path):
        return missing
    if job.state in ENDED or (job.sampling_rate or 0.0) < _LEAST_RATE:
        return None
    if job.state != "JOB_STATE_RUNNING":
        return unknown("whether its monitoring job logs while it does not run", path=path)
    said = f"its monitoring job logs requests and responses at a rate of {job.sampling_rate:g}"
    return passed(said, path=path, **joined(job, "state", "sampling_rate"))


@check(id="MLP-2104", severity=Severity.MEDIUM, objective="audit-logging", since="0.1.0", blind_to=(ARRIVAL,))
def vertex_endpoint_access_not_logged(endpoint: Endpoint) -> Verdict:
    """Endpoint has a deployed model whose access is not logged.

    ## Why it matters
    Access logs say when the model was called and how long it took. Without them a flood of queries that extracts the
    model, or searches it for weaknesses, leaves no trace. They are off unless asked for at deployment. Where an
    endpoint is peered with a network they cannot be had, nor of tuned versions of Google's own models, which run on no
    machines that a deployment names.

    ## How to fix
    The setting belongs to the deployment: deploy the model again with access logging, shift the traffic, and undeploy
    the old one.

    CLI: `gcloud ai endpoints deploy-model ENDPOINT --enable-access-logging`. Python: `Endpoint.deploy(…,
    enable_access_logging=True)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    - https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
    """
    if excuse := _idle(endpoint) or unobserved(endpoint, "network"):
        return excuse
    models = [each for each in endpoint.deployed_models or () if has_machines(each) or each.enable_access_logging]
    if not models:
        return not_applicable(_NO_MACHINES, deployed_models=[])
    silent = [label(deployed) for deployed in models if not deployed.enable_access_logging]
    if not silent:
        return passed("access to every deployed model is logged", deployed_models=[label(each) for each in models])
    if endpoint.network:
        return not_applicable("an endpoint that is peered with a network cannot log access", network=endpoint.network)
    return failed(f"access is not logged for {', '.join(silent)}", deployed_models=silent)


@check(
    id="MLP-2105",
    severity=Severity.LOW,
    objective="audit-logging",
    since="0.1.0",
    needs=(DeploymentResourcePool,),
    blind_to=(ARRIVAL,),
)
def vertex_endpoint_container_logs_off(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint has a deployed model whose container logs were switched off.

    ## Why it matters
    What the serving container prints is the first evidence of an attack or a broken model: errors, stack traces, files
    it could not load. The logs are on by default; somebody turned them off, for the model or for the pool it shares.

    ## How to fix
    Deploy the model again without the option that disables container logging, shift the traffic, and undeploy the old
    one.

    CLI: leave out `--disable-container-logging` of `gcloud ai endpoints deploy-model`. Python: `Endpoint.deploy(…,
    disable_container_logging=False)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    """
    if excuse := _idle(endpoint):
        return excuse
    off: dict[str, bool] = {}
    complete = True
    for deployed in filter(has_machines, endpoint.deployed_models or ()):
        shared = of_pool(deployed, view, lambda pool: pool.disable_container_logging)
        complete = complete and not isinstance(shared, UnsetType)
        off[label(deployed)] = bool(deployed.disable_container_logging or shared is True)
    if silent := [name for name, is_off in off.items() if is_off]:
        return failed(f"container logs are off for {', '.join(silent)}", deployed_models=silent)
    if not complete:
        return unknown("DeploymentResourcePool.disable_container_logging")
    if not off:
        return not_applicable(_NO_MACHINES, deployed_models=[])
    return passed("container logs are on for every deployed model", deployed_models=list(off))


@check(
    id="MLP-2106",
    severity=Severity.LOW,
    objective="resilience-recovery",
    since="0.1.0",
    needs=(DeploymentResourcePool,),
    blind_to=(),
)
def vertex_endpoint_single_replica(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint has a deployed model that may be down to one replica.

    ## Why it matters
    One replica is one machine in one zone: when it fails or is maintained, predictions stop until another has started
    and loaded the model, which takes minutes. Two or more let the service carry on. A model without machines of its own
    has those of the deployment resource pool that it names.

    ## How to fix
    Give the deployment, or the pool, at least two replicas.

    CLI: `gcloud ai endpoints deploy-model ENDPOINT --min-replica-count=2`. Python: `Endpoint.deploy(…,
    min_replica_count=2)`. A pool: `dedicatedResources.minReplicaCount` in `deploymentResourcePools.patch`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/predictions/autoscaling
    - https://cloud.google.com/vertex-ai/docs/predictions/model-co-hosting
    """
    if excuse := _idle(endpoint):
        return excuse
    least: dict[str, int] = {}
    complete = True
    for deployed in endpoint.deployed_models or ():
        machines = deployed.dedicated_resources or deployed.automatic_resources
        shared = machines or of_pool(deployed, view, lambda pool: pool.resources)
        if isinstance(shared, UnsetType):
            complete = False
        elif shared is not None:
            least[label(deployed)] = shared.min_replica_count or 0
    if few := {name: count for name, count in least.items() if count < 2}:
        return failed(f"fewer than two replicas at least for {', '.join(few)}", deployed_models=few)
    if not complete:
        return unknown("DeploymentResourcePool.resources")
    if not least:
        return not_applicable(_NO_MACHINES, deployed_models=[])
    return passed("every deployed model has two replicas or more", deployed_models=least)


@check(
    id="MLP-2107",
    severity=Severity.HIGH,
    objective="workload-identity",
    since="0.1.0",
    needs=(DeploymentResourcePool, ServiceAccount),
    blind_to=(),
    decided_by=("deployed_models", "DeploymentResourcePool.service_account"),
)
def vertex_endpoint_default_service_account(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint has a deployed model that runs as a default service account.

    ## Why it matters
    The container of a deployed model handles input from outside. As the Compute Engine default account, which often
    holds the Editor role, a flaw in it opens the whole project. With no account set, neither for the model nor for the
    pool that it shares, the container has no access to the project at all, which is the best case. A disabled or
    deleted account can do nothing.

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
    found, complete = accounts(endpoint.deployed_models, view)
    shared = {name: [email for email in emails if is_default_account(email)] for name, emails in found.items()}
    off = disabled(view, sorted({email for emails in shared.values() for email in emails}))
    idle = {account.name for account in off}
    working = {name: found[name] for name, emails in shared.items() if not idle.issuperset(emails)}
    if working:
        return failed(f"a default service account runs {', '.join(working)}", deployed_models=working)
    if not complete:
        return unknown("DeploymentResourcePool.service_account")
    if off:
        return excuse(off)
    return passed("no deployed model runs as a default service account", deployed_models=found)


@check(id="MLP-2108", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=())
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
    if excuse := _idle(endpoint) or unobserved(endpoint, *_CONNECT):
        return excuse
    if not _is_offered(endpoint):
        return not_applicable("it is not offered over Private Service Connect", private_service_connect=None)
    offered = endpoint.private_service_connect
    allowed = list(offered.project_allowlist or ()) if offered else []
    if not allowed:
        return unknown("which projects may connect when none is named")
    if "*" in allowed:
        return failed("any project may connect", private_service_connect=allowed)
    return passed("only named projects may connect", private_service_connect=allowed)


def _is_offered(endpoint: Endpoint) -> bool:
    """Whether it is offered over Private Service Connect, by either of its spellings; both have to be observed."""
    offered = endpoint.private_service_connect
    return bool(endpoint.enable_private_service_connect or (offered and offered.enable_private_service_connect))


def _idle(endpoint: Endpoint) -> Verdict | None:
    """Why an endpoint is not judged: nothing is deployed on it, so that it holds nothing and answers nobody."""
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    return None if endpoint.deployed_models else not_applicable("nothing is deployed on it", deployed_models=[])
