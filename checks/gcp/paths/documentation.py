"""Whether what serves is described. What descriptions say was recorded: a pass says that, not that it is true."""

from msgspec import UNSET, Struct

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.cards.card import completeness
from scanner.cards.card_items import TITLES
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


class ServedModels(Struct, frozen=True):
    """The endpoint of each version of a model that is deployed, by the model's id and the version.

    `complete` unless what is deployed somewhere was not seen.
    """

    endpoints: dict[tuple[str, str], str]
    complete: bool


@check(
    id="MLP-5311",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(Endpoint,),
    blind_to=("cards kept elsewhere", "whether what the card says is true"),
    recorded=True,
)
def vertex_served_model_undescribed(model: Model, view: View) -> Verdict:
    """Model version that serves says nothing of what it is for.

    Vertex AI has no model cards. What there is of one is in the descriptions of the model and of the version, and in
    labels that speak of an item of a card. A placeholder such as `TODO` says nothing. That there is a description was
    recorded by whoever wrote it; it is no evidence that it is right.

    ## Why it matters
    Whoever takes over the endpoint, reviews it or answers a complaint has to find out what the model is for and where
    it fails. The registry is where they look first.

    ## How to fix
    Describe the model and the version: what it is for, what it was trained on, what it must not be used for. Headings
    such as `## Out-of-scope uses` in the description are read as items of a model card. `mlposture card` drafts one.

    Console: Model Registry, the model, the version, Edit. REST: `description` and `versionDescription` in
    `models.patch`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/model-registry/versioning
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models
    """
    if missing := unobserved(model, "version", "card"):
        return missing
    served = view.derive(served_models)
    endpoint = served.endpoints.get((model.id.partition("@")[0], model.version or ""))
    if not served.complete:
        return unknown("Endpoint.deployed_models")
    if endpoint is None:
        return not_applicable("it is deployed on no endpoint")
    found = completeness(model.card).filled if model.card else ()
    evidence = {"card": model.card, "version": model.version}
    if not found:
        return failed("no description says what it is for", path=(model.id, endpoint), **evidence)
    said = ", ".join(TITLES[id].lower() for id in found)
    return passed(f"a description was recorded: {said}", path=(model.id, endpoint), **evidence)


def served_models(view: View) -> ServedModels:
    """An index of what is deployed, to be derived once."""
    found = view.all(Endpoint)
    complete, endpoints = found.complete, dict[tuple[str, str], str]()
    for endpoint in found:
        complete = complete and endpoint.deployed_models is not UNSET
        for deployed in endpoint.deployed_models or ():
            name, _, version = (deployed.model or "").partition("@")
            id = full_name(AIPLATFORM, name)
            endpoints.setdefault((id, deployed.model_version_id or version), endpoint.id)
    return ServedModels(endpoints, complete)
