"""Whether what serves is described. What descriptions say was recorded: a pass says that, not that it is true."""

from typing import Any

from msgspec import UNSET, Struct

from checks.blind_spots import CARDS
from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documents import documents_of
from checks.gcp.storage.resources import ModelFolder
from checks.gcp.vertex_ai.resources import Endpoint, Model, ModelEvaluation
from scanner.cards.card import Card, completeness, open_items
from scanner.cards.card_items import TITLES
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: There may be a document that nobody read.
_UNREAD = unknown("ModelFolder.documents", "ModelFolder.refused")


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
    needs=(Endpoint, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def vertex_served_model_undescribed(model: Model, view: View) -> Verdict:
    """Model version that serves says nothing in the registry of what it is for.

    Vertex AI has no model cards. What there is of one is in the descriptions of the model and of the version, and in
    labels that speak of an item of a card. With `--read-documents` a file counts too that is called README.md or
    model_card and lies in the folder that is the artifact, if it fills an item of a card. A placeholder such as `TODO`
    says nothing. That there is a description was recorded by whoever wrote it; it is no evidence that it is right.

    ## Why it matters
    Whoever takes over the endpoint, reviews it or answers a complaint has to find out what the model is for and where
    it fails. The registry is where they look first.

    ## How to fix
    Describe the model and the version: what it is for, what it was trained on, what it must not be used for. Headings
    such as `## Out-of-scope uses` in the description are read as items of a model card. `mlposture card` drafts one. A
    card that lies in a file beside the artifact is read by a scan with `--read-documents`.

    Console: Model Registry, the model, the version, Edit. REST: `description` and `versionDescription` in
    `models.patch`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/model-registry/versioning
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models
    """
    if missing := unobserved(model, "version", "card"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    found = completeness(model.card).filled if model.card else ()
    evidence = {"card": model.card, "version": model.version}
    path = (model.id, endpoint)
    if found:
        said = ", ".join(TITLES[id].lower() for id in found)
        return passed(f"a description was recorded: {said}", path=path, **evidence)
    documents = documents_of(model, view)
    evidence |= documents.evidence()
    if any(completeness(card).filled for card in documents.cards):
        return passed("a document beside its artifact was recorded", path=path, **evidence)
    if not documents.complete:
        return _UNREAD
    beside = ", nor does the document beside its artifact" if documents.found else ""
    return failed(f"no description in the registry says what it is for{beside}", path=path, **evidence)


@check(
    id="MLP-5312",
    severity=Severity.INFORMATIONAL,
    objective="model-documentation",
    since="0.1.0",
    needs=(Endpoint, ModelEvaluation, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def vertex_served_model_card_incomplete(model: Model, view: View) -> Verdict:
    """Model version that serves is described, and the description leaves items of a model card open.

    The items are the 30 of Mitchell et al. (2019). One is there where a heading of a description, or a label, speaks of
    it and holds more than a placeholder such as `TODO`. Date and version are in the registry itself, and evaluations of
    the version in Vertex AI count for performance, with slices for results by group. Of the descriptions, and of
    documents that `--read-documents` read, the fullest is judged. A version that nothing describes is left to MLP-5311.

    ## Why it matters
    What a card leaves out is mostly what it is read for: whom the model fails, on what data it was tested, and what it
    must not be used for.

    ## How to fix
    Fill in the items that the finding lists, each below a heading of its name in `versionDescription`. Write "none" or
    "not known" where that is the answer: it tells the reader that somebody asked.

    Console: Model Registry, the model, the version, Edit. REST: `versionDescription` in `models.patch`.

    ## References
    - https://arxiv.org/abs/1810.03993
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models
    """
    if missing := unobserved(model, "version", "card", "create_time"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    if not model.card or not completeness(model.card).filled:
        documents = documents_of(model, view)
        if not any(completeness(card).filled for card in documents.cards):
            return not_applicable("nothing describes it", card=model.card) if documents.complete else _UNREAD
    evaluations = evaluations_of(model, view)
    if evaluations is None or any(one.groups is UNSET for one in evaluations):
        return unknown("ModelEvaluation.groups")
    stated = _in_the_registry(model, evaluations)
    found = completeness(model.card or Card(), stated)
    path = (model.id, *(one.id for one in evaluations), endpoint)
    evidence = {"version": model.version, "create_time": model.create_time} | of_evaluations(evaluations, "groups")
    if found.missing:
        documents = documents_of(model, view)
        evidence |= documents.evidence()
        found = max((found, *(completeness(card, stated) for card in documents.cards)), key=lambda one: len(one.filled))
        if found.missing and not documents.complete:
            return _UNREAD
    if not found.missing:
        return passed("all 30 items were recorded", path=path, card=model.card, **evidence)
    counted = {"filled": len(found.filled), "placeholder": found.placeholder, "empty": found.empty}
    return failed(open_items(found), path=path, card=counted, **evidence)


def _in_the_registry(model: Model, evaluations: tuple[ModelEvaluation, ...]) -> list[str]:
    """Items that Vertex AI itself states of a version: its date, its number, and what was measured of it."""
    groups = [features for one in evaluations for features in one.groups or ()]
    stated = {
        "MC-1.2": bool(model.create_time),
        "MC-1.3": bool(model.version),
        "MC-4.1": bool(evaluations),
        "MC-7.1": any(len(features) == 1 for features in groups),
        "MC-7.2": any(len(features) > 1 for features in groups),
    }
    return [id for id, known in stated.items() if known]


def endpoint_of(model: Model, view: View) -> str | Verdict:
    """The endpoint that serves this very version; a verdict where none does, or that is not known."""
    served = view.derive(served_models)
    if not served.complete:
        return unknown("Endpoint.deployed_models")
    found = served.endpoints.get((model.id.partition("@")[0], model.version or ""))
    return found or not_applicable("it is deployed on no endpoint")


def evaluations_of(model: Model, view: View) -> tuple[ModelEvaluation, ...] | None:
    """The evaluations of this very version; None if there may be others."""
    known = view.derive(_evaluations)
    return None if known is None else known.get(f"{model.id.partition('@')[0]}@{model.version}", ())


def of_evaluations(evaluations: tuple[ModelEvaluation, ...], *fields: str) -> dict[str, Any]:
    """Fields of evaluations as evidence, by the ids of the evaluations."""
    return {f"ModelEvaluation.{field}": {one.id: getattr(one, field) for one in evaluations} for field in fields}


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


def _evaluations(view: View) -> dict[str, tuple[ModelEvaluation, ...]] | None:
    """All evaluations by the version that each is of, to be derived once; None unless all were listed."""
    found = view.all(ModelEvaluation)
    made: dict[str, list[ModelEvaluation]] = {}
    for one in found:
        made.setdefault(one.model_version, []).append(one)
    return {version: tuple(made[version]) for version in made} if found.complete else None
