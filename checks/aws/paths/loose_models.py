"""Models that serve and are made from no package: whose they are, and which cards and files may describe them."""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from checks.aws.names import is_aws_content, location, seen_from
from checks.aws.paths.documents import folder_of, folders, weights_of_package
from checks.aws.paths.served_packages import ARCHIVED, served_models, served_packages
from checks.aws.s3.resources import ModelFolder
from checks.aws.sagemaker.addresses import containers_of, hub_contents, weight_uris
from checks.aws.sagemaker.hubs import hub_sources
from checks.aws.sagemaker.packages import named_alone
from checks.aws.sagemaker.resources import Container, Model, ModelPackage, NamedModelCard
from checks.documents import NONE, UNSEEN, Documents, gathered
from scanner.cards.card import Card
from scanner.model.views import View, Whole

_MANY = "MultiModel"


class LooseFolders(Struct, frozen=True):
    """Ids of the folders beside the artifacts of each such model, by its id, and the region to ask about each.

    `complete` unless something serves, or may serve, of which it was not observed what it loads.
    """

    of: dict[str, tuple[str, ...]]
    regions: dict[str, str]
    complete: bool


class NamedCards(Struct, frozen=True):
    """The cards that are current, by the region and what they say they are of; `whole` where none is missing."""

    of: dict[tuple[str, str, str], list[NamedModelCard]]
    whole: Whole


def is_loose(model: Model) -> bool | None:
    """Whether a model is made from no package at all; None where that was not observed."""
    return None if containers_of(model) is None else not any(named_alone(model))


def loads_many(model: Model) -> bool:
    """Whether a container of it loads any model below an address: nothing says which there are."""
    return any(one.mode == _MANY for one in containers_of(model) or ())


def own_weights(model: Model) -> tuple[str, ...]:
    """Addresses of what a model loads that neither AWS publishes nor a hub."""
    return tuple(dict.fromkeys(uri for one in containers_of(model) or () for uri in _own(one, model.scope.region)))


def is_published(model: Model) -> bool:
    """Whether all that a model loads was published by others: it has a card, if any, where they publish it."""
    if own_weights(model):
        return False
    return any(weight_uris(one) or any(hub_sources(one, one.image)) for one in containers_of(model) or ())


def loose_folders(view: View) -> LooseFolders:
    """An index of where documents of such models may be, to be derived once.

    A file in a folder with several artifacts that serve is of none of them: it may be about the bucket.
    """
    of: dict[str, tuple[str, ...]] = {}
    artifacts: dict[str, set[str]] = {}
    regions: dict[str, str] = {}
    served = view.derive(served_models)
    complete = served.whole.everywhere and view.derive(folders).complete
    for uri, folder in _packaged(view):
        artifacts.setdefault(folder, set()).add(uri)
    for id in served.paths:
        model = view.get(Model, id)
        if not isinstance(model, Model) or is_loose(model) is None:
            complete = False
            continue
        if not is_loose(model) or loads_many(model):
            continue
        here, account = model.scope.region, model.scope.account
        lie_in = {uri: seen_from(folder, account) for uri in own_weights(model) if (folder := folder_of(uri, here))}
        of[id] = tuple(dict.fromkeys(lie_in.values()))
        for uri, folder in lie_in.items():
            artifacts.setdefault(folder, set()).add(uri)
            regions.setdefault(folder, here)
    alone = {folder for folder, uris in artifacts.items() if len(uris) == 1}
    return LooseFolders({id: tuple(one for one in of[id] if one in alone) for id in of}, regions, complete)


def documents_of_loose(view: View, model: Model) -> Documents:
    """What was read beside the artifacts of such a model; nothing, and complete, where no scan was told to read it."""
    if not view.asked(ModelFolder):
        return NONE
    known = view.derive(loose_folders)
    return gathered(view.get(ModelFolder, id) for id in known.of.get(model.id, ())) if known.complete else UNSEEN


def named_cards(view: View) -> NamedCards:
    """An index of the cards that are not archived, to be derived once."""
    found = view.all(NamedModelCard)
    of: dict[tuple[str, str, str], list[NamedModelCard]] = {}
    whole = Whole(found)
    for one in found:
        if one.status is UNSET or one.card is UNSET:
            whole.doubt(one.scope)
        if one.status != ARCHIVED and isinstance(one.card, Card):
            for name in one.card.models or ():
                of.setdefault((one.scope.account, one.scope.region, name), []).append(one)
    return NamedCards(of, whole)


def cards_of(view: View, model: Model) -> tuple[NamedModelCard, ...]:
    """The cards of such a model, by its ARN or its name."""
    known, where = view.derive(named_cards), (model.scope.account, model.scope.region)
    found = {one.id: one for name in (model.id, model.name) for one in known.of.get((*where, name), ())}
    return tuple(found.values())


def _own(container: Container, region: str) -> Iterator[str]:
    published = hub_contents(container)
    for uri in weight_uris(container):
        place = location(uri)
        if uri not in published and not (place and is_aws_content(place[0], region)):
            yield uri


def _packaged(view: View) -> Iterator[tuple[str, str]]:
    """What packages that serve load, each with its folder."""
    for id, way in view.derive(served_packages).paths.items():
        package, model = view.get(ModelPackage, id), view.get(Model, way[0])
        if isinstance(package, ModelPackage) and isinstance(model, Model):
            for uri in weights_of_package(package, model):
                yield uri, seen_from(folder_of(uri, model.scope.region), model.scope.account)
