from factories.gcp import (
    DEFAULT_ACCOUNT,
    KEY,
    OWN_ACCOUNT,
    deployed,
    endpoint,
    machines,
    monitored,
    monitoring,
    offered,
    pool,
    pooled,
    service_account,
    serving,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.gcp.names import built_by_google
from checks.gcp.vertex_ai.resources import DeploymentResourcePool, MonitoringJob

NETWORK = "projects/example-fraud-prod/global/networks/ml"


SERVED = (deployed(),)
CANCELLED = "JOB_STATE_CANCELLED"


def reach(network=None, connect=None, older=None, models=SERVED, zone=None):
    return endpoint(
        gdc_zone=zone,
        network=network,
        private_service_connect=connect,
        enable_private_service_connect=older,
        deployed_models=models,
    )


def logged(on, rate=1.0, network=None, models=SERVED):
    fields = {"request_logging": on, "sampling_rate": rate, "network": network}
    return endpoint(deployed_models=models, monitoring_job=None, **fields)


#: An endpoint that logs nothing by itself, and has a monitoring job.
WATCHED = monitored(request_logging=None, sampling_rate=None, network=None)


def sampling(rate, state="JOB_STATE_RUNNING"):
    return monitoring(sampling_rate=rate, state=state)


def access(*models, network=None):
    return endpoint(deployed_models=models, network=network)


def served(**fields):
    return deployed(**{"dedicated_resources": machines(2), **fields})


CASES = {
    "vertex_endpoint_public": [
        Case("peered with a network", PASS, reach(network=NETWORK)),
        Case("Private Service Connect, no network", PASS, reach(connect=offered("example-fraud-prod"))),
        Case("Private Service Connect by its older name", PASS, reach(older=True)),
        Case("neither", FAIL, reach()),
        Case("Private Service Connect there but off", FAIL, reach(connect=offered(on=False))),
        Case("on Google Distributed Cloud", NOT_APPLICABLE, reach(zone="zones/us-west2-edge-1")),
        Case("on no network, and perhaps on Google Distributed Cloud", UNKNOWN, reach(zone=UNSET)),
        Case("nothing deployed, so that nothing answers", NOT_APPLICABLE, reach(models=None)),
        Case(
            "no network, the rest not observed", UNKNOWN, endpoint(network=None, gdc_zone=None, deployed_models=SERVED)
        ),
        Case("what is deployed was not observed", UNKNOWN, endpoint(network=None)),
    ],
    "vertex_endpoint_without_own_key": [
        Case("own key", PASS, endpoint(kms_key=KEY, deployed_models=SERVED)),
        Case("Google's key", FAIL, endpoint(kms_key=None, deployed_models=SERVED)),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(kms_key=None, deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_requests_not_logged": [
        Case("all", PASS, logged(True)),
        Case("one in a hundred", PASS, logged(True, 0.01)),
        Case("one in ten thousand, which is next to nothing", FAIL, logged(True, 0.0001)),
        Case("at no rate, which is 0", FAIL, logged(True, None)),
        Case("switched off", FAIL, logged(False)),
        Case("left out, which means off", FAIL, logged(None, None)),
        Case("left out, but a monitoring job logs a fifth", PASS, WATCHED, sampling(0.2)),
        Case("left out, and a monitoring job logs next to nothing", FAIL, WATCHED, sampling(0.0001)),
        Case("left out, and a monitoring job logged until it was cancelled", FAIL, WATCHED, sampling(1.0, CANCELLED)),
        Case("left out, and a monitoring job is paused", UNKNOWN, WATCHED, sampling(1.0, "JOB_STATE_PAUSED")),
        Case("left out, and what a monitoring job logs was not observed", UNKNOWN, WATCHED, monitoring()),
        Case("left out, and its monitoring job was not observed", UNKNOWN, WATCHED, incomplete=(MonitoringJob,)),
        Case("peered, where it cannot be had", NOT_APPLICABLE, logged(None, None, NETWORK)),
        Case("nothing deployed", NOT_APPLICABLE, logged(None, None, models=None)),
        Case("not observed", UNKNOWN, endpoint(deployed_models=SERVED)),
    ],
    "vertex_endpoint_access_not_logged": [
        Case("logged", PASS, access(served(enable_access_logging=True))),
        Case("left out, which means off", FAIL, access(served())),
        Case("one of two", FAIL, access(served(enable_access_logging=True), served(enable_access_logging=False))),
        Case("peered, where it cannot be had", NOT_APPLICABLE, access(served(), network=NETWORK)),
        Case("peered, and logged all the same", PASS, access(served(enable_access_logging=True), network=NETWORK)),
        Case("a tuned model of Google's, without machines", NOT_APPLICABLE, access(deployed())),
        Case("logged, beside a tuned model of Google's", PASS, access(served(enable_access_logging=True), deployed())),
        Case("not logged, beside a tuned model of Google's", FAIL, access(served(), deployed())),
        Case("on machines that Vertex AI chooses", FAIL, access(deployed(automatic_resources=machines(1)))),
        Case("in a pool", FAIL, access(pooled())),
        Case("nothing deployed", NOT_APPLICABLE, access()),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_container_logs_off": [
        Case("left out, which means on", PASS, access(served())),
        Case("a tuned model of Google's, without machines", NOT_APPLICABLE, serving()),
        Case("switched off", FAIL, access(served(disable_container_logging=True))),
        Case("on in the pool", PASS, access(pooled()), pool(disable_container_logging=None)),
        Case("switched off in the pool", FAIL, access(pooled()), pool(disable_container_logging=True)),
        Case("in a pool that was not read", UNKNOWN, access(pooled()), incomplete=(DeploymentResourcePool,)),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_single_replica": [
        Case("two", PASS, serving(dedicated_resources=machines(2))),
        Case("one", FAIL, serving(dedicated_resources=machines(1))),
        Case("none at least: it may scale to nothing", FAIL, serving(dedicated_resources=machines(None))),
        Case("one, chosen by Vertex AI", FAIL, serving(automatic_resources=machines(1))),
        Case("two, in a pool", PASS, access(pooled()), pool(resources=machines(2))),
        Case(
            "two of its own, and one in a pool",
            FAIL,
            access(deployed(dedicated_resources=machines(2)), pooled()),
            pool(resources=machines(1)),
        ),
        Case("in a pool that was denied", UNKNOWN, access(pooled()), pool()),
        Case("in a pool that is not there", UNKNOWN, access(pooled())),
        Case("machines that nobody counts", NOT_APPLICABLE, serving()),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_default_service_account": [
        Case("account of its own", PASS, serving(service_account=OWN_ACCOUNT)),
        Case("no account, and so no access to the project", PASS, serving(service_account=None)),
        Case("default account", FAIL, serving(service_account=DEFAULT_ACCOUNT)),
        Case(
            "one default account that is disabled, and one that is not",
            FAIL,
            access(
                deployed(service_account=DEFAULT_ACCOUNT),
                deployed(id="102", service_account="x@appspot.gserviceaccount.com"),
            ),
            service_account(DEFAULT_ACCOUNT, disabled=True),
        ),
        Case(
            "default account that is disabled, and a pool that was not read",
            UNKNOWN,
            access(deployed(service_account=DEFAULT_ACCOUNT), pooled()),
            service_account(DEFAULT_ACCOUNT, disabled=True),
        ),
        Case(
            "default account that was deleted",
            NOT_APPLICABLE,
            serving(service_account=DEFAULT_ACCOUNT),
            service_account(DEFAULT_ACCOUNT, exists=False),
        ),
        Case("no account, in a pool without one", PASS, access(pooled()), pool(service_account=None)),
        Case(
            "no account, in a pool with the default one", FAIL, access(pooled()), pool(service_account=DEFAULT_ACCOUNT)
        ),
        Case("no account, in a pool that was not read", UNKNOWN, access(pooled())),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_open_to_any_project": [
        Case("named projects", PASS, reach(connect=offered("example-fraud-prod"))),
        Case("any project", FAIL, reach(connect=offered("example-fraud-prod", "*"))),
        Case("no list", UNKNOWN, reach(connect=offered())),
        Case("offered by the older name, which has no list", UNKNOWN, reach(older=True)),
        Case("not offered", NOT_APPLICABLE, reach()),
        Case("nothing deployed", NOT_APPLICABLE, reach(connect=offered("*"), models=None)),
        Case("not observed", UNKNOWN, endpoint(deployed_models=SERVED)),
    ],
}


def test_a_rate_below_one_is_said() -> None:
    for rate, end in ((0.25, "at a rate of 0.25"), (0.001, "at a rate of 0.001 only")):
        assert judged("vertex_endpoint_requests_not_logged", logged(True, rate)).message.endswith(end)


def test_only_repositories_of_googles_own_projects_are_googles() -> None:
    assert built_by_google("gcr.io/ml-pipeline/google-cloud-pipeline-components:2.18.0")
    assert built_by_google("us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest")
    assert built_by_google("us-docker.pkg.dev/vertex-evaluation/public/llm:v0.5")
    assert built_by_google("us-docker.pkg.dev/cloud-tpu-images/jax-ai-image/tpu:latest")
    assert built_by_google("gcr.io/cloud-builders/gcloud")
    assert not built_by_google("gcr.io/cloud-builders-northwind/gcloud")
    assert not built_by_google("mirror.gcr.io/vertex-ai/anything:1")
    assert not built_by_google("gcr.io/ml-pipeline-mirror/google-cloud-pipeline-components:2.18.0")
    assert not built_by_google("registry.example/gcr.io/ml-pipeline/component:1")
