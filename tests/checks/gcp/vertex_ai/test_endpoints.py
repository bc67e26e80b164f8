from factories.gcp import DEFAULT_ACCOUNT, KEY, OWN_ACCOUNT, deployed, endpoint, machines, offered, serving
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

NETWORK = "projects/example-fraud-prod/global/networks/ml"


def reach(network=None, connect=None, older=None):
    return endpoint(network=network, private_service_connect=connect, enable_private_service_connect=older)


CASES = {
    "vertex_endpoint_public": [
        Case("peered with a network", PASS, reach(network=NETWORK)),
        Case("Private Service Connect, no network", PASS, reach(connect=offered("example-fraud-prod"))),
        Case("Private Service Connect by its older name", PASS, reach(older=True)),
        Case("neither", FAIL, reach()),
        Case("Private Service Connect there but off", FAIL, reach(connect=offered(on=False))),
        Case("no network, the rest not observed", UNKNOWN, endpoint(network=None)),
    ],
    "vertex_endpoint_without_own_key": [
        Case("own key", PASS, endpoint(kms_key=KEY)),
        Case("Google's key", FAIL, endpoint(kms_key=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_requests_not_logged": [
        Case("logged", PASS, endpoint(deployed_models=(deployed(),), request_logging=True)),
        Case("switched off", FAIL, endpoint(deployed_models=(deployed(),), request_logging=False)),
        Case("left out, which means off", FAIL, endpoint(deployed_models=(deployed(),), request_logging=None)),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None, request_logging=None)),
        Case("not observed", UNKNOWN, endpoint(deployed_models=(deployed(),))),
    ],
    "vertex_endpoint_access_not_logged": [
        Case("logged", PASS, serving(enable_access_logging=True)),
        Case("left out, which means off", FAIL, serving()),
        Case(
            "one of two",
            FAIL,
            endpoint(deployed_models=(deployed(enable_access_logging=True), deployed(enable_access_logging=False))),
        ),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=())),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_container_logs_off": [
        Case("left out, which means on", PASS, serving()),
        Case("switched off", FAIL, serving(disable_container_logging=True)),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_single_replica": [
        Case("two", PASS, serving(dedicated_resources=machines(2))),
        Case("one", FAIL, serving(dedicated_resources=machines(1))),
        Case("none at least: it may scale to nothing", FAIL, serving(dedicated_resources=machines(None))),
        Case("one, chosen by Vertex AI", FAIL, serving(automatic_resources=machines(1))),
        Case("machines shared with other models", NOT_APPLICABLE, serving()),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_default_service_account": [
        Case("account of its own", PASS, serving(service_account=OWN_ACCOUNT)),
        Case("no account, and so no access to the project", PASS, serving(service_account=None)),
        Case("default account", FAIL, serving(service_account=DEFAULT_ACCOUNT)),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_endpoint_open_to_any_project": [
        Case("named projects", PASS, endpoint(private_service_connect=offered("example-fraud-prod"))),
        Case("any project", FAIL, endpoint(private_service_connect=offered("example-fraud-prod", "*"))),
        Case("no list", UNKNOWN, endpoint(private_service_connect=offered())),
        Case("not offered", NOT_APPLICABLE, endpoint(private_service_connect=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
}
