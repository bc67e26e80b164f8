"""Model cards: those in the registry, and those of SageMaker Model Cards that say they are of a package there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from checks.aws.sagemaker.details import there
from checks.aws.sagemaker.packages import named_alone, package_id
from checks.aws.sagemaker.resources import Model, ModelCard, ModelPackage, NamedModelCard
from scanner.cards.card import Card
from scanner.cards.registry_card import read_registry
from scanner.cards.sagemaker_card import read_sagemaker
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

C = TypeVar("C", ModelCard, NamedModelCard)

LIST = "sagemaker:ListModelCards"
DESCRIBE = "sagemaker:DescribeModelCard"
_VERSIONS = "sagemaker:ListModelCardVersions"
#: The code under which the client gives every wording of "there is no such resource".
_GONE = ("ResourceNotFound",)
_APPROVED = "Approved"
_WRONG_TYPE = False


@collector(ModelCard, operations=(LIST, DESCRIBE, _VERSIONS), follows=(Model, ModelPackage))
def model_cards(api: AwsApi, found: Found) -> Iterator[ModelCard]:
    """The cards of the packages of a region, by their ARN or that of a model that is made from one.

    Where no model is made from a package nothing is asked.
    """
    described = _described(api, found)
    if not described:
        return

    def look(summary: Mapping[str, Any]) -> ModelCard | None:
        return _model_card(api, summary, described)

    yield from there(api.each(look, api.pages(LIST, MaxResults=100)))


def _described(api: AwsApi, found: Found) -> frozenset[str]:
    """The ids that a card of this region may be of: packages, and the models that are made from them."""
    here = api.scope.region
    packages = {one.id for one in found.of(ModelPackage) if one.scope.region == here}
    if not packages:
        return frozenset()
    models = {
        model.id
        for model in found.of(Model)
        if any(package_id(arn, api.account) in packages for _, arn in named_alone(model))
    }
    return frozenset(packages | models)


def _model_card(api: AwsApi, summary: Mapping[str, Any], described: frozenset[str]) -> ModelCard | None:
    """A card of one of these; one whose content was not seen may be."""
    made = card_of(ModelCard, api, summary, described)
    return made and msgspec.structs.replace(made, **_approval(api, made.name, made))


def card_of(kind: type[C], api: AwsApi, summary: Mapping[str, Any], described: frozenset[str]) -> C | None:
    """A card, as it is listed, if it says that it is of one of these, or was not seen to be of another."""
    name = str(summary.get("ModelCardName", ""))
    reply = api.call(DESCRIBE, absent=_GONE, ModelCardName=name)
    if reply is None:
        api.gone()
        return None
    kept = {**reply, "Content": _read(reply.get("Content"))} if isinstance(reply, Mapping) else reply
    id = str(summary.get("ModelCardArn") or f"{name} in {api.scope.region}")
    made = api.decode(kind, {DESCRIBE: kept}, {DESCRIBE: kept}, id=id, name=name, scope=api.scope)
    if isinstance(made.card, Card) and described.isdisjoint(made.card.models or ()):
        return None
    return None if made.card is None else made  # None says nothing of what it is of


def _approval(api: AwsApi, name: str, made: ModelCard) -> dict[str, Any]:
    """In which version an approved card became that, and who edited that version."""
    if made.status is UNSET:
        return {}
    if made.status != _APPROVED:
        return {"approved_version": None, "approved_by": None}
    version = _approved_in(api.members(_VERSIONS, ModelCardName=name, MaxResults=100))
    if not isinstance(version, int):
        return {}
    reply = api.call(DESCRIBE, absent=_GONE, ModelCardName=name, ModelCardVersion=version)
    if not isinstance(reply, Mapping):
        return {"approved_version": version}
    # Decoded as a card of its own, so that a wrong member is a gap like any other.
    editor = api.decode(
        ModelCard, {DESCRIBE: {"CreatedBy": reply.get("LastModifiedBy")}}, id=made.id, name=name, scope=made.scope
    ).created_by
    return {"approved_version": version, "approved_by": editor}


def _approved_in(versions: tuple[Mapping[str, Any], ...] | UnsetType | None) -> int | None:
    """The version with which the approval began that still holds; None where that cannot be told."""
    if not versions:
        return None
    numbered = {
        number: one.get("ModelCardStatus") for one in versions if isinstance(number := one.get("ModelCardVersion"), int)
    }
    if len(numbered) != len(versions):
        return None
    since = None
    for number in sorted(numbered, reverse=True):
        if numbered[number] != _APPROVED:
            break
        since = number
    return since or None


def package_card(reply: Mapping[str, Any]) -> dict[str, Any]:
    """A DescribeModelPackage reply with what there is in its card, and in its metadata, in place of the texts."""
    card, metadata = reply.get("ModelCard"), reply.get("CustomerMetadataProperties")
    kept = dict(reply)
    if isinstance(card, Mapping):
        kept["ModelCard"] = {**card, "ModelCardContent": _read(card.get("ModelCardContent"))}
    if isinstance(metadata, Mapping):
        texts = {str(key): value for key, value in metadata.items() if isinstance(value, str)}
        kept["CustomerMetadataProperties"] = msgspec.to_builtins(read_registry({}, texts, format="metadata"))
    elif metadata is not None:
        kept["CustomerMetadataProperties"] = _WRONG_TYPE
    return kept


def _read(content: Any) -> Any:
    """What there is in the content of a card; of what is no text nothing was said."""
    if content is None:
        return None
    return msgspec.to_builtins(read_sagemaker(content)) if isinstance(content, str) else _WRONG_TYPE
