"""Whether models that serve and are made from no package are described. What cards say was recorded."""

from checks.aws.paths.documented import of
from checks.aws.paths.loose_models import (
    cards_of,
    documents_of_loose,
    is_loose,
    is_published,
    loads_many,
    named_cards,
)
from checks.aws.paths.served_packages import served_models
from checks.aws.s3.resources import ModelFolder
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    NamedModelCard,
)
from checks.blind_spots import CARDS
from scanner.cards.card import Card, completeness
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View


@check(
    id="MLP-5310",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage, NamedModelCard, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def sagemaker_served_model_without_model_card(model: Model, view: View) -> Verdict:
    """Model that serves is made from no package, and has no model card.

    A card is one of SageMaker Model Cards that names the model, by its ARN or its name, or, with `--read-documents`, a
    file called README.md or model_card beside its artifact, if no other artifact that serves lies there. One that
    fills no item of a card is none. A model that is made from a package is left to MLP-5301. One whose weights AWS or a
    hub publishes has its card there, if any, and is not judged. Of a container that loads many models nothing says
    which these are. Models that an inference component has without a name are not looked at.

    ## Why it matters
    Without a package the registry knows nothing of the model: no version, no metrics, no approval. A card is all that
    could tell whoever takes over the endpoint what it is for, what it was trained on and where it fails.

    ## How to fix
    Register the model as a model package, with a card, and make the endpoint's model from it. Or write a card for it:
    Governance, Model cards in the console, with the model's ARN as its id. `mlposture card` drafts one.

    CLI: `aws sagemaker create-model-card --model-card-name … --model-card-status Draft --content …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
    """
    way = _way_to_endpoint(model, view)
    if isinstance(way, Verdict):
        return way
    path = (model.id, *way)
    if not view.derive(named_cards).whole.at(model.scope):
        return unknown("NamedModelCard", path=path)
    cards = cards_of(view, model)
    evidence = of(NamedModelCard, cards, "status", "card")
    if any(isinstance(one.card, Card) and completeness(one.card).filled for one in cards):
        return passed("a model card was recorded", path=path, **evidence)
    if loads_many(model):
        return unknown("which models a container of many loads", path=path)
    documents = documents_of_loose(view, model)
    evidence |= documents.evidence()
    if any(completeness(card).filled for card in documents.cards):
        return passed("a document beside its artifact was recorded", path=path, **evidence)
    if not documents.complete:
        return unknown("ModelFolder.documents", "ModelFolder.refused", path=path)
    evidence = {"primary_container": model.primary_container, "containers": model.containers, **evidence}
    if cards:
        return failed("its model card holds nothing but a template", path=path, **evidence)
    return failed("it is made from no package, and no model card names it", path=path, **evidence)


def _way_to_endpoint(model: Model, view: View) -> tuple[str, ...] | Verdict:
    """What an endpoint has a model by that nobody else describes, and the endpoint; a verdict for another model."""
    served, loose = view.derive(served_models), is_loose(model)
    way = served.paths.get(model.id)
    if not served.whole.at(model.scope):
        return unknown("whether an endpoint runs it")
    if way is None:
        return not_applicable("no endpoint in service runs it")
    if loose is None:
        return unknown("primary_container", "containers")
    if not loose:
        return not_applicable("it is made from a package, which MLP-5301 judges")
    return not_applicable("AWS or a hub publishes what it loads, and describes it") if is_published(model) else way
