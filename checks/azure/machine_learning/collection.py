"""Checks of what Azure ML deployments record of their requests and answers."""

from checks.azure.machine_learning.endpoints import LEAST_RATE
from checks.azure.machine_learning.resources import Collection, OnlineDeployment
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from checks.blind_spots import ARRIVAL
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved

_REQUESTS, _ANSWERS = "requests", "answers"
#: What is in the collections that Azure fills, request and response, and in those that its guides have code fill.
_SIDES = {
    "request": (_REQUESTS,),
    "model_inputs": (_REQUESTS,),
    "response": (_ANSWERS,),
    "model_outputs": (_ANSWERS,),
    "model_inputs_outputs": (_REQUESTS, _ANSWERS),
}


@check(id="MLP-5521", severity=Severity.LOW, objective="data-capture", since="0.1.0", blind_to=(ARRIVAL,))
def azure_ml_online_deployment_collects_one_side(deployment: OnlineDeployment) -> Verdict:
    """Online deployment collects only requests, or only answers.

    What a collection holds is known of those that Azure fills, `request` and `response`, and of the names that
    monitoring looks for, `model_inputs` and `model_outputs`. Code may fill a collection of any other name with
    anything, so that it is unknown beside one. Fewer than one request in a hundred is counted as nothing. MLP-3215
    speaks of deployments that collect nothing.

    ## Why it matters
    An answer without its request cannot be explained, and a request without the answer does not show what was decided.
    Drift of the data shows in requests; a model that gets worse, or treats groups differently, shows in answers beside
    them.

    ## How to fix
    Turn on the collection of the other side. Where one side must not be kept, because of the people in it, suppress
    this with that reason.

    CLI: in `data_collector` of the deployment's file, `collections.model_outputs.enabled: 'True'` beside
    `model_inputs`, with code that logs both, or `response` beside `request`, without any.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-data-collection
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-collect-production-data
    """
    if verdict := not_in_use(deployment) or unobserved(deployment, "data_collections"):
        return verdict
    found = {folded(name): made for name, made in (deployment.data_collections or {}).items()}
    modes = {name: folded(made.data_collection_mode) for name, made in found.items()}
    kept = [name for name, mode in modes.items() if mode == "enabled" and not _is_rare(found[name])]
    sides = {side for name in kept for side in _SIDES.get(name, ())}
    if sides == {_REQUESTS, _ANSWERS}:
        return passed("requests and answers are collected", data_collections=deployment.data_collections)
    open_to = sorted(name for name, mode in modes.items() if mode not in ("enabled", "disabled", None))
    if open_to or any(name not in _SIDES for name in kept):
        return unknown("what data_collections hold")
    if not kept:
        return not_applicable("nothing is collected", data_collections=deployment.data_collections)
    lacking = _ANSWERS if _REQUESTS in sides else _REQUESTS
    return failed(f"{lacking} are not collected", data_collections=deployment.data_collections)


def _is_rare(made: Collection) -> bool:
    return made.sampling_rate is not None and made.sampling_rate < LEAST_RATE
