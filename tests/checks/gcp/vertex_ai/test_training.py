from factories.gcp import (
    DEFAULT_ACCOUNT,
    DIGEST,
    KEY,
    OWN_ACCOUNT,
    container_pool,
    custom_job,
    package_pool,
    service_account,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

OWN = "europe-west4-docker.pkg.dev/example-fraud-prod/training/scorer"
GOOGLES = "europe-docker.pkg.dev/vertex-ai/training/pytorch-gpu.2-4.py310:latest"


def placed(network=None, attachment=None, machines=None):
    return custom_job(network=network, network_attachment=attachment, persistent_resource=machines)


def runs_on(machines):
    """A job that names no service account, on a persistent resource or on machines of its own."""
    return custom_job(service_account=None, persistent_resource=machines)


RUNNING = "JOB_STATE_RUNNING"

CASES = {
    "vertex_custom_job_without_service_account": [
        Case("account of its own", PASS, custom_job(service_account=OWN_ACCOUNT)),
        Case("no account, and so the agent of all jobs", FAIL, runs_on(None)),
        Case("no account, but machines that may have one", UNKNOWN, runs_on("ray")),
        Case("no account, machines not observed", UNKNOWN, custom_job(service_account=None)),
        Case("not observed", UNKNOWN, custom_job()),
    ],
    "vertex_custom_job_default_service_account": [
        Case("account of its own", PASS, custom_job(service_account=OWN_ACCOUNT)),
        Case("default account", FAIL, custom_job(service_account=DEFAULT_ACCOUNT)),
        Case(
            "default account, and another one that is disabled",
            FAIL,
            custom_job(service_account=DEFAULT_ACCOUNT),
            service_account(OWN_ACCOUNT, disabled=True),
        ),
        Case(
            "default account that was deleted",
            NOT_APPLICABLE,
            custom_job(service_account=DEFAULT_ACCOUNT),
            service_account(DEFAULT_ACCOUNT, exists=False),
        ),
        Case("no account", NOT_APPLICABLE, runs_on(None)),
        Case("no account, but machines that may have one", UNKNOWN, runs_on("ray")),
        Case("not observed", UNKNOWN, custom_job()),
    ],
    "vertex_custom_job_interactive_shell": [
        Case("off", PASS, custom_job(web_access=False, state=RUNNING)),
        Case("left out, which means off", PASS, custom_job(web_access=None, state=RUNNING)),
        Case("on", FAIL, custom_job(web_access=True, state=RUNNING)),
        Case("on, in a job that waits", FAIL, custom_job(web_access=True, state="JOB_STATE_PENDING")),
        Case("on, in a job that has ended", NOT_APPLICABLE, custom_job(web_access=True, state="JOB_STATE_SUCCEEDED")),
        Case("on, in a job that expired", NOT_APPLICABLE, custom_job(web_access=True, state="JOB_STATE_EXPIRED")),
        Case("not observed whether it has ended", UNKNOWN, custom_job(web_access=True)),
        Case("not observed", UNKNOWN, custom_job(state=RUNNING)),
    ],
    "vertex_custom_job_public_network": [
        Case("peered network", PASS, placed(network="projects/example-fraud-prod/global/networks/ml")),
        Case(
            "network attachment", PASS, placed(attachment="projects/example-fraud-prod/regions/r/networkAttachments/a")
        ),
        Case("neither", FAIL, placed()),
        Case("on machines that are there already", NOT_APPLICABLE, placed(machines="ray")),
        Case("no network, the rest not observed", UNKNOWN, custom_job(network=None)),
    ],
    "vertex_custom_job_without_own_key": [
        Case("own key", PASS, custom_job(kms_key=KEY)),
        Case("Google's key", FAIL, custom_job(kms_key=None, persistent_resource=None)),
        Case("no key, on machines that may have one", UNKNOWN, custom_job(kms_key=None, persistent_resource="ray")),
        Case("no key, and its machines not observed", UNKNOWN, custom_job(kms_key=None)),
        Case("not observed", UNKNOWN, custom_job()),
    ],
    "vertex_custom_job_secrets_in_environment": [
        Case("none", PASS, custom_job(secrets=())),
        Case("a token", FAIL, custom_job(secrets=("workerpool0/API_TOKEN",))),
        Case("not observed", UNKNOWN, custom_job()),
    ],
    "vertex_custom_job_image_unpinned": [
        Case("by digest", PASS, custom_job(worker_pools=(container_pool(OWN + DIGEST),))),
        Case("by tag", FAIL, custom_job(worker_pools=(container_pool(OWN + ":latest"),))),
        Case(
            "by tag in the second pool",
            FAIL,
            custom_job(worker_pools=(container_pool(OWN + DIGEST), container_pool(OWN + ":latest"))),
        ),
        Case("a package in Google's image", NOT_APPLICABLE, custom_job(worker_pools=(package_pool(GOOGLES),))),
        Case("Google's image as it is", NOT_APPLICABLE, custom_job(worker_pools=(container_pool(GOOGLES),))),
        Case("not observed", UNKNOWN, custom_job()),
    ],
}
