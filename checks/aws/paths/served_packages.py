"""Which models and model packages serve, and which model cards are of them: for the checks of documentation."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType

from checks.aws.names import named, region_of
from checks.aws.paths.serving import NOT_SERVING, SERVING
from checks.aws.sagemaker.addresses import containers_of, specifications_of
from checks.aws.sagemaker.packages import named_alone, package_id
from checks.aws.sagemaker.references import all_variants, answers, components, config_of, model_names
from checks.aws.sagemaker.resources import Endpoint, InferenceComponent, Model, ModelCard, ModelPackage
from scanner.cards.card import Card
from scanner.model.nouns import Resource, Scope
from scanner.model.views import View, Whole

ARCHIVED = "Archived"


class ServedPackages(Struct, frozen=True):
    """The ids of packages that endpoints in service run, each with the way from there to an endpoint.

    A way is a model, what the endpoint has it by (its configuration, or an inference component), and the endpoint.
    `ways` are all that there are. `whole` where no endpoint is missing, and each could be followed.
    """

    paths: dict[str, tuple[str, ...]]
    whole: Whole
    ways: dict[str, list[tuple[str, ...]]]

    def all_of(self, package: ModelPackage) -> bool:
        """Whether all is known that runs a package: endpoints of its region, in the account that sees it."""
        return self.whole.at(Scope("aws", package.scope.account, region_of(package.id)))


class ServedModels(Struct, frozen=True):
    """The ids of models that endpoints in service run, each with the way from there to one; `whole` as above."""

    paths: dict[str, tuple[str, ...]]
    whole: Whole


class Cards(Struct, frozen=True):
    """The cards that are current, by what they say they are of; `complete` unless some were not seen."""

    of: dict[str, list[ModelCard]]
    complete: bool


class Described(Struct, frozen=True):
    """The cards of one package: in the registry, with None where it has none, and others. `complete` unless there may
    be more of them.
    """

    own: Card | UnsetType | None
    others: tuple[ModelCard, ...]
    complete: bool

    @property
    def cards(self) -> list[Card]:
        """All that were read."""
        found = [self.own, *(one.card for one in self.others)]
        return [card for card in found if isinstance(card, Card) and not card.problem]


def served_packages(view: View) -> ServedPackages:
    """An index of what serves, to be derived once."""
    endpoints = view.all(Endpoint)
    ways: dict[str, list[tuple[str, ...]]] = {}
    whole = Whole(endpoints)
    for endpoint in endpoints:
        for model, way in () if endpoint.status in NOT_SERVING else _models(view, endpoint):
            if model is None or containers_of(model) is None:
                whole.doubt(endpoint.scope)
                continue
            for id in dict.fromkeys(package_id(arn, model.scope.account) for _, arn in named_alone(model)):
                ways.setdefault(id, []).append((model.id, *way))
    return ServedPackages({id: found[0] for id, found in ways.items()}, whole, ways)


def served_models(view: View) -> ServedModels:
    """An index of the models that serve, to be derived once."""
    endpoints = view.all(Endpoint)
    paths: dict[str, tuple[str, ...]] = {}
    whole = Whole(endpoints)
    for endpoint in endpoints:
        for model, way in () if endpoint.status in NOT_SERVING else _models(view, endpoint):
            if model is None:
                whole.doubt(endpoint.scope)
            else:
                paths.setdefault(model.id, way)
    return ServedModels(paths, whole)


def _models(view: View, endpoint: Endpoint) -> Iterator[tuple[Model | None, tuple[str, ...]]]:
    """The models that an endpoint runs, and the ids from there to it; None where something was not observed."""
    config = config_of(endpoint, view) if endpoint.status in SERVING else None
    if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
        yield None, ()
        return
    for name in model_names(all_variants(config)):
        if name is not None:
            yield _model(view, endpoint, name), (config.id, endpoint.id)
            continue
        if not view.derive(components).whole.at(endpoint.scope):
            yield None, ()
        for id in view.derive(components).of(endpoint):
            component = view.get(InferenceComponent, id)
            if not isinstance(component, Resource) or answers(component) is False:
                continue
            specifications = specifications_of(component)
            if specifications is None or not answers(component):
                yield None, ()
                continue
            for one in dict.fromkeys(each.model_name for each in specifications if each.model_name):
                yield _model(view, endpoint, one), (component.id, endpoint.id)


def _model(view: View, endpoint: Endpoint, name: str) -> Model | None:
    model = named(view, Model, endpoint, "model", name)
    return model if isinstance(model, Resource) else None


def current_cards(view: View) -> Cards:
    """An index of the cards that are not archived, to be derived once."""
    found = view.all(ModelCard)
    of: dict[str, list[ModelCard]] = {}
    complete = found.complete
    for one in found:
        if one.status is UNSET or one.card is UNSET:
            complete = False
        if one.status != ARCHIVED and isinstance(one.card, Card):
            for id in one.card.models or ():
                of.setdefault(id, []).append(one)
    return Cards(of, complete)


def described(view: View, package: ModelPackage, model: str) -> Described:
    """The cards of a package that serves by this model."""
    cards = view.derive(current_cards)
    others = {one.id: one for id in (package.id, model) for one in cards.of.get(id, ())}
    own = None if package.card_status == ARCHIVED else package.card
    complete = cards.complete and package.card is not UNSET and package.card_status is not UNSET
    return Described(own, tuple(others.values()), complete)
