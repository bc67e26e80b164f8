from factories.azure import deployment
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Collection


def collecting(*names: str, mode: str | None = "Enabled", **others: str):
    modes = {**dict.fromkeys(names, mode), **others}
    made = {name: Collection(data_collection_mode=each) for name, each in modes.items()}
    return deployment(provisioning_state="Succeeded", data_collections=made)


def sampling(**rates: float):
    made = {name: Collection(data_collection_mode="Enabled", sampling_rate=rate) for name, rate in rates.items()}
    return deployment(provisioning_state="Succeeded", data_collections=made)


CASES = {
    "azure_ml_online_deployment_collects_one_side": [
        Case("payloads of both", PASS, collecting("request", "response")),
        Case("inputs and outputs by code", PASS, collecting("model_inputs", "model_outputs")),
        Case("both in one", PASS, collecting("model_inputs_outputs")),
        Case("both, and something else", PASS, collecting("request", "response", "features")),
        Case("spelled otherwise", PASS, collecting("Request", "Response", mode="enabled")),
        Case("requests alone", FAIL, collecting("request")),
        Case("inputs and requests", FAIL, collecting("request", "model_inputs")),
        Case("outputs alone", FAIL, collecting("model_outputs")),
        Case("the other is off", FAIL, collecting("model_inputs", model_outputs="Disabled")),
        Case("a tenth of both", PASS, sampling(request=0.1, response=0.1)),
        Case("none of the other", FAIL, sampling(request=1.0, response=0.0)),
        Case("hardly any of the other", FAIL, sampling(request=1.0, response=0.001)),
        Case("hardly any of both", NOT_APPLICABLE, sampling(request=0.001, response=0.0)),
        Case("a collection of one's own", UNKNOWN, collecting("model_inputs", "scores")),
        Case("a mode of a later API version", UNKNOWN, collecting("model_inputs", model_outputs="Sampled")),
        Case("all are off", NOT_APPLICABLE, collecting("model_inputs", mode="Disabled")),
        Case("no mode is off", NOT_APPLICABLE, collecting("model_inputs", mode=None)),
        Case("no collector", NOT_APPLICABLE, deployment(provisioning_state="Succeeded", data_collections=None)),
        Case("it is being deleted", NOT_APPLICABLE, deployment(provisioning_state="Deleting")),
        Case("its last change failed", UNKNOWN, deployment(provisioning_state="Failed")),
        Case("collections were not read", UNKNOWN, deployment(provisioning_state="Succeeded")),
        Case("no state", UNKNOWN, deployment()),
    ],
}
